//! What clients send, byte by byte, without keeping it.

use crate::model::clients::Payload;

/// Everything that a client has begun to send, by where in its stream it lies.
#[derive(Debug, Default)]
pub(super) struct Script {
    parts: Vec<(u64, Payload)>,
    end: u64,
}

impl Script {
    /// Puts a payload behind the others.
    pub(super) fn push(&mut self, payload: &Payload) {
        self.parts.push((self.end, payload.clone()));
        self.end += payload.len();
    }

    /// Where the stream ends so far.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Fills the buffer with what client number `client` sends from `offset` on; how many bytes
    /// there are.
    pub(super) fn fill(&self, client: u32, offset: u64, buffer: &mut [u8]) -> usize {
        let at = self.parts.partition_point(|(begin, _)| *begin <= offset);
        let mut filled = 0;
        for (begin, payload) in &self.parts[at.saturating_sub(1)..] {
            let from = offset + filled as u64 - begin;
            let left = payload.len().saturating_sub(from);
            let len = left.min((buffer.len() - filled) as u64) as usize;
            let piece = &mut buffer[filled..filled + len];
            match payload {
                Payload::Bytes(bytes) => {
                    piece.copy_from_slice(&bytes[from as usize..from as usize + len]);
                }
                Payload::Repeated { bytes, .. } if bytes.len() == 1 => piece.fill(bytes[0]),
                Payload::Repeated { bytes, .. } => {
                    let begin = (from % bytes.len().max(1) as u64) as usize;
                    let again = bytes.iter().cycle().skip(begin);
                    piece
                        .iter_mut()
                        .zip(again)
                        .for_each(|(to, byte)| *to = *byte);
                }
                Payload::Noise { seed, .. } => noise(*seed, client, begin + from, piece),
            }
            filled += len;
            if filled == buffer.len() {
                break;
            }
        }
        filled
    }

    /// Where `data`, received at `offset`, first differs from what was sent.
    pub(super) fn first_difference(&self, client: u32, offset: u64, data: &[u8]) -> Option<u64> {
        let mut expected = vec![0; data.len()];
        let len = self.fill(client, offset, &mut expected);
        // Fast, and nearly always the end of it.
        if len == data.len() && data == expected {
            return None;
        }
        let same = data.iter().zip(&expected[..len]);
        let at = same.take_while(|(got, sent)| got == sent).count();
        (at < data.len()).then_some(offset + at as u64)
    }
}

/// Bytes without pattern: eight at a time from splitmix64 (Steele, Lea and Flood, 2014).
fn noise(seed: u64, client: u32, offset: u64, buffer: &mut [u8]) {
    const WORD: u64 = 8;
    let mut at = 0;
    while at < buffer.len() {
        let place = offset + at as u64;
        let word = place / WORD;
        let stream = seed ^ u64::from(client).wrapping_mul(0xd1b5_4a32_d192_ed03);
        let mut mixed = stream.wrapping_add((word + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bytes = (mixed ^ (mixed >> 31)).to_le_bytes();
        let piece = &bytes[(place % WORD) as usize..];
        let len = piece.len().min(buffer.len() - at);
        buffer[at..at + len].copy_from_slice(&piece[..len]);
        at += len;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEN: usize = 118;

    fn script() -> Script {
        let mut script = Script::default();
        script.push(&Payload::Bytes(b"hello ".to_vec()));
        script.push(&Payload::Noise { len: 100, seed: 7 });
        script.push(&Payload::Bytes(b"bye".to_vec()));
        script.push(&Payload::Repeated {
            bytes: b"abc".to_vec(),
            times: 3,
        });
        script
    }

    #[test]
    fn any_piece_is_a_piece_of_the_whole() {
        let script = script();
        let mut whole = vec![0; 200];
        assert_eq!(script.fill(3, 0, &mut whole), LEN);
        assert!(whole.starts_with(b"hello "));
        assert_eq!(&whole[106..LEN], b"byeabcabcabc");
        for offset in 0..LEN {
            for len in [1, 5, 50] {
                let mut piece = vec![0; len];
                let filled = script.fill(3, offset as u64, &mut piece);
                assert_eq!(filled, len.min(LEN - offset));
                assert_eq!(piece[..filled], whole[offset..offset + filled]);
            }
        }
    }

    #[test]
    fn a_difference_is_found_where_it_is() {
        let script = script();
        let mut whole = vec![0; LEN];
        script.fill(3, 0, &mut whole);
        assert_eq!(script.first_difference(3, 0, &whole), None);
        assert_eq!(script.first_difference(4, 0, &whole), Some(6));
        whole[50] ^= 1;
        assert_eq!(script.first_difference(3, 20, &whole[20..]), Some(50));
        // More than was sent.
        assert_eq!(script.first_difference(3, 106, b"byeabcabcabc!"), Some(118));
    }
}
