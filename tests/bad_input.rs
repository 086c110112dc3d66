//! Every kind of bad input gives a message with place, caret, code and suggestion; all of a file in
//! one pass. The messages are snapshots, to be read by people.

use ringfence::scenario::{Code, Diagnostics, Size, init_template, load, load_topology, parse};
use std::collections::BTreeSet;
use std::path::Path;

fn errors(text: &str) -> Diagnostics {
    match parse("bad.toml", text, Size::Full) {
        Ok(_) => panic!("this must not load:\n{text}"),
        Err(found) => found,
    }
}

/// The template with a part of it replaced.
fn with(part: &str, by: &str) -> Diagnostics {
    let text = init_template();
    assert!(text.contains(part), "{part}");
    errors(&text.replacen(part, by, 1))
}

/// The template with something added at its end.
fn and(more: &str) -> Diagnostics {
    errors(&format!("{}\n{more}\n", init_template()))
}

/// Each row is a claim: this input gives these codes, and the message of the snapshot.
macro_rules! bad {
    ($($name:ident: $found:expr => [$($code:ident),+];)*) => { $(
        #[test]
        fn $name() {
            let found: Diagnostics = $found;
            let codes: Vec<_> = found.iter().map(|one| one.code()).collect();
            assert_eq!(codes, [$(Code::$code),+], "\n{found}");
            assert!(found.iter().all(|one| one.position().is_some()), "each has a place");
            insta::assert_snapshot!(found.to_string());
        }
    )* };
}

