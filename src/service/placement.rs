//! Where a record rests: rules R1 to R9 as one pure function.
//!
//! | rule | what it says |
//! |---|---|
//! | R1 | a tenant billed in a go-local country is at home there, whatever the date |
//! | R2 | from the effective instant, records rest in the boundary of the billing country |
//! | R3 | before it, in the group's location: the boundary of the creator's country code |
//! | R4 | action cards follow R2 only from an app version that supports it |
//! | R5 | attachments and the parts of a card rest where the record rests that they belong to |
//! | R7 | private conversations are placed by the creator's country, without a promise |
//! | R9 | a country that is not served is refused, never guessed |
//!
//! R6 (call media rests nowhere) and R8 (nothing is borrowed) are not about where a record goes but
//! about where nothing goes: see [`super::Decisions::keeps_media`] and [`candidates`].

use super::map::ResidencyMap;
use super::message::{Placed, Read, Write};
use super::policy::{OldCard, Policy, Transit};
use crate::terms::{
    Boundary, ConversationKind, Country, Datacenter, DatacenterSet, Refusal, Rule, Unit, UnitSet, Wall,
};

/// A decided placement and the rule that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Placement {
    /// The scale unit.
    pub unit: Unit,
    /// The rule that decided.
    pub rule: Rule,
    /// The record's instant.
    pub at: Wall,
}

impl Placement {
    /// What retries and following records keep.
    pub const fn placed(self) -> Placed {
        Placed { unit: self.unit, at: self.at }
    }
}

/// Decides where a record rests. `at` is the wall clock of whoever decides; a record that was placed
/// before keeps its place and its instant.
///
/// # Errors
///
/// [`Refusal::CountryNotServed`] by R9 and [`Refusal::UpdateApp`] by R4.
pub fn decide(policy: &Policy, map: &ResidencyMap, write: &Write, at: Wall) -> Result<Placement, Refusal> {
    if let Some(Placed { unit, at }) = write.placed {
        let rule = if write.kind.follows_another() { Rule::R5 } else { boundary(policy, map, write, at)?.1 };
        return Ok(Placement { unit, rule, at });
    }
    served(map, write.creator)?;
    let (boundary, rule) = boundary(policy, map, write, at)?;
    let unit = map.unit_of(write.tenant, boundary).ok_or(Refusal::CountryNotServed)?;
    Ok(Placement { unit, rule, at })
}

fn boundary(policy: &Policy, map: &ResidencyMap, write: &Write, at: Wall) -> Result<(Boundary, Rule), Refusal> {
    let billing = served(map, write.billing)?;
    let old_card = write.kind.is_card() && write.app < policy.card_version;
    let group_location = || served(map, write.group_location);
    if !write.conversation.is_organization() {
        Ok((group_location()?, Rule::R7))
    } else if map.go_local.contains(billing) {
        Ok((billing, Rule::R1))
    } else if at < policy.effective {
        Ok((group_location()?, Rule::R3))
    } else if !old_card {
        Ok((billing, Rule::R2))
    } else {
        match policy.old_card(write.signed_up) {
            OldCard::Refuse => Err(Refusal::UpdateApp),
            OldCard::GroupLocation => Ok((group_location()?, Rule::R4)),
        }
    }
}

fn served(map: &ResidencyMap, country: Country) -> Result<Boundary, Refusal> {
    map.boundary_of(country).ok_or(Refusal::CountryNotServed)
}

/// Where a record rests that `charter` places by the map with which whoever decides was commissioned, and `newest` by
/// the map that it took last: where both say so, and nowhere else. What the charter refuses is refused, and what the
/// two place differently is not guessed. See [`super::map`].
///
/// # Errors
///
/// The charter's refusal, or [`Refusal::MapsDisagree`].
pub fn stricter(charter: Result<Placement, Refusal>, newest: Result<Placement, Refusal>) -> Result<Placement, Refusal> {
    let charter = charter?;
    newest.ok().filter(|newest| newest.unit == charter.unit).map_or(Err(Refusal::MapsDisagree), |_| Ok(charter))
}

