//! A small contract and a way to tell stories of facts, for the tests of the invariants.
//!
//! The world: apac (Singapore, Hong Kong), emea (Dublin, Amsterdam), India (Chennai, Pune). The
//! tenant is billed in Germany, its conversations were opened in Singapore, and the unit of which
//! the stories tell is `EMEA_1` unless they say otherwise.

use super::*;
use crate::terms::{
    AppVersion, Ballot, Birth, Boundary, BoundarySet, Bytes, Conversation, ConversationKind, Country, DatacenterSet,
    Epoch, Index, Members, Mode, Network, Opening, Position, Record, RecordKind, Refusal, Register, Side, Span,
    Tenancy, Tenant, UnitSet, User, Wall,
};

pub(super) const APAC: Boundary = Boundary(0);
pub(super) const EMEA: Boundary = Boundary(1);
pub(super) const INDIA: Boundary = Boundary(2);
pub(super) const SINGAPORE: Datacenter = Datacenter(0);
pub(super) const HONG_KONG: Datacenter = Datacenter(1);
pub(super) const DUBLIN: Datacenter = Datacenter(2);
pub(super) const AMSTERDAM: Datacenter = Datacenter(3);
pub(super) const CHENNAI: Datacenter = Datacenter(4);
const PUNE: Datacenter = Datacenter(5);
pub(super) const APAC_1: Unit = Unit(0);
pub(super) const EMEA_1: Unit = Unit(1);
pub(super) const EMEA_2: Unit = Unit(2);
pub(super) const EFFECTIVE: Instant = Instant(1_554_076_800_000_000);

pub(super) fn country(code: &str) -> Country {
    Country::parse(code).expect("a test names a country")
}

pub(super) fn contract() -> Contract {
    let mut countries = vec![None; Country::CODES];
    for (code, boundary) in [("SG", APAC), ("DE", EMEA), ("IN", INDIA)] {
        countries[country(code).index()] = Some(boundary);
    }
    let unit = |boundary, sites, witness| UnitTerms { boundary, sites, witness };
    Contract {
        datacenters: vec![APAC, APAC, EMEA, EMEA, INDIA, INDIA],
        countries,
        go_local: BoundarySet::of(INDIA),
        units: vec![
            unit(APAC, [SINGAPORE, HONG_KONG], DUBLIN),
            unit(EMEA, [DUBLIN, AMSTERDAM], SINGAPORE),
            unit(EMEA, [AMSTERDAM, DUBLIN], SINGAPORE),
            unit(INDIA, [CHENNAI, PUNE], SINGAPORE),
        ],
        effective: EFFECTIVE,
        clock_tolerance: Span::millis(500),
        card_version: AppVersion(300),
        refuses_old_cards: CardTerms { new_tenant: true, old_tenant: false },
        loss: LossTerms::AtMost(Span::secs(5)),
        backup_every: None,
        index_every: Some(Span::minutes(1)),
        export_lifetime: Span::hours(24),
        dump_lifetime: Span::hours(6),
        inventories: Vec::new(),
        travels_inside: false,
        ttl: Span::secs(30),
        rho_ppm: 200,
        attempt: Span::secs(3),
        rto_bound: Span::secs(60),
        grace: Some(Span::hours(1)),
        loss_records: None,
        reseed_rate: None,
        manual_failover: false,
        switchover_bound: Span::secs(30),
        longest_wait: Span::secs(70),
        queue_limit: 100,
        clients_are_naive: false,
        request_timeout: Span::secs(4),
        rates: vec![50; 8],
        bandwidth: Bytes(1_000_000),
        settle: Span::minutes(10),
        start: EFFECTIVE.before(Span::hours(2)),
        purge_within: Span::hours(1),
        moves: vec![MoveTerms { who: Leaver::Tenant(TENANT), to: APAC, at: EFFECTIVE }],
        seats: Vec::new(),
    }
}

const TENANT: Tenant = Tenant(0);
const TALK: Conversation = Conversation(0);
const PRIVATE: Conversation = Conversation(1);

/// A run as a stream of facts under way.
pub(super) struct Story {
    contract: Contract,
    facts: Vec<(Instant, Fact)>,
    now: Instant,
    births: u64,
    round: u32,
}

