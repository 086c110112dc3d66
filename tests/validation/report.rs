//! `reports/validation.md`: every case of the file, predicted and measured.

use super::cases::{self, Case};
use super::finding::{Finding, Seen};
use super::statistics::INTERVALS;
use super::{backups, fluid, lag, lease, pair, queue, reseed, sessions};
use std::fmt::Write;

/// Models that the simulator does not have, and why.
const NOT_COVERED: [(&str, &str); 3] = [
    ("mmc", "a datacenter serves one request at a time"),
    (
        "dns_failover",
        "no client finds a site by the domain name system: it knows the map, and asks the other site when one is silent",
    ),
    (
        "mttdl_mirror",
        "no disk fails by itself while its site lives; the pair's chain, which is the same one, is measured with outages instead",
    ),
];

/// Models whose cases are too rare to be measured with the file's inputs, and are by the same formula with
/// others.
const WITH_OTHER_INPUTS: [&str; 1] = ["pair_availability"];

/// How each model is put to the test.
const MAPPINGS: [(&str, &str); 14] = [
    ("mm1", queue::OPEN),
    ("mg1_D", queue::OPEN),
    ("mg1_Erlang2", queue::OPEN),
    ("mg1_M", queue::OPEN),
    ("mg1_H2", queue::OPEN),
    ("mm1k", queue::LIMITED),
    ("pair_availability", pair::MAPPING),
    ("rpo_async_constant_lag", lag::MAPPING),
    ("rpo_log_shipping", backups::MAPPING),
    ("lease_failover", lease::MAPPING),
    ("backlog_drain_fluid", fluid::DRAIN),
    ("reconnect_herd", fluid::HERD),
    ("mt_m_inf", sessions::MAPPING),
    ("reseed", reseed::MAPPING),
];

/// Whether a case is of a model that the simulator does not have.
pub(crate) fn is_left_out(case: &str) -> bool {
    NOT_COVERED.iter().any(|(model, _)| case.starts_with(&format!("{model}: ")))
}

/// The whole page, and the names of cases of which nothing was measured: that there are none is for the
/// caller to see to, once the page is written.
pub(crate) fn page(findings: &[Finding]) -> (String, Vec<String>) {
    let mut page = String::from(
        "# The shipped model against closed forms\n\n\
         Written by `cargo test --release --test validation -- --ignored --nocapture`; the cases are those of\n\
         `data/validation_cases.toml`. Each is run as an ordinary scenario of the shipped service. An interval is\n\
         Student's, of independent replications with a seed each; all of them together hold with 99.9 % (Bonferroni\n",
    );
    let _ =
        writeln!(page, "over {INTERVALS} intervals), and none is wider than 5 % of what is predicted, to either side.");
    let (mut models, mut unmeasured): (Vec<String>, _) = (Vec::new(), Vec::new());
    for Case { model, .. } in cases::all() {
        if !models.contains(&model) {
            models.push(model);
        }
    }
    for model in models {
        let _ = writeln!(page, "\n## {model}\n");
        unmeasured.extend(section(&mut page, &model, findings));
    }
    (page, unmeasured)
}

/// Appends the section of a model. The cases of which nothing was measured.
fn section(page: &mut String, model: &str, findings: &[Finding]) -> Vec<String> {
    let cases = cases::of(model);
    let _ = writeln!(page, "`{}` ({})\n", cases[0].formula, cases[0].source);
    if let Some((_, why)) = NOT_COVERED.iter().find(|(of, _)| *of == model) {
        let names: Vec<_> = cases.iter().map(Case::name).collect();
        let _ = writeln!(page, "Not covered: {why}.\n\n- {}", names.join("\n- "));
        return Vec::new();
    }
    if let Some((_, mapping)) = MAPPINGS.iter().find(|(of, _)| *of == model) {
        let _ = writeln!(page, "{mapping}\n");
    }
    page.push_str("| case | quantity | predicted | stated bias | measured | interval | runs | verdict |\n");
    page.push_str("|---|---|---:|---:|---:|---:|---:|---|\n");
    let of_model = |finding: &&Finding| finding.case.starts_with(&format!("{model}: "));
    let found: Vec<_> = findings.iter().filter(of_model).collect();
    for finding in &found {
        page.push_str(&row(finding));
    }
    let names = cases.iter().map(Case::name);
    if WITH_OTHER_INPUTS.contains(&model) {
        let names: Vec<_> = names.collect();
        let _ = writeln!(page, "\nToo rare to be measured, and by the same formula:\n\n- {}", names.join("\n- "));
        return if found.is_empty() { names } else { Vec::new() };
    }
    names.filter(|name| !found.iter().any(|finding| finding.case.starts_with(name))).collect()
}

fn row(finding: &Finding) -> String {
    let Finding { case, quantity, predicted, bias, seen } = finding;
    let inputs = case.split_once(": ").map_or(case.as_str(), |(_, inputs)| inputs);
    let (measured, interval, runs) = match *seen {
        Seen::Mean(interval) => {
            let (low, high) = (interval.mean - interval.half, interval.mean + interval.half);
            (interval.mean, format!("{} to {}", figure(low), figure(high)), interval.count)
        }
        Seen::Least(least, count) => (least, "none below".into(), count),
        Seen::Greatest(greatest, count) => (greatest, "none above".into(), count),
    };
    let bias = match *bias {
        (0.0, 0.0) => "none".into(),
        (from, to) => format!("{} to {}", figure(from), figure(to)),
    };
    let verdict = if finding.agrees() { "inside" } else { "**OUTSIDE**" };
    format!(
        "| {inputs} | {quantity} | {} | {bias} | {} | {interval} | {runs} | {verdict} |\n",
        figure(*predicted),
        figure(measured)
    )
}

/// Five significant digits.
fn figure(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let digits = 4 - libm::floor(libm::log10(value.abs())) as i32;
    format!("{value:.*}", usize::try_from(digits.clamp(0, 12)).unwrap_or(0))
}
