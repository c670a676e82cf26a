//! Many clients: stalling, vanishing, coming and going; and the end.

use super::crowds::{CONNECTIONS, KEPT, asking, fetching, get, request, send, story};
use super::{CALLS, MIB};
use crate::lessons::chance::Source;
use crate::lessons::fds::file_server::judges::SETTLE_MS;
use crate::lessons::fds::file_server::shelf::Item;
use crate::lessons::sockets::stories::{by_the_hundred, one_by_one, perform};
use crate::model::{Crowd, Experiment, Move, Reading, Step};

/// Clients that stall, of each kind.
const STALLING: u32 = 60;

/// Clients that come meanwhile.
const OTHERS: u32 = 10;

/// How long those may take, on the run's clock: none of it is theirs, if nobody delays them.
const DELAY_MS: u64 = 5000;

/// A receive buffer that is soon full.
const WINDOW: u32 = 4096;

/// More than the buffers of a connection hold whose client reads nothing.
const LARGE: u64 = 10 * MIB;

/// The handout promises a second; see the contracts' common rules for the rest.
const EXIT_WITHIN_MS: u64 = 1500;

/// A file that does not fit into the buffers of a connection.
fn large(seed: u64) -> Item {
    Item::noise("large.bin", LARGE, &mut Source::new(seed, "load"))
}

/// Clients that never read, clients in the middle of a request, and others.
pub(in crate::lessons::fds::file_server) fn stalls(seed: u64) -> Vec<Experiment> {
    let item = large(seed);
    let also = [item.clone()];
    vec![story(
        "60 clients never read what they asked for, 60 have sent half a request",
        seed,
        &["network", "process", "accept", "read", "readv", "close"],
        &also,
        |at, shelf, _| {
            let never = vec![Move::Reads(Reading::Never), get(&item), Move::AwaitTold];
            let never = Crowd::new("never reading", at.clone(), never)
                .times(STALLING)
                .with_window(WINDOW);
            let half = vec![send(b"GET ha".to_vec()), Move::AwaitTold];
            let half = Crowd::new("half a request", at.clone(), half).times(STALLING);
            let mut steps = perform(never).to_vec();
            steps.extend(perform(half));
            for name in ["first others", "next others"] {
                steps.push(Step::Pass { ms: 100 });
                let others = fetching(at, name, &[&shelf.small, &shelf.nested]).times(OTHERS);
                steps.push(Step::Start(others));
                steps.push(Step::AwaitClients {
                    crowd: name.to_owned(),
                    within_ms: DELAY_MS,
                });
            }
            steps
        },
    )]
}

/// Clients that reset their connections, or close them, where it hurts most.
pub(in crate::lessons::fds::file_server) fn resets(seed: u64) -> Vec<Experiment> {
    let item = large(seed);
    let also = [item.clone()];
    vec![story(
        "1,000 clients vanish at every moment",
        seed,
        CONNECTIONS,
        &also,
        |at, shelf, _| {
            let mut steps = Vec::new();
            for round in ["first", "second"] {
                let kinds = [
                    ("reset at once", vec![Move::Reset]),
                    (
                        "reset in the middle of a request",
                        vec![send(b"GET ha".to_vec()), Move::Reset],
                    ),
                    ("reset behind the request", vec![get(&item), Move::Reset]),
                    (
                        "reset in the middle of the answer",
                        vec![get(&item), Move::AwaitReceived(1000), Move::Reset],
                    ),
                    // The answer meets a socket that is no more, and there is a lot of it: the
                    // second call that sends gets SIGPIPE.
                    ("closed behind the request", vec![get(&item), Move::Close]),
                ];
                for (name, moves) in kinds {
                    let name = format!("{name} ({round} hundred)");
                    let crowd = Crowd::new(&name, at.clone(), moves).times(100);
                    steps.extend(one_by_one([crowd]));
                }
                steps.push(Step::Pass { ms: 100 });
                let name = format!("after the {round} five hundred");
                let after = fetching(at, &name, &[&shelf.small, &shelf.nested]).times(5);
                steps.extend(one_by_one([after]));
            }
            steps
        },
    )]
}

/// 2,000 connections that end in every way; descriptors before and after.
pub(in crate::lessons::fds::file_server) fn endings(seed: u64) -> Vec<Experiment> {
    let item = large(seed);
    let also = [item.clone()];
    vec![story(
        "2,000 connections, ended in all ways",
        seed,
        CONNECTIONS,
        &also,
        |at, shelf, chance| {
            let word = chance.word(9);
            let asks = |name: &str| asking(at, name.as_bytes(), &shelf.small).moves;
            let fetches = |item: &Item| fetching(at, "", &[item]).moves;
            let kinds: [(&str, Vec<Move>); 10] = [
                ("closed at once", vec![Move::Close]),
                (
                    "in the middle of a request",
                    vec![send(b"GET ha".to_vec()), Move::Close],
                ),
                ("a file", fetches(&shelf.small)),
                ("an empty file", fetches(&shelf.odd[4])),
                ("deep below", fetches(&shelf.nested)),
                ("not found", asks(&format!("{}/{word}", shelf.directory))),
                ("a directory", asks(&shelf.directory)),
                ("a link out", asks(&shelf.links_out[0])),
                (
                    "reset in the middle of the answer",
                    vec![get(&item), Move::AwaitReceived(1000), Move::Reset],
                ),
                ("closed behind the request", vec![get(&item), Move::Close]),
            ];
            let mut steps = by_the_hundred(at, &kinds, SETTLE_MS);
            steps.extend(perform(fetching(at, "after", &[&shelf.small])));
            steps
        },
    )]
}

/// SIGTERM at rest, in the middle of a request, and with an answer that nobody takes.
pub(in crate::lessons::fds::file_server) fn sigterm(seed: u64) -> Vec<Experiment> {
    let item = large(seed);
    let also = [item.clone()];
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
    let alone = story("SIGTERM while nobody is connected", seed, CALLS, &[], {
        |_, _, _| told_to_end(Vec::new())
    });
    let idle = story(
        "SIGTERM with idle connections",
        seed,
        CALLS,
        &[],
        |at, shelf, _| {
            let mut served = fetching(at, "idle", &[&shelf.small]).times(10);
            served.moves.pop();
            served.moves.push(Move::AwaitTold);
            let half = request(shelf.small.name.as_bytes())[..6].to_vec();
            let half = Crowd::new("half", at.clone(), vec![send(half), Move::AwaitTold]);
            told_to_end(vec![served, half.keeping(KEPT)])
        },
    );
    let stuck = story(
        "SIGTERM in the middle of answers that nobody takes",
        seed,
        CONNECTIONS,
        &also,
        |at, _, _| {
            let moves = vec![Move::Reads(Reading::Never), get(&item), Move::AwaitTold];
            told_to_end(vec![Crowd::new("stuck", at.clone(), moves).times(3)])
        },
    );
    vec![alone, idle, stuck]
}
