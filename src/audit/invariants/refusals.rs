//! RES-7: every refusal was necessary. Each class names its physical precondition, and the facts
//! must show it: a refusal on a healthy system is a breach.

#[cfg(test)]
mod tests;

use super::Refused;
use crate::audit::docket::Docket;
use crate::audit::ledger::Ledger;
use crate::audit::{Breach, rules, slack};
use crate::terms::{Birth, Epoch, Instant, Refusal, Side, Span, Tenant, Unit, User};
use std::collections::BTreeMap;

/// An unbroken run of refusals of one class.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    first: Instant,
    last: Instant,
    /// How often there was a refusal that another look may have led to than the one before.
    times: u32,
}

impl Stretch {
    /// Carries a stretch on to a refusal at `at`, if a client that was refused before could have come back
    /// only now; returns how long it has lasted.
    fn prolong(stretch: &mut Option<Self>, ledger: &Ledger, at: Instant) -> Span {
        Self::prolong_within(stretch, ledger.contract.longest_wait + slack::SETTLING, at)
    }

    /// The same where two refusals that are further `apart` may be of two stretches.
    fn prolong_within(stretch: &mut Option<Self>, apart: Span, at: Instant) -> Span {
        let running = stretch.filter(|stretch| at - stretch.last <= apart);
        let (first, times) = running.map_or((at, 1), |stretch| {
            (stretch.first, stretch.times + u32::from(at - stretch.last > slack::IN_FLIGHT))
        });
        *stretch = Some(Self { first, last: at, times });
        at - first
    }
}

/// The stretches under way of one unit.
#[derive(Clone, Copy, Debug, Default)]
struct Stretches {
    switching_over: Option<Stretch>,
    /// The epoch under which it is: a later one has ended it, and may begin another.
    switching_under: Epoch,
    peer_unreachable: Option<Stretch>,
    /// Of each site. A site without a majority says so whatever the other acknowledges.
    no_majority: [Option<Stretch>; 2],
}

/// Judges every refusal by what was physically true.
#[derive(Debug)]
pub(in crate::audit) struct RefusalsNecessary {
    pub docket: Docket,
    stretches: Vec<Stretches>,
    /// Of tenants that move.
    moving: BTreeMap<Tenant, Option<Stretch>>,
}

impl RefusalsNecessary {
    pub(in crate::audit) fn new(units: usize) -> Self {
        Self { docket: Docket::default(), stretches: vec![Stretches::default(); units], moving: BTreeMap::new() }
    }

    /// A unit that acknowledges is neither switched over nor without its peer for good.
    #[inline]
    pub(in crate::audit) fn acknowledged(&mut self, birth: &Birth, unit: Unit) {
        if !self.moving.is_empty() {
            self.moving.remove(&birth.tenant);
        }
        let stretches = &mut self.stretches[unit.index()];
        (stretches.switching_over, stretches.peer_unreachable) = (None, None);
    }

    /// What an operator orders begins anew.
    pub(in crate::audit) fn ordered(&mut self, unit: Unit) {
        self.stretches[unit.index()].switching_over = None;
    }

    pub(in crate::audit) fn refused(&mut self, ledger: &Ledger, at: Instant, birth: &Birth, refused: &Refused) {
        let needless = match refused.refusal {
            Refusal::UpdateApp => needless_update(ledger, at, birth),
            Refusal::BoundaryDark => needless_dark(ledger, at, birth.author, refused.unit),
            Refusal::CountryNotServed => needless_unserved(ledger, birth),
            Refusal::NoLease => {
                self.has_a_majority(ledger, refused);
                needless_no_lease(ledger, at, refused).or_else(|| self.overlong_switchover(ledger, at, refused.unit))
            }
            Refusal::NoMajority => self.needless_no_majority(ledger, at, refused),
            Refusal::PeerUnreachable => self.needless_peer(ledger, at, refused.unit),
            Refusal::SwitchingOver => self.needless_switchover(ledger, at, refused.unit),
            Refusal::Overloaded { .. } => needless_overload(ledger, at, refused),
            Refusal::Unattested => needless_unattested(ledger, at, refused),
            Refusal::Moving { .. } => self.needless_move(ledger, at, birth, refused.unit),
            Refusal::DeviceOutside => needless_outside(ledger, birth, refused.unit),
            Refusal::MapsDisagree => needless_dispute(ledger, at, birth, refused),
        };
        self.docket.check(needless.is_none(), || breach(at, birth, refused, needless.unwrap_or_default()));
    }

