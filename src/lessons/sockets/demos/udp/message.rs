//! DNS messages: questions, the answers of a server with a zone of two records, and every byte of
//! both explained; see RFC 1035, sections 3.2 and 4.

/// The flags, from the left, with their bit and name.
const FLAGS: [(u16, &str); 5] = [
    (0x8000, "QR"),
    (0x0400, "AA"),
    (0x0200, "TC"),
    (0x0100, "RD"),
    (0x0080, "RA"),
];

/// Bytes of a header.
const HEADER: usize = 12;

/// What a message over UDP may have at most, without EDNS.
const MOST: usize = 512;

/// The two bits that make a length a pointer.
const POINTER: u8 = 0xc0;

/// RCODE of a name that does not exist.
const NXDOMAIN: u16 = 3;

/// Class IN.
const INTERNET: u16 = 1;

/// The address of the zone's one A record; see RFC 5737.
const ADDRESS: [u8; 4] = [192, 0, 2, 7];

/// The longest string of a TXT record, and how many of them one of the zone's records has.
const TEXT: (usize, usize) = (255, 3);

/// A type of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    A,
    Aaaa,
    Txt,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Txt => "TXT",
        }
    }

    fn number(self) -> u16 {
        match self {
            Self::A => 1,
            Self::Txt => 16,
            Self::Aaaa => 28,
        }
    }
}

/// A question.
pub(super) fn question(id: u16, name: &str, kind: Kind) -> Vec<u8> {
    // RD: as a client of a resolver asks.
    let mut message = start(id, 0x0100, 0);
    for label in name.split('.') {
        message.push(label.len() as u8);
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(kind.number().to_be_bytes());
    message.extend(INTERNET.to_be_bytes());
    message
}

/// A header, with one question.
fn start(id: u16, flags: u16, answers: u16) -> Vec<u8> {
    [id, flags, 1, answers, 0, 0]
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .collect()
}

/// The data of a record of the zone; `None` if there is no such name, else what it has.
fn records(name: &str, kind: u16) -> Option<Vec<Vec<u8>>> {
    let owned = |of: Kind, data: Vec<u8>| match of.number() == kind {
        true => vec![data],
        false => Vec::new(),
    };
    match name {
        "www.example.test" => Some(owned(Kind::A, ADDRESS.to_vec())),
        "big.example.test" => {
            let text = [vec![TEXT.0 as u8], vec![b'x'; TEXT.0]].concat();
            Some(owned(Kind::Txt, text.repeat(TEXT.1)))
        }
        // There are names below it, so it exists.
        "example.test" => Some(Vec::new()),
        _ => None,
    }
}

/// The answer to a question; `None` if it cannot be read.
pub(super) fn reply(question: &[u8]) -> Option<Vec<u8>> {
    let asked = header(question)?;
    let (name, end) = name_at(question, HEADER)?;
    let kind = word(question, end)?;
    let found = records(&name.to_ascii_lowercase(), kind);
    let rcode = if found.is_some() { 0 } else { NXDOMAIN };
    let found = found.unwrap_or_default();
    // QR and AA; RD as in the question.
    let flags = 0x8400 | (asked.flags & 0x0100) | rcode;
    let mut message = start(asked.id, flags, found.len() as u16);
    message.extend(question.get(HEADER..end + 4)?);
    for data in &found {
        message.extend([POINTER, HEADER as u8]);
        message.extend(kind.to_be_bytes());
        message.extend(INTERNET.to_be_bytes());
        message.extend(300_u32.to_be_bytes());
        message.extend((data.len() as u16).to_be_bytes());
        message.extend(data);
    }
    if message.len() > MOST {
        let mut cut = start(asked.id, flags | 0x0200, 0);
        cut.extend(question.get(HEADER..end + 4)?);
        return Some(cut);
    }
    Some(message)
}

/// What a header says.
pub(super) struct Header {
    pub(super) id: u16,
    flags: u16,
    questions: u16,
    pub(super) answers: u16,
}

impl Header {
    /// The flags that are set.
    pub(super) fn flag_names(&self) -> String {
        let set = FLAGS.iter().filter(|(bit, _)| self.flags & bit != 0);
        set.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn rcode_name(&self) -> &'static str {
        match self.flags & 0xf {
            0 => "NOERROR",
            1 => "FORMERR",
            NXDOMAIN => "NXDOMAIN",
            4 => "NOTIMP",
            _ => "another",
        }
    }
}

/// The header of a message that has one.
pub(super) fn header(message: &[u8]) -> Option<Header> {
    message.get(..HEADER)?;
    Some(Header {
        id: word(message, 0)?,
        flags: word(message, 2)?,
        questions: word(message, 4)?,
        answers: word(message, 6)?,
    })
}

/// Two bytes, most significant first.
fn word(message: &[u8], at: usize) -> Option<u16> {
    let bytes = message.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

/// The name at an offset, with dots, and where what follows it begins.
fn name_at(message: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut labels = Vec::new();
    // Each part begins before the one that led to it, so this ends.
    let mut part = at;
    let mut end = None;
    loop {
        let length = *message.get(at)?;
        if length & POINTER == POINTER {
            let target = usize::from(word(message, at)? & 0x3fff);
            if target >= part {
                return None;
            }
            end = end.or(Some(at + 2));
            (at, part) = (target, target);
        } else if length == 0 {
            return Some((labels.join("."), end.unwrap_or(at + 1)));
        } else {
            let label = message.get(at + 1..at + 1 + usize::from(length))?;
            labels.push(String::from_utf8_lossy(label).into_owned());
            at += 1 + usize::from(length);
        }
    }
}

/// Some bytes of a message, and what they mean.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    pub(super) meaning: String,
}

/// All bytes of a message, part by part; `None` if it is malformed.
pub(super) fn dissect(message: &[u8]) -> Option<Vec<Part>> {
    let mut parts = Parts {
        message,
        at: 0,
        found: Vec::new(),
    };
    let header = header(message)?;
    parts.take(2, "number of the question".to_owned())?;
    let flags = format!(
        "flags: {}; RCODE {}",
        header.flag_names(),
        header.rcode_name()
    );
    parts.take(2, flags)?;
    parts.take(
        4,
        format!(
            "questions: {}, answers: {}",
            header.questions, header.answers
        ),
    )?;
    parts.take(4, "no authority records, no additional ones".to_owned())?;
    for _ in 0..header.questions {
        parts.name()?;
        parts.take(2, format!("type {}", kind_name(word(message, parts.at)?)))?;
        parts.take(2, "class IN".to_owned())?;
    }
    for _ in 0..header.answers {
        parts.name()?;
        let kind = word(message, parts.at)?;
        parts.take(2, format!("type {}", kind_name(kind)))?;
        parts.take(2, "class IN".to_owned())?;
        let ttl =
            u32::from(word(message, parts.at)?) << 16 | u32::from(word(message, parts.at + 2)?);
        parts.take(4, format!("may be kept for {ttl} seconds"))?;
        let length = word(message, parts.at)?;
        parts.take(2, format!("{length} bytes of data"))?;
        let data = message.get(parts.at..parts.at + usize::from(length))?;
        let meaning = match data {
            [a, b, c, d] if kind == Kind::A.number() => format!("{a}.{b}.{c}.{d}"),
            _ => "data".to_owned(),
        };
        parts.take(usize::from(length), meaning)?;
    }
    (parts.at == message.len()).then_some(parts.found)
}

/// A type by its number.
fn kind_name(number: u16) -> String {
    [Kind::A, Kind::Aaaa, Kind::Txt]
        .into_iter()
        .find(|kind| kind.number() == number)
        .map_or_else(|| number.to_string(), |kind| kind.name().to_owned())
}

/// A message that is being taken apart.
struct Parts<'a> {
    message: &'a [u8],
    at: usize,
    found: Vec<Part>,
}

