//! Valid scenarios at the edge of what can be: the verdict is what the protocol says, not what a
//! quiet day suggests.

use ringfence::campaign::{self, Options};
use ringfence::outcome::{Outcome, Verdict};
use ringfence::scenario::{Size, parse};

const HEAD: &str = "schema_version = 1\nname = \"z\"\n";
const MORNING: &str = "start = 2019-05-06T09:00:00Z\n";
#[track_caller]
fn outcome(text: &str, seed: u64) -> Outcome {
    let scenario = parse("z.toml", &format!("{HEAD}{text}"), Size::Full).unwrap_or_else(|found| panic!("{found}"));
    campaign::run(&scenario, seed, Options::default())
}

#[track_caller]
fn expect(verdict: Verdict, text: &str, seed: u64) -> Outcome {
    let outcome = outcome(text, seed);
    assert_eq!(outcome.verdict(), verdict, "seed {seed} of\n{HEAD}{text}\n{:#?}", outcome.reasons());
    outcome
}

/// Illinois has no other voter: Texas abstains since it lost its disks, and cannot be readmitted while
/// the witness in Dublin stands still.
#[test]
fn a_site_whose_other_voters_abstain_or_stand_still_has_no_majority() {
    let text = r#"
duration = "50m"
[population]
tenants = 20
users_per_tenant = 60
[[fault]]
kind = "pause"
datacenter = "dublin"
at = "10m"
for = "20m"
[[fault]]
kind = "storage-loss"
datacenter = "texas"
at = "15m"
"#;
    let outcome = expect(Verdict::Pass, &format!("{MORNING}{text}"), 1);
    let refused = &outcome.findings.iter().find(|finding| finding.id == "RES-7").unwrap();
    assert!(refused.checked > 0, "somebody was refused");
}
