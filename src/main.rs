//! `ringfence`: parse, run, exit code. What it does is in the library.

use clap::Parser;
use ringfence::cli::{Cli, Terminal, execute, guarded};
use std::process::ExitCode;

fn main() -> ExitCode {
    guarded(|| {
        let cli = Cli::parse();
        let terminal = Terminal::new(cli.color);
        let result = execute(&cli.command, &terminal);
        terminal.conclude(result)
    })
}
