//! Samples of load and of replication lag.

use super::event::{Event, SiteId};
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::Decisions;
use crate::terms::{Datacenter, Instant, Span, Unit};

/// So many samples are taken in the safety phase.
const SAMPLES: u64 = 288;

impl<D: Decisions, O: Observer> World<D, O> {
    /// Measures every datacenter and every scale unit, and plans the next time.
    pub(super) fn sample(&mut self) {
        let window = self.sample_every();
        for datacenter in (0..).map(Datacenter).take(self.places.len()) {
            let served = std::mem::take(&mut self.places[datacenter.index()].served);
            self.state(Fact::Load { datacenter, served, window });
        }
        for unit in (0..).map(Unit).take(self.units.len()) {
            let (records, age) = self.lag(unit);
            self.state(Fact::Lag { unit, records, age });
        }
        self.state_all_rests();
        self.agenda.push(self.now + window, Event::Sample);
    }

    /// The time between two samples.
    pub(super) fn sample_every(&self) -> Span {
        Span(self.plan.duration.0 / SAMPLES).max(Span::secs(1))
    }

    /// What is durable at the holder of a unit's lease and not at its peer: how many records, and
    /// for how long the oldest has been there. Of records that nobody holds one by one it is only
    /// known that they have been missing since the peer lost its store.
    fn lag(&self, unit: Unit) -> (u64, Span) {
        let Some(register) = self.register(unit) else { return (0, Span::ZERO) };
        let site = SiteId::new(unit, register.holder);
        let [holder, peer] = [site, site.peer()].map(|site| &self.sites[site.index()].store);
        let common = holder.agreement(peer);
        if common >= holder.durable() {
            return (0, Span::ZERO);
        }
        let since = holder.entry(common + 1).map(|entry| entry.appended).or(peer.lost());
        (holder.durable() - common, self.now.since(since.unwrap_or(Instant::NEVER)))
    }
}
