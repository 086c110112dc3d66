//! What a unit survives, by the survivability table, and what is expected of a run that stays within it or not.
//!
//! A disk is what cannot be mended. Whatever else is struck is healed in the end, so with every disk alive
//! nothing that was acknowledged may be lost and nothing may be left unfinished, however many faults there are at
//! once: that is written into the scenario as thresholds. Within the budget faults come one after another, each
//! of one thing, so that each has the table's row to itself. Beyond it they come at once, of pairs, of boundaries
//! and of several boundaries: then what is expected is refusal, a boundary that is dark must be seen to refuse, and
//! in no case does anything land outside.

use super::super::pen::{Pen, one_of};
use super::ground::Field;
use super::moment::{FIRST, SAFETY, Start};
use super::people;
use crate::terms::Span;
use std::collections::BTreeMap;
use std::ops::Range;

/// How many writes are made where it is dark, on average: of old cards and private talk some never come there.
const WRITES: u64 = 40;

/// Where nothing may be sent from outside, and two of three devices are, so many users have one inside for certain.
const USERS: u64 = 40;

/// What may still be broken.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    /// Whether faults come one at a time.
    pub(super) within: bool,
    /// Disks that may still be lost.
    disks: u32,
    /// Disks that were.
    lost: u32,
    /// Whether a seat gets another place, where its disk is as good as lost until it is filled anew.
    refilled: bool,
    /// Boundaries that are dark for longer than it takes to notice, and for how long.
    dark: BTreeMap<String, Span>,
}

impl Budget {
    pub(super) fn draw(pen: &mut Pen<'_>) -> Self {
        let within = pen.choose("budget", &["beyond", "within"]) == Some("within");
        let two = !within && pen.chance(&["disks"]).ppm(100_000);
        Self { within, disks: if two { 2 } else { 1 }, lost: 0, refilled: false, dark: BTreeMap::new() }
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
        let may = self.lost == 0 && !self.refilled;
        if may {
            self.disks = 0;
            self.lost = 2;
        }
        may
    }

    /// Whether a seat may get another place, once in a run: one disk is as good as lost meanwhile.
    pub(super) const fn refills(&mut self) -> bool {
        let may = self.disks > 0 && !self.refilled;
        if may {
            self.disks -= 1;
            self.refilled = true;
        }
        may
    }

    /// The same of a disk that was lost already.
    pub(super) const fn refills_lost(&mut self) -> bool {
        let may = !self.refilled;
        if may {
            self.refilled = true;
        }
        may
    }

    /// A boundary is without power for so long.
    pub(super) fn dark(&mut self, boundary: &str, lasts: Span) {
        if lasts >= Span::secs(60) {
            let longest = self.dark.entry(boundary.into()).or_default();
            *longest = lasts.max(*longest);
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

    /// Writes who is at home where it is dark, so many that some write meanwhile, unless all are idle or may
    /// write elsewhere.
    pub(super) fn witnesses(&mut self, pen: &mut Pen<'_>, field: &Field, start: &Start) {
        // Until the effective instant it counts where a conversation began, and some begin theirs abroad.
        let begins_elsewhere = start.effective > start.at && pen.has_chosen("abroad:many");
        if start.is_sunday() || begins_elsewhere {
            self.dark.clear();
        }
        let (_, records) = people::records_a_day(pen);
        let least = if pen.has_chosen("transit:in-boundary") { USERS } else { 1 };
        for (boundary, lasts) in &self.dark {
            let Some(ground) = field.grounds.iter().find(|ground| ground.boundary == *boundary) else { continue };
            // A country that goes local takes its tenants along.
            let stay: Vec<_> = ground.countries.iter().filter(|country| *country != "AU").collect();
            let country = *one_of(&mut pen.chance(&["witness", boundary]), &stay);
            let users = Span::hours(24 * WRITES).as_micros().div_ceil(records * lasts.as_micros()).max(least);
            pen.line(&format!("\n[[tenant]]\nname = \"wingtip-{boundary}\"\nbilling_country = \"{country}\""));
            // By its own clock it may be Sunday still.
            pen.line(&format!("users = {users}\nsigned_up = 2018-06-01\ntime_zone = \"UTC\""));
        }
    }

    /// Writes what is expected.
    pub(super) fn expect(&self, pen: &mut Pen<'_>, strict: bool, heals: bool) {
        let mut limit = |metric: &str, limit: &str| {
            pen.line(&format!("\n[[threshold]]\nmetric = \"{metric}\"\n{limit}"));
        };
        limit("landings_outside", "max = 0");
        // What is lost in the end takes its disk along.
        let lost = self.lost + u32::from(self.refilled) + u32::from(!heals);
        if lost == 0 || lost == 1 && strict {
            limit("lost", "max = 0");
        }
        if self.lost == 0 && heals {
            limit("unfinished", "max = 0");
        }
        for boundary in self.dark.keys() {
            limit("queued", &format!("boundary = \"{boundary}\"\nmin = 1"));
        }
    }
}
