//! What CI reads of a check: formats that hold to their published schemas, annotations at the right lines, an
//! ending that fits on a screen, profiles, and a baseline.

mod dark;
mod program;
mod published;
mod sealed;

use clap::Parser;
use dark::DARK;
use program::ringfence;
use published::{against_junit, against_sarif};
use ringfence::campaign::saboteur::{Planted, Saboteur};
use ringfence::campaign::{Job, Options, check_with, run_with};
use ringfence::cli;
use ringfence::outcome::Verdict;
use ringfence::report::ci::{self, Format, LONGEST_ENDING, Results, Standing};
use ringfence::scenario::{self, Scenario, Size};
use sealed::sealed;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// A short hour, whose threshold stands in line 12 and is missed.
const SHORT: &str = r#"# A short hour.
schema_version = 1
name = "short"
start = 2019-05-06T09:00:00Z
duration = "10m"
requires = ["FO-5"]

[population]
tenants = 2
users_per_tenant = 20

[[threshold]]
metric = "retries"
min = 1000000
"#;

/// The check of a service that offers a foreign datacenter, with the chain of its first breach.
fn breached() -> Results {
    let scenario = scenario::parse("dark.toml", DARK, Size::Full).unwrap_or_else(|found| panic!("{found}"));
    let planted = |scenario: &Scenario| Saboteur::new(Planted::ForeignCandidate, &scenario.plan);
    let jobs = [Job { scenario, seeds: 2 }];
    let suite = check_with(&jobs, Size::Full, 1, planted, || ()).unwrap();
    let mut suites = cli::of_runs(&jobs, &suite);
    let scenario = &jobs[0].scenario;
    let outcome = run_with(scenario, 1, planted(scenario), Options::default());
    suites[0].cases[0].chain = cli::chain(scenario, &outcome, planted(scenario));
    let counts = vec![("scenarios", 1), ("runs", 2)];
    Results { command: "check", standing: Standing::Judged(Verdict::Breach), counts, suites, remarks: Vec::new() }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The results of a check in the two formats that have a published schema.
fn both(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let reports = ["--report", "junit=out/results.xml", "--report", "sarif=out/results.sarif"];
    let output = ringfence(folder, &[args, &reports].concat());
    let read = |name: &str| fs::read_to_string(folder.join("out").join(name)).unwrap();
    (code(&output), read("results.xml"), read("results.sarif"))
}

#[test]
fn every_ending_holds_to_the_published_schemas() {
    let folder = folder(&[("dark.toml", DARK), ("short.toml", SHORT), ("bad.toml", &DARK.replace("dublin", "dubln"))]);
    let of = |file: &str| both(folder.path(), &["check", file, "--seeds", "1"]);
    for (file, ends_with) in [("dark.toml", 0), ("short.toml", 11), ("bad.toml", 2)] {
        let (code, junit, sarif) = of(file);
        assert_eq!(code, ends_with, "{file}");
        assert_eq!((against_junit(&junit), against_sarif(&sarif)), (vec![], vec![]), "{file}\n{junit}\n{sarif}");
    }
    let breached = breached();
    assert_eq!(against_junit(&ci::junit(&breached)), Vec::<String>::new());
    assert_eq!(against_sarif(&ci::sarif(&breached)), Vec::<String>::new());
}

#[test]
fn a_campaign_holds_to_the_published_schemas() {
    let folder = folder(&[]);
    let (code, junit, sarif) = both(folder.path(), &["campaign", "--seeds", "3"]);
    assert_eq!((code, against_junit(&junit), against_sarif(&sarif)), (0, vec![], vec![]), "{junit}\n{sarif}");
    assert!(junit.contains("<testsuites name=\"ringfence campaign\" tests=\"3\" "), "{junit}");
}

#[test]
fn a_planted_error_of_form_is_found_by_both_schemas() {
    let breached = breached();
    let junit = ci::junit(&breached);
    for (right, wrong) in
        [(" tests=\"", " testz=\""), ("<failure ", "<failing "), ("<testcase name=", "<testcase title=")]
    {
        let planted = junit
            .replace(right, wrong)
            .replace("</failure>", if right == "<failure " { "</failing>" } else { "</failure>" });
        assert_ne!(planted, junit);
        assert!(!against_junit(&planted).is_empty(), "{wrong} is not found");
    }
    let sarif = ci::sarif(&breached);
    for (right, wrong) in
        [("\"error\"", "\"grave\""), ("\"startLine\": ", "\"startLine\": -"), ("\"results\"", "\"findings\"")]
    {
        let planted = sarif.replace(right, wrong);
        assert_ne!(planted, sarif);
        assert!(!against_sarif(&planted).is_empty(), "{wrong} is not found");
    }
}

#[test]
fn a_breach_is_written_in_every_format() {
    let breached = breached();
    insta::assert_snapshot!("breach_as_junit", ci::junit(&breached));
    insta::assert_snapshot!("breach_as_sarif", ci::sarif(&breached));
    insta::assert_snapshot!("breach_as_markdown", ci::markdown(&breached));
    insta::assert_snapshot!("breach_as_annotations", ci::annotations(&breached));
}

#[test]
fn a_breach_is_annotated_at_its_fault_and_at_the_scenario() {
    let annotations = ci::annotations(&breached());
    let line = |text: &str| DARK.lines().position(|line| line.starts_with(text)).unwrap() + 1;
    assert!(
        annotations.contains(&format!("::error file=dark.toml,line={},col=1,title=RES-1 in dark::", line("[[fault]]")))
    );
    assert!(
        annotations.contains(&format!("::error file=dark.toml,line={},col=8,title=dark%3A breach::", line("name =")))
    );
    assert!(annotations.contains("%0Aringfence run dark.toml --seed 1"), "{annotations}");
}

#[test]
fn what_is_missed_is_annotated_at_its_threshold_and_its_requirement() {
    let folder = folder(&[("short.toml", SHORT)]);
    let output = ringfence(folder.path(), &["check", "short.toml", "--seeds", "2", "--format", "github"]);
    let text = stdout(&output);
    assert!(text.starts_with("vacuous    short"), "a log is for people as well: {text}");
    assert!(text.contains("\n::error file=short.toml,line=6,col=13,title=vacuous/invariant in short::"), "{text}");
    assert!(text.contains("\n::error file=short.toml,line=12,col=1,title=threshold/retries in short::"), "{text}");
    assert!(text.contains("(seed 1; in 2 of 2)"), "two seeds that miss one threshold are one annotation: {text}");
}

#[test]
fn files_that_are_wrong_are_in_every_format_at_line_and_column() {
    let folder = folder(&[("bad.toml", &DARK.replace("\"dublin\"", "\"dubln\""))]);
    let of = |format: &str| {
        let output = ringfence(folder.path(), &["check", "bad.toml", "--format", format]);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains("bad.toml:17:14"), "{}", stderr(&output));
        stdout(&output)
    };
    assert_eq!(of("text"), "");
    let kept = ringfence(folder.path(), &["check", "bad.toml", "--report", "text=out.txt"]);
    assert_eq!((code(&kept), stdout(&kept)), (2, String::new()));
    assert!(fs::read_to_string(folder.path().join("out.txt")).unwrap().contains("\nverdict: bad file, "));
    assert!(of("junit").contains("bad.toml:17:14: RF0301: "));
    assert!(of("github").starts_with("::error file=bad.toml,line=17,col=14,title=RF0301 in bad.toml::"));
    assert!(of("markdown").contains("RF0301 (`bad.toml:17`)"));
    let json: Value = serde_json::from_str(&of("json")).unwrap();
    assert_eq!((&json["errors"][0]["line"], &json["errors"][0]["code"]), (&17.into(), &"RF0301".into()));
    let sarif: Value = serde_json::from_str(&of("sarif")).unwrap();
    let region = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startLine"], &region["startColumn"]), (&17.into(), &14.into()));
}

