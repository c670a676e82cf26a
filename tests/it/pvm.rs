//! The oracle of `cpython/pvm`, with every Python that it knows: the same programs, the same truth.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use syslab::lessons;
use syslab::model::Foretold;
use syslab::model::oracle::{CANNOT, Prophecy, SMALLER};

/// Names under which a Python may be found; of versions that the oracle does not know it says so.
const PYTHONS: &[&str] = &["python3", "python3.11", "python3.12", "python3.13"];

fn labs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("labs/cpython/pvm")
}

fn sources() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/lessons/cpython/pvm")
}

/// What an interpreter's oracle answers; `None` if there is none, or it does not know this version.
fn asked(python: &str, args: &[&str], failed: Option<&Foretold>) -> Option<Vec<Foretold>> {
    let path = format!(
        "{}:{}",
        sources().display(),
        labs().join("starter/python").display()
    );
    let mut child = Command::new(python)
        .args(["-B", "oracle.py"])
        .args(args)
        .current_dir(sources())
        .env("PYTHONPATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let input = serde_json::to_vec(&failed).unwrap();
    // One that is not asked for something smaller reads nothing, and may have ended.
    let _gone = std::io::Write::write_all(&mut child.stdin.take().unwrap(), &input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // pyenv has names for versions that are not there for this user: they say so.
    if output.status.code() == Some(CANNOT) || output.status.code() == Some(127) {
        return None;
    }
    assert!(output.status.success(), "{python} {args:?}: {said}");
    let prophecy: Prophecy = serde_json::from_slice(&output.stdout).unwrap();
    Some(prophecy.runs)
}

/// What must not depend on the version: the texts, the status, the last words and the program.
type Truth<'a> = (Vec<&'a str>, Option<i32>, Option<&'a str>, String);

fn truth(run: &Foretold) -> Truth<'_> {
    let texts = run.outputs.iter().map(|(_, text)| text.as_str()).collect();
    let words = run.last_words.as_ref().map(|words| words.text.as_str());
    let source = run.origin.get("source").map(ToString::to_string);
    (texts, run.status, words, source.unwrap_or_default())
}

#[test]
fn every_python_foretells_the_same() {
    let lab = lessons::lab("cpython", "pvm").unwrap();
    let pythons: Vec<&str> = PYTHONS
        .iter()
        .copied()
        .filter(|python| asked(python, &["loops", "1"], None).is_some())
        .collect();
    let [first, others @ ..] = pythons.as_slice() else {
        println!("skipped: no Python from 3.11 to 3.13");
        return;
    };
    for check in lab.checks {
        for seed in ["1", "2"] {
            let runs = asked(first, &[check.id, seed], None).unwrap();
            assert!(runs.len() >= 8, "{}: {} runs", check.id, runs.len());
            for python in others {
                let same = asked(python, &[check.id, seed], None).unwrap();
                let same: Vec<Truth<'_>> = same.iter().map(truth).collect();
                let wanted: Vec<Truth<'_>> = runs.iter().map(truth).collect();
                assert_eq!(same, wanted, "{python}, {}, {seed}", check.id);
            }
        }
    }
}

#[test]
fn what_is_smaller_ends_in_a_single_line() {
    let Some(runs) = asked("python3", &["raises", "3"], None) else {
        println!("skipped: no Python from 3.11 to 3.13");
        return;
    };
    let mut failed = runs.last().unwrap().clone();
    let len = |run: &Foretold| run.origin["source"].as_str().unwrap().len();
    // As if every program failed: the boldest is taken each time.
    for _ in 0..20 {
        let smaller = asked("python3", &["raises", "3", SMALLER], Some(&failed)).unwrap();
        let Some(boldest) = smaller.into_iter().next() else {
            break;
        };
        assert!(len(&boldest) < len(&failed));
        failed = boldest;
    }
    let source = failed.origin["source"].as_str().unwrap();
    assert_eq!(source.lines().count(), 1, "{source}");
}

#[test]
fn starters_are_given_the_same_tools() {
    let read = |path: &str| std::fs::read_to_string(labs().join(path)).unwrap();
    assert_eq!(
        read("starter/rust/normalise.py"),
        read("starter/python/normalise.py")
    );
    assert_eq!(read("starter/rust/json.rs"), read("solution/rust/json.rs"));
}
