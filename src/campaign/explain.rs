//! A run explained: once without a trace, for what came of it, and once more with one, for why.
//!
//! Nothing of the first run is kept for the second: both are the same run, and their digests say so.

use super::run::{Options, run, run_with, setting};
use super::saboteur::{Planted, Saboteur};
use crate::audit::Breach;
use crate::facts::{Digest, DigestValue};
use crate::outcome::Outcome;
use crate::scenario::Scenario;
use crate::service::{Decisions, Shipped};
use crate::sim::simulate_traced;
use crate::sim::trace::Untraced;
use crate::terms::{Instant, Record, Span, Unit};
use crate::trace::{Question, Story, Tracer};
use std::fmt;

/// What is asked of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What went on around a moment, in one scale unit or in all.
    Around {
        /// The moment.
        at: Instant,
        /// How long before and after it.
        within: Span,
        /// Only this unit.
        unit: Option<Unit>,
    },
    /// What became of a record.
    Of(Record),
    /// How it came to a breach: its number, counted from 1 in the order of the report.
    Breach {
        /// The number.
        number: usize,
        /// How long before and after it, where it is of no record.
        within: Span,
    },
}

/// Why a run cannot be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unexplained {
    /// The moment is not in the run.
    OutsideTheRun {
        /// The moment.
        at: Instant,
        /// When the run began.
        from: Instant,
        /// When it ended.
        to: Instant,
    },
    /// The record was never made.
    NoSuchRecord {
        /// Its number.
        record: u64,
        /// How many were made.
        made: u64,
    },
    /// There is no breach of that number.
    NoSuchBreach {
        /// Its number.
        number: usize,
        /// How many are told.
        told: usize,
    },
    /// The run with a trace was another run: a defect of this program.
    Diverged {
        /// The digest without a trace.
        plain: DigestValue,
        /// The digest with one.
        traced: DigestValue,
    },
}

impl fmt::Display for Unexplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OutsideTheRun { at, from, to } => {
                write!(
                    f,
                    "{at} is not in the run, which lasts from {from} to {to}; `--at 90s` is 90 seconds after its start"
                )
            }
            Self::NoSuchRecord { made: 0, .. } => write!(f, "no record was made in this run"),
            Self::NoSuchRecord { record, made } => {
                write!(f, "there is no record {record} in this run: its records are numbered from 1 to {made}")
            }
            Self::NoSuchBreach { told: 0, .. } => {
                write!(f, "no promise was broken in this run: ask for `--at` a moment, or for a `--record`")
            }
            Self::NoSuchBreach { number, told } => {
                write!(f, "there is no breach {number} in this run: its breaches are numbered from 1 to {told}")
            }
            Self::Diverged { plain, traced } => {
                write!(f, "the traced run has digest {traced} and the plain run {plain}: tracing must change nothing")
            }
        }
    }
}

/// Explains a run of the service as it is shipped, or with the mistake of the options.
///
/// # Errors
///
/// If what is asked for is not in the run.
pub fn explain(scenario: &Scenario, seed: u64, asked: Asked, options: Options<'_>) -> Result<Story, Unexplained> {
    explain_again(scenario, &run(scenario, seed, options), options.planted, asked)
}

/// Explains a run whose outcome is known, and in which this mistake was made: it is made once more.
///
/// # Errors
///
/// As [`explain`].
pub fn explain_again(
    scenario: &Scenario,
    outcome: &Outcome,
    planted: Option<Planted>,
    asked: Asked,
) -> Result<Story, Unexplained> {
    match planted {
        None => explain_outcome(scenario, outcome, Shipped, asked),
        Some(planted) => explain_outcome(scenario, outcome, Saboteur::new(planted, &scenario.plan), asked),
    }
}

/// Explains a run of a service whose decisions are `decisions`.
///
/// # Errors
///
/// As [`explain`].
pub fn explain_with<D: Decisions>(
    scenario: &Scenario,
    seed: u64,
    decisions: D,
    asked: Asked,
    options: Options<'_>,
) -> Result<Story, Unexplained> {
    let outcome = run_with(scenario, seed, decisions.clone(), options);
    explain_outcome(scenario, &outcome, decisions, asked)
}

/// Explains a run whose outcome is known: it is made once more.
///
/// # Errors
///
/// As [`explain`].
pub fn explain_outcome<D: Decisions>(
    scenario: &Scenario,
    outcome: &Outcome,
    decisions: D,
    asked: Asked,
) -> Result<Story, Unexplained> {
    let (question, breach) = question(outcome, asked)?;
    let sentence = breach.map(|(id, breach)| format!("{id} broken at {}: {}", breach.at, outcome.sentence(breach)));
    let told = match (traced(scenario, outcome, decisions.clone(), question)?, asked, breach) {
        // A lot of a move is a record that nobody made: its moment is told instead of its life.
        (Err(_), Asked::Breach { within, .. }, Some((_, breach))) => {
            traced(scenario, outcome, decisions, around(breach, within))?
        }
        (told, ..) => told,
    };
    match (told, question) {
        (Ok(story), _) => Ok(Story { breach: sentence, ..story }),
        (Err(made), Question::Of { record: Record(record), .. }) => Err(Unexplained::NoSuchRecord { record, made }),
        (Err(_), Question::Around { .. }) => unreachable!("only a record is missed"),
    }
}

/// The second run, with a trace: its answer, or how many records were made where the one asked for was not.
fn traced<D: Decisions>(
    scenario: &Scenario,
    outcome: &Outcome,
    decisions: D,
    question: Question,
) -> Result<Result<Story, u64>, Unexplained> {
    let setting = setting(scenario, outcome.seed);
    let plan = setting.plan.clone();
    let (tracer, decisions) = Tracer::around(question, setting, decisions);
    let ended = simulate_traced(&plan, decisions, (Untraced(Digest::default()), tracer));
    let (Untraced(digest), tracer) = ended.observer;
    let (digest, plain_digest) = (digest.value(), outcome.digest);
    if digest != plain_digest {
        return Err(Unexplained::Diverged { plain: plain_digest, traced: digest });
    }
    Ok(tracer.finish(digest, plain_digest))
}

/// What to ask of the second run, and the breach that it is about, with its invariant.
#[expect(clippy::type_complexity, reason = "named once, and told apart by their types")]
fn question(outcome: &Outcome, asked: Asked) -> Result<(Question, Option<(&'static str, &Breach)>), Unexplained> {
    match asked {
        Asked::Of(record) => Ok((Question::Of { record, at: None }, None)),
        Asked::Around { at, within, unit } => {
            let (from, to) = (outcome.measurements.setup.start, outcome.measurements.ended);
            if (from..=to).contains(&at) {
                Ok((Question::Around { at, within, unit }, None))
            } else {
                Err(Unexplained::OutsideTheRun { at, from, to })
            }
        }
        Asked::Breach { number, within } => {
            let told = outcome.breaches();
            let (id, breach) = number
                .checked_sub(1)
                .and_then(|place| told.get(place).copied())
                .ok_or(Unexplained::NoSuchBreach { number, told: told.len() })?;
            let of = |record| Question::Of { record, at: Some(breach.at) };
            Ok((breach.record.map_or_else(|| around(breach, within), of), Some((id, breach))))
        }
    }
}

const fn around(breach: &Breach, within: Span) -> Question {
    Question::Around { at: breach.at, within, unit: breach.unit }
}
