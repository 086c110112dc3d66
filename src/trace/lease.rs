//! The chain of a lease: who took it, lost it, or could not keep it, and why.
//!
//! Renewals in peace are not told. A claim, its votes and its outcome belong together by their
//! ballot, which is never used twice; what a fenced holder hears, by the epoch.

use super::decided::Taken;
use super::inputs::{behind, heard, lapse, log_end, promise, shown, voters};
use super::known::clock_wall;
use super::pen::Pen;
use super::reasons;
use super::step::{SiteStep, VoterStep, decided};
use super::story::Link;
use super::words::{ballot, counted, mode, refusal, site_input, yes};
use crate::facts::Announcement;
use crate::service::site::Standing;
use crate::service::{
    PeerMessage, Response, SiteEffect, SiteInput, VoterAnswer, VoterEffect, VoterInput, VoterQuestion,
};
use crate::terms::{Ballot, Epoch, Monotonic, Refusal, Register, Unit};
use std::collections::BTreeMap;

/// So many attempts are remembered.
const MOST: usize = 256;

/// Tells what happens to leases.
#[derive(Debug, Default)]
pub(super) struct Leases {
    /// The link of each attempt to take a lease over, and those of its votes.
    claims: BTreeMap<(Unit, Ballot), Vec<usize>>,
    promotions: BTreeMap<(Unit, Epoch), usize>,
    /// Sites whose lease was told to have run out: the end of the lease.
    ran_out: BTreeMap<(Unit, u8), Monotonic>,
}

impl Leases {
    /// The link of the promotion that began an epoch.
    pub(super) fn promotion(&self, unit: Unit, epoch: Epoch) -> Option<usize> {
        self.promotions.get(&(unit, epoch)).copied()
    }

    /// Tells what a step of a site did to its lease.
    pub(super) fn site(&mut self, step: &SiteStep<'_>, pen: &mut Pen<'_>) {
        self.run_out(step, pen);
        self.claim(step, pen);
        for effect in step.effects {
            match *effect {
                SiteEffect::Announce(said) => self.announced(step, said, pen),
                SiteEffect::Respond { response: Response::Refused { refusal, .. }, .. } => {
                    self.refused(step, refusal, pen);
                }
                _ => {}
            }
        }
        self.fenced(step, pen);
        unheard(step, pen);
    }

    /// Tells how a voter voted on a claim, and whom it turned away.
    pub(super) fn voter(&mut self, step: &VoterStep<'_>, pen: &mut Pen<'_>) {
        let VoterInput::Asked { from, question } = *step.input else { return };
        let (of, verb) = match question {
            VoterQuestion::Prepare { ballot, .. } => (ballot, "promise"),
            VoterQuestion::Accept { ballot, .. } => (ballot, "accept"),
            _ => return,
        };
        let refuses = step.effects.iter().find_map(|effect| match *effect {
            VoterEffect::Answer {
                answer: answer @ (VoterAnswer::Rejected { .. } | VoterAnswer::Abstains { .. }),
                ..
            } => Some(answer),
            _ => None,
        });
        let claim = self.claims.get_mut(&(step.unit, of));
        if claim.is_none() && refuses.is_none() {
            return;
        }
        let asks = pen.known.at(step.unit, from);
        let does = match refuses {
            Some(VoterAnswer::Abstains { .. }) => "It abstains, for it lost its memory.".to_owned(),
            Some(VoterAnswer::Rejected { promised, .. }) => {
                format!("It rejects that, for it has promised {}.", ballot(promised))
            }
            _ => "It writes that to its disk, and answers when it is there.".to_owned(),
        };
        let happened = format!("Is asked by {asks} to {verb} ballot {}. {does}", ballot(of));
        let mut link = Link::new(step.at, happened).by(step.who(pen.known)).of(step.unit);
        if let Some(decision) = reasons::vote(step.notes) {
            link = link.decided(decision);
        }
        if let Some(links) = claim {
            let number = pen.chain.push(link.because(links.first().copied()));
            links.push(number);
        } else {
            let newest = pen.known.register(step.unit).map(|(register, _)| register.epoch);
            let link = link.because(newest.and_then(|epoch| self.promotion(step.unit, epoch)));
            pen.chain.push_or_count(step.actor(), "rejects", pen.window, link);
        }
    }

