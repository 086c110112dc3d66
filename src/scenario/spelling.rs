//! Units as people spell them.

/// The unit of which this is another spelling.
pub(super) fn meant(spelling: &str) -> Option<&'static str> {
    let singular = spelling.to_lowercase();
    let singular = singular.strip_suffix('s').filter(|rest| !rest.is_empty()).unwrap_or(&singular);
    let meant = match singular {
        "usec" | "microsecond" => "us",
        "msec" | "millisecond" | "milli" => "ms",
        "s" | "sec" | "second" => "s",
        "m" | "min" | "minute" => "m",
        "h" | "hr" | "hour" => "h",
        "d" | "day" => "d",
        "b" | "byte" => "B",
        "k" | "kb" => "kB",
        "mb" => "MB",
        "g" | "gb" => "GB",
        "kib" => "KiB",
        "mib" => "MiB",
        "gib" => "GiB",
        _ => return None,
    };
    Some(meant)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn common_spellings_are_understood() {
        assert_eq!(["min", "Hours", "secs", "DAYS", "kb"].map(meant), ["m", "h", "s", "d", "kB"].map(Some));
        assert_eq!(["parsecs", "", "e"].map(meant), [None; 3]);
    }
}
