//! The program, run as a user runs it.

use std::path::Path;
use std::process::{Command, Output};

/// The program in a folder, about to be started.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.current_dir(folder).args(args).env_remove("NO_COLOR");
    command
}

/// Runs the program in a folder to its end.
pub(crate) fn ringfence(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}
