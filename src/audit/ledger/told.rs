//! What sites were told that is not true: rows of maps, and where they stand.

use super::Ledger;
use crate::audit::slack;
use crate::facts::Configured;
use crate::terms::{Boundary, Country, Datacenter, Instant, Side, Unit};
use std::collections::BTreeMap;

impl Ledger {
    /// A site was told something by configuration, or by the platform under it.
    pub(super) fn configured(&mut self, at: Instant, what: Configured) {
        match what {
            Configured::Row { unit, side, country, boundary } => {
                self.told.row(at, (unit, side), country, boundary, self.contract.boundary_of(country));
            }
            Configured::Probed { unit, side, says } => {
                self.told.probed(at, (unit, side), says, self.terms(unit).site(side));
            }
        }
    }
}

/// A row of a map that contradicts the contract.
#[derive(Clone, Copy, Debug)]
struct Dispute {
    /// What the row says.
    boundary: Option<Boundary>,
    /// When the site was told otherwise; `None`: it is not over.
    over: Option<Instant>,
}

/// What the platform under a site says of where it stands.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    /// Whether it has said the truth since the site's disk is what it is, and stands where it stands.
    said: bool,
    /// Whether the site may take itself to stand where it stands, and since when that is so.
    attested: bool,
    since: Instant,
}

/// Everything that sites were told of that kind. A site that was told nothing is attested, and disputes nothing.
#[derive(Clone, Debug, Default)]
pub(in crate::audit) struct Told {
    disputes: BTreeMap<(Unit, Side, Country), Dispute>,
    words: BTreeMap<(Unit, Side), Word>,
}

impl Told {
    /// A map reached a site that has a row for a country; `right` is the contract's.
    pub(super) fn row(
        &mut self,
        at: Instant,
        (unit, side): (Unit, Side),
        country: Country,
        boundary: Option<Boundary>,
        right: Option<Boundary>,
    ) {
        let key = (unit, side, country);
        if boundary != right {
            self.disputes.insert(key, Dispute { boundary, over: None });
        } else if let Some(dispute) = self.disputes.get_mut(&key) {
            dispute.over.get_or_insert(at);
        }
    }

    /// Whether a site has a row for a country, or had it until a moment ago, that says otherwise than the contract.
    pub(in crate::audit) fn disputes(&self, site: (Unit, Side), country: Country, at: Instant) -> bool {
        self.dispute(site, country, at).is_some()
    }

    /// Whether by such a row the country is not served.
    pub(in crate::audit) fn drops(&self, site: (Unit, Side), country: Country, at: Instant) -> bool {
        self.dispute(site, country, at).is_some_and(|dispute| dispute.boundary.is_none())
    }

    fn dispute(&self, (unit, side): (Unit, Side), country: Country, at: Instant) -> Option<&Dispute> {
        let dispute = self.disputes.get(&(unit, side, country))?;
        dispute.over.is_none_or(|over| at - over <= slack::IN_FLIGHT).then_some(dispute)
    }

    /// The platform under a site was asked; `stands` is where the site stands.
    pub(super) fn probed(&mut self, at: Instant, site: (Unit, Side), says: Option<Datacenter>, stands: Datacenter) {
        let word = self.words.entry(site).or_insert(Word { said: false, attested: true, since: at });
        word.said |= says == Some(stands);
        let attested = says.map_or(word.said, |says| says == stands);
        if word.attested != attested {
            (word.attested, word.since) = (attested, at);
        }
    }

    /// The disk of a site is lost, or another stands at another place, and nothing is left of what it had kept.
    pub(super) fn forgotten(&mut self, site: (Unit, Side)) {
        if let Some(word) = self.words.get_mut(&site) {
            word.said = false;
        }
    }

    /// Since when a site may have taken itself to stand where it stands, without a break.
    pub(in crate::audit) fn attested_since(&self, unit: Unit, side: Side) -> Option<Instant> {
        self.words.get(&(unit, side)).map_or(Some(Instant::ZERO), |word| word.attested.then_some(word.since))
    }

    /// Whether a site might not take itself to stand where it stands, or had learned a moment ago that it might.
    pub(in crate::audit) fn was_unattested(&self, unit: Unit, side: Side, at: Instant) -> bool {
        self.words
            .get(&(unit, side))
            .is_some_and(|word| !word.attested || word.since > Instant::ZERO && at - word.since <= slack::IN_FLIGHT)
    }
}
