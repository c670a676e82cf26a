//! What each check makes a server live through.
//!
//! Judges work out from what clients send, and from what is there, what they should get.

mod requests;

pub(super) use self::requests::{names, pieces, ways_out};

use super::judges::SETTLE_MS;
use super::store::{ROOT, SOCKET, Store, open};
use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::serving;
use crate::lessons::stories::{experiment, trigger};
use crate::model::{
    Arming, Crowd, Endpoint, Experiment, InputKind, Move, Payload, Reading, Role, Run, Step, Strike,
};

/// What is observed: files, sockets, what moves through them, and what is waited in.
const CALLS: &[&str] = &["desc", "file", "network", "process"];

/// Where only who connects and who goes is observed.
const CONNECTIONS: &[&str] = &[
    "socket", "bind", "listen", "accept", "accept4", "close", "process", "signal",
];

/// What is kept of what a client gets, and of what it reads from a descriptor: all of it.
const KEPT: u32 = 16 * 1024;

/// Threads and processes; the handout promises them.
const TASKS: u64 = 400;

/// The handout promises a second; see the contracts' common rules for the rest.
const EXIT_WITHIN_MS: u64 = 1500;

/// What a client waits for the server at most, on the run's clock: little has to be done for it.
const PATIENCE_MS: u64 = 5000;

/// How long a server may take to find out that it cannot listen.
const GIVE_UP_MS: u64 = 10_000;

/// How long the rest of an answer, or a piece of a request, may be under way.
const READING_MS: u64 = 30;

/// Calls at which the socket's mode may be about to change, or from which on it matters.
const MOMENTS: &[&str] = &[
    "listen",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "umask",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
];

fn at() -> Endpoint {
    Endpoint::Unix(SOCKET.to_owned())
}

/// A story about a server of a store.
fn story(
    story: &str,
    seed: u64,
    watch: &[&str],
    steps: impl FnOnce(&Store, &mut Source) -> Vec<Step>,
) -> Experiment {
    let mut chance = Source::new(seed, story);
    let store = Store::new(&mut chance);
    let steps = steps(&store, &mut chance);
    let args = [SOCKET.to_owned(), ROOT.to_owned()];
    let mut run = serving(&args, &at(), watch, steps);
    run.limits.tasks = TASKS;
    run.limits.time_ms = 30_000;
    store.furnish(experiment(story, run))
}

/// Starts a crowd and waits until it has done all that it can do.
fn perform(crowd: Crowd) -> [Step; 2] {
    let name = crowd.name.clone();
    [Step::Start(crowd), finish(&name)]
}

/// Waits until a crowd has done all that it can do.
fn finish(crowd: &str) -> Step {
    Step::AwaitClients {
        crowd: crowd.to_owned(),
        within_ms: PATIENCE_MS,
    }
}

fn crowd(name: &str, moves: Vec<Move>) -> Crowd {
    Crowd::new(name, at(), moves).keeping(KEPT)
}

fn send(bytes: impl Into<Vec<u8>>) -> Move {
    Move::Send(Payload::Bytes(bytes.into()))
}

/// Requests, each when the answer to the one before it has come: `ok` and a newline.
fn in_turn<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<Move> {
    const OK: u64 = 3;
    let names = names.into_iter().zip(1..);
    names
        .flat_map(|(name, nth)| [send(open(name)), Move::AwaitReceived(OK * nth)])
        .collect()
}

/// The same, whatever the answers are: lines.
fn in_turn_whatever<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<Move> {
    let names = names.into_iter().zip(1..);
    names
        .flat_map(|(name, nth)| [send(open(name)), Move::AwaitLines(nth)])
        .collect()
}

/// One crowd after the other, each with time for the rest of an answer.
fn one_by_one(crowds: impl IntoIterator<Item = Crowd>) -> Vec<Step> {
    let mut steps = Vec::new();
    for crowd in crowds {
        let name = crowd.name.clone();
        steps.extend(perform(crowd));
        steps.extend([
            Step::Pass { ms: READING_MS },
            Step::Look(name.clone()),
            Step::Dismiss(name),
        ]);
    }
    steps
}

/// A client that asks for one file, at the end of a story.
fn last(name: &str, store: &Store) -> Crowd {
    crowd(name, in_turn([&store.files[0]]))
}

/// 1,000 requests, for files and for what is none, and clients that are gone before their answer.
pub(super) fn many_requests(seed: u64) -> Vec<Experiment> {
    fn all(store: &Store) -> impl Iterator<Item = &String> + Clone {
        let names = store.files.iter().chain(&store.refused);
        // After what is no request a server may close the connection.
        names
            .chain([&store.fifo])
            .filter(|name| !name.is_empty() && !name.contains('\0'))
    }
    let warm = |store: &Store| {
        let mut steps = one_by_one([crowd("before", in_turn_whatever(all(store)))]);
        steps.extend([Step::Pass { ms: SETTLE_MS }, Step::Measure]);
        steps
    };
    let counted = |store: &Store| {
        let mut steps = Vec::new();
        for ms in [SETTLE_MS, 4 * SETTLE_MS] {
            steps.extend([Step::Pass { ms }, Step::Measure]);
        }
        steps.extend(one_by_one([last("after", store)]));
        steps
    };
    let many = story("1,000 requests", seed, CONNECTIONS, |store, _| {
        let names = all(store).cycle().take(100);
        let crowd = crowd("asking", in_turn_whatever(names)).times(10);
        let mut steps = warm(store);
        steps.extend(one_by_one([Crowd { keeps: 0, ..crowd }]));
        steps.extend(counted(store));
        steps
    });
    let gone = story(
        "clients ask and are gone before the server goes on",
        seed,
        CALLS,
        |store, _| {
            let mut bytes = open(&store.files[0]);
            bytes.extend(open("nothing"));
            bytes.extend(open(&store.files[1]));
            let moves = vec![Move::AwaitTold, send(bytes), Move::Close];
            let mut steps = warm(store);
            for round in 1..=3 {
                let name = format!("gone {round}");
                steps.extend(perform(crowd(&name, moves.clone()).times(10)));
                steps.extend([
                    Step::Pass { ms: READING_MS },
                    Step::Signal(libc::SIGSTOP),
                    Step::Tell(name.clone()),
                    finish(&name),
                    Step::Signal(libc::SIGCONT),
                    Step::Pass { ms: READING_MS },
                ]);
            }
            steps.extend(counted(store));
            steps
        },
    );
    vec![many, gone]
}

