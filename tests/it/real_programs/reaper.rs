//! Inits that people use, held against `process/reaper`.
//!
//! tini keeps the whole contract once it is told to be a subreaper. The others miss what the lab
//! is about, each in places of its own, and for reasons that the kernel confirms:
//!
//! - catatonit exits with 1 where CMD cannot be executed, and starts CMD with SIGTSTP, SIGTTIN and
//!   SIGTTOU blocked.
//! - dumb-init adopts orphans only as process 1. It exits with 2 where CMD cannot be executed. And
//!   its child unblocks signals while the handlers are still in place that the parent needs for
//!   itself: a signal that is passed on before the exec goes to one of them and is lost.

use std::collections::BTreeSet;

use super::{examined, passes};

const LAB: &str = "reaper";

#[test]
fn tini_passes() {
    passes(LAB, "tini", r#"exec tini -s "$@""#);
    passes(LAB, "tini", "shift\nexec tini -s -- \"$@\"");
}

/// Fails unless a program loses these checks and no others.
fn loses(name: &str, line: &str, expected: &[&str]) {
    let Some(output) = examined(LAB, name, line, &["--format", "json"]) else {
        return;
    };
    let card: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let lost: BTreeSet<&str> = card["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["verdict"] != "pass")
        .map(|check| check["id"].as_str().unwrap())
        .collect();
    assert_eq!(lost, expected.iter().copied().collect(), "{card:#}");
}

#[test]
fn catatonit_loses_what_it_does_differently() {
    loses(
        "catatonit",
        r#"exec catatonit "$@""#,
        &["says-not-found", "starts-with-clean-signals"],
    );
}

#[test]
fn dumb_init_loses_what_it_does_differently() {
    loses(
        "dumb-init",
        r#"exec dumb-init "$@""#,
        &[
            "says-not-found",
            "reaps-every-orphan",
            "keeps-the-first-signal",
        ],
    );
}
