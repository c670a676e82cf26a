//! Bytes: how many, in which pieces, and clients that do not take them.

use super::{CONNECTIONS, KIB, MIB, WATCH, WINDOW, story, tell};
use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::{finish, noise, perform, round_trips};
use crate::model::{Crowd, Endpoint, Experiment, Move, Reading, Step};

/// What a client has on its way at most where nothing else is asked for.
const LITTLE: u64 = 16 * KIB;

/// What arrives at once while nobody reads. It is less than every receive buffer, and more than
/// most programs read in one call.
const BURST: u64 = 200 * KIB;

/// Clients that connect at once while nobody accepts.
const NEWCOMERS: u32 = 20;

/// Sizes from a byte to a MiB, also byte by byte, and many clients at once.
///
/// Each client has connected before the next one does, and none has more than 16 KiB on its way.
pub(in crate::lessons::sockets::echo) fn echoes(seed: u64) -> Vec<Experiment> {
    let first = story("a client after the other", seed, WATCH, |at, chance| {
        let mut moves = round_trips(3, 1, chance);
        moves.extend(round_trips(2, 10 * KIB, chance));
        moves.push(Move::Close);
        let client = Crowd::new("first", at.clone(), moves).echoed();
        let next = Crowd::new("next", at.clone(), round_trips(2, 100, chance)).echoed();
        [perform(client), perform(next)].concat()
    });
    let large = story(
        "a MiB, 16 KiB at a time",
        seed,
        CONNECTIONS,
        |at, chance| {
            let moves = round_trips((MIB / LITTLE) as usize, LITTLE, chance);
            perform(Crowd::new("large", at.clone(), moves).echoed()).to_vec()
        },
    );
    let many = story("thirty clients at once", seed, WATCH, |at, chance| {
        let names: Vec<String> = (1..=30).map(|nth| format!("client {nth}")).collect();
        let mut steps = Vec::new();
        for (nth, name) in (0..).zip(&names) {
            let mut moves = round_trips(1, 1, chance);
            moves.push(Move::AwaitTold);
            moves.extend(match nth % 3 {
                0 => round_trips(5, 1, chance),
                1 => round_trips(3, 5000, chance),
                _ => byte_by_byte(chance),
            });
            steps.extend(perform(Crowd::new(name, at.clone(), moves).echoed()));
        }
        steps.extend(names.iter().map(|name| tell(name)));
        steps.extend(names.iter().map(|name| finish(name)));
        steps
    });
    vec![first, large, many]
}

fn byte_by_byte(chance: &mut Source) -> Vec<Move> {
    let dribble = Move::Dribble {
        payload: noise(300, chance),
        piece: 1,
        pause_us: 0,
    };
    vec![dribble, Move::AwaitEcho]
}

/// The server is stopped, much arrives, and many connect; then it goes on.
pub(in crate::lessons::sockets::echo) fn bursts(seed: u64) -> Vec<Experiment> {
    vec![story(
        "much arrives while it is stopped, and then it goes on",
        seed,
        WATCH,
        |at, chance| {
            let mut moves = round_trips(1, 1, chance);
            moves.push(Move::AwaitTold);
            moves.extend(round_trips(1, BURST, chance));
            let known = Crowd::new("known", at.clone(), moves).echoed();
            let newcomers = Crowd::new("newcomers", at.clone(), round_trips(1, BURST, chance))
                .times(NEWCOMERS)
                .echoed();
            let mut steps = perform(known).to_vec();
            steps.extend([Step::Signal(libc::SIGSTOP), tell("known")]);
            steps.extend(perform(newcomers));
            steps.extend([
                finish("known"),
                Step::Signal(libc::SIGCONT),
                finish("newcomers"),
                finish("known"),
            ]);
            steps
        },
    )]
}

/// Fifty that say nothing, fifty that send and never read, and then others.
pub(in crate::lessons::sockets::echo) fn stalls(seed: u64) -> Vec<Experiment> {
    let stalled = |name: &'static str, moves: fn(&mut Source) -> Vec<Move>| {
        move |at: &Endpoint, chance: &mut Source| {
            let stallers = Crowd::new(name, at.clone(), moves(chance))
                .times(50)
                .with_window(WINDOW)
                .echoed();
            let others = Crowd::new("others", at.clone(), round_trips(20, 64, chance))
                .times(20)
                .echoed();
            [perform(stallers), perform(others)].concat()
        }
    };
    let both = |at: &Endpoint, chance: &mut Source| {
        let silent = Crowd::new("silent", at.clone(), vec![Move::AwaitTold]).times(50);
        let mut steps = perform(silent).to_vec();
        steps.extend(stalled("never reading", never_reading)(at, chance));
        steps
    };
    vec![
        story(
            "fifty clients send and never read",
            seed,
            CONNECTIONS,
            stalled("never reading", never_reading),
        ),
        story(
            "fifty clients say nothing, and fifty send and never read",
            seed,
            CONNECTIONS,
            both,
        ),
    ]
}

