//! The gate of determinism: one scenario and seed run twice, side by side, and compared fact by fact.
//!
//! The two worlds take their events in turn, and what each event states is compared before the next one
//! happens. So nothing is stored, however long the run; and since both sides are at hand, the first fact
//! that differs is named as each side has it, though neither would ever come again.

use crate::campaign::run::{Options, gathered, observers, plan_of};
use crate::facts::{Fact, Observer};
use crate::outcome::Outcome;
use crate::scenario::Scenario;
use crate::service::Decisions;
use crate::sim::World;
use crate::sim::trace::Untraced;
use crate::terms::Instant;
use std::fmt;

/// A fact and when it became true.
type Stated = (Instant, Fact);

/// The first fact in which two runs differ that ought to be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which fact, counted from 1.
    pub number: u64,
    /// As each run has it; `None` where it has ended by then.
    pub sides: Box<[Option<Stated>; 2]>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |stated: &Option<Stated>| {
            stated.map_or_else(|| "nothing more is stated".to_owned(), |(at, fact)| format!("{at} {fact:?}"))
        };
        let [first, second] = &*self.sides;
        write!(
            f,
            "two runs of the same scenario and seed differ from fact {} on:\n  in the first run:  {}\n  in the second run: {}",
            self.number,
            side(first),
            side(second)
        )
    }
}

/// Runs a scenario twice, each time under what `decisions` gives, with one more observer on the first run,
/// and gives what that came to.
///
/// # Errors
///
/// The first fact in which the two differ.
pub fn run_twice<D: Decisions, O: Observer>(
    scenario: &Scenario,
    seed: u64,
    decisions: impl Fn() -> D,
    options: Options<'_>,
    beside: O,
) -> Result<(Outcome, O), Difference> {
    let plan = plan_of(scenario, seed);
    let observer = observers(scenario, &plan, options, (beside, Vec::new()));
    let mut first = World::new(&plan, decisions(), Untraced(observer));
    let mut second = World::new(&plan, decisions(), Untraced(Vec::new()));
    first.start();
    second.start();
    let mut compared = 0;
    loop {
        let sides = [&mut first.observer_mut().0.1.2.1, &mut second.observer_mut().0];
        compared += same(compared, sides)?;
        // Both take their turn, whether or not the other has ended.
        let on = [first.advance(), second.advance()];
        if on == [false, false] {
            break;
        }
    }
    let (outcome, (beside, _)) = gathered(scenario, &plan, options, first.end().untraced());
    Ok((outcome, beside))
}

/// Compares what one event stated on either side, forgets it, and gives how many facts there were.
fn same(before: u64, [first, second]: [&mut Vec<Stated>; 2]) -> Result<u64, Difference> {
    let count = first.len().max(second.len());
    if let Some(at) = (0..count).find(|&at| first.get(at) != second.get(at)) {
        let sides = [first, second].map(|side| side.get(at).copied());
        return Err(Difference { number: before + at as u64 + 1, sides: sides.into() });
    }
    first.clear();
    second.clear();
    Ok(count as u64)
}
