//! Faults in a scenario file: what they say, and what they mean to the world.

use super::code::Code;
use super::moment::Moment;
use super::quantity::{Share, Signed, rounded};
use super::read::{At, Given, Input, Table, Value, wrong_type};
use super::resolve::Resolver;
use super::section::{Section, Shape, section};
use super::source::Place;
use super::words::{unknown_word, value};
use crate::service::Order;
use crate::sim::plan::FaultKind;
use crate::terms::{Datacenter, Seat, Span, Unit};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use toml::de::DeValue;

section! {
    /// Datacenters lose power together: processes and memory are gone, disks stay.
    Outage {
        required {}
        optional {
            /// The datacenter.
            datacenter: String,
            /// Several datacenters at once.
            datacenters: Vec<At<String>>,
            /// All datacenters of a boundary.
            boundary: String,
        }
    }
}

section! {
    /// No message passes between two datacenters.
    Partition {
        required {
            /// The two.
            between: Vec<At<String>>,
        }
        optional {}
    }
}

section! {
    /// No message passes from one datacenter to another.
    PartitionOneWay {
        required {
            /// The sender.
            from: String,
            /// The receiver.
            to: String,
        }
        optional {}
    }
}

section! {
    /// A datacenter is cut from every other.
    Isolate {
        required {
            /// The datacenter.
            datacenter: String,
        }
        optional {
            /// Whether clients still reach it. Default: yes.
            clients_reach: bool,
        }
    }
}

section! {
    /// A fault of one datacenter.
    OneDatacenter {
        required {
            /// The datacenter.
            datacenter: String,
        }
        optional {}
    }
}

section! {
    /// A datacenter's processes stand still; memory is kept.
    Pause {
        required {
            /// The datacenter.
            datacenter: String,
        }
        optional {
            /// Only the processes of this scale unit. Default: all.
            unit: String,
        }
    }
}

section! {
    /// A datacenter's disks are slow.
    SlowDisk {
        required {
            /// The datacenter.
            datacenter: String,
            /// By this factor a flush takes longer, and a write slower.
            factor: f64,
        }
        optional {
            /// Only the disks of this scale unit. Default: all.
            unit: String,
        }
    }
}

section! {
    /// A datacenter heats up, and serves less and less.
    Cooling {
        required {
            /// The datacenter.
            datacenter: String,
            /// The share of its rate that is left in the end.
            to: Share,
        }
        optional {
            /// In how many equal steps, the first of them at once. Default: 4.
            steps: u16,
            /// The time between two steps. Default: `"5m"`.
            every: Span,
        }
    }
}

section! {
    /// A datacenter's wall clock is stepped.
    ClockOffset {
        required {
            /// The datacenter.
            datacenter: String,
            /// By how much, forward or (with a sign) backward.
            offset: Signed,
        }
        optional {}
    }
}

section! {
    /// A datacenter's clocks run fast or slow.
    ClockDrift {
        required {
            /// The datacenter.
            datacenter: String,
            /// Deviation of the rate, in parts per million.
            drift_ppm: i32,
        }
        optional {}
    }
}

section! {
    /// Traffic grows.
    Surge {
        required {
            /// By this factor.
            factor: f64,
        }
        optional {
            /// Only the users of this boundary. Default: all.
            boundary: String,
        }
    }
}

section! {
    /// A link loses messages and is slower, in both directions.
    Degrade {
        required {
            /// The two datacenters.
            between: Vec<At<String>>,
        }
        optional {
            /// Messages lost. Default: none.
            loss: Share,
            /// Added time each way. Default: none.
            delay: Span,
        }
    }
}

section! {
    /// An operator pushes a map that offers a datacenter's capacity to a boundary.
    ConfigPush {
        required {
            /// The datacenter.
            datacenter: String,
            /// The boundary that is to use it.
            serves: String,
        }
        optional {
            /// The boundary in which the operator says it stands. Default: the label is missing.
            label: String,
        }
    }
}

section! {
    /// An operator orders a failover.
    Operator {
        required {
            /// The scale unit.
            unit: String,
            /// `planned`: lose nothing; `forced`: take over whatever is lost.
            order: Order,
        }
        optional {}
    }
}

/// When a fault strikes, and for how long.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) at: Given<Moment>,
    pub(super) lasts: Given<Span>,
    pub(super) effect: Effect,
}