#[test]
fn what_fails_ends_with_verdict_breach_chain_and_the_line_to_paste_on_one_screen() {
    let breached = breached();
    let ending = ci::ending(&breached);
    insta::assert_snapshot!("ending_of_a_breach", ending);
    let mut longer = breached;
    let case = &mut longer.suites[0].cases[0];
    case.chain = (0..100).map(|line| format!("line {line}")).collect();
    case.concerns = std::iter::repeat_n(case.concerns[0].clone(), 50).collect();
    longer.remarks = std::iter::repeat_n(case.concerns[0].clone(), 50).collect();
    for ending in [ending, ci::ending(&longer)] {
        assert!(ending.lines().count() <= LONGEST_ENDING, "{ending}");
        assert!(ending.starts_with("breach: a promise was broken\n") && ending.contains("RES-1 broken "), "{ending}");
        assert!(ending.ends_with("\n  ringfence run dark.toml --seed 1"), "{ending}");
    }
}

#[test]
fn a_failing_command_ends_on_standard_error_with_the_line_to_paste() {
    let folder = folder(&[("short.toml", SHORT)]);
    for (args, line) in [
        (&["run", "short.toml"][..], "ringfence run short.toml --seed 1"),
        (&["check", "short.toml", "--seeds", "2"], "ringfence run short.toml --seed 1 --ci"),
        (&["check", "short.toml", "--seeds", "2", "--format", "json"], "ringfence run short.toml --seed 1 --ci"),
    ] {
        let said = stderr(&ringfence(folder.path(), args));
        assert!(said.contains("vacuous: something that was to be tested never happened\n"), "{said}");
        assert!(said.trim_end().ends_with(line) && said.lines().count() <= LONGEST_ENDING, "{said}");
    }
}

