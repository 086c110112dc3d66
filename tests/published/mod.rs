//! The published schemas of the formats that CI reads, and what they say against a text.

use jsonschema::Validator;
use serde_json::Value;
use std::fs;
use std::path::Path;
use uppsala::xsd::XsdValidator;

fn schema(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(name)).unwrap()
}

/// What the schema of `JUnit` says against a text.
pub(crate) fn against_junit(text: &str) -> Vec<String> {
    let schema = schema("junit-10.xsd");
    let schema = uppsala::parse(&schema).unwrap();
    let validator = XsdValidator::from_schema(&schema).unwrap();
    let document = uppsala::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    validator.validate(&document).iter().map(|error| format!("{error:?}")).collect()
}

/// What the schema of SARIF says against a text.
pub(crate) fn against_sarif(text: &str) -> Vec<String> {
    let mut schema: Value = serde_json::from_str(&schema("sarif-schema-2.1.0.json")).unwrap();
    // As published, the pattern of a language's name is no regular expression of JSON Schema's. Nothing here names one.
    for part in ["run", "toolComponent"] {
        schema["definitions"][part]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    let validator: Validator = jsonschema::validator_for(&schema).unwrap();
    let log: Value = serde_json::from_str(text).unwrap();
    validator.iter_errors(&log).map(|error| error.to_string()).collect()
}
