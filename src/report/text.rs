//! An outcome for the terminal: short, the verdict last.

mod copies;
mod moves;
mod seats;
mod standing;

pub(in crate::report) use standing::{fates, lost_with};

use super::captions::{counted, rounded};
use super::load::percent;
use super::story::explain_line;
use super::strip::strips;
use crate::audit::{Breach, Finding, Suspension};
use crate::metrics::{Crossing, Interruption, Judgement, Quantiles, grouped};
use crate::outcome::{Outcome, Verdict, located, one_of, sentence};
use crate::terms::{Datacenter, Names, Refusal, Span};
use std::fmt::Write;

/// So many units' timelines are printed; the page has more.
const MOST_TIMELINES: usize = 2;

/// Whether text is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// With the colours of a terminal.
    Colour,
    /// Without.
    #[default]
    Plain,
}

/// A colour of a terminal, as its escape code.
#[derive(Clone, Copy)]
pub(super) enum Tint {
    Good = 32,
    Bad = 31,
    Doubtful = 33,
    Faint = 2,
    Strong = 1,
}

impl Paint {
    pub(super) fn with(self, tint: Tint, text: &str) -> String {
        match self {
            Self::Colour => format!("\x1b[{}m{text}\x1b[0m", tint as u8),
            Self::Plain => text.to_owned(),
        }
    }
}

/// The whole outcome, ending in a line end.
pub fn text(outcome: &Outcome, paint: Paint) -> String {
    let mut page = Page { outcome, paint, out: String::new() };
    page.heading();
    page.faults();
    page.writes();
    page.failovers();
    page.tails();
    page.gone();
    page.pending();
    page.last_sync();
    page.restores();
    page.reseeds();
    page.moves();
    page.seats();
    page.alarms();
    page.load();
    page.thresholds();
    page.invariants();
    page.breaches();
    page.timelines();
    page.verdict();
    page.out
}

/// Where a tenant's data rests, a line for each workload and datacenter. `None` where no followed
/// tenant has the name.
pub fn located_text(outcome: &Outcome, tenant: &str, paint: Paint) -> Option<String> {
    let located = located(outcome, tenant)?;
    let home = super::residency::at_home(outcome, tenant);
    let title = format!("{tenant}{home}: what rests where in scenario {}", outcome.scenario);
    let mut out = format!("{}\n", paint.with(Tint::Strong, &title));
    if located.is_empty() {
        out.push_str("  nothing\n");
    }
    let mut last = "";
    for at_rest in &located {
        let workload = at_rest.workload.name();
        let shown = if workload == last { "" } else { workload };
        last = workload;
        let copies: Vec<_> =
            at_rest.copies.iter().map(|&(copy, records)| format!("{copy} {}", grouped(records))).collect();
        let (datacenter, boundary) =
            (outcome.names.datacenter(at_rest.datacenter), outcome.names.boundary(at_rest.boundary));
        let line = format!("  {shown:<13} {boundary:<6} {datacenter:<11} {}", copies.join(", "));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push_str("  ");
    out.push_str(&super::residency::seen(&outcome.seen_of(tenant)));
    out.push('\n');
    Some(out)
}

struct Page<'a> {
    outcome: &'a Outcome,
    paint: Paint,
    out: String,
}

