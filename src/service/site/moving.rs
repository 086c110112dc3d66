//! A tenant moves: what its old home does. See [`crate::service::relocation`].

use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::message::{Placed, Response, Write};
use crate::service::placement::Placement;
use crate::service::policy::Policy;
use crate::service::relocation::{Copied, Held, Lot, Relocation, Stage};
use crate::terms::{
    Content, ConversationKind, CopyClass, CopySet, Index, LocalTime, Monotonic, Refusal, Side, Span, Tenant, Unit,
};

/// So many records of the log are looked through for one lot at most. How many bytes those have, this site does not
/// know, nor how fast the link is: what was not answered in time is cut in half, and grows again little by little.
const LOT: u64 = 2_048;

/// How long a writer is told to stay away while its tenant is drained.
const RETRY_AFTER: Span = Span::secs(1);

/// A move under way, at the holder of the old home. Nothing of it is stored: who takes over asks the new home.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Move {
    relocation: Relocation,
    /// The site of the new home that is believed to hold the lease there.
    side: Side,
    step: Step,
    /// Lots that are known to be there.
    lots: u32,
    /// The last index of the run of the last of them, and of what holds nothing of the tenant after it.
    through: Index,
    /// How many records of the log the next lot is looked for in.
    length: u64,
    /// Whether the new home had on both of its sites what it had when it was asked last.
    ready: bool,
    /// The longest that it took to answer.
    answers_in: Span,
    /// Nothing is sent before this.
    not_before: Monotonic,
    drain: Option<Draining>,
}

/// What the holder is about to do, or waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// To ask the new home what it has.
    Ask,
    /// To copy.
    Copy,
    /// For the answer to what it asked, until then.
    Asked { until: Monotonic },
    /// For the answer to a lot, until then.
    Sent { lot: Lot, until: Monotonic },
}

/// Writes of the tenant are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Draining {
    /// The last index that may hold anything of the tenant.
    end: Index,
    /// Until when that is tried.
    until: Monotonic,
}

impl Move {
    const fn new(relocation: Relocation, now: Monotonic) -> Self {
        Self {
            relocation,
            side: Side::A,
            step: Step::Ask,
            lots: 0,
            through: 0,
            length: LOT,
            ready: false,
            answers_in: Span::ZERO,
            not_before: now,
            drain: None,
        }
    }

    /// When it next has to act by itself.
    pub(super) fn deadline(&self) -> Monotonic {
        let step = match self.step {
            Step::Ask => self.not_before,
            // It goes on when the peer has more, which is an input.
            Step::Copy => Monotonic::NEVER,
            Step::Asked { until } | Step::Sent { until, .. } => until,
        };
        self.drain.map_or(step, |drain| step.min(drain.until))
    }

    const fn export(&self, lot: Option<Lot>) -> SiteEffect {
        let Relocation { tenant, to, .. } = self.relocation;
        SiteEffect::Export { tenant, to, side: self.side, lot, through: self.through }
    }

    fn retry(&mut self, at: Monotonic) {
        self.step = Step::Ask;
        self.not_before = self.not_before.max(at);
    }

    /// Goes on to copy; after a drain in vain it asks first, when that is over for which it serves.
    fn go_on(&mut self, now: Monotonic) {
        self.step = if now < self.not_before { Step::Ask } else { Step::Copy };
    }

    /// The tenant is served again. A lot that is on its way may still arrive: were it given up, and sent anew in the
    /// next drain, no drain would ever be long enough for it.
    fn end_drain(&mut self, pause: Monotonic) {
        (self.drain, self.ready) = (None, false);
        match self.step {
            Step::Sent { .. } => self.not_before = pause,
            _ => self.retry(pause),
        }
    }

    /// The new home answered to what it was asked last.
    fn answered(&mut self, now: Monotonic, policy: &Policy) {
        if let Step::Asked { until } | Step::Sent { until, .. } = self.step {
            self.answers_in = self.answers_in.max(now.since(until.before(policy.request_timeout)));
        }
    }

    /// How long to refuse writes of the tenant: the new home may be a continent away, and is told of the last lot,
    /// and asked once or twice whether all is there.
    fn drains_for(&self, policy: &Policy) -> Span {
        Span(self.answers_in.0.saturating_mul(4)).min(policy.request_timeout).max(policy.drain_timeout)
    }
}

impl<D: Decisions> Site<D> {
    /// A row of the directory of homes.
    pub(super) fn relocate(&mut self, now: LocalTime, relocation: Relocation, effects: &mut Vec<SiteEffect>) {
        self.relocations.retain(|known| known.tenant != relocation.tenant);
        self.relocations.push(relocation);
        if let Role::Holding(holding) = &mut self.role {
            holding.moves.retain(|under_way| under_way.relocation.tenant != relocation.tenant);
        }
        self.begin_move(now.monotonic, relocation);
        if relocation.empties(self.identity.unit) {
            self.purge(now.monotonic, effects);
        }
    }

