//! Who uses the service: tenants, their users, their conversations.
//!
//! Each tenant is drawn from a stream of its own, keyed by its name or by its number among the drawn
//! ones, so adding a tenant changes no other.

use super::chance::{Chance, Purpose, named};
use super::plan::{CountryPlan, Distribution, Plan, TenantPlan};
use super::sampler::{Weighted, Zipf};
use crate::terms::{
    AppVersion, Boundary, Conversation, ConversationKind, Country, Instant, Opening, Span, Tenancy, Tenant, User,
};
use std::ops::Range;
use std::sync::Arc;

/// A conversation that is older than the run was opened at most so long before it.
const OLDEST: Span = Span::hours(365 * 24);
/// The most users that a drawn tenant has.
const LARGEST_TENANT: u32 = 1_000_000;
/// The kinds of organization conversations with weights and the most members of each. Assumptions.
const KINDS: [(ConversationKind, u32, u32); 4] = [
    (ConversationKind::Flat, 50, 40),
    (ConversationKind::Hierarchical, 5, 400),
    (ConversationKind::Public, 5, 2_000),
    (ConversationKind::OneToOne, 40, 2),
];
/// The most members of a private conversation. An assumption.
const PRIVATE_MEMBERS: u32 = 8;

/// Everybody, and what they talk in.
#[derive(Clone, Debug)]
pub struct Population {
    /// The tenants, by [`Tenant`].
    pub tenants: Vec<TenantState>,
    /// The users, by [`User`].
    pub users: Vec<UserState>,
    /// The conversations, by [`Conversation`].
    pub conversations: Vec<ConversationState>,
}

/// A tenant.
#[derive(Clone, Debug)]
pub struct TenantState {
    /// Its contract.
    pub tenancy: Tenancy,
    /// The boundary of its billing country; `None` if that is not served.
    pub boundary: Option<Boundary>,
    /// Its users, by [`User`].
    pub users: Range<u32>,
    /// Its conversations, by [`Conversation`]; the busiest come first.
    pub conversations: Range<u32>,
    /// The offset of its local time from UTC, as in [`CountryPlan::offsets`].
    pub offsets: Arc<[(Instant, i32)]>,
    /// Which entity its streams are of.
    pub entity: u64,
}

/// A person with one device.
#[derive(Clone, Copy, Debug)]
pub struct UserState {
    /// Whose employee.
    pub tenant: Tenant,
    /// Of which country.
    pub country: Country,
    /// The version of the app.
    pub app: AppVersion,
    /// In whose network the device is.
    pub place: Boundary,
}

/// A conversation.
#[derive(Clone, Copy, Debug)]
pub struct ConversationState {
    /// When it was opened; [`Instant::NEVER`] until it is.
    pub opened: Instant,
    /// Whose.
    pub tenant: Tenant,
    /// The member that is first, and opens it; the others are the users after it, in a circle.
    pub first: User,
    /// How many members there are.
    pub members: u32,
    /// The country code of the person who opens it.
    pub creator: Country,
    /// What kind.
    pub kind: ConversationKind,
}

const _: () = assert!(size_of::<UserState>() <= 16 && size_of::<ConversationState>() <= 32);

impl Population {
    /// Draws everybody whom the plan asks for. Tenants that it names come first.
    pub fn draw(plan: &Plan) -> Self {
        let law = Law::new(plan);
        let mut population = Self { tenants: Vec::new(), users: Vec::new(), conversations: Vec::new() };
        for tenant in &plan.population.tenants {
            let entity = named(&[&tenant.name]);
            let chance = &mut Chance::open(plan.seed, Purpose::Population, entity);
            population.found(&law, &Founding::named(tenant), entity, chance);
        }
        for entity in 0..u64::from(plan.population.drawn) {
            let chance = &mut Chance::open(plan.seed, Purpose::Population, entity);
            if let Some(founding) = law.founding(chance) {
                population.found(&law, &founding, entity, chance);
            }
        }
        population
    }

    /// The state of a user.
    pub fn user(&self, user: User) -> &UserState {
        &self.users[user.0 as usize]
    }

    /// The state of a conversation.
    pub fn conversation(&self, conversation: Conversation) -> &ConversationState {
        &self.conversations[conversation.0 as usize]
    }

    /// Opens a conversation.
    pub fn open(&mut self, conversation: Conversation, at: Instant) -> Opening {
        self.conversations[conversation.0 as usize].opened = at;
        self.opening(conversation)
    }

    /// The opening of a conversation, as the world states it.
    pub fn opening(&self, conversation: Conversation) -> Opening {
        let ConversationState { opened, tenant, creator, kind, .. } = *self.conversation(conversation);
        Opening { conversation, tenant, kind, creator, opened }
    }

    /// A member of a conversation by number, from zero: the lower, the more active.
    pub fn member(&self, conversation: &ConversationState, number: u32) -> User {
        let users = &self.tenants[conversation.tenant.0 as usize].users;
        let past = conversation.first.0 - users.start + number % conversation.members;
        User(users.start + past % (users.end - users.start))
    }

