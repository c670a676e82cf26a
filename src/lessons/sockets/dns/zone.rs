//! A zone, and what the right answer to a question about it is.
//!
//! The handout has the format. This reads what the experiments have written, so that judges know
//! what a submission had to make of it; of a bad line it gives the number.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Types of records; RFC 1035, 3.2.2, and RFC 3596.
pub(super) const A: u16 = 1;
pub(super) const CNAME: u16 = 5;
pub(super) const TXT: u16 = 16;
pub(super) const AAAA: u16 = 28;

/// The most bytes of a label, and of a name as it is sent; RFC 1035, 2.3.4.
const LABEL_MAX: usize = 63;
const NAME_MAX: usize = 255;

/// The most bytes of one string of a TXT record.
const STRING_MAX: usize = 255;

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Data {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// A name: small letters, without the dot at its end.
    Cname(String),
    /// A string.
    Txt(Vec<u8>),
    /// A type that no zone of ours has, or a TXT record of several strings.
    Other(String),
}

impl Data {
    /// The type; 0 of one that no zone has.
    pub(super) fn kind(&self) -> u16 {
        match self {
            Self::A(_) => A,
            Self::Aaaa(_) => AAAA,
            Self::Cname(_) => CNAME,
            Self::Txt(_) => TXT,
            Self::Other(_) => 0,
        }
    }

    /// Bytes in a packet, names in full.
    fn len(&self) -> usize {
        match self {
            Self::A(_) => 4,
            Self::Aaaa(_) => 16,
            Self::Cname(name) => name.len() + 2,
            Self::Txt(string) => string.len() + 1,
            Self::Other(_) => 0,
        }
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    /// Its name: small letters, without the dot at its end.
    pub(super) name: String,
    /// What it holds.
    pub(super) data: Data,
}

impl Record {
    /// Bytes in a packet, names in full: name, type, class, TTL, length, data.
    pub(super) fn len(&self) -> usize {
        self.name.len() + 2 + 10 + self.data.len()
    }
}

/// A zone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Zone {
    names: BTreeMap<String, Vec<Data>>,
}

/// The right answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// These records.
    Records {
        /// CNAMEs, in this order.
        chain: Vec<Record>,
        /// What the chain leads to, in any order.
        end: Vec<Record>,
        /// RCODEs that may be said.
        codes: &'static [u16],
    },
    /// A chain that runs in a circle: there is none.
    None,
}

impl Zone {
    /// Reads a zone.
    ///
    /// # Errors
    /// The number of the first line that cannot be read, from 1.
    pub(super) fn read(text: &[u8]) -> Result<Self, usize> {
        let mut zone = Self::default();
        for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let (name, data) = std::str::from_utf8(line)
                .ok()
                .and_then(record)
                .ok_or(at + 1)?;
            zone.names.entry(name).or_default().push(data);
        }
        Ok(zone)
    }

    /// Whether an alias leads back to itself.
    pub(super) fn has_circle(&self) -> bool {
        self.names
            .keys()
            .any(|name| self.right(name, A) == Right::None)
    }

    /// Whether there are names below this one, as there are below the root.
    fn has_below(&self, name: &str) -> bool {
        let mut names = self.names.keys();
        names.any(|other| match other.strip_suffix(name) {
            Some(rest) => rest.ends_with('.'),
            None => name == ".",
        })
    }

    /// The right answer to a question for this name, however it is spelled, and this type.
    pub(super) fn right(&self, name: &str, kind: u16) -> Right {
        let mut name = name.to_ascii_lowercase();
        let mut chain: Vec<Record> = Vec::new();
        loop {
            let Some(found) = self.names.get(&name) else {
                let is_sure = chain.is_empty() && !self.has_below(&name);
                return Right::Records {
                    codes: if is_sure { &[3] } else { &[3, 0] },
                    chain,
                    end: Vec::new(),
                };
            };
            let alias = found.iter().find_map(|data| match data {
                Data::Cname(target) if kind != CNAME => Some(target.clone()),
                _ => None,
            });
            let record = |data: Data| Record {
                name: name.clone(),
                data,
            };
            let Some(target) = alias else {
                let of_kind = found.iter().filter(|data| data.kind() == kind);
                return Right::Records {
                    end: of_kind.cloned().map(record).collect(),
                    chain,
                    codes: &[0],
                };
            };
            if chain.iter().any(|earlier| earlier.name == name) {
                return Right::None;
            }
            chain.push(record(Data::Cname(target.clone())));
            name = target;
        }
    }
}

