//! What can be said of a configuration before anything runs.
//!
//! Every case that the rules of residence tell apart is decided by production on paper: each country as
//! the one that is billed and as the one that opened the group, every kind of record, before and after
//! the effective instant. The oracle judges the decisions as it judges those of a run, by the same
//! invariants: what a wrong row of a map would do in one run of a thousand, it does here at once.

use crate::audit::{Audit, Contract, Finding};
use crate::facts::{Fact, Observer};
use crate::outcome::{About, Reason, breach};
use crate::scenario::{self, Scenario, Topology};
use crate::service::message::{Catalogue, Placed, Read, Request, Write};
use crate::service::{Decisions, Identity, Policy, ResidencyMap};
use crate::terms::{
    AppVersion, Birth, Boundary, Bytes, Conversation, ConversationKind, CopyClass, Country, Datacenter, DatacenterSet,
    Epoch, Index, Instant, Names, Network, Opening, Position, Record, RecordKind, Refusal, Side, Span, Tenancy, Tenant,
    Unit, UnitSet, User, Wall,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What production decided on paper, and what the oracle says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Records that production was asked about.
    pub cases: u64,
    /// Those that it placed.
    pub placed: u64,
    /// One finding for each invariant of residence.
    pub findings: Vec<Finding>,
}

impl Paper {
    /// Whether every promise of residence holds.
    pub fn holds(&self) -> bool {
        self.findings.iter().all(|finding| finding.broken == 0)
    }

    /// What is broken, and why.
    pub fn reasons(&self, names: &Names) -> Vec<Reason> {
        let broken = self.findings.iter().filter(|finding| finding.broken > 0);
        let sentence = |finding: &Finding| {
            let first = finding.breaches.first().map(|breach| breach::sentence(breach, names)).unwrap_or_default();
            let Finding { id, broken, checked, .. } = finding;
            Reason {
                what: format!("{id} broken {broken} of {checked} times on paper, first: {first}"),
                about: About::Invariant { id, tenant: None, fault: None },
            }
        };
        broken.map(sentence).collect()
    }
}

/// Decides every case of a scenario.
pub fn on_paper<D: Decisions>(decisions: &D, scenario: &Scenario) -> Paper {
    let Scenario { plan, contract, topology, .. } = scenario;
    decided(decisions, &plan.policy, &plan.map, contract, topology)
}

/// Decides every case of a topology under the shipped policy.
pub fn of_topology<D: Decisions>(decisions: &D, topology: &Topology) -> Paper {
    let (policy, map, contract) = scenario::terms_on(topology);
    decided(decisions, &policy, &map, &contract, topology)
}

/// Decides every case of a map under a policy, as a contract judges it.
pub fn decided<D: Decisions>(
    decisions: &D,
    policy: &Policy,
    map: &ResidencyMap,
    contract: &Contract,
    topology: &Topology,
) -> Paper {
    let countries: Vec<Country> = topology.countries.iter().map(|rule| rule.row.code).collect();
    // On paper no device is anywhere, so nothing travels.
    let contract = &Contract { travels_inside: false, ..contract.clone() };
    let (audit, ends) = (Audit::new(contract.clone()), vec![0; contract.units.len()]);
    let mut desk = Desk { decisions, policy, map, contract, audit, at: Instant::ZERO, records: 0, placed: 0, ends };
    desk.copies();
    let talks = desk.talks(&countries);
    for at in [contract.effective.before(APART), contract.effective + APART] {
        desk.at = at;
        for talk in &talks {
            desk.write_all(talk);
            desk.read(talk);
        }
    }
    // On paper nothing rests anywhere, so there is nothing to count, and nobody moves.
    let judged = |finding: &Finding| finding.id.starts_with("RES-") && !["RES-5", "RES-9"].contains(&finding.id);
    let findings = desk.audit.finish().into_iter().filter(judged).collect();
    Paper { cases: desk.records, placed: desk.placed, findings }
}

/// How far from the effective instant records are stamped: beyond every clock's error.
const APART: Span = Span::hours(24 * 365);

/// A conversation on paper.
#[derive(Clone, Copy)]
struct Talk {
    opening: Opening,
    tenancy: Tenancy,
    /// Whether every kind of record is written in it, or a message alone.
    whole: bool,
}

struct Desk<'a, D> {
    decisions: &'a D,
    policy: &'a Policy,
    map: &'a ResidencyMap,
    contract: &'a Contract,
    audit: Audit,
    at: Instant,
    /// How many were asked about, which is the last one's identity.
    records: u64,
    placed: u64,
    /// The end of each unit's log.
    ends: Vec<Index>,
}

