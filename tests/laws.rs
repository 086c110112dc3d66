//! The laws of the house: who may import whom, what may be named where, and how long a file may be.
//! `clippy.toml` bans what it can see through aliases; this test reads the text and sees the rest.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the house and the modules that it may import.
const IMPORTS: &[(&str, &[&str])] = &[
    ("terms", &[]),
    ("facts", &["terms"]),
    ("service", &["terms", "facts"]),
    ("sim", &["terms", "service", "facts"]),
    ("audit", &["terms", "facts"]),
    ("metrics", &["terms", "facts"]),
    ("outcome", &["terms", "facts", "audit", "metrics"]),
    ("scenario", &["terms", "service", "sim", "audit", "metrics"]),
    ("trace", &["terms", "facts", "service", "sim"]),
    ("campaign", &["terms", "facts", "service", "sim", "audit", "metrics", "outcome", "scenario", "trace"]),
    ("report", &["terms", "metrics", "audit", "outcome", "trace"]),
    (
        "cli",
        &["terms", "facts", "service", "sim", "audit", "metrics", "outcome", "scenario", "trace", "campaign", "report"],
    ),
];

/// Names that only some files may use, each with the places where it is at home.
const RESERVED: &[(&str, &[&str])] = &[
    ("HashMap", &[]),
    ("HashSet", &[]),
    ("SystemTime", &[]),
    ("std::time", &["src/cli/"]),
    ("Instant::now", &["src/cli/clock"]),
    ("thread_rng", &[]),
    ("rand", &["src/sim/chance"]),
    ("rand_chacha", &["src/sim/chance"]),
    ("rayon", &["src/campaign/"]),
    ("std::thread", &["src/campaign/", "src/cli/clock"]),
    ("plotters", &["src/report/"]),
    ("maud", &["src/report/"]),
    ("clap", &["src/cli/"]),
    ("indicatif", &["src/cli/"]),
    ("std::env", &["src/cli/"]),
    ("std::fs", &["src/scenario/", "src/report/", "src/cli/"]),
    ("println", &["src/cli/"]),
    ("eprintln", &["src/cli/"]),
];

/// The most lines of a file.
const LINES: usize = 400;

/// Files that are longer for now, and how long each was when it was last looked at. A row may
/// shrink or go; none may grow or come.
const LONGER: &[(&str, usize)] = &[];

#[test]
fn every_module_imports_only_what_its_row_allows() {
    let broken: Vec<_> = sources().iter().flat_map(forbidden_imports).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_top_level_module_has_a_row() {
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let known = IMPORTS.iter().any(|(module, _)| *module == name) || name == "lib" || name == "main";
        assert!(known, "src/{name} has no row in IMPORTS");
    }
}

