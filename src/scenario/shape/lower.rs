//! From a shape to the text of a plain scenario: what is open is decided, and the rest is copied.

use super::Dice;
use super::parts::{Item, Open};
use crate::scenario::source::Source;
use std::ops::Range;

/// The text of a plain scenario that came of a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    /// The scenario.
    pub text: String,
    /// What was decided: a place and what stands there, in the order of the shape.
    pub decided: Vec<(String, String)>,
    pieces: Vec<Piece>,
}

/// A stretch of the text, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    start: usize,
    from: Range<usize>,
    /// Whether it stands there as here, and so each byte of it has a place of its own.
    copied: bool,
}

impl Lowered {
    /// The place in the shape of a span of the text.
    pub(super) fn origin(&self, span: &Range<usize>) -> Range<usize> {
        let at = |offset: usize, is_end: bool| {
            let after = self.pieces.partition_point(|piece| piece.start <= offset.saturating_sub(usize::from(is_end)));
            let piece = self.pieces.get(after.saturating_sub(1));
            piece.map_or(0, |piece| match (piece.copied, is_end) {
                (true, _) => (piece.from.start + offset.saturating_sub(piece.start)).min(piece.from.end),
                (false, false) => piece.from.start,
                (false, true) => piece.from.end,
            })
        };
        let start = at(span.start, false);
        start..at(span.end, span.end > span.start).max(start)
    }
}

pub(super) fn lowered(source: &Source, items: &[Item], head: usize, seed: u64, dice: &mut impl Dice) -> Lowered {
    let empty = Lowered { text: String::new(), decided: Vec::new(), pieces: Vec::new() };
    let mut writer = Writer { source, items, dice, lowered: empty };
    let seeds = top_key(&source.text[..head], "seed");
    let before = seeds.as_ref().map_or(head, |seed| seed.start);
    writer.copy_open(0..before, "");
    writer.write(&format!("seed = {seed}\n"), before..before);
    writer.copy_open(seeds.map_or(head, |seed| seed.end)..source.text.len(), "");
    let mut lowered = writer.lowered;
    lowered.preface(seed, &source.name);
    lowered
}

/// The line of a key before the first table.
fn top_key(head: &str, key: &str) -> Option<Range<usize>> {
    let mut start = 0;
    head.split_inclusive('\n').find_map(|line| {
        let here = start..start + line.len();
        start = here.end;
        let rest = line.trim_start().strip_prefix(key)?;
        rest.trim_start().starts_with('=').then_some(here)
    })
}

impl Lowered {
    /// Says above all else where this comes from and what was decided.
    fn preface(&mut self, seed: u64, file: &str) {
        let mut preface = format!("# Drawn from seed {seed} of the shape {file}.\n");
        for (place, value) in &self.decided {
            preface.extend(["#   ", place, ": ", &value.replace('\n', " "), "\n"]);
        }
        preface += "#\n";
        self.pieces.iter_mut().for_each(|piece| piece.start += preface.len());
        self.pieces.insert(0, Piece { start: 0, from: 0..0, copied: false });
        self.text.insert_str(0, &preface);
    }
}

struct Writer<'a, D> {
    source: &'a Source,
    items: &'a [Item],
    dice: &'a mut D,
    lowered: Lowered,
}

impl<D: Dice> Writer<'_, D> {
    /// Writes a part of the shape, with all decided that is open in it. `again` tells the repetition of a table.
    fn copy_open(&mut self, span: Range<usize>, again: &str) {
        self.inside(&span, &[], again, None);
    }

    /// The same without the lines of `cut`, and without deciding the table whose part it is once more.
    fn inside(&mut self, span: &Range<usize>, cut: &[Range<usize>], again: &str, whole: Option<&Range<usize>>) {
        let mut at = span.start;
        let items = self.items;
        while at < span.end {
            let is_here = |item: &&Item| {
                let here = item.span();
                here.start >= at && here.end <= span.end && whole != Some(&here)
            };
            let next = items.iter().find(is_here);
            let skipped =
                cut.iter().find(|cut| cut.start >= at && next.is_none_or(|next| cut.start <= next.span().start));
            if let Some(skipped) = skipped {
                self.copy(at..skipped.start);
                at = skipped.end;
                continue;
            }
            let Some(item) = next else { break };
            self.copy(at..item.span().start);
            self.decide(item, again);
            at = item.span().end;
        }
        self.copy(at..span.end);
    }

    fn decide(&mut self, item: &Item, again: &str) {
        match item {
            Item::Value { span, place, open: Open::Between(bounds) } => {
                let place = format!("{place}{again}");
                let value = bounds.at(self.dice.up_to(&place, bounds.steps()));
                self.write(&value, span.clone());
                self.lowered.decided.push((place, value));
            }
            Item::Value { place, open: Open::OneOf { options, words, weights }, .. } => {
                let place = format!("{place}{again}");
                let chosen = self.dice.pick(&place, words, weights);
                self.lowered.decided.push((place, words[chosen].clone()));
                self.copy_open(options[chosen].clone(), again);
            }
            Item::Table { span, place, ppm, times, cut } => {
                let place = format!("{place}{again}");
                let is_there = *ppm >= 1_000_000 || self.dice.is_there(&place, *ppm);
                let times = times.as_ref().map(|times| {
                    let (low, _) = times.whole().unwrap_or((1, 1));
                    low.unsigned_abs() + self.dice.up_to(&format!("{place}.times"), times.steps())
                });
                let many = if is_there { times.unwrap_or(1) } else { 0 };
                self.lowered.decided.push((place, format!("{many} times")));
                for nth in 0..many {
                    let again = if nth == 0 { again.to_owned() } else { format!("{again} ({})", nth + 1) };
                    self.inside(span, cut, &again, Some(span));
                }
            }
        }
    }

    fn copy(&mut self, span: Range<usize>) {
        if !span.is_empty() {
            self.lowered.pieces.push(Piece { start: self.lowered.text.len(), from: span.clone(), copied: true });
            self.lowered.text += &self.source.text[span];
        }
    }

    /// Writes what stands nowhere in the shape, in place of what does.
    fn write(&mut self, text: &str, from: Range<usize>) {
        self.lowered.pieces.push(Piece { start: self.lowered.text.len(), from, copied: false });
        self.lowered.text += text;
    }
}
