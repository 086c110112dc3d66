//! The world: datacenters, links, disks, devices, people, and what goes wrong.
//!
//! **Everything that decides a run is in its [`Plan`], its seed, and the service that it drives.** The
//! world owns time, network, storage and randomness; it never asks where anything *should* be, only
//! carries out what production commands, and states as facts what physically happened.
//!
//! Reading order: `plan` is what comes in; `world` is the loop; `event` is what the agenda holds; `datacenter`,
//! `sites`, `store` and `voters` are where production runs, and `queue` who waits before it; `transfer` and `merge`
//! move records between sites, of which `reread` are old, `backup` and `copying` to media of their own and back;
//! `moving` is a tenant that changes its home, `shares` what logs hold of it; `replacing` is a seat that gets another
//! place; `devices` and `follow` are the users, and `upgrade` changes their apps; `faults` strikes, and `overlap`
//! knows what a fault alone breaks; `phases` is the course of a run, `liveness` its end, and `watchdog` sees to it
//! that it has one; `trace` shows every step to whoever explains it.
//! `chance` is the only place that makes randomness.

pub mod agenda;
mod backup;
pub mod chance;
pub mod clock;
mod configured;
mod copying;
mod datacenter;
mod devices;
mod disk;
mod disk_copies;
mod effects;
mod event;
mod faults;
#[cfg(test)]
mod fixture;
mod follow;
mod gray;
mod liveness;
mod merge;
mod message;
mod moving;
pub mod network;
mod overlap;
mod phases;
pub mod plan;
pub mod population;
pub mod profile;
mod queue;
mod replacing;
mod request;
mod reread;
mod responding;
#[cfg(test)]
mod runs;
pub mod sampler;
mod sampling;
mod service_time;
mod shares;
mod shelves;
mod sites;
mod slab;
mod store;
pub mod trace;
pub mod traffic;
mod transfer;
mod upgrade;
mod voters;
mod watchdog;
mod world;

pub use plan::Plan;
pub use world::{Ended, World, simulate, simulate_traced};
