//! A connection whose socket never blocks, served as far as the socket lets it.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd as _, BorrowedFd};

use super::talk::{Desk, Talk};
use super::tls::Crypt;

/// What is received by one call at most, bytes.
pub(super) const SCRATCH: usize = 64 * 1024;

/// What a connection may do in a turn, pieces read or sent, before it is others' turn.
const STEPS: u32 = 16;

/// What is read and thrown away after the last answer at most, bytes: a client that is still
/// sending would be reset, and might lose the answer, if the connection were closed at once.
const DISCARDED: u32 = 1024 * 1024;

/// How far a socket is read once it is readable; see epoll(7), "Level-triggered and
/// edge-triggered".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Once: what is left is reported again (level-triggered).
    Once,
    /// Until less comes than was asked for: nothing was left then (edge-triggered, question 9 of
    /// epoll(7)).
    Short,
    /// Until EAGAIN (edge-triggered, as everybody learns it): one call more for each request.
    Dry,
}

/// What is known of a socket.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ready {
    pub(super) is_readable: bool,
    pub(super) is_writable: bool,
    /// Whether the end of what comes has been announced: reading goes on until it is met.
    pub(super) is_ended: bool,
}

/// What becomes of a connection after its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// It waits for the client.
    Wait,
    /// It has had its share, and is not done.
    Again,
    /// It is over.
    Close,
}

