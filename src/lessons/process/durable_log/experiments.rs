//! What each check makes a submission live through.
//!
//! No experiment waits for an acknowledgement: a program may keep its acknowledgements until the
//! end of its input, and make all records durable with one sync. Where several writes are wanted,
//! the input comes in pieces, each after the one before has been taken ([`Step::AwaitTaken`]); a
//! program that reads everything first makes one write, and that is right too.
//!
//! Inputs of sweeps are small: each call is a run of its own.

use super::LOGFILE;
use super::records::Source;
use super::stage::{WRITES, experiment, fault, given, run, sends, trigger};
use crate::model::{Action, Arming, Experiment, Role, Run, Step, Strike, Trigger};

/// Every call at which a signal or a power failure can be told from one a call earlier.
const EVERY_CALL: &[&str] = &["%desc", "%file", "%process", "%signal"];

/// Calls that take bytes in.
const READS: &[&str] = &[
    "read", "readv", "pread64", "preadv", "preadv2", "recvfrom", "recvmsg",
];

/// Calls that wait for input; see signal(7) for which of them a signal interrupts.
const WAITS: &[&str] = &[
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
];

/// Calls that make a file durable and can fail. sync(2) cannot.
const SYNCS: &[&str] = &["fsync", "fdatasync", "sync_file_range", "syncfs", "msync"];

/// Calls that cut a file off.
const TRUNCATES: &[&str] = &["ftruncate", "truncate"];

/// Calls that open a file.
const OPENS: &[&str] = &["open", "openat", "openat2", "creat"];

const SIGINT: i32 = libc::SIGINT;
const SIGTERM: i32 = libc::SIGTERM;

/// The handout promises one second; see the contracts' common rules for the rest.
const EXIT_WITHIN_MS: u64 = 1500;

/// The longest record that the handout allows.
const LONGEST: usize = 64 * 1024;

/// The smallest pipe that Linux makes; see F_SETPIPE_SZ in fcntl(2).
const SMALLEST_PIPE: u32 = 4096;

/// Plain runs with all kinds of input.
pub(super) fn ordinary(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "ordinary");
    let short = |source: &mut Source| source.record(12);
    let one_by_one: Vec<_> = (0..5).map(|_| short(&mut source)).collect();
    let longest = [
        short(&mut source),
        source.record(LONGEST),
        short(&mut source),
    ];
    let binary = [
        short(&mut source),
        source.binary_record(700),
        source.binary_record(3),
    ];
    let empty = [
        b"\n".to_vec(),
        b"\n".to_vec(),
        short(&mut source),
        b"\n".to_vec(),
    ];
    let full = source.letters(LONGEST);
    let split = source.record(40);
    let pieces = [&split[..1], &split[1..20], &split[20..40], &split[40..]].map(<[u8]>::to_vec);
    let torn = [source.records(2, 12), source.letters(9)].concat();
    [
        experiment("five records, one at a time", given(&one_by_one)),
        experiment("no input at all", given(&[])),
        experiment("empty records among others", given(&[empty.concat()])),
        experiment("a record of 64 KiB between two short ones", given(&longest)),
        experiment("records of arbitrary bytes", given(&[binary.concat()])),
        experiment("300 records in one write", given(&[source.records(300, 9)])),
        experiment("one record in four writes", given(&pieces)),
        experiment(
            "a record of 64 KiB, and then its newline",
            given(&[full, b"\n".to_vec()]),
        ),
        experiment("a last line without its newline", given(&[torn])),
        experiment(
            "a log that holds records already",
            given(&[source.records(3, 12)]),
        )
        .with_log(source.records(4, 12)),
    ]
    .map(Experiment::at_large)
    .into()
}

/// Plain runs in which records come one at a time and many at once.
pub(super) fn acknowledgements(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "acknowledgements");
    let mut one_by_one: Vec<_> = (0..5).map(|_| source.record(16)).collect();
    one_by_one.insert(3, b"\n".to_vec());
    vec![
        experiment(
            "six records, one at a time, an empty one among them",
            given(&one_by_one),
        )
        .replayed(),
        experiment("40 records in one write", given(&[source.records(40, 16)]))
            .with_log(source.records(3, 16))
            .replayed(),
    ]
}

/// The same questions for a power failure: names and repairs count too.
pub(super) fn power_loss(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "power loss");
    let mut input = || given(&[source.record(16), source.records(3, 16), source.record(16)]);
    let inputs = [input(), input(), input()];
    let [new, existing, torn] = inputs;
    let before = source.records(3, 16);
    let torn_before = [source.records(3, 16), source.letters(7)].concat();
    [
        experiment("power loss at every acknowledgement, with a new log", new),
        experiment(
            "power loss at every acknowledgement, with an old log",
            existing,
        )
        .with_log(before),
        experiment("power loss at every acknowledgement, with a torn log", torn)
            .with_log(torn_before),
    ]
    .map(Experiment::replayed)
    .into()
}

