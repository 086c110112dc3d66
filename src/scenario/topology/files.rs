//! Finding and reading topology files, each laid over the one that it extends.

use super::document::{TopologyChoice, TopologyDocument};
use super::{BUILT_IN, Topology, build};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::read::{At, Findings, Given, Input, Value};
use crate::scenario::source::{Place, Source};
use crate::scenario::text;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BUILT_IN_TEXT: &str = include_str!("../../../data/kaizala-2019.toml");

/// A chain longer than this extends itself, or is longer than anybody reads.
const LONGEST_CHAIN: usize = 16;

/// The topology of a name or path.
pub(super) fn load(name_or_path: &str, findings: &Findings) -> Option<Topology> {
    let source = if name_or_path == BUILT_IN {
        built_in()
    } else {
        Source::read(Path::new(name_or_path)).map_err(|found| findings.add(found)).ok()?
    };
    let document = document_of(&source, findings)?;
    let place = Place { source: source.clone(), span: 0..0 };
    finished(document, vec![source.clone()], &source, &place, findings)
}

/// The topology that a scenario chose. A path is relative to the scenario's file; no choice is the
/// built-in one, and one written in the scenario extends the built-in unless it says otherwise.
pub(in crate::scenario) fn resolve(
    choice: &Given<TopologyChoice>,
    scenario: &Arc<Source>,
    findings: &Findings,
) -> Option<Topology> {
    let named = |name: &str, place: &Place| {
        let over = TopologyDocument {
            extends: Some(At { value: name.into(), place: place.clone() }),
            ..TopologyDocument::default()
        };
        finished(over, Vec::new(), scenario, place, findings)
    };
    match choice {
        None => named(BUILT_IN, &Place { source: scenario.clone(), span: 0..0 }),
        Some(At { value: TopologyChoice::Named(name), place }) => named(name, place),
        Some(At { value: TopologyChoice::Inline(document), place }) => {
            let mut document = document.as_ref().clone();
            document.extends.get_or_insert_with(|| At { value: BUILT_IN.into(), place: place.clone() });
            finished(document, Vec::new(), scenario, place, findings)
        }
    }
}

/// Lays a document over all that it extends, then checks and resolves it.
fn finished(
    over: TopologyDocument,
    mut sources: Vec<Arc<Source>>,
    source: &Arc<Source>,
    place: &Place,
    findings: &Findings,
) -> Option<Topology> {
    let (mut chain, before) = (vec![over], findings.count());
    let (mut source, mut brought_in) = (source.clone(), place.clone());
    while let Some(base) = chain.last().and_then(|document| document.extends.clone()) {
        if chain.len() > LONGEST_CHAIN {
            findings.add(endless(&sources, &base.place));
            return None;
        }
        brought_in.clone_from(&base.place);
        source = found(&base, &source, findings)?;
        sources.push(source.clone());
        chain.push(document_of(&source, findings)?);
    }
    let base = chain.pop()?;
    let document = chain.into_iter().rev().fold(base, TopologyDocument::changed_by);
    let topology = build::topology(document, sources, place, findings);
    findings.point_out_of_built_in(before, &brought_in);
    topology
}

/// What is wrong with a chain that is too long: of one that comes back to itself a text occurs twice.
fn endless(sources: &[Arc<Source>], place: &Place) -> Diagnostic {
    let distinct: BTreeSet<_> = sources.iter().map(|source| &source.text).collect();
    if distinct.len() < sources.len() {
        return Diagnostic::at(Code::TopologyCycle, place, "this topology extends itself".into());
    }
    let message = format!("this topology extends a chain of more than {LONGEST_CHAIN} others");
    Diagnostic::at(Code::ChainTooLong, place, message).help("lay some of them together into one file")
}

fn built_in() -> Arc<Source> {
    Source::new(BUILT_IN, BUILT_IN_TEXT)
}

/// The file that `extends` or `topology` names, beside the file that names it.
fn found(name: &At<String>, beside: &Arc<Source>, findings: &Findings) -> Option<Arc<Source>> {
    if name.value == BUILT_IN {
        return Some(built_in());
    }
    let path: PathBuf = Path::new(&beside.name).parent().unwrap_or(Path::new("")).join(&name.value);
    let because = |why: &Diagnostic| {
        let message = format!("there is no topology `{}`: {}", name.value, why.message());
        let help = format!("`{BUILT_IN}` is built in; anything else is the path of a file, beside this one");
        Diagnostic::at(Code::UnknownTopology, &name.place, message).help(help)
    };
    beside.neighbour(&path).map_err(|why| findings.add(because(&why))).ok()
}

fn document_of(source: &Arc<Source>, findings: &Findings) -> Option<TopologyDocument> {
    let root = text::parsed(source, findings)?;
    let place = Place { source: source.clone(), span: 0..0 };
    if let Some((version, _)) = root.as_table().and_then(|root| root.get_key_value("schema_version")) {
        let place = Place { span: version.span(), ..place };
        let found = Diagnostic::at(Code::NotATopology, &place, "this is a scenario, not a topology".into());
        findings.add(found.help("a topology says where things stand: it has no `schema_version`"));
        return None;
    }
    TopologyDocument::read(Input { source, findings }, &place, &root)
}
