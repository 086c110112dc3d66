//! `merge`: the ledgers of parts made into that of the whole.

use super::args::MergeArgs;
use super::campaign::book;
use super::campaign::told::Told;
use super::failure::Failure;
use super::reports;
use super::terminal::Terminal;
use crate::campaign::hunt::{self, Ledger, MergeError, Part};
use crate::campaign::quoted;
use crate::outcome::Verdict;
use std::path::Path;
use std::slice;

pub(super) fn merge(args: &MergeArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    reports::check_writable(&args.files.report)?;
    if let Some(out) = args.out.as_ref().filter(|out| args.ledgers.iter().any(|ledger| is_same(ledger, out))) {
        let out = out.display();
        return Err(Failure::Usage(format!("{out} is one of the ledgers to merge; name another file for the whole")));
    }
    let parts = args.ledgers.iter().map(|path| book::read(path)).collect::<Result<Vec<_>, _>>()?;
    let name = |place: usize| args.ledgers[place].display().to_string();
    let whole = hunt::merge(&parts).map_err(|error| match &error {
        MergeError::Strangers { .. } => Failure::Usage(error.told(name)),
        MergeError::Contradiction { .. } => Failure::Internal(error.told(name)),
    })?;
    let whole = whole.ok_or_else(|| Failure::Usage("nothing to merge".into()))?;
    if let Some(path) = &args.out {
        book::write(path, &whole)?;
    }
    let mut told =
        Told::of(slice::from_ref(&whole), Part::WHOLE, &args.reach.require_coverage, |whole| reproducing(args, whole));
    // What a part was to run and no part has was to be tested and was not.
    told.is_whole = true;
    // A shape is not at hand here, so nothing is run again.
    let results = told.results(None, |_| Vec::new());
    told.publish(&results, (args.format, &args.files.report), terminal)
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
