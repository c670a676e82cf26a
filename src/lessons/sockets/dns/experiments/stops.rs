//! SIGTERM.

use super::{Ids, KEPT, ZONE, address, asking, await_clients, domain, host, run, sending};
use crate::lessons::chance::Source;
use crate::lessons::sockets::dns::packet::Packet;
use crate::lessons::sockets::dns::zone::A;
use crate::lessons::sockets::stories::port;
use crate::lessons::stories::{experiment, trigger, words};
use crate::model::clients::{Crowd, Endpoint, Move, Payload};
use crate::model::{Arming, Experiment, Role, Step, Strike};

/// The client that asks when the program has exited.
pub(in crate::lessons::sockets::dns) const LATE: &str = "late";

/// What it gives to those who were told to end, too.
const GRACE_US: u64 = 500_000;

/// How long the end may take: a second, as the handout says, and half a second more.
const WITHIN_MS: u64 = 1500;

/// Calls in which a server waits for packets, or for signals; read(2) of a signalfd is left out,
/// for the zone is read by that, too.
const WAITING: &[&str] = &[
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_wait",
    "epoll_pwait",
    "rt_sigtimedwait",
];

/// Idle, after some answers, with queries under way, and at each call that waits.
///
/// Where it is struck, the first client has an answer before the other one asks: by then the program
/// has begun, whatever it does when its socket is bound.
pub(in crate::lessons::sockets::dns) fn stops(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "stops");
    let source = &mut source;
    let name = format!("{}.{}", host(source), domain(source));
    let zone = format!("{name} A {}\n", address(source));
    let mut ids = Ids::new(source);
    let mut queries = |count| -> Vec<Vec<u8>> {
        (0..count)
            .map(|_| Packet::query(ids.next(), &name, A).finish())
            .collect()
    };
    let (some, many, few) = (queries(10), queries(100), queries(2));
    let (one, last) = (queries(1), queries(1).concat());
    let mut told = |story: &str, steps: &dyn Fn(u16) -> [Vec<Step>; 2]| {
        let port = port(source);
        let [mut steps, behind] = steps(port);
        steps.extend([
            Step::Signal(libc::SIGTERM),
            Step::AwaitExit {
                within_ms: WITHIN_MS,
            },
        ]);
        steps.extend(behind);
        experiment(story, run(port, steps)).with_file(ZONE, zone.clone().into_bytes())
    };
    let answered = |name: &str, queries: &[Vec<u8>], port| {
        vec![
            Step::Start(asking(name, port, queries)),
            await_clients(name),
        ]
    };
    let idle = told("SIGTERM while nobody asks", &|_| {
        [vec![Step::AwaitRest], Vec::new()]
    });
    let after = told("SIGTERM after some answers", &|port| {
        let mut steps = answered("client", &some, port);
        steps.extend([Step::Start(late(port, &last)), Step::AwaitRest]);
        [
            steps,
            vec![Step::Tell(LATE.to_owned()), await_clients(LATE)],
        ]
    });
    // Whoever has answered has done with all that comes between bind(2) and the first wait.
    let under_way = told("SIGTERM while queries come in", &|port| {
        let mut steps = answered("client", &some, port);
        steps.push(Step::Start(sending("crowd", port, &many)));
        [steps, Vec::new()]
    });
    let points = trigger(&[WAITING], Role::Waiting, Arming::SignalSetup);
    let mut at_each = told("SIGTERM just before the program waits", &|port| {
        let steps = [
            answered("first", &one, port),
            answered("client", &few, port),
        ];
        [steps.concat(), Vec::new()]
    })
    .swept(&[Strike::SignalBefore(libc::SIGTERM)], points);
    // So that the call that follows the handler is shown.
    for run in &mut at_each.runs {
        run.watch.extend(words(WAITING));
        run.watch.extend(words(&["rt_sigreturn"]));
    }
    vec![idle, after, under_way, at_each]
}

/// A client that asks when it is told to.
fn late(port: u16, query: &[u8]) -> Crowd {
    let moves = vec![
        Move::AwaitTold,
        Move::Pause { us: GRACE_US },
        Move::Send(Payload::Bytes(query.to_vec())),
        Move::AwaitDatagrams(1),
    ];
    Crowd::new(LATE, Endpoint::Udp(port), moves).keeping(KEPT)
}
