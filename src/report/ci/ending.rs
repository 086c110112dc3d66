//! How a run that fails ends on a terminal: at most so many lines that the one to look at is in sight.

use super::{Case, Results, Suite};

/// The most lines of an ending.
pub const LONGEST_ENDING: usize = 25;

/// The most lines of the chain in it.
const CHAIN: usize = 14;

/// The most concerns in it.
const CONCERNS: usize = 3;

/// The longest line in it.
const WIDTH: usize = 300;

/// The verdict, the worst case with what is wrong in it, how it came to that in brief, and last the line to paste.
/// Empty where all is well.
pub fn ending(results: &Results) -> String {
    if results.standing.passes() {
        return String::new();
    }
    let mut lines = vec![format!("{}: {}", results.standing.name(), results.standing.meaning())];
    let failing = results.remarks.iter().filter(|remark| remark.fails);
    lines.extend(failing.take(CONCERNS).map(|remark| format!("  {}: {}", remark.rule, remark.what)));
    if let Some((suite, case)) = worst(results) {
        lines.extend(told(suite, case));
    }
    let shown = lines.iter().map(|line| cut(line)).collect::<Vec<_>>();
    shown.join("\n")
}

/// The first of the cases that ended worst.
fn worst(results: &Results) -> Option<(&Suite, &Case)> {
    let cases = results.suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (suite, case)));
    let mut worst: Option<(&Suite, &Case)> = None;
    for (suite, case) in cases.filter(|(_, case)| !case.standing.passes()) {
        if worst.is_none_or(|(_, known)| case.standing > known.standing) {
            worst = Some((suite, case));
        }
    }
    worst
}

fn told(suite: &Suite, case: &Case) -> Vec<String> {
    let mut lines = vec![format!("  {}, {}", suite.name, case.name)];
    lines.extend(case.concerns.iter().take(CONCERNS).map(|concern| format!("  {}", concern.what)));
    if let Some(more) = case.concerns.len().checked_sub(CONCERNS).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more"));
    }
    let skipped = case.chain.len().saturating_sub(CHAIN);
    // What heads a chain stays, however much of it is left out.
    lines.extend(case.chain.iter().take(usize::from(skipped > 0)).map(|line| format!("  {line} (the last of it)")));
    lines.extend(case.chain.iter().skip(if skipped > 0 { skipped + 1 } else { 0 }).map(|line| format!("  {line}")));
    lines.extend(case.reproduce.iter().map(|line| format!("  {line}")));
    lines
}

fn cut(line: &str) -> String {
    let line = &line.replace('\n', " ");
    // A line to paste is never cut.
    if line.chars().count() <= WIDTH || line.trim_start().starts_with("ringfence ") {
        return line.trim_end().to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}