    /// Adds a tenant with its users and conversations.
    fn found(&mut self, law: &Law, founding: &Founding, entity: u64, chance: &mut Chance) {
        let tenant = Tenant(handle(self.tenants.len()));
        let (users, conversations) = (handle(self.users.len()), handle(self.conversations.len()));
        for _ in 0..founding.users {
            self.users.push(law.user(tenant, founding, chance));
        }
        let users = users..handle(self.users.len());
        for _ in 0..law.conversations_of(founding.users) {
            let conversation = law.conversation(tenant, founding, &users, &self.users, chance);
            self.conversations.push(conversation);
        }
        let billing = founding.billing;
        self.tenants.push(TenantState {
            tenancy: Tenancy { tenant, billing: billing.country, signed_up: founding.signed_up },
            boundary: law.plan.map.boundary_of(billing.country),
            users,
            conversations: conversations..handle(self.conversations.len()),
            offsets: Arc::clone(&billing.offsets),
            entity,
        });
    }
}

/// What is settled of a tenant before its users are drawn.
struct Founding<'a> {
    billing: &'a CountryPlan,
    /// The place of the billing country among the drawn ones.
    listed: Option<usize>,
    signed_up: Instant,
    users: u32,
    group_location: Option<Country>,
}

impl<'a> Founding<'a> {
    fn named(tenant: &'a TenantPlan) -> Self {
        let TenantPlan { billing, signed_up, users, group_location, .. } = tenant;
        Self { billing, listed: None, signed_up: *signed_up, users: (*users).max(1), group_location: *group_location }
    }
}

/// The laws by which a plan's population is drawn.
struct Law<'a> {
    plan: &'a Plan,
    countries: Option<Weighted>,
    apps: Option<Weighted>,
    kinds: Weighted,
}

