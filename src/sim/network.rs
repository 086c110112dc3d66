//! Links between datacenters, and the way between clients and datacenters.
//!
//! Cuts and losses are decided at delivery ([`Network::delivers`]), so what is in flight is lost too.

use super::Plan;
use super::chance::{Chance, Purpose, named};
use super::plan::{AccessPlan, LinkPlan};
use crate::terms::{Boundary, Bytes, Datacenter, Instant, Span};

/// The time of a message between two processes of one datacenter.
const LOCAL: Span = Span::micros(100);

/// Everything between machines.
#[derive(Clone, Debug)]
pub struct Network {
    datacenters: usize,
    /// One for each direction: the row is the sender.
    links: Vec<Link>,
    access: AccessPlan,
    /// One for each place (row) and datacenter.
    ways: Vec<Way>,
    doors: Vec<Door>,
}

/// One direction of a link.
#[derive(Clone, Debug)]
struct Link {
    plan: LinkPlan,
    /// How many faults cut it.
    cuts: u32,
    /// Loss and delay that faults add.
    worse: LinkFault,
    /// Messages that were lost because it was cut.
    lost_by_cuts: u64,
    /// Messages that were lost or late while it was worse.
    worsened: u64,
    /// Until when it is sending what it was given.
    busy: Instant,
    /// When the last message so far arrives: none overtakes it.
    last: Instant,
    /// When the last signal so far arrives.
    last_signal: Instant,
    jitter: Chance,
    loss: Chance,
}

#[derive(Clone, Copy, Debug, Default)]
struct LinkFault {
    loss_ppm: u32,
    delay: Span,
}

/// Between the clients of a place and a datacenter.
#[derive(Clone, Debug)]
struct Way {
    delay: Span,
    jitter: Span,
    chance: Chance,
}

/// Where clients enter a datacenter.
#[derive(Clone, Debug)]
struct Door {
    /// How many faults close it.
    closed: u32,
    /// Messages that were lost because it was closed.
    shut_out: u64,
    loss: Chance,
}

impl Network {
    /// The network of a plan, with nothing under way.
    pub fn new(plan: &Plan) -> Self {
        let names = || plan.datacenters.iter().map(|datacenter| datacenter.name.as_str());
        let rows = plan.links.iter().zip(names());
        let links = rows.flat_map(|(row, from)| row.iter().zip(names()).map(move |(link, to)| (link, from, to)));
        let ways = plan.boundaries.iter().flat_map(|place| {
            let metro = place.metro;
            names().zip((0..).map(Datacenter)).map(move |(name, to)| Way::new(plan, &place.name, metro, name, to))
        });
        let door =
            |name| Door { closed: 0, shut_out: 0, loss: Chance::open(plan.seed, Purpose::AccessLoss, named(&[name])) };
        Self {
            datacenters: plan.datacenters.len(),
            links: links.map(|(link, from, to)| Link::new(plan.seed, *link, from, to)).collect(),
            access: plan.access,
            ways: ways.collect(),
            doors: names().map(door).collect(),
        }
    }

    /// When a message sent now arrives: it waits for those sent before it, is sent at the link's
    /// bandwidth, travels, and overtakes none.
    pub fn send(&mut self, now: Instant, from: Datacenter, to: Datacenter, size: Bytes) -> Instant {
        if from == to {
            return now + LOCAL;
        }
        self.link(from, to).send(now, size)
    }

    /// When a signal sent now arrives: a message that is small, and does not wait behind those of
    /// [`Network::send`]. No signal overtakes another.
    pub fn signal(&mut self, now: Instant, from: Datacenter, to: Datacenter) -> Instant {
        if from == to {
            return now + LOCAL;
        }
        self.link(from, to).signal(now)
    }

    /// How long a message sent now would wait for those sent before it.
    pub fn backlog(&self, now: Instant, from: Datacenter, to: Datacenter) -> Span {
        if from == to { Span::ZERO } else { self.links[self.place(from, to)].busy.since(now) }
    }

    /// Whether a message that would arrive now does: the link is not cut, and chance does not lose it.
    pub fn delivers(&mut self, from: Datacenter, to: Datacenter) -> bool {
        from == to || self.link(from, to).delivers()
    }

