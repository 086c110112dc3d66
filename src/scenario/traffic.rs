//! What users do, made ready for the world.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document::Traffic;
use super::population::check_weights;
use super::quantity::rounded;
use super::read::{At, Findings, Given, instead};
use super::words::{Entries, value};
use crate::sim::plan::TrafficPlan;
use crate::terms::{Bytes, RecordKind, Span};

/// What a record is, by weight: an assumption. An action card is a campaign to a group, and a call is
/// rare beside a message.
const MIX: [(RecordKind, u32); 6] = [
    (RecordKind::Message, 640),
    (RecordKind::Like, 200),
    (RecordKind::Comment, 110),
    (RecordKind::CardMetadata, 10),
    (RecordKind::CallMedia, 20),
    (RecordKind::CallLog, 20),
];

/// Median sizes, by [`RecordKind::index`]: assumptions.
const SIZES: [Bytes; 9] = [
    Bytes(300),
    Bytes(80),
    Bytes(200),
    Bytes(120 << 10),
    Bytes(2 << 10),
    Bytes(40 << 10),
    Bytes(400),
    Bytes(600 << 10),
    Bytes(150),
];

/// Mean length of a call: an assumption.
const CALL: Span = Span::minutes(4);

/// The day of people who chat at work: an assumption, for no figures were ever published.
const HOURS: [u32; 24] =
    [8, 5, 4, 4, 5, 10, 25, 60, 110, 160, 180, 175, 150, 165, 180, 175, 160, 140, 120, 105, 90, 65, 35, 18];

/// Lowers what users do.
pub(super) fn lowered(traffic: &Given<Traffic>, findings: &Findings) -> TrafficPlan {
    let given = value(traffic).cloned().unwrap_or_default();
    TrafficPlan {
        records_per_user_day_milli: a_day(&given.records_per_user_day, 12.0, findings),
        reads_per_user_day_milli: a_day(&given.reads_per_user_day, 6.0, findings),
        mix: mix(&given.mix, findings),
        attachment_ppm: value(&given.attachments).map_or(200_000, |share| share.0),
        responses_per_card: value(&given.responses_per_card).copied().unwrap_or(6),
        call: value(&given.call).copied().unwrap_or(CALL),
        sizes: sizes(&given.sizes, findings),
        hours: hours(&given.hours, findings),
        weekend_ppm: value(&given.weekend).map_or(400_000, |share| share.0),
    }
}

fn a_day(given: &Given<f64>, default: f64, findings: &Findings) -> u64 {
    if let Some(given) = given.as_ref().filter(|given| given.value > 100_000.0) {
        findings.report(Code::OutOfRange, &given.place, "nobody does that more than 100000 times a day");
    }
    rounded(value(given).copied().unwrap_or(default) * 1_000.0)
}

/// The name of a kind in a scenario: that of reports, in one word.
pub(super) fn word(kind: RecordKind) -> String {
    kind.name().replace(' ', "-")
}

/// The kind of a name among `kinds`; reports an unknown one.
fn kind_of(name: &At<String>, kinds: &[RecordKind], findings: &Findings) -> Option<RecordKind> {
    let found = kinds.iter().copied().find(|kind| word(*kind) == name.value);
    if found.is_none() {
        let words: Vec<_> = kinds.iter().copied().map(word).collect();
        let unknown = Diagnostic::at(Code::UnknownWord, &name.place, format!("`{}` cannot stand here", name.value));
        findings.add(unknown.help(instead(&name.value, words.iter().map(String::as_str))));
    }
    found
}

fn mix(given: &Given<Entries<u32>>, findings: &Findings) -> Vec<(RecordKind, u32)> {
    let Some(given) = given else { return MIX.to_vec() };
    let kinds = MIX.map(|(kind, _)| kind);
    check_weights(given, findings);
    given.value.0.iter().filter_map(|(name, weight)| Some((kind_of(name, &kinds, findings)?, weight.value))).collect()
}

fn sizes(given: &Given<Entries<Bytes>>, findings: &Findings) -> [Bytes; 9] {
    let mut sizes = SIZES;
    for (name, size) in given.iter().flat_map(|given| &given.value.0) {
        let Some(kind) = kind_of(name, &RecordKind::ALL, findings) else { continue };
        if size.value > Bytes(1 << 30) {
            findings.report(Code::OutOfRange, &size.place, "a record has at most 1 GiB");
        }
        sizes[kind.index()] = size.value;
    }
    sizes
}

fn hours(given: &Given<Vec<At<u32>>>, findings: &Findings) -> [u32; 24] {
    let Some(given) = given else { return HOURS };
    let hours: Vec<_> = given.value.iter().map(|hour| hour.value).collect();
    let fit = |hours: &[u32; 24]| hours.iter().all(|&hour| hour <= 1_000_000) && hours.iter().any(|&hour| hour > 0);
    <[u32; 24]>::try_from(hours).ok().filter(fit).unwrap_or_else(|| {
        findings.report(Code::OutOfRange, &given.place, "a day has 24 hours, each from 0 to 1000000, not all 0");
        HOURS
    })
}
