//! What each check makes the two processes live through.
//!
//! The lines are letters, but for one, so that a piece of one is told from all others. Nothing is
//! timed: who comes first, who is killed and who is held back is the world's doing, and the world
//! acts when the program rests or has said something. A program that never rests is not waited for.

use super::stage::{Meeting, Side, any_lines, comes_out, join, line, settles};
use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, trigger, words};
use crate::model::experiment::STORE;
use crate::model::{Action, Arming, Experiment, Fault, Limits, Role, Run, Step, Strike, Trigger};

/// Lines of the long story.
const MANY: usize = 200_000;

/// Capacity of the ring that they go through; a power of two, as many have it.
const LARGE: usize = 1 << 16;

/// Capacity of a ring that a few lines fill.
const SMALL: usize = 4096;

/// Capacity of the ring in which every store is a moment to look at.
const TINY: usize = 16;

/// Bytes that fill a small ring and the pipe behind the consumer, and whatever it keeps.
const BULK: usize = 1 << 16;

/// Room in the pipe behind the consumer, where that is to be full.
const PIPE: u32 = 4096;

/// How much later the second one is started, milliseconds of the run's clock: the handout promises
/// that it is no more than two seconds.
const LATER_MS: u64 = 1500;

/// How long the making of the object is held up, microseconds: more than whoever waits for it sleeps
/// between two looks.
const HELD_UP_US: u64 = 200_000;

/// How long two processes may take to come to rest, milliseconds.
const SETTLING_MS: u64 = 300;

/// How long they are then watched.
pub(super) const WATCHED_MS: u64 = 2000;

/// What is kept of a dead one's effects on the other, milliseconds of the run's clock: the handout
/// promises three seconds; see the contracts' common rules for the rest.
pub(super) const NOTICED_WITHIN_MS: u64 = 3500;

/// Calls by which one waits for another one or wakes it.
const MEETINGS: &[&str] = &[
    "futex",
    "futex_waitv",
    "read-like",
    "write-like",
    "poll-like",
    "nanosleep",
    "clock_nanosleep",
    "semop",
    "semtimedop",
    "rt_sigtimedwait",
];

/// Calls by which one passes the time, or looks again, beside them.
const LOOKS: &[&str] = &["sched_yield", "kill", "wait-like", "fcntl", "flock"];

/// Calls that give a file its size.
const SIZING: &[&str] = &["ftruncate", "fallocate"];

/// Calls by which bytes leave a process, or memory is shared.
const MOVING: &[&str] = &[
    "write-like",
    "copy-like",
    "mmap",
    "msgsnd",
    "mq_timedsend",
    "process_vm_writev",
    "process_vm_readv",
];

/// Some lines whose consumer is watched, and many.
pub(super) fn lines(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "lines");
    let source = &mut source;
    let few = Meeting::of(source, Side::Producer, SMALL);
    let (one, other, last) = (line(source, 9), line(source, 30), source.letters(7));
    let any_bytes: Vec<u8> = (0..b'\n')
        .chain(b'\n' + 1..=u8::MAX)
        .chain([b'\n'])
        .collect();
    let steps = vec![
        settles(),
        join(),
        Step::Send(one.clone()),
        comes_out(&one),
        Step::Send(b"\n".to_vec()),
        comes_out(b"\n"),
        Step::Send([&other[..], &any_bytes, &last].concat()),
        Step::CloseInput,
    ];
    let few = few.run(steps);
    let many = Meeting::of(source, Side::Producer, LARGE);
    let mut all = Vec::new();
    for nth in 0..MANY {
        // Most are short; some are as long as they may be.
        let len = match nth % 5000 {
            7 => LARGE / 2,
            8..11 => source.between(0, LARGE as u64 / 2) as usize,
            _ => source.between(0, 15) as usize,
        };
        all.extend(line(source, len));
    }
    let steps = vec![settles(), join(), Step::Send(all), Step::CloseInput];
    let many = many.run(steps);
    vec![
        experiment("lines one by one, an empty one and one without end", few),
        experiment("200,000 lines at once", many),
    ]
}

/// Rings that are passed many times, by lines that none of their capacities divides.
pub(super) fn wrapped(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "wrapped");
    let source = &mut source;
    [(61, 240), (TINY, 100), (100, 100)]
        .into_iter()
        .map(|(capacity, count)| {
            let meeting = Meeting::of(source, Side::Producer, capacity);
            // The first two go in one by one, before there is anybody to take them out together.
            let [one, other] = [(); 2].map(|()| line(source, capacity / 3));
            let rest = any_lines(source, count - 2, capacity / 2);
            let steps = vec![
                settles(),
                Step::Send(one),
                settles(),
                Step::Send(other),
                settles(),
                join(),
                Step::Send(rest),
                Step::CloseInput,
            ];
            experiment(
                &format!("{count} lines through a ring of {capacity} bytes"),
                meeting.run(steps),
            )
        })
        .collect()
}

