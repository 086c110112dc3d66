//! What a unit survives, by the survivability table, and what is expected of a run that stays within it or not.
//!
//! A disk is what cannot be mended. Whatever else is struck is healed in the end, so with every disk alive
//! nothing that was acknowledged may be lost and nothing may be left unfinished, however many faults there are at
//! once: that is written into the scenario as thresholds. Within the budget faults come one after another, each
//! of one thing, so that each has the table's row to itself. Beyond it they come at once, of pairs, of boundaries
//! and of several boundaries: then what is expected is refusal, a boundary that is dark must be seen to refuse, and
//! in no case does anything land outside.

use super::super::pen::Pen;
use super::moment::{FIRST, SAFETY};
use crate::terms::Span;
use std::ops::Range;

/// What may still be broken.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    /// Whether faults come one at a time.
    pub(super) within: bool,
    /// Disks that may still be lost.
    disks: u32,
    /// Disks that were.
    lost: u32,
    /// Boundaries that are dark for longer than it takes to notice.
    dark: Vec<String>,
}

impl Budget {
    pub(super) fn draw(pen: &mut Pen<'_>) -> Self {
        let within = pen.choose("budget", &["beyond", "within"]) == Some("within");
        let two = !within && pen.chance(&["disks"]).ppm(100_000);
        Self { within, disks: if two { 2 } else { 1 }, lost: 0, dark: Vec::new() }
    }

    /// Takes one disk, if one may be lost.
    pub(super) const fn disk(&mut self) -> bool {
        let may = self.disks > 0;
        if may {
            self.disks -= 1;
            self.lost += 1;
        }
        may
    }

    /// Takes two disks at once, if none was lost: an operator's word that both are gone is then true of no others.
    pub(super) const fn two_disks(&mut self) -> bool {
        let may = self.lost == 0;
        if may {
            self.disks = 0;
            self.lost = 2;
        }
        may
    }

    /// A boundary is without power for so long.
    pub(super) fn dark(&mut self, boundary: &str, lasts: Span) {
        if lasts >= Span::secs(60) {
            self.dark.push(boundary.into());
        }
    }

    /// When the fault that is the `nth` of so many may be on: within the budget, in a part of the run that is its
    /// own, and ending early enough for what it took to be back.
    pub(super) fn slot(&self, nth: u64, of: u64) -> Range<u64> {
        let millis = |span: Span| span.as_micros() / 1_000;
        let (first, end) = (millis(FIRST), millis(SAFETY));
        if !self.within {
            return first..end;
        }
        let length = (end - first) / of;
        first + nth * length..first + nth * length + length / 2
    }

    /// Writes what is expected.
    pub(super) fn expect(&self, pen: &mut Pen<'_>, strict: bool, heals: bool) {
        let mut limit = |metric: &str, limit: &str| {
            pen.line(&format!("\n[[threshold]]\nmetric = \"{metric}\"\n{limit}"));
        };
        limit("landings_outside", "max = 0");
        // What is lost in the end takes its disk along.
        let lost = self.lost + u32::from(!heals);
        if lost == 0 || lost == 1 && strict {
            limit("lost", "max = 0");
        }
        if self.lost == 0 && heals {
            limit("unfinished", "max = 0");
        }
        for boundary in &self.dark {
            limit("queued", &format!("boundary = \"{boundary}\"\nmin = 1"));
        }
    }
}
