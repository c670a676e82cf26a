//! Whether all that comes is what it should be, without keeping it.

use super::bytes::Script;
use crate::model::clients::Payload;

/// Compares what comes on a connection with several payloads, one behind the other.
#[derive(Debug)]
pub(super) struct Stream {
    parts: Vec<Script>,
    /// The part that comes next.
    at: usize,
    /// Bytes of it that have come.
    within: u64,
    /// Bytes that have come in all.
    came: u64,
}

impl Stream {
    /// Expects these.
    pub(super) fn new(expected: &[Payload]) -> Self {
        let parts = expected.iter().map(|payload| {
            let mut script = Script::default();
            script.push(payload);
            script
        });
        Self {
            parts: parts.collect(),
            at: 0,
            within: 0,
            came: 0,
        }
    }

    /// Takes what has come next; where it differs first, counted from the connection's beginning.
    pub(super) fn take(&mut self, mut data: &[u8]) -> Option<u64> {
        let mut differs = None;
        while !data.is_empty() {
            let Some(part) = self.parts.get(self.at) else {
                // More than all.
                let more = self.came;
                self.came += data.len() as u64;
                return differs.or(Some(more));
            };
            let left = part.end() - self.within;
            let len = left.min(data.len() as u64) as usize;
            let (now, later) = data.split_at(len);
            let found = part.first_difference(0, self.within, now);
            differs = differs.or(found.map(|at| self.came + (at - self.within)));
            self.within += len as u64;
            self.came += len as u64;
            if self.within == part.end() {
                self.at += 1;
                self.within = 0;
            }
            data = later;
        }
        differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_difference(pieces: &[&[u8]]) -> Option<u64> {
        let nothing = Payload::Bytes(Vec::new());
        let mut stream = Stream::new(&[
            Payload::Bytes(b"OK 4\n".to_vec()),
            Payload::Repeated {
                bytes: vec![0],
                times: 4,
            },
            nothing,
            Payload::Bytes(b"end".to_vec()),
        ]);
        let mut taken = pieces.iter().map(|piece| stream.take(piece));
        taken.find_map(|differs| differs)
    }

    #[test]
    fn the_parts_are_compared_wherever_the_pieces_end() {
        let whole = b"OK 4\n\0\0\0\0end";
        assert_eq!(first_difference(&[whole]), None);
        for cut in 0..whole.len() {
            let (first, second) = whole.split_at(cut);
            assert_eq!(first_difference(&[first, second]), None);
            let mut wrong = whole.to_vec();
            wrong[cut] ^= 1;
            assert_eq!(first_difference(&[&wrong]), Some(cut as u64));
        }
        assert_eq!(first_difference(&[whole, b"!"]), Some(12));
        assert_eq!(first_difference(&[b"OK 4\n\0\0\0\0end!!"]), Some(12));
    }

    #[test]
    fn each_part_of_noise_is_as_if_it_were_alone() {
        let noise = Payload::Noise { len: 20, seed: 3 };
        let mut script = Script::default();
        script.push(&noise);
        let mut bytes = vec![0; 20];
        script.fill(0, 0, &mut bytes);
        let mut stream = Stream::new(&[Payload::Bytes(b"abc".to_vec()), noise]);
        assert_eq!(stream.take(b"abc"), None);
        assert_eq!(stream.take(&bytes), None);
    }
}
