//! `reference`: every key, fault, metric, refusal, invariant, rare situation and error, from the tables that the
//! program itself reads.

use super::failure::Failure;
use super::terminal::{Terminal, put};
use crate::audit::INVARIANTS;
use crate::campaign::sometimes::{EVENTS, Event};
use crate::metrics::{Dimension, Metric};
use crate::outcome::Verdict;
use crate::scenario::{Code, PROFILES, SHAPE_WORDS, profiles_schema, schema};
use crate::terms::{CopyClass, CopyRow, Refusal};
use serde_json::Value;

pub(super) fn reference(terminal: &Terminal) -> Result<Verdict, Failure> {
    let read = |schema: String| -> Result<Value, Failure> {
        serde_json::from_str(&schema).map_err(|error| Failure::Internal(error.to_string()))
    };
    terminal.print(&page(&read(schema())?, &read(profiles_schema())?));
    Ok(Verdict::Pass)
}

/// The tables of a scenario file, in reading order: the heading, and the definition in the schema.
const TABLES: [(&str, &str); 20] = [
    ("`[service]`", "Service"),
    ("`[population]`", "Population"),
    ("`users_per_tenant`, where it is drawn", "Drawn"),
    ("`[[tenant]]`", "Tenant"),
    ("`[traffic]`", "Traffic"),
    ("`[[upgrade]]`", "Upgrade"),
    ("`[[move]]`", "Move"),
    ("`[[go_local]]`", "GoLocal"),
    ("`[[replace]]`", "Replace"),
    ("`[[threshold]]`", "Threshold"),
    ("`[[covers]]`", "Covers"),
    ("`[[inventory]]`", "Inventory"),
    ("`[check]`", "Check"),
    ("A topology: `[topology]`, or a file", "TopologyDocument"),
    ("`[boundaries.NAME]` of a topology", "BoundaryDocument"),
    ("`[datacenters.NAME]` and `[datacenter_defaults]`", "DatacenterDocument"),
    ("`[units.NAME]`", "UnitDocument"),
    ("`[rtt]`", "RttDocument"),
    ("`[links]`", "LinksDocument"),
    ("`[access]`", "AccessDocument"),
];

fn page(schema: &Value, profiles: &Value) -> String {
    let mut page = String::from(
        "# Reference\n\nWritten by `ringfence reference` from the tables that the program itself reads. \
         A key in bold must be there.\n\n## A scenario\n",
    );
    keys(&mut page, schema, schema);
    for (heading, definition) in TABLES {
        put(&mut page, &format!("\n## {heading}\n"));
        keys(&mut page, &schema["definitions"][definition], schema);
    }
    put(&mut page, "\n## `[[fault]]`, by `kind`");
    for fault in schema["definitions"]["Fault"]["oneOf"].as_array().into_iter().flatten() {
        put(&mut page, &format!("\n### {}\n", quoted(&fault["properties"]["kind"]["const"])));
        keys(&mut page, fault, schema);
    }
    put(&mut page, &format!("\n## `{PROFILES}`: `[profile.NAME]`\n"));
    keys(&mut page, &profiles["definitions"]["ProfileDocument"], profiles);
    put(&mut page, "\n### `[profile.NAME.reports]`\n");
    keys(&mut page, &profiles["definitions"]["Reports"], profiles);
    exit_codes(&mut page);
    shapes(&mut page);
    metrics(&mut page);
    put(&mut page, "\n## Classes of refusal\n");
    for class in Refusal::CLASSES {
        put(&mut page, &format!("- `{class}`"));
    }
    put(&mut page, "\n## Invariants\n\n| id | promise |\n|---|---|");
    for (id, promise) in INVARIANTS {
        put(&mut page, &format!("| {id} | {promise} |"));
    }
    copies(&mut page);
    situations(&mut page);
    put(&mut page, "\n## Errors\n\n| code | meaning |\n|---|---|");
    for code in Code::ALL {
        put(&mut page, &format!("| {} | {} |", code.as_str(), code.meaning()));
    }
    page
}

/// What a table of a schema says of itself, and a row for each of its keys.
fn keys(page: &mut String, table: &Value, schema: &Value) {
    if let Some(about) = table["description"].as_str() {
        put(page, &format!("{about}\n"));
    }
    put(page, "| key | value | meaning |\n|---|---|---|");
    let needed = |key: &str| table["required"].as_array().into_iter().flatten().any(|one| one == key);
    let properties = table["properties"].as_object().into_iter().flatten();
    for (key, shape) in properties.filter(|(_, shape)| shape.get("const").is_none()) {
        let name = if needed(key) { format!("**`{key}`**") } else { format!("`{key}`") };
        let meaning = shape["description"].as_str().unwrap_or_default().replace('|', "\\|");
        put(page, &format!("| {name} | {} | {meaning} |", holds(shape, schema)));
    }
}

