//! The ledger of a campaign: a line for what the campaign is, then a line for each run.
//!
//! While a campaign goes on, lines are appended as runs end, whole lines only; what a kill tears off is the
//! last line, which is dropped when the ledger is read again. Of a campaign that is over the lines stand in
//! the order of seeds, so its bytes say nothing of threads, parts or interruptions.

use super::identity::{FORM, Identity, Part};
use super::record::Record;
use super::seal::{opened, sealed};
use crate::outcome::VERSION;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

/// How every ledger starts.
const MARK: &str = "{\"campaign\":";

/// A campaign's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// What the campaign is.
    pub identity: Identity,
    /// A record for each seed that was run.
    pub records: BTreeMap<u64, Record>,
}

/// A ledger as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// What it holds.
    pub ledger: Ledger,
    /// How many of its bytes are whole lines: what comes after is torn.
    pub whole: usize,
}

/// Two records of one seed that are not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The seed.
    pub seed: u64,
    /// The first key in which they differ.
    pub key: String,
    /// Its value in either.
    pub sides: [String; 2],
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, key, sides: [one, two] } = self;
        write!(f, "two records of seed {seed} differ: `{key}` is {one} in one and {two} in the other")
    }
}

/// Why a text is no ledger.
#[derive(Debug)]
pub enum Unreadable {
    /// It is something else.
    NotALedger,
    /// It is of another form.
    Form(u64),
    /// A line in its midst is no record of the campaign, or the first is not what it was.
    Damaged {
        /// Which line, counted from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A seed has two records.
    Contradiction(Contradiction),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotALedger => write!(f, "it is no ledger of a campaign"),
            Self::Form(form) => write!(f, "it is of form {form}, and ringfence {VERSION} knows form {FORM} only"),
            Self::Damaged { line, why } => write!(f, "its line {line} is damaged: {why}"),
            Self::Contradiction(found) => found.fmt(f),
        }
    }
}

impl Ledger {
    /// A campaign of which nothing was run yet.
    pub const fn new(identity: Identity) -> Self {
        Self { identity, records: BTreeMap::new() }
    }

    /// Reads a ledger; `None` where not even the line for what it is was written to its end.
    ///
    /// # Errors
    ///
    /// If it is no ledger, or damaged elsewhere than at its end, or contradicts itself.
    pub fn read(bytes: &[u8]) -> Result<Option<Read>, Unreadable> {
        let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
        let head = lines.next().unwrap_or_default();
        let begun = head.len().min(MARK.len());
        if head[..begun] != MARK.as_bytes()[..begun] {
            return Err(Unreadable::NotALedger);
        }
        if !head.ends_with(b"\n") {
            return Ok(None);
        }
        if let Some(form) = form(head).filter(|&form| form != u64::from(FORM)) {
            return Err(Unreadable::Form(form));
        }
        let identity = opened(head).and_then(|head| serde_json::from_slice(&head).map_err(|why| why.to_string()));
        let identity: Identity = identity.map_err(|why| Unreadable::Damaged { line: 1, why })?;
        let mut read = Read { ledger: Self::new(identity), whole: head.len() };
        let mut lines = lines.zip(2..).peekable();
        while let Some((line, number)) = lines.next() {
            match Record::read(line) {
                // Power that is lost may tear the last line and yet write its end.
                _ if !line.ends_with(b"\n") => break,
                Err(_) if lines.peek().is_none() => break,
                Err(why) => return Err(Unreadable::Damaged { line: number, why }),
                Ok(Record { seed, .. }) if !read.ledger.identity.has(Part::WHOLE, seed) => {
                    let why = format!("seed {seed} is none of this campaign's");
                    return Err(Unreadable::Damaged { line: number, why });
                }
                Ok(record) => read.ledger.add(record).map_err(Unreadable::Contradiction)?,
            }
            read.whole += line.len();
        }
        Ok(Some(read))
    }

    /// Adds a record. One that is there already must be the same.
    ///
    /// # Errors
    ///
    /// If it is not the same.
    pub fn add(&mut self, record: Record) -> Result<(), Contradiction> {
        match self.records.entry(record.seed) {
            Entry::Vacant(place) => {
                place.insert(record);
            }
            Entry::Occupied(place) => {
                if let Some((key, sides)) = place.get().first_difference(&record) {
                    return Err(Contradiction { seed: record.seed, key, sides });
                }
            }
        }
        Ok(())
    }

    /// The line for what the campaign is, with its end.
    pub fn head(&self) -> String {
        sealed(&self.identity)
    }

    /// The whole ledger in the order of seeds.
    pub fn text(&self) -> String {
        self.records.values().fold(self.head(), |text, record| text + &record.line())
    }
}

