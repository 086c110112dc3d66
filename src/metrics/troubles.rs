//! What was wrong with which datacenter, from when to when.

use crate::facts::Fact;
use crate::terms::{Datacenter, Instant};

/// The most troubles that are kept.
const MOST: usize = 512;

/// What may be wrong with a datacenter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ailment {
    /// It has no power, or has not booted.
    Dark,
    /// Its processes stand still.
    Paused,
    /// No client reaches it.
    Unreachable,
    /// Nothing that it sends arrives at the other.
    CutFrom(Datacenter),
}

/// Something that was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// With which datacenter.
    pub datacenter: Datacenter,
    /// What.
    pub ailment: Ailment,
    /// Since when.
    pub from: Instant,
    /// Until when; `None` where it lasted to the end.
    pub until: Option<Instant>,
}

/// Folds troubles.
#[derive(Clone, Debug, Default)]
pub(super) struct Troubles(Vec<Trouble>);

impl Troubles {
    /// Takes a fact about power, links, access or processes.
    pub(super) fn observe(&mut self, at: Instant, fact: &Fact) {
        let (datacenter, ailment, on) = match *fact {
            Fact::Power { datacenter, on } => (datacenter, Ailment::Dark, !on),
            Fact::Paused { datacenter, paused } => (datacenter, Ailment::Paused, paused),
            Fact::Access { datacenter, up } => (datacenter, Ailment::Unreachable, !up),
            Fact::Link { from, to, up } => (from, Ailment::CutFrom(to), !up),
            _ => return,
        };
        let is_it = |one: &&mut Trouble| one.datacenter == datacenter && one.ailment == ailment && one.until.is_none();
        if !on {
            if let Some(open) = self.0.iter_mut().rev().find(is_it) {
                open.until = Some(at);
            }
        } else if self.0.len() < MOST {
            self.0.push(Trouble { datacenter, ailment, from: at, until: None });
        }
    }

    pub(super) fn finish(self) -> Vec<Trouble> {
        self.0
    }
}
