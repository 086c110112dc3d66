//! Shapes: what they leave open is drawn, each at a place of its own, and what is wrong with them is told where it
//! stands. The messages are snapshots, to be read by people.

use ringfence::campaign::draw::{Drawn, Source, Weights};
use ringfence::campaign::{Options, run};
use ringfence::metrics::Judgement;
use ringfence::scenario::{Code, Diagnostic, Diagnostics, Size, load};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn shapes() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shapes");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A shape of this text, or what is wrong with it.
fn shape(text: &str) -> Result<Source, Diagnostics> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shape.toml");
    std::fs::write(&path, text).unwrap();
    Source::shape(&path)
}

/// A small shape with something in it.
fn with(open: &str) -> String {
    let head = "# A shape.\nschema_version = 1\nname = \"small\"\nstart = 2019-05-06T09:00:00Z\nduration = \"5m\"\n";
    format!("{head}\n[population]\ntenants = 1\nusers_per_tenant = 2\n\n{open}\n")
}

fn drawn(source: &Source, seed: u64) -> Drawn {
    source.draw(seed, &Weights::even())
}

fn of(text: &str, seed: u64) -> String {
    drawn(&shape(text).unwrap_or_else(|found| panic!("{found}")), seed).text
}

/// The lines that set a key.
fn lines<'t>(text: &'t str, key: &str) -> Vec<&'t str> {
    text.lines().filter(|line| line.starts_with(&format!("{key} = "))).collect()
}

#[test]
fn every_shape_that_is_shipped_draws_scenarios_that_hold() {
    for file in shapes() {
        let source = Source::shape(&file).unwrap_or_else(|found| panic!("{found}"));
        let mut texts = BTreeSet::new();
        for seed in 0..12 {
            let drawn = drawn(&source, seed);
            let scenario = drawn.scenario().unwrap_or_else(|found| panic!("{found}\n{}", drawn.text));
            let outcome = run(&scenario, seed, Options::default());
            let broken: Vec<_> = outcome.findings.iter().filter(|finding| finding.broken > 0).collect();
            assert!(broken.is_empty(), "{broken:?}\n{}", drawn.text);
            assert!(
                outcome.thresholds.iter().all(|threshold| threshold.judgement() == Judgement::Met),
                "{}",
                drawn.text
            );
            texts.insert(drawn.text);
        }
        assert_eq!(texts.len(), 12, "{} draws the same again", file.display());
    }
}

#[test]
fn what_is_drawn_stands_in_the_comment_above_and_the_rest_as_it_was_written() {
    let text = of(&with("[service]\nttl = { between = [\"20s\", \"30s\"] } # the lease\n"), 7);
    assert!(text.starts_with("# Drawn from seed 7 of the shape "), "{text}");
    assert!(text.contains("\n# A shape.\n") && text.contains("\nseed = 7\n"), "{text}");
    let ttl = lines(&text, "ttl");
    assert!(ttl.len() == 1 && ttl[0].ends_with(" # the lease"), "{text}");
    let value = ttl[0].trim_start_matches("ttl = ").trim_end_matches(" # the lease");
    assert!(text.contains(&format!("service.ttl: {value}")), "{text}");
}

#[test]
fn a_range_that_is_added_moves_no_other_draw() {
    let surge = "[[fault]]\nkind = \"surge\"\nfactor = { between = [2, 9] }\nat = { between = [\"30s\", \"4m\"] }\n";
    let pause =
        "[[fault]]\nkind = \"pause\"\ndatacenter = \"dublin\"\nat = { between = [\"1m\", \"2m\"] }\nfor = \"9s\"\n\n";
    for seed in 0..20 {
        let [alone, beside] = [with(surge), with(&format!("{pause}{surge}"))].map(|text| of(&text, seed));
        assert_eq!(lines(&alone, "factor"), lines(&beside, "factor"), "{beside}");
        assert_eq!(lines(&alone, "at").last(), lines(&beside, "at").last(), "{beside}");
    }
}

#[test]
fn a_table_is_there_as_often_as_its_chance_and_as_many_times_as_it_says() {
    let open = "# Now and then.\n[[fault]]\nchance = \"25%\"\nkind = \"surge\"\nfactor = 2\nat = \"1m\"\n\n\
                [[fault]]\ntimes = { between = [0, 3] }\nkind = \"planned\"\n";
    let open = open.replace(
        "kind = \"planned\"",
        "kind = \"operator\"\nunit = \"emea-1\"\norder = \"planned\"\nat = { between = [\"30s\", \"4m\"] }",
    );
    let source = shape(&with(&open)).unwrap_or_else(|found| panic!("{found}"));
    let (mut there, mut times) = (0, [0; 4]);
    for seed in 0..400 {
        let text = drawn(&source, seed).text;
        let surges = text.matches("kind = \"surge\"").count();
        assert_eq!(text.matches("# Now and then.").count(), surges, "{text}");
        assert!(!text.contains("chance = ") && !text.contains("times = "), "{text}");
        there += surges;
        let orders = lines(&text, "at").len() - surges;
        times[orders] += 1;
        let moments: BTreeSet<_> = text.lines().filter(|line| line.starts_with("at = ")).collect();
        assert_eq!(moments.len(), orders + surges, "each repetition draws its own: {text}");
    }
    assert!((70..130).contains(&there), "{there}");
    assert!(times.iter().all(|&many| (60..140).contains(&many)), "{times:?}");
}

