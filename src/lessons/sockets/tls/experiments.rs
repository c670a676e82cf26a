//! What each check makes a server live through.

mod ends;
mod moments;

use super::hello::{self, V1_0, V1_1, V1_2};
use super::pair::Pair;
use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::{noise, port, serving};
use crate::lessons::stories::experiment;
use crate::model::{Crowd, Endpoint, Experiment, InputFile, Limits, Move, Payload, Run, Step, Tls};

pub(super) use self::ends::{GOODBYE, NEXT, endings, garbage, many_endings};
pub(super) use self::moments::{NEWEST, OLD, OTHERS, OUTDATED, reloads, slow_handshakes, stops};

/// Where the certificate and its key are.
pub(super) const CERT: &str = "/lab/cert.pem";
pub(super) const KEY: &str = "/lab/key.pem";

/// A client that reads what a server says in plain text.
pub(super) const CURIOUS: &str = "curious";

/// Clients of both versions.
const VERSIONS: [(&str, Tls); 2] = [("TLS 1.2", Tls::V12), ("TLS 1.3", Tls::V13)];

/// What is observed: sockets, what moves through them, and what is waited in.
const WATCH: &[&str] = &["desc", "network", "process"];

/// Where only who connects and who goes is observed: what moves would be thousands of events.
const CONNECTIONS: &[&str] = &[
    "socket", "bind", "listen", "accept", "accept4", "close", "process",
];

/// Bytes that are kept of what a server says in plain text: its whole answer to a first message.
const KEPT: u32 = 16 * 1024;

/// How long clients may take to whom nobody is in the way, milliseconds of the run's clock; nothing
/// that works comes near.
const PATIENCE_MS: u64 = 8000;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// What the handout says.
fn limits() -> Limits {
    Limits {
        time_ms: 20_000,
        cpu_ms: 20_000,
        tasks: 256,
        events: 1_000_000,
        ..Limits::default()
    }
}

/// A story about a server on a port of its own, with a pair of its own.
fn story(
    story: &str,
    seed: u64,
    watch: &[&str],
    steps: impl FnOnce(&Endpoint, &mut Source) -> Vec<Step>,
) -> Experiment {
    let mut source = Source::new(seed, story);
    let port = port(&mut source);
    let at = Endpoint::Tcp(port);
    let steps = steps(&at, &mut source);
    let args = [port.to_string(), CERT.to_owned(), KEY.to_owned()];
    let run = Run {
        limits: limits(),
        ..serving(&args, &at, watch, steps)
    };
    let pair = Pair::new(&source.word(8));
    experiment(story, run)
        .with_file(CERT, pair.certificates.into_bytes())
        .with_file(KEY, pair.key.into_bytes())
}

/// A file that takes the place of another.
fn replaced(path: &str, content: impl Into<Vec<u8>>) -> Step {
    Step::Replace(InputFile {
        path: path.to_owned(),
        content: content.into(),
        ..InputFile::default()
    })
}

/// A client that sends so much and waits for it, and says goodbye.
fn polite(name: &str, at: &Endpoint, tls: Tls, sizes: &[u64], source: &mut Source) -> Crowd {
    let mut moves: Vec<Move> = sizes
        .iter()
        .flat_map(|size| [Move::Send(noise(*size, source)), Move::AwaitEcho])
        .collect();
    moves.push(Move::Shutdown);
    Crowd::new(name, at.clone(), moves).echoed().with_tls(tls)
}

/// Clients that send this in plain text, and then do that.
fn plain(name: &str, at: &Endpoint, bytes: Vec<u8>, then: &[Move]) -> Crowd {
    let mut moves = vec![Move::Send(Payload::Bytes(bytes))];
    moves.extend_from_slice(then);
    Crowd::new(name, at.clone(), moves)
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

/// 32 bytes that make a first message its own.
fn random(source: &mut Source) -> Vec<u8> {
    source.letters(32)
}

/// Half of a client's first message.
fn half_a_hello(source: &mut Source) -> Vec<u8> {
    let mut hello = hello::client_hello(V1_2, &random(source));
    hello.truncate(hello.len() / 2);
    hello
}

/// A client whose newest version is this one, and what it is told until all is quiet.
fn looking(name: &str, at: &Endpoint, version: u16, source: &mut Source) -> Vec<Step> {
    let hello = hello::client_hello(version, &random(source));
    let then = [Move::AwaitReceived(1), Move::AwaitTold];
    let mut steps = perform(plain(name, at, hello, &then).keeping(KEPT)).to_vec();
    steps.extend([Step::AwaitRest, Step::Look(name.to_owned())]);
    steps
}

/// Both versions, all sizes; and the chain, which is in plain text up to 1.2.
pub(super) fn echoes(seed: u64) -> Vec<Experiment> {
    let sizes = [1, 100, 16 * KIB - 1, 16 * KIB + 1, MIB];
    let mut told: Vec<Experiment> = VERSIONS
        .iter()
        .map(|(name, tls)| {
            let story_of = format!("a client that speaks {name}");
            story(&story_of, seed, WATCH, |at, source| {
                perform(polite(name, at, *tls, &sizes, source)).into()
            })
        })
        .collect();
    told.push(story(
        "8 MiB on one connection",
        seed,
        CONNECTIONS,
        |at, source| perform(polite("large", at, Tls::Any, &[8 * MIB], source)).into(),
    ));
    told.push(story(
        "a client that looks at what the server shows",
        seed,
        WATCH,
        |at, source| looking(CURIOUS, at, V1_2, source),
    ));
    told
}

/// Clients whose newest version is too old.
pub(super) fn old_versions(seed: u64) -> Vec<Experiment> {
    [("1.1", V1_1), ("1.0", V1_0)]
        .map(|(name, version)| {
            let story_of = format!("a client whose newest version is TLS {name}");
            story(&story_of, seed, WATCH, |at, source| {
                looking(CURIOUS, at, version, source)
            })
        })
        .into()
}