impl<'a> Law<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            countries: Weighted::new(plan.population.countries.iter().map(|country| country.weight)),
            apps: Weighted::new(plan.population.apps.iter().map(|&(_, weight)| weight)),
            kinds: Weighted::new(KINDS.map(|(_, weight, _)| weight)).expect("some kind has a weight"),
        }
    }

    /// A drawn tenant; `None` if there is no country to draw.
    fn founding(&self, chance: &mut Chance) -> Option<Founding<'a>> {
        let population = &self.plan.population;
        let listed = self.countries.as_ref()?.draw(chance);
        let (from, to) = population.signed_up;
        Some(Founding {
            billing: &population.countries[listed],
            listed: Some(listed),
            signed_up: Instant(chance.between(from.0, to.0)),
            users: number_of_users(population.users_per_tenant, chance),
            group_location: None,
        })
    }

    fn user(&self, tenant: Tenant, founding: &Founding, chance: &mut Chance) -> UserState {
        let abroad = chance.ppm(self.plan.population.abroad_ppm);
        let country = abroad.then(|| self.abroad(founding, chance)).flatten().unwrap_or(founding.billing.country);
        let boundary = |country| self.plan.map.boundary_of(country);
        let home = boundary(country).or_else(|| boundary(founding.billing.country)).unwrap_or_default();
        let roams = chance.ppm(self.plan.population.roaming_ppm);
        let place = if roams { self.elsewhere(home, chance) } else { home };
        UserState { tenant, country, app: self.app(chance), place }
    }

    /// A country that is not the tenant's; `None` if there is no other.
    fn abroad(&self, founding: &Founding, chance: &mut Chance) -> Option<Country> {
        let (countries, own) = (&self.plan.population.countries, founding.billing.country);
        let own = founding.listed.or_else(|| countries.iter().position(|country| country.country == own));
        let law = self.countries.as_ref()?;
        let drawn = match own {
            Some(own) => law.draw_except(own, chance)?,
            None => law.draw(chance),
        };
        Some(countries[drawn].country)
    }

    /// A boundary that is not `home`; `home` if there is no other.
    fn elsewhere(&self, home: Boundary, chance: &mut Chance) -> Boundary {
        let others = || (0..).map(Boundary).take(self.plan.boundaries.len()).filter(|&boundary| boundary != home);
        match others().count() as u64 {
            0 => home,
            count => others().nth(place(chance.below(count))).unwrap_or(home),
        }
    }

    fn app(&self, chance: &mut Chance) -> AppVersion {
        let drawn = self.apps.as_ref().map(|law| self.plan.population.apps[law.draw(chance)].0);
        drawn.unwrap_or(self.plan.policy.card_version)
    }

    fn conversations_of(&self, users: u32) -> u32 {
        let wanted = u64::from(users) * 1_000 / self.plan.population.users_per_conversation_milli.max(1);
        u32::try_from(wanted).unwrap_or(u32::MAX).clamp(1, Zipf::LONGEST)
    }

    fn conversation(
        &self,
        tenant: Tenant,
        founding: &Founding,
        users: &Range<u32>,
        everybody: &[UserState],
        chance: &mut Chance,
    ) -> ConversationState {
        let first = place(chance.between(users.start.into(), users.end.into()));
        let (kind, most) = self.kind(chance);
        let members = 2 + chance.below(u64::from(most) - 1);
        let creator = founding.group_location.unwrap_or(everybody[first].country);
        ConversationState {
            opened: self.opened(founding, chance),
            tenant,
            first: User(handle(first)),
            members: handle(place(members)).min(founding.users),
            creator,
            kind,
        }
    }

    /// What kind of conversation, and the most members that it has.
    fn kind(&self, chance: &mut Chance) -> (ConversationKind, u32) {
        if chance.ppm(self.plan.population.private_ppm) {
            return (ConversationKind::Private, PRIVATE_MEMBERS);
        }
        let (kind, _, most) = KINDS[self.kinds.draw(chance)];
        (kind, most)
    }

    fn opened(&self, founding: &Founding, chance: &mut Chance) -> Instant {
        let start = self.plan.start;
        let earliest = start.before(OLDEST).max(founding.signed_up);
        let at = Instant(chance.between(earliest.0, start.0));
        let older = chance.ppm(self.plan.population.older_ppm) && at < start;
        if older { at } else { Instant::NEVER }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and the largest")]
fn number_of_users(law: Distribution, chance: &mut Chance) -> u32 {
    let users = match law {
        Distribution::Constant(users) => users,
        Distribution::Lognormal { median, sigma } => chance.lognormal(median, sigma),
    };
    libm::round(users).clamp(1.0, f64::from(LARGEST_TENANT)) as u32
}

/// A dense handle.
fn handle(count: usize) -> u32 {
    u32::try_from(count).expect("at most four billion tenants, users and conversations")
}

/// A drawn number as a place in a list.
fn place(drawn: u64) -> usize {
    usize::try_from(drawn).expect("drawn below the length of a list")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::fixture;

    fn share<T>(of: &[T], those: impl Fn(&T) -> bool) -> f64 {
        of.iter().filter(|t| those(t)).count() as f64 / of.len() as f64
    }

    #[test]
    fn shares_are_those_of_the_plan() {
        let plan = fixture::plan();
        let population = Population::draw(&plan);
        let contoso = &population.users[..12_000];
        let abroad = share(contoso, |user| user.country != population.tenants[0].tenancy.billing);
        assert!((abroad - 0.1).abs() < 0.01, "{abroad}");
        let roaming = share(contoso, |user| Some(user.place) != plan.map.boundary_of(user.country));
        assert!((roaming - 0.05).abs() < 0.01, "{roaming}");
        let old = share(contoso, |user| user.app == plan.population.apps[0].0);
        assert!((old - 0.2).abs() < 0.02, "{old}");
        let conversations = &population.conversations[..4_000];
        let private = share(conversations, |c| c.kind == ConversationKind::Private);
        assert!((private - 0.1).abs() < 0.02, "{private}");
        let older = share(conversations, |c| c.opened < plan.start);
        assert!((older - 0.8).abs() < 0.03, "{older}");
    }

    #[test]
    fn no_conversation_is_older_than_its_tenant() {
        let plan = fixture::plan();
        let population = Population::draw(&plan);
        for conversation in &population.conversations {
            let tenant = &population.tenants[conversation.tenant.0 as usize];
            assert!(conversation.opened >= tenant.tenancy.signed_up);
            assert!(conversation.opened < plan.start || conversation.opened == Instant::NEVER);
        }
    }

    #[test]
    fn tenants_of_a_lognormal_law_have_its_median_and_its_tail() {
        let mut plan = fixture::plan();
        plan.population.tenants.clear();
        plan.population.drawn = 2_000;
        plan.population.users_per_tenant = Distribution::Lognormal { median: 40.0, sigma: 1.0 };
        let population = Population::draw(&plan);
        let (median, tail) = (share(&population.tenants, |t| t.users.len() > 40), libm::exp(1.645) * 40.0);
        assert!((median - 0.5).abs() < 0.04, "{median}");
        let tail = share(&population.tenants, |t| t.users.len() as f64 > tail);
        assert!((tail - 0.05).abs() < 0.02, "{tail}");
    }

    #[test]
    fn members_are_different_users_of_the_tenant() {
        let population = Population::draw(&fixture::plan());
        for conversation in population.conversations.iter().step_by(97) {
            let users = &population.tenants[conversation.tenant.0 as usize].users;
            let mut members: Vec<_> = (0..conversation.members).map(|n| population.member(conversation, n)).collect();
            assert!(members[0] == conversation.first && members.iter().all(|member| users.contains(&member.0)));
            members.sort_unstable();
            members.dedup();
            assert_eq!(members.len(), conversation.members as usize);
        }
    }

    #[test]
    fn a_group_location_is_the_country_of_every_creator() {
        let mut plan = fixture::plan();
        let elsewhere = Country::parse("US");
        plan.population.tenants[0].group_location = elsewhere;
        let population = Population::draw(&plan);
        let mine = population.conversations.iter().filter(|c| c.tenant == Tenant(0));
        assert!(mine.map(|c| Some(c.creator)).all(|creator| creator == elsewhere));
    }
}
