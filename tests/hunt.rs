//! What a campaign promises whoever kills it, divides it, or doubts it: the same bytes, whatever happened on the
//! way; 130 with what is under way left undone; and the first fact that differs, if one ever does.

mod sealed;

use ringfence::campaign::draw::{Source, Weights};
use ringfence::campaign::hunt::{run_twice, trial};
use ringfence::campaign::{Options, run};
use ringfence::scenario::{self, Scenario, Size};
use ringfence::service::{Decisions, Policy, Shipped};
use ringfence::terms::{Monotonic, Span};
use sealed::sealed;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

fn command(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.current_dir(folder).args(line.split_whitespace()).env_remove("NO_COLOR");
    command
}

fn ringfence(folder: &Path, line: &str) -> Output {
    command(folder, line).output().unwrap()
}

/// Runs a command that must come to its end, whatever it finds, and gives its standard output.
fn ended(folder: &Path, line: &str) -> String {
    let output = ringfence(folder, line);
    assert!(matches!(output.status.code(), Some(0 | 10 | 20)), "{line}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn started(folder: &Path, line: &str) -> Child {
    command(folder, line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn records(file: &Path) -> usize {
    let lines = String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).matches('\n').count();
    lines.saturating_sub(1)
}

/// Waits until something is so, for at most a minute.
fn wait_until(so: impl Fn() -> bool) {
    let came = (0..20_000).any(|_| {
        std::thread::sleep(Duration::from_millis(3));
        so()
    });
    assert!(came, "it never came to that");
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn killed_twice_and_resumed_a_campaign_is_what_it_is_uninterrupted() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let told = ended(folder.path(), "campaign --swarm --seeds 60 --jobs 2 --ledger whole");
    let line = "campaign --swarm --seeds 60 --jobs 2 --ledger killed";
    for kept in [8, 30] {
        let mut child = started(folder.path(), line);
        wait_until(|| records(&killed) >= kept);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!((kept..60).contains(&records(&killed)), "{}", records(&killed));
    }
    let before = records(&killed);
    let output = ringfence(folder.path(), line);
    assert!(stderr(&output).contains(&format!("{before} runs are in killed already")), "{}", stderr(&output));
    assert!(stderr(&output).contains(&format!("{} runs in ", 60 - before)), "{}", stderr(&output));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), told);
    assert_eq!(fs::read(&killed).unwrap(), fs::read(&whole).unwrap());
}

#[test]
fn a_ledger_that_another_process_writes_is_refused_unless_that_ends_in_a_moment() {
    let folder = tempfile::tempdir().unwrap();
    let line = "campaign --swarm --seeds 2 --ledger one";
    ended(folder.path(), line);
    let held = fs::File::open(folder.path().join("one")).unwrap();
    held.lock().unwrap();
    let output = ringfence(folder.path(), line);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("another process is writing the ledger one"), "{}", stderr(&output));
    let child = started(folder.path(), line);
    std::thread::sleep(Duration::from_millis(200));
    held.unlock().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(stderr(&output).contains("2 runs are in one already"), "{}", stderr(&output));
}

#[test]
fn parts_in_any_number_and_order_make_the_bytes_of_one_machine() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let told = ended(folder.path(), "campaign --swarm --seeds 24 --first 5 --ledger whole");
    for (of, orders) in
        [(1, vec![vec![1]]), (3, vec![vec![1, 2, 3], vec![3, 1, 2, 1]]), (8, vec![vec![8, 2, 5, 1, 3, 7, 4, 6]])]
    {
        for number in 1..=of {
            ended(
                folder.path(),
                &format!("campaign --swarm --seeds 24 --first 5 --partition {number}/{of} --ledger {of}-{number}"),
            );
        }
        for order in orders {
            let parts: Vec<_> = order.iter().map(|number| format!("{of}-{number}")).collect();
            assert_eq!(ended(folder.path(), &format!("merge {} --out merged", parts.join(" "))), told);
            assert_eq!(fs::read(path("merged")).unwrap(), fs::read(path("whole")).unwrap());
        }
    }
    let output = ringfence(folder.path(), "merge 3-1 3-3");
    assert!(matches!(output.status.code(), Some(11 | 20)), "{}", stderr(&output));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("no record of seed 6, 9, 12, 15, 18, 21, 24, 27\n"), "{told}");
}

