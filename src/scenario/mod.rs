//! Scenarios: TOML in; a [`Plan`] for the world and a [`Contract`] for the oracle out, or
//! [`Diagnostics`] with every error of the file, each with its place.
//!
//! Reading order: `read` and `section` are how a table of the format is declared and read;
//! `document` and `faults` are the format; [`topology`] is where things stand; `plan` and
//! `contract` are the two ways on from there, which share no lookup; `code` is the table of what
//! can be wrong.

#![expect(clippy::ref_option, reason = "what was read for a key is handed on as it is, given or not")]

mod code;
mod contract;
mod covers;
mod diagnostic;
mod document;
mod faults;
mod limits;
mod marks;
mod moment;
mod moves;
mod plan;
mod policy;
mod population;
mod profile;
mod quantity;
mod read;
mod replacements;
mod resolve;
mod schema;
mod section;
mod shape;
mod source;
mod spelling;
mod strike;
mod text;
mod thresholds;
pub mod topology;
mod traffic;
mod upgrades;
mod words;
mod zones;

pub use code::Code;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use marks::{Mark, Marks};
pub use moment::point;
pub use profile::{DEFAULT_PROFILE, PROFILES, Profile, ResultFormat, load_profile, profiles_schema};
pub use quantity::span;
pub use schema::schema;
pub use shape::{Dice, Lowered, SHAPE_WORDS, Shape};
pub use topology::{BUILT_IN, CountryRule, Topology, load_topology};

use crate::audit::{Contract, Required};
use crate::metrics::Threshold;
use crate::service::{Policy, ResidencyMap};
use crate::sim::Plan;
use crate::terms::{Names, Span};
use document::Document;
use read::{Findings, Given, Input, Value};
use resolve::Resolver;
pub use source::Carried;
use source::{Place, Source};
use std::path::Path;
use std::sync::Arc;
use toml::de::DeValue;
use words::value;
use xxhash_rust::xxh3::Xxh3;

/// A scenario, checked and ready to run.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// The first sentence of the comment that opens the file.
    pub title: String,
    /// All of that comment.
    pub prose: String,
    /// The file, as the user named it.
    pub file: String,
    /// XXH3 of the scenario's and its topologies' text, as 32 hexadecimal digits.
    pub hash: String,
    /// The run, for the world.
    pub plan: Plan,
    /// What was promised, for the oracle.
    pub contract: Contract,
    /// The names of places and tenants, for people.
    pub names: Names,
    /// Limits that the run must keep.
    pub thresholds: Vec<Threshold>,
    /// Identifiers of invariants that the run must have put to the test.
    pub requires: Vec<String>,
    /// The cells of the coverage matrix that a run must have visited.
    pub covers: Vec<Required>,
    /// Where its parts stand in the file.
    pub marks: Marks,
    /// How `check` runs it.
    pub check: CheckSize,
    /// The seed of a run that names no other.
    pub default_seed: u64,
    /// Where everything stands.
    pub topology: Topology,
    source: Arc<Source>,
}

impl Scenario {
    /// Its text.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// The files that it was read from, each with its name and text: its own, and then those of its topology that
    /// are not built in, each before the one that it extends.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        let topologies = self.topology.sources.iter().filter(|source| !source.is_built_in());
        std::iter::once(&self.source).chain(topologies).map(|source| (source.name.as_str(), source.text.as_str()))
    }
}

/// How `check` runs a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckSize {
    /// The share of the population, in parts per million.
    pub scale_ppm: u32,
    /// How many seeds.
    pub seeds: u32,
    /// A shorter run.
    pub duration: Option<Span>,
}

/// The size at which a scenario is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// As written.
    #[default]
    Full,
    /// As `[check]` says: a share of the population, at least one of each, and a shorter run.
    Ci,
}

impl Size {
    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Ci => "ci",
        }
    }
}

/// Loads a scenario file. Paths of topologies are relative to it.
///
/// # Errors
///
/// Everything that is wrong with the file and its topology, each with its place.
pub fn load(path: &Path, size: Size) -> Result<Scenario, Diagnostics> {
    lowered(&Source::read(path)?, size)
}

/// Reads a scenario from text under the name of a file.
///
/// # Errors
///
/// Everything that is wrong with the text and its topology, each with its place.
pub fn parse(file_name: &str, text: &str, size: Size) -> Result<Scenario, Diagnostics> {
    lowered(&Source::new(file_name, text), size)
}

/// Reads a scenario from texts that were carried with it, by the names of their files: a topology is looked for
/// among them, and not on a disk.
///
/// # Errors
///
/// Everything that is wrong with the texts, each with its place.
pub fn parse_carried(file_name: &str, files: Carried, size: Size) -> Result<Scenario, Diagnostics> {
    lowered(&Source::carried(file_name, Arc::new(files))?, size)
}

/// What holds on a topology where no scenario says otherwise: the policy and the map, for production; the
/// contract, for the oracle.
pub fn terms_on(topology: &Topology) -> (Policy, ResidencyMap, Contract) {
    (Policy::default(), plan::map(topology), contract::of(&Document::default(), &topology.document))
}

