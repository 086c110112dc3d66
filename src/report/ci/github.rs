//! Annotations of GitHub Actions: workflow commands, one a line, which a runner reads off the log and shows at
//! their line of the changed files.

use super::{Concern, Place, Results, Suite};
use std::fmt::Write;

/// One annotation for each thing that is wrong, at the line of the rule, the threshold or the fault; one for each
/// scenario that fails, at the line of its name.
pub fn annotations(results: &Results) -> String {
    let mut out = String::new();
    for shared in results.shared() {
        let (concern, message) = (shared.concern, shared.message());
        let title = format!("{} in {}", concern.rule, shared.suite.name);
        put(&mut out, level(concern), concern.place.as_ref().or(shared.suite.place.as_ref()), &title, &message);
    }
    for suite in results.suites.iter().filter(|suite| !suite.standing().passes()) {
        // A file that is wrong has been told of line by line.
        if suite.standing() != super::Standing::BadFile {
            put(
                &mut out,
                "error",
                suite.place.as_ref(),
                &format!("{}: {}", suite.name, suite.standing().name()),
                &of(suite),
            );
        }
    }
    for concern in &results.remarks {
        put(&mut out, level(concern), concern.place.as_ref(), &concern.rule, &concern.what);
    }
    out
}

fn level(concern: &Concern) -> &'static str {
    if concern.fails { "error" } else { "warning" }
}

/// How many of a suite's cases fail, and how to repeat the worst.
fn of(suite: &Suite) -> String {
    let failing = suite.failing();
    let line = failing.first().and_then(|case| case.reproduce.as_ref()).map(|line| format!("\n{line}"));
    format!("{} of {} do not pass{}", failing.len(), suite.cases.len(), line.unwrap_or_default())
}

fn put(out: &mut String, level: &str, place: Option<&Place>, title: &str, message: &str) {
    let place = place.map(|Place { file, line, column }| format!("file={},line={line},col={column},", property(file)));
    let written = writeln!(out, "::{level} {}title={}::{}", place.unwrap_or_default(), property(title), data(message));
    debug_assert!(written.is_ok(), "a string takes what is written to it");
}

/// A message as a workflow command holds it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, which also ends at a comma and a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
