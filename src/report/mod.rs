//! Outcomes as text, pictures and a page. **Only this module draws.**
//!
//! [`text()`] is for the terminal. [`write()`] makes a folder: `summary.json`, the charts as SVG, and
//! `index.html`, which holds them all and fetches nothing. The same outcome gives the same bytes on
//! every machine: no font is measured, no clock is read. [`ci`] is what CI reads.

mod axis;
mod canvas;
mod captions;
pub mod ci;
mod failover;
mod folder;
mod lag;
mod landings;
mod lane_chart;
mod lanes;
mod load;
mod multiples;
mod page;
mod residency;
mod story;
mod strip;
mod text;

pub use folder::{WriteError, Written, check_writable, is_own_name, is_trace, write};
pub use story::{chain_text, story_text};
pub use text::{Paint, located_text, text};

use crate::outcome::Outcome;

/// The outcome as JSON.
const SUMMARY: &str = "summary.json";

/// The page that holds every chart.
const PAGE: &str = "index.html";

/// A picture and what it shows.
struct Chart {
    file: String,
    svg: String,
    caption: String,
}

/// Every file of a report by name, in order.
pub fn files(outcome: &Outcome) -> Vec<(String, String)> {
    let charts = page::charts(outcome);
    let page = page::page(outcome, &charts);
    let pictures = charts.into_iter().map(|chart| (chart.file, chart.svg));
    let mut files = vec![(SUMMARY.to_owned(), outcome.to_json()), (PAGE.to_owned(), page)];
    files.extend(pictures);
    files
}
