//! Files to which results are written beside standard output.

use super::failure::Failure;
use super::terminal::Terminal;
use super::whole::{Whole, apart};
use crate::report::ci;
use crate::scenario::ResultFormat;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The formats by name, in the order of help.
const FORMATS: [(&str, ResultFormat); 6] = [
    ("text", ResultFormat::Text),
    ("json", ResultFormat::Json),
    ("junit", ResultFormat::Junit),
    ("sarif", ResultFormat::Sarif),
    ("markdown", ResultFormat::Markdown),
    ("github", ResultFormat::Github),
];

/// A file of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// In which format.
    pub format: ResultFormat,
    /// Where.
    pub path: PathBuf,
}

/// The names of the formats.
pub(super) fn names() -> [&'static str; FORMATS.len()] {
    FORMATS.map(|(name, _)| name)
}

/// The format of a name.
pub(super) fn format(name: &str) -> Result<ResultFormat, String> {
    let found = FORMATS.iter().find(|(known, _)| *known == name).map(|&(_, format)| format);
    found.ok_or_else(|| {
        let names = names().map(str::to_owned);
        format!("there is no format `{name}`{}", super::nearest::nearest(name, &names, "there are"))
    })
}

/// Reads `junit=target/junit.xml`.
pub(super) fn target(text: &str) -> Result<Target, String> {
    match text.split_once('=') {
        Some((name, path)) if !path.is_empty() => Ok(Target { format: format(name)?, path: path.into() }),
        _ => Err("write format and file, as in `junit=target/junit.xml`".into()),
    }
}

/// What standard output or a file is to hold in each format.
pub(super) struct Written<'a> {
    /// For people.
    pub(super) text: String,
    /// For programs.
    pub(super) json: String,
    /// For CI.
    pub(super) results: &'a ci::Results,
}

impl Written<'_> {
    /// What a file of a format holds.
    pub(super) fn in_file(&self, format: ResultFormat) -> String {
        match of_ci(format) {
            Some(format) => format.written(self.results),
            None if format == ResultFormat::Text => self.text.clone(),
            None => self.json.clone(),
        }
    }

    /// What standard output holds. Annotations are read off a log, which people read as well.
    pub(super) fn on_output(&self, format: ResultFormat) -> String {
        let annotated = format == ResultFormat::Github;
        let before = if annotated { self.text.as_str() } else { "" };
        before.to_owned() + &self.in_file(format)
    }
}

const fn of_ci(format: ResultFormat) -> Option<ci::Format> {
    match format {
        ResultFormat::Text | ResultFormat::Json => None,
        ResultFormat::Junit => Some(ci::Format::Junit),
        ResultFormat::Sarif => Some(ci::Format::Sarif),
        ResultFormat::Markdown => Some(ci::Format::Markdown),
        ResultFormat::Github => Some(ci::Format::Github),
    }
}

/// Says before anything is run that a file cannot be written, or is the user's own: only results of an earlier
/// run in the same format may be replaced, and none of what is written `beside` them. Makes the folders of those that
/// can.
pub(super) fn check_writable<'a>(
    targets: &'a [Target],
    beside: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(), Failure> {
    apart(targets.iter().map(|target| &target.path).chain(beside))?;
    for (index, target) in targets.iter().enumerate() {
        let shown = target.path.display();
        if targets[..index].iter().any(|other| other.format == target.format) {
            return Err(Failure::Usage(format!("{shown} is the second file for one format; name one for each")));
        }
        if target.path.exists() && !target.path.is_file() {
            return Err(Failure::Usage(format!("{shown} is no file")));
        }
        match fs::read_to_string(&target.path) {
            Ok(text) if is_own(target.format, &text) => Whole::check(&target.path)?,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                make_folder(&target.path)?;
                Whole::check(&target.path)?;
            }
            _ => {
                return Err(Failure::Usage(format!(
                    "{shown} is there already and holds no earlier results in this format: it is left as it is"
                )));
            }
        }
    }
    Ok(())
}

fn is_own(format: ResultFormat, text: &str) -> bool {
    text.is_empty()
        || match of_ci(format) {
            Some(format) => format.is_own(text),
            None if format == ResultFormat::Text => text.contains("\nverdict: "),
            None => text.starts_with('{') && text.contains("\"schema_version\": ") && text.contains("\"verdict\": "),
        }
}

fn make_folder(file: &Path) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let made = if folder.as_os_str().is_empty() { Ok(()) } else { fs::create_dir_all(folder) };
    made.map_err(|error| Failure::Usage(format!("cannot write {}: {error}; nothing was run", file.display())))
}

/// Writes every file that can be written.
pub(super) fn write(targets: &[Target], written: &Written<'_>, terminal: &Terminal) {
    for Target { format, path } in targets {
        terminal.has_written(Whole::put(path, &written.in_file(*format)));
    }
}