bad! {
    unknown_key: with("users = 500", "usrs = 500\nusers = 500") => [UnknownKey];
    unknown_section: and("[servce]\nttl = \"30s\"") => [UnknownKey];
    unknown_kind: with("\"outage\"", "\"outrage\"") => [UnknownWord];
    key_of_another_kind: with("\"outage\"", "\"storage-loss\"") => [UnknownKey];
    missing_key: with("billing_country = \"DE\"", "#") => [MissingKey];
    missing_top_level_key: with("start = 2019-05-06T06:00:00Z", "") => [MissingKey];
    wrong_version: with("schema_version = 1", "schema_version = 2") => [UnknownWord];
    wrong_type: with("users = 500", "users = \"many\"") => [WrongType];
    wrong_type_of_table: with("[check]", "[[check]]") => [WrongType];
    duration_without_unit: with("\"6h\"", "6") => [WrongUnit];
    wrong_unit: with("\"6h\"", "\"6 hours\"") => [WrongUnit];
    negative_duration: with("at = \"2h\"", "at = \"-2h\"") => [Negative];
    overflowing_duration: with("\"6h\"", "\"99999999999999999999h\"") => [Overflow];
    longer_than_a_century: with("at = \"2h\"", "at = \"40000d\"") => [Overflow];
    negative_number: with("users = 500", "users = -500") => [OutOfRange];
    service_that_varies_too_little: and("[topology.datacenters.dublin]\nservice_scv = 0.001") => [OutOfRange];
    share_above_one: with("\"50%\"", "1.5") => [OutOfRange];
    seed_above_63_bits: with("[population]", "seed = 9223372036854775808\n[population]") => [SeedTooLarge];
    local_time: with("2019-05-06T06:00:00Z", "2019-05-06T06:00:00") => [NotAnInstant];
    beyond_the_calendar: with("2019-04-15", "9999-12-31") => [NotAnInstant];
    a_quoted_time: with("2019-04-15", "\"2019-04-15\"") => [WrongType];
    not_a_number: with("tenants = 10", "tenants = 10\nzipf = nan\nabroad = inf") => [OutOfRange, OutOfRange];
    unit_of_another_kind: with("\"6h\"", "\"6 parsecs\"") => [WrongUnit];
    control_characters: with("\"my-scenario\"", "\"my\\nscenario\"") => [Unprintable];
    turned_text: with("\"my-scenario\"", "\"my\\u202Escenario\"") => [Unprintable];
    parts_of_a_name_swapped: with("\"rto\"", "\"load_peak\"") => [UnknownMetric];
    limits_that_exclude_each_other: with("max = \"90s\"", "min = \"90s\"\nmax = \"9s\"") => [Conflict];
    exactly_and_a_limit: with("max = \"90s\"", "min = \"9s\"\nexactly = \"90s\"") => [Conflict];
    threshold_of_two_scopes: with("max = \"90s\"", "unit = \"emea-1\"\nmax = \"90s\"") => [Conflict];
    class_of_another_metric: with("max = \"90s\"", "class = \"no lease\"\nmax = \"90s\"") => [Conflict];
    unknown_class_of_refusal: and("[[threshold]]\nmetric = \"refused\"\nclass = \"no leese\"\nmax = 0") => [UnknownWord];
    before_1970: with("2019-04-15", "1969-12-31") => [NotAnInstant];
    unknown_datacenter: with("datacenter = \"dublin\"", "datacenter = \"dubln\"") => [UnknownDatacenter];
    unknown_country: with("\"DE\"", "\"Germany\"") => [UnknownCountry];
    phone_digits_are_no_country: with("\"DE\"", "\"+49\"") => [UnknownCountry];
    unknown_metric: with("\"rto\"", "\"rt0\"") => [UnknownMetric];
    unknown_boundary: with("boundary = \"emea\"", "boundary = \"europe\"") => [UnknownBoundary];
    unknown_unit: and("[[fault]]\nkind = \"operator\"\nat = \"1h\"\nunit = \"emea-3\"\norder = \"planned\"") => [UnknownUnit];
    unknown_time_zone: with("users = 500", "users = 500\ntime_zone = \"Europe/Belin\"") => [UnknownTimeZone];
    unknown_invariant: with("[population]", "requires = [\"RES-1\", \"RES-99\"]\n[population]") => [UnknownInvariant];
    unknown_topology: with("[population]", "topology = \"kaizala\"\n[population]") => [UnknownTopology];
    country_not_served: with("\"DE\"", "\"RU\"") => [CountryNotServed];
    refusal_expected_of_a_served_country: with("users = 500", "users = 500\nexpect = \"refused\"") => [CountryServed];
    pair_across_boundaries: and("[topology.units.emea-1]\nbackup = \"illinois\"\nwitness = \"texas\"") => [PairAcrossBoundaries];
    witness_inside_the_pair: and("[topology.units.emea-1]\nwitness = \"dublin\"") => [WitnessInPair];
    pair_of_one: and("[topology.units.emea-1]\nbackup = \"dublin\"") => [PairOfOne];
    round_trip_not_given: and("[topology.datacenters.oslo]\nboundary = \"emea\"\nrate = 10") => [TopologyIncomplete];
    round_trip_to_nowhere: and("[topology.rtt.ms]\ndublin = { amsterdm = 17 }") => [UnknownDatacenter];
    boundary_without_a_unit: and("[topology.boundaries.moon]\nmetro = \"dublin\"") => [TopologyIncomplete, MetroOutside];
    client_of_another_kind: and("[service]\nclient = \"nave\"\nretry_burst = 0\nretry_budget = \"110%\"") => [UnknownWord, OutOfRange, OutOfRange];
    unit_that_is_not_there: and("[[fault]]\nkind = \"pause\"\ndatacenter = \"texas\"\nunit = \"emea-1\"\nat = \"1h\"") => [Conflict];
    copy_from_before_the_start: and("[[fault]]\nkind = \"restore-copy\"\ndatacenter = \"texas\"\nage = \"2h\"\nat = \"1h\"\n[[fault]]\nkind = \"restore-copy\"\ndatacenter = \"texas\"\nage = \"0s\"\nat = \"1h\"") => [OutOfRange, OutOfRange];
    copy_of_no_age: and("[[fault]]\nkind = \"restore-copy\"\ndatacenter = \"texs\"\nfor = \"1h\"\nat = \"1h\"") => [MissingKey, UnknownDatacenter, UnknownKey];
    witness_that_may_never_be_silent: and("[service]\nwitness_timeout = \"0s\"") => [OutOfRange];
    disk_that_is_faster: and("[[fault]]\nkind = \"slow-disk\"\ndatacenter = \"texas\"\nfactor = 0.5\nat = \"1h\"\n[service]\ndisk_timeout = \"0s\"") => [OutOfRange, OutOfRange];
    cooling_to_nothing: and("[[fault]]\nkind = \"cooling\"\ndatacenter = \"texas\"\nto = \"0%\"\nat = \"1h\"") => [OutOfRange];
    lease_too_short: and("[service]\nttl = \"12s\"") => [LeaseTooShort];
    lease_too_short_for_a_slow_clock: and("[service]\nloop_wait = \"28s\"\nretry_timeout = \"500ms\"\nrho_ppm = 100000") => [LeaseTooShort];
    attachments_that_no_disk_takes_in_time: and("[traffic]\nsizes = { attachment = \"200MB\" }") => [DiskTooSlow];
    disks_that_take_nothing_in_time: and("[topology.datacenter_defaults]\ndisk_rate = \"100kB/s\"") => [DiskTooSlow];
    reseed_of_nothing: and("[service]\nreseed_rate = 0") => [OutOfRange];
    reseed_faster_than_anybody_reads: and("[service]\nreseed_rate = 2501") => [ReseedUnlimited];
    reseed_faster_than_time: and("[service]\nreseed_rate = 1000001\n[topology.datacenter_defaults]\nreseed_cost = 0") => [ReseedUnlimited];
    reseed_that_costs_more_than_a_request: and("[topology.datacenters.dublin]\nreseed_cost = \"150%\"") => [OutOfRange];
    backup_before_a_boot: and("[service]\nbackup_every = \"1m\"") => [BackupTooOften];
    check_of_nobody_for_too_long: with("scale = \"50%\"", "scale = 0\nduration = \"7h\"") => [OutOfRange, OutOfRange];
    more_users_than_fit: with("users = 500", "users = 4294967295") => [TooMany];
    names_of_nothing: with("name = \"contoso\"", "name = \" \"") => [EmptyName];
    fault_that_lasts_no_time: and("[[fault]]\nkind = \"outage\"\ndatacenter = \"dublin\"\nat = \"1h\"\nfor = \"0s\"") => [OutOfRange];
    zone_on_mars: with("billing_country = \"DE\"", "billing_country = \"DE\"\ntime_zone = \"Mars/Olympus\"") => [UnknownTimeZone];
    link_that_is_cut_rather_than_slow: and("[[fault]]\nkind = \"degrade\"\nbetween = [\"texas\", \"illinois\"]\nloss = \"95%\"\ndelay = \"2m\"\nat = \"1h\"") => [OutOfRange, OutOfRange];
    links_that_carry_nothing: and("[topology]\nlinks = { loss = \"20%\", bandwidth = \"1 kB/s\", jitter = \"1m\" }\naccess = { loss = \"50%\", delay = \"1h\" }") => [OutOfRange, OutOfRange, OutOfRange, OutOfRange, OutOfRange];
    round_trip_of_an_hour: and("[topology.rtt.ms]\ndublin = { amsterdam = 3600000 }") => [OutOfRange];
    request_that_nobody_can_answer_in_time: and("[service]\nrequest_timeout = \"300ms\"") => [NoAnswerInTime];
    sync_request_that_nobody_can_answer_in_time: and("[service]\nreplication = \"sync\"\nrequest_timeout = \"510ms\"") => [NoAnswerInTime];
    attempt_that_nobody_can_answer_in_time: and("[service]\nretry_timeout = \"100ms\"\npeer_timeout = \"20ms\"") => [NoAnswerInTime, NoAnswerInTime];
    topology_too_wide_for_the_service: and("[topology.rtt.ms]\ndublin = { singapore = 9000 }") => [NoAnswerInTime];
    clock_that_starts_beyond_what_is_declared: and("[topology.datacenters.dublin]\nclock_offset = \"-700ms\"\nclock_drift_ppm = -300") => [ClockBeyondBound, ClockBeyondBound];
    clocks_that_cannot_be_so_bad: and("[service]\nrho_ppm = 250001") => [OutOfRange];
    clocks_that_cannot_be_counted: and("[service]\nrho_ppm = -1\nclock_tolerance = 1.5") => [OutOfRange, WrongType];
    clocks_better_than_the_topology_has: and("[service]\nclock_tolerance = \"0s\"\nrho_ppm = 16") => [ClockBeyondBound, ClockBeyondBound];
    no_time_to_settle: with("duration = \"6h\"", "duration = \"6h\"\nsettle = \"2m\"") => [SettleTooShort];
    lease_longer_than_the_time_to_settle: and("[service]\nttl = \"1h\"") => [SettleTooShort];
    backup_for_a_switchover: and("[[fault]]\nkind = \"operator\"\nat = \"1h\"\nunit = \"emea-1\"\norder = \"planned\"\nbackup_of = \"emea-1\"") => [Conflict];
    rollout_that_changes_nothing: and("[[fault]]\nkind = \"map-rollout\"\nat = \"1h\"\ncountry = \"FR\"\nboundary = \"emea\"\n[[fault]]\nkind = \"map-rollout\"\nat = \"1h\"\ncountry = \"RU\"") => [Conflict, Conflict];
    rollout_of_nothing_to_nowhere: and("[[fault]]\nkind = \"map-rollout\"\nat = \"1h\"\ncountry = \"Frankreich\"\nboundary = \"emae\"\nmisses = [\"dubln\"]") => [UnknownCountry, UnknownBoundary];
    probe_that_tells_the_truth: and("[[fault]]\nkind = \"region-probe\"\nat = \"1h\"\ndatacenter = \"dublin\"\nsays = \"dublin\"") => [Conflict];
    copies_without_a_pause: and("[service]\nindex_every = \"0s\"\nexport_lifetime = \"0s\"") => [OutOfRange, OutOfRange];
    copy_that_nothing_refuses: and("[[fault]]\nkind = \"refuse-copies\"\nat = \"1h\"\ndatacenter = \"dublin\"\ncopy = \"search index\"") => [UnknownWord];
    inventory_that_is_never_taken: and("[[inventory]]\nat = \"7h\"\n[[inventory]]\nat = 2025-01-01T00:00:00Z") => [FaultAfterEnd, FaultAfterEnd];
    inventory_at_no_time: and("[[inventory]]") => [MissingKey];
    backup_without_a_pause: and("[service]\nbackup_every = \"5s\"") => [BackupTooOften];
    two_tenants_of_one_name: and("[[tenant]]\nname = \"contoso\"\nbilling_country = \"FR\"\nusers = 1") => [DuplicateName];
    fault_after_the_end: with("at = \"2h\"", "at = \"6h\"") => [FaultAfterEnd];
    fault_before_the_start: with("at = \"2h\"", "at = 2019-05-05T23:00:00Z") => [FaultAfterEnd];
    empty_population: errors("schema_version = 1\nname = \"x\"\nstart = 2019-05-06\nduration = \"1h\"\n[population]\ntenants = 0\n") => [EmptyPopulation];
    no_population_at_all: errors("schema_version = 1\nname = \"x\"\nstart = 2019-05-06\nduration = \"1h\"\n") => [EmptyPopulation];
    outage_of_nothing: with("datacenter = \"dublin\"", "") => [Conflict];
    one_way_to_itself: and("[[fault]]\nkind = \"partition-one-way\"\nfrom = \"texas\"\nto = \"texas\"\nat = \"1h\"") => [Conflict];
    cells_that_no_run_visits: and("[[covers]]\nrule = \"R9\"\n[[covers]]\ncopy = \"push payload\"\n[[covers]]\ncopy = \"cache\"\n[[covers]]\nrule = \"R8\"\ncopy = \"log\"\n[[covers]]\nrule = \"R2\"\ncopy = \"backup\"\n[[covers]]\nfault = \"pause\"\n[[covers]]\ncopy = \"export\"\n[[covers]]\ncopy = \"dead letter\"") => [NeverCovered, NeverCovered, NeverCovered, NeverCovered, NeverCovered, NeverCovered, NeverCovered, NeverCovered];
    upgrade_of_nobody: and("[[upgrade]]\nversion = \"2.0\"\nat = \"1h\"\n[[upgrade]]\nversion = \"3.1\"\nshare = 0\nat = \"2h\"\n[[upgrade]]\nversion = \"3.1\"\nat = \"6h\"") => [UpgradeOfNobody, UpgradeOfNobody, FaultAfterEnd];
    partition_from_itself: and("[[fault]]\nkind = \"partition\"\nbetween = [\"texas\", \"texas\"]\nat = \"1h\"") => [Conflict];
    limit_of_another_dimension: with("\"90s\"", "90") => [WrongUnit];
    threshold_without_a_limit: with("max = \"90s\"", "") => [MissingKey];
    not_toml: with("duration = \"6h\"", "duration = 6h\nname =") => [Syntax, Syntax, Syntax];
    a_key_twice: with("users = 500", "users = 500\nusers = 600") => [Syntax];
    a_table_twice: and("[population]\nabroad = \"1%\"") => [Syntax];
    a_key_twice_around_one_within: and("[service]\nttl = \"40s\"\nx = [{ ttl = 1 }, { ttl = 2, ttl = 3 }]\nttl = \"50s\"") => [Syntax, Syntax];
    deep_nesting: and(&format!("x = {}{}", "[".repeat(5_000), "]".repeat(5_000))) => [TooDeep];
    deep_dotted_key: and(&format!("{} = 1", vec!["a"; 5_000].join("."))) => [TooDeep];
    several_at_once: errors(&init_template().replace("\"outage\"", "\"outrage\"").replace("\"DE\"", "\"Atlantis\"").replace("\"rto\"", "\"rtoo\"").replace("tenants =", "tenant =")) => [UnknownKey, UnknownCountry, UnknownWord, UnknownMetric];
    a_length_given_wrongly_hides_nothing: errors(&init_template().replace("\"6h\"", "\"6 parsecs\"").replace("datacenter = \"dublin\"", "datacenter = \"dubln\"").replace("users = 500", "users = 4294967295")) => [WrongUnit, TooMany, UnknownDatacenter];
    a_start_given_wrongly_hides_nothing: errors(&format!("{}\n[service]\nttl = \"12s\"\n", init_template().replace("2019-05-06T06:00:00Z", "\"noon\""))) => [WrongType, LeaseTooShort];
    a_topology_that_is_not_there_hides_nothing: with("[population]", "topology = \"kaizala\"\nrequires = [\"RES-99\"]\n[service]\nttl = \"12s\"\n[traffic]\nmix = { mesage = 1 }\n[population]") => [UnknownTopology, UnknownInvariant, LeaseTooShort, UnknownWord];
    a_key_misspelt_is_not_missing: with("billing_country = \"DE\"", "biling_country = \"DE\"") => [UnknownKey];
    a_kind_misspelt_is_not_missing: with("kind = \"outage\"", "knd = \"outage\"") => [UnknownKey];
    a_fault_without_a_kind: with("kind = \"outage\"", "") => [MissingKey];
    cells_that_there_are_not: and("[[covers]]\nrule = \"R10\"\ncopy = \"replika\"\ndatacenter = \"dublni\"\nfault = \"outrage\"\n[[covers]]") => [UnknownWord, UnknownWord, UnknownDatacenter, UnknownWord, MissingKey];
    label_against_the_law_of_the_place: and("[topology.datacenters.dublin]\njurisdiction = \"US\"\n[topology.countries]\nHK = \"emea\"") => [LabelAgainstTheLaw, LabelAgainstTheLaw];
    metro_in_another_boundary: and("[topology.boundaries.apac]\nmetro = \"chennai\"") => [MetroOutside];
    pair_that_runs_one_way: and("[topology.datacenters.oslo]\nboundary = \"emea\"\nrate = 10\n[topology.rtt.ms]\noslo = { singapore = 180, hong-kong = 200, dublin = 30, amsterdam = 20, texas = 120, illinois = 110, chennai = 150, pune = 150 }\n[topology.units.emea-3]\nboundary = \"emea\"\nprimary = \"oslo\"\nbackup = \"dublin\"\nwitness = \"illinois\"") => [PairOneWay];
    boundary_that_is_nobodys_home: and("[topology.boundaries.moon]\nmetro = \"oslo\"\n[topology.datacenters.oslo]\nboundary = \"moon\"\nrate = 10\n[topology.datacenters.bergen]\nboundary = \"moon\"\nrate = 10\n[topology.rtt.ms]\noslo = { singapore = 180, hong-kong = 200, dublin = 30, amsterdam = 20, texas = 120, illinois = 110, chennai = 150, pune = 150, bergen = 9 }\nbergen = { singapore = 180, hong-kong = 200, dublin = 30, amsterdam = 20, texas = 120, illinois = 110, chennai = 150, pune = 150 }\n[topology.units.moon-1]\nboundary = \"moon\"\nprimary = \"oslo\"\nbackup = \"bergen\"\nwitness = \"illinois\"") => [NobodyAtHome];
    move_of_nobody: and("[[move]]\ntenant = \"contos\"\nto = \"AU\"\nat = \"1h\"") => [UnknownTenant];
    move_to_where_one_is: and("[[move]]\ntenant = \"contoso\"\nto = \"FR\"\nat = \"1h\"") => [MoveToNowhere];
    move_to_a_country_not_served: and("[[move]]\ntenant = \"contoso\"\nto = \"KP\"\nat = \"1h\"") => [CountryNotServed];
    move_twice: and("[[move]]\ntenant = \"contoso\"\nto = \"AU\"\nat = \"1h\"\n[[move]]\ntenant = \"contoso\"\nto = \"US\"\nat = \"2h\"") => [MoveTwice];
    move_after_the_end: and("[[move]]\ntenant = \"contoso\"\nto = \"AU\"\nat = \"30h\"") => [FaultAfterEnd];
    move_cancelled_before_it_is_ordered: and("[[move]]\ntenant = \"contoso\"\nto = \"AU\"\nat = \"2h\"\ncancelled_at = \"1h\"") => [Conflict];
    move_before_the_billing_country_decides: and("[service]\neffective = 2019-05-06T08:00:00Z\n[[move]]\ntenant = \"contoso\"\nto = \"AU\"\nat = \"1h\"") => [MoveTooEarly];
    go_local_of_one_who_is: and("[[go_local]]\ncountry = \"IN\"\nboundary = \"india\"\nat = \"1h\"") => [MoveToNowhere];
    replacement_by_nobody: and("[[replace]]\ndatacenter = \"dublin\"\nby = \"frankfort\"\nat = \"1h\"") => [UnknownDatacenter];
    replacement_where_nothing_stands: and("[[replace]]\ndatacenter = \"texas\"\nunit = \"emea-1\"\nby = \"pune\"\nat = \"1h\"") => [SeatNowhere];
    replacement_in_another_boundary: and("[[replace]]\ndatacenter = \"dublin\"\nunit = \"emea-1\"\nby = \"texas\"\nat = \"1h\"") => [SeatOutside];
    replacement_by_the_peer: and("[[replace]]\ndatacenter = \"dublin\"\nunit = \"emea-1\"\nby = \"amsterdam\"\nat = \"1h\"") => [SeatTaken];
    replacement_twice: and("[[replace]]\ndatacenter = \"illinois\"\nunit = \"emea-1\"\nby = \"pune\"\nat = \"1h\"\n[[replace]]\ndatacenter = \"illinois\"\nunit = \"emea-1\"\nby = \"chennai\"\nat = \"2h\"") => [SeatTwice];
    replacement_after_the_end: and("[[replace]]\ndatacenter = \"illinois\"\nunit = \"emea-1\"\nby = \"pune\"\nat = \"30h\"") => [FaultAfterEnd];
    a_weight_of_something_unknown_is_told_once: and("[traffic]\nmix = { mesage = 1 }") => [UnknownWord];
}

