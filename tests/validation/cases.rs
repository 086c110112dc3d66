//! The cases of `data/validation_cases.toml`: a model, its inputs, and what its closed form gives.

use serde::Deserialize;
use std::collections::BTreeMap;

/// One case.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Case {
    /// The name of the model.
    pub(crate) model: String,
    /// The closed form, as text.
    pub(crate) formula: String,
    /// Where it comes from.
    pub(crate) source: String,
    /// What goes in, by name.
    pub(crate) inputs: BTreeMap<String, f64>,
    /// What comes out, by name.
    pub(crate) expect: BTreeMap<String, f64>,
}

impl Case {
    /// An input.
    pub(crate) fn input(&self, name: &str) -> f64 {
        *self.inputs.get(name).unwrap_or_else(|| panic!("{} has no input `{name}`", self.name()))
    }

    /// Model and inputs, as the report names the case.
    pub(crate) fn name(&self) -> String {
        named(&self.model, self.inputs.iter().map(|(name, value)| (name.as_str(), *value)))
    }
}

/// The name of a model with these inputs.
pub(crate) fn named<'a>(model: &str, inputs: impl IntoIterator<Item = (&'a str, f64)>) -> String {
    let inputs: Vec<_> = inputs.into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    format!("{model}: {}", inputs.join(", "))
}

/// Every case of the file, in its order.
pub(crate) fn all() -> Vec<Case> {
    #[derive(Deserialize)]
    struct File {
        case: Vec<Case>,
    }
    let file: File = toml::from_str(include_str!("../../data/validation_cases.toml")).expect("the file of cases");
    file.case
}

/// The cases of one model, in the order of the file.
pub(crate) fn of(model: &str) -> Vec<Case> {
    let cases: Vec<_> = all().into_iter().filter(|case| case.model == model).collect();
    assert!(!cases.is_empty(), "the file has no case of `{model}`");
    cases
}
