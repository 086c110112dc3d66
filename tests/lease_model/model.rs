//! What may happen next, and what must hold.

use super::world::{Cut, World};
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

/// How the world stands at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Nobody was ever started.
    Fresh,
    /// A won the first election and found its peer, and nothing is under way.
    Settled,
}

/// A kind of fault. Each costs one of [`Lease::faults`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A site and its voter lose power, at any moment; they start again at once, or with a later step.
    Crash,
    /// Lines carry nothing from one step to a later one.
    Cut,
    /// A site and its voter stand still, from any moment to a later step, while their clock goes on.
    Freeze,
    /// Everything under way is lost at once.
    LoseAll,
    /// One message is lost.
    Drop,
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
    Deliver(usize),
    Wake(Side),
    Flushed(Side),
    Written(Seat),
    Write(Side),
    Switchover(Side),
    /// Time moves, and with it at most one thing breaks or is repaired.
    Step(Turn),
    StepEarly,
    Crash(Side),
    Restart(Side),
    Freeze(Side),
    LoseAll,
    Drop(usize),
}

/// What comes with a step of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Nothing,
    Cut(Cut),
    Heal,
    Boot(Side),
    Thaw(Side),
}

impl<D: Decisions> Lease<D> {
    /// What needs no fault.
    fn regular(&self, world: &World<D>, actions: &mut Vec<Action>) {
        let repeats = |index: usize| index > 0 && world.wire[index - 1] == world.wire[index];
        let arrives = |&index: &usize| !repeats(index) && world.arrives(&world.wire[index]);
        actions.extend((0..world.wire.len()).filter(arrives).map(Action::Deliver));
        actions.extend(Seat::ALL.into_iter().filter(|&seat| world.is_writing(seat)).map(Action::Written));
        for side in Side::BOTH {
            let mut may = |condition: bool, action| actions.extend(condition.then_some(action));
            may(world.is_due(side), Action::Wake(side));
            may(world.is_flushing(side), Action::Flushed(side));
            // A site without a valid lease refuses at its door, and changes nothing.
            let serves = world.runs(side.index()) && world.is_serving(side);
            may(serves && world.writes_left > 0, Action::Write(side));
            may(serves && world.switchovers_left > 0, Action::Switchover(side));
        }
        if world.steps < self.horizon && world.is_quiet() {
            actions.push(Action::Step(Turn::Nothing));
            let broken = |side: &Side| world.stations[side.index()].site.is_none();
            let frozen = |side: &Side| world.stations[side.index()].frozen;
            actions.extend(Side::BOTH.into_iter().filter(broken).map(|side| Action::Step(Turn::Boot(side))));
            actions.extend(Side::BOTH.into_iter().filter(frozen).map(|side| Action::Step(Turn::Thaw(side))));
            actions.extend(world.cut.map(|_| Action::Step(Turn::Heal)));
        }
    }

    fn faulty(&self, world: &World<D>, actions: &mut Vec<Action>) {
        let (may_step, quiet) = (world.steps < self.horizon, world.is_quiet());
        let running = || Side::BOTH.into_iter().filter(|side| world.runs(side.index()));
        for fault in self.kinds {
            match fault {
                Fault::Crash => {
                    actions.extend(running().flat_map(|side| [Action::Crash(side), Action::Restart(side)]));
                }
                Fault::Cut if may_step && quiet && world.cut.is_none() => {
                    actions.extend(Cut::ALL.map(|cut| Action::Step(Turn::Cut(cut))));
                }
                Fault::Freeze => actions.extend(running().map(Action::Freeze)),
                Fault::LoseAll if !world.wire.is_empty() => actions.push(Action::LoseAll),
                Fault::Drop => actions.extend((0..world.wire.len()).map(Action::Drop)),
                Fault::Late if may_step && !quiet => actions.push(Action::StepEarly),
                Fault::Cut | Fault::LoseAll | Fault::Late => {}
            }
        }
    }
}

impl Action {
    const fn is_fault(self) -> bool {
        match self {
            Self::StepEarly | Self::Crash(_) | Self::Restart(_) | Self::Freeze(_) | Self::LoseAll | Self::Drop(_) => {
                true
            }
            Self::Step(turn) => matches!(turn, Turn::Cut(_)),
            _ => false,
        }
    }
}

impl<D: Decisions + Debug> Model for Lease<D> {
    type State = World<D>;
    type Action = Action;

    fn init_states(&self) -> Vec<World<D>> {
        let begin = |&rates| {
            let mut world = World::fresh(self.decisions.clone(), rates, self.slow_disks);
            let mut actions = Vec::new();
            while self.start == Start::Settled && !world.is_quiet() {
                self.regular(&world, &mut actions);
                world = self.next_state(&world, actions[0]).expect("a regular action applies");
                actions.clear();
            }
            (world.faults_left, world.writes_left) = (self.faults, self.writes);
            world.switchovers_left = self.switchovers;
            world
        };
        self.rates.iter().map(begin).collect()
    }

    fn actions(&self, world: &World<D>, actions: &mut Vec<Action>) {
        self.regular(world, actions);
        if world.faults_left > 0 {
            self.faulty(world, actions);
        }
    }

    fn next_state(&self, world: &World<D>, action: Action) -> Option<World<D>> {
        let mut next = world.clone();
        next.faults_left -= u8::from(action.is_fault());
        match action {
            Action::Deliver(index) => next.deliver(index),
            Action::Wake(side) => next.wake(side),
            Action::Flushed(side) => next.flushed(side),
            Action::Written(seat) => next.written(seat),
            Action::Write(side) => {
                next.write(side);
                next.writes_left -= 1;
            }
            Action::Switchover(side) => {
                next.switchovers_left -= 1;
                next.order(side, Order::PlannedSwitchover);
            }
            Action::Step(turn) => {
                next.steps += 1;
                match turn {
                    Turn::Nothing => {}
                    Turn::Cut(cut) => next.cut = Some(cut),
                    Turn::Heal => next.cut = None,
                    Turn::Boot(side) => next.boot(side),
                    Turn::Thaw(side) => next.stations[side.index()].frozen = false,
                }
            }
            Action::StepEarly => next.steps += 1,
            Action::Crash(side) => next.crash(side),
            Action::Restart(side) => {
                next.crash(side);
                next.boot(side);
            }
            Action::Freeze(side) => next.stations[side.index()].frozen = true,
            Action::LoseAll => next.wire.clear(),
            Action::Drop(index) => {
                next.wire.remove(index);
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
