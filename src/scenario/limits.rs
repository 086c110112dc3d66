//! What a service asks of its topology: answers that can come in time, clocks that start within what is
//! declared, and time to settle in. A file that asks for less would break promises that nobody can keep.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document::{Document, Service};
use super::quantity::Signed;
use super::read::{At, Given};
use super::resolve::Resolver;
use super::source::Place;
use super::topology::Topology;
use super::topology::document::DatacenterDocument;
use super::traffic;
use super::words::{Entries, value};
use crate::audit::Contract;
use crate::service::Policy;
use crate::service::policy::Replication;
use crate::sim::Plan;
use crate::sim::plan::UnitPlan;
use crate::terms::{Bytes, Datacenter, RecordKind, Seat, Side, Span};

/// Reports what the service cannot do in this topology. `whole` is where to point where nothing is said.
pub(super) fn check(document: &Document, whole: &Place, plan: &Plan, contract: &Contract, names: &Resolver<'_>) {
    let nothing = Service::default();
    let service = value(&document.service).unwrap_or(&nothing);
    let place = document.topology.as_ref().map_or(whole, |topology| &topology.place);
    let limits = Limits { service, place, policy: &plan.policy, names };
    limits.clients_hear_in_time();
    limits.attempts_end_in_time();
    limits.peers_hear_in_time();
    limits.clocks_start_within_what_is_declared();
    limits.disks_keep_up(value(&document.traffic).and_then(|traffic| traffic.sizes.as_ref()), &plan.traffic.sizes);
    limits.a_boot_fits_between_backups();
    limits.reseeding_is_held_back();
    limits.settles(document, contract);
}

/// Jitter is exponentially distributed: one message in 20,000 takes more than ten times its mean.
const LATE: u64 = 10;

/// Sizes are exponentially distributed: one record in 30,000 has more than fifteen times the median.
const LARGE: u64 = 15;

/// A backup takes its time, wherever it goes.
const OFTENEST_BACKUP: Span = Span::minutes(1);

/// Records a second that nothing reads faster, whatever it costs: one each microsecond.
const FASTEST_RESEED: u64 = 1_000_000;

struct Limits<'a> {
    service: &'a Service,
    /// Where to point where the service does not say.
    place: &'a Place,
    policy: &'a Policy,
    names: &'a Resolver<'a>,
}

