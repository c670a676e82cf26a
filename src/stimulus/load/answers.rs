//! Answers in what comes from a server: where each ends, and what it says.

use std::mem::MaybeUninit;

use httparse::{Header, Response, Status};

use crate::model::load::LoadError;

/// The longest head that is read, bytes.
const LONGEST_HEAD: usize = 64 * 1024;

/// The longest line that says how long a chunk is, extensions included.
const LONGEST_LINE: usize = 1024;

/// Header fields that an answer may have.
const MOST_FIELDS: usize = 100;

/// How much of the answers to come has been read on a connection.
#[derive(Debug, Default)]
pub(super) enum Reader {
    /// Nothing of the next.
    #[default]
    Between,
    /// A part of its head.
    Head(Vec<u8>),
    /// All but so many bytes.
    Body(u64),
    /// The body comes in chunks (RFC 9112, 7.1).
    Chunks(Chunk),
    /// The body ends with the connection.
    ToTheEnd,
    /// So many bytes of what comes back.
    Echo(usize),
}

/// Where in a body that comes in chunks.
#[derive(Debug)]
pub(super) enum Chunk {
    /// In the line that says how long the chunk is.
    Size(Vec<u8>),
    /// So many bytes, with the line's end, before the next chunk.
    Data(u64),
    /// In the trailer, after so many bytes of a line.
    Trailer(usize),
}

/// A head that has been read; that of the next answer is likely to be the same.
#[derive(Debug, Default)]
pub(super) struct Known {
    head: Vec<u8>,
    meaning: Meaning,
}

#[derive(Clone, Copy, Debug, Default)]
struct Meaning {
    status: u16,
    body: Body,
    is_kept: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Body {
    #[default]
    None,
    Length(u64),
    Chunks,
    ToTheEnd,
}

/// What was found in some bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Answers that are whole now.
    pub(super) whole: u32,
    /// Those of them that say that something is wrong: their status.
    pub(super) bad: Vec<u16>,
    /// Whether the server ends the connection after the last of them.
    pub(super) is_last: bool,
}

