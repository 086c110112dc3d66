//! What physically happened, as a stream. **Nobody stores it; observers fold it.**
//!
//! The world ([`crate::sim`]) states each [`Fact`] as it becomes true, with its own places, never with what production
//! believes, but for [`Fact::Announced`], which the oracle ignores. [`Observer`]s compose in tuples statically.

mod announcement;
mod configured;
mod copies;
mod digest;
mod dropped;
mod fate;
mod moving;
mod observer;
mod pending;
mod reread;
mod retried;
mod seating;
pub use announcement::Announcement;
pub use configured::Configured;
pub use copies::Copies;
pub use digest::{Digest, DigestValue};
pub use dropped::{Dropped, Unserved};
pub use fate::{Fate, Reconciled};
pub use moving::Moving;
pub use observer::Observer;
pub use pending::{Obstacle, Pending, Restless};
pub use reread::Reread;
pub use retried::Retried;
pub use seating::Seating;

use crate::terms::{
    Birth, Conversation, CopyClass, Datacenter, DatacenterSet, Epoch, Index, Instant, Network, Opaque, Opening,
    Position, Refusal, Seat, Side, Span, Tenancy, Unit, UnitSet, User, VoterRecord,
};

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// A tenant exists. Stated before the first event of a run, tenants in order.
    TenantFounded(Tenancy),
    /// A conversation was opened: before the run's start where it is older, else at its first record.
    ConversationOpened(Opening),
    /// A record was made on a device. Production has not seen it yet.
    RecordBorn(Birth),
    /// Production named the datacenters that may get a record's bytes. Stated for every list.
    CandidatesListed {
        /// The record.
        birth: Birth,
        /// The scale unit that production chose.
        unit: Unit,
        /// Every datacenter that production would use, now or after a failure.
        candidates: DatacenterSet,
    },
    /// A write reached a site and got its turn there.
    WriteReceived {
        /// The record.
        birth: Birth,
        /// The scale unit asked.
        unit: Unit,
        /// The site's datacenter.
        datacenter: Datacenter,
        /// Writes that wait at the site behind this one.
        queue: u32,
    },
    /// Content came to rest and is durable.
    Landed {
        /// The record.
        birth: Birth,
        /// In what kind of place.
        copy: CopyClass,
        /// Where, physically.
        datacenter: Datacenter,
        /// On whose storage.
        unit: Unit,
        /// At which position of the log; zero outside logs.
        position: Position,
    },
    /// A run of records came to rest in a backup or in resynchronisation. Each had landed by itself before, or, in a
    /// log, was erased before it was durable, so that only its place is left.
    RangeLanded {
        /// In what kind of place.
        copy: CopyClass,
        /// Where, physically.
        datacenter: Datacenter,
        /// Whose log.
        unit: Unit,
        /// The epoch of all records of the run.
        epoch: Epoch,
        /// The first index.
        first: Index,
        /// The last index.
        last: Index,
    },
    /// A tail was taken out of a site's log. Its records land one by one as [`CopyClass::QuarantinedTail`].
    TailCut {
        /// Where.
        datacenter: Datacenter,
        /// Whose log.
        unit: Unit,
        /// The last position that stays; zero where nothing stays.
        keeps: Position,
    },
    /// A voter's record is durable.
    VoterPersisted {
        /// Whose lease.
        unit: Unit,
        /// Which voter.
        seat: Seat,
        /// Where, physically.
        datacenter: Datacenter,
        /// What it holds now.
        record: Opaque<VoterRecord>,
    },
    /// The acknowledgement of a write left a site.
    Acknowledged {
        /// The record.
        birth: Birth,
        /// The scale unit.
        unit: Unit,
        /// The site's datacenter.
        datacenter: Datacenter,
        /// The epoch under which the site acknowledged.
        epoch: Epoch,
        /// Where the record stands in the unit's log.
        position: Position,
    },
    /// A client learned of the acknowledgement of its write.
    Confirmed {
        /// The record.
        birth: Birth,
        /// The scale unit.
        unit: Unit,
    },
    /// A write was refused. `site` is `None` where the client library refused by itself.
    WriteRefused {
        /// The record.
        birth: Birth,
        /// The scale unit, where one was chosen.
        unit: Option<Unit>,
        /// The refusing site's datacenter.
        site: Option<Datacenter>,
        /// Why.
        refusal: Refusal,
        /// Writes that wait at the site.
        queue: u32,
    },
    /// A write went into its device's outbox, to be tried again.
    Queued {
        /// The record.
        birth: Birth,
        /// The scale unit it waits for.
        unit: Unit,
    },
    /// A reader opened a conversation and was shown parts of it.
    Read {
        /// The conversation.
        conversation: Conversation,
        /// The reader.
        reader: User,
        /// Where the reader's device is.
        network: Network,
        /// When the reader asked.
        asked: Instant,
        /// The scale units whose part was shown.
        shown: UnitSet,
        /// The scale units whose part was refused, with a typed reason given to the reader.
        withheld: UnitSet,
    },
    /// A datacenter gained or lost power; without it nothing there runs, and memory is lost.
    Power {
        /// Which.
        datacenter: Datacenter,
        /// Whether it has power now.
        on: bool,
    },
    /// The storage of one scale unit's site was lost.
    StorageLost {
        /// Whose.
        unit: Unit,
        /// Which site.
        side: Side,
        /// Where.
        datacenter: Datacenter,
    },
    /// One direction of a link was cut or mended.
    Link {
        /// The sending end.
        from: Datacenter,
        /// The receiving end.
        to: Datacenter,
        /// Whether anything arrives.
        up: bool,
    },
    /// Clients of every place lost or regained their way to a datacenter.
    Access {
        /// Which datacenter.
        datacenter: Datacenter,
        /// Whether clients reach it.
        up: bool,
    },
    /// A datacenter's processes stand still, or run again. Memory is kept.
    Paused {
        /// Which.
        datacenter: Datacenter,
        /// Whether they stand still.
        paused: bool,
    },
    /// A datacenter's clock changed its rate or was stepped.
    ClockChanged {
        /// Which.
        datacenter: Datacenter,
        /// Offset of its wall clock from true time, in microseconds.
        offset_us: i64,
        /// Deviation of its rate, in parts per million.
        drift_ppm: i32,
    },
    /// An operator pushed a map to a site.
    MapPushed {
        /// The site's datacenter.
        datacenter: Datacenter,
        /// Whether the map agrees with where things truly stand.
        truthful: bool,
    },
    /// An operator's order reached a scale unit.
    Ordered {
        /// Which.
        unit: Unit,
        /// Whether it is a forced failover, which may lose records, and not a planned switchover.
        forced: bool,
    },
    /// A scheduled fault struck: it broke something, or from now on alone keeps it broken.
    FaultBegan {
        /// Its place in the plan.
        fault: u16,
    },
    /// A fault was lifted.
    FaultEnded {
        /// Its place in the plan.
        fault: u16,
    },
    /// The safety phase is over: every fault was healed, and the service must converge.
    LivenessBegan,
    /// The run is over.
    Ended {
        /// Writes still in outboxes or under way.
        unfinished: u64,
    },
    /// How busy a datacenter was since the last such fact.
    Load {
        /// Which.
        datacenter: Datacenter,
        /// Requests that got their turn there, and old records read: those that take as long.
        served: u32,
        /// Over how long.
        window: Span,
    },
    /// The replication lag of a scale unit, sampled: what happens between two samples is not in it.
    Lag {
        /// Which.
        unit: Unit,
        /// Records durable at the holder and not at its peer.
        records: u64,
        /// Age of the oldest of them; zero where there is none.
        age: Span,
    },
    /// Production said something of itself. **No invariant reads this.**
    Announced {
        /// Which scale unit.
        unit: Unit,
        /// Which site.
        side: Side,
        /// What it said.
        announcement: Announcement,
    },
    /// A device sent a request again, of whatever kind, because an earlier attempt had failed.
    Retried(Retried),
    /// A request was taken out of a datacenter's queue unserved: its client had given up.
    Dropped(Dropped),
    /// Production named the datacenters that may get a copy of a scale unit's log. Stated for every list.
    TargetsListed {
        /// Whose log.
        unit: Unit,
        /// In what kind of place.
        copy: CopyClass,
        /// Every datacenter that production would use, now or after a failure.
        candidates: DatacenterSet,
    },
    /// A backup was finished: the media hold the log of a scale unit as it stood when the backup was ordered.
    BackedUp {
        /// Whose.
        unit: Unit,
        /// Where the media stand, physically.
        datacenter: Datacenter,
        /// When it was begun: at once, unless the site that writes it stood still.
        taken: Instant,
        /// The end of the log on them.
        end: Position,
    },
    /// One direction of a link became worse or better than it is by nature.
    LinkQuality {
        /// The sending end.
        from: Datacenter,
        /// The receiving end.
        to: Datacenter,
        /// Messages lost besides, in parts per million.
        loss_ppm: u32,
        /// Time added.
        delay: Span,
    },
    /// The processes of one unit at a datacenter stand still, or run again. Memory is kept.
    UnitPaused {
        /// Whose.
        unit: Unit,
        /// Where.
        datacenter: Datacenter,
        /// Whether they stand still.
        paused: bool,
    },
    /// The disks of a unit's site and voters at a datacenter changed their speed.
    Disk {
        /// Whose.
        unit: Unit,
        /// Where.
        datacenter: Datacenter,
        /// The median time of one flush from now on.
        flush: Span,
    },
    /// A datacenter changed the rate at which it serves requests.
    Capacity {
        /// Which.
        datacenter: Datacenter,
        /// The share of its rate that it has from now on, in parts per million.
        share_ppm: u32,
    },
    /// What became of a record that had been set aside with a tail is known now.
    Reconciled(Reconciled),
    /// Every backup that stood in a datacenter was lost.
    BackupsLost(Datacenter),
    /// An operator ordered a restore from a backup, and attested that the stores of both sites are gone.
    RestoreOrdered(Unit),
    /// The store of a site holds what a backup held, and nothing else.
    Restored {
        /// Whose.
        unit: Unit,
        /// Which site.
        side: Side,
        /// Where, physically.
        datacenter: Datacenter,
        /// When the backup was begun.
        taken: Instant,
        /// The end of the backup.
        end: Position,
    },
    /// The memory of a voter was lost with its disk, in whose place an earlier copy of it may stand.
    MemoryLost {
        /// Whose lease.
        unit: Unit,
        /// Which voter.
        seat: Seat,
        /// Where, physically.
        datacenter: Datacenter,
        /// Whether one does.
        copy: bool,
    },
    /// The record of a store that had been lost says durably that it has everything again.
    StoreCertified {
        /// Whose.
        unit: Unit,
        /// Which site.
        side: Side,
        /// Where.
        datacenter: Datacenter,
    },
    /// An operator ordered a lease to be founded anew on one site, for what the two others stored is destroyed.
    RefoundOrdered {
        /// Whose lease.
        unit: Unit,
        /// The survivor.
        side: Side,
    },
    /// A scale unit has not converged, and the run ends.
    Pending(Pending),
    /// Old records of a log were read again, to bring the other site back.
    Reread(Reread),
    /// Something else happened to copies of a log.
    Copies(Copies),
    /// A datacenter will never have power again, and what is on its disks is lost with it.
    GoneForGood(Datacenter),
    /// A tenant moves.
    Moving(Moving),
    /// A seat of a scale unit gets another place.
    Seating(Seating),
    /// A site was told something by configuration, or by the platform under it.
    Configured(Configured),
    /// A request came to nothing otherwise, or nobody heard of it.
    Unserved(Unserved),
    /// A machine never came to rest, and the run ends.
    Restless(Restless),
}