#[test]
fn a_file_of_results_replaces_only_earlier_results() {
    let folder = folder(&[("dark.toml", DARK)]);
    let at = |name: &str| folder.path().join(name);
    let check = |report: &str| ringfence(folder.path(), &["check", "dark.toml", "--seeds", "1", "--report", report]);
    for format in ["text", "json", "junit", "sarif", "markdown"] {
        for _ in 0..2 {
            let output = check(&format!("{format}=out/{format}"));
            assert_eq!(code(&output), 0, "{}", stderr(&output));
        }
        let refused = check(&format!("{format}=dark.toml"));
        assert_eq!((code(&refused), stdout(&refused)), (2, String::new()), "{format}");
        assert!(stderr(&refused).contains("it is left as it is"), "{}", stderr(&refused));
    }
    assert_eq!(fs::read_to_string(at("dark.toml")).unwrap(), DARK);
    assert_eq!(code(&check("github=out/github")), 0, "nothing is wrong, so it is empty");
    assert_eq!(fs::read_to_string(at("out/github")).unwrap(), "");
    for (report, said) in [
        ("junt=x.xml", "did you mean `junit`?"),
        ("junit", "write format and file"),
        ("junit=", "write format and file"),
    ] {
        let refused = check(report);
        assert_eq!(code(&refused), 2);
        assert!(stderr(&refused).contains(said), "{}", stderr(&refused));
    }
}

#[test]
fn results_are_the_same_bytes_on_one_thread_and_on_two() {
    let folder = folder(&[("dark.toml", DARK), ("short.toml", SHORT)]);
    for format in ["text", "json", "junit", "sarif", "markdown", "github"] {
        let of = |jobs| {
            stdout(&ringfence(
                folder.path(),
                &["check", "dark.toml", "short.toml", "--seeds", "3", "--format", format, "--jobs", jobs],
            ))
        };
        assert_eq!(of("1"), of("2"), "{format}");
    }
}

/// The format is known by its name, and the names are those that `--report` takes.
#[test]
fn every_format_knows_its_own_files() {
    let breached = breached();
    let formats = [Format::Junit, Format::Sarif, Format::Markdown, Format::Github];
    for format in formats {
        for other in formats {
            assert_eq!(other.is_own(&format.written(&breached)), other == format, "{other:?} of {format:?}");
        }
    }
}

/// The command of the workflow in the README, without the runner that it is for.
#[test]
fn the_workflow_in_the_readme_asks_for_what_there_is() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, command) = readme.split_once("target/release/ringfence check").expect("a workflow that checks");
    let (command, _) = command.split_once("\n      - ").expect("a step after it");
    let words = command.split_whitespace().map(|word| word.trim_matches('"'));
    let asked = cli::Cli::try_parse_from(["ringfence", "check"].into_iter().chain(words));
    let cli::Command::Check(args) = asked.unwrap_or_else(|error| panic!("{error}")).command else { panic!() };
    assert_eq!((args.paths.len(), args.results.files.report.len()), (1, 4));
}

/// A shape whose threshold no draw meets.
fn missing_shape() -> String {
    SHORT.replace("duration = \"10m\"\nrequires = [\"FO-5\"]", "duration = { between = [\"9m\", \"10m\"] }")
}

