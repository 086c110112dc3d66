//! Phrases.

use crate::service::site::SiteTimer;
use crate::service::{Order, PeerMessage, SiteInput, VoterAnswer};
use crate::terms::{Ballot, Mode, Position, RecordKind, Refusal, Register, Rule};

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<_> = words.into_iter().collect();
    match words.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// `a message`, `an attachment`.
pub(super) fn a(what: RecordKind) -> String {
    article(what.name())
}

/// A thing with its article.
pub(super) fn article(name: &str) -> String {
    format!("{} {name}", if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" })
}

/// `1 record`, `2 records`.
pub(super) fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

pub(super) const fn yes(answer: bool) -> &'static str {
    if answer { "yes" } else { "no" }
}

pub(super) const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Replicated => "replicated",
        Mode::Alone => "alone",
    }
}

/// A ballot as people write it: round, site, boot.
pub(super) fn ballot(ballot: Ballot) -> String {
    format!("{}.{:?}.{}", ballot.round, ballot.site, ballot.boot)
}

/// A position of a log, or that it is empty.
pub(super) fn end(position: Position) -> String {
    if position.index == 0 { "empty".to_owned() } else { format!("durable through {position}") }
}

/// A register in a few words, but for its holder.
pub(super) fn register(register: &Register) -> String {
    let Register { epoch, frontier, renewal, .. } = register;
    let both = if frontier.index == 0 { "nothing yet".to_owned() } else { format!("everything through {frontier}") };
    format!(
        "epoch {epoch}, {}, with {both} known to be on both sites, renewal {}",
        mode(register.mode),
        ballot(*renewal)
    )
}

/// A refusal as a person would say it.
pub(super) fn refusal(refusal: Refusal) -> String {
    match refusal {
        Refusal::Overloaded { retry_after } => format!("overloaded, come back after {retry_after}"),
        Refusal::Moving { retry_after } => format!("moving, come back after {retry_after}"),
        other => other.to_string(),
    }
}

/// What a rule of residence says.
pub(super) const fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::R1 => "a tenant billed in a go-local country is at home there",
        Rule::R2 => "since the effective instant, the boundary of the billing country",
        Rule::R3 => "before the effective instant, the boundary of the conversation's country",
        Rule::R4 => "an action card of an app too old for the billing country's boundary",
        Rule::R5 => "where the record rests that it belongs to",
        Rule::R6 => "call media rests nowhere",
        Rule::R7 => "a private conversation, by its creator's country and without a promise",
        Rule::R8 => "nothing is borrowed beyond the boundary",
        Rule::R9 => "a country that is not served is refused",
    }
}

/// What made a site take a step.
pub(super) fn site_input(input: &SiteInput, timer: Option<SiteTimer>) -> String {
    match *input {
        SiteInput::Wake => match timer {
            Some(timer) => format!("its timer {}", site_timer(timer)),
            None => "a wake-up".to_owned(),
        },
        SiteInput::Request(_) => "a client's request got its turn".to_owned(),
        SiteInput::Persisted { through } => format!("its disk has everything through index {through}"),
        SiteInput::Reread(batch) => format!("records {} to {} were read again", batch.first, batch.last),
        SiteInput::Peer(message) => peer(message),
        SiteInput::Voter { seat, answer } => format!("the voter of seat {seat:?} {}", answered(answer)),
        SiteInput::Noticed(register) => format!("its own voter accepted renewal {}", ballot(register.renewal)),
        SiteInput::Order(Order::PlannedSwitchover) => "an operator ordered a planned switchover".to_owned(),
        SiteInput::Order(Order::ForcedFailover) => "an operator ordered a forced failover".to_owned(),
        SiteInput::Order(Order::Refound) => "an operator ordered to found the register anew".to_owned(),
        SiteInput::Order(Order::Export) => "an operator ordered an export".to_owned(),
        SiteInput::Order(Order::SupportDump) => "an operator ordered a support dump".to_owned(),
        SiteInput::Copied { class, run: (_, through), taken: true } => {
            format!("the {class} has its log through index {through}")
        }
        SiteInput::Copied { class, .. } => format!("the {class} refused what was brought to it"),
        SiteInput::Offered(_) => "an operator offered a backup to restore from".to_owned(),
        SiteInput::BackedUp { through } => format!("the backup of its log through index {through} is finished"),
        SiteInput::MapPushed(ref map) => format!("an operator pushed map {}", map.version),
        SiteInput::Probed(Some(_)) => "the platform under it said where it stands".to_owned(),
        SiteInput::Probed(None) => "the platform under it did not say where it stands".to_owned(),
        SiteInput::Relocate(_) => "the directory of homes changed".to_owned(),
        SiteInput::Exported { .. } => "the new home of a tenant answered".to_owned(),
        SiteInput::Replace(_) => "the directory of seats changed".to_owned(),
    }
}