impl Story {
    /// A story an hour after the effective instant.
    pub(super) fn after() -> Self {
        Self::after_with(|_| {})
    }

    /// The same, under changed terms.
    pub(super) fn after_with(change: impl FnOnce(&mut Contract)) -> Self {
        Self::at(EFFECTIVE + Span::hours(1), change)
    }

    /// A story an hour before the effective instant.
    pub(super) fn before() -> Self {
        Self::at(EFFECTIVE.before(Span::hours(1)), |_| {})
    }

    fn at(now: Instant, change: impl FnOnce(&mut Contract)) -> Self {
        let mut contract = contract();
        change(&mut contract);
        let mut story = Self { contract, facts: Vec::new(), now, births: 0, round: 0 };
        let signed_up = EFFECTIVE + Span::minutes(1);
        story.fact(Fact::TenantFounded(Tenancy { tenant: TENANT, billing: country("DE"), signed_up }));
        for (conversation, kind) in [(TALK, ConversationKind::Flat), (PRIVATE, ConversationKind::Private)] {
            let opening = Opening { conversation, tenant: TENANT, kind, creator: country("SG"), opened: now };
            story.fact(Fact::ConversationOpened(opening));
        }
        story
    }

    pub(super) fn fact(&mut self, fact: Fact) -> &mut Self {
        self.facts.push((self.now, fact));
        self
    }

    pub(super) const fn now(&self) -> Instant {
        self.now
    }

    pub(super) fn pass(&mut self, span: Span) -> &mut Self {
        self.now = self.now + span;
        self
    }

    pub(super) fn pass_the_instant(&mut self) -> &mut Self {
        self.now = EFFECTIVE + Span::hours(1);
        self
    }

    pub(super) fn birth(&mut self, kind: RecordKind) -> Birth {
        self.births += 1;
        let record = Record(self.births);
        let birth = Birth {
            record,
            tenant: TENANT,
            conversation: TALK,
            author: User(0),
            creator: country("DE"),
            network: Network(EMEA),
            app: AppVersion(300),
            kind,
            with: record,
            followers: 0,
            size: Bytes(100),
            born: self.now,
        };
        self.fact(Fact::RecordBorn(birth));
        birth
    }

    pub(super) fn private_birth(&mut self, kind: RecordKind) -> Birth {
        Birth { conversation: PRIVATE, ..self.birth(kind) }
    }

    pub(super) fn family(&mut self, kind: RecordKind, followers: u16) -> Birth {
        Birth { followers, ..self.birth(kind) }
    }

    pub(super) fn follower(&mut self, kind: RecordKind, first: &Birth) -> Birth {
        Birth { with: first.record, ..self.birth(kind) }
    }

    /// The birth of the last record, as a birth tells it.
    pub(super) fn last_birth(&self) -> Birth {
        let born = |(_, fact): &(Instant, Fact)| match fact {
            Fact::RecordBorn(birth) => Some(*birth),
            _ => None,
        };
        self.facts.iter().rev().find_map(born).expect("a record was born")
    }

    pub(super) fn list(&mut self, birth: Birth, unit: Unit, candidates: &[Datacenter]) -> &mut Self {
        let candidates = candidates.iter().fold(DatacenterSet::EMPTY, |set, &one| set.with(one));
        self.fact(Fact::CandidatesListed { birth, unit, candidates })
    }

    pub(super) fn land(&mut self, birth: Birth, copy: CopyClass, datacenter: Datacenter, index: Index) -> &mut Self {
        self.land_in(EMEA_1, birth, copy, datacenter, index)
    }

    pub(super) fn land_in(
        &mut self,
        unit: Unit,
        birth: Birth,
        copy: CopyClass,
        datacenter: Datacenter,
        index: Index,
    ) -> &mut Self {
        let position = Position { epoch: Epoch(1), index };
        self.fact(Fact::Landed { birth, copy, datacenter, unit, position })
    }

    pub(super) fn land_everywhere(&mut self, birth: Birth, index: Index) -> &mut Self {
        self.land(birth, CopyClass::Log, DUBLIN, index).land(birth, CopyClass::Replica, AMSTERDAM, index)
    }

    pub(super) fn land_in_apac(&mut self, birth: Birth, index: Index) -> &mut Self {
        self.land_in(APAC_1, birth, CopyClass::Log, SINGAPORE, index)
    }

