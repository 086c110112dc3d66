//! Files that are written whole or not at all.

use super::failure::Failure;
use crate::report;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{self, Path, PathBuf};

/// A file that is being written beside its place. Dropped before it is complete, it is removed, and
/// what stood in its place stays.
pub(super) struct Whole {
    /// As the user named it.
    named: PathBuf,
    /// Where it stands: a link stays one.
    path: PathBuf,
    partial: PathBuf,
}

impl Whole {
    /// Begins a file, and gives where to write it.
    fn begin(path: &Path) -> Result<(Self, File), Failure> {
        if path.is_dir() {
            return Err(Failure::Usage(format!("{} is a folder: name a file in it", path.display())));
        }
        let partial = Self::partial(path)?;
        let file = File::create(&partial).map_err(|error| unwritable(path, &error))?;
        Ok((Self { named: path.to_owned(), path: place(path), partial }, file))
    }

    /// Begins a trace. Only another trace may stand in its place: what else is there is the user's, perhaps the
    /// scenario itself.
    pub(super) fn trace(path: &Path) -> Result<(Self, BufWriter<File>), Failure> {
        if path.exists() && !path.is_dir() && !(path.is_file() && report::is_trace(path)) {
            let shown = path.display();
            return Err(Failure::Usage(format!(
                "{shown} is there already and is no trace of a run: it is left as it is"
            )));
        }
        let (whole, file) = Self::begin(path)?;
        Ok((whole, BufWriter::with_capacity(1 << 16, file)))
    }

    /// Says before anything is run that a file cannot be written. Leaves nothing behind.
    pub(super) fn check(path: &Path) -> Result<(), Failure> {
        Self::begin(path).map(drop).map_err(|failure| match failure {
            Failure::Usage(why) => Failure::Usage(format!("{why}; nothing was run")),
            other => other,
        })
    }

    /// Writes a file at one stroke.
    pub(super) fn put(path: &Path, text: &str) -> Result<(), Failure> {
        let (whole, mut file) = Self::begin(path)?;
        whole.complete(file.write_all(text.as_bytes()).map(|()| file))
    }

    /// Where this process writes a file until it is complete.
    pub(super) fn partial(path: &Path) -> Result<PathBuf, Failure> {
        let path = place(path);
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
        placed.map_err(|error| unwritable(&self.named, &error))
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // Once complete, it is no longer there.
        drop(fs::remove_file(&self.partial));
    }
}

/// Says before anything is run that two outputs are one file, however they are spelled: one would take the other's
/// place.
pub(super) fn apart<'a>(outputs: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Failure> {
    let mut seen: Vec<(PathBuf, &Path)> = Vec::new();
    for path in outputs {
        let stands = whole_place(path);
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == stands) {
            let message = format!("{} and {} are one file: name one for each", other.display(), path.display());
            return Err(Failure::Usage(message));
        }
        seen.push((stands, path));
    }
    Ok(())
}

/// Where a file stands that may be reached by a link.
fn place(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The same from the root on, also of a file that is not there yet.
fn whole_place(path: &Path) -> PathBuf {
    let absolute = path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let above = absolute.ancestors().find_map(|above| Some((above.canonicalize().ok()?, above)));
    above.map_or_else(
        || absolute.clone(),
        |(there, above)| match absolute.strip_prefix(above) {
            Ok(below) if !below.as_os_str().is_empty() => there.join(below),
            _ => there,
        },
    )
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_however_it_is_spelled_and_before_it_is_there() {
        let is_apart = |one: &str, other: &str| apart([&PathBuf::from(one), &PathBuf::from(other)]).is_ok();
        for (one, other) in [("new.x", "./new.x"), ("src/../new.x", "new.x"), ("new/./x", "new/x"), ("src", "src/")] {
            assert!(!is_apart(one, other), "{one} and {other}");
        }
        assert!(is_apart("new.x", "src/new.x") && is_apart("new/x", "new/y"));
    }
}
