//! The page: verdict, numbers, charts with their findings, tables. One file, nothing fetched.

mod events;
mod moves;
mod seats;

use super::captions::{capital, counted, rounded};
use super::text::{fates, lost_with, particulars};
use super::{Chart, captions};
use crate::metrics::{Judgement, Pending, UnitAccount, grouped};
use crate::outcome::{Outcome, VERSION, Verdict, sentence};
use crate::terms::{Mode, Names, Register, Span, Unit};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page.css");

/// The page of an outcome.
pub(super) fn page(outcome: &Outcome, charts: &[Chart]) -> String {
    let verdict = outcome.verdict();
    let title = format!("{}: {verdict}", outcome.scenario);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (heading(outcome, verdict))
                    (numbers(outcome))
                    (breaches(outcome))
                    @for chart in charts {
                        figure {
                            (PreEscaped(&chart.svg))
                            figcaption { (chart.caption) }
                        }
                    }
                    (units(outcome))
                    (super::residency::section(outcome))
                    (events::restores(outcome))
                    (events::reseeds(outcome))
                    (moves::moves(outcome))
                    (seats::seats(outcome))
                    (events::alarms(outcome))
                    (thresholds(outcome))
                    (faults(outcome))
                    (invariants(outcome))
                    (footer(outcome))
                }
            }
        }
    };
    page.into_string() + "\n"
}

fn heading(outcome: &Outcome, verdict: Verdict) -> Markup {
    let measured = &outcome.measurements;
    html! {
        header {
            h1 { (outcome.scenario) " " span class={ "verdict " (verdict.name()) } { (verdict.name()) } }
            p.meaning { (capital(verdict.meaning())) "." }
            @for vacuity in outcome.vacuities() {
                p.vacuous { (capital(&outcome.sentence_of(&vacuity))) "." }
            }
            @for paragraph in outcome.about.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
                p.about {
                    @for (index, piece) in flowing(paragraph).split('`').enumerate() {
                        @if index % 2 == 1 { code { (piece) } } @else { (piece) }
                    }
                }
            }
            p.run {
                "Seed " (outcome.seed) ", from " (measured.setup.start) " to " (measured.ended) ", "
                (counted(outcome.events, "event")) "."
            }
        }
    }
}

/// A paragraph of a scenario's comment in one line, for the page to break anew; addresses keep lines
/// of their own.
fn flowing(paragraph: &str) -> String {
    let is_address = |line: &str| line.starts_with("https://") || line.starts_with("http://");
    let mut text = String::new();
    let mut last = "";
    for line in paragraph.lines().map(str::trim) {
        if !text.is_empty() {
            text.push(if is_address(last) || is_address(line) { '\n' } else { ' ' });
        }
        text.push_str(line);
        last = line;
    }
    text
}

fn numbers(outcome: &Outcome) -> Markup {
    let measured = &outcome.measurements;
    let flow = &measured.writes.whole;
    let time = |span: Option<Span>| span.map_or("–".to_owned(), rounded);
    let p99 = (measured.latency.count > 0).then_some(Span(measured.latency.p99));
    let rpo = measured.failovers.iter().map(|failover| failover.rpo).max();
    let tiles = [
        ("acknowledged writes", grouped(flow.acknowledged)),
        ("lost", grouped(flow.lost)),
        ("landings outside", grouped(measured.landings.outside(None, None))),
        ("refusals", grouped(flow.refusals())),
        ("most in outboxes", grouped(flow.outbox_peak)),
        ("RTO", time(measured.longest_interruption(|_| true))),
        ("RPO", time(rpo)),
        ("write latency, p99", time(p99)),
    ];
    html! {
        dl.tiles {
            @for (name, value) in tiles {
                div { dt { (name) } dd { (value) } }
            }
        }
    }
}

fn breaches(outcome: &Outcome) -> Markup {
    html! {
        @for finding in outcome.findings.iter().filter(|finding| finding.broken > 0) {
            section.broken {
                h2 { (finding.id) " is broken" }
                p {
                    "Promised: " (finding.promise) ". Broken " (counted(finding.broken, "time")) " in "
                    (counted(finding.checked, "evaluation")) "."
                }
                ul {
                    @for breach in &finding.breaches {
                        li {
                            time { (breach.at) } " " (sentence(breach, &outcome.names))
                            div.particulars { (particulars(breach, &outcome.names)) }
                        }
                    }
                }
            }
        }
    }
}

/// How each scale unit stands at the end, and what became of the tails that it set aside.
fn units(outcome: &Outcome) -> Markup {
    let (measured, names) = (&outcome.measurements, &outcome.names);
    let rows = (0_u8..).map(Unit).zip(measured.units.iter().zip(&measured.writes.units));
    html! {
        h2 { "Scale units" }
        table {
            thead { tr {
                th { "unit" } th { "holder" } th.number { "epoch" } th { "mode" } th.number { "last sync before the end" }
                th.number { "acknowledged" } th.number { "refused" } th.number { "lost" } th { "left over" }
            } }
            tbody {
                @for (unit, (account, flow)) in rows {
                    @let holder = |register: Register| measured.place(unit, register.holder.seat());
                    tr {
                        td.name { (names.unit(unit)) }
                        td { (account.register.map_or("–", |register| names.datacenter(holder(register)))) }
                        td.number { (account.register.map_or("–".to_owned(), |register| register.epoch.to_string())) }
                        @match account.register.map(|register| register.mode) {
                            Some(Mode::Alone) => td.doubtful { "alone" },
                            Some(Mode::Replicated) => td { "replicated" },
                            None => td { "–" },
                        }
                        td.number { (account.behind(measured.ended).map_or("never".to_owned(), rounded)) }
                        td.number { (grouped(flow.acknowledged)) }
                        td.number { (grouped(flow.refusals())) }
                        td.number.bad[flow.lost > 0] { (grouped(flow.lost)) }
                        td { (left_over(account, names)) }
                    }
                }
            }
        }
    }
}

