//! Many clients: slow, idle, vanishing; a file that does not fit into memory; and the end.

use super::crowds::{CONNECTIONS, KEPT, asking, get, get_and_close, story};
use crate::lessons::sockets::http::judges::{IDLE_MS, SETTLE_MS};
use crate::lessons::sockets::http::site::target;
use crate::lessons::sockets::http::wire::request;
use crate::lessons::sockets::stories::{by_the_hundred, one_by_one, perform};
use crate::model::{Crowd, Endpoint, Experiment, Limits, Move, Payload, Reading, Step};

/// Clients in the middle of a request.
const SLOW: u32 = 200;

/// Clients that come meanwhile.
const OTHERS: u32 = 10;

/// How long those may take, on the run's clock: none of it is theirs, if nobody delays them.
const DELAY_MS: u64 = 5000;

/// Clients that are silent.
pub(in crate::lessons::sockets::http) const IDLE: u32 = 100;

/// How often an answer may be cut off since its client did not get a processor in time.
const TRIES: usize = 4;

/// The handout promises a second; see the contracts' common rules for the rest.
const EXIT_WITHIN_MS: u64 = 1500;

/// 200 clients that send a byte of their header now and then, and others.
pub(in crate::lessons::sockets::http) fn slow_clients(seed: u64) -> Vec<Experiment> {
    vec![story(
        "200 clients send a request a byte now and then",
        seed,
        &["network", "process", "accept", "read", "readv", "close"],
        |at, site, _| {
            let small = target(&site.small);
            let whole = request("GET", &small, "");
            let mut moves = vec![Move::Send(Payload::Bytes(whole[..8].to_vec()))];
            for byte in &whole[8..11] {
                moves.push(Move::AwaitTold);
                moves.push(Move::Send(Payload::Bytes(vec![*byte])));
            }
            moves.push(Move::AwaitTold);
            let slow = Crowd::new("slow", at.clone(), moves).times(SLOW);
            let mut steps = perform(slow).to_vec();
            for name in ["first others", "next others", "last others"] {
                steps.push(Step::Pass { ms: 100 });
                steps.push(Step::Start(get_and_close(at, name, &small, OTHERS)));
                steps.push(Step::AwaitClients {
                    crowd: name.to_owned(),
                    within_ms: DELAY_MS,
                });
                steps.push(Step::Tell("slow".to_owned()));
            }
            steps
        },
    )]
}

/// 3 GiB to a client that does not read for a while.
pub(in crate::lessons::sockets::http) fn big_file(seed: u64) -> Vec<Experiment> {
    let mut big = story(
        "a file of 3 GiB to a client that reads late",
        seed,
        CONNECTIONS,
        |at, site, _| {
            let huge = target(&site.huge);
            let moves = vec![
                Move::Reads(Reading::Never),
                Move::Send(Payload::Bytes(request("GET", &huge, ""))),
                Move::AwaitTold,
                Move::Reads(Reading::Eager),
                Move::AwaitResponse { to_head: false },
            ];
            let late = Crowd::new("late", at.clone(), moves).keeping(KEPT);
            let mut steps = one_by_one([get_and_close(at, "before", &target(&site.small), 1)]);
            steps.push(Step::Measure);
            steps.extend(perform(late));
            steps.push(Step::Pass { ms: 500 });
            steps.push(Step::Measure);
            steps.push(Step::Tell("late".to_owned()));
            steps.push(Step::AwaitClients {
                crowd: "late".to_owned(),
                within_ms: Limits::default().time_ms * 12,
            });
            steps.push(Step::Measure);
            steps
        },
    );
    for run in &mut big.runs {
        // Whoever copies the file needs a few seconds, and a slow machine needs more.
        run.limits.time_ms = 150_000;
        run.limits.cpu_ms = 150_000;
    }
    vec![big]
}

/// Clients that reset their connections, or close them, where it hurts most.
pub(in crate::lessons::sockets::http) fn resets(seed: u64) -> Vec<Experiment> {
    let vanishing = |name: &str, at: &Endpoint, moves: Vec<Move>| {
        Crowd::new(name, at.clone(), moves).times(100)
    };
    vec![story(
        "1,000 clients vanish at every moment",
        seed,
        CONNECTIONS,
        |at, site, _| {
            let (small, large) = (target(&site.small), target(&site.large));
            let send = |bytes: Vec<u8>| Move::Send(Payload::Bytes(bytes));
            let ask = || send(request("GET", &large, ""));
            let mut steps = Vec::new();
            for round in ["first", "second"] {
                let name = |what: &str| format!("{what} ({round} hundred)");
                let crowds = [
                    (name("reset at once"), vec![Move::Reset]),
                    (
                        name("reset in the middle of a request"),
                        vec![send(b"GET /in".to_vec()), Move::Reset],
                    ),
                    (name("reset behind the request"), vec![ask(), Move::Reset]),
                    (
                        name("reset in the middle of the answer"),
                        vec![ask(), Move::AwaitReceived(1000), Move::Reset],
                    ),
                    // The answer meets a socket that is no more, and there is a lot of it: the
                    // second call that sends gets SIGPIPE.
                    (name("closed behind the request"), vec![ask(), Move::Close]),
                ];
                for (name, moves) in crowds {
                    steps.extend(one_by_one([vanishing(&name, at, moves)]));
                }
                steps.push(Step::Pass { ms: 100 });
                let name = format!("after the {round} five hundred");
                steps.extend(one_by_one([get_and_close(at, &name, &small, 5)]));
            }
            steps
        },
    )]
}

