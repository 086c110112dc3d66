//! What `explain` tells: the chain, the digest of the plain run, and errors that help.

mod dark;

use dark::DARK;
use ringfence::audit::Breach;
use ringfence::campaign::saboteur::{Planted, Saboteur};
use ringfence::campaign::{Asked, Options, Unexplained, explain, explain_outcome, explain_with, run, run_with};
use ringfence::report::{Paint, chain_text, story_text};
use ringfence::scenario::{self, Scenario, Size};
use ringfence::service::Shipped;
use ringfence::terms::{Instant, Record, Span};
use ringfence::trace::Story;
use std::fs;
use std::path::Path;

const WITHIN: Span = Span::minutes(1);

/// Dublin goes dark, people read as well, and more.
fn dark(more: &str) -> Scenario {
    let text = DARK.replace("[traffic]\n", "[traffic]\nreads_per_user_day = 50.0\n") + more;
    scenario::parse("dark.toml", &text, Size::Full).unwrap_or_else(|found| panic!("{found}"))
}

fn shipped(name: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(format!("{name}.toml"));
    scenario::load(&path, Size::Ci).unwrap_or_else(|found| panic!("{found}"))
}

fn around(scenario: &Scenario, after: Span, unit: &str) -> Asked {
    let unit = (0..).map(ringfence::terms::Unit).zip(&scenario.names.units).find(|(_, name)| *name == unit);
    Asked::Around { at: scenario.plan.start + after, within: WITHIN, unit: unit.map(|(unit, _)| unit) }
}

fn told(story: &Story) -> String {
    story_text("", story, Paint::Plain)
}

#[test]
fn a_failover_is_told_from_the_fault_to_the_first_write() {
    let scenario = shipped("dublin-dark");
    let story = explain(&scenario, 7, around(&scenario, Span::hours(9), "emea-1"), Options::default()).unwrap();
    insta::assert_snapshot!(told(&story));
}

/// Nothing happens when the second outage comes: Dublin is dark already. It is what keeps Dublin dark later on.
#[test]
fn a_fault_that_only_prolongs_another_does_not_strike() {
    let scenario = dark("[[fault]]\nkind = \"outage\"\ndatacenter = \"dublin\"\nat = \"12m\"\nfor = \"6m\"\n");
    let asked = Asked::Around { at: scenario.plan.start + Span::minutes(12), within: Span::minutes(8), unit: None };
    let text = told(&explain(&scenario, 7, asked, Options::default()).unwrap());
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(text.matches("outage dublin strikes.").count(), 1, "{text}");
    assert!(text.contains("from now on it alone keeps broken what another broke."), "{text}");
}

#[test]
fn a_record_that_met_a_failover_is_told_from_device_to_every_disk() {
    let scenario = dark("");
    let plain = run(&scenario, 3, Options::default());
    let met_it = |record: &u64| {
        let story = explain(&scenario, 3, Asked::Of(Record(*record)), Options::default()).unwrap();
        story.links.iter().any(|link| link.happened.contains("waits in the outbox"))
    };
    // Dublin goes dark half way, so some record a little past the middle waits.
    let middle = plain.measurements.writes.born / 2;
    let record = (middle..middle + 40).find(met_it).expect("some record waits for the failover");
    let story = explain(&scenario, 3, Asked::Of(Record(record)), Options::default()).unwrap();
    insta::assert_snapshot!(told(&story));
}

#[test]
fn a_partition_is_told_with_what_each_side_knew() {
    let scenario = shipped("forty-three-seconds");
    let story = explain(&scenario, 1, around(&scenario, Span::minutes(30), "amer-1"), Options::default()).unwrap();
    insta::assert_snapshot!(told(&story));
}

#[test]
fn a_breach_in_brief_is_the_chain_that_led_to_it() {
    let scenario = dark("");
    let saboteur = Saboteur::new(Planted::ForeignCandidate, &scenario.plan);
    let outcome = run_with(&scenario, 1, saboteur.clone(), Options::default());
    let (_, breach) = outcome.breaches()[0];
    let asked = Asked::Breach { number: 1, within: WITHIN };
    let story = explain_outcome(&scenario, &outcome, saboteur, asked).unwrap();
    insta::assert_snapshot!(chain_text(&story, breach.at, Paint::Plain));
}

#[test]
fn a_breach_is_told_with_the_decision_that_broke_the_promise() {
    let scenario = dark("");
    let saboteur = Saboteur::new(Planted::ForeignCandidate, &scenario.plan);
    let asked = Asked::Breach { number: 1, within: WITHIN };
    let story = explain_with(&scenario, 1, saboteur, asked, Options::default()).unwrap();
    assert!(story.breach.as_ref().is_some_and(|breach| breach.starts_with("RES-1 broken at ")), "{:?}", story.breach);
    let strange = story.links.iter().filter_map(|link| link.decision.as_ref()).find(|decided| decided.unlike_shipped);
    assert!(strange.is_some_and(|decided| decided.method == "candidates"), "{strange:?}");
    insta::assert_snapshot!(told(&story));
}

