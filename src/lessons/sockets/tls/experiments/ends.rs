//! Connections that end, well and badly.

use super::{CONNECTIONS, MIB, VERSIONS, WATCH};
use super::{half_a_hello, perform, plain, polite, random, story};
use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::noise;
use crate::lessons::sockets::tls::hello::{self, V1_2};
use crate::model::{Crowd, Endpoint, Experiment, Move, Reading, Step, Tls};

/// How crowds are called that wait for the server's goodbye.
pub(in crate::lessons::sockets::tls) const GOODBYE: &str = "goodbye";

/// The client that comes when others have done their worst.
pub(in crate::lessons::sockets::tls) const NEXT: &str = "next";

/// A client that says goodbye and waits until the connection is closed.
fn goodbye(name: &str, at: &Endpoint, tls: Tls, source: &mut Source) -> Crowd {
    let mut crowd = polite(name, at, tls, &[1000], source);
    crowd.moves.push(Move::AwaitEnd);
    crowd
}

/// Starts these, and waits until all is quiet.
fn settled(crowd: Crowd) -> Vec<Step> {
    let mut steps = perform(crowd).to_vec();
    steps.push(Step::AwaitRest);
    steps
}

/// Starts strangers, gives the server a moment for them, and waits until all is quiet: whether they
/// are thrown out, and when, is not asked.
fn endured(crowd: Crowd) -> Vec<Step> {
    let await_them = Step::AwaitClients {
        crowd: crowd.name.clone(),
        within_ms: 500,
    };
    vec![Step::Start(crowd), await_them, Step::AwaitRest]
}

/// A client that is served and then does this.
fn served_then(name: &str, at: &Endpoint, last: Move, source: &mut Source) -> Crowd {
    let moves = vec![Move::Send(noise(500, source)), Move::AwaitEcho, last];
    Crowd::new(name, at.clone(), moves).echoed().with_tls(Tls::Any)
}

/// Goodbyes in both versions; and connections that are cut.
pub(in crate::lessons::sockets::tls) fn endings(seed: u64) -> Vec<Experiment> {
    let mut told: Vec<Experiment> = VERSIONS
        .iter()
        .map(|(version, tls)| {
            let story_of = format!("clients that speak {version} say goodbye");
            story(&story_of, seed, WATCH, |at, source| {
                perform(goodbye(GOODBYE, at, *tls, source).times(3)).into()
            })
        })
        .collect();
    told.push(story(
        "clients leave without a goodbye",
        seed,
        WATCH,
        |at, source| {
            let mut steps = settled(goodbye("before", at, Tls::Any, source));
            steps.push(Step::Measure);
            steps.extend(settled(served_then("cut", at, Move::Close, source).times(5)));
            steps.push(Step::Measure);
            steps.extend(perform(goodbye(NEXT, at, Tls::Any, source)));
            steps
        },
    ));
    told
}

/// What strangers do: each by itself, and then a client.
pub(in crate::lessons::sockets::tls) fn garbage(seed: u64) -> Vec<Experiment> {
    let after = |story_of: &str, strangers: &dyn Fn(&Endpoint, &mut Source) -> Vec<Crowd>| {
        story(story_of, seed, WATCH, |at, source| {
            let mut steps: Vec<Step> = strangers(at, source).into_iter().flat_map(endured).collect();
            steps.extend(perform(polite(NEXT, at, Tls::Any, &[1000], source)));
            steps
        })
    };
    let request = |source: &mut Source| {
        format!("GET /{} HTTP/1.0\r\n\r\n", source.word(8)).into_bytes()
    };
    vec![
        after("a stranger speaks HTTP", &|at, source| {
            let (one, other) = (request(source), request(source));
            vec![
                plain("asks", at, one, &[Move::Shutdown, Move::AwaitEnd]),
                plain("asks and leaves", at, other, &[Move::Close]),
            ]
        }),
        after("a stranger sends a record that is too long", &|at, _| {
            let record = hello::oversized_record();
            vec![plain("too long", at, record, &[Move::Shutdown, Move::AwaitEnd])]
        }),
        after("strangers leave in the middle of the handshake", &|at, source| {
            let whole = hello::client_hello(V1_2, &random(source));
            let (half, other) = (half_a_hello(source), half_a_hello(source));
            let answered = Move::AwaitReceived(1);
            vec![
                Crowd::new("says nothing", at.clone(), vec![Move::Close]).times(3),
                plain("half a message", at, half, &[Move::Close]),
                plain("half a message, reset", at, other, &[Move::Reset]),
                plain("one message", at, whole.clone(), &[answered.clone(), Move::Close]),
                plain("one message, reset", at, whole, &[answered, Move::Reset]),
            ]
        }),
        gone(seed),
        vanishing(seed),
    ]
}