    /// A site that refuses for want of the lease has read the register.
    fn has_a_majority(&mut self, ledger: &Ledger, refused: &Refused) {
        if let (Some(unit), Some(side)) = (refused.unit, side_of(ledger, refused)) {
            self.stretches[unit.index()].no_majority[side.index()] = None;
        }
    }

    /// The tenant is on its way out of the unit, and has not been kept waiting for longer than a drain may take.
    fn needless_move(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        birth: &Birth,
        unit: Option<Unit>,
    ) -> Option<&'static str> {
        let home = ledger.homes.of(birth.tenant);
        // Of a move that is over the sites hear in their turn, behind what arrived before.
        let leaves =
            home.is_some_and(|home| Some(home.from) == unit && home.leaves().is_none_or(|(_, since)| since == at));
        // The new home may take as long to answer as a client waits.
        let longest = ledger.contract.switchover_bound.max(ledger.contract.request_timeout);
        // A drain that is given up is tried again, and nobody may have written in between.
        let bound = longest + slack::SETTLING;
        let lasted = Stretch::prolong_within(self.moving.entry(birth.tenant).or_default(), bound, at);
        let overlong = unit.is_some_and(|unit| is_overlong(ledger, at, unit, lasted, bound));
        match (leaves, overlong) {
            (false, _) => Some("though it was not about to leave"),
            (true, true) => Some("for longer than a move may drain"),
            (true, false) => None,
        }
    }

    fn needless_switchover(&mut self, ledger: &Ledger, at: Instant, unit: Option<Unit>) -> Option<&'static str> {
        let unit = unit?;
        let stretches = &mut self.stretches[unit.index()];
        let epoch = ledger.registers.epoch(unit);
        if std::mem::replace(&mut stretches.switching_under, epoch) != epoch {
            stretches.switching_over = None;
        }
        let lasted = Stretch::prolong(&mut stretches.switching_over, ledger, at);
        let bound = ledger.contract.switchover_bound + slack::SETTLING;
        is_overlong(ledger, at, unit, lasted, bound).then_some("for longer than a switchover may take")
    }

    /// A switchover has left the unit without a holder for too long, though both of its sites were well for
    /// as long as it takes to find one in any way.
    fn overlong_switchover(&self, ledger: &Ledger, at: Instant, unit: Option<Unit>) -> Option<&'static str> {
        let unit = unit?;
        let began = self.stretches[unit.index()].switching_over?.first;
        let long = ledger.contract.able_for();
        let well = Side::BOTH.into_iter().all(|side| ledger.was_able_for(unit, side, long, at));
        let overlong = at - began > ledger.contract.switchover_bound + slack::SETTLING;
        (overlong && well && !ledger.was_busy(unit, at, long)).then_some("for longer than a switchover may take")
    }

    /// The refusing site reached neither of the other voters a moment ago, or the link between the
    /// sites was so full that its own voter lagged behind what the others had accepted. A link may have
    /// lost an answer, of which there is no fact: then the refusals end, as soon as the site looks again
    /// where both are in reach, for then hardly all are lost once more. Where only one is, two looks a minute
    /// apart may each have lost the one that counts.
    fn needless_no_majority(&mut self, ledger: &Ledger, at: Instant, refused: &Refused) -> Option<&'static str> {
        let unit = refused.unit?;
        let side = side_of(ledger, refused).or(ledger.registers.holder(unit))?;
        let stretch = &mut self.stretches[unit.index()].no_majority[side.index()];
        // What was refused for want of a majority that was truly out of reach says nothing of how long this lasts.
        let reached = ledger.majority_since(unit, side);
        stretch.take_if(|stretch| reached.is_none_or(|since| stretch.last < since));
        let lasted = Stretch::prolong(stretch, ledger, at);
        let often = stretch.is_some_and(|stretch| stretch.times > 2);
        let settled = ledger.contract.able_for();
        let long = |since: Option<Instant>| since.is_some_and(|since| at - since > settled);
        let one = long(reached) && lasted > settled && often;
        let both = long(ledger.both_since(unit, side)) && lasted > slack::SETTLING;
        let needless = (one || both) && !is_behind(ledger, unit, at, settled);
        (needless && has_settled(ledger, unit, at, settled)).then_some("though a majority of voters was in its reach")
    }

    /// The peer was out of reach, behind, or new to its place a moment ago, or what it is to have takes the
    /// link longer than a peer may be silent. A link may also have lost its answer, of which there is no
    /// fact: then the next attempt is acknowledged. Where those who write are few, the next one that anybody makes
    /// may have lost its own.
    fn needless_peer(&mut self, ledger: &Ledger, at: Instant, unit: Option<Unit>) -> Option<&'static str> {
        let unit = unit?;
        let stretch = &mut self.stretches[unit.index()].peer_unreachable;
        let lasted = Stretch::prolong(stretch, ledger, at);
        let often = stretch.is_some_and(|stretch| stretch.times > 2);
        let settled = ledger.contract.able_for();
        let [a, b] = ledger.terms(unit).sites;
        let near = replicates_since(ledger, unit).is_some_and(|since| at - since > settled);
        let sound = Side::BOTH.into_iter().all(|side| ledger.is_sound(unit, side));
        let jammed = [(a, b), (b, a)].into_iter().any(|(from, to)| ledger.world.was_jammed(from, to, at));
        let needless =
            lasted > slack::SETTLING && often && near && sound && !jammed && !is_behind(ledger, unit, at, settled);
        (needless && has_settled(ledger, unit, at, settled))
            .then_some("though the peer was in its reach and not behind")
    }
}

