//! Copies that had to be made anew, and the alarms that sites raised, as tables of the page.

use crate::metrics::{Alarm, Reseed, grouped};
use crate::outcome::Outcome;
use crate::report::captions::{per_second, rounded};
use crate::terms::{Datacenter, Instant, Unit};
use maud::{Markup, html};

/// The most rows that a table has.
const MOST_ROWS: usize = 24;

/// Restores from a backup.
pub(super) fn restores(outcome: &Outcome) -> Markup {
    let (restores, names) = (&outcome.measurements.restores, &outcome.names);
    html! {
        @if !restores.is_empty() {
            h2 { "Restores from a backup" }
            table {
                thead { tr {
                    th { "unit" } th { "in" } th.number { "restored" } th.number { "backup of" }
                    th.number { "acknowledged records lost" }
                } }
                tbody {
                    @for restore in restores.iter().take(MOST_ROWS) {
                        tr {
                            td.name { (names.unit(restore.unit)) }
                            td.name { (names.datacenter(restore.datacenter)) }
                            td.number { (restore.at) }
                            td.number { (restore.taken) }
                            td.number.bad[restore.lost > 0] { (grouped(restore.lost)) }
                        }
                    }
                }
            }
            (more(restores.len()))
        }
    }
}

/// Sites that were far behind and were brought back.
pub(super) fn reseeds(outcome: &Outcome) -> Markup {
    let (measured, names) = (&outcome.measurements, &outcome.names);
    let row = |reseed: &Reseed| {
        html! {
            tr {
                td.name { (names.unit(reseed.unit)) }
                td { (names.datacenter(reseed.from)) " → " (names.datacenter(reseed.to)) }
                td.number { (reseed.began) }
                td.number { (rounded(reseed.lasted(measured.ended))) }
                td.number { (grouped(reseed.records)) }
                td.number { (per_second(reseed.records, reseed.lasted(measured.ended))) }
                @if reseed.ended.is_some() { td { "caught up" } } @else { td.doubtful { "not over" } }
            }
        }
    };
    html! {
        @if !measured.reseeds.is_empty() {
            h2 { "Sites brought back" }
            table {
                thead { tr {
                    th { "unit" } th { "from → to" } th.number { "began" } th.number { "took" }
                    th.number { "old records read" } th.number { "rate" } th { "" }
                } }
                tbody { @for reseed in measured.reseeds.iter().take(MOST_ROWS) { (row(reseed)) } }
            }
            (more(measured.reseeds.len()))
        }
    }
}

/// What sites called somebody for: a row for each cause at each site.
pub(super) fn alarms(outcome: &Outcome) -> Markup {
    let (alarms, names) = (&outcome.measurements.alarms, &outcome.names);
    let rows = by_cause(alarms);
    html! {
        @if !rows.is_empty() {
            h2 { "Alarms" }
            table {
                thead { tr {
                    th { "unit" } th { "raised by" } th { "cause" } th.number { "times" } th.number { "first" }
                    th.number { "last" }
                } }
                tbody {
                    @for row in rows.iter().take(MOST_ROWS) {
                        tr {
                            td.name { (names.unit(row.unit)) }
                            td.name { (names.datacenter(row.datacenter)) }
                            td { (row.cause) }
                            td.number { (row.times) }
                            td.number { (row.first) }
                            td.number { (row.last) }
                        }
                    }
                }
            }
            (more(rows.len()))
        }
    }
}

pub(super) fn more(rows: usize) -> Markup {
    html! { @if rows > MOST_ROWS { p.run { "and " (rows - MOST_ROWS) " more" } } }
}

/// The alarms of one cause at one site.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    unit: Unit,
    datacenter: Datacenter,
    cause: &'static str,
    times: u64,
    first: Instant,
    last: Instant,
}

/// In the order of the first of each.
fn by_cause(alarms: &[Alarm]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for &Alarm { unit, datacenter, at, what } in alarms {
        let cause = Alarm::cause(what).unwrap_or_default();
        let same = |row: &&mut Row| (row.unit, row.datacenter, row.cause) == (unit, datacenter, cause);
        match rows.iter_mut().find(same) {
            Some(row) => (row.times, row.last) = (row.times + 1, at),
            None => rows.push(Row { unit, datacenter, cause, times: 1, first: at, last: at }),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Announcement;

    #[test]
    fn alarms_of_one_cause_at_one_site_are_one_row() {
        let alarm =
            |unit, second, what| Alarm { unit: Unit(unit), datacenter: Datacenter(2), at: Instant(second), what };
        let (disk, witness) = (Announcement::DiskFailing, Announcement::WitnessSilent);
        let rows = by_cause(&[alarm(0, 1, disk), alarm(1, 2, witness), alarm(0, 3, disk), alarm(0, 4, witness)]);
        let told: Vec<_> = rows.iter().map(|row| (row.unit.0, row.cause, row.times, row.first.0, row.last.0)).collect();
        assert_eq!(
            told,
            [(0, "disk failing", 2, 1, 3), (1, "witness silent", 1, 2, 2), (0, "witness silent", 1, 4, 4)]
        );
    }
}
