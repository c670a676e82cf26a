//! Trace exercises, run: whatever the seed, each has an answer on this machine.

use std::process::Command;

use syslab::lessons::LESSONS;

/// Seeds that are tried; with most exercises each asks about another way of the program.
const SEEDS: [&str; 2] = ["1", "2"];

#[test]
fn every_exercise_has_an_answer() {
    let nowhere = tempfile::tempdir().unwrap();
    for lesson in LESSONS {
        for exercise in lesson.exercises {
            for seed in SEEDS {
                let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
                    .args([lesson.slug, "trace", exercise.slug, "--seed", seed])
                    .args(["--answer", "no answer at all"])
                    .current_dir(nowhere.path())
                    .output()
                    .unwrap();
                let (stdout, stderr) = (
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr),
                );
                // 1: it ran, the answer was computed, and it is another one.
                assert_eq!(
                    output.status.code(),
                    Some(1),
                    "{} with seed {seed}\n{stdout}\n{stderr}",
                    exercise.slug
                );
                assert!(stdout.contains("\n  it is "), "{stdout}");
            }
        }
    }
}
