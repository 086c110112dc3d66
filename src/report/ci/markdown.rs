//! A summary in Markdown: the verdict, a row for each scenario, and what is wrong with those that fail.

use super::{Place, Results, Shared, Suite, counted};
use crate::outcome::VERSION;

/// How every summary begins, by which an earlier one is known.
pub(super) const OPENING: &str = "## Ringfence ";

/// So many things that are wrong are told, and the rest counted.
const MOST_TOLD: usize = 40;

/// The results as a summary.
pub fn markdown(results: &Results) -> String {
    let standing = results.standing;
    let counts: Vec<_> = results.counts.iter().map(counted).collect();
    let mut lines = vec![
        format!("{OPENING}{}: {}", results.command, standing.name()),
        String::new(),
        format!("{}; exit code {}. {}.", capital(standing.meaning()), standing.exit_code(), counts.join(", ")),
        String::new(),
    ];
    if !results.suites.is_empty() {
        lines.push("| verdict | scenario | file | pass |".into());
        lines.push("|---|---|---|---:|".into());
        lines.extend(results.suites.iter().map(row));
        lines.push(String::new());
    }
    for concern in &results.remarks {
        lines.push(format!("- **{}**: {}", escaped(&concern.rule), escaped(&concern.what)));
    }
    if !results.remarks.is_empty() {
        lines.push(String::new());
    }
    let shared = results.shared();
    for one in shared.iter().take(MOST_TOLD) {
        lines.extend(told(one));
    }
    if shared.len() > MOST_TOLD {
        lines.push(format!("… and {} more.\n", shared.len() - MOST_TOLD));
    }
    lines.push(format!("ringfence {VERSION}\n"));
    lines.join("\n")
}

fn row(suite: &Suite) -> String {
    let passing = suite.cases.len() - suite.failing().len();
    let file = suite.place.as_ref().map(|place| format!("`{}`", place.file.replace('|', "\\|"))).unwrap_or_default();
    let (standing, name) = (suite.standing().name(), escaped(&suite.name));
    format!("| {standing} | {name} | {file} | {passing} of {} |", suite.cases.len())
}

fn told(shared: &Shared<'_>) -> Vec<String> {
    let Shared { suite, concern, cases } = shared;
    let place = concern.place.as_ref().or(suite.place.as_ref());
    let place = place.map(|Place { file, line, .. }| format!(" (`{file}:{line}`)")).unwrap_or_default();
    let first = cases.first();
    let mut lines = vec![
        format!("### {}: {}{place}", escaped(&suite.name), escaped(&concern.rule)),
        String::new(),
        escaped(&format!("{}{}", concern.what, shared.share())),
        String::new(),
    ];
    // The chain is that of the first thing that is wrong with a case.
    let is_first = first.is_some_and(|case| case.concerns.first() == Some(*concern));
    let chain = first.filter(|_| is_first).map_or(&[] as &[String], |case| &case.chain);
    let paste = first.and_then(|case| case.reproduce.as_ref());
    if paste.is_some() || !chain.is_empty() {
        lines.push("```text".into());
        lines.extend(chain.iter().chain(paste).map(|line| line.replace("```", "'''")));
        lines.push("```\n".into());
    }
    lines
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A text of which nothing is taken for Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '\n' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
    }
    out
}
