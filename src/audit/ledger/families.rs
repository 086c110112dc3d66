//! Records that others follow (rule R5), for as long as followers are awaited.

use crate::audit::rules::{self, Residence};
use crate::terms::{Birth, Record, Unit, UnitSet};
use std::collections::{BTreeMap, VecDeque};

/// Families whose followers have all landed are kept for late copies: this many.
const LINGERING: usize = 4_096;

/// The record that came first: as it was acknowledged, and until then as it first landed.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Family {
    /// Where it may rest, and so where its followers may.
    pub residence: Residence,
    /// The scale units in which it rests: more than one only where several acknowledged it.
    pub units: UnitSet,
    acknowledged: bool,
    awaited: u16,
}

/// Every record whose followers are awaited.
#[derive(Debug, Default)]
pub(in crate::audit) struct Families {
    families: BTreeMap<Record, Family>,
    complete: VecDeque<Record>,
}

impl Families {
    /// The family that a record follows, if it is still known.
    pub(in crate::audit) fn of(&self, birth: &Birth) -> Option<&Family> {
        self.families.get(&birth.with)
    }

    /// The first landing of a record in a log.
    pub(super) fn landed(&mut self, birth: &Birth, unit: Unit, residence: Residence) {
        if birth.with != birth.record {
            self.follower_landed(birth.with);
        } else if birth.followers > 0 {
            let (units, acknowledged, awaited) = (UnitSet::of(unit), false, birth.followers);
            self.families.entry(birth.record).or_insert(Family { residence, units, acknowledged, awaited });
        }
    }

    /// Whether a record whose followers are awaited is not known to rest in `unit`.
    pub(super) fn is_elsewhere(&self, birth: &Birth, unit: Unit) -> bool {
        birth.followers > 0
            && birth.with == birth.record
            && self.families.get(&birth.record).is_some_and(|family| !family.units.contains(unit))
    }

    /// A unit acknowledged the record. What landed elsewhere before, and nobody acknowledged, is a
    /// copy that a crash left behind: the author's device never learned of it.
    pub(super) fn acknowledged(&mut self, birth: &Birth, unit: Unit, moved: Option<Residence>) {
        if birth.followers == 0 || birth.with != birth.record {
            return;
        }
        let Some(family) = self.families.get_mut(&birth.record) else { return };
        if let Some(residence) = moved {
            let others =
                if family.acknowledged { *family } else { Family { units: UnitSet::EMPTY, residence, ..*family } };
            family.units = others.units.with(unit);
            family.residence.allowed = rules::union(others.residence.allowed, residence.allowed);
            family.residence.rule = residence.rule;
        }
        family.acknowledged = true;
    }

    fn follower_landed(&mut self, first: Record) {
        let Some(family) = self.families.get_mut(&first) else { return };
        if family.awaited == 1 {
            self.complete.push_back(first);
        }
        family.awaited = family.awaited.saturating_sub(1);
        if self.complete.len() > LINGERING
            && let Some(oldest) = self.complete.pop_front()
        {
            self.families.remove(&oldest);
        }
    }
}
