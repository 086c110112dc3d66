//! Ringfence runs a chat service's own placement and failover logic through seeded scenarios of
//! traffic, outage and recovery, and proves for every byte that came to rest that it rested inside
//! its boundary. This page is the architecture: the way of the data, the map, the rules, what never
//! happens, and where to start reading.
//!
//! # The way of the data
//!
//! ```text
//!                  ┌─ Plan ────▶ World ─▶ Event ─▶ Machine::step ─▶ Effects ─▶ physical landing ─▶ Fact
//! scenario (TOML) ─┤                                 (service)                                      │
//!                  └─ Contract ─────────────────▶ audit ◀────────────┬──────────────────────────────┤
//!                                                   │              metrics                        digest
//!                                                   └───▶ Outcome ◀──┴──────────────────────────────┘
//!                                                            └──▶ text, JSON, charts, page
//! ```
//!
//! It goes one way only. The same line of a scenario reaches production (by the plan) and the
//! oracle (by the contract) by two separate ways, so that one wrong lookup cannot satisfy both.
//!
//! # The map
//!
//! | module | what it is | may import |
//! |---|---|---|
//! | [`terms`] | the words as types: instants, places, records, the lease | nothing |
//! | [`facts`] | what physically happened, as a stream, and its digest | `terms` |
//! | [`service`] | **production**: placement, routing, replication, lease, failover | `terms`, `facts` |
//! | [`sim`] | the world: agenda, sites, links, disks, devices, faults, traffic, chance | `terms`, `facts`, `service` |
//! | [`audit`] | the oracle: contract and invariants | `terms`, `facts` |
//! | [`metrics`] | facts folded into series and quantiles | `terms`, `facts` |
//! | [`outcome`] | the result of a run as data, its verdict, its JSON | `terms`, `facts`, `audit`, `metrics` |
//! | [`scenario`] | TOML in, plan and contract out, or every error with its place; profiles likewise | `terms`, `service`, `sim`, `audit`, `metrics` |
//! | [`trace`] | a run explained: each decision, its input, how stale that was, what came of it; a run as a trace file | `terms`, `facts`, `service`, `sim` |
//! | [`campaign`] | every case decided on paper; one run, or many on several threads; the hunt over scenarios that are drawn; the saboteurs and the selftest; what breaks a promise made small; a run in one file | all but `report`, `cli` |
//! | [`report`] | text, charts, page, and the formats that CI reads | `terms`, `metrics`, `audit`, `outcome`, `trace` |
//! | [`cli`] | commands, exit codes, the terminal | any |
//!
//! `tests/laws.rs` reads every path in every file and holds the last column; `clippy.toml` holds
//! the bans that a compiler can see.
//!
//! # The rules of residence
//!
//! | rule | what it says | decided in | judged in |
//! |---|---|---|---|
//! | R1 | a tenant billed in a go-local country is at home there, whatever the date | [`service::placement`] | RES-1 |
//! | R2 | from the effective instant, records rest in the boundary of the billing country | [`service::placement`] | RES-1 |
//! | R2, later | a tenant whose billing country changes moves with all that its old home has ([`service::relocation`]) | [`service::Decisions::may_cut_over`] | RES-5 |
//! | R3 | before it, in the boundary of the creator's country code; they stay, and readers see both parts | [`service::placement`] | RES-1, RES-8 |
//! | R4 | action cards follow R2 only from an app version on; older ones are refused, or follow R3 | [`service::placement`] | RES-1, RES-7 |
//! | R5 | data travels together: attachments with their message, a card's parts with the card | [`service::placement`] | RES-2 |
//! | R6 | call media rests nowhere | [`service::Decisions::keeps_media`] | RES-3 |
//! | R7 | private conversations are placed by the creator's country and carry no promise | [`service::placement`] | shown apart |
//! | R8 | failover stays inside the boundary; with all of it dark the service refuses and borrows nothing; where the contract asks for it, content does not travel beyond it either | [`service::Decisions::candidates`], [`service::Decisions::may_travel`] | RES-1, RES-4, RES-6, RES-7 |
//! | R8, later | a datacenter that is left, or lost for good, is replaced by one inside, seat by seat, and keeps nothing ([`service::replacement`]) | [`service::Decisions::may_commission`], [`service::Decisions::may_retire`] | RES-5 |
//! | R9 | a country that is not served is refused by name, not guessed; nor is one of which two maps say different things | [`service::placement`], [`service::Decisions::stricter`] | RES-7 |
//! | R10 | directory, removal and wipe | not built yet | – |
//!
//! # What never happens
//!
//! - **No `unsafe`.** The package forbids it.
//! - **No clock, randomness or I/O in production.** [`service`] is state machines and pure
//!   functions; it would run unchanged behind a real socket.
//! - **No word of production's in the oracle.** A landing is stated where bytes physically arrive,
//!   with the world's own datacenter; [`facts::Fact::Announced`] is read by reports alone.
//! - **No stored stream of facts.** Observers fold it; composed by static dispatch, they cost
//!   nothing when they are off.
//! - **No randomness but `sim::chance`'s**, in streams keyed by name: adding a link moves no other
//!   link's draws.
//! - **No order that depends on a machine**: no hash maps, no thread-dependent reduction, no
//!   platform's own logarithm, no time zone but the bundled ones.
//! - **No panic on input.** A breach is data, a bad scenario is a typed error with a place in a
//!   file, a refusal is typed; a panic means that the simulator is broken.
//! - **No lookup by string, and no allocation, on the hot path.** Names live at the edges.
//! - **No guess of a country** from the digits of a phone number.
//! - **No region by default.** A site is used only where the platform under it says that it was commissioned.
//!
//! # Where to start reading
//!
//! 1. [`terms`], the vocabulary, then [`facts::Fact`]: everything that can happen.
//! 2. [`service::placement`], the rules as one pure function, and [`service::Decisions`]: all that
//!    can be decided wrongly, by name.
//! 3. [`service::site`] and [`service::voter`], the lease and replication; then the world that
//!    drives them, [`sim`].
//! 4. [`audit`], the same promises written a second time, from the other side.
//! 5. [`campaign::run`], where it all meets in one screen.
//!
//! To add a datacenter, a boundary or a country's rule: TOML only. A fault, an invariant, a chart, a
//! copy class: one new file or variant and one row in its table, and the compiler names what is left.

pub mod audit;
pub mod campaign;
pub mod cli;
pub mod facts;
pub mod metrics;
pub mod outcome;
pub mod report;
pub mod scenario;
pub mod service;
pub mod sim;
pub mod terms;
pub mod trace;
