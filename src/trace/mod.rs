//! A run explained: what was decided, by whom, at which local and true time, on what input, which of
//! it was stale, under which epoch, and what it caused.
//!
//! A [`Tracer`] folds facts and steps into links. It has a service whose decisions are noted
//! ([`Tracer::around`]), hears what each machine was given and what it commanded
//! ([`crate::sim::trace`]), and knows the truth from facts, so it can say of each input how far the
//! truth had moved on. **Nothing is stored but what the question needs**: a run is deterministic, so
//! another question is another run.
//!
//! What led to what is found by what never repeats: a claim, its votes and its outcome by their
//! ballot; what a fenced holder hears by the epoch; what became of a write by its request.
//!
//! [`Events`] writes a whole run as a trace file instead.
//!
//! Reading order: `story` is what comes out; `decided` and `known` are what goes in; `faults`, `lease`
//! and `life` tell the world, the leases and a record; `inputs` and `reasons` say what was known and why it was decided so.

mod chain;
mod counters;
mod decided;
mod events;
mod faults;
mod inputs;
mod known;

mod lease;
mod life;
mod pen;
mod reasons;
mod step;
mod story;
mod words;

pub use events::{Events, OPENING};
pub use known::Setting;
pub use story::{Decided, Input, Link, Story, Who};

use crate::facts::{DigestValue, Fact, Observer};
use crate::service::Decisions;
use crate::sim::trace::{Actor, Commanded, Given, Stepping, Trace};
use crate::terms::{Instant, Record, Refusal, Side, Span, Unit};
use chain::{Chain, Window};
use decided::{Noted, Notes};
use faults::Faults;
use known::Known;
use lease::Leases;
use life::Life;
use pen::Pen;
use std::collections::{BTreeMap, BTreeSet};
use step::{ClientStep, Kept, SiteStep, VoterStep};
use words::{counted, listed};

/// The most links that are told.
const MOST_LINKS: usize = 200;

/// What is asked of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
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
    Of {
        /// The record.
        record: Record,
        /// A moment that matters, besides its life.
        at: Option<Instant>,
    },
}

/// Folds a run into the answer to a question.
#[derive(Debug)]
pub struct Tracer {
    question: Question,
    notes: Notes,
    kept: Option<Kept>,
    known: Known,
    faults: Faults,
    leases: Leases,
    life: Option<Life>,
    chain: Chain,
    tally: Tally,
    /// How things stood at the moment that was asked for.
    stood: Option<Known>,
    /// Records made so far.
    made: u64,
}

/// What clients saw within the window, for each unit.
#[derive(Debug, Default)]
struct Tally {
    acknowledged: BTreeMap<Unit, u64>,
    refused: BTreeMap<(Unit, &'static str), u64>,
    queued: BTreeMap<Unit, u64>,
}

impl Tracer {
    /// A tracer for a question, and the service to be run: it decides as `decisions` do.
    pub fn around<D: Decisions>(question: Question, setting: Setting, decisions: D) -> (Self, impl Decisions) {
        let notes = Notes::default();
        let life = match question {
            Question::Of { record, .. } => Some(Life::of(record)),
            Question::Around { .. } => None,
        };
        let tracer = Self {
            question,
            notes: notes.clone(),
            kept: None,
            known: Known::new(setting),
            faults: Faults::default(),
            leases: Leases::default(),
            life,
            chain: Chain::default(),
            tally: Tally::default(),
            stood: None,
            made: 0,
        };
        (tracer, Noted::new(decisions, notes))
    }

    /// The answer, or, where the record that was asked for was never made, the last one that was.
    ///
    /// # Errors
    ///
    /// The number of records made.
    pub fn finish(mut self, digest: DigestValue, plain_digest: DigestValue) -> Result<Story, u64> {
        self.faults.settle(&self.known, &mut self.chain);
        let subject = self.subject().ok_or(self.made)?;
        let stood = self.stood();
        let (outcome, quiet) = (self.outcome(), self.quiet());
        let (window, unit, question) = (self.window(), self.unit(), self.question);
        let units = self.life.as_ref().map(|life| life.units.clone());
        let concerns = move |link: &Link| match (&units, link.unit) {
            (Some(units), Some(of)) => units.contains(&of),
            (Some(_), None) => false,
            (None, of) => unit.is_none() || of.is_none() || of == unit,
        };
        let chosen = |link: &Link| link.of_record || window.contains(link.at) && concerns(link);
        let (links, omitted) = self.chain.told(chosen, MOST_LINKS);
        debug_assert!(matches!(question, Question::Of { .. }) || links.iter().all(|link| !link.of_record));
        Ok(Story { subject, digest, plain_digest, breach: None, stood, quiet, links, omitted, outcome })
    }

