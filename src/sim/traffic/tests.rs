//! Traffic against its closed forms.

use super::*;
use crate::sim::fixture;
use crate::terms::Country;

const A_WEEK: Span = Span::hours(7 * 24);

/// The instants at which a tenant acts within a span of the run's start.
fn times(traffic: &mut Traffic, plan: &Plan, tenant: u32, within: Span) -> Vec<Instant> {
    let mut at = plan.start;
    let next = || {
        at = traffic.next(Tenant(tenant), at);
        (at < plan.start + within).then_some(at)
    };
    std::iter::from_fn(next).collect()
}

fn made(plan: &Plan) -> (Population, Traffic) {
    let population = Population::draw(plan);
    let traffic = Traffic::new(plan, &population);
    (population, traffic)
}

/// Twelve thousand users, 15 actions a day on a weekday, no drawn tenants.
fn busy() -> Plan {
    let mut plan = fixture::plan();
    plan.population.drawn = 0;
    plan
}

#[test]
fn a_week_has_as_many_actions_as_its_profile_says() {
    let plan = busy();
    let (_, mut traffic) = made(&plan);
    let seen = times(&mut traffic, &plan, 0, A_WEEK).len() as f64;
    let weekend = f64::from(plan.traffic.weekend_ppm) / 1e6;
    let expected = 12_000.0 * 15.0 * (5.0 + 2.0 * weekend);
    assert!((seen - expected).abs() < 5.0 * libm::sqrt(expected), "{seen} {expected}");
}

#[test]
fn the_hours_are_those_of_the_tenants_own_clock() {
    let mut plan = busy();
    plan.traffic.hours = [0; 24];
    plan.traffic.hours[9] = 1;
    let (_, mut traffic) = made(&plan);
    let offset = plan.population.tenants[0].billing.offsets[0].1;
    assert_eq!(offset, 7_200);
    for at in times(&mut traffic, &plan, 0, Span::hours(24)) {
        let hour = (at.0 / 1_000_000 + 7_200) % 86_400;
        assert!((30_600..=37_800).contains(&hour), "half past eight to half past ten: {hour}");
    }
}

#[test]
fn a_surge_multiplies_the_traffic_of_its_boundary_and_ends() {
    let plan = busy();
    let (population, mut traffic) = made(&plan);
    let mine = population.tenants[0].boundary;
    let other = Boundary(1 - mine.expect("served").0);
    let count = |traffic: &mut Traffic| times(traffic, &plan, 0, Span::hours(24)).len() as f64;
    let calm = count(&mut traffic);
    let generation = traffic.generation();
    for (boundary, factor, expected) in [(mine, 3_000, 3.0), (Some(other), 3_000, 1.0), (None, 500, 0.5)] {
        traffic.set_surge(boundary, factor, true);
        let seen = count(&mut traffic) / calm;
        assert!((seen / expected - 1.0).abs() < 0.03, "{boundary:?}: {seen}");
        traffic.set_surge(boundary, factor, false);
    }
    assert!((count(&mut traffic) / calm - 1.0).abs() < 0.03 && traffic.generation() == generation + 6);
    traffic.set_surge(None, 0, true);
    assert_eq!(traffic.next(Tenant(0), plan.start), Instant::NEVER);
}

#[test]
fn nobody_acts_before_signing_up_or_without_activity() {
    let mut plan = busy();
    plan.population.tenants[0].signed_up = plan.start + Span::hours(5);
    let (_, mut traffic) = made(&plan);
    assert!(traffic.next(Tenant(0), plan.start) >= plan.start + Span::hours(5));
    plan.traffic.hours = [0; 24];
    assert_eq!(made(&plan).1.next(Tenant(0), plan.start), Instant::NEVER);
}

#[test]
fn actions_keep_the_mix_the_sizes_and_their_tenant() {
    let plan = busy();
    let (mut population, mut traffic) = made(&plan);
    for conversation in 0..population.conversations.len() {
        population.open(Conversation(u32::try_from(conversation).expect("few")), plan.start);
    }
    let actions: Vec<_> = (0..60_000).map(|_| traffic.action(Tenant(0), plan.start, &population)).collect();
    let share = |of: &dyn Fn(&Action) -> bool| actions.iter().filter(|a| of(a)).count() as f64 / 60_000.0;
    let reads = share(&|a| matches!(a, Action::Read { .. }));
    assert!((reads - 1.0 / 3.0).abs() < 0.01, "{reads}");
    let of_kind = |wanted| share(&|a| matches!(a, Action::Write { kind, .. } if *kind == wanted)) / (1.0 - reads);
    assert!((of_kind(RecordKind::Message) - 0.7).abs() < 0.01);
    assert!((of_kind(RecordKind::CardMetadata) - 0.05).abs() < 0.005);
    assert!((share(&|a| matches!(a, Action::Call { .. })) / (1.0 - reads) - 0.05).abs() < 0.005);
    let median = plan.traffic.sizes[RecordKind::Message.index()];
    let above = |a: &Action| matches!(a, Action::Write { kind: RecordKind::Message, size, .. } if *size > median);
    assert!((share(&above) / (1.0 - reads) - 0.35).abs() < 0.01);
}

#[test]
fn a_conversation_begins_with_a_message_and_nobody_reads_it_before() {
    let mut plan = busy();
    plan.population.older_ppm = 0;
    let (population, mut traffic) = made(&plan);
    for _ in 0..10_000 {
        match traffic.action(Tenant(0), plan.start, &population) {
            Action::Read { .. } => panic!("nothing is open"),
            Action::Write { kind, .. } => assert!(!matches!(kind, RecordKind::Like | RecordKind::Comment)),
            Action::Call { .. } => {}
        }
    }
}

#[test]
fn another_tenant_moves_nobodys_draws() {
    let plan = fixture::plan();
    let mut more = plan.clone();
    more.population.drawn += 1;
    let mut explicit = more.population.tenants[0].clone();
    explicit.name = "newcomer".into();
    explicit.billing.country = Country::parse("IN").expect("a code");
    more.population.tenants.push(explicit);
    let ((few, mut traffic), (many, mut richer)) = (made(&plan), made(&more));
    for (tenant, same) in [(0, 0), (1, 2), (7, 8)] {
        let (a, b) = (&few.tenants[tenant], &many.tenants[same]);
        assert_eq!((a.tenancy.billing, a.users.len()), (b.tenancy.billing, b.users.len()));
        let (tenant, same) = (u32::try_from(tenant).expect("few"), u32::try_from(same).expect("few"));
        let within = Span::hours(2);
        assert_eq!(times(&mut traffic, &plan, tenant, within), times(&mut richer, &more, same, within));
    }
}
