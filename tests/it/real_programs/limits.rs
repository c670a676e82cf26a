//! prlimit(1), a shell's ulimit and GNU time pass `process/limits`, put together by a script.
//!
//! What the contract had to leave open for them:
//!
//! - time(1) counts in hundredths of a second: `cpu` may be off by 0.1 s.
//! - A shell says "Killed" and the like on its own: other lines on standard error are free.
//! - A script cannot tell a CMD that exits with 125, 126 or 127 from one that was never run:
//!   whether those are reported is free.

use std::path::Path;
use std::process::Command;

/// Fails unless the accepted program of this name gets all points; without one of the programs
/// that it is made of, the test says so and is over.
fn passes(name: &str, made_of: &[&str]) {
    if let Some(missing) = made_of.iter().find(|path| !Path::new(path).exists()) {
        println!("skipped: {missing} is not installed; see scripts/setup");
        return;
    }
    let accepted = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/process/limits/accepted");
    let checked = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["process", "check", "limits", "--seed", "1"])
        .arg(accepted.join(name))
        .output()
        .expect("syslab can be started");
    assert!(
        checked.status.success(),
        "{name}\n{}\n{}",
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr)
    );
}

#[test]
fn prlimit_and_time_pass() {
    let made_of = ["/bin/bash", "/usr/bin/prlimit", "/usr/bin/time"];
    passes("prlimit-script", &made_of);
}

#[test]
fn ulimit_and_time_pass() {
    passes("ulimit-subshell", &["/bin/bash", "/usr/bin/time"]);
}