    /// A site that has just won the lease goes on with the moves from its unit.
    pub(super) fn resume_moves(&mut self, now: Monotonic) {
        for place in 0..self.relocations.len() {
            self.begin_move(now, self.relocations[place]);
        }
    }

    fn begin_move(&mut self, now: Monotonic, relocation: Relocation) {
        let Role::Holding(holding) = &mut self.role else { return };
        if relocation.stage == Stage::Ordered && relocation.from == self.identity.unit {
            holding.moves.push(Move::new(relocation, now));
        }
    }

    /// Erases what must not be left here, and plans to do so again.
    pub(super) fn purge(&mut self, now: Monotonic, effects: &mut Vec<SiteEffect>) {
        let (unit, side) = (self.identity.unit, self.identity.side);
        let targets = self.decisions.backup_targets(&self.map, unit, self.beside());
        let purged = CopyClass::ALL.into_iter().filter(|&class| self.decisions.purges(side, class));
        let classes = purged.fold(CopySet::default(), CopySet::with);
        let due = self.relocations.iter().filter(|relocation| relocation.empties(unit));
        effects.extend(due.map(|relocation| SiteEffect::Erase { tenant: relocation.tenant, targets, classes }));
        self.purge_at = now + Span(self.policy.purge_within.0 / 4);
    }

    /// Where a record rests whose rules name a home that its tenant has left.
    pub(super) fn at_home(&self, write: &Write, placement: Placement) -> Placement {
        let to = self.moved_from(write.tenant, write.conversation, placement.unit);
        Placement { unit: to.unwrap_or(placement.unit), ..placement }
    }

    /// The answer to a reader whose conversation is no longer here.
    pub(super) fn reads_elsewhere(&self, tenant: Tenant, conversation: ConversationKind) -> Option<Response> {
        let to = self.moved_from(tenant, conversation, self.identity.unit)?;
        Some(Response::Moved { to, placed: None })
    }

    /// The answer to a write whose place is `unit`: a redirection, for good where the tenant moved from here.
    pub(super) fn elsewhere(&self, write: &Write, placed: Placed) -> Response {
        let moved = self.moved_from(write.tenant, write.conversation, self.identity.unit) == Some(placed.unit);
        let (unit, placed) = (placed.unit, Some(placed));
        if moved { Response::Moved { to: unit, placed } } else { Response::Redirected { unit, side: Side::A, placed } }
    }

    /// The new home of a tenant that left `unit`, for what is its organization's.
    fn moved_from(&self, tenant: Tenant, conversation: ConversationKind, unit: Unit) -> Option<Unit> {
        let of = |relocation: &&Relocation| relocation.tenant == tenant && conversation.is_organization();
        let relocation = self.relocations.iter().find(of)?;
        self.decisions.has_left(relocation, unit).then_some(relocation.to)
    }

    /// Whether writes of a tenant are refused for the sake of its move.
    pub(super) fn drains(&self, write: &Write) -> Option<Refusal> {
        let Role::Holding(holding) = &self.role else { return None };
        let drained = |under_way: &Move| under_way.relocation.tenant == write.tenant && under_way.drain.is_some();
        let refused = write.conversation.is_organization() && holding.moves.iter().any(drained);
        refused.then_some(Refusal::Moving { retry_after: RETRY_AFTER })
    }
}

/// The old home.
impl<D: Decisions> Site<D> {
    /// Carries every move on.
    pub(super) fn carry_moves_on(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        holding.moves_rest = !holding.lease_valid(now.monotonic);
        if holding.moves.is_empty() || holding.moves_rest {
            return;
        }
        let mut moves = std::mem::take(&mut holding.moves);
        for under_way in &mut moves {
            self.carry_on(now.monotonic, under_way, effects);
        }
        if let Role::Holding(holding) = &mut self.role {
            holding.moves = moves;
        }
    }

    fn carry_on(&self, now: Monotonic, under_way: &mut Move, effects: &mut Vec<SiteEffect>) {
        if under_way.drain.is_some_and(|drain| drain.until <= now) {
            under_way.end_drain(now + self.policy.backoff_max);
            let tenant = under_way.relocation.tenant;
            effects.push(SiteEffect::Announce(Announcement::MoveDelayed { tenant }));
        }
        match under_way.step {
            Step::Asked { until } | Step::Sent { until, .. } if until <= now => {
                if let Step::Sent { lot, .. } = under_way.step {
                    under_way.length = (lot.through.index - lot.after).div_ceil(2);
                }
                under_way.side = under_way.side.peer();
                under_way.retry(now);
            }
            _ => {}
        }
        if now < under_way.not_before {
            return;
        }
        match under_way.step {
            Step::Ask => self.ask_new_home(now, under_way, effects),
            Step::Copy => self.copy(now, under_way, effects),
            Step::Asked { .. } | Step::Sent { .. } => {}
        }
    }

