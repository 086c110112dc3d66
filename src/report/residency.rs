//! Where data came to rest, and what that put to the test: the part of the page that answers to whom the
//! promise was made.

use super::captions::counted;
use crate::audit::{Rests, TenantSeen};
use crate::metrics::{Crossing, grouped};
use crate::outcome::{AtRest, Outcome, located};
use crate::terms::{Boundary, CopyClass, Datacenter, Refusal, Rule};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The most tenants of which the page tells each workload.
const MOST_TENANTS: usize = 6;

/// A row of the matrix: what sets it apart, the copy class, and whose it is.
type Row = (Option<Rule>, CopyClass, Boundary);

/// Who rests where, what may rest elsewhere, what residence costs, and which of the rules met what.
pub(super) fn section(outcome: &Outcome) -> Markup {
    html! {
        @if !outcome.coverage.rests.is_empty() {
            h2 { "Residence" }
            p { "Records that came to rest, by the boundary of the tenant's billing country (of runs of a log: of its scale unit) and by where they physically are." }
            (matrix(outcome, false))
            @if outcome.coverage.rests.iter().any(|rests| rests.apart.is_some()) {
                h2 { "Apart by rule" }
                p { "What the rules let rest elsewhere than in the boundary of the billing country, and private conversations, of which nothing is promised." }
                (matrix(outcome, true))
            }
            (transit(outcome))
            (price(outcome))
            (tenants(outcome))
            (tested(outcome))
        }
    }
}

fn matrix(outcome: &Outcome, apart: bool) -> Markup {
    let places = &outcome.measurements.setup.datacenters;
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|&place| places[place].boundary);
    let mut rows: BTreeMap<Row, Vec<u64>> = BTreeMap::new();
    for rests in outcome.coverage.rests.iter().filter(|rests| rests.apart.is_some() == apart) {
        let Rests { apart, copy, home, datacenter, landings } = *rests;
        let row = rows.entry((apart, copy, home)).or_insert_with(|| vec![0; places.len()]);
        row[datacenter.index()] += landings;
    }
    let name = |place: usize| outcome.names.datacenter(Datacenter(u8::try_from(place).unwrap_or(u8::MAX)));
    html! {
        div.wide { table.matrix {
            thead { tr {
                @if apart { th { "rule" } }
                th { "copy class" } th { "home" }
                @for &place in &order { th.number { (name(place)) } }
            } }
            tbody {
                @for ((rule, copy, home), counts) in &rows {
                    tr {
                        @if let Some(rule) = rule { td.id { (rule) } }
                        td { (copy) }
                        td { (outcome.names.boundary(*home)) }
                        @for &place in &order {
                            @let inside = places[place].boundary == *home;
                            @match (inside, counts[place]) {
                                (_, 0) => td.number.home[inside].none { "0" },
                                (true, count) => td.number.home { (grouped(count)) },
                                (false, count) => td.number.bad[!apart] { (grouped(count)) },
                            }
                        }
                    }
                }
            }
        } }
    }
}

/// What travelled between a boundary and devices in another's network.
fn transit(outcome: &Outcome) -> Markup {
    let crossings: Vec<_> = outcome.measurements.transit.crossings().collect();
    html! {
        h2 { "In transit" }
        @if crossings.is_empty() {
            p { "No device in another boundary's network sent anything, or was shown anything." }
        } @else {
            p { "Content that travelled between the boundary where it rests and devices in another's network." }
            table {
                thead { tr {
                    th { "home" } th { "device in" } th.number { "records sent" } th.number { "parts shown" }
                } }
                tbody {
                    @for Crossing { home, network, sent, shown } in crossings {
                        tr {
                            td { (outcome.names.boundary(*home)) }
                            td { (outcome.names.boundary(*network)) }
                            td.number { (grouped(*sent)) }
                            td.number { (grouped(*shown)) }
                        }
                    }
                }
            }
        }
    }
}

