//! The course of a run: faults strike in the safety phase; then they are healed, traffic ends, and
//! the service has to converge.

use super::event::Event;
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::Decisions;
use crate::terms::{Datacenter, Instant, Span};

/// How often it is looked at whether everything has converged.
const LOOK: Span = Span::secs(1);

impl<D: Decisions, O: Observer> World<D, O> {
    /// What is true before the first event.
    pub(super) fn begin(&mut self) {
        self.state_population();
        for datacenter in (0..).map(Datacenter).take(self.places.len()) {
            self.boot_sites(datacenter);
        }
        self.plan_traffic();
        self.plan_faults();
        self.plan_moves();
        self.plan_replacements();
        self.plan_upgrades();
        self.agenda.push(self.now + self.sample_every(), Event::Sample);
        self.agenda.push(self.plan.start + self.plan.duration, Event::Liveness);
    }

    /// The safety phase is over.
    pub(super) fn begin_liveness(&mut self) {
        self.quiet = true;
        self.end_faults();
        self.agenda.push(self.now + LOOK, Event::Settled);
    }

    /// Ends the run if everything has converged, or the time for it is up.
    pub(super) fn look_whether_settled(&mut self) {
        let last = self.settle_end();
        if self.has_converged() || self.now >= last {
            if !self.has_converged() {
                self.state_pending();
            }
            self.finish();
        } else {
            self.agenda.push((self.now + LOOK).min(last), Event::Settled);
        }
    }

    /// Ends the run.
    pub(super) fn finish(&mut self) {
        self.state_all_rests();
        self.state(Fact::Ended { unfinished: self.unfinished() });
        self.over = true;
    }

    fn settle_end(&self) -> Instant {
        self.plan.start + self.plan.duration + self.plan.settle
    }
}
