//! A run must end, whatever the service does. A machine whose deadline is never met is woken again as soon as its clock
//! moves on, and simulated time creeps on from one microsecond to the next; one that answers itself is handed things
//! without end, and time stands still. Then the run is over, and a fact names the machine.

use super::event::SiteId;
use super::message::Local;
use super::trace::Trace;
use super::world::World;
use crate::facts::{Fact, Observer, Restless};
use crate::service::Decisions;
use crate::terms::{Instant, Span};

/// So often a site may be woken within a second. Those that have the most to do are woken some thousand times.
const MOST_WAKES: u64 = 100_000;

/// So much may be handed to machines at one instant.
pub(super) const MOST_HANDED: u64 = 10_000_000;

/// How often each site was woken.
pub(super) struct Watchdog {
    /// When the second ends.
    until: Instant,
    wakes: Vec<u64>,
}

impl Watchdog {
    /// Of so many units.
    pub(super) fn new(units: usize) -> Self {
        Self { until: Instant::ZERO, wakes: vec![0; SiteId::all(units).count()] }
    }

    /// A site is woken; how often it was within this second.
    fn woken(&mut self, now: Instant, site: SiteId) -> u64 {
        if now >= self.until {
            self.until = now + Span::secs(1);
            self.wakes.fill(0);
        }
        let wakes = &mut self.wakes[site.index()];
        *wakes += 1;
        *wakes
    }
}

impl<D: Decisions, O: Trace> World<D, O> {
    /// Wakes a site, unless it never comes to rest.
    pub(super) fn watch_over(&mut self, site: SiteId) {
        let times = self.watchdog.woken(self.now, site);
        if times > MOST_WAKES {
            let datacenter = Some(self.sites[site.index()].datacenter());
            self.end_restless(Restless { unit: Some(site.unit()), datacenter, times });
        } else {
            self.wake_site(site);
        }
    }
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Ends the run at an instant that does not end: the one that was to be handed something next is named.
    pub(super) fn give_up(&mut self, next: &Local, times: u64) {
        let (unit, datacenter) = match *next {
            Local::Site(site, ..) => (Some(site.unit()), Some(self.sites[site.index()].datacenter())),
            Local::Voter(voter, _) => (Some(voter.unit()), Some(self.voter_datacenter(voter))),
            Local::Device(..) => (None, None),
        };
        self.end_restless(Restless { unit, datacenter, times });
    }

    #[cold]
    fn end_restless(&mut self, restless: Restless) {
        self.state(Fact::Restless(restless));
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Shipped;
    use crate::sim::fixture;
    use crate::sim::plan::{FaultKind, FaultPlan, Plan, ReplacementPlan};
    use crate::sim::world::simulate;
    use crate::terms::{Datacenter, Seat, Unit};
    use std::sync::Arc;

    const DUBLIN: Datacenter = Datacenter(0);
    const AMSTERDAM: Datacenter = Datacenter(1);

    /// What a run says of a machine that never comes to rest.
    #[derive(Default)]
    struct Named(Option<Restless>);

    impl Observer for Named {
        fn observe(&mut self, _: Instant, fact: &Fact) {
            if let Fact::Restless(restless) = *fact {
                assert!(self.0.replace(restless).is_none(), "it is named once");
            }
        }
    }

    /// Ten minutes of a service that waits for no time before it looks again, with one fault.
    fn plan(kind: FaultKind) -> Plan {
        let mut plan = fixture::plan();
        plan.duration = Span::minutes(10);
        plan.policy.loop_wait = Span::ZERO;
        plan.faults = vec![FaultPlan { at: plan.start + Span::minutes(1), lasts: None, kind }];
        plan
    }

    /// The machine at Dublin that is named, and the time from the fault to the end of the run.
    fn named(plan: Plan) -> (Restless, Span) {
        let began = plan.faults[0].at;
        let ended = simulate(&Arc::new(plan), Shipped, Named::default());
        let restless = ended.observer.0.unwrap_or_else(|| panic!("nobody is restless until {:?}", ended.at));
        assert_eq!((restless.unit, restless.datacenter), (Some(Unit(0)), Some(DUBLIN)));
        (restless, ended.at - began)
    }

    #[test]
    fn a_run_ends_whose_site_is_woken_without_end() {
        let mut plan = plan(FaultKind::Outage(vec![AMSTERDAM]));
        let at = plan.start + Span::minutes(2);
        plan.replacements = vec![ReplacementPlan { unit: Unit(0), seat: Seat::A, to: AMSTERDAM, at }];
        let (restless, lasted) = named(plan);
        assert_eq!(restless.times, MOST_WAKES + 1);
        assert!(lasted < Span::secs(62), "{lasted:?}");
    }

    #[test]
    fn a_run_ends_in_which_time_stands_still() {
        let plan = FaultKind::RegionProbe { datacenter: DUBLIN, says: Some(AMSTERDAM) };
        let mut plan = self::plan(plan);
        plan.faults.push(FaultPlan { kind: FaultKind::Outage(vec![DUBLIN]), ..plan.faults[0].clone() });
        plan.faults[1].lasts = Some(Span::secs(1));
        let (restless, lasted) = named(plan);
        assert_eq!(restless.times, MOST_HANDED + 1);
        assert!(lasted < Span::minutes(3), "{lasted:?}");
    }

    #[test]
    fn wakes_are_counted_for_each_site_and_second() {
        let [a, b] = crate::terms::Side::BOTH.map(|side| SiteId::new(Unit(0), side));
        let mut watchdog = Watchdog::new(1);
        let mut woken = |ms, site| watchdog.woken(Instant::ZERO + Span::millis(ms), site);
        assert_eq!([woken(0, a), woken(0, a), woken(0, b), woken(999, a), woken(1_000, a)], [1, 2, 1, 3, 1]);
    }
}
