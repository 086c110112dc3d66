//! The shipped scenarios and the topology as users change it.

use ringfence::scenario::{self, Size, Topology, load, load_topology, parse};
use ringfence::terms::{Country, Span};
use std::path::{Path, PathBuf};

fn shipped() -> Vec<PathBuf> {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let below = ["cases", "configuration", "moves", "residency"].map(|folder| library.join(folder));
    let folders = [&[library][..], &below].concat();
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

#[test]
fn every_shipped_scenario_loads_at_both_sizes_and_opens_with_prose() {
    let files = shipped();
    assert!(files.len() >= 20);
    for file in files {
        for size in [Size::Full, Size::Ci] {
            let scenario = load(&file, size).unwrap_or_else(|found| panic!("{found}"));
            assert_eq!(Some(scenario.name.as_str()), file.file_stem().and_then(|stem| stem.to_str()));
            assert!(scenario.title.len() > 20 && !scenario.thresholds.is_empty(), "{}", file.display());
        }
    }
}

#[test]
fn the_committed_schema_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/schema.json");
    let committed = std::fs::read_to_string(file).unwrap();
    assert!(committed == scenario::schema(), "`ringfence schema > scenarios/schema.json` makes it so");
}

#[test]
fn the_template_of_init_loads() {
    for size in [Size::Full, Size::Ci] {
        let template =
            parse("my-scenario.toml", scenario::init_template(), size).unwrap_or_else(|found| panic!("{found}"));
        assert_eq!(template.names.tenants, ["contoso"]);
    }
}

#[test]
fn the_ci_size_is_smaller_but_never_nothing() {
    let text = scenario::init_template().replace("scale = \"50%\"", "scale = \"0.01%\"\nduration = \"4h\"");
    let [full, ci] = [Size::Full, Size::Ci].map(|size| parse("x.toml", &text, size).unwrap().plan);
    assert_eq!((full.population.drawn, full.population.tenants[0].users), (10, 500));
    assert_eq!((ci.population.drawn, ci.population.tenants[0].users), (1, 1));
    assert_eq!((full.duration, ci.duration), (Span::hours(6), Span::hours(4)));
}

#[test]
fn the_ci_size_leaves_out_the_faults_that_come_after_it() {
    let text = scenario::init_template().replace("scale = \"50%\"", "duration = \"4h\"");
    let late = "[[fault]]\nkind = \"outage\"\ndatacenter = \"pune\"\nat = \"5h\"\n";
    let [full, ci] = [Size::Full, Size::Ci].map(|size| parse("x.toml", &format!("{text}\n{late}"), size).unwrap().plan);
    assert_eq!(full.faults.len(), ci.faults.len() + 1);
    assert!(ci.faults.iter().all(|fault| fault.at < ci.start + ci.duration));
    let found = parse("x.toml", &format!("{text}\n{}", late.replace("5h", "7h")), Size::Ci).unwrap_err();
    assert!(found.to_string().contains("RF0405"), "{found}");
}

const JOHANNESBURG: &str = r#"
name = "with-johannesburg"
extends = "kaizala-2019"

[boundaries.africa]
metro = "johannesburg"
time_zone = "Africa/Johannesburg"

[datacenters.johannesburg]
boundary = "africa"
rate = 20

[datacenters.cape-town]
boundary = "africa"
rate = 20

[units.africa-1]
boundary = "africa"
primary = "johannesburg"
backup = "cape-town"
witness = "dublin"

[rtt.ms.johannesburg]
cape-town = 18
singapore = 240
hong-kong = 250
dublin = 160
amsterdam = 158
texas = 240
illinois = 230
chennai = 210
pune = 200

[rtt.ms.cape-town]
singapore = 250
hong-kong = 260
dublin = 150
amsterdam = 148
texas = 230
illinois = 220
chennai = 220
pune = 210

[countries]
ZA = "africa"
NA = { boundary = "africa", time_zone = "Africa/Windhoek" }
PK = "apac"
AE = "refuse"
"#;

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

fn boundary_name<'a>(topology: &'a Topology, code: &str) -> Option<&'a str> {
    let boundary = topology.country(country(code)).unwrap().boundary?;
    Some(&topology.boundaries[boundary.index()].name)
}

