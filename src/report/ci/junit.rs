//! `JUnit`: a suite for each scenario, a case for each seed.

use super::{Case, Concern, Place, Results, Standing, Suite};
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

/// The results as `JUnit` XML.
pub fn junit(results: &Results) -> String {
    let mut report = Report::new(format!("ringfence {}", results.command));
    report.add_test_suites(results.suites.iter().map(suite));
    if !results.remarks.is_empty() {
        let mut whole = TestSuite::new("the whole");
        whole.add_test_cases(results.remarks.iter().map(remark));
        report.add_test_suite(whole);
    }
    let written = report.to_string();
    let written = written.unwrap_or_else(|error| unreachable!("a string takes what is written to it: {error}"));
    // Nothing is ever skipped, and the published schema knows a count of that only of a single suite.
    written.replacen(" skipped=\"0\"", "", 1)
}

fn suite(suite: &Suite) -> TestSuite {
    let mut written = TestSuite::new(suite.name.as_str());
    if let Some(Place { file, .. }) = &suite.place {
        written.extra.insert("file".into(), file.as_str().into());
    }
    let failing = suite.failing();
    if let Some(line) = failing.first().and_then(|case| case.reproduce.as_ref()) {
        written.add_property(Property::new("reproduce", line.as_str()));
    }
    written.add_test_cases(suite.cases.iter().map(|one| case(suite, one)));
    written
}

fn case(suite: &Suite, case: &Case) -> TestCase {
    let mut written = TestCase::new(case.name.as_str(), status(case));
    written.set_classname(suite.name.as_str());
    written
}

fn status(case: &Case) -> TestCaseStatus {
    let kind = match case.standing {
        standing if standing.passes() => return TestCaseStatus::success(),
        Standing::BadFile | Standing::BrokenOff(_) => NonSuccessKind::Error,
        Standing::Judged(_) => NonSuccessKind::Failure,
    };
    let mut status = TestCaseStatus::non_success(kind);
    let first = case.concerns.first();
    let message = first.map_or(case.standing.meaning(), |concern| concern.what.as_str());
    status.set_type(case.standing.name()).set_message(message).set_description(told(case));
    status
}

/// Everything that is known of a case, one thing a line.
fn told(case: &Case) -> String {
    let mut lines: Vec<String> = case.concerns.iter().map(at_its_place).collect();
    lines.extend(case.chain.iter().cloned());
    lines.extend(case.reproduce.iter().map(|line| format!("reproduce: {line}")));
    lines.join("\n")
}

fn at_its_place(concern: &Concern) -> String {
    let place = concern.place.as_ref().map(|Place { file, line, column }| format!("{file}:{line}:{column}: "));
    format!("{}{}: {}", place.unwrap_or_default(), concern.rule, concern.what)
}

fn remark(concern: &Concern) -> TestCase {
    let status = if concern.fails {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(concern.rule.as_str()).set_message(concern.what.as_str());
        status
    } else {
        TestCaseStatus::success()
    };
    let mut written = TestCase::new(concern.rule.as_str(), status);
    written.set_classname("the whole").set_system_out(concern.what.as_str());
    written
}
