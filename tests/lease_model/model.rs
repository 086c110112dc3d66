//! What may happen next, and what must hold.

use super::fixture::policy;
use super::wire::Cut;
use super::world::{Deed, World};
use ringfence::service::{Decisions, Order};
use ringfence::terms::{Seat, Side};
use stateright::{Model, Property};
use std::fmt::Debug;

pub(crate) const ONE_WRITER: &str = "FO-1 nothing is acknowledged under an epoch once a later one is granted";
pub(crate) const ONE_LEASE: &str = "FO-1 no two leases are valid at once";
pub(crate) const FORWARD: &str = "FO-2 granted epochs never go back, and each has one holder";
pub(crate) const NO_LOSS: &str = "FO-3 every holder has everything that was acknowledged";
pub(crate) const RECOVERS: &str = "a holder exists again after a crash of the holder";
pub(crate) const ACKNOWLEDGES: &str = "a write is acknowledged";
pub(crate) const TAKES_OVER: &str = "B takes the lease over";

/// What must hold always.
pub(crate) const PROMISES: [&str; 4] = [ONE_WRITER, ONE_LEASE, FORWARD, NO_LOSS];

/// How the world stands at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Nobody was ever started.
    Fresh,
    /// A won the first election and found its peer, and nothing is under way.
    Settled,
    /// A held the lease and was down for longer than it lasts; B is about to take over, as A comes back.
    Contested,
}

/// A kind of fault. Each costs one of [`Lease::faults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A place loses power in the midst of what it does: before or after any write to a disk, and before or
    /// after any message. It starts again at any time.
    Crash,
    /// The same, and its disks are empty when it starts again.
    Wipe,
    /// Lines carry nothing from any moment to a later step.
    Cut,
    /// A site and its voter stand still, from any moment to a later step, while their clock goes on.
    Freeze,
    /// Everything under way is lost at once.
    LoseAll,
    /// One message is lost.
    Drop,
    /// One message arrives twice, the second time however late.
    Duplicate,
    /// One message arrives however late.
    Delay,
    /// Time moves though something could still happen: messages, disks and wake-ups are late.
    Late,
}

/// The model of the machines under the decisions `D`, and its bounds.
#[derive(Clone, Debug)]
pub(crate) struct Lease<D> {
    pub(crate) decisions: D,
    pub(crate) start: Start,
    /// How often true time may move.
    pub(crate) horizon: u64,
    pub(crate) faults: u8,
    pub(crate) kinds: &'static [Fault],
    pub(crate) writes: u8,
    pub(crate) switchovers: u8,
    pub(crate) slow_disks: bool,
    /// The rates of the two sites' clocks, in seconds for every four.
    pub(crate) rates: &'static [[u64; 2]],
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Do(Deed),
    /// A place that is down starts.
    Boot(Seat),
    /// Time moves, and with it at most one thing is repaired.
    Step(Turn),
    StepEarly,
    /// Power is gone after so many writes to disks and messages of a deed.
    FailDuring(Deed, u32),
    Wipe(Seat),
    Cut(Cut),
    Freeze(Side),
    LoseAll,
    Drop(usize),
    Duplicate(usize),
    Delay(usize),
}

/// What comes with a step of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Nothing,
    Heal,
    Thaw(Side),
}

impl<D: Decisions> Lease<D> {
    /// What places may do by themselves.
    fn deeds(world: &World<D>, deeds: &mut Vec<Deed>) {
        let arrivals = world.wire.distinct().filter(|(_, message)| world.runs(message.way().1));
        deeds.extend(arrivals.map(|(index, _)| Deed::Take(index)));
        let strays = world.strays.distinct().filter(|(_, message)| world.runs(message.way().1));
        deeds.extend(strays.map(|(index, _)| Deed::TakeStray(index)));
        deeds.extend(Seat::ALL.into_iter().filter(|&seat| world.is_writing(seat)).map(Deed::Written));
        for side in Side::BOTH {
            let mut may = |condition: bool, deed| deeds.extend(condition.then_some(deed));
            may(world.is_due(side), Deed::Wake(side));
            may(world.is_flushing(side), Deed::Flushed(side));
            // A site without a valid lease refuses at its door, and changes nothing.
            let serves = world.runs(side.seat()) && world.is_serving(side);
            may(serves && world.writes_left > 0, Deed::Write(side));
            may(serves && world.switchovers_left > 0, Deed::Order(side, Order::PlannedSwitchover));
        }
    }

    /// What needs no fault.
    fn regular(world: &World<D>, actions: &mut Vec<Action>) {
        let mut deeds = Vec::new();
        Self::deeds(world, &mut deeds);
        actions.extend(deeds.into_iter().map(Action::Do));
        actions.extend(Seat::ALL.into_iter().filter(|&seat| !world.is_up(seat)).map(Action::Boot));
        if world.steps < world.horizon && world.is_quiet() {
            actions.push(Action::Step(Turn::Nothing));
            let frozen = |side: &Side| world.stations[side.index()].frozen;
            actions.extend(Side::BOTH.into_iter().filter(frozen).map(|side| Action::Step(Turn::Thaw(side))));
            actions.extend(world.cut.map(|_| Action::Step(Turn::Heal)));
        }
    }

