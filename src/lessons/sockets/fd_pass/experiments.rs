//! What each check makes a server live through.
//!
//! Judges work out from what clients send, and from what is there, what they should get.

use super::judges::SETTLE_MS;
use super::store::{DEVICES, ROOT, SOCKET, Store, open};
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

/// Bytes in the line that is too long, and in the one that is not.
const LONG: u64 = 1 << 20;
const FAIR: usize = 3900;

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

/// Each file, twice, and from several clients at once, who leave when they have what they want.
pub(super) fn names(seed: u64) -> Vec<Experiment> {
    let leaving = |name: &str, mut moves: Vec<Move>| {
        moves.push(Move::Close);
        crowd(name, moves)
    };
    let each = story("one file after the other", seed, CALLS, |store, _| {
        one_by_one([leaving("asking", in_turn(&store.files))])
    });
    let again = story(
        "the same file again, when the first descriptor was read to its end",
        seed,
        CALLS,
        |store, _| {
            let name = &store.files[0];
            let twice = leaving("asking twice", in_turn([name, name]));
            let others = leaving("others", in_turn([name, &store.files[1]])).times(5);
            one_by_one([twice, others])
        },
    );
    let link = story("a link to a file inside", seed, CALLS, |store, _| {
        let moves = vec![send(open("inside")), Move::AwaitReceived(3)];
        one_by_one([leaving("following", moves), last("after", store)])
    });
    vec![each, again, link]
}

/// Requests in pieces, several at once, and such as have no end.
pub(super) fn pieces(seed: u64) -> Vec<Experiment> {
    let split = story("a request in two pieces", seed, CALLS, |store, chance| {
        let whole = open(&store.files[1]);
        let len = whole.len();
        let inside = chance.between(6, len as u64 - 2) as usize;
        let mut steps = Vec::new();
        for cut in [1, 5, inside, len - 1] {
            let name = format!("split after byte {cut}");
            let moves = vec![
                send(&whole[..cut]),
                Move::AwaitTold,
                send(&whole[cut..]),
                Move::AwaitReceived(3),
            ];
            steps.extend(perform(crowd(&name, moves)));
            steps.extend([
                Step::Pass { ms: READING_MS },
                Step::Tell(name.clone()),
                finish(&name),
            ]);
            steps.push(Step::Dismiss(name));
        }
        let bytewise = Move::Dribble {
            payload: Payload::Bytes(whole),
            piece: 1,
            pause_us: 2000,
        };
        let bytewise = crowd("byte by byte", vec![bytewise, Move::AwaitReceived(3)]);
        steps.extend(one_by_one([bytewise]));
        steps
    });
    let joined = story("fifty requests at once", seed, CALLS, |store, chance| {
        let mut bytes = Vec::new();
        for _ in 0..48 {
            let name = &store.files[chance.between(0, store.files.len() as u64 - 1) as usize];
            bytes.extend(open(name));
        }
        bytes.extend(open("nothing at all"));
        bytes.extend(open(&store.files[2]));
        let cut = bytes.len() - 3;
        let moves = vec![
            Move::Reads(Reading::WhenTold),
            send(&bytes[..cut]),
            send(&bytes[cut..]),
            // An error has a word or more beside.
            Move::AwaitReceived(49 * 3 + 6),
        ];
        let mut steps = vec![Step::Start(crowd("at once", moves))];
        steps.extend([
            Step::Pass { ms: 5 * READING_MS },
            Step::Tell("at once".to_owned()),
            finish("at once"),
            Step::Pass { ms: READING_MS },
            Step::Look("at once".to_owned()),
        ]);
        steps
    });
    let torn = story(
        "a line that its sender did not end",
        seed,
        CALLS,
        |store, _| {
            let line = open(&store.files[0]);
            let torn = vec![
                send(&line[..line.len() - 1]),
                Move::Shutdown,
                Move::AwaitEnd,
            ];
            one_by_one([crowd("torn", torn), last("after", store)])
        },
    );
    let other = story("what is no request", seed, CALLS, |store, chance| {
        let word = chance.word(8);
        let asking =
            |name: &str, line: String| crowd(name, vec![send(line), Move::AwaitReceived(6)]);
        one_by_one([
            asking("a word", format!("{word}\n")),
            asking("an empty line", "\n".to_owned()),
            asking("another verb", format!("close {}\n", store.files[0])),
            last("after", store),
        ])
    });
    let long = story("lines of 1 MiB", seed, CONNECTIONS, |store, chance| {
        let letters = Payload::Repeated {
            bytes: chance.letters(1),
            times: LONG,
        };
        let endless = |name: &str, end: &str| {
            let moves = vec![
                send("open "),
                Move::Send(letters.clone()),
                send(end),
                Move::AwaitTold,
            ];
            crowd(name, moves)
        };
        let mut steps = Vec::new();
        for crowd in [endless("endless", ""), endless("very long", "\n")] {
            let name = crowd.name.clone();
            steps.extend(perform(crowd));
            steps.extend([
                Step::Pass { ms: SETTLE_MS },
                Step::Look(name.clone()),
                Step::Dismiss(name),
            ]);
        }
        steps.extend(one_by_one([last("after", store)]));
        steps
    });
    let fair = story("a line of nearly 4 KiB", seed, CALLS, |store, chance| {
        let name = format!("{}/", chance.word(40)).repeat(FAIR / 41);
        let mut bytes = open(&name);
        bytes.extend(open(&store.files[0]));
        // "error", a blank, and "ok", each with its newline.
        let moves = vec![send(bytes), Move::AwaitReceived(10)];
        one_by_one([crowd("fair", moves)])
    });
    vec![split, joined, torn, other, fair, long]
}