    pub(super) fn copy_range(&mut self, datacenter: Datacenter, first: Index, last: Index) -> &mut Self {
        let (copy, unit, epoch) = (CopyClass::Replica, EMEA_1, Epoch(1));
        self.fact(Fact::RangeLanded { copy, datacenter, unit, epoch, first, last })
    }

    pub(super) fn receive(&mut self, birth: Birth, datacenter: Datacenter) -> &mut Self {
        self.fact(Fact::WriteReceived { birth, unit: EMEA_1, datacenter, queue: 0 })
    }

    pub(super) fn acknowledge(&mut self, birth: Birth, datacenter: Datacenter, epoch: u32, index: Index) -> &mut Self {
        let position = Position { epoch: Epoch(1), index };
        self.fact(Fact::Acknowledged { birth, unit: EMEA_1, datacenter, epoch: Epoch(epoch), position })
    }

    pub(super) fn acknowledge_in(&mut self, unit: Unit, birth: Birth, index: Index) -> &mut Self {
        let datacenter = self.contract.unit(unit).sites[0];
        let position = Position { epoch: Epoch(1), index };
        self.fact(Fact::Acknowledged { birth, unit, datacenter, epoch: Epoch(1), position })
    }

    pub(super) fn refuse(&mut self, birth: Birth, site: Option<Datacenter>, refusal: Refusal) -> &mut Self {
        self.fact(Fact::WriteRefused { birth, unit: Some(EMEA_1), site, refusal, queue: 0 })
    }

    pub(super) fn refuse_with_queue(
        &mut self,
        birth: Birth,
        site: Datacenter,
        refusal: Refusal,
        queue: u32,
    ) -> &mut Self {
        self.fact(Fact::WriteRefused { birth, unit: Some(EMEA_1), site: Some(site), refusal, queue })
    }

    pub(super) fn read(&mut self, shown: UnitSet, withheld: UnitSet) -> &mut Self {
        self.read_in(EMEA, shown, withheld)
    }

    pub(super) fn read_in(&mut self, place: Boundary, shown: UnitSet, withheld: UnitSet) -> &mut Self {
        let (reader, network) = (User(0), Network(place));
        self.fact(Fact::Read { conversation: TALK, reader, network, asked: self.now, shown, withheld })
    }

    pub(super) fn cut(&mut self, a: Datacenter, b: Datacenter) -> &mut Self {
        self.fact(Fact::Link { from: a, to: b, up: false }).fact(Fact::Link { from: b, to: a, up: false })
    }

    /// Two voters accept a value in which nothing is known to be on both sites.
    pub(super) fn grant(&mut self, epoch: u32, holder: Side) -> &mut Self {
        self.renew(epoch, holder, Mode::Replicated, 0)
    }

    pub(super) fn grant_in(&mut self, unit: Unit, epoch: u32) -> &mut Self {
        self.round += 1;
        let register = self.register(epoch, Side::A, Mode::Replicated, 0);
        self.vote(unit, Seat::A, register).vote(unit, Seat::Witness, register)
    }

    /// Two voters accept a value with a frontier under epoch 1.
    pub(super) fn renew(&mut self, epoch: u32, holder: Side, mode: Mode, frontier: Index) -> &mut Self {
        self.round += 1;
        let register = self.register(epoch, holder, mode, frontier);
        self.vote(EMEA_1, holder.seat(), register).vote(EMEA_1, Seat::Witness, register)
    }

    /// A side names its peer, which has all through an index, the holder of the next epoch.
    pub(super) fn hand_over(&mut self, epoch: u32, from: Side, frontier: Index) -> &mut Self {
        self.round += 1;
        let mut register = self.register(epoch, from.peer(), Mode::Replicated, frontier);
        register.renewal.site = from;
        self.vote(EMEA_1, from.seat(), register).vote(EMEA_1, Seat::Witness, register)
    }

    /// The side renews under epoch 1 every ten seconds.
    pub(super) fn renew_for(&mut self, side: Side, span: Span) -> &mut Self {
        for _ in 0..span.0 / Span::secs(10).0 {
            self.grant(1, side).pass(Span::secs(10));
        }
        self.grant(1, side)
    }

