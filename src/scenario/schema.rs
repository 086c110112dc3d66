//! The JSON Schema of a scenario file, for editors.

use super::document::Document;
use schemars::generate::SchemaSettings;

/// The JSON Schema (draft 07) of a scenario file, as `scenarios/schema.json` holds it.
pub fn schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Document>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
