//! Faults in a scenario file: what they say. What that means to the world is in `strike`.

use super::moment::Moment;
use super::quantity::{Share, Signed};
use super::read::{At, Given, Input, Table, Value, wrong_type};
use super::section::{Section, Shape, section};
use super::source::Place;
use super::words::{Command, Refusing, unknown_word, value};
use crate::terms::{Country, Span};
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
    /// The disks of a datacenter are lost: every site's store and voter there.
    StorageLoss {
        required {
            /// The datacenter.
            datacenter: String,
        }
        optional {
            /// Whether the backups that stand there are lost with them. Default: no.
            backups: bool,
        }
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
    /// A datacenter's disks are replaced by an earlier copy of themselves, and its processes start anew.
    RestoreCopy {
        required {
            /// The datacenter.
            datacenter: String,
            /// How long before the fault the copy was made, after the start of the run.
            age: Span,
        }
        optional {}
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
            /// Messages lost: at most 90 %, for beyond that it is a `partition`. Default: none.
            loss: Share,
            /// Added time each way: at most a minute, for beyond that it is a `partition`. Default: none.
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
    /// Operators roll out a map in which one country's row is not what it ought to be. It reaches the sites one after
    /// the other, and ends with a corrected map.
    MapRollout {
        required {
            /// The country of the row.
            country: Country,
        }
        optional {
            /// The boundary in which the map says that it is at home. Default: it is not served.
            boundary: String,
            /// How long it takes until every site has the map. Default: no time.
            over: Span,
            /// Datacenters whose sites never get it. Default: none.
            misses: Vec<At<String>>,
        }
    }
}

section! {
    /// The platform under a datacenter's sites says nothing, or something untrue, when it is asked where they stand.
    RegionProbe {
        required {
            /// The datacenter.
            datacenter: String,
        }
        optional {
            /// The datacenter that it names. Default: it says nothing.
            says: String,
        }
    }
}

section! {
    /// What is brought to copies of a class in a datacenter is refused, as by a full disk.
    RefuseCopies {
        required {
            /// The datacenter.
            datacenter: String,
            /// `search-index`, `compliance-copy` or `backup`.
            copy: Refusing,
        }
        optional {}
    }
}

section! {
    /// An operator orders a failover, a restore, a new register, or a copy of the log.
    Operator {
        required {
            /// The scale unit.
            unit: String,
            /// `planned`: lose nothing; `forced`: take over whatever is lost; `restore`: bring the newest
            /// backup back to a site whose store was lost, and serve with what it holds; `refound`: with the
            /// disks of the peer and of the witness lost, found the register anew on the site that is left;
            /// `export`: make a copy of the whole log for the administrator; `support-dump`: make one of the
            /// youngest records for an engineer.
            order: Command,
        }
        optional {
            /// The scale unit whose backup is offered, should the operator err. Default: the unit's own.
            backup_of: String,
        }
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
            /// Every kind.
            pub(super) const KINDS: &[&str] = &[$($word),*];

            /// The kind.
            pub(super) const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $word),*
                }
            }

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
        $shape.may_have::<Span>(
            "for",
            &["How long it lasts. Default: to the end.", "What several faults took is back when all have ended."],
        );
    };
    (@at_once $shape:ident "schema") => {};
}

effects! {
    "outage" lasting Outage(Outage),
    "partition" lasting Partition(Partition),
    "partition-one-way" lasting PartitionOneWay(PartitionOneWay),
    "isolate" lasting Isolate(Isolate),
    "storage-loss" at_once StorageLoss(StorageLoss),
    "restore-copy" at_once RestoreCopy(RestoreCopy),
    "pause" lasting Pause(Pause),
    "slow-disk" lasting SlowDisk(SlowDisk),
    "cooling" lasting Cooling(Cooling),
    "clock-offset" lasting ClockOffset(ClockOffset),
    "clock-drift" lasting ClockDrift(ClockDrift),
    "surge" lasting Surge(Surge),
    "degrade" lasting Degrade(Degrade),
    "config-push" at_once ConfigPush(ConfigPush),
    "refuse-copies" lasting RefuseCopies(RefuseCopies),
    "operator" at_once Operator(Operator),
    "map-rollout" lasting MapRollout(MapRollout),
    "region-probe" lasting RegionProbe(RegionProbe),
}

impl Effect {
    /// What an operator orders by it.
    pub(super) fn orders(&self) -> Option<Command> {
        let Self::Operator(operator) = self else { return None };
        value(&operator.order).copied()
    }
}

impl Value for Fault {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Some(entries) = value.as_table() else { return wrong_type(input, place, "a table", value) };
        let mut table = Table::new(input, place, entries);
        let Some(kind) = table.required::<String>("kind") else {
            table.give_up();
            return None;
        };
        let at = table.required("at");
        let Some((effect, lasts)) = Effect::take(&kind.value, &mut table) else {
            table.give_up();
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
