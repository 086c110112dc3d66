//! A site of a scale unit: the machine that stores, replicates, and holds or watches the lease.
//!
//! A site is either on standby, where it follows the holder's log and watches the register, or it holds
//! the lease, where it accepts writes and replicates them. Reading order: `standby` (when to take
//! over), `holding` (keeping the lease, acknowledging), `requests` (what clients ask), `shipping` and
//! `following` (the two ends of replication), `switchover` (handing the lease over without loss), `disk`
//! (doing so because the disk fails), `backup` (who writes one, when and where), `derived` (other copies),
//! `restoring` (when both stores are gone), `founding` (when the register is), `witness` (when it is silent),
//! `moving` (a tenant) and `importing` (where it goes), `region` (where the site stands), `replacing` (a seat).
//!
//! **A site serves only under a lease that it won by its own compare-and-set since it booted.**

mod backup;
mod derived;
mod disk;
mod flushing;
mod following;
mod founding;
mod holding;
mod importing;
mod moving;
mod region;
mod replacing;
mod requests;
mod restoring;
mod shipping;
mod standby;
mod status;
mod switchover;
mod tail;
#[cfg(test)]
mod tests;
mod witness;

use super::command::{SiteEffect, SiteInput};
use super::identity::Identity;
use super::log::{DurableLog, Log};
use super::message::{Operation, Response, VoterAnswer};
use super::policy::Policy;
use super::proposer::{Concluded, Proposer};
use super::readmission::Readmission;
use super::refounding::{Ground, Refounding};
use super::relocation::Relocation;
use super::{Decisions, Machine, ResidencyMap, entropy};
use crate::facts::Announcement;
use crate::terms::{Epoch, LocalTime, Monotonic, Refusal, Seat, Side, Span};
use derived::Derived;
use flushing::Certificate;
use holding::Holding;
use region::Region;
use replacing::Replacing;
use standby::Standby;
use std::sync::Arc;

pub use status::{Standing, Status};

/// Why a site asks to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SiteTimer {
    /// To look at the register.
    Look,
    /// To give up an attempt to read or change the register.
    AttemptOver,
    /// To renew the lease.
    Renew,
    /// To refuse what waits, for the lease ends.
    LeaseEnds,
    /// To count the peer as silent, or to ask it again.
    PeerSilent,
    /// To write `alone` into the register before the unreplicated tail grows past the RPO.
    TailGrows,
    /// To give a switchover up.
    DrainOver,
    /// To hand the lease back to the preferred primary.
    Failback,
    /// To have a backup written.
    BackUp,
    /// To count the disk as failing.
    DiskLate,
    /// To found the register anew.
    Refound,
    /// To read on for a peer that is brought back.
    Reseed,
    /// To bring what is made from the log up to date, or to look for what has outlived its time.
    Derive,
    /// To carry a tenant's move on.
    Move,
    /// To erase what a tenant that moved must not leave behind.
    Purge,
    /// To carry the replacement of a seat on.
    Replace,
    /// To ask again where it stands.
    Probe,
}

/// Where a boot's number stands in the tokens of its looks.
const BOOT_SHIFT: u32 = 16;

/// One site of a scale unit: the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Site<D> {
    decisions: D,
    identity: Identity,
    map: Arc<ResidencyMap>,
    policy: Arc<Policy>,
    entropy: u64,
    log: Log,
    proposer: Proposer,
    readmission: Option<Readmission>,
    /// Whether the voter of this site was heard to remember what it promised.
    voter_remembers: bool,
    /// The token of the last look at the register. No two looks of a site have the same, whatever its
    /// role and boot: an answer that comes late counts for no other.
    looks: u32,
    refounding: Option<Refounding>,
    role: Role,
    /// Whether a flush is under way.
    flushing: bool,
    /// When that flush began, where it is timed.
    flush_since: Option<Monotonic>,
    /// Whether the store was certified, or its fence raised, since the last flush began.
    label_due: bool,
    certificate: Certificate,
    /// The epoch of the holder with whose log this one was seen to agree.
    following: Option<Epoch>,
    derived: Derived,
    /// The rows of the directory of homes that concern this unit.
    relocations: Vec<Relocation>,
    /// When to purge next; [`Monotonic::NEVER`] where there is nothing to.
    purge_at: Monotonic,
    replacing: Replacing,
    region: Region,
}

/// What a site is at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Role {
    /// It follows and watches.
    Standby(Standby),
    /// It won the lease, though the lease may have run out.
    Holding(Holding),
}

