//! What users do, and when.
//!
//! Each tenant acts as a Poisson process whose rate follows the hours of its local day. It is drawn
//! by thinning: candidates come at the rate of the busiest moment, and one is kept with the share
//! that the rate at its time is of that. Each tenant has one stream for all it does.
//!
//! A process without memory may be drawn anew at any time: when a surge begins or ends, the world
//! asks [`Traffic::next`] again for every tenant, from that moment on, and ignores what it was told
//! before, which it can tell by [`Traffic::generation`].

use super::chance::{Chance, Purpose};
use super::plan::{Plan, TrafficPlan};
use super::population::{ConversationState, Population, TenantState};
use super::profile::{LocalDay, Profile};
use super::sampler::{Weighted, Zipf};
use crate::terms::{Boundary, Bytes, Conversation, ConversationKind, Instant, RecordKind, Span, Tenant, User};

const DAY: Span = Span::hours(24);
/// A reader looks at so many conversations for one that is open already.
const LOOKS: usize = 4;
/// The mean of an exponential distribution is its median by 1/ln 2, here in parts per million.
const MEAN_OF_MEDIAN: u64 = 1_442_695;

/// What a user does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Makes a record that follows no other: message, like, comment, or the metadata of a card.
    Write {
        /// Who.
        user: User,
        /// In which conversation. It may not be open yet: then this record opens it.
        conversation: Conversation,
        /// What.
        kind: RecordKind,
        /// Whether an attachment belongs to it.
        attachment: bool,
        /// How many responses an action card gets.
        responses: u16,
        /// How large.
        size: Bytes,
    },
    /// Opens a conversation, one that has been opened before.
    Read {
        /// Who.
        user: User,
        /// Which.
        conversation: Conversation,
    },
    /// Makes a call: media first, and its log entry when it ends.
    Call {
        /// Who.
        user: User,
        /// In which conversation.
        conversation: Conversation,
        /// How large the media is.
        media: Bytes,
        /// How large the log entry is.
        log: Bytes,
        /// How long it lasts.
        lasts: Span,
    },
}

/// What everybody does.
#[derive(Clone, Debug)]
pub struct Traffic {
    tenants: Vec<TenantTraffic>,
    profile: Profile,
    habits: Habits,
    surges: Vec<(Option<Boundary>, u64)>,
    generation: u32,
}

/// When a tenant acts next.
#[derive(Clone, Debug)]
struct TenantTraffic {
    /// Mean time between candidates without a surge; `None` if the tenant never acts.
    calm: Option<Span>,
    /// The same now: a surge by nothing silences the tenant.
    gap: Option<Span>,
    day: LocalDay,
    boundary: Option<Boundary>,
    signed_up: Instant,
    chance: Chance,
}

/// What every user's actions have in common.
#[derive(Clone, Debug)]
struct Habits {
    /// The share of reads among all actions, in parts per million.
    reads_ppm: u32,
    kinds: Vec<RecordKind>,
    mix: Option<Weighted>,
    attachment_ppm: u32,
    responses_milli: u64,
    /// Mean length of a call.
    call: Span,
    /// Mean size of each kind.
    means: [u64; 9],
    zipf: Zipf,
}

impl Traffic {
    /// The traffic of a population, from the beginning of every stream.
    pub fn new(plan: &Plan, population: &Population) -> Self {
        let profile = Profile::new(&plan.traffic);
        let longest = population.conversations.iter().map(|c| c.members);
        let ranks = population.tenants.iter().map(|t| t.conversations.end - t.conversations.start);
        let longest = longest.chain(ranks).max().unwrap_or(1);
        let tenant = |tenant| TenantTraffic::new(plan, &profile, tenant);
        Self {
            tenants: population.tenants.iter().map(tenant).collect(),
            habits: Habits::new(&plan.traffic, Zipf::new(plan.population.zipf, longest)),
            profile,
            surges: Vec::new(),
            generation: 0,
        }
    }