/// Errors of a whole file name it, without a line.
fn error_of_file(name: &str, bytes: Option<&[u8]>) -> (Code, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    if let Some(bytes) = bytes {
        std::fs::write(&file, bytes).unwrap();
    }
    let found = load(&file, Size::Full).map(|_| ()).unwrap_err();
    let one = found.iter().next().unwrap();
    assert_eq!(one.file(), file.display().to_string());
    let folder = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    (one.code(), found.to_string().replace(&folder, ""))
}

#[test]
fn file_missing() {
    let (code, message) = error_of_file("missing.toml", None);
    assert_eq!(code, Code::Unreadable);
    insta::assert_snapshot!(message);
}

#[test]
fn a_directory() {
    let (code, message) = error_of_file(".", None);
    assert_eq!(code, Code::NotAFile);
    insta::assert_snapshot!(message);
}

#[test]
fn not_utf8() {
    let (code, message) = error_of_file("latin1.toml", Some(b"schema_version = 1\nname = \"caf\xe9\"\n"));
    assert_eq!(code, Code::NotUtf8);
    insta::assert_snapshot!(message);
}

#[test]
fn a_hundred_megabytes_of_noise() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("noise.toml");
    std::fs::File::create(&file).unwrap().set_len(100 << 20).unwrap();
    let found = load(&file, Size::Full).map(|_| ()).unwrap_err();
    let one = found.iter().next().unwrap();
    assert_eq!(one.code(), Code::TooLarge);
    insta::assert_snapshot!(one.message());
}