/// A consumer without lines, or with half of one, and a producer without room.
pub(super) fn idle(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "idle");
    let source = &mut source;
    let watched = |meeting: &Meeting, steps| Run {
        watch: words(&[MEETINGS, LOOKS].concat()),
        buffer: 16,
        stdout_capacity: PIPE,
        limits: Limits {
            time_ms: 20_000,
            cpu_ms: 20_000,
            events: 40_000,
            ..Limits::default()
        },
        ..meeting.run(steps)
    };
    let empty = Meeting::of(source, Side::Producer, SMALL);
    let (one, other) = (line(source, 20), line(source, 20));
    let steps = vec![
        settles(),
        join(),
        Step::Send(one.clone()),
        comes_out(&one),
        Step::Pass { ms: SETTLING_MS },
        Step::Measure,
        Step::Pass { ms: WATCHED_MS },
        Step::Measure,
        Step::Send(other),
        Step::CloseInput,
    ];
    let empty = watched(&empty, steps);
    let full = Meeting::of(source, Side::Producer, SMALL);
    let steps = vec![
        settles(),
        join(),
        Step::Send(one.clone()),
        comes_out(&one),
        Step::StallOutput,
        Step::Send(bulk(source)),
        // A consumer that looks now and then has to empty the ring some times before that is full.
        Step::Pass {
            ms: 4 * SETTLING_MS,
        },
        Step::Measure,
        Step::Pass { ms: WATCHED_MS },
        Step::Measure,
        Step::ResumeOutput,
        Step::CloseInput,
    ];
    let full = watched(&full, steps);
    let half = Meeting::of(source, Side::Producer, SMALL);
    let (one, other) = (line(source, 20), line(source, 40));
    let (head, tail) = other.split_at(15);
    let steps = vec![
        settles(),
        join(),
        Step::Send(one.clone()),
        comes_out(&one),
        Step::Send(head.to_vec()),
        Step::Pass { ms: SETTLING_MS },
        Step::Measure,
        Step::Pass { ms: WATCHED_MS },
        Step::Measure,
        Step::Send(tail.to_vec()),
        Step::CloseInput,
    ];
    let half = watched(&half, steps);
    vec![
        experiment("a consumer waits for two seconds for a line", empty),
        experiment("a producer waits for two seconds for room", full),
        experiment(
            "a consumer waits for two seconds for the rest of a line",
            half,
        ),
    ]
}

fn bulk(source: &mut Source) -> Vec<u8> {
    let mut bulk = Vec::new();
    while bulk.len() < BULK {
        bulk.extend(line(source, 600));
    }
    bulk
}

/// The side that a run of [`idle`] is about.
pub(super) fn idle_side(run: &Run) -> Side {
    match run.steps.contains(&Step::StallOutput) {
        true => Side::Producer,
        false => Side::Consumer,
    }
}

/// One of the two comes late, and the object takes its time.
pub(super) fn orders(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "orders");
    let source = &mut source;
    let lines = [line(source, 12), line(source, 0), line(source, 7)].concat();
    // More than one page, of a ring of many.
    let long = [&lines[..], &line(source, 5000)].concat();
    let later = Step::Pass { ms: LATER_MS };
    let early = Meeting::of(source, Side::Producer, 64).run(vec![
        Step::Send(lines.clone()),
        Step::CloseInput,
        later.clone(),
        join(),
    ]);
    let late = Meeting::of(source, Side::Consumer, 64).run(vec![
        later,
        join(),
        Step::Send(lines.clone()),
        Step::CloseInput,
    ]);
    let slow = Run {
        faults: vec![Fault {
            trigger: Trigger {
                every: 1,
                ..trigger(&[SIZING], Role::Any, Arming::Fork)
            },
            action: Action::DelayEnter(HELD_UP_US),
        }],
        ..Meeting::of(source, Side::Consumer, LARGE).run(vec![
            settles(),
            join(),
            Step::Send(long),
            Step::CloseInput,
        ])
    };
    let piecemeal = short(Meeting::of(source, Side::Consumer, 64).run(vec![
        settles(),
        join(),
        // Without lines: what goes wrong with those is another check's business.
        Step::AwaitStrike,
        Step::CloseInput,
    ]));
    vec![
        experiment("the consumer comes a second and a half later", early),
        experiment("the producer comes a second and a half later", late),
        experiment("the object gets its size late", slow),
        experiment(
            "the other one looks before each store by which the ring is made",
            piecemeal,
        )
        .swept(
            &[Strike::OthersFirst],
            trigger(&[&[STORE]], Role::Any, Arming::Fork),
        ),
    ]
}

