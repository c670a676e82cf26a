//! SIGTERM.

use super::{Ids, ZONE, address, asking, await_clients, domain, host, run, sending};
use crate::lessons::chance::Source;
use crate::lessons::sockets::dns::packet::Packet;
use crate::lessons::sockets::dns::zone::A;
use crate::lessons::sockets::stories::port;
use crate::lessons::stories::{experiment, trigger};
use crate::model::{Arming, Experiment, Role, Step, Strike};

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
    let mut told = |story: &str, steps: &dyn Fn(u16) -> Vec<Step>| {
        let port = port(source);
        let mut steps = steps(port);
        steps.extend([
            Step::Signal(libc::SIGTERM),
            Step::AwaitExit {
                within_ms: WITHIN_MS,
            },
        ]);
        experiment(story, run(port, steps)).with_file(ZONE, zone.clone().into_bytes())
    };
    let answered = |queries: &[Vec<u8>], port| {
        vec![
            Step::Start(asking("client", port, queries)),
            await_clients("client"),
        ]
    };
    let idle = told("SIGTERM while nobody asks", &|_| vec![Step::AwaitRest]);
    let after = told("SIGTERM after some answers", &|port| {
        let mut steps = answered(&some, port);
        steps.push(Step::AwaitRest);
        steps
    });
    // Whoever has answered has done with all that comes between bind(2) and the first wait.
    let under_way = told("SIGTERM while queries come in", &|port| {
        let mut steps = answered(&some, port);
        steps.push(Step::Start(sending("crowd", port, &many)));
        steps
    });
    let points = trigger(&[WAITING], Role::Waiting, Arming::SignalSetup);
    let at_each = told("SIGTERM just before the program waits", &|port| {
        answered(&few, port)
    })
    .swept(&[Strike::SignalBefore(libc::SIGTERM)], points);
    vec![idle, after, under_way, at_each]
}