#[test]
fn a_scenario_is_no_topology() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scenario.toml");
    std::fs::write(&file, init_template()).unwrap();
    let found = load_topology(&file.display().to_string()).map(|_| ()).unwrap_err();
    assert_eq!(
        found.iter().map(ringfence::scenario::Diagnostic::code).collect::<Vec<_>>(),
        [Code::NotATopology],
        "\n{found}"
    );
}

#[test]
fn a_topology_is_no_scenario() {
    let found = errors("extends = \"kaizala-2019\"\n[datacenters.dublin]\nrate = 100\n");
    let [one] = found.iter().collect::<Vec<_>>()[..] else { panic!("{found}") };
    assert_eq!((one.code(), one.position()), (Code::NotAScenario, Some((1, 1))));
    assert!(one.suggestion().is_some_and(|help| help.contains("ringfence check")), "{found}");
}

#[test]
fn a_label_against_the_law_is_told_beside_a_name_that_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("both.toml");
    let text = "extends = \"kaizala-2019\"\n[datacenters.dublin]\nboundary = \"amer\"\n\
                [datacenters.pune]\nboundary = \"indai\"\n[units.emea-1]\nwitness = \"dublni\"\n";
    std::fs::write(&file, text).unwrap();
    let found = load_topology(&file.display().to_string()).map(|_| ()).unwrap_err();
    let codes: BTreeSet<_> = found.iter().map(ringfence::scenario::Diagnostic::code).collect();
    for code in [Code::UnknownDatacenter, Code::UnknownBoundary, Code::LabelAgainstTheLaw, Code::MetroOutside] {
        assert!(codes.contains(&code), "{code:?}\n{found}");
    }
    let lies = found.iter().filter(|one| one.code() == Code::LabelAgainstTheLaw);
    assert_eq!(lies.count(), 1, "of a label that names nothing, nothing is said\n{found}");
}

