//! The asking side: starts a worker for a submission and listens to it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::model::Scorecard;

use super::job::{Order, Progress, Report, Request};

/// Why there is no scorecard.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The worker could not be started, or talked to.
    #[error("cannot start the worker")]
    Worker(#[from] std::io::Error),
    /// The worker said why it cannot.
    #[error("{}", causes.join(": "))]
    Refused {
        /// Outermost first.
        causes: Vec<String>,
        /// What to do about it; may be empty.
        hint: String,
    },
    /// The worker ended without a word.
    #[error("the worker ended without a result ({0})")]
    Lost(String),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
}

/// How often the interrupt flag is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// Examines a submission in a worker process of its own.
///
/// When `interrupted` becomes true, the worker and everything below it is killed; what was
/// found until then has been handed to `progress`.
///
/// # Errors
/// If there is no scorecard; see [`BenchError`].
pub fn examine(
    request: &Request,
    interrupted: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Scorecard, BenchError> {
    let mut scorecard = None;
    ask(
        &Order::Examine(request.clone()),
        interrupted,
        &mut |report| match report {
            Report::Progress(step) => {
                progress(step);
                None
            }
            Report::Done(done) => {
                scorecard = Some(*done);
                Some(Ok(()))
            }
            _ => None,
        },
    )?;
    scorecard.ok_or_else(|| BenchError::Lost("no scorecard".to_owned()))
}

/// Gives a worker an order and hands its reports on until `listen` has heard enough.
pub(super) fn ask(
    order: &Order,
    interrupted: &AtomicBool,
    listen: &mut dyn FnMut(Report) -> Option<Result<(), BenchError>>,
) -> Result<(), BenchError> {
    let mut worker = Worker(
        Command::new("/proc/self/exe")
            .arg(super::WORKER_COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C is for the command line, which then ends the worker.
            .process_group(0)
            .spawn()?,
    );
    if let Some(mut stdin) = worker.0.stdin.take() {
        let order = serde_json::to_vec(order).map_err(std::io::Error::from)?;
        stdin.write_all(&order)?;
    }
    let stdout = worker.0.stdout.take();
    let (sender, reports) = mpsc::channel();
    std::thread::spawn(move || {
        for line in stdout
            .into_iter()
            .flat_map(|stdout| BufReader::new(stdout).lines())
        {
            let Ok(line) = line else { break };
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return Err(BenchError::Interrupted);
        }
        let line = match reports.recv_timeout(GLANCE) {
            Ok(line) => line,
            Err(mpsc::RecvTimeoutError::Timeout) => continue,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(BenchError::Lost(worker.0.wait()?.to_string()));
            }
        };
        match serde_json::from_str(&line) {
            Ok(Report::Failed { causes, hint }) => {
                return Err(BenchError::Refused { causes, hint });
            }
            Ok(report) => {
                if let Some(heard) = listen(report) {
                    return heard;
                }
            }
            Err(error) => return Err(BenchError::Lost(error.to_string())),
        }
    }
}

/// A worker process that does not outlive us.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}