/// A signal while nothing happens, and a signal in the gap just before the wait.
pub(super) fn idle(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "idle");
    let exit = Step::AwaitExit {
        within_ms: EXIT_WITHIN_MS,
    };
    let mut told = |signal, records: usize| {
        let mut steps = Vec::new();
        if records > 0 {
            // Half a record stays in hand.
            steps.push(Step::Send(
                [source.records(records, 12), source.letters(5)].concat(),
            ));
        }
        steps.extend([Step::AwaitRest, Step::Signal(signal), exit.clone()]);
        run(steps)
    };
    let told = [
        told(SIGTERM, 3),
        told(SIGINT, 3),
        told(SIGTERM, 0),
        told(SIGINT, 0),
    ];
    let [term, int, term_first, int_first] = told;
    let gap = run(vec![
        Step::Send(source.records(2, 12)),
        Step::AwaitRest,
        exit,
    ]);
    vec![
        experiment("SIGTERM while it waits for the rest of a record", term),
        experiment("SIGINT while it waits for the rest of a record", int),
        experiment("SIGTERM before any input came", term_first),
        experiment("SIGINT before any input came", int_first),
        experiment("SIGTERM just before each call that waits for input", gap).swept(
            &[Strike::SignalBefore(SIGTERM)],
            trigger(&[READS, WAITS], Role::Any, Arming::FirstInput),
        ),
    ]
}

/// SIGTERM at every call, with input open and closed, and while nobody reads.
pub(super) fn sigterm(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "sigterm");
    let strikes = [Strike::SignalBefore(SIGTERM), Strike::SignalDuring(SIGTERM)];
    let points = || trigger(&[EVERY_CALL], Role::Any, Arming::FirstInput);
    let exit = Step::AwaitExit {
        within_ms: EXIT_WITHIN_MS,
    };
    let mut pieces = || [source.record(10), source.records(2, 30), source.record(300)];
    let (open_pieces, closed_pieces) = (pieces(), pieces());
    let mut open = sends(&open_pieces);
    open.extend([Step::AwaitRest, exit.clone()]);
    // Far more acknowledgements than the pipe takes.
    let stalled = vec![
        Step::StallOutput,
        Step::Send(source.records(1500, 6)),
        Step::AwaitRest,
        Step::Signal(SIGTERM),
        exit,
    ];
    vec![
        experiment("SIGTERM at every call, input open", run(open))
            .replayed()
            .swept(&strikes, points()),
        experiment("SIGTERM at every call, input closed", given(&closed_pieces))
            .replayed()
            .swept(&strikes, points()),
        experiment(
            "SIGTERM while nobody reads its acknowledgements",
            Run {
                stdout_capacity: SMALLEST_PIPE,
                ..run(stalled)
            },
        )
        .replayed(),
    ]
}

/// SIGKILL at every call, then a second start; and starts on torn logs of all lengths.
pub(super) fn sigkill(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "sigkill");
    let mut pieces = || [source.record(10), source.records(2, 30), source.record(300)];
    let inputs = [pieces(), pieces()];
    let mut restart = || given(&[source.records(2, 14)]);
    let restarts = [restart(), restart()];
    let [first, second] = restarts;
    let mut all = vec![
        experiment(
            "SIGKILL at every call, then a second start",
            given(&inputs[0]),
        )
        .then(first)
        .swept(
            &[Strike::KillTree],
            trigger(&[EVERY_CALL], Role::Any, Arming::FirstInput),
        ),
        experiment(
            "SIGKILL at every call on a torn log, then a second start",
            given(&inputs[1][..1]),
        )
        .then(second)
        .with_log([source.records(2, 14), source.letters(6)].concat())
        .swept(
            &[Strike::KillTree],
            trigger(&[EVERY_CALL], Role::Path(LOGFILE.to_owned()), Arming::Start),
        ),
    ];
    // Block sizes that programs read backwards in: a newline just before one is easily missed.
    for torn in [1, 4096, 5000, LONGEST] {
        all.push(
            experiment(
                &format!("a start on a log with a torn record of {torn} bytes"),
                given(&[source.records(2, 14)]),
            )
            .with_log([source.records(3, 14), source.letters(torn)].concat()),
        );
    }
    all.push(
        experiment(
            "a start on a log that is one torn record",
            given(&[source.records(2, 14)]),
        )
        .with_log(source.letters(50)),
    );
    all
}

