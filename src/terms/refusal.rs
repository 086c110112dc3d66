//! Why production placed a record where it did, and why it refused.

use super::Span;
use std::fmt;

/// A rule of residence, as `lib.rs` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A tenant billed in a go-local country is at home there, whatever the date.
    R1,
    /// From the effective instant, records rest in the boundary of the billing country.
    R2,
    /// Before it, records rest in the group's location.
    R3,
    /// Action cards by app version.
    R4,
    /// Data travels together.
    R5,
    /// Call media rests nowhere.
    R6,
    /// Private conversations carry no promise.
    R7,
    /// Failover stays inside the boundary, and under `transit = "in-boundary"` so does what is sent.
    R8,
    /// An unserved country is refused by name.
    R9,
}

impl Rule {
    /// Every rule, in the order of `lib.rs`.
    pub const ALL: [Self; 9] =
        [Self::R1, Self::R2, Self::R3, Self::R4, Self::R5, Self::R6, Self::R7, Self::R8, Self::R9];
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u8 + 1)
    }
}

/// Why production refused a write or a read. Every reason names what would have to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// R4: the app is too old for action cards under this tenant's contract.
    UpdateApp,
    /// R8: no datacenter of the boundary can be reached, and no other boundary's will be borrowed.
    BoundaryDark,
    /// R9: the service does not serve the country.
    CountryNotServed,
    /// The site does not hold the unit's lease, or no longer; another attempt may find the holder.
    NoLease,
    /// The register cannot be changed for want of a majority of voters.
    NoMajority,
    /// The mode forbids acknowledging without the peer, and the peer does not answer or lacks far more.
    PeerUnreachable,
    /// A planned switchover is draining the site.
    SwitchingOver,
    /// The site's queue is full.
    Overloaded {
        /// How long to wait before trying again.
        retry_after: Span,
    },
    /// The platform under the site says that it stands elsewhere than it was commissioned, or nothing, and never did.
    Unattested,
    /// The tenant is about to move to another home: the last of its records are being copied there.
    Moving {
        /// How long to wait before trying again.
        retry_after: Span,
    },
    /// R8: content may not travel beyond the boundary, and the device is in another's network. The write is over:
    /// it would have to be made again at home.
    DeviceOutside,
    /// R9: by the newest map that the site has, a country that decides is at home elsewhere than by the one that it
    /// was commissioned with, or nowhere. The site does not guess which of them is right.
    MapsDisagree,
}

impl Refusal {
    /// The classes of refusal, in the order of reports.
    pub const CLASSES: [&'static str; 12] = [
        "update app",
        "boundary dark",
        "country not served",
        "no lease",
        "no majority",
        "peer unreachable",
        "switching over",
        "overloaded",
        "unattested",
        "moving",
        "device outside",
        "maps disagree",
    ];

    /// The refusals that have a rule of residence behind them, in the order of reports.
    pub const OF_RESIDENCE: [Self; 5] =
        [Self::UpdateApp, Self::BoundaryDark, Self::CountryNotServed, Self::DeviceOutside, Self::MapsDisagree];

    /// The place of this refusal's class in [`Refusal::CLASSES`].
    pub const fn class(self) -> usize {
        match self {
            Self::UpdateApp => 0,
            Self::BoundaryDark => 1,
            Self::CountryNotServed => 2,
            Self::NoLease => 3,
            Self::NoMajority => 4,
            Self::PeerUnreachable => 5,
            Self::SwitchingOver => 6,
            Self::Overloaded { .. } => 7,
            Self::Unattested => 8,
            Self::Moving { .. } => 9,
            Self::DeviceOutside => 10,
            Self::MapsDisagree => 11,
        }
    }

    /// The rule of residence behind the refusal, where there is one.
    pub const fn rule(self) -> Option<Rule> {
        match self {
            Self::UpdateApp => Some(Rule::R4),
            Self::BoundaryDark | Self::DeviceOutside => Some(Rule::R8),
            Self::CountryNotServed | Self::MapsDisagree => Some(Rule::R9),
            _ => None,
        }
    }

    /// Whether trying again later can succeed without anybody changing anything.
    pub const fn is_transient(self) -> bool {
        !matches!(self, Self::UpdateApp | Self::CountryNotServed | Self::DeviceOutside)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Self::CLASSES[self.class()])
    }
}