#[test]
fn a_long_chain_of_topologies_is_too_long_and_no_cycle() {
    let folder = tempfile::tempdir().unwrap();
    let file = |n: u32| folder.path().join(format!("t{n}.toml"));
    for n in 0..30 {
        std::fs::write(file(n), format!("extends = \"t{}.toml\"\n", n + 1)).unwrap();
    }
    std::fs::write(file(30), "extends = \"kaizala-2019\"\n").unwrap();
    let load = |n| load_topology(&file(n).display().to_string()).map(|_| ());
    assert_eq!(load(0).unwrap_err().iter().next().unwrap().code(), Code::ChainTooLong);
    assert!(load(20).is_ok());
}

#[test]
fn a_topology_that_extends_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("loop.toml");
    std::fs::write(&file, "extends = \"loop.toml\"\n").unwrap();
    let found = load_topology(&file.display().to_string()).map(|_| ()).unwrap_err();
    assert_eq!(found.iter().next().unwrap().code(), Code::TopologyCycle);
}

#[test]
fn a_megabyte_of_noise_in_one_line_is_refused_quickly() {
    for noise in ["[", "a", "\"", "=", "{a=", "é\u{1}\u{202e}", "a.", "[[a]]\n"] {
        let text = noise.repeat((1 << 20) / noise.len());
        let rendered = errors(&text).to_string();
        assert!(rendered.len() < 200_000, "{noise:?} gives {} bytes", rendered.len());
    }
}

