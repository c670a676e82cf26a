//! Limits by prlimit(1) and by a shell's ulimit, figures by time(1).

use std::path::Path;

use super::{are_there, passes};

/// The lab's own rows hold the same programs; here they may be missing.
fn accepted(name: &str) {
    let accepted = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/process/limits/accepted");
    passes("process", "limits", &accepted.join(name));
}

#[test]
fn prlimit_and_time_keep_the_promises() {
    if are_there(&["/bin/bash", "/usr/bin/prlimit", "/usr/bin/time"]) {
        accepted("prlimit-script");
    }
}

#[test]
fn a_shells_ulimit_and_time_keep_the_promises() {
    if are_there(&["/bin/bash", "/usr/bin/time"]) {
        accepted("ulimit-subshell");
    }
}
