//! Seats of scale units that get another place: from then on every book speaks of where they are.

use super::Ledger;
use crate::facts::Seating;
use crate::terms::{CopyClass, Instant, Side};

impl Ledger {
    /// A new machine with an empty disk stands in the place of another, or something left is gone.
    pub(super) fn seating(&mut self, at: Instant, what: Seating) {
        match what {
            Seating::Commissioned { unit, seat, from, to } => {
                self.contract.units[unit.index()].put(seat, to);
                self.world.seated(unit, to, at);
                self.registers.of_mut(unit).wipe(seat, at);
                if self.world.runs_beyond_rho(to) {
                    self.registers.clock_beyond_rho(&self.contract, to);
                }
                if let Some(side) = Side::BOTH.into_iter().find(|side| side.seat() == seat) {
                    self.heard.moved((unit, side), from, to);
                    self.logs[unit.index()].storage_lost(side, at);
                    self.shelves[unit.index()].disk_lost(side, to);
                    self.tails[unit.index()].forget(side);
                    self.told.forgotten((unit, side));
                }
            }
            Seating::Emptied { unit, datacenter, copy, .. } => {
                self.shelves[unit.index()].emptied(copy, datacenter);
                if copy == CopyClass::Backup {
                    self.backups[unit.index()].lost(datacenter);
                }
            }
            Seating::Ordered { .. } | Seating::Left { .. } => {}
        }
    }
}
