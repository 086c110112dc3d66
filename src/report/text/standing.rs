//! How scale units stand at the end, and what they called for, for the terminal.

use super::{Page, counted, rounded};
use crate::metrics::{Alarm, Fate, Pending, UnitAccount, grouped};
use crate::terms::{Datacenter, Names, Unit};

/// The most alarms that are told.
const ALARMS: usize = 4;

impl Page<'_> {
    /// What became of records that were set aside.
    pub(super) fn tails(&mut self) {
        let accounts = self.outcome.measurements.units.iter().zip(0..);
        for (index, (account, unit)) in accounts.filter(|(account, _)| account.set_aside > 0).enumerate() {
            let text = format!("{:<8} {}", self.outcome.names.unit(Unit(unit)), fates(account));
            self.line(if index == 0 { "tails" } else { "" }, &text);
        }
    }

    /// What went with a datacenter that is gone for good.
    pub(super) fn gone(&mut self) {
        let accounts = self.outcome.measurements.units.iter().zip(0..);
        let gone =
            accounts.filter_map(|(account, unit)| Some((Unit(unit), account.gone.filter(|&(_, lost)| lost > 0)?)));
        for (index, (unit, gone)) in gone.enumerate() {
            let text = format!("{:<8} {}", self.outcome.names.unit(unit), lost_with(gone, &self.outcome.names));
            self.line(if index == 0 { "lost" } else { "" }, &text);
        }
    }

    /// What each unit left unfinished, and why.
    pub(super) fn pending(&mut self) {
        let pending = self.outcome.measurements.units.iter().filter_map(|account| account.pending);
        for (index, Pending { unit, writes, why }) in pending.enumerate() {
            let text = format!("{:<8} {}: {why}", self.outcome.names.unit(unit), counted(writes, "write"));
            self.line(if index == 0 { "pending" } else { "" }, &text);
        }
    }

    /// The unit whose sites are furthest apart at the end.
    pub(super) fn last_sync(&mut self) {
        let measured = &self.outcome.measurements;
        let behind = |account: &UnitAccount| account.behind(measured.ended);
        let furthest = measured.units.iter().zip(0..).max_by_key(|(account, _)| behind(account));
        if let Some((span, unit)) = furthest.and_then(|(account, unit)| Some((behind(account)?, Unit(unit)))) {
            let unit = self.outcome.names.unit(unit);
            self.line("last sync", &format!("{} before the end at the latest, of {unit}", rounded(span)));
        }
    }

    pub(super) fn alarms(&mut self) {
        let (measured, names) = (&self.outcome.measurements, &self.outcome.names);
        for (index, alarm) in measured.alarms.iter().take(ALARMS).enumerate() {
            let (unit, datacenter) = (names.unit(alarm.unit), names.datacenter(alarm.datacenter));
            let cause = Alarm::cause(alarm.what).unwrap_or_default();
            let topic = if index == 0 { "alarms" } else { "" };
            self.line(topic, &format!("{unit:<8} {cause}, says {datacenter} at {}", alarm.at));
        }
        if let Some(more) = measured.alarms.len().checked_sub(ALARMS).filter(|&more| more > 0) {
            self.line("", &format!("and {more} more"));
        }
    }
}

/// `14 set aside: 11 merged, 2 duplicate, 1 waiting`.
pub(in crate::report) fn fates(account: &UnitAccount) -> String {
    let fates = Fate::ALL.into_iter().map(|fate| (fate.name(), account.fates[fate.index()]));
    let told = fates.chain([("waiting", account.waiting())]).filter(|&(_, records)| records > 0);
    let told: Vec<_> = told.map(|(name, records)| format!("{} {name}", grouped(records))).collect();
    format!("{} set aside: {}", counted(account.set_aside, "record"), told.join(", "))
}

/// `3 acknowledged records that only dublin held, which is gone for good`.
pub(in crate::report) fn lost_with((datacenter, lost): (Datacenter, u64), names: &Names) -> String {
    let records = counted(lost, "acknowledged record");
    format!("{records} that only {} held, which is gone for good", names.datacenter(datacenter))
}
