//! The matrix rule × copy class × datacenter × kind of fault, as scenarios and reports name it.

use crate::terms::{CopyClass, Datacenter, Names, Rule};

/// The word for "while no fault was active".
pub const NO_FAULT: &str = "none";

/// A cell of the matrix, with the kind of the fault by the name that scenarios use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Covered {
    /// The rule that says where a record may rest; R8 for runs of a log that were copied.
    pub rule: Rule,
    /// In what kind of place it came to rest.
    pub copy: CopyClass,
    /// Where, physically.
    pub datacenter: Datacenter,
    /// Which kind of fault was active, or had struck at once; [`NO_FAULT`] before any.
    pub fault: &'static str,
}

/// A part of the matrix that a scenario requires to be visited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Required {
    /// Only this rule.
    pub rule: Option<Rule>,
    /// Only this copy class.
    pub copy: Option<CopyClass>,
    /// Only this datacenter.
    pub datacenter: Option<Datacenter>,
    /// Only under this kind of fault, or [`NO_FAULT`].
    pub fault: Option<String>,
}

impl Required {
    /// Whether a cell is a part of it.
    pub fn admits(&self, cell: &Covered) -> bool {
        self.rule.is_none_or(|rule| rule == cell.rule)
            && self.copy.is_none_or(|copy| copy == cell.copy)
            && self.datacenter.is_none_or(|datacenter| datacenter == cell.datacenter)
            && self.fault.as_ref().is_none_or(|fault| fault == cell.fault)
    }

    /// What it names, as in `R2, backup, amsterdam, outage`.
    pub fn title(&self, names: &Names) -> String {
        let words = [
            self.rule.map(|rule| rule.to_string()),
            self.copy.map(|copy| copy.to_string()),
            self.datacenter.map(|datacenter| names.datacenter(datacenter).to_owned()),
            self.fault.as_ref().map(|fault| format!("fault {fault}")),
        ];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
