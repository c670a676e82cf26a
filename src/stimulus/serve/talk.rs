//! One connection's conversation, without its socket: bytes that came in, bytes to be sent.
//!
//! All engines hold the same conversation, and differ in how they learn that bytes came and how
//! they send the answers.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::time::Instant;

use super::counts::Counts;
use super::http::{self, Parsed, Request, Status};
use super::site::{Found, Site};

/// How much is prepared to be sent before some of it has to have been sent, bytes. An answer that
/// was begun may pass it by a small file.
pub(super) const ROOM: usize = 64 * 1024;

/// What a large file is read by, bytes.
const PIECE: usize = 64 * 1024;

/// What the server does for its clients.
#[derive(Clone, Debug)]
pub enum Service {
    /// Sends back what comes.
    Echo,
    /// Answers HTTP/1.1 requests for files.
    Files(Arc<Site>),
}

/// What a thread works with, whatever the connection.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) service: Service,
    pub(super) counts: Counts,
    /// When its turn began: what is fresh is so for much longer than a turn.
    pub(super) now: Instant,
}

impl Desk {
    pub(super) fn new(service: Service) -> Self {
        Self {
            service,
            counts: Counts::default(),
            now: Instant::now(),
        }
    }
}

/// The conversation on one connection.
///
/// It owns memory only while something is unfinished: ten thousand silent clients cost little.
#[derive(Debug, Default)]
pub(super) struct Talk {
    /// What came and was not answered yet.
    input: Vec<u8>,
    /// The rest of a large file.
    body: Option<Box<Body>>,
    /// Whether input was left alone because enough is to be sent.
    is_held: bool,
    /// Whether the client sends no more.
    is_ended: bool,
    /// Whether nothing is said after what is being sent.
    is_last: bool,
}

#[derive(Debug)]
struct Body {
    file: File,
    offset: u64,
    end: u64,
}

impl Talk {
    /// Takes what came and appends answers to `out`, until all is answered or there is
    /// [`ROOM`] no longer.
    pub(super) fn advance(&mut self, desk: &mut Desk, came: &[u8], out: &mut Vec<u8>) {
        if matches!(desk.service, Service::Echo) {
            desk.counts.requests += u64::from(!came.is_empty());
            out.extend_from_slice(came);
            return;
        }
        if self.is_last && !self.has_more() {
            return;
        }
        if self.input.is_empty() {
            let used = self.answer(desk, came, out);
            self.input.extend_from_slice(&came[used..]);
            return;
        }
        // A head that comes byte by byte is not read again for each.
        let is_worth_it = self.is_held || came.is_empty() || came.contains(&b'\n');
        self.input.extend_from_slice(came);
        if !is_worth_it && self.input.len() < http::LONGEST_HEAD {
            return;
        }
        let mut input = std::mem::take(&mut self.input);
        let used = self.answer(desk, &input, out);
        if used < input.len() {
            input.drain(..used);
            self.input = input;
        }
    }

    /// The client sends no more.
    pub(super) fn end(&mut self) {
        self.is_ended = true;
    }

    /// Whether the client sends no more.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Whether there is more to be said without anything coming.
    pub(super) fn has_more(&self) -> bool {
        self.body.is_some() || self.is_held
    }

    /// Whether all has been said.
    pub(super) fn is_over(&self) -> bool {
        (self.is_last || self.is_ended) && !self.has_more()
    }

    /// Whether the client is told that it is over before it has said so itself.
    pub(super) fn is_ours_to_end(&self) -> bool {
        self.is_last && !self.is_ended
    }

    /// Nothing is said after what has been begun.
    pub(super) fn wind_up(&mut self) {
        self.is_last = true;
        self.is_held = false;
        self.input = Vec::new();
    }

    /// Answers the requests in `input`; how many bytes of it are done with.
    fn answer(&mut self, desk: &mut Desk, input: &[u8], out: &mut Vec<u8>) -> usize {
        let mut used = 0;
        self.is_held = false;
        loop {
            if self.body.is_some() && !self.continue_body(out) {
                self.is_held = used < input.len();
                return used;
            }
            if self.is_last {
                return input.len();
            }
            let rest = &input[used..];
            if rest.is_empty() {
                return used;
            }
            if out.len() >= ROOM {
                self.is_held = true;
                return used;
            }
            match http::parse(rest) {
                Parsed::Partial => return used,
                Parsed::Whole(request, length) => {
                    self.serve(desk, &request, out);
                    used += length;
                }
                Parsed::Refused(status) => {
                    let fields = match status {
                        Status::MethodNotAllowed => {
                            &[("Allow", "GET, HEAD"), ("Connection", "close")][..]
                        }
                        _ => &[("Connection", "close")],
                    };
                    http::write_short(out, status, fields, true);
                    self.is_last = true;
                }
            }
            desk.counts.requests += 1;
        }
    }

