//! The table of mistakes as a page.

use super::{Caught, Row, STARTS, Source};
use std::collections::BTreeSet;

/// What a page opens with: where every mistake is caught, and where one is not.
pub const TITLES: [&str; 2] = ["# Every planted mistake is caught\n\n", "# Not every planted mistake is caught\n\n"];

const HEAD: &str = "\
How do I know that green means safe? Each row is the shipped service with exactly one decision replaced by a plausible
mistake, and the invariant that must catch it. This file is written by

```sh
LINE
```

*Where* is `swarm` if scenarios that are drawn from seeds, as `ringfence campaign --swarm` draws them, show the mistake
from each of STARTS starts within SEEDS seeds; `directed` if it takes circumstances that are written for it, seen from each of
STARTS starts as well. *Seeds* is how many it took, the median and the most over the starts. *Small* is what
`ringfence shrink` makes of the first scenario that caught it: faults, tenants, and lines that say something.

| mistake | what it is | caught by | where | seeds | most | small: faults | tenants | lines |
|---|---|---|---|---:|---:|---:|---:|---:|
";

/// The page of a table; `seeds` is the budget from each start, and `by` the line that wrote it.
pub fn page(rows: &[Row], seeds: u64, by: &str) -> String {
    let rows = told_once(rows);
    let head = HEAD.replace("SEEDS", &seeds.to_string()).replace("STARTS", &STARTS.to_string()).replace("LINE", by);
    let missed = rows.iter().filter(|row| row.caught.is_none()).count();
    let swarm =
        rows.iter().filter_map(|row| row.caught.as_ref()).filter(|caught| caught.source == Source::Swarm).count();
    let (tail, medians) = (tail(rows.len(), swarm, missed), medians(&rows));
    TITLES[usize::from(missed > 0)].to_owned()
        + &head
        + &rows.iter().map(|row| line(row)).collect::<String>()
        + &tail
        + &medians
}

/// The rows without those that read as an earlier one: of a mistake that has several circumstances of its own, and is
/// caught before it comes to them.
fn told_once(rows: &[Row]) -> Vec<&Row> {
    let mut told = BTreeSet::new();
    rows.iter().filter(|row| told.insert(line(row))).collect()
}

/// The row of a mistake.
pub fn line(row: &Row) -> String {
    let (planted, what, by) = (row.trap.planted, row.trap.planted.meaning(), row.trap.caught_by);
    let rest = match &row.caught {
        None => "**not caught** | – | – | – | – | –".to_owned(),
        Some(caught) => {
            let Caught { source, small, .. } = caught;
            let (median, most) = (caught.median(), caught.maximum());
            format!("{} | {median} | {most} | {} | {} | {}", source.name(), small.faults, small.tenants, small.lines)
        }
    };
    format!("| `{planted}` | {what} | {by} | {rest} |\n")
}

fn tail(rows: usize, swarm: usize, missed: usize) -> String {
    let directed = rows - swarm - missed;
    format!("\n{rows} rows: {swarm} caught in the swarm, {directed} in directed scenarios, {missed} not caught.\n")
}

fn medians(rows: &[&Row]) -> String {
    let of = |size: fn(&Caught) -> usize| {
        let mut sizes: Vec<usize> = rows.iter().filter_map(|row| row.caught.as_ref()).map(size).collect();
        sizes.sort_unstable();
        sizes.get(sizes.len() / 2).copied().unwrap_or(0)
    };
    let (faults, tenants) = (of(|caught| caught.small.faults), of(|caught| caught.small.tenants));
    format!("Made small, what catches a mistake has at the median: faults {faults}, tenants {tenants}.\n")
}