/// One line: NAME TYPE VALUE.
fn record(line: &str) -> Option<(String, Data)> {
    const BLANKS: [char; 2] = [' ', '\t'];
    let (owner, rest) = line.split_once(BLANKS)?;
    let (kind, value) = rest.trim_start_matches(BLANKS).split_once(BLANKS)?;
    let value = value.trim_start_matches(BLANKS);
    let data = match kind {
        "A" => Data::A(value.parse().ok()?),
        "AAAA" => Data::Aaaa(value.parse().ok()?),
        "CNAME" => Data::Cname(name(value)?),
        "TXT" if value.len() <= STRING_MAX => Data::Txt(value.as_bytes().to_vec()),
        _ => return None,
    };
    Some((name(owner)?, data))
}

/// A name, with or without the dot at its end.
fn name(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let is_right = text
        .split('.')
        .all(|label| (1..=LABEL_MAX).contains(&label.len()));
    (is_right && text.len() + 2 <= NAME_MAX).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &[u8] = b"# a zone\n\
        a.example   A 192.0.2.1\n\
        A.Example.\tA\t192.0.2.2  \n\
        \n\
        a.example   TXT two  blanks # and this\n\
        b.example   CNAME a.example.\n\
        c.example   CNAME b.example\n\
        d.example   CNAME elsewhere\n\
        e.example   CNAME e.example\n";

    fn told(name: &str, kind: u16) -> String {
        match Zone::read(ZONE).unwrap().right(name, kind) {
            Right::None => "none".to_owned(),
            Right::Records { chain, end, codes } => {
                format!("{} and {}, {codes:?}", chain.len(), end.len())
            }
        }
    }

    #[test]
    fn questions_have_a_right_answer() {
        assert_eq!(told("a.eXample", A), "0 and 2, [0]");
        assert_eq!(told("a.example", AAAA), "0 and 0, [0]");
        assert_eq!(told("no.example", A), "0 and 0, [3]");
        assert_eq!(told("b.example", CNAME), "0 and 1, [0]");
        assert_eq!(told("c.example", TXT), "2 and 1, [0]");
        assert_eq!(told("d.example", A), "1 and 0, [3, 0]");
        assert_eq!(told("example", A), "0 and 0, [3, 0]");
        assert_eq!(told("ample", A), "0 and 0, [3]");
        assert_eq!(told(".", A), "0 and 0, [3, 0]");
        assert_eq!(told("e.example", A), "none");
    }

    #[test]
    fn a_string_is_the_rest_of_its_line() {
        let Right::Records { end, .. } = Zone::read(ZONE).unwrap().right("a.example", TXT) else {
            panic!("there is one");
        };
        assert_eq!(end[0].data, Data::Txt(b"two  blanks # and this".to_vec()));
    }

    #[test]
    fn the_number_of_a_bad_line_counts_every_line() {
        let long = format!("a TXT {}", "x".repeat(256));
        let label = format!("{}.example A 192.0.2.1", "x".repeat(64));
        for bad in [
            "a A",
            "a",
            "a MX mail.example",
            "a A 192.0.2",
            "a A 192.0.2.256",
            "a A 192.0.2.1 more",
            "a AAAA 192.0.2.1",
            "a..b A 192.0.2.1",
            "a CNAME .b",
            &long,
            &label,
        ] {
            let text = format!("# one\n\nx.example A 192.0.2.9\n{bad}\n");
            assert_eq!(Zone::read(text.as_bytes()), Err(4), "{bad}");
        }
    }
}
