//! `survivability`: the table, promised beside observed.

use super::args::SurvivabilityArgs;
use super::failure::Failure;
use super::interrupt;
use super::terminal::{Progress, Terminal};
use crate::campaign::survival::{Cell, TITLE, page, runs, survivability as run};
use crate::outcome::Verdict;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// So many failures of a cell are told one by one.
const TOLD: usize = 3;

pub(super) fn survivability(args: &SurvivabilityArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    interrupt::ends_with(interrupt::nothing_kept);
    if let Some(path) = &args.out {
        replaceable(path)?;
    }
    let (bar, done) = Progress::of_runs(runs(args.seeds));
    let cells = run(args.seeds, args.jobs.map_or(0, usize::from), done)?;
    drop(bar);
    match &args.out {
        None => terminal.print(&page(&cells))?,
        Some(path) => fs::write(path, page(&cells))
            .map_err(|error| Failure::Usage(format!("{} cannot be written: {error}", path.display())))?,
    }
    for cell in &cells {
        tell(cell, terminal);
    }
    Ok(cells.iter().map(verdict).max().unwrap_or(Verdict::Vacuous))
}

/// Says before the runs that a file which is no earlier table is left as it is.
fn replaceable(path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    match fs::read_to_string(path) {
        Ok(text) if text.starts_with(TITLE) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        _ => {
            Err(Failure::Usage(format!("{shown} is there already and is no survivability table: it is left as it is")))
        }
    }
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