macro_rules! effects {
    ($($word:literal $length:ident $name:ident($section:ident)),* $(,)?) => {
        /// What a fault says, by its kind.
        #[derive(Clone, Debug)]
        pub(super) enum Effect {
            $($name($section)),*
        }

        impl Effect {
            const KINDS: &[&str] = &[$($word),*];

            /// Reads the keys of a kind, and its length if it has one.
            fn take(kind: &str, table: &mut Table<'_, '_>) -> Option<(Self, Given<Span>)> {
                match kind {
                    $($word => {
                        let lasts = effects!(@$length table);
                        Some((Self::$name($section::take(table)), lasts))
                    })*
                    _ => None,
                }
            }

            fn schemas(generator: &mut SchemaGenerator) -> Vec<Schema> {
                vec![$({
                    let mut shape = Shape::new(generator);
                    shape.constant("kind", $word);
                    shape.needs::<Moment>("at", &["When it strikes: since the start, or a point in time."]);
                    effects!(@$length shape "schema");
                    $section::describe(&mut shape);
                    shape.finish()
                }),*]
            }
        }
    };
    (@lasting $table:ident) => { $table.optional("for") };
    (@at_once $table:ident) => { None };
    (@lasting $shape:ident "schema") => {
        $shape.may_have::<Span>("for", &["How long it lasts. Default: to the end."]);
    };
    (@at_once $shape:ident "schema") => {};
}

effects! {
    "outage" lasting Outage(Outage),
    "partition" lasting Partition(Partition),
    "partition-one-way" lasting PartitionOneWay(PartitionOneWay),
    "isolate" lasting Isolate(Isolate),
    "storage-loss" at_once StorageLoss(OneDatacenter),
    "pause" lasting Pause(Pause),
    "slow-disk" lasting SlowDisk(SlowDisk),
    "cooling" lasting Cooling(Cooling),
    "clock-offset" lasting ClockOffset(ClockOffset),
    "clock-drift" lasting ClockDrift(ClockDrift),
    "surge" lasting Surge(Surge),
    "degrade" lasting Degrade(Degrade),
    "config-push" at_once ConfigPush(ConfigPush),
    "operator" at_once Operator(Operator),
}

impl Value for Fault {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Some(entries) = value.as_table() else { return wrong_type(input, place, "a table", value) };
        let mut table = Table::new(input, place, entries);
        let kind = table.required::<String>("kind")?;
        let at = table.required("at");
        let Some((effect, lasts)) = Effect::take(&kind.value, &mut table) else {
            return unknown_word(input, &kind.place, &kind.value, Effect::KINDS);
        };
        table.finish();
        Some(Self { at, lasts, effect })
    }
}

impl JsonSchema for Fault {
    fn schema_name() -> Cow<'static, str> {
        "Fault".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "oneOf": Effect::schemas(generator) })
    }
}

impl Effect {
    /// What it means to the world; `None` after reporting a name that is unknown or missing.
    pub(super) fn resolved(&self, fault: &Place, names: &Resolver<'_>) -> Option<FaultKind> {
        Some(match self {
            Self::Outage(outage) => FaultKind::Outage(struck(outage, fault, names)?),
            Self::Partition(Partition { between }) => {
                let (a, b) = pair(between, names)?;
                FaultKind::Partition(a, b)
            }
            Self::PartitionOneWay(PartitionOneWay { from, to }) => {
                let (from, to) = (names.datacenter(from), names.datacenter(to));
                FaultKind::PartitionOneWay(from?, to?)
            }
            Self::Isolate(Isolate { datacenter, clients_reach }) => FaultKind::Isolate {
                datacenter: names.datacenter(datacenter)?,
                clients_reach: value(clients_reach).copied().unwrap_or(true),
            },
            Self::StorageLoss(OneDatacenter { datacenter }) => FaultKind::StorageLoss(names.datacenter(datacenter)?),
            Self::Pause(Pause { datacenter, unit }) => {
                let at = names.datacenter(datacenter);
                match there(unit, at, names)? {
                    Some(unit) => FaultKind::PauseUnit(at?, unit),
                    None => FaultKind::Pause(at?),
                }
            }
            Self::SlowDisk(SlowDisk { datacenter, unit, factor }) => {
                let at = names.datacenter(datacenter);
                let unit = there(unit, at, names);
                FaultKind::SlowDisk { datacenter: at?, milli: slower(factor, names)?, unit: unit? }
            }
            Self::Cooling(cooling) => heat(cooling, names)?,
            Self::ClockOffset(ClockOffset { datacenter, offset }) => {
                FaultKind::ClockOffset(names.datacenter(datacenter)?, value(offset)?.micros())
            }
            Self::ClockDrift(ClockDrift { datacenter, drift_ppm }) => {
                FaultKind::ClockDrift(names.datacenter(datacenter)?, drift(drift_ppm, names)?)
            }
            Self::Surge(Surge { factor, boundary }) => {
                let boundary = match boundary {
                    Some(_) => Some(names.boundary(boundary)?),
                    None => None,
                };
                FaultKind::Surge(boundary, thousandths(factor, names)?)
            }
            Self::Degrade(Degrade { between, loss, delay }) => {
                let (a, b) = pair(between, names)?;
                let loss_ppm = value(loss).map_or(0, |loss| loss.0);
                FaultKind::Degrade { a, b, loss_ppm, delay: value(delay).copied().unwrap_or(Span::ZERO) }
            }
            Self::ConfigPush(ConfigPush { datacenter, serves, label }) => {
                let (datacenter, serves) = (names.datacenter(datacenter), names.boundary(serves));
                let label = match label {
                    Some(_) => Some(names.boundary(label)?),
                    None => None,
                };
                FaultKind::ConfigPush { datacenter: datacenter?, serves: serves?, label }
            }
            Self::Operator(Operator { unit, order }) => FaultKind::Operator(names.unit(unit)?, *value(order)?),
        })
    }
}

