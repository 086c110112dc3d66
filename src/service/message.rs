//! What clients, sites and voters say to each other.
//!
//! Messages carry handles and positions, never payloads: whoever drives the machines moves the bytes
//! that a [`Batch`] or a [`Write`] stands for.

use super::relocation::{Held, Lot};
use crate::terms::{
    AppVersion, Ballot, Boundary, ConversationKind, Country, Datacenter, Epoch, Incarnation, Index, Members, Position,
    Record, RecordKind, Refusal, Register, Seat, Side, Span, Tenant, Unit, VoterRecord, Wall,
};

/// A request under way. Chosen by whoever drives the client; opaque to the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request(pub u32);

/// A decided placement: decided once, and kept by retries and by records that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Placed {
    /// The scale unit.
    pub unit: Unit,
    /// The accepting primary's wall clock at the decision: the record's instant.
    pub at: Wall,
}

/// A record to be stored, as its token and headers describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Write {
    /// The request.
    pub request: Request,
    /// The record's identity, chosen by the device: the same for every attempt.
    pub record: Record,
    /// What it is.
    pub kind: RecordKind,
    /// Whose it is.
    pub tenant: Tenant,
    /// The tenant's billing country.
    pub billing: Country,
    /// When the tenant signed up.
    pub signed_up: Wall,
    /// The kind of its conversation.
    pub conversation: ConversationKind,
    /// The country code of the conversation's creator.
    pub group_location: Country,
    /// The country code of the record's author.
    pub creator: Country,
    /// The country in whose network the author's device is.
    pub roaming_in: Country,
    /// The app's version.
    pub app: AppVersion,
    /// The placement of an earlier attempt, or of the record that this one follows.
    pub placed: Option<Placed>,
    /// 1 for the first attempt.
    pub attempt: u16,
}

/// A conversation to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    /// The request.
    pub request: Request,
    /// Whose it is.
    pub tenant: Tenant,
    /// The tenant's billing country.
    pub billing: Country,
    /// When the tenant signed up.
    pub signed_up: Wall,
    /// The kind of the conversation.
    pub conversation: ConversationKind,
    /// The country code of its creator.
    pub group_location: Country,
    /// When it was opened.
    pub opened: Wall,
    /// The country in whose network the reader's device is.
    pub roaming_in: Country,
}

/// What a client asks of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Store a record. `existing` is where the site's store already has a record of this identity:
    /// the front end looked it up in the store's index.
    Write {
        /// The record.
        write: Write,
        /// Its index in this site's log, if an earlier attempt is there.
        existing: Option<Index>,
        /// At the door of a full queue: how long the front end says to stay away. `None` at the
        /// request's turn.
        turned_away: Option<Span>,
    },
    /// Show the part of a conversation that rests in this unit.
    Read {
        /// The request.
        request: Request,
        /// Whose conversation.
        tenant: Tenant,
        /// The kind of the conversation.
        conversation: ConversationKind,
        /// As for a write.
        turned_away: Option<Span>,
    },
    /// Store a lot of a tenant that is about to come, or only say what is there of it.
    Import {
        /// The request.
        request: Request,
        /// Which lot, where there is one to store.
        lot: Option<Lot>,
        /// What is there of the tenant: looked up in the store's index.
        held: Held,
        /// As for a write.
        turned_away: Option<Span>,
    },
}

/// What a site answers a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Response {
    /// The record is stored as the mode promises.
    Acknowledged {
        /// Where it was placed.
        placed: Placed,
        /// Its position in the unit's log.
        position: Position,
        /// The epoch under which the site acknowledges.
        epoch: Epoch,
    },
    /// Call media was passed on and rests nowhere.
    Relayed,
    /// Another unit or site is the right one.
    Redirected {
        /// The unit that the record belongs to.
        unit: Unit,
        /// The site that is believed to hold its lease.
        side: Side,
        /// The decided placement, where the site decided one.
        placed: Option<Placed>,
    },
    /// The part is shown.
    Shown,
    /// The tenant has moved for good: everything of its organization is in another unit from now on.
    Moved {
        /// The new home.
        to: Unit,
        /// The decided placement there, of a write.
        placed: Option<Placed>,
    },
    /// To who copies a tenant: this is there.
    Holds {
        /// What is there.
        held: Held,
        /// Whether the peer has it too.
        on_both: bool,
    },
    /// Refused.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The decided placement, where the site decided one.
        placed: Option<Placed>,
    },
}

/// A run of log records under way to the peer. The driver attaches their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    /// The sender's epoch: the fencing token.
    pub epoch: Epoch,
    /// The run of sending that it belongs to.
    pub run: u32,
    /// The position before the first record.
    pub previous: Position,
    /// The epoch of every record of the batch.
    pub of: Epoch,
    /// The first index.
    pub first: Index,
    /// The last index.
    pub last: Index,
}

