//! What one invariant has counted and found, and how it is told.

use crate::terms::{Birth, BoundarySet, CopyClass, Datacenter, Instant, Record, Rule, Tenant, Unit};

/// An invariant that was found broken: data, never a panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// When it became true.
    pub at: Instant,
    /// What happened against the promise, in one sentence, with handles written as `{datacenter}`,
    /// `{unit}`, `{tenant}` and `{residence}` for [`crate::terms::Names`] to fill in.
    pub what: String,
    /// Whose data.
    pub tenant: Option<Tenant>,
    /// Which record.
    pub record: Option<Record>,
    /// In which scale unit.
    pub unit: Option<Unit>,
    /// In what kind of place.
    pub copy: Option<CopyClass>,
    /// Where, physically.
    pub datacenter: Option<Datacenter>,
    /// Where it may rest.
    pub residence: Option<BoundarySet>,
    /// The rule that says so.
    pub rule: Option<Rule>,
}

/// What the oracle says of one invariant at the end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its identifier, such as `RES-1`.
    pub id: &'static str,
    /// What it promises, in one line.
    pub promise: &'static str,
    /// How often it was evaluated.
    pub checked: u64,
    /// How often it was found broken.
    pub broken: u64,
    /// The first few breaches, in order.
    pub breaches: Vec<Breach>,
    /// What was not judged, by reason, in the order of their first time.
    pub suspended: Vec<Suspension>,
}

/// Cases in which an invariant promises nothing, or what is pending has a legal reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Why, in a few words.
    pub why: &'static str,
    /// How often.
    pub times: u64,
}

/// How many breaches of one invariant are kept; the rest are counted.
const KEPT: usize = 8;

/// The count of one invariant.
#[derive(Debug, Default)]
pub(super) struct Docket {
    checked: u64,
    broken: u64,
    breaches: Vec<Breach>,
    suspended: Vec<Suspension>,
}

impl Docket {
    /// Counts one evaluation, and a breach where the promise was not `kept`.
    #[inline]
    pub(super) fn check(&mut self, kept: bool, breach: impl FnOnce() -> Breach) {
        self.checked += 1;
        if !kept {
            self.convict(breach);
        }
    }

    /// Counts `n` evaluations that found nothing.
    pub(super) fn clear(&mut self, n: u64) {
        self.checked += n;
    }

    /// Counts one case that is not judged, and why.
    pub(super) fn suspend(&mut self, why: &'static str) {
        match self.suspended.iter_mut().find(|suspension| suspension.why == why) {
            Some(suspension) => suspension.times += 1,
            None => self.suspended.push(Suspension { why, times: 1 }),
        }
    }

    #[cold]
    #[inline(never)]
    fn convict(&mut self, breach: impl FnOnce() -> Breach) {
        self.broken += 1;
        if self.breaches.len() < KEPT {
            self.breaches.push(breach());
        }
    }

    /// The finding under an identifier and its promise.
    pub(super) fn finding(self, (id, promise): (&'static str, &'static str)) -> Finding {
        let Self { checked, broken, breaches, suspended } = self;
        Finding { id, promise, checked, broken, breaches, suspended }
    }
}

impl Breach {
    /// A breach that became true at `at`, told in one sentence.
    pub(super) fn new(at: Instant, what: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
            tenant: None,
            record: None,
            unit: None,
            copy: None,
            datacenter: None,
            residence: None,
            rule: None,
        }
    }

    /// Concerning a record.
    pub(super) fn of(self, birth: &Birth) -> Self {
        Self { tenant: Some(birth.tenant), record: Some(birth.record), ..self }
    }

    /// In a scale unit.
    pub(super) fn in_unit(self, unit: Unit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// At a datacenter.
    pub(super) fn at_datacenter(self, datacenter: Datacenter) -> Self {
        Self { datacenter: Some(datacenter), ..self }
    }

    /// In a kind of place.
    pub(super) fn resting_as(self, copy: CopyClass) -> Self {
        Self { copy: Some(copy), ..self }
    }

    /// Against a residence, by a rule.
    pub(super) fn against(self, residence: BoundarySet, rule: Rule) -> Self {
        Self { residence: Some(residence), rule: Some(rule), ..self }
    }

    /// Against a rule.
    pub(super) fn by_rule(self, rule: Rule) -> Self {
        Self { rule: Some(rule), ..self }
    }
}