/// The unit to which a fault of a datacenter is confined, if it is; it must have something there.
#[expect(clippy::option_option, reason = "unknown, and reported, is not the same as not given")]
fn there(given: &Given<String>, datacenter: Option<Datacenter>, names: &Resolver<'_>) -> Option<Option<Unit>> {
    let Some(name) = given else { return Some(None) };
    let (unit, datacenter) = (names.unit(given)?, datacenter?);
    let row = &names.topology.units[unit.index()];
    if !Seat::ALL.into_iter().any(|seat| row.voter(seat) == datacenter) {
        names.findings.report(Code::Conflict, &name.place, "this scale unit has nothing at that datacenter");
        return None;
    }
    Some(Some(unit))
}

fn slower(factor: &Given<f64>, names: &Resolver<'_>) -> Option<u64> {
    let factor = factor.as_ref()?;
    if !(1.0..=1_000_000.0).contains(&factor.value) {
        names.findings.report(Code::OutOfRange, &factor.place, "a disk is slower by a factor of 1 to 1000000");
        return None;
    }
    Some(rounded(factor.value * 1_000.0))
}

fn heat(cooling: &Cooling, names: &Resolver<'_>) -> Option<FaultKind> {
    let Cooling { datacenter, to, steps, every } = cooling;
    let (datacenter, to) = (names.datacenter(datacenter), to.as_ref());
    if let Some(to) = to.filter(|to| !(1_000..1_000_000).contains(&to.value.0)) {
        names.findings.report(Code::OutOfRange, &to.place, "at least 0.1 % is left of the rate, and less than all");
        return None;
    }
    if let Some(steps) = steps.as_ref().filter(|steps| steps.value == 0) {
        names.findings.report(Code::OutOfRange, &steps.place, "this must be one or more");
        return None;
    }
    Some(FaultKind::Cooling {
        datacenter: datacenter?,
        to_ppm: to?.value.0,
        steps: value(steps).copied().unwrap_or(4),
        every: value(every).copied().unwrap_or(Span::minutes(5)),
    })
}

/// The datacenters of an outage, named in one of three ways.
fn struck(outage: &Outage, fault: &Place, names: &Resolver<'_>) -> Option<Vec<Datacenter>> {
    let Outage { datacenter, datacenters, boundary } = outage;
    match (datacenter, datacenters, boundary) {
        (Some(_), None, None) => Some(vec![names.datacenter(datacenter)?]),
        (None, Some(list), None) if !list.value.is_empty() => names.datacenters(&list.value),
        (None, None, Some(_)) => names.boundary(boundary).map(|boundary| names.standing_in(boundary)),
        _ => {
            let message = "an outage strikes one of `datacenter`, `datacenters` or `boundary`";
            names.findings.report(Code::Conflict, fault, message);
            None
        }
    }
}

fn pair(between: &Given<Vec<At<String>>>, names: &Resolver<'_>) -> Option<(Datacenter, Datacenter)> {
    let between = between.as_ref()?;
    match names.datacenters(&between.value)?[..] {
        [a, b] if a != b => Some((a, b)),
        _ => {
            names.findings.report(Code::Conflict, &between.place, "two different datacenters are needed here");
            None
        }
    }
}

/// Beyond a tenth a clock is not slow but broken.
fn drift(ppm: &Given<i32>, names: &Resolver<'_>) -> Option<i32> {
    let ppm = ppm.as_ref()?;
    if ppm.value.unsigned_abs() > 100_000 {
        names.findings.report(Code::OutOfRange, &ppm.place, "a clock deviates by at most 100000 parts per million");
        return None;
    }
    Some(ppm.value)
}

fn thousandths(factor: &Given<f64>, names: &Resolver<'_>) -> Option<u64> {
    let factor = factor.as_ref()?;
    if !(0.001..=1_000.0).contains(&factor.value) {
        names.findings.report(Code::OutOfRange, &factor.place, "a factor lies between 0.001 and 1000");
        return None;
    }
    Some(rounded(factor.value * 1_000.0))
}
