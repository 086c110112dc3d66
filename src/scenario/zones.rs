//! Local time, from the time zone database that is bundled with `jiff`: never the machine's.

use crate::terms::Instant;
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::sync::Arc;

/// Whether the database has a zone of this name, written as it is there.
pub(super) fn exists(name: &str) -> bool {
    TimeZoneDatabase::bundled().available().any(|zone| zone.as_str() == name)
}

/// Every zone.
pub(super) fn names() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|zone| zone.as_str().to_owned()).collect()
}

/// The offsets of a zone's local time from UTC, in seconds, each with the instant from which on it
/// holds; the first holds at `start`. An unknown zone is UTC.
pub(super) fn offsets(zone: &str, start: Instant, end: Instant) -> Arc<[(Instant, i32)]> {
    let zone = TimeZoneDatabase::bundled().get(zone).unwrap_or(TimeZone::UTC);
    let Ok(first) =
        i64::try_from(start.0).map_err(drop).and_then(|micros| Timestamp::from_microsecond(micros).map_err(drop))
    else {
        return Arc::from([(start, 0)]);
    };
    let at_start = (start, zone.to_offset(first).seconds());
    let changes = zone.following(first).filter_map(|change| {
        let at = u64::try_from(change.timestamp().as_microsecond()).ok()?;
        Some((Instant(at), change.offset().seconds()))
    });
    std::iter::once(at_start).chain(changes.take_while(|(at, _)| *at < end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_time_begins_inside_a_run() {
        let noon = Instant(1_553_947_200_000_000); // 2019-03-30T12:00:00Z
        let seen = offsets("Europe/Berlin", noon, Instant(noon.0 + 86_400_000_000));
        let change = Instant(1_553_994_000_000_000); // 2019-03-31T01:00:00Z
        assert_eq!(*seen, [(noon, 3_600), (change, 7_200)]);
    }

    #[test]
    fn a_zone_without_changes_has_one_offset() {
        let start = Instant(1_553_947_200_000_000);
        assert_eq!(*offsets("Asia/Kolkata", start, Instant::NEVER), [(start, 19_800)]);
    }
}
