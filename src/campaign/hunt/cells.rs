//! The cells of the coverage matrix that a run visited.

use super::name::{Name, Place};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// Cells, in the order of their places: of each place the copy classes, one bit for each in the order of
/// [`CopyClass::ALL`](crate::terms::CopyClass::ALL).
///
/// A record writes them as maps: of each datacenter, each kind of fault and each rule. A map takes many times the
/// memory of what it holds, and a campaign has these of every run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells(Box<[(&'static Place, u32)]>);

/// Cells as a record writes them.
type Written<N> = BTreeMap<N, BTreeMap<N, BTreeMap<N, u32>>>;

impl Cells {
    /// Each place with its copy classes.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Place, u32)> {
        self.0.iter().copied()
    }
}

/// Puts cells together, in whatever order they come.
impl FromIterator<(Place, u32)> for Cells {
    fn from_iter<I: IntoIterator<Item = (Place, u32)>>(cells: I) -> Self {
        let mut together = BTreeMap::<_, u32>::new();
        for (place, copies) in cells {
            *together.entry(place.kept()).or_default() |= copies;
        }
        Self(together.into_iter().collect())
    }
}

impl Serialize for Cells {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut written = Written::<&str>::new();
        for (place, copies) in self.iter() {
            let faults = written.entry(&place.datacenter).or_default();
            faults.entry(&place.fault).or_default().insert(&place.rule, copies);
        }
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut cells = Vec::new();
        for (datacenter, faults) in Written::<Name>::deserialize(deserializer)? {
            for (fault, rules) in faults {
                cells.extend(rules.into_iter().map(|(rule, copies)| (Place { datacenter, fault, rule }, copies)));
            }
        }
        Ok(cells.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_as_maps_and_come_back_as_they_were() {
        let place = |datacenter, fault, rule| {
            let [datacenter, fault, rule] = [datacenter, fault, rule].map(Name::of);
            Place { datacenter, fault, rule }
        };
        let (one, two) = (place("dublin", "outage", "R2"), place("amsterdam", "none", "R5"));
        let cells: Cells = [(one, 1), (two, 4), (one, 2)].into_iter().collect();
        let written = serde_json::to_string(&cells).unwrap();
        assert_eq!(written, r#"{"amsterdam":{"none":{"R5":4}},"dublin":{"outage":{"R2":3}}}"#);
        assert_eq!(serde_json::from_str::<Cells>(&written).unwrap(), cells);
    }
}