/// What a key holds, in a few words.
fn holds(shape: &Value, schema: &Value) -> String {
    let shape = shape["allOf"].get(0).unwrap_or(shape);
    if let Some(definition) = shape["$ref"].as_str() {
        return schema
            .pointer(definition.trim_start_matches('#'))
            .map_or_else(String::new, |shape| holds(shape, schema));
    }
    if let Some(word) = shape.get("const") {
        return quoted(word);
    }
    if let Some(words) = shape["enum"].as_array() {
        return words.iter().map(quoted).collect::<Vec<_>>().join(", ");
    }
    if let Some(shapes) = shape["anyOf"].as_array().or(shape["oneOf"].as_array()) {
        return shapes.iter().map(|shape| holds(shape, schema)).collect::<Vec<_>>().join(" or ");
    }
    match shape["type"].as_str() {
        Some("string") => of_pattern(shape["pattern"].as_str().unwrap_or_default()).into(),
        Some("integer") => "a whole number".into(),
        Some("number") => "a number".into(),
        Some("boolean") => "`true` or `false`".into(),
        Some("array") => "a list".into(),
        _ => "a table".into(),
    }
}

/// What a text of a pattern is: the patterns of times and quantities are told by their units.
fn of_pattern(pattern: &str) -> &'static str {
    match (pattern.contains("ms|s|m|h"), pattern.contains("[0-9]{4}")) {
        _ if pattern.contains('%') => "a percentage",
        (true, true) => "a time since the start, or a point in time",
        (true, false) => "a duration",
        (false, true) => "a point in time",
        (false, false) => "text",
    }
}

fn shapes(page: &mut String) {
    put(
        page,
        "\n## A shape\n\nA scenario that leaves something open, from which `ringfence campaign FILE` draws another plain \
         scenario for each seed. Each place draws by itself: what is added moves no other place's draws.\n\n\
         | what may stand there | meaning |\n|---|---|",
    );
    for (what, meaning) in SHAPE_WORDS {
        put(page, &format!("| `{what}` | {meaning} |"));
    }
}

fn copies(page: &mut String) {
    put(
        page,
        "\n## Copy classes\n\n| class | holds | may rest | is kept | is fed by | is read by |\n|---|---|---|---|---|---|",
    );
    for CopyRow { name, holds, residence, lifetime, fed_by, readers, .. } in CopyClass::TABLE {
        put(page, &format!("| {name} | {holds} | {residence} | {lifetime} | {fed_by} | {readers} |"));
    }
}

fn situations(page: &mut String) {
    put(
        page,
        "\n## Rare situations\n\nNo promise forbids them, and a campaign ought to reach each: `ringfence campaign` says \
         which it never did.\n\n| situation | meaning |\n|---|---|",
    );
    for Event { name, sentence, .. } in EVENTS {
        put(page, &format!("| {name} | {sentence} |"));
    }
}

/// The highest that applies wins.
fn exit_codes(page: &mut String) {
    put(page, "\n## Exit codes\n\n| code | meaning |\n|---:|---|");
    let verdicts = [Verdict::Pass, Verdict::Threshold, Verdict::Vacuous, Verdict::Breach];
    let judged = verdicts.map(|verdict| (verdict.exit_code(), verdict.meaning()));
    let other = [
        (1, "an error of this program, or of the system"),
        (2, "bad usage, or a file that is wrong: nothing was run"),
        (130, "interrupted"),
    ];
    let mut all: Vec<_> = judged.into_iter().chain(other).collect();
    all.sort_unstable();
    for (code, meaning) in all {
        put(page, &format!("| {code} | {meaning} |"));
    }
}

fn metrics(page: &mut String) {
    put(page, "\n## Metrics\n\n| metric | counts | meaning |\n|---|---|---|");
    for metric in Metric::ALL {
        let counts = match metric.dimension() {
            Dimension::Count => "things",
            Dimension::Time => "time",
            Dimension::Percent => "percent",
        };
        put(page, &format!("| `{}` | {counts} | {} |", metric.name(), metric.meaning()));
    }
}

fn quoted(word: &Value) -> String {
    format!("`{}`", word.as_str().map_or_else(|| word.to_string(), str::to_owned))
}
