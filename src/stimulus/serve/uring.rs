//! One thread that serves all its connections by io_uring: what is to be done is queued, and the
//! kernel is called once for all that has happened meanwhile.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use super::slots::Slots;
use super::talk::{Desk, ROOM, Talk};
use super::{GRACE, Shared, is_exhaustion};
use crate::sys::uring::{Event, Piece, Uring};

/// Buffers that the kernel receives into: how many, and of how many bytes.
const BUFFERS: (u16, u32) = (512, 4096);

/// Memory for answers that is kept for the next: how many pieces, and of how many bytes at most.
const SPARE: (usize, usize) = (256, 16 * 1024);

/// What the wish to stop is reported under.
const STOP: u32 = u32::MAX;

/// When accepting is tried again after descriptors have run out, if no connection of ours ended
/// before.
const RETRY: Duration = Duration::from_millis(100);

/// What is received and thrown away after the last answer at most, bytes.
const DISCARDED: usize = 1024 * 1024;

/// A connection, and what the kernel is doing for it.
#[derive(Debug)]
struct Served {
    stream: TcpStream,
    talk: Talk,
    /// Answers that wait for those that are being sent.
    queued: Vec<u8>,
    is_sending: bool,
    is_receiving: bool,
    /// Whether receiving has been, or is being, stopped until the client takes its answers.
    is_paused: bool,
    /// Whether it is lost, and only waits for the kernel to let go of it.
    is_lost: bool,
    /// Once we have said our last: how much more is thrown away before it is closed anyway.
    discarding: Option<usize>,
}

/// The loop and all that it owns.
pub(super) struct UringLoop<'a> {
    ring: Uring,
    listener: Option<TcpListener>,
    is_accepting: bool,
    exhausted: Option<Instant>,
    shared: &'a Shared,
    desk: Desk,
    served: Slots<Served>,
    /// Memory for answers.
    spare: Vec<Vec<u8>>,
}

impl<'a> UringLoop<'a> {
    pub(super) fn new(listener: TcpListener, shared: &'a Shared) -> io::Result<Self> {
        let mut ring = Uring::new(BUFFERS.0, BUFFERS.1, Box::default())?;
        ring.watch(shared.stop.as_fd(), STOP, false)?;
        Ok(Self {
            ring,
            listener: Some(listener),
            is_accepting: false,
            exhausted: None,
            shared,
            desk: Desk::new(shared.service.clone()),
            served: Slots::default(),
            spare: Vec::new(),
        })
    }

    /// Serves until it is to stop, and then until all answers under way are finished or their
    /// time is over.
    pub(super) fn run(mut self) -> io::Result<()> {
        let mut deadline: Option<Instant> = None;
        loop {
            if let Some(listener) = &self.listener
                && !self.is_accepting
                && self.exhausted.is_none()
            {
                self.ring.accept_all(listener.as_fd())?;
                self.is_accepting = true;
            }
            let patience = match (deadline, self.exhausted) {
                (Some(end), _) => Some(end.saturating_duration_since(Instant::now())),
                (None, Some(_)) => Some(RETRY),
                (None, None) => None,
            };
            self.ring.wait(patience)?;
            self.desk.counts.calls += self.ring.take_calls();
            self.desk.now = Instant::now();
            if self.exhausted.is_some_and(|since| since.elapsed() >= RETRY) {
                self.exhausted = None;
            }
            while let Some(event) = self.ring.next_event() {
                match event {
                    Event::Accepted {
                        connection,
                        is_more,
                    } => {
                        self.is_accepting = is_more;
                        self.accepted(connection.map(TcpStream::from))?;
                    }
                    Event::Received {
                        number,
                        piece,
                        is_more,
                    } => self.received(number, piece, is_more)?,
                    Event::Sent {
                        number,
                        sent,
                        bytes,
                    } => self.sent(number, sent, bytes)?,
                    Event::Ready { .. } => {
                        deadline.get_or_insert(self.desk.now + GRACE);
                        self.wind_up()?;
                    }
                }
            }
            self.shared.tally.take(&mut self.desk.counts);
            if deadline.is_some_and(|end| self.served.len() == 0 || self.desk.now >= end) {
                return Ok(());
            }
        }
    }

    fn accepted(&mut self, connection: io::Result<TcpStream>) -> io::Result<()> {
        let stream = match connection {
            Ok(stream) => stream,
            Err(error) if is_exhaustion(&error) => {
                self.desk.counts.exhausted += 1;
                self.exhausted = Some(self.desk.now);
                return Ok(());
            }
            // Whoever called has gone, or we are to stop.
            Err(_) => return Ok(()),
        };
        self.desk.counts.accepted += 1;
        if self.listener.is_none() {
            self.desk.counts.closed += 1;
            return Ok(());
        }
        if stream.set_nodelay(true).is_err() {
            self.desk.counts.closed += 1;
            return Ok(());
        }
        self.desk.counts.calls += 1;
        let number = self.served.insert(Served {
            stream,
            talk: Talk::default(),
            queued: Vec::new(),
            is_sending: false,
            is_receiving: false,
            is_paused: false,
            is_lost: false,
            discarding: None,
        });
        self.settle(number)
    }

