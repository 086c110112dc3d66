//! Configuration that lies is found before anything runs: each topology of this table is refused, at its
//! place and with its reason, by what `ringfence check topology.toml` does first.

use ringfence::scenario::{Code, load_topology};

/// A topology that is refused.
struct Bad {
    /// What it claims falsely.
    claim: &'static str,
    /// The file, after its first line, which extends the built-in topology.
    text: &'static str,
    code: Code,
    /// The line of the file, the first of which is 1.
    line: usize,
    /// A part of the message.
    reason: &'static str,
}

const fn bad(claim: &'static str, text: &'static str, code: Code, line: usize, reason: &'static str) -> Bad {
    Bad { claim, text, code, line, reason }
}

const TABLE: &[Bad] = &[
    bad(
        "a backup in another boundary",
        "[units.emea-1]\nbackup = \"illinois\"\nwitness = \"texas\"",
        Code::PairAcrossBoundaries,
        3,
        "illinois",
    ),
    bad(
        "a primary in another boundary",
        "[units.apac-1]\nprimary = \"dublin\"",
        Code::PairAcrossBoundaries,
        3,
        "dublin",
    ),
    bad(
        "a unit that says it is of another boundary",
        "[units.emea-1]\nboundary = \"amer\"",
        Code::PairAcrossBoundaries,
        3,
        "dublin",
    ),
    bad("a pair of one", "[units.emea-1]\nbackup = \"dublin\"", Code::PairOfOne, 3, "its own backup"),
    bad(
        "a witness inside its pair",
        "[units.emea-1]\nwitness = \"amsterdam\"",
        Code::WitnessInPair,
        3,
        "one of the pair",
    ),
    bad(
        "a pair that runs one way",
        "[units.emea-2]\nprimary = \"amsterdam\"\nbackup = \"oslo\"\n[datacenters.oslo]\nboundary = \"emea\"\nrate = 10\n\
         [rtt.ms]\noslo = { singapore = 180, hong-kong = 200, dublin = 30, amsterdam = 20, texas = 120, illinois = 110, \
         chennai = 150, pune = 150 }",
        Code::PairOneWay,
        1,
        "runs one way",
    ),
    bad(
        "a label against the law of the place",
        "[datacenters.dublin]\njurisdiction = \"US\"",
        Code::LabelAgainstTheLaw,
        3,
        "stands under the law of US",
    ),
    bad(
        "a datacenter under a law that is no boundary's",
        "[datacenters.dublin]\njurisdiction = \"RU\"",
        Code::LabelAgainstTheLaw,
        3,
        "which belongs to no boundary",
    ),
    bad(
        "a law that was taken out of its boundary",
        "[countries]\nIE = \"refuse\"",
        Code::LabelAgainstTheLaw,
        3,
        "which belongs to no boundary",
    ),
    bad(
        "a datacenter relabelled",
        "[datacenters.pune]\nboundary = \"apac\"",
        Code::LabelAgainstTheLaw,
        3,
        "labelled `apac`",
    ),
    bad(
        "a country row that moves a datacenter's law",
        "[countries]\nHK = \"emea\"",
        Code::LabelAgainstTheLaw,
        3,
        "hong-kong",
    ),
    bad("a country with two homes", "[countries]\nNZ = \"apac\"\nNZ = \"amer\"", Code::Syntax, 4, "duplicate key"),
    bad("a country in two spellings", "[countries]\nnz = \"apac\"\nNZ = \"amer\"", Code::UnknownCountry, 3, "nz"),
    bad("a country that is none", "[countries]\nUK = \"emea\"", Code::UnknownCountry, 3, "UK"),
    bad("a country at home nowhere", "[countries]\nNZ = \"oceania\"", Code::UnknownBoundary, 3, "oceania"),
    bad(
        "a boundary that is nobody's home",
        "[countries]\nIN = \"apac\"\n[datacenters.chennai]\njurisdiction = \"LK\"\n[datacenters.pune]\njurisdiction = \"LK\"",
        Code::NobodyAtHome,
        1,
        "no country belongs to the boundary `india`",
    ),
    bad(
        "a boundary without a place",
        "[boundaries.moon]\nmetro = \"dublin\"\n[countries]\nAQ = \"moon\"",
        Code::TopologyIncomplete,
        2,
        "moon",
    ),
    bad(
        "a boundary that no scale unit serves",
        "[boundaries.nordic]\nmetro = \"oslo\"\n[countries]\nNO = \"nordic\"\n[datacenters.oslo]\nboundary = \"nordic\"\n\
         jurisdiction = \"NO\"\nrate = 10\n[rtt.ms]\noslo = { singapore = 180, hong-kong = 200, dublin = 30, \
         amsterdam = 20, texas = 120, illinois = 110, chennai = 150, pune = 150 }",
        Code::TopologyIncomplete,
        2,
        "no scale unit serves the boundary `nordic`",
    ),
    bad(
        "a datacenter without a label",
        "[datacenters.oslo]\nrate = 10\n[rtt.ms]\noslo = { singapore = 180, hong-kong = 200, dublin = 30, \
         amsterdam = 20, texas = 120, illinois = 110, chennai = 150, pune = 150 }",
        Code::TopologyIncomplete,
        2,
        "`oslo` has no `boundary`",
    ),
    bad(
        "a datacenter with two labels",
        "[datacenters.dublin]\nboundary = \"emea\"\n[datacenters.dublin]\nboundary = \"apac\"",
        Code::Syntax,
        4,
        "duplicate key",
    ),
    bad(
        "a unit of a boundary that is none",
        "[units.emea-1]\nboundary = \"europe\"",
        Code::UnknownBoundary,
        3,
        "europe",
    ),
    bad(
        "a zone that is none",
        "[datacenters.dublin]\nboundary = \"europe-west9\"",
        Code::UnknownBoundary,
        3,
        "europe-west9",
    ),
    bad(
        "a metro in another boundary",
        "[boundaries.apac]\nmetro = \"chennai\"",
        Code::MetroOutside,
        3,
        "metro of `apac`",
    ),
    bad("a metro that is nowhere", "[boundaries.apac]\nmetro = \"sidney\"", Code::UnknownDatacenter, 3, "sidney"),
    bad("a label that is no boundary", "[datacenters.dublin]\nboundary = \"eu\"", Code::UnknownBoundary, 3, "eu"),
    bad("a witness that is nowhere", "[units.emea-1]\nwitness = \"dublni\"", Code::UnknownDatacenter, 3, "dublni"),
    bad(
        "a place of which no distance is known",
        "[datacenters.oslo]\nboundary = \"emea\"\nrate = 10",
        Code::TopologyIncomplete,
        2,
        "oslo",
    ),
    bad("a distance to nowhere", "[rtt.ms]\ndublin = { oslo = 30 }", Code::UnknownDatacenter, 3, "oslo"),
    bad("a datacenter that serves nothing", "[datacenters.dublin]\nrate = 0", Code::OutOfRange, 3, "serves nothing"),
    bad(
        "a time zone that is none",
        "[boundaries.emea]\ntime_zone = \"Europe/Dublni\"",
        Code::UnknownTimeZone,
        3,
        "Dublni",
    ),
    bad(
        "a datacenter without a name",
        "[units.emea-1]\nbackup = \"\"\n[datacenters.\"\"]\nboundary = \"emea\"\nrate = 10",
        Code::EmptyName,
        4,
        "says something",
    ),
    bad(
        "a boundary whose name spoils what shows it",
        "[boundaries.\"e\\tu\"]\nmetro = \"dublin\"",
        Code::Unprintable,
        2,
        "do not show",
    ),
    bad("a key that is none", "[units.emea-1]\nwitnes = \"texas\"", Code::UnknownKey, 3, "witnes"),
    bad(
        "a unit without a backup",
        "[units.emea-3]\nboundary = \"emea\"\nprimary = \"dublin\"\nwitness = \"texas\"",
        Code::TopologyIncomplete,
        2,
        "has no `backup`",
    ),
];

/// So many kinds of lie are told apart at the least.
const ENOUGH: usize = 20;

#[test]
fn every_lie_is_refused_at_its_place_with_its_reason() {
    assert!(TABLE.len() >= ENOUGH);
    let (folder, mut wrong) = (tempfile::tempdir().unwrap(), Vec::new());
    for Bad { claim, text, code, line, reason } in TABLE {
        let file = folder.path().join("lying.toml");
        std::fs::write(&file, format!("extends = \"kaizala-2019\"\n{text}\n")).unwrap();
        let Err(found) = load_topology(&file.display().to_string()) else {
            wrong.push(format!("{claim}: it loads\n"));
            continue;
        };
        let told = found.iter().any(|one| {
            one.code() == *code
                && one.position().is_some_and(|(at, _)| at == *line)
                && one.file().ends_with("lying.toml")
                && one.message().contains(reason)
        });
        if !told {
            wrong.push(format!("{claim}: {code:?} at line {line} with `{reason}` is not among\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
