//! Seats of scale units that got another place: when, and what is left in the old one.

use crate::facts::Seating;
use crate::terms::{CopyClass, Datacenter, Instant, Seat, Unit};

/// One seat that was ordered to another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Whose seat.
    pub unit: Unit,
    /// Which.
    pub seat: Seat,
    /// The old place.
    pub from: Datacenter,
    /// The new place.
    pub to: Datacenter,
    /// When it was ordered.
    pub ordered: Instant,
    /// Since when a new machine stands there.
    pub commissioned: Option<Instant>,
    /// Since when the new one has everything; of a witness nothing is told.
    pub filled: Option<Instant>,
    /// What was erased in the old place, or lost there, and when.
    pub emptied: Vec<(CopyClass, Instant)>,
    /// Since when nothing is left there.
    pub left: Option<Instant>,
}

/// Folds them.
#[derive(Clone, Debug, Default)]
pub(super) struct SeatsFold(Vec<Replaced>);

impl SeatsFold {
    /// Something happened to a seat; `from` is where it is.
    pub(super) fn seating(&mut self, at: Instant, what: Seating, place: impl Fn(Unit, Seat) -> Datacenter) {
        match what {
            Seating::Ordered { unit, seat, to } => self.0.push(Replaced {
                unit,
                seat,
                from: place(unit, seat),
                to,
                ordered: at,
                commissioned: None,
                filled: None,
                emptied: Vec::new(),
                left: None,
            }),
            Seating::Commissioned { unit, seat, .. } => {
                self.of(unit, |one| one.seat == seat).for_each(|one| one.commissioned = Some(at));
            }
            Seating::Emptied { unit, datacenter, copy, .. } => {
                let here = |one: &Replaced| one.from == datacenter && one.commissioned.is_some();
                self.of(unit, here).for_each(|one| one.emptied.push((copy, at)));
            }
            Seating::Left { unit, seat, .. } => {
                self.of(unit, |one| one.seat == seat).for_each(|one| one.left = Some(at));
            }
        }
    }

    /// The store of a unit at a datacenter has everything.
    pub(super) fn certified(&mut self, at: Instant, unit: Unit, datacenter: Datacenter) {
        let new = |one: &Replaced| one.to == datacenter && one.commissioned.is_some();
        self.of(unit, new).for_each(|one| one.filled = one.filled.or(Some(at)));
    }

    pub(super) fn finish(self) -> Vec<Replaced> {
        self.0
    }

    fn of(&mut self, unit: Unit, is: impl Fn(&Replaced) -> bool) -> impl Iterator<Item = &mut Replaced> {
        self.0.iter_mut().filter(move |one| one.unit == unit && is(one))
    }
}