/// What became of its tails, what went with a datacenter, and what is pending, with the reason.
fn left_over(account: &UnitAccount, names: &Names) -> Markup {
    let pending = |Pending { writes, why, .. }: Pending| match writes {
        0 => format!("pending: {why}"),
        writes => format!("{} pending: {why}", counted(writes, "write")),
    };
    let told = [
        (account.set_aside > 0).then(|| fates(account)),
        account.gone.filter(|&(_, lost)| lost > 0).map(|gone| lost_with(gone, names)),
        account.pending.map(pending),
    ];
    html! { @for line in told.into_iter().flatten() { div { (line) } } }
}

fn thresholds(outcome: &Outcome) -> Markup {
    html! {
        @if !outcome.thresholds.is_empty() {
            h2 { "Thresholds" }
            table {
                thead { tr { th { "metric" } th.number { "limit" } th.number { "measured" } th { "" } } }
                tbody {
                    @for result in &outcome.thresholds {
                        tr {
                            td { (result.threshold.title(&outcome.names)) }
                            td.number { (result.threshold.limits()) }
                            td.number {
                                (result.measured.map_or("nothing".to_owned(), |measured| measured.to_string()))
                            }
                            @match result.judgement() {
                                Judgement::Met => td.good { "✓ met" },
                                Judgement::Missed => td.bad { "✗ missed" },
                                Judgement::Vacuous => td.doubtful { "? vacuous" },
                            }
                        }
                    }
                }
            }
        }
    }
}

fn faults(outcome: &Outcome) -> Markup {
    let start = outcome.measurements.setup.start;
    html! {
        @if !outcome.faults.is_empty() {
            h2 { "Faults" }
            table {
                thead { tr {
                    th { "kind" } th { "what" } th.number { "at" } th.number { "for" }
                    th.number { "scheduled" } th.number { "took effect" }
                } }
                tbody {
                    @for fault in &outcome.faults {
                        tr {
                            td { (fault.kind) }
                            td { (fault.description) }
                            td.number { (fault.at.since(start)) }
                            td.number { (fault.lasts.map_or("–".to_owned(), |span| span.to_string())) }
                            td.number { (fault.scheduled) }
                            td.number.doubtful[fault.fired < fault.scheduled] { (fault.fired) }
                        }
                    }
                }
            }
        }
    }
}

fn invariants(outcome: &Outcome) -> Markup {
    html! {
        h2 { "Invariants" }
        table {
            thead { tr { th { "id" } th { "promise" } th.number { "evaluated" } th.number { "broken" } th { "" } } }
            tbody {
                @for finding in &outcome.findings {
                    tr {
                        td.id { (finding.id) }
                        td { (finding.promise) }
                        td.number { (grouped(finding.checked)) }
                        td.number { (grouped(finding.broken)) }
                        @match (finding.broken, finding.checked) {
                            (0, 0) => td.doubtful { "? not evaluated" },
                            (0, _) => td.good { "✓ held" },
                            _ => td.bad { "✗ broken" },
                        }
                    }
                    @for suspension in &finding.suspended {
                        tr {
                            td {}
                            td { "not judged: " (suspension.why) }
                            td.number { (grouped(suspension.times)) }
                            td {}
                            td {}
                        }
                    }
                }
            }
        }
    }
}

fn footer(outcome: &Outcome) -> Markup {
    html! {
        footer {
            p { "This run again, byte for byte:" }
            pre { code { (outcome.reproduce) } }
            p.identity {
                "ringfence " (VERSION) " · scenario " (outcome.scenario_hash) " · digest of the facts " (outcome.digest)
            }
        }
    }
}

/// Whether this is the name of a chart that [`charts`] makes.
pub(super) fn is_chart(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let close_up = name.strip_prefix("failover-").and_then(|rest| rest.strip_suffix(".svg"));
    close_up.is_some_and(is_number)
        || ["failover.svg", "timeline.svg", "load.svg", "landings.svg", "lag.svg"].contains(&name)
}

/// The charts of an outcome with their captions.
pub(super) fn charts(outcome: &Outcome) -> Vec<Chart> {
    let close_ups = outcome.measurements.close_ups.iter().enumerate().map(|(index, close_up)| Chart {
        file: if index == 0 { "failover.svg".to_owned() } else { format!("failover-{}.svg", index + 1) },
        svg: super::failover::close_up(outcome, close_up),
        caption: captions::close_up(outcome, close_up),
    });
    let chart = |file: &str, svg, caption| Chart { file: file.to_owned(), svg, caption };
    let mut charts: Vec<_> = close_ups.collect();
    charts.extend([
        chart("timeline.svg", super::failover::whole_run(outcome), captions::whole_run(outcome)),
        chart("load.svg", super::load::chart(outcome), captions::load(outcome)),
        chart("landings.svg", super::landings::chart(outcome), captions::landings(outcome)),
        chart("lag.svg", super::lag::chart(outcome), captions::lag(outcome)),
    ]);
    charts
}

#[cfg(test)]
mod tests {
    use super::flowing;

    #[test]
    fn prose_flows_and_addresses_stand_alone() {
        let text = "It took\na day.\nhttps://a.example/1\nhttps://a.example/2\nHere it\ndoes not.";
        assert_eq!(flowing(text), "It took a day.\nhttps://a.example/1\nhttps://a.example/2\nHere it does not.");
    }
}
