//! A report's folder: written whole or not at all.

use super::{PAGE, SUMMARY, files, page};
use crate::outcome::Outcome;
use crate::trace::OPENING;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The page.
    pub page: PathBuf,
    /// Every file, the page among them.
    pub files: Vec<PathBuf>,
}

/// Why a report cannot be written.
#[derive(Debug)]
pub enum WriteError {
    /// The folder holds something that is of no report, which will not be replaced.
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// What it holds.
        holds: PathBuf,
    },
    /// The path has no name of its own, such as `/` or `..`.
    Nameless(PathBuf),
    /// The system refused.
    System {
        /// What was touched.
        path: PathBuf,
        /// Why it failed.
        error: io::Error,
    },
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Occupied { folder, holds } => {
                write!(f, "{} holds other things than a report: {}", folder.display(), holds.display())
            }
            Self::Nameless(path) => write!(f, "{} is no name for a new folder", path.display()),
            Self::System { path, error } => write!(f, "cannot write {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::System { error, .. } = self { Some(error) } else { None }
    }
}

/// Says before a run whether its report could be written: by making the folder beside it in which
/// the report will be made, and removing it.
///
/// # Errors
///
/// Where [`write()`] would fail for the same reason.
pub fn check_writable(dir: &Path) -> Result<(), WriteError> {
    let sibling = prepare(dir)?;
    touched(&sibling, fs::remove_dir_all(&sibling))
}

/// Whether a report writes a file of this name.
pub fn is_own_name(name: &OsStr) -> bool {
    name == PAGE || name == SUMMARY || name.to_str().is_some_and(page::is_chart)
}

/// Whether this file is a trace of a run, which may be replaced by another.
pub fn is_trace(path: &Path) -> bool {
    let mut opening = [0; OPENING.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut opening));
    read.is_ok() && opening == *OPENING.as_bytes()
}

/// Writes a report into `dir`. A report that is there is replaced; traces of runs that are there stay.
///
/// # Errors
///
/// Where the folder holds something else than a report, or the system refuses; the folder is then
/// as it was.
pub fn write(dir: &Path, outcome: &Outcome) -> Result<Written, WriteError> {
    let sibling = prepare(dir)?;
    let written = fill(&sibling, dir, outcome).and_then(|names| {
        replace(dir, &sibling)?;
        Ok(names)
    });
    if written.is_err() {
        // What matters is the error that led here.
        drop(fs::remove_dir_all(&sibling));
    }
    let files: Vec<_> = written?.into_iter().map(|name| dir.join(name)).collect();
    Ok(Written { page: dir.join(PAGE), files })
}

/// Makes an empty folder beside `dir`, which may be renamed to it.
fn prepare(dir: &Path) -> Result<PathBuf, WriteError> {
    let sibling = beside(dir, "partial")?;
    if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        touched(parent, fs::create_dir_all(parent))?;
    }
    if let Some(holds) = stranger(dir)? {
        return Err(WriteError::Occupied { folder: dir.to_owned(), holds });
    }
    if sibling.exists() {
        touched(&sibling, fs::remove_dir_all(&sibling))?;
    }
    touched(dir, fs::create_dir(&sibling))?;
    Ok(sibling)
}

/// The path of a hidden folder beside `dir`, of this process alone.
fn beside(dir: &Path, what: &str) -> Result<PathBuf, WriteError> {
    let name = dir.file_name().ok_or_else(|| WriteError::Nameless(dir.to_owned()))?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{what}-{}", std::process::id()));
    Ok(dir.with_file_name(hidden))
}

/// Something in the folder that is neither of a report nor a trace, if there is any.
fn stranger(dir: &Path) -> Result<Option<PathBuf>, WriteError> {
    if !touched(dir, dir.try_exists())? {
        return Ok(None);
    }
    let is_report = dir.join(PAGE).is_file() && is_summary(&dir.join(SUMMARY));
    let replaceable = |path: &PathBuf| is_report && path.is_file() && path.file_name().is_some_and(is_own_name);
    Ok(entries(dir)?.into_iter().filter(|path| !replaceable(path) && !is_trace(path)).min())
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, WriteError> {
    let entries = touched(dir, fs::read_dir(dir))?;
    touched(dir, entries.map(|entry| entry.map(|entry| entry.path())).collect())
}

/// Whether this is the summary of an outcome, and not of something else that is called so.
fn is_summary(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let summary: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    ["schema_version", "scenario", "scenario_hash", "seed", "digest", "verdict"]
        .iter()
        .all(|key| !summary[key].is_null())
}

fn fill(sibling: &Path, dir: &Path, outcome: &Outcome) -> Result<Vec<String>, WriteError> {
    let write_one = |(name, content): (String, String)| {
        touched(&dir.join(&name), fs::write(sibling.join(&name), content))?;
        Ok(name)
    };
    files(outcome).into_iter().map(write_one).collect()
}

/// Puts `sibling` in the place of `dir`.
fn replace(dir: &Path, sibling: &Path) -> Result<(), WriteError> {
    if !dir.exists() {
        return touched(dir, fs::rename(sibling, dir));
    }
    let old = beside(dir, "old")?;
    touched(dir, fs::rename(dir, &old))?;
    if let Err(error) = fs::rename(sibling, dir) {
        touched(dir, fs::rename(&old, dir))?;
        return Err(WriteError::System { path: dir.to_owned(), error });
    }
    for entry in entries(&old)?.into_iter().filter(|path| is_trace(path)) {
        let kept = dir.join(entry.file_name().unwrap_or_default());
        touched(&kept, fs::rename(&entry, &kept))?;
    }
    touched(&old, fs::remove_dir_all(&old))
}

fn touched<T>(path: &Path, result: io::Result<T>) -> Result<T, WriteError> {
    result.map_err(|error| WriteError::System { path: path.to_owned(), error })
}
