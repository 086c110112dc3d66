//! A run as a trace file, for <https://ui.perfetto.dev> and `chrome://tracing`.
//!
//! The format is Chromium's *Trace Event Format*, in its JSON Object form; Perfetto's documentation
//! calls it *Chrome JSON*. Each scale unit is a process with a track for each site, each voter, and its
//! clients; faults and datacenters are processes beside them. Times are microseconds since the run
//! began. **Events are written as facts are stated**: nothing is held back but what is open.

use super::counters::{Counters, Slot};
use super::known::Setting;
use super::words;
use crate::facts::{Announcement, Fact, Observer, Seating};
use crate::sim::plan::UnitPlan;
use crate::terms::{
    Birth, CopyClass, Datacenter, Instant, Mode, Position, Record, RecordKind, Refusal, Register, Seat, Side, Span,
    Tally, Unit, VoterRecord,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// What every trace file opens with, and no other file.
pub const OPENING: &str = r#"{"displayTimeUnit":"ms","otherData":{"by":"ringfence","#;

/// One write in so many is followed from its device to its confirmation.
const SAMPLED: u64 = 64;
/// A run has at most about so many values of each counter.
const VALUES: u64 = 17_280;

/// Where faults and datacenters are told; scale units follow.
const FAULTS: usize = 1;
const DATACENTERS: usize = 2;
const UNITS: usize = 10;
/// Tracks of a unit: its sites and voters come before.
const CLIENTS: usize = 6;
const COUNTERS: usize = 7;

/// Writes the trace of a run as it goes on.
#[derive(Debug)]
pub struct Events<W> {
    out: Sink<W>,
    setting: Setting,
    units: Vec<UnitTrack>,
    /// Where the seats of each unit are.
    seats: Vec<UnitPlan>,
    /// Writes that are followed, each with its unit.
    followed: BTreeMap<Record, Unit>,
    /// Faults that are on.
    faults: BTreeSet<u16>,
    /// What is wrong with datacenters: track and name.
    troubles: BTreeSet<usize>,
    slot: Slot,
    now: Instant,
}

/// What is open of a unit.
#[derive(Debug, Default)]
struct UnitTrack {
    register: Tally,
    /// The site that each voter promised last, once it promised any.
    promised: [Option<Side>; 3],
    /// The lease that is held, and when it runs out.
    lease: Option<(Register, Instant)>,
    counters: Counters,
    /// Refusals that were told within the slot.
    refused: BTreeSet<(Option<Datacenter>, usize)>,
}

/// Writes events one after the other, until one cannot be written.
#[derive(Debug)]
struct Sink<W> {
    writer: W,
    start: Instant,
    first: bool,
    failed: Option<io::Error>,
}

impl<W: Write> Sink<W> {
    fn put(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = self.writer.write_all(text.as_bytes()).err();
        }
    }

    /// An event of a phase on a track, with what else belongs to it.
    fn event(&mut self, phase: &str, at: Instant, (pid, tid): (usize, usize), name: &str, more: Value) {
        let mut event = json!({ "ph": phase, "ts": at.since(self.start).0, "pid": pid, "tid": tid, "name": name });
        if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
            event.extend(more);
        }
        let separator = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        self.put(&format!("{separator}{event}"));
    }

    fn instant(&mut self, at: Instant, track: (usize, usize), name: &str) {
        self.event("i", at, track, name, json!({ "s": "t" }));
    }

    /// Names a process and some of its tracks.
    fn names(&mut self, pid: usize, name: &str, tracks: impl IntoIterator<Item = (usize, String)>) {
        let start = self.start;
        self.event("M", start, (pid, 0), "process_name", json!({ "args": { "name": name } }));
        self.event("M", start, (pid, 0), "process_sort_index", json!({ "args": { "sort_index": pid } }));
        for (tid, name) in tracks {
            self.event("M", start, (pid, tid), "thread_name", json!({ "args": { "name": name } }));
            self.event("M", start, (pid, tid), "thread_sort_index", json!({ "args": { "sort_index": tid } }));
        }
    }
}

