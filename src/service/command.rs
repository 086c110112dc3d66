//! What happens to a site, and what it commands.

use super::ResidencyMap;
use super::log::Label;
use super::message::{Batch, Catalogue, Operation, Order, PeerMessage, Request, Response, VoterAnswer, VoterQuestion};
use super::placement::Candidates;
use super::relocation::{Lot, Relocation};
use super::replacement::Replacement;
use crate::facts::Announcement;
use crate::terms::{
    Content, CopyClass, CopySet, Datacenter, Index, Lines, Opaque, Position, Register, Seat, Side, Span, Tenant, Unit,
};
use std::sync::Arc;

/// What happens to a site.
#[derive(Clone, Debug)]
pub enum SiteInput {
    /// A deadline may have passed.
    Wake,
    /// A client's request got its turn.
    Request(Operation),
    /// The store finished a flush: the log is durable through this index.
    Persisted {
        /// The last durable index.
        through: Index,
    },
    /// A [`SiteEffect::Reread`] got its turn: the records are at hand.
    Reread(Batch),
    /// The other site said something.
    Peer(PeerMessage),
    /// A voter answered.
    Voter {
        /// Which voter.
        seat: Seat,
        /// Its answer.
        answer: VoterAnswer,
    },
    /// The voter of the same site durably accepted a value: a sign of the holder's life.
    Noticed(Register),
    /// An operator orders.
    Order(Order),
    /// An operator pushed a map.
    MapPushed(Arc<ResidencyMap>),
    /// An operator orders to restore the site's store from a backup, and attests that the stores of both
    /// sites are gone.
    Offered(Catalogue),
    /// A [`SiteEffect::BackUp`] is finished.
    BackedUp {
        /// The last index of the backup.
        through: Index,
    },
    /// A [`CopyCommand::Make`] was carried out, or refused by its target.
    Copied {
        /// In what kind of place.
        class: CopyClass,
        /// What was brought: everything after the first index, through the second.
        run: (Index, Index),
        /// Whether the target took it.
        taken: bool,
    },
    /// A row of the directory of homes, of this site's unit: all of them when it boots, and one that changes.
    Relocate(Relocation),
    /// The answer to a [`SiteEffect::Probe`]: where the platform says that the site stands, if it says anything.
    Probed(Option<Datacenter>),
    /// What came of a [`SiteEffect::Export`].
    Exported {
        /// Whose.
        tenant: Tenant,
        /// What the local log has of the tenant, as far as it was asked.
        here: Content,
        /// The answer of the new home. `None`: of the lot's run nothing is the tenant's, so nothing was sent.
        response: Option<Response>,
    },
    /// A row of the directory of seats, of this site's unit: all of them when it boots, and one that changes.
    Replace(Replacement),
}

/// What a site commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteEffect {
    /// Append the record of a request to the local log.
    Append {
        /// Where: the next index, under the site's epoch.
        position: Position,
        /// Whose record.
        request: Request,
    },
    /// Append the records that came with a batch to the local log.
    Store(Batch),
    /// Make everything appended so far durable, and say [`SiteInput::Persisted`] when it is. At most
    /// one flush is under way: what is appended meanwhile goes with the next (group commit).
    Flush {
        /// The last index to make durable.
        through: Index,
        /// What to write down of the store itself.
        label: Label,
    },
    /// Take everything after `keep` out of the log, and set it aside.
    Quarantine {
        /// The last index that stays.
        keep: Index,
        /// Everything after this index is set aside.
        after: Index,
        /// Every datacenter where that may be: on the very disk where it stood, if it is the own one.
        targets: Candidates,
        /// The one where it is set aside.
        to: Datacenter,
    },
    /// Everything through this index is on both sites: it need not be held record by record.
    Forget {
        /// The last such index.
        through: Index,
    },
    /// Put the bytes of a request into the datacenter's cache. The shipped service never does.
    Cache {
        /// Whose bytes.
        request: Request,
    },
    /// Bring backup media up to `through` of the local log: copy what they lack of it, whatever else
    /// they hold, and say [`SiteInput::BackedUp`] when all is durable there. A later command of this
    /// kind takes the place of one under way.
    BackUp {
        /// Every datacenter whose media may be used.
        targets: Candidates,
        /// The one whose media are to be used now.
        to: Datacenter,
        /// The last index of the backup.
        through: Index,
    },
    /// Stop the site, bring a backup by way of a staging place into its store, in the place of all that is
    /// there, and start it anew.
    Restore {
        /// The backup.
        backup: Catalogue,
        /// Every datacenter that may stage it.
        targets: Candidates,
        /// The one that is to.
        staging: Datacenter,
    },
    /// Read old records of the local log again, in turn with what clients ask, and say
    /// [`SiteInput::Reread`] when they are at hand.
    Reread(Batch),
    /// Send to the other site; with a batch, attach its records from the local log.
    ToPeer(PeerMessage),
    /// Ask the platform under the site where it stands, and say [`SiteInput::Probed`] before anything else.
    Probe,
    /// Keep on the own disk where the platform said that the site stands.
    KeepRegion(Datacenter),
    /// Send to a voter.
    ToVoter {
        /// Which voter.
        seat: Seat,
        /// What to ask.
        question: VoterQuestion,
    },
    /// Answer a client.
    Respond {
        /// Which request.
        request: Request,
        /// The answer.
        response: Response,
    },
    /// Say something of oneself.
    Announce(Announcement),
    /// Send what is a tenant's of a run of the local log to a site of its new home, or ask there what it has.
    Export {
        /// Whose.
        tenant: Tenant,
        /// The new home.
        to: Unit,
        /// Which of its sites.
        side: Side,
        /// The run; `None`: only ask.
        lot: Option<Lot>,
        /// How much of the local log counts as what is here.
        through: Index,
    },
    /// Change a row of the directory of homes, if it says [`Stage::Ordered`](super::relocation::Stage) yet.
    Settle(Relocation),
    /// Erase what is of a tenant's organization from every disk of the unit in this datacenter, and from the
    /// backup media in `targets` that are in reach.
    Erase {
        /// Whose.
        tenant: Tenant,
        /// Where the media may stand.
        targets: Candidates,
        /// In what kinds of place; the log stands for both sites' logs.
        classes: CopySet,
    },
    /// Do something to copies that are made from the local log.
    Copies(CopyCommand),
    /// Switch the machine of a seat of this unit off for good, and commission another where the directory of seats
    /// says, with an empty disk and an identity of its own; not while a site there runs that is out of reach, or has
    /// yet to bring a tail back.
    Commission {
        /// Which seat.
        seat: Seat,
    },
    /// The new machine of a seat has everything: erase what the place before has of this unit, if it is in reach.
    Retire {
        /// Which seat.
        seat: Seat,
        /// In what kinds of place.
        classes: CopySet,
    },
}

/// What a site commands of the copies that are made from its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyCommand {
    /// Bring a run of the log to a copy, which takes what it lacks of it; say [`SiteInput::Copied`].
    Make {
        /// In what kind of place.
        class: CopyClass,
        /// Every datacenter that may be used.
        targets: Candidates,
        /// The one that is to be used now.
        to: Datacenter,
        /// Everything after this index…
        after: Index,
        /// … through this one.
        through: Index,
    },
    /// Write lines of oneself, or send them to where devices are woken and scale units found.
    Tell(Opaque<Lines>),
    /// Delete every copy of a class that was made here.
    Delete(CopyClass),
    /// Delete every copy of a class that was made here longer than its lifetime ago.
    Sweep {
        /// In what kind of place.
        class: CopyClass,
        /// How long it may be kept.
        lifetime: Span,
    },
}
