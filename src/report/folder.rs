//! A report's folder: written whole or not at all.

use super::files;
use crate::outcome::Outcome;
use std::ffi::OsString;
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
    /// The folder holds something that is no report, which will not be replaced.
    Occupied(PathBuf),
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
            Self::Occupied(path) => write!(f, "{} holds other things than a report", path.display()),
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

/// Writes a report into `dir`. A report that is there is replaced.
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
    Ok(Written { page: dir.join("index.html"), files })
}

/// Makes an empty folder beside `dir`, which may be renamed to it.
fn prepare(dir: &Path) -> Result<PathBuf, WriteError> {
    let sibling = beside(dir, "partial")?;
    if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        touched(parent, fs::create_dir_all(parent))?;
    }
    if occupied(dir)? {
        return Err(WriteError::Occupied(dir.to_owned()));
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

/// Whether there is something that is not a report.
fn occupied(dir: &Path) -> Result<bool, WriteError> {
    match fs::read_dir(dir) {
        Ok(entries) => {
            let entries: Vec<_> = touched(dir, entries.collect::<io::Result<_>>())?;
            let of_a_report = |entry: &fs::DirEntry| {
                let name = entry.file_name();
                name == "index.html"
                    || name == "summary.json"
                    || Path::new(&name).extension().is_some_and(|e| e == "svg")
            };
            let is_report = dir.join("index.html").is_file() && dir.join("summary.json").is_file();
            let replaceable = entries.is_empty() || (is_report && entries.iter().all(of_a_report));
            Ok(!replaceable)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(WriteError::System { path: dir.to_owned(), error }),
    }
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
    touched(&old, fs::remove_dir_all(&old))
}

fn touched<T>(path: &Path, result: io::Result<T>) -> Result<T, WriteError> {
    result.map_err(|error| WriteError::System { path: path.to_owned(), error })
}
