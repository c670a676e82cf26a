//! The experiments: each is one probe of the battery.

use super::facts::FACTS;
use crate::lessons::stories::experiment;
use crate::model::{Experiment, Limits, Run, Trial};

/// Where the module is, as the battery has built it, by variant.
const BUILT: &str = "/submission/.built";

/// What a probe may use up: it starts compilers' runtimes, makes failures by the thousand, and has
/// arrays of two gibibytes, of which hardly a page is there.
const LIMITS: Limits = Limits {
    time_ms: 300_000,
    cpu_ms: 300_000,
    memory_kib: 2 * 1024 * 1024,
    tasks: 64,
    output: 4 << 20,
    events: 200_000,
    file_size: 64 << 20,
    shm_kib: 0,
    files: (1024, 1024),
};

/// A probe of the module as it is.
pub(super) fn plain(probe: &str, story: &str, seed: u64) -> Experiment {
    built("plain", probe, story, seed)
}

/// A probe of the module as it is built with a sanitizer: `asan` or `tsan`.
pub(super) fn sanitized(sanitizer: &str, probe: &str, story: &str, seed: u64) -> Experiment {
    built(sanitizer, &format!("{probe}@{sanitizer}"), story, seed)
}

fn built(variant: &str, probe: &str, story: &str, seed: u64) -> Experiment {
    let args = [
        probe,
        "--module",
        &format!("{BUILT}/{variant}"),
        "--facts",
        FACTS,
        "--seed",
        &seed.to_string(),
    ];
    let run = Run {
        args: args.map(str::to_owned).to_vec(),
        limits: LIMITS,
        // What a module does is seen from within; of calls, only what starts and ends a process.
        watch: vec!["execve".to_owned(), "exit_group".to_owned()],
        collect: vec![FACTS.to_owned()],
        ..Run::default()
    };
    experiment(story, run)
}

/// Whether a trial is of a module that is built with a sanitizer: reports count then, and not values.
pub(super) fn is_sanitized(trial: &Trial<'_>) -> bool {
    let probe = trial
        .experiment
        .runs
        .first()
        .and_then(|run| run.args.first());
    probe.is_some_and(|probe| probe.contains('@'))
}
