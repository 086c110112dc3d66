//! Lines of a ledger: an object of JSON each, with a checksum as its last key, so that what a disk, a hand or a copy
//! has spoiled is told.

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

/// What stands before the checksum of a line.
const SUM: &str = ",\"sum\":\"";

/// The end of a line: the XXH3 of what stands before it, in hexadecimal digits.
fn end(body: &[u8]) -> String {
    format!("{SUM}{:016x}\"}}\n", xxh3_64(body))
}

/// An object as one line, with its end.
///
/// # Panics
///
/// Never, for objects that hold plain values.
pub(super) fn sealed(object: &impl Serialize) -> String {
    let mut line = serde_json::to_string(object).expect("it holds plain values");
    line.pop();
    let end = end(line.as_bytes());
    line + &end
}

/// The object of a line as JSON, without its checksum.
///
/// # Errors
///
/// If it is not the line that was written.
pub(super) fn opened(line: &[u8]) -> Result<Vec<u8>, String> {
    let body = line.len().checked_sub(SUM.len() + 16 + "\"}\n".len()).map_or(line, |end| &line[..end]);
    if line[body.len()..] != *end(body).as_bytes() {
        return Err("it is not what its checksum says".into());
    }
    Ok([body, b"}"].concat())
}
