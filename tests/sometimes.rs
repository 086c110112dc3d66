//! The swarm reaches the rare situations that a campaign ought to reach, each by its own seed.

use ringfence::campaign::draw::{Source, Weights};
use ringfence::campaign::sometimes::{EVENTS, Seen, Sometimes};
use ringfence::campaign::{Options, run_beside};
use ringfence::service::Shipped;

fn seen(seeds: std::ops::Range<u64>) -> Vec<(u64, Seen)> {
    let swarm = Source::swarm().unwrap_or_else(|error| panic!("{error}"));
    let watched = |seed| {
        let scenario = swarm.draw(seed, &Weights::even()).scenario().unwrap_or_else(|found| panic!("{found}"));
        let sometimes = Sometimes::new(&scenario.plan);
        let options = Options { unaudited: true, ..Options::default() };
        (seed, run_beside(&scenario, seed, Shipped, options, sometimes).1.seen())
    };
    seeds.map(watched).collect()
}

/// So many of a short campaign; the long one below reaches all.
const OFTEN: usize = 20;

#[test]
fn a_short_campaign_reaches_most_of_them() {
    let all = seen(0..120).into_iter().fold(Seen::default(), |all, (_, seen)| all.and(seen));
    assert!(all.names().count() >= OFTEN, "only {:?}", all.names().collect::<Vec<_>>());
}

#[test]
#[ignore = "thousands of runs"]
fn a_long_campaign_reaches_every_one() {
    let runs = seen(0..4_000);
    for (place, event) in EVENTS.iter().enumerate() {
        let times = runs.iter().filter(|(_, seen)| seen.contains(place)).count();
        let first = runs.iter().find(|(_, seen)| seen.contains(place)).map(|(seed, _)| seed);
        println!("{:28} {times:5} first {first:?}", event.name);
    }
    let all = runs.iter().fold(Seen::default(), |all, (_, seen)| all.and(*seen));
    assert_eq!(all.missed().collect::<Vec<_>>(), [""; 0]);
}