#[test]
fn an_error_in_a_topology_points_into_its_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("mine.toml"),
        "extends = \"kaizala-2019\"\n[units.emea-1]\nwitness = \"dublni\"\n",
    )
    .unwrap();
    let file = folder.path().join("scenario.toml");
    let text = init_template().replace("[population]", "topology = \"mine.toml\"\n[population]");
    std::fs::write(&file, text).unwrap();
    let found = load(&file, Size::Full).map(|_| ()).unwrap_err();
    let one = found.iter().next().unwrap();
    assert_eq!((one.code(), one.position()), (Code::UnknownDatacenter, Some((3, 11))));
    assert!(Path::new(one.file()).ends_with("mine.toml"));
    assert_eq!(one.suggestion(), Some("did you mean `dublin`?"));
}

#[test]
fn a_tenant_that_expects_to_be_refused_loads() {
    let text = init_template().replace("\"DE\"", "\"RU\"\nexpect = \"refused\"");
    let scenario = parse("x.toml", &text, Size::Full).unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(scenario.contract.boundary_of(scenario.plan.population.tenants[0].billing.country), None);
}

#[test]
fn colour_is_only_given_when_asked_for() {
    let found = with("\"rto\"", "\"rt0\"");
    assert!(!found.render(false).contains('\u{1b}'));
    assert!(found.render(true).contains('\u{1b}'));
}
