//! The prose in front of a small scenario: what is broken, by what, and how it came to it.

use crate::audit::Breach;
use crate::outcome::Outcome;
use crate::trace::Story;
use std::fmt::Write;

/// So wide is a line at most.
const WIDTH: usize = 110;
/// The most links of the chain.
const LONGEST_CHAIN: usize = 6;

/// A small scenario with what happens in it said in front, as a scenario opens. `outcome` is its run, `story` how it came to the
/// breach, `whence` where it is from.
pub fn headed(text: &str, outcome: &Outcome, breach: (&str, &Breach), story: Option<&Story>, whence: &str) -> String {
    let (id, breach) = breach;
    let mut prose = String::new();
    let sentence = outcome.sentence(breach);
    paragraph(&mut prose, "", &format!("{id} is broken at {}: {}.", breach.at, sentence.trim_end_matches('.')));
    prose.push_str("#\n");
    paragraph(&mut prose, "", &faults(outcome));
    if let Some(story) = story {
        prose.push_str("#\n# How it came to it, in brief:\n");
        for link in story.leading_to(breach.at, LONGEST_CHAIN) {
            let who = link.who.as_ref().map_or("the world", |who| who.name.as_str());
            let unlike = link.decision.as_ref().filter(|decided| decided.unlike_shipped);
            let decided = unlike.map(|decided| format!(" ({}, unlike the shipped service)", decided.method));
            let line = format!(
                "{} {who}: {}{}",
                time_of(&link.at.to_string()),
                link.first_sentence(),
                decided.unwrap_or_default()
            );
            paragraph(&mut prose, "- ", &line);
        }
    }
    prose.push_str("#\n");
    paragraph(&mut prose, "", whence);
    prose + text
}

/// What goes wrong, in a sentence.
fn faults(outcome: &Outcome) -> String {
    let start = outcome.measurements.setup.start;
    let told = outcome.faults.iter().map(|fault| {
        let lasts = fault.lasts.map(|lasts| format!(" for {lasts}")).unwrap_or_default();
        format!("{} {} after {}{lasts}", fault.kind, fault.description, fault.at - start)
    });
    match told.collect::<Vec<_>>() {
        faults if faults.is_empty() => "No fault is needed for it.".to_owned(),
        faults => format!("What goes wrong: {}.", faults.join("; ")),
    }
}

/// The time of day of an instant.
fn time_of(instant: &str) -> &str {
    instant.split_once('T').map_or(instant, |(_, time)| time.trim_end_matches('Z'))
}

/// Words as lines of a comment; the first opens with `mark`, the others stand under it.
fn paragraph(prose: &mut String, mark: &str, words: &str) {
    let mut line = format!("# {mark}");
    let mut is_empty = true;
    for word in words.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(prose, "{}", line.trim_end());
            line = format!("# {:1$}", "", mark.len());
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    let _ = writeln!(prose, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_broken_into_lines_of_a_comment() {
        let mut prose = String::new();
        paragraph(&mut prose, "- ", &"word ".repeat(30));
        let lines: Vec<_> = prose.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("# - word") && lines[1].starts_with("#   word"), "{prose}");
        assert!(lines.iter().all(|line| line.len() <= WIDTH && !line.ends_with(' ')));
    }
}
