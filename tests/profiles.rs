//! Profiles in `ringfence.toml`: found upwards, laid over each other, under flags; and what is wrong with them.

mod program;

use program::ringfence;
use std::fs;
use std::path::Path;
use std::process::Output;

const SHORT: &str = r#"# A short hour.
schema_version = 1
name = "short"
start = 2019-05-06T09:00:00Z
duration = "10m"

[population]
tenants = 2
users_per_tenant = 20
"#;

const PROFILES: &str = r#"[profile.default]
seeds = 1
format = "json"

[profile.ci]
seeds = 3
format = "text"
reports = { junit = "out/results.xml", markdown = "out/summary.md" }
"#;

/// A folder with profiles, and a scenario in a folder below.
fn folder(profiles: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("below")).unwrap();
    fs::write(folder.path().join("below/short.toml"), SHORT).unwrap();
    fs::write(folder.path().join("ringfence.toml"), profiles).unwrap();
    folder
}

fn check(folder: &Path, more: &[&str]) -> Output {
    let args = [&["check", "short.toml"], more].concat();
    ringfence(&folder.join("below"), &args)
}

fn said(output: &Output) -> (i32, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn the_default_profile_holds_where_none_is_named_and_is_found_upwards() {
    let folder = folder(PROFILES);
    let output = check(folder.path(), &[]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["scenarios"][0]["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_named_profile_is_laid_over_the_default_and_flags_over_both() {
    let folder = folder(PROFILES);
    let (code, text) = said(&check(folder.path(), &["--profile", "ci"]));
    assert!(code == 0 && text.contains("3 of 3 seeds pass"), "{text}");
    for file in ["out/results.xml", "out/summary.md"] {
        assert!(folder.path().join(file).is_file(), "{file} is beside the file of profiles");
    }
    let (code, text) = said(&check(folder.path(), &["--profile", "ci", "--seeds", "2", "--report", "junit=mine.xml"]));
    assert!(code == 0 && text.contains("2 of 2 seeds pass"), "{text}");
    assert!(folder.path().join("below/mine.xml").is_file(), "a flag's path is relative to the working directory");
}

#[test]
fn a_file_of_profiles_is_named_by_a_flag_and_is_no_scenario() {
    let folder = folder(PROFILES);
    fs::write(folder.path().join("other.toml"), "[profile.default]\nseeds = 2\n").unwrap();
    let (code, text) = said(&check(folder.path(), &["--config", "../other.toml"]));
    assert!(code == 0 && text.contains("2 of 2 seeds pass"), "{text}");
    let (_, text) = said(&check(folder.path(), &["..", "--config", "../other.toml"]));
    assert!(!text.contains("ringfence.toml") && text.contains("other.toml"), "only the name is known: {text}");
}

#[test]
fn what_is_wrong_with_profiles_is_told_like_what_is_wrong_with_a_scenario() {
    for (profiles, args, wanted) in [
        ("[profile.ci]\nseed = 3\n", &[][..], &["RF0103", "ringfence.toml:2:1", "did you mean `seeds`?"][..]),
        ("[profile.ci]\nformat = \"jnit\"\n", &[], &["RF0104", "ringfence.toml:2:10", "did you mean `junit`?"]),
        ("[profile.ci]\nseeds = 0\njobs = 70000\n", &[], &["RF0204", "ringfence.toml:2:9", "ringfence.toml:3:8"]),
        ("[profile.ci.reports]\njunt = \"x\"\n", &[], &["RF0103", "ringfence.toml:2:1", "did you mean `junit`?"]),
        ("[profil.ci]\n", &[], &["RF0103", "ringfence.toml:1:2", "did you mean `profile`?"]),
        (PROFILES, &["--profile", "cii"], &["RF0313", "there is no profile `cii`", "did you mean `ci`?"]),
        (PROFILES, &["--config", "none.toml"], &["RF0001", "none.toml", "there is no such file"]),
        (PROFILES, &["--fail-if-worse"], &["needs a `--baseline FILE`"]),
    ] {
        let folder = folder(profiles);
        let output = check(folder.path(), args);
        let (code, text) = said(&output);
        assert_eq!((code, output.stdout.len()), (2, 0), "{text}");
        for part in wanted {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}

#[test]
fn a_profile_that_is_asked_for_without_a_file_is_said_to_be_missing() {
    let folder = folder("");
    fs::remove_file(folder.path().join("ringfence.toml")).unwrap();
    let (code, text) = said(&check(folder.path(), &["--profile", "ci"]));
    assert!(code == 2 && text.contains("there is no profile `ci`: no `ringfence.toml` is here"), "{text}");
    assert_eq!(said(&check(folder.path(), &["--profile", "default", "--seeds", "1"])).0, 0);
}

#[test]
fn the_schema_of_profiles_is_the_one_that_is_committed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = ringfence(root, &["schema", "profiles"]);
    let committed = fs::read_to_string(root.join("scenarios/profiles.schema.json")).unwrap();
    assert!(committed == String::from_utf8(output.stdout).unwrap(), "`ringfence schema profiles` makes it so");
}

#[test]
fn a_campaign_takes_seeds_budget_and_formats_from_its_profile() {
    let folder = folder(
        "[profile.night]\nseeds = 3\ntime_budget = \"1h\"\nformat = \"json\"\nreports.junit = \"out/hunt.xml\"\n",
    );
    let campaign = |more: &[&str]| {
        let args = [&["campaign", "--swarm", "--profile", "night"], more].concat();
        ringfence(folder.path(), &args)
    };
    let runs = |output: &Output| serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["runs"].clone();
    assert_eq!(runs(&campaign(&[])), 3);
    assert!(folder.path().join("out/hunt.xml").is_file());
    assert_eq!(runs(&campaign(&["--seeds", "2"])), 2);
    let ended = campaign(&["--time-budget", "0s"]);
    assert_eq!((runs(&ended), ended.status.code()), (0.into(), Some(11)), "a flag is laid over the profile's budget");
}