/// The refusals that residence asked for. The oracle found each necessary, or RES-7 is broken.
fn price(outcome: &Outcome) -> Markup {
    let refused = outcome.measurements.writes.whole.refused;
    let told: Vec<_> = Refusal::OF_RESIDENCE
        .into_iter()
        .filter(|refusal| refused[refusal.class()] > 0)
        .filter_map(|refusal| Some((refusal, refusal.rule()?, refused[refusal.class()])))
        .collect();
    html! {
        h2 { "The price of residence" }
        @if told.is_empty() {
            p { "No write was refused for the sake of residence." }
        } @else {
            table {
                thead { tr { th { "rule" } th { "refusal" } th.number { "times" } } }
                tbody {
                    @for (refusal, rule, times) in told {
                        tr { td.id { (rule) } td { (refusal) } td.number { (grouped(times)) } }
                    }
                }
            }
        }
    }
}

/// What rests where of each named tenant, and when that was last verified.
fn tenants(outcome: &Outcome) -> Markup {
    let followed = outcome.measurements.landings.followed();
    let named = || outcome.names.tenants.iter().take(followed);
    html! {
        @for name in named().take(MOST_TENANTS) {
            @let located = located(outcome, name).unwrap_or_default();
            @if !located.is_empty() {
                h2 { "Data location: " (name) (at_home(outcome, name)) }
                table {
                    thead { tr { th { "workload" } th { "boundary" } th { "datacenter" } th { "at rest" } } }
                    tbody {
                        @for AtRest { workload, datacenter, boundary, copies } in &located {
                            tr {
                                td { (workload.name()) }
                                td { (outcome.names.boundary(*boundary)) }
                                td { (outcome.names.datacenter(*datacenter)) }
                                td { (copies.iter().map(|(copy, count)| format!("{copy} {}", grouped(*count))).collect::<Vec<_>>().join(", ")) }
                            }
                        }
                    }
                }
                p.run { (seen(&outcome.seen_of(name))) }
            }
        }
        @if followed > MOST_TENANTS {
            p.run { "The other " (followed - MOST_TENANTS) " named tenants: " code { "ringfence locate" } "." }
        }
    }
}

/// Where a tenant is at home by rule, in a few words after its name.
pub(super) fn at_home(outcome: &Outcome, tenant: &str) -> String {
    let home = outcome.seen_of(tenant).home;
    home.map(|home| format!(", at home in {} by rule", outcome.names.boundary(home))).unwrap_or_default()
}

/// What was last verified of a tenant, and what of it rests elsewhere, by rule.
pub(super) fn seen(seen: &TenantSeen) -> String {
    let verified = seen.verified.map_or("never verified".to_owned(), |at| format!("last verified {at}"));
    let apart = Rule::ALL.into_iter().zip(seen.apart).filter(|&(_, records)| records > 0);
    let why = |rule| if rule == Rule::R7 { " (private conversations, which are not the organization's)" } else { "" };
    let told = |(rule, records)| format!("{} by {rule}{}", counted(records, "record"), why(rule));
    let apart: Vec<_> = apart.map(told).collect();
    match apart[..] {
        [] => format!("{verified}; nothing rests outside the boundary of the billing country"),
        _ => format!("{verified}; outside the boundary of the billing country: {}", apart.join(", ")),
    }
}

/// How many pairs of datacenter and fault each rule met in each copy class.
fn tested(outcome: &Outcome) -> Markup {
    let covered = outcome.covered();
    let mut cells: BTreeMap<(Rule, CopyClass), u64> = BTreeMap::new();
    for cell in covered.keys() {
        *cells.entry((cell.rule, cell.copy)).or_default() += 1;
    }
    let met = |copy: &CopyClass| cells.keys().any(|(_, met)| met == copy);
    let copies: Vec<CopyClass> = CopyClass::ALL.into_iter().filter(met).collect();
    let rules = Rule::ALL.into_iter().filter(|rule| cells.keys().any(|(met, _)| met == rule));
    html! {
        h2 { "What was put to the test" }
        p {
            (counted(covered.len() as u64, "cell")) " of rule × copy class × datacenter × active fault saw a landing. "
            "Of each rule and class, at how many datacenters under how many kinds of fault:"
        }
        table {
            thead { tr { th { "rule" } @for copy in &copies { th.number { (copy) } } } }
            tbody {
                @for rule in rules {
                    tr {
                        td.id { (rule) }
                        @for copy in &copies {
                            @match cells.get(&(rule, *copy)) {
                                Some(count) => td.number { (count) },
                                None => td.number.none { "–" },
                            }
                        }
                    }
                }
            }
        }
    }
}
