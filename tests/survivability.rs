//! The survivability table, cell by cell: what is promised is what is observed in the facts of small runs.

use ringfence::campaign::survival::{Cell, page, survivability};

/// Seeds of each cell; `ringfence survivability --seeds 1000` takes many.
const SEEDS: u32 = 4;

fn table(seeds: u32, threads: usize) -> Vec<Cell> {
    survivability(seeds, threads, || ()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_cell_of_the_survivability_table_is_put_to_the_test_and_holds() {
    for cell in table(SEEDS, 0) {
        assert_eq!(cell.failures(), [""; 0], "{}: ringfence survivability --seeds {SEEDS}", cell.title());
        assert!(cell.was_exercised(), "{}: nobody wrote", cell.title());
    }
}

#[test]
fn the_page_is_the_same_on_one_thread_and_on_two_and_has_every_cell() {
    let (one, two) = (table(1, 1), table(1, 2));
    assert_eq!(page(&one), page(&two));
    assert_eq!(page(&one).lines().filter(|line| line.starts_with("| ") && line.ends_with(" yes |")).count(), one.len());
}