/// A campaign of three seeds in a folder, of which the middle one is said to have broken a promise.
fn hunted_with_a_breach() -> tempfile::TempDir {
    let folder = folder(&[]);
    let hunted = ringfence(folder.path(), &["campaign", "--swarm", "--seeds", "3", "--ledger", "hunt"]);
    let ledger = fs::read_to_string(folder.path().join("hunt")).unwrap_or_else(|_| panic!("{}", stderr(&hunted)));
    let mut lines: Vec<_> = ledger.lines().map(str::to_owned).collect();
    let failure = r#""failures":[{"promise":"RES-1","what":"broken 1 of 9 times"}]"#;
    lines[2] = sealed(&lines[2].replacen(r#""failures":[]"#, failure, 1));
    fs::write(folder.path().join("hunt"), lines.join("\n") + "\n").unwrap();
    folder
}

#[test]
fn a_campaign_speaks_every_format_on_standard_output_too() {
    let folder = folder(&[("shape.toml", &missing_shape())]);
    let of = |format: &str| {
        let output = ringfence(folder.path(), &["campaign", "shape.toml", "--seeds", "2", "--format", format]);
        assert_eq!(code(&output), 10, "{}", stderr(&output));
        let said = stderr(&output);
        let ending = &said[said.find("threshold: ").unwrap_or_else(|| panic!("{said}"))..];
        assert!(ending.lines().count() <= LONGEST_ENDING, "{said}");
        assert!(ending.ends_with("--show 0 > seed-0.toml && ringfence run seed-0.toml\n"), "{said}");
        stdout(&output)
    };
    let (junit, sarif) = (of("junit"), of("sarif"));
    assert_eq!((against_junit(&junit), against_sarif(&sarif)), (vec![], vec![]), "{junit}\n{sarif}");
    assert!(of("github").contains("\n::error file=shape.toml,line=1,col=1,title=threshold in campaign::"));
    assert!(of("markdown").starts_with("## Ringfence campaign: threshold\n"));
    assert!(of("text").contains("\nverdict: threshold, 2 of 2 runs failed\n"));
    let json: Value = serde_json::from_str(&of("json")).unwrap();
    assert_eq!((&json["command"], &json["verdict"]), (&"campaign".into(), &"threshold".into()));
}

#[test]
fn a_shape_that_is_wrong_is_told_in_every_format() {
    let folder = folder(&[("shape.toml", &missing_shape().replace("between", "betwen"))]);
    let output = ringfence(folder.path(), &["campaign", "shape.toml", "--format", "github"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("::error file=shape.toml,line=5,"), "{}", stdout(&output));
}

/// Code scanning takes nothing that stands nowhere: what the swarm finds stands in the file that the line to paste
/// writes.
#[test]
fn a_breach_of_the_swarm_stands_in_the_file_that_its_line_writes() {
    let folder = hunted_with_a_breach();
    for command in [&["merge", "hunt"][..], &["campaign", "--swarm", "--seeds", "3", "--ledger", "hunt"]] {
        let (code, junit, sarif) = both(folder.path(), command);
        assert_eq!((code, against_junit(&junit), against_sarif(&sarif)), (20, vec![], vec![]), "{junit}\n{sarif}");
        let log: Value = serde_json::from_str(&sarif).unwrap();
        let [result] = log["runs"][0]["results"].as_array().unwrap().as_slice() else { panic!("{sarif}") };
        let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!((&result["ruleId"], artifact), (&"RES-1".into(), &"seed-1.toml".into()));
        assert!(junit.contains("--show 1 &gt; seed-1.toml &amp;&amp; ringfence run seed-1.toml"), "{junit}");
    }
}

#[test]
fn parts_that_lack_a_seed_say_so_in_every_format() {
    let folder = folder(&[]);
    let part = ["campaign", "--swarm", "--seeds", "2", "--partition", "2/2", "--ledger", "part"];
    ringfence(folder.path(), &part);
    let output = ringfence(folder.path(), &["merge", "part", "--format", "json", "--report", "github=log"]);
    let json: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((code(&output), &json["verdict"], &json["missing"]), (11, &"vacuous".into(), &"0".into()));
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("::error title=no-record::no record of seed 0"), "{log}");
}

#[test]
fn a_campaign_bundles_the_first_seed_that_failed_worst() {
    let folder = hunted_with_a_breach();
    let hunt = |bundle| {
        ringfence(folder.path(), &["campaign", "--swarm", "--seeds", "3", "--ledger", "hunt", "--bundle", bundle])
    };
    for _ in 0..2 {
        assert_eq!(code(&hunt("seed-1.bundle")), 20);
    }
    let bundle: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("seed-1.bundle")).unwrap()).unwrap();
    let ledger = fs::read_to_string(folder.path().join("hunt")).unwrap();
    let record: Value = serde_json::from_str(ledger.lines().nth(2).unwrap()).unwrap();
    assert_eq!((&bundle["seed"], &bundle["digest"]), (&1.into(), &record["digest"]));
    let replayed = ringfence(folder.path(), &["replay", "seed-1.bundle"]);
    assert!(stderr(&replayed).contains("as in the bundle"), "{}", stderr(&replayed));
    fs::write(folder.path().join("mine"), "mine").unwrap();
    let refused = hunt("mine");
    assert!(code(&refused) == 2 && stderr(&refused).contains("is no bundle of a run"), "{}", stderr(&refused));
}
