//! What each check makes a submission live through.
//!
//! Every client has one socket, and every query an id that no other query of its run has. Names,
//! addresses and strings are from the seed. A check's own subject is asked for in no other check:
//! aliases only where aliases are checked, and so on, so that a mistake costs what it is about.

mod answers;
mod crowded;
mod malformed;
mod stops;
mod zones;

use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::serving;
use crate::model::clients::{Crowd, Endpoint, Move, Payload};
use crate::model::{Limits, Run, Step};

pub(super) use self::answers::{absent, aliases, sizes, spelled, types};
pub(super) use self::crowded::many_clients;
pub(super) use self::malformed::{NOISE, STRANGER, malformed};
pub(super) use self::stops::{LATE, stops};
pub(super) use self::zones::bad_zones;

/// Where the zone is.
pub(super) const ZONE: &str = "/lab/zone";

/// What is observed: what comes and what goes.
const WATCH: &[&str] = &[
    "bind", "recvfrom", "recvmsg", "recvmmsg", "read", "sendto", "sendmsg", "sendmmsg",
];

/// How long the answers of a client may take, milliseconds of the run's clock; nothing that works
/// comes near.
const PATIENCE_MS: u64 = 3000;

/// Bytes that are kept of each datagram: all.
const KEPT: u32 = 64 * 1024;

/// Bytes that are kept of each buffer of a call: those of a query.
const SHOWN: u32 = 512;

/// What the handout says.
fn limits() -> Limits {
    Limits {
        memory_kib: 256 * 1024,
        tasks: 256,
        ..Limits::default()
    }
}

/// A run of a server on this port.
fn run(port: u16, steps: Vec<Step>) -> Run {
    let args = [port.to_string(), ZONE.to_owned()];
    Run {
        limits: limits(),
        buffer: SHOWN,
        ..serving(&args, &Endpoint::Udp(port), WATCH, steps)
    }
}

/// A client that sends these, one after the other, and waits for the answer to each.
fn asking(name: &str, port: u16, queries: &[Vec<u8>]) -> Crowd {
    let moves = (1..).zip(queries).flat_map(|(nth, query)| {
        [
            Move::Send(Payload::Bytes(query.clone())),
            Move::AwaitDatagrams(nth),
        ]
    });
    Crowd::new(name, Endpoint::Udp(port), moves.collect()).keeping(KEPT)
}

/// A client that sends these and waits for nothing.
fn sending(name: &str, port: u16, packets: &[Vec<u8>]) -> Crowd {
    let moves = packets
        .iter()
        .map(|packet| Move::Send(Payload::Bytes(packet.clone())));
    Crowd::new(name, Endpoint::Udp(port), moves.collect()).keeping(KEPT)
}

/// Waits until a crowd has done all that it can do.
fn await_clients(crowd: &str) -> Step {
    Step::AwaitClients {
        crowd: crowd.to_owned(),
        within_ms: PATIENCE_MS,
    }
}

/// Ids, each once.
struct Ids {
    next: u16,
}

impl Ids {
    fn new(source: &mut Source) -> Self {
        Self {
            next: source.between(0, 65_535) as u16,
        }
    }

    fn next(&mut self) -> u16 {
        // Odd, so that all 65,536 come before one comes again; both bytes change each time.
        self.next = self.next.wrapping_add(0x6a35);
        // 0 is left for whoever asks with it.
        if self.next == 0 {
            self.next = 0x6a35;
        }
        self.next
    }
}

/// A domain that no other experiment has: `qsklm.example`.
fn domain(source: &mut Source) -> String {
    let len = source.between(3, 9) as usize;
    format!("{}.example", source.word(len))
}

/// A name of a host.
fn host(source: &mut Source) -> String {
    let len = source.between(3, 12) as usize;
    source.word(len)
}

/// An address for documentation; RFC 5737.
fn address(source: &mut Source) -> String {
    let network = *source.one_of(&["192.0.2", "198.51.100", "203.0.113"]);
    format!("{network}.{}", source.between(1, 254))
}
