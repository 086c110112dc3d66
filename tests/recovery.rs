//! Disaster recovery: both disks of a pair are lost, and what comes back from the backup, by whose order,
//! and what is lost.

use ringfence::campaign::{Options, run};
use ringfence::metrics::Restore;
use ringfence::outcome::Outcome;
use ringfence::scenario::{self, Size};
use ringfence::terms::Span;

/// Ninety minutes of a busy morning, mostly in Europe, with a backup every ten minutes, in which no
/// promise is broken.
fn morning(rest: &str) -> Outcome {
    let text = format!(
        "schema_version = 1\nname = \"recovery\"\nstart = 2019-05-06T09:00:00Z\nduration = \"90m\"\n\
         [service]\nbackup_every = \"10m\"\nfailback_after = \"5m\"\n\
         [traffic]\nrecords_per_user_day = 100.0\nreads_per_user_day = 50.0\n\
         [population]\ntenants = 20\nusers_per_tenant = 40\ncountries = {{ DE = 60, GB = 20, US = 10 }}\n{rest}"
    );
    let scenario = scenario::parse("recovery.toml", &text, Size::Full).unwrap_or_else(|found| panic!("{found}"));
    let outcome = run(&scenario, 7, Options::default());
    for finding in &outcome.findings {
        assert_eq!(finding.broken, 0, "{}: {:?}", finding.id, finding.breaches);
    }
    outcome
}

fn lost(datacenter: &str, at: &str, rest: &str) -> String {
    format!("\n[[fault]]\nkind = \"storage-loss\"\ndatacenter = \"{datacenter}\"\nat = \"{at}\"\n{rest}\n")
}

fn restore(unit: &str, at: &str, rest: &str) -> String {
    format!("\n[[fault]]\nkind = \"operator\"\norder = \"restore\"\nunit = \"{unit}\"\nat = \"{at}\"\n{rest}\n")
}

/// Both disks of Europe are lost after 25 minutes.
fn both_disks() -> String {
    lost("dublin", "25m", "") + &lost("amsterdam", "25m", "")
}

fn minute_of(outcome: &Outcome, restore: &Restore) -> u64 {
    restore.taken.since(outcome.measurements.setup.start).0 / Span::minutes(1).0
}

fn fired(outcome: &Outcome) -> Vec<u64> {
    outcome.faults.iter().map(|fault| fault.fired).collect()
}

#[test]
fn a_pair_without_its_disks_serves_again_from_its_last_backup() {
    let outcome = morning(&(both_disks() + &restore("emea-1", "30m", "") + &restore("emea-2", "40m", "")));
    let [one, two] = &outcome.measurements.restores[..] else { panic!("{:?}", outcome.measurements.restores) };
    assert_eq!(fired(&outcome), [1, 1, 1, 1]);
    for restored in [one, two] {
        assert_eq!(minute_of(&outcome, restored), 20, "the last backup before the loss");
        assert!(restored.lost > 0, "{restored:?}");
    }
    assert_eq!(outcome.measurements.writes.whole.lost, one.lost + two.lost, "no more is lost than was told");
    assert_eq!(outcome.measurements.unfinished, 0, "what was not acknowledged waited in the outboxes");
}

#[test]
fn without_an_order_nothing_is_restored_and_nothing_is_served() {
    let outcome = morning(&both_disks());
    assert!(outcome.measurements.restores.is_empty());
    assert!(outcome.measurements.unfinished > 0);
    assert!(outcome.measurements.writes.whole.lost > 1_000, "{}", outcome.measurements.writes.whole.lost);
}

#[test]
fn without_a_backup_there_is_nothing_to_restore() {
    let gone = lost("dublin", "25m", "backups = true") + &lost("amsterdam", "25m", "backups = true");
    let outcome = morning(&(gone + &restore("emea-1", "30m", "")));
    assert_eq!(fired(&outcome), [1, 1, 0], "an order that nobody can carry out tests nothing");
    assert!(outcome.measurements.restores.is_empty());
}

#[test]
fn the_backup_of_another_boundary_or_unit_is_refused() {
    for foreign in ["amer-1", "emea-2"] {
        let offered = restore("emea-1", "30m", &format!("backup_of = \"{foreign}\""));
        let outcome = morning(&(both_disks() + &offered));
        assert_eq!((fired(&outcome), outcome.measurements.restores.len()), (vec![1, 1, 1], 0), "{foreign}");
    }
}

/// The media stand beside the replica: in Dublin for the unit whose primary is Amsterdam.
#[test]
fn media_that_stand_beside_the_lost_disk_survive_it_unless_the_fault_says_otherwise() {
    let gone = lost("dublin", "25m", "") + &lost("amsterdam", "25m", "backups = true");
    let outcome = morning(&(gone + &restore("emea-1", "30m", "") + &restore("emea-2", "30m", "")));
    assert_eq!(fired(&outcome), [1, 1, 0, 1]);
    let restored: Vec<_> = outcome.measurements.restores.iter().map(|one| minute_of(&outcome, one)).collect();
    assert_eq!(restored, [20]);
}

#[test]
fn a_register_that_lost_all_three_voters_is_founded_anew() {
    let all = both_disks() + &lost("texas", "25m", "") + &lost("illinois", "25m", "") + &lost("singapore", "25m", "");
    let outcome = morning(&(all + &restore("emea-1", "30m", "") + &restore("emea-2", "30m", "")));
    assert_eq!(outcome.measurements.restores.len(), 2);
    let waits = |unit: usize| {
        outcome.measurements.interruptions.iter().any(|one| one.unit.index() == unit && one.ended.is_none())
    };
    assert!(!waits(2) && !waits(3), "{:?}", outcome.measurements.interruptions);
}

/// The second failure strikes when the peer has been filled again.
#[test]
fn a_restored_pair_survives_like_any_other() {
    let then = "\n[[fault]]\nkind = \"outage\"\ndatacenter = \"dublin\"\nat = \"60m\"\nfor = \"10m\"\n";
    let orders = restore("emea-1", "30m", "") + &restore("emea-2", "30m", "");
    let outcome = morning(&(both_disks() + &orders + then));
    let told: u64 = outcome.measurements.restores.iter().map(|restored| restored.lost).sum();
    assert_eq!((outcome.measurements.writes.whole.lost, outcome.measurements.unfinished), (told, 0));
    assert!(outcome.measurements.failovers.iter().any(|failover| failover.serving.is_some()));
}

#[test]
fn media_that_refuse_while_nobody_writes_to_them_test_nothing() {
    let refuses = |at: &str, lasts: &str| {
        format!(
            "\n[[fault]]\nkind = \"refuse-copies\"\ndatacenter = \"dublin\"\ncopy = \"backup\"\nat = \"{at}\"\nfor = \"{lasts}\"\n"
        )
    };
    let outcome = morning(&(refuses("43m", "2m") + &refuses("46m", "9m")));
    assert_eq!(fired(&outcome), [0, 1]);
}
