//! Copies that had to be made anew, as JSON.

use super::{Json, Pairs, list, object, text};
use crate::metrics::Measurements;
use crate::terms::Names;

/// Restores from a backup.
pub(super) fn restores(measured: &Measurements, names: &Names) -> Json {
    list(measured.restores.iter().map(|restore| {
        object! {
            "unit": names.unit(restore.unit),
            "datacenter": names.datacenter(restore.datacenter),
            "at": text(restore.at),
            "taken": text(restore.taken),
            "lost": restore.lost,
        }
    }))
}

/// Sites that were far behind and were brought back.
pub(super) fn reseeds(measured: &Measurements, names: &Names) -> Json {
    list(measured.reseeds.iter().map(|reseed| {
        object! {
            "unit": names.unit(reseed.unit),
            "from": names.datacenter(reseed.from),
            "to": names.datacenter(reseed.to),
            "began": text(reseed.began),
            "ended": reseed.ended.map(text),
            "lasted_us": reseed.lasted(measured.ended),
            "records": reseed.records,
        }
    }))
}