/// Where a server keeps whatever it reads, this is not yet what ends it.
fn never_reading(chance: &mut Source) -> Vec<Move> {
    vec![
        Move::Reads(Reading::Never),
        Move::Send(noise(3 * MIB, chance)),
    ]
}

/// 8 MiB to a client that reads when all buffers are full, and 1 MiB to one that reads slowly.
pub(in crate::lessons::sockets::echo) fn late_readers(seed: u64) -> Vec<Experiment> {
    let read = |name: &'static str, reads: Reading, len: u64| {
        move |at: &Endpoint, chance: &mut Source| {
            let moves = vec![
                Move::Reads(reads),
                Move::Send(noise(len, chance)),
                Move::AwaitEcho,
            ];
            let crowd = Crowd::new(name, at.clone(), moves)
                .with_window(WINDOW)
                .echoed();
            let mut steps = perform(crowd).to_vec();
            steps.extend([tell(name), finish(name)]);
            steps
        }
    };
    let slowly = Reading::Slow {
        piece: 16 * KIB as u32,
        pause_us: 300,
    };
    vec![
        story(
            "a client with a small window sends 8 MiB, and reads when no more is taken",
            seed,
            WATCH,
            read("late", Reading::WhenTold, 8 * MIB),
        ),
        story(
            "a client with a small window sends 1 MiB and reads slowly",
            seed,
            WATCH,
            read("slow", slowly, MIB),
        ),
    ]
}

/// An end of file at once behind what was sent, with and without a client that reads.
pub(in crate::lessons::sockets::echo) fn half_closes(seed: u64) -> Vec<Experiment> {
    let moves = |reads: Reading, len: u64, chance: &mut Source| {
        vec![
            Move::Reads(reads),
            Move::Send(noise(len, chance)),
            Move::Shutdown,
            Move::AwaitEnd,
        ]
    };
    let closing = |reads: Reading, len: u64| {
        move |at: &Endpoint, chance: &mut Source| {
            let crowd = Crowd::new("closing", at.clone(), moves(reads, len, chance))
                .times(3)
                .with_window(if reads == Reading::Eager { 0 } else { WINDOW })
                .echoed();
            let mut steps = perform(crowd).to_vec();
            steps.extend([tell("closing"), finish("closing")]);
            steps
        }
    };
    let at_once = |at: &Endpoint, chance: &mut Source| {
        let crowd = Crowd::new("closing", at.clone(), moves(Reading::Eager, BURST, chance))
            .times(3)
            .echoed();
        let mut steps = vec![Step::Signal(libc::SIGSTOP)];
        steps.extend(perform(crowd));
        steps.extend([Step::Signal(libc::SIGCONT), finish("closing")]);
        steps
    };
    let mut all: Vec<Experiment> = [0, 100]
        .into_iter()
        .map(|len| {
            let told = format!("clients send {len} bytes and close their sending side");
            story(&told, seed, WATCH, closing(Reading::Eager, len))
        })
        .collect();
    // Less than the send buffer holds, a little more, and more.
    all.extend([100, 500, 900].map(|kib| {
        let told =
            format!("clients send {kib} KiB, close their sending side, and read when told to");
        story(&told, seed, WATCH, closing(Reading::WhenTold, kib * KIB))
    }));
    all.push(story(
        "200 KiB and the end of them arrive while it is stopped",
        seed,
        WATCH,
        at_once,
    ));
    all
}

/// 256 MiB to a server whose answer is never read.
pub(in crate::lessons::sockets::echo) fn floods(seed: u64) -> Vec<Experiment> {
    vec![story(
        "a client sends 256 MiB and never reads",
        seed,
        CONNECTIONS,
        |at, chance| {
            let first = Crowd::new("first", at.clone(), round_trips(1, LITTLE, chance)).echoed();
            let moves = vec![
                Move::Reads(Reading::Never),
                Move::Send(noise(256 * MIB, chance)),
            ];
            let flood = Crowd::new("flood", at.clone(), moves).with_window(WINDOW);
            let mut steps = perform(first).to_vec();
            steps.push(Step::Measure);
            steps.extend(perform(flood));
            steps.push(Step::Measure);
            let others = Crowd::new("others", at.clone(), round_trips(3, 64, chance)).echoed();
            steps.extend(perform(others));
            steps
        },
    )]
}
