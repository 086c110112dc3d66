//! Commands that write a file or a text to start from: `init`, `schema`, `completions`.

use super::args::{Cli, InitArgs, SchemaOf};
use super::failure::Failure;
use super::terminal::Terminal;
use crate::outcome::Verdict;
use crate::scenario;
use clap::CommandFactory;
use clap_complete::Shell;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

pub(super) fn init(args: &InitArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    if args.path == Path::new("-") {
        terminal.print(scenario::init_template())?;
        return Ok(Verdict::Pass);
    }
    let shown = args.path.display();
    let created = OpenOptions::new().write(true).create_new(true).open(&args.path);
    created.and_then(|mut file| file.write_all(scenario::init_template().as_bytes())).map_err(|error| {
        Failure::Usage(match error.kind() {
            ErrorKind::AlreadyExists => format!("{shown} is there already, and is left as it is"),
            _ => format!("{shown} cannot be written: {error}"),
        })
    })?;
    terminal.note(&format!("written: {shown}\n  ringfence check {shown}"));
    Ok(Verdict::Pass)
}

pub(super) fn schema(of: SchemaOf, terminal: &Terminal) -> Result<Verdict, Failure> {
    terminal.print(&match of {
        SchemaOf::Scenario => scenario::schema(),
        SchemaOf::Profiles => scenario::profiles_schema(),
    })?;
    Ok(Verdict::Pass)
}

pub(super) fn completions(shell: Shell, terminal: &Terminal) -> Result<Verdict, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ringfence", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Verdict::Pass)
}
