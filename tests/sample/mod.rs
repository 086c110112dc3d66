//! A day that never was, told fact by fact: Dublin is dark from nine to eleven. It stands in for a
//! run wherever only the telling of it is tested.

use ringfence::audit::{Breach, Cell, Coverage, Finding, Rests, Suspension, TenantSeen};
use ringfence::facts::{Announcement, Digest, Fact, Observer};
use ringfence::metrics::{
    DatacenterSetup, Measured, Metric, Metrics, MetricsSetup, Scope, Threshold, UnitSetup, judge,
};
use ringfence::outcome::{FaultOutcome, Outcome};
use ringfence::terms::{
    AppVersion, Ballot, Birth, Boundary, BoundarySet, Bytes, Conversation, CopyClass, Country, Datacenter, Epoch,
    Instant, Mode, Names, Network, Position, Record, RecordKind, Refusal, Register, Rule, Seat, Side, Span, Tenant,
    Unit, UnitSet, User, VoterRecord, Wall,
};

/// 2019-05-06T00:00:00Z.
pub(crate) const START: Instant = Instant(1_557_100_800_000_000);
const DUBLIN: Datacenter = Datacenter(2);
const AMSTERDAM: Datacenter = Datacenter(3);
const EMEA_1: Unit = Unit(2);

const DATACENTERS: [&str; 8] =
    ["singapore", "hong-kong", "dublin", "amsterdam", "texas", "illinois", "chennai", "pune"];
const BOUNDARIES: [&str; 4] = ["apac", "emea", "amer", "india"];

pub(crate) fn setup() -> MetricsSetup {
    let datacenters = (0..8_u8).map(|index| DatacenterSetup { boundary: Boundary(index / 2), rate: 900 });
    let units = (0..8_u8).map(|index| {
        let (first, second) = (Datacenter(index / 2 * 2), Datacenter(index / 2 * 2 + 1));
        let sites = if index % 2 == 0 { [first, second] } else { [second, first] };
        UnitSetup { boundary: Boundary(index / 2), sites, witness: Datacenter((index / 2 * 2 + 2) % 8) }
    });
    MetricsSetup {
        start: START,
        duration: Span::hours(24),
        settle: Span::hours(1),
        boundaries: 4,
        datacenters: datacenters.collect(),
        units: units.collect(),
        followed: 2,
        faults: 2,
    }
}

pub(crate) fn names() -> Names {
    let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    Names {
        datacenters: own(&DATACENTERS),
        boundaries: own(&BOUNDARIES),
        units: BOUNDARIES.iter().flat_map(|name| [1, 2].map(|n| format!("{name}-{n}"))).collect(),
        tenants: own(&["contoso", "fabrikam"]),
    }
}

/// The day as an outcome with the verdict `pass`.
pub(crate) fn quiet() -> Outcome {
    let mut day = Day::new();
    day.tell();
    day.outcome()
}

/// The same day with a breach and a fault that never took effect.
pub(crate) fn breached() -> Outcome {
    let mut day = Day::new();
    day.tell();
    day.land(START + Span::hours(12), 7, Unit(2), CopyClass::Cache, Datacenter(4));
    let mut outcome = day.outcome();
    let finding = &mut outcome.findings[0];
    finding.broken = 1;
    finding.breaches = vec![Breach {
        at: START + Span::hours(12),
        what: "{tenant}'s attachment came to rest in {datacenter}, and may rest in {residence} only".to_owned(),
        tenant: Some(Tenant(0)),
        record: Some(Record(7)),
        unit: Some(EMEA_1),
        copy: Some(CopyClass::Cache),
        datacenter: Some(Datacenter(4)),
        residence: Some(BoundarySet::of(Boundary(1))),
        rule: Some(Rule::R2),
    }];
    outcome.faults[1].fired = 0;
    outcome
}