    /// A lease that ran out without a successor of the site's own.
    fn run_out(&mut self, step: &SiteStep<'_>, pen: &mut Pen<'_>) {
        let Standing::Holding { lease_until, epoch, .. } = step.before.standing else { return };
        if lease_until == Monotonic::ZERO || lease_until > step.local.monotonic {
            return;
        }
        if self.ran_out.insert((step.unit, step.side as u8), lease_until) == Some(lease_until) {
            return;
        }
        let happened = format!(
            "Its lease of epoch {epoch} ran out at {} by its clock. It acknowledges nothing from then on.",
            clock_wall(step.wall(lease_until))
        );
        let places = voters(pen.known, step.unit);
        let link = Link::new(step.at, happened).by(step.who(pen.known)).of(step.unit);
        let link = link.because(pen.ails(step.at, &places));
        pen.chain.push(link);
    }

    /// An attempt to take the lease, or the decision not to.
    fn claim(&mut self, step: &SiteStep<'_>, pen: &mut Pen<'_>) {
        let Standing::Standby { seen, since, .. } = step.after.standing else { return };
        let asked = step.decision(|taken| match *taken {
            Taken::TakeOver { claim, answer } => Some((claim, answer)),
            _ => None,
        });
        let proposes = step.effects.iter().find_map(|effect| match *effect {
            SiteEffect::ToVoter { question: VoterQuestion::Prepare { ballot, .. }, .. } => Some((ballot, None)),
            SiteEffect::ToVoter { question: VoterQuestion::Accept { ballot, value, .. }, .. } => {
                Some((ballot, Some(value)))
            }
            _ => None,
        });
        let is_standby = matches!(step.before.standing, Standing::Standby { .. });
        if asked.is_none() && (proposes.is_none() || !is_standby) {
            return;
        }
        if let (None, Some((with, Some(value)))) = (&asked, proposes) {
            return self.promised(step, with, &value, pen);
        }
        let unit = step.unit;
        let asks = proposes.map(|(with, _)| {
            let next = seen.map_or(Epoch(1), |register| register.epoch.next());
            format!(" It asks the voters to promise ballot {}, for epoch {next} of its own.", ballot(with))
        });
        let happened = lapse(step, seen, since, pen.known) + &asks.unwrap_or_default();
        let mut link = Link::new(step.at, happened).by(step.who(pen.known)).of(unit);
        if let Some(register) = seen {
            link = link.on([shown(step, &register, since, pen.known)]);
            if register.holder != step.side {
                link = link.because(pen.ails(step.at, &[pen.known.place_of(unit, register.holder)]));
            }
        }
        link = link.on([log_end(step, pen.known)]).because(self.cause(step, pen));
        if let Some(((claim, answer), unlike)) = asked {
            let why = reasons::take_over(&claim);
            link = link.decided(decided("may_take_over", format!("{}: {why}", yes(answer)), unlike));
        }
        let Some((with, _)) = proposes else {
            pen.chain.push_or_count(step.actor(), "does not claim", pen.window, link);
            return;
        };
        let number = pen.chain.push(link);
        self.claims.insert((unit, with), vec![number]);
        while self.claims.len() > MOST {
            self.claims.pop_first();
        }
    }

    /// A majority promised: the value of the claim is proposed.
    fn promised(&mut self, step: &SiteStep<'_>, with: Ballot, value: &Register, pen: &mut Pen<'_>) {
        let happened = format!(
            "Has the promise of a majority for ballot {}. It asks the voters to accept itself as the holder, under epoch {}.{}",
            ballot(with),
            value.epoch,
            heard(step, pen.known),
        );
        let link = Link::new(step.at, happened).by(step.who(pen.known)).of(step.unit).because(self.cause(step, pen));
        let number = pen.chain.push(link);
        self.claims.insert((step.unit, with), vec![number]);
    }

