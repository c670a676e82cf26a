//! Well-known programs, handed in through a `run`, pass the labs that they fit.
//!
//! A lab's contract that a real program does not keep is no contract. Where one of them does it
//! differently, the check was mended, and the reason stands beside the test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod dns;
mod echo;
mod http;
mod inspector;
mod limits;
mod mmap_count;
mod reaper;
mod shell;
mod tls;
mod uring_copy;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

/// Fails unless a `run` with these further lines gets all points of the lab.
fn passes(lab: &str, name: &str, line: &str) {
    let Some(checked) = examined(lab, name, line, &[]) else {
        return;
    };
    let text = String::from_utf8_lossy(&checked.stdout);
    assert!(
        checked.status.success(),
        "{line}\n{text}\n{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}

/// The checks that a `run` with these further lines does not pass; `None` if the test is skipped.
fn lost(lab: &str, name: &str, line: &str) -> Option<Vec<String>> {
    let checked = examined(lab, name, line, &["--format", "json"])?;
    let card: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    let checks = card["checks"].as_array().unwrap().iter();
    let lost = checks.filter(|check| check["verdict"] != "pass");
    Some(
        lost.map(|check| {
            println!("{check:#}");
            check["id"].as_str().unwrap().to_owned()
        })
        .collect(),
    )
}

/// What `syslab check` says of a `run` with these further lines.
///
/// A lab is called as in `sockets/http`; without a slash, it is one of the lesson `process`.
/// `name` is the program that it needs; where it is not installed, the test says so and is over.
fn examined(lab: &str, name: &str, line: &str, options: &[&str]) -> Option<Output> {
    let found = Command::new("sh")
        .args(["-c", "command -v -- \"$1\"", "sh", name])
        .output()
        .unwrap();
    if !found.status.success() {
        println!("skipped: {name} is not installed; see scripts/setup");
        return None;
    }
    let (lesson, lab) = lab.split_once('/').unwrap_or(("process", lab));
    let submission = tempfile::tempdir().unwrap();
    let run = submission.path().join("run");
    fs::write(&run, format!("#!/bin/sh\n{line}\n")).unwrap();
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    let checked = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args([lesson, "check", lab, "--seed", "1"])
        .args(options)
        .arg(submission.path())
        .output()
        .unwrap();
    Some(checked)
}