/// Every way to name what is not a regular file beneath ROOT.
pub(super) fn ways_out(seed: u64) -> Vec<Experiment> {
    let asking = |name: &str| {
        let what = match name.len() {
            0..=60 => format!("open {name}"),
            len => format!("open a name of {len} bytes"),
        };
        crowd(&what, vec![send(open(name)), Move::AwaitReceived(6)])
    };
    let out = story("ways out of ROOT", seed, CALLS, |store, _| {
        let crowds = store.refused.iter().map(|name| asking(name));
        one_by_one(crowds.chain([last("after", store)]))
    });
    let fifo = story("a FIFO that nobody writes to", seed, CALLS, |store, _| {
        one_by_one([asking(&store.fifo), last("after", store)])
    });
    let mut devices = story("devices", seed, CALLS, |_, chance| {
        // In another order each time.
        let mut names = vec!["null", "zero", "full", "random", "urandom", "tty", "shm"];
        let mut crowds = Vec::new();
        while !names.is_empty() {
            let pick = chance.between(0, names.len() as u64 - 1) as usize;
            crowds.push(asking(names.swap_remove(pick)));
        }
        one_by_one(crowds)
    });
    for run in &mut devices.runs {
        run.args = vec![SOCKET.to_owned(), DEVICES.to_owned()];
    }
    vec![fifo, out, devices]
}

/// 1,000 requests, and clients that are gone before their answer.
pub(super) fn many_requests(seed: u64) -> Vec<Experiment> {
    let warm = |store: &Store| {
        let mut steps = one_by_one([last("before", store)]);
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
        let names = store.files.iter().cycle().take(100);
        let crowd = crowd("asking", in_turn(names)).times(10);
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

/// 200 clients of every kind, and then others.
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
                ("silent", 70, vec![Move::AwaitTold]),
                (
                    "half finished",
                    50,
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
                ("gone", 60, vec![send(half.clone()), Move::Close]),
            ];
            let mut steps = Vec::new();
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
            Step::AwaitExit {
                within_ms: EXIT_WITHIN_MS,
            },
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
                    send(open(&chance.word(5)).repeat(2000)),
                    Move::AwaitTold,
                ];
                told_to_end(vec![crowd("not reading", moves).times(3)])
            },
        ),
    ]
}