    /// When the tenant acts next after `after`; [`Instant::NEVER`] if it never does.
    pub fn next(&mut self, tenant: Tenant, after: Instant) -> Instant {
        self.tenants[tenant.0 as usize].next(&self.profile, after)
    }

    /// Draws what one of the tenant's users does at `at`.
    pub fn action(&mut self, tenant: Tenant, at: Instant, population: &Population) -> Action {
        let chance = &mut self.tenants[tenant.0 as usize].chance;
        if chance.ppm(self.habits.reads_ppm)
            && let Some(read) = self.habits.read(tenant, at, population, chance)
        {
            return read;
        }
        self.habits.write(tenant, at, population, chance)
    }

    /// Draws the size of a record that one of the tenant's users makes.
    pub fn size(&mut self, tenant: Tenant, kind: RecordKind) -> Bytes {
        self.habits.size(kind, &mut self.tenants[tenant.0 as usize].chance)
    }

    /// Draws a member of a conversation: who responds to a card there.
    pub fn member(&mut self, conversation: Conversation, population: &Population) -> User {
        let conversation = population.conversation(conversation);
        self.habits.member(conversation, population, &mut self.tenants[conversation.tenant.0 as usize].chance)
    }

    /// Multiplies the traffic of a boundary's tenants, or of all, by thousandths; or takes that
    /// back. Several surges multiply. [`Traffic::next`] has to be asked anew for every tenant.
    ///
    /// # Panics
    ///
    /// If a surge is taken back that was never made.
    pub fn set_surge(&mut self, boundary: Option<Boundary>, factor_milli: u64, on: bool) {
        if on {
            self.surges.push((boundary, factor_milli));
        } else {
            let made = self.surges.iter().position(|&surge| surge == (boundary, factor_milli));
            self.surges.swap_remove(made.expect("a surge is lifted once, after it struck"));
        }
        self.generation += 1;
        for tenant in &mut self.tenants {
            tenant.surge(&self.surges);
        }
    }

    /// Grows whenever what [`Traffic::next`] has answered so far is out of date.
    pub const fn generation(&self) -> u32 {
        self.generation
    }
}

impl TenantTraffic {
    fn new(plan: &Plan, profile: &Profile, tenant: &TenantState) -> Self {
        let users = u128::from(tenant.users.end - tenant.users.start);
        let actions = plan.traffic.records_per_user_day_milli.saturating_add(plan.traffic.reads_per_user_day_milli);
        let a_day = users * u128::from(actions) * u128::from(profile.peak());
        let gap = (u128::from(DAY.0) * 1_000 * u128::from(Profile::ONE)).checked_div(a_day);
        let calm = gap.map(|gap| Span(u64::try_from(gap).unwrap_or(u64::MAX).max(1)));
        Self {
            calm,
            gap: calm,
            day: LocalDay::new(&tenant.offsets),
            boundary: tenant.boundary,
            signed_up: tenant.tenancy.signed_up,
            chance: Chance::open(plan.seed, Purpose::Traffic, tenant.entity),
        }
    }

    fn next(&mut self, profile: &Profile, after: Instant) -> Instant {
        let Some(gap) = self.gap else { return Instant::NEVER };
        let mut at = after.max(self.signed_up);
        loop {
            at = at + self.chance.exponential(gap);
            if at == Instant::NEVER {
                return at;
            }
            let rate = profile.rate(self.day.local_micros(at));
            if self.chance.below(profile.peak()) < rate {
                return at;
            }
        }
    }

    /// Sets the rate for the surges that are on.
    fn surge(&mut self, surges: &[(Option<Boundary>, u64)]) {
        let is_mine = |boundary: Option<Boundary>| boundary.is_none() || boundary == self.boundary;
        let mut factors = surges.iter().filter(|&&(boundary, _)| is_mine(boundary)).map(|&(_, factor)| factor);
        let quicker = |gap: Span, factor: u64| (factor > 0).then(|| gap.scale(1_000, factor).max(Span(1)));
        self.gap = self.calm.and_then(|calm| factors.try_fold(calm, quicker));
    }
}

