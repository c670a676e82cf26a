//! Examinations in the background: one at a time, and one that is overtaken by a save is given up.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use crate::bench::{self, BenchError, Progress, Request};
use crate::model::Scorecard;
use crate::sandbox::Fingerprint;

use super::super::examination::Sighting;

/// What an examination says, with its number.
pub(super) struct Said {
    /// Which examination.
    pub(super) round: u64,
    /// What it says.
    pub(super) what: What,
}

/// What an examination says.
pub(super) enum What {
    /// It goes on.
    Progress(Progress),
    /// These are the files that it is about; none if they changed while they were copied.
    Copied(Option<Fingerprint>),
    /// It is over.
    Ended(Box<Result<Scorecard, BenchError>>),
}

/// An examination that goes on, until it is dropped.
pub(super) struct Examiner {
    /// Its number.
    pub(super) round: u64,
    is_overtaken: Arc<AtomicBool>,
}

/// How many there have been.
static ROUNDS: AtomicU64 = AtomicU64::new(0);

impl Examiner {
    /// Begins one; `say` is told, from another thread, what it says.
    pub(super) fn begin(request: Request, say: impl Fn(Said) + Send + 'static) -> Self {
        let round = ROUNDS.fetch_add(1, Ordering::Relaxed);
        let is_overtaken = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_overtaken);
        thread::spawn(move || {
            let submission: PathBuf = request.submission.clone();
            let mut sighting = Some(Sighting::begin(&submission));
            let result = bench::examine(&request, &flag, &mut |progress| {
                if let Some(mut seen) = sighting.take_if(|_| matches!(progress, Progress::Building))
                {
                    seen.hear(&progress, &submission);
                    let what = What::Copied(seen.files());
                    say(Said { round, what });
                }
                let what = What::Progress(progress);
                say(Said { round, what });
            });
            let what = What::Ended(Box::new(result));
            say(Said { round, what });
        });
        Self {
            round,
            is_overtaken,
        }
    }
}

impl Drop for Examiner {
    fn drop(&mut self) {
        // The thread kills its worker and ends; and should we end before, so does the worker.
        self.is_overtaken.store(true, Ordering::SeqCst);
    }
}
