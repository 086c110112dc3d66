//! What is under way in the network, and what waits for a process that stands still.

use super::event::{SiteId, VoterId};
use super::shares::Share;
use super::store::Entry;
use crate::service::{
    ClientInput, PeerMessage, Placed, Request, Response, SiteInput, VoterAnswer, VoterInput, VoterQuestion,
};
use crate::terms::{Bytes, Datacenter, Index, Seat, Side, Span, Unit, User};

/// A message in the network.
#[derive(Clone, Copy, Debug)]
pub(super) enum Message {
    /// A device asks a datacenter's site of a unit, if it has one.
    Ask(Asked, Datacenter),
    /// A site asks a site that holds a lease, on behalf of a quarantined record or of a tenant that moves.
    Resubmit { asked: Asked, from: SiteId, to: SiteId },
    /// A site answers a device.
    Reply { request: Request, from: SiteId, response: Response },
    /// A site answers another site's [`Message::Resubmit`].
    Resubmitted { request: Request, from: SiteId, to: SiteId, response: Response },
    /// A site to the other site of its unit, with the records of a batch.
    Peer { to: SiteId, message: PeerMessage, payload: Option<Payload> },
    /// A piece of a copy under way for a site.
    Piece { site: SiteId, turn: u16, from: Datacenter, to: Datacenter },
    /// A site asks a voter elsewhere.
    Question { to: VoterId, from: Side, question: VoterQuestion },
    /// A voter answers a site elsewhere.
    Answer { to: SiteId, seat: Seat, answer: VoterAnswer },
}

/// An attempt of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Which request.
    pub(super) request: Request,
    /// The unit asked.
    pub(super) unit: Unit,
    /// The placement that the client sent along.
    pub(super) placed: Option<Placed>,
    /// 1 for the first attempt.
    pub(super) attempt: u16,
    /// How long the client waits for the answer, where it says so.
    pub(super) patience: Option<Span>,
}

/// A handle to the records of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Payload(pub(super) u32);

/// The records of a batch on their way.
pub(super) struct Records {
    /// The index before the first of `entries`; the batch's records before it are a run.
    pub(super) base: Index,
    /// The size of the run.
    pub(super) run: Bytes,
    /// The records that are held one by one.
    pub(super) entries: Vec<Entry>,
    /// What the run holds of tenants that move.
    pub(super) shares: Vec<Share>,
}

/// Something for a process of one datacenter, or for a device, without any network between.
#[derive(Clone, Debug)]
pub(super) enum Local {
    /// For a site; with the records of a batch.
    Site(SiteId, SiteInput, Option<Payload>),
    /// For a voter.
    Voter(VoterId, VoterInput),
    /// For a device.
    Device(User, ClientInput),
}
