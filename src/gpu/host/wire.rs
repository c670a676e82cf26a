//! Requests of the library, as bytes: a length, a kind, and the rest, little-endian; the answer is a
//! length, an error, and the rest. Whatever comes is hostile.

use std::io::{self, Read};

/// A request is not longer: PTX is the longest that travels in one piece.
const LONGEST: u32 = 16 << 20;

/// The kinds of requests; `library/library.h` has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Hello,
    Call,
    Failed,
    Alloc,
    Free,
    Write,
    Read,
    Fill,
    Copy,
    Load,
    Unload,
    Function,
    Global,
    Launch,
    Made,
    Gone,
    Waited,
    Held,
}

/// Every kind, by its number less one.
const KINDS: [Kind; 18] = [
    Kind::Hello,
    Kind::Call,
    Kind::Failed,
    Kind::Alloc,
    Kind::Free,
    Kind::Write,
    Kind::Read,
    Kind::Fill,
    Kind::Copy,
    Kind::Load,
    Kind::Unload,
    Kind::Function,
    Kind::Global,
    Kind::Launch,
    Kind::Made,
    Kind::Gone,
    Kind::Waited,
    Kind::Held,
];

/// What is wrong with a request.
#[derive(Debug, thiserror::Error)]
pub(super) enum Malformed {
    #[error("a request of {0} bytes")]
    Length(u32),
    #[error("a request of kind {0}")]
    Kind(u32),
    #[error("a request of {0:?} that ends too early")]
    Short(Kind),
    #[error("a request of {0:?} with text that is none")]
    Text(Kind),
    #[error("a request of {0:?} that says too much")]
    Long(Kind),
    #[error("the connection is broken: {0}")]
    Connection(#[from] io::Error),
}

/// A request, being read.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) kind: Kind,
    bytes: Vec<u8>,
    at: usize,
}

impl Request {
    /// The next request; none if the other end has closed the connection.
    pub(super) fn receive(from: &mut impl Read) -> Result<Option<Self>, Malformed> {
        let mut head = [0; 4];
        match from.read_exact(&mut head) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let len = u32::from_le_bytes(head);
        if !(4..=LONGEST).contains(&len) {
            return Err(Malformed::Length(len));
        }
        from.read_exact(&mut head)?;
        let number = u32::from_le_bytes(head);
        let kind = (number as usize)
            .checked_sub(1)
            .and_then(|at| KINDS.get(at))
            .ok_or(Malformed::Kind(number))?;
        // Memory for what has come, and not for what was announced.
        let mut bytes = Vec::new();
        let rest = u64::from(len) - 4;
        if from.by_ref().take(rest).read_to_end(&mut bytes)? as u64 != rest {
            return Err(Malformed::Short(*kind));
        }
        Ok(Some(Self {
            kind: *kind,
            bytes,
            at: 0,
        }))
    }

    fn take(&mut self, len: usize) -> Result<&[u8], Malformed> {
        let end = self.at.checked_add(len);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        self.at = self.at.saturating_add(len);
        taken.ok_or(Malformed::Short(self.kind))
    }

    pub(super) fn u32(&mut self) -> Result<u32, Malformed> {
        let kind = self.kind;
        let bytes = self.take(4)?.try_into();
        bytes
            .map(u32::from_le_bytes)
            .map_err(|_| Malformed::Short(kind))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Malformed> {
        let kind = self.kind;
        let bytes = self.take(8)?.try_into();
        bytes
            .map(u64::from_le_bytes)
            .map_err(|_| Malformed::Short(kind))
    }

    pub(super) fn flag(&mut self) -> Result<bool, Malformed> {
        Ok(self.u32()? != 0)
    }

    pub(super) fn text(&mut self) -> Result<String, Malformed> {
        let kind = self.kind;
        let len = self.u32()? as usize;
        let bytes = self.take(len)?.to_vec();
        String::from_utf8(bytes).map_err(|_| Malformed::Text(kind))
    }

    /// A name, which is no longer than names are.
    pub(super) fn name(&mut self) -> Result<String, Malformed> {
        const LONGEST_NAME: usize = 4096;
        let name = self.text()?;
        match name.len() > LONGEST_NAME {
            true => Err(Malformed::Long(self.kind)),
            false => Ok(name),
        }
    }

    pub(super) fn bytes(&mut self, len: usize) -> Result<Vec<u8>, Malformed> {
        Ok(self.take(len)?.to_vec())
    }

    pub(super) fn rest(&mut self) -> Vec<u8> {
        let rest = self.bytes.get(self.at..).unwrap_or_default().to_vec();
        self.at = self.bytes.len();
        rest
    }
}

/// An answer, in the making.
#[derive(Debug)]
pub(super) struct Answer(Vec<u8>);

impl Answer {
    /// With this error, or with 0.
    pub(super) fn new(error: i32) -> Self {
        let mut bytes = vec![0; 4];
        bytes.extend(error.to_le_bytes());
        Self(bytes)
    }

    pub(super) fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(super) fn u64(mut self, value: u64) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    /// As it goes over the connection.
    pub(super) fn framed(mut self) -> Vec<u8> {
        let len = u32::try_from(self.0.len() - 4).unwrap_or(u32::MAX);
        self.0[..4].copy_from_slice(&len.to_le_bytes());
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(kind: u32, rest: &[u8]) -> Vec<u8> {
        let mut bytes = (rest.len() as u32 + 4).to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(rest);
        bytes
    }

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let bytes = framed(
            4,
            &[&8_u64.to_le_bytes()[..], &3_u32.to_le_bytes(), b"abc"].concat(),
        );
        let mut request = Request::receive(&mut &bytes[..]).unwrap().unwrap();
        assert_eq!(request.kind, Kind::Alloc);
        assert_eq!(request.u64().unwrap(), 8);
        assert_eq!(request.name().unwrap(), "abc");
        assert!(request.u32().is_err());
    }

    #[test]
    fn hostile_bytes_are_errors() {
        assert!(Request::receive(&mut &b""[..]).unwrap().is_none());
        for bytes in [
            framed(0, b""),
            framed(19, b""),
            framed(u32::MAX, b""),
            vec![3, 0, 0, 0, 1, 0, 0, 0],
            vec![0xff; 64],
            framed(1, b"")[..7].to_vec(),
            vec![0, 0, 0, 1, 2, 0, 0, 0, 1],
        ] {
            assert!(Request::receive(&mut &bytes[..]).is_err(), "{bytes:?}");
        }
        let bytes = framed(2, &[0xff; 8]);
        let mut request = Request::receive(&mut &bytes[..]).unwrap().unwrap();
        assert!(request.text().is_err());
    }
}