/// 2,000 connections that end in every way; descriptors before and after.
pub(in crate::lessons::sockets::http) fn endings(seed: u64) -> Vec<Experiment> {
    vec![story(
        "2,000 connections, ended in all ways",
        seed,
        CONNECTIONS,
        |at, site, chance| {
            let send = |method: &str, target: &str| {
                Move::Send(Payload::Bytes(request(method, target, "")))
            };
            let word = chance.word(9);
            let (small, large) = (target(&site.small), target(&site.large));
            let directory = target(&site.directory);
            let response = |to_head| Move::AwaitResponse { to_head };
            let kinds: [(&str, Vec<Move>); 10] = [
                ("closed at once", vec![Move::Close]),
                (
                    "in the middle of a request",
                    vec![Move::Send(Payload::Bytes(b"GET /in".to_vec())), Move::Close],
                ),
                (
                    "GET",
                    vec![send("GET", &small), response(false), Move::Close],
                ),
                (
                    "HEAD",
                    vec![send("HEAD", &small), response(true), Move::Close],
                ),
                (
                    "deep below",
                    vec![
                        send("GET", &target(&site.nested)),
                        response(false),
                        Move::Close,
                    ],
                ),
                (
                    "not found",
                    vec![
                        send("GET", &format!("{directory}/{word}")),
                        response(false),
                        Move::Close,
                    ],
                ),
                (
                    "a directory",
                    vec![send("GET", &directory), response(false), Move::Close],
                ),
                (
                    "a link out",
                    vec![
                        send("GET", &target(&site.links_out[0])),
                        response(false),
                        Move::Close,
                    ],
                ),
                (
                    "reset in the middle of the answer",
                    vec![send("GET", &large), Move::AwaitReceived(1000), Move::Reset],
                ),
                (
                    "closed behind the request",
                    vec![send("GET", &large), Move::Close],
                ),
            ];
            let mut steps = by_the_hundred(at, &kinds, SETTLE_MS);
            steps.extend(perform(get(at, &small)));
            steps
        },
    )]
}

/// 100 connections that have been served once and are silent.
pub(in crate::lessons::sockets::http) fn idleness(seed: u64) -> Vec<Experiment> {
    vec![story(
        "100 clients are served once and are silent then",
        seed,
        &[],
        |at, site, _| {
            let mut moves = asking("GET", &target(&site.small), "");
            moves.push(Move::AwaitTold);
            let idle = Crowd::new("idle", at.clone(), moves)
                .times(IDLE)
                .keeping(KEPT);
            let mut steps = perform(idle).to_vec();
            steps.extend([
                Step::AwaitRest,
                Step::Pass { ms: SETTLE_MS },
                Step::Pass { ms: IDLE_MS },
            ]);
            steps.extend(perform(get_and_close(at, "after", &target(&site.small), 1)));
            steps
        },
    )]
}

/// SIGTERM at rest, in the middle of an answer, and with an answer that nobody takes.
pub(in crate::lessons::sockets::http) fn sigterm(seed: u64) -> Vec<Experiment> {
    let told_to_end = |crowds: Vec<Crowd>, tell: &[&str]| {
        let mut steps: Vec<Step> = crowds.into_iter().flat_map(perform).collect();
        steps.push(Step::Pass { ms: 200 });
        steps.push(Step::Signal(libc::SIGTERM));
        steps.extend(tell.iter().map(|crowd| Step::Tell((*crowd).to_owned())));
        steps.push(Step::AwaitGone(EXIT_WITHIN_MS));
        let seen = |crowd: &&str| Step::AwaitClients {
            crowd: (*crowd).to_owned(),
            within_ms: EXIT_WITHIN_MS,
        };
        steps.extend(tell.iter().map(seen));
        steps
    };
    let half_read = |name: &str, at: &Endpoint, large: &str| {
        vec![
            Crowd::new(
                name,
                at.clone(),
                vec![
                    Move::Reads(Reading::Never),
                    Move::Send(Payload::Bytes(request("GET", large, ""))),
                    Move::AwaitTold,
                    Move::Reads(Reading::Eager),
                    Move::AwaitResponse { to_head: false },
                ],
            )
            .keeping(KEPT),
        ]
    };
    let idle = |at: &Endpoint, target: &str| {
        let mut moves = asking("GET", target, "");
        moves.push(Move::AwaitTold);
        Crowd::new("idle", at.clone(), moves)
            .times(10)
            .keeping(KEPT)
    };
    let at_rest = story(
        "SIGTERM with idle connections",
        seed,
        CONNECTIONS,
        |at, site, _| told_to_end(vec![idle(at, &target(&site.small))], &[]),
    );
    let mut under_way = story(
        "SIGTERM in the middle of an answer, whose client reads on",
        seed,
        CONNECTIONS,
        |at, site, _| {
            let mut crowds = half_read("half served", at, &target(&site.middling));
            crowds.push(idle(at, &target(&site.small)));
            told_to_end(crowds, &["half served"])
        },
    );
    under_way.runs = under_way.runs.iter().cycle().take(TRIES).cloned().collect();
    let stuck = story(
        "SIGTERM in the middle of an answer that nobody takes",
        seed,
        CONNECTIONS,
        |at, site, _| told_to_end(half_read("stuck", at, &target(&site.middling)), &[]),
    );
    vec![at_rest, under_way, stuck]
}