struct Day {
    facts: Vec<(Instant, Fact)>,
    records: u64,
    /// The next index of each unit's log.
    next: [u64; 8],
    epochs: [u32; 8],
    holders: [Side; 8],
    renewals: u32,
    /// What was acknowledged in Dublin only, and the last index that Amsterdam has.
    tail: (Vec<u64>, u64),
}

impl Day {
    fn new() -> Self {
        Self {
            facts: Vec::new(),
            records: 0,
            next: [1; 8],
            epochs: [1; 8],
            holders: [Side::A; 8],
            renewals: 0,
            tail: (Vec::new(), 0),
        }
    }

    fn say(&mut self, at: Instant, fact: Fact) {
        self.facts.push((at, fact));
    }

    fn announce(&mut self, at: Instant, unit: Unit, side: Side, announcement: Announcement) {
        self.say(at, Fact::Announced { unit, side, announcement });
    }

    fn land(&mut self, at: Instant, record: u64, unit: Unit, copy: CopyClass, datacenter: Datacenter) {
        let birth = birth(record, unit, at);
        self.say(at, Fact::Landed { birth, copy, datacenter, unit, position: Position::default() });
    }

    /// A write that is acknowledged, and replicated where the peer takes it.
    fn write(&mut self, at: Instant, unit: Unit, replicated: bool) -> u64 {
        self.records += 1;
        let record = self.records;
        self.store(at, record, at, unit, replicated);
        record
    }

    fn store(&mut self, at: Instant, record: u64, born: Instant, unit: Unit, replicated: bool) {
        let birth = birth(record, unit, born);
        let (side, epoch) = (self.holders[unit.index()], Epoch(self.epochs[unit.index()]));
        let position = Position { epoch, index: self.next[unit.index()] };
        self.next[unit.index()] += 1;
        let (datacenter, peer) = (site(unit, side), site(unit, side.peer()));
        let later = |millis| at + Span::millis(millis);
        self.say(at, Fact::RecordBorn(birth));
        self.say(later(1), Fact::Landed { birth, copy: CopyClass::Log, datacenter, unit, position });
        self.say(later(2), Fact::Acknowledged { birth, unit, datacenter, epoch, position });
        if replicated {
            self.say(later(9), Fact::Landed { birth, copy: CopyClass::Replica, datacenter: peer, unit, position });
        }
        self.say(later(20 + record * 7 % 90), Fact::Confirmed { birth, unit });
    }

    fn promote(&mut self, at: Instant, unit: Unit, side: Side, epoch: u32) {
        (self.holders[unit.index()], self.epochs[unit.index()]) = (side, epoch);
        let end = Position { epoch: Epoch(epoch), index: self.next[unit.index()] - 1 };
        self.announce(at, unit, side, Announcement::Promoted { epoch: Epoch(epoch), end });
        self.renew(at, unit);
    }

    /// The holder's own voter and the witness take its lease down.
    fn renew(&mut self, at: Instant, unit: Unit) {
        self.renewals += 1;
        let (holder, epoch) = (self.holders[unit.index()], Epoch(self.epochs[unit.index()]));
        let renewal = Ballot { round: self.renewals, site: holder, boot: 0 };
        let alone = epoch == Epoch(2);
        let value = Register {
            epoch,
            holder,
            mode: if alone { Mode::Alone } else { Mode::Replicated },
            frontier: Position::default(),
            last_sync: Wall(at.0),
            renewal,
            ttl: Span::secs(90),
        };
        let record = VoterRecord { accepted: Some(value), ..VoterRecord::default() };
        for (millis, seat) in [(0, holder.seat()), (40, Seat::Witness)] {
            let setup = setup().units[unit.index()];
            let datacenter = if seat == Seat::Witness { setup.witness } else { setup.site(holder) };
            self.say(at + Span::millis(millis), Fact::VoterPersisted { unit, seat, datacenter, record: record.into() });
        }
    }