    fn announced(&mut self, step: &SiteStep<'_>, said: Announcement, pen: &mut Pen<'_>) {
        let known = pen.known;
        let peer = step.peer_place(known);
        let heard = format!("Input: {}.", site_input(step.input, step.timer));
        let mut link = Link::new(step.at, "").by(step.who(known)).of(step.unit).because(self.cause(step, pen));
        link.happened = match said {
            Announcement::Promoted { epoch, .. } => return self.promoted(step, epoch, link, pen),
            Announcement::LossDeclared { at_most } => {
                format!("Declares a loss: what was acknowledged in the {at_most} before it took over may be missing.")
            }
            Announcement::Serving { epoch } => {
                link = link.because(self.promotion(step.unit, epoch));
                format!("Acknowledges its first write under epoch {epoch}.")
            }
            Announcement::SteppedDown { epoch } => format!("Gives epoch {epoch} up, and follows from now on. {heard}"),
            Announcement::ModeChanged { mode: to } => {
                link = link.because(pen.ails(step.at, &[peer])).on(behind(step, known));
                format!("Has written `{}` into the register. {}", mode(to), promise(to))
            }
            Announcement::TailQuarantined { records } => format!(
                "Takes {} out of its log that the holder's log does not have, and sets them aside on its own disk. {heard}",
                counted(records, "record"),
            ),
            Announcement::PeerCaughtUp => {
                link = link.because(pen.ails(step.at, &[peer]));
                format!("Sees that {} has everything but what is under way.", known.name(peer))
            }
            Announcement::SwitchoverPlanned => {
                format!("Means to hand the lease over, and serves on until {} has caught up. {heard}", known.name(peer))
            }
            Announcement::OrderRefused if matches!(step.input, SiteInput::Order(order) if order.is_for_a_copy()) => {
                format!("Refuses the order: it is configured to make no copies of its log. {heard}")
            }
            Announcement::OrderRefused => format!("Refuses the order: it is not its to carry out. {heard}"),
            Announcement::OrderExpired => {
                "Gives the order to take over up: the lease did not lapse in time, or its holder won it anew."
                    .to_owned()
            }
            Announcement::SwitchoverBegan => format!("Stops accepting writes, to hand the lease over. {heard}"),
            Announcement::SwitchoverCancelled => "Gives the switchover up, and means to serve on.".to_owned(),
            Announcement::HandedOver => format!("Has written {} into the register as the holder.", known.name(peer)),
            Announcement::WitnessSilent => {
                let witness = known.seats(step.unit).witness;
                link = link.because(pen.ails(step.at, &[witness]));
                format!(
                    "Has not heard the witness in {} for too long, and raises an alarm: with one more loss there is no majority.",
                    known.name(witness)
                )
            }
            Announcement::DiskFailing => {
                link = link.because(pen.ails(step.at, &[known.place_of(step.unit, step.side)]));
                "Waits too long for a flush, counts its disk as failing, and raises an alarm.".to_owned()
            }
            Announcement::RestoreBegan { taken } => {
                format!("Gives its store up for what a backup of {} holds. {heard}", clock_wall(taken))
            }
            Announcement::RestoreRefused => {
                format!(
                    "Refuses to be restored: the backup is not its own, its store is whole, or it is not used. {heard}"
                )
            }
            Announcement::Refounded { epoch } => {
                format!("Has founded the register anew, under epoch {epoch} and with itself as holder. {heard}")
            }
            Announcement::MoveDrains { tenant } => {
                format!(
                    "Refuses the writes of {}, to copy the last of them to its new home.",
                    known.setting.names.tenant(tenant)
                )
            }
            Announcement::MoveDelayed { tenant } => {
                format!("Serves {} again, and tries to cut it over later.", known.setting.names.tenant(tenant))
            }
            Announcement::Unattested { says: Some(says) } => {
                format!("Is not used: the platform under it says that it stands in {}. {heard}", known.name(says))
            }
            Announcement::Unattested { says: None } => {
                format!("Is not used: the platform under it does not say where it stands, and never did. {heard}")
            }
            Announcement::NothingToCopy => {
                format!("Makes no copy: it has no records, and keeps what was made before. {heard}")
            }
            Announcement::AttestedBefore => {
                "Hears nothing from the platform under it of where it stands, and goes by what that said last."
                    .to_owned()
            }
            Announcement::MapAdopted => format!("Takes the map. {heard}"),
            Announcement::MapRefused => format!("Refuses the map, which contradicts its identity or is old. {heard}"),
            // The claim of the same step tells it, unless the failover waits for an operator.
            Announcement::LeaseLapsed if step.notes.iter().any(|note| matches!(note.taken, Taken::TakeOver { .. })) => {
                return;
            }
            Announcement::LeaseLapsed => {
                "Sees that the lease has lapsed, and waits for an operator's order to take over.".to_owned()
            }
        };
        if let Some(decision) = reasons::of_announcement(said, step.notes) {
            link = link.decided(decision);
        }
        pen.chain.push(link);
    }

