//! The 249 countries of ISO 3166-1 and the boundary that each belongs to by default. A country is a
//! code on a tenant or user; **none is ever guessed from the digits of a phone number.**

use crate::terms::Country;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../../data/countries.csv");

/// A row of the built-in table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountryRow {
    /// The code.
    pub code: Country,
    /// The English short name.
    pub name: &'static str,
    /// The name of the boundary, or `refuse`.
    pub boundary: &'static str,
    /// Whether sources disagree on the boundary; the note says how.
    pub ambiguous: bool,
    /// The IANA time zone in which most of its people live.
    pub time_zone: &'static str,
    /// What is to be known of the row.
    pub note: String,
}

/// Every row, by code.
pub(in crate::scenario) fn all() -> &'static [CountryRow] {
    static ROWS: LazyLock<Vec<CountryRow>> = LazyLock::new(|| TABLE.lines().skip(1).map(row_of).collect());
    &ROWS
}

/// The row of a code, if it is assigned.
pub(in crate::scenario) fn row(country: Country) -> Option<&'static CountryRow> {
    let rows = all();
    rows.binary_search_by_key(&country, |row| row.code).ok().map(|at| &rows[at])
}

/// Reads `code,name,boundary,ambiguous,time_zone,note`; only the note may be quoted.
fn row_of(line: &'static str) -> CountryRow {
    let fields: Vec<&'static str> = line.splitn(6, ',').collect();
    let [code, name, boundary, ambiguous, time_zone, note] = fields[..] else {
        panic!("the built-in table of countries has a row of {} columns: {line}", fields.len())
    };
    let code = Country::parse(code).unwrap_or_else(|| panic!("the built-in table of countries has the code {code}"));
    CountryRow { code, name, boundary, ambiguous: ambiguous == "yes", time_zone, note: note.trim_matches('"').into() }
}
