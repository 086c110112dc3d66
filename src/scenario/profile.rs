//! Profiles: how the commands that run many seeds are run, in a file named [`PROFILES`].

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::read::{Findings, Given, Input, Value, instead};
use super::section::section;
use super::source::{Place, Source};
use super::text;
use super::words::{Entries, value, words};
use crate::terms::Span;
use schemars::generate::SchemaSettings;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of a file of profiles.
pub const PROFILES: &str = "ringfence.toml";

/// The profile of a command that names none, and what every other one is laid over.
pub const DEFAULT_PROFILE: &str = "default";

section! {
    /// A file `ringfence.toml`: profiles, each for one way to run many seeds.
    ProfilesDocument {
        required {}
        optional {
            /// Profiles by name. `default` holds where none is named, and every other is laid over it.
            profile: Entries<ProfileDocument>,
        }
    }
}

section! {
    /// How many seeds are run, and what is written of them. A flag of the command line is laid over it. Paths are
    /// relative to the file.
    ProfileDocument {
        required {}
        optional {
            /// How many seeds each scenario is run with, or a campaign has. Default: what the scenario's `[check]` says;
            /// of a campaign 1000, or as many as the time budget allows.
            seeds: u32,
            /// A campaign starts no run after this time. Default: it runs all its seeds.
            time_budget: Span,
            /// How many runs go on at once. Default: one for each core.
            jobs: u32,
            /// Whether scenarios are run as large as they say, not as small as their `[check]` says. Default: `false`.
            full: bool,
            /// How the results are written to standard output. Default: `text`.
            format: ResultFormat,
            /// Files to which the results are written besides.
            reports: Reports,
            /// An earlier result that the runs are compared with: of `check` its JSON, of `campaign` its ledger.
            baseline: String,
            /// Whether what got worse than the baseline fails the command. Default: `false`.
            fail_if_worse: bool,
        }
    }
}

section! {
    /// Files of results, by format.
    Reports {
        required {}
        optional {
            /// As it is on a terminal.
            text: String,
            /// For programs; of `check` the only format that can be a baseline.
            json: String,
            /// `JUnit` XML.
            junit: String,
            /// SARIF 2.1.0, for code scanning.
            sarif: String,
            /// A summary for people.
            markdown: String,
            /// Annotations of GitHub Actions.
            github: String,
        }
    }
}

/// A format of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResultFormat {
    /// For people.
    Text,
    /// For programs: one JSON object.
    Json,
    /// `JUnit` XML.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
    /// A summary for people.
    Markdown,
    /// Annotations of GitHub Actions; on standard output, after the text.
    Github,
}

words! {
    ResultFormat { "text" = Self::Text, "json" = Self::Json, "junit" = Self::Junit, "sarif" = Self::Sarif,
        "markdown" = Self::Markdown, "github" = Self::Github }
}

/// What a profile says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// How many seeds.
    pub seeds: Option<u32>,
    /// How long a campaign starts runs.
    pub time_budget: Option<Span>,
    /// How many runs at once.
    pub jobs: Option<u16>,
    /// Whether scenarios are run as written.
    pub full: Option<bool>,
    /// The format on standard output.
    pub format: Option<ResultFormat>,
    /// Files of results.
    pub reports: Vec<(ResultFormat, PathBuf)>,
    /// An earlier result.
    pub baseline: Option<PathBuf>,
    /// Whether what got worse fails.
    pub fail_if_worse: Option<bool>,
}

/// Reads a profile from a file.
///
/// # Errors
///
/// Everything that is wrong with the file, each with its place; or that it has no profile of the name.
pub fn load_profile(file: &Path, name: &str) -> Result<Profile, Diagnostics> {
    let source = Source::read(file)?;
    let findings = Findings::default();
    let profile = read(&source, name, &findings);
    match (profile, findings.into_inner()) {
        (Some(profile), found) if found.is_empty() => Ok(profile),
        (_, found) => Err(Diagnostics::new(found)),
    }
}

/// The JSON Schema (draft 07) of a file of profiles.
pub fn profiles_schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<ProfilesDocument>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

fn read(source: &Arc<Source>, name: &str, findings: &Findings) -> Option<Profile> {
    let root = text::parsed(source, findings)?;
    let whole = Place { source: source.clone(), span: 0..0 };
    let document = ProfilesDocument::read(Input { source, findings }, &whole, &root)?;
    let profiles = value(&document.profile).cloned().unwrap_or_default();
    profiles.0.iter().for_each(|(_, profile)| judge(&profile.value, findings));
    let base = profiles.get(DEFAULT_PROFILE).map(|at| at.value.clone()).unwrap_or_default();
    let document = match profiles.get(name) {
        _ if name == DEFAULT_PROFILE => base,
        Some(own) => base.overlaid(own.value.clone()),
        None => {
            findings.add(unknown(source, name, &profiles));
            return None;
        }
    };
    Some(lowered(&document, Path::new(&source.name).parent().unwrap_or(Path::new(""))))
}

fn unknown(source: &Arc<Source>, name: &str, profiles: &Entries<ProfileDocument>) -> Diagnostic {
    let names = profiles.names().filter(|name| *name != DEFAULT_PROFILE).chain([DEFAULT_PROFILE]);
    let found = Diagnostic::about_file(Code::UnknownProfile, source, format!("there is no profile `{name}`"));
    found.help(instead(name, names))
}

/// Reports numbers that no command takes.
fn judge(profile: &ProfileDocument, findings: &Findings) {
    let ranges = [(&profile.seeds, 100_000, "seeds"), (&profile.jobs, u32::from(u16::MAX), "jobs")];
    for (given, most, what) in ranges {
        for given in given.iter().filter(|given| !(1..=most).contains(&given.value)) {
            findings.report(Code::OutOfRange, &given.place, format!("there are from 1 to {most} {what}"));
        }
    }
}

fn lowered(profile: &ProfileDocument, folder: &Path) -> Profile {
    let reports = value(&profile.reports).cloned().unwrap_or_default();
    let path = |given: &Given<String>| value(given).map(|path| folder.join(path));
    let reports = [
        (ResultFormat::Text, &reports.text),
        (ResultFormat::Json, &reports.json),
        (ResultFormat::Junit, &reports.junit),
        (ResultFormat::Sarif, &reports.sarif),
        (ResultFormat::Markdown, &reports.markdown),
        (ResultFormat::Github, &reports.github),
    ];
    Profile {
        seeds: value(&profile.seeds).copied(),
        time_budget: value(&profile.time_budget).copied(),
        jobs: value(&profile.jobs).and_then(|&jobs| u16::try_from(jobs).ok()),
        full: value(&profile.full).copied(),
        format: value(&profile.format).copied(),
        reports: reports.into_iter().filter_map(|(format, given)| Some((format, path(given)?))).collect(),
        baseline: path(&profile.baseline),
        fail_if_worse: value(&profile.fail_if_worse).copied(),
    }
}