impl Reader {
    /// Reads bytes of HTTP.
    pub(super) fn http(&mut self, mut bytes: &[u8], known: &mut Known) -> Result<Found, LoadError> {
        let mut found = Found::default();
        // What the answer under way says is told when it is whole; but a bad one is counted when
        // its head is read, and loses nothing by that.
        while !bytes.is_empty() && !found.is_last {
            match self {
                Self::Between => {
                    let Some(length) = known.begins(bytes) else {
                        *self = Self::Head(Vec::new());
                        continue;
                    };
                    bytes = &bytes[length..];
                    self.begin(known.meaning, &mut found);
                }
                Self::Head(head) => {
                    let before = head.len();
                    head.extend_from_slice(bytes);
                    match parsed(head)? {
                        None => bytes = &[],
                        Some((length, meaning)) => {
                            head.truncate(length);
                            bytes = &bytes[length - before..];
                            known.head = std::mem::take(head);
                            known.meaning = meaning;
                            self.begin(meaning, &mut found);
                        }
                    }
                }
                Self::Body(left) => {
                    let taken = bytes
                        .len()
                        .min(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= taken as u64;
                    bytes = &bytes[taken..];
                    if *left == 0 {
                        self.end(known, &mut found);
                    }
                }
                Self::Chunks(chunk) => {
                    if chunk.read(&mut bytes)? {
                        self.end(known, &mut found);
                    }
                }
                Self::ToTheEnd => bytes = &[],
                Self::Echo(_) => return Err(LoadError::Malformed),
            }
        }
        match bytes.is_empty() {
            true => Ok(found),
            false => Err(LoadError::Unasked),
        }
    }

    /// A head has been read.
    fn begin(&mut self, meaning: Meaning, found: &mut Found) {
        if meaning.status >= 400 {
            found.bad.push(meaning.status);
        }
        *self = match meaning.body {
            // 100 Continue and the like are followed by the answer proper (RFC 9110, 15.2).
            Body::None if (100..200).contains(&meaning.status) => Self::Between,
            Body::None | Body::Length(0) => {
                found.whole += 1;
                found.is_last |= !meaning.is_kept;
                Self::Between
            }
            Body::Length(length) => Self::Body(length),
            Body::Chunks => Self::Chunks(Chunk::Size(Vec::new())),
            Body::ToTheEnd => Self::ToTheEnd,
        };
    }

    fn end(&mut self, known: &Known, found: &mut Found) {
        found.whole += 1;
        found.is_last |= !known.meaning.is_kept;
        *self = Self::Between;
    }

    /// The server has ended the connection; says whether that was the end of an answer.
    pub(super) fn closed(&self) -> bool {
        matches!(self, Self::ToTheEnd)
    }

    /// Reads bytes that should be those of `message`, again and again.
    pub(super) fn echo(&mut self, mut bytes: &[u8], message: &[u8]) -> Result<Found, LoadError> {
        let mut at = match self {
            Self::Echo(at) => *at,
            _ => 0,
        };
        let mut found = Found::default();
        while !bytes.is_empty() {
            let taken = bytes.len().min(message.len() - at);
            if bytes[..taken] != message[at..at + taken] {
                return Err(LoadError::Wrong);
            }
            bytes = &bytes[taken..];
            at += taken;
            if at == message.len() {
                at = 0;
                found.whole += 1;
            }
        }
        *self = Self::Echo(at);
        Ok(found)
    }
}

impl Known {
    /// The length of the head, if the bytes begin with the one that is known.
    fn begins(&self, bytes: &[u8]) -> Option<usize> {
        (!self.head.is_empty() && bytes.starts_with(&self.head)).then_some(self.head.len())
    }
}

/// The length of a head and what it says; `None` if it is not whole.
fn parsed(bytes: &[u8]) -> Result<Option<(usize, Meaning)>, LoadError> {
    let mut fields = [const { MaybeUninit::<Header<'_>>::uninit() }; MOST_FIELDS];
    let mut response = Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let length = match config.parse_response_with_uninit_headers(&mut response, bytes, &mut fields)
    {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) if bytes.len() < LONGEST_HEAD => return Ok(None),
        _ => return Err(LoadError::Malformed),
    };
    let status = response.code.unwrap_or_default();
    let mut is_kept = response.version == Some(1);
    let mut body = match status {
        // They never have one (RFC 9112, 6.3).
        100..200 | 204 | 304 => Body::None,
        _ => Body::ToTheEnd,
    };
    for field in response.headers.iter() {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        let value = field.value.trim_ascii();
        if is("connection") {
            for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                if option.eq_ignore_ascii_case(b"close") {
                    is_kept = false;
                } else if option.eq_ignore_ascii_case(b"keep-alive") {
                    is_kept = true;
                }
            }
        } else if is("transfer-encoding") && !matches!(body, Body::None) {
            body = match value.to_ascii_lowercase().ends_with(b"chunked") {
                true => Body::Chunks,
                false => Body::ToTheEnd,
            };
        } else if is("content-length") && matches!(body, Body::ToTheEnd) {
            let length = std::str::from_utf8(value).ok();
            let length = length.and_then(|length| length.parse().ok());
            body = Body::Length(length.ok_or(LoadError::Malformed)?);
        }
    }
    let meaning = Meaning {
        status,
        body,
        is_kept: is_kept && !matches!(body, Body::ToTheEnd),
    };
    Ok(Some((length, meaning)))
}

impl Chunk {
    /// Reads on; says whether the body is whole.
    fn read(&mut self, bytes: &mut &[u8]) -> Result<bool, LoadError> {
        match self {
            Self::Size(line) => {
                let end = bytes.iter().position(|byte| *byte == b'\n');
                let taken = end.map_or(bytes.len(), |end| end + 1);
                line.extend_from_slice(&bytes[..taken]);
                *bytes = &bytes[taken..];
                if line.len() > LONGEST_LINE {
                    return Err(LoadError::Malformed);
                }
                if end.is_some() {
                    let line = line.split(|byte| matches!(byte, b';' | b'\r' | b'\n'));
                    let digits = line.into_iter().next().unwrap_or_default().trim_ascii();
                    let digits = std::str::from_utf8(digits).ok();
                    let size = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
                    *self = match size.ok_or(LoadError::Malformed)? {
                        0 => Self::Trailer(0),
                        // Each ends with CR LF.
                        size => Self::Data(size.saturating_add(2)),
                    };
                }
            }
            Self::Data(left) => {
                let taken = bytes
                    .len()
                    .min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= taken as u64;
                *bytes = &bytes[taken..];
                if *left == 0 {
                    *self = Self::Size(Vec::new());
                }
            }
            Self::Trailer(length) => {
                // It ends with an empty line.
                for (at, byte) in bytes.iter().enumerate() {
                    match byte {
                        b'\n' if *length == 0 => {
                            *bytes = &bytes[at + 1..];
                            return Ok(true);
                        }
                        b'\n' => *length = 0,
                        b'\r' => {}
                        _ => *length += 1,
                    }
                }
                *bytes = &[];
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a text that comes in pieces of every length.
    fn http(text: &str) -> Result<Found, LoadError> {
        let all = |length: usize| {
            let (mut reader, mut known) = (Reader::default(), Known::default());
            let mut sum = Found::default();
            for piece in text.as_bytes().chunks(length) {
                let found = reader.http(piece, &mut known)?;
                sum.whole += found.whole;
                sum.bad.extend(found.bad);
                sum.is_last |= found.is_last;
            }
            Ok(sum)
        };
        let whole = all(text.len());
        for length in 1..text.len() {
            assert_eq!(all(length), whole, "in pieces of {length}");
        }
        whole
    }

    fn found(whole: u32, bad: &[u16], is_last: bool) -> Result<Found, LoadError> {
        let bad = bad.to_vec();
        Ok(Found {
            whole,
            bad,
            is_last,
        })
    }

    #[test]
    fn answers_end_where_they_say() {
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        let none = "HTTP/1.1 204 No Content\r\n\r\n";
        let bad = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nConnection: close\r\n\r\n";
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n\
                       3;x=y\r\nabc\r\n1F\r\n0123456789012345678901234567890\r\n0\r\nA: b\r\n\r\n";
        let to_be_continued = "HTTP/1.1 100 Continue\r\n\r\n";
        assert_eq!(http(&format!("{ok}{ok}{none}{ok}")), found(4, &[], false));
        assert_eq!(
            http(&format!("{chunked}{ok}{chunked}")),
            found(3, &[], false)
        );
        assert_eq!(
            http(&format!("{to_be_continued}{ok}")),
            found(1, &[], false)
        );
        assert_eq!(http(&format!("{ok}{bad}")), found(2, &[404], true));
        assert_eq!(
            http("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na"),
            found(1, &[], true)
        );
        assert_eq!(http("nonsense"), Err(LoadError::Malformed));
    }

    #[test]
    fn an_answer_without_a_length_ends_with_the_connection() {
        let (mut reader, mut known) = (Reader::default(), Known::default());
        assert!(!reader.closed());
        let found = reader.http(b"HTTP/1.1 200 OK\r\n\r\nall of it", &mut known);
        assert_eq!(found, Ok(Found::default()));
        assert!(reader.closed());
    }

    #[test]
    fn echo_is_compared_byte_by_byte() {
        let mut reader = Reader::default();
        assert_eq!(reader.echo(b"abcab", b"abc").unwrap().whole, 1);
        assert_eq!(reader.echo(b"cabca", b"abc").unwrap().whole, 2);
        assert_eq!(reader.echo(b"a", b"abc"), Err(LoadError::Wrong));
    }
}