impl<D: Decisions> Site<D> {
    /// A site that boots: with its identity, the map and policy that it was last given, what its
    /// store has on disk, and entropy for its back-off.
    pub fn boot(
        decisions: D,
        identity: Identity,
        map: Arc<ResidencyMap>,
        policy: Arc<Policy>,
        disk: DurableLog,
        entropy: u64,
        now: LocalTime,
    ) -> Self {
        let own = identity.side.seat();
        let copied = decisions.copied_at_boot(disk.end);
        let ground = disk.restored.map(|taken| Ground::Restored { own, taken });
        Self {
            proposer: Proposer::new(identity.side, disk.boot, decisions.quorum()),
            decisions,
            looks: disk.boot << BOOT_SHIFT,
            identity,
            map,
            policy,
            entropy,
            refounding: ground.map(|ground| Refounding::new(ground, now.monotonic)),
            log: Log::boot(disk),
            readmission: None,
            voter_remembers: false,
            role: Role::Standby(Standby::booting(now.monotonic)),
            flushing: false,
            flush_since: None,
            label_due: false,
            certificate: Certificate::None,
            following: None,
            derived: Derived::at_boot(copied),
            relocations: Vec::new(),
            purge_at: Monotonic::NEVER,
            replacing: Replacing::nothing(),
            region: Region::default(),
        }
    }

    /// Whether the site holds a lease that is valid at `now`.
    pub fn is_serving(&self, now: LocalTime) -> bool {
        matches!(&self.role, Role::Holding(holding) if holding.lease_valid(now.monotonic))
    }

    /// The map in use.
    pub const fn map(&self) -> &Arc<ResidencyMap> {
        &self.map
    }

    fn peer(&self) -> Side {
        self.identity.side.peer()
    }

    /// Moves everything that time alone moves.
    fn advance(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        if let Some(concluded) = self.proposer.timed_out(now.monotonic) {
            self.concluded(now, concluded, effects);
        }
        if self.purge_at <= now.monotonic {
            self.purge(now.monotonic, effects);
        }
        if !self.is_used(now.monotonic, effects) {
            return;
        }
        match self.role {
            Role::Standby(_) => {
                self.refound(now, effects);
                self.watch(now, effects);
            }
            Role::Holding(_) => self.hold(now, effects),
        }
    }

    fn concluded(&mut self, now: LocalTime, concluded: Concluded, effects: &mut Vec<SiteEffect>) {
        match self.role {
            Role::Standby(_) => self.claim_concluded(now, concluded, effects),
            Role::Holding(_) => self.renewal_concluded(now, concluded, effects),
        }
    }

    fn voter_said(&mut self, now: LocalTime, seat: Seat, answer: &VoterAnswer, effects: &mut Vec<SiteEffect>) {
        let remembers = self.readmit(now, seat, answer, effects);
        if remembers {
            self.heard_voter(now.monotonic, seat);
            self.replacing.heard(now.monotonic, seat);
        }
        if let Some(refounding) = &mut self.refounding {
            let progress = refounding.answered(seat, answer);
            self.founding_went_on(progress, effects);
        }
        if let Some(readmission) = &mut self.readmission {
            readmission.answered(seat, answer, effects);
        }
        if let Some(concluded) = self.proposer.answered(now.monotonic, seat, answer, effects) {
            self.concluded(now, concluded, effects);
        }
        if let VoterAnswer::Holds { token, record, .. } = *answer
            && remembers
        {
            if let Some(concluded) = self.proposer.read(seat, token, &record, effects) {
                self.concluded(now, concluded, effects);
            }
            self.looked(now, seat, token, record, effects);
        }
    }

    /// Brings back a voter that lost its memory: only beside a voter that kept its own, and one after the
    /// other, for after a founding two that came back at once would wait for each other. Who holds the lease
    /// without its own voter has both others, and nobody else may ever look. Returns whether the voter that
    /// answered remembers.
    fn readmit(&mut self, now: LocalTime, seat: Seat, answer: &VoterAnswer, effects: &mut Vec<SiteEffect>) -> bool {
        let own = seat == self.identity.side.seat();
        let remembers = match *answer {
            VoterAnswer::Abstains { .. } => false,
            VoterAnswer::Holds { record, incarnation, .. } => {
                self.decisions.remembers(record.members.incarnation(seat), incarnation)
            }
            _ => true,
        };
        if own {
            self.voter_remembers = remembers;
        }
        if remembers {
            self.readmission.take_if(|under_way| under_way.seat() == seat);
        } else if let VoterAnswer::Abstains { incarnation } | VoterAnswer::Holds { incarnation, .. } = *answer
            && (self.voter_remembers || self.is_serving(now))
            && self.readmission.as_ref().is_none_or(|under_way| under_way.seat() == seat)
        {
            self.readmission = Some(Readmission::begin(seat, incarnation, effects));
        }
        remembers
    }