    fn serve(&mut self, at: Instant, unit: Unit, replicated: bool) {
        self.write(at, unit, replicated);
        let (side, epoch) = (self.holders[unit.index()], Epoch(self.epochs[unit.index()]));
        self.announce(at + Span::millis(2), unit, side, Announcement::Serving { epoch });
    }

    fn tell(&mut self) {
        for unit in (0..8).map(Unit) {
            self.promote(START, unit, Side::A, 1);
            self.serve(START + Span::secs(1), unit, true);
        }
        for minute in 1..=24 * 60 {
            let at = START + Span::minutes(minute);
            match minute {
                541 => self.outage(),
                661 => self.power_returns(),
                683 => self.failback(),
                _ => {}
            }
            self.loads(at, minute);
            self.traffic(at, minute);
        }
        let end = START + Span::hours(24) + Span::minutes(2);
        self.say(START + Span::hours(24), Fact::LivenessBegan);
        self.say(end, Fact::Ended { unfinished: 0 });
    }

    /// Requests of each datacenter: a hump by day, shifted from boundary to boundary.
    fn loads(&mut self, at: Instant, minute: u64) {
        for index in 0..8_u8 {
            let noon = [5, 12, 19, 8][usize::from(index / 2)] * 60;
            let away = minute.abs_diff(noon).min(1_440 - minute.abs_diff(noon));
            let own = 60 + 420_u64.saturating_sub(away * 420 / 480) * (10 - u64::from(index % 2) * 3) / 10;
            let dark = (540..660).contains(&minute);
            let served = match Datacenter(index) {
                DUBLIN if dark => 0,
                AMSTERDAM if dark => own * 2 + 120,
                _ => own,
            };
            let served = u32::try_from(served * 60).expect("a minute's requests fit");
            self.say(at, Fact::Load { datacenter: Datacenter(index), served, window: Span::minutes(1) });
        }
    }

    fn traffic(&mut self, at: Instant, minute: u64) {
        for unit in (0..8).map(Unit) {
            let dark = (541..683).contains(&minute) && unit.index() / 2 == 1;
            let hands_over = unit == EMEA_1 && minute == 541;
            if !hands_over {
                self.renew(at, unit);
            }
            for second in [3, 17, 31, 45].into_iter().filter(|_| !hands_over) {
                self.write(at + Span::secs(second), unit, !dark);
            }
            let age = if dark { Span::minutes(minute - 540) } else { Span::millis(14 + minute * 7 % 60) };
            self.say(at, Fact::Lag { unit, records: age.as_micros() / 20_000, age });
        }
        let (shown, withheld) = (UnitSet::of(EMEA_1), UnitSet::EMPTY);
        self.say(
            at,
            Fact::Read {
                conversation: Conversation(1),
                reader: User(2),
                network: Network(Boundary(1)),
                asked: at,
                shown,
                withheld,
            },
        );
    }

    fn outage(&mut self) {
        let onset = START + Span::hours(9) + Span::secs(50);
        for tenth in 0..280 {
            self.write(onset.before(Span::millis(100 * (300 - tenth))), EMEA_1, true);
        }
        self.tail.1 = self.next[EMEA_1.index()] - 1;
        for tenth in 0..20 {
            let record = self.write(onset.before(Span::millis(100 * (20 - tenth))), EMEA_1, false);
            self.tail.0.push(record);
        }
        self.say(onset, Fact::FaultBegan { fault: 0 });
        self.say(onset, Fact::Power { datacenter: DUBLIN, on: false });
        let mut waiting = Vec::new();
        for fifth in 1..=190 {
            let at = onset + Span::millis(200 * fifth);
            self.records += 1;
            let birth = birth(self.records, EMEA_1, at);
            let refusal = if fifth % 3 == 0 { Refusal::NoLease } else { Refusal::PeerUnreachable };
            self.say(at, Fact::WriteRefused { birth, unit: Some(EMEA_1), site: Some(AMSTERDAM), refusal, queue: 0 });
            self.say(at, Fact::Queued { birth, unit: EMEA_1 });
            waiting.push((birth.record.0, at));
        }
        self.announce(onset + Span::millis(30_400), EMEA_1, Side::B, Announcement::LeaseLapsed);
        self.promote(onset + Span::millis(38_200), EMEA_1, Side::B, 2);
        self.serve(onset + Span::millis(38_450), EMEA_1, false);
        for (n, (record, born)) in (0_u64..).zip(waiting) {
            self.store(onset + Span::millis(38_500 + 90 * n), record, born, EMEA_1, false);
        }
        for second in 60..250 {
            self.write(onset + Span::secs(second), EMEA_1, false);
        }
    }

