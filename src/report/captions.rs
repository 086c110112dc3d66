//! What each chart shows, as sentences with numbers. A name is written as scenarios write it, so no
//! sentence begins with one.

use super::axis::clock;
use super::load::percent;
use crate::metrics::{CloseUp, Failover, Measurements, Purge, Replaced, grouped};
use crate::outcome::Outcome;
use crate::terms::{Datacenter, Instant, Names, Seat, Span, Unit};

/// A span to three digits or so, as captions need it: `41.2 s`, `340 ms`, `2h 5m`.
pub(super) fn rounded(span: Span) -> String {
    let micros = span.as_micros();
    match micros {
        0 => "0 s".to_owned(),
        1..10_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", (micros + 500) / 1_000),
        1_000_000..60_000_000 => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
        _ => span.to_string(),
    }
}

/// How many of something there were a second: `512/s`; `–` where it took no time.
pub(super) fn per_second(count: u64, lasted: Span) -> String {
    let rate = count.saturating_mul(1_000_000).checked_div(lasted.as_micros());
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{}/s", grouped(rate)))
}

/// What became of what a tenant that moved had in one place.
pub(super) fn purged(purge: &Purge) -> String {
    let most = counted(purge.most.records, "record");
    match purge.left.records {
        0 => format!("{most}, gone since {}", purge.at),
        left => format!("{most}, {} left", grouped(left)),
    }
}

/// Which seat of a unit.
pub(super) const fn seat(seat: Seat) -> &'static str {
    match seat {
        Seat::A => "site A",
        Seat::B => "site B",
        Seat::Witness => "witness",
    }
}

/// What became of a seat that was ordered to another place.
pub(super) fn replaced(one: &Replaced) -> String {
    let after = |at: Instant| rounded(at.since(one.ordered));
    let Some(commissioned) = one.commissioned else { return "not commissioned".to_owned() };
    let filled = one.filled.map_or_else(String::new, |at| format!(", filled +{}", after(at)));
    let left = one.left.map_or_else(|| "not empty".to_owned(), |at| format!("empty +{}", after(at)));
    format!("commissioned +{}{filled}, the old place {left}", after(commissioned))
}

/// A sentence with a capital letter.
pub(super) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `1 write`, `2 writes`.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

fn datacenters(measured: &Measurements) -> impl Iterator<Item = Datacenter> {
    (0_u8..).map(Datacenter).take(measured.setup.datacenters.len())
}

/// Of the chart of load.
pub(super) fn load(outcome: &Outcome) -> String {
    let measured = &outcome.measurements;
    let name = |datacenter| outcome.names.datacenter(datacenter);
    let Some(busiest) = datacenters(measured).max_by_key(|&dc| measured.loads.peak(dc).share_milli_percent) else {
        return "There is no datacenter.".to_owned();
    };
    let peak = measured.loads.peak(busiest);
    let at = clock(peak.at, false);
    let busiest = format!(
        "The busiest minute was that of {}, with {} of its capacity at {at}.",
        name(busiest),
        percent(peak.share_milli_percent)
    );
    let least = datacenters(measured).min_by_key(|&dc| measured.loads.headroom(dc));
    let over: Vec<_> = datacenters(measured).filter(|&dc| measured.loads.headroom(dc) < 0).map(name).collect();
    let alone = least.map_or_else(String::new, |least| {
        let headroom = percent(measured.loads.headroom(least));
        format!("With its partner gone at peak, {} would have the least head room: {headroom}.", name(least))
    });
    let verdict = match over.as_slice() {
        [] => "Every datacenter could carry its partner's load.".to_owned(),
        over => format!("Overloaded without their partner: {}.", over.join(", ")),
    };
    let read = measured.reseeds.iter().map(|reseed| reseed.records).sum();
    let read = match counted(read, "old record") {
        _ if read == 0 => String::new(),
        records => format!(" {records} read to bring sites back count as the requests that take as long."),
    };
    format!("{busiest} {alone} {verdict}{read}")
}

/// Of the close-up of an event of a unit.
pub(super) fn close_up(outcome: &Outcome, close_up: &CloseUp) -> String {
    let measured = &outcome.measurements;
    let end = close_up.starts + Span::secs(close_up.acknowledged.len() as u64);
    let within = measured
        .failovers
        .iter()
        .filter(|failover| (close_up.onset..=end).contains(&failover.promoted) && failover.unit == close_up.unit);
    let takeovers: Vec<_> = within.map(|failover| takeover(failover, &outcome.names)).collect();
    let takeovers =
        if takeovers.is_empty() { "No site took over within these minutes.".to_owned() } else { takeovers.join(" ") };
    let refused: u64 = close_up.refused.iter().sum();
    let outbox = close_up.outbox.iter().copied().max().unwrap_or(0);
    let unit = outcome.names.unit(close_up.unit);
    let refused = match refused {
        0 => format!("no client of {unit} was refused"),
        _ => format!("clients of {unit} were refused {}", counted(refused, "time")),
    };
    let outbox = match outbox {
        0 => "no write waited in an outbox".to_owned(),
        _ => format!("at most {} waited in outboxes at once", counted(outbox, "write")),
    };
    format!("{takeovers} Meanwhile {refused}, and {outbox}.")
}

