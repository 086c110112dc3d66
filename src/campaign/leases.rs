//! The leases and disks of a run as facts state them: who took over, from what mode, by whose order, and
//! in what mode a disk was lost. A value of the register counts once two voters durably have it.

use crate::facts::{Fact, Observer, Seating};
use crate::terms::{Epoch, Instant, Mode, Seat, Tally, Unit, VoterRecord};

/// A lease went to the other site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Takeover {
    pub(super) unit: Unit,
    pub(super) epoch: Epoch,
    pub(super) at: Instant,
    /// The mode that the register had before.
    pub(super) mode: Mode,
    /// Whether an operator had ordered it by force.
    pub(super) forced: bool,
}

/// The disk of a site was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DiskLoss {
    pub(super) unit: Unit,
    /// The mode that the register had.
    pub(super) mode: Mode,
}

/// Folds facts of every unit.
#[derive(Debug, Default)]
pub(super) struct Leases {
    books: Vec<Book>,
    pub(super) takeovers: Vec<Takeover>,
    pub(super) disks_lost: Vec<DiskLoss>,
    /// Acknowledgements, repeated ones included.
    pub(super) acknowledged: u64,
}

#[derive(Clone, Debug, Default)]
struct Book {
    register: Tally,
    ordered: bool,
}

impl Leases {
    pub(super) fn new(units: usize) -> Self {
        Self { books: vec![Book::default(); units], ..Self::default() }
    }

    fn persisted(&mut self, at: Instant, unit: Unit, seat: Seat, record: &VoterRecord) {
        let book = &mut self.books[unit.index()];
        let before = book.register.value();
        let Some(value) = book.register.persisted(seat, record) else { return };
        let Some(before) = before.filter(|before| before.epoch < value.epoch) else { return };
        let forced = std::mem::take(&mut book.ordered);
        if before.holder != value.holder {
            let (epoch, mode) = (value.epoch, before.mode);
            self.takeovers.push(Takeover { unit, epoch, at, mode, forced });
        }
    }
}

impl Observer for Leases {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        match *fact {
            Fact::VoterPersisted { unit, seat, record, .. } => self.persisted(at, unit, seat, &record.get()),
            Fact::RefoundOrdered { unit, .. } => self.books[unit.index()].ordered = true,
            Fact::Ordered { unit, forced } => self.books[unit.index()].ordered |= forced,
            Fact::MemoryLost { unit, seat, .. } => self.books[unit.index()].register.lost(seat),
            Fact::StorageLost { unit, .. } => {
                let mode = self.books[unit.index()].register.value().map_or(Mode::Replicated, |value| value.mode);
                self.disks_lost.push(DiskLoss { unit, mode });
            }
            Fact::Seating(Seating::Commissioned { unit, seat, .. }) => {
                let register = &mut self.books[unit.index()].register;
                let mode = register.value().map_or(Mode::Replicated, |value| value.mode);
                register.lost(seat);
                self.disks_lost.extend((seat != Seat::Witness).then_some(DiskLoss { unit, mode }));
            }
            Fact::Acknowledged { .. } => self.acknowledged += 1,
            _ => {}
        }
    }
}
