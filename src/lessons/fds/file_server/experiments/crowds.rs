//! What the experiments are put together from.

use crate::lessons::chance::Source;
use crate::lessons::fds::file_server::shelf::{Item, ROOT, Shelf};
use crate::lessons::sockets::stories::{port, serving};
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
pub(super) const KEPT: u32 = 4 * 1024;

/// Bytes that are shown of what moves: a request, and no file.
const BUFFER: u32 = 48;

/// Threads and processes; the handout promises them.
const TASKS: u64 = 400;

/// A story about a server of a shelf, on which also these lie, on a port of its own.
pub(super) fn story(
    story: &str,
    seed: u64,
    watch: &[&str],
    also: &[Item],
    steps: impl FnOnce(&Endpoint, &Shelf, &mut Source) -> Vec<Step>,
) -> Experiment {
    let mut chance = Source::new(seed, story);
    let shelf = Shelf::new(&mut chance);
    let port = port(&mut chance);
    let at = Endpoint::Tcp(port);
    let steps = steps(&at, &shelf, &mut chance);
    let mut run = serving(&[port.to_string(), ROOT.to_owned()], &at, watch, steps);
    run.limits.tasks = TASKS;
    run.buffer = BUFFER;
    let furnished = shelf.furnish(experiment(story, run));
    also.iter()
        .fold(furnished, |experiment, item| item.put(experiment))
}

/// A request.
pub(super) fn request(name: &[u8]) -> Vec<u8> {
    [b"GET ", name, b"\n"].concat()
}

/// Sends these bytes.
pub(super) fn send(bytes: Vec<u8>) -> Move {
    Move::Send(Payload::Bytes(bytes))
}

/// Asks for a file.
pub(super) fn get(item: &Item) -> Move {
    send(request(item.name.as_bytes()))
}

/// How long the answers are that give these files.
pub(super) fn answers_len(items: &[&Item]) -> u64 {
    let answers = items.iter().flat_map(|item| item.answer());
    answers.map(|payload| payload.len()).sum()
}

/// A client that expects these files, whatever it does.
pub(super) fn expecting(at: &Endpoint, name: &str, items: &[&Item], moves: Vec<Move>) -> Crowd {
    let stream = items.iter().flat_map(|item| item.answer()).collect();
    Crowd::new(name, at.clone(), moves)
        .receiving(stream)
        .keeping(KEPT)
}

/// A file's name, as far as the name of a crowd has room.
pub(super) fn label(item: &Item) -> String {
    const ROOM: usize = 60;
    item.name.escape_debug().take(ROOM).collect()
}

/// A client that asks for one file after the other, each when it has the one before, and closes.
pub(super) fn fetching(at: &Endpoint, name: &str, items: &[&Item]) -> Crowd {
    let mut moves = Vec::new();
    for (nth, item) in items.iter().enumerate() {
        moves.push(get(item));
        moves.push(Move::AwaitReceived(answers_len(&items[..=nth])));
    }
    moves.push(Move::Close);
    expecting(at, name, items, moves)
}

/// A client that asks for all of them at once, and closes when it has them.
pub(super) fn fetching_at_once(at: &Endpoint, name: &str, items: &[&Item]) -> Crowd {
    let requests: Vec<u8> = items
        .iter()
        .flat_map(|item| request(item.name.as_bytes()))
        .collect();
    let moves = vec![
        send(requests),
        Move::AwaitReceived(answers_len(items)),
        Move::Close,
    ];
    expecting(at, name, items, moves)
}

/// A client that asks for this name, whatever it leads to, and then for a file of one line.
pub(super) fn asking(at: &Endpoint, name: &[u8], then: &Item) -> Crowd {
    let told = format!("GET {}", String::from_utf8_lossy(name));
    let moves = vec![
        send(request(name)),
        Move::AwaitLines(1),
        get(then),
        // Two of its own, and one or two before; see the answers of a link.
        Move::AwaitLines(3),
        Move::Close,
    ];
    Crowd::new(&told, at.clone(), moves).keeping(KEPT)
}
