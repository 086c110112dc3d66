//! A trace file that is written whole or not at all.

use super::failure::Failure;
use crate::report;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// A file that is being written beside its place. Dropped before it is complete, it is removed, and
/// what stood in its place stays.
pub(super) struct Whole {
    path: PathBuf,
    partial: PathBuf,
}

impl Whole {
    /// Begins a trace, and gives where to write it. Only another trace may stand in its place: what else is
    /// there is the user's, perhaps the scenario itself.
    pub(super) fn begin(path: &Path) -> Result<(Self, BufWriter<File>), Failure> {
        if path.is_dir() {
            return Err(Failure::Usage(format!("{} is a folder: name a file in it", path.display())));
        }
        if path.exists() && !(path.is_file() && report::is_trace(path)) {
            let shown = path.display();
            return Err(Failure::Usage(format!(
                "{shown} is there already and is no trace of a run: it is left as it is"
            )));
        }
        let partial = Self::partial(path)?;
        let file = File::create(&partial).map_err(|error| unwritable(path, &error))?;
        Ok((Self { path: path.to_owned(), partial }, BufWriter::with_capacity(1 << 16, file)))
    }

    /// Where this process writes a trace until it is complete.
    pub(super) fn partial(path: &Path) -> Result<PathBuf, Failure> {
        let name =
            path.file_name().ok_or_else(|| Failure::Usage(format!("{} is no name of a file", path.display())))?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".partial-{}", std::process::id()));
        Ok(path.with_file_name(hidden))
    }

    /// Puts the file, which is complete if it was `written`, into its place.
    pub(super) fn complete<W>(self, written: io::Result<W>) -> Result<(), Failure> {
        let placed = written.and_then(|_| fs::rename(&self.partial, &self.path));
        placed.map_err(|error| unwritable(&self.path, &error))
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // Once complete, it is no longer there.
        drop(fs::remove_file(&self.partial));
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("cannot write {}: {error}", path.display()))
}
