//! What a run's outcome tells: as text, as JSON, as pictures and a page.

mod sample;

use ringfence::metrics::{Alarm, Announcement, Measured, Metric, Obstacle, Pending, Reseed, Scope};
use ringfence::outcome::{Outcome, Verdict};
use ringfence::report::{self, Paint, WriteError};
use ringfence::terms::{Boundary, Datacenter, Span, Unit};
use std::fs;
use std::path::Path;

#[test]
fn a_day_with_a_failover_reads_well_as_text() {
    insta::assert_snapshot!(report::text(&sample::quiet(), Paint::Plain));
}

#[test]
fn a_timeline_fits_a_terminal_and_is_there_only_after_an_event() {
    let text = report::text(&sample::quiet(), Paint::Plain);
    let timeline = text.split_once("emea-1 around ").expect("a failover has a timeline").1;
    assert!(timeline.contains('▲') && timeline.contains('┄') && timeline.contains('╳'), "{timeline}");
    let lines = || timeline.lines().map(|line| line.chars().count());
    assert!(lines().all(|width| width <= 100), "{:?}", lines().max());
    let mut outcome = sample::quiet();
    outcome.measurements.close_ups.clear();
    assert!(!report::text(&outcome, Paint::Plain).contains(" around "));
}

#[test]
fn a_breach_is_told_in_full_with_the_verdict_last() {
    insta::assert_snapshot!(report::text(&sample::breached(), Paint::Plain));
}

#[test]
fn json_has_its_keys_in_one_order() {
    let json = sample::breached().to_json();
    let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(value["verdict"], "breach");
    // The long series of load say nothing to a reader.
    let short: Vec<_> = json.lines().filter(|line| line.trim_matches([' ', ',']).parse::<u64>().is_err()).collect();
    insta::assert_snapshot!(short.join("\n"));
}

#[test]
fn a_tenant_is_located_from_facts() {
    let outcome = sample::quiet();
    insta::assert_snapshot!(report::located_text(&outcome, "contoso", Paint::Plain).expect("contoso is followed"));
    assert_eq!(report::located_text(&outcome, "nobody", Paint::Plain), None);
}

#[test]
fn a_failover_is_measured_from_the_true_onset() {
    let measured = sample::quiet().measurements;
    let value = |metric| measured.value(metric, Scope::Boundary(Boundary(1)));
    assert_eq!(value(Metric::Rto), Some(Measured::Micros(38_452_000)));
    assert_eq!(value(Metric::Rpo), Some(Measured::Micros(1_998_000)));
    assert_eq!(value(Metric::Failovers), Some(Measured::Count(2)), "the failback is one too");
    assert_eq!(value(Metric::Lost), Some(Measured::Count(0)), "the old holder's disk came back");
    assert_eq!(value(Metric::Queued), Some(Measured::Count(190)));
    assert_eq!(value(Metric::OutboxPeak), Some(Measured::Count(190)));
    assert_eq!(measured.value(Metric::Rto, Scope::Boundary(Boundary(0))), None, "nothing struck there");
}

#[test]
fn the_other_datacenter_carries_the_load_of_its_partner() {
    let measured = sample::quiet().measurements;
    let headroom = |dc| measured.value(Metric::PeakHeadroom, Scope::Datacenter(Datacenter(dc)));
    assert_eq!(headroom(4), headroom(5));
    assert!(headroom(4) < Some(Measured::MilliPercent(100_000)));
}

#[test]
fn verdicts_rank_breach_over_vacuous_over_threshold() {
    let mut outcome = sample::quiet();
    assert_eq!(outcome.verdict(), Verdict::Pass);
    outcome.thresholds[0].threshold.max = Some(Measured::Micros(1));
    assert_eq!(outcome.verdict(), Verdict::Threshold);
    outcome.faults[0].fired = 0;
    assert_eq!(outcome.verdict(), Verdict::Vacuous);
    outcome.findings[0].broken = 1;
    assert_eq!(outcome.verdict(), Verdict::Breach);
    assert_eq!([10, 11, 20], [Verdict::Threshold, Verdict::Vacuous, Verdict::Breach].map(Verdict::exit_code));
}

#[test]
fn a_threshold_without_a_measurement_is_never_silently_met() {
    let mut outcome = sample::quiet();
    outcome.thresholds[0].measured = None;
    assert_eq!(outcome.verdict(), Verdict::Vacuous);
}

#[test]
fn a_required_invariant_that_was_never_evaluated_is_vacuous() {
    let mut outcome = sample::quiet();
    outcome.requires.push("FO-6".to_owned());
    assert_eq!(outcome.verdict(), Verdict::Vacuous);
}

