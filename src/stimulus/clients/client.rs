//! One client: its moves, and its reading.

mod moves;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Registry, Token};

use self::moves::Tried;
use super::body::Body;
use super::bytes::Script;
use super::link::{Came, Link};
use super::passed;
use super::responses::Responses;
use super::stream::Stream;
use super::tls::TlsFailure;
use crate::model::Bytes;
use crate::model::clients::{Crowd, Ending, Endpoint, Move, Passed, Reading, Sighting};

/// Bytes moved in one turn, so that every client gets its turn.
const SHARE: u64 = 1 << 20;

/// Bytes in one call.
pub(super) const BUFFER: usize = 64 * 1024;

/// Where a call puts what it gets, whichever client makes it.
pub(super) type Room = [u8; BUFFER];

/// A Unix socket whose queue is full says so at once, and not when there is room; connect(2).
const FULL_QUEUE: Duration = Duration::from_millis(5);

/// One client.
pub(super) struct Client {
    crowd: Rc<Crowd>,
    index: u32,
    token: Token,
    link: Option<Link>,
    end: Ending,
    /// The next move.
    at: usize,
    /// The payload of the move at hand is in the script.
    is_begun: bool,
    /// When the move at hand goes on.
    pause: Option<Instant>,
    script: Script,
    sent: u64,
    received: u64,
    differs_at: Option<u64>,
    reading: Reading,
    /// When it reads again.
    next_read: Option<Instant>,
    kept: Vec<Bytes>,
    descriptors: Vec<Passed>,
    datagrams: u32,
    lines: u32,
    responses: Responses,
    body: Option<Body>,
    stream: Option<Stream>,
    /// Responses that moves have waited for.
    awaited: u32,
    is_told: bool,
    certificate: Vec<u8>,
    /// The other side has said that it will send no more, read or not.
    has_hung_up: bool,
    /// It has had its share of reading, and there may be more.
    has_unread: bool,
}

/// How a client stands after its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// For something to come.
    Waits,
    /// At least until then.
    Sleeps(Instant),
    /// It has had its share of a turn.
    CouldGoOn,
}

impl Client {
    /// Begins to connect.
    pub(super) fn start(crowd: Rc<Crowd>, index: u32, registry: &Registry, token: Token) -> Self {
        let body = crowd.body.as_ref().map(Body::new);
        let stream = (!crowd.stream.is_empty()).then(|| Stream::new(&crowd.stream));
        let mut client = Self {
            crowd,
            index,
            token,
            link: None,
            end: Ending::Connecting,
            at: 0,
            is_begun: false,
            pause: None,
            script: Script::default(),
            sent: 0,
            received: 0,
            differs_at: None,
            reading: Reading::Eager,
            next_read: None,
            kept: Vec::new(),
            descriptors: Vec::new(),
            datagrams: 0,
            lines: 0,
            responses: Responses::default(),
            body,
            stream,
            awaited: 0,
            is_told: false,
            certificate: Vec::new(),
            has_hung_up: false,
            has_unread: false,
        };
        client.connect(registry);
        client
    }

    pub(super) fn crowd_name(&self) -> Rc<str> {
        Rc::from(self.crowd.name.as_str())
    }