#[test]
fn ledgers_that_do_not_belong_together_are_refused_and_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    ended(folder.path(), "campaign --swarm --seeds 2 --ledger two");
    let refused = |line: &str, code: i32, why: &str| {
        let before = fs::read(path("two")).unwrap();
        let output = ringfence(folder.path(), line);
        assert_eq!(output.status.code(), Some(code), "{line}: {}", stderr(&output));
        assert!(stderr(&output).contains(why), "{line}: {}", stderr(&output));
        assert_eq!(fs::read(path("two")).unwrap(), before, "{line}");
    };
    refused("campaign --swarm --seeds 3 --ledger two", 2, "number of seeds: 2, not 3");
    refused("campaign --swarm --seeds 2 --first 1 --ledger two", 2, "first seed: 0, not 1");
    refused("campaign --swarm --seeds 2 --verify-determinism 5% --ledger two", 2, "share run twice");
    ended(folder.path(), "campaign --swarm --seeds 3 --ledger three");
    refused("merge two three --out merged", 2, "two and three are of different campaigns");
    assert!(!path("merged").exists());
    fs::write(path("mine.toml"), "schema_version = 1\n").unwrap();
    refused("campaign --swarm --seeds 2 --ledger mine.toml", 2, "no ledger of a campaign");
    refused("merge two --out mine.toml", 2, "no ledger of a campaign");
    assert_eq!(fs::read_to_string(path("mine.toml")).unwrap(), "schema_version = 1\n");
    let two = fs::read_to_string(path("two")).unwrap();
    let (head, records) = two.split_once('\n').unwrap();
    let (first, second) = records.split_once('\n').unwrap();
    let changed = first.replacen("\"events\":", "\"events\":9", 1);
    fs::write(path("other"), format!("{head}\n{changed}\n{second}")).unwrap();
    refused("merge two other", 2, "its line 2 is damaged: it is not what its checksum says");
    fs::write(path("other"), format!("{head}\n{}\n{second}", sealed(&changed))).unwrap();
    refused("merge two other", 1, "determinism is broken: in two and other, two records of seed 0 differ: `events`");
    refused("campaign --swarm --seeds 2 --ledger other", 2, "made by another build of ringfence");
}

#[test]
fn a_budget_of_time_starts_no_more_runs_and_those_made_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    let output = ringfence(folder.path(), "campaign --swarm --time-budget 700ms --ledger some");
    assert!(stderr(&output).contains("the time is up"), "{}", stderr(&output));
    let made = records(&folder.path().join("some"));
    ended(folder.path(), &format!("campaign --swarm --seeds {made} --ledger same"));
    let lines = |name: &str| -> Vec<String> {
        fs::read_to_string(folder.path().join(name)).unwrap().lines().skip(1).map(str::to_owned).collect()
    };
    assert!(made > 0 && lines("some") == lines("same"));
}

#[test]
fn generations_at_one_go_are_what_they_are_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    ended(folder.path(), "campaign --swarm --seeds 12 --generations 2 --ledger both");
    ended(folder.path(), "campaign --swarm --seeds 12 --ledger first");
    ended(folder.path(), "campaign --swarm --seeds 12 --first 12 --steer first --ledger second");
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!((bytes("both.1"), bytes("both.2")), (bytes("first"), bytes("second")));
    let steered = ended(folder.path(), "campaign --swarm --show 13 --ledger second");
    assert_eq!(steered, ended(folder.path(), "campaign --swarm --show 13 --steer first"));
    let output = ringfence(folder.path(), "campaign --swarm --seeds 9 --generations 2 --partition 1/2 --ledger x");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--steer"), "{}", stderr(&output));
}