/// What an operator must act upon stands on the page as it does in the text.
#[test]
fn a_page_shows_reseeds_alarms_and_what_is_pending() {
    let mut outcome = sample::quiet();
    let (unit, [from, to]) = (Unit(2), [Datacenter(2), Datacenter(3)]);
    let began = sample::START + Span::hours(12);
    let page = |outcome: &Outcome| {
        report::files(outcome).into_iter().find(|(name, _)| name == "index.html").expect("a page").1
    };
    assert!(!page(&outcome).contains("Sites brought back") && !page(&outcome).contains("Alarms"));

    let measured = &mut outcome.measurements;
    let ended = Some(began + Span::secs(24));
    measured.reseeds.push(Reseed { unit, from, to, began, ended, records: 12_000 });
    measured.alarms.push(Alarm { unit, datacenter: from, at: began, what: Announcement::DiskFailing });
    measured.units[2].pending = Some(Pending { unit, writes: 3, why: Obstacle::HolderGone });
    measured.units[2].gone = Some((to, 41));
    let told = [
        "dublin → amsterdam",
        "24.0 s",
        "12,000",
        "500/s",
        "disk failing",
        "2019-05-06T12:00:00.000Z",
        "holder gone while alone",
        "41 acknowledged records that only amsterdam held, which is gone for good",
    ];
    let (page, text) = (page(&outcome), report::text(&outcome, Paint::Plain));
    for part in told {
        assert!(page.contains(part), "the page does not say {part}");
        assert!(part.contains("12:00") || text.contains(part), "the text does not say {part}\n{text}");
    }
    assert!(page.contains("3 writes pending: holder gone while alone") && text.contains("3 writes: holder gone"));
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    assert_eq!(report::files(&sample::quiet()), report::files(&sample::quiet()));
}

#[test]
fn every_picture_is_well_formed_and_says_what_it_is() {
    for (name, content) in report::files(&sample::breached()) {
        if Path::new(&name).extension().is_some_and(|extension| extension == "svg") {
            assert!(content.starts_with("<svg xmlns="), "{name}");
            assert!(content.contains("<title>") && content.trim_end().ends_with("</svg>"), "{name}");
            assert_eq!(content.matches("<text").count(), content.matches("</text>").count(), "{name}");
        }
    }
}

#[test]
fn a_report_is_replaced_whole_and_leaves_nothing_beside_it() {
    let parent = tempfile::tempdir().expect("a folder for the test");
    let dir = parent.path().join("out").join("day");
    report::check_writable(&dir).expect("the folder can be made");
    assert!(!dir.exists(), "checking writes nothing");
    let first = report::write(&dir, &sample::breached()).expect("it is written");
    assert!(first.files.iter().all(|file| file.is_file()) && first.page.is_file());
    let second = report::write(&dir, &sample::quiet()).expect("it is replaced");
    assert_eq!(listed(&dir).len(), second.files.len());
    assert_eq!(listed(dir.parent().expect("it has one")), ["day"]);
}

#[test]
fn a_folder_with_other_things_is_left_alone() {
    let dir = tempfile::tempdir().expect("a folder for the test");
    fs::write(dir.path().join("thesis.txt"), "years of work").expect("it is written");
    let outcome = sample::quiet();
    for refused in [report::check_writable(dir.path()).err(), report::write(dir.path(), &outcome).err()] {
        assert!(matches!(refused, Some(WriteError::Occupied { .. })), "{refused:?}");
    }
    assert_eq!(listed(dir.path()), ["thesis.txt"]);
}

#[test]
fn a_picture_or_a_summary_of_somebody_else_is_never_removed() {
    let dir = tempfile::tempdir().expect("a folder for the test");
    report::write(dir.path(), &sample::breached()).expect("it is written");
    let at = |name: &str| dir.path().join(name);
    fs::write(at("logo.svg"), "<svg/>").expect("it is written");
    let refused = report::check_writable(dir.path()).expect_err("a logo is there").to_string();
    assert!(refused.contains("logo.svg"), "{refused}");
    fs::remove_file(at("logo.svg")).expect("it is there");
    report::check_writable(dir.path()).expect("only a report is there");
    fs::write(at("summary.json"), "{\"schema_version\": 1}").expect("it is written");
    assert!(report::check_writable(dir.path()).is_err(), "this summary is none of a run");
    assert!(listed(dir.path()).contains(&"failover.svg".to_owned()));
}

#[test]
fn a_file_in_the_way_is_said_before_the_run() {
    let dir = tempfile::tempdir().expect("a folder for the test");
    let path = dir.path().join("file");
    fs::write(&path, "").expect("it is written");
    assert!(report::check_writable(&path.join("report")).is_err());
    assert!(report::check_writable(&path).is_err());
}

/// Leaves reports of the sample days in the build folder, to be looked at.
#[test]
fn the_sample_reports_can_be_looked_at() {
    for (name, outcome) in [("quiet", sample::quiet()), ("breached", sample::breached())] {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(name);
        let written = report::write(&dir, &outcome).expect("it is written");
        let page = fs::read_to_string(&written.page).expect("it is there");
        assert!(!page.contains("http://") || page.matches("http://").count() == page.matches("xmlns=").count());
        assert!(page.len() < 2_000_000);
    }
    assert!(sample::quiet().measurements.ended.since(sample::START) > Span::hours(24));
}

fn listed(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("it can be read");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
