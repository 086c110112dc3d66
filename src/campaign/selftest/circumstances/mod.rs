//! The circumstances in which mistakes show: parts of scenarios in which the shipped service keeps every promise.

pub(super) mod configuration;
pub(super) mod failover;
pub(super) mod inventory;
pub(super) mod replacement;
pub(super) mod residence;