/// Between which device and whose conversation content is to travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Journey {
    /// The kind of the conversation.
    pub conversation: ConversationKind,
    /// The country in whose network the device is.
    pub network: Country,
}

/// Whether content of a unit may travel to or from a device (rule R8).
pub fn may_travel(policy: &Policy, map: &ResidencyMap, journey: Journey, unit: Unit) -> bool {
    let inside = || map.boundary_of(journey.network) == Some(map.unit(unit).boundary);
    policy.transit == Transit::Anywhere || !journey.conversation.is_organization() || inside()
}

/// The most datacenters that a client may try for one request.
const MAX_CANDIDATES: usize = 4;

/// The datacenters that a client may try for a request, in the order of preference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Candidates {
    list: [Datacenter; MAX_CANDIDATES],
    len: u8,
}

impl Candidates {
    /// This list with one more at its end; a full list stays as it is.
    #[must_use]
    pub const fn and(mut self, datacenter: Datacenter) -> Self {
        if (self.len as usize) < MAX_CANDIDATES {
            self.list[self.len as usize] = datacenter;
            self.len += 1;
        }
        self
    }

    /// The candidates in order.
    pub fn as_slice(&self) -> &[Datacenter] {
        &self.list[..usize::from(self.len)]
    }

    /// The candidates without order.
    pub fn set(&self) -> DatacenterSet {
        self.as_slice().iter().fold(DatacenterSet::EMPTY, |set, &datacenter| set.with(datacenter))
    }
}

/// The datacenters that may get a unit's records: its own two sites, the preferred primary first,
/// and admitted capacity of its boundary. Never another boundary's, whatever is dark (rule R8).
pub fn candidates(map: &ResidencyMap, unit: Unit) -> Candidates {
    let pair = map.unit(unit).sites.into_iter().fold(Candidates::default(), Candidates::and);
    let more = map.candidates(unit).iter().filter(|dc| !pair.as_slice().contains(dc));
    more.fold(pair, Candidates::and)
}

/// The datacenters whose media may get a unit's backup: that beside the writing site first, since it
/// needs no link, then the other of the pair. Never another boundary's (rule R8).
pub fn backup_targets(map: &ResidencyMap, unit: Unit, beside: Datacenter) -> Candidates {
    let others = map.unit(unit).sites.into_iter().filter(|&site| site != beside);
    others.fold(Candidates::default().and(beside), Candidates::and)
}

