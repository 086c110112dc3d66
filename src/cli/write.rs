//! Files and texts that are written: what takes no place of the user's own, and the commands `init`, `schema` and
//! `completions`.

use super::args::{Cli, InitArgs, SchemaOf};
use super::failure::Failure;
use super::read;
use super::terminal::Terminal;
use super::whole::Whole;
use crate::outcome::Verdict;
use crate::scenario;
use clap::CommandFactory;
use clap_complete::Shell;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

pub(super) fn init(args: &InitArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    if args.path == Path::new("-") {
        terminal.print(scenario::init_template());
        return Ok(Verdict::Pass);
    }
    let shown = args.path.display();
    put_new(&args.path, scenario::init_template())?;
    terminal.note(&format!("written: {shown}\n  ringfence check {shown}"));
    Ok(Verdict::Pass)
}

/// Says before the runs that a file which does not open as an earlier one does is left as it is, or that none can be
/// written there.
pub(super) fn replaceable(path: &Path, openings: &[&str], what: &str) -> Result<(), Failure> {
    let shown = path.display();
    match read::text(path) {
        Ok(text) if openings.iter().any(|opening| text.starts_with(opening)) => Whole::check(path),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Whole::check(path),
        _ => Err(Failure::Usage(format!("{shown} is there already and is no {what}: it is left as it is"))),
    }
}

/// Writes a text whose place [`replaceable`] has looked at; to standard output where no file is named, or where it
/// cannot be written after all.
pub(super) fn put_or_print(path: Option<&Path>, text: &str, terminal: &Terminal) {
    let is_written = path.is_some_and(|path| terminal.has_written(Whole::put(path, text)));
    if !is_written {
        terminal.print(text);
    }
}

/// Writes a file that must not be there yet.
pub(super) fn put_new(path: &Path, text: &str) -> Result<(), Failure> {
    let shown = path.display();
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    let put = |mut file: File| file.write_all(text.as_bytes()).inspect_err(|_| drop(fs::remove_file(path)));
    created.and_then(put).map_err(|error| {
        Failure::Usage(match error.kind() {
            ErrorKind::AlreadyExists => format!("{shown} is there already, and is left as it is"),
            _ => format!("{shown} cannot be written: {error}"),
        })
    })
}

pub(super) fn schema(of: SchemaOf, terminal: &Terminal) -> Verdict {
    terminal.print(&match of {
        SchemaOf::Scenario => scenario::schema(),
        SchemaOf::Profiles => scenario::profiles_schema(),
    });
    Verdict::Pass
}

pub(super) fn completions(shell: Shell, terminal: &Terminal) -> Verdict {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ringfence", &mut script);
    terminal.print(&String::from_utf8_lossy(&script));
    Verdict::Pass
}
