//! Why each decision came out as it did, in words, from what it was given.

use super::decided::{Note, Taken};
use super::known::Known;
use super::step::{ClientStep, decided, first};
use super::story::Decided;
use super::words::{ballot, counted, refusal as refused, rule, yes};
use crate::facts::Announcement;
use crate::service::decisions::{Claim, Standing};
use crate::terms::{Mode, Record};

/// Why the lease may be taken over, or may not.
pub(super) fn take_over(claim: &Claim) -> String {
    let Claim { mode, frontier, end, certified, waived } = *claim;
    let log = if end >= frontier {
        format!("its log reaches {end}, and {frontier} is known to be on both sites")
    } else {
        format!("its log ends at {end}, before {frontier}, which is known to be on both sites")
    };
    let promised = match mode {
        Mode::Replicated => "the register promises `replicated`",
        Mode::Alone => "the register says `alone`, so the holder may have acknowledged what is not here",
    };
    let store = if certified { "" } else { "; its store is not certified, and may have lost what it held" };
    let waived = if waived { "; an operator's order, or the end of the grace period, waives the test" } else { "" };
    format!("{promised}; {log}{store}{waived}")
}

/// Why an acknowledgement may leave, or may not.
pub(super) fn acknowledge(standing: &Standing) -> String {
    let Standing { lease_valid, replication, mode, durable, on_peer, tail_age, maximum_lag, .. } = *standing;
    let lease = if lease_valid { "the lease is valid" } else { "the lease has run out" };
    let here = if durable { "the record is durable here" } else { "the record is not durable here yet" };
    let there = match (on_peer, mode) {
        (true, _) => "and at the peer".to_owned(),
        (false, Mode::Alone) => "and the register says `alone`".to_owned(),
        (false, Mode::Replicated) => {
            let records = standing.maximum_records.map_or_else(String::new, |most| {
                format!(", and with this record at most {} of {most}", counted(standing.tail_records, "record"))
            });
            format!("not at the peer; what the peer lacks is {tail_age} old, of {maximum_lag} allowed{records}")
        }
    };
    format!("{lease}, {here}, {there} ({})", replication.name())
}

/// How a voter decided on a ballot.
pub(super) fn vote(notes: &[Note]) -> Option<Decided> {
    let of = |taken: &Taken| match *taken {
        Taken::Promise { promised, offered, answer } => Some(("may_promise", promised, offered, answer)),
        Taken::Accept { promised, offered, answer } => Some(("may_accept", promised, offered, answer)),
        _ => None,
    };
    let ((method, promised, offered, answer), unlike) = first(notes, of)?;
    let above = format!("{} against {}, which it promised", ballot(offered), ballot(promised));
    Some(decided(method, format!("{}: {above}", yes(answer)), unlike))
}

/// The decision behind an announcement.
pub(super) fn of_announcement(said: Announcement, notes: &[Note]) -> Option<Decided> {
    match said {
        Announcement::Serving { .. } => acknowledged(notes),
        Announcement::MapAdopted | Announcement::MapRefused => {
            let of = |taken: &Taken| match *taken {
                Taken::Map { version, answer } => Some((version, answer)),
                _ => None,
            };
            let ((version, answer), unlike) = first(notes, of)?;
            let why = if answer { "agrees with" } else { "contradicts" };
            let answer = format!("{}: map {version} {why} what the site was commissioned with", yes(answer));
            Some(decided("admits_map", answer, unlike))
        }
        _ => None,
    }
}

/// The first acknowledgement of a step.
fn acknowledged(notes: &[Note]) -> Option<Decided> {
    let of = |taken: &Taken| match *taken {
        Taken::Acknowledge { standing, answer: true } => Some(standing),
        _ => None,
    };
    let (standing, unlike) = first(notes, of)?;
    Some(decided("may_acknowledge", format!("yes: {}", acknowledge(&standing)), unlike))
}

/// The decision that led to a refusal: the last one of the step that said no.
pub(super) fn refusal(notes: &[Note]) -> Option<Decided> {
    let no = |note: &&Note| {
        matches!(
            note.taken,
            Taken::Residence { decided: Err(_), .. }
                | Taken::Stricter { decided: Err(_), .. }
                | Taken::Acknowledge { answer: false, .. }
        )
    };
    let &Note { taken, unlike_shipped } = notes.iter().rev().find(no)?;
    match taken {
        Taken::Residence { decided: Err(why), .. } => {
            Some(decided("residence_of", format!("refused: {}", refused(why)), unlike_shipped))
        }
        Taken::Stricter { charter, newest, decided: Err(why) } => {
            let [charter, newest] = [charter, newest].map(|said| match said {
                Ok(placement) => format!("scale unit {}", placement.unit.0),
                Err(why) => format!("`{}`", refused(why)),
            });
            let answer = format!("refused: {}; by its charter {charter}, by its newest map {newest}", refused(why));
            Some(decided("stricter", answer, unlike_shipped))
        }
        Taken::Acknowledge { standing, .. } => {
            Some(decided("may_acknowledge", format!("no: {}", acknowledge(&standing)), unlike_shipped))
        }
        _ => None,
    }
}

/// Where a record was placed, by which rule.
pub(super) fn residence(notes: &[Note], record: Record, known: &Known) -> Option<Decided> {
    let of = |taken: &Taken| match *taken {
        Taken::Residence { record: of, at, decided } if of == record => Some((at, decided)),
        _ => None,
    };
    let ((at, placed), unlike) = first(notes, of)?;
    let answer = match placed {
        Ok(placement) => {
            let plan = known.seats(placement.unit);
            let boundary = known.setting.names.boundary(plan.boundary);
            let instant = if placement.at == at { "now" } else { "kept from before" };
            let by = placement.rule;
            format!("{} in {boundary}, by {by}: {}; its instant is {instant}", plan.name, rule(by))
        }
        Err(why) => format!("refused: {}", refused(why)),
    };
    Some(decided("residence_of", answer, unlike))
}

/// Candidates that the shipped service would not have named.
pub(super) fn strange_candidates(step: &ClientStep<'_>, known: &Known) -> Option<Decided> {
    let of = |note: &Note| match note.taken {
        Taken::Candidates { unit, answer, .. } if note.unlike_shipped => Some((unit, answer)),
        _ => None,
    };
    let (unit, answer) = step.notes.iter().find_map(of)?;
    let list = known.names(answer.as_slice().iter().copied());
    Some(decided("candidates", format!("{list}, for {}", known.unit(unit)), true))
}

/// That a client gave the boundary up for dark.
pub(super) fn darkness(step: &ClientStep<'_>) -> Option<Decided> {
    let of = |taken: &Taken| match *taken {
        Taken::Dark { silence, bound, answer: true } => Some((silence, bound)),
        _ => None,
    };
    let ((silence, bound), unlike) = first(step.notes, of)?;
    let answer = format!(
        "yes: no site has answered for {} and {} rounds, and who can serve answers within {bound}",
        silence.lasts, silence.rounds
    );
    Some(decided("is_dark", answer, unlike))
}