#[test]
fn reserved_names_stay_where_they_are_at_home() {
    let broken: Vec<_> = sources().iter().flat_map(strayed_names).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_its_purpose() {
    for file in sources() {
        let opens = file.text.starts_with("//!") || file.text.starts_with("#![");
        assert!(opens, "{} does not open with `//!`", file.path);
    }
}

#[test]
fn files_are_short_and_the_longer_ones_only_shrink() {
    for file in sources() {
        let lines = file.text.lines().count();
        match LONGER.iter().find(|(path, _)| *path == file.path) {
            None => assert!(lines <= LINES, "{} has {lines} lines; {LINES} is the most", file.path),
            Some((_, was)) => {
                assert!(lines <= *was, "{} grew from {was} to {lines} lines", file.path);
                assert!(lines > LINES, "{} is short now: take it out of LONGER", file.path);
            }
        }
    }
    for (path, _) in LONGER {
        assert!(root().join(path).exists(), "{path} is gone: take it out of LONGER");
    }
}

#[test]
fn a_planted_import_is_found_however_it_is_written() {
    let planted = [
        "use crate::sim::World;",
        "use crate::{terms::Unit, sim};",
        "use crate::{\n    facts::{Fact, Observer},\n    sim::World,\n};",
        "fn f() { let _ = crate::sim::simulate; }",
        "use super::super::sim::World;",
        "use ringfence::sim::World;",
    ];
    for text in planted {
        let found = forbidden_imports(&Source::new("src/audit/contract.rs", text));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
    }
}

#[test]
fn a_lawful_import_is_not_found() {
    let lawful = [
        "use crate::{facts::Fact, terms::Unit};",
        "// use crate::sim::World;",
        "/* crate::sim */ /// crate::sim::World",
        "const TEXT: &str = \"crate::sim::World\";",
        "use super::simple::World;",
        "use crate::audit::Contract;",
    ];
    for text in lawful {
        let found = forbidden_imports(&Source::new("src/audit/contract.rs", text));
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn a_planted_name_is_found_and_a_longer_one_is_not() {
    let strayed = |path, text| strayed_names(&Source::new(path, text)).len();
    assert_eq!(strayed("src/audit/mod.rs", "use std::collections::HashMap;"), 1);
    assert_eq!(strayed("src/sim/world.rs", "let x = rand::random();"), 1);
    assert_eq!(strayed("src/sim/chance.rs", "let x = rand::random();"), 0);
    assert_eq!(strayed("src/sim/world.rs", "let operand = brand;"), 0);
    assert_eq!(strayed("src/audit/mod.rs", "// no HashMap here"), 0);
}

/// A file's path from the package's root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// The names of the modules that contain this file's items: `["audit", "contract"]`.
    fn modules(&self) -> Vec<&str> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inner.split('/').filter(|name| *name != "mod").collect()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the library and its program, by path.
fn sources() -> Vec<Source> {
    fn gather(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    gather(&root().join("src"), &mut paths);
    paths.sort();
    let named = |path: &PathBuf| path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
    paths.iter().map(|path| Source { path: named(path), text: fs::read_to_string(path).unwrap() }).collect()
}

fn forbidden_imports(file: &Source) -> Vec<String> {
    let modules = file.modules();
    let Some((home, allowed)) = IMPORTS.iter().find(|(module, _)| *module == modules[0]) else { return Vec::new() };
    let imported = imported_modules(&code_of(&file.text), modules.len());
    let forbidden = imported.into_iter().filter(|module| module != home && !allowed.contains(&module.as_str()));
    forbidden.map(|module| format!("{}: `{home}` may not import `{module}`", file.path)).collect()
}

/// The modules of the house that a text names by a path from the root of the crate. `depth` is how
/// many `super` lead from the file to the root; a module within the file is one deeper.
fn imported_modules(code: &str, depth: usize) -> Vec<String> {
    let climbs = (depth..=depth + 1).map(|n| "super::".repeat(n));
    let roots = ["crate::".to_owned(), "ringfence::".to_owned()].into_iter().chain(climbs);
    let named = roots.flat_map(|root| {
        let starts = code.match_indices(&root).map(|(at, _)| at).filter(|&at| starts_a_path(code, at));
        starts.flat_map(|at| heads(&code[at + root.len()..])).collect::<Vec<_>>()
    });
    named.filter(|head| IMPORTS.iter().any(|(module, _)| module == head)).collect()
}

/// Whether the path that stands at `at` begins there.
fn starts_a_path(code: &str, at: usize) -> bool {
    !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':')
}

/// The first names of what follows a root: one, or one for each branch of a group.
fn heads(rest: &str) -> Vec<String> {
    let head = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let Some(group) = rest.strip_prefix('{') else { return vec![head(rest)] };
    let mut depth = 0;
    let mut branches = vec![String::new()];
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => branches.push(String::new()),
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if let Some(branch) = branches.last_mut().filter(|_| depth == 0 && c != ',') {
            branch.push(c);
        }
    }
    branches.iter().map(|branch| head(branch)).collect()
}

fn strayed_names(file: &Source) -> Vec<String> {
    let code = code_of(&file.text);
    let strays = RESERVED.iter().filter(|(name, homes)| {
        !homes.iter().any(|home| file.path.starts_with(home)) && file.path != "src/main.rs" && uses(&code, name)
    });
    strays.map(|(name, homes)| format!("{}: `{name}` is only for {homes:?}", file.path)).collect()
}

/// Whether a name stands in the code as a whole word, and as the start of a path where a crate of
/// that name is meant.
fn uses(code: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let is_crate = name.chars().all(|c| c.is_lowercase() || c == '_');
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let whole = !before.ends_with(word) && !after.starts_with(word);
        whole && (!is_crate || after.starts_with("::") || after.starts_with('!') || after.starts_with(';'))
    })
}

/// A text without its comments and without what stands in its strings.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if next == '"' {
            string_length(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            3 + usize::from(rest.starts_with("'\\"))
        } else {
            code.push(next);
            next.len_utf8()
        };
        rest = &rest[skipped..];
    }
    code
}

/// The length of the string literal at the start of `text`, with both quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