impl Page<'_> {
    /// A line under a topic in the margin; the topic is written once.
    fn line(&mut self, topic: &str, text: &str) {
        let topic = self.paint.with(Tint::Faint, &format!("{topic:<11}"));
        self.put(format!("  {topic} {text}").trim_end());
    }

    fn put(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn heading(&mut self) {
        let outcome = self.outcome;
        let measured = &outcome.measurements;
        let name = self.paint.with(Tint::Strong, &outcome.scenario);
        let ran = measured.ended.since(measured.setup.start);
        let start = measured.setup.start.to_string();
        self.put(&format!("{name}  seed {}, {ran} from {start}", outcome.seed));
        let (events, facts) = (counted(outcome.events, "event"), counted(outcome.facts, "fact"));
        self.line("digest", &format!("{}  {events}, {facts}", outcome.digest));
    }

    fn faults(&mut self) {
        for (index, fault) in self.outcome.faults.iter().enumerate() {
            let at = fault.at.since(self.outcome.measurements.setup.start);
            let lasts = fault.lasts.map(|span| format!(" for {span}")).unwrap_or_default();
            let fired = format!("took effect {} of {}", fault.fired, fault.scheduled);
            let tint = if fault.fired < fault.scheduled { Tint::Doubtful } else { Tint::Faint };
            let fired = self.paint.with(tint, &fired);
            let text = format!("{} {} at {at}{lasts}, {fired}", fault.kind, fault.description);
            self.line(if index == 0 { "faults" } else { "" }, &text);
        }
    }

    fn writes(&mut self) {
        let measured = &self.outcome.measurements;
        let flow = &measured.writes.whole;
        let classes = Refusal::CLASSES.iter().zip(flow.refused).filter(|&(_, count)| count > 0);
        let classes: Vec<_> = classes.map(|(class, count)| format!("{class} {}", grouped(count))).collect();
        let classes = if classes.is_empty() { String::new() } else { format!(" ({})", classes.join(", ")) };
        let [acknowledged, refused, lost] = [flow.acknowledged, flow.refusals(), flow.lost].map(grouped);
        let writes = format!("{acknowledged} acknowledged, {refused} refused{classes}, {lost} lost");
        let [queued, most, left] = [flow.queued, flow.outbox_peak, measured.unfinished].map(grouped);
        let latency = latency(&measured.latency);
        let [whole, partial] = [measured.reads.whole, measured.reads.partial].map(grouped);
        self.line("writes", &writes);
        self.line("outboxes", &format!("{queued} queued, at most {most} at once, {left} unfinished"));
        self.overload();
        self.line("latency", &latency);
        self.line("reads", &format!("{whole} whole, {partial} with a part withheld"));
        let (total, outside) = (measured.landings.total(), measured.landings.outside(None, None));
        let tint = if outside > 0 { Tint::Bad } else { Tint::Good };
        let outside = self.paint.with(tint, &format!("{} outside", grouped(outside)));
        self.line("landings", &format!("{}, {outside} their unit's boundary", grouped(total)));
        let crossed = |of: fn(&Crossing) -> u64| grouped(measured.transit.crossings().map(of).sum());
        let [sent, shown] = [crossed(|one| one.sent), crossed(|one| one.shown)];
        self.line("transit", &format!("{sent} sent and {shown} shown across a boundary"));
    }

    /// Says nothing where nothing was tried again or turned away.
    fn overload(&mut self) {
        let overload = &self.outcome.measurements.overload;
        let mut said = Vec::new();
        if let Some(share) = overload.retry_share().filter(|_| overload.retries > 0) {
            said.push(format!("{} retries ({} of requests)", grouped(overload.retries), percent(share)));
        }
        if overload.was_shed() {
            let [away, dropped] = [overload.turned_away, overload.dropped].map(grouped);
            let longest = rounded(overload.longest_retry_after);
            said.push(format!("{away} turned away for at most {longest}, {dropped} given up in a queue"));
        }
        if let Some(goodput) = overload.goodput_after_faults().filter(|_| overload.was_shed()) {
            said.push(format!("goodput after the faults {}", percent(goodput)));
        }
        if !said.is_empty() {
            self.line("overload", &said.join(", "));
        }
    }

    fn failovers(&mut self) {
        let (measured, names) = (&self.outcome.measurements, &self.outcome.names);
        for (index, failover) in measured.failovers.iter().take(8).enumerate() {
            let (unit, from, to) =
                (names.unit(failover.unit), names.datacenter(failover.from), names.datacenter(failover.to));
            let struck = |one: &&Interruption| one.unit == failover.unit && Some(one.onset) == failover.onset;
            let able = measured.interruptions.iter().find(struck).and_then(|one| one.ended);
            let until = if failover.planned { measured.taken_again(failover) } else { able.or(failover.serving) };
            let gap = failover.onset.zip(until).map(|(onset, until)| rounded(until.since(onset)));
            let how = match (failover.planned, gap) {
                (true, Some(gap)) => format!("planned, writes paused {gap}"),
                (true, None) => "planned".to_owned(),
                (false, Some(gap)) => format!("RTO {gap}, RPO {}{}", rounded(failover.rpo), missing(failover.missing)),
                (false, None) => format!("RPO {}{}", rounded(failover.rpo), missing(failover.missing)),
            };
            let declared = failover.declared.map(|span| format!(", loss of {} declared", rounded(span)));
            let topic = if index == 0 { "failovers" } else { "" };
            self.line(topic, &format!("{unit:<8} {from} → {to}: {how}{}", declared.unwrap_or_default()));
        }
        if measured.failovers.len() > 8 {
            self.line("", &format!("and {} more", measured.failovers.len() - 8));
        }
    }

    fn load(&mut self) {
        let (measured, names) = (&self.outcome.measurements, &self.outcome.names);
        let datacenters = || (0_u8..).map(Datacenter).take(measured.setup.datacenters.len());
        let busiest = datacenters().max_by_key(|&datacenter| measured.loads.peak(datacenter).share_milli_percent);
        let least = datacenters().min_by_key(|&datacenter| measured.loads.headroom(datacenter));
        if let Some((busiest, least)) = busiest.zip(least) {
            let peak = percent(measured.loads.peak(busiest).share_milli_percent);
            let headroom = percent(measured.loads.headroom(least));
            let (busiest, least) = (names.datacenter(busiest), names.datacenter(least));
            self.line(
                "load",
                &format!("peak {peak} at {busiest}; least head room without partner {headroom} at {least}"),
            );
        }
    }

    fn thresholds(&mut self) {
        for (index, result) in self.outcome.thresholds.iter().enumerate() {
            let (sign, tint) = match result.judgement() {
                Judgement::Met => ("✓", Tint::Good),
                Judgement::Missed => ("✗", Tint::Bad),
                Judgement::Vacuous => ("?", Tint::Doubtful),
            };
            let measured = result.measured.map_or("nothing to measure".to_owned(), |measured| measured.to_string());
            let title = result.threshold.title(&self.outcome.names);
            let text = format!("{} {title} {}: {measured}", self.paint.with(tint, sign), result.threshold.limits());
            self.line(if index == 0 { "thresholds" } else { "" }, &text);
        }
    }

    fn invariants(&mut self) {
        let held = |finding: &&Finding| finding.checked > 0 && finding.broken == 0;
        let findings = &self.outcome.findings;
        let checks = findings.iter().map(|finding| finding.checked).sum();
        let count = findings.iter().filter(held).count();
        let checks = counted(checks, "evaluation");
        self.line("invariants", &format!("{count} of {} held over {checks}", findings.len()));
        let idle: Vec<_> = findings.iter().filter(|finding| finding.checked == 0).map(|finding| finding.id).collect();
        if !idle.is_empty() {
            self.line("", &format!("not evaluated: {}", idle.join(", ")));
        }
        for (index, line) in suspended(findings).iter().enumerate() {
            self.line(if index == 0 { "not judged" } else { "" }, line);
        }
    }

    fn breaches(&mut self) {
        let mut number = 0;
        for finding in self.outcome.findings.iter().filter(|finding| finding.broken > 0) {
            let times = self.paint.with(Tint::Bad, &format!("broken {}", counted(finding.broken, "time")));
            self.put("");
            self.put(&format!("{}  {}  {times}", self.paint.with(Tint::Strong, finding.id), finding.promise));
            for breach in &finding.breaches {
                number += 1;
                self.put(&format!("  {number}  {}  {}", breach.at, sentence(breach, &self.outcome.names)));
                self.put(&format!("     {}", self.paint.with(Tint::Faint, &particulars(breach, &self.outcome.names))));
            }
        }
    }

    fn timelines(&mut self) {
        for line in strips(self.outcome, MOST_TIMELINES, self.paint) {
            self.put(&line);
        }
    }

    fn verdict(&mut self) {
        let verdict = self.outcome.verdict();
        self.put("");
        for vacuity in self.outcome.vacuities() {
            let sentence = self.outcome.sentence_of(&vacuity);
            self.put(&format!("{} {sentence}", self.paint.with(Tint::Doubtful, "vacuous:")));
        }
        let tint = match verdict {
            Verdict::Pass => Tint::Good,
            Verdict::Threshold | Verdict::Vacuous => Tint::Doubtful,
            Verdict::Breach => Tint::Bad,
        };
        self.put(&format!("verdict: {}, {}", self.paint.with(tint, verdict.name()), verdict.meaning()));
        if verdict != Verdict::Pass {
            self.put(&format!("reproduce: {}", self.outcome.reproduce));
        }
        if verdict == Verdict::Breach {
            self.put(&format!("explain:   {}", explain_line(self.outcome)));
        }
    }
}

