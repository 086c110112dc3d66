//! Cells of the matrix rule × copy class × datacenter × fault that a scenario must visit.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document;
use super::faults::Effect;
use super::read::{At, Findings, Given, instead};
use super::resolve::Resolver;
use crate::audit::{NO_FAULT, Required};
use crate::terms::{CopyClass, Rule};

/// The cells, after reporting words that name none.
pub(super) fn lowered(given: &Given<Vec<At<document::Covers>>>, names: &Resolver<'_>) -> Vec<Required> {
    given.iter().flat_map(|list| &list.value).map(|covers| one(covers, names)).collect()
}

fn one(given: &At<document::Covers>, names: &Resolver<'_>) -> Required {
    let document::Covers { rule, copy, datacenter, fault } = &given.value;
    if [rule, copy, datacenter, fault].into_iter().all(Option::is_none) {
        names.findings.report(Code::MissingKey, &given.place, "name a `rule`, a `copy`, a `datacenter` or a `fault`");
    }
    let kinds = [NO_FAULT].into_iter().chain(Effect::KINDS.iter().copied());
    Required {
        rule: word(rule, "rule", Rule::ALL.into_iter().map(|rule| (rule.to_string(), rule)), names.findings),
        copy: word(copy, "copy class", CopyClass::ALL.into_iter().map(|copy| (copy.to_string(), copy)), names.findings),
        datacenter: datacenter.as_ref().and_then(|_| names.datacenter(datacenter)),
        fault: word(fault, "kind of fault", kinds.map(|kind| (kind.to_owned(), kind.to_owned())), names.findings),
    }
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
