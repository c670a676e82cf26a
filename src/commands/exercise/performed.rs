//! An exercise's program: where it is, and what it does under observation.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::bench::{self, Observation};
use crate::embedded::{self, File};
use crate::exit::{self, Trouble};
use crate::gpu;
use crate::model::check::KERNEL_SOURCE;
use crate::model::experiment::LAB_DIR;
use crate::model::{Exercise, Experiment, Lesson, Recording, Run, Step};
use crate::sys::temporary;

use super::super::examination;
use super::super::interrupt::Interrupt;

/// The extension of a program that is a kernel.
pub(super) const KERNEL: &str = "cu";

/// The program's file.
pub(super) fn program(lesson: &Lesson, exercise: &Exercise) -> Result<&'static File, Trouble> {
    let path = format!("labs/{}/trace/{}", lesson.slug, exercise.program);
    embedded::file(&path).ok_or_else(|| {
        Trouble::new(
            exit::BUG,
            anyhow::Error::msg(format!("{path} is not in this binary")),
        )
    })
}

/// An exercise's program where the learner can build and trace it.
pub(super) struct Saved {
    /// Its source.
    pub path: PathBuf,
    /// What it has in place of the lab directory; absolute.
    pub lab: String,
}

/// Writes the program where the learner can build and trace it. If it uses the lab directory, it has an
/// empty directory beside it instead, which is made.
pub(super) fn save(
    file: &File,
    exercise: &Exercise,
    seed: u32,
    directory: &Path,
) -> Result<Saved, Trouble> {
    let path = directory.join(file.name());
    let cannot_write = |path: &Path| format!("cannot write {}", path.display());
    fs::create_dir_all(directory).with_context(|| cannot_write(directory))?;
    let mut lab = fs::canonicalize(directory).with_context(|| cannot_write(directory))?;
    lab.push(lab_name(exercise));
    let lab = lab.into_os_string().into_string().ok();
    let Some(lab) = lab.filter(|lab| lab.chars().all(needs_no_escape)) else {
        let why =
            "its path would be part of the program, and a character of it means something there";
        return Err(
            Trouble::usage(format!("cannot write it to {directory:?}: {why}"))
                .hint("give another directory"),
        );
    };
    fs::write(&path, file.text().replace(LAB_DIR, &lab)).with_context(|| cannot_write(&path))?;
    if uses_lab(file, exercise, seed) {
        fs::create_dir_all(&lab).with_context(|| cannot_write(lab.as_ref()))?;
    }
    Ok(Saved { path, lab })
}

/// Whether a program uses the lab directory.
pub(super) fn uses_lab(file: &File, exercise: &Exercise, seed: u32) -> bool {
    let args = (exercise.args)(u64::from(seed));
    file.text().contains(LAB_DIR) || args.iter().any(|arg| arg.contains(LAB_DIR))
}

/// What is called what the lab directory is in the box, where the learner traces a program.
pub(super) fn lab_name(exercise: &Exercise) -> String {
    format!("{}-lab", exercise.slug)
}

/// Whether it stands for itself in a string of C, Rust and Python.
fn needs_no_escape(one: char) -> bool {
    one.is_alphanumeric() || "/._-+,=@:~ ".contains(one)
}

/// Whether this machine lacks the device that an exercise needs.
pub(super) fn lacks_device(exercise: &Exercise) -> bool {
    exercise.needs_device && !gpu::cuda::is_there()
}

/// Runs the program under observation.
pub(super) fn observed(
    file: &File,
    exercise: &Exercise,
    seed: u32,
    interrupt: &Interrupt,
) -> Result<Recording, Trouble> {
    // Far more than any of our programs takes, and little enough to wait for; a driver begins slowly.
    const WITHIN_MS: u64 = 5000;
    const WITHIN_MS_ON_A_DEVICE: u64 = 60_000;
    let directory = temporary::directory().context("cannot make a temporary directory")?;
    let extension = exercise.program.rsplit('.').next().unwrap_or_default();
    let main = directory.path().join(match extension {
        KERNEL => KERNEL_SOURCE.to_owned(),
        extension => format!("main.{extension}"),
    });
    fs::write(&main, file.content).context("cannot write the program")?;
    let run = Run {
        args: (exercise.args)(u64::from(seed)),
        steps: vec![
            Step::Send(exercise.input.into()),
            Step::CloseInput,
            Step::AwaitExit {
                within_ms: match exercise.needs_device {
                    true => WITHIN_MS_ON_A_DEVICE,
                    false => WITHIN_MS,
                },
            },
        ],
        watch: exercise
            .watch
            .iter()
            .map(|call| (*call).to_owned())
            .collect(),
        has_device: exercise.needs_device,
        ..Run::default()
    };
    let observation = Observation {
        program: directory.path().to_owned(),
        experiment: Experiment {
            story: exercise.question.to_owned(),
            runs: vec![run],
            ..Experiment::default()
        },
        jobs: 1,
    };
    let trials = bench::observe(&observation, interrupt.flag()).map_err(examination::trouble)?;
    let trial = trials.into_iter().next().context("nothing was recorded")?;
    if let Some(trouble) = trial.trouble {
        return Err(Trouble::new(exit::MACHINE, anyhow::Error::msg(trouble)));
    }
    let first = trial
        .runs
        .into_iter()
        .next()
        .context("nothing was recorded")?;
    Ok(first)
}