    /// The part of the run that is told.
    fn window(&self) -> Window {
        match (self.question, &self.life) {
            (Question::Around { at, within, .. }, _) => Window { from: at.before(within), to: at + within },
            (Question::Of { at, .. }, life) => {
                let birth = life.as_ref().and_then(Life::birth).map_or(Instant::NEVER, |birth| birth.born);
                let until = life.as_ref().map_or(Instant::ZERO, |life| life.until);
                Window { from: birth, to: at.map_or(until, |at| until.max(at)) }
            }
        }
    }

    const fn unit(&self) -> Option<Unit> {
        match self.question {
            Question::Around { unit, .. } => unit,
            Question::Of { .. } => None,
        }
    }

    fn subject(&self) -> Option<String> {
        match self.question {
            Question::Around { at, within, unit } => {
                let of = unit.map(|unit| format!("{}, ", self.known.unit(unit))).unwrap_or_default();
                Some(format!("{of}{at}, {within} before and after"))
            }
            Question::Of { record, .. } => {
                let birth = self.life.as_ref()?.birth()?;
                let tenant = self.known.setting.names.tenant(birth.tenant);
                Some(format!("record {}, {} of {tenant}, made at {}", record.0, words::a(birth.kind), birth.born))
            }
        }
    }

    /// The units that a part of the run is about: of which something is told, for which writes wait or were refused,
    /// or, where a moment was asked for, that have a site in trouble at it.
    fn concerned(&self) -> BTreeSet<Unit> {
        let mut concerned = self.chain.units(self.window());
        if let Question::Around { .. } = self.question {
            concerned.extend(self.tally.troubled());
            let in_trouble = |known: &Known, unit| {
                Side::BOTH.into_iter().any(|side| known.trouble(known.place_of(unit, side)).is_some())
            };
            if let Some(known) = &self.stood {
                concerned.extend(known.units().filter(|&unit| in_trouble(known, unit)));
            }
        }
        concerned
    }

    /// Why nothing is told, if nothing is.
    fn quiet(&self) -> &'static str {
        let troubled = self.tally.troubled().next().is_some();
        match &self.stood {
            Some(known) if troubled || !known.active.is_empty() => {
                "Nothing new: what was broken stayed so, and who waited went on waiting."
            }
            _ if self.tally.acknowledged.is_empty() => "Nothing: leases were renewed, and nobody wrote.",
            _ => "Nothing out of the ordinary: leases were renewed and writes acknowledged.",
        }
    }

    /// How things stood, a sentence for each unit concerned and one for the faults.
    fn stood(&self) -> Vec<String> {
        let Some(known) = &self.stood else { return Vec::new() };
        let concerned = self.concerned();
        let told = known.units().filter(|unit| match self.unit() {
            Some(only) => only == *unit,
            None => concerned.contains(unit),
        });
        let mut stood: Vec<_> = told.map(|unit| standing(known, unit)).collect();
        let active = faults::active(known);
        stood.push(if active.is_empty() { "No fault was on.".into() } else { format!("On: {}.", active.join("; ")) });
        stood
    }

    fn outcome(&self) -> Vec<String> {
        let concerned = self.concerned();
        let units = self.known.units().filter(|unit| match (self.unit(), &self.life) {
            (_, Some(_)) => false,
            (Some(only), _) => only == *unit,
            (None, _) => concerned.contains(unit),
        });
        units.map(|unit| self.tally.of(unit, self.known.unit(unit))).collect()
    }
}

impl Tally {
    fn of(&self, unit: Unit, name: &str) -> String {
        let number = |of: &BTreeMap<Unit, u64>| of.get(&unit).copied().unwrap_or_default();
        let classes = self.refused.range((unit, "")..).take_while(|((of, _), _)| *of == unit);
        let classes: Vec<_> = classes.map(|((_, class), times)| format!("{class} {times}")).collect();
        let refused = if classes.is_empty() { "none refused".into() } else { format!("refused: {}", listed(classes)) };
        let acknowledged = counted(number(&self.acknowledged), "write");
        format!("{name}: {acknowledged} acknowledged, {refused}, {} put into outboxes", number(&self.queued))
    }

    /// The units of which writes were refused, or wait.
    fn troubled(&self) -> impl Iterator<Item = Unit> {
        self.refused.keys().map(|&(unit, _)| unit).chain(self.queued.keys().copied())
    }

