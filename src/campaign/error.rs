//! Why many runs could not be made at all.

use super::check::CheckError;
use crate::scenario::Diagnostics;
use std::fmt;

/// A campaign could not be held.
#[derive(Debug)]
pub enum CampaignError {
    /// A topology or a drawn scenario was refused: a defect of this program.
    Scenario(Diagnostics),
    /// Threads could not be started.
    Threads(CheckError),
}

impl fmt::Display for CampaignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(found) => found.fmt(f),
            Self::Threads(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CampaignError {}
