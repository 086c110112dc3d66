//! The earlier campaign that one is compared with, seed by seed.

use super::book;
use crate::campaign::baseline::compare_records;
use crate::campaign::draw::Source;
use crate::campaign::hunt::{Identity, Ledger, Part};
use crate::cli::against::Against;
use crate::cli::failure::Failure;
use std::path::Path;

/// So many of the seeds that both have are drawn to see whether they are the same scenarios.
const LOOKED_AT: usize = 8;

/// Reads the ledger of an earlier campaign, and says before anything is run that none of its runs can be paired.
pub(super) fn read(path: &Path, source: &Source, now: &Identity, part: Part) -> Result<Ledger, Failure> {
    let before = book::read(path)?;
    let unpaired =
        |why: &str| Failure::Usage(format!("{} cannot be the baseline of this campaign: {why}", path.display()));
    let mut common = before.records.values().filter(|record| now.has(part, record.seed)).peekable();
    if common.peek().is_none() {
        return Err(unpaired("it has none of these seeds"));
    }
    for record in common.take(LOOKED_AT) {
        if source.draw(record.seed, &now.weights).scenario()?.hash == record.scenario {
            return Ok(before);
        }
    }
    Err(unpaired("its seeds draw other scenarios: another source, other weights, or a draw that has changed since"))
}

/// What came of the comparison.
pub(super) fn against(before: &Ledger, after: &[Ledger], fails_if_worse: bool) -> Against {
    let records = after.iter().flat_map(|ledger| ledger.records.values());
    Against { found: compare_records(before, records), fails_if_worse }
}
