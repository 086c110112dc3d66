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

/// Illinois loses its disks while its answers are under way to Texas: every record that they confirm was on
/// both disks, and is on the one that is left.
#[test]
fn a_peer_that_loses_its_disk_after_it_answered_broke_no_promise() {
    let text = r#"
duration = "2s"
[service]
replication = "sync-strict"
[traffic]
records_per_user_day = 40000
[population]
tenants = 6
users_per_tenant = 100
countries = { US = 1 }
[[fault]]
kind = "storage-loss"
datacenter = "illinois"
at = "1s"
"#;
    expect(Verdict::Pass, &format!("{MORNING}{text}"), 1);
}

/// Singapore crashes with a message on its disk that nobody acknowledged. The author's device tries again
/// after the effective instant, and the attachment goes with the copy that was acknowledged.
#[test]
fn an_attachment_follows_the_message_that_was_acknowledged_not_an_orphan_of_a_crash() {
    let text = r#"
start = 2019-03-31T23:59:50Z
duration = "3s"
[service]
replication = "sync"
[traffic]
records_per_user_day = 11520
attachments = "100%"
mix = { message = 1 }
[[tenant]]
name = "a"
billing_country = "DE"
users = 400
signed_up = 2018-01-01
group_location = "SG"
[[fault]]
kind = "outage"
at = "2.5s"
for = "1s"
boundary = "apac"
"#;
    for seed in [6, 7, 8] {
        expect(Verdict::Pass, text, seed);
    }
}