    fn connect(&mut self, registry: &Registry) {
        match Link::connect(&self.crowd, self.index, registry, self.token) {
            Ok(link) => self.link = Some(link),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.pause = Some(Instant::now() + FULL_QUEUE);
            }
            Err(error) => self.fail(&error),
        }
    }

    /// What the kernel says of the connection.
    pub(super) fn note(&mut self, event: &Event, room: &mut Room) {
        self.has_hung_up |= event.is_read_closed();
        if event.is_error() {
            // What had come before the connection failed still counts.
            self.read(Instant::now(), room, &mut u64::from(u32::MAX));
        }
        if event.is_error()
            && let Some(error) = self.link.as_mut().and_then(Link::take_error)
        {
            self.fail(&error);
        }
    }

    /// Whether it has made all its moves, cannot go on, or waits to be told.
    pub(super) fn is_idle(&self) -> bool {
        match self.crowd.moves.get(self.at) {
            None => true,
            Some(Move::AwaitTold) if !self.is_told => self.end != Ending::Connecting,
            Some(_) => self.is_over(),
        }
    }

    /// Whether its connection is no more, so that no move can succeed.
    fn is_over(&self) -> bool {
        match self.end {
            Ending::Connecting | Ending::Open => false,
            // It can still send.
            Ending::Fin => {
                let could_be_made = matches!(
                    self.crowd.moves.get(self.at),
                    Some(
                        Move::Send(_)
                            | Move::Dribble { .. }
                            | Move::Pause { .. }
                            | Move::Shutdown
                            | Move::Close
                            | Move::Reset
                            | Move::Reads(_)
                            | Move::AwaitEnd
                    )
                );
                // It may have been dismissed since.
                self.link.is_none() || !could_be_made
            }
            Ending::Cut | Ending::Closed | Ending::Failed(_) | Ending::Tls(_) => true,
        }
    }

    pub(super) fn tell(&mut self) {
        if self.reading == Reading::WhenTold {
            self.reading = Reading::Eager;
        } else {
            self.is_told = true;
        }
    }

    /// Closes it, if it is open.
    pub(super) fn dismiss(&mut self) {
        self.note_certificate();
        self.link = None;
        if matches!(self.end, Ending::Open | Ending::Connecting) {
            self.end = Ending::Closed;
        }
    }

    pub(super) fn sighting(&self) -> Sighting {
        let link = self.link.as_ref();
        let certificate = match self.certificate.is_empty() {
            true => link.map(Link::certificate).unwrap_or_default(),
            false => self.certificate.clone(),
        };
        Sighting {
            doing: (self.at < self.crowd.moves.len()).then_some(self.at as u32),
            sent: self.sent,
            received: self.received,
            differs_at: self.differs_at,
            end: self.end.clone(),
            kept: self.kept.clone(),
            descriptors: self.descriptors.clone(),
            certificate,
            ..Sighting::default()
        }
    }

    fn note_certificate(&mut self) {
        if let Some(link) = &self.link
            && self.certificate.is_empty()
        {
            self.certificate = link.certificate();
        }
    }

    fn fail(&mut self, error: &io::Error) {
        self.note_certificate();
        self.link = None;
        let tls = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<TlsFailure>());
        self.end = match (tls, error.raw_os_error()) {
            (Some(failure), _) => Ending::Tls(failure.to_string()),
            (None, Some(errno)) => Ending::Failed(errno),
            (None, None) => Ending::Tls(error.to_string()),
        };
        self.responses.end();
    }

    /// Does what it can do now.
    pub(super) fn advance(
        &mut self,
        now: Instant,
        registry: &Registry,
        room: &mut Room,
    ) -> Progress {
        if self.link.is_none() && self.end == Ending::Connecting {
            if let Some(until) = self.pause.filter(|until| *until > now) {
                return Progress::Sleeps(until);
            }
            self.pause = None;
            self.connect(registry);
        }
        if let (Some(link), Ending::Connecting) = (&mut self.link, &self.end) {
            match link.is_connected() {
                Ok(true) => self.end = Ending::Open,
                Ok(false) => return Progress::Waits,
                Err(error) => self.fail(&error),
            }
        }
        let mut share = SHARE;
        let mut could_go_on = false;
        self.read(now, room, &mut share);
        while self.at < self.crowd.moves.len() && !self.is_over() {
            match self.attempt(now, room, &mut share) {
                Ok(Tried::Done) => {
                    self.at += 1;
                    self.is_begun = false;
                    self.pause = None;
                }
                Ok(Tried::Blocked) => break,
                Ok(Tried::Shared) => {
                    could_go_on = true;
                    break;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => {
                    // What had come before the connection failed still counts.
                    self.read(now, room, &mut share);
                    self.fail(&error);
                }
            }
        }
        if let Some(link) = &mut self.link
            && let Err(error) = link.flush()
        {
            self.fail(&error);
        }
        match could_go_on || self.has_unread {
            true => Progress::CouldGoOn,
            false => self.sleep(),
        }
    }

    /// Until the first moment at which it goes on by itself.
    fn sleep(&self) -> Progress {
        let pause = self.pause.filter(|_| !self.is_over());
        match [pause, self.next_read].into_iter().flatten().min() {
            Some(until) => Progress::Sleeps(until),
            None => Progress::Waits,
        }
    }

    /// Reads as it reads now.
    fn read(&mut self, now: Instant, room: &mut Room, share: &mut u64) {
        self.has_unread = false;
        loop {
            let piece = match self.reading {
                Reading::Never | Reading::WhenTold => return,
                Reading::Eager => BUFFER,
                Reading::Slow { .. } if self.next_read.is_some_and(|next| next > now) => return,
                Reading::Slow { piece, .. } => piece as usize,
            };
            let Some(link) = &mut self.link else {
                self.next_read = None;
                return;
            };
            if self.end != Ending::Open {
                return;
            }
            let piece = piece.min(BUFFER);
            match link.read(&mut room[..piece]) {
                Ok(Came::Data(len, descriptors)) => {
                    self.take(&room[..len], descriptors);
                    if let Reading::Slow { pause_us, .. } = self.reading {
                        self.next_read = Some(now + Duration::from_micros(pause_us));
                    }
                    *share = share.saturating_sub(len as u64);
                    if *share == 0 {
                        self.has_unread = true;
                        return;
                    }
                }
                Ok(Came::Fin) => self.ended(Ending::Fin),
                Ok(Came::Cut) => self.ended(Ending::Cut),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.next_read = None;
                    return;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => self.fail(&error),
            }
        }
    }

    fn ended(&mut self, how: Ending) {
        self.end = how;
        self.next_read = None;
        self.responses.end();
    }

    /// Takes what has come.
    fn take(&mut self, data: &[u8], descriptors: Vec<OwnedFd>) {
        for descriptor in descriptors {
            let known = passed::look(&descriptor, self.crowd.keeps as usize);
            self.descriptors.push(Passed {
                at: self.received,
                ..known
            });
        }
        if self.crowd.is_echoed && self.differs_at.is_none() {
            self.differs_at = self
                .script
                .first_difference(self.index, self.received, data);
        }
        if let Some(body) = &mut self.body {
            let differs_at = body.take(data);
            self.differs_at = self.differs_at.or(differs_at);
        }
        if let Some(stream) = &mut self.stream {
            let differs_at = stream.take(data);
            self.differs_at = self.differs_at.or(differs_at);
        }
        self.received += data.len() as u64;
        self.datagrams += 1;
        if self.counts_lines() {
            let newlines = data.iter().filter(|byte| **byte == b'\n').count();
            self.lines = self.lines.saturating_add(newlines as u32);
        }
        let is_datagram = matches!(self.crowd.to, Endpoint::Udp(_));
        if is_datagram || self.kept.is_empty() {
            self.kept.push(Bytes::default());
        }
        if let Some(kept) = self.kept.last_mut() {
            let room = (self.crowd.keeps as usize).saturating_sub(kept.data.len());
            let len = room.min(data.len());
            kept.data.extend_from_slice(&data[..len]);
            kept.cut += (data.len() - len) as u64;
        }
        let crowd = self.crowd.clone();
        let to_heads = || {
            crowd.moves.iter().filter_map(|step| match step {
                Move::AwaitResponse { to_head } => Some(*to_head),
                _ => None,
            })
        };
        if to_heads().next().is_some() {
            self.responses
                .take(data, |nth| to_heads().nth(nth as usize).unwrap_or(false));
        }
    }

    /// Whether one of its moves is about lines.
    fn counts_lines(&self) -> bool {
        let mut moves = self.crowd.moves.iter();
        moves.any(|step| matches!(step, Move::AwaitLines(_)))
    }
}