const fn site_timer(timer: SiteTimer) -> &'static str {
    match timer {
        SiteTimer::Look => "to look at the register",
        SiteTimer::AttemptOver => "to give up an attempt at the register",
        SiteTimer::Renew => "to renew the lease",
        SiteTimer::LeaseEnds => "for the end of the lease",
        SiteTimer::PeerSilent => "to ask a peer that does not answer",
        SiteTimer::TailGrows => "to write `alone` before the unreplicated tail outgrows the RPO",
        SiteTimer::DrainOver => "to give a switchover up",
        SiteTimer::Refound => "to found the register anew",
        SiteTimer::BackUp => "to have a backup written",
        SiteTimer::Failback => "to hand the lease back",
        SiteTimer::DiskLate => "to count its disk as failing",
        SiteTimer::Derive => "to bring copies of its log up to date",
        SiteTimer::Reseed => "to read on for a peer that is brought back",
        SiteTimer::Move => "to carry a tenant's move on",
        SiteTimer::Replace => "to carry the replacement of a seat on",
        SiteTimer::Probe => "to ask again where it stands",
        SiteTimer::Purge => "to erase what a tenant may not leave behind",
    }
}

fn peer(message: PeerMessage) -> String {
    match message {
        PeerMessage::Batch(batch) => {
            format!("its peer sent records {} to {} under epoch {}", batch.first, batch.last, batch.epoch)
        }
        PeerMessage::Probe { epoch, .. } => format!("its peer asked under epoch {epoch} where its log ends"),
        PeerMessage::Ends { end, .. } => format!("its peer said that its log ends at {end}"),
        PeerMessage::Diverged { epoch, keep, .. } => {
            format!("its peer, under epoch {epoch}, said that nothing after {keep} is in the holder's log")
        }
        PeerMessage::Stored { through, .. } => format!("its peer has everything through index {through}"),
        PeerMessage::Fenced { epoch } => format!("its peer knows of epoch {epoch}, a later one"),
        PeerMessage::Certified { epoch, .. } => format!("its peer, under epoch {epoch}, certified its store"),
        PeerMessage::BackUp { through, .. } => format!("its peer asked it for a backup through {through}"),
        PeerMessage::BackedUp { through, .. } => format!("its peer wrote a backup through index {through}"),
        PeerMessage::HandedOver { epoch } => format!("its peer handed the lease over, in epoch {epoch}"),
    }
}

/// What a voter said, as a predicate.
pub(super) fn answered(answer: VoterAnswer) -> String {
    match answer {
        VoterAnswer::Holds { record, .. } => match record.accepted {
            Some(held) => format!("holds {}", register(&held)),
            None => "holds an empty register".to_owned(),
        },
        VoterAnswer::Promised { ballot: of, .. } => format!("promised ballot {}", ballot(of)),
        VoterAnswer::Accepted { ballot: of } => format!("accepted ballot {}", ballot(of)),
        VoterAnswer::Rejected { ballot: of, promised, .. } => {
            format!("rejected ballot {}, for it promised {}", ballot(of), ballot(promised))
        }
        VoterAnswer::Refounded { ballot: of } => format!("took the founding of ballot {}", ballot(of)),
        VoterAnswer::Abstains { .. } => "abstains, for it lost its memory".to_owned(),
        VoterAnswer::Enrolled { .. } => "enrolled a voter that had lost its memory".to_owned(),
    }
}
