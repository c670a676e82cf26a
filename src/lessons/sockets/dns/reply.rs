//! What is wrong with an answer.

use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData};

use super::packet::{HEADER, IN, QR, Query, number};
use super::zone::{Data, Record, Right, Zone};

/// The bits of the flags that an answer sets; RFC 1035, 4.1.1.
const OPCODE: u16 = 0x7800;
const AA: u16 = 0x0400;
const TC: u16 = 0x0200;
const RCODE: u16 = 0x000f;

/// RCODEs.
const NOERROR: u16 = 0;
const FORMERR: u16 = 1;
const NXDOMAIN: u16 = 3;
const NOTIMP: u16 = 4;
const REFUSED: u16 = 5;

/// Bytes of an answer to whoever has not asked for more; RFC 1035, 2.3.4.
pub(super) const LARGEST: usize = 512;

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The end of a sentence that begins with "the answer".
    pub(super) what: String,
    /// A question that leads to the mistake.
    pub(super) hint: &'static str,
}

impl Fault {
    fn new(what: impl Into<String>, hint: &'static str) -> Self {
        Self {
            what: what.into(),
            hint,
        }
    }
}

/// Holds the answer to a query against the right one.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(zone: &Zone, query: &Query, reply: &[u8]) -> Result<(), Fault> {
    let flags = header(reply)?;
    let code = flags & RCODE;
    // No line of a zone can have such a name: the root, or a label with a dot or a NUL in it.
    let is_foreign = query.class != IN || query.name == "." || query.name.contains('\\');
    let is_refusal = query.size.is_some() && code == FORMERR
        || is_foreign && matches!(code, FORMERR | NOTIMP | REFUSED);
    if is_refusal {
        return Ok(());
    }
    let right = zone.right(&query.name, query.kind);
    if query.class == IN && right == Right::None {
        return Ok(());
    }
    if number(reply, 4) != Some(1) || !reply[HEADER..].starts_with(&query.question) {
        return Err(Fault::new(
            "does not repeat the question byte by byte",
            "What does a client compare before it believes an answer?",
        ));
    }
    let limit = LARGEST.max(query.size.map_or(0, usize::from));
    if reply.len() > limit {
        return Err(Fault::new(
            format!("has {} bytes, and {limit} may be sent", reply.len()),
            "How much can whoever asks take, and what can be said to whom that is not enough?",
        ));
    }
    let given = records(reply)?;
    if query.class != IN {
        return match given.first() {
            None => Ok(()),
            Some(_) => Err(Fault::new(
                "has records, and the question was of another class than IN",
                "Which parts does a question have beside the name and the type?",
            )),
        };
    }
    let Right::Records { chain, end, codes } = right else {
        return Ok(());
    };
    if !codes.contains(&code) {
        let right = codes.first().copied().map_or_else(String::new, named);
        return Err(Fault::new(
            format!("has RCODE {}, and not {right}", named(code)),
            "What does the zone know of this name, and what of this name and this type?",
        ));
    }
    if flags & AA == 0 && !(chain.is_empty() && end.is_empty()) {
        return Err(Fault::new(
            "does not set AA",
            "From whom does this server have what it says, and how does the client learn that?",
        ));
    }
    let question = HEADER + query.question.len();
    let all = || chain.iter().chain(&end);
    let full: usize = question + all().map(Record::len).sum::<usize>();
    if flags & TC != 0 {
        if full <= LARGEST {
            return Err(Fault::new(
                format!("sets TC, and the whole has {full} bytes"),
                "What does a client do that reads TC?",
            ));
        }
        let is_part = given.iter().all(|one| all().any(|record| record == one));
        return match is_part && is_set(&given) {
            true => Ok(()),
            false => Err(Fault::new(
                "has records that do not belong to it",
                "Which records were asked for, and what becomes of one that is cut?",
            )),
        };
    }
    compare(&chain, &end, &given)
}

/// The flags of an answer.
fn header(reply: &[u8]) -> Result<u16, Fault> {
    const HINT: &str = "Which fields does a header have, and which bits has the third byte?";
    let flags = match (number(reply, 2), reply.len()) {
        (Some(flags), HEADER..) => flags,
        _ => {
            let what = format!("has {} bytes, and a header has 12", reply.len());
            return Err(Fault::new(what, HINT));
        }
    };
    if flags & QR == 0 {
        return Err(Fault::new("does not set QR", HINT));
    }
    match flags & OPCODE {
        0 => Ok(flags),
        _ => Err(Fault::new("has another opcode than the query", HINT)),
    }
}