    fn serve(&mut self, desk: &Desk, request: &Request<'_>, out: &mut Vec<u8>) {
        let Service::Files(site) = &desk.service else {
            return;
        };
        self.is_last = !request.is_kept;
        // A client of HTTP/1.0 that asked for it wants to hear it; others take it as said.
        let how = match request.is_kept {
            true => ("Connection", "keep-alive"),
            false => ("Connection", "close"),
        };
        let is_body = !request.is_head;
        match site.find(request.target, desk.now) {
            Found::Small(small) => {
                small.write(out, request.is_head, (!request.is_usual).then_some(how));
            }
            Found::Large(file, size, kind) => {
                let fields = [("Content-Type", kind), how];
                http::write_head(out, Status::Ok, &fields, size);
                self.body = is_body.then(|| {
                    Box::new(Body {
                        file,
                        offset: 0,
                        end: size,
                    })
                });
            }
            Found::Directory(to) => {
                let fields = [("Location", to.as_str()), how];
                http::write_short(out, Status::MovedPermanently, &fields, is_body);
            }
            Found::Nothing => http::write_short(out, Status::NotFound, &[how], is_body),
            Found::Nonsense => http::write_short(out, Status::BadRequest, &[how], is_body),
        }
    }

    /// Appends more of the file; says whether that was the end of it.
    fn continue_body(&mut self, out: &mut Vec<u8>) -> bool {
        while let Some(body) = &mut self.body {
            if out.len() >= ROOM {
                return false;
            }
            let left = usize::try_from(body.end - body.offset).unwrap_or(usize::MAX);
            let start = out.len();
            out.resize(start + left.min(PIECE), 0);
            let read = body
                .file
                .read_at(&mut out[start..], body.offset)
                .unwrap_or(0);
            out.truncate(start + read);
            body.offset += read as u64;
            if body.offset == body.end {
                self.body = None;
            } else if read == 0 {
                // The file became shorter: less comes than was said, and only the end of the
                // connection tells.
                self.body = None;
                self.is_last = true;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(service: Service) -> Desk {
        Desk::new(service)
    }

    fn answers(out: &[u8]) -> usize {
        String::from_utf8_lossy(out).matches("HTTP/1.1 ").count()
    }

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    #[test]
    fn requests_may_come_in_any_pieces() {
        let mut desk = desk(Service::Files(Arc::new(Site::built_in())));
        let mut talk = Talk::default();
        let mut out = Vec::new();
        for byte in REQUEST.repeat(3) {
            talk.advance(&mut desk, &[byte], &mut out);
        }
        talk.advance(&mut desk, &REQUEST.repeat(2), &mut out);
        assert_eq!((answers(&out), desk.counts.requests), (5, 5));
        assert!(talk.input.is_empty() && !talk.is_over());
        talk.end();
        assert!(talk.is_over());
    }

    #[test]
    fn more_than_there_is_room_for_waits() {
        const MANY: usize = 200;
        let mut desk = desk(Service::Files(Arc::new(Site::built_in())));
        let mut talk = Talk::default();
        let mut out = Vec::new();
        talk.advance(&mut desk, &REQUEST.repeat(MANY), &mut out);
        talk.end();
        let mut all = 0;
        while talk.has_more() {
            assert!(out.len() < ROOM + 2 * super::super::site::PAGE_SIZE);
            assert!(!talk.is_over());
            all += answers(&out);
            out.clear();
            talk.advance(&mut desk, &[], &mut out);
        }
        assert_eq!(all + answers(&out), MANY);
        assert!(talk.is_over());
    }

    #[test]
    fn after_the_last_request_nothing_is_answered() {
        let mut desk = desk(Service::Files(Arc::new(Site::built_in())));
        let mut talk = Talk::default();
        let mut out = Vec::new();
        let last = b"GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        talk.advance(&mut desk, &[&last[..], REQUEST].concat(), &mut out);
        assert_eq!(answers(&out), 1);
        assert!(out.starts_with(b"HTTP/1.1 404 "));
        assert!(talk.is_over() && talk.is_ours_to_end());
    }

    #[test]
    fn a_large_file_comes_in_pieces_and_its_head_alone_if_asked() {
        let root = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..300_000_u32).map(|n| n as u8).collect();
        std::fs::write(root.path().join("large"), &content).unwrap();
        let site = Site::at(root.path()).unwrap();
        let mut desk = desk(Service::Files(Arc::new(site)));
        let mut talk = Talk::default();
        let (mut out, mut all) = (Vec::new(), Vec::new());
        let requests =
            b"GET /large HTTP/1.1\r\nHost: a\r\n\r\nHEAD /large HTTP/1.1\r\nHost: a\r\n\r\n";
        talk.advance(&mut desk, requests, &mut out);
        while talk.has_more() {
            assert!(out.len() <= ROOM + PIECE);
            all.append(&mut out);
            talk.advance(&mut desk, &[], &mut out);
        }
        all.append(&mut out);
        let heads = all.len() - content.len();
        assert_eq!(answers(&all), 2);
        assert!(heads < 1000);
        assert!(all.windows(content.len()).any(|window| window == content));

        // Also if nothing follows, and if that is decided while it comes.
        let last = b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        for requests in [&last[..], &requests[..requests.len() / 2]] {
            let (mut talk, mut all) = (Talk::default(), Vec::new());
            talk.advance(&mut desk, requests, &mut out);
            talk.wind_up();
            while talk.has_more() {
                assert!(!talk.is_over());
                all.append(&mut out);
                talk.advance(&mut desk, &[], &mut out);
            }
            all.append(&mut out);
            assert!(all.ends_with(&content) && talk.is_over());
        }
    }
}
