//! The text of a file, and places in it.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::topology::BUILT_IN;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The largest file that is read: far above any scenario, far below what would hurt.
pub(super) const SIZE_LIMIT: u64 = 1 << 20;

/// A text under the name that the user gave it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
    /// The files that were carried with it; `None` if those beside it are on a disk.
    carried: Option<Arc<Carried>>,
}

/// Texts of files, by their names.
pub type Carried = BTreeMap<String, String>;

impl Source {
    pub(super) fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into(), carried: None })
    }

    /// One of the files that were carried together.
    pub(super) fn carried(name: &str, files: Arc<Carried>) -> Result<Arc<Self>, Diagnostic> {
        let absent = || {
            let message = format!("`{name}` is not among the files that were carried");
            Diagnostic::about_file(Code::Unreadable, &Self::new(name, ""), message)
        };
        let text = files.get(name).cloned().ok_or_else(absent)?;
        Ok(Arc::new(Self { name: name.into(), text, carried: Some(files) }))
    }

    /// The file of a path that this one names: of the same disk, or carried with it.
    pub(super) fn neighbour(&self, path: &Path) -> Result<Arc<Self>, Diagnostic> {
        match &self.carried {
            Some(files) => Self::carried(&path.display().to_string(), files.clone()),
            None => Self::read(path),
        }
    }

    /// Reads a file of at most [`SIZE_LIMIT`] bytes of UTF-8.
    pub(super) fn read(path: &Path) -> Result<Arc<Self>, Diagnostic> {
        let name = path.display().to_string();
        let no_text = Self::new(name.as_str(), "");
        let fail = |code, message: String| Diagnostic::about_file(code, &no_text, message);
        let unreadable =
            |error: &std::io::Error| fail(Code::Unreadable, format!("the file cannot be read: {}", plain(error)));

        let meta = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
        if meta.is_dir() {
            return Err(fail(Code::NotAFile, "this is a directory, not a file".into())
                .help("name a scenario in it, or use `check`, which takes directories"));
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
        if bytes.len() as u64 > SIZE_LIMIT {
            return Err(fail(Code::TooLarge, "the file is larger than 1 MiB, which no scenario needs".into())
                .help("is this the file that you meant?"));
        }
        String::from_utf8(bytes).map(|text| Self::new(name.as_str(), text)).map_err(|error| not_utf8(&name, &error))
    }

    /// Whether it comes with the program, so that nobody can change it.
    pub(super) fn is_built_in(&self) -> bool {
        self.name == BUILT_IN
    }

    /// Line and column of a byte, both counted from one, columns in characters.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..self.floor(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The line around a byte: its number from one, where it starts, and its text.
    pub(super) fn line(&self, offset: usize) -> (usize, usize, &str) {
        let offset = self.floor(offset);
        let start = self.text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[start..].split('\n').next().unwrap_or_default();
        (self.position(offset).0, start, line.trim_end_matches('\r'))
    }

    /// The nearest boundary of a character at or before `offset`.
    fn floor(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }
}

/// The operating system's words, without its error number.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        kind => kind.to_string(),
    }
}

/// Shows the text up to the first byte that is none, with the caret on it.
fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let at = error.utf8_error().valid_up_to();
    let end = (at + 40).min(error.as_bytes().len());
    let source = Source::new(name, String::from_utf8_lossy(&error.as_bytes()[..end]));
    let place = Place { source, span: at..at + char::REPLACEMENT_CHARACTER.len_utf8() };
    Diagnostic::at(Code::NotUtf8, &place, "the file is not UTF-8".into())
        .help("save it as UTF-8; scenarios are plain TOML")
}

/// A span of bytes in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) source: Arc<Source>,
    pub(super) span: Range<usize>,
}
