//! Names that a user may have meant.

/// The end of a sentence about an unknown name: the name that was meant, or, where none is near, all
/// there are after `otherwise`.
pub(super) fn nearest(name: &str, names: &[String], otherwise: &str) -> String {
    let by_likeness = |a: &&String, b: &&String| likeness(name, a).total_cmp(&likeness(name, b));
    match names.iter().max_by(by_likeness) {
        None => ", nor any other".to_owned(),
        Some(nearest) if likeness(name, nearest) > 0.7 => format!(": did you mean `{nearest}`?"),
        Some(_) => format!(": {otherwise} {}", listed(names)),
    }
}

fn likeness(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(&a.to_lowercase(), &b.to_lowercase())
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
