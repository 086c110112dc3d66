//! What an explanation tells, as data.

use crate::facts::DigestValue;
use crate::terms::{Epoch, Instant, Unit, Wall};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A part of a run, told as a chain: each link with what it was decided on, and what led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What is explained, in a few words.
    pub subject: String,
    /// The digest of the traced run.
    pub digest: DigestValue,
    /// The digest of the same run without a trace.
    pub plain_digest: DigestValue,
    /// The breach that is explained, as a sentence.
    pub breach: Option<String>,
    /// How things stood at the moment that was asked for, a sentence for each unit concerned.
    pub stood: Vec<String>,
    /// Why nothing is told, if there are no links.
    pub quiet: &'static str,
    /// The links in the order of time.
    pub links: Vec<Link>,
    /// How many more links there were, which are not told.
    pub omitted: u64,
    /// What came of it, in numbers.
    pub outcome: Vec<String>,
}

/// One thing that happened, or was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The true time.
    pub at: Instant,
    /// Who did it; `None`: the world.
    pub who: Option<Who>,
    /// What happened, in sentences.
    pub happened: String,
    /// The decision that was taken.
    pub decision: Option<Decided>,
    /// On what it was taken.
    pub inputs: Vec<Input>,
    /// The links that led to it: their places in [`Story::links`].
    pub because: Vec<usize>,
    /// How often the same happened again, and when last.
    pub again: Option<(u64, Instant)>,
    /// The scale unit that it concerns.
    pub(super) unit: Option<Unit>,
    /// Whether it is of the life of the record that is explained.
    pub(super) of_record: bool,
}

/// A machine that took a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Its name: `amsterdam, site B of emea-1`.
    pub name: String,
    /// What its wall clock said; `None` for a device, whose clock is taken to be right.
    pub local: Option<Wall>,
    /// The epoch under which it acted.
    pub epoch: Option<Epoch>,
    /// How it stood to the lease, in a few words.
    pub lease: Option<String>,
}

/// A decision of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The method of [`Decisions`](crate::service::Decisions) that took it.
    pub method: &'static str,
    /// What it answered, and why.
    pub answer: String,
    /// Whether the shipped service would have answered something else.
    pub unlike_shipped: bool,
}

/// Something that was known when it was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// What was known.
    pub what: String,
    /// How the truth had moved on, where it had.
    pub stale: Option<String>,
}

impl Input {
    /// Something that was known, and true.
    pub(super) const fn fresh(what: String) -> Self {
        Self { what, stale: None }
    }
}

impl Link {
    /// Something that happened at `at`, of which nothing else is known yet.
    pub(super) fn new(at: Instant, happened: impl Into<String>) -> Self {
        Self {
            at,
            who: None,
            happened: happened.into(),
            decision: None,
            inputs: Vec::new(),
            because: Vec::new(),
            again: None,
            unit: None,
            of_record: false,
        }
    }

    /// The first sentence of what happened.
    pub fn first_sentence(&self) -> &str {
        self.happened.split_inclusive(". ").next().unwrap_or_default().trim_end()
    }

    pub(super) fn by(self, who: Who) -> Self {
        Self { who: Some(who), ..self }
    }

    pub(super) fn of(self, unit: Unit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    pub(super) fn decided(self, decision: Decided) -> Self {
        Self { decision: Some(decision), ..self }
    }

    pub(super) fn on(mut self, inputs: impl IntoIterator<Item = Input>) -> Self {
        self.inputs.extend(inputs);
        self
    }

    pub(super) fn because(mut self, links: impl IntoIterator<Item = usize>) -> Self {
        for link in links {
            if !self.because.contains(&link) {
                self.because.push(link);
            }
        }
        self
    }
}

impl Story {
    /// Which links a link led to.
    pub fn effects_of(&self, link: usize) -> impl Iterator<Item = usize> {
        (0..).zip(&self.links).filter(move |(_, other)| other.because.contains(&link)).map(|(place, _)| place)
    }

    /// The links that led to the last one that was made by `until`, itself included, in the order of time: the
    /// last `most` of them.
    pub fn leading_to(&self, until: Instant, most: usize) -> Vec<&Link> {
        let mut chain = BTreeSet::new();
        let last = self.links.iter().rposition(|link| link.at <= until);
        let mut open: Vec<usize> = last.into_iter().collect();
        while let Some(place) = open.pop() {
            if chain.insert(place) {
                open.extend(&self.links[place].because);
            }
        }
        let skipped = chain.len().saturating_sub(most);
        chain.into_iter().skip(skipped).map(|place| &self.links[place]).collect()
    }

    /// The story as one JSON object, ending in a line end. Links are numbered from 1.
    pub fn to_json(&self) -> String {
        let whole = json!({
            "schema_version": 1,
            "subject": self.subject,
            "digest": self.digest.to_string(),
            "plain_digest": self.plain_digest.to_string(),
            "breach": self.breach,
            "stood": self.stood,
            "links": (0..).zip(&self.links).map(|(place, link)| self.link(place, link)).collect::<Vec<_>>(),
            "omitted": self.omitted,
            "outcome": self.outcome,
        });
        format!("{whole:#}\n")
    }

    fn link(&self, place: usize, link: &Link) -> Value {
        let number = |place: usize| place + 1;
        json!({
            "number": number(place),
            "at": link.at.to_string(),
            "who": link.who.as_ref().map(|who| json!({
                "name": who.name,
                "local": who.local.map(|wall| wall.to_string()),
                "epoch": who.epoch.map(|epoch| epoch.0),
                "lease": who.lease,
            })),
            "happened": link.happened,
            "decision": link.decision.as_ref().map(|decided| json!({
                "method": decided.method,
                "answer": decided.answer,
                "unlike_shipped": decided.unlike_shipped,
            })),
            "inputs": link.inputs.iter().map(|input| json!({ "what": input.what, "stale": input.stale }))
                .collect::<Vec<_>>(),
            "again": link.again.map(|(times, last)| json!({ "times": times, "last": last.to_string() })),
            "because": link.because.iter().copied().map(number).collect::<Vec<_>>(),
            "caused": self.effects_of(place).map(number).collect::<Vec<_>>(),
        })
    }
}
