//! What `shrink` makes of scenarios that break a promise: small ones that break the same promise, always the same.

mod program;

use ringfence::campaign::selftest::{TRAPS, Trap};
use ringfence::campaign::shrink::{Shrunk, Subject, Unshrinkable, shrink};
use ringfence::scenario::{self, Scenario, Size};
use std::fs;
use std::path::Path;
use std::process::Output;

/// The most candidates that a test runs.
const BOUND: u32 = 400;

/// Mistakes of every family whose scenarios are quick.
const TEN: [&str; 10] = [
    "spill-to-nearest",
    "forgets-r3",
    "backup-abroad",
    "attachment-by-uploader",
    "call-media-cached",
    "purge-skips-peer",
    "needless-refusal",
    "ignores-lease",
    "never-takes-over",
    "loses-from-search-index",
];

fn trap(name: &str) -> &'static Trap {
    TRAPS.iter().find(|trap| trap.planted.to_string() == name).unwrap_or_else(|| panic!("nothing is called {name}"))
}

/// A trap's scenario with what a person would have left in: more faults, limits, settings.
fn padded(trap: &Trap) -> Scenario {
    let fault = "[[fault]]\nkind = \"surge\"\nfactor = 1.7\nat = \"733s\"\nfor = \"61s\"\n";
    let pause = "[[fault]]\nkind = \"pause\"\ndatacenter = \"chennai\"\nat = \"911s\"\nfor = \"7s\"\n";
    let text = format!("{}\n{fault}\n{pause}\n[check]\nseeds = 3\n", trap.text());
    scenario::parse("padded.toml", &text, Size::Full).unwrap_or_else(|found| panic!("{found}"))
}

fn shrunk(trap: &Trap) -> Shrunk {
    let scenario = padded(trap);
    let fails = |candidate: &Scenario| trap.is_caught(candidate, candidate.default_seed);
    let seed = (0..20).find(|&seed| trap.is_caught(&scenario, seed));
    let seed = seed.unwrap_or_else(|| panic!("{} shows in no seed", trap.planted));
    let subject = Subject { scenario: &scenario, seed, size: Size::Full, bound: BOUND };
    shrink(subject, &fails, &|_| ()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn ten_planted_breaches_become_small_and_stay_breaches() {
    let mut small = Vec::new();
    for trap in TEN.map(trap) {
        let shrunk = shrunk(trap);
        assert!(trap.is_caught(&shrunk.scenario, shrunk.scenario.default_seed), "{}:\n{}", trap.planted, shrunk.text);
        println!(
            "{}: {} faults, {} tenants, {} lines after {} runs\n{}",
            trap.planted,
            shrunk.faults(),
            shrunk.tenants(),
            shrunk.lines(),
            shrunk.runs,
            shrunk.text
        );
        small.push((shrunk.faults(), shrunk.tenants()));
    }
    let median = |of: fn(&(usize, usize)) -> usize| {
        let mut sizes: Vec<_> = small.iter().map(of).collect();
        sizes.sort_unstable();
        sizes[sizes.len() / 2]
    };
    assert!(median(|small| small.0) <= 2, "faults at the median of {small:?}");
    assert!(median(|small| small.1) <= 1, "tenants at the median of {small:?}");
}

#[test]
fn a_promise_that_holds_is_not_shrunk() {
    let scenario = padded(trap("call-media-cached"));
    let subject = Subject { scenario: &scenario, seed: 1, size: Size::Full, bound: BOUND };
    let refused = shrink(subject, &|_| false, &|_| ());
    assert!(matches!(refused, Err(Unshrinkable::Holds)));
}

/// Fifteen minutes, in which Dublin is lost; a saboteur spills over when the whole boundary is.
const WRITTEN: &str = r#"# A morning.
schema_version = 1
name = "morning"
start = 2019-05-06T09:00:00Z
duration = "15m"
topology = "slow.toml"

[population]
tenants = 20
users_per_tenant = 40

[traffic]
records_per_user_day = 200.0

[[fault]]                # nothing to do with it
kind = "pause"
datacenter = "pune"
at = "2m"
for = "10s"

[[fault]]
kind = "outage"
boundary = "emea"
at = "5m 7s"
for = "5m"

[check]
scale = "50%"
duration = "12m"
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("morning.toml"), WRITTEN).unwrap();
    fs::write(folder.path().join("slow.toml"), "extends = \"kaizala-2019\"\n[datacenter_defaults]\nboot = \"70s\"\n")
        .unwrap();
    folder
}