#[test]
fn a_datacenter_and_a_country_are_added_by_toml_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("africa.toml"), JOHANNESBURG).unwrap();
    let file = folder.path().join("scenario.toml");
    let text =
        scenario::init_template().replace("schema_version = 1", "schema_version = 1\ntopology = \"africa.toml\"");
    std::fs::write(&file, text.replace("\"DE\"", "\"NA\"")).unwrap();

    let scenario = load(&file, Size::Full).unwrap_or_else(|found| panic!("{found}"));
    let topology = &scenario.topology;
    assert_eq!(scenario.plan.datacenters.len(), 10);
    assert_eq!(
        ["ZA", "NA", "PK", "AE", "KE"].map(|code| boundary_name(topology, code)),
        [Some("africa"), Some("africa"), Some("apac"), None, Some("emea")]
    );
    let [johannesburg, dublin] = ["johannesburg", "dublin"].map(|name| topology.datacenter(name).unwrap());
    assert_eq!(topology.round_trip(dublin, johannesburg), Span::millis(160), "the other direction counts");
    assert_eq!(scenario.contract.units[8].sites[0], johannesburg);
    assert_eq!(scenario.contract.boundary_of(country("NA")), scenario.plan.map.boundary_of(country("NA")));
}

#[test]
fn a_scenario_may_change_the_topology_in_place() {
    let text = format!("{}\n[topology.countries]\nDE = \"amer\"\n", scenario::init_template());
    let scenario = parse("x.toml", &text, Size::Full).unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(boundary_name(&scenario.topology, "DE"), Some("amer"));
    let built_in = load_topology("kaizala-2019").unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(boundary_name(&built_in, "DE"), Some("emea"));
}

#[test]
fn the_249_countries_are_where_the_golden_table_has_them() {
    let topology = load_topology("kaizala-2019").unwrap_or_else(|found| panic!("{found}"));
    let line = |rule: &scenario::CountryRule| {
        let mark = if rule.row.ambiguous { " ambiguous" } else { "" };
        format!("{} {}{mark}", rule.row.code, boundary_name(&topology, &rule.row.code.to_string()).unwrap_or("refuse"))
    };
    let table: Vec<_> = topology.countries.iter().map(line).collect();
    assert_eq!(table.len(), 249);
    insta::assert_snapshot!(table.join("\n"));
}

/// The same text reaches production and oracle by two ways; they must come to the same.
#[test]
fn map_and_contract_agree_on_every_shipped_scenario() {
    for file in shipped() {
        let scenario = load(&file, Size::Full).unwrap_or_else(|found| panic!("{found}"));
        let (plan, contract) = (&scenario.plan, &scenario.contract);
        assert_eq!(plan.map.countries, contract.countries);
        assert_eq!(plan.map.datacenters, contract.datacenters);
        assert_eq!(plan.map.go_local, contract.go_local);
        let sites: Vec<_> = plan.units.iter().map(|unit| (unit.boundary, unit.sites, unit.witness)).collect();
        let terms: Vec<_> = contract.units.iter().map(|unit| (unit.boundary, unit.sites, unit.witness)).collect();
        assert_eq!(sites, terms);
        let policy = &plan.policy;
        assert_eq!((policy.effective.0, policy.clock_tolerance), (contract.effective.0, contract.clock_tolerance));
        assert_eq!(
            (policy.ttl, policy.rho_ppm, policy.rto_bound(), policy.switchover_bound()),
            (contract.ttl, contract.rho_ppm, contract.rto_bound, contract.switchover_bound)
        );
        assert_eq!((policy.grace_period_with_data_loss, policy.card_version), (contract.grace, contract.card_version));
        assert_eq!(
            (policy.queue_limit, plan.settle, plan.start),
            (contract.queue_limit, contract.settle, contract.start)
        );
        let rates: Vec<_> = plan.datacenters.iter().map(|datacenter| datacenter.rate).collect();
        assert_eq!((policy.request_timeout, rates), (contract.request_timeout, contract.rates.clone()));
        assert_eq!(policy.patience().is_none(), contract.clients_are_naive);
    }
}

#[test]
fn the_hash_follows_the_text_of_scenario_and_topology() {
    let text = scenario::init_template();
    let hash = |text: &str| parse("x.toml", text, Size::Full).unwrap().hash;
    assert_eq!(hash(text), hash(text));
    assert_ne!(hash(text), hash(&text.replace("tenants = 10", "tenants = 11")));
    assert_eq!(hash(text).len(), 32);
}