impl<W: Write> Events<W> {
    /// A trace of a run that is about to start, written to `writer`, which should be buffered.
    pub fn new(setting: Setting, writer: W) -> Self {
        let (plan, start) = (setting.plan.clone(), setting.plan.start);
        let mut out = Sink { writer, start, first: true, failed: None };
        let seed = plan.seed;
        out.put(&format!("{OPENING}\"seed\":{seed},\"start\":\"{start}\"}},\"traceEvents\":["));
        out.names(FAULTS, "faults", (1..).zip(setting.faults.clone()));
        let tracks = plan.datacenters.iter().enumerate().flat_map(|(place, datacenter)| {
            ["power", "processes", "clients", "links"]
                .into_iter()
                .zip(trouble_track(Datacenter(place as u8), 0)..)
                .map(|(what, tid)| (tid, format!("{}: {what}", datacenter.name)))
        });
        out.names(DATACENTERS, "datacenters", tracks);
        for (place, unit) in plan.units.iter().enumerate() {
            let name = |datacenter: Datacenter| plan.datacenters[datacenter.index()].name.as_str();
            let sites = Side::BOTH.map(|side| format!("site {side:?}, {}", name(unit.site(side))));
            let voters = Seat::ALL.map(|seat| match seat {
                Seat::Witness => format!("witness, {}", name(unit.witness)),
                _ => format!("voter {seat:?}, {}", name(unit.voter(seat))),
            });
            let tracks = sites.into_iter().chain(voters).chain(["clients".to_owned()]);
            out.names(UNITS + place, &unit.name, (1..).zip(tracks));
        }
        Self {
            units: plan.units.iter().map(|_| UnitTrack::default()).collect(),
            seats: plan.units.clone(),
            slot: Slot::of(start, Span::secs((plan.duration.0 / VALUES).div_ceil(1_000_000).max(1))),
            followed: BTreeMap::new(),
            faults: BTreeSet::new(),
            troubles: BTreeSet::new(),
            now: start,
            out,
            setting,
        }
    }