impl Limits<'_> {
    /// A write goes from a device to a site, and in the sync modes on to the peer, before it is confirmed.
    fn clients_hear_in_time(&self) {
        let topology = self.topology();
        let access = topology.access;
        let device = Span((access.delay.0 + access.jitter.0.saturating_mul(LATE)).saturating_mul(2));
        let sites = || topology.units.iter().flat_map(|unit| Side::BOTH.map(|side| (unit, side)));
        let ways = topology.boundaries.iter().flat_map(|place| sites().map(move |site| (place, site)));
        let timed = ways.map(|(place, (unit, side))| {
            let here = unit.site(side);
            let time = device + self.round_trip(place.metro, here) + self.durable(unit, side);
            (time, place, here)
        });
        let Some((needed, place, site)) = timed.max_by_key(|(time, ..)| *time) else { return };
        let what = format!("the longest round trip, from a device in `{}` to {}, takes", place.name, self.named(site));
        self.at_least("request_timeout", &self.service.request_timeout, self.policy.request_timeout, needed, &what);
    }

    /// An attempt prepares and accepts: two round trips to one other voter, and a flush at the end of each.
    fn attempts_end_in_time(&self) {
        let to_voter = |unit: &UnitPlan, side: Side, seat: Seat| {
            let (here, there) = (unit.site(side), unit.voter(seat));
            let once = self.round_trip(here, there) + self.flush(there);
            (once + once, here, there)
        };
        let others = |side: Side| [side.peer().seat(), Seat::Witness].map(|seat| (side, seat));
        let ways = self.topology().units.iter().flat_map(|unit| {
            Side::BOTH.into_iter().flat_map(others).map(move |(side, seat)| to_voter(unit, side, seat))
        });
        let Some((needed, here, there)) = ways.max_by_key(|(time, ..)| *time) else { return };
        let what = format!("two round trips from {} to a voter in {} take", self.named(here), self.named(there));
        self.at_least("retry_timeout", &self.service.retry_timeout, self.policy.retry_timeout, needed, &what);
    }

    fn peers_hear_in_time(&self) {
        let ways = self.topology().units.iter().flat_map(|unit| Side::BOTH.map(|side| (unit, side)));
        let timed = ways.map(|(unit, side)| (self.answer_of(unit, side.peer()), unit, side));
        let Some((needed, unit, side)) = timed.max_by_key(|(time, ..)| *time) else { return };
        let what = format!(
            "the longest round trip, from {} to {}, takes",
            self.named(unit.site(side)),
            self.named(unit.site(side.peer()))
        );
        self.at_least("peer_timeout", &self.service.peer_timeout, self.policy.peer_timeout, needed, &what);
    }

    /// A flush takes what came during the one before: two large records, nearly always at most. A healthy disk
    /// that is given up for failing would be handed over to another just as slow.
    fn disks_keep_up(&self, given: Option<&At<Entries<Bytes>>>, sizes: &[Bytes; 9]) {
        let (Some(timeout), topology) = (self.policy.disk_timeout, self.topology()) else { return };
        let Some(kind) = RecordKind::ALL.into_iter().max_by_key(|kind| sizes[kind.index()]) else { return };
        let homes = topology.units.iter().flat_map(|unit| unit.sites);
        let Some(site) = homes.min_by_key(|site| topology.datacenters[site.index()].disk_rate) else { return };
        let (rate, large) = (topology.datacenters[site.index()].disk_rate, Bytes(sizes[kind.index()].0 * LARGE));
        let once = self.flush(site) + Span::secs(1).scale(large.0, rate.0);
        if timeout == Span::ZERO || timeout >= once + once {
            return;
        }
        let own = given.and_then(|given| given.value.0.iter().find(|(name, _)| name.value == traffic::word(kind)));
        let slowest = self.rows().filter_map(|row| row.disk_rate.as_ref()).min_by_key(|rate| rate.value.0);
        let timed = self.service.disk_timeout.as_ref().map(|timeout| &timeout.place);
        let place = own.map(|(_, size)| &size.place).or(timed).or(slowest.map(|rate| &rate.place));
        let needed = rounded_up(once + once);
        let message = format!(
            "the disks of {} take up to {needed} for two large records, and `disk_timeout` is {timeout}: they would be \
             given up for failing",
            self.named(site)
        );
        let help = format!(
            "a record of kind `{}` has up to {large}, and the disk writes {rate} a second: make `sizes` smaller, \
             raise `disk_rate`, or set `disk_timeout` to {needed} or more",
            traffic::word(kind)
        );
        let found = Diagnostic::at(Code::DiskTooSlow, place.unwrap_or(self.place), message);
        self.names.findings.add(found.help(help));
    }

    /// A peer that was out of power is to be back, with half as much time again to spare, before the next backup
    /// is due.
    fn a_boot_fits_between_backups(&self) {
        let Some(every) = self.policy.backup_every else { return };
        let boot = self.topology().datacenters.iter().map(|row| row.boot).max().unwrap_or(Span::ZERO);
        let needed = rounded_up(boot.scale(3, 2)).max(OFTENEST_BACKUP);
        if every >= needed {
            return;
        }
        let place = self.service.backup_every.as_ref().map_or(self.place, |every| &every.place);
        let message = format!("`backup_every` is {every}, and a datacenter takes {boot} to boot");
        let found = Diagnostic::at(Code::BackupTooOften, place, message);
        self.names.findings.add(found.help(format!("set `backup_every` to {needed} or more, or to `never`")));
    }

    /// A rate at which no datacenter reads, were it to serve nobody, holds nothing back.
    fn reseeding_is_held_back(&self) {
        let Some(given) = &self.service.reseed_rate else { return };
        let fastest = self.topology().datacenters.iter().map(|row| row.rereads().unwrap_or(FASTEST_RESEED));
        let fastest = fastest.max().unwrap_or(0).min(FASTEST_RESEED);
        if given.value <= fastest {
            return;
        }
        let message = format!(
            "`reseed_rate` is {} records a second, and no datacenter reads more than {fastest}, were it to serve nobody: \
             that limits nothing",
            given.value
        );
        let found = Diagnostic::at(Code::ReseedUnlimited, &given.place, message);
        self.names.findings.add(found.help(format!("set `reseed_rate` to {fastest} or less, or leave it out")));
    }

    /// Before it has booted and had the time for the longest failover, the oracle could not tell a service
    /// that never converges from one that is about to.
    fn settles(&self, document: &Document, contract: &Contract) {
        let boot = self.topology().datacenters.iter().map(|row| row.boot).max().unwrap_or(Span::ZERO);
        let needed = rounded_up(boot + contract.able_for() + contract.longest_wait);
        if contract.settle >= needed {
            return;
        }
        let Service { ttl, loop_wait, retry_timeout, backoff_max, request_timeout, .. } = self.service;
        let given = [ttl, loop_wait, retry_timeout, backoff_max, request_timeout];
        let longest = given.into_iter().flatten().max_by_key(|given| given.value);
        let said = document.settle.as_ref().or(longest);
        let message = format!(
            "`settle` is {}, and to boot, fail over and drain the outboxes takes up to {needed}: nobody could tell \
             whether the service converges",
            contract.settle
        );
        let found = Diagnostic::at(Code::SettleTooShort, said.map_or(self.place, |at| &at.place), message);
        self.names.findings.add(found.help(format!("set `settle` to {needed} or more")));
    }

    fn at_least(&self, key: &str, given: &Given<Span>, set: Span, needed: Span, round_trips: &str) {
        if set >= needed {
            return;
        }
        let place = given.as_ref().map_or(self.place, |given| &given.place);
        let needed = rounded_up(needed);
        let message = format!("`{key}` is {set}, and {round_trips} up to {needed}");
        let found = Diagnostic::at(Code::NoAnswerInTime, place, message);
        self.names.findings.add(found.help(format!("set `{key}` to {needed} or more")));
    }

    /// Until a write is durable where it must be before it is confirmed.
    fn durable(&self, unit: &UnitPlan, side: Side) -> Span {
        let here = self.flush(unit.site(side));
        match self.policy.replication {
            Replication::Async => here,
            Replication::Sync | Replication::SyncStrict => here.max(self.answer_of(unit, side.peer())),
        }
    }

    /// From a batch to the answer of the site that flushes it.
    fn answer_of(&self, unit: &UnitPlan, side: Side) -> Span {
        let [here, there] = [side.peer(), side].map(|side| unit.site(side));
        self.round_trip(here, there) + self.flush(there)
    }

    /// There and back between two datacenters, nearly always.
    fn round_trip(&self, a: Datacenter, b: Datacenter) -> Span {
        if a == b {
            return Span::ZERO;
        }
        let links = &self.topology().links;
        let [there, back] = [links[a.index()][b.index()], links[b.index()][a.index()]];
        let jitter = Span((there.jitter.0 + back.jitter.0).saturating_mul(LATE));
        there.delay + back.delay + jitter
    }

    /// The median: disks that are slow now and then are a thing to be simulated.
    fn flush(&self, datacenter: Datacenter) -> Span {
        self.topology().datacenters[datacenter.index()].flush
    }

    fn named(&self, datacenter: Datacenter) -> String {
        format!("`{}`", self.topology().datacenters[datacenter.index()].name)
    }

    /// A fault may take a clock further; a run that starts so breaks promises that were never given.
    fn clocks_start_within_what_is_declared(&self) {
        let (rho, tolerance) = (self.policy.rho_ppm, self.policy.clock_tolerance);
        let off = |offset: &Signed| offset.micros().unsigned_abs();
        let offsets = self.rows().filter_map(|row| row.clock_offset.as_ref());
        self.beyond(&self.service.clock_tolerance, offsets.filter(|at| off(&at.value) > tolerance.0), |at| {
            let size = off(&at.value);
            let message = format!("a clock starts {} off, and `clock_tolerance` is {tolerance}", Span(size));
            (size, message, ["clock_tolerance", "clock-offset"])
        });
        let drifts = self.rows().filter_map(|row| row.clock_drift_ppm.as_ref());
        self.beyond(&self.service.rho_ppm, drifts.filter(|at| at.value.unsigned_abs() > rho), |at| {
            let message = format!("a clock starts with a drift of {} ppm, and `rho_ppm` is {rho}", at.value);
            (u64::from(at.value.unsigned_abs()), message, ["rho_ppm", "clock-drift"])
        });
    }

    /// Points at the bound where the scenario sets one, once for the worst clock: the clocks may be the
    /// built-in topology's.
    fn beyond<'t, T: 't, B>(
        &self,
        bound: &Given<B>,
        clocks: impl Iterator<Item = &'t At<T>>,
        tell: impl Fn(&At<T>) -> (u64, String, [&'static str; 2]),
    ) {
        let told = clocks.map(|clock| (tell(clock), &clock.place));
        let found: Vec<_> = match bound {
            Some(bound) => {
                told.max_by_key(|((size, ..), _)| *size).map(|(told, _)| (told, &bound.place)).into_iter().collect()
            }
            None => told.collect(),
        };
        for ((_, message, [key, fault]), place) in found {
            let found = Diagnostic::at(Code::ClockBeyondBound, place, message);
            self.names
                .findings
                .add(found.help(format!("raise `{key}`, or let a fault of kind `{fault}` take a clock there")));
        }
    }

    /// What the topology says of clocks: what all datacenters have, then each.
    fn rows(&self) -> impl Iterator<Item = &DatacenterDocument> {
        let document = &self.topology().document;
        let each = document.datacenters.iter().flat_map(|entries| &entries.value.0).map(|(_, row)| &row.value);
        value(&document.datacenter_defaults).into_iter().chain(each)
    }

    const fn topology(&self) -> &Topology {
        self.names.topology
    }
}

/// The next span that is shown as it is, so that who sets what is suggested has set enough.
pub(super) fn rounded_up(span: Span) -> Span {
    let finest =
        [(Span::hours(24), Span::hours(1)), (Span::hours(1), Span::minutes(1)), (Span::minutes(1), Span::secs(1))];
    let step = finest.into_iter().find(|(from, _)| span >= *from).map_or(Span::millis(1), |(_, step)| step);
    Span(span.0.div_ceil(step.0).saturating_mul(step.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::quantity;

    #[test]
    fn what_is_suggested_is_enough_as_it_is_shown() {
        for micros in [1, 999, 1_001, 490_001, 1_234_567, 59_999_999, 61_500_000, 3_600_000_001, 90_061_000_001] {
            let shown = rounded_up(Span(micros)).to_string();
            assert!(quantity::span(&shown).is_some_and(|read| read.0 >= micros), "{shown} for {micros}");
        }
    }
}