impl<D: Decisions> Desk<'_, D> {
    fn state(&mut self, fact: &Fact) {
        self.audit.observe(self.at, fact);
    }

    /// Every conversation, founded and opened. The rules tell boundaries apart, so of each boundary one
    /// country meets one of each other, with everything that is written. And every country meets each of
    /// those in either place with one message, since a row of a map may be wrong.
    fn talks(&mut self, countries: &[Country]) -> Vec<Talk> {
        let mut of_each: BTreeMap<Option<Boundary>, Country> = BTreeMap::new();
        for &country in countries {
            of_each.entry(self.contract.boundary_of(country)).or_insert(country);
        }
        let (of_each, mut talks) = (of_each.into_values().collect::<Vec<_>>(), Vec::new());
        let mut tenants = 0;
        for &billing in &of_each {
            for signed_up in [self.contract.effective.before(APART), self.contract.effective] {
                for _ in 0..self.contract.units.len() {
                    let tenancy = self.found(&mut tenants, billing, signed_up);
                    for &creator in &of_each {
                        for kind in [ConversationKind::Flat, ConversationKind::Private] {
                            self.open(&mut talks, tenancy, creator, kind, true);
                        }
                    }
                }
            }
        }
        for &country in countries {
            for &other in &of_each {
                for (billing, creator) in [(country, other), (other, country)] {
                    let tenancy = self.found(&mut tenants, billing, self.contract.effective);
                    self.open(&mut talks, tenancy, creator, ConversationKind::Flat, false);
                }
            }
        }
        talks
    }

    fn found(&mut self, tenants: &mut u32, billing: Country, signed_up: Instant) -> Tenancy {
        let tenancy = Tenancy { tenant: Tenant(*tenants), billing, signed_up };
        *tenants += 1;
        self.state(&Fact::TenantFounded(tenancy));
        tenancy
    }

    fn open(&mut self, talks: &mut Vec<Talk>, tenancy: Tenancy, creator: Country, kind: ConversationKind, whole: bool) {
        let conversation = Conversation(u32::try_from(talks.len()).expect("a few thousand"));
        let opened = self.contract.effective.before(APART);
        let opening = Opening { conversation, tenant: tenancy.tenant, kind, creator, opened };
        self.state(&Fact::ConversationOpened(opening));
        talks.push(Talk { opening, tenancy, whole });
    }

    /// Where the copies of a whole log may go, and whose backups a site takes.
    fn copies(&mut self) {
        for unit in (0..).map(Unit).take(self.map.units.len()) {
            for side in Side::BOTH {
                let beside = self.map.unit(unit).site(side);
                let media = self.decisions.backup_targets(self.map, unit, beside).set();
                let staging = self.decisions.staging_targets(self.map, unit, beside).set();
                for (copy, candidates) in [(CopyClass::Backup, media), (CopyClass::RestoreStaging, staging)] {
                    self.state(&Fact::TargetsListed { unit, copy, candidates });
                }
                for copy in CopyClass::ALL {
                    let candidates = self.decisions.copy_targets(self.map, unit, beside, copy).set();
                    self.state(&Fact::TargetsListed { unit, copy, candidates });
                    if self.decisions.tells_content(copy) {
                        let (datacenter, epoch) = (self.contract.unit(unit).site(side), Epoch(1));
                        self.state(&Fact::RangeLanded { copy, datacenter, unit, epoch, first: 1, last: 1 });
                    }
                }
                self.take_backups(unit, side);
            }
        }
    }

    /// A site is offered the backup of every unit. Where it takes one, it is staged at the site.
    fn take_backups(&mut self, unit: Unit, side: Side) {
        let roster: Arc<[Boundary]> = self.contract.datacenters.clone().into();
        let terms = self.contract.unit(unit);
        let datacenter = terms.site(side);
        let (boundary, charter) = (terms.boundary, Arc::new(self.map.clone()));
        let identity = Identity { unit, side, datacenter, boundary, roster, charter };
        for (offered, of) in (0..).map(Unit).zip(&self.contract.units) {
            let (boundary, media, end, taken) = (of.boundary, of.sites[0], Position::default(), Wall::ZERO);
            let backup = Catalogue { unit: offered, boundary, datacenter: media, end, taken };
            if self.decisions.admits_backup(&identity, &backup) {
                let (copy, candidates) = (CopyClass::RestoreStaging, DatacenterSet::of(datacenter));
                self.state(&Fact::TargetsListed { unit: offered, copy, candidates });
            }
        }
    }

    /// One record of each kind that stands by itself, by an old app and a new one, each with those that
    /// follow it.
    fn write_all(&mut self, talk: &Talk) {
        let current = self.contract.card_version;
        if !talk.whole {
            self.write(talk, RecordKind::Message, current, None);
            return;
        }
        for app in [AppVersion(current.0.saturating_sub(1)), current] {
            for kind in RecordKind::ALL.into_iter().filter(|kind| !kind.follows_another()) {
                let first = self.write(talk, kind, app, None);
                let followers: &[RecordKind] = match kind {
                    RecordKind::Message => &[RecordKind::Attachment],
                    RecordKind::CardMetadata => &[RecordKind::CardPackage, RecordKind::CardResponse],
                    _ => &[],
                };
                for &follower in followers.iter().filter(|_| first.is_some()) {
                    self.write(talk, follower, app, first);
                }
            }
        }
    }

    /// Production decides one record, by itself or with the one that it follows. Where it went, if it did.
    fn write(
        &mut self,
        talk: &Talk,
        kind: RecordKind,
        app: AppVersion,
        first: Option<(Record, Placed)>,
    ) -> Option<(Record, Placed)> {
        self.records += 1;
        let record = Record(self.records);
        let birth = birth(talk, record, kind, app, first.map(|(first, _)| first), self.at);
        let write = Write { placed: first.map(|(_, placed)| placed), ..asked(talk, record, kind, app) };
        self.state(&Fact::RecordBorn(birth));
        match self.decisions.residence_of(self.policy, self.map, &write, Wall(self.at.0)) {
            Ok(placement) => {
                self.placed += 1;
                self.place(&birth, placement.unit);
                Some((record, placement.placed()))
            }
            Err(refusal) => {
                self.refuse(&birth, refusal);
                None
            }
        }
    }

    fn refuse(&mut self, birth: &Birth, refusal: Refusal) {
        self.state(&Fact::WriteRefused { birth: *birth, unit: None, site: None, refusal, queue: 0 });
    }

    /// The record goes wherever production says that it may: to every candidate, whatever is dark, and to
    /// either site of its unit, in every kind of place that a site has.
    fn place(&mut self, birth: &Birth, unit: Unit) {
        for dark in [false, true] {
            let candidates = self.decisions.candidates(self.map, unit, dark).set();
            self.state(&Fact::CandidatesListed { birth: *birth, unit, candidates });
        }
        let [a, b] = self.map.unit(unit).sites;
        if birth.kind == RecordKind::CallMedia {
            if self.decisions.keeps_media() {
                self.land(birth, CopyClass::Cache, a, unit, Position::default());
            }
            return;
        }
        let end = &mut self.ends[unit.index()];
        *end += 1;
        let position = Position { epoch: EPOCH, index: *end };
        self.land(birth, CopyClass::Log, a, unit, position);
        self.land(birth, CopyClass::Replica, b, unit, position);
        self.land(birth, CopyClass::QuarantinedTail, b, unit, position);
        self.state(&Fact::Acknowledged { birth: *birth, unit, datacenter: a, epoch: EPOCH, position });
    }

    fn land(&mut self, birth: &Birth, copy: CopyClass, datacenter: Datacenter, unit: Unit, position: Position) {
        self.state(&Fact::Landed { birth: *birth, copy, datacenter, unit, position });
    }

    /// A reader asks for the conversation, and is shown the parts for which production would look.
    fn read(&mut self, talk: &Talk) {
        self.at = self.at + Span::micros(1);
        let read = Read {
            request: Request(0),
            tenant: talk.tenancy.tenant,
            billing: talk.tenancy.billing,
            signed_up: Wall(talk.tenancy.signed_up.0),
            conversation: talk.opening.kind,
            group_location: talk.opening.creator,
            opened: Wall(talk.opening.opened.0),
            roaming_in: talk.tenancy.billing,
        };
        let shown = self.decisions.parts_of(self.policy, self.map, &read, Wall(self.at.0));
        let (conversation, reader, asked) = (talk.opening.conversation, User(0), self.at);
        let network = Network::default();
        self.state(&Fact::Read { conversation, reader, network, asked, shown, withheld: UnitSet::EMPTY });
    }
}