/// A lot of a move is no record that anybody made, and has no life to tell of.
#[test]
fn a_breach_of_a_lot_is_told_by_its_moment() {
    let scenario = dark("");
    let mut outcome = run(&scenario, 1, Options::default());
    let at = outcome.measurements.setup.start + Span::minutes(10);
    let breach = Breach {
        at,
        what: "no traffic".into(),
        record: Some(Record(u64::MAX)),
        tenant: None,
        unit: None,
        copy: None,
        datacenter: None,
        residence: None,
        rule: None,
    };
    outcome.findings[0].breaches.push(breach);
    let asked = Asked::Breach { number: 1, within: WITHIN };
    let story = explain_outcome(&scenario, &outcome, Shipped, asked).unwrap();
    assert!(story.breach.as_ref().is_some_and(|breach| breach.contains("no traffic")), "{:?}", story.breach);
    let moments = story.links.iter().all(|link| link.at + WITHIN >= at && link.at <= at + WITHIN);
    assert!(moments && !story.links.is_empty(), "{:?}", story.links);
}

/// A service that is traced decides as the one that is not, whichever of its decisions is another.
#[test]
fn the_traced_run_is_the_plain_run_whatever_is_planted() {
    let scenario = dark("");
    for &planted in Planted::ALL {
        let saboteur = Saboteur::new(planted, &scenario.plan);
        let plain = run_with(&scenario, 5, saboteur.clone(), Options::default());
        let asked = around(&scenario, Span::minutes(10), "emea-1");
        let story = explain_with(&scenario, 5, saboteur, asked, Options::default());
        let story = story.unwrap_or_else(|why| panic!("{planted:?}: {why}"));
        assert_eq!((story.digest, story.plain_digest), (plain.digest, plain.digest), "{planted:?}");
    }
}

/// A decision that is not passed on would be taken as shipped, and the traced run be another one.
#[test]
fn every_decision_is_noted_or_passed_on() {
    let source = |path: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let decisions = source("src/service/decisions.rs");
    let decisions = decisions.split_once("pub trait Decisions").unwrap().1.split_once("\n}").unwrap().0;
    let noted = source("src/trace/decided.rs");
    let methods = || decisions.split("    fn ").skip(1).filter_map(|method| method.split('(').next());
    assert!(methods().count() >= 12, "the methods of `Decisions` are found");
    for method in methods() {
        assert!(noted.contains(&format!("    fn {method}(")), "trace/decided.rs lacks `{method}`");
    }
}

#[test]
fn causes_come_before_their_effects() {
    let scenario = shipped("dublin-dark");
    let asked = Asked::Around { at: scenario.plan.start + Span::hours(9), within: Span::minutes(30), unit: None };
    let story = explain(&scenario, 7, asked, Options::default()).unwrap();
    assert!(story.links.len() > 8 && story.links.is_sorted_by_key(|link| link.at));
    for (place, link) in story.links.iter().enumerate() {
        assert!(link.because.iter().all(|&cause| cause < place), "{link:?}");
    }
    let promoted = story.links.iter().position(|link| link.happened.starts_with("Wins")).expect("a failover");
    assert!(!story.links[promoted].because.is_empty() && story.effects_of(promoted).count() > 0);
}

/// Nothing begins and nothing ends around the moment, but nobody is served.
#[test]
fn a_moment_within_an_outage_is_not_called_ordinary() {
    let scenario = dark("[[fault]]\nkind = \"outage\"\nboundary = \"emea\"\nat = \"6m\"\nfor = \"12m\"\n");
    let ask = |at| Asked::Around { at: scenario.plan.start + at, within: Span::secs(5), unit: None };
    let text = told(&explain(&scenario, 7, ask(Span::minutes(9)), Options::default()).unwrap());
    assert!(!text.contains("out of the ordinary"), "{text}");
    assert!(text.contains("what was broken stayed so") && text.contains("On: outage dublin and amsterdam"), "{text}");
    assert!(text.contains("emea-1: 0 writes acknowledged"), "{text}");
    let text = told(&explain(&scenario, 7, ask(Span::minutes(3)), Options::default()).unwrap());
    assert!(text.contains("out of the ordinary"), "{text}");
}

#[test]
fn an_order_for_a_copy_is_told_and_so_is_why_it_is_refused_or_in_vain() {
    let order = |order: &str, at| {
        format!("[[fault]]\nkind = \"operator\"\nunit = \"emea-1\"\norder = \"{order}\"\nat = \"{at}\"\n")
    };
    let orders =
        ["[service]\nindex_every = \"never\"\n".into(), order("export", "3m"), order("restore", "4m")].concat();
    let scenario = dark(&orders);
    let at = scenario.plan.start + Span::minutes(3);
    let story = explain(&scenario, 7, Asked::Around { at, within: Span::minutes(2), unit: None }, Options::default());
    let text = told(&story.unwrap()).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("An operator orders an export of emea-1 from dublin."), "{text}");
    assert!(text.contains("Refuses the order: it is configured to make no copies of its log."), "{text}");
    assert!(text.contains("An operator orders something of emea-1, in vain"), "{text}");
}

#[test]
fn what_is_not_in_the_run_is_said_so() {
    let scenario = dark("");
    let ask = |asked| explain(&scenario, 1, asked, Options::default()).unwrap_err();
    let early = Asked::Around { at: Instant(0), within: WITHIN, unit: None };
    assert!(matches!(ask(early), Unexplained::OutsideTheRun { .. }));
    assert!(matches!(ask(Asked::Breach { number: 1, within: WITHIN }), Unexplained::NoSuchBreach { told: 0, .. }));
    let Unexplained::NoSuchRecord { made, .. } = ask(Asked::Of(Record(1_000_000))) else { panic!("no such record") };
    assert!(explain(&scenario, 1, Asked::Of(Record(made)), Options::default()).is_ok());
    assert!(ask(Asked::Of(Record(0))).to_string().contains(&format!("from 1 to {made}")));
}
