//! What a bundle carries, and what `replay` says of it.

mod program;

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// Ten minutes of a few people, on a topology beside it.
const SCENARIO: &str = "# A short hour.\r\nschema_version = 1\nname = \"short\"\nstart = 2019-05-06T09:00:00Z\n\
duration = \"10m\"\ntopology = \"places/slow.toml\"\n[population]\ntenants = 2\nusers_per_tenant = 20\n";

const SLOW: &str = "extends = \"slower.toml\"\n[datacenter_defaults]\nboot = \"70s\"\n";

const SLOWER: &str = "extends = \"kaizala-2019\"\n[datacenter_defaults]\nflush = \"40ms\"\n";

fn folder(more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("places")).unwrap();
    fs::write(folder.path().join("short.toml"), format!("{SCENARIO}{more}")).unwrap();
    fs::write(folder.path().join("places/slow.toml"), SLOW).unwrap();
    fs::write(folder.path().join("places/slower.toml"), SLOWER).unwrap();
    folder
}

fn ringfence(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = program::ringfence(folder, args);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// A folder with nothing in it but the bundle of a run.
fn bundled(more: &str, args: &[&str]) -> tempfile::TempDir {
    let (from, to) = (folder(more), tempfile::tempdir().unwrap());
    let path = to.path().join("run.json");
    let (code, _, said) = ringfence(from.path(), &[args, &["--bundle", path.to_str().unwrap()]].concat());
    assert!(code != 1 && code != 2 && said.contains("ringfence replay"), "{said}");
    to
}

fn changed(folder: &Path, change: impl Fn(&mut Value)) {
    let path = folder.join("run.json");
    let mut bundle: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut bundle);
    fs::write(path, bundle.to_string()).unwrap();
}

#[test]
fn a_bundle_carries_the_topology_and_gives_the_run_again() {
    let folder = bundled("", &["run", "short.toml", "--seed", "7", "--format", "json"]);
    let (code, printed, said) = ringfence(folder.path(), &["replay", "run.json", "--format", "json"]);
    assert_eq!(code, 0, "{said}");
    let bundle: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("run.json")).unwrap()).unwrap();
    let again: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&again["digest"], &again["seed"]), (&bundle["digest"], &Value::from(7)));
    assert_eq!(bundle["files"].as_array().unwrap().len(), 3, "the scenario and two topologies");
    assert!(said.contains("as in the bundle"), "{said}");
}

#[test]
fn another_version_is_told_what_differs_and_how_to_go_on() {
    let folder = bundled("", &["run", "short.toml"]);
    changed(folder.path(), |bundle| bundle["version"] = "0.0.9".into());
    let (code, printed, said) = ringfence(folder.path(), &["replay", "run.json"]);
    assert_eq!((code, printed.as_str()), (2, ""));
    assert!(said.contains("0.0.9") && said.contains(env!("CARGO_PKG_VERSION")), "{said}");
    assert!(said.contains("ringfence replay run.json --anyway"), "{said}");
    assert_eq!(ringfence(folder.path(), &["replay", "run.json", "--anyway"]).0, 0);
}

#[test]
fn another_digest_is_an_error_that_names_both() {
    let folder = bundled("", &["run", "short.toml"]);
    let wrong = "0".repeat(32);
    changed(folder.path(), |bundle| bundle["digest"] = wrong.clone().into());
    let (code, printed, said) = ringfence(folder.path(), &["replay", "run.json", "--format", "json"]);
    let again: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(code, 1);
    assert!(said.contains(&wrong) && said.contains(again["digest"].as_str().unwrap()), "{said}");
}

#[test]
fn what_is_no_bundle_any_more_is_refused() {
    for (change, told) in [
        ((|bundle| bundle["files"][0]["lines"][7] = "tenants = 3".into()) as fn(&mut Value), "somebody changed them"),
        (|bundle| bundle["files"][1]["name"] = "places/slov.toml".into(), "slow.toml"),
        (|bundle| bundle["bundle_version"] = 9.into(), "has form 9"),
        (|bundle| bundle["planted"] = "sleeps-late".into(), "`sleeps-late`"),
        (|bundle| *bundle = Value::Null, "no bundle"),
    ] {
        let folder = bundled("", &["run", "short.toml"]);
        changed(folder.path(), change);
        let (code, printed, said) = ringfence(folder.path(), &["replay", "run.json"]);
        assert_eq!((code, printed.as_str()), (2, ""), "{said}");
        assert!(said.contains(told), "{told}: {said}");
    }
}

#[test]
fn a_planted_mistake_is_carried() {
    let folder = bundled("", &["run", "short.toml", "--planted", "foreign-candidate"]);
    let (code, printed, said) = ringfence(folder.path(), &["replay", "run.json"]);
    assert_eq!(code, 20, "{said}");
    assert!(printed.contains("RES-6") && said.contains("--planted foreign-candidate"), "{said}");
}

#[test]
fn a_check_that_fails_leaves_the_worst_run_and_one_that_passes_none() {
    let missed = "[[threshold]]\nmetric = \"acknowledged\"\nmax = 0\n";
    let folder = bundled(missed, &["check", "short.toml", "--seeds", "2"]);
    let (code, _, said) = ringfence(folder.path(), &["replay", "run.json"]);
    assert_eq!(code, 10, "{said}");
    let passes = self::folder("");
    let (code, _, said) = ringfence(passes.path(), &["check", "short.toml", "--seeds", "1", "--bundle", "run.json"]);
    assert_eq!(code, 0, "{said}");
    assert!(!passes.path().join("run.json").exists());
}

#[test]
fn a_bundle_takes_no_place_but_a_bundles() {
    let folder = folder("");
    for command in ["run", "check"] {
        let (code, printed, said) = ringfence(folder.path(), &[command, "short.toml", "--bundle", "places/slow.toml"]);
        assert_eq!((code, printed.as_str()), (2, ""), "{said}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("places/slow.toml")).unwrap(), SLOW);
    for _ in 0..2 {
        assert_eq!(ringfence(folder.path(), &["run", "short.toml", "--bundle", "run.json"]).0, 0);
    }
}
