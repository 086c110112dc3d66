//! The JSON form of an outcome: one object, its keys always in the same order.
//!
//! Times are whole microseconds (keys that end in `_us`), shares are percent, instants are written
//! in UTC. What has no value is `null`.

mod copies;
mod invariants;
mod residency;

use super::{AtRest, Outcome, SCHEMA_VERSION, VERSION, located};
use crate::metrics::{
    Alarm, Fate, Flow, Judgement, Lag, Loads, Measured, Measurements, Metric, Overload, Quantiles, Scope,
    ThresholdResult,
};
use crate::terms::{Boundary, Datacenter, Mode, Names, RecordKind, Refusal, Span, Unit};
use serde::ser::{Serialize, Serializer};
use std::fmt::Display;

/// An object whose keys are written in the order in which they are listed.
struct Pairs<K, V>(Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Pairs<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// Any value of this module's objects.
enum Json {
    Null,
    Bool(bool),
    Whole(u64),
    Percent(i64),
    Text(String),
    List(Vec<Self>),
    Object(Pairs<String, Self>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Whole(value) => serializer.serialize_u64(*value),
            Self::Percent(milli) => serializer.serialize_f64(*milli as f64 / 1e3),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => serializer.collect_seq(list),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => {
        Json::Object(Pairs(vec![$(($key.to_owned(), Json::from($value))),*]))
    };
}
use object;

impl From<u64> for Json {
    fn from(value: u64) -> Self {
        Self::Whole(value)
    }
}

impl From<u32> for Json {
    fn from(value: u32) -> Self {
        Self::Whole(value.into())
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Span> for Json {
    fn from(span: Span) -> Self {
        Self::Whole(span.as_micros())
    }
}

impl<T: Into<Self>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Json {
    fn from(list: Vec<T>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

impl From<Measured> for Json {
    fn from(measured: Measured) -> Self {
        match measured {
            Measured::Count(value) | Measured::Micros(value) => Self::Whole(value),
            Measured::MilliPercent(milli) => Self::Percent(milli),
        }
    }
}

fn text(value: impl Display) -> String {
    value.to_string()
}

fn list(items: impl IntoIterator<Item = Json>) -> Json {
    Json::List(items.into_iter().collect())
}

fn by_name<V: Into<Json>>(pairs: impl IntoIterator<Item = (String, V)>) -> Json {
    Json::Object(Pairs(pairs.into_iter().map(|(name, value)| (name, value.into())).collect()))
}

fn written(json: &Json) -> String {
    let mut text = serde_json::to_string_pretty(json).unwrap_or_else(|error| unreachable!("plain values: {error}"));
    text.push('\n');
    text
}

impl Outcome {
    /// The outcome as one JSON object, indented, with a final line end.
    pub fn to_json(&self) -> String {
        written(&object! {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario.as_str(),
            "scenario_hash": self.scenario_hash.as_str(),
            "seed": self.seed,
            "version": VERSION,
            "digest": text(self.digest),
            "verdict": self.verdict().name(),
            "vacuous": self.vacuities().iter().map(|vacuity| self.sentence_of(vacuity)).collect::<Vec<_>>(),
            "events": self.events,
            "facts": self.facts,
            "ended": text(self.measurements.ended),
            "invariants": list(self.findings.iter().map(|finding| invariants::invariant(finding, &self.names))),
            "faults": list(self.faults.iter().map(|fault| object! {
                "kind": fault.kind,
                "what": fault.description.as_str(),
                "at": text(fault.at),
                "lasts_us": fault.lasts,
                "scheduled": fault.scheduled,
                "fired": fault.fired,
            })),
            "residence": self.residence(),
            "transit": self.transit(),
            "coverage": self.cells(),
            "thresholds": list(self.thresholds.iter().map(|result| threshold(result, &self.names))),
            "metrics": metrics(&self.measurements, &self.names),
            "reproduce": self.reproduce.as_str(),
        })
    }

    /// Where a tenant's data rests as one JSON object; `None` where no followed tenant has the name.
    pub fn located_as_json(&self, tenant: &str) -> Option<String> {
        let located = located(self, tenant)?;
        let entry = |at_rest: &AtRest| {
            object! {
                "workload": at_rest.workload.name(),
                "datacenter": self.names.datacenter(at_rest.datacenter),
                "boundary": self.names.boundary(at_rest.boundary),
                "records": at_rest.records(),
                "copies": by_name(at_rest.copies.iter().map(|&(copy, records)| (text(copy), records))),
            }
        };
        Some(written(&object! {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario.as_str(),
            "scenario_hash": self.scenario_hash.as_str(),
            "seed": self.seed,
            "version": VERSION,
            "digest": text(self.digest),
            "tenant": tenant,
            "home": self.seen_of(tenant).home.map(|home| self.names.boundary(home)),
            "verified": self.verified(tenant),
            "apart": self.apart(tenant),
            "at_rest": list(located.iter().map(entry)),
        }))
    }
}

fn threshold(result: &ThresholdResult, names: &Names) -> Json {
    let threshold = result.threshold;
    object! {
        "metric": threshold.metric.name(),
        "class": if let Metric::Refused(Some(class)) = threshold.metric { Some(Refusal::CLASSES[class]) } else { None },
        "boundary": if let Scope::Boundary(boundary) = threshold.scope { Some(names.boundary(boundary)) } else { None },
        "datacenter": if let Scope::Datacenter(dc) = threshold.scope { Some(names.datacenter(dc)) } else { None },
        "scale_unit": if let Scope::Unit(unit) = threshold.scope { Some(names.unit(unit)) } else { None },
        "unit": threshold.metric.unit(),
        "limit": object! { "min": threshold.min, "max": threshold.max },
        "measured": result.measured,
        "met": result.judgement() == Judgement::Met,
    }
}

fn metrics(measured: &Measurements, names: &Names) -> Json {
    let flow = &measured.writes.whole;
    let rto = measured.longest_interruption(|_| true);
    let rpo = measured.failovers.iter().map(|failover| failover.rpo).max();
    object! {
        "born": measured.writes.born,
        "acknowledged": flow.acknowledged,
        "confirmed": flow.confirmed,
        "refused": refused(flow),
        "queued": flow.queued,
        "outbox_peak": flow.outbox_peak,
        "unfinished": measured.unfinished,
        "lost": flow.lost,
        "rto_us": rto,
        "rpo_us": rpo,
        "latency_us": quantiles(&measured.latency),
        "replication_lag_us": measured.lags.iter().map(Lag::longest).max(),
        "reads": object! { "whole": measured.reads.whole, "partial": measured.reads.partial },
        "overload": overload(&measured.overload),
        "landings": measured.landings.total(),
        "landings_outside": measured.landings.outside(None, None),
        "units": by_name(handles(&names.units).map(|(index, name)| (name, unit(measured, Unit(index), names)))),
        "boundaries": by_name(handles(&names.boundaries).map(|(index, name)| (name, boundary(measured, Boundary(index))))),
        "datacenters": by_name(
            handles(&names.datacenters).map(|(index, name)| (name, datacenter(measured, Datacenter(index), names))),
        ),
        "interruptions": list(measured.interruptions.iter().map(|one| object! {
            "unit": names.unit(one.unit),
            "datacenter": names.datacenter(one.datacenter),
            "onset": text(one.onset),
            "ended": one.ended.map(text),
            "lasted_us": one.ended.unwrap_or(measured.ended).since(one.onset),
        })),
        "failovers": failovers(measured, names),
        "restores": copies::restores(measured, names),
        "reseeds": copies::reseeds(measured, names),
        "moves": copies::moves(measured, names),
        "seats": copies::seats(measured, names),
        "alarms": alarms(measured, names),
        "pending": list(measured.units.iter().filter_map(|account| account.pending).map(|pending| object! {
            "unit": names.unit(pending.unit),
            "writes": pending.writes,
            "why": pending.why.reason(),
        })),
    }
}

/// `null` where nothing was tried again or turned away.
fn overload(overload: &Overload) -> Json {
    let share = |milli: Option<i64>| milli.map_or(Json::Null, Json::Percent);
    if overload.retries == 0 && !overload.was_shed() {
        return Json::Null;
    }
    object! {
        "retries": overload.retries,
        "retries_per_hundred_requests": share(overload.retry_share()),
        "turned_away": overload.turned_away,
        "dropped": overload.dropped,
        "longest_retry_after_us": overload.longest_retry_after,
        "goodput_after_faults_percent": share(overload.goodput_after_faults()),
    }
}

fn alarms(measured: &Measurements, names: &Names) -> Json {
    list(measured.alarms.iter().map(|alarm| {
        object! {
            "unit": names.unit(alarm.unit),
            "datacenter": names.datacenter(alarm.datacenter),
            "at": text(alarm.at),
            "cause": Alarm::cause(alarm.what).unwrap_or_default(),
        }
    }))
}

fn failovers(measured: &Measurements, names: &Names) -> Json {
    list(measured.failovers.iter().map(|failover| {
        object! {
            "unit": names.unit(failover.unit),
            "from": names.datacenter(failover.from),
            "to": names.datacenter(failover.to),
            "epoch": failover.epoch.0,
            "planned": failover.planned,
            "onset": failover.onset.map(text),
            "lapsed": failover.lapsed.map(text),
            "promoted": text(failover.promoted),
            "serving": failover.serving.map(text),
            "missing": failover.missing,
            "rpo_us": failover.rpo,
            "declared_us": failover.declared,
        }
    }))
}

fn boundary(measured: &Measurements, boundary: Boundary) -> Json {
    let flow = &measured.writes.boundaries[boundary.index()];
    let reads = measured.reads_by_boundary[boundary.index()];
    let within = |unit: Unit| measured.setup.boundary_of(unit) == boundary;
    let failovers = measured.failovers.iter().filter(|failover| within(failover.unit));
    object! {
        "acknowledged": flow.acknowledged,
        "confirmed": flow.confirmed,
        "refused": refused(flow),
        "queued": flow.queued,
        "outbox_peak": flow.outbox_peak,
        "lost": flow.lost,
        "rto_us": measured.longest_interruption(|one| within(one.unit)),
        "rpo_us": failovers.map(|failover| failover.rpo).max(),
        "latency_us": quantiles(&measured.latency_by_boundary[boundary.index()]),
        "reads": object! { "whole": reads.whole, "partial": reads.partial },
        "landings_outside": measured.landings.outside(Some(boundary), None),
    }
}

fn datacenter(measured: &Measurements, datacenter: Datacenter, names: &Names) -> Json {
    let setup = measured.setup.datacenters[datacenter.index()];
    let site = measured.writes.datacenters[datacenter.index()];
    let (peak, alone) = (measured.loads.peak(datacenter), measured.loads.peak_alone(datacenter));
    let served = &measured.loads.served[datacenter.index()][..measured.buckets_used()];
    object! {
        "boundary": names.boundary(setup.boundary),
        "rate_per_second": setup.rate,
        "acknowledged": site.acknowledged,
        "refused": site.refused,
        "queue_peak": site.queue_peak,
        "maps_refused": measured.maps_refused[datacenter.index()],
        "landings": RecordKind::ALL.map(|kind| measured.landings.at(kind, datacenter)).iter().sum::<u64>(),
        "resynchronised": measured.landings.resynchronised(datacenter),
        "peak_load_percent": Json::Percent(peak.share_milli_percent),
        "peak_at": text(peak.at),
        "peak_window_us": Loads::WINDOW,
        "peak_load_partner_gone_percent": Json::Percent(alone.share_milli_percent),
        "peak_headroom_percent": Json::Percent(measured.loads.headroom(datacenter)),
        "load": object! {
            "bucket_us": measured.buckets.width,
            "served": served.to_vec(),
        },
    }
}

fn unit(measured: &Measurements, unit: Unit, names: &Names) -> Json {
    let account = measured.units[unit.index()];
    let flow = measured.writes.units[unit.index()];
    let known = account.register;
    let holder = known.map(|register| names.datacenter(measured.place(unit, register.holder.seat())));
    object! {
        "holder": holder,
        "epoch": known.map(|register| register.epoch.0),
        "mode": known.map(|register| if register.mode == Mode::Alone { "alone" } else { "replicated" }),
        "last_sync": known.map(|register| text(register.last_sync)),
        "last_sync_behind_us": account.behind(measured.ended),
        "acknowledged": flow.acknowledged,
        "refused": flow.refusals(),
        "lost": flow.lost,
        "tails": object! {
            "set_aside": account.set_aside,
            "merged": account.fates[Fate::Merged.index()],
            "duplicated": account.fates[Fate::Duplicate.index()],
            "with_client": account.fates[Fate::WithClient.index()],
            "lost": account.fates[Fate::Lost.index()],
            "waiting": account.waiting(),
        },
        "gone_for_good": account.gone.map(|(datacenter, lost)| object! {
            "datacenter": names.datacenter(datacenter),
            "lost": lost,
        }),
    }
}

/// Refusals by class: those that occurred.
fn refused(flow: &Flow) -> Json {
    let classes = Refusal::CLASSES.iter().zip(flow.refused).filter(|&(_, count)| count > 0);
    by_name(classes.map(|(class, count)| (text(class), count)))
}

fn quantiles(quantiles: &Quantiles) -> Json {
    let value = |value: u64| (quantiles.count > 0).then_some(value);
    object! {
        "p50": value(quantiles.p50),
        "p95": value(quantiles.p95),
        "p99": value(quantiles.p99),
        "max": value(quantiles.max),
    }
}

fn handles(names: &[String]) -> impl Iterator<Item = (u8, String)> {
    (0_u8..).zip(names.iter().cloned())
}