/// The number of the form, which every form has in the same place.
fn form(head: &[u8]) -> Option<u64> {
    let number = head[MARK.len()..].split(|byte| !byte.is_ascii_digit()).next()?;
    std::str::from_utf8(number).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;
    use proptest::prelude::*;

    fn ledger(seeds: &[u64]) -> Ledger {
        let mut ledger = Ledger::new(Identity::new("swarm".into(), 0, Some(40)));
        for &seed in seeds {
            ledger.add(record(seed)).unwrap();
        }
        ledger
    }

    fn appended(seeds: &[u64]) -> String {
        seeds.iter().fold(ledger(&[]).head(), |text, &seed| text + &record(seed).line())
    }

    proptest! {
        #[test]
        fn cut_off_anywhere_it_has_all_that_was_whole(
            seeds in proptest::sample::subsequence((0..12).collect::<Vec<u64>>(), 0..8).prop_shuffle(),
            share in 0..=1_000_usize,
        ) {
            let text = appended(&seeds);
            let bytes = &text.as_bytes()[..text.len() * share / 1_000];
            match Ledger::read(bytes).unwrap() {
                None => prop_assert!(!bytes.contains(&b'\n')),
                Some(read) => {
                    let lines = bytes.split(|&byte| byte == b'\n').count() - 1;
                    prop_assert_eq!(&read.ledger, &ledger(&seeds[..lines - 1]));
                    prop_assert!(bytes[..read.whole].ends_with(b"\n") && !bytes[read.whole..].contains(&b'\n'));
                }
            }
        }
    }

    #[test]
    fn what_was_appended_in_any_order_is_written_in_the_order_of_seeds() {
        let read = Ledger::read(appended(&[3, 1, 2]).as_bytes()).unwrap().unwrap();
        assert_eq!(read.ledger.text(), appended(&[1, 2, 3]));
    }

    #[test]
    fn a_last_line_of_rubbish_is_dropped_and_one_in_the_midst_is_not() {
        let torn = appended(&[1]) + "\0\0\0\0\n";
        let read = Ledger::read(torn.as_bytes()).unwrap().unwrap();
        assert_eq!((read.ledger, read.whole), (ledger(&[1]), torn.len() - 5));
        let damaged = torn + &record(2).line();
        assert!(matches!(Ledger::read(damaged.as_bytes()), Err(Unreadable::Damaged { line: 3, .. })));
    }

    #[test]
    fn a_first_line_of_which_one_letter_was_spoiled_is_believed_by_nobody() {
        let text = appended(&[1, 2]);
        for place in 0..ledger(&[]).head().len() {
            let mut spoiled = text.clone().into_bytes();
            spoiled[place] = if spoiled[place] == b'1' { b'2' } else { b'1' };
            assert!(Ledger::read(&spoiled).is_err(), "{}", String::from_utf8_lossy(&spoiled));
        }
    }

    #[test]
    fn a_ledger_of_another_form_is_told_from_a_damaged_one() {
        let first = r#"{"campaign":1,"version":"0.1.0","source":"swarm 0.1.0","first":0,"seeds":3}"#;
        let found = Ledger::read(format!("{first}\n").as_bytes()).unwrap_err().to_string();
        assert_eq!(found, format!("it is of form 1, and ringfence {VERSION} knows form {FORM} only"));
    }

    #[test]
    fn a_record_of_a_seed_that_the_campaign_does_not_have_is_none_of_its_own() {
        for (seeds, line) in [(&[40][..], 2), (&[1, 41, 2], 3)] {
            let found = Ledger::read(appended(seeds).as_bytes()).unwrap_err().to_string();
            let seed = seeds[line - 2];
            assert_eq!(found, format!("its line {line} is damaged: seed {seed} is none of this campaign's"));
        }
    }

    #[test]
    fn another_file_is_no_ledger_and_an_empty_one_may_become_one() {
        for other in ["schema_version = 1\n", "{\n", "{}\n", "{\"seed\":1}\n"] {
            assert!(matches!(Ledger::read(other.as_bytes()), Err(Unreadable::NotALedger)), "{other}");
        }
        assert!(Ledger::read(b"").unwrap().is_none());
        assert!(Ledger::read(b"{\"camp").unwrap().is_none());
    }

    #[test]
    fn a_record_that_comes_twice_is_one_unless_it_differs() {
        let same = appended(&[1, 1]);
        assert_eq!(Ledger::read(same.as_bytes()).unwrap().unwrap().ledger, ledger(&[1]));
        let other = Record { events: 1, ..record(1) };
        let text = same + &other.line() + &record(2).line();
        let Err(Unreadable::Contradiction(found)) = Ledger::read(text.as_bytes()) else { panic!("not seen") };
        assert_eq!((found.seed, found.key.as_str()), (1, "events"));
    }
}
