//! The file of a ledger.
//!
//! A record is appended in one write as soon as its run has ended, so whatever kills the process takes at most
//! the line that was being written. After every [`SYNCED`] records the system is asked to put them on the disk, so
//! a loss of power takes at most as many. When a campaign ends in good order its file is replaced, at one stroke,
//! by the same lines in the order of seeds.

use crate::campaign::hunt::{Identity, Ledger, Record, Unreadable};
use crate::cli::clock;
use crate::cli::failure::Failure;
use crate::cli::read::{bytes, regular};
use crate::terms::Span;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// How many records may be under way to the disk.
const SYNCED: u32 = 256;

/// So often a lock is tried that another process has, and so long is waited between two tries: two seconds in all.
const LOCK_TRIES: u32 = 40;
const LOCK_PAUSE: Span = Span::millis(50);

/// A ledger that is being written. No other process can write it meanwhile.
pub(in crate::cli) struct Book {
    path: PathBuf,
    /// Where a link at `path` leads: the link stays when the file is replaced.
    place: PathBuf,
    file: File,
    unsynced: u32,
}

impl Book {
    /// Opens the ledger of a campaign, or begins it, and gives what it holds. A torn end is cut off.
    pub(in crate::cli) fn open(path: &Path, identity: &Identity) -> Result<(Self, Ledger), Failure> {
        let failed = |error: io::Error| unwritable(path, &error);
        let Some(file) = locked(path).map_err(failed)? else {
            return Err(Failure::Usage(format!("another process is writing the ledger {}", path.display())));
        };
        let place = fs::canonicalize(path).map_err(failed)?;
        let mut book = Self { path: path.to_owned(), place, file, unsynced: 0 };
        let mut bytes = Vec::new();
        book.file.read_to_end(&mut bytes).map_err(failed)?;
        let Some(read) = Ledger::read(&bytes).map_err(|why| not_read(path, &why))? else {
            let ledger = Ledger::new(identity.clone());
            book.file.set_len(0).and_then(|()| book.file.write_all(ledger.head().as_bytes())).map_err(failed)?;
            return Ok((book, ledger));
        };
        let differences = read.ledger.identity.differences(identity);
        if !differences.is_empty() {
            let (shown, differences) = (path.display(), differences.join("\n  "));
            let message = format!("{shown} is the ledger of another campaign, and is left as it is:\n  {differences}");
            return Err(Failure::Usage(message));
        }
        if read.whole < bytes.len() {
            book.file.set_len(read.whole as u64).map_err(failed)?;
        }
        Ok((book, read.ledger))
    }

    pub(super) fn append(&mut self, record: &Record) -> Result<(), Failure> {
        self.unsynced += 1;
        let written = self.file.write_all(record.line().as_bytes());
        let synced = written.and_then(|()| if self.unsynced < SYNCED { Ok(()) } else { self.synced() });
        synced.map_err(|error| unwritable(&self.path, &error))
    }

    fn synced(&mut self) -> io::Result<()> {
        self.unsynced = 0;
        self.file.sync_data()
    }

    /// Puts the lines in the order of seeds, all of them or none.
    pub(in crate::cli) fn close(mut self, ledger: &Ledger) -> Result<(), Failure> {
        let closed = self.synced().and_then(|()| replaced(&self.place, ledger.text().as_bytes()));
        closed.map_err(|error| unwritable(&self.path, &error))
    }
}

/// Opens a file and locks it, if nobody else has it locked in the end: a process that was killed keeps its locks until it
/// is gone. It is opened anew for each try, since one that ends in good order puts another file in its place.
fn locked(path: &Path) -> io::Result<Option<File>> {
    for _ in 0..LOCK_TRIES {
        match regular(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => clock::pause(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(None)
}

/// Writes a file anew, unless it is the same already: whole, or not at all.
fn replaced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path)? == bytes {
        return Ok(());
    }
    let mut hidden = OsString::from(".");
    hidden.push(path.file_name().unwrap_or_default());
    hidden.push(format!(".partial-{}", std::process::id()));
    let partial = path.with_file_name(hidden);
    let written = File::create(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&partial, path)).inspect_err(|_| drop(fs::remove_file(&partial)))
}

/// Reads a ledger that somebody else has written.
pub(in crate::cli) fn read(path: &Path) -> Result<Ledger, Failure> {
    let shown = path.display();
    let bytes = bytes(path).map_err(|error| Failure::Usage(format!("{shown} cannot be read: {error}")))?;
    let read = Ledger::read(&bytes).map_err(|why| not_read(path, &why))?;
    Ok(read.ok_or_else(|| Failure::Usage(format!("{shown} is an empty ledger")))?.ledger)
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!("the ledger {} cannot be written: {error}", path.display()))
}

/// A file that cannot be read as a ledger is left as it is. One that contradicts itself is more than that.
fn not_read(path: &Path, why: &Unreadable) -> Failure {
    let shown = path.display();
    match why {
        Unreadable::NotALedger => Failure::Usage(format!("{shown} is no ledger of a campaign: it is left as it is")),
        Unreadable::Form(_) | Unreadable::Damaged { .. } => {
            Failure::Usage(format!("the ledger {shown} cannot be read: {why}"))
        }
        Unreadable::Contradiction(found) => {
            Failure::Internal(format!("determinism is broken: in the ledger {shown}, {found}"))
        }
    }
}