/// The epoch of everything on paper.
const EPOCH: Epoch = Epoch(1);

/// What the world would know of a record. Its author is a countryman of the one who opened the group.
fn birth(talk: &Talk, record: Record, kind: RecordKind, app: AppVersion, with: Option<Record>, born: Instant) -> Birth {
    let followers = match kind {
        RecordKind::Message => 1,
        RecordKind::CardMetadata => 2,
        _ => 0,
    };
    Birth {
        record,
        tenant: talk.tenancy.tenant,
        conversation: talk.opening.conversation,
        author: User(0),
        creator: talk.opening.creator,
        network: Network::default(),
        app,
        kind,
        with: with.unwrap_or(record),
        followers: if talk.whole { followers } else { 0 },
        size: Bytes(1),
        born,
    }
}

/// The same as production gets it. The author's device roams in the country that is billed.
fn asked(talk: &Talk, record: Record, kind: RecordKind, app: AppVersion) -> Write {
    Write {
        request: Request(0),
        record,
        kind,
        tenant: talk.tenancy.tenant,
        billing: talk.tenancy.billing,
        signed_up: Wall(talk.tenancy.signed_up.0),
        conversation: talk.opening.kind,
        group_location: talk.opening.creator,
        creator: talk.opening.creator,
        roaming_in: talk.tenancy.billing,
        app,
        placed: None,
        attempt: 1,
    }
}

#[cfg(test)]
mod tests;
