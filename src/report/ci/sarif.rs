//! SARIF 2.1.0: a rule for each promise, a result for each thing that is wrong, at its line.

use super::{Concern, Place, Results, Shared, Standing};
use crate::outcome::VERSION;
use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::xxh3_64;

/// The published schema, which a test holds these files against.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The results as one SARIF log.
pub fn sarif(results: &Results) -> String {
    let shared = results.shared();
    let rules = rules(&shared, results);
    let standing = results.standing;
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ringfence",
                "version": VERSION,
                "semanticVersion": VERSION,
                "rules": rules.iter().map(|(id, promise)| rule(id, promise)).collect::<Vec<_>>(),
            } },
            "automationDetails": { "id": format!("ringfence/{}/", results.command) },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": matches!(standing, Standing::Judged(_)),
                "exitCode": standing.exit_code(),
                "exitCodeDescription": standing.meaning(),
                // What is of no file has no place among the results.
                "toolExecutionNotifications": results.remarks.iter().map(notification).collect::<Vec<_>>(),
            }],
            "results": (0..shared.len()).map(|place| result(&shared, place, &rules)).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

/// Every rule that something goes against, once, in the order of the results.
fn rules<'a>(shared: &[Shared<'a>], results: &'a Results) -> Vec<(&'a str, &'a str)> {
    let mut rules: Vec<(&str, &str)> = Vec::new();
    for concern in shared.iter().map(|one| one.concern).chain(&results.remarks) {
        if !rules.iter().any(|(id, _)| *id == concern.rule) {
            rules.push((&concern.rule, &concern.promise));
        }
    }
    rules
}

fn rule(id: &str, promise: &str) -> Value {
    json!({ "id": id, "shortDescription": { "text": promise }, "defaultConfiguration": { "level": "error" } })
}

fn result(all: &[Shared<'_>], place: usize, rules: &[(&str, &str)]) -> Value {
    let shared @ Shared { suite, concern, cases } = &all[place];
    let fingerprint = fingerprint(&all[..place], shared);
    let place = concern.place.as_ref().or(suite.place.as_ref());
    let related = concern.related.iter().enumerate().map(|(index, (place, what))| {
        let mut related = location(place);
        related.insert("id".into(), (index + 1).into());
        related.insert("message".into(), json!({ "text": what }));
        Value::from(related)
    });
    let names: Vec<_> = cases.iter().map(|case| case.name.as_str()).collect();
    let reproduce = cases.first().and_then(|case| case.reproduce.as_deref());
    json!({
        "ruleId": concern.rule,
        "ruleIndex": rules.iter().position(|(id, _)| *id == concern.rule),
        "level": level(concern),
        "message": { "text": shared.message() },
        "locations": place.map(location).into_iter().collect::<Vec<_>>(),
        "relatedLocations": related.collect::<Vec<_>>(),
        "occurrenceCount": cases.len(),
        "partialFingerprints": { "ringfence/v1": fingerprint },
        "properties": { "suite": suite.name, "cases": names, "reproduce": reproduce },
    })
}

/// What stays the same while lines move and seeds differ: the suite, the rule, and which of several it is that go
/// against the same rule there.
fn fingerprint(before: &[Shared<'_>], shared: &Shared<'_>) -> String {
    let (suite, rule) = (&shared.suite.name, &shared.concern.rule);
    let like = before.iter().filter(|other| other.suite.name == *suite && other.concern.rule == *rule);
    format!("{:016x}", xxh3_64(format!("{suite}\n{rule}\n{}", like.count()).as_bytes()))
}

fn level(concern: &Concern) -> &'static str {
    if concern.fails { "error" } else { "warning" }
}

fn location(place: &Place) -> Map<String, Value> {
    let region = json!({ "startLine": place.line, "startColumn": place.column });
    let physical = json!({ "artifactLocation": { "uri": uri(&place.file) }, "region": region });
    [("physicalLocation".to_owned(), physical)].into_iter().collect()
}

fn notification(concern: &Concern) -> Value {
    let locations: Vec<_> = concern.place.iter().map(location).collect();
    let (id, level) = (&concern.rule, level(concern));
    json!({ "message": { "text": concern.what }, "level": level, "associatedRule": { "id": id }, "locations": locations })
}

/// A path as a URI reference: relative as it was given, or absolute.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path).replace('\\', "/");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte);
    let escaped =
        path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") });
    let escaped: String = escaped.collect();
    if path.starts_with('/') { format!("file://{escaped}") } else { escaped }
}
