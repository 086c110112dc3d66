//! The table holds together, and events are told from facts that are made for them.

use super::*;
use crate::facts::Announcement;
use crate::scenario::{self, Size};
use crate::terms::{Datacenter, Side, Unit};
use std::collections::BTreeSet;

fn watch(facts: &[Fact]) -> Seen {
    let scenario = scenario::parse("a.toml", scenario::init_template(), Size::Full);
    let plan = scenario.unwrap_or_else(|found| panic!("{found}")).plan;
    let mut sometimes = Sometimes::new(&plan);
    for fact in facts {
        sometimes.observe(plan.start, fact);
    }
    sometimes.seen()
}

fn announced(announcement: Announcement) -> Fact {
    Fact::Announced { unit: Unit(0), side: Side::A, announcement }
}

#[test]
fn every_event_has_a_name_of_its_own_and_a_sentence() {
    let names: BTreeSet<_> = EVENTS.iter().map(|event| event.name).collect();
    assert_eq!(names.len(), EVENTS.len());
    assert!(EVENTS.iter().all(|event| event.sentence.ends_with('.') && !event.name.contains(' ')));
}

#[test]
fn what_was_seen_is_told_by_name_and_read_back() {
    let seen = watch(&[announced(Announcement::DiskFailing), announced(Announcement::MapRefused)]);
    assert_eq!(seen.names().collect::<Vec<_>>(), ["disk-given-up", "map-refused"]);
    assert_eq!(Seen::of(seen.names()), seen);
    assert_eq!(seen.missed().count(), EVENTS.len() - 2);
}

#[test]
fn a_unit_served_after_dark_only_if_both_sites_had_been_dark() {
    let serving = announced(Announcement::Serving { epoch: crate::terms::Epoch(2) });
    let power = |place, on| Fact::Power { datacenter: Datacenter(place), on };
    let served = |facts: &[Fact]| watch(facts).names().any(|name| name == "served-after-dark");
    assert!(served(&[power(0, false), power(1, false), power(1, true), serving]));
    assert!(!served(&[power(0, false), power(0, true), power(1, false), serving]));
}
