//! Old records that are read again to bring a peer back: they wait for their turn in the queue before a
//! datacenter's sites, and take it from clients.

use super::datacenter::Place;
use super::event::SiteId;
use super::message::Local;
use super::queue::Turn;
use super::world::World;
use crate::facts::{Fact, Observer, Reread};
use crate::service::{Batch, Decisions, FrontEnd, SiteInput};

/// What takes as long as one request, in millionths.
const REQUEST: u64 = 1_000_000;

/// Old records that wait to be read at a datacenter.
#[derive(Debug)]
pub(super) struct Rereading {
    /// What reading one takes, in millionths of the time of one request.
    record_ppm: u64,
    /// Batches in the queue.
    pub(super) turns: u32,
    /// What they take.
    waiting_ppm: u64,
    /// What has been read and is not yet counted as a request served.
    uncounted_ppm: u64,
}

impl Rereading {
    /// Nothing waits at a datacenter where reading a record takes so many millionths of a request.
    pub(super) const fn new(record_ppm: u32) -> Self {
        Self { record_ppm: record_ppm as u64, turns: 0, waiting_ppm: 0, uncounted_ppm: 0 }
    }

    /// How many requests take as long as what waits.
    pub(super) fn requests(&self) -> u32 {
        u32::try_from(self.waiting_ppm / REQUEST).unwrap_or(u32::MAX)
    }

    /// What a batch takes, in millionths of the time of one request.
    pub(super) const fn cost_ppm(&self, batch: Batch) -> u64 {
        self.record_ppm.saturating_mul(batch.last + 1 - batch.first)
    }

    /// How many requests a batch takes the time of, to the whole one.
    pub(super) fn takes(&self, batch: Batch) -> u32 {
        u32::try_from(self.cost_ppm(batch).div_ceil(REQUEST)).unwrap_or(u32::MAX)
    }

    /// The queue is gone.
    pub(super) const fn clear(&mut self) {
        (self.turns, self.waiting_ppm) = (0, 0);
    }

    /// A batch in the queue is for nobody any more.
    pub(super) const fn forget(&mut self, batch: Batch) {
        self.turns -= 1;
        self.waiting_ppm -= self.cost_ppm(batch);
    }

    const fn wait(&mut self, batch: Batch) {
        self.turns += 1;
        self.waiting_ppm += self.cost_ppm(batch);
    }

    /// A batch has been read. How many requests were served by that, to the whole one.
    fn done(&mut self, batch: Batch) -> u32 {
        self.turns -= 1;
        self.waiting_ppm -= self.cost_ppm(batch);
        let counted = self.uncounted_ppm + self.cost_ppm(batch);
        self.uncounted_ppm = counted % REQUEST;
        u32::try_from(counted / REQUEST).unwrap_or(u32::MAX)
    }
}

impl Place {
    /// The last old records in the queue: where, and how many requests they take the time of.
    fn last_old(&self) -> Option<(usize, u32)> {
        let old = |(place, turn): (usize, &Turn)| match *turn {
            Turn::Reread(_, batch) => Some((place, self.rereading.takes(batch))),
            Turn::Ask(..) => None,
        };
        self.queue.iter().enumerate().rev().find_map(old)
    }
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Puts old records of a site's log into the queue. No limit of the queue holds for them: a
    /// site has one batch there at most.
    pub(super) fn line_up_reread(&mut self, site: SiteId, batch: Batch) {
        let datacenter = self.sites[site.index()].datacenter();
        let place = &mut self.places[datacenter.index()];
        place.rereading.wait(batch);
        if place.rereading.cost_ppm(batch) == 0 {
            self.reread(site, batch);
            return;
        }
        let (waiting, takes) = (place.queue.len(), place.rereading.takes(batch));
        let before = FrontEnd::before_old(waiting, takes, place.last_old(), &self.policy);
        if place.line_up(before, Turn::Reread(site, batch)) {
            self.plan_turn(datacenter);
        }
    }

    /// Old records have been read.
    pub(super) fn reread(&mut self, site: SiteId, batch: Batch) {
        let (unit, datacenter) = (site.unit(), self.sites[site.index()].datacenter());
        let requests = self.places[datacenter.index()].rereading.done(batch);
        if requests > 0 {
            self.count_served(datacenter, requests);
        }
        self.state(Fact::Reread(Reread { unit, datacenter, records: batch.last + 1 - batch.first, requests }));
        self.hand(datacenter, Local::Site(site, SiteInput::Reread(batch), None));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Epoch, Index, Position};

    fn records(first: Index, last: Index) -> Batch {
        Batch { epoch: Epoch(1), run: 0, previous: Position::default(), of: Epoch(1), first, last }
    }

    #[test]
    fn what_is_read_counts_as_the_requests_that_take_as_long() {
        let mut rereading = Rereading::new(20_000);
        let batches = [records(1, 120), records(121, 125)];
        for batch in batches {
            rereading.wait(batch);
        }
        assert_eq!((rereading.turns, rereading.requests()), (2, 2));
        assert_eq!(batches.map(|batch| rereading.done(batch)), [2, 0]);
        rereading.wait(records(1, 25));
        assert_eq!(rereading.done(records(1, 25)), 1, "what is left of one counts with the next");
        assert_eq!((rereading.turns, rereading.requests()), (0, 0));
    }
}
