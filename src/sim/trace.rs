//! What facts do not carry: every step of every machine, with the local time and the input on which
//! it was taken, and what it commanded.
//!
//! A [`Trace`] is an [`Observer`] that is shown these as well. Whoever folds facts alone is
//! [`Untraced`]: then [`Trace::TRACES`] is false, and the compiler removes the hooks from the world.

use crate::facts::{Fact, Observer};
use crate::service::site::{SiteTimer, Status};
use crate::service::{ClientEffect, ClientInput, SiteEffect, SiteInput, VoterEffect, VoterInput};
use crate::terms::{Datacenter, Instant, LocalTime, Seat, Side, Unit, User};

/// A machine that takes steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A site of a scale unit.
    Site(Unit, Side),
    /// A voter of a scale unit's lease.
    Voter(Unit, Seat),
    /// The client on a person's device.
    Client(User),
}

/// What a machine is given.
#[derive(Clone, Copy, Debug)]
pub enum Given<'a> {
    /// To a site.
    Site {
        /// What happened to it.
        input: &'a SiteInput,
        /// The reason for which it asked to be woken, if the time for that has come.
        timer: Option<SiteTimer>,
        /// What it knew before.
        status: &'a Status,
    },
    /// To a voter.
    Voter(&'a VoterInput),
    /// To a client.
    Client(&'a ClientInput),
}

/// What a machine commanded in one step.
#[derive(Clone, Copy, Debug)]
pub enum Commanded<'a> {
    /// By a site.
    Site {
        /// Its effects, in order.
        effects: &'a [SiteEffect],
        /// What it knows now.
        status: &'a Status,
    },
    /// By a voter.
    Voter(&'a [VoterEffect]),
    /// By a client.
    Client(&'a [ClientEffect]),
}

/// Who steps, where, and at what time by the clocks there.
#[derive(Clone, Copy, Debug)]
pub struct Stepping {
    /// Which machine.
    pub actor: Actor,
    /// Where it runs; `None` for a device.
    pub datacenter: Option<Datacenter>,
    /// What its clocks say.
    pub local: LocalTime,
}

/// An observer that also sees every step. Like any observer it never influences a run.
pub trait Trace: Observer {
    /// Whether steps are shown at all.
    const TRACES: bool;

    /// A machine is about to take a step.
    fn stepping(&mut self, at: Instant, who: Stepping, given: Given<'_>);

    /// The step is taken; what was commanded is carried out now, and stated as facts.
    fn stepped(&mut self, at: Instant, who: Stepping, commanded: Commanded<'_>);
}

/// An observer that is shown facts alone.
#[derive(Clone, Debug, Default)]
pub struct Untraced<O>(pub O);

impl<O: Observer> Observer for Untraced<O> {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.0.observe(at, fact);
    }

    #[inline]
    fn served(&mut self, at: Instant, datacenter: Datacenter, requests: u32) {
        self.0.served(at, datacenter, requests);
    }
}

impl<O: Observer> Trace for Untraced<O> {
    const TRACES: bool = false;

    #[inline(always)]
    fn stepping(&mut self, _: Instant, _: Stepping, _: Given<'_>) {}

    #[inline(always)]
    fn stepped(&mut self, _: Instant, _: Stepping, _: Commanded<'_>) {}
}

impl<A: Trace, B: Trace> Trace for (A, B) {
    const TRACES: bool = A::TRACES || B::TRACES;

    fn stepping(&mut self, at: Instant, who: Stepping, given: Given<'_>) {
        self.0.stepping(at, who, given);
        self.1.stepping(at, who, given);
    }

    fn stepped(&mut self, at: Instant, who: Stepping, commanded: Commanded<'_>) {
        self.0.stepped(at, who, commanded);
        self.1.stepped(at, who, commanded);
    }
}