impl Habits {
    fn new(plan: &TrafficPlan, zipf: Zipf) -> Self {
        let (reads, records) = (plan.reads_per_user_day_milli, plan.records_per_user_day_milli);
        let reads_ppm = Span(reads).scale(1_000_000, reads.saturating_add(records)).0;
        Self {
            reads_ppm: u32::try_from(reads_ppm).unwrap_or(1_000_000),
            kinds: plan.mix.iter().map(|&(kind, _)| kind).collect(),
            mix: Weighted::new(plan.mix.iter().map(|&(_, weight)| weight)),
            attachment_ppm: plan.attachment_ppm,
            responses_milli: u64::from(plan.responses_per_card) * 1_000,
            call: plan.call,
            means: plan.sizes.map(|median| Span(median.0).scale(MEAN_OF_MEDIAN, 1_000_000).0),
            zipf,
        }
    }

    /// A read of a conversation that is open; `None` if none is found.
    fn read(&self, tenant: Tenant, at: Instant, population: &Population, chance: &mut Chance) -> Option<Action> {
        (0..LOOKS).find_map(|_| {
            let conversation = self.conversation(tenant, population, chance);
            let state = population.conversation(conversation);
            let user = self.member(state, population, chance);
            (state.opened <= at).then_some(Action::Read { user, conversation })
        })
    }

    fn write(&self, tenant: Tenant, at: Instant, population: &Population, chance: &mut Chance) -> Action {
        let conversation = self.conversation(tenant, population, chance);
        let state = population.conversation(conversation);
        let user = self.member(state, population, chance);
        let drawn = self.mix.as_ref().map_or(RecordKind::Message, |mix| self.kinds[mix.draw(chance)]);
        let kind = if state.opened <= at { drawn } else { beginning(drawn) };
        if matches!(kind, RecordKind::CallMedia | RecordKind::CallLog) {
            let (media, log) = (self.size(RecordKind::CallMedia, chance), self.size(RecordKind::CallLog, chance));
            return Action::Call { user, conversation, media, log, lasts: chance.exponential(self.call) };
        }
        let attachment = kind == RecordKind::Message && chance.ppm(self.attachment_ppm);
        let responses = if kind == RecordKind::CardMetadata { self.responses(state, chance) } else { 0 };
        Action::Write { user, conversation, kind, attachment, responses, size: self.size(kind, chance) }
    }

    fn conversation(&self, tenant: Tenant, population: &Population, chance: &mut Chance) -> Conversation {
        let conversations = &population.tenants[tenant.0 as usize].conversations;
        Conversation(conversations.start + self.zipf.draw(conversations.end - conversations.start, chance))
    }

    fn member(&self, conversation: &ConversationState, population: &Population, chance: &mut Chance) -> User {
        population.member(conversation, self.zipf.draw(conversation.members, chance))
    }

    /// In a chat of two, one responds.
    fn responses(&self, conversation: &ConversationState, chance: &mut Chance) -> u16 {
        let mean = if conversation.kind == ConversationKind::OneToOne { 1_000 } else { self.responses_milli };
        u16::try_from(chance.poisson_small(mean.min(self.responses_milli))).unwrap_or(u16::MAX)
    }

    /// At least one byte: exponentially distributed, with the plan's median.
    fn size(&self, kind: RecordKind, chance: &mut Chance) -> Bytes {
        Bytes(chance.exponential_amount(self.means[kind.index()]).max(1))
    }
}

/// What a conversation begins with, where `drawn` needs a message before it.
const fn beginning(drawn: RecordKind) -> RecordKind {
    match drawn {
        RecordKind::Like | RecordKind::Comment => RecordKind::Message,
        other => other,
    }
}

#[cfg(test)]
mod tests;
