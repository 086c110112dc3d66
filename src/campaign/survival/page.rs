//! The survivability table as a page: promised beside observed.

use super::Cell;
use super::rows::{GRACE, Loss, ORDERED_AFTER, RPO, Takeover, Writes};
use crate::terms::{Refusal, Side, Span};

/// What a page opens with.
pub const TITLE: &str = "# What survives what\n\n";

const HEAD: &str = "\
Every row of the survivability table in every mode of replication, as a small scenario run with SEEDS seeds,
whose phase between renewal and fault differs. What was observed is read off the facts of the runs.
This file is written by

```sh
ringfence survivability --seeds SEEDS --out reports/survivability.md
```

A is Dublin, B Amsterdam, W Illinois. The lease lasts 10 s and is renewed each 3 s, an attempt takes at most
1 s: the bound of a takeover is 17 s. The RPO is RPO_, the grace period GRACE_, and an operator who forces
a failover, or founds anew, does so ORDER_ after the onset. *Writes* is what became of them once a takeover, where there is
one, is over. Under `sync-strict` nothing is ever `alone`, and whoever holds the lease without a peer refuses.

| gone | mode | promised | writes | other site took over after | acknowledged records missing at the takeover | lost for good | holds |
|---|---|---|---|---|---|---|---|
";

/// The page of a table.
pub fn page(cells: &[Cell]) -> String {
    let seeds = cells.first().map_or(0, |cell| cell.seen.len());
    let head = HEAD.replace("SEEDS", &seeds.to_string()).replace("RPO_", &RPO.to_string());
    let head = head.replace("GRACE_", &GRACE.to_string()).replace("ORDER_", &ORDERED_AFTER.to_string());
    let failing = cells.iter().filter(|cell| !holds(cell)).count();
    let tail = format!("\n{} cells, {failing} of which fail.\n", cells.len());
    TITLE.to_owned() + &head + &cells.iter().map(line).collect::<String>() + &tail
}

fn holds(cell: &Cell) -> bool {
    cell.was_exercised() && cell.failures().is_empty()
}

fn line(cell: &Cell) -> String {
    let (gone, mode, holds) = (cell.row.gone, cell.replication.name(), if holds(cell) { "yes" } else { "**no**" });
    let held = cell.spans(|seen| seen.held).map_or_else(|| "–".to_owned(), between);
    let (promised, writes, missing) = (promised(cell), writes(cell), missing(cell));
    let lost = most(cell.seen.iter().map(|seen| seen.lost));
    format!("| {gone} | `{mode}` | {promised} | {writes} | {held} | {missing} | {lost} | {holds} |\n")
}

fn promised(cell: &Cell) -> String {
    let letter = |side| if side == Side::A { "A" } else { "B" };
    let writes = match cell.promise.writes {
        Writes::Served(side) => format!("{} serves", letter(side)),
        Writes::Refused(reasons) => format!("refuse: *{}*", reasons[0]),
    };
    let takeover = match cell.promise.takeover {
        Takeover::Never => "",
        Takeover::Prompt => ", B takes over within the bound",
        Takeover::Graced => ", B takes over after the grace period",
        Takeover::Forced => ", B takes over by force",
        Takeover::Refounded => ", B takes over once the register is founded anew on it",
    };
    let loss = match cell.promise.loss {
        Loss::None => ", loss 0",
        Loss::Rpo => ", loss ≤ RPO",
        Loss::Declared => ", loss declared",
    };
    format!("{writes}{takeover}{loss}")
}

fn writes(cell: &Cell) -> String {
    let mut parts = Vec::new();
    for (side, name) in Side::BOTH.into_iter().zip(["A", "B"]) {
        let acknowledged: u64 = cell.seen.iter().map(|seen| seen.acknowledged[side.index()]).sum();
        if acknowledged > 0 {
            parts.push(format!("{name} acknowledged {acknowledged}"));
        }
    }
    for (class, name) in Refusal::CLASSES.iter().enumerate() {
        let refused: u64 = cell.seen.iter().map(|seen| seen.refused[class]).sum();
        if refused > 0 {
            parts.push(format!("{refused} refused: *{name}*"));
        }
    }
    let reads: u64 = cell.seen.iter().map(|seen| seen.reads).sum();
    parts.push(if reads > 0 { format!("{reads} reads shown") } else { "no read shown".to_owned() });
    parts.join(", ")
}

fn missing(cell: &Cell) -> String {
    let missing = most(cell.seen.iter().map(|seen| seen.missing));
    let stretch = cell.spans(|seen| (seen.missing > 0).then_some(seen.stretch));
    let declared = cell.seen.iter().filter(|seen| seen.declared).count();
    let over = stretch.map_or_else(String::new, |(_, longest)| format!(", over up to {}", tenths(longest)));
    let said = if declared > 0 { format!(", declared in {declared} runs") } else { String::new() };
    format!("{missing}{over}{said}")
}

/// The greatest of some numbers.
fn most(numbers: impl Iterator<Item = u64>) -> String {
    match numbers.max().unwrap_or(0) {
        0 => "0".to_owned(),
        most => format!("up to {most}"),
    }
}

fn between((least, most): (Span, Span)) -> String {
    format!("{} to {}", tenths(least), tenths(most))
}

/// Seconds, to a tenth.
fn tenths(span: Span) -> String {
    let tenths = (span.as_micros() + 50_000) / 100_000;
    format!("{}.{} s", tenths / 10, tenths % 10)
}
