//! `selftest`: each mistake, what catches it, and how soon.

use super::args::SelftestArgs;
use super::failure::Failure;
use super::interrupt;
use super::terminal::{Progress, Terminal};
use super::write::{put_or_print, replaceable};
use crate::campaign::quoted;
use crate::campaign::selftest::{TITLES, TRAPS, Trap, page, selftest as run};
use crate::outcome::Verdict;

pub(super) fn selftest(args: &SelftestArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    interrupt::ends_with(interrupt::nothing_kept);
    if let Some(path) = &args.out {
        replaceable(path, &TITLES, "table of mistakes")?;
    }
    let is_meant = |trap: &&'static Trap| args.planted.is_empty() || args.planted.contains(&trap.planted);
    let traps: Vec<_> = TRAPS.iter().filter(is_meant).collect();
    let (bar, done) = Progress::of_mistakes(traps.len() as u64);
    let rows = run(&traps, args.seeds.into(), args.jobs.map_or(0, usize::from), done)?;
    drop(bar);
    let text = page(&rows, args.seeds.into(), &own_line(args));
    put_or_print(args.out.as_deref(), &text, terminal);
    let missed: Vec<_> = rows.iter().filter(|row| row.caught.is_none()).collect();
    for row in &missed {
        let (by, planted, seeds) = (row.trap.caught_by, row.trap.planted, args.seeds);
        terminal.note(&format!(
            "{by} lets {planted} pass in {seeds} seeds\n  ringfence selftest --planted {planted} --seeds {seeds}"
        ));
    }
    Ok(if missed.is_empty() { Verdict::Pass } else { Verdict::Breach })
}

/// The line that writes the same table again; how many threads do is of no account.
fn own_line(args: &SelftestArgs) -> String {
    let planted = args.planted.iter().map(|planted| format!(" --planted {planted}"));
    let out = args.out.iter().map(|path| format!(" --out {}", quoted(&path.display().to_string())));
    format!("ringfence selftest --seeds {}{}", args.seeds, planted.chain(out).collect::<String>())
}