/// What cannot be understood, from somebody who has gone by the time that it is read: an alert goes
/// to nobody. The server is stopped meanwhile, so that it is always too late.
fn gone(seed: u64) -> Experiment {
    let story_of = "a stranger has gone before what it sent can be refused";
    story(story_of, seed, WATCH, |at, source| {
        let mut steps = vec![Step::AwaitRest, Step::Signal(libc::SIGSTOP)];
        let broken = hello::broken_hello();
        // An end of file and then a reset: a write raises SIGPIPE at once; tcp_reset() in
        // net/ipv4/tcp_input.c.
        let moves = [Move::Shutdown, Move::Reset];
        steps.extend(perform(plain("gone", at, broken, &moves)));
        steps.extend([Step::AwaitRest, Step::Signal(libc::SIGCONT), Step::AwaitRest]);
        steps.extend(perform(polite(NEXT, at, Tls::Any, &[1000], source)));
        steps
    })
}

/// A client that has sent much, reads nothing, and then is no more.
fn vanishing(seed: u64) -> Experiment {
    let story_of = "a client vanishes while it is written to";
    story(story_of, seed, CONNECTIONS, |at, source| {
        let moves = vec![
            Move::Send(noise(100, source)),
            Move::AwaitEcho,
            Move::Reads(Reading::Never),
            Move::Send(noise(16 * MIB, source)),
        ];
        let crowd = Crowd::new("vanishing", at.clone(), moves).with_tls(Tls::Any);
        let mut steps = vec![Step::Start(crowd.echoed())];
        // Until all buffers are full, or, with a server whose buffers have no end, for a while.
        steps.push(Step::AwaitClients {
            crowd: "vanishing".to_owned(),
            within_ms: 3000,
        });
        steps.extend([Step::Dismiss("vanishing".to_owned()), Step::AwaitRest]);
        steps.extend(perform(polite(NEXT, at, Tls::Any, &[1000], source)));
        steps
    })
}

/// 200 connections that end in every way; descriptors before and after.
pub(in crate::lessons::sockets::tls) fn many_endings(seed: u64) -> Vec<Experiment> {
    vec![story(
        "200 connections, ended in all ways",
        seed,
        CONNECTIONS,
        |at, source| {
            let mut steps = settled(goodbye("before", at, Tls::Any, source).times(3));
            steps.push(Step::Measure);
            let (half, other) = (half_a_hello(source), half_a_hello(source));
            let whole = hello::client_hello(V1_2, &random(source));
            let crowds = [
                Crowd::new("comes and goes", at.clone(), vec![Move::Close]),
                Crowd::new("comes and resets", at.clone(), vec![Move::Reset]),
                plain("half a message", at, half, &[Move::Close]),
                plain("half a message, reset", at, other, &[Move::Reset]),
                plain("one message", at, whole, &[Move::AwaitReceived(1), Move::Close]),
                served_then("cut", at, Move::Close, source),
                served_then("reset", at, Move::Reset, source),
                goodbye("goes politely", at, Tls::Any, source),
            ];
            steps.extend(crowds.into_iter().flat_map(|crowd| settled(crowd.times(25))));
            steps.push(Step::Measure);
            steps.extend(perform(polite(NEXT, at, Tls::Any, &[1000], source)));
            steps
        },
    )]
}