/// The scale units that may hold a part of a conversation: an old part by R3 and R4, a new one by R2.
/// Near the effective instant both are asked, since the accepting clock may have been off.
pub fn parts(policy: &Policy, map: &ResidencyMap, read: &Read, at: Wall) -> UnitSet {
    let part = |country| map.boundary_of(country).and_then(|boundary| map.unit_of(read.tenant, boundary));
    let (home, group) = (part(read.billing), part(read.group_location));
    let set = |unit: Option<Unit>| unit.map_or(UnitSet::EMPTY, UnitSet::of);
    if !read.conversation.is_organization() {
        return set(group);
    }
    if map.boundary_of(read.billing).is_some_and(|billing| map.go_local.contains(billing)) {
        return set(home);
    }
    let cards_stay = policy.old_card(read.signed_up) == OldCard::GroupLocation;
    let old_part = cards_stay || read.opened < policy.effective + policy.clock_tolerance;
    let new_part = at + policy.clock_tolerance >= policy.effective;
    match (old_part, new_part) {
        (true, true) => group.into_iter().fold(set(home), UnitSet::with),
        (true, false) => set(group),
        (false, _) => set(home),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::map::UnitRow;
    use crate::service::message::Request;
    use crate::terms::{AppVersion, BoundarySet, Record, RecordKind, Side, Span, Tenant};

    const APAC: Boundary = Boundary(0);
    const EMEA: Boundary = Boundary(1);
    const INDIA: Boundary = Boundary(2);

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    /// One unit in each of three boundaries, at datacenters 0–1, 2–3 and 4–5.
    fn map() -> ResidencyMap {
        let mut countries = vec![None; Country::CODES];
        for (code, boundary) in [("SG", APAC), ("DE", EMEA), ("IN", INDIA)] {
            countries[country(code).index()] = Some(boundary);
        }
        let unit = |n: u8| UnitRow {
            boundary: Boundary(n),
            sites: [Datacenter(2 * n), Datacenter(2 * n + 1)],
            witness: Datacenter((2 * n + 2) % 6),
        };
        let datacenters = (0..6).map(|n| Boundary(n / 2)).collect();
        let (units, capacity) = ((0..3).map(unit).collect(), Vec::new());
        ResidencyMap { version: 1, countries, go_local: BoundarySet::of(INDIA), datacenters, units, capacity }
    }

    fn before(policy: &Policy) -> Wall {
        policy.effective.before(Span::minutes(1))
    }

    /// A message of an organization billed in `billing`, in a group opened by somebody from Singapore.
    fn message(billing: &str) -> Write {
        Write {
            request: Request(0),
            record: Record(1),
            kind: RecordKind::Message,
            tenant: Tenant(0),
            billing: country(billing),
            signed_up: Wall::ZERO,
            conversation: ConversationKind::Flat,
            group_location: country("SG"),
            creator: country("SG"),
            roaming_in: country("SG"),
            app: AppVersion(100),
            placed: None,
            attempt: 1,
        }
    }

    #[test]
    fn each_rule_places_or_refuses_what_it_names() {
        let (policy, map) = (Policy::default(), map());
        let (early, late) = (before(&policy), policy.effective);
        let card = |write: Write| Write { kind: RecordKind::CardMetadata, ..write };
        let private = |write: Write| Write { conversation: ConversationKind::Private, ..write };
        let newcomer = |write: Write| Write { signed_up: late, ..write };
        let updated = |write: Write| Write { app: policy.card_version, ..write };
        let follower = Write {
            kind: RecordKind::Attachment,
            placed: Some(Placed { unit: Unit(0), at: early }),
            roaming_in: country("DE"),
            ..message("DE")
        };
        let by_a_russian = Write { creator: country("RU"), ..message("DE") };
        let cases = [
            ("R1 before the instant", message("IN"), early, Ok((INDIA, Rule::R1))),
            ("R1 after it, for an old card too", card(message("IN")), late, Ok((INDIA, Rule::R1))),
            ("R2 from the instant on", message("DE"), late, Ok((EMEA, Rule::R2))),
            ("R2 for a card of a new app", updated(card(message("DE"))), late, Ok((EMEA, Rule::R2))),
            ("R3 before the instant", message("DE"), early, Ok((APAC, Rule::R3))),
            ("R3 for a card before the instant", card(message("DE")), early, Ok((APAC, Rule::R3))),
            ("R4 keeps an old tenant's old card", card(message("DE")), late, Ok((APAC, Rule::R4))),
            ("R4 refuses a newcomer's", card(newcomer(message("DE"))), late, Err(Refusal::UpdateApp)),
            ("R5 follows, wherever the uploader is", follower, late, Ok((APAC, Rule::R5))),
            ("R7 places by the creator", private(message("DE")), late, Ok((APAC, Rule::R7))),
            ("R9 refuses a billing country", message("RU"), late, Err(Refusal::CountryNotServed)),
            ("R9 refuses an author", by_a_russian, late, Err(Refusal::CountryNotServed)),
        ];
        for (claim, write, at, expected) in cases {
            let decided = decide(&policy, &map, &write, at);
            let seen = decided.map(|placement| (map.unit(placement.unit).boundary, placement.rule));
            assert_eq!(seen, expected, "{claim}");
        }
    }

    #[test]
    fn a_retry_keeps_its_first_placement_and_instant() {
        let (policy, map) = (Policy::default(), map());
        let first = decide(&policy, &map, &message("DE"), before(&policy)).unwrap();
        let retry = Write { placed: Some(first.placed()), attempt: 2, ..message("DE") };
        assert_eq!(decide(&policy, &map, &retry, policy.effective), Ok(first));
    }

    #[test]
    fn a_reader_asks_every_unit_that_may_hold_a_part() {
        let (policy, map) = (Policy::default(), map());
        let read = |opened, billing: &str| Read {
            request: Request(0),
            tenant: Tenant(0),
            billing: country(billing),
            signed_up: policy.effective,
            conversation: ConversationKind::Flat,
            group_location: country("SG"),
            opened,
            roaming_in: country("SG"),
        };
        let both = UnitSet::of(Unit(0)).with(Unit(1));
        let (early, late) = (before(&policy), policy.effective + Span::hours(1));
        assert_eq!(parts(&policy, &map, &read(early, "DE"), late), both);
        assert_eq!(parts(&policy, &map, &read(late, "DE"), late), UnitSet::of(Unit(1)));
        assert_eq!(parts(&policy, &map, &read(early, "DE"), early), UnitSet::of(Unit(0)));
        assert_eq!(parts(&policy, &map, &read(early, "IN"), late), UnitSet::of(Unit(2)));
        let within_the_offset = policy.effective + policy.clock_tolerance.scale(1, 2);
        assert_eq!(parts(&policy, &map, &read(within_the_offset, "DE"), late), both);
    }

    #[test]
    fn of_two_maps_the_stricter_one_counts() {
        let (policy, charter) = (Policy::default(), map());
        let at = policy.effective;
        let pushed = |code: &str, boundary| {
            let mut pushed = map();
            pushed.countries[country(code).index()] = boundary;
            pushed
        };
        let read = |newest: &ResidencyMap, billing| {
            let by = |map| decide(&policy, map, &message(billing), at);
            stricter(by(&charter), by(newest)).map(|placement| placement.unit)
        };
        assert_eq!(read(&pushed("DE", Some(APAC)), "DE"), Err(Refusal::MapsDisagree), "two homes");
        assert_eq!(read(&pushed("DE", None), "DE"), Err(Refusal::MapsDisagree), "served no longer");
        assert_eq!(read(&pushed("RU", Some(EMEA)), "RU"), Err(Refusal::CountryNotServed), "never served");
        assert_eq!(read(&pushed("DE", Some(APAC)), "IN"), Ok(Unit(2)), "another country's row");
        assert_eq!(read(&pushed("SG", Some(EMEA)), "DE"), Ok(Unit(1)), "a row that does not decide");
    }

    #[test]
    fn content_of_an_organization_travels_inside_its_boundary_where_the_contract_says_so() {
        let (map, unit) = (map(), Unit(1));
        let strict = Policy { transit: Transit::InBoundary, ..Policy::default() };
        let from = |network| Journey { conversation: ConversationKind::Flat, network: country(network) };
        let private = Journey { conversation: ConversationKind::Private, ..from("SG") };
        assert!(may_travel(&strict, &map, from("DE"), unit) && may_travel(&strict, &map, private, unit));
        assert!(!may_travel(&strict, &map, from("SG"), unit) && !may_travel(&strict, &map, from("RU"), unit));
        assert!(may_travel(&Policy::default(), &map, from("SG"), unit));
    }

    #[test]
    fn no_candidate_stands_outside_the_units_boundary() {
        let map = map();
        for unit in (0..3).map(Unit) {
            let stands_inside = |dc: &Datacenter| map.datacenters[dc.index()] == map.unit(unit).boundary;
            assert!(candidates(&map, unit).as_slice().iter().all(stands_inside));
            for side in Side::BOTH {
                assert!(backup_targets(&map, unit, map.unit(unit).site(side)).as_slice().iter().all(stands_inside));
            }
        }
    }
}