impl Parts<'_> {
    /// The next bytes.
    fn take(&mut self, count: usize, meaning: String) -> Option<()> {
        let bytes = self.message.get(self.at..self.at + count)?.to_vec();
        self.at += count;
        self.found.push(Part { bytes, meaning });
        Some(())
    }

    /// The labels of a name, or the pointer in place of them.
    fn name(&mut self) -> Option<()> {
        loop {
            let length = *self.message.get(self.at)?;
            if length & POINTER == POINTER {
                let offset = word(self.message, self.at)? & 0x3fff;
                let (name, _) = name_at(self.message, self.at)?;
                return self.take(2, format!("the name at offset {offset}: {name}"));
            }
            if length == 0 {
                return self.take(1, "the root: the name ends".to_owned());
            }
            let start = self.at + 1;
            let label = self.message.get(start..start + usize::from(length))?;
            let text = format!(
                "\"{}\"",
                crate::ui::visible(&String::from_utf8_lossy(label))
            );
            self.take(1 + usize::from(length), text)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_meaning() {
        let answer = reply(&question(7, "Www.example.test", Kind::A)).unwrap();
        let parts = dissect(&answer).unwrap();
        let bytes: Vec<u8> = parts.iter().flat_map(|part| part.bytes.clone()).collect();
        assert_eq!(bytes, answer);
        let meanings: Vec<&str> = parts.iter().map(|part| part.meaning.as_str()).collect();
        assert!(meanings.contains(&"\"Www\""), "{meanings:?}");
        assert!(
            meanings.contains(&"the name at offset 12: Www.example.test"),
            "{meanings:?}"
        );
        assert_eq!(meanings.last(), Some(&"192.0.2.7"));
    }

    #[test]
    fn another_implementation_reads_it_the_same() {
        use hickory_proto::op::{Message, ResponseCode};
        let message = Message::from_vec(&reply(&question(7, "www.example.test", Kind::A)).unwrap());
        let message = message.unwrap();
        assert!(message.authoritative() && message.id() == 7);
        assert_eq!(
            message.answers()[0].to_string(),
            "www.example.test. 300 IN A 192.0.2.7"
        );
        let message = reply(&question(7, "x.example.test", Kind::A)).unwrap();
        let message = Message::from_vec(&message).unwrap();
        assert_eq!(message.response_code(), ResponseCode::NXDomain);
        let message = reply(&question(7, "big.example.test", Kind::Txt)).unwrap();
        assert!(Message::from_vec(&message).unwrap().truncated());
    }

    #[test]
    fn malformed_messages_are_nothing() {
        assert_eq!(dissect(&[0; 5]), None);
        assert_eq!(reply(&[0; 12]), None);
        // A label, then a pointer to it.
        assert_eq!(name_at(&[1, b'a', 0xc0, 0], 0), None);
        assert_eq!(name_at(&[0xc0, 0], 0), None);
        assert_eq!(name_at(&[5, b'a'], 0), None);
        let mut cut = reply(&question(7, "www.example.test", Kind::A)).unwrap();
        cut.pop();
        assert_eq!(dissect(&cut), None);
    }
}
