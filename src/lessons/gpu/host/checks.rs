//! The checks of both labs.

use super::judges;
use crate::gpu::host::VERB;
use crate::lessons::stories::experiment;
use crate::model::{Check, Experiment, Limits, Run, Step};

/// What a run may use up: the device has a memory of 256 MiB, and a program is started hundreds of times
/// where each of its calls fails once.
const LIMITS: Limits = Limits {
    time_ms: 120_000,
    cpu_ms: 120_000,
    memory_kib: 2 * 1024 * 1024,
    tasks: 64,
    output: 32 << 20,
    events: 200_000,
    file_size: 64 << 20,
    shm_kib: 0,
    files: (1024, 1024),
};

/// A run of the program with the device in this state.
fn run(device: &[&str], args: &[&str], seed: u64) -> Run {
    let mut led_by: Vec<String> = vec![VERB.to_owned()];
    led_by.extend(device.iter().map(|&word| word.to_owned()));
    led_by.extend(["--seed".to_owned(), seed.to_string()]);
    Run {
        args: args.iter().map(|&word| word.to_owned()).collect(),
        led_by,
        limits: LIMITS,
        // What it calls of CUDA's, the device sees; of calls, only what starts and ends a process.
        watch: vec!["execve".to_owned(), "exit_group".to_owned()],
        steps: vec![Step::Pass { ms: LIMITS.time_ms }],
        ..Run::default()
    }
}

/// A program of these runs, one for each number.
fn programs(story: &str, device: &[&str], numbers: &[u64], seed: u64) -> Experiment {
    let mut runs = numbers
        .iter()
        .map(|n| run(device, &[&n.to_string()], seed))
        .collect::<Vec<_>>()
        .into_iter();
    let first = runs.next().unwrap_or_default();
    runs.fold(experiment(story, first), Experiment::then)
}

/// Numbers between 100 and 4099 that no program knows beforehand.
fn drawn(seed: u64) -> u64 {
    100 + seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 4000
}

/// The sum is right.
pub(super) const COMPUTES: Check = Check::by_observing(
    (
        "computes",
        "it prints the sum, for every number of elements",
        "A guard for the last block",
    ),
    20,
    |seed| {
        let numbers = [1000, 0, 1, 2, 3, 257, 4099, 65_537, drawn(seed)];
        vec![programs(
            "work is done as soon as it is issued",
            &[],
            &numbers,
            seed,
        )]
    },
    judges::computes,
);

/// Both streams have work before either is waited for.
pub(super) const OVERLAPS: Check = Check::by_observing(
    (
        "overlaps",
        "both streams have copies and kernels before either is waited for",
        "Streams",
    ),
    20,
    |seed| {
        vec![programs(
            "the order in which work is issued and waited for",
            &["--late", "first"],
            &[4096],
            seed,
        )]
    },
    judges::overlaps,
);

/// Nothing is read too early.
pub(super) const WAITS_BEFORE_READING: Check = Check::by_observing(
    (
        "waits-before-reading",
        "it reads a result when that is there, and not before",
        "Waiting before reading",
    ),
    20,
    |seed| {
        let numbers = [1000, 3, 4099, drawn(seed)];
        vec![
            programs(
                "work is done as late as CUDA allows, the older stream first",
                &["--late", "first"],
                &numbers,
                seed,
            ),
            programs(
                "work is done as late as CUDA allows, the newer stream first",
                &["--late", "last"],
                &numbers,
                seed,
            ),
        ]
    },
    judges::waits_before_reading,
);

/// Nothing is left.
pub(super) const FREES_EVERYTHING: Check = Check::by_observing(
    (
        "frees-everything",
        "what it gets of the device it gives back",
        "A buffer that frees itself",
    ),
    15,
    |seed| {
        vec![programs(
            "what is still there at its end",
            &["--late", "first"],
            &[1000, 1, 0],
            seed,
        )]
    },
    judges::frees_everything,
);

/// Nothing is left on any way.
pub(super) const FREES_ON_ERROR: Check = Check::by_observing(
    (
        "frees-on-error",
        "whichever call fails, it says which, exits with status 1 and leaves nothing behind",
        "Checking every call",
    ),
    20,
    |seed| {
        vec![programs(
            "each call fails in turn",
            &["--late", "first", "--fail-each"],
            &[64],
            seed,
        )]
    },
    judges::frees_on_error,
);

