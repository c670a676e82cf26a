//! Where HTTP/1 responses end in a stream of bytes; RFC 9112, section 6.

/// Finds the ends of responses. It keeps what belongs to the response that has not ended.
#[derive(Debug, Default)]
pub(super) struct Responses {
    buffer: Vec<u8>,
    state: State,
    /// Whole responses so far.
    pub(super) whole: u32,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// A status line and headers.
    #[default]
    Head,
    /// So many bytes of a body.
    Body(u64),
    /// A line with the length of a chunk.
    ChunkHead,
    /// So many bytes of a chunk and the end of its line.
    Chunk(u64),
    /// Lines until an empty one.
    Trailer,
    /// Everything until the connection ends.
    UntilEnd,
    /// What comes cannot be read as HTTP.
    Nonsense,
}

/// Headers are at most this long.
const HEAD: usize = 64 * 1024;

impl Responses {
    /// Takes what has come. `is_to_head`: whether the response with this number, from 0, answers
    /// a HEAD.
    pub(super) fn take(&mut self, data: &[u8], is_to_head: impl Fn(u32) -> bool) {
        self.buffer.extend_from_slice(data);
        while self.step(&is_to_head) {}
    }

    /// The connection has ended.
    pub(super) fn end(&mut self) {
        if self.state == State::UntilEnd {
            self.whole += 1;
            self.state = State::Nonsense;
        }
    }

    fn step(&mut self, is_to_head: &impl Fn(u32) -> bool) -> bool {
        match self.state {
            State::Head => self.head(is_to_head),
            State::Body(left) => match self.skip(left) {
                0 => self.done(),
                left => {
                    self.state = State::Body(left);
                    false
                }
            },
            State::ChunkHead => {
                let Some(line) = self.line() else {
                    return false;
                };
                let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
                let digits = str::from_utf8(digits).unwrap_or_default().trim();
                self.state = match u64::from_str_radix(digits, 16) {
                    Ok(0) => State::Trailer,
                    Ok(len) => State::Chunk(len.saturating_add(2)),
                    Err(_) => State::Nonsense,
                };
                true
            }
            State::Chunk(left) => {
                let left = self.skip(left);
                self.state = match left {
                    0 => State::ChunkHead,
                    left => State::Chunk(left),
                };
                left == 0
            }
            State::Trailer => match self.line() {
                Some(line) if line.is_empty() => self.done(),
                Some(_) => true,
                None => false,
            },
            State::UntilEnd | State::Nonsense => {
                self.buffer.clear();
                false
            }
        }
    }

    fn head(&mut self, is_to_head: &impl Fn(u32) -> bool) -> bool {
        let mut headers = [httparse::EMPTY_HEADER; 100];
        let mut response = httparse::Response::new(&mut headers);
        let len = match response.parse(&self.buffer) {
            Ok(httparse::Status::Complete(len)) => len,
            Ok(httparse::Status::Partial) if self.buffer.len() <= HEAD => return false,
            _ => {
                self.state = State::Nonsense;
                return true;
            }
        };
        let code = response.code.unwrap_or(0);
        let value = |name: &str| {
            response
                .headers
                .iter()
                .find(|header| header.name.eq_ignore_ascii_case(name))
                .map(|header| String::from_utf8_lossy(header.value).trim().to_lowercase())
        };
        let has_no_body = is_to_head(self.whole) || code / 100 == 1 || code == 204 || code == 304;
        self.state = if has_no_body {
            State::Body(0)
        } else if value("transfer-encoding").is_some_and(|coding| coding.ends_with("chunked")) {
            State::ChunkHead
        } else {
            match value("content-length").map(|length| length.parse()) {
                Some(Ok(length)) => State::Body(length),
                Some(Err(_)) => State::Nonsense,
                None => State::UntilEnd,
            }
        };
        self.buffer.drain(..len);
        if code / 100 == 1 {
            // It only announces the response.
            self.state = State::Head;
        }
        true
    }

    fn done(&mut self) -> bool {
        self.whole += 1;
        self.state = State::Head;
        !self.buffer.is_empty()
    }

    /// Drops up to so many bytes; how many are still to come.
    fn skip(&mut self, left: u64) -> u64 {
        let here = left.min(self.buffer.len() as u64);
        self.buffer.drain(..here as usize);
        left - here
    }

    /// Takes a line, without its end.
    fn line(&mut self) -> Option<Vec<u8>> {
        let end = self.buffer.iter().position(|byte| *byte == b'\n')?;
        let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
        while matches!(line.last(), Some(b'\n' | b'\r')) {
            line.pop();
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(pieces: &[&str], heads: &[u32]) -> u32 {
        let mut responses = Responses::default();
        for piece in pieces {
            responses.take(piece.as_bytes(), |nth| heads.contains(&nth));
        }
        responses.whole
    }

    #[test]
    fn responses_end_where_their_length_says() {
        let one = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        assert_eq!(whole(&[one], &[]), 1);
        assert_eq!(whole(&[one, one], &[]), 2);
        assert_eq!(whole(&[&format!("{one}{one}")], &[]), 2);
        for cut in 1..one.len() {
            assert_eq!(whole(&[&one[..cut]], &[]), 0, "{cut}");
            assert_eq!(whole(&[&one[..cut], &one[cut..]], &[]), 1, "{cut}");
        }
    }

    #[test]
    fn head_and_not_modified_have_no_body() {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(whole(&[head], &[]), 0);
        assert_eq!(whole(&[head], &[0]), 1);
        assert_eq!(
            whole(
                &["HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"],
                &[]
            ),
            1
        );
        assert_eq!(
            whole(&["HTTP/1.1 100 Continue\r\n\r\n", head, "hello"], &[]),
            1
        );
    }

    #[test]
    fn chunks_end_with_the_empty_one() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(whole(&[head, "5\r\nhello\r\n"], &[]), 0);
        assert_eq!(whole(&[head, "5;x=y\r\nhello\r\n0\r\n\r\n"], &[]), 1);
        assert_eq!(
            whole(
                &[head, "1\r\nh\r\n0\r\nA: b\r\n\r\n", head, "0\r\n\r\n"],
                &[]
            ),
            2
        );
    }

    #[test]
    fn without_a_length_the_connection_ends_it() {
        let mut responses = Responses::default();
        responses.take(b"HTTP/1.0 200 OK\r\n\r\nhello", |_| false);
        assert_eq!(responses.whole, 0);
        responses.end();
        assert_eq!(responses.whole, 1);
    }

    #[test]
    fn nonsense_is_no_response() {
        assert_eq!(
            whole(
                &[
                    "hello\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                ],
                &[]
            ),
            0
        );
    }
}