    /// Cuts one direction of a link, or takes one cut back: it is up again when all are taken back.
    ///
    /// # Panics
    ///
    /// If a cut is taken back that was never made.
    pub fn set_cut(&mut self, from: Datacenter, to: Datacenter, cut: bool) {
        count(&mut self.link(from, to).cuts, cut);
    }

    /// Whether nothing cuts this direction.
    pub fn is_up(&self, from: Datacenter, to: Datacenter) -> bool {
        self.cuts(from, to) == 0
    }

    /// How many faults cut this direction.
    pub fn cuts(&self, from: Datacenter, to: Datacenter) -> u32 {
        if from == to { 0 } else { self.links[self.place(from, to)].cuts }
    }

    /// Makes both directions of a link worse, or takes that back. Several such faults add up.
    ///
    /// # Panics
    ///
    /// If something is taken back that was never made.
    pub fn degrade(&mut self, a: Datacenter, b: Datacenter, loss_ppm: u32, delay: Span, on: bool) {
        for (from, to) in [(a, b), (b, a)] {
            self.link(from, to).worse.change(loss_ppm, delay, on);
        }
    }

    /// How much worse one direction of a link is than by nature: messages lost, in parts per million,
    /// and time added.
    pub fn worse(&mut self, from: Datacenter, to: Datacenter) -> (u32, Span) {
        let LinkFault { loss_ppm, delay } = self.link(from, to).worse;
        (loss_ppm, delay)
    }

    /// When a request that a device in the network of `place` sends now reaches a datacenter.
    pub fn send_client(&mut self, now: Instant, place: Boundary, to: Datacenter) -> Instant {
        now + self.way(place, to).time()
    }

    /// When an answer that a datacenter sends now reaches a device in the network of `place`.
    pub fn reply_client(&mut self, now: Instant, from: Datacenter, place: Boundary) -> Instant {
        now + self.way(place, from).time()
    }

    /// Whether a message between a client and a datacenter that would arrive now does.
    pub fn delivers_client(&mut self, datacenter: Datacenter) -> bool {
        let door = &mut self.doors[datacenter.index()];
        if door.closed > 0 {
            door.shut_out += 1;
            return false;
        }
        self.access.loss_ppm == 0 || !door.loss.ppm(self.access.loss_ppm)
    }

    /// Closes a datacenter to all clients (`up` is false), or takes one closing back.
    ///
    /// # Panics
    ///
    /// If a closing is taken back that was never made.
    pub fn set_access(&mut self, datacenter: Datacenter, up: bool) {
        count(&mut self.doors[datacenter.index()].closed, !up);
    }

    /// Whether clients reach a datacenter.
    pub fn access_up(&self, datacenter: Datacenter) -> bool {
        self.closings(datacenter) == 0
    }

    /// How many faults close a datacenter to all clients.
    pub fn closings(&self, datacenter: Datacenter) -> u32 {
        self.doors[datacenter.index()].closed
    }

    /// Messages that were lost in this direction because it was cut.
    pub fn lost_by_cuts(&self, from: Datacenter, to: Datacenter) -> u64 {
        self.links[self.place(from, to)].lost_by_cuts
    }

    /// Messages that were lost or late in this direction while it was worse than by nature.
    pub fn worsened(&self, from: Datacenter, to: Datacenter) -> u64 {
        self.links[self.place(from, to)].worsened
    }

    /// Messages between clients and a datacenter that were lost because it was closed to them.
    pub fn shut_out(&self, datacenter: Datacenter) -> u64 {
        self.doors[datacenter.index()].shut_out
    }

    fn link(&mut self, from: Datacenter, to: Datacenter) -> &mut Link {
        let place = self.place(from, to);
        &mut self.links[place]
    }

    fn place(&self, from: Datacenter, to: Datacenter) -> usize {
        from.index() * self.datacenters + to.index()
    }

    fn way(&mut self, place: Boundary, datacenter: Datacenter) -> &mut Way {
        &mut self.ways[place.index() * self.datacenters + datacenter.index()]
    }
}