/// Since when both sites of a unit have been running, hearing each other well, and quick to store.
fn replicates_since(ledger: &Ledger, unit: Unit) -> Option<Instant> {
    let [a, b] = ledger.terms(unit).sites.map(|site| ledger.world.quick_since(unit, site));
    Some(ledger.paired_since(unit)?.max(a?).max(b?))
}

/// Whether a drain or a switchover lasted for longer than `bound`, and the unit could replicate all the while: one that
/// cannot acknowledges nothing by which two of them could be told apart.
fn is_overlong(ledger: &Ledger, at: Instant, unit: Unit, lasted: Span, bound: Span) -> bool {
    lasted > bound && replicates_since(ledger, unit).is_some_and(|since| at - since > bound)
}

#[cold]
fn breach(at: Instant, birth: &Birth, refused: &Refused, why: &str) -> Breach {
    let by = match (refused.site, refused.unit) {
        (Some(_), _) => "{datacenter}",
        (None, Some(_)) => "the client of {unit}",
        (None, None) => "a client",
    };
    let what = format!("{by} refused {{tenant}}'s {} as `{}` {why}", birth.kind, refused.refusal);
    let breach = Breach::new(at, what).of(birth);
    Breach { unit: refused.unit, datacenter: refused.site, rule: refused.refusal.rule(), ..breach }
}

/// R4: an older app's card, under terms that refuse it, not before the effective instant.
fn needless_update(ledger: &Ledger, at: Instant, birth: &Birth) -> Option<&'static str> {
    let refuses = rules::refuses_card(&ledger.contract, &ledger.case(birth));
    (!refuses || !ledger.stamp(birth, at).after).then_some("though its terms do not refuse it")
}

/// R9: of the countries that could decide, one is not served: it has no boundary, or that no unit.
fn needless_unserved(ledger: &Ledger, birth: &Birth) -> Option<&'static str> {
    let case = ledger.case(birth);
    let deciding = [case.tenancy.billing, case.location, birth.creator];
    let has_unit = |home| ledger.contract.units.iter().any(|unit| unit.boundary == home);
    let served = |country| ledger.contract.boundary_of(country).is_some_and(has_unit);
    deciding.into_iter().all(served).then_some("though the service serves every country concerned")
}

