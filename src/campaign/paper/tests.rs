//! What is found on paper, and what the shipped service keeps there.

use super::*;
use crate::campaign::saboteur::{Planted, Saboteur};
use crate::scenario::Size;
use crate::service::Shipped;

fn scenario() -> Scenario {
    scenario::parse("paper.toml", scenario::init_template(), Size::Ci).unwrap_or_else(|found| panic!("{found}"))
}

fn broken(paper: &Paper) -> Vec<&'static str> {
    paper.findings.iter().filter(|finding| finding.broken > 0).map(|finding| finding.id).collect()
}

#[test]
fn the_shipped_service_keeps_every_promise_on_paper() {
    let paper = on_paper(&Shipped, &scenario());
    assert!(paper.holds(), "{:#?}", paper.findings);
    assert!(paper.findings.iter().all(|finding| finding.checked > 0), "{:#?}", paper.findings);
    assert!(0 < paper.placed && paper.placed < paper.cases, "{} of {}", paper.placed, paper.cases);
}

#[test]
fn a_wrong_decision_of_residence_is_found_without_a_run() {
    let scenario = scenario();
    for (planted, id) in [
        (Planted::SpillToNearest, "RES-6"),
        (Planted::ForeignCandidate, "RES-6"),
        (Planted::AttachmentByUploader, "RES-2"),
        (Planted::CallMediaCached, "RES-3"),
        (Planted::ForgetsR3, "RES-1"),
        (Planted::HalfConversation, "RES-8"),
        (Planted::BackupAbroad, "RES-6"),
        (Planted::StagesAbroad, "RES-6"),
        (Planted::AnyBackupAdmitted, "RES-6"),
        (Planted::LeaksInto(CopyClass::Export), "RES-6"),
        (Planted::LeaksInto(CopyClass::MetricLabels), "RES-4"),
    ] {
        let paper = on_paper(&Saboteur::new(planted, &scenario.plan), &scenario);
        assert!(broken(&paper).contains(&id), "{planted:?} breaks {:?}", broken(&paper));
    }
}

/// What production reads, with one row of it wrong.
fn with_a_lie(lie: impl Fn(&mut ResidencyMap)) -> Paper {
    let Scenario { plan, contract, topology, .. } = scenario();
    let mut map = (*plan.map).clone();
    lie(&mut map);
    decided(&Shipped, &plan.policy, &map, &contract, &topology)
}

#[test]
fn one_wrong_row_of_a_map_is_found_whichever_it_is() {
    let countries = scenario().topology.countries;
    for rule in &countries {
        let country = rule.row.code;
        let moved = rule.boundary.map_or(Boundary(0), |home| Boundary((home.0 + 1) % 4));
        let paper = with_a_lie(|map| map.countries[country.index()] = Some(moved));
        assert!(!paper.holds(), "{country} is said to belong to {moved:?}");
    }
}

#[test]
fn one_replica_abroad_is_found_whichever_it_is() {
    for (unit, side) in (0..8).flat_map(|unit| Side::BOTH.map(|side| (unit, side))) {
        let paper = with_a_lie(|map| {
            let home = map.datacenters[map.units[unit].sites[0].index()];
            let abroad = (0..).map(Datacenter).zip(&map.datacenters).find(|(_, stands)| **stands != home);
            map.units[unit].sites[side.index()] = abroad.expect("there are four boundaries").0;
        });
        let ids = broken(&paper);
        assert!(["RES-1", "RES-6"].into_iter().all(|id| ids.contains(&id)), "unit {unit} at {side:?}: {ids:?}");
    }
}

#[test]
fn a_home_whatever_the_date_that_is_forgotten_is_found() {
    let paper = with_a_lie(|map| map.go_local = crate::terms::BoundarySet::EMPTY);
    assert!(broken(&paper).contains(&"RES-1"), "{:?}", broken(&paper));
}
