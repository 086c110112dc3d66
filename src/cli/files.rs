//! Which files a check is about: scenarios and topologies, told apart by what is in them.

use super::failure::Failure;
use crate::scenario::PROFILES;
use std::fs;
use std::path::{Path, PathBuf};

/// What a check was given.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Scenarios, and whatever is taken for one.
    pub(super) scenarios: Vec<PathBuf>,
    /// Topologies.
    pub(super) topologies: Vec<PathBuf>,
}

/// The scenarios and topologies of files and folders. A folder's, and its sub-folders', are in the order
/// of their paths.
pub(super) fn found(paths: &[PathBuf]) -> Result<Files, Failure> {
    let mut files = Files::default();
    for path in paths {
        let found = if path.is_dir() { in_folder(path)? } else { vec![path.clone()] };
        let (topologies, scenarios): (Vec<_>, Vec<_>) = found.into_iter().partition(|path| is_topology(path));
        files.topologies.extend(topologies);
        files.scenarios.extend(scenarios);
    }
    Ok(files)
}

/// Every scenario and topology of a folder and of the folders in it, but no file of profiles.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(Failure::Usage(format!(
            "{} holds no scenario: they are files that end in `.toml`",
            folder.display()
        )));
    }
    Ok(files)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = |error| Failure::Usage(format!("{} cannot be read: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        // A link to a folder is left alone: it may lead back up.
        if entry.file_type().map_err(unreadable)?.is_dir() {
            gather(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") && entry.file_name() != PROFILES {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a file is meant as a topology. One that is not even TOML is taken for a scenario, so that it is
/// told what is wrong with it.
fn is_topology(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let has = |key: &str| table.contains_key(key);
    !has("schema_version") && ["extends", "boundaries", "datacenters", "units", "countries"].into_iter().any(has)
}
