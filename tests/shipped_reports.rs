//! `reports/` holds what the shipped scenarios produce, and producing it again changes no byte. The
//! small ones are run here as written; `.ci/run` does the same for all, in release.
//!
//! To write them anew: `for f in scenarios/*.toml; do ringfence run $f --out reports/$(basename $f .toml); done`

use ringfence::campaign::{Options, run};
use ringfence::report;
use ringfence::scenario::{self, Size};
use std::fs;
use std::path::{Path, PathBuf};

/// Scenarios whose whole run takes a second or two in a debug build.
const SMALL: [&str; 3] = ["april-2019", "contoso", "forty-three-seconds"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The file as a user in the project's folder would name it, for the reproducing line quotes it.
fn scenario_file(name: &str) -> String {
    format!("scenarios/{name}.toml")
}

#[test]
fn running_a_shipped_scenario_again_changes_no_byte_of_its_report() {
    std::env::set_current_dir(root()).unwrap();
    for name in SMALL {
        let scenario = scenario::load(Path::new(&scenario_file(name)), Size::Full).unwrap();
        let outcome = run(&scenario, scenario.default_seed, Options::default());
        for (file, made) in report::files(&outcome) {
            let shipped = fs::read_to_string(root().join("reports").join(name).join(&file)).unwrap();
            assert!(shipped == made, "reports/{name}/{file} is not what the scenario produces");
        }
    }
}

#[test]
fn every_shipped_scenario_has_a_report_of_its_present_text() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let scenario = scenario::load(&path, Size::Full).unwrap();
        let summary = root().join("reports").join(&scenario.name).join("summary.json");
        let summary = fs::read_to_string(&summary).unwrap_or_else(|error| panic!("{}: {error}", summary.display()));
        assert!(summary.contains(&scenario.hash), "reports/{} is of another text of the scenario", scenario.name);
        assert!(summary.contains(r#""verdict": "pass""#), "reports/{} does not pass", scenario.name);
        seen += 1;
    }
    assert!(seen >= 9, "only {seen} scenarios are shipped");
}
