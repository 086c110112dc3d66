//! The document from which a search starts: the scenario with the seed and the size of its run written into it.

use crate::scenario::{Diagnostics, Scenario, Size, parse, point};
use toml::{Table, Value};

/// The scenario's text as a document that gives the run again without any option.
pub(super) fn document(scenario: &Scenario, seed: u64, size: Size) -> Result<Table, Diagnostics> {
    let text = scenario.text();
    let Ok(mut document) = text.parse::<Table>() else {
        // It was loaded before: whatever is wrong with it is told as ever.
        return parse(&scenario.file, text, size).map(|_| Table::new());
    };
    document.insert("seed".into(), Value::Integer(i64::try_from(seed).unwrap_or(i64::MAX)));
    if size == Size::Ci {
        sized(&mut document, scenario);
    }
    Ok(document)
}

/// Writes out what `[check]` makes of a scenario.
fn sized(document: &mut Table, scenario: &Scenario) {
    let shorter = document.get("check").and_then(|check| check.get("duration")).cloned();
    if let Some(duration) = shorter {
        document.insert("duration".into(), duration);
    }
    let population = &scenario.plan.population;
    if let Some(Value::Table(table)) = document.get_mut("population")
        && table.contains_key("tenants")
    {
        table.insert("tenants".into(), population.drawn.into());
    }
    if let Some(Value::Array(tenants)) = document.get_mut("tenant") {
        let named = |name: &str| population.tenants.iter().find(|tenant| tenant.name == name);
        for table in tenants.iter_mut().filter_map(Value::as_table_mut) {
            if let Some(tenant) = table.get("name").and_then(Value::as_str).and_then(named) {
                table.insert("users".into(), tenant.users.into());
            }
        }
    }
    let (start, end) = (scenario.plan.start, scenario.plan.start + scenario.plan.duration);
    for list in ["fault", "inventory", "move", "replace", "go_local"] {
        if let Some(Value::Array(entries)) = document.get_mut(list) {
            let written = |at: &Value| at.as_str().map_or_else(|| at.to_string(), str::to_owned);
            let at = |entry: &Value| point(&written(entry.get("at")?), start);
            entries.retain(|entry| at(entry).is_none_or(|at| at < end));
        }
    }
}

/// The document with the topology files that it names written into it; `None` where it names none.
pub(super) fn with_topology_inside(document: &Table, scenario: &Scenario) -> Option<Table> {
    let mut topologies: Vec<Table> =
        scenario.files().skip(1).map(|(_, text)| text.parse()).collect::<Result<_, _>>().ok()?;
    if topologies.is_empty() {
        return None;
    }
    let own = document.get("topology").and_then(Value::as_table).cloned();
    topologies.splice(..0, own);
    let mut whole = topologies.pop()?;
    while let Some(over) = topologies.pop() {
        lay(&mut whole, over);
    }
    // What is written in a scenario extends the built-in topology unless it says otherwise.
    whole.remove("extends");
    let mut document = document.clone();
    document.insert("topology".into(), whole.into());
    Some(document)
}

/// Lays a table over another, key by key.
fn lay(table: &mut Table, over: Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay(below, above),
            (_, value) => drop(table.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::{Options, run};

    const TEXT: &str = r#"
schema_version = 1
name = "both"
start = 2019-05-06T09:00:00Z
duration = "20m"
[population]
tenants = 5
users_per_tenant = 10
[[tenant]]
name = "contoso"
billing_country = "DE"
users = 60
[[fault]]
kind = "pause"
datacenter = "dublin"
at = "2m"
for = "20s"
[[fault]]
kind = "pause"
datacenter = "dublin"
at = 2019-05-06T09:09:00Z
for = "20s"
[[inventory]]
at = "11m"
[check]
scale = "50%"
duration = "5m"
"#;

    #[test]
    fn what_is_written_out_for_the_size_of_a_check_is_the_same_run() {
        let scenario = parse("both.toml", TEXT, Size::Ci).unwrap();
        let written = document(&scenario, 7, Size::Ci).unwrap();
        let again = parse("both.toml", &super::super::document::print(&written), Size::Full).unwrap();
        let (was, is) = (run(&scenario, 7, Options::default()), run(&again, again.default_seed, Options::default()));
        assert_eq!((was.digest, was.faults.len()), (is.digest, 1));
        assert_eq!(was.faults, is.faults);
    }

    #[test]
    fn a_topology_is_written_into_the_scenario_with_all_that_it_extends() {
        let carried = [
            (
                "here.toml",
                "schema_version = 1\nname = \"h\"\nstart = 2019-05-06\nduration = \"1m\"\ntopology = \"a.toml\"\n[population]\ntenants = 1\n",
            ),
            ("a.toml", "extends = \"b.toml\"\n[datacenter_defaults]\nboot = \"50s\"\n"),
            ("b.toml", "extends = \"kaizala-2019\"\n[datacenter_defaults]\nboot = \"90s\"\nflush = \"30ms\"\n"),
        ];
        let carried = carried.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        let scenario = crate::scenario::parse_carried("here.toml", carried, Size::Full).unwrap();
        let alone = with_topology_inside(&document(&scenario, 1, Size::Full).unwrap(), &scenario).unwrap();
        let again = parse("elsewhere.toml", &super::super::document::print(&alone), Size::Full).unwrap();
        let of =
            |scenario: &Scenario| scenario.plan.datacenters.iter().map(|dc| (dc.boot, dc.flush)).collect::<Vec<_>>();
        assert_eq!(of(&scenario), of(&again));
    }
}