impl Link {
    fn new(seed: u64, plan: LinkPlan, from: &str, to: &str) -> Self {
        let stream = |purpose| Chance::open(seed, purpose, named(&[from, to]));
        let (jitter, loss) = (stream(Purpose::Link), stream(Purpose::Loss));
        let worse = LinkFault::default();
        let (busy, last, last_signal) = (Instant::ZERO, Instant::ZERO, Instant::ZERO);
        let (lost_by_cuts, worsened) = (0, 0);
        Self { plan, cuts: 0, worse, lost_by_cuts, worsened, busy, last, last_signal, jitter, loss }
    }

    fn send(&mut self, now: Instant, size: Bytes) -> Instant {
        self.busy = self.busy.max(now) + Span::secs(1).scale(size.0, self.plan.bandwidth.0);
        self.last = self.last.max(self.busy + self.travel());
        self.last
    }

    fn signal(&mut self, now: Instant) -> Instant {
        self.last_signal = self.last_signal.max(now + self.travel());
        self.last_signal
    }

    fn travel(&mut self) -> Span {
        self.worsened += u64::from(self.worse.delay > Span::ZERO);
        self.plan.delay + self.worse.delay + self.jitter.exponential(self.plan.jitter)
    }

    fn delivers(&mut self) -> bool {
        if self.cuts > 0 {
            self.lost_by_cuts += 1;
            return false;
        }
        let loss = self.plan.loss_ppm.saturating_add(self.worse.loss_ppm);
        let arrives = loss == 0 || !self.loss.ppm(loss);
        self.worsened += u64::from(!arrives && self.worse.loss_ppm > 0);
        arrives
    }
}

impl LinkFault {
    fn change(&mut self, loss_ppm: u32, delay: Span, on: bool) {
        let changed = if on {
            self.loss_ppm.checked_add(loss_ppm).zip(self.delay.0.checked_add(delay.0))
        } else {
            self.loss_ppm.checked_sub(loss_ppm).zip(self.delay.0.checked_sub(delay.0))
        };
        let (loss_ppm, delay) = changed.expect("what makes a link worse is made once and taken back once");
        *self = Self { loss_ppm, delay: Span(delay) };
    }
}

impl Way {
    /// The device's access network, then the way from the metro of its place.
    fn new(plan: &Plan, place: &str, metro: Datacenter, name: &str, to: Datacenter) -> Self {
        let chance = Chance::open(plan.seed, Purpose::Access, named(&[place, name]));
        let (delay, jitter) = (plan.access.delay, plan.access.jitter);
        if metro == to {
            return Self { delay, jitter, chance };
        }
        let link = plan.links[metro.index()][to.index()];
        Self { delay: delay + link.delay, jitter: jitter + link.jitter, chance }
    }

    fn time(&mut self) -> Span {
        self.delay + self.chance.exponential(self.jitter)
    }
}

