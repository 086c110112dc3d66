//! `topology`: where everything stands, and which boundary each country belongs to.

use super::args::{Format, TopologyArgs};
use super::failure::Failure;
use super::terminal::Terminal;
use crate::outcome::{SCHEMA_VERSION, Verdict};
use crate::scenario::{BUILT_IN, CountryRule, Topology, load_topology};
use crate::terms::{Boundary, Datacenter, Instant, Span};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use serde_json::{Map, Value, json};

pub(super) fn topology(args: &TopologyArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    let name = args.topology.as_ref().map_or(BUILT_IN.into(), |path| path.to_string_lossy());
    let topology = load_topology(&name)?;
    terminal.print(&match (args.format, args.countries) {
        (Format::Text, false) => places_text(&topology),
        (Format::Text, true) => countries_text(&topology),
        (Format::Json, false) => places_json(&topology),
        (Format::Json, true) => countries_json(&topology),
    });
    Ok(Verdict::Pass)
}

fn places_text(topology: &Topology) -> String {
    let parts = [
        topology.name.clone(),
        table(
            &["datacenter", "boundary", "place", "region", "requests/s", "old records/s", "flush"],
            &[4, 5],
            datacenter_rows(topology),
        ),
        table(&["unit", "boundary", "primary", "backup", "witness"], &[], unit_rows(topology)),
        format!("round trips, from row to column, milliseconds\n{}", latencies(topology)),
        source(topology),
    ];
    parts.join("\n\n") + "\n"
}

fn datacenter_rows(topology: &Topology) -> Vec<Vec<String>> {
    let row = |row: &crate::scenario::topology::DatacenterRow| {
        let boundary = boundary_name(topology, row.boundary);
        let (rate, flush) = (row.rate.to_string(), row.flush.to_string());
        let rereads = row.rereads().map_or("any".to_owned(), |rereads| rereads.to_string());
        vec![row.name.clone(), boundary, row.place.clone(), row.region.clone(), rate, rereads, flush]
    };
    topology.datacenters.iter().map(row).collect()
}

fn unit_rows(topology: &Topology) -> Vec<Vec<String>> {
    let name = |datacenter: Datacenter| topology.datacenters[datacenter.index()].name.clone();
    let row = |unit: &crate::sim::plan::UnitPlan| {
        let boundary = boundary_name(topology, unit.boundary);
        vec![unit.name.clone(), boundary, name(unit.sites[0]), name(unit.sites[1]), name(unit.witness)]
    };
    topology.units.iter().map(row).collect()
}

fn latencies(topology: &Topology) -> String {
    let names: Vec<&str> = topology.datacenters.iter().map(|row| row.name.as_str()).collect();
    let header: Vec<_> = std::iter::once("").chain(names.iter().copied()).collect();
    let cells = |from: Datacenter| {
        handles(topology).map(move |to| if from == to { "–".into() } else { millis(topology.round_trip(from, to)) })
    };
    let rows = handles(topology).zip(&names);
    let rows = rows.map(|(from, name)| std::iter::once((*name).to_owned()).chain(cells(from)).collect());
    table(&header, &(1..header.len()).collect::<Vec<_>>(), rows.collect())
}

fn source(topology: &Topology) -> String {
    let measured = &topology.measured;
    format!("round trips: {} ({})", measured.source, measured.licence)
}

fn countries_text(topology: &Topology) -> String {
    let mark = |rule: &CountryRule| match (rule.overruled, rule.row.ambiguous) {
        (true, _) => "overruled",
        (false, true) => "ambiguous",
        (false, false) => "",
    };
    let row = |rule: &CountryRule| {
        let (boundary, mark) = (boundary_of(topology, rule), mark(rule));
        vec![rule.row.code.to_string(), rule.row.name.into(), boundary, mark.into(), explained(rule).into()]
    };
    let rows = topology.countries.iter().map(row).collect();
    let ambiguous = topology.countries.iter().filter(|rule| rule.row.ambiguous).count();
    let refused = topology.countries.iter().filter(|rule| rule.boundary.is_none()).count();
    let table = table(&["code", "country", "boundary", "", ""], &[], rows);
    format!("{table}\n\n{} countries, {refused} refused, {ambiguous} ambiguous\n", topology.countries.len())
}

