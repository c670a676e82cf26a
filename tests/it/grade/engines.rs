//! What is shown before anything is submitted.

use std::fs;
use std::path::Path;

use syslab::exit;

use super::{GRADE, class, complained, said};
use crate::workspace::syslab;

/// The text, without what is another thing on every machine and in every build.
fn told_apart(text: &str, here: &Path) -> String {
    let here = here.canonicalize().unwrap();
    let run = format!("{}/run", here.display());
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line = line
            .replace(&run, "RUN")
            .replace(env!("CARGO_BIN_EXE_syslab"), "SYSLAB");
        for name in ["export PATH=", "export HOME="] {
            if line.starts_with(name) {
                line = format!("{name}...");
            }
        }
        if let Some((_, rest)) = line.split_once("--job-name=syslab-") {
            let id = &rest[..12];
            line = line.replace(id, "ID");
        }
        if line.starts_with("exec ") {
            let words: Vec<&str> = line.split(' ').collect();
            line = line.replace(words[4], "ID");
        }
        lines.push(line);
    }
    lines.join("\n")
}

#[test]
fn a_dry_run_shows_what_slurm_would_be_told() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    class(here, &["ada", "bob", "eve"]);
    let dry = ["--engine", "slurm", "--slurm", "partition=teach", "-j", "1"];
    let output = syslab(here)
        .args(GRADE)
        .args(dry)
        .arg("--dry-run")
        // There is no Slurm that it could ask.
        .env("SLURM_CONF", "/nowhere")
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        output.status.code(),
        Some(i32::from(exit::DONE)),
        "{errors}"
    );
    assert!(
        errors.contains("4 examinations in 4 jobs; nothing was submitted"),
        "{errors}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    insta::assert_snapshot!(told_apart(&text, here));
    for name in ["chunks", "marks", "results"] {
        let mut entries = fs::read_dir(here.join("run").join(name)).unwrap();
        assert!(entries.next().is_none(), "{name}");
    }
    let errors = complained(here, &[&GRADE[..], &["--dry-run"]].concat(), exit::USAGE);
    assert!(errors.contains("--engine slurm"), "{errors}");
    // It is a run like any other, and goes on on any engine.
    let status = said(here, &GRADE, exit::DONE);
    assert!(status.contains("graded      3"), "{status}");
}
