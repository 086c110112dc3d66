//! Why a campaign ended before all its seeds were run, and what is said of that.

use crate::campaign::hunt::Ending;
use crate::cli::failure::Failure;

/// Why a campaign ended before all its seeds were run.
#[derive(Debug)]
pub(in crate::cli) struct Cut {
    why: Why,
    /// How many generations were not begun.
    unbegun: usize,
}

#[derive(Debug)]
enum Why {
    Time,
    FirstFailure,
    /// No record could be made of a seed, or none could be kept: what was wrong, and the exit code of that.
    Broken(String, u8),
}

impl Cut {
    /// What a hunt that ended so leaves undone; nothing where it ran every seed.
    pub(super) fn ended(ending: Ending, unbegun: usize) -> Option<Self> {
        let why = match ending {
            Ending::Complete => return None,
            Ending::OutOfTime => Why::Time,
            Ending::FirstFailure => Why::FirstFailure,
        };
        Some(Self { why, unbegun })
    }

    /// A hunt that broke off, at a seed if it is known.
    pub(super) fn broken(seed: Option<u64>, failure: &Failure, unbegun: usize) -> Self {
        let at = seed.map(|seed| format!("at seed {seed}: ")).unwrap_or_default();
        let first = match failure {
            Failure::Scenario(files) => {
                let first = files.iter().flat_map(|file| file.iter()).next();
                first.map(|one| format!("{}: {}", one.code().as_str(), one.message())).unwrap_or_default()
            }
            Failure::Usage(what) | Failure::Internal(what) => what.lines().next().unwrap_or_default().to_owned(),
        };
        Self { why: Why::Broken(format!("{at}{first}"), failure.exit_code()), unbegun }
    }

    /// The exit code that it calls for by itself: to be cut short as was asked for is no failure.
    pub(super) const fn exit_code(&self) -> u8 {
        if let Why::Broken(_, code) = &self.why { *code } else { 0 }
    }

    /// Its name in reports.
    pub(super) const fn name(&self) -> &'static str {
        match &self.why {
            Why::Time => "time-budget",
            Why::FirstFailure => "fail-fast",
            Why::Broken(..) => "broken-off",
        }
    }

    /// What is said of it; `missing` are the seeds without a record, for people. Nothing where that is none: a
    /// campaign of as many seeds as there is time for is whole.
    pub(super) fn told(&self, missing: &str) -> Option<String> {
        let why = match &self.why {
            Why::Time => "the time was up".to_owned(),
            Why::FirstFailure => "a run failed, and no other was started".to_owned(),
            Why::Broken(what, _) => format!("broken off {what}"),
        };
        let seeds = Some(format!("no record of seed {missing}")).filter(|_| !missing.is_empty());
        let generations = Some(format!("{} generations not begun", self.unbegun)).filter(|_| self.unbegun > 0);
        let undone: Vec<_> = seeds.into_iter().chain(generations).collect();
        let is_told = !undone.is_empty() || self.exit_code() > 0;
        is_told.then(|| std::iter::once(why).chain(undone).collect::<Vec<_>>().join("; "))
    }
}