/// R8: no site of the unit of which its user's device can know had been able to serve for as long as a failover may take,
/// and for the device to ask it; or what the device said to it, or was told, was lost as often as it surely asked it since,
/// or as it takes to hold a site for dead.
fn needless_dark(ledger: &Ledger, at: Instant, author: User, unit: Option<Unit>) -> Option<&'static str> {
    let long = ledger.contract.able_for().max(ledger.contract.round());
    let unit = unit?;
    let able = Side::BOTH.into_iter().any(|side| {
        ledger.was_able_for(unit, side, long, at)
            && ledger.is_known((unit, side), author, |since| at - since >= long)
            && !ledger.was_cut_off((unit, side), author, long, at)
    });
    (able && !ledger.was_busy(unit, at, long)).then_some("though a site inside the boundary could serve")
}

/// The refusing site does not hold the lease, or cannot be sure that it does. Where a client gave
/// up by itself, neither site may have been a sure holder.
fn needless_no_lease(ledger: &Ledger, at: Instant, refused: &Refused) -> Option<&'static str> {
    let unit = refused.unit?;
    let surely = |side| ledger.surely_holds(unit, side, at);
    if let Some(side) = side_of(ledger, refused) {
        return surely(side).then_some("though it held the lease");
    }
    let held = Side::BOTH.into_iter().any(surely) && !ledger.was_busy(unit, at, slack::SETTLING);
    held.then_some("though a site in reach held the lease")
}

fn is_behind(ledger: &Ledger, unit: Unit, at: Instant, span: Span) -> bool {
    ledger.logs(unit).lagged_within(span, at) || ledger.was_busy(unit, at, span)
}

/// Whether the epoch is old enough for its holder to have found its feet.
fn has_settled(ledger: &Ledger, unit: Unit, at: Instant, settled: Span) -> bool {
    let lease = ledger.lease(unit);
    at - lease.epoch_since() > settled && lease.last_wiped().is_none_or(|wiped| at - wiped > settled)
}

/// The site's queue was full; a client that tells it by itself was told so a moment ago.
fn needless_overload(ledger: &Ledger, at: Instant, refused: &Refused) -> Option<&'static str> {
    let full = match (refused.site, refused.unit) {
        (None, Some(unit)) => ledger.was_busy(unit, at, slack::SETTLING),
        (Some(site), _) => refused.queue + 1 >= ledger.fills_at(site),
        (None, None) => false,
    };
    (!full).then_some("though its queue was not full")
}

/// The platform under the site said that it stands elsewhere, or nothing, and had not said the truth before.
fn needless_unattested(ledger: &Ledger, at: Instant, refused: &Refused) -> Option<&'static str> {
    let site = refused.unit.zip(side_of(ledger, refused));
    let cause = site.is_some_and(|(unit, side)| ledger.told.was_unattested(unit, side, at));
    (!cause).then_some("though the platform under it said, or had said, where it stands")
}

/// The site truly has a map by which a country that decides is at home elsewhere than by the contract, or nowhere.
fn needless_dispute(ledger: &Ledger, at: Instant, birth: &Birth, refused: &Refused) -> Option<&'static str> {
    let case = ledger.case(birth);
    let disputed = refused.unit.zip(side_of(ledger, refused)).is_some_and(|site| {
        let placed = [case.tenancy.billing, case.location];
        // Of who wrote it, the rules ask only whether the country is served.
        placed.into_iter().any(|country| ledger.told.disputes(site, country, at))
            || ledger.told.drops(site, birth.creator, at)
    });
    (!disputed).then_some("though no map that it has says otherwise than the contract of any country concerned")
}

/// Content may travel only inside, and the device is in the network of another boundary than the unit's.
fn needless_outside(ledger: &Ledger, birth: &Birth, unit: Option<Unit>) -> Option<&'static str> {
    let outside = unit.is_some_and(|unit| ledger.terms(unit).boundary != birth.network.0);
    (!outside || !ledger.travels_inside(birth.conversation)).then_some("though its content might have travelled")
}

fn side_of(ledger: &Ledger, refused: &Refused) -> Option<Side> {
    ledger.terms(refused.unit?).side_at(refused.site?)
}