/// Holds the records of a whole answer against the right ones.
fn compare(chain: &[Record], end: &[Record], given: &[Record]) -> Result<(), Fault> {
    for record in chain.iter().chain(end) {
        if !given.contains(record) {
            return Err(Fault::new(
                format!("lacks {}", shown(record)),
                match chain {
                    [] => "Which lines of the zone have this name, and what is made of each?",
                    _ => "Which records lie on the way from the name to its end?",
                },
            ));
        }
    }
    let is_right = |record: &Record| chain.contains(record) || end.contains(record);
    if let Some(more) = given.iter().find(|record| !is_right(record)) {
        return Err(Fault::new(
            format!("has {}, which is wrong", shown(more)),
            "Which records have this name and this type, and what does each of them hold?",
        ));
    }
    if !is_set(given) {
        return Err(Fault::new(
            "has a record twice",
            "Where do the records of an answer come together, and from where?",
        ));
    }
    match given.starts_with(chain) {
        true => Ok(()),
        false => Err(Fault::new(
            "has the CNAMEs in another order than they lead",
            "In which order does a client follow what it reads?",
        )),
    }
}

fn is_set(records: &[Record]) -> bool {
    let mut sorted: Vec<_> = records.iter().collect();
    sorted.sort();
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

/// The records of the answer section.
fn records(reply: &[u8]) -> Result<Vec<Record>, Fault> {
    let message = Message::from_vec(reply).map_err(|error| {
        Fault::new(
            format!("cannot be taken apart: {error}"),
            "Which lengths and counts does the packet name, and what follows each of them?",
        )
    })?;
    let records = message.answers().iter().map(|record| {
        let data = match record.data() {
            RData::A(address) => Data::A(Ipv4Addr::from(*address)),
            RData::AAAA(address) => Data::Aaaa(Ipv6Addr::from(*address)),
            RData::CNAME(target) => Data::Cname(text(target)),
            RData::TXT(strings) => match strings.txt_data() {
                [one] => Data::Txt(one.to_vec()),
                several => Data::Other(format!("TXT of {} strings", several.len())),
            },
            other => Data::Other(other.record_type().to_string()),
        };
        let class = u16::from(record.dns_class());
        Record {
            name: text(record.name()),
            data: match class {
                IN => data,
                class => Data::Other(format!("class {class}")),
            },
        }
    });
    Ok(records.collect())
}

/// A name in small letters, without the dot at its end.
fn text(name: &Name) -> String {
    let labels: Vec<_> = name
        .iter()
        .map(|label| String::from_utf8_lossy(label).to_ascii_lowercase())
        .collect();
    labels.join(".")
}

/// What is wrong with what came back for something that is no query; `None`: nothing.
pub(super) fn refusal_fault(reply: &[u8]) -> Option<String> {
    let Some(flags) = number(reply, 2).filter(|_| reply.len() >= HEADER) else {
        return Some(format!("{} bytes, and a header has 12", reply.len()));
    };
    if flags & QR == 0 {
        return Some("a packet with QR not set".to_owned());
    }
    match flags & RCODE {
        FORMERR | NOTIMP | REFUSED => None,
        code => Some(format!("an answer with RCODE {}", named(code))),
    }
}

/// A code, with its name.
fn named(code: u16) -> String {
    let name = match code {
        NOERROR => "NOERROR",
        FORMERR => "FORMERR",
        2 => "SERVFAIL",
        NXDOMAIN => "NXDOMAIN",
        NOTIMP => "NOTIMP",
        REFUSED => "REFUSED",
        _ => return code.to_string(),
    };
    format!("{code} ({name})")
}

/// A record as people write it.
fn shown(record: &Record) -> String {
    let Record { name, data } = record;
    match data {
        Data::A(address) => format!("{name} A {address}"),
        Data::Aaaa(address) => format!("{name} AAAA {address}"),
        Data::Cname(target) => format!("{name} CNAME {target}"),
        Data::Txt(string) => format!("{name} TXT {:?}", String::from_utf8_lossy(string)),
        Data::Other(what) => format!("{name} {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::packet::Packet;
    use super::super::zone::{A, AAAA, TXT};
    use super::*;

    fn zone() -> Zone {
        let mut text = String::from(
            "a.x A 192.0.2.1\na.x A 192.0.2.2\na.x TXT hi\nb.x CNAME a.x\nc.x CNAME b.x\n\
             l.x CNAME l.x\n",
        );
        for last in 0..40 {
            text += &format!("m.x A 198.51.100.{last}\n");
        }
        Zone::read(text.as_bytes()).unwrap()
    }

    /// An answer to a question for this name and type, with these flags and records.
    fn reply(name: &str, kind: u16, flags: u16, records: &[(&str, u16, &[u8])]) -> Vec<u8> {
        let mut packet = Packet::query(9, name, kind);
        for (name, kind, data) in records {
            packet = packet.labels(name).bytes(&[0]).number(*kind).number(IN);
            packet = packet.bytes(&[0, 0, 0, 60]).number(data.len() as u16);
            packet = packet.bytes(data);
        }
        let mut bytes = packet.finish();
        bytes[2..4].copy_from_slice(&flags.to_be_bytes());
        bytes[7] = records.len() as u8;
        bytes
    }

    fn told(name: &str, kind: u16, flags: u16, records: &[(&str, u16, &[u8])]) -> String {
        let query = Query::read(&Packet::query(9, name, kind).finish()).unwrap();
        match check(&zone(), &query, &reply(name, kind, flags, records)) {
            Ok(()) => String::new(),
            Err(fault) => fault.what,
        }
    }

    const FIRST: (&str, u16, &[u8]) = ("a.x", A, &[192, 0, 2, 1]);
    const SECOND: (&str, u16, &[u8]) = ("A.x", A, &[192, 0, 2, 2]);
    const ALIAS: (&str, u16, &[u8]) = ("b.x", 5, b"\x01a\x01x\0");
    const OF_ALIAS: (&str, u16, &[u8]) = ("c.x", 5, b"\x01B\x01x\0");

    #[test]
    fn right_answers_have_no_fault() {
        assert_eq!(told("a.x", A, QR | AA, &[FIRST, SECOND]), "");
        assert_eq!(told("a.X", A, QR | AA | 0x0180, &[SECOND, FIRST]), "");
        assert_eq!(told("a.x", TXT, QR | AA, &[("a.x", TXT, b"\x02hi")]), "");
        assert_eq!(told("a.x", AAAA, QR | AA, &[]), "");
        assert_eq!(told("n.x", A, QR | AA | 3, &[]), "");
        assert_eq!(
            told("c.x", A, QR | AA, &[OF_ALIAS, ALIAS, FIRST, SECOND]),
            ""
        );
        assert_eq!(told("m.x", A, QR | AA | TC, &[]), "");
        for code in 0..6 {
            assert_eq!(told("l.x", A, QR | code, &[]), "");
        }
    }

    #[test]
    fn wrong_answers_have_one() {
        for (said, wanted) in [
            (told("a.x", A, AA, &[FIRST, SECOND]), "does not set QR"),
            (told("a.x", A, QR, &[FIRST, SECOND]), "does not set AA"),
            (told("a.x", A, QR | AA, &[FIRST]), "lacks a.x A 192.0.2.2"),
            (
                told("a.x", A, QR | AA, &[FIRST, SECOND, FIRST]),
                "has a record twice",
            ),
            (
                told("a.x", AAAA, QR | AA, &[FIRST]),
                "has a.x A 192.0.2.1, which is wrong",
            ),
            (
                told("a.x", AAAA, QR | AA | 3, &[]),
                "has RCODE 3 (NXDOMAIN), and not 0 (NOERROR)",
            ),
            (
                told("n.x", A, QR | AA, &[]),
                "has RCODE 0 (NOERROR), and not 3 (NXDOMAIN)",
            ),
            (
                told("c.x", A, QR | AA, &[ALIAS, OF_ALIAS, FIRST, SECOND]),
                "has the CNAMEs in another order than they lead",
            ),
            (
                told("a.x", A, QR | AA | TC, &[FIRST]),
                "sets TC, and the whole has 59 bytes",
            ),
            (
                told("a.x", TXT, QR | AA, &[("a.x", TXT, b"\x01h\x01i")]),
                "lacks a.x TXT \"hi\"",
            ),
        ] {
            assert_eq!(said, wanted);
        }
        let cut = told("a.x", TXT, QR | AA, &[("a.x", TXT, b"\x09hi")]);
        assert!(cut.starts_with("cannot be taken apart"), "{cut}");
    }

    #[test]
    fn names_that_no_zone_can_have_may_be_refused() {
        let labels = |packet: Packet| packet.bytes(&[0]).number(A).number(IN).finish();
        let root = labels(Packet::header(9, 0, 1));
        let dotted = labels(Packet::header(9, 0, 1).label(b"a.x"));
        let said = |query: &[u8], code: u16| {
            let mut reply = query.to_vec();
            reply[2..4].copy_from_slice(&(QR | code).to_be_bytes());
            check(&zone(), &Query::read(query).unwrap(), &reply).map_err(|fault| fault.what)
        };
        for code in [FORMERR, NXDOMAIN, REFUSED] {
            assert_eq!(said(&root, code), Ok(()));
            assert_eq!(said(&dotted, code), Ok(()));
        }
        assert_eq!(said(&root, NOERROR), Ok(()));
        let why = "has RCODE 0 (NOERROR), and not 3 (NXDOMAIN)".to_owned();
        assert_eq!(said(&dotted, NOERROR), Err(why));
    }

    #[test]
    fn the_spelling_of_the_question_counts() {
        let query = Query::read(&Packet::query(9, "A.x", A).finish()).unwrap();
        let reply = reply("a.x", A, QR | AA, &[FIRST, SECOND]);
        assert_eq!(
            check(&zone(), &query, &reply).unwrap_err().what,
            "does not repeat the question byte by byte"
        );
    }

    #[test]
    fn only_a_refusal_is_right_for_what_is_no_query() {
        let answer = |flags: u16| Packet::header(7, flags, 0).finish();
        for code in [1, 4, 5] {
            assert_eq!(refusal_fault(&answer(QR | code)), None);
        }
        assert!(refusal_fault(&answer(1)).is_some());
        assert!(refusal_fault(&answer(QR)).is_some());
        assert!(refusal_fault(&answer(QR | 3)).is_some());
        assert!(refusal_fault(&answer(QR | 1)[..11]).is_some());
    }
}
