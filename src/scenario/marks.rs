//! Where the parts of a scenario stand in its file, for those who tell what came of them.

use super::document::Document;
use super::faults::Fault;
use super::read::At;
use super::source::Place;
use super::words::value;
use crate::sim::Plan;
use std::ops::Range;

/// A place in a scenario's file: line and column, both from one, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Where the parts of a scenario stand, each list in the order in which the run has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Its name.
    pub name: Mark,
    /// The tenants that it names.
    pub tenants: Vec<Mark>,
    /// The faults that strike at the size at which it was loaded.
    pub faults: Vec<Mark>,
    /// The thresholds.
    pub thresholds: Vec<Mark>,
    /// The invariants that it requires.
    pub requires: Vec<Mark>,
    /// The cells that it requires.
    pub covers: Vec<Mark>,
}

/// The marks of a document and of the plan that was made of it.
pub(super) fn of(document: &Document, plan: &Plan) -> Marks {
    let start = Mark { line: 1, column: 1 };
    let strikes = |fault: &&At<Fault>| {
        let at = fault.value.at.as_ref().map(|moment| moment.value.in_run(plan.start));
        at.is_some_and(|at| at < plan.start + plan.duration)
    };
    let tenant = |name: &str| {
        let mut given = document.tenant.iter().flat_map(|list| &list.value);
        let given = given.find(|tenant| value(&tenant.value.name).is_some_and(|given| given == name));
        given.map_or(start, |tenant| mark(&tenant.place))
    };
    Marks {
        name: document.name.as_ref().map_or(start, |name| mark(&name.place)),
        tenants: plan.population.tenants.iter().map(|row| tenant(&row.name)).collect(),
        faults: document.fault.iter().flat_map(|list| &list.value).filter(strikes).map(|at| mark(&at.place)).collect(),
        thresholds: all(document.threshold.as_ref()),
        requires: all(document.requires.as_ref()),
        covers: all(document.covers.as_ref()),
    }
}

fn all<T>(given: Option<&At<Vec<At<T>>>>) -> Vec<Mark> {
    given.into_iter().flat_map(|list| &list.value).map(|one| mark(&one.place)).collect()
}

fn mark(place: &Place) -> Mark {
    let Range { start, .. } = place.span;
    let (line, column) = place.source.position(start);
    Mark { line, column }
}

#[cfg(test)]
mod tests {
    use super::super::{Size, init_template, parse};
    use super::Mark;

    #[test]
    fn every_part_is_marked_where_it_stands() {
        let text = format!(
            "{}[[fault]]\nkind = \"outage\"\ndatacenter = \"pune\"\nat = \"5h\"\nfor = \"1m\"\n",
            init_template()
                .replace("name = \"my-scenario\"", "name = \"my-scenario\"\nrequires = [\"FO-1\", \"RES-1\"]")
        );
        let scenario = parse("x.toml", &text, Size::Full).unwrap_or_else(|found| panic!("{found}"));
        let line = |mark: &Mark| text.lines().nth(mark.line - 1).unwrap();
        let marks = &scenario.marks;
        assert!(line(&marks.name).starts_with("name = "), "{marks:?}");
        assert!(line(&marks.tenants[0]).starts_with("[[tenant]]"), "{marks:?}");
        assert_eq!(marks.faults.len(), scenario.plan.faults.len());
        assert!(marks.faults.iter().all(|mark| line(mark).starts_with("[[fault]]")), "{marks:?}");
        assert!(line(&marks.thresholds[0]).starts_with("[[threshold]]"), "{marks:?}");
        let required: Vec<_> = marks.requires.iter().map(|mark| &line(mark)[mark.column - 1..]).collect();
        assert_eq!(required, ["\"FO-1\", \"RES-1\"]", "\"RES-1\"]"]);
    }

    #[test]
    fn a_fault_that_the_short_run_leaves_out_has_no_mark() {
        let text = init_template().replace("[check]", "[[fault]]\nkind = \"outage\"\ndatacenter = \"pune\"\nat = \"5h\"\nfor = \"1m\"\n[check]\nduration = \"4h\"");
        let marks = |size| parse("x.toml", &text, size).unwrap_or_else(|found| panic!("{found}")).marks.faults;
        assert_eq!((marks(Size::Full).len(), marks(Size::Ci).len()), (2, 1));
    }
}