    fn promoted(&mut self, step: &SiteStep<'_>, epoch: Epoch, link: Link, pen: &mut Pen<'_>) {
        let unit = pen.known.unit(step.unit).to_owned();
        let happened = format!("Wins the lease of {unit}, under epoch {epoch}.{}", heard(step, pen.known));
        let mut link = Link { happened, ..link };
        link = link.on([log_end(step, pen.known)]);
        let lease = step.decision(|taken| match *taken {
            Taken::Lease { sent, ttl, until } => Some((sent, ttl, until)),
            _ => None,
        });
        if let Some(((sent, ttl, until), unlike)) = lease {
            let (until, sent) = (clock_wall(step.wall(until)), clock_wall(step.wall(sent)));
            let answer =
                format!("until {until} by its clock: the lease of {ttl}, less ρ, counts from its sending at {sent}");
            link = link.decided(decided("lease_until", answer, unlike));
        }
        let number = pen.chain.push(link);
        self.promotions.insert((step.unit, epoch), number);
    }

    fn refused(&self, step: &SiteStep<'_>, why: Refusal, pen: &mut Pen<'_>) {
        let known = pen.known;
        let kind = Refusal::CLASSES[why.class()];
        let happened = format!("Refuses writes: {}.", refusal(why));
        let mut link = Link::new(step.at, happened).by(step.who(known)).of(step.unit).because(self.cause(step, pen));
        link = link.on(match (why, step.before.standing) {
            (Refusal::NoLease | Refusal::NoMajority, Standing::Standby { seen: Some(seen), since, .. }) => {
                Some(shown(step, &seen, since, known))
            }
            (Refusal::PeerUnreachable, _) => behind(step, known),
            _ => None,
        });
        let places = voters(known, step.unit);
        if matches!(why, Refusal::NoLease | Refusal::NoMajority | Refusal::PeerUnreachable) {
            link = link.because(pen.ails(step.at, &places));
        }
        if let Some(decision) = reasons::refusal(step.notes) {
            link = link.decided(decision);
        }
        pen.chain.push_or_count(step.actor(), kind, pen.window, link);
    }

    /// A store that turns a superseded sender away.
    fn fenced(&self, step: &SiteStep<'_>, pen: &mut Pen<'_>) {
        let asked = step.decision(|taken| match *taken {
            Taken::Epoch { fence, offered, answer } => Some((fence, offered, answer)),
            _ => None,
        });
        let Some(((fence, offered, answer), unlike)) = asked.filter(|&((.., answer), unlike)| !answer || unlike) else {
            return;
        };
        let how = if answer { "Takes" } else { "Turns away" };
        let happened = format!("{how} what its peer sent under epoch {offered}: its store has seen epoch {fence}.");
        let link = Link::new(step.at, happened).by(step.who(pen.known)).of(step.unit);
        let link = link.because(self.promotion(step.unit, fence));
        let link =
            link.decided(decided("accepts_epoch", format!("{}: {offered} against {fence}", yes(answer)), unlike));
        pen.chain.push_or_count(step.actor(), "fences", pen.window, link);
    }

    /// The links that led to a step, by what it was given.
    fn cause(&self, step: &SiteStep<'_>, pen: &Pen<'_>) -> Vec<usize> {
        match *step.input {
            SiteInput::Peer(
                PeerMessage::Fenced { epoch }
                | PeerMessage::Probe { epoch, .. }
                | PeerMessage::Diverged { epoch, .. }
                | PeerMessage::Certified { epoch, .. },
            ) => self.promotion(step.unit, epoch).into_iter().collect(),
            SiteInput::Peer(PeerMessage::Batch(batch)) => self.promotion(step.unit, batch.epoch).into_iter().collect(),
            SiteInput::Voter {
                answer:
                    VoterAnswer::Promised { ballot, .. }
                    | VoterAnswer::Accepted { ballot }
                    | VoterAnswer::Rejected { ballot, .. },
                ..
            } => self.claims.get(&(step.unit, ballot)).cloned().unwrap_or_default(),
            SiteInput::Order(_) => pen.faults.order(step.unit).into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// A holder that no longer reaches a majority.
fn unheard(step: &SiteStep<'_>, pen: &mut Pen<'_>) {
    let silent = |standing| match standing {
        Standing::Holding { no_majority, lease_until, .. } => Some((no_majority, lease_until)),
        Standing::Standby { .. } => None,
    };
    let (Some((false, _)), Some((true, until))) = (silent(step.before.standing), silent(step.after.standing)) else {
        return;
    };
    let happened = format!(
        "Cannot renew: no majority of voters answered in time. Its lease ends at {} by its clock.",
        clock_wall(step.wall(until))
    );
    let link = Link::new(step.at, happened).by(step.who(pen.known)).of(step.unit);
    let link = link.because(pen.ails(step.at, &voters(pen.known, step.unit)));
    pen.chain.push(link);
}
