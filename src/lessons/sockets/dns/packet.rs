//! Queries, byte by byte; RFC 1035, section 4.

/// Class IN.
pub(super) const IN: u16 = 1;

/// Bytes of a header.
pub(super) const HEADER: usize = 12;

/// The first bit of the flags: an answer.
pub(super) const QR: u16 = 0x8000;

/// Bits of the flags that a query may have set, and that change nothing: that recursion is wished
/// for, and what whoever asks knows of signatures; RFC 1035, 4.1.1, and RFC 6840, 5.7 and 5.9.
pub(super) const RD: u16 = 0x0100;
pub(super) const AD: u16 = 0x0020;
pub(super) const CD: u16 = 0x0010;

/// OPT, the type of a record that is none; RFC 6891, 6.1.
const OPT: u16 = 41;

/// Bytes of an OPT record without options.
const OPT_LEN: usize = 11;

/// A packet under construction.
#[derive(Clone, Debug)]
pub(super) struct Packet(Vec<u8>);

impl Packet {
    /// A header with this id, these flags, and so many questions; nothing else.
    pub(super) fn header(id: u16, flags: u16, questions: u16) -> Self {
        Self(Vec::new())
            .number(id)
            .number(flags)
            .number(questions)
            .number(0)
            .number(0)
            .number(0)
    }

    /// A query of class IN.
    pub(super) fn query(id: u16, name: &str, kind: u16) -> Self {
        Self::header(id, 0, 1).question(name, kind)
    }

    /// Followed by a question of class IN.
    pub(super) fn question(self, name: &str, kind: u16) -> Self {
        self.labels(name).bytes(&[0]).number(kind).number(IN)
    }

    /// Followed by one label, whatever is in it.
    pub(super) fn label(self, label: &[u8]) -> Self {
        self.bytes(&[label.len() as u8]).bytes(label)
    }

    /// With these flags.
    pub(super) fn with_flags(mut self, flags: u16) -> Self {
        self.0[2..4].copy_from_slice(&flags.to_be_bytes());
        self
    }

    /// Followed by the labels of a name, without its end.
    pub(super) fn labels(self, name: &str) -> Self {
        name.split('.')
            .fold(self, |packet, label| packet.label(label.as_bytes()))
    }

    /// Followed by a number of 16 bits.
    pub(super) fn number(self, number: u16) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    /// Followed by these.
    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// With an OPT record behind it: who asks can take so many bytes.
    pub(super) fn with_edns(mut self, size: u16) -> Self {
        self.0[11] += 1;
        self.bytes(&[0])
            .number(OPT)
            .number(size)
            .bytes(&[0; OPT_LEN - 5])
    }

    /// Its bytes.
    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// The id at the beginning of a packet, if it is so long.
pub(super) fn id(packet: &[u8]) -> Option<u16> {
    number(packet, 0)
}

/// The number of 16 bits at this place.
pub(super) fn number(packet: &[u8], at: usize) -> Option<u16> {
    let bytes = packet.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// A query of ours that is well-formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    /// Its id.
    pub(super) id: u16,
    /// The name as it is spelled, without the dot at its end, but for that of the root; a dot or a
    /// NUL in a label as zone files have it: RFC 1035, 5.1.
    pub(super) name: String,
    /// What type is asked for.
    pub(super) kind: u16,
    /// Of which class.
    pub(super) class: u16,
    /// The question, as it stands in the packet.
    pub(super) question: Vec<u8>,
    /// How many bytes whoever asks can take, if that is said.
    pub(super) size: Option<u16>,
}

impl Query {
    /// Takes a packet apart; `None` if it is no query of one question, or more than our own ones.
    pub(super) fn read(packet: &[u8]) -> Option<Self> {
        let is_query = number(packet, 2)? & !(RD | AD | CD) == 0 && number(packet, 4)? == 1;
        let (mut labels, mut at): (Vec<String>, _) = (Vec::new(), HEADER);
        loop {
            let length = usize::from(*packet.get(at)?);
            at += 1;
            match length {
                0 => break,
                1..64 => {
                    let label = std::str::from_utf8(packet.get(at..at + length)?).ok()?;
                    labels.push(label.replace('.', "\\.").replace('\0', "\\000"));
                }
                _ => return None,
            }
            at += length;
        }
        let question = packet.get(HEADER..at + 4)?.to_vec();
        let rest = packet.get(at + 4..)?;
        let size = match (number(packet, 10)?, rest.len()) {
            (0, 0) => None,
            (1, OPT_LEN) => Some(number(rest, 3)?),
            _ => return None,
        };
        is_query.then_some(Self {
            id: id(packet)?,
            name: match labels.is_empty() {
                true => ".".to_owned(),
                false => labels.join("."),
            },
            kind: number(packet, at)?,
            class: number(packet, at + 2)?,
            question,
            size,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_what_the_standard_says() {
        let packet = Packet::query(0x1234, "Host.example", 28).finish();
        assert_eq!(
            packet,
            b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x04Host\x07example\0\0\x1c\0\x01"
        );
        let query = Query::read(&packet).unwrap();
        assert_eq!((query.id, query.kind, query.class), (0x1234, 28, IN));
        assert_eq!((query.name.as_str(), query.size), ("Host.example", None));
        assert_eq!(query.question, packet[12..]);
        let packet = Packet::query(1, "a", 1).with_edns(1232).finish();
        assert_eq!(Query::read(&packet).unwrap().size, Some(1232));
        assert_eq!(
            packet[11..],
            b"\x01\x01a\0\0\x01\0\x01\0\0\x29\x04\xd0\0\0\0\0\0\0"[..]
        );
    }

    #[test]
    fn names_of_no_zone_are_told_from_others() {
        let name = |packet: Packet| {
            let packet = packet.bytes(&[0]).number(1).number(IN).finish();
            Query::read(&packet).unwrap().name
        };
        let start = || Packet::header(1, RD | CD, 1);
        assert_eq!(name(start()), ".");
        assert_eq!(name(start().labels("a.x")), "a.x");
        assert_eq!(name(start().label(b"a.x")), "a\\.x");
        assert_eq!(name(start().label(b"a\0b").label(b"x")), "a\\000b.x");
    }

    #[test]
    fn what_is_no_query_is_none() {
        let whole = Packet::query(7, "a.example", 1).finish();
        for end in 0..whole.len() {
            assert_eq!(Query::read(&whole[..end]), None);
        }
        let answer = Packet::header(7, QR, 1).question("a", 1).finish();
        assert_eq!(Query::read(&answer), None);
        let two = Packet::header(7, 0, 2).question("a", 1).question("b", 1);
        assert_eq!(Query::read(&two.finish()), None);
    }
}
