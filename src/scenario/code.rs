//! The stable codes of everything that can be wrong with a scenario: one table.

macro_rules! codes {
    ($(#[doc = $doc:literal] $name:ident = $code:literal),* $(,)?) => {
        /// What is wrong, by a code that never changes its meaning. `RF00…` is about the file,
        /// `RF01…` about its shape, `RF02…` about a value, `RF03…` about a name, `RF04…` about
        /// parts that do not fit together.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $doc] $name),*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code as messages show it, such as `RF0103`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code),*
                }
            }

            /// What it means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $doc.trim_ascii()),*
                }
            }
        }
    };
}

codes! {
    /// The file cannot be read.
    Unreadable = "RF0001",
    /// A directory, or another thing that is no file.
    NotAFile = "RF0002",
    /// The file is larger than any scenario.
    TooLarge = "RF0003",
    /// The file is not UTF-8.
    NotUtf8 = "RF0004",
    /// A scenario, where a topology is to be read.
    NotATopology = "RF0005",
    /// A topology, where a scenario is to be read.
    NotAScenario = "RF0006",
    /// A shape, where a scenario is to be read.
    NotPlain = "RF0007",
    /// Not TOML.
    Syntax = "RF0101",
    /// Tables or arrays nest too deep.
    TooDeep = "RF0102",
    /// A key that nothing reads.
    UnknownKey = "RF0103",
    /// A word that is not one of those that may stand here.
    UnknownWord = "RF0104",
    /// A value of the wrong type.
    WrongType = "RF0105",
    /// A key that must be there is not.
    MissingKey = "RF0106",
    /// Keys that exclude each other, or one that must be alone.
    Conflict = "RF0107",
    /// A quantity without a unit, or with a wrong one.
    WrongUnit = "RF0201",
    /// A duration below zero.
    Negative = "RF0202",
    /// A quantity too large to be counted.
    Overflow = "RF0203",
    /// A number outside its range.
    OutOfRange = "RF0204",
    /// A seed above 63 bits.
    SeedTooLarge = "RF0205",
    /// Not a point in time.
    NotAnInstant = "RF0206",
    /// A text with control characters, which would spoil what shows it.
    Unprintable = "RF0207",
    /// A name of nothing.
    EmptyName = "RF0208",
    /// No such datacenter.
    UnknownDatacenter = "RF0301",
    /// No such country.
    UnknownCountry = "RF0302",
    /// No such metric.
    UnknownMetric = "RF0303",
    /// No such boundary.
    UnknownBoundary = "RF0304",
    /// No such scale unit.
    UnknownUnit = "RF0305",
    /// No such time zone.
    UnknownTimeZone = "RF0306",
    /// No such invariant.
    UnknownInvariant = "RF0307",
    /// No such built-in topology, and no such file.
    UnknownTopology = "RF0308",
    /// Two things of one name.
    DuplicateName = "RF0309",
    /// A country that the service does not serve.
    CountryNotServed = "RF0310",
    /// A refusal is expected of a country that is served.
    CountryServed = "RF0311",
    /// No such tenant.
    UnknownTenant = "RF0312",
    /// No such profile.
    UnknownProfile = "RF0313",
    /// The datacenters of a scale unit stand outside its boundary.
    PairAcrossBoundaries = "RF0401",
    /// The witness of a scale unit is one of its pair.
    WitnessInPair = "RF0402",
    /// A scale unit whose primary is its own backup.
    PairOfOne = "RF0403",
    /// `loop_wait + 2·retry_timeout` is more than the holder has of `ttl` on the slowest clock.
    LeaseTooShort = "RF0404",
    /// A fault that strikes after the end.
    FaultAfterEnd = "RF0405",
    /// Nobody uses the service.
    EmptyPopulation = "RF0406",
    /// A topology in which something is missing.
    TopologyIncomplete = "RF0407",
    /// A topology that extends itself.
    TopologyCycle = "RF0408",
    /// More of a thing than a run can hold.
    TooMany = "RF0409",
    /// A time limit within which no answer can come.
    NoAnswerInTime = "RF0410",
    /// A clock that starts beyond what is declared of clocks.
    ClockBeyondBound = "RF0411",
    /// A `settle` in which nobody could tell whether the service converges.
    SettleTooShort = "RF0412",
    /// A disk that takes longer over large records than `disk_timeout`, as if it were failing.
    DiskTooSlow = "RF0413",
    /// Backups more often than a datacenter boots.
    BackupTooOften = "RF0414",
    /// A `reseed_rate` at which no datacenter reads.
    ReseedUnlimited = "RF0415",
    /// A datacenter whose label is not the boundary of the country in which it stands.
    LabelAgainstTheLaw = "RF0416",
    /// A metro that stands in another boundary.
    MetroOutside = "RF0417",
    /// A datacenter that backs up another, which does not back it up.
    PairOneWay = "RF0418",
    /// A boundary to which no country belongs.
    NobodyAtHome = "RF0419",
    /// A topology that extends a longer chain of others than anybody reads.
    ChainTooLong = "RF0420",
    /// A tenant that moves to where it is at home already.
    MoveToNowhere = "RF0421",
    /// A tenant that moves twice.
    MoveTwice = "RF0422",
    /// A tenant that moves before its billing country decides where it is at home.
    MoveTooEarly = "RF0423",
    /// A datacenter that is to be replaced where no seat stands.
    SeatNowhere = "RF0424",
    /// A site that is to go to another boundary.
    SeatOutside = "RF0425",
    /// A seat that is to go where its unit has, had or is to have another.
    SeatTaken = "RF0426",
    /// A seat that is replaced twice.
    SeatTwice = "RF0427",
    /// An upgrade that changes no app.
    UpgradeOfNobody = "RF0428",
    /// A cell of `covers` that no run can visit.
    NeverCovered = "RF0429",
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_unique_and_in_order() {
        let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    }
}
