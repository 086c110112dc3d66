//! What a check or a campaign came to, for CI: one neutral form, and the formats that CI reads.
//!
//! [`Results`] is built by whoever ran something. [`Format`] is the table of formats; each is written by a
//! file of its own, holds no time of the machine's, and has the same bytes for the same results.

mod ending;
mod github;
mod junit;
mod markdown;
mod sarif;

pub use ending::{LONGEST_ENDING, ending};
pub use github::annotations;
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;

use crate::outcome::Verdict;

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    /// The command, such as `check`.
    pub command: &'static str,
    /// How it ends.
    pub standing: Standing,
    /// What was counted, by name.
    pub counts: Vec<(&'static str, u64)>,
    /// What was run, by file.
    pub suites: Vec<Suite>,
    /// What is said of the whole.
    pub remarks: Vec<Concern>,
}

/// A scenario, a topology or another source of runs, and what came of each run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Where it stands; `None` for one that is in no file.
    pub place: Option<Place>,
    /// Its runs.
    pub cases: Vec<Case>,
}

/// One run, or another thing that was judged as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name within the suite: `seed 7`.
    pub name: String,
    /// How it ended.
    pub standing: Standing,
    /// Why it did not pass.
    pub concerns: Vec<Concern>,
    /// How it came to the first breach, in brief: some lines, where that was looked into.
    pub chain: Vec<String>,
    /// The line to paste that gives it again.
    pub reproduce: Option<String>,
}

/// One thing that is wrong, or got worse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// What it goes against, by a name that does not change: `RES-1`, `threshold/rto`, `RF0301`.
    pub rule: String,
    /// What that says.
    pub promise: String,
    /// What is wrong, in one sentence.
    pub what: String,
    /// The line of the threshold, the fault or the key that it is about.
    pub place: Option<Place>,
    /// Other lines that have to do with it, and how.
    pub related: Vec<(Place, String)>,
    /// Whether it makes the command fail.
    pub fails: bool,
}

/// A place in a file; line and column from one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the user named it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// How something ends: with a verdict, or before anything could be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It was judged.
    Judged(Verdict),
    /// A file is wrong, and nothing was run.
    BadFile,
    /// What was run passes, but it was broken off by an error with this exit code.
    BrokenOff(u8),
}

impl Standing {
    /// The exit code of a process that ends so.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Judged(verdict) => verdict.exit_code(),
            Self::BadFile => 2,
            Self::BrokenOff(code) => code,
        }
    }

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Judged(verdict) => verdict.name(),
            Self::BadFile => "bad file",
            Self::BrokenOff(_) => "broken off",
        }
    }

    /// What it means, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Judged(verdict) => verdict.meaning(),
            Self::BadFile => "a file is wrong, and nothing was run",
            Self::BrokenOff(_) => "an error ended it before everything was run",
        }
    }

    /// Whether all is well.
    pub fn passes(self) -> bool {
        self == Self::Judged(Verdict::Pass)
    }
}

impl Case {
    /// Whether a promise was broken in it.
    pub fn is_breach(&self) -> bool {
        self.standing == Standing::Judged(Verdict::Breach)
    }
}

impl Suite {
    /// How the worst of its cases ended.
    pub fn standing(&self) -> Standing {
        self.cases.iter().map(|case| case.standing).max().unwrap_or(Standing::Judged(Verdict::Pass))
    }

    /// Its cases that did not pass, the worst first.
    pub fn failing(&self) -> Vec<&Case> {
        let mut failing: Vec<_> = self.cases.iter().filter(|case| !case.standing.passes()).collect();
        failing.sort_by_key(|case| std::cmp::Reverse(case.standing));
        failing
    }
}

/// One concern of a suite, and the cases that share it.
struct Shared<'a> {
    suite: &'a Suite,
    concern: &'a Concern,
    cases: Vec<&'a Case>,
}

impl Results {
    /// Every concern once for each suite, rule and place, with the cases that have it, in their order: a
    /// thousand seeds that miss one threshold are one thing to look at.
    fn shared(&self) -> Vec<Shared<'_>> {
        let mut all: Vec<Shared<'_>> = Vec::new();
        for suite in &self.suites {
            let first = all.len();
            for (case, concern) in suite.cases.iter().flat_map(|case| case.concerns.iter().map(move |one| (case, one)))
            {
                let same = |known: &&mut Shared<'_>| {
                    known.concern.rule == concern.rule && known.concern.place == concern.place
                };
                match all[first..].iter_mut().find(same) {
                    Some(known) => known.cases.push(case),
                    None => all.push(Shared { suite, concern, cases: vec![case] }),
                }
            }
        }
        all
    }
}

impl Shared<'_> {
    /// What is wrong, in how many of the cases, and the line that gives the first of them again.
    fn message(&self) -> String {
        let first = self.cases.first();
        let line = first.and_then(|case| case.reproduce.as_ref()).map(|line| format!("\n{line}"));
        format!("{}{}{}", self.concern.what, self.share(), line.unwrap_or_default())
    }

    /// In how many of several cases it is so, and in which first.
    fn share(&self) -> String {
        match self.cases.first() {
            Some(first) if self.suite.cases.len() > 1 => {
                format!(" ({}; in {} of {})", first.name, self.cases.len(), self.suite.cases.len())
            }
            _ => String::new(),
        }
    }
}

/// `1 scenario`, `2 scenarios`.
fn counted((what, number): &(&'static str, u64)) -> String {
    let (number, what) =
        (crate::metrics::grouped(*number), if *number == 1 { what.trim_end_matches('s') } else { what });
    format!("{number} {what}")
}

/// A format of CI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `JUnit`, as Jenkins and most others read it.
    Junit,
    /// SARIF 2.1.0, as code scanning reads it.
    Sarif,
    /// A summary for people, such as the one of a step of GitHub Actions.
    Markdown,
    /// Annotations of GitHub Actions, which reads them off the log.
    Github,
}

impl Format {
    /// The results in this format, ending in a line end.
    pub fn written(self, results: &Results) -> String {
        match self {
            Self::Junit => junit(results),
            Self::Sarif => sarif(results),
            Self::Markdown => markdown(results),
            Self::Github => annotations(results),
        }
    }

    /// Whether a text was written in this format by an earlier run, so that it may be replaced.
    pub fn is_own(self, text: &str) -> bool {
        let head: String = text.chars().take(400).collect();
        match self {
            Self::Junit => head.contains("<testsuites name=\"ringfence "),
            Self::Sarif => head.contains("sarif-schema-2.1.0") && text.contains("\"name\": \"ringfence\""),
            Self::Markdown => head.starts_with(markdown::OPENING),
            Self::Github => text.lines().all(|line| line.starts_with("::")),
        }
    }
}
