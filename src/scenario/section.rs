//! The declaration of a table of the format, and of what its keys hold.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};

/// Declares a table: a struct with a field for each key, read from TOML, laid over another, and
/// described by JSON Schema with the same words as here.
macro_rules! section {
    (
        $(#[doc = $doc:literal])*
        $name:ident {
            required { $($(#[doc = $needed_doc:literal])* $needed:ident: $needed_type:ty),* $(,)? }
            optional { $($(#[doc = $other_doc:literal])* $other:ident: $other_type:ty),* $(,)? }
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default)]
        pub(in crate::scenario) struct $name {
            $($(#[doc = $needed_doc])* pub(in crate::scenario) $needed: $crate::scenario::read::Given<$needed_type>,)*
            $($(#[doc = $other_doc])* pub(in crate::scenario) $other: $crate::scenario::read::Given<$other_type>,)*
        }

        impl $crate::scenario::section::Section for $name {
            fn take(table: &mut $crate::scenario::read::Table<'_, '_>) -> Self {
                Self {
                    $($needed: table.required($crate::scenario::section::key(stringify!($needed))),)*
                    $($other: table.optional($crate::scenario::section::key(stringify!($other))),)*
                }
            }

            fn over(self, over: Self) -> Self {
                Self {
                    $($needed: $crate::scenario::read::overlaid(self.$needed, over.$needed),)*
                    $($other: $crate::scenario::read::overlaid(self.$other, over.$other),)*
                }
            }

            fn describe(shape: &mut $crate::scenario::section::Shape<'_>) {
                shape.about(&[$($doc),*]);
                $(shape.needs::<$needed_type>(stringify!($needed), &[$($needed_doc),*]);)*
                $(shape.may_have::<$other_type>(stringify!($other), &[$($other_doc),*]);)*
            }
        }

        impl $crate::scenario::read::Value for $name {
            fn read(
                input: $crate::scenario::read::Input<'_>,
                place: &$crate::scenario::source::Place,
                value: &toml::de::DeValue<'_>,
            ) -> Option<Self> {
                let Some(entries) = value.as_table() else {
                    return $crate::scenario::read::wrong_type(input, place, "a table", value);
                };
                let mut table = $crate::scenario::read::Table::new(input, place, entries);
                let section = $crate::scenario::section::Section::take(&mut table);
                table.finish();
                Some(section)
            }

            fn overlaid(self, over: Self) -> Self {
                $crate::scenario::section::Section::over(self, over)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut shape = $crate::scenario::section::Shape::new(generator);
                <Self as $crate::scenario::section::Section>::describe(&mut shape);
                shape.finish()
            }
        }
    };
}
pub(super) use section;

/// Gives simple types a JSON Schema that stands wherever they do.
macro_rules! described {
    ($($type:ty => $schema:tt),* $(,)?) => { $(
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    )* };
}
pub(super) use described;

/// What `section!` implements.
pub(super) trait Section {
    /// Reads the keys of the section, and leaves others for whoever reads next.
    fn take(table: &mut super::read::Table<'_, '_>) -> Self;
    /// This section with another laid over it, key by key.
    #[must_use]
    fn over(self, over: Self) -> Self;
    /// Adds the keys to a schema.
    fn describe(shape: &mut Shape<'_>);
}

/// The key of a field: the field's name, where that is no word of Rust.
pub(super) fn key(field: &'static str) -> &'static str {
    field.trim_start_matches("r#")
}

/// The JSON Schema of a table in the making.
pub(super) struct Shape<'g> {
    generator: &'g mut SchemaGenerator,
    about: String,
    properties: Map<String, Json>,
    required: Vec<&'static str>,
}

impl<'g> Shape<'g> {
    pub(super) fn new(generator: &'g mut SchemaGenerator) -> Self {
        Self { generator, about: String::new(), properties: Map::new(), required: Vec::new() }
    }

    pub(super) fn about(&mut self, doc: &[&str]) {
        self.about = sentence(doc);
    }

    pub(super) fn needs<T: JsonSchema>(&mut self, field: &'static str, doc: &[&str]) {
        self.required.push(key(field));
        self.may_have::<T>(field, doc);
    }

    pub(super) fn may_have<T: JsonSchema>(&mut self, field: &'static str, doc: &[&str]) {
        let mut schema = self.generator.subschema_for::<T>();
        schema.insert("description".into(), sentence(doc).into());
        self.properties.insert(key(field).into(), schema.into());
    }

    /// A key whose value is always the same word.
    pub(super) fn constant(&mut self, field: &'static str, word: &'static str) {
        self.required.push(field);
        self.properties.insert(field.into(), json!({ "const": word }));
    }

    pub(super) fn finish(self) -> Schema {
        let mut schema = schemars::json_schema!({
            "type": "object",
            "description": self.about,
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            schema.insert("required".into(), self.required.into());
        }
        schema
    }
}

fn sentence(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}
