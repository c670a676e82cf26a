//! Where programs can have no namespaces of their own, nothing is said about them that would not be
//! true: paths, processes and ports are the machine's there.

#![expect(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::sandbox::{Place, User};

/// What our binary says to an ordinary user who may have no user namespace.
fn without_namespaces(place: &Place, words: &[&str]) -> Output {
    const SCRIPT: &str = r#"echo 0 > /proc/sys/user/max_user_namespaces
exec setpriv --ambient-caps=-all --inh-caps=-all -- "$@""#;
    place
        .command("unshare")
        .args(["--user", "--map-current-user", "--keep-caps"])
        .args(["sh", "-e", "-c", SCRIPT, "sh"])
        .arg(place.binary())
        .args(words)
        .env("HOME", place.path())
        .env("XDG_RUNTIME_DIR", place.path())
        .output()
        .unwrap()
}

#[test]
fn a_right_program_is_not_judged() {
    let place = Place::new(User::Ordinary);
    let solution = "labs/process/durable-log/solution/python/main.py";
    fs::create_dir(place.submission()).unwrap();
    let main = Path::new(env!("CARGO_MANIFEST_DIR")).join(solution);
    fs::copy(main, place.submission().join("main.py")).unwrap();
    let submission = place.submission();
    let words = [
        "process",
        "check",
        "durable-log",
        submission.to_str().unwrap(),
    ];
    let output = without_namespaces(&place, &[&words[..], &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let card: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_ne!(card["machine"]["confinement"], "full");
    for check in card["checks"].as_array().unwrap() {
        assert_eq!(check["verdict"], "skipped", "{check}");
        let why = check["why"].as_str().unwrap();
        assert!(why.contains("needs confinement"), "{why}");
    }
}

#[test]
fn a_demo_says_what_it_cannot_show() {
    let place = Place::new(User::Ordinary);
    let output = without_namespaces(&place, &["process", "demo", "signals"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("not tried here"), "{output:?}");
    assert!(!said.contains("No handler ran"), "{said}");
}
