//! Whether the body of a response is what it should be, without keeping it.

use super::bytes::Script;
use crate::model::clients::Payload;

/// Headers are at most this long.
const HEAD: usize = 64 * 1024;

/// Compares the body of the first HTTP response of a connection with what it should be.
#[derive(Debug)]
pub(super) struct Body {
    script: Script,
    /// What has come of the head.
    head: Vec<u8>,
    /// Where the body begins, counted from the beginning of the connection.
    begins: Option<u64>,
    /// Bytes of it that have come.
    came: u64,
}

impl Body {
    /// Expects this.
    pub(super) fn new(expected: &Payload) -> Self {
        let mut script = Script::default();
        script.push(expected);
        Self {
            script,
            head: Vec::new(),
            begins: None,
            came: 0,
        }
    }

    /// Takes what has come next; where it differs first, counted from the connection's beginning.
    pub(super) fn take(&mut self, data: &[u8]) -> Option<u64> {
        let rest;
        let (begins, data) = match self.begins {
            Some(begins) => (begins, data),
            None => {
                self.head.extend_from_slice(data);
                let end = self.head.windows(4).position(|four| four == b"\r\n\r\n");
                let end = match end {
                    Some(end) => end + 4,
                    // It is no HTTP; whoever looks at it will see that.
                    None if self.head.len() > HEAD => 0,
                    None => return None,
                };
                rest = self.head.split_off(end);
                self.begins = Some(end as u64);
                (end as u64, &rest[..])
            }
        };
        let differs = self.script.first_difference(0, self.came, data);
        self.came += data.len() as u64;
        differs.map(|at| begins + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_difference(pieces: &[&str]) -> Option<u64> {
        let mut body = Body::new(&Payload::Bytes(b"hello".to_vec()));
        let mut taken = pieces.iter().map(|piece| body.take(piece.as_bytes()));
        taken.find_map(|differs| differs)
    }

    #[test]
    fn only_the_body_is_compared() {
        assert_eq!(
            first_difference(&["HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello"]),
            None
        );
        assert_eq!(first_difference(&["H\r\n\r", "\nhel", "lo"]), None);
        assert_eq!(first_difference(&["H\r\n\r", "\nhel", "p"]), Some(8));
        assert_eq!(first_difference(&["H\r\n\r\nhello", "!"]), Some(10));
    }
}