/// No device.
pub(super) const SAYS_NO_DEVICE: Check = Check::by_observing(
    (
        "says-no-device",
        "where there is no device, it says so and exits with status 3",
        "No device",
    ),
    5,
    |seed| {
        vec![programs(
            "a machine without a device",
            &["--no-device"],
            &[1000],
            seed,
        )]
    },
    judges::says_no_device,
);

/// A probe of bridge.py.
fn probe(device: &[&str], words: &[&str], seed: u64) -> Run {
    let seed_word = seed.to_string();
    let mut args = vec!["--probe"];
    args.extend(words);
    args.extend(["--seed", &seed_word]);
    run(device, &args, seed)
}

/// The sums are right.
pub(super) const ADDS: Check = Check::by_observing(
    (
        "computes",
        "add(a, b) returns the sum, for every size and shape",
        "Arrays from Python",
    ),
    25,
    |seed| {
        let run = probe(&[], &["values"], seed);
        vec![experiment("arrays of many sizes and shapes", run)]
    },
    judges::adds,
);

/// What it cannot take is refused.
pub(super) const REFUSES_WRONG_ARRAYS: Check = Check::by_observing(
    (
        "refuses-wrong-arrays",
        "an array that it cannot take is refused with an exception",
        "Arrays from Python",
    ),
    20,
    |seed| {
        let run = probe(&[], &["refusals"], seed);
        vec![experiment(
            "arrays of other types, shapes and orders, and some that cannot be written",
            run,
        )]
    },
    judges::refuses_wrong_arrays,
);

/// No copy on the way.
pub(super) const COPIES_ONCE: Check = Check::by_observing(
    (
        "copies-once",
        "each byte is copied once each way, between the array and the device",
        "Arrays from Python",
    ),
    15,
    |seed| {
        let run = probe(&["--late", "first"], &["addresses"], seed);
        vec![experiment(
            "the addresses that copies are made from and to",
            run,
        )]
    },
    judges::copies_once,
);

/// Failures come out.
pub(super) const RAISES_CUDA_ERRORS: Check = Check::by_observing(
    (
        "raises-cuda-errors",
        "whichever call of CUDA's fails, there is a Python exception that says what it was",
        "Checking every call",
    ),
    20,
    |seed| {
        let run = probe(&["--late", "first", "--fail-each"], &["failing"], seed);
        vec![experiment("each call of CUDA's fails in turn", run)]
    },
    judges::raises_cuda_errors,
);

/// Nothing grows.
pub(super) const FREES_WHAT_IT_GOT: Check = Check::by_observing(
    (
        "frees-everything",
        "what a call gets of the device it gives back, also where it refuses or fails",
        "A buffer that frees itself",
    ),
    10,
    |seed| {
        let runs = ["2", "12"]
            .map(|calls| probe(&["--late", "first"], &["repeated", "--calls", calls], seed));
        let [few, many] = runs;
        let failing = probe(&["--late", "first", "--fail-each"], &["failing"], seed);
        let story = "a few calls, then many, then some of which each call of CUDA's fails in turn";
        vec![experiment(story, few).then(many).then(failing)]
    },
    judges::frees_what_it_got,
);

/// Other threads run.
pub(super) const RELEASES_THE_GIL: Check = Check::by_observing(
    (
        "releases-the-gil",
        "other threads run Python while it waits for the device",
        "The GIL in a bridge",
    ),
    10,
    |seed| {
        let run = Run {
            limits: Limits {
                time_ms: PATIENCE_MS,
                cpu_ms: PATIENCE_MS,
                ..LIMITS
            },
            steps: vec![Step::Pass { ms: PATIENCE_MS }],
            ..probe(&["--late", "first", "--holds"], &["lock"], seed)
        };
        vec![experiment(
            "a wait that lasts until another thread has run Python",
            run,
        )]
    },
    judges::releases_the_gil,
);

/// How long a wait is held open for another thread, on the run's clock.
const PATIENCE_MS: u64 = 15_000;