    /// Closes what is open and ends the file.
    ///
    /// # Errors
    ///
    /// The first error of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        let end = self.now;
        for place in 0..self.units.len() {
            self.close_lease(Unit(place as u8), end);
        }
        for (record, unit) in std::mem::take(&mut self.followed) {
            self.request("e", end, record, unit, "not confirmed");
        }
        for fault in std::mem::take(&mut self.faults) {
            self.out.event("E", end, (FAULTS, usize::from(fault) + 1), "", json!({}));
        }
        for tid in std::mem::take(&mut self.troubles) {
            self.out.event("E", end, (DATACENTERS, tid), "", json!({}));
        }
        self.out.put("\n]}\n");
        match self.out.failed {
            Some(error) => Err(error),
            None => self.out.writer.flush().map(|()| self.out.writer),
        }
    }

    fn request(&mut self, phase: &str, at: Instant, record: Record, unit: Unit, how: &str) {
        let track = (UNITS + unit.index(), CLIENTS);
        let more = json!({ "cat": "write", "id": record.0.to_string(), "args": { "how": how } });
        self.out.event(phase, at, track, &format!("record {}", record.0), more);
    }

    /// Follows a write through one of its stations.
    fn station(&mut self, at: Instant, birth: &Birth, how: &str, ends: bool) {
        if !birth.record.0.is_multiple_of(SAMPLED) {
            return;
        }
        if let Some(&unit) = self.followed.get(&birth.record) {
            self.request(if ends { "e" } else { "n" }, at, birth.record, unit, how);
            if ends {
                self.followed.remove(&birth.record);
            }
        }
    }

    fn close_lease(&mut self, unit: Unit, at: Instant) {
        if let Some((register, until)) = self.units[unit.index()].lease.take() {
            let track = (UNITS + unit.index(), register.holder.index() + 1);
            self.out.event("E", at.min(until), track, "", json!({}));
        }
    }

    /// Time goes on: leases run out, and counters are written.
    fn pass(&mut self, at: Instant) {
        self.now = self.now.max(at);
        let ran_out = |track: &UnitTrack| track.lease.is_some_and(|(_, until)| until < at);
        for place in 0..self.units.len() {
            if ran_out(&self.units[place]) {
                self.close_lease(Unit(place as u8), at);
            }
        }
        let Some(slot) = self.slot.over(at) else { return };
        for (place, track) in self.units.iter_mut().enumerate() {
            track.refused.clear();
            if let Some(values) = track.counters.changed() {
                let args = json!({ "args": values });
                self.out.event("C", slot, (UNITS + place, COUNTERS), "writes", args);
            }
        }
    }

    fn persisted(&mut self, at: Instant, unit: Unit, seat: Seat, record: VoterRecord) {
        let of = &mut self.units[unit.index()];
        let promised = of.promised[seat.index()].replace(record.promised.site);
        let known = of.register.accepted(seat);
        let stands = of.register.persisted(seat, &record);
        let track = (UNITS + unit.index(), 3 + seat.index());
        if promised.is_some_and(|site| site != record.promised.site) {
            self.out.instant(at, track, &format!("promises {}", words::ballot(record.promised)));
        }
        let Some(value) = record.accepted else { return };
        if known.is_none_or(|known| (known.epoch, known.mode) != (value.epoch, value.mode)) {
            self.out.instant(at, track, &format!("accepts {}", lease(&value)));
        }
        if let Some(value) = stands {
            self.granted(at, unit, value);
        }
    }

    /// A value is on two voters' disks: the lease is held, or held on.
    fn granted(&mut self, at: Instant, unit: Unit, value: Register) {
        let until = at + value.ttl;
        match &mut self.units[unit.index()].lease {
            Some((held, ends)) if (held.epoch, held.holder, held.mode) == (value.epoch, value.holder, value.mode) => {
                (*held, *ends) = (value, until);
                return;
            }
            _ => {}
        }
        self.close_lease(unit, at);
        let track = (UNITS + unit.index(), value.holder.index() + 1);
        let args = json!({ "cat": "lease", "args": { "epoch": value.epoch.0, "mode": words::mode(value.mode) } });
        self.out.event("B", at, track, &lease(&value), args);
        self.units[unit.index()].lease = Some((value, until));
    }

    fn refused(&mut self, at: Instant, unit: Unit, site: Option<Datacenter>, refusal: Refusal) {
        let track = &mut self.units[unit.index()];
        track.counters.refused();
        if track.refused.insert((site, refusal.class())) {
            let by = site.map_or("the client", |site| self.setting.names.datacenter(site));
            let name = format!("{by} refuses: {}", words::refusal(refusal));
            self.out.instant(at, (UNITS + unit.index(), CLIENTS), &name);
        }
    }

    /// Something begins to be wrong with a datacenter, or ends.
    fn trouble(&mut self, at: Instant, datacenter: Datacenter, kind: usize, name: &str, on: bool) {
        let tid = trouble_track(datacenter, kind);
        if on && self.troubles.insert(tid) {
            self.out.event("B", at, (DATACENTERS, tid), name, json!({}));
        } else if !on && self.troubles.remove(&tid) {
            self.out.event("E", at, (DATACENTERS, tid), "", json!({}));
        }
    }

    fn fault(&mut self, at: Instant, fault: u16, on: bool) {
        let track = (FAULTS, usize::from(fault) + 1);
        let name = self.setting.faults.get(usize::from(fault)).map_or("?", String::as_str);
        if on && self.faults.insert(fault) {
            self.out.event("B", at, track, name, json!({}));
        } else if !on && self.faults.remove(&fault) {
            self.out.event("E", at, track, "", json!({}));
        }
    }

    fn listed(&mut self, at: Instant, birth: &Birth, unit: Unit) {
        let sampled = birth.record.0.is_multiple_of(SAMPLED) && birth.kind != RecordKind::CallMedia;
        if sampled && !self.followed.contains_key(&birth.record) {
            self.followed.insert(birth.record, unit);
            self.request("b", at, birth.record, unit, birth.kind.name());
        }
    }

    fn site_at(&self, unit: Unit, datacenter: Datacenter) -> Option<Side> {
        Side::BOTH.into_iter().find(|&side| self.seats[unit.index()].site(side) == datacenter)
    }

    fn ends_at(&mut self, unit: Unit, datacenter: Datacenter, position: Position, cut: bool) {
        if let Some(side) = self.site_at(unit, datacenter) {
            self.units[unit.index()].counters.ends(side, position.index, cut);
        }
    }
}

