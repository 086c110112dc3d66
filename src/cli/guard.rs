//! What happens when this program itself is broken.

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

/// Runs the program. A panic is an error of this program, not of the user's scenario: it is said so
/// on standard error with the line that reproduces it, and the exit code is 1.
pub fn guarded(program: impl FnOnce() -> ExitCode) -> ExitCode {
    panic::set_hook(Box::new(|info| {
        // Where standard error is gone too, there is nobody left to tell.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), apology(&info.to_string()).as_bytes());
    }));
    panic::catch_unwind(AssertUnwindSafe(program)).unwrap_or(ExitCode::from(1))
}

fn apology(what: &str) -> String {
    let line: Vec<_> = std::env::args().collect();
    format!(
        "\ninternal error: {what}\n\n\
         This is an error of ringfence {}, not of your scenario. Please report it with the scenario and\n\
         the line that reproduces it:\n\n  {}\n",
        env!("CARGO_PKG_VERSION"),
        line.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_apology_names_the_version_and_the_line() {
        let text = apology("it broke");
        assert!(text.contains("it broke") && text.contains(env!("CARGO_PKG_VERSION")));
        assert!(text.contains(&std::env::args().next().unwrap()));
    }
}