/// What the two sites of a scale unit say to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PeerMessage {
    /// Holder to peer: store these.
    Batch(Batch),
    /// Holder to peer: where does your log end? Also sent to see whether the peer is there.
    Probe {
        /// The sender's epoch.
        epoch: Epoch,
        /// The run of sending that waits for the answer.
        run: u32,
    },
    /// Peer to holder: my durable log ends here; I know nothing of whether it agrees with yours.
    Ends {
        /// The holder's epoch, as the peer knows it.
        epoch: Epoch,
        /// The run of the message that this answers: the first answer ends the run.
        run: u32,
        /// The end of the durable log.
        end: Position,
        /// The incarnation of the peer's store.
        incarnation: Incarnation,
        /// Whether the store is certified.
        certified: bool,
    },
    /// Holder to peer: what stands after `keep` in your log is not in mine; set it aside.
    Diverged {
        /// The sender's epoch.
        epoch: Epoch,
        /// The run of sending that waits for the answer.
        run: u32,
        /// The last position that may agree.
        keep: Position,
    },
    /// Peer to holder: durable and in agreement with your log up to here.
    Stored {
        /// The holder's epoch.
        epoch: Epoch,
        /// The last durable index.
        through: Index,
        /// The incarnation of the peer's store.
        incarnation: Incarnation,
        /// Whether the store is certified.
        certified: bool,
    },
    /// Peer to holder: I know of a later epoch than yours.
    Fenced {
        /// The later epoch.
        epoch: Epoch,
    },
    /// Holder to peer: your store has everything that mine has; it may take over again.
    Certified {
        /// The sender's epoch.
        epoch: Epoch,
        /// The incarnation of the store that is certified.
        incarnation: Incarnation,
    },
    /// Old holder to new: the register names you.
    HandedOver {
        /// The epoch of the register that names the receiver.
        epoch: Epoch,
    },
    /// Holder to peer: write a backup of your log, which agrees with mine.
    BackUp {
        /// The sender's epoch.
        epoch: Epoch,
        /// The last position of the backup.
        through: Position,
        /// Which of the media to use, counted in the order of preference.
        turn: u8,
    },
    /// Peer to holder: the backup is finished.
    BackedUp {
        /// The holder's epoch, as the peer knows it.
        epoch: Epoch,
        /// The last index of the backup.
        through: Index,
    },
}

/// What a proposer asks a voter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VoterQuestion {
    /// What do you hold? Changes nothing.
    Read {
        /// Chosen by the asker, returned in the answer.
        token: u32,
    },
    /// Promise to accept nothing below `ballot`.
    Prepare {
        /// The attempt.
        ballot: Ballot,
        /// Who votes, as the proposer knows it.
        members: Members,
    },
    /// Accept `value` under `ballot`, and promise `next` to the same proposer in advance.
    Accept {
        /// The attempt.
        ballot: Ballot,
        /// The value; its `renewal` is `ballot`.
        value: Register,
        /// The proposer's next ballot.
        next: Ballot,
        /// Who votes, as the proposer knows it.
        members: Members,
    },
    /// The voter of `seat` lost its memory and is `incarnation` from now on: remember that.
    Enroll {
        /// Who came back.
        seat: Seat,
        /// As what.
        incarnation: Incarnation,
    },
    /// To any voter: an operator attests that what the register held is gone with its voters, and founds
    /// it anew with this record.
    Refound {
        /// The ballot of the founding, its value, and the members.
        record: VoterRecord,
    },
    /// To a voter that lost its memory: both others know you; this is what they hold.
    Adopt {
        /// The highest ballot and value of both others, and the members as they know them.
        record: VoterRecord,
    },
}

/// What a voter answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VoterAnswer {
    /// The durable record.
    Holds {
        /// The asker's token.
        token: u32,
        /// What the voter holds.
        record: VoterRecord,
        /// The incarnation of its disk; where the record names another, the voter abstains.
        incarnation: Incarnation,
    },
    /// Promised; `accepted` is the value accepted last.
    Promised {
        /// The attempt.
        ballot: Ballot,
        /// The value accepted last.
        accepted: Option<Register>,
    },
    /// Accepted.
    Accepted {
        /// The attempt.
        ballot: Ballot,
    },
    /// Refused: a higher ballot was promised, or the set of incarnations differs.
    Rejected {
        /// The attempt.
        ballot: Ballot,
        /// The highest ballot promised.
        promised: Ballot,
        /// Who votes, as this voter knows it.
        members: Members,
    },
    /// I lost my memory, or was restored from a copy: I neither promise nor accept.
    Abstains {
        /// What I am now.
        incarnation: Incarnation,
    },
    /// The founding is durable.
    Refounded {
        /// Its ballot.
        ballot: Ballot,
    },
    /// Remembered durably.
    Enrolled {
        /// Who came back.
        seat: Seat,
        /// What the answering voter holds.
        record: VoterRecord,
    },
}

impl VoterAnswer {
    /// Whether the answer says that something is remembered, and so must wait for the disk.
    pub const fn needs_durability(&self) -> bool {
        matches!(self, Self::Promised { .. } | Self::Accepted { .. } | Self::Enrolled { .. } | Self::Refounded { .. })
    }
}

/// What backup media say of what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Catalogue {
    /// Whose log it is.
    pub unit: Unit,
    /// The boundary that the unit serves.
    pub boundary: Boundary,
    /// Where the media stand.
    pub datacenter: Datacenter,
    /// The last position.
    pub end: Position,
    /// When the last finished backup was begun.
    pub taken: Wall,
}

/// What an operator orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// To the holder: hand the lease to the peer, losing nothing.
    PlannedSwitchover,
    /// To the other site: take over as soon as the lease has lapsed, whatever may be lost.
    ForcedFailover,
    /// To the one site that is left: found the register anew, for what the two others stored is destroyed.
    Refound,
    /// To the holder, or its peer: make a copy of the whole log for the administrator.
    Export,
    /// To the holder, or its peer: make a copy of the youngest records for an engineer.
    SupportDump,
}

impl Order {
    /// Whether it asks for a copy, and for nothing to be done to the lease.
    pub const fn is_for_a_copy(self) -> bool {
        matches!(self, Self::Export | Self::SupportDump)
    }
}
