//! The cases of the lease: every file of `scenarios/cases` passes, and does so for its own reason.
//!
//! A scenario's thresholds say what must hold of a run as a whole. The tests here look closer, at each
//! single acknowledgement, refusal and register, so that no case can pass by something else than what
//! its prose says. Each runs a few seeds at the size of `check`.

mod gray;
mod planned;
mod refounding;
mod reseeds;
mod run;
mod serving;
mod takeovers;
mod waiting;
mod worse;

use run::{case_files, runs};

#[test]
fn every_case_has_a_name_prose_and_thresholds_and_passes() {
    let files = case_files();
    assert!(files.len() >= 21, "only {} cases", files.len());
    for name in files {
        for run in runs(&name, 2) {
            run.must_pass();
            assert_eq!(run.scenario.name, name);
            let prose = run.scenario.prose.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(prose.contains("Must happen") && prose.contains("Must not happen"), "{name} says neither");
        }
    }
}