impl<W: Write> Observer for Events<W> {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.pass(at);
        match *fact {
            Fact::CandidatesListed { ref birth, unit, .. } => self.listed(at, birth, unit),
            Fact::Landed { copy: CopyClass::Log | CopyClass::Replica, datacenter, unit, position, .. } => {
                self.ends_at(unit, datacenter, position, false);
            }
            Fact::RangeLanded { datacenter, unit, epoch, last, .. } => {
                self.ends_at(unit, datacenter, Position { epoch, index: last }, false);
            }
            Fact::TailCut { datacenter, unit, keeps } => self.ends_at(unit, datacenter, keeps, true),
            Fact::StorageLost { datacenter, unit, .. } => {
                self.ends_at(unit, datacenter, Position::default(), true);
                self.out.instant(at, (DATACENTERS, trouble_track(datacenter, 0)), "disks lost");
            }
            Fact::Seating(Seating::Commissioned { unit, seat, to, .. }) => {
                self.seats[unit.index()].put(seat, to);
                self.ends_at(unit, to, Position::default(), true);
                let name = self.setting.names.datacenter(to);
                let what = format!("seat {seat:?} of {} stands in {name}", self.setting.names.unit(unit));
                self.out.instant(at, (DATACENTERS, trouble_track(to, 0)), &what);
            }
            Fact::Acknowledged { ref birth, unit, position, .. } => {
                self.units[unit.index()].counters.acknowledged(position.index);
                self.station(at, birth, "acknowledged", false);
            }
            Fact::Confirmed { ref birth, unit } => {
                self.units[unit.index()].counters.leaves(birth.record);
                self.station(at, birth, "confirmed", true);
            }
            Fact::Queued { ref birth, unit } => {
                self.units[unit.index()].counters.waits(birth.record);
                self.station(at, birth, "in the outbox", false);
            }
            Fact::WriteRefused { ref birth, unit, site, refusal, .. } => {
                if let Some(unit) = unit {
                    self.refused(at, unit, site, refusal);
                }
                self.station(at, birth, Refusal::CLASSES[refusal.class()], !refusal.is_transient());
            }
            Fact::VoterPersisted { unit, seat, record, .. } => self.persisted(at, unit, seat, record.get()),
            Fact::Announced { unit, side, announcement } => {
                if let Some(said) = said(announcement) {
                    self.out.instant(at, (UNITS + unit.index(), side.index() + 1), said);
                }
            }
            Fact::Power { datacenter, on } => self.trouble(at, datacenter, 0, "no power", !on),
            Fact::Paused { datacenter, paused } => self.trouble(at, datacenter, 1, "processes stand still", paused),
            Fact::Access { datacenter, up } => self.trouble(at, datacenter, 2, "no client reaches it", !up),
            Fact::Link { from, to, up } => {
                let how = if up { "reaches" } else { "no longer reaches" };
                let name = format!("{how} {}", self.setting.names.datacenter(to));
                self.out.instant(at, (DATACENTERS, trouble_track(from, 3)), &name);
            }
            Fact::FaultBegan { fault } => self.fault(at, fault, true),
            Fact::FaultEnded { fault } => self.fault(at, fault, false),
            _ => {}
        }
    }
}

/// The track of a kind of trouble at a datacenter: power, processes, clients, links.
const fn trouble_track(datacenter: Datacenter, kind: usize) -> usize {
    datacenter.index() * 4 + kind + 1
}

fn lease(register: &Register) -> String {
    let alone = if register.mode == Mode::Alone { ", alone" } else { "" };
    format!("epoch {}{alone}", register.epoch)
}

/// What a site said of itself, in few words; `None` where the lease shows it.
const fn said(announcement: Announcement) -> Option<&'static str> {
    Some(match announcement {
        Announcement::LeaseLapsed => "sees the lease lapse",
        Announcement::Promoted { .. } => "promoted",
        Announcement::Serving { .. } => "acknowledges its first write",
        Announcement::SteppedDown { .. } => "steps down",
        Announcement::LossDeclared { .. } => "declares a loss",
        Announcement::TailQuarantined { .. } => "sets a tail aside",
        Announcement::PeerCaughtUp => "peer caught up",
        Announcement::SwitchoverBegan => "switchover begins",
        Announcement::SwitchoverCancelled => "switchover given up",
        Announcement::HandedOver => "handed over",
        Announcement::MapRefused => "refuses a map",
        Announcement::MapAdopted => "takes a map",
        _ => return None,
    })
}