    fn observe(&mut self, fact: &Fact) {
        match *fact {
            Fact::Acknowledged { unit, .. } => *self.acknowledged.entry(unit).or_default() += 1,
            Fact::WriteRefused { unit: Some(unit), refusal, .. } => {
                *self.refused.entry((unit, Refusal::CLASSES[refusal.class()])).or_default() += 1;
            }
            Fact::Queued { unit, .. } => *self.queued.entry(unit).or_default() += 1,
            _ => {}
        }
    }
}

/// Who held a unit, in truth and by what its sites knew.
fn standing(known: &Known, unit: Unit) -> String {
    let Some((register, _)) = known.register(unit) else { return format!("{}: nobody held it yet.", known.unit(unit)) };
    let side = register.holder;
    let holder = known.at(unit, side);
    let trouble = known.trouble(known.place_of(unit, side)).map(|trouble| format!("; {trouble}")).unwrap_or_default();
    let last = known.status(unit, side).map(|(status, local)| known.standing(unit, &status, local));
    let last = last.map(|standing| format!(" {holder} stood, at its last step, as {standing}."));
    let ends = Side::BOTH.map(|side| format!("{} {}", known.at(unit, side), words::end(known.end(unit, side))));
    format!(
        "{}: the register named {holder}, epoch {}, {}{trouble}.{} Logs: {}.",
        known.unit(unit),
        register.epoch,
        words::mode(register.mode),
        last.unwrap_or_default(),
        listed(ends),
    )
}

impl Observer for Tracer {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.pass(at);
        if let Fact::RecordBorn(birth) = fact {
            self.made = birth.record.0;
        }
        self.known.observe(at, fact);
        self.faults.observe(at, fact, &self.known, &mut self.chain);
        let window = self.window();
        if window.contains(at) {
            self.tally.observe(fact);
        }
        if let Some(life) = &mut self.life {
            let mut pen = Pen { known: &self.known, faults: &self.faults, chain: &mut self.chain, window };
            life.observe(at, fact, &mut pen);
        }
    }
}

impl Tracer {
    /// Notes how things stand once the moment that was asked for is over.
    fn pass(&mut self, at: Instant) {
        let asked = match self.question {
            Question::Around { at, .. } => Some(at),
            Question::Of { at, .. } => at,
        };
        if self.stood.is_none() && asked.is_some_and(|asked| at > asked) {
            self.stood = Some(self.known.clone());
        }
    }
}

impl Trace for Tracer {
    const TRACES: bool = true;

    fn stepping(&mut self, at: Instant, who: Stepping, given: Given<'_>) {
        self.pass(at);
        self.notes.clear();
        self.kept = Some(match given {
            Given::Site { input, timer, status } => Kept::Site { input: input.clone(), timer, before: *status },
            Given::Voter(input) => Kept::Voter(*input),
            Given::Client(input) => Kept::Client(input.clone()),
        });
        debug_assert!(self.kept.as_ref().is_some_and(|kept| kept.is_of(&who)), "steps are told in pairs");
    }

    fn stepped(&mut self, at: Instant, who: Stepping, commanded: Commanded<'_>) {
        let (notes, kept, local, window) = (self.notes.take(), self.kept.take(), who.local, self.window());
        self.faults.settle(&self.known, &mut self.chain);
        let Self { known, faults, leases, life, chain, .. } = self;
        let mut pen = Pen { known, faults, chain, window };
        match (who.actor, kept, commanded) {
            (
                Actor::Site(unit, side),
                Some(Kept::Site { input, timer, before }),
                Commanded::Site { effects, status },
            ) => {
                let (input, before, notes, after) = (&input, &before, &notes, status);
                let step = SiteStep { at, unit, side, local, input, timer, before, notes, effects, after };
                leases.site(&step, &mut pen);
                if let Some(life) = life {
                    life.site(&step, leases, &mut pen);
                }
                self.known.stands(unit, side, *status, local);
            }
            (Actor::Voter(unit, seat), Some(Kept::Voter(input)), Commanded::Voter(effects)) => {
                let (input, notes) = (&input, &notes);
                leases.voter(&VoterStep { at, unit, seat, local, input, notes, effects }, &mut pen);
            }
            (Actor::Client(user), Some(Kept::Client(input)), Commanded::Client(effects)) => {
                if let Some(life) = life {
                    let (input, notes) = (&input, &notes);
                    life.client(&ClientStep { at, user, input, notes, effects }, &mut pen);
                }
            }
            _ => debug_assert!(false, "a step ends as it began"),
        }
    }
}