/// Counts overlapping faults.
fn count(faults: &mut u32, more: bool) {
    let changed = if more { faults.checked_add(1) } else { faults.checked_sub(1) };
    *faults = changed.expect("a fault is lifted once, after it struck");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::fixture;

    const DUBLIN: Datacenter = Datacenter(0);
    const AMSTERDAM: Datacenter = Datacenter(1);
    const TEXAS: Datacenter = Datacenter(2);
    const NOW: Instant = Instant(1_000_000_000);

    #[test]
    fn a_message_takes_the_links_delay_and_its_mean_jitter() {
        let plan = fixture::plan();
        let (mut network, link) = (Network::new(&plan), plan.links[0][2]);
        let mut total = 0;
        for second in 0..20_000 {
            let now = NOW + Span::secs(second);
            let time = network.send(now, DUBLIN, TEXAS, Bytes(0)) - now;
            assert!(time >= link.delay);
            total += time.saturating_sub(link.delay).0;
        }
        let mean = total as f64 / 20_000.0;
        assert!((mean / link.jitter.0 as f64 - 1.0).abs() < 0.03, "{mean}");
    }

    #[test]
    fn no_message_overtakes_another_on_its_link() {
        let mut network = Network::new(&fixture::plan());
        let arrivals: Vec<_> =
            (0..2_000).map(|i| network.send(NOW + Span(i * 10), DUBLIN, TEXAS, Bytes(100))).collect();
        assert!(arrivals.is_sorted());
    }

    #[test]
    fn a_signal_does_not_wait_behind_bulk() {
        let plan = fixture::plan();
        let mut network = Network::new(&plan);
        network.send(NOW, DUBLIN, AMSTERDAM, Bytes(plan.links[0][1].bandwidth.0 * 60));
        assert!(network.signal(NOW, DUBLIN, AMSTERDAM).since(NOW) < Span::secs(1));
        assert_eq!(network.backlog(NOW, DUBLIN, AMSTERDAM), Span::secs(60));
        assert_eq!(network.backlog(NOW, DUBLIN, TEXAS), Span::ZERO);
    }

    #[test]
    fn a_full_link_sends_no_faster_than_its_bandwidth() {
        let plan = fixture::plan();
        let (mut network, link) = (Network::new(&plan), plan.links[0][1]);
        let size = Bytes(link.bandwidth.0 / 10);
        let last = (0..50).map(|_| network.send(NOW, DUBLIN, AMSTERDAM, size)).last();
        assert!(last.is_some_and(|last| last >= NOW + Span::secs(5) + link.delay));
        assert!(network.send(NOW, AMSTERDAM, DUBLIN, size) < NOW + Span::secs(1), "the other way is free");
    }

    #[test]
    fn overlapping_cuts_end_with_the_last() {
        let mut network = Network::new(&fixture::plan());
        network.set_cut(DUBLIN, TEXAS, true);
        network.set_cut(DUBLIN, TEXAS, true);
        assert!(!network.delivers(DUBLIN, TEXAS) && network.delivers(TEXAS, DUBLIN));
        network.set_cut(DUBLIN, TEXAS, false);
        assert!(!network.is_up(DUBLIN, TEXAS));
        network.set_cut(DUBLIN, TEXAS, false);
        assert!(network.is_up(DUBLIN, TEXAS) && network.delivers(DUBLIN, TEXAS));
        network.set_access(DUBLIN, false);
        assert!(!network.access_up(DUBLIN) && !network.delivers_client(DUBLIN) && network.delivers_client(TEXAS));
    }

    #[test]
    fn a_worse_link_is_slower_and_loses_its_share_until_it_is_mended() {
        let mut network = Network::new(&fixture::plan());
        let lost = |network: &mut Network| (0..20_000).filter(|_| !network.delivers(TEXAS, DUBLIN)).count();
        network.degrade(DUBLIN, TEXAS, 100_000, Span::secs(1), true);
        assert!((1_800..2_200).contains(&lost(&mut network)));
        assert!(network.send(NOW, DUBLIN, TEXAS, Bytes(1)) >= NOW + Span::secs(1));
        network.degrade(DUBLIN, TEXAS, 100_000, Span::secs(1), false);
        assert_eq!(lost(&mut network), 0);
    }

    #[test]
    fn another_datacenter_moves_no_links_draws() {
        let plan = fixture::plan();
        let mut more = plan.clone();
        more.datacenters.insert(1, more.datacenters[1].clone());
        more.datacenters[1].name = "newcomer".into();
        for row in &mut more.links {
            row.insert(1, row[1]);
        }
        more.links.insert(1, more.links[1].clone());
        for boundary in &mut more.boundaries {
            boundary.metro.0 += u8::from(boundary.metro.0 > 0);
        }
        let (mut few, mut many) = (Network::new(&plan), Network::new(&more));
        for _ in 0..100 {
            many.send(NOW, DUBLIN, Datacenter(1), Bytes(1));
            many.send_client(NOW, Boundary(0), Datacenter(1));
            let same = few.send(NOW, DUBLIN, TEXAS, Bytes(1));
            assert_eq!(many.send(NOW, DUBLIN, Datacenter(3), Bytes(1)), same);
            let same = few.reply_client(NOW, TEXAS, Boundary(0));
            assert_eq!(many.reply_client(NOW, Datacenter(3), Boundary(0)), same);
        }
    }
}
