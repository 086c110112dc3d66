//! An explanation for the terminal: numbered links, each with what led to it and what it led to.

use super::text::{Paint, Tint};
use crate::outcome::Outcome;
use crate::terms::Instant;
use crate::trace::{Link, Story};
use std::fmt::Write;

/// So wide is a line at most.
const WIDTH: usize = 100;
/// The most links of a chain in brief.
const LONGEST_CHAIN: usize = 10;
/// Where the text of a link begins.
const MARGIN: usize = 5;

/// The whole story, ending in a line end.
pub fn story_text(heading: &str, story: &Story, paint: Paint) -> String {
    let mut page = Page { story, paint, out: String::new() };
    page.heading(heading);
    for (place, link) in story.links.iter().enumerate() {
        page.link(place, link);
    }
    page.end();
    page.out
}

/// The last links of the chain that led to what a story is of, one line each: who, when, what, and what of the
/// input was stale. `until` is when the chain is complete. Ends in a line end.
pub fn chain_text(story: &Story, until: Instant, paint: Paint) -> String {
    let mut out = format!("{}\n", paint.with(Tint::Strong, "how it came to the first breach"));
    for link in story.leading_to(until, LONGEST_CHAIN) {
        let (at, who) = (link.at.to_string(), link.who.as_ref().map_or("the world", |who| who.name.as_str()));
        let happened = link.first_sentence();
        let _ = writeln!(out, "  {}  {who}: {happened}", time_of(&at));
        if let Some(decided) = link.decision.as_ref().filter(|decided| decided.unlike_shipped) {
            let text = format!("{}: {}, unlike the shipped service", decided.method, decided.answer);
            let _ = writeln!(out, "      {}", paint.with(Tint::Bad, &text));
        }
        for stale in link.inputs.iter().filter_map(|input| input.stale.as_ref()) {
            let _ = writeln!(out, "      {}", paint.with(Tint::Doubtful, &format!("stale: {stale}")));
        }
    }
    out
}

struct Page<'a> {
    story: &'a Story,
    paint: Paint,
    out: String,
}

impl Page<'_> {
    fn put(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// Text under a topic in the margin, broken into lines.
    fn topic(&mut self, topic: &str, tint: Tint, text: &str) {
        let indent = MARGIN + 9;
        for (place, line) in wrapped(text, WIDTH - indent).iter().enumerate() {
            let topic = if place == 0 { topic } else { "" };
            let topic = self.paint.with(tint, &format!("{topic:<8}"));
            self.put(&format!("{:MARGIN$}{topic} {line}", ""));
        }
    }

    fn plain(&mut self, text: &str) {
        for line in wrapped(text, WIDTH - MARGIN) {
            self.put(&format!("{:MARGIN$}{line}", ""));
        }
    }

    fn heading(&mut self, heading: &str) {
        let story = self.story;
        self.put(&format!("{}  {}", self.paint.with(Tint::Strong, heading), story.subject));
        let same =
            if story.digest == story.plain_digest { "that of the plain run" } else { "NOT that of the plain run" };
        self.topic("digest", Tint::Faint, &format!("{}, {same}", story.digest));
        if let Some(breach) = &story.breach {
            self.topic("breach", Tint::Bad, breach);
        }
        for (place, sentence) in story.stood.iter().enumerate() {
            self.topic(if place == 0 { "then" } else { "" }, Tint::Faint, sentence);
        }
        if story.links.is_empty() {
            self.put("");
            self.plain(self.story.quiet);
        }
    }

    fn link(&mut self, place: usize, link: &Link) {
        let at = link.at.to_string();
        let (date, time) = at.split_once('T').unwrap_or(("", &at));
        let date_of = |place: usize| self.story.links[place].at.to_string().split('T').next().map(str::to_owned);
        let new_day = place.checked_sub(1).and_then(date_of).as_deref() != Some(date);
        let mut first = format!("{:>3}  {}", place + 1, self.paint.with(Tint::Strong, time.trim_end_matches('Z')));
        if new_day {
            push(&mut first, &format!(" on {date}"));
        }
        push(&mut first, &format!("  {}", link.who.as_ref().map_or("the world", |who| who.name.as_str())));
        self.put("");
        self.put(&first);
        if let Some(who) = &link.who {
            let clock = who.local.map(|wall| format!("its clock says {}", time_of(&wall.to_string())));
            let epoch = who.epoch.map(|epoch| format!("epoch {epoch}"));
            let parts: Vec<_> = [clock, epoch, who.lease.clone()].into_iter().flatten().collect();
            if !parts.is_empty() {
                self.topic("there", Tint::Faint, &parts.join("; "));
            }
        }
        self.plain(&link.happened);
        if let Some(decided) = &link.decision {
            let strange =
                if decided.unlike_shipped { ". THE SHIPPED SERVICE WOULD HAVE DECIDED OTHERWISE" } else { "" };
            let tint = if decided.unlike_shipped { Tint::Bad } else { Tint::Good };
            self.topic("decides", tint, &format!("{}: {}{strange}", decided.method, decided.answer));
        }
        for (place, input) in link.inputs.iter().enumerate() {
            self.topic(if place == 0 { "knowing" } else { "" }, Tint::Faint, &input.what);
            if let Some(stale) = &input.stale {
                self.topic("  stale", Tint::Doubtful, stale);
            }
        }
        if let Some((times, last)) = link.again {
            let times = if times == 1 { "once".to_owned() } else { format!("{times} times") };
            self.topic("again", Tint::Faint, &format!("{times}, last at {}", time_of(&last.to_string())));
        }
        let caused: Vec<_> = self.story.effects_of(place).collect();
        for (topic, links) in [("because", &link.because), ("leads to", &caused)] {
            if !links.is_empty() {
                let links: Vec<_> = links.iter().map(|place| (place + 1).to_string()).collect();
                self.topic(topic, Tint::Faint, &links.join(", "));
            }
        }
    }

    fn end(&mut self) {
        let story = self.story;
        self.put("");
        if story.omitted > 0 {
            self.put(&format!("and {} more links, which are not told: ask for less time", story.omitted));
        }
        for (place, sentence) in story.outcome.iter().enumerate() {
            self.topic(if place == 0 { "clients" } else { "" }, Tint::Faint, sentence);
        }
    }
}

fn time_of(utc: &str) -> &str {
    utc.split_once('T').map_or(utc, |(_, time)| time.trim_end_matches('Z'))
}

fn push(text: &mut String, more: &str) {
    let written = write!(text, "{more}");
    debug_assert!(written.is_ok(), "a string takes what is written to it");
}

/// A text in lines of at most `width` letters; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last =
            lines.last_mut().filter(|line| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width);
        match last {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The line that explains the first breach of an outcome.
pub(super) fn explain_line(outcome: &Outcome) -> String {
    outcome.reproduce.replacen("ringfence run", "ringfence explain", 1) + " --breach 1"
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensibly so", 7), ["incomprehensibly", "so"]);
    }
}
