//! What the tellers of links share.

use super::chain::{Chain, Window};
use super::faults::Faults;
use super::known::Known;
use crate::terms::{Datacenter, Instant, Span};
use std::collections::BTreeSet;

/// A trouble that ended so long ago explains nothing any more.
const FRESH: Span = Span::minutes(2);

/// What a teller of links works with.
pub(super) struct Pen<'a> {
    pub(super) known: &'a Known,
    pub(super) faults: &'a Faults,
    pub(super) chain: &'a mut Chain,
    pub(super) window: Window,
}

impl Pen<'_> {
    /// What ails these datacenters now, or did a short while ago.
    pub(super) fn ails(&self, at: Instant, datacenters: &[Datacenter]) -> BTreeSet<usize> {
        let bad = |&&datacenter: &&Datacenter| {
            self.known.trouble(datacenter).is_some() || !self.known.cut_from(datacenter).is_empty()
        };
        let now = self.faults.about(datacenters.iter().filter(bad).copied());
        let late = self.faults.about(datacenters.iter().copied());
        let fresh = late.into_iter().filter(|&link| self.chain.at(link).is_some_and(|then| at.since(then) <= FRESH));
        now.into_iter().chain(fresh).collect()
    }
}
