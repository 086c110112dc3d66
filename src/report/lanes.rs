//! Who held, who served, and what was wrong when: the lanes of the failover timeline, for the
//! chart and for the terminal.

use super::captions::rounded;
use crate::metrics::{Ailment, Announcement, CloseUp, Failover, Measurements, Moment, Term, Trouble};
use crate::outcome::Outcome;
use crate::terms::{Datacenter, Instant, Names, Seat, Side, Span, Unit};

/// One site of a unit, or its witness, over the whole run.
pub(super) struct Lane {
    pub(super) unit: Unit,
    /// Where it was, in order, each with the time from which on.
    pub(super) places: Vec<(Instant, Datacenter)>,
    pub(super) seat: Seat,
    /// While it acknowledged writes.
    pub(super) terms: Vec<(Instant, Instant)>,
    /// The leases that it held.
    pub(super) leases: Vec<Term>,
    /// What was wrong with it, in words.
    pub(super) troubles: Vec<(Instant, Instant, String)>,
    /// What happened at it.
    pub(super) signs: Vec<(Instant, Sign)>,
    /// The times of a takeover in words, and the instant after which they are written.
    pub(super) notes: Vec<(Instant, String)>,
}

impl Lane {
    /// Where it was at an instant.
    pub(super) fn place_at(&self, at: Instant) -> Datacenter {
        let places = self.places.iter().rev();
        places.clone().find(|(from, _)| *from <= at).or(self.places.first()).map_or(Datacenter(0), |&(_, place)| place)
    }

    /// Where it was, in order.
    pub(super) fn place(&self, names: &Names) -> String {
        let places: Vec<_> = self.places.iter().map(|&(_, place)| names.datacenter(place)).collect();
        places.join(" → ")
    }
}

/// A sign on a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A fault took the holder away.
    Onset,
    /// The lease was seen to lapse.
    Lapsed,
    /// The site won the lease.
    Promoted,
    /// The site acknowledged its first write.
    Serving,
    /// The site gave the lease to its peer.
    HandedOver,
    /// The witness accepted another epoch.
    Voted,
}

/// The lanes of a unit: side A, side B, and the witness.
pub(super) fn lanes(measured: &Measurements, names: &Names, unit: Unit) -> [Lane; 3] {
    let (terms, leases) = (terms(measured, unit), leases(measured, unit));
    Seat::ALL.map(|seat| {
        let side = Side::BOTH.into_iter().find(|side| side.seat() == seat);
        let places = measured.places(unit, seat);
        Lane {
            unit,
            seat,
            terms: terms.iter().filter(|term| Some(term.0) == side).map(|&(_, from, to)| (from, to)).collect(),
            leases: leases.iter().filter(|term| Some(term.side) == side).copied().collect(),
            troubles: troubles(measured, names, unit, &places),
            signs: side.map_or_else(|| votes(measured, unit), |side| signs(measured, unit, side)),
            notes: side.map(|_| notes(measured, unit, &places)).unwrap_or_default(),
            places,
        }
    })
}

/// The lanes of a close-up: no site serves while its unit refuses writes and acknowledges none.
pub(super) fn close_lanes(measured: &Measurements, names: &Names, close_up: &CloseUp) -> [Lane; 3] {
    let refusing = refusing(close_up);
    let mut lanes = lanes(measured, names, close_up.unit);
    for lane in &mut lanes {
        lane.terms = refusing.iter().fold(std::mem::take(&mut lane.terms), |terms, &gap| without(&terms, gap));
    }
    lanes
}

/// From a refusal in a second without any acknowledgement to the next acknowledgement.
fn refusing(close_up: &CloseUp) -> Vec<(Instant, Instant)> {
    let begins = |second: usize| close_up.starts + Span::secs(second as u64);
    let (mut gaps, mut since) = (Vec::new(), None);
    for (second, (&acknowledged, &refused)) in close_up.acknowledged.iter().zip(&close_up.refused).enumerate() {
        if acknowledged > 0 {
            gaps.extend(since.take().map(|since| (since, begins(second))));
        } else if refused > 0 {
            since.get_or_insert(begins(second));
        }
    }
    gaps.extend(since.map(|since| (since, begins(close_up.acknowledged.len()))));
    gaps
}

/// What is left of stretches of time without one.
fn without(terms: &[(Instant, Instant)], (since, until): (Instant, Instant)) -> Vec<(Instant, Instant)> {
    let parts = terms.iter().flat_map(|&(from, to)| [(from, to.min(since)), (from.max(until), to)]);
    parts.filter(|(from, to)| from < to).collect()
}

