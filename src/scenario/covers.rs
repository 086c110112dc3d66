//! Cells of the matrix rule × copy class × datacenter × fault that a scenario must visit.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document::{self, Document};
use super::faults::Effect;
use super::read::{At, Findings, Given, instead};
use super::resolve::Resolver;
use super::words::Command;
use crate::audit::{NO_FAULT, Required};
use crate::terms::{CopyClass, Rule};

/// The cells, after reporting words that name none, and cells that no run can visit.
pub(super) fn lowered(document: &Document, names: &Resolver<'_>) -> Vec<Required> {
    let given = document.covers.iter().flat_map(|list| &list.value);
    given.map(|covers| one(covers, document, names)).collect()
}

/// What a cell needs of a scenario, if it is one that any run can visit at all.
struct Needs<'a> {
    document: &'a Document,
    required: &'a Required,
}

impl Needs<'_> {
    /// Why no run of the scenario visits a cell.
    fn missing(&self) -> Option<String> {
        let &Required { rule, copy, ref fault, .. } = self.required;
        let strikes = |kind: &str| self.faults().any(|effect| effect.kind() == kind);
        match (rule, copy) {
            (Some(rule @ (Rule::R6 | Rule::R9)), _) => return Some(format!("by {rule} nothing rests")),
            (_, Some(copy @ (CopyClass::WitnessRecord | CopyClass::PushPayload | CopyClass::RoutingKey))) => {
                return Some(format!("a {copy} holds no record, and does not rest in the matrix"));
            }
            (_, Some(CopyClass::Cache)) => return Some("the service keeps nothing in a cache".into()),
            (Some(Rule::R8), Some(copy @ (CopyClass::Log | CopyClass::QuarantinedTail))) => {
                return Some(format!("a {copy} is written record by record, and R8 stands for runs"));
            }
            (Some(rule), Some(copy)) if rule != Rule::R8 && comes_in_runs(copy) => {
                return Some(format!("a {copy} is made of runs of a log, for which R8 stands"));
            }
            _ => {}
        }
        if let Some(kind) = fault.as_deref().filter(|&kind| kind != NO_FAULT && !strikes(kind)) {
            return Some(format!("no fault of kind `{kind}` strikes"));
        }
        let ordered = |wanted: Command| self.faults().any(|effect| effect.orders() == Some(wanted));
        let copy = copy?;
        let order = match copy {
            CopyClass::RestoreStaging => Command::Restore,
            CopyClass::Export => Command::Export,
            CopyClass::SupportDump => Command::SupportDump,
            CopyClass::DeadLetter if !strikes("refuse-copies") => {
                return Some("nothing refuses copies, so that there are no dead letters".into());
            }
            _ => return None,
        };
        (!ordered(order)).then(|| format!("nobody orders what makes a {copy}"))
    }

    fn faults(&self) -> impl Iterator<Item = &Effect> {
        self.document.fault.iter().flat_map(|list| &list.value).map(|fault| &fault.value.effect)
    }
}

/// Whether a class comes to rest in runs of a log, and never record by record.
const fn comes_in_runs(copy: CopyClass) -> bool {
    !matches!(
        copy,
        CopyClass::Log | CopyClass::Replica | CopyClass::Cache | CopyClass::QuarantinedTail | CopyClass::WitnessRecord
    )
}

fn one(given: &At<document::Covers>, document: &Document, names: &Resolver<'_>) -> Required {
    let document::Covers { rule, copy, datacenter, fault } = &given.value;
    if [rule, copy, datacenter, fault].into_iter().all(Option::is_none) {
        names.findings.report(Code::MissingKey, &given.place, "name a `rule`, a `copy`, a `datacenter` or a `fault`");
    }
    let kinds = [NO_FAULT].into_iter().chain(Effect::KINDS.iter().copied());
    let required = Required {
        rule: word(rule, "rule", Rule::ALL.into_iter().map(|rule| (rule.to_string(), rule)), names.findings),
        copy: word(copy, "copy class", CopyClass::ALL.into_iter().map(|copy| (copy.to_string(), copy)), names.findings),
        datacenter: datacenter.as_ref().and_then(|_| names.datacenter(datacenter)),
        fault: word(fault, "kind of fault", kinds.map(|kind| (kind.to_owned(), kind.to_owned())), names.findings),
    };
    if let Some(why) = (Needs { document, required: &required }).missing() {
        let found = Diagnostic::at(Code::NeverCovered, &given.place, "no run visits this cell".into());
        names.findings.add(found.help(why));
    }
    required
}

/// What a word stands for, after reporting one that stands for nothing.
fn word<T>(
    given: &Given<String>,
    what: &str,
    known: impl Iterator<Item = (String, T)>,
    findings: &Findings,
) -> Option<T> {
    let given = given.as_ref()?;
    let (words, mut meant): (Vec<String>, Vec<T>) = known.unzip();
    let Some(place) = words.iter().position(|word| *word == given.value) else {
        let found = Diagnostic::at(Code::UnknownWord, &given.place, format!("there is no {what} `{}`", given.value));
        findings.add(found.help(instead(&given.value, words.iter().map(String::as_str))));
        return None;
    };
    Some(meant.swap_remove(place))
}