/// Writes that take less than they were given.
pub(super) fn short_writes(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "short writes");
    let log = || Role::Path(LOGFILE.to_owned());
    let mut all = Vec::new();
    for (story, on, most, every) in [
        ("the first write to the log takes 1 byte", log(), 1, 0),
        ("every second write to the log takes 3 bytes", log(), 3, 2),
        ("every write to the log takes 7 bytes", log(), 7, 1),
        (
            "the first write to standard output takes 3 bytes",
            Role::Stdout,
            3,
            0,
        ),
        (
            "every write to standard output takes 1 byte",
            Role::Stdout,
            1,
            1,
        ),
    ] {
        let pieces = [source.record(20), source.records(2, 20), source.record(20)];
        let mut run = given(&pieces);
        run.faults.push(fault(on, 1, every, Action::Short(most)));
        all.push(experiment(story, run).replayed());
    }
    all
}

/// EINTR at every call, each in turn.
///
/// Sweeps that have points in every program: each opens the log, reads until the end of its input,
/// and writes.
pub(super) fn interrupted_calls(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "interrupted calls");
    let log = || Role::Path(LOGFILE.to_owned());
    let mut swept = |story, points| {
        let pieces = [source.record(20), source.records(2, 20)];
        experiment(story, given(&pieces))
            .replayed()
            .swept(&[Strike::Error(libc::EINTR)], points)
    };
    let mut all = vec![
        swept(
            "EINTR from each open of the log",
            trigger(&[OPENS], log(), Arming::Start),
        ),
        swept(
            "EINTR from each read and each wait for input",
            trigger(&[READS, WAITS], Role::Any, Arming::FirstInput),
        ),
        swept(
            "EINTR from each write and each sync",
            trigger(&[WRITES, SYNCS], Role::Any, Arming::Begin),
        ),
    ];
    let torn = swept(
        "EINTR from each call that changes or syncs a torn log",
        trigger(&[WRITES, SYNCS, TRUNCATES], log(), Arming::Start),
    );
    all.push(torn.with_log([source.records(2, 20), source.letters(9)].concat()));
    all
}

/// A disk that is full at every write in turn, and one that stays full, or fails. Behind a short
/// write it always does: a library that finishes the write by itself is told ENOSPC and says only
/// how much was written.
pub(super) fn full_disk(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "full disk");
    let log = || Role::Path(LOGFILE.to_owned());
    let mut input = || given(&[source.record(24), source.records(2, 24), source.record(24)]);
    let mut full = input();
    full.faults
        .push(fault(log(), 1, 1, Action::Error(libc::ENOSPC)));
    let mut filling = input();
    filling.faults.push(fault(log(), 1, 0, Action::Short(3)));
    filling
        .faults
        .push(fault(log(), 2, 1, Action::Error(libc::ENOSPC)));
    let mut failing = input();
    failing.faults.push(fault(log(), 1, 0, Action::Short(3)));
    failing
        .faults
        .push(fault(log(), 2, 1, Action::Error(libc::EIO)));
    let in_turn = input();
    let mut after_short = input();
    after_short
        .faults
        .push(fault(log(), 1, 1, Action::Short(9)));
    // The third record is the one that does not fit.
    let mut too_large = input();
    too_large.limits.file_size = 60;
    let strike = [Strike::Error(libc::ENOSPC)];
    let points = || trigger(&[WRITES], log(), Arming::Start);
    let before = source.records(2, 24);
    vec![
        experiment("a full disk", full),
        experiment("a disk that takes 3 bytes and is full then", filling).with_log(before),
        experiment("a disk that takes 3 bytes and fails then (EIO)", failing),
        experiment("a log that may not grow beyond 60 bytes", too_large),
        experiment("ENOSPC from each write to the log in turn", in_turn).swept(&strike, points()),
        experiment(
            "a disk that is full from each write to the log on, after short ones",
            after_short,
        )
        .swept(
            &strike,
            Trigger {
                every: 1,
                ..points()
            },
        ),
    ]
}

/// EIO from every sync in turn; and from every write, which is the sync of a program that opens
/// its log with O_DSYNC.
pub(super) fn failed_syncs(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "failed syncs");
    let pieces = [source.record(20), source.records(2, 20), source.record(20)];
    vec![
        experiment("EIO from each sync and each write in turn", given(&pieces))
            .replayed()
            .swept(
                &[Strike::Error(libc::EIO)],
                trigger(&[SYNCS, WRITES], Role::Any, Arming::Begin),
            ),
    ]
}
