//! One trial: a lab directory of its own, and a runner that makes it.

use std::io::{self, BufReader, BufWriter, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::build::Built;
use super::job::{Job, TrialRecord};
use super::plan::{Kind, Work};
use super::runner::causes;
use crate::model::{Experiment, Run};
use crate::sandbox::Workshop;

/// A number that no lab directory has had yet.
pub(super) fn next_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Has a runner make one trial.
pub(super) fn make(
    workshop: &Workshop,
    built: &Built,
    work: &Work,
    timeout_scale: f64,
) -> TrialRecord {
    let trouble = |why: String| TrialRecord {
        trouble: Some(why),
        ..TrialRecord::default()
    };
    let lab = match workshop.lab_dir(next_number(), work.experiment.files_kib()) {
        Ok(lab) => lab,
        Err(error) => return trouble(causes(&error).join(": ")),
    };
    let has_actor = work.experiment.runs.iter().any(Run::meets_actor);
    let actor = match has_actor.then(|| workshop.actor()).transpose() {
        Ok(actor) => actor,
        Err(error) => return trouble(format!("cannot copy syslab into the workshop: {error}")),
    };
    let mut experiment = Experiment {
        sweep: None,
        ..(*work.experiment).clone()
    };
    for run in &mut experiment.runs {
        // The runner decides nothing.
        run.claims.clear();
    }
    let job = Job {
        argv: built.argv.clone(),
        env: built.env.clone(),
        binds: built.binds.clone(),
        submission: workshop.submission_dir(),
        lab: lab.path().to_owned(),
        actor,
        host_uid: workshop.host_uid(),
        rung: workshop.confinement().rung,
        experiment,
        strike: work.strike(),
        is_reference: work.kind == Kind::Reference,
        timeout_scale,
    };
    run(&job).unwrap_or_else(|error| trouble(format!("the runner broke: {error}")))
}

fn run(job: &Job) -> io::Result<TrialRecord> {
    let mut runner = Command::new("/proc/self/exe")
        .arg(super::RUN_COMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(stdin) = runner.stdin.take() {
        // Else it is a call for each byte.
        let mut stdin = BufWriter::new(stdin);
        serde_json::to_writer(&mut stdin, job)?;
        stdin.flush()?;
    }
    let record = match runner.stdout.take() {
        Some(stdout) => TrialRecord::read(&mut BufReader::new(stdout)),
        None => Err(io::ErrorKind::BrokenPipe.into()),
    };
    let status = runner.wait()?;
    record.map_err(|error| io::Error::other(format!("{error} ({status})")))
}