    fn power_returns(&mut self) {
        let at = START + Span::hours(11);
        self.say(at, Fact::FaultEnded { fault: 0 });
        self.say(at, Fact::Power { datacenter: DUBLIN, on: true });
        self.reconcile(at + Span::secs(40));
        self.announce(at + Span::minutes(9), EMEA_1, Side::B, Announcement::PeerCaughtUp);
        self.say(at + Span::minutes(10), Fact::FaultBegan { fault: 1 });
    }

    /// Dublin sets its tail aside, which lands again in Amsterdam, and takes what it missed.
    fn reconcile(&mut self, at: Instant) {
        let (tail, kept) = std::mem::take(&mut self.tail);
        let keeps = Position { epoch: Epoch(1), index: kept };
        self.say(at, Fact::TailCut { datacenter: DUBLIN, unit: EMEA_1, keeps });
        for record in tail {
            self.land(at, record, EMEA_1, CopyClass::QuarantinedTail, DUBLIN);
            let birth = birth(record, EMEA_1, at);
            let position = Position { epoch: Epoch(2), index: self.next[EMEA_1.index()] };
            self.next[EMEA_1.index()] += 1;
            let landed = |copy, datacenter| Fact::Landed { birth, copy, datacenter, unit: EMEA_1, position };
            self.say(at + Span::secs(1), landed(CopyClass::Log, AMSTERDAM));
            self.say(at + Span::secs(2), landed(CopyClass::Replica, DUBLIN));
        }
    }

    /// Dublin takes what it missed of a unit's log, and is caught up.
    fn resynchronise(&mut self, at: Instant, unit: Unit, epoch: u32) {
        let (copy, datacenter) = (CopyClass::Replica, DUBLIN);
        let (first, last) = (1, self.next[unit.index()] - 1);
        self.say(at, Fact::RangeLanded { copy, datacenter, unit, epoch: Epoch(epoch), first, last });
    }

    fn failback(&mut self) {
        let at = START + Span::minutes(682) + Span::secs(50);
        self.resynchronise(at, EMEA_1, 2);
        self.resynchronise(at, Unit(3), 1);
        self.announce(at, EMEA_1, Side::B, Announcement::SwitchoverBegan);
        self.announce(at + Span::millis(200), EMEA_1, Side::B, Announcement::HandedOver);
        self.promote(at + Span::millis(600), EMEA_1, Side::A, 3);
        self.serve(at + Span::millis(700), EMEA_1, true);
    }

