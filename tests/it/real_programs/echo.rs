//! Echo servers that others have written, and `sockets/echo`.
//!
//! - Node's `net` (libuv) passes all of it. Out of descriptors it accepts with one that it keeps
//!   for this, and closes the connection at once: the contract permits that. Node raises the soft
//!   limit of descriptors itself.
//! - socat with `fork` is right about the bytes and about its clients. By contract it loses
//!   `stops-on-sigterm` (status 143) and `multiplexes` (a process for each connection).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const NODE: &str = r#"exec node -e '
const server = require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.pipe(socket);
});
server.listen(Number(process.argv[1]), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
' "$1""#;

const SOCAT: &str = r#"exec socat "TCP-LISTEN:$1,bind=127.0.0.1,reuseaddr,fork,backlog=4096" PIPE"#;

/// What `syslab check` says of a `run` with these lines, of these checks (empty: all), as the
/// names of those that were lost; `None` if the program that it needs is not installed.
fn lost(name: &str, lines: &str, only: &[&str]) -> Option<Vec<String>> {
    let found = Command::new("sh")
        .args(["-c", "command -v -- \"$1\"", "sh", name])
        .output()
        .unwrap();
    if !found.status.success() {
        println!("skipped: {name} is not installed; see scripts/setup");
        return None;
    }
    let submission = tempfile::tempdir().unwrap();
    let run = submission.path().join("run");
    fs::write(&run, format!("#!/bin/sh\n{lines}\n")).unwrap();
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    let checked = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args([
            "sockets", "check", "echo", "--seed", "1", "--format", "json",
        ])
        .args(only.iter().flat_map(|id| ["--only", id]))
        .arg(submission.path())
        .output()
        .unwrap();
    let card: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    let is_lost = |check: &&serde_json::Value| check["verdict"] != "pass";
    let checks = card["checks"].as_array().unwrap();
    let lost = checks.iter().filter(is_lost).map(|check| {
        println!("{check:#}");
        check["id"].as_str().unwrap().to_owned()
    });
    Some(lost.collect())
}

#[test]
fn node_passes() {
    if let Some(lost) = lost("node", NODE, &[]) {
        assert_eq!(lost, [] as [&str; 0]);
    }
}

#[test]
fn socat_loses_what_the_contract_asks_beyond_bytes() {
    let only = [
        "echoes",
        "stops-on-sigterm",
        "rebinds-at-once",
        "serves-others-while-one-stalls",
        "finishes-partial-writes",
        "bounds-its-memory",
        "multiplexes",
    ];
    if let Some(lost) = lost("socat", SOCAT, &only) {
        assert_eq!(lost, ["stops-on-sigterm", "multiplexes"]);
    }
}
