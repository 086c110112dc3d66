//! Ctrl-C: the process ends at once with 130, and says how to go on.
//!
//! Nothing has to be put in order for that. What a command keeps on disk is whole at every instant: a ledger
//! but for its last line, which is dropped when it is read again.

use std::io::{self, Write};
use std::process;

/// The exit code of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// Ends the process when it is interrupted, with what `told` says on standard error. A command does this once.
pub(super) fn ends_with(told: impl Fn() -> String + Send + 'static) {
    let end = move || {
        // Where standard error is gone there is nobody left to tell.
        let _ = writeln!(io::stderr(), "\ninterrupted: {}", told());
        process::exit(INTERRUPTED);
    };
    // Where the system takes no handler, it ends the process by itself.
    drop(ctrlc::set_handler(end));
}

/// The command line of this process, as a shell takes it.
pub(super) fn own_line() -> String {
    let words = std::env::args().skip(1).map(|word| crate::campaign::quoted(&word));
    std::iter::once("ringfence".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// What is said of a command that keeps nothing.
pub(super) fn nothing_kept() -> String {
    format!("nothing is kept; the same line starts again:\n  {}", own_line())
}
