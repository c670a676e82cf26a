//! What each check makes a server live through.

use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::{finish, noise, perform, port, round_trips, serving};
use crate::lessons::stories::experiment;
use crate::model::{Crowd, Endpoint, Experiment, Move, Reading, Step};

/// What is observed: sockets, what moves through them, and what is waited in.
const WATCH: &[&str] = &["desc", "network", "process"];

/// Where only who connects and who goes is observed: what moves through connections would be tens
/// of thousands of events.
const CONNECTIONS: &[&str] = &[
    "socket", "bind", "listen", "accept", "accept4", "close", "process",
];

/// A receive buffer that is soon full.
pub(super) const WINDOW: u32 = 4096;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// A story about a server on a port of its own.
fn story(
    story: &str,
    seed: u64,
    watch: &[&str],
    steps: impl FnOnce(&Endpoint, &mut Source) -> Vec<Step>,
) -> Experiment {
    let mut chance = Source::new(seed, story);
    let port = port(&mut chance);
    let at = Endpoint::Tcp(port);
    let steps = steps(&at, &mut chance);
    experiment(story, serving(&[port.to_string()], &at, watch, steps))
}

/// Sizes from a byte to a MiB, also byte by byte.
pub(super) fn echoes(seed: u64) -> Vec<Experiment> {
    let first = story("a client after the other", seed, WATCH, |at, chance| {
        let mut moves = round_trips(3, 1, chance);
        moves.extend(round_trips(2, 10 * KIB, chance));
        moves.push(Move::Close);
        let client = Crowd::new("first", at.clone(), moves).echoed();
        let next = Crowd::new("next", at.clone(), round_trips(2, 100, chance)).echoed();
        [perform(client), perform(next)].concat()
    });
    let many = story("many clients at once", seed, WATCH, |at, chance| {
        let dribble = Move::Dribble {
            payload: noise(500, chance),
            piece: 1,
            pause_us: 0,
        };
        let crowds = [
            ("small", 20, round_trips(5, 1, chance)),
            ("middling", 20, round_trips(3, 5000, chance)),
            (
                "large",
                4,
                vec![Move::Send(noise(MIB, chance)), Move::AwaitEcho],
            ),
            ("byte by byte", 5, vec![dribble, Move::AwaitEcho]),
        ];
        let crowds = crowds
            .map(|(name, count, moves)| Crowd::new(name, at.clone(), moves).times(count).echoed());
        let ends = crowds.clone().map(|crowd| finish(&crowd.name));
        crowds.into_iter().map(Step::Start).chain(ends).collect()
    });
    vec![first, many]
}

/// Fifty that say nothing, fifty that send and never read, and then others.
pub(super) fn stalls(seed: u64) -> Vec<Experiment> {
    let stalled = |name: &'static str, moves: fn(&mut Source) -> Vec<Move>| {
        move |at: &Endpoint, chance: &mut Source| {
            let stallers = Crowd::new(name, at.clone(), moves(chance))
                .times(50)
                .echoed();
            let others = Crowd::new("others", at.clone(), round_trips(20, 64, chance))
                .times(10)
                .echoed();
            [perform(stallers), perform(others)].concat()
        }
    };
    vec![
        story(
            "fifty clients connect and say nothing",
            seed,
            WATCH,
            stalled("silent", |_| vec![Move::AwaitTold]),
        ),
        story(
            "fifty clients send and never read",
            seed,
            CONNECTIONS,
            stalled("never reading", |chance| {
                vec![
                    Move::Reads(Reading::Never),
                    Move::Send(noise(8 * MIB, chance)),
                ]
            }),
        ),
    ]
}

/// 8 MiB to a client that reads only when all buffers are full.
pub(super) fn late_readers(seed: u64) -> Vec<Experiment> {
    vec![story(
        "a client with a small window sends 8 MiB before it reads",
        seed,
        WATCH,
        |at, chance| {
            let late = Crowd::new(
                "late",
                at.clone(),
                vec![
                    Move::Reads(Reading::WhenTold),
                    Move::Send(noise(8 * MIB, chance)),
                    Move::AwaitEcho,
                ],
            )
            .with_window(WINDOW)
            .echoed();
            let mut steps = perform(late).to_vec();
            steps.extend([Step::Tell("late".to_owned()), finish("late")]);
            steps
        },
    )]
}

/// An end of file at once behind what was sent, with and without a client that reads.
pub(super) fn half_closes(seed: u64) -> Vec<Experiment> {
    let closing = |reads: Reading, len: u64| {
        move |at: &Endpoint, chance: &mut Source| {
            let moves = vec![
                Move::Reads(reads),
                Move::Send(noise(len, chance)),
                Move::Shutdown,
                Move::AwaitEnd,
            ];
            let crowd = Crowd::new("closing", at.clone(), moves).times(3).echoed();
            let mut steps = perform(crowd).to_vec();
            steps.extend([Step::Tell("closing".to_owned()), finish("closing")]);
            steps
        }
    };
    vec![
        story(
            "clients send a little and close their sending side",
            seed,
            WATCH,
            closing(Reading::Eager, 100),
        ),
        story(
            "clients send 300 KiB, close their sending side, and read later",
            seed,
            WATCH,
            closing(Reading::WhenTold, 300 * KIB),
        ),
    ]
}
