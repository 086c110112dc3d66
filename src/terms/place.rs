//! Places: datacenters, boundaries, scale units, countries.
//!
//! [`Datacenter`], [`Boundary`] and [`Unit`] are small handles into a topology, not enumerations: a
//! user's topology may add any of them. Their names live with the topology.

use std::fmt;
use std::hash::{Hash, Hasher};

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u8);

        impl $name {
            /// The place of this handle in its topology's table.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

handle! {
    /// A datacenter of the topology.
    Datacenter
}
handle! {
    /// A region or country that tenant data may not leave at rest. At most 32 in a topology.
    Boundary
}
handle! {
    /// A scale unit: a shard of a boundary's tenants with a primary and a backup datacenter. At
    /// most 64 in a topology.
    Unit
}

/// The most boundaries a topology may have: they fit a [`BoundarySet`].
pub const MAX_BOUNDARIES: usize = 32;
/// The most scale units a topology may have: they fit one 64-bit set.
pub const MAX_UNITS: usize = 64;
/// The most datacenters a topology may have.
pub const MAX_DATACENTERS: usize = 64;

/// In whose network a device is. The digest of the facts passes it over, for it follows from whose device it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Network(pub Boundary);

impl Hash for Network {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A set of boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BoundarySet(u32);

impl BoundarySet {
    /// The set without members.
    pub const EMPTY: Self = Self(0);
    /// The set of every boundary there can be.
    pub const ALL: Self = Self(u32::MAX);

    /// The set of one boundary.
    pub const fn of(boundary: Boundary) -> Self {
        Self(1 << boundary.0)
    }

    /// Whether `boundary` is a member.
    pub const fn contains(self, boundary: Boundary) -> bool {
        self.0 >> boundary.0 & 1 == 1
    }

    /// This set with `boundary` as a member.
    #[must_use]
    pub const fn with(self, boundary: Boundary) -> Self {
        Self(self.0 | 1 << boundary.0)
    }

    /// What both sets hold.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is no member.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, lowest handle first.
    pub fn iter(self) -> impl Iterator<Item = Boundary> {
        (0..32).map(Boundary).filter(move |&b| self.contains(b))
    }
}

macro_rules! set_of_64 {
    ($(#[$doc:meta])* $name:ident of $member:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// The set without members.
            pub const EMPTY: Self = Self(0);

            /// The set of one.
            pub const fn of(member: $member) -> Self {
                Self(1 << member.0)
            }

            /// Whether `member` is in the set.
            pub const fn contains(self, member: $member) -> bool {
                self.0 >> member.0 & 1 == 1
            }

            /// This set with `member` in it.
            #[must_use]
            pub const fn with(self, member: $member) -> Self {
                Self(self.0 | 1 << member.0)
            }

            /// This set without `member`.
            #[must_use]
            pub const fn without(self, member: $member) -> Self {
                Self(self.0 & !(1 << member.0))
            }

            /// What is in this set and not in `other`.
            #[must_use]
            pub const fn minus(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }

            /// How many members there are.
            pub const fn len(self) -> u32 {
                self.0.count_ones()
            }

            /// Whether there is no member.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// The members, lowest handle first.
            pub fn iter(self) -> impl Iterator<Item = $member> {
                let mut rest = self.0;
                std::iter::from_fn(move || {
                    let next = (rest != 0).then(|| $member(rest.trailing_zeros() as u8))?;
                    rest &= rest - 1;
                    Some(next)
                })
            }
        }
    };
}

set_of_64! {
    /// A set of datacenters.
    DatacenterSet of Datacenter
}
set_of_64! {
    /// A set of scale units.
    UnitSet of Unit
}

/// One of the two sites of a scale unit, as commissioned: `A` is the preferred primary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The preferred primary.
    #[default]
    A,
    /// The backup.
    B,
}

impl Side {
    /// Both sides, `A` first.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// The other site of the pair.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// 0 for `A`, 1 for `B`.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The seat of this site's voter.
    pub const fn seat(self) -> Seat {
        match self {
            Self::A => Seat::A,
            Self::B => Seat::B,
        }
    }
}

/// A voter of a scale unit's lease register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seat {
    /// The voter at site `A`.
    A,
    /// The voter at site `B`.
    B,
    /// The voter outside the pair.
    Witness,
}

impl Seat {
    /// All three seats.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::Witness];

    /// 0, 1 or 2.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// An ISO 3166-1 alpha-2 code. Whether it is one of the 249 assigned codes is the country table's
/// to say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Reads two upper-case ASCII letters; anything else is not a code.
    pub const fn parse(code: &str) -> Option<Self> {
        match code.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some(Self([*a, *b])),
            _ => None,
        }
    }

    /// Every code, in the order of [`Country::index`].
    pub fn codes() -> impl Iterator<Item = Self> + Clone {
        (b'A'..=b'Z').flat_map(|first| (b'A'..=b'Z').map(move |second| Self([first, second])))
    }

    /// The number of different values of [`Country::index`].
    pub const CODES: usize = 26 * 26;

    /// A dense index for tables: `AA` is 0, `ZZ` is 675.
    pub const fn index(self) -> usize {
        (self.0[0] - b'A') as usize * 26 + (self.0[1] - b'A') as usize
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.0).unwrap_or("??"))
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_two_capital_letters() {
        assert!(Country::parse("DE").is_some());
        for bad in ["", "D", "de", "DEU", "49", "Ä"] {
            assert_eq!(Country::parse(bad), None, "{bad}");
        }
        assert_eq!(Country::parse("ZZ").map(Country::index), Some(Country::CODES - 1));
    }

    #[test]
    fn a_boundary_set_holds_what_was_put_in() {
        let set = BoundarySet::of(Boundary(1)).with(Boundary(31));
        assert!(set.contains(Boundary(31)) && !set.contains(Boundary(2)));
        assert_eq!(set.iter().collect::<Vec<_>>(), [Boundary(1), Boundary(31)]);
        assert!(set.and(BoundarySet::of(Boundary(2))).is_empty());
    }
}