/// As a trial of many: what hangs is to be seen soon.
fn short(run: Run) -> Run {
    Run {
        // It is seen that the first bytes are taken.
        watch: words(&["exit_group", "read-like"]),
        buffer: 16,
        limits: Limits {
            time_ms: 40_000,
            ..Limits::default()
        },
        ..run
    }
}

/// Lines that would be found in whatever they are written to.
pub(super) fn memory(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "memory");
    let source = &mut source;
    let meeting = Meeting::of(source, Side::Producer, SMALL);
    let mut all = Vec::new();
    for nth in 0..60 {
        // Short ones, and some for which a ring may be felt to be too small.
        let len = match nth % 10 {
            9 => SMALL / 2,
            _ => source.between(200, 400) as usize,
        };
        all.extend(line(source, len));
    }
    let run = Run {
        watch: words(MOVING),
        ..meeting.run(vec![settles(), join(), Step::Send(all), Step::CloseInput])
    };
    vec![experiment(
        "what leaves the two processes is looked at",
        run,
    )]
}

/// Each of the two is killed, where the other one waits for it.
pub(super) fn deaths(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "deaths");
    let source = &mut source;
    let mut experiments = Vec::new();
    let awaited = || Step::AwaitExit {
        within_ms: NOTICED_WITHIN_MS,
    };
    for (killed, story) in [
        (
            Side::Producer,
            "the producer is killed when the ring is empty",
        ),
        (
            Side::Consumer,
            "the consumer is killed when the ring is empty",
        ),
    ] {
        let meeting = Meeting::of(source, killed.other(), SMALL);
        let one = line(source, 20);
        let steps = vec![
            settles(),
            join(),
            Step::Send(one.clone()),
            comes_out(&one),
            settles(),
            meeting.kill(killed),
            awaited(),
        ];
        experiments.push(experiment(story, meeting.run(steps)));
    }
    for (killed, story) in [
        (
            Side::Producer,
            "the producer is killed when the ring is full",
        ),
        (
            Side::Consumer,
            "the consumer is killed when the ring is full",
        ),
    ] {
        let meeting = Meeting::of(source, Side::Producer, SMALL);
        let one = line(source, 20);
        let steps = vec![
            settles(),
            join(),
            Step::Send(one.clone()),
            comes_out(&one),
            Step::StallOutput,
            Step::Send(bulk(source)),
            Step::Pass { ms: SETTLING_MS },
            meeting.kill(killed),
            Step::ResumeOutput,
            awaited(),
        ];
        let run = Run {
            stdout_capacity: PIPE,
            ..meeting.run(steps)
        };
        experiments.push(experiment(story, run));
    }
    experiments
}

/// Every store is a moment at which the other one looks, or after which it goes on, or at which the
/// one who makes it is killed; and so is every call by which one waits for the other or wakes it.
pub(super) fn schedules(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "schedules");
    let source = &mut source;
    // The last two are more than the ring holds.
    let lines = [line(source, 5), line(source, 8), line(source, 8)];
    // The ring is full before the consumer comes: up to then the producer makes the same stores
    // each time, and the consumer finds what it has made.
    let late = short(Meeting::of(source, Side::Producer, TINY).run(vec![
        Step::Send(lines.concat()),
        Step::CloseInput,
        Step::AwaitStrike,
        join(),
    ]));
    // What comes second comes when the consumer sleeps, or is about to.
    let waiting = short(Meeting::of(source, Side::Consumer, TINY).run(vec![
        settles(),
        join(),
        settles(),
        Step::Send(lines[0].clone()),
        comes_out(&lines[0]),
        Step::AwaitStrike,
        Step::Send(lines[1..].concat()),
        Step::CloseInput,
    ]));
    let stores = || trigger(&[&[STORE]], Role::Any, Arming::FirstInput);
    let meetings = || trigger(&[MEETINGS], Role::Any, Arming::FirstInput);
    let others = [Strike::OthersFirst, Strike::OthersNext];
    vec![
        experiment("the other one goes on at each store", late).swept(&others, stores()),
        experiment("one is killed at each store", waiting.clone())
            .swept(&[Strike::KillCaller], stores()),
        experiment("the other one goes on at each call", waiting.clone())
            .swept(&others, meetings()),
        experiment("one is killed at each call", waiting).swept(&[Strike::KillCaller], meetings()),
    ]
}
