//! Claims about where a site takes itself to stand, and what it does where it does not know.

use super::*;

fn unattested(response: Option<Response>) -> bool {
    matches!(response, Some(Response::Refused { refusal: Refusal::Unattested, .. }))
}

/// B restarts with nothing on its disk but what it keeps of its place.
fn restart(bench: &mut Bench, says: Option<Datacenter>) {
    bench.says[1] = says;
    bench.said.clear();
    bench.boot(Side::B, DurableLog::default());
    bench.run(Span::secs(2));
}

#[test]
fn a_silent_platform_said_it_before() {
    let mut bench = Bench::new(Replication::Async);
    assert_eq!(bench.kept, [Some(Datacenter(0)), Some(Datacenter(1))]);
    restart(&mut bench, None);
    assert_eq!(bench.said, [(Side::B, Announcement::AttestedBefore)]);
    bench.sites[0] = None;
    bench.run(bench.policy.rto_bound());
    assert!(acknowledged(bench.write(Side::B)));
    let told = bench.said.iter().filter(|&&(_, said)| said == Announcement::AttestedBefore).count();
    assert_eq!(told, 1, "it says so once");
}

#[test]
fn who_never_heard_where_it_stands_is_not_used_until_it_does() {
    let mut bench = Bench::new(Replication::Async);
    bench.kept[1] = None;
    restart(&mut bench, None);
    assert!(bench.said.contains(&(Side::B, Announcement::Unattested { says: None })));
    assert!(unattested(bench.write(Side::B)));
    bench.sites[0] = None;
    bench.run(bench.policy.rto_bound());
    assert!(bench.serving().is_empty() && unattested(bench.write(Side::B)), "not even when nobody else is left");
    bench.says[1] = Some(Datacenter(1));
    bench.run(bench.policy.rto_bound());
    assert!(acknowledged(bench.write(Side::B)));
}

#[test]
fn who_is_told_to_stand_elsewhere_stores_nothing_and_obeys_nobody() {
    let mut bench = Bench::new(Replication::Async);
    restart(&mut bench, Some(Datacenter(2)));
    assert!(bench.said.contains(&(Side::B, Announcement::Unattested { says: Some(Datacenter(2)) })));
    for _ in 0..3 {
        assert!(acknowledged(bench.write(Side::A)));
    }
    bench.run(Span::minutes(1));
    assert_eq!(bench.sites[1].as_ref().unwrap().log.end(), 0);
    bench.said.clear();
    bench.step(Side::B, SiteInput::Order(Order::ForcedFailover));
    assert_eq!(bench.said, [(Side::B, Announcement::OrderRefused)]);
    assert_eq!(bench.kept[1], Some(Datacenter(1)), "an answer that contradicts is not kept");
    bench.says[1] = Some(Datacenter(1));
    bench.run(Span::minutes(1));
    assert_eq!(bench.sites[1].as_ref().unwrap().log.end(), 3, "it is filled once it is told right");
}

#[test]
fn who_hears_that_it_stands_elsewhere_takes_no_lease_in_whatever_moment() {
    for seconds in 0..60 {
        let mut bench = Bench::new(Replication::Async);
        bench.sites[0] = None;
        bench.run(Span::secs(seconds));
        if !bench.serving().is_empty() {
            return assert!(seconds > 10, "it came too soon for any to be tried");
        }
        bench.says[1] = Some(Datacenter(2));
        bench.run(bench.policy.rto_bound());
        assert!(bench.serving().is_empty(), "told after {seconds} seconds");
    }
    panic!("nobody ever took over");
}

#[test]
fn what_the_platform_says_at_boot_is_kept_at_once() {
    let mut bench = Bench::new(Replication::Async);
    bench.kept[1] = None;
    bench.boot(Side::B, DurableLog::default());
    assert_eq!(bench.kept[1], Some(Datacenter(1)));
}

#[test]
fn who_is_not_used_points_writers_to_the_holder_that_it_has_heard_of() {
    let mut bench = Bench::new(Replication::Async);
    restart(&mut bench, Some(Datacenter(2)));
    bench.run(bench.policy.loop_wait);
    let told = bench.write(Side::B);
    assert!(matches!(told, Some(Response::Redirected { side: Side::A, .. })), "{told:?}");
    bench.sites[0] = None;
    bench.run(bench.policy.rto_bound());
    assert!(unattested(bench.write(Side::B)), "the lease that it had heard of has run out");
}

/// B is told that it stands elsewhere, and does not serve until it is told right.
fn stands_aside(bench: &mut Bench) {
    bench.run(bench.policy.rto_bound() + Span::minutes(1));
    assert!(bench.serving().is_empty() && unattested(bench.write(Side::B)));
    bench.says[1] = Some(Datacenter(1));
    bench.run(bench.policy.rto_bound());
    assert!(acknowledged(bench.write(Side::B)), "it asks again by itself");
}

#[test]
fn who_learns_late_that_it_stands_elsewhere_does_not_keep_the_lease() {
    let claims = |site: &Site<Shipped>| site.proposer.is_busy();
    let holds = |site: &Site<Shipped>| matches!(site.role, Role::Holding(_));
    let moments: [fn(&Site<Shipped>) -> bool; 2] = [claims, holds];
    for is_reached in moments {
        let mut bench = Bench::new(Replication::Async);
        bench.sites[0] = None;
        while !is_reached(bench.sites[1].as_ref().unwrap()) {
            bench.run(Span::millis(1));
        }
        bench.says[1] = Some(Datacenter(2));
        bench.step(Side::B, SiteInput::Probed(bench.says[1]));
        stands_aside(&mut bench);
    }
}

#[test]
fn a_map_that_moves_a_country_refuses_it_until_it_is_corrected() {
    let mut bench = Bench::new(Replication::Async);
    let germany = Country::parse("DE").unwrap();
    let push = |bench: &mut Bench, version, boundary| {
        let mut pushed = ResidencyMap { version, ..(*map()).clone() };
        pushed.countries[germany.index()] = boundary;
        bench.step(Side::A, SiteInput::MapPushed(Arc::new(pushed)));
    };
    push(&mut bench, 2, None);
    let disagree =
        |told: Option<Response>| matches!(told, Some(Response::Refused { refusal: Refusal::MapsDisagree, .. }));
    assert!(disagree(bench.write(Side::A)));
    push(&mut bench, 3, Some(Boundary(0)));
    assert!(acknowledged(bench.write(Side::A)));
}