    /// One voter accepts.
    pub(super) fn vote_in(&mut self, unit: Unit, epoch: u32, holder: Side, frontier: Index) -> &mut Self {
        self.round += 1;
        let register = self.register(epoch, holder, Mode::Replicated, frontier);
        self.vote(unit, Seat::Witness, register)
    }

    /// A site of EMEA's first unit loses its disks: the log, and what its voter remembers.
    pub(super) fn disks_lost(&mut self, side: Side) -> &mut Self {
        let (unit, seat, datacenter) = (EMEA_1, side.seat(), self.contract.unit(EMEA_1).site(side));
        self.fact(Fact::MemoryLost { unit, seat, datacenter, copy: false });
        self.fact(Fact::StorageLost { unit, side, datacenter })
    }

    /// The voter of a site that lost its disk writes again, without a value.
    pub(super) fn vote_again(&mut self, unit: Unit, side: Side) -> &mut Self {
        self.persist(unit, side.seat(), VoterRecord::default())
    }

    fn register(&self, epoch: u32, holder: Side, mode: Mode, frontier: Index) -> Register {
        Register {
            epoch: Epoch(epoch),
            holder,
            mode,
            frontier: Position { epoch: Epoch(u32::from(frontier > 0)), index: frontier },
            last_sync: Wall(self.now.0),
            renewal: Ballot { round: self.round, site: holder, boot: 0 },
            ttl: self.contract.ttl,
        }
    }

    fn vote(&mut self, unit: Unit, seat: Seat, register: Register) -> &mut Self {
        let members = Members::default();
        self.persist(unit, seat, VoterRecord { members, promised: register.renewal, accepted: Some(register) })
    }

    pub(super) fn persist(&mut self, unit: Unit, seat: Seat, record: VoterRecord) -> &mut Self {
        let datacenter = self.contract.unit(unit).voter(seat);
        self.fact(Fact::VoterPersisted { unit, seat, datacenter, record: record.into() })
    }

    /// What the oracle has seen.
    pub(super) fn coverage(&self) -> Coverage {
        self.audit().coverage()
    }

    fn audit(&self) -> Audit {
        let mut audit = Audit::new(self.contract.clone());
        for (at, fact) in &self.facts {
            audit.observe(*at, fact);
        }
        audit
    }

    /// What the oracle says of one invariant, were this the end.
    pub(super) fn finding(&self, id: &str) -> Finding {
        self.audit().finish().into_iter().find(|finding| finding.id == id).expect("an invariant of the table")
    }

    #[track_caller]
    pub(super) fn expect_kept(&self, id: &str, checked: u64) {
        let finding = self.finding(id);
        assert_eq!(finding.breaches, [], "{id} was kept");
        assert_eq!(finding.checked, checked, "{id} was checked");
    }

    #[track_caller]
    pub(super) fn expect_suspended(&self, id: &str, why: &str) {
        let finding = self.finding(id);
        assert_eq!(finding.breaches, [], "{id} was kept");
        assert!(finding.suspended.iter().any(|one| one.why.contains(why)), "{id}: {:?}", finding.suspended);
    }

    #[track_caller]
    pub(super) fn expect_broken(&self, id: &str, what: &str) {
        let finding = self.finding(id);
        let told = finding.breaches.iter().any(|breach| breach.what.contains(what));
        assert!(told, "{id}: {:?}", finding.breaches);
    }
}

#[test]
fn every_invariant_has_a_row_of_its_own() {
    let findings = Audit::new(contract()).finish();
    let ids: Vec<_> = findings.iter().map(|finding| finding.id).collect();
    assert_eq!(
        ids,
        [
            "RES-1", "RES-2", "RES-3", "RES-4", "RES-5", "RES-6", "RES-7", "RES-8", "RES-9", "FO-1", "FO-2", "FO-3",
            "FO-4", "FO-5", "FO-6"
        ]
    );
}

#[test]
fn all_breaches_are_counted_and_the_first_few_kept() {
    let mut story = Story::after();
    let birth = story.birth(RecordKind::Message);
    for _ in 0..20 {
        story.land(birth, CopyClass::Cache, SINGAPORE, 0);
    }
    let finding = story.finding("RES-1");
    assert_eq!((finding.broken, finding.breaches.len()), (20, 8));
}
