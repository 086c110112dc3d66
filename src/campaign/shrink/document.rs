//! A scenario as a document: places in it, and its text in the order in which people write one.

use std::fmt::Write;
use toml::{Table, Value};

/// A step from a value to one within it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Into a table.
    Key(String),
    /// Into an array.
    Place(usize),
}

/// The way from the root to a value.
pub(super) type Path = Vec<Step>;

/// The value at the end of a path.
pub(super) fn get<'a>(root: &'a Table, path: &[Step]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let Step::Key(key) = first else { return None };
    rest.iter().try_fold(root.get(key)?, |value, step| match step {
        Step::Key(key) => value.as_table()?.get(key),
        Step::Place(place) => value.as_array()?.get(*place),
    })
}

/// The same, to be changed.
pub(super) fn get_mut<'a>(root: &'a mut Table, path: &[Step]) -> Option<&'a mut Value> {
    let (first, rest) = path.split_first()?;
    let Step::Key(key) = first else { return None };
    rest.iter().try_fold(root.get_mut(key)?, |value, step| match step {
        Step::Key(key) => value.as_table_mut()?.get_mut(key),
        Step::Place(place) => value.as_array_mut()?.get_mut(*place),
    })
}

/// Takes a key out of its table, and a table or array that is empty thereby out of its own.
pub(super) fn remove(root: &mut Table, path: &[Step]) {
    let Some((Step::Key(key), above)) = path.split_last() else { return };
    let table = if above.is_empty() { Some(&mut *root) } else { get_mut(root, above).and_then(Value::as_table_mut) };
    let is_empty = table.is_some_and(|table| {
        table.remove(key);
        table.is_empty()
    });
    if is_empty && !above.is_empty() {
        remove(root, above);
    }
}

/// Every path of a document for which `wanted` holds, in the order of keys, what contains before what is contained.
pub(super) fn paths(root: &Table, wanted: impl Fn(&[Step], &Value) -> bool) -> Vec<Path> {
    fn gather(value: &Value, path: &mut Path, wanted: &dyn Fn(&[Step], &Value) -> bool, into: &mut Vec<Path>) {
        if wanted(path, value) {
            into.push(path.clone());
        }
        let within: Vec<(Step, &Value)> = match value {
            Value::Table(table) => table.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect(),
            Value::Array(array) => (0..).map(Step::Place).zip(array).collect(),
            _ => Vec::new(),
        };
        for (step, value) in within {
            path.push(step);
            gather(value, path, wanted, into);
            path.pop();
        }
    }
    let mut found = Vec::new();
    for (key, value) in root {
        gather(value, &mut vec![Step::Key(key.clone())], &wanted, &mut found);
    }
    found
}

/// Keys in the order in which people write them; those that are not here stand in the middle, as they did: the order
/// of countries and apps is that in which they are drawn.
const FIRST: [&str; 19] = [
    "schema_version",
    "name",
    "seed",
    "start",
    "duration",
    "settle",
    "after",
    "topology",
    "service",
    "population",
    "traffic",
    "tenant",
    "billing_country",
    "move",
    "go_local",
    "replace",
    "inventory",
    "kind",
    "metric",
];
const LAST: [&str; 7] = ["at", "for", "fault", "threshold", "covers", "requires", "check"];

fn rank(key: &str) -> (usize, usize) {
    let place = |keys: &[&str]| keys.iter().position(|one| *one == key);
    match (place(&FIRST), place(&LAST)) {
        (Some(place), _) => (0, place),
        (_, Some(place)) => (2, place),
        _ => (1, 0),
    }
}

/// The text of a document.
pub(super) fn print(root: &Table) -> String {
    let mut text = String::new();
    section(&mut text, "", root);
    text
}

fn section(text: &mut String, name: &str, table: &Table) {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| rank(key));
    let has_heading = |value: &Value| match value {
        Value::Table(within) => name.is_empty() || within.values().any(is_table_or_list),
        Value::Array(_) => is_table_or_list(value),
        _ => false,
    };
    let (headed, plain): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, value)| has_heading(value));
    for (key, value) in plain {
        let _ = writeln!(text, "{} = {value}", bare(key));
    }
    for (key, value) in headed {
        let name = if name.is_empty() { bare(key) } else { format!("{name}.{}", bare(key)) };
        match value {
            Value::Array(tables) => {
                for table in tables.iter().filter_map(Value::as_table) {
                    let _ = writeln!(text, "\n[[{name}]]");
                    section(text, &name, table);
                }
            }
            Value::Table(table) => {
                let _ = writeln!(text, "\n[{name}]");
                section(text, &name, table);
            }
            _ => {}
        }
    }
}

/// Whether it is a table, or a list of tables.
fn is_table_or_list(value: &Value) -> bool {
    let of_tables = |array: &Vec<Value>| !array.is_empty() && array.iter().all(Value::is_table);
    value.is_table() || value.as_array().is_some_and(of_tables)
}

/// A key, in quotes where it needs them.
fn bare(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(plain) { key.to_owned() } else { Value::from(key).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
start = 2019-05-06T09:00:00Z
name = "a \"b\""
schema_version = 1
[[fault]]
for = "1m"
kind = "partition"
at = "5m"
between = ["dublin", "amsterdam"]
[population]
countries = { DE = 1, "É" = 2 }
[topology.datacenters.dublin]
boot = "5s"
"#;

    fn parsed(text: &str) -> Table {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_printed_says_the_same() {
        assert_eq!(parsed(&print(&parsed(TEXT))), parsed(TEXT));
    }

    #[test]
    fn what_is_drawn_in_the_order_of_the_document_keeps_it() {
        let text = "[population]\ncountries = { SG = 1, DE = 2, IN = 3 }\n";
        assert_eq!(print(&parsed(text)).trim_start(), text);
    }

    #[test]
    fn what_is_printed_reads_as_people_write_it() {
        let text = print(&parsed(TEXT));
        assert!(text.starts_with("schema_version = 1\nname = "), "{text}");
        let fault =
            "\n[[fault]]\nkind = \"partition\"\nbetween = [\"dublin\", \"amsterdam\"]\nat = \"5m\"\nfor = \"1m\"\n";
        assert!(text.ends_with(fault), "{text}");
        assert!(text.contains("\n[population]\ncountries = { DE = 1, "), "{text}");
    }

    #[test]
    fn what_is_empty_without_a_key_goes_with_it() {
        let mut table = parsed("a = 1\n[b.c]\nd = 2\n");
        let key = |name: &str| Step::Key(name.into());
        remove(&mut table, &[key("b"), key("c"), key("d")]);
        assert_eq!(table, parsed("a = 1"));
    }
}