/// What was not judged, one line for each reason.
fn suspended(findings: &[Finding]) -> Vec<String> {
    let all = findings.iter().flat_map(|finding| finding.suspended.iter().map(move |one| (finding.id, one)));
    let mut reasons: Vec<(&str, String)> = Vec::new();
    for (id, Suspension { why, times }) in all {
        let part = format!("{id} {}", counted(*times, "time"));
        match reasons.iter_mut().find(|(known, _)| known == why) {
            Some((_, parts)) => *parts = format!("{parts}, {part}"),
            None => reasons.push((why, part)),
        }
    }
    reasons.into_iter().map(|(why, parts)| format!("{why} ({parts})")).collect()
}

fn missing(records: u64) -> String {
    if records == 0 { String::new() } else { format!(" ({} missing)", counted(records, "record")) }
}

fn latency(quantiles: &Quantiles) -> String {
    if quantiles.count == 0 {
        return "no write was confirmed".to_owned();
    }
    let [p50, p95, p99, max] =
        [quantiles.p50, quantiles.p95, quantiles.p99, quantiles.max].map(|micros| rounded(Span(micros)));
    format!("p50 {p50}, p95 {p95}, p99 {p99}, longest {max}")
}

/// Tenant, record, copy class, places and rule of a breach, as far as it has them.
pub(super) fn particulars(breach: &Breach, names: &Names) -> String {
    let mut parts = String::new();
    let mut part = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let separator = if parts.is_empty() { "" } else { ", " };
            let written = write!(parts, "{separator}{name} {value}");
            debug_assert!(written.is_ok(), "a string takes what is written to it");
        }
    };
    part("tenant", breach.tenant.map(|tenant| names.tenant(tenant)));
    part("record", breach.record.map(|record| record.0.to_string()));
    part("copy", breach.copy.map(|copy| copy.to_string()));
    part("at", breach.datacenter.map(|datacenter| names.datacenter(datacenter).to_owned()));
    part("unit", breach.unit.map(|unit| names.unit(unit).to_owned()));
    part("residence", breach.residence.map(|residence| one_of(residence, names)));
    part("rule", breach.rule.map(|rule| rule.to_string()));
    parts
}