    fn map_pushed(&mut self, map: Arc<ResidencyMap>, effects: &mut Vec<SiteEffect>) {
        let newer = map.version > self.map.version;
        let announcement = if newer && self.decisions.admits_map(&self.identity, &map) {
            self.map = map;
            Announcement::MapAdopted
        } else {
            Announcement::MapRefused
        };
        effects.push(SiteEffect::Announce(announcement));
    }

    /// A time up to `most`, from the site's entropy.
    fn jitter(&mut self, most: Span) -> Span {
        self.entropy = entropy::next(self.entropy);
        Span(self.entropy % most.0.max(1))
    }
}

impl<D: Decisions> Machine for Site<D> {
    type Input = SiteInput;
    type Effect = SiteEffect;
    type Timer = SiteTimer;

    fn step(&mut self, now: LocalTime, input: SiteInput, effects: &mut Vec<SiteEffect>) {
        match input {
            SiteInput::Wake => {}
            SiteInput::Probed(says) => self.probe_answered(now, says, effects),
            _ if self.keeps_out(now, &input, effects) => {}
            SiteInput::Request(Operation::Write { write, existing, turned_away }) => {
                self.write(now, &write, existing, turned_away, effects);
            }
            SiteInput::Request(Operation::Read { request, tenant, conversation, turned_away }) => {
                let refused =
                    |retry_after| Response::Refused { refusal: Refusal::Overloaded { retry_after }, placed: None };
                let elsewhere = self.reads_elsewhere(tenant, conversation);
                let response = elsewhere.unwrap_or_else(|| turned_away.map_or(Response::Shown, refused));
                effects.push(SiteEffect::Respond { request, response });
            }
            SiteInput::Request(Operation::Import { request, lot, held, turned_away }) => {
                self.import(now, request, lot, held, turned_away, effects);
            }
            SiteInput::Persisted { through } => self.persisted(now, through, effects),
            SiteInput::Reread(batch) => self.reread(now.monotonic, batch, effects),
            SiteInput::Peer(message) => self.peer_said(now, message, effects),
            SiteInput::Voter { seat, answer } => self.voter_said(now, seat, &answer, effects),
            SiteInput::Noticed(register) => self.noticed(now, register, effects),
            SiteInput::Order(order) => self.ordered(now, order, effects),
            SiteInput::MapPushed(map) => self.map_pushed(map, effects),
            SiteInput::Offered(backup) => self.restore(backup, effects),
            SiteInput::BackedUp { through } => self.backup_written(now, through, effects),
            SiteInput::Copied { class, run, taken } => self.made(class, run, taken, effects),
            SiteInput::Relocate(relocation) => self.relocate(now, relocation, effects),
            SiteInput::Exported { tenant, here, response } => self.exported(now, tenant, here, response, effects),
            SiteInput::Replace(row) => self.replace(now, row),
        }
        self.time_flush(now);
        self.advance(now, effects);
        if self.region.is_attested() {
            self.derive(now.monotonic, effects);
        }
    }

    fn deadline(&self) -> Option<(Monotonic, SiteTimer)> {
        let role = match &self.role {
            Role::Standby(standby) if self.proposer.is_busy() => standby.look_deadline(),
            Role::Standby(standby) => {
                let founding = self.refounding.as_ref().and_then(Refounding::deadline);
                Some(
                    founding
                        .filter(|&at| at < standby.deadline().0)
                        .map_or_else(|| standby.deadline(), |at| (at, SiteTimer::Refound)),
                )
            }
            Role::Holding(holding) => Some(self.holding_deadline(holding)),
        };
        if !self.region.is_attested() {
            return Some((self.region.ask_at().min(self.purge_at), SiteTimer::Probe));
        }
        let attempt = self.proposer.deadline().map(|until| (until, SiteTimer::AttemptOver));
        let purge = Some((self.purge_at, SiteTimer::Purge));
        [attempt, role, self.derive_at(), purge].into_iter().flatten().min_by_key(|&(at, _)| at)
    }
}