    fn faulty(&self, world: &World<D>, actions: &mut Vec<Action>) {
        for fault in self.kinds {
            match fault {
                Fault::Crash => Self::crashes(world, actions),
                Fault::Wipe => {
                    actions.extend(Seat::ALL.into_iter().filter(|&seat| world.is_up(seat)).map(Action::Wipe));
                }
                Fault::Cut if world.cut.is_none() => actions.extend(Cut::ALL.map(Action::Cut)),
                Fault::Freeze => {
                    let running = Side::BOTH.into_iter().filter(|side| world.runs(side.seat()));
                    actions.extend(running.map(Action::Freeze));
                }
                Fault::LoseAll if !world.wire.is_empty() => actions.push(Action::LoseAll),
                Fault::Drop => actions.extend(world.wire.distinct().map(|(index, _)| Action::Drop(index))),
                Fault::Duplicate => actions.extend(world.wire.distinct().map(|(index, _)| Action::Duplicate(index))),
                Fault::Delay => actions.extend(world.wire.distinct().map(|(index, _)| Action::Delay(index))),
                Fault::Late if world.steps < world.horizon && !world.is_quiet() => actions.push(Action::StepEarly),
                Fault::Cut | Fault::LoseAll | Fault::Late => {}
            }
        }
    }

    /// A crash between two deeds is one after the last write and message of the earlier.
    fn crashes(world: &World<D>, actions: &mut Vec<Action>) {
        let mut deeds = Vec::new();
        Self::deeds(world, &mut deeds);
        for deed in deeds {
            actions.extend((0..=world.extent(deed)).map(|after| Action::FailDuring(deed, after)));
        }
    }
}

impl Action {
    const fn is_fault(self) -> bool {
        !matches!(self, Self::Do(_) | Self::Boot(_) | Self::Step(_))
    }
}

impl<D: Decisions + Debug> Lease<D> {
    fn begin(&self, rates: [u64; 2]) -> World<D> {
        let mut world = World::fresh(self.decisions.clone(), rates, self.slow_disks);
        if self.start != Start::Fresh {
            self.run_until_quiet(&mut world);
        }
        if self.start == Start::Contested {
            world.crash(Seat::A);
            let lapsed = world.now(Side::B).monotonic + policy().lapsed_after(policy().ttl);
            while world.now(Side::B).monotonic < lapsed || !world.is_due(Side::B) {
                self.run_until_quiet(&mut world);
                world.steps += 1;
            }
            world.boot(Seat::A);
        }
        world.horizon = world.steps + self.horizon;
        (world.faults_left, world.writes_left) = (self.faults, self.writes);
        world.switchovers_left = self.switchovers;
        world
    }

    fn run_until_quiet(&self, world: &mut World<D>) {
        let mut actions = Vec::new();
        while !world.is_quiet() {
            Self::regular(world, &mut actions);
            *world = self.next_state(world, actions[0]).expect("a regular action applies");
            actions.clear();
        }
    }
}

impl<D: Decisions + Debug> Model for Lease<D> {
    type State = World<D>;
    type Action = Action;

    fn init_states(&self) -> Vec<World<D>> {
        self.rates.iter().map(|&rates| self.begin(rates)).collect()
    }

    fn actions(&self, world: &World<D>, actions: &mut Vec<Action>) {
        Self::regular(world, actions);
        if world.faults_left > 0 {
            self.faulty(world, actions);
        }
    }

    fn next_state(&self, world: &World<D>, action: Action) -> Option<World<D>> {
        let mut next = world.clone();
        next.faults_left -= u8::from(action.is_fault());
        match action {
            Action::Do(deed) => next.perform(deed),
            Action::Boot(seat) => next.boot(seat),
            Action::Step(turn) => {
                next.steps += 1;
                match turn {
                    Turn::Nothing => {}
                    Turn::Heal => next.cut = None,
                    Turn::Thaw(side) => next.stations[side.index()].frozen = false,
                }
            }
            Action::StepEarly => next.steps += 1,
            Action::FailDuring(deed, after) => next.fail_during(deed, after),
            Action::Wipe(seat) => next.wipe(seat),
            Action::Cut(cut) => next.cut = Some(cut),
            Action::Freeze(side) => next.stations[side.index()].frozen = true,
            Action::LoseAll => next.wire.clear(),
            Action::Drop(index) => {
                next.wire.take(index);
            }
            Action::Duplicate(index) => next.strays.put(next.wire.get(index).clone()),
            Action::Delay(index) => {
                let message = next.wire.take(index);
                next.strays.put(message);
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(ONE_WRITER, |_, world: &World<D>| !world.onlooker.late_acknowledgement),
            Property::always(ONE_LEASE, |_, world: &World<D>| {
                !(world.is_serving(Side::A) && world.is_serving(Side::B))
            }),
            Property::always(FORWARD, |_, world: &World<D>| !world.onlooker.went_back),
            Property::always(NO_LOSS, |_, world: &World<D>| {
                Side::BOTH.into_iter().all(|side| !world.is_serving(side) || world.has_everything(side))
            }),
            Property::sometimes(ACKNOWLEDGES, |_, world: &World<D>| !world.onlooker.acknowledged.is_empty()),
            Property::sometimes(TAKES_OVER, |_, world: &World<D>| world.is_serving(Side::B)),
            Property::sometimes(RECOVERS, |_, world: &World<D>| {
                let later =
                    world.onlooker.bereft.is_some_and(|lost| world.onlooker.granted.is_some_and(|(e, _)| e > lost));
                later && Side::BOTH.into_iter().any(|side| world.is_serving(side))
            }),
        ]
    }
}
