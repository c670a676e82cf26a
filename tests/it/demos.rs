//! Demos, run: each works on this machine, fits into a terminal and leaves nothing behind.

use std::fs;
use std::process::Command;

use syslab::lessons::LESSONS;

/// Columns that a terminal has.
const WIDTH: usize = 100;

#[test]
fn every_demo_works_and_fits() {
    let here = tempfile::tempdir().unwrap();
    for lesson in LESSONS {
        for demo in lesson.demos {
            let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
                .args([lesson.slug, "demo", demo.slug, "--quick"])
                .current_dir(here.path())
                .output()
                .unwrap();
            let (stdout, stderr) = (
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            assert!(output.status.success(), "{}\n{stdout}\n{stderr}", demo.slug);
            assert!(!stdout.contains('\x1b'), "{stdout}");
            for line in stdout.lines() {
                assert!(line.chars().count() <= WIDTH, "{}: {line}", demo.slug);
            }
            assert!(stdout.lines().count() > 5, "{stdout}");
            assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
        }
    }
}