fn ringfence(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = program::ringfence(folder, args);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[test]
fn what_is_left_says_what_happens_and_breaks_the_same_promise_when_it_is_run() {
    let (folder, elsewhere) = (folder(), tempfile::tempdir().unwrap());
    let small = elsewhere.path().join("small.toml");
    let shrink = ["shrink", "morning.toml", "--seed", "5", "--planted", "spill-to-nearest"];
    let out = [&shrink[..], &["--out", small.to_str().unwrap()]].concat();
    let (code, printed, said) = ringfence(folder.path(), &out);
    assert_eq!((code, printed.as_str()), (0, ""), "{said}");
    let text = fs::read_to_string(&small).unwrap();
    assert!(text.starts_with("# RES-1 is broken at 2019-05-06T"), "{text}");
    for told in ["What goes wrong: outage ", "in brief:", "unlike the shipped service", "1 of 2 faults", "morning.toml"]
    {
        assert!(text.contains(told), "{told} is not in\n{text}");
    }
    assert!(!text.contains("slow.toml"), "the topology is inside, or not needed:\n{text}");
    let (code, printed, _) = ringfence(elsewhere.path(), &["run", "small.toml", "--planted", "spill-to-nearest"]);
    assert_eq!(code, 20);
    assert!(printed.contains("RES-1"), "{printed}");
    let (code, _, said) = ringfence(elsewhere.path(), &["run", "small.toml"]);
    assert_ne!(code, 20, "the shipped service does not: {said}");
    let (code, again, _) = ringfence(folder.path(), &shrink);
    assert_eq!(code, 0);
    let same = |text: &str| text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    assert_eq!(same(&again), same(&text), "the same scenario is made small in the same way");
}

#[test]
fn a_run_at_its_ci_size_is_made_small_too() {
    let folder = folder();
    let args = ["shrink", "morning.toml", "--ci", "--planted", "spill-to-nearest", "--invariant", "res-6"];
    let (code, printed, said) = ringfence(folder.path(), &args);
    assert_eq!(code, 0, "{said}");
    assert!(printed.starts_with("# RES-6 is broken"), "{printed}");
    fs::write(folder.path().join("small.toml"), printed).unwrap();
    assert_eq!(ringfence(folder.path(), &["run", "small.toml", "--planted", "spill-to-nearest"]).0, 20);
}

#[test]
fn what_cannot_be_made_small_is_said() {
    let folder = folder();
    for (args, told) in [
        (&["shrink", "morning.toml"][..], "no promise was broken in this run"),
        (&["shrink", "morning.toml", "--invariant", "RES-1"], "RES-1 is not broken in this run, nor is any other"),
        (&["shrink", "morning.toml", "--invariant", "RES-11"], "there is no invariant `RES-11`: did you mean `RES-1`?"),
        (
            &["shrink", "morning.toml", "--planted", "spill-to-nearest", "--invariant", "RES-3"],
            "RES-3 is not broken in this run; RES-1",
        ),
        (&["shrink", "morning.toml", "--out", "slow.toml"], "is there already"),
    ] {
        let (code, printed, said) = ringfence(folder.path(), args);
        assert_eq!((code, printed.as_str()), (2, ""), "{args:?}: {said}");
        assert!(said.contains(told), "{args:?}: {said}");
    }
}