/// The leases of a unit. One that its own holder replaced, for another mode, lasted until then.
fn leases(measured: &Measurements, unit: Unit) -> Vec<Term> {
    let of_unit: Vec<_> = measured.leases.terms.iter().filter(|term| term.unit == unit).copied().collect();
    let next = of_unit.iter().skip(1).map(Some).chain([None]);
    let joined = |(term, next): (&Term, Option<&Term>)| match next.filter(|next| next.side == term.side) {
        Some(next) if next.from <= term.until => Term { renewed: next.from, until: next.from, ..*term },
        _ => *term,
    };
    of_unit.iter().zip(next).map(joined).collect()
}

/// What was wrong with a datacenter, as far as it matters to a unit; what two faults did at once to the
/// same end is told once.
fn troubles(
    measured: &Measurements,
    names: &Names,
    unit: Unit,
    stays: &[(Instant, Datacenter)],
) -> Vec<(Instant, Instant, String)> {
    let seats = Seat::ALL.map(|seat| measured.places(unit, seat));
    let places: Vec<_> = seats.iter().flatten().map(|&(_, place)| place).collect();
    let ends = stays.iter().skip(1).map(|&(from, _)| from).chain([measured.ended]);
    let stays: Vec<_> = stays.iter().zip(ends).map(|(&(from, place), until)| (place, from, until)).collect();
    let mut told: Vec<(Instant, Instant, String)> = Vec::new();
    let here = |trouble: &Trouble| {
        let until = trouble.until.unwrap_or(measured.ended);
        let own = stays.iter().filter(|(place, ..)| *place == trouble.datacenter);
        let mut clipped = own.map(|&(_, from, to)| (trouble.from.max(from), until.min(to)));
        clipped.find(|(from, to)| from <= to)
    };
    for trouble in &measured.troubles {
        let Some((from, until)) = here(trouble) else { continue };
        let what = match trouble.ailment {
            Ailment::Dark => "no power".to_owned(),
            Ailment::Paused => "stands still".to_owned(),
            Ailment::Unreachable => "no clients".to_owned(),
            Ailment::CutFrom(other) if places.contains(&other) => format!("cut from {}", names.datacenter(other)),
            Ailment::CutFrom(_) => continue,
        };
        match told.iter_mut().find(|(since, to, _)| (*since, *to) == (from, until)) {
            Some((_, _, said)) => *said = format!("{said}, {what}"),
            None => told.push((from, until, what)),
        }
    }
    told
}

fn votes(measured: &Measurements, unit: Unit) -> Vec<(Instant, Sign)> {
    let of_unit = measured.leases.votes.iter().filter(|vote| vote.unit == unit);
    of_unit.map(|vote| (vote.at, Sign::Voted)).collect()
}

/// Who served from when to when.
fn terms(measured: &Measurements, unit: Unit) -> Vec<(Side, Instant, Instant)> {
    let (mut terms, mut current, mut latest) = (Vec::new(), None, None);
    for (at, change) in changes(measured, unit) {
        match change {
            Change::Serves(side) if current.is_none_or(|(now, _)| now != side) => {
                terms.extend(current.map(|(now, since)| (now, since, at)));
                current = Some((side, at));
                latest = Some(side);
            }
            Change::Stops(side) if current.is_some_and(|(now, _)| now == side) => {
                terms.extend(current.take().map(|(now, since)| (now, since, at)));
            }
            Change::Resumes if current.is_none() => current = latest.map(|side| (side, at)),
            _ => {}
        }
    }
    terms.extend(current.map(|(now, since)| (now, since, measured.ended)));
    terms
}

enum Change {
    Serves(Side),
    Stops(Side),
    Resumes,
}

/// Changes of who serves, in order.
fn changes(measured: &Measurements, unit: Unit) -> Vec<(Instant, Change)> {
    let said = measured.timeline.moments.iter().filter_map(|&(at, moment)| match moment {
        Moment::Said { unit: of, side, what } if of == unit => match what {
            Announcement::Serving { .. } => Some((at, Change::Serves(side))),
            Announcement::SteppedDown { .. } | Announcement::HandedOver => Some((at, Change::Stops(side))),
            _ => None,
        },
        _ => None,
    });
    let mut changes: Vec<_> = said.collect();
    for one in measured.interruptions.iter().filter(|one| one.unit == unit) {
        let was = |side: &Side| was_at(&measured.places(unit, side.seat()), one.datacenter);
        let Some(side) = Side::BOTH.into_iter().find(was) else { continue };
        let until = one.ended.unwrap_or(measured.ended);
        let steps_down = changes.iter().any(|(at, change)| {
            (one.onset..=until).contains(at) && matches!(change, Change::Stops(stops) if *stops == side)
        });
        if !steps_down {
            changes.push((one.onset, Change::Stops(side)));
        }
        let taken = |ended| {
            measured
                .failovers
                .iter()
                .any(|failover| failover.unit == unit && (one.onset..=ended).contains(&failover.promoted))
        };
        changes.extend(one.ended.filter(|&ended| !taken(ended)).map(|ended| (ended, Change::Resumes)));
    }
    changes.sort_by_key(|&(at, ref change)| (at, matches!(change, Change::Resumes)));
    changes
}

