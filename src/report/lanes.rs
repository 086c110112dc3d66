//! Who served when: the lanes of the failover timeline.

use super::captions::rounded;
use crate::metrics::{Announcement, Failover, Measurements, Moment};
use crate::terms::{Datacenter, Instant, Side, Unit};

/// One site of a unit over a window of time.
pub(super) struct Lane {
    pub(super) unit: Unit,
    pub(super) datacenter: Datacenter,
    /// While it acknowledged writes.
    pub(super) terms: Vec<(Instant, Instant)>,
    /// What happened at it.
    pub(super) signs: Vec<(Instant, Sign)>,
    /// The times of a takeover in words, and the instant after which they are written.
    pub(super) notes: Vec<(Instant, String)>,
}

/// A sign on a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A fault took the holder away.
    Onset,
    /// The lease was seen to lapse.
    Lapsed,
    /// The site won the lease.
    Promoted,
    /// The site acknowledged its first write.
    Serving,
    /// The site gave the lease to its peer.
    HandedOver,
}

/// The lanes of a unit, side A first.
pub(super) fn lanes(measured: &Measurements, unit: Unit) -> [Lane; 2] {
    let setup = measured.setup.units[unit.index()];
    let terms = terms(measured, unit);
    Side::BOTH.map(|side| {
        let datacenter = setup.site(side);
        let own = terms.iter().filter(|term| term.0 == side).map(|&(_, from, to)| (from, to)).collect();
        let (signs, notes) = (signs(measured, unit, side), notes(measured, unit, datacenter));
        Lane { unit, datacenter, terms: own, signs, notes }
    })
}

/// Who served from when to when.
fn terms(measured: &Measurements, unit: Unit) -> Vec<(Side, Instant, Instant)> {
    let (mut terms, mut current, mut latest) = (Vec::new(), None, None);
    for (at, change) in changes(measured, unit) {
        match change {
            Change::Serves(side) if current.is_none_or(|(now, _)| now != side) => {
                terms.extend(current.map(|(now, since)| (now, since, at)));
                current = Some((side, at));
                latest = Some(side);
            }
            Change::Stops(side) if current.is_some_and(|(now, _)| now == side) => {
                terms.extend(current.take().map(|(now, since)| (now, since, at)));
            }
            Change::Resumes if current.is_none() => current = latest.map(|side| (side, at)),
            _ => {}
        }
    }
    terms.extend(current.map(|(now, since)| (now, since, measured.ended)));
    terms
}

enum Change {
    Serves(Side),
    Stops(Side),
    Resumes,
}

/// Changes of who serves, in order.
fn changes(measured: &Measurements, unit: Unit) -> Vec<(Instant, Change)> {
    let said = measured.timeline.moments.iter().filter_map(|&(at, moment)| match moment {
        Moment::Said { unit: of, side, what } if of == unit => match what {
            Announcement::Serving { .. } => Some((at, Change::Serves(side))),
            Announcement::SteppedDown { .. } | Announcement::HandedOver => Some((at, Change::Stops(side))),
            _ => None,
        },
        _ => None,
    });
    let mut changes: Vec<_> = said.collect();
    let setup = measured.setup.units[unit.index()];
    for one in measured.interruptions.iter().filter(|one| one.unit == unit) {
        let Some(side) = setup.side_at(one.datacenter) else { continue };
        let until = one.ended.unwrap_or(measured.ended);
        let steps_down = changes.iter().any(|(at, change)| {
            (one.onset..=until).contains(at) && matches!(change, Change::Stops(stops) if *stops == side)
        });
        if !steps_down {
            changes.push((one.onset, Change::Stops(side)));
        }
        changes.extend(one.ended.map(|ended| (ended, Change::Resumes)));
    }
    changes.sort_by_key(|&(at, ref change)| (at, matches!(change, Change::Resumes)));
    changes
}

fn signs(measured: &Measurements, unit: Unit, side: Side) -> Vec<(Instant, Sign)> {
    let datacenter = measured.setup.units[unit.index()].site(side);
    let struck = measured.interruptions.iter().filter(|one| one.unit == unit && one.datacenter == datacenter);
    let mut signs: Vec<_> = struck.map(|one| (one.onset, Sign::Onset)).collect();
    for failover in measured.failovers.iter().filter(|failover| failover.unit == unit) {
        if failover.to == datacenter {
            signs.extend(failover.lapsed.map(|at| (at, Sign::Lapsed)));
            signs.push((failover.promoted, Sign::Promoted));
            signs.extend(failover.serving.map(|at| (at, Sign::Serving)));
        }
    }
    signs.extend(measured.timeline.moments.iter().filter_map(|&(at, moment)| {
        let handed = Moment::Said { unit, side, what: Announcement::HandedOver };
        (moment == handed).then_some((at, Sign::HandedOver))
    }));
    signs
}

fn notes(measured: &Measurements, unit: Unit, datacenter: Datacenter) -> Vec<(Instant, String)> {
    let taken = measured.failovers.iter().filter(|failover| failover.unit == unit && failover.to == datacenter);
    taken.map(|failover| (failover.serving.unwrap_or(failover.promoted), note(failover))).collect()
}

fn note(failover: &Failover) -> String {
    let Some(onset) = failover.onset else { return "took over".to_owned() };
    let after = |at: Instant| rounded(at.since(onset));
    let serving = failover.serving.map_or("no write yet".to_owned(), |at| format!("first write +{}", after(at)));
    if failover.planned {
        return format!("planned switchover, {serving}");
    }
    let lapsed = failover.lapsed.map(|at| format!("detected +{}, ", after(at))).unwrap_or_default();
    format!("{lapsed}promoted +{}, {serving}", after(failover.promoted))
}