    fn received(
        &mut self,
        number: u32,
        piece: io::Result<Option<Piece>>,
        is_more: bool,
    ) -> io::Result<()> {
        let number = number as usize;
        let Some(served) = self.served.get(number) else {
            if let Ok(Some(piece)) = piece {
                self.ring.give_back(piece);
            }
            return Ok(());
        };
        served.is_receiving = is_more;
        match piece {
            Ok(Some(piece)) => {
                let bytes = self.ring.bytes(&piece);
                self.desk.counts.received += bytes.len() as u64;
                match &mut served.discarding {
                    Some(left) => {
                        *left = left.saturating_sub(bytes.len());
                        served.is_lost |= *left == 0;
                    }
                    None if served.is_lost => {}
                    None if served.is_sending => {
                        let out = &mut served.queued;
                        served.talk.advance(&mut self.desk, bytes, out);
                    }
                    None => {
                        let mut out = self.spare.pop().unwrap_or_default();
                        served.talk.advance(&mut self.desk, bytes, &mut out);
                        served.queued = out;
                    }
                }
                self.ring.give_back(piece);
            }
            Ok(None) if served.discarding.is_some() => served.is_lost = true,
            Ok(None) => served.talk.end(),
            Err(error) => match error.raw_os_error() {
                // There was no buffer for it; there is again. Or we have stopped it ourselves.
                Some(libc::ENOBUFS | libc::ECANCELED) => {}
                _ => self.lose(number),
            },
        }
        self.settle(number)
    }

    fn sent(
        &mut self,
        number: u32,
        sent: io::Result<usize>,
        bytes: Option<Vec<u8>>,
    ) -> io::Result<()> {
        let number = number as usize;
        let bytes = bytes.unwrap_or_default();
        let length = bytes.len();
        self.keep(bytes);
        let Some(served) = self.served.get(number) else {
            return Ok(());
        };
        served.is_sending = false;
        if let Ok(sent) = sent {
            self.desk.counts.sent += sent as u64;
        }
        if !sent.is_ok_and(|sent| sent == length) {
            self.lose(number);
        }
        self.settle(number)
    }

    /// Keeps the memory of an answer for the next.
    fn keep(&mut self, mut bytes: Vec<u8>) {
        let (count, size) = SPARE;
        if self.spare.len() < count && (1..=size).contains(&bytes.capacity()) {
            bytes.clear();
            self.spare.push(bytes);
        }
    }

    fn lose(&mut self, number: usize) {
        if let Some(served) = self.served.get(number)
            && !served.is_lost
        {
            self.desk.counts.failed += 1;
            served.is_lost = true;
        }
    }

    /// Asks the kernel for whatever is to be done next for a connection.
    fn settle(&mut self, number: usize) -> io::Result<()> {
        let Some(served) = self.served.get(number) else {
            return Ok(());
        };
        let name = u32::try_from(number).unwrap_or(STOP);
        if served.is_lost {
            return self.let_go(number);
        }
        if !served.is_sending && served.queued.is_empty() && served.talk.has_more() {
            let mut out = self.spare.pop().unwrap_or_default();
            served.talk.advance(&mut self.desk, &[], &mut out);
            served.queued = out;
        }
        if !served.is_sending {
            let answers = std::mem::take(&mut served.queued);
            if !answers.is_empty() {
                self.ring.send(served.stream.as_fd(), name, answers)?;
                served.is_sending = true;
            } else if answers.capacity() > 0 {
                self.keep(answers);
            }
        }
        let Some(served) = self.served.get(number) else {
            return Ok(());
        };
        if !served.is_sending && served.talk.is_over() {
            if !served.talk.is_ours_to_end() {
                return self.let_go(number);
            }
            if served.discarding.is_none() {
                served.discarding = Some(DISCARDED);
                self.desk.counts.calls += 1;
                if served.stream.shutdown(Shutdown::Write).is_err() {
                    return self.let_go(number);
                }
            }
        }
        // A client that does not take its answers gets no more of them.
        let is_full = served.queued.len() >= ROOM || served.is_sending && served.talk.has_more();
        if is_full {
            if served.is_receiving && !served.is_paused {
                served.is_paused = true;
                self.ring.stop_receiving(name)?;
            }
            return Ok(());
        }
        // Where stopping has come too late, it goes on by itself.
        served.is_paused = false;
        if !served.is_receiving && !served.talk.is_ended() {
            served.is_receiving = true;
            self.ring.receive_all(served.stream.as_fd(), name)?;
        }
        Ok(())
    }

    /// Closes a connection as soon as the kernel does nothing for it any more.
    fn let_go(&mut self, number: usize) -> io::Result<()> {
        let Some(served) = self.served.get(number) else {
            return Ok(());
        };
        if served.is_receiving || served.is_sending {
            served.is_lost = true;
            self.desk.counts.calls += 1;
            // Ends both. It fails where the other side has done the same, which ends them, too.
            let _gone = served.stream.shutdown(Shutdown::Both);
            return Ok(());
        }
        self.served.remove(number);
        self.desk.counts.calls += 1;
        self.desk.counts.closed += 1;
        self.exhausted = None;
        Ok(())
    }

    /// Accepts nobody any more and closes what has nothing under way.
    fn wind_up(&mut self) -> io::Result<()> {
        if self.listener.is_none() {
            return Ok(());
        }
        self.ring.stop_accepting()?;
        self.listener = None;
        for number in self.served.numbers() {
            let Some(served) = self.served.get(number) else {
                continue;
            };
            if served.is_sending || served.talk.has_more() {
                served.talk.wind_up();
            } else {
                self.let_go(number)?;
            }
        }
        Ok(())
    }
}
