//! What each check makes a submission live through.
//!
//! Where a mistake shows in one schedule of a thousand, the schedule is made: each store to memory
//! that processes share is a point at which its process is stopped while the others go on, or
//! killed. Additions are few there, so that points are.

use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, words};
use crate::model::experiment::STORE;
use crate::model::{Action, Arming, Experiment, Fault, Limits, Role, Run, Step, Strike, Trigger};

/// Where things lie that outlive a process: /dev/shm for POSIX objects and semaphores, the lists of
/// System V objects, and where a lock file may be.
const PLACES: &[&str] = &[
    "/dev/shm",
    "/proc/sysvipc/sem",
    "/proc/sysvipc/shm",
    "/proc/sysvipc/msg",
    "/tmp",
    "/lab",
];

/// Calls that bring a file into memory, or more processes into being.
const CALLS: &[&str] = &["open-like", "mmap", "wait-like"];

/// A start of the program, and what it finds.
struct Story<'a> {
    story: &'a str,
    processes: u32,
    times: u32,
    /// What is in the counter file; `None`: it is not there.
    content: Option<Vec<u8>>,
}

impl Story<'_> {
    /// A counter that has this value.
    fn at(value: u64) -> Option<Vec<u8>> {
        Some(value.to_le_bytes().to_vec())
    }

    /// The experiment. Its counter file has a name of the seed's choosing.
    fn told(self, seed: u64) -> Experiment {
        let path = format!("/lab/{}", Source::new(seed, self.story).word(7));
        let run = Run {
            args: vec![
                path.clone(),
                self.processes.to_string(),
                self.times.to_string(),
            ],
            steps: vec![Step::CloseInput],
            collect: vec![path.clone()],
            lists: words(PLACES),
            watch: words(CALLS),
            buffer: 64,
            limits: Limits {
                events: 60_000,
                ..Limits::default()
            },
            ..Run::default()
        };
        let experiment = experiment(self.story, run);
        match self.content {
            Some(content) => experiment.with_file(&path, content),
            None => experiment,
        }
    }
}

/// A value below 200, so that a few additions change the lowest byte only.
fn some_value(seed: u64, story: &str) -> u64 {
    Source::new(seed, story).between(1, 199)
}

/// Stores from the first fork on.
fn stores(on: Role) -> Trigger {
    Trigger {
        calls: vec![STORE.to_owned()],
        on,
        armed: Arming::Fork,
        first: 1,
        every: 0,
    }
}

/// Whoever is the first to store to the counter is held until the world says so.
fn first_is_held(experiment: &mut Experiment) {
    let run = &mut experiment.runs[0];
    run.faults.push(Fault {
        trigger: stores(Role::Path(run.args[0].clone())),
        action: Action::Hold,
    });
    // A program may take its time to start, and rest on the way.
    run.steps.extend([(); 10].map(|()| Step::AwaitStrike));
}

/// Whoever is held goes on; so does whoever is held later, since another one was killed before.
fn they_go_on(experiment: &mut Experiment) {
    let steps = &mut experiment.runs[0].steps;
    steps.push(Step::Release);
    for _ in 0..5 {
        steps.extend([Step::AwaitRest, Step::Release]);
    }
}

/// A run in which nothing is done to it.
pub(super) fn leftovers(seed: u64) -> Vec<Experiment> {
    let story = "two processes, and a look at what is left of them";
    let content = Story::at(some_value(seed, story));
    let told = Story {
        story,
        processes: 2,
        times: 3,
        content,
    };
    vec![told.told(seed)]
}

/// One process is stopped for two seconds just before its first store to the counter.
pub(super) fn stopped(seed: u64) -> Vec<Experiment> {
    let story = "a process is stopped for two seconds just before it stores the sum";
    let told = Story {
        story,
        processes: 2,
        times: 2,
        content: Story::at(0),
    };
    let mut experiment = told.told(seed);
    first_is_held(&mut experiment);
    let run = &mut experiment.runs[0];
    run.steps
        .extend([Step::Pass { ms: 200 }, Step::Pass { ms: 2000 }]);
    run.watch = Vec::new();
    run.measures_usage = true;
    they_go_on(&mut experiment);
    vec![experiment]
}

/// Others go first, at each store of one process; at each store of all; and one is stopped for long.
pub(super) fn schedules(seed: u64) -> Vec<Experiment> {
    let story = "a process loses its processor just before a store, until the other can do no more";
    let told = Story {
        story,
        processes: 2,
        times: 2,
        content: Story::at(0),
    };
    let swept = told
        .told(seed)
        .swept(&[Strike::OthersFirst], stores(Role::Any));
    let story = "two processes make their stores at the same time, one for one";
    let told = Story {
        story,
        processes: 2,
        times: 1,
        content: Story::at(0),
    };
    let mut abreast = told.told(seed);
    abreast.runs[0].faults = vec![Fault {
        trigger: Trigger {
            every: 1,
            ..stores(Role::Any)
        },
        action: Action::Strike(Strike::OthersFirst),
    }];
    // Whoever has waited long enough may go on without the lock.
    [vec![abreast, swept], stopped(seed)].concat()
}

/// Few and many processes; a counter with a large value, a short one, none.
pub(super) fn sums(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "sums");
    let large = (1 << 40) + source.between(1 << 20, 1 << 38);
    let below_32_bits = u64::from(u32::MAX) - source.between(1, 300);
    let told = |story, processes, times, content| {
        Story {
            story,
            processes,
            times,
            content,
        }
        .told(seed)
    };
    vec![
        told("a single process", 1, 100, Story::at(0)),
        told("two processes, and a large value", 2, 300, Story::at(large)),
        told("sixteen processes, and no file", 16, 40, None),
        told(
            "a file of three bytes",
            2,
            10,
            Some(vec![source.between(1, 200) as u8, 3, 1]),
        ),
        told(
            "a file of seven bytes",
            2,
            10,
            Some(vec![source.between(1, 200) as u8, 3, 1, 4, 1, 5, 9]),
        ),
        told("an empty file", 2, 10, Some(Vec::new())),
        told(
            "a value that passes 32 bits",
            2,
            400,
            Story::at(below_32_bits),
        ),
    ]
}

/// A process dies just before a store: at once, or when others wait for it.
pub(super) fn deaths(seed: u64) -> Vec<Experiment> {
    // The second of three additions changes every byte of the lower half, and the upper one.
    let told = |story| Story {
        story,
        processes: 3,
        times: 1,
        content: Story::at((1 << 32) - 2),
    };
    let first = "a process is killed just before it stores the sum";
    let mut at_once = told(first).told(seed);
    at_once.runs[0].faults = vec![Fault {
        trigger: stores(Role::Path(at_once.runs[0].args[0].clone())),
        action: Action::Strike(Strike::KillCaller),
    }];
    let waited_for = "others wait for a process, and then one is killed just before a store";
    let mut waited_for = told(waited_for).told(seed);
    first_is_held(&mut waited_for);
    waited_for.runs[0].steps.push(Step::Pass { ms: 50 });
    they_go_on(&mut waited_for);
    let waited_for = waited_for.swept(&[Strike::KillCaller], stores(Role::Any));
    vec![at_once, waited_for]
}