/// A commented scenario to start from; it loads as it is.
pub fn init_template() -> &'static str {
    include_str!("../../data/template.toml")
}

/// Every kind of fault, by the word that scenarios use.
pub const FAULT_KINDS: &[&str] = faults::Effect::KINDS;

fn lowered(source: &Arc<Source>, size: Size) -> Result<Scenario, Diagnostics> {
    let findings = Findings::default();
    let scenario = scenario(source, size, &findings);
    match (scenario, findings.into_inner()) {
        (Some(scenario), found) if found.is_empty() => Ok(scenario),
        (_, found) => Err(Diagnostics::new(found)),
    }
}

/// The scenario, as far as it can be made; what is wrong goes to `findings`.
fn scenario(source: &Arc<Source>, size: Size, findings: &Findings) -> Option<Scenario> {
    let root = text::parsed(source, findings)?;
    let whole = Place { source: source.clone(), span: 0..0 };
    if let Some(found) = no_scenario(&root, source).or_else(|| no_plain_scenario(&root, source)) {
        findings.add(found);
        return None;
    }
    let document = Document::read(Input { source, findings }, &whole, &root)?;
    named(&document.name, findings);
    let requires = thresholds::required(&document.requires, findings);
    let check = check_size(&document, findings);
    let before = findings.count();
    let Some(topology) = topology::resolve(&document.topology, source, findings) else {
        plan::judged_alone(&document, findings);
        return None;
    };
    let topology_is_sound = findings.count() == before;
    let resolver = Resolver { topology: &topology, findings };
    let plan = plan::lowered(&document, &whole, size, &resolver);
    let thresholds = thresholds::lowered(&document.threshold, &resolver);
    let covers = covers::lowered(&document, &resolver);
    let (plan, name) = (plan?, value(&document.name)?.clone());
    let (title, prose) = text::prose(&source.text);
    let contract = contract::of(&document, &topology.document);
    if topology_is_sound {
        let topology = replacements::with_replaced(&topology, &plan.replacements);
        let resolver = Resolver { topology: &topology, findings };
        limits::check(&document, &whole, &plan, &contract, &resolver);
    }
    let tenants = plan.population.tenants.iter().map(|tenant| tenant.name.clone()).collect();
    Some(Scenario {
        name,
        title,
        prose,
        file: source.name.clone(),
        hash: hash(&source.text, &topology),
        contract,
        names: Names { tenants, ..topology.names() },
        thresholds,
        requires,
        covers,
        marks: marks::of(&document, &plan),
        check,
        default_seed: plan.seed,
        plan,
        topology,
        source: source.clone(),
    })
}

/// What is wrong with a text that is a topology: it has what no scenario has, and no version of the format.
fn no_scenario(root: &DeValue<'_>, source: &Arc<Source>) -> Option<Diagnostic> {
    let root = root.as_table()?;
    let tables = ["extends", "boundaries", "datacenters", "units", "countries"];
    let (key, _) = tables.iter().find_map(|&key| root.get_key_value(key))?;
    if root.contains_key("schema_version") {
        return None;
    }
    let place = Place { source: source.clone(), span: key.span() };
    let found = Diagnostic::at(Code::NotAScenario, &place, "this is a topology, not a scenario".into());
    let name = &source.name;
    Some(found.help(format!(
        "`ringfence check {name}` judges it and `ringfence topology {name}` shows it; to run something there, have a \
         scenario name it: `topology = \"{name}\"`"
    )))
}

/// What is wrong with a text that leaves something open.
fn no_plain_scenario(root: &DeValue<'_>, source: &Arc<Source>) -> Option<Diagnostic> {
    let place = Place { source: source.clone(), span: shape::is_open(source, root)? };
    let found = Diagnostic::at(Code::NotPlain, &place, "this is left open: the file is a shape, not a scenario".into());
    Some(found.help(format!("`ringfence campaign {}` draws scenarios from it", source.name)))
}

/// Reports a name of nothing.
fn named(name: &Given<String>, findings: &Findings) {
    if let Some(given) = name.as_ref().filter(|name| name.value.trim().is_empty()) {
        findings.report(Code::EmptyName, &given.place, "a name says something");
    }
}

fn check_size(document: &Document, findings: &Findings) -> CheckSize {
    let check = value(&document.check).cloned().unwrap_or_default();
    if let Some(given) = check.scale.as_ref().filter(|scale| scale.value.0 == 0) {
        findings.report(Code::OutOfRange, &given.place, "a share of nobody would pass whatever happens");
    }
    for given in check.seeds.iter().filter(|seeds| !(1..=100_000).contains(&seeds.value)) {
        findings.report(Code::OutOfRange, &given.place, "there are from 1 to 100000 seeds");
    }
    CheckSize {
        scale_ppm: value(&check.scale).map_or(1_000_000, |scale| scale.0),
        seeds: value(&check.seeds).copied().unwrap_or(20),
        duration: value(&check.duration).copied(),
    }
}

fn hash(text: &str, topology: &Topology) -> String {
    let mut hash = Xxh3::new();
    for text in std::iter::once(text).chain(topology.sources.iter().map(|source| source.text.as_str())) {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    format!("{:032x}", hash.digest128())
}