fn takeover(failover: &Failover, names: &Names) -> String {
    let (unit, to) = (names.unit(failover.unit), names.datacenter(failover.to));
    let (went, began) = if failover.planned { ("was handed over", "it began") } else { ("went", "the onset") };
    let (from, began) = failover.onset.map_or((failover.promoted, "the promotion"), |onset| (onset, began));
    let served = failover.serving.map_or_else(
        || "which acknowledged nothing".to_owned(),
        |at| format!("which acknowledged its first write {} after {began}", rounded(at.since(from))),
    );
    let missing = match failover.missing {
        0 => "nothing acknowledged was missing".to_owned(),
        missing => format!("{} missing, over {}", counted(missing, "acknowledged record"), rounded(failover.rpo)),
    };
    format!("The lease of {unit} {went} to {to}, {served}; {missing}.")
}

/// Of the timeline of the whole run.
pub(super) fn whole_run(outcome: &Outcome) -> String {
    let measured = &outcome.measurements;
    let flow = &measured.writes.whole;
    let planned = measured.failovers.iter().filter(|failover| failover.planned).count() as u64;
    let all = measured.failovers.len() as u64;
    let failovers = match (all, planned) {
        (0, _) => "No failover".to_owned(),
        (_, 0) => counted(all, "failover"),
        (1, _) => "1 failover, which was planned".to_owned(),
        _ if all == planned => format!("{}, all planned", counted(all, "failover")),
        _ => format!("{}, {} of them planned", counted(all, "failover"), grouped(planned)),
    };
    let rto = measured.longest_interruption(|_| true);
    let interrupted = rto.map_or_else(
        || "No fault took a holder away.".to_owned(),
        |rto| format!("The longest interruption of a unit's writes lasted {}.", rounded(rto)),
    );
    format!(
        "{failovers}. {interrupted} Of {}, {} met a refusal or waited, and {} at the end.",
        counted(flow.acknowledged, "acknowledged write"),
        grouped(flow.queued),
        match flow.lost {
            0 => "none was lost".to_owned(),
            lost => format!("{} lost", grouped(lost)),
        },
    )
}

/// Of the matrix of landings.
pub(super) fn landings(outcome: &Outcome) -> String {
    let landings = &outcome.measurements.landings;
    let (total, outside) = (landings.total(), landings.outside(None, None));
    let found = match outside {
        0 => "none of them outside the boundary of its scale unit".to_owned(),
        outside => format!("{} of them outside the boundary of their scale unit", grouped(outside)),
    };
    let media = datacenters(&outcome.measurements)
        .map(|datacenter| landings.at(crate::terms::RecordKind::CallMedia, datacenter))
        .sum::<u64>();
    let media = if media == 0 { "Call media rested nowhere." } else { "Call media rested, which it never may." };
    format!("{}, {found}. {media}", counted(total, "landing"))
}

/// Of the chart of replication lag.
pub(super) fn lag(outcome: &Outcome) -> String {
    let measured = &outcome.measurements;
    let units = || (0_u8..).map(Unit).zip(&measured.lags);
    let Some((unit, lag)) = units().max_by_key(|(_, lag)| lag.longest()) else {
        return "There is no scale unit.".to_owned();
    };
    if lag.longest() == Span::ZERO {
        return "No acknowledged record was ever on one site only.".to_owned();
    }
    let bucket = lag.age.iter().enumerate().max_by_key(|&(_, age)| age).map_or(0, |(bucket, _)| bucket);
    let mut others: Vec<_> = units().filter(|&(other, _)| other != unit).map(|(_, lag)| lag.longest()).collect();
    others.sort_unstable();
    let median = others.get(others.len() / 2).copied().unwrap_or_default();
    format!(
        "The longest lag was that of {}: {} around {}, with up to {} on one site only. The median of the other units' longest lags was {}.",
        outcome.names.unit(unit),
        rounded(lag.longest()),
        clock(measured.buckets.begins(bucket), false),
        counted(lag.records.iter().copied().max().unwrap_or(0), "record"),
        rounded(median),
    )
}