/// A name that a dead server has left, and names that are somebody else's.
pub(super) fn taken_names(seed: u64) -> Vec<Experiment> {
    let stale = story(
        "a server that was killed has left its socket",
        seed,
        CALLS,
        |store, _| one_by_one([last("asking", store)]),
    )
    .with(SOCKET, InputKind::Deserted);
    let starting = |story: &str| {
        let mut chance = Source::new(seed, story);
        let run = Run {
            args: vec![SOCKET.to_owned(), ROOT.to_owned()],
            steps: vec![Step::AwaitExit {
                within_ms: GIVE_UP_MS,
            }],
            watch: CALLS.iter().map(|&word| word.to_owned()).collect(),
            collect: vec![SOCKET.to_owned()],
            modes: vec![SOCKET.to_owned()],
            ..Run::default()
        };
        Store::new(&mut chance).furnish(experiment(story, run))
    };
    let alive = "somebody listens on the socket already";
    let mut alive = starting(alive).with(SOCKET, InputKind::Alive);
    for run in &mut alive.runs {
        run.collect.clear();
    }
    let story = "there is a file with the socket's name";
    let content = Source::new(seed, story).letters(30);
    let file = starting(story).with_file(SOCKET, content);
    vec![stale, alive, file]
}

/// Killed at every call at which its mode may be about to change.
pub(super) fn first_moments(seed: u64) -> Vec<Experiment> {
    let mut served = story("a server at work", seed, CALLS, |store, _| {
        one_by_one([last("asking", store)])
    });
    let mut killed = story(
        "killed on the way from bind to its first client",
        seed,
        CALLS,
        |_, _| Vec::new(),
    )
    .swept(
        &[Strike::KillTree],
        trigger(&[MOMENTS], Role::Any, Arming::Begin),
    );
    for run in served.runs.iter_mut().chain(&mut killed.runs) {
        run.modes = vec![SOCKET.to_owned()];
    }
    vec![served, killed]
}

/// 190 clients of every kind, and then ten others.
pub(super) fn many_clients(seed: u64) -> Vec<Experiment> {
    vec![story(
        "200 clients: silent, half finished, not reading, gone",
        seed,
        CONNECTIONS,
        |store, chance| {
            let mut asking_much = Vec::new();
            // Errors, and no descriptors, of which only so many may be in flight at once; see
            // ETOOMANYREFS of unix(7).
            let name = chance.word(5);
            for _ in 0..2000 {
                asking_much.extend(open(&name));
            }
            let half = open(&store.files[0]);
            let kinds = [
                ("silent", 110, vec![Move::AwaitTold]),
                (
                    "half finished",
                    60,
                    vec![send(&half[..half.len() - 2]), Move::AwaitTold],
                ),
                (
                    "not reading",
                    20,
                    vec![
                        Move::Reads(Reading::Never),
                        send(asking_much),
                        Move::AwaitTold,
                    ],
                ),
            ];
            // They are no more when the others come: no more than 200 are connected at a time.
            let gone = crowd("gone", vec![send(half.clone()), Move::Close]);
            let mut steps = perform(gone.times(60)).to_vec();
            steps.push(Step::AwaitRest);
            for (name, count, moves) in kinds {
                steps.extend(perform(crowd(name, moves).times(count)));
            }
            steps.push(Step::Pass { ms: 100 });
            steps.extend(one_by_one([
                crowd("others", in_turn(&store.files)).times(10)
            ]));
            steps
        },
    )]
}

/// SIGTERM with clients that are silent, and with some that do not read.
pub(super) fn sigterm(seed: u64) -> Vec<Experiment> {
    let told_to_end = |crowds: Vec<Crowd>| {
        let mut steps: Vec<Step> = crowds.into_iter().flat_map(perform).collect();
        steps.extend([
            Step::Pass { ms: 200 },
            Step::Signal(libc::SIGTERM),
            Step::AwaitGone(EXIT_WITHIN_MS),
        ]);
        steps
    };
    vec![
        story("SIGTERM at rest", seed, CONNECTIONS, |_, _| {
            told_to_end(Vec::new())
        }),
        story(
            "SIGTERM with silent clients",
            seed,
            CONNECTIONS,
            |store, _| {
                let mut moves = in_turn([&store.files[0]]);
                moves.push(Move::AwaitTold);
                told_to_end(vec![
                    crowd("served once", moves).times(5),
                    crowd("silent", vec![Move::AwaitTold]).times(20),
                ])
            },
        ),
        story(
            "SIGTERM with clients that do not read",
            seed,
            CONNECTIONS,
            |_, chance| {
                let moves = vec![
                    Move::Reads(Reading::Never),
                    send(open(chance.word(5)).repeat(2000)),
                    Move::AwaitTold,
                ];
                told_to_end(vec![crowd("not reading", moves).times(3)])
            },
        ),
    ]
}
