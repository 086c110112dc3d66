//! Why a command could not be carried out.

use crate::campaign::CampaignError;
use crate::campaign::CheckError;
use crate::report::WriteError;
use crate::scenario::Diagnostics;
use std::io;

/// Why a command could not be carried out.
#[derive(Debug)]
pub enum Failure {
    /// Scenarios or topologies are wrong.
    Scenario(Vec<Diagnostics>),
    /// The command line asks for something that cannot be done.
    Usage(String),
    /// The system or this program failed.
    Internal(String),
}

impl Failure {
    /// The exit code of a process that fails so.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Internal(_) => 1,
            Self::Scenario(_) | Self::Usage(_) => 2,
        }
    }

    /// The text for people, with colours if `coloured`.
    pub fn render(&self, coloured: bool) -> String {
        match self {
            Self::Scenario(files) => files.iter().map(|file| file.render(coloured)).collect::<Vec<_>>().join("\n\n"),
            Self::Usage(message) | Self::Internal(message) if coloured => format!("\x1b[1;31merror:\x1b[0m {message}"),
            Self::Usage(message) | Self::Internal(message) => format!("error: {message}"),
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(found: Diagnostics) -> Self {
        Self::Scenario(vec![found])
    }
}

impl From<CheckError> for Failure {
    fn from(error: CheckError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<CampaignError> for Failure {
    fn from(error: CampaignError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Internal(format!("standard output cannot be written: {error}"))
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::Usage(error.to_string())
    }
}
