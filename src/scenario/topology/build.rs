//! Checks a topology document and resolves its names.

use super::document::{DatacenterDocument, TopologyDocument, UnitDocument};
use super::{BoundaryRow, DatacenterRow, Measurement, Topology, rules, standing};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::quantity::{Share, rounded};
use crate::scenario::read::{At, Findings, Given, instead, listed, overlaid};
use crate::scenario::source::{Place, Source};
use crate::scenario::words::{Entries, UNPRINTABLE, is_unprintable, value};
use crate::sim::plan::{AccessPlan, LinkPlan, UnitPlan};
use crate::terms::place::{MAX_BOUNDARIES, MAX_DATACENTERS, MAX_UNITS};
use crate::terms::{Boundary, Bytes, Datacenter, Span};
use std::sync::Arc;

/// The topology of a document; `None` after reporting what is wrong with it. `whole` is where to
/// point when something is missing altogether.
pub(super) fn topology(
    document: TopologyDocument,
    sources: Vec<Arc<Source>>,
    whole: &Place,
    findings: &Findings,
) -> Option<Topology> {
    let before = findings.count();
    let builder = Builder { document: &document, whole, findings };
    builder.sizes()?;
    builder.names_say_something();
    let datacenters = builder.datacenters();
    let boundaries = builder.boundaries();
    let units = builder.units(&datacenters);
    let links = builder.links();
    let countries = rules::of(&document, findings);
    builder.every_boundary_has_a_unit(&units);
    let rtt = value(&document.rtt);
    let text = |given: Option<&String>| given.cloned().unwrap_or_default();
    let measured = Measurement {
        date: rtt.and_then(|rtt| value(&rtt.date)).copied(),
        source: text(rtt.and_then(|rtt| value(&rtt.source))),
        licence: text(rtt.and_then(|rtt| value(&rtt.licence))),
    };
    let name = text(value(&document.name));
    let access = builder.access();
    let topology =
        Topology { name, datacenters, boundaries, units, links, measured, access, countries, document, sources };
    standing::check(&topology, findings.count() == before, findings);
    Some(topology)
}

/// What a link may always lose, in parts per million.
const MOST_LOST: u32 = 100_000;

/// The slowest link: a batch of a hundred records of a few kilobytes takes seconds on it.
const NARROWEST: Bytes = Bytes(100_000);

/// The longest way is a minute, and so is each half of the longest round trip.
const LONGEST_WAY: Span = Span::minutes(1);
const LONGEST_ROUND_TRIP_MS: f64 = 120_000.0;

/// The longest mean of what jitter adds to a way.
const LONGEST_JITTER: Span = Span::secs(10);

struct Builder<'a> {
    document: &'a TopologyDocument,
    whole: &'a Place,
    findings: &'a Findings,
}