    fn outcome(mut self) -> Outcome {
        self.facts.sort_by_key(|&(at, _)| at);
        let mut observers = (Metrics::new(setup()), Digest::default());
        for (at, fact) in &self.facts {
            observers.observe(*at, fact);
            if let Fact::Load { datacenter, served, .. } = *fact {
                observers.served(*at, datacenter, served);
            }
        }
        let (metrics, digest) = observers;
        let measurements = metrics.finish();
        let threshold = |metric, scope, max| Threshold { metric, scope, min: None, max: Some(max) };
        let emea = Scope::Boundary(Boundary(1));
        let thresholds = [
            threshold(Metric::Rto, emea, Measured::Micros(60_000_000)),
            threshold(Metric::Lost, Scope::Everything, Measured::Count(0)),
            threshold(Metric::PeakLoad, emea, Measured::MilliPercent(120_000)),
        ];
        Outcome {
            scenario: "dublin-dark".to_owned(),
            about: "Dublin is lost at the morning peak. Amsterdam takes over within a minute, nothing leaves EMEA, \
                    and Dublin takes its place back when it has caught up."
                .to_owned(),
            scenario_hash: "4f1d2c3b4a596877".to_owned(),
            seed: 7,
            digest: digest.value(),
            events: 1_234_567,
            facts: digest.facts(),
            findings: findings(),
            requires: vec!["RES-1".to_owned()],
            coverage: coverage(),
            covers: Vec::new(),
            faults: faults(),
            thresholds: thresholds.iter().map(|threshold| judge(threshold, &measurements)).collect(),
            measurements,
            names: names(),
            reproduce: "ringfence run scenarios/dublin-dark.toml --seed 7".to_owned(),
        }
    }
}

fn site(unit: Unit, side: Side) -> Datacenter {
    setup().units[unit.index()].site(side)
}

fn birth(record: u64, unit: Unit, born: Instant) -> Birth {
    let kinds = [0, 0, 0, 1, 0, 2, 1, 3, 0, 4, 5, 6, 1, 8, 0, 0];
    Birth {
        record: Record(record),
        tenant: Tenant(if unit.index() / 2 == 1 { 0 } else { 7 }),
        conversation: Conversation(1),
        author: User(1),
        creator: Country::parse("DE").expect("DE is a code"),
        network: Network(Boundary(1)),
        app: AppVersion(300),
        kind: RecordKind::ALL[kinds[(record % 16) as usize]],
        with: Record(record),
        followers: 0,
        size: Bytes(900),
        born,
    }
}

fn coverage() -> Coverage {
    let cell = |copy, datacenter, fault| Cell { rule: Rule::R2, copy, datacenter: Datacenter(datacenter), fault };
    let rests = |apart, copy, datacenter, landings| Rests {
        apart,
        copy,
        home: Boundary(1),
        datacenter: Datacenter(datacenter),
        landings,
    };
    let mut apart = [0; Rule::ALL.len()];
    apart[Rule::R3 as usize] = 120;
    Coverage {
        cells: vec![(cell(CopyClass::Log, 2, None), 4_000), (cell(CopyClass::Replica, 3, Some(0)), 3_900)],
        rests: vec![
            rests(None, CopyClass::Log, 2, 3_880),
            rests(None, CopyClass::Replica, 3, 3_900),
            rests(Some(Rule::R3), CopyClass::Log, 0, 120),
        ],
        tenants: vec![TenantSeen { home: Some(Boundary(1)), verified: Some(Instant(1_557_136_800_000_000)), apart }],
    }
}

fn findings() -> Vec<Finding> {
    let finding =
        |id, promise, checked| Finding { id, promise, checked, broken: 0, breaches: Vec::new(), suspended: Vec::new() };
    let private = Suspension { why: "a private conversation carries no promise (R7)", times: 5_410 };
    vec![
        Finding {
            suspended: vec![private],
            ..finding("RES-1", "every landing of content rests inside its residence", 108_230)
        },
        finding("RES-3", "call media never rests", 108_230),
        finding("FO-1", "one writer per epoch", 46_120),
        finding("FO-4", "failover within its bound", 1),
    ]
}

fn faults() -> Vec<FaultOutcome> {
    let fault = |kind, description: &str, minute, lasts| FaultOutcome {
        kind,
        description: description.to_owned(),
        at: START + Span::minutes(minute),
        lasts,
        scheduled: 1,
        fired: 1,
    };
    vec![
        fault("outage", "dublin", 540, Some(Span::hours(2))),
        fault("operator", "emea-2, planned switchover", 670, None),
    ]
}
