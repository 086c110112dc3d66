//! What a machine knew when it decided, and how far the truth had moved on.

use super::known::{Known, clock, clock_wall};
use super::step::SiteStep;
use super::story::Input;
use super::words::{counted, end, register};
use crate::service::site::Standing;
use crate::service::{SiteInput, Write};
use crate::terms::{Datacenter, DatacenterSet, Instant, Mode, Monotonic, Register, Seat, Span, Unit, Wall};

/// The datacenters that have a say in a unit's lease.
pub(super) fn voters(known: &Known, unit: Unit) -> [Datacenter; 3] {
    Seat::ALL.map(|seat| known.seats(unit).voter(seat))
}

/// Which voter completed a majority.
pub(super) fn heard(step: &SiteStep<'_>, known: &Known) -> String {
    match *step.input {
        SiteInput::Voter { seat, .. } => format!(" The last to answer was {}.", known.voter(step.unit, seat)),
        _ => String::new(),
    }
}

/// What a standby makes of the register.
pub(super) fn lapse(step: &SiteStep<'_>, seen: Option<Register>, since: Monotonic, known: &Known) -> String {
    let Some(register) = seen else { return "Finds the register empty.".to_owned() };
    let age = step.local.monotonic.since(since);
    if register.holder == step.side {
        return "Finds itself named in the register.".to_owned();
    }
    let holder = known.at(step.unit, register.holder);
    if age < known.policy().lapsed_after(register.ttl) {
        return format!("Looks at the register: {holder} renewed its lease within the last {age}.");
    }
    format!(
        "Has seen no renewal of {holder} for {age}, longer than the lease, and a majority of voters shows none either."
    )
}

/// The register as a site saw it last, against the truth.
pub(super) fn shown(step: &SiteStep<'_>, seen: &Register, since: Monotonic, known: &Known) -> Input {
    let age = step.local.monotonic.since(since);
    let holder = known.at(step.unit, seen.holder);
    let what = format!("the register, held by {holder}: {}; unchanged for {age}", register(seen));
    let newer = known.register(step.unit).filter(|(now, _)| now.renewal > seen.renewal);
    let stale = newer.map(|(now, at)| {
        format!("since {} a voter holds {}, of {}", clock(at), register(&now), known.at(step.unit, now.holder))
    });
    let ailing = known.trouble(known.place_of(step.unit, seen.holder)).filter(|_| seen.holder != step.side);
    Input { what, stale: stale.or(ailing) }
}

/// Where a site's log ends, against what was acknowledged.
pub(super) fn log_end(step: &SiteStep<'_>, known: &Known) -> Input {
    let own = step.before.durable;
    let what = format!("its own log, {}", end(own));
    let ahead = known.acknowledged(step.unit).filter(|&(position, ..)| position > own);
    let stale = ahead.map(|(position, at, by)| {
        let missing = counted(position.index.saturating_sub(own.index), "record");
        format!(
            "{} acknowledged through {position}, last at {}: {missing} that are not here",
            known.name(by),
            clock(at)
        )
    });
    Input { what, stale }
}

/// What a holder knows of its peer, against what the peer's disk has.
pub(super) fn behind(step: &SiteStep<'_>, known: &Known) -> Option<Input> {
    let Standing::Holding { peer_durable, peer_silent, .. } = step.before.standing else { return None };
    let peer = known.name(step.peer_place(known));
    let heard = if peer_silent { "which does not answer" } else { "which answers" };
    let lacks = counted(step.before.durable.index.saturating_sub(peer_durable), "record");
    let what = if peer_durable == 0 {
        format!("of {peer}, {heard}: nothing of its log")
    } else {
        format!("of {peer}, {heard}: its log is durable through index {peer_durable}, {lacks} behind")
    };
    let truth = known.end(step.unit, step.side.peer()).index;
    let stale = (truth != peer_durable).then(|| format!("{peer}'s disk ends at index {truth}"));
    Some(Input { what, stale })
}

pub(super) const fn promise(mode: Mode) -> &'static str {
    match mode {
        Mode::Alone => "It may acknowledge what its peer lacks, and nobody takes over by itself.",
        Mode::Replicated => "What it acknowledges is on its peer, but for the declared RPO at most.",
    }
}

/// Where a client takes the holder to be, against the truth.
pub(super) fn route(unit: Unit, to: Datacenter, candidates: DatacenterSet, attempt: u16, known: &Known) -> [Input; 2] {
    let what = format!("that {} answers for {}", known.name(to), known.unit(unit));
    let elsewhere =
        known.register(unit).map(|(register, at)| (known.place_of(unit, register.holder), register.epoch, at));
    let elsewhere = elsewhere.filter(|&(holder, ..)| holder != to);
    let elsewhere = elsewhere.map(|(holder, epoch, _)| format!("{} holds it, under epoch {epoch}", known.name(holder)));
    let stale = known.trouble(to).or(elsewhere);
    let list = known.names(candidates.iter());
    [Input { what, stale }, Input::fresh(format!("the candidates, {list}; this is attempt {attempt}"))]
}

/// What the contract and the circumstances of a write say of where it may rest.
pub(super) fn contract(write: &Write) -> Input {
    Input::fresh(format!(
        "the tenant is billed in {} and signed up on {}; the conversation is of {}, its author of {}, in a network of {}, app {}",
        write.billing,
        date(write.signed_up),
        write.group_location,
        write.creator,
        write.roaming_in,
        write.app
    ))
}

fn date(at: Wall) -> String {
    at.to_string().split('T').next().unwrap_or_default().to_owned()
}

/// A site's wall clock, against true time.
pub(super) fn clock_of(step: &SiteStep<'_>) -> Input {
    let (wall, at) = (step.local.wall, Instant(step.local.wall.0));
    let what = format!("its wall clock, {}", clock_wall(wall));
    let off = if at > step.at { at.since(step.at) } else { step.at.since(at) };
    let how = if at > step.at { "ahead" } else { "behind" };
    let stale = (off >= Span::millis(1)).then(|| format!("true time is {}; the clock is {off} {how}", clock(step.at)));
    Input { what, stale }
}