impl Builder<'_> {
    /// Handles are bytes, and sets of them have so many bits.
    fn sizes(&self) -> Option<()> {
        let document = self.document;
        let counts = [
            ("datacenters", count(&document.datacenters), MAX_DATACENTERS, place(&document.datacenters)),
            ("boundaries", count(&document.boundaries), MAX_BOUNDARIES, place(&document.boundaries)),
            ("units", count(&document.units), MAX_UNITS, place(&document.units)),
        ];
        let mut fits = Some(());
        for (what, count, most, place) in counts {
            let place = place.unwrap_or(self.whole);
            if count == 0 {
                fits = None;
                let found = Diagnostic::at(Code::TopologyIncomplete, place, format!("this topology has no {what}"));
                self.findings.add(found.help("say `extends = \"kaizala-2019\"` to change the built-in one"));
            } else if count > most {
                fits = None;
                self.findings.report(Code::TooMany, place, format!("there are {count} {what}, and at most {most} fit"));
            }
        }
        fits
    }

    /// A name that nobody can read, or that spoils what shows it, is none.
    fn names_say_something(&self) {
        let TopologyDocument { datacenters, boundaries, units, .. } = self.document;
        let datacenters = entries(datacenters).map(|(name, _)| name);
        let boundaries = entries(boundaries).map(|(name, _)| name);
        for name in datacenters.chain(boundaries).chain(entries(units).map(|(name, _)| name)) {
            if name.value.trim().is_empty() {
                self.findings.report(Code::EmptyName, &name.place, "a name says something");
            } else if name.value.contains(is_unprintable) {
                self.findings.report(Code::Unprintable, &name.place, UNPRINTABLE);
            }
        }
    }

    fn datacenters(&self) -> Vec<DatacenterRow> {
        let defaults = value(&self.document.datacenter_defaults).cloned().unwrap_or_default();
        entries(&self.document.datacenters).map(|(name, row)| self.datacenter(name, row, &defaults)).collect()
    }

    fn datacenter(
        &self,
        name: &At<String>,
        row: &At<DatacenterDocument>,
        defaults: &DatacenterDocument,
    ) -> DatacenterRow {
        let base = At { value: defaults.clone(), place: row.place.clone() };
        let row = overlaid(Some(base), Some(row.clone())).map(|row| row.value).unwrap_or_default();
        let text = |given: &Given<String>| value(given).cloned().unwrap_or_default();
        DatacenterRow {
            name: name.value.clone(),
            boundary: self.boundary(name, "boundary", &row.boundary),
            place: text(&row.place),
            region: text(&row.region),
            jurisdiction: value(&row.jurisdiction).copied(),
            rate: self.at_least_one(name, &row.rate),
            service_scv: self.variation(&row.service_scv),
            reseed_ppm: value(&row.reseed_cost).map_or(0, |cost| cost.0),
            flush: self.needed(name, "flush", value(&row.flush).copied()),
            disk_rate: self.needed(name, "disk_rate", value(&row.disk_rate).map(|rate| rate.0)),
            boot: self.needed(name, "boot", value(&row.boot).copied()),
            clock_offset_us: value(&row.clock_offset).map_or(0, |offset| offset.micros()),
            clock_drift_ppm: value(&row.clock_drift_ppm).copied().unwrap_or(0),
        }
    }

    fn at_least_one(&self, name: &At<String>, rate: &Given<u64>) -> u64 {
        match rate {
            Some(At { value: 0, place }) => {
                self.findings.report(Code::OutOfRange, place, "a datacenter that serves nothing is none");
                1
            }
            _ => self.needed(name, "rate", value(rate).copied()),
        }
    }

    /// An Erlang law of more phases than a hundred is as good as constant.
    fn variation(&self, scv: &Given<f64>) -> f64 {
        let Some(At { value: scv, place }) = scv else { return 0.0 };
        if *scv > 0.0 && !(0.01..=100.0).contains(scv) {
            self.findings.report(
                Code::OutOfRange,
                place,
                "a squared coefficient of variation is 0, or from 0.01 to 100",
            );
        }
        *scv
    }

    fn boundaries(&self) -> Vec<BoundaryRow> {
        let row = |(name, row): (&At<String>, &At<super::document::BoundaryDocument>)| BoundaryRow {
            name: name.value.clone(),
            go_local: value(&row.value.go_local).copied().unwrap_or(false),
            metro: self.named_datacenter(name, "metro", &row.value.metro),
            time_zone: value(&row.value.time_zone).map_or_else(|| "UTC".into(), |zone| zone.0.clone()),
        };
        entries(&self.document.boundaries).map(row).collect()
    }

    fn units(&self, datacenters: &[DatacenterRow]) -> Vec<UnitPlan> {
        entries(&self.document.units).map(|(name, row)| self.unit(name, row, datacenters)).collect()
    }

    fn unit(&self, name: &At<String>, row: &At<UnitDocument>, datacenters: &[DatacenterRow]) -> UnitPlan {
        let found_before = self.findings.count();
        let UnitDocument { boundary, primary, backup, witness } = &row.value;
        let unit = UnitPlan {
            name: name.value.clone(),
            boundary: self.boundary(name, "boundary", boundary),
            sites: [self.named_datacenter(name, "primary", primary), self.named_datacenter(name, "backup", backup)],
            witness: self.named_datacenter(name, "witness", witness),
        };
        if self.findings.count() == found_before {
            self.check_pair(&unit, &row.value, datacenters);
        }
        unit
    }

    fn check_pair(&self, unit: &UnitPlan, row: &UnitDocument, datacenters: &[DatacenterRow]) {
        let boundary_name = value(&row.boundary).map_or("?", String::as_str);
        for (site, given) in unit.sites.into_iter().zip([&row.primary, &row.backup]) {
            let Some(given) = given.as_ref().filter(|_| datacenters[site.index()].boundary != unit.boundary) else {
                continue;
            };
            let inside: Vec<_> =
                datacenters.iter().filter(|dc| dc.boundary == unit.boundary).map(|dc| dc.name.as_str()).collect();
            let message =
                format!("`{}` does not stand in `{boundary_name}`: a pair never crosses a boundary", given.value);
            let label = row.boundary.as_ref().filter(|label| !label.place.source.is_built_in());
            let place = label.filter(|_| given.place.source.is_built_in()).map_or(&given.place, |label| &label.place);
            let found = Diagnostic::at(Code::PairAcrossBoundaries, place, message);
            self.findings.add(found.help(format!("in `{boundary_name}` stand {}", listed(&inside))));
        }
        if let Some(backup) = row.backup.as_ref().filter(|_| unit.sites[0] == unit.sites[1]) {
            self.findings.report(Code::PairOfOne, &backup.place, "a datacenter cannot be its own backup");
        }
        if let Some(witness) = row.witness.as_ref().filter(|_| unit.sites.contains(&unit.witness)) {
            let found = Diagnostic::at(
                Code::WitnessInPair,
                &witness.place,
                "the witness is one of the pair: with that datacenter two of three voters would be lost".into(),
            );
            self.findings.add(found.help("name a third datacenter; it may stand outside the boundary"));
        }
    }

    fn every_boundary_has_a_unit(&self, units: &[UnitPlan]) {
        for ((name, _), boundary) in entries(&self.document.boundaries).zip((0..).map(Boundary)) {
            if !units.iter().any(|unit| unit.boundary == boundary) {
                let message = format!("no scale unit serves the boundary `{}`", name.value);
                self.findings.report(Code::TopologyIncomplete, &name.place, message);
            }
        }
    }

    fn links(&self) -> Vec<Vec<LinkPlan>> {
        let links = value(&self.document.links).cloned().unwrap_or_default();
        self.loses_little(&links.loss);
        self.not_longer("jitter", &links.jitter, LONGEST_JITTER);
        if let Some(narrow) = links.bandwidth.as_ref().filter(|rate| rate.value.0 < NARROWEST) {
            let message = "a link carries at least 100 kB/s, or no batch would arrive in time";
            self.findings.report(Code::OutOfRange, &narrow.place, message);
        }
        let link = LinkPlan {
            delay: Span::ZERO,
            jitter: value(&links.jitter).copied().unwrap_or(Span::ZERO),
            loss_ppm: value(&links.loss).map_or(0, |loss| loss.0),
            bandwidth: value(&links.bandwidth).map_or(Bytes(1_000_000_000), |rate| rate.0),
        };
        self.every_round_trip_is_known();
        let names = names(&self.document.datacenters);
        let half = |from: &str, to: &str| Span(rounded(self.round_trip_ms(from, to).unwrap_or(0.0) * 500.0));
        let row = |from: &&str| names.iter().map(|to| LinkPlan { delay: half(from, to), ..link }).collect();
        names.iter().map(row).collect()
    }

    /// The measured round trip of the row; the other direction's where only that is known.
    fn round_trip_ms(&self, from: &str, to: &str) -> Option<f64> {
        let measured = |from: &str, to: &str| {
            let rows = value(&self.document.rtt).and_then(|rtt| value(&rtt.ms))?;
            rows.get(from)?.value.get(to).map(|at| at.value)
        };
        measured(from, to).or_else(|| measured(to, from))
    }

    fn every_round_trip_is_known(&self) {
        let names = names(&self.document.datacenters);
        for (i, (later, _)) in entries(&self.document.datacenters).enumerate() {
            let unknown = |earlier: &&&str| self.round_trip_ms(earlier, &later.value).is_none();
            let missing: Vec<_> = names[..i].iter().filter(unknown).copied().collect();
            if !missing.is_empty() {
                let message = format!("round trips of `{}` are not given: to {}", later.value, listed(&missing));
                let found = Diagnostic::at(Code::TopologyIncomplete, &later.place, message);
                self.findings.add(found.help(format!("write them under `rtt.ms.{}`, in milliseconds", later.value)));
            }
        }
        self.every_row_names_datacenters(&names);
        self.every_round_trip_ends();
    }

    fn every_round_trip_ends(&self) {
        let rows = value(&self.document.rtt).and_then(|rtt| value(&rtt.ms));
        let times = rows.into_iter().flat_map(|rows| &rows.0).flat_map(|(_, row)| &row.value.0).map(|(_, time)| time);
        for time in times.filter(|time| time.value > LONGEST_ROUND_TRIP_MS) {
            let message = format!("a round trip takes at most {LONGEST_ROUND_TRIP_MS} milliseconds");
            self.findings.report(Code::OutOfRange, &time.place, message);
        }
    }

    fn every_row_names_datacenters(&self, names: &[&str]) {
        let Some(rows) = value(&self.document.rtt).and_then(|rtt| value(&rtt.ms)) else { return };
        let columns = rows.0.iter().flat_map(|(_, row)| row.value.0.iter().map(|(to, _)| to));
        for name in
            rows.0.iter().map(|(from, _)| from).chain(columns).filter(|name| !names.contains(&name.value.as_str()))
        {
            let message = format!("there is no datacenter `{}`", name.value);
            let found = Diagnostic::at(Code::UnknownDatacenter, &name.place, message);
            self.findings.add(found.help(instead(&name.value, names.iter().copied())));
        }
    }

    fn access(&self) -> AccessPlan {
        let access = value(&self.document.access).cloned().unwrap_or_default();
        self.loses_little(&access.loss);
        self.not_longer("delay", &access.delay, LONGEST_WAY);
        self.not_longer("jitter", &access.jitter, LONGEST_JITTER);
        AccessPlan {
            delay: value(&access.delay).copied().unwrap_or(Span::millis(20)),
            jitter: value(&access.jitter).copied().unwrap_or(Span::ZERO),
            loss_ppm: value(&access.loss).map_or(0, |loss| loss.0),
        }
    }

    /// What is always lost is not a fault: retries are to outweigh it.
    fn loses_little(&self, loss: &Given<Share>) {
        if let Some(loss) = loss.as_ref().filter(|loss| loss.value.0 > MOST_LOST) {
            let found = Diagnostic::at(
                Code::OutOfRange,
                &loss.place,
                "of all messages at most 10 % are lost when nothing is wrong".into(),
            );
            self.findings.add(found.help("for more, and for a time, use a fault of kind `degrade`"));
        }
    }

    fn not_longer(&self, what: &str, time: &Given<Span>, most: Span) {
        if let Some(time) = time.as_ref().filter(|time| time.value > most) {
            self.findings.report(Code::OutOfRange, &time.place, format!("a {what} is at most {most}"));
        }
    }

    /// A value that every row must have once all files are laid over each other.
    fn needed<T: Default>(&self, row: &At<String>, key: &str, given: Option<T>) -> T {
        given.unwrap_or_else(|| {
            self.findings.report(Code::TopologyIncomplete, &row.place, format!("`{}` has no `{key}`", row.value));
            T::default()
        })
    }

    fn boundary(&self, row: &At<String>, key: &str, given: &Given<String>) -> Boundary {
        Boundary(self.named(row, key, given, Code::UnknownBoundary, names(&self.document.boundaries)))
    }

    fn named_datacenter(&self, row: &At<String>, key: &str, given: &Given<String>) -> Datacenter {
        Datacenter(self.named(row, key, given, Code::UnknownDatacenter, names(&self.document.datacenters)))
    }

    fn named(&self, row: &At<String>, key: &str, given: &Given<String>, code: Code, names: Vec<&str>) -> u8 {
        let Some(given) = given else { return self.needed(row, key, None) };
        let at = names.iter().position(|name| *name == given.value);
        if at.is_none() {
            let what = if code == Code::UnknownBoundary { "boundary" } else { "datacenter" };
            let found = Diagnostic::at(code, &given.place, format!("there is no {what} `{}`", given.value));
            self.findings.add(found.help(instead(&given.value, names.into_iter())));
        }
        at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
    }
}

pub(super) fn entries<T>(given: &Given<Entries<T>>) -> impl Iterator<Item = (&At<String>, &At<T>)> {
    given.iter().flat_map(|given| given.value.0.iter().map(|(name, row)| (name, row)))
}

fn names<T>(given: &Given<Entries<T>>) -> Vec<&str> {
    entries(given).map(|(name, _)| name.value.as_str()).collect()
}

fn count<T>(given: &Given<Entries<T>>) -> usize {
    entries(given).count()
}

fn place<T>(given: &Given<T>) -> Option<&Place> {
    given.as_ref().map(|at| &at.place)
}
