//! Packets that are no queries.

use super::{Ids, ZONE, address, asking, await_clients, domain, host, run, sending};
use crate::lessons::chance::Source;
use crate::lessons::sockets::dns::packet::{HEADER, IN, Packet, QR};
use crate::lessons::sockets::dns::zone::{A, TXT};
use crate::lessons::sockets::stories::port;
use crate::lessons::stories::experiment;
use crate::model::{Experiment, Step};

/// The first byte of a pointer to somewhere in the first 256 bytes; RFC 1035, 4.1.4.
const POINTER: u8 = 0xc0;

/// The client that sends what must not be answered as if it were a query.
pub(in crate::lessons::sockets::dns) const STRANGER: &str = "stranger";

/// The client that sends what may be answered in any way.
pub(in crate::lessons::sockets::dns) const NOISE: &str = "noise";

/// Families of packets; after each, a query that has an answer.
pub(in crate::lessons::sockets::dns) fn malformed(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "malformed");
    let source = &mut source;
    let domain = domain(source);
    let name = format!("{}.{domain}", host(source));
    let zone = format!("{name} A {}\n{name} TXT {}\n", address(source), host(source));
    let ids = &mut Ids::new(source);
    let families = [
        ("a query, cut off at each of its bytes", cut(ids, &name)),
        ("names that do not end", endless(ids, source, &name)),
        ("headers that count other than one question", counted(ids, &name)),
        ("opcodes other than that of a query", opcodes(ids, source, &name)),
        ("answers that nobody asked for", answers(ids, &name)),
    ];
    let told = |story: &str, client: &str, packets: &[Vec<u8>], ids: &mut Ids, port: u16| {
        // A good one before, so that a server that keeps something of it can be caught at it.
        let before = [Packet::query(ids.next(), &name, A).finish()];
        let after = [TXT, A].map(|kind| Packet::query(ids.next(), &name, kind).finish());
        let steps = vec![
            Step::Start(asking("before", port, &before)),
            await_clients("before"),
            Step::Start(sending(client, port, packets)),
            Step::AwaitRest,
            Step::Look(client.to_owned()),
            Step::Start(asking("after", port, &after)),
            await_clients("after"),
        ];
            experiment(story, run(port, steps)).with_file(ZONE, zone.clone().into_bytes())
    };
    let mut experiments = Vec::new();
    for (story, packets) in families {
        experiments.push(told(story, STRANGER, &packets, ids, port(source)));
    }
    let story = "random bytes, and packets of many sizes";
    let packets = noise(ids, source, &name);
    experiments.push(told(story, NOISE, &packets, ids, port(source)));
    experiments
}

/// Every beginning of a query.
fn cut(ids: &mut Ids, name: &str) -> Vec<Vec<u8>> {
    let whole = Packet::query(ids.next(), name, A).finish();
    (0..whole.len())
        .map(|end| {
            let mut packet = whole[..end].to_vec();
            let id = ids.next().to_be_bytes();
            let len = end.min(id.len());
            packet[..len].copy_from_slice(&id[..len]);
            packet
        })
        .collect()
}

/// Labels and pointers that lead too far, or nowhere.
fn endless(ids: &mut Ids, source: &mut Source, name: &str) -> Vec<Vec<u8>> {
    let mut query = || Packet::header(ids.next(), 0, 1);
    let tail = |packet: Packet| packet.number(A).number(IN).finish();
    let here = HEADER as u8;
    let long = (0..5).map(|_| source.word(60)).collect::<Vec<_>>().join(".");
    vec![
        // To itself.
        tail(query().bytes(&[POINTER, here])),
        // To each other.
        tail(query().bytes(&[POINTER, here + 2, POINTER, here])),
        // A label, and back to it.
        tail(query().labels("again").bytes(&[POINTER, here])),
        // Past the end.
        tail(query().bytes(&[POINTER, 0xff])),
        tail(query().bytes(&[0xff, 0xff])),
        // Half a pointer.
        query().bytes(&[POINTER]).finish(),
        query().labels(name).bytes(&[POINTER]).finish(),
        // Labels past the end.
        query().bytes(&[63]).bytes(b"short").finish(),
        tail(query().bytes(&[60]).labels(name)),
        // Labels of kinds that are none.
        tail(query().bytes(&[0x40]).bytes(name.as_bytes()).bytes(&[0])),
        tail(query().bytes(&[0x80 | 3]).bytes(b"abc\0")),
        // More than 255 bytes.
        tail(query().labels(&long).bytes(&[0])),
    ]
}

/// No question, two, and as many as can be counted.
fn counted(ids: &mut Ids, name: &str) -> Vec<Vec<u8>> {
    let mut header = |questions| Packet::header(ids.next(), 0, questions);
    vec![
        header(0).finish(),
        header(0).question(name, A).finish(),
        header(2).question(name, A).question(name, TXT).finish(),
        header(2).question(name, A).finish(),
        header(0xffff).question(name, A).finish(),
    ]
}

/// Status, and two that nobody has given a meaning; RFC 6895, 2.2.
fn opcodes(ids: &mut Ids, source: &mut Source, name: &str) -> Vec<Vec<u8>> {
    let unassigned = source.between(7, 14) as u16;
    [2, unassigned, 15]
        .map(|opcode: u16| {
            Packet::header(ids.next(), opcode << 11, 1)
                .question(name, A)
                .finish()
        })
        .into()
}

/// Queries with QR set, and an answer with a record.
fn answers(ids: &mut Ids, name: &str) -> Vec<Vec<u8>> {
    let mut answer = |flags| Packet::header(ids.next(), QR | flags, 1).question(name, A);
    let mut full = answer(0x0400)
        .bytes(&[POINTER, HEADER as u8])
        .number(A)
        .number(IN)
        .bytes(&[0, 0, 0, 60, 0, 4, 192, 0, 2, 1])
        .finish();
    full[7] = 1;
    vec![answer(0).finish(), answer(1).finish(), full]
}

/// What may mean anything: it only has to be survived.
fn noise(ids: &mut Ids, source: &mut Source, name: &str) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    for len in [1, 11, 12, 13, 17, 30, 64, 200, 511, 513, 2000, 8000] {
        packets.push((0..len).map(|_| source.next() as u8).collect());
        // Behind a header that counts one question.
        let start = Packet::header(ids.next(), 0, 1);
        let rest: Vec<u8> = (0..len).map(|_| source.next() as u8).collect();
        packets.push(start.bytes(&rest).finish());
    }
    // A name by a pointer to what comes behind it. It is no earlier occurrence, as RFC 1035 has it,
    // but there is an end, and dnsmasq goes there.
    let forward = Packet::header(ids.next(), 0, 1).bytes(&[POINTER, HEADER as u8 + 6]);
    packets.push(forward.number(A).number(IN).bytes(b"\x01x\0").finish());
    // A whole query, and then something.
    for len in [1, 11, 600, 8000] {
        let rest: Vec<u8> = (0..len).map(|_| source.next() as u8).collect();
        packets.push(Packet::query(ids.next(), name, A).bytes(&rest).finish());
    }
    packets
}
