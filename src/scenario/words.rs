//! Words, lists and tables of names.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::read::{At, Given, Input, Value, instead, wrong_type};
use super::section::described;
use super::source::Place;
use super::topology::countries;
use super::zones;
use crate::service::policy::{Initiative, Manners, OldCard, Replication, Transit};
use crate::sim::plan::After;
use crate::terms::{AppVersion, CopyClass, Country};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use toml::de::DeValue;

/// What is said of a text that spoils what shows it.
pub(super) const UNPRINTABLE: &str =
    "this holds characters that do not show, such as a line end or a change of direction";

/// Whether a letter spoils what shows it: a control character, or one that is not seen and moves others about.
pub(super) fn is_unprintable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

impl Value for String {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Some(text) = value.as_str() else { return wrong_type(input, place, "a string", value) };
        if text.contains(is_unprintable) {
            input.findings.report(Code::Unprintable, place, UNPRINTABLE);
            return None;
        }
        Some(text.into())
    }
}

/// Each element is read, so that the errors of all are found.
impl<T: Value> Value for Vec<At<T>> {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Some(array) = value.as_array() else { return wrong_type(input, place, "an array", value) };
        let elements = array.iter().map(|element| {
            let place = input.place(element.span());
            T::read(input, &place, element.get_ref()).map(|value| At { value, place })
        });
        Some(elements.collect::<Vec<_>>().into_iter().flatten().collect())
    }
}

/// A table whose keys are names, in the order of the text.
#[derive(Clone, Debug)]
pub(super) struct Entries<T>(pub(super) Vec<(At<String>, At<T>)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    /// The names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.value.as_str())
    }

    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&At<T>> {
        self.0.iter().find(|(key, _)| key.value == name).map(|(_, value)| value)
    }
}

impl<T: Value> Value for Entries<T> {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Some(table) = value.as_table() else { return wrong_type(input, place, "a table", value) };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let read = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
            let (name, place) = (Cow::<str>::to_string(key.get_ref()), input.place(value.span()));
            let value = T::read(input, &place, value.get_ref())?;
            Some((At { value: name, place: input.place(key.span()) }, At { value, place }))
        };
        Some(Self(entries.into_iter().map(read).collect::<Vec<_>>().into_iter().flatten().collect()))
    }

    fn overlaid(mut self, over: Self) -> Self {
        for (name, value) in over.0 {
            match self.0.iter().position(|(known, _)| known.value == name.value) {
                Some(at) => {
                    let (key, base) = self.0.remove(at);
                    let value = At { value: base.value.overlaid(value.value), place: value.place };
                    self.0.insert(at, (key, value));
                }
                None => self.0.push((name, value)),
            }
        }
        self
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("TableOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<T>() })
    }
}

/// A value that is one of a few words.
macro_rules! words {
    ($($type:ty { $($word:literal = $value:expr),* $(,)? })*) => { $(
        impl $crate::scenario::read::Value for $type {
            fn read(
                input: $crate::scenario::read::Input<'_>,
                place: &$crate::scenario::source::Place,
                value: &toml::de::DeValue<'_>,
            ) -> Option<Self> {
                match value.as_str() {
                    $(Some($word) => Some($value),)*
                    Some(other) => $crate::scenario::words::unknown_word(input, place, other, &[$($word),*]),
                    None => $crate::scenario::read::wrong_type(input, place, concat!("one of the words ", $("`\"", $word, "\"` "),*).trim_end(), value),
                }
            }
        }

        $crate::scenario::section::described! { $type => { "enum": [$($word),*] } }
    )* };
}

/// Reports a word that may not stand here.
pub(super) fn unknown_word<T>(input: Input<'_>, place: &Place, word: &str, words: &[&str]) -> Option<T> {
    let found = Diagnostic::at(Code::UnknownWord, place, format!("`{word}` cannot stand here"));
    input.findings.add(found.help(instead(word, words.iter().copied())));
    None
}

/// What an operator orders of a scale unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Planned,
    Forced,
    Restore,
    Refound,
    Export,
    SupportDump,
}

/// A copy class whose target may refuse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusing(pub(super) CopyClass);

/// What a tenant expects of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    Served,
    Refused,
}

/// The family of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Constant,
    Lognormal,
}

pub(super) use words;

