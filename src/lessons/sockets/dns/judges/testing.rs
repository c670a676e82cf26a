//! Judging traces of a few lines.

use crate::lessons::sockets::dns::experiments::ZONE;
use crate::lessons::sockets::dns::packet::Packet;
use crate::lessons::stories::experiment;
use crate::lessons::testing;
use crate::model::check::Judge;
use crate::model::clients::{Crowd, Endpoint, Move, Payload};
use crate::model::{Experiment, Run, Step};

/// A port.
const PORT: u16 = 5300;

/// What the judge says of a run with this trace.
pub(super) fn judged(judge: Judge, experiment: &Experiment, trace: &str) -> String {
    let trace = format!("* listening udp:{PORT}\n{trace}");
    testing::judged(judge, experiment, &[trace])
}

/// An experiment with this zone and without clients.
pub(super) fn zoned(story: &str, zone: &str) -> Experiment {
    experiment(story, Run::default()).with_file(ZONE, zone.as_bytes().to_vec())
}

/// The query with this id; `nth` client, from 1.
fn query(id: u16) -> Vec<u8> {
    Packet::query(id, "a.example", 1).finish()
}

/// The right answer to it.
pub(super) fn right(id: u16) -> Vec<u8> {
    let mut answer = Packet::query(id, "a.example", 1)
        .bytes(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1])
        .finish();
    answer[2] = 0x84;
    answer[7] = 1;
    answer
}

/// An experiment whose clients ask one question each, with the ids 1, 2, ...
pub(super) fn asking(clients: &[&str]) -> Experiment {
    let mut asked = zoned("a query", "a.example A 192.0.2.1\n");
    for (id, name) in (1..).zip(clients) {
        asked.runs[0].steps.push(start(name, &query(id)));
    }
    asked
}

/// An experiment with one packet from this client, and a query after it.
pub(super) fn sending(name: &str, packet: &[u8]) -> Experiment {
    let mut sent = zoned("a packet", "a.example A 192.0.2.1\n");
    sent.runs[0].steps = vec![start(name, packet), start("after", &query(1))];
    sent
}

fn start(name: &str, packet: &[u8]) -> Step {
    let moves = vec![Move::Send(Payload::Bytes(packet.to_vec()))];
    Step::Start(Crowd::new(name, Endpoint::Udp(PORT), moves))
}

/// Bytes as the text form has them.
pub(super) fn bytes(bytes: &[u8]) -> String {
    let escaped: Vec<String> = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("\"{}\"", escaped.concat())
}

mod hostile {
    use proptest::sample::select;

    use super::{asking, sending, zoned};
    use crate::lessons::sockets::dns::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"* saw "client" 0 sent=27 received=12 open kept="\x00\x01\x80\x01\x00\x00\x00\x00\x00\x00\x00\x00""#,
        r#"* saw "client" 0 sent=27 received=1 fin kept="\xff" kept="" kept="\x00\x02""#,
        r#"* saw "client" 0 sent=27 received=0 ECONNREFUSED doing=1"#,
        r#"* saw "stranger" 0 sent=3 received=12 open kept="\x00\x07\x84\x00\x00\x00\x00\x00\x00\x00\x00\x00""#,
        r#"* saw "stranger" 0-4294967295 sent=0 received=18446744073709551615 closed"#,
        r#"* saw "after" 0 sent=3 received=30 open kept="\x00\x01\x84\x00\x00\x01\x00\xff\x00\xff\x00\xff\x01a\x07example\x00\x00\x01\x00\x01\xc0\x0c""#,
        r#"* saw "after" 0 sent=3 received=30 open kept="\x00\x01\x86\x00\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x05aaaaa""#,
        r#"* saw "late" 0 sent=25 received=41 open"#,
        r#"2 recvfrom(3<socket:[7]>, "\x00\x01", 512, 0, NULL, NULL) = 2"#,
        r#"2 write(2<pipe:[3]>, "line 4", 6) ..."#,
        "2 ... write = 3",
        "* signal SIGTERM",
        "* signal SIGKILL",
        "2 --- SIGTERM",
        "2 !!! strike",
        "2 !!! 0",
        "2 +++ exit 0",
        "2 +++ exit 1",
        "2 +++ signal SIGTERM",
        r#"* stderr "4 99999999999999999999999999999999999999""#,
        r#"* stderr "\xff""#,
        "* limit stuck 0",
        "* limit cpu 18446744073709551615",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &[""],
            select(vec![
                asking(&["client", "after"]),
                asking(&[]),
                sending("stranger", &[0, 7, 0]),
                sending("noise", &[]),
                zoned("a bad line", "\n\n\nx\n"),
            ]),
        );
    }
}
