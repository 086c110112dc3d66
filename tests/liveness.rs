//! What follows the faults: nothing of them stays, or one datacenter of each boundary is gone for good; the
//! service converges, and whatever is pending is named with its reason.

use ringfence::campaign::draw::{Source, Weights};
use ringfence::campaign::{Options, run, run_beside};
use ringfence::facts::{Fact, Observer};
use ringfence::metrics::{Fate, Obstacle, UnitAccount};
use ringfence::outcome::{Outcome, Verdict};
use ringfence::report::{Paint, text};
use ringfence::scenario::{self, Size};
use ringfence::service::Shipped;
use ringfence::terms::{Datacenter, Instant, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// A quarter of an hour with people in every boundary, in which no promise is broken.
fn quarter(seed: u64, rest: &str) -> (Outcome, Ailing) {
    let text = format!(
        "schema_version = 1\nname = \"liveness\"\nstart = 2019-05-06T09:00:00Z\nduration = \"15m\"\n{rest}\n\
         [traffic]\nrecords_per_user_day = 200.0\nreads_per_user_day = 50.0\n\
         [population]\ntenants = 24\nusers_per_tenant = 20\ncountries = {{ DE = 1, US = 1, IN = 1, SG = 1 }}\n"
    );
    let scenario = scenario::parse("liveness.toml", &text, Size::Full).unwrap_or_else(|found| panic!("{found}"));
    let (outcome, ailing) = run_beside(&scenario, seed, Shipped, Options::default(), Ailing::default());
    assert_ne!(outcome.verdict(), Verdict::Breach, "seed {seed} of\n{text}\n{:#?}", outcome.reasons());
    (outcome, ailing)
}

/// What is wrong, by what it is wrong with.
#[derive(Debug, Default)]
struct Ailing {
    now: BTreeSet<(&'static str, u64, u64)>,
    /// Every ailment that there ever was.
    ever: BTreeMap<&'static str, u32>,
    /// What was wrong when the run ended.
    last: Option<BTreeSet<(&'static str, u64, u64)>>,
    /// Datacenters that lost their power after the faults were healed.
    lost: Vec<Datacenter>,
    healed: bool,
}

impl Ailing {
    fn set(&mut self, what: &'static str, of: (u64, u64), ill: bool) {
        if ill && self.now.insert((what, of.0, of.1)) {
            *self.ever.entry(what).or_default() += 1;
        } else if !ill {
            self.now.remove(&(what, of.0, of.1));
        }
    }
}

impl Observer for Ailing {
    fn observe(&mut self, _: Instant, fact: &Fact) {
        let at = |datacenter: Datacenter| (u64::from(datacenter.0), 0);
        let of = |unit: Unit, datacenter: Datacenter| (u64::from(datacenter.0), u64::from(unit.0));
        match *fact {
            Fact::Power { datacenter, on } => {
                self.set("power", at(datacenter), !on);
                self.lost.extend(Some(datacenter).filter(|_| self.healed && !on));
            }
            Fact::Paused { datacenter, paused } => self.set("pause", at(datacenter), paused),
            Fact::UnitPaused { unit, datacenter, paused } => self.set("unit pause", of(unit, datacenter), paused),
            Fact::Access { datacenter, up } => self.set("access", at(datacenter), !up),
            Fact::Link { from, to, up } => self.set("link", (u64::from(from.0), u64::from(to.0)), !up),
            Fact::LinkQuality { from, to, loss_ppm, delay } => {
                self.set("quality", (u64::from(from.0), u64::from(to.0)), loss_ppm > 0 || delay.0 > 0);
            }
            Fact::Capacity { datacenter, share_ppm } => self.set("capacity", at(datacenter), share_ppm < 1_000_000),
            Fact::Disk { unit, datacenter, flush } => self.set("disk", of(unit, datacenter), flush.0 > 2_000),
            Fact::ClockChanged { datacenter, offset_us, drift_ppm } => {
                self.set("offset", at(datacenter), offset_us.unsigned_abs() > 100_000);
                self.set("drift", at(datacenter), drift_ppm.unsigned_abs() > 50);
            }
            Fact::FaultBegan { fault } => self.set("fault", (u64::from(fault), 0), true),
            Fact::FaultEnded { fault } => self.set("fault", (u64::from(fault), 0), false),
            Fact::LivenessBegan => self.healed = true,
            Fact::Ended { .. } => self.last = Some(self.now.clone()),
            _ => {}
        }
    }
}

/// Each of them would last for ever.
const EVERY_FAULT: &str = r#"
[[fault]]
kind = "outage"
datacenter = "dublin"
at = "5m"
[[fault]]
kind = "partition"
between = ["texas", "illinois"]
at = "5m"
[[fault]]
kind = "partition-one-way"
from = "texas"
to = "dublin"
at = "6m"
[[fault]]
kind = "isolate"
datacenter = "chennai"
clients_reach = false
at = "5m"
[[fault]]
kind = "pause"
datacenter = "singapore"
at = "5m"
[[fault]]
kind = "pause"
datacenter = "amsterdam"
unit = "emea-2"
at = "13m"
[[fault]]
kind = "slow-disk"
datacenter = "hong-kong"
factor = 50
at = "5m"
[[fault]]
kind = "cooling"
datacenter = "illinois"
to = "50%"
at = "5m"
[[fault]]
kind = "clock-offset"
datacenter = "pune"
offset = "400ms"
at = "5m"
[[fault]]
kind = "clock-drift"
datacenter = "pune"
drift_ppm = 150
at = "5m"
[[fault]]
kind = "surge"
factor = 2
at = "5m"
[[fault]]
kind = "degrade"
between = ["singapore", "hong-kong"]
loss = "20%"
delay = "100ms"
at = "5m"
"#;

#[test]
fn no_fault_stays_active_once_all_are_healed() {
    let (outcome, ailing) = quarter(3, EVERY_FAULT);
    let seen: Vec<_> = ailing.ever.keys().copied().collect();
    let all =
        ["access", "capacity", "disk", "drift", "fault", "link", "offset", "pause", "power", "quality", "unit pause"];
    assert_eq!(seen, all, "each was seen while it was on");
    assert_eq!(ailing.ever["fault"], 12);
    assert_eq!(ailing.last, Some(BTreeSet::new()), "nothing of them is left");
    let pending: Vec<_> = outcome.measurements.units.iter().filter_map(|account| account.pending).collect();
    assert_eq!((outcome.measurements.unfinished, pending), (0, vec![]), "and the service has converged");
}

const OUTAGE: &str = r#"
[[fault]]
kind = "outage"
datacenter = "dublin"
at = "5m"
for = "4m"
[[fault]]
kind = "partition"
between = ["texas", "illinois"]
at = "14m"
"#;

/// Where the lost datacenters hold two of a unit's three voters, it has no majority.
#[test]
fn with_one_datacenter_of_each_boundary_gone_all_that_is_pending_has_a_reason() {
    let mut reasons = BTreeSet::new();
    for seed in 1..=12 {
        for mode in ["async", "sync"] {
            let (outcome, ailing) =
                quarter(seed, &format!("after = \"lose-one\"\n[service]\nreplication = \"{mode}\"\n{OUTAGE}"));
            let measured = &outcome.measurements;
            let boundaries = ailing.lost.iter().map(|&lost| measured.setup.datacenters[lost.index()].boundary);
            assert_eq!(boundaries.collect::<BTreeSet<_>>().len(), 4, "seed {seed}: {:?}", ailing.lost);
            assert_eq!(ailing.lost.len(), 4, "seed {seed}");
            reasons.extend(reasons_of(&outcome));
        }
    }
    assert!(reasons.contains(&Obstacle::NoMajority), "{reasons:?}");
}

/// A fault that strikes late leaves `alone`, a manual failover or a peer under way for the loss to fall on.
#[test]
fn after_random_faults_too_all_that_a_lost_datacenter_leaves_pending_has_a_reason() {
    let swarm = Source::swarm().expect("the built-in topology loads");
    let mut weights = Weights::even();
    weights.set("after:heal-all", 0);
    let mut reasons = BTreeSet::new();
    for seed in 0..800 {
        let drawn = swarm.draw(seed, &weights);
        let scenario = drawn.scenario().unwrap_or_else(|found| panic!("{found}"));
        let outcome = run(&scenario, seed, Options::default());
        for finding in &outcome.findings {
            assert_eq!(finding.broken, 0, "{}: {:?}\n{}", finding.id, finding.breaches, drawn.text);
        }
        reasons.extend(reasons_of(&outcome));
    }
    let each = [
        Obstacle::NoMajority,
        Obstacle::NoCopy,
        Obstacle::HolderGone,
        Obstacle::Operator,
        Obstacle::Unreplicable,
        Obstacle::PeerGone,
    ];
    assert!(each.iter().all(|why| reasons.contains(why)), "{reasons:?}");
}

/// The holder's disk is lost and its peer may not take over by itself: the site whose disk is empty is there, but
/// nobody brings it back.
#[test]
fn nobody_is_brought_back_where_the_holders_disk_is_lost_and_nobody_holds_the_lease() {
    let lost = "[[fault]]\nkind = \"storage-loss\"\ndatacenter = \"dublin\"\nat = \"12m\"\n";
    let cut = "[[fault]]\nkind = \"partition\"\nbetween = [\"dublin\", \"amsterdam\"]\nat = \"9m\"\n";
    let service = "[service]\nreseed_rate = 500\nwindow_records = 128\nbatch_records = 64\n";
    let manual = quarter(5, &format!("{service}failover = \"manual\"\n{lost}")).0;
    assert_eq!(reasons_of(&manual), BTreeSet::from([Obstacle::Operator]), "{}", text(&manual, Paint::Plain));
    let alone = quarter(5, &format!("{service}grace_period_with_data_loss = \"2h\"\n{cut}{lost}")).0;
    assert_eq!(reasons_of(&alone), BTreeSet::from([Obstacle::HolderGone]), "{}", text(&alone, Paint::Plain));
}

/// A drawn scenario that once ended with a wrong reason, or none.
fn once_failed(name: &str) -> Outcome {
    let file = format!("{}/tests/once_failed/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let scenario = scenario::load(file.as_ref(), Size::Full).unwrap_or_else(|found| panic!("{found}"));
    run(&scenario, scenario.default_seed, Options::default())
}

/// A holder's disk is lost, its unit waits for an operator, and the peer that alone could certify the new disk
/// is gone for good.
#[test]
fn a_site_that_lost_its_disk_and_its_peer_waits_for_want_of_a_certified_copy() {
    let outcome = once_failed("lose-one-164");
    let pending: Vec<_> = outcome.measurements.units.iter().filter_map(|account| account.pending).collect();
    assert_eq!(reasons_of(&outcome), BTreeSet::from([Obstacle::NoCopy]), "{}: {pending:?}", outcome.reproduce);
    assert!(outcome.measurements.unfinished > 0, "{}: clients hold their outbox", outcome.reproduce);
}

/// The records of a tail were confirmed to their clients long ago. That they are on their way back to the log
/// when their datacenter is lost makes no client wait: they are lost, not pending.
#[test]
fn a_tail_that_was_set_aside_at_a_lost_datacenter_is_lost_and_leaves_no_write_unfinished() {
    let outcome = once_failed("lose-one-1695");
    let measured = &outcome.measurements;

    let lost = |account: &UnitAccount| account.fates[Fate::Lost.index()];
    let with_it = measured.units.iter().find(|account| lost(account) > 0);
    let with_it = with_it.unwrap_or_else(|| panic!("{}", outcome.reproduce));
    assert_eq!((with_it.waiting(), with_it.gone.map(|(_, lost)| lost)), (0, Some(lost(with_it))));
    assert_eq!((reasons_of(&outcome), measured.unfinished), (BTreeSet::new(), 0), "{}", outcome.reproduce);
    assert!(text(&outcome, Paint::Plain).contains("that only dublin held, which is gone for good"));
}

/// Nothing but time is in the way, and there was enough of it.
const TIME: [Obstacle; 3] = [Obstacle::NoHolder, Obstacle::CatchingUp, Obstacle::Draining];

/// Why units have not converged, each of them for a reason, which the report tells.
fn reasons_of(outcome: &Outcome) -> BTreeSet<Obstacle> {
    let pending: Vec<_> = outcome.measurements.units.iter().filter_map(|account| account.pending).collect();
    let writes: u64 = pending.iter().map(|one| one.writes).sum();
    assert_eq!(writes, outcome.measurements.unfinished, "{}: {pending:?}", outcome.reproduce);
    let page = text(outcome, Paint::Plain);
    for one in &pending {
        assert!(!TIME.contains(&one.why), "{}: {one:?}", outcome.reproduce);
        assert!(one.why != Obstacle::PeerGone || one.writes == 0, "{}: {one:?}", outcome.reproduce);
        assert!(page.contains(one.why.reason()), "{page}");
    }
    pending.iter().map(|one| one.why).collect()
}
