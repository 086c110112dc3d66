//! `merge`: the ledgers of parts made into that of the whole.

use super::args::MergeArgs;
use super::campaign::book::{self, Book};
use super::campaign::told::Told;
use super::failure::Failure;
use super::reports;
use super::terminal::Terminal;
use crate::campaign::hunt::{self, Ledger, MergeError, Part};
use crate::campaign::quoted;
use crate::metrics::grouped;
use crate::outcome::Verdict;
use std::path::Path;
use std::slice;

pub(super) fn merge(args: &MergeArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    reports::check_writable(&args.files.report, &args.out)?;
    if let Some(out) = args.out.as_ref().filter(|out| args.ledgers.iter().any(|ledger| is_same(ledger, out))) {
        let out = out.display();
        return Err(Failure::Usage(format!("{out} is one of the ledgers to merge; name another file for the whole")));
    }
    let mut parts = args.ledgers.iter().map(|path| book::read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut whole = merged(&parts, args)?;
    if let Some(path) = &args.out {
        let (book, there) = Book::open(path, &whole.identity)?;
        if !there.records.is_empty() {
            let count = grouped(there.records.len() as u64);
            terminal.note(&format!("{count} runs are in {} already: it counts as one more part", path.display()));
            parts.push(there);
            whole = merged(&parts, args)?;
        }
        book.close(&whole)?;
    }
    let mut told =
        Told::of(slice::from_ref(&whole), Part::WHOLE, &args.reach.require_coverage, |whole| reproducing(args, whole));
    // What a part was to run and no part has was to be tested and was not.
    told.is_whole = true;
    // A shape is not at hand here, so nothing is run again.
    let results = told.results(None, |_| Vec::new());
    Ok(told.publish(&results, (args.format, &args.files.report), terminal))
}

/// The campaign of all parts; the one after those that were named is what was in the place of the whole.
fn merged(parts: &[Ledger], args: &MergeArgs) -> Result<Ledger, Failure> {
    let name = |place: usize| args.ledgers.get(place).or(args.out.as_ref()).map(|path| path.display().to_string());
    let name = |place: usize| name(place).unwrap_or_default();
    let whole = hunt::merge(parts).map_err(|error| match &error {
        MergeError::Strangers { .. } => Failure::Usage(error.told(name)),
        MergeError::Contradiction { .. } => Failure::Internal(error.told(name)),
    })?;
    whole.ok_or_else(|| Failure::Usage("nothing to merge".into()))
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The line that gives the scenario of a seed; the seed is written as `{seed}`.
fn reproducing(args: &MergeArgs, whole: &Ledger) -> String {
    let ledger = args.out.as_ref().or(args.ledgers.first()).map(|path| quoted(&path.display().to_string()));
    let shape = if whole.identity.source.starts_with("swarm") { "--swarm" } else { "SHAPE" };
    let ledger = ledger.filter(|_| !whole.identity.weights.is_even()).map(|path| format!(" --ledger {path}"));
    let drawn = ledger.unwrap_or_default();
    format!(
        "ringfence campaign {shape}{drawn} --show {{seed}} > seed-{{seed}}.toml && ringfence run seed-{{seed}}.toml"
    )
}
