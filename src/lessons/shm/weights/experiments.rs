//! What each check makes a submission live through.
//!
//! Moments are found at calls that workers make whatever they are written in: each of them ends by
//! exit_group(2), and those that tell their sum by a call, write it.

use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, trigger, words};
use crate::model::experiment::SHARED_DIR;
use crate::model::{Action, Arming, Expected, Experiment, Fault, Limits, Role, Run, Step, Strike};

/// The values are 0 up to, and without, this, again and again.
const PERIOD: u64 = 1000;

/// Bytes of a float32.
pub(super) const FLOAT: u64 = 4;

/// Values of an array of a gibibyte.
const GIBIBYTE: u64 = 1 << 28;

/// Values of an array that is large beside all that processes need for themselves: of 160 MiB.
const LARGE: u64 = 40 << 20;

/// Calls by which bytes go from one process to another.
const PASSES: &[&str] = &[
    "read-like",
    "write-like",
    "copy-like",
    "process_vm_readv",
    "process_vm_writev",
];

/// Calls by which mappings come, change and go, and objects are made.
const MAPS: &[&str] = &[
    "open-like",
    "memfd_create",
    "mmap",
    "mremap",
    "munmap",
    "mprotect",
    "pkey_mprotect",
    "madvise",
];

/// Calls by which a worker tells what it has.
const TELLS: &[&str] = &["write-like"];

/// What is watched where nothing needs to be seen but how processes end.
const LITTLE: &[&str] = &["exit_group"];

/// What a right program makes of a run.
#[derive(Clone, Copy)]
enum Due {
    /// The sums, and status 0.
    Sums,
    /// Its end, with some other status.
    Failure,
    /// A message, and some other status.
    Message,
    /// A message, and status 1.
    Error,
}

/// The sum of the first `count` values.
fn sum_of_first(count: u64) -> u64 {
    let sum = |count: u64| count * count.saturating_sub(1) / 2;
    count / PERIOD * sum(PERIOD) + sum(count % PERIOD)
}

/// What is to be printed.
fn lines(workers: u64, count: u64) -> Vec<u8> {
    let mut lines = String::new();
    for k in 0..workers {
        let (first, end) = (k * count / workers, (k + 1) * count / workers);
        let sum = sum_of_first(end) - sum_of_first(first);
        lines.push_str(&format!("worker {k} {sum}\n"));
    }
    lines.push_str(&format!("total {}\n", sum_of_first(count)));
    lines.into_bytes()
}

fn run(workers: u64, count: u64, due: Due) -> Run {
    let mut expects = vec![Expected::Output {
        line: "sums".to_owned(),
        any_of: vec![lines(workers, count)],
    }];
    let message = Expected::Message {
        line: "why".to_owned(),
    };
    match due {
        Due::Sums => expects.push(Expected::Status(0)),
        Due::Failure => expects.push(Expected::Failure),
        Due::Message => expects.extend([message, Expected::Failure]),
        Due::Error => expects.extend([message, Expected::Status(1)]),
    }
    Run {
        args: vec![workers.to_string(), count.to_string()],
        steps: vec![Step::CloseInput],
        watch: words(LITTLE),
        lists: words(&[SHARED_DIR]),
        buffer: 64,
        limits: Limits {
            time_ms: 20_000,
            cpu_ms: 20_000,
            memory_kib: 1 << 20,
            tasks: 160,
            // An object in shared memory is a file to this limit.
            file_size: 2 << 30,
            shm_kib: 5 << 18,
            events: 400_000,
            ..Limits::default()
        },
        expects,
        ..Run::default()
    }
}

/// A number of values that cannot be divided by 2, 3 or 32: one less than such a number, so that as
/// many as can be are left over.
fn odd(source: &mut Source, thousands: u64) -> u64 {
    thousands * 1000 + 96 * source.between(1, 9) + 95 - thousands * 1000 % 96
}

/// One worker, some and many; fewer values than workers, and none.
pub(super) fn sums(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "sums");
    [
        (1, odd(&mut source, 60)),
        (3, odd(&mut source, 200)),
        (32, odd(&mut source, 50)),
        (5, source.between(2, 4)),
        (3, 0),
    ]
    .into_iter()
    .map(|(workers, count)| {
        let story = format!("{workers} workers, {count} values");
        experiment(
            &story.replace("1 workers", "1 worker"),
            run(workers, count, Due::Sums),
        )
    })
    .collect()
}

/// An array of 160 MiB.
pub(super) fn shared(seed: u64) -> Vec<Experiment> {
    let count = LARGE + Source::new(seed, "shared").between(1, 999);
    let run = Run {
        measures_private: true,
        ..run(4, count, Due::Sums)
    };
    vec![experiment("4 workers, and an array of 160 MiB", run)]
}

/// An array of 4 MB, of which nothing is to pass by.
pub(super) fn passed(seed: u64) -> Vec<Experiment> {
    let count = odd(&mut Source::new(seed, "passed"), 1000);
    let run = Run {
        watch: words(PASSES),
        ..run(3, count, Due::Sums)
    };
    vec![experiment("3 workers, and an array of 4 MB", run)]
}

