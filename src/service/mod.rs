//! PRODUCTION: what a datacenter and a client would run. **No clock, no randomness, no I/O, no
//! knowledge of any simulator.** Imports [`crate::terms`] and [`crate::facts::Announcement`] only.
//!
//! Three state machines make the service: a [`Site`] for each site of each scale unit, a [`Voter`]
//! for each voter of a unit's lease register, and a [`Client`] for each device. Whoever drives them
//! owns time, network and storage, and keeps one loop:
//!
//! 1. hand an input and the local time to [`Machine::step`];
//! 2. carry out every effect that it appended, in order;
//! 3. ask [`Machine::deadline`], and hand in a wake-up when that time has come. Early and spurious
//!    wake-ups are legal.
//!
//! Reading order: [`policy`] and [`map`] are what operators configure, [`identity`] is what they cannot;
//! [`placement`] decides where a record rests; [`client`] finds the site; [`front`] keeps the queue before
//! it; [`message`] is what they say to each other; [`protocol`] is the lease of a scale unit on one page,
//! [`voter`], `proposer`, `readmission` and `refounding` are its register; [`log`] and [`site`] are the
//! rest of a site; [`relocation`] is how a tenant moves, [`replacement`] how a seat. Whatever can be decided
//! wrongly is a method of [`Decisions`].

pub mod client;
pub mod command;
pub mod decisions;
mod entropy;
pub mod front;
pub mod identity;
pub mod log;
pub mod map;
pub mod message;
pub mod placement;
pub mod policy;
mod proposer;
pub mod protocol;
mod readmission;
mod refounding;
pub mod relocation;
pub mod replacement;
pub mod site;
pub mod voter;

pub use client::{Client, ClientEffect, ClientInput};
pub use command::{CopyCommand, SiteEffect, SiteInput};
pub use decisions::{Decisions, Shipped};
pub use front::{FrontEnd, Queue};
pub use identity::{Identity, Probe};
pub use log::{DurableLog, Label};
pub use map::ResidencyMap;
pub use message::{
    Batch, Catalogue, Operation, Order, PeerMessage, Placed, Read, Request, Response, VoterAnswer, VoterQuestion, Write,
};
pub use policy::Policy;
pub use relocation::{Held, Lot, Relocation};
pub use replacement::Replacement;
pub use site::Site;
pub use voter::{Voter, VoterEffect, VoterInput};

use crate::terms::{LocalTime, Monotonic};
use std::hash::Hash;

/// A deterministic state machine. `Clone + Eq + Hash` let a model checker run the very same code.
pub trait Machine: Clone + Eq + Hash {
    /// What happens to it.
    type Input;
    /// What it commands.
    type Effect;
    /// The reasons for which it asks to be woken.
    type Timer;

    /// Applies one input at local time `now` and appends every consequence to `effects`, in the
    /// order in which they are to be carried out; nothing stays pending.
    fn step(&mut self, now: LocalTime, input: Self::Input, effects: &mut Vec<Self::Effect>);

    /// When it next wants to be woken, and why.
    fn deadline(&self) -> Option<(Monotonic, Self::Timer)>;
}
