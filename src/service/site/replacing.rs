//! A seat of the unit gets another place: what the holder does. See [`crate::service::replacement`].

use super::backup::Schedule;
use super::{Role, Site, SiteEffect};
use crate::service::Decisions;
use crate::service::policy::Policy;
use crate::service::replacement::{Filling, Replacement, Stage, Vacancy};
use crate::terms::{CopyClass, CopySet, LocalTime, Mode, Monotonic, Seat, Side, Span};

/// What a site knows of the seats of its unit that get another place. **Of a unit that keeps its places it never
/// changes.**
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Replacing {
    /// The rows of the directory, each with the time when it was last told of.
    rows: Vec<(Replacement, Monotonic)>,
    /// When to look next whether anything may go on.
    at: Monotonic,
    /// When each voter last answered that remembers what it promised.
    heard: [Option<Monotonic>; 3],
}

impl Replacing {
    pub(super) const fn nothing() -> Self {
        Self { rows: Vec::new(), at: Monotonic::NEVER, heard: [None; 3] }
    }

    /// When a holder looks next.
    pub(super) const fn deadline(&self) -> Monotonic {
        self.at
    }

    /// A voter answered that remembers.
    pub(super) fn heard(&mut self, now: Monotonic, seat: Seat) {
        if !self.rows.is_empty() {
            self.heard[seat.index()] = Some(now);
        }
    }

    /// Whether a site of the unit is about to leave its place.
    pub(super) fn is_leaving(&self, side: Side) -> bool {
        self.rows.iter().any(|(row, _)| row.seat == side.seat() && row.stage == Stage::Ordered)
    }

    /// Looks anew at what may go on.
    pub(super) fn look_now(&mut self, now: Monotonic) {
        let open = self.rows.iter().any(|(row, _)| row.stage != Stage::Retired);
        self.at = if open { now } else { Monotonic::NEVER };
    }

    /// Every row, first those of seats that are being filled: the next seat waits for them.
    fn in_turn(&self) -> Vec<(Replacement, Monotonic)> {
        let mut rows = self.rows.clone();
        rows.sort_by_key(|(row, _)| row.stage == Stage::Ordered);
        rows
    }

    /// Since when an answer of a voter counts: what answers to a question from before its machine was commissioned is
    /// too late, and may be the old one's word.
    fn speaks_since(&self, seat: Seat, patience: Span) -> Monotonic {
        let own = self.rows.iter().find(|(row, _)| row.seat == seat && row.stage != Stage::Ordered);
        own.map_or(Monotonic::ZERO, |&(_, told)| told + patience)
    }

    /// Whether a voter answered within `span` before `now`, and not before `since`.
    fn votes(&self, seat: Seat, now: Monotonic, span: Span, since: Monotonic) -> bool {
        self.heard[seat.index()].is_some_and(|at| now.since(at) <= span && at >= since)
    }
}

impl<D: Decisions> Site<D> {
    /// A row of the directory of seats.
    pub(super) fn replace(&mut self, now: LocalTime, row: Replacement) {
        if self.replacing.rows.iter().any(|(known, _)| *known == row) {
            // It keeps its turn: another seat must not come before one whose new machine nobody has told of yet.
            return self.replacing.look_now(now.monotonic);
        }
        let known = self.replacing.rows.iter().find(|(known, _)| known.seat == row.seat).map(|(known, _)| known.stage);
        self.replacing.rows.retain(|(known, _)| known.seat != row.seat);
        self.replacing.rows.push((row, now.monotonic));
        self.replacing.look_now(now.monotonic);
        let fresh = row.stage == Stage::Commissioned && known != Some(Stage::Commissioned);
        let peer = self.peer().seat();
        if let (Role::Holding(holding), true) = (&mut self.role, fresh) {
            if row.seat == peer {
                holding.peer.was_replaced(now.monotonic);
            }
            // What the media of the old place hold must stand elsewhere before they are emptied.
            holding.backup = Schedule::beginning(now.monotonic);
        }
    }

