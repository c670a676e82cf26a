//! Trace exercises, run: whatever the seed, each has an answer on this machine.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod predicted;

use std::collections::HashSet;
use std::fs;
use std::process::{Command, Output};

use syslab::lessons::LESSONS;
use syslab::model::Exercise;

use predicted::{PREDICTED, Predict};

/// Seeds that are tried; with most exercises each asks about another way of the program.
const SEEDS: [u32; 2] = [1, 2];

/// Seeds whose answers are worked out; some exercises have rare ways.
const MORE_SEEDS: [u32; 3] = [4, 6, 9];

/// Runs an exercise with this seed and this answer.
fn answered(lesson: &str, exercise: &str, seed: u32, answer: &str) -> Output {
    let nowhere = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args([lesson, "trace", exercise, "--seed", &seed.to_string()])
        .args(["--answer", answer])
        .current_dir(nowhere.path())
        .output()
        .unwrap()
}

#[test]
fn every_exercise_has_an_answer() {
    for lesson in LESSONS {
        // Of those that are worked out below it is seen there.
        let is_predicted =
            |exercise: &Exercise| PREDICTED.iter().any(|(slug, _)| *slug == exercise.slug);
        for exercise in lesson.exercises.iter().filter(|one| !is_predicted(one)) {
            for seed in SEEDS {
                let output = answered(lesson.slug, exercise.slug, seed, "no answer at all");
                let (stdout, stderr) = (
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr),
                );
                if exercise.needs_device && !syslab::gpu::cuda::is_there() {
                    println!(
                        "skipped: no CUDA device, so {} has no answer",
                        exercise.slug
                    );
                    // 3: this machine cannot do it.
                    assert_eq!(output.status.code(), Some(3), "{stdout}\n{stderr}");
                    assert!(stderr.contains("it needs a CUDA device"), "{stderr}");
                    continue;
                }
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

#[test]
fn what_can_be_worked_out_is_what_was_traced() {
    for (lesson, exercise, predict) in predicted_exercises() {
        for seed in MORE_SEEDS {
            let args = (exercise.args)(u64::from(seed));
            let answer = predict(&args);
            let output = answered(lesson, exercise.slug, seed, &answer);
            assert_eq!(
                output.status.code(),
                Some(0),
                "{} {args:?}: worked out {answer}\n{}\n{}",
                exercise.slug,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

#[test]
fn what_is_saved_runs_where_there_is_no_lab_directory() {
    for lesson in LESSONS {
        for exercise in lesson.exercises {
            let here = tempfile::tempdir().unwrap();
            let saved = Command::new(env!("CARGO_BIN_EXE_syslab"))
                .args([lesson.slug, "trace", exercise.slug, "--save", "."])
                .current_dir(here.path())
                .output()
                .unwrap();
            assert!(saved.status.success(), "{}: {saved:?}", exercise.slug);
            let text = fs::read_to_string(here.path().join(exercise.program)).unwrap();
            assert!(!text.contains("\"/lab"), "{}: {text}", exercise.slug);
            let lab = here.path().join(format!("{}-lab", exercise.slug));
            assert_eq!(
                text.contains(lab.to_str().unwrap()),
                lab.is_dir() && text.contains("-lab"),
                "{}",
                exercise.slug
            );
        }
    }
}

#[test]
fn answers_differ_between_seeds() {
    for (_, exercise, predict) in predicted_exercises() {
        let answers: HashSet<String> = (0..50)
            .map(|seed| predict(&(exercise.args)(seed)))
            .collect();
        assert!(answers.len() > 2, "{}: {answers:?}", exercise.slug);
    }
}

/// The exercises that have a prediction, with their lesson.
fn predicted_exercises() -> impl Iterator<Item = (&'static str, &'static Exercise, Predict)> {
    PREDICTED.iter().map(|(slug, predict)| {
        LESSONS
            .iter()
            .find_map(|lesson| {
                let exercise = lesson.exercises.iter().find(|one| one.slug == *slug)?;
                Some((lesson.slug, exercise, *predict))
            })
            .unwrap_or_else(|| panic!("no exercise is called {slug}"))
    })
}