    fn ask_new_home(&self, now: Monotonic, under_way: &mut Move, effects: &mut Vec<SiteEffect>) {
        under_way.step = Step::Asked { until: now + self.policy.request_timeout };
        effects.push(under_way.export(None));
    }

    /// Sends the next lot, or, where only a batch is left and the new home has all before it on both of its sites,
    /// stops accepting writes of the tenant.
    fn copy(&self, now: Monotonic, under_way: &mut Move, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &self.role else { return };
        let on_both = if holding.in_touch() { holding.peer.durable.min(self.log.durable()) } else { 0 };
        let tail = self.log.end().saturating_sub(under_way.through);
        let nearly = under_way.drain.is_none() && tail <= self.policy.batch_records && holding.in_touch();
        if nearly && !under_way.ready {
            return under_way.retry(now + self.policy.loop_wait);
        }
        if nearly {
            let (end, until) = (self.log.end(), now + under_way.drains_for(&self.policy));
            under_way.drain = Some(Draining { end, until });
            let tenant = under_way.relocation.tenant;
            effects.push(SiteEffect::Announce(Announcement::MoveDrains { tenant }));
        }
        let limit = under_way.drain.map_or(on_both, |drain| drain.end.min(on_both));
        if under_way.through < limit {
            let through = self.log.position(limit.min(under_way.through + under_way.length));
            let (tenant, number) = (under_way.relocation.tenant, under_way.lots + 1);
            let lot = Lot { tenant, number, after: under_way.through, through };
            under_way.step = Step::Sent { lot, until: now + self.policy.request_timeout };
            effects.push(under_way.export(Some(lot)));
        } else if under_way.drain.is_some_and(|drain| under_way.through >= drain.end) {
            self.ask_new_home(now, under_way, effects);
        }
    }

    /// The new home answered, or nothing had to be sent.
    pub(super) fn exported(
        &mut self,
        now: LocalTime,
        tenant: Tenant,
        here: Content,
        response: Option<Response>,
        effects: &mut Vec<SiteEffect>,
    ) {
        let (soon, later) = (now.monotonic + Span::millis(100), now.monotonic + self.policy.backoff_min);
        let Role::Holding(holding) = &mut self.role else { return };
        let Some(place) = holding.moves.iter().position(|under_way| under_way.relocation.tenant == tenant) else {
            return;
        };
        let mut under_way = holding.moves.swap_remove(place);
        if response.is_some() {
            under_way.answered(now.monotonic, &self.policy);
        }
        match response {
            None | Some(Response::Acknowledged { .. }) => {
                if let Step::Sent { lot, .. } = under_way.step {
                    under_way.lots += u32::from(response.is_some());
                    under_way.length = LOT.min(under_way.length + under_way.length / 8 + 1);
                    under_way.through = lot.through.index;
                    under_way.go_on(now.monotonic);
                }
            }
            Some(Response::Holds { held, on_both }) => {
                self.compare(now.monotonic, &mut under_way, here, (held, on_both), effects);
            }
            Some(Response::Redirected { unit, side, .. }) if unit == under_way.relocation.to => {
                under_way.side = side;
                under_way.retry(soon);
            }
            Some(Response::Refused { refusal: Refusal::Overloaded { retry_after }, .. }) => {
                under_way.retry(now.monotonic + retry_after);
            }
            Some(_) => {
                under_way.side = under_way.side.peer();
                under_way.retry(later);
            }
        }
        if let Role::Holding(holding) = &mut self.role {
            holding.moves.push(under_way);
        }
    }

    /// The new home says what it has: this goes on behind it, or is over.
    fn compare(
        &self,
        now: Monotonic,
        under_way: &mut Move,
        here: Content,
        (held, on_both): (Held, bool),
        effects: &mut Vec<SiteEffect>,
    ) {
        let relocation = under_way.relocation;
        under_way.ready = on_both;
        let asked = matches!(under_way.step, Step::Asked { .. });
        let drained = under_way.drain.is_some_and(|drain| under_way.through >= drain.end);
        let copied = Copied { here, there: held.content, on_both, drained };
        if asked && self.decisions.may_cut_over(&copied) {
            effects.push(SiteEffect::Settle(Relocation { stage: Stage::CutOver, ..relocation }));
        } else if !self.log.has(held.through) {
            effects.push(SiteEffect::Settle(Relocation { stage: Stage::Cancelled, ..relocation }));
        } else if asked && drained && here == held.content {
            under_way.retry(now + Span::millis(50));
        } else {
            under_way.lots = held.lots;
            under_way.through = held.through.index;
            under_way.go_on(now);
        }
    }
}
