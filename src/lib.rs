//! Ringfence runs a chat service's own placement and failover logic through seeded scenarios, and
//! proves for every byte that came to rest that it rested inside its boundary.

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