#[test]
fn a_choice_keeps_its_weights_and_takes_those_of_a_draw() {
    let text = with("[service]\nreplication = { one_of = [\"sync\", \"async\"], weights = [1, 3] }\n");
    let source = shape(&text).unwrap_or_else(|found| panic!("{found}"));
    let syncs = |weights: &Weights| {
        let is_sync = |seed: &u64| source.draw(*seed, weights).choices == ["service.replication:sync"];
        (0..400).filter(is_sync).count()
    };
    assert!((70..130).contains(&syncs(&Weights::even())));
    let mut weights = Weights::even();
    weights.set("service.replication:async", 0);
    assert_eq!(syncs(&weights), 400);
    weights.set("service.replication:sync", 0);
    assert!((70..130).contains(&syncs(&weights)), "where a draw leaves nothing, the shape decides");
}

#[test]
fn a_shape_is_no_scenario_and_says_what_to_do_with_it() {
    for file in shapes() {
        let found = load(&file, Size::Full).expect_err("a shape is no scenario");
        let codes: Vec<_> = found.iter().map(Diagnostic::code).collect();
        assert_eq!(codes, [Code::NotPlain], "{found}");
        assert!(found.to_string().contains("ringfence campaign "), "{found}");
    }
}

fn errors(open: &str) -> Diagnostics {
    shape(&with(open)).err().unwrap_or_else(|| panic!("this must not load:\n{open}"))
}

/// Each row is a claim: this shape gives this code, in this line, and the message of the snapshot.
macro_rules! bad {
    ($($name:ident: $open:expr => $code:ident in $line:literal;)*) => { $(
        #[test]
        fn $name() {
            let found = errors($open);
            let told: Vec<_> = found.iter().map(|one| (one.code(), one.position().map(|(line, _)| line))).collect();
            assert_eq!(told, [(Code::$code, Some($line))], "\n{found}");
            let lines: Vec<_> = found.to_string().lines().map(str::to_owned).collect();
            let shown = lines.into_iter().filter(|line| !line.contains("-->")).collect::<Vec<_>>().join("\n");
            insta::assert_snapshot!(shown);
        }
    )* };
}

bad! {
    a_range_of_two_kinds: "[service]\nttl = { between = [\"10s\", 30] }" => WrongType in 12;
    a_range_from_high_to_low: "[service]\nttl = { between = [\"30s\", \"10s\"] }" => Conflict in 12;
    a_range_with_weights: "[service]\nttl = { between = [\"10s\", \"30s\"], weights = [1, 2] }" => Conflict in 12;
    a_choice_of_nothing: "[service]\nreplication = { one_of = [] }" => WrongType in 12;
    weights_for_others: "[service]\nreplication = { one_of = [\"sync\"], weights = [1, 2] }" => Conflict in 12;
    weights_of_nothing: "[service]\nreplication = { one_of = [\"sync\"], weights = [0] }" => OutOfRange in 12;
    a_word_misspelt: "[service]\nttl = { betwen = [\"10s\", \"30s\"] }" => UnknownKey in 12;
    a_key_that_no_choice_has: "[service]\nreplication = { one_of = [\"sync\"], wieghts = [1] }" => UnknownKey in 12;
    a_chance_above_one: "[[fault]]\nchance = 1.5\nkind = \"surge\"\nfactor = 2\nat = \"1m\"" => OutOfRange in 12;
    a_table_too_often: "[[fault]]\ntimes = 1000\nkind = \"surge\"\nfactor = 2\nat = \"1m\"" => OutOfRange in 12;
    what_is_drawn_is_no_word: "[service]\nttl = { between = [\"30s\", \"40s\"] }\nreplication = { one_of = [\"synch\"] }" => UnknownWord in 13;
    what_is_drawn_does_not_fit: "[service]\nttl = { between = [\"1s\", \"2s\"] }" => LeaseTooShort in 12;
}

/// What was made of one topology says nothing of another, though the shape is the same.
#[test]
fn a_shape_is_another_where_the_topology_beside_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let chosen = "topology = { one_of = [\"kaizala-2019\", \"beside.toml\"], weights = [99, 1] }\n[population]";
    put("shape.toml", &with("").replacen("[population]", chosen, 1));
    let identity = |rate: u32| {
        put("beside.toml", &format!("extends = \"kaizala-2019\"\n[datacenters.dublin]\nrate = {rate}\n"));
        Source::shape(&folder.path().join("shape.toml")).unwrap_or_else(|found| panic!("{found}")).identity()
    };
    let [first, other, again] = [30, 31, 30].map(identity);
    assert!(first == again && first != other, "{first} {other} {again}");
}
