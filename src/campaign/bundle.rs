//! A run in one file: the texts it was made from, its seed and options, and the digest that it had.
//!
//! A digest is that of a scenario, a seed and a version of this program. So a bundle names its version, and is
//! made again by that version only, unless somebody insists.

use super::run::{Options, run};
use super::saboteur::Planted;
use crate::outcome::{Outcome, VERSION};
use crate::scenario::{Carried, Diagnostics, Scenario, Size, parse_carried};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of the form of a bundle.
const BUNDLE_VERSION: u32 = 1;

/// A run in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    #[serde(rename = "bundle_version")]
    form: u32,
    version: String,
    seed: u64,
    ci: bool,
    planted: Option<String>,
    scenario_hash: String,
    digest: String,
    verdict: String,
    reproduce: String,
    files: Vec<File>,
}

/// A text by its lines, so that people can read it here. What was read is given back to the byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    lines: Vec<String>,
}

/// Why a bundle cannot be made into a run.
#[derive(Debug)]
pub enum BundleError {
    /// It is no bundle.
    NoBundle(String),
    /// It is of a form that this version does not know.
    Form(u32),
    /// Its mistake is one that this version does not know.
    Mistake(String),
    /// Its texts are not those that it was made of.
    Changed,
    /// Its scenario is refused.
    Scenario(Diagnostics),
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBundle(why) => write!(f, "this is no bundle of a run: {why}"),
            Self::Form(form) => {
                write!(f, "this bundle has form {form}, and ringfence {VERSION} knows form {BUNDLE_VERSION} only")
            }
            Self::Mistake(name) => write!(f, "ringfence {VERSION} knows no mistake called `{name}`"),
            Self::Changed => f.write_str("the texts in this bundle are not those of the run: somebody changed them"),
            Self::Scenario(found) => found.fmt(f),
        }
    }
}

impl std::error::Error for BundleError {}

/// What a bundle's run is made of.
#[derive(Clone)]
pub struct Replay {
    /// The scenario, loaded from the texts in the bundle.
    pub scenario: Scenario,
    /// The seed.
    pub seed: u64,
    /// The options.
    pub options: Options<'static>,
}

impl Bundle {
    /// What the file of a bundle opens with.
    pub const OPENING: &str = "{\n  \"bundle_version\": ";

    /// The bundle of a run.
    pub fn of(scenario: &Scenario, outcome: &Outcome, size: Size, planted: Option<Planted>) -> Self {
        let file = |(name, text): (&str, &str)| File {
            name: name.to_owned(),
            lines: text.split('\n').map(str::to_owned).collect(),
        };
        Self {
            form: BUNDLE_VERSION,
            version: VERSION.to_owned(),
            seed: outcome.seed,
            ci: size == Size::Ci,
            planted: planted.map(|planted| planted.to_string()),
            scenario_hash: outcome.scenario_hash.clone(),
            digest: outcome.digest.to_string(),
            verdict: outcome.verdict().name().to_owned(),
            reproduce: outcome.reproduce.clone(),
            files: scenario.files().map(file).collect(),
        }
    }

    /// The bundle of a scenario and a seed, which is run for it as the service is shipped.
    pub fn made(scenario: &Scenario, seed: u64, size: Size) -> Self {
        Self::of(scenario, &run(scenario, seed, Options { size, ..Options::default() }), size, None)
    }

    /// The same, where another line gives its run again: what was drawn is in no file yet.
    #[must_use]
    pub fn reproduced_by(self, line: &str) -> Self {
        Self { reproduce: line.to_owned(), ..self }
    }

    /// Reads a bundle.
    ///
    /// # Errors
    ///
    /// If it is none, or of another form.
    pub fn read(text: &str) -> Result<Self, BundleError> {
        let no_bundle = |error: serde_json::Error| BundleError::NoBundle(error.to_string());
        let value: serde_json::Value = serde_json::from_str(text).map_err(no_bundle)?;
        match value.get("bundle_version").and_then(serde_json::Value::as_u64) {
            Some(form) if form != u64::from(BUNDLE_VERSION) => {
                Err(BundleError::Form(u32::try_from(form).unwrap_or(u32::MAX)))
            }
            _ => serde_json::from_value(value).map_err(no_bundle),
        }
    }

    /// The text of the file.
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{json}\n")
    }

    /// The version of the program that made it, if it is not this one.
    pub fn other_version(&self) -> Option<&str> {
        (self.version != VERSION).then_some(&self.version)
    }

    /// The digest of the run that it was made of.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The line that gives its run again without it.
    pub fn reproduce(&self) -> &str {
        &self.reproduce
    }

    /// The mistake that was planted, by name.
    pub fn planted(&self) -> Option<&str> {
        self.planted.as_deref()
    }

    /// What the run is made of.
    ///
    /// # Errors
    ///
    /// If this version makes no scenario of what is carried, or it was changed.
    pub fn unpacked(&self) -> Result<Replay, BundleError> {
        let planted =
            self.planted.as_ref().map(|name| Planted::of_name(name).ok_or_else(|| BundleError::Mistake(name.clone())));
        let planted = planted.transpose()?;
        let first = self.files.first().ok_or_else(|| BundleError::NoBundle("it carries no file".into()))?;
        let carried: Carried = self.files.iter().map(|file| (file.name.clone(), file.lines.join("\n"))).collect();
        let size = if self.ci { Size::Ci } else { Size::Full };
        let scenario = parse_carried(&first.name, carried, size).map_err(BundleError::Scenario)?;
        if self.other_version().is_none() && scenario.hash != self.scenario_hash {
            return Err(BundleError::Changed);
        }
        Ok(Replay { scenario, seed: self.seed, options: Options { size, planted, ..Options::default() } })
    }
}
