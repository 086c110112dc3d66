//! Records that others follow (rule R5), for as long as followers are awaited.

use crate::audit::rules::Residence;
use crate::terms::{Birth, Record, Unit};
use std::collections::{BTreeMap, VecDeque};

/// Families whose followers have all landed are kept for late copies: this many.
const LINGERING: usize = 4_096;

/// The record that came first, as it landed.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Family {
    /// Where it may rest, and so where its followers may.
    pub residence: Residence,
    /// The scale unit in which it rests.
    pub unit: Unit,
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
            self.families.entry(birth.record).or_insert(Family { residence, unit, awaited: birth.followers });
        }
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
