//! Files that are read whole. Only regular files are: a pipe may keep its reader waiting for ever, and a device may have
//! no end.

use std::fs;
use std::io;
use std::path::Path;

/// Fails on what is no regular file, before it is opened.
pub(super) fn regular(path: &Path) -> io::Result<()> {
    if fs::metadata(path)?.is_file() { Ok(()) } else { Err(io::Error::other("it is no regular file")) }
}

/// The bytes of a file.
pub(super) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    regular(path)?;
    fs::read(path)
}

/// The text of a file.
pub(super) fn text(path: &Path) -> io::Result<String> {
    regular(path)?;
    fs::read_to_string(path)
}
