//! `survivability`: the table, promised beside observed.

use super::args::SurvivabilityArgs;
use super::failure::Failure;
use super::interrupt;
use super::terminal::{Progress, Terminal};
use super::write::{put_or_print, replaceable};
use crate::campaign::survival::{Cell, TITLE, page, runs, survivability as run};
use crate::outcome::Verdict;

/// So many failures of a cell are told one by one.
const TOLD: usize = 3;

pub(super) fn survivability(args: &SurvivabilityArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    interrupt::ends_with(interrupt::nothing_kept);
    if let Some(path) = &args.out {
        replaceable(path, &[TITLE], "survivability table")?;
    }
    let (bar, done) = Progress::of_runs(runs(args.seeds));
    let cells = run(args.seeds, args.width.jobs.map_or(0, usize::from), done)?;
    drop(bar);
    put_or_print(args.out.as_deref(), &page(&cells), terminal);
    for cell in &cells {
        tell(cell, terminal);
    }
    Ok(cells.iter().map(verdict).max().unwrap_or(Verdict::Vacuous))
}

fn tell(cell: &Cell, terminal: &Terminal) {
    for failure in cell.failures().iter().take(TOLD) {
        terminal.note(&format!("{}: {failure}", cell.title()));
    }
    if !cell.was_exercised() {
        terminal.note(&format!("{}: nobody wrote, so nothing was shown", cell.title()));
    }
}

fn verdict(cell: &Cell) -> Verdict {
    if !cell.failures().is_empty() {
        Verdict::Breach
    } else if cell.was_exercised() {
        Verdict::Pass
    } else {
        Verdict::Vacuous
    }
}
