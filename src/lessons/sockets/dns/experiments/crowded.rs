//! Many clients at once.

use super::{Ids, KEPT, ZONE, address, await_clients, domain, host, run};
use crate::lessons::chance::Source;
use crate::lessons::sockets::dns::packet::Packet;
use crate::lessons::sockets::dns::zone::{A, TXT};
use crate::lessons::sockets::stories::port;
use crate::lessons::stories::experiment;
use crate::model::clients::{Crowd, Endpoint, Move, Payload};
use crate::model::{Experiment, Step};

/// What the handout says: so many clients, of whom each has so many unanswered at a time, and so
/// many in all.
///
/// The kernel's buffer has room for 256 small datagrams, of which it may count up to a quarter for
/// some time after they were taken; udp_rmem_release() in net/ipv4/udp.c.
const CLIENTS: usize = 50;
const AT_ONCE: usize = 2;
const EACH: usize = 20;

/// 50 clients ask a thousand questions.
///
/// At the beginning the program is stopped until all of them have asked: then the queries of all
/// are there at once, whatever the machine is busy with.
pub(in crate::lessons::sockets::dns) fn many_clients(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "crowded");
    let source = &mut source;
    let domain = domain(source);
    let mut names = Vec::new();
    let mut zone = String::new();
    for nth in 0..100 {
        let name = format!("{}{nth}.{domain}", host(source));
        zone += &format!("{name} A {}\n{name} TXT {nth}\n", address(source));
        names.push(name);
    }
    let mut ids = Ids::new(source);
    let port = port(source);
    let mut crowds: Vec<Crowd> = Vec::new();
    for nth in 0..CLIENTS {
        let mut moves = Vec::new();
        for round in 1..=EACH / AT_ONCE {
            for _ in 0..AT_ONCE {
                let kind = *source.one_of(&[A, TXT]);
                let name: &String = source.one_of(&names);
                let query = Packet::query(ids.next(), name, kind);
                moves.push(Move::Send(Payload::Bytes(query.finish())));
            }
            moves.push(Move::AwaitDatagrams((round * AT_ONCE) as u32));
        }
        let name = format!("client {}", nth + 1);
        crowds.push(Crowd::new(&name, Endpoint::Udp(port), moves).keeping(KEPT));
    }
    let names: Vec<String> = crowds.iter().map(|crowd| crowd.name.clone()).collect();
    let mut steps = vec![Step::AwaitRest, Step::Signal(libc::SIGSTOP)];
    steps.extend(crowds.into_iter().map(Step::Start));
    steps.extend([Step::AwaitRest, Step::Signal(libc::SIGCONT)]);
    steps.extend(names.iter().map(|name| await_clients(name)));
    let story = "1,000 queries from 50 clients, up to 100 at a time";
    vec![experiment(story, run(port, steps)).with_file(ZONE, zone.into_bytes())]
}
