//! Mutated scenario files never panic, and what is refused has a place in the file.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRunner};
use ringfence::scenario::{Size, init_template, parse};
use std::path::Path;

/// One change to a text.
#[derive(Clone, Debug)]
enum Mutation {
    Delete(usize, usize),
    Repeat(usize, usize, usize),
    Insert(usize, &'static str),
    SwapLines(usize, usize),
}

/// Pieces that mean something to the format, in places where they should not be.
const PIECES: [&str; 24] = [
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    "\"",
    "\"\"\"",
    "#",
    "\n",
    ".",
    "-1",
    "0",
    "9223372036854775808",
    "1e999",
    "nan",
    "\"-5h\"",
    "\"99999999999d\"",
    "1969-01-01",
    "true",
    "é",
    "\u{0}",
    "[[fault]]\n",
    "topology = { units = { x = {} } }\n",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = 0..usize::MAX;
    prop_oneof![
        (place.clone(), 1..40_usize).prop_map(|(at, length)| Mutation::Delete(at, length)),
        (place.clone(), 1..40_usize, 1..30_usize).prop_map(|(at, length, times)| Mutation::Repeat(at, length, times)),
        (place.clone(), prop::sample::select(&PIECES[..])).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (place.clone(), place).prop_map(|(a, b)| Mutation::SwapLines(a, b)),
    ]
}

fn mutated(text: &str, mutations: &[Mutation]) -> String {
    mutations.iter().fold(text.to_owned(), apply)
}

fn apply(mut text: String, mutation: &Mutation) -> String {
    let place = |at: usize, text: &str| text.floor_char_boundary(at % (text.len() + 1));
    match *mutation {
        Mutation::Delete(at, length) => {
            let start = place(at, &text);
            let end = text.floor_char_boundary(start + length).max(start);
            text.replace_range(start..end, "");
        }
        Mutation::Repeat(at, length, times) => {
            let start = place(at, &text);
            let end = text.floor_char_boundary(start + length).max(start);
            let piece = text[start..end].repeat(times);
            text.insert_str(end, &piece);
        }
        Mutation::Insert(at, piece) => text.insert_str(place(at, &text), piece),
        Mutation::SwapLines(a, b) => {
            let mut lines: Vec<_> = text.lines().collect();
            if !lines.is_empty() {
                let (a, b) = (a % lines.len(), b % lines.len());
                lines.swap(a, b);
            }
            text = lines.join("\n");
        }
    }
    text
}

fn texts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let shipped = ["dublin-dark", "april-2019", "capacity-rush", "forty-three-seconds"];
    let read = |name: &str| std::fs::read_to_string(folder.join(name).with_extension("toml")).unwrap();
    std::iter::once(init_template().to_owned()).chain(shipped.map(read)).collect()
}

#[test]
fn no_mutated_scenario_panics() {
    let config = Config {
        cases: 256,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(2019),
        failure_persistence: None,
        ..Config::default()
    };
    let texts = texts();
    let input = (0..texts.len(), prop::collection::vec(mutation(), 1..6));
    TestRunner::new(config)
        .run(&input, |(which, mutations)| {
            let text = mutated(&texts[which], &mutations);
            if let Err(found) = parse("mutated.toml", &text, Size::Ci) {
                prop_assert!(found.iter().count() > 0);
                prop_assert!(found.to_string().contains("mutated.toml"));
            }
            Ok(())
        })
        .unwrap();
}