/// Only what is out of the ordinary is explained.
fn explained(rule: &CountryRule) -> &str {
    if rule.row.ambiguous || rule.boundary.is_none() || rule.overruled { &rule.row.note } else { "" }
}

fn places_json(topology: &Topology) -> String {
    let name = |datacenter: Datacenter| topology.datacenters[datacenter.index()].name.as_str();
    let datacenters = topology.datacenters.iter().map(|row| {
        json!({
            "name": row.name,
            "boundary": boundary_name(topology, row.boundary),
            "place": row.place,
            "region": row.region,
            "jurisdiction": row.jurisdiction.map(|country| country.to_string()),
            "requests_per_second": row.rate,
            "old_records_per_second": row.rereads(),
            "flush_us": row.flush.as_micros(),
        })
    });
    let units = topology.units.iter().map(|unit| {
        json!({
            "name": unit.name,
            "boundary": boundary_name(topology, unit.boundary),
            "primary": name(unit.sites[0]),
            "backup": name(unit.sites[1]),
            "witness": name(unit.witness),
        })
    });
    let row = |from: Datacenter| -> Map<String, Value> {
        let others = handles(topology).filter(|&to| to != from);
        others.map(|to| (name(to).to_owned(), topology.round_trip(from, to).as_micros().into())).collect()
    };
    let round_trips: Map<_, _> = handles(topology).map(|from| (name(from).to_owned(), row(from).into())).collect();
    written(&json!({
        "schema_version": SCHEMA_VERSION,
        "name": topology.name,
        "datacenters": datacenters.collect::<Vec<_>>(),
        "units": units.collect::<Vec<_>>(),
        "round_trips_us": round_trips,
        "measured": {
            "on": topology.measured.date.map(day),
            "source": topology.measured.source,
            "licence": topology.measured.licence,
        },
    }))
}

fn countries_json(topology: &Topology) -> String {
    let countries = topology.countries.iter().map(|rule| {
        json!({
            "code": rule.row.code.to_string(),
            "name": rule.row.name,
            "boundary": rule.boundary.map(|boundary| boundary_name(topology, boundary)),
            "ambiguous": rule.row.ambiguous,
            "overruled": rule.overruled,
            "note": rule.row.note,
        })
    });
    let countries: Vec<_> = countries.collect();
    written(&json!({ "schema_version": SCHEMA_VERSION, "name": topology.name, "countries": countries }))
}

fn written(value: &Value) -> String {
    format!("{value:#}\n")
}

fn handles(topology: &Topology) -> impl Iterator<Item = Datacenter> {
    (0..).map(Datacenter).take(topology.datacenters.len())
}

fn boundary_name(topology: &Topology, boundary: Boundary) -> String {
    topology.boundaries[boundary.index()].name.clone()
}

fn boundary_of(topology: &Topology, rule: &CountryRule) -> String {
    rule.boundary.map_or("refused".into(), |boundary| boundary_name(topology, boundary))
}

fn millis(span: Span) -> String {
    (span.as_micros() as f64 / 1e3).to_string()
}

/// The day of an instant, in UTC.
fn day(instant: Instant) -> String {
    instant.to_string().chars().take_while(|&c| c != 'T').collect()
}

/// Columns apart by spaces; those whose places are in `numbers` are flush right.
fn table(header: &[&str], numbers: &[usize], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header).add_rows(rows);
    for &number in numbers {
        if let Some(column) = table.column_mut(number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
        .lines()
        .map(|line| line.strip_prefix(" ").unwrap_or(&line).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}