fn signs(measured: &Measurements, unit: Unit, side: Side) -> Vec<(Instant, Sign)> {
    let places = measured.places(unit, side.seat());
    let struck = measured.interruptions.iter().filter(|one| one.unit == unit && was_at(&places, one.datacenter));
    let mut signs: Vec<_> = struck.map(|one| (one.onset, Sign::Onset)).collect();
    for failover in measured.failovers.iter().filter(|failover| failover.unit == unit) {
        if was_at(&places, failover.to) {
            signs.extend(failover.lapsed.map(|at| (at, Sign::Lapsed)));
            signs.push((failover.promoted, Sign::Promoted));
            signs.extend(failover.serving.map(|at| (at, Sign::Serving)));
        }
    }
    signs.extend(measured.timeline.moments.iter().filter_map(|&(at, moment)| {
        let handed = Moment::Said { unit, side, what: Announcement::HandedOver };
        (moment == handed).then_some((at, Sign::HandedOver))
    }));
    signs
}

/// Whether a seat was ever in a datacenter.
fn was_at(places: &[(Instant, Datacenter)], datacenter: Datacenter) -> bool {
    places.iter().any(|&(_, place)| place == datacenter)
}

fn notes(measured: &Measurements, unit: Unit, places: &[(Instant, Datacenter)]) -> Vec<(Instant, String)> {
    let taken = measured.failovers.iter().filter(|one| one.unit == unit && was_at(places, one.to));
    taken.map(|failover| (failover.serving.unwrap_or(failover.promoted), note(failover))).collect()
}

fn note(failover: &Failover) -> String {
    let Some(onset) = failover.onset else { return "took over".to_owned() };
    let after = |at: Instant| rounded(at.since(onset));
    let serving = failover.serving.map_or("no write yet".to_owned(), |at| format!("first write +{}", after(at)));
    if failover.planned {
        return format!("planned switchover, {serving}");
    }
    let lapsed = failover.lapsed.map(|at| format!("detected +{}, ", after(at))).unwrap_or_default();
    format!("{lapsed}promoted +{}, {serving}", after(failover.promoted))
}

/// Each time that a fault took effect, until when, and its place in the scenario.
pub(super) fn faults(outcome: &Outcome) -> Vec<(Instant, Instant, usize)> {
    let measured = &outcome.measurements;
    let mut faults: Vec<(Instant, Instant, usize)> = Vec::new();
    for &(at, moment) in &measured.timeline.moments {
        match moment {
            Moment::FaultBegan(fault) => {
                let lasts = outcome.faults.get(usize::from(fault)).and_then(|fault| fault.lasts);
                let until = if lasts.is_some() { measured.ended } else { at };
                faults.push((at, until, usize::from(fault)));
            }
            Moment::FaultEnded(fault) => {
                if let Some(open) = faults.iter_mut().rev().find(|open| open.2 == usize::from(fault)) {
                    open.1 = at;
                }
            }
            _ => {}
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: u64) -> Instant {
        Instant::ZERO + Span::secs(secs)
    }

    #[test]
    fn who_refuses_and_acknowledges_nothing_does_not_serve() {
        let close_up = CloseUp {
            unit: Unit(0),
            onset: secs(2),
            starts: secs(0),
            acknowledged: vec![5, 1, 0, 0, 0, 0, 3, 0],
            refused: vec![0, 1, 0, 2, 0, 1, 1, 4],
            outbox: vec![0; 8],
            lag: vec![0; 8],
        };
        let gaps = refusing(&close_up);
        assert_eq!(gaps, [(secs(3), secs(6)), (secs(7), secs(8))]);
        assert_eq!(without(&[(secs(0), secs(8))], gaps[0]), [(secs(0), secs(3)), (secs(6), secs(8))]);
        assert_eq!(without(&[(secs(4), secs(5)), (secs(6), secs(7))], gaps[0]), [(secs(6), secs(7))]);
    }
}