    /// Carries on what may go on, one seat after the other: the next when the one before has everything.
    pub(super) fn carry_replacements_on(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        if now.monotonic < self.replacing.at || matches!(self.role, Role::Standby(_)) {
            return;
        }
        self.replacing.look_now(now.monotonic + self.policy.loop_wait);
        for (row, _) in self.replacing.in_turn() {
            match row.stage {
                Stage::Ordered if self.decisions.may_commission(&self.vacancy(now.monotonic, row)) => {
                    return effects.push(SiteEffect::Commission { seat: row.seat });
                }
                Stage::Ordered if row.seat == self.identity.side.seat() && self.may_hand_over(now.monotonic) => {
                    self.replacing.look_now(now.monotonic + self.policy.switchover_timeout);
                    return self.begin_switchover(now, effects);
                }
                Stage::Ordered => return,
                Stage::Commissioned | Stage::Filled
                    if !self.decisions.may_retire(&self.filling(now.monotonic, row)) =>
                {
                    return self.hasten_backup(now.monotonic, row);
                }
                Stage::Commissioned | Stage::Filled => {
                    let kept = |class: &CopyClass| self.decisions.retires(*class);
                    let classes = CopyClass::ALL.into_iter().filter(kept).fold(CopySet::default(), CopySet::with);
                    effects.push(SiteEffect::Retire { seat: row.seat, classes });
                }
                Stage::Retired => {}
            }
        }
    }

    /// What waits for the first backup of a site does not wait for the next by the schedule, nor for as long as the
    /// schedule gives media that take none.
    fn hasten_backup(&mut self, now: Monotonic, row: Replacement) {
        if let Role::Holding(holding) = &mut self.role
            && row.seat != Seat::Witness
            && self.log.durable() > 0
        {
            holding.backup.hasten(now, self.policy.backoff_max);
        }
    }

    /// Whether the lease is there to be handed over, and the peer could take it now.
    fn may_hand_over(&self, now: Monotonic) -> bool {
        let Role::Holding(holding) = &self.role else { return false };
        holding.lease_valid(now)
            && holding.in_touch()
            && holding.peer.is_certified()
            && holding.peer.caught_up_since.is_some()
    }

    fn vacancy(&self, now: Monotonic, row: Replacement) -> Vacancy {
        let others = Seat::ALL.into_iter().filter(|&seat| seat != row.seat);
        Vacancy {
            lease_valid: self.is_valid_holder(now),
            own: row.seat == self.identity.side.seat(),
            others_vote: others.into_iter().all(|seat| self.hears(seat, now)),
        }
    }

    fn filling(&self, now: Monotonic, row: Replacement) -> Filling {
        let is_site = row.seat != Seat::Witness;
        let (replicated, backed_up, journaled) = match &self.role {
            Role::Standby(_) => (false, false, false),
            Role::Holding(holding) => (
                self.may_hand_over(now) && !self.log.uncertified && holding.known.mode == Mode::Replicated,
                self.policy.backup_every.is_none() || holding.backup.has_any() || self.log.durable() == 0,
                self.policy.index_every.is_none() || self.derived.journal_has(holding.inherited()),
            ),
        };
        Filling {
            lease_valid: self.is_valid_holder(now),
            votes: self.hears(row.seat, now),
            replicated: replicated || !is_site,
            backed_up: backed_up || !is_site,
            journaled: journaled || !is_site,
        }
    }

    fn is_valid_holder(&self, now: Monotonic) -> bool {
        matches!(&self.role, Role::Holding(holding) if holding.lease_valid(now))
    }

    /// Whether a voter answered to the last renewal or the one before.
    fn hears(&self, seat: Seat, now: Monotonic) -> bool {
        let Policy { loop_wait, retry_timeout, .. } = *self.policy;
        let since = self.replacing.speaks_since(seat, retry_timeout);
        self.replacing.votes(seat, now, loop_wait + loop_wait + retry_timeout, since)
    }
}
