//! The checker is put to the test: what `selftest` says, and that the table in `reports/` is what it says.

mod program;

use ringfence::campaign::saboteur::Planted;
use ringfence::campaign::selftest::{Source, TRAPS, Trap, line, page, selftest};
use std::path::Path;

/// The budget with which the table was made.
const SEEDS: u64 = 40;

/// The share of the table that is made again here: every so many rows. `.ci/run` makes the whole.
const EVERY: usize = 11;

#[test]
fn a_share_of_the_table_is_reproduced_to_the_byte() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/selftest.md");
    let table = std::fs::read_to_string(path).unwrap();
    let share: Vec<&Trap> = TRAPS.iter().step_by(EVERY).collect();
    let rows = selftest(&share, SEEDS, 0, || ()).unwrap_or_else(|error| panic!("{error}"));
    for row in &rows {
        assert!(row.caught.is_some(), "{} lets {} pass", row.trap.caught_by, row.trap.planted);
        let line = line(row);
        assert!(table.contains(&line), "`ringfence selftest --out reports/selftest.md` makes it so:\n{line}");
    }
}

#[test]
fn every_row_of_the_table_is_caught() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/selftest.md");
    let table = std::fs::read_to_string(path).unwrap();
    for trap in TRAPS {
        let row = table.lines().find(|line| {
            line.starts_with(&format!("| `{}` |", trap.planted)) && line.contains(&format!("| {} |", trap.caught_by))
        });
        let row = row.unwrap_or_else(|| panic!("{} by {} has no row", trap.planted, trap.caught_by));
        assert!(!row.contains("not caught"), "{row}");
    }
}

/// Call media never rests: nothing else is broken by it, so another invariant must not be said to catch it.
static BLIND: Trap = Trap { planted: Planted::CallMediaCached, caught_by: "FO-2", circumstances: "" };
static SEEN: Trap = Trap { planted: Planted::CallMediaCached, caught_by: "RES-3", circumstances: "" };

#[test]
fn a_mistake_that_nothing_catches_is_told() {
    let rows = selftest(&[&BLIND, &SEEN], 3, 0, || ()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rows[0].caught, None);
    let seen = rows[1].caught.as_ref().unwrap();
    assert_eq!((seen.source, seen.small.tenants), (Source::Swarm, 1));
    let told = page(&rows, 3, "this");
    assert!(told.starts_with("# Not every planted mistake is caught\n") && told.contains("\nthis\n"), "{told}");
    assert!(told.contains("| FO-2 | **not caught** |") && told.contains("1 not caught."), "{told}");
    assert_eq!(
        page(&[rows.clone(), rows].concat(), 3, "this"),
        told,
        "a row that reads as an earlier one is told once"
    );
}

#[test]
fn the_command_plants_what_it_is_told_to_and_helps_with_the_name() {
    let ringfence = |args: &[&str]| {
        let output = program::ringfence(Path::new("."), &[&["selftest"], args].concat());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (code, printed, said) = ringfence(&["--planted", "foreign-candidate", "--seeds", "3"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(printed.lines().filter(|line| line.starts_with("| `")).count(), 1, "{printed}");
    let (code, _, said) = ringfence(&["--planted", "any-backup-admitted", "--seeds", "1"]);
    assert_eq!(code, 20, "{said}");
    let line = "\n  ringfence selftest --planted any-backup-admitted --seeds 1\n";
    assert!(said.contains(line), "with more seeds it is caught: {said}");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("table.md");
    for seeds in ["1", "3"] {
        let args = ["--planted", "foreign-candidate", "--planted", "any-backup-admitted", "--seeds", seeds];
        let (_, _, said) = ringfence(&[&args[..], &["--out", out.to_str().unwrap()]].concat());
        let text = std::fs::read_to_string(&out).unwrap_or_else(|_| panic!("{said}"));
        assert!(text.starts_with("# Not every planted mistake is caught\n"), "{text}");
        let line =
            format!("ringfence selftest --seeds {seeds} --planted foreign-candidate --planted any-backup-admitted");
        assert!(text.contains(&format!("\n{line} --out {}\n", out.display())), "{text}");
    }
    let (code, _, said) = ringfence(&["--planted", "foreign-candidat"]);
    assert_eq!(code, 2);
    assert!(said.contains("did you mean `foreign-candidate`?"), "{said}");
}
