//! What the experiments are put together from.

use crate::lessons::chance::Source;
use crate::lessons::sockets::http::site::{ROOT, Site};
use crate::lessons::sockets::http::wire::request;
use crate::lessons::sockets::stories::{perform, port, serving};
use crate::lessons::stories::experiment;
use crate::model::{Crowd, Endpoint, Experiment, Move, Payload, Step};

/// What is observed: files, sockets, what moves through them, and what is waited in.
pub(super) const CALLS: &[&str] = &["desc", "file", "network", "process"];

/// Where only who connects and who goes is observed: what moves through connections would be tens
/// of thousands of events.
pub(super) const CONNECTIONS: &[&str] = &[
    "socket", "bind", "listen", "accept", "accept4", "close", "process", "signal",
];

/// What is kept of what a client gets: all of a small file.
pub(super) const KEPT: u32 = 16 * 1024;

/// Threads and processes; the handout promises them.
const TASKS: u64 = 400;

/// A story about a server of a site, on a port of its own.
pub(super) fn story(
    story: &str,
    seed: u64,
    watch: &[&str],
    steps: impl FnOnce(&Endpoint, &Site, &mut Source) -> Vec<Step>,
) -> Experiment {
    let mut chance = Source::new(seed, story);
    let site = Site::new(&mut chance);
    let port = port(&mut chance);
    let at = Endpoint::Tcp(port);
    let steps = steps(&at, &site, &mut chance);
    let asked = steps.clone();
    let mut run = serving(&[port.to_string(), ROOT.to_owned()], &at, watch, steps);
    run.limits.tasks = TASKS;
    site.furnish(experiment(story, run), |name| asks_for(&asked, name))
}

/// Whether a request speaks of this file.
fn asks_for(steps: &[Step], name: &str) -> bool {
    let has = |payload: &Payload| match payload {
        Payload::Bytes(bytes) => bytes
            .windows(name.len())
            .any(|part| part == name.as_bytes()),
        Payload::Repeated { .. } | Payload::Noise { .. } => false,
    };
    let mut crowds = steps.iter().filter_map(|step| match step {
        Step::Start(crowd) => Some(crowd),
        _ => None,
    });
    crowds.any(|crowd| {
        crowd
            .moves
            .iter()
            .any(|step| matches!(step, Move::Send(payload) if has(payload)))
    })
}

/// A request, and the wait for its answer.
pub(super) fn asking(method: &str, target: &str, more: &str) -> Vec<Move> {
    vec![
        Move::Send(Payload::Bytes(request(method, target, more))),
        Move::AwaitResponse {
            to_head: method == "HEAD",
        },
    ]
}

/// A client that asks once, takes the answer, and closes.
pub(super) fn get(at: &Endpoint, target: &str) -> Crowd {
    let mut moves = asking("GET", target, "");
    moves.push(Move::Close);
    Crowd::new(&format!("GET {target}"), at.clone(), moves).keeping(KEPT)
}

/// The same, from several at once, under a name.
pub(super) fn get_and_close(at: &Endpoint, name: &str, target: &str, count: u32) -> Crowd {
    let crowd = get(at, target).times(count);
    Crowd {
        name: name.to_owned(),
        ..crowd
    }
}

/// A client that says that this is its only request, and waits for the end of the connection.
pub(super) fn closing(at: &Endpoint, method: &str, target: &str) -> Crowd {
    let mut moves = asking(method, target, "Connection: close\r\n");
    moves.push(Move::AwaitEnd);
    Crowd::new(&format!("{method} {target}"), at.clone(), moves).keeping(KEPT)
}

/// One crowd after the other; what became of each is looked at a moment after it has done all that
/// it can, for a server may close a connection that has been silent for seconds.
pub(super) fn a_moment_after(crowds: impl IntoIterator<Item = Crowd>) -> Vec<Step> {
    const MOMENT_MS: u64 = 500;
    let mut steps = Vec::new();
    for crowd in crowds {
        let name = crowd.name.clone();
        steps.extend(perform(crowd));
        steps.extend([
            Step::Pass { ms: MOMENT_MS },
            Step::Look(name.clone()),
            Step::Dismiss(name),
        ]);
    }
    steps
}