/// The same, with an eye on mappings.
pub(super) fn mapped(seed: u64) -> Vec<Experiment> {
    let count = odd(&mut Source::new(seed, "mapped"), 1000);
    let run = Run {
        watch: words(MAPS),
        ..run(4, count, Due::Sums)
    };
    vec![experiment("4 workers, and an array of 4 MB", run)]
}

/// Success, signals at each moment that shows, and a worker that cannot be started.
pub(super) fn ended(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "ended");
    let signals = [
        Strike::SignalBefore(libc::SIGTERM),
        Strike::SignalBefore(libc::SIGINT),
    ];
    let mut signalled = |story: &str, calls: &[&[&str]], on: Role| {
        let run = run(2, odd(&mut source, 10), Due::Failure);
        experiment(story, run).swept(&signals, trigger(calls, on, Arming::Fork))
    };
    let working = signalled(
        "a signal while its workers are at work",
        &[TELLS, LITTLE],
        Role::Child,
    );
    let starting = signalled(
        "a signal while its workers are started",
        &[&["fork-like"]],
        Role::NewProcess,
    );
    let success = experiment("it is left alone", run(2, odd(&mut source, 10), Due::Sums));
    // Helpers, such as Python's resource tracker, come first.
    let mut third = trigger(&[&["fork-like"]], Role::NewProcess, Arming::Start);
    (third.first, third.every) = (3, 1);
    let refused = Run {
        faults: vec![Fault {
            trigger: third,
            action: Action::Error(libc::EAGAIN),
        }],
        ..run(5, odd(&mut source, 10), Due::Message)
    };
    vec![
        success,
        working,
        starting,
        experiment(
            "its third process and all further ones cannot be started (EAGAIN)",
            refused,
        ),
    ]
}

/// Workers that are killed: when they come to the array, when they tell its sum, and when they end.
///
/// Not at their first call: nobody can say then that it is a worker, and no helper.
pub(super) fn killed(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "killed");
    let mut swept = |story: &str, calls: &[&str], on: Role| {
        let run = Run {
            // What has to do with the array is a worker.
            watch: words(MAPS),
            ..run(2, odd(&mut source, 10), Due::Error)
        };
        experiment(story, run).swept(&[Strike::KillCaller], trigger(&[calls], on, Arming::Fork))
    };
    vec![
        swept(
            "a worker is killed before it has the array",
            &["open-like", "mmap"],
            Role::SharedByChild,
        ),
        swept(
            "a worker is killed when it tells its sum",
            TELLS,
            Role::Child,
        ),
        swept("a worker is killed when it ends", LITTLE, Role::Child),
    ]
}

/// An array of a gibibyte.
pub(super) fn large(_seed: u64) -> Vec<Experiment> {
    let sums = run(32, GIBIBYTE, Due::Sums);
    let run = Run {
        // While its mappings are counted, none goes away; see `tracer::memory`.
        watch: words(&["munmap"]),
        limits: Limits {
            time_ms: 120_000,
            cpu_ms: 120_000,
            memory_kib: 2 << 20,
            ..sums.limits.clone()
        },
        ..sums
    };
    vec![experiment(
        "32 workers, an array of a gibibyte, and memory for two",
        run,
    )]
}

/// A small /dev/shm, and calls that say that there is no memory.
pub(super) fn full(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "full");
    let count = (16 << 20) + source.between(1, 999);
    let mut small = run(3, count, Due::Error);
    small.limits.shm_kib = 16 << 10;
    let mut fails = |call: &str, errno: i32, name: &str| {
        let mut every = trigger(&[&[call]], Role::Shared, Arming::Start);
        every.every = 1;
        let run = Run {
            faults: vec![Fault {
                trigger: every,
                action: Action::Error(errno),
            }],
            ..run(3, odd(&mut source, 20), Due::Error)
        };
        experiment(&format!("{name} from {call}, of what is shared"), run)
    };
    vec![
        experiment("an array of 64 MiB, and a /dev/shm of 16", small),
        fails("ftruncate", libc::ENOSPC, "ENOSPC"),
        fails("ftruncate", libc::ENOMEM, "ENOMEM"),
        fails("fallocate", libc::ENOSPC, "ENOSPC"),
        fails("mmap", libc::ENOMEM, "ENOMEM"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_values() {
        let values: Vec<u64> = (0..2345).map(|i| i % PERIOD).collect();
        for count in [0, 1, 2, 999, 1000, 1001, 2345] {
            let sum: u64 = values[..count].iter().sum();
            assert_eq!(sum_of_first(count as u64), sum);
        }
        let text = lines(3, 4);
        assert_eq!(text, b"worker 0 0\nworker 1 1\nworker 2 5\ntotal 6\n");
        assert_eq!(lines(1, 0), b"worker 0 0\ntotal 0\n");
    }

    #[test]
    fn odd_numbers_are_not_divisible() {
        let mut source = Source::new(7, "odd");
        for thousands in [10, 20, 50, 60, 200, 1000] {
            let count = odd(&mut source, thousands);
            assert!(count.abs_diff(thousands * 1000) < 1000, "{count}");
            let divides = |by: &u64| count.is_multiple_of(*by);
            assert!(![2, 3, 32].iter().any(divides), "{count}");
            assert_eq!(count % 96, 95);
        }
    }
}