words! {
    After { "heal-all" = Self::HealAll, "lose-one" = Self::LoseOne }
    Replication { "async" = Self::Async, "sync" = Self::Sync, "sync-strict" = Self::SyncStrict }
    Initiative { "automatic" = Self::Automatic, "manual" = Self::Manual, "disabled" = Self::Disabled }
    Manners { "careful" = Self::Careful, "naive" = Self::Naive }
    OldCard { "refuse" = Self::Refuse, "group-location" = Self::GroupLocation }
    Transit { "anywhere" = Self::Anywhere, "in-boundary" = Self::InBoundary }
    Command { "planned" = Self::Planned, "forced" = Self::Forced, "restore" = Self::Restore, "refound" = Self::Refound, "export" = Self::Export, "support-dump" = Self::SupportDump }
    Refusing { "search-index" = Self(CopyClass::SearchIndex), "compliance-copy" = Self(CopyClass::ComplianceCopy),
        "backup" = Self(CopyClass::Backup) }
    Expect { "served" = Self::Served, "refused" = Self::Refused }
    Family { "constant" = Self::Constant, "lognormal" = Self::Lognormal }
}

/// The bound on every clock's rate, in parts per million.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rho(pub(super) u32);

/// At a quarter off, two clocks already disagree by more than half.
const GREATEST_RHO: u32 = 250_000;

impl Value for Rho {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        if !value.is_integer() {
            return wrong_type(input, place, "a whole number of parts per million", value);
        }
        let rho = value.as_integer().and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        let rho = rho.filter(|rho| *rho <= GREATEST_RHO).map(Self);
        if rho.is_none() {
            let message = format!("`rho_ppm` lies between 0 and {GREATEST_RHO} parts per million");
            input.findings.report(Code::OutOfRange, place, message);
        }
        rho
    }
}

/// One of the 249 codes.
impl Value for Country {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Some(text) = value.as_str() else {
            return wrong_type(input, place, "a country code such as `\"DE\"`", value);
        };
        let country = assigned(text);
        if country.is_none() {
            input.findings.add(unknown_country(place, text));
        }
        country
    }
}

/// The country of a code, if it is one of the 249.
pub(super) fn assigned(code: &str) -> Option<Country> {
    Country::parse(code).filter(|country| countries::row(*country).is_some())
}

pub(super) fn unknown_country(place: &Place, text: &str) -> Diagnostic {
    let meant = |row: &&countries::CountryRow| {
        row.name.eq_ignore_ascii_case(text) || row.code.to_string().eq_ignore_ascii_case(text)
    };
    let help = match countries::all().iter().find(meant) {
        Some(row) => format!("did you mean `{}` ({})?", row.code, row.name),
        None => {
            "a country is one of the 249 codes of ISO 3166-1, such as `DE`; `ringfence topology --countries` lists them"
                .into()
        }
    };
    Diagnostic::at(Code::UnknownCountry, place, format!("there is no country `{text}`")).help(help)
}

/// A time zone of the IANA database.
#[derive(Clone, Debug)]
pub(super) struct Zone(pub(super) String);

impl Value for Zone {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Some(name) = value.as_str() else {
            return wrong_type(input, place, "a time zone such as `\"Europe/Berlin\"`", value);
        };
        if zones::exists(name) {
            return Some(Self(name.into()));
        }
        let found = Diagnostic::at(Code::UnknownTimeZone, place, format!("there is no time zone `{name}`"));
        let names = zones::names();
        input.findings.add(found.help(instead(name, names.iter().map(String::as_str))));
        None
    }
}

impl Value for AppVersion {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Some(text) = value.as_str() else {
            return wrong_type(input, place, "an app version such as `\"3.0\"`", value);
        };
        let version = app_version(text);
        if version.is_none() {
            input.findings.add(not_a_version(place, text));
        }
        version
    }
}

/// `3.17` is 317.
pub(super) fn app_version(text: &str) -> Option<AppVersion> {
    let (major, minor) = text.split_once('.')?;
    let (major, minor): (u16, u16) = (major.parse().ok()?, minor.parse().ok()?);
    (major < 600 && minor < 100).then_some(AppVersion(major * 100 + minor))
}

pub(super) fn not_a_version(place: &Place, text: &str) -> Diagnostic {
    Diagnostic::at(Code::OutOfRange, place, format!("`{text}` is no app version"))
        .help("write major and minor, as in `\"3.0\"`")
}

described! {
    Rho => { "type": "integer", "minimum": 0, "maximum": GREATEST_RHO },
    Country => { "type": "string", "pattern": "^[A-Z]{2}$" },
    Zone => { "type": "string" },
    AppVersion => { "type": "string", "pattern": "^[0-9]+\\.[0-9]+$" },
}

/// A key that was given, without its place.
pub(super) fn value<T>(given: &Given<T>) -> Option<&T> {
    given.as_ref().map(|at| &at.value)
}