#[test]
fn coverage_that_is_required_and_lacking_fails_a_campaign() {
    let folder = tempfile::tempdir().unwrap();
    let output = ringfence(folder.path(), "campaign --swarm --seeds 1 --require-coverage");
    assert_eq!(output.status.code(), Some(11), "{}", stderr(&output));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("never reached, which fails the campaign: "), "{told}");
    let output = ringfence(folder.path(), "campaign --swarm --seeds 1 --require-coverage=wishes");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn an_interrupted_campaign_ends_with_130_says_how_to_go_on_and_does() {
    let folder = tempfile::tempdir().unwrap();
    let (line, jobs) = ("campaign --swarm --seeds 50 --jobs 2 --ledger kept", 2);
    let child = started(folder.path(), line);
    wait_until(|| records(&folder.path().join("kept")) >= 5);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let (kept, said) = (records(&folder.path().join("kept")), stderr(&output));
    let told = said.lines().find_map(|line| line.strip_prefix("interrupted: ")?.split(' ').next()?.parse().ok());
    let told: usize = told.unwrap_or_else(|| panic!("{said}"));
    assert!((told..=told + jobs).contains(&kept), "it began other runs, or lost some: {kept} are kept\n{said}");
    assert!(stderr(&output).contains(&format!("the same line goes on:\n  ringfence {line}\n")), "{}", stderr(&output));
    ended(folder.path(), line);
    ended(folder.path(), "campaign --swarm --seeds 50 --ledger whole");
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(bytes("kept"), bytes("whole"));
}

#[cfg(unix)]
#[test]
fn a_long_run_is_interrupted_in_the_middle() {
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/dublin-dark.toml");
    let folder = tempfile::tempdir().unwrap();
    let of = |command: &str| format!("{command} {}", scenario.display());
    let shrink = of("shrink --planted foreign-candidate");
    for line in [of("run"), of("check --full"), shrink, "selftest --seeds 100000".to_owned()] {
        let output = interrupted(folder.path(), &line);
        assert_eq!(output.status.code(), Some(130), "{line}: {}", stderr(&output));
        let said = format!("interrupted: nothing is kept; the same line starts again:\n  ringfence {line}\n");
        assert!(stderr(&output).contains(&said), "{line}: {}", stderr(&output));
    }
}

/// Interrupts a command, later and later until it has come so far that it hears of it.
#[cfg(unix)]
fn interrupted(folder: &Path, line: &str) -> Output {
    let tries = (4..14).map(|doubled| {
        let child = started(folder, line);
        std::thread::sleep(Duration::from_millis(1 << doubled));
        interrupt(&child);
        child.wait_with_output().unwrap()
    });
    tries.into_iter().find(|output| output.status.code().is_some()).expect("it never heard of it")
}

/// The shipped service, but for a lease whose length depends on how many there were before, in any run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Moody;

static LEASES: AtomicU64 = AtomicU64::new(0);

impl Decisions for Moody {
    fn lease_until(&self, policy: &Policy, sent: Monotonic, answered: Monotonic, ttl: Span) -> Monotonic {
        let mood = Span::secs(LEASES.fetch_add(1, Ordering::Relaxed) % 5);
        Shipped.lease_until(policy, sent, answered, ttl.saturating_sub(mood))
    }
}

fn drawn(seed: u64) -> Scenario {
    let source = Source::swarm().unwrap_or_else(|error| panic!("{error}"));
    source.draw(seed, &Weights::even()).scenario().unwrap_or_else(|found| panic!("{found}"))
}

#[test]
fn a_service_that_is_not_deterministic_is_found_and_the_first_fact_that_differs_is_named() {
    let mut found = Vec::new();
    for seed in 0..10 {
        found.extend(run_twice(&drawn(seed), seed, || Moody, Options::default(), ()).err());
    }
    let difference = found.first().expect("ten runs of it were the same");
    assert!(difference.number > 1 && difference.sides[0] != difference.sides[1]);
    let told = difference.to_string();
    assert!(told.contains(&format!("from fact {} on", difference.number)), "{told}");
    assert!(told.contains("in the first run:") && told.contains("in the second run:"), "{told}");
}

#[test]
fn a_run_made_twice_is_the_run_made_once() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/dublin-dark.toml");
    let scenario = scenario::load(&file, Size::Ci).unwrap_or_else(|found| panic!("{found}"));
    let (twice, ()) = run_twice(&scenario, 7, || Shipped, Options::default(), ()).unwrap();
    assert_eq!(twice, run(&scenario, 7, Options::default()));
    let source = Source::swarm().unwrap_or_else(|error| panic!("{error}"));
    let drawn = source.draw(3, &Weights::even());
    assert_eq!(trial(&drawn, 3, true).unwrap(), trial(&drawn, 3, false).unwrap());
}
