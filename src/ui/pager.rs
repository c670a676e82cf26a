//! Text that is longer than the screen: through `$PAGER`, or `less -R`.

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Used if `$PAGER` is not set: `-R` lets colour through.
const DEFAULT: &str = "less -R";

/// How less behaves unless the user's `$LESS` says otherwise: leave at once if it all fits (F),
/// let colour through (R), do not clear the screen (X). As git does.
const LESS: &str = "FRX";

/// Shows the text in the pager; `false` if there is none, and nothing was shown.
pub(super) fn show(text: &str) -> bool {
    let pager = env::var("PAGER").unwrap_or_else(|_| DEFAULT.to_owned());
    if pager.trim().is_empty() || pager == "cat" {
        return false;
    }
    // Ctrl-C is the pager's: it ends a search there, and must not end us below it.
    let ignored = Arc::new(AtomicBool::new(false));
    let guard = signal_hook::flag::register(signal_hook::consts::SIGINT, ignored);
    let shown = run(&pager, text);
    if let Ok(id) = guard {
        signal_hook::low_level::unregister(id);
    }
    shown
}

fn run(pager: &str, text: &str) -> bool {
    // 127 is the shell's "not found", see sh(1); looked for first, since a pager that has shown
    // everything may also end with a status of its own.
    const NOT_FOUND: i32 = 127;
    let mut command = Command::new("sh");
    command.arg("-c").arg(pager).stdin(Stdio::piped());
    if env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    if let Some(mut input) = child.stdin.take() {
        // EPIPE: the reader has seen enough.
        let _ = input.write_all(text.as_bytes());
    }
    child
        .wait()
        .is_ok_and(|status| status.code() != Some(NOT_FOUND))
}
