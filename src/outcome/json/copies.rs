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

/// Tenants that moved, and what is left of them where they were.
pub(super) fn moves(measured: &Measurements, names: &Names) -> Json {
    list(measured.moves.iter().map(|one| {
        object! {
            "tenant": names.tenant(one.tenant),
            "from": names.unit(one.from),
            "to": names.unit(one.to),
            "ordered": text(one.ordered),
            "drained_us": one.drained_for(),
            "delays": one.delays,
            "cut_over": one.cut_over.map(text),
            "cancelled": one.cancelled.map(text),
            "records": one.came.records,
            "bytes": one.came.bytes.0,
            "refused": one.refused,
            "told": one.told,
            "purges": list(one.purges.iter().map(|purge| object! {
                "datacenter": names.datacenter(purge.datacenter),
                "copy": purge.copy.name(),
                "records": purge.most.records,
                "left": purge.left.records,
                "at": text(purge.at),
            })),
        }
    }))
}

/// Seats that got another place, and what was erased in the old one.
pub(super) fn seats(measured: &Measurements, names: &Names) -> Json {
    list(measured.replaced.iter().map(|one| {
        object! {
            "unit": names.unit(one.unit),
            "seat": text(format_args!("{:?}", one.seat)),
            "from": names.datacenter(one.from),
            "to": names.datacenter(one.to),
            "ordered": text(one.ordered),
            "commissioned": one.commissioned.map(text),
            "filled": one.filled.map(text),
            "left": one.left.map(text),
            "emptied": list(one.emptied.iter().map(|&(copy, at)| object! {
                "copy": copy.name(),
                "at": text(at),
            })),
        }
    }))
}