/// Memory that all connections of a loop use in turn.
#[derive(Debug)]
pub(super) struct Scratch {
    input: Box<[u8]>,
    /// Deciphered input.
    plain: Vec<u8>,
    /// Answers.
    output: Vec<u8>,
    /// Enciphered answers.
    cipher: Vec<u8>,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self {
            input: vec![0; SCRATCH].into(),
            plain: Vec::new(),
            output: Vec::new(),
            cipher: Vec::new(),
        }
    }
}

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    talk: Talk,
    tls: Option<Box<Crypt>>,
    /// What could not be sent yet, and how much of it has been sent since.
    unsent: Vec<u8>,
    sent: usize,
    ready: Ready,
    /// Once we have said our last: how much more is thrown away before it is closed anyway.
    discarding: Option<u32>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, tls: Option<Box<Crypt>>) -> Self {
        Self {
            stream,
            talk: Talk::default(),
            tls,
            unsent: Vec::new(),
            sent: 0,
            // A socket is born writable; whether something came, the first try will tell.
            ready: Ready {
                is_writable: true,
                ..Ready::default()
            },
            discarding: None,
        }
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    /// Whether it waits for room to send, rather than for something to come.
    pub(super) fn is_blocked(&self) -> bool {
        self.sent < self.unsent.len()
    }

    /// Whether an answer is under way.
    pub(super) fn is_busy(&self) -> bool {
        self.is_blocked() || self.talk.has_more()
    }

    /// Ends it after the answer that is under way.
    pub(super) fn wind_up(&mut self) {
        self.talk.wind_up();
    }

    /// Serves the client as far as possible without waiting.
    ///
    /// # Errors
    /// Those of recv(2) and send(2): the connection is lost.
    pub(super) fn turn(
        &mut self,
        desk: &mut Desk,
        scratch: &mut Scratch,
        news: Ready,
        reading: Reading,
    ) -> io::Result<After> {
        self.ready.is_readable |= news.is_readable;
        self.ready.is_writable |= news.is_writable;
        self.ready.is_ended |= news.is_ended;
        for _ in 0..STEPS {
            if !self.flush(desk)? {
                return Ok(After::Wait);
            }
            if self.talk.has_more() {
                scratch.output.clear();
                self.talk.advance(desk, &[], &mut scratch.output);
                self.send_answers(desk, scratch)?;
                continue;
            }
            if self.discarding.is_none() && self.talk.is_over() {
                self.close_tls(desk, scratch)?;
                if self.is_blocked() {
                    continue;
                }
                if !self.talk.is_ours_to_end() {
                    return Ok(After::Close);
                }
                desk.counts.calls += 1;
                self.stream.shutdown(Shutdown::Write)?;
                self.discarding = Some(DISCARDED);
            }
            if !self.ready.is_readable {
                return Ok(After::Wait);
            }
            desk.counts.calls += 1;
            let came = match self.stream.read(&mut scratch.input) {
                Ok(came) => came,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.ready.is_readable = false;
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            desk.counts.received += came as u64;
            self.ready.is_readable = came > 0
                && match reading {
                    Reading::Once => false,
                    Reading::Short => came == scratch.input.len() || self.ready.is_ended,
                    Reading::Dry => true,
                };
            if let Some(left) = &mut self.discarding {
                *left = left.saturating_sub(u32::try_from(came).unwrap_or(u32::MAX));
                if came == 0 || *left == 0 {
                    return Ok(After::Close);
                }
                continue;
            }
            self.take(desk, scratch, came)?;
        }
        Ok(After::Again)
    }

    /// Answers what came into the scratch memory; the client's end if nothing did.
    fn take(&mut self, desk: &mut Desk, scratch: &mut Scratch, came: usize) -> io::Result<()> {
        scratch.output.clear();
        let Some(crypt) = &mut self.tls else {
            if came == 0 {
                self.talk.end();
            } else {
                let input = &scratch.input[..came];
                self.talk.advance(desk, input, &mut scratch.output);
            }
            return self.send_answers(desk, scratch);
        };
        scratch.plain.clear();
        let is_open = match came {
            0 => false,
            came => match crypt.decipher(&scratch.input[..came], &mut scratch.plain) {
                Ok(is_open) => is_open,
                Err(error) => {
                    // The client is told why; if it does not hear that, it is lost all the same.
                    let _lost = self.send_answers(desk, scratch);
                    return Err(error);
                }
            },
        };
        if !scratch.plain.is_empty() {
            let plain = &scratch.plain;
            self.talk.advance(desk, plain, &mut scratch.output);
        }
        if !is_open {
            self.talk.end();
        }
        self.send_answers(desk, scratch)
    }

    /// Sends what the scratch memory holds, and keeps what the socket does not take.
    fn send_answers(&mut self, desk: &mut Desk, scratch: &mut Scratch) -> io::Result<()> {
        let bytes = match &mut self.tls {
            None => &scratch.output,
            Some(crypt) => {
                scratch.cipher.clear();
                crypt.encipher(&scratch.output, &mut scratch.cipher)?;
                &scratch.cipher
            }
        };
        if bytes.is_empty() {
            return Ok(());
        }
        let sent = match self.ready.is_writable {
            true => send(&mut self.stream, bytes, &mut self.ready, desk)?,
            false => 0,
        };
        if sent < bytes.len() {
            self.unsent.extend_from_slice(&bytes[sent..]);
        }
        Ok(())
    }

    /// Sends what is left over; says whether nothing is left now.
    fn flush(&mut self, desk: &mut Desk) -> io::Result<bool> {
        while self.is_blocked() {
            if !self.ready.is_writable {
                return Ok(false);
            }
            let left = &self.unsent[self.sent..];
            self.sent += send(&mut self.stream, left, &mut self.ready, desk)?;
        }
        if self.sent > 0 {
            // Silent clients shall cost nothing.
            self.unsent = Vec::new();
            self.sent = 0;
        }
        Ok(true)
    }

    /// Says that nothing more will be sent, where that is said by TLS.
    fn close_tls(&mut self, desk: &mut Desk, scratch: &mut Scratch) -> io::Result<()> {
        if let Some(crypt) = &mut self.tls {
            crypt.close();
            scratch.output.clear();
            self.send_answers(desk, scratch)?;
        }
        Ok(())
    }
}

/// Sends what the socket takes. A short count means that it is full (a socket in blocking mode
/// would have waited there): so no other call is made to hear EAGAIN.
fn send(
    stream: &mut TcpStream,
    bytes: &[u8],
    ready: &mut Ready,
    desk: &mut Desk,
) -> io::Result<usize> {
    loop {
        desk.counts.calls += 1;
        match stream.write(bytes) {
            Ok(sent) => {
                desk.counts.sent += sent as u64;
                ready.is_writable = sent == bytes.len();
                return Ok(sent);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                ready.is_writable = false;
                return Ok(0);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
