//! Names, and places in the matrix, of which a campaign's records hold the same few over and over: each is kept once.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::{Borrow, Cow};
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

/// A name out of a small vocabulary: of a choice, a datacenter, an invariant. It is kept for as long as the program
/// runs, however many records hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(&'static str);

/// Where cells of the coverage matrix lie that differ in their copy classes only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The datacenter.
    pub datacenter: Name,
    /// The kind of fault that was on.
    pub fault: Name,
    /// The rule.
    pub rule: Name,
}

static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
static PLACES: Mutex<BTreeSet<&'static Place>> = Mutex::new(BTreeSet::new());

/// The one of `known` that equals `new`, which `keep` makes if there was none.
fn kept<T: Ord + ?Sized>(known: &Mutex<BTreeSet<&'static T>>, new: &T, keep: impl FnOnce() -> Box<T>) -> &'static T {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(new) {
        return known;
    }
    let new: &'static T = Box::leak(keep());
    known.insert(new);
    new
}

impl Name {
    /// A name, kept from now on if it was not.
    pub fn of(name: &str) -> Self {
        Self(kept(&NAMES, name, || name.into()))
    }
}

impl Place {
    /// The place as it is kept from now on.
    pub fn kept(self) -> &'static Self {
        kept(&PLACES, &self, || Box::new(self))
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer).map(|name| Self::of(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once_and_is_what_it_was_made_of() {
        let twice = ["fault:pause", "fault:pause"].map(|name| Name::of(&String::from(name)));
        assert!(std::ptr::eq(&raw const *twice[0], &raw const *twice[1]));
        let written = serde_json::to_string(&twice[0]).unwrap();
        assert_eq!((&*written, serde_json::from_str(&written).ok()), ("\"fault:pause\"", Some(twice[0])));
        let escaped: Name = serde_json::from_str("\"fault\\u003apause\"").unwrap();
        assert!(std::ptr::eq(&raw const *escaped, &raw const *twice[0]));
    }

    #[test]
    fn names_and_places_stand_in_the_order_of_their_letters() {
        let [pause, outage] = ["pause", "outage"].map(Name::of);
        let place = |fault| Place { datacenter: Name::of("dublin"), fault, rule: Name::of("R2") }.kept();
        assert!(outage < pause && place(outage) < place(pause));
        assert!(std::ptr::eq(place(pause), place(pause)));
    }
}
