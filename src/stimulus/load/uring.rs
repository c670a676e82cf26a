//! The connections of one thread by io_uring: requests are queued, answers collected, and the
//! kernel is called once for all of them.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::time::Duration;

use super::connect::Route;
use super::crew::{Crew, Next};
use super::{Control, GLANCE, Lines, Shift, connection_error, lost_error};
use crate::model::load::LoadError;
use crate::sys::uring::{Event, Uring};

/// Buffers that answers are received into: how many, and of how many bytes.
const BUFFERS: (u16, u32) = (512, 16 * 1024);

/// Bits of a socket's name that say which connection it is of; the others tell it from those that
/// the connection had before, of which something may still be reported.
const NUMBER_BITS: u32 = 20;

/// Connections that a thread can have.
const MOST: usize = 1 << NUMBER_BITS;

/// A connection's socket, and what the kernel is doing for it.
struct Line {
    stream: TcpStream,
    name: u32,
    /// Bytes that are to be sent.
    owed: usize,
    is_sending: bool,
}

/// All sockets of a thread.
struct Exchange<'a> {
    ring: Uring,
    lines: Vec<Option<Line>>,
    /// How many sockets there have been.
    names: u32,
    /// Bytes of all requests that can be under way on a connection.
    all: usize,
    /// Bytes of one of them.
    length: usize,
    /// Whether it must be heard when requests have been sent: if there can be only one, its
    /// answer says so.
    is_told: bool,
    route: Route,
    /// The number of the first connection, among those of all threads.
    first: usize,
    control: &'a Control<'a>,
}

/// Plays a crew's part until it is over.
pub(super) fn play(crew: &mut Crew<'_>, from: Lines, shift: &mut Shift<'_>) -> io::Result<()> {
    let control = shift.control;
    if from.made.len() > MOST {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut lines = Exchange {
        is_told: from.repeated.len() > from.length,
        all: from.repeated.len(),
        length: from.length,
        ring: Uring::new(BUFFERS.0, BUFFERS.1, from.repeated.into())?,
        lines: Vec::new(),
        names: 0,
        route: from.route,
        first: from.first,
        control,
    };
    lines.lines.resize_with(from.made.len(), || None);
    for (number, stream) in from.made.into_iter().enumerate() {
        if let Some(stream) = stream {
            lines.take(number, stream);
            lines.listen(number)?;
            crew.opened(number, control.now());
        }
    }
    loop {
        let now = control.now();
        crew.tick(now);
        lines.go_on(crew)?;
        if shift.is_over(crew, now) {
            return Ok(());
        }
        let patience = match crew.due() {
            Some(due) => Duration::from_nanos(due.saturating_sub(now)).min(GLANCE),
            None => GLANCE,
        };
        lines.ring.wait(Some(patience))?;
        while let Some(event) = lines.ring.next_event() {
            lines.hear(crew, event)?;
        }
    }
}

impl Exchange<'_> {
    fn take(&mut self, number: usize, stream: TcpStream) {
        self.names = self.names.wrapping_add(1);
        let name = self.names << NUMBER_BITS | number as u32;
        self.lines[number] = Some(Line {
            stream,
            name,
            owed: 0,
            is_sending: false,
        });
    }

    /// Receives from now on what comes on a connection.
    fn listen(&mut self, number: usize) -> io::Result<()> {
        match &self.lines[number] {
            Some(line) => self.ring.receive_all(line.stream.as_fd(), line.name),
            None => Ok(()),
        }
    }

    /// Does what the crew wants to be done.
    fn go_on(&mut self, crew: &mut Crew<'_>) -> io::Result<()> {
        while let Some(next) = crew.next.pop() {
            match next {
                Next::Send(number, count) => {
                    if let Some(line) = &mut self.lines[number] {
                        line.owed += count * self.length;
                        self.send(number)?;
                    }
                }
                Next::Reconnect(number) => {
                    self.hang_up(number);
                    match self.route.begin(self.first + number) {
                        Ok(stream) => {
                            self.take(number, stream);
                            if let Some(line) = &self.lines[number] {
                                self.ring.watch(line.stream.as_fd(), line.name, true)?;
                            }
                        }
                        Err(error) => crew.not_opened(number, connection_error(&error)),
                    }
                }
                Next::Close(number) => self.hang_up(number),
            }
        }
        Ok(())
    }

    fn send(&mut self, number: usize) -> io::Result<()> {
        let Some(line) = &mut self.lines[number] else {
            return Ok(());
        };
        if line.owed == 0 || line.is_sending {
            return Ok(());
        }
        // Requests are sent whole, so what is owed begins with one.
        let part = line.owed.min(self.all);
        line.owed -= part;
        line.is_sending = self.is_told;
        let (fd, name) = (line.stream.as_fd(), line.name);
        self.ring.send_fixed(fd, name, 0..part, self.is_told)
    }

    /// Closes a connection. What the kernel still does for it ends by that.
    fn hang_up(&mut self, number: usize) {
        if let Some(line) = self.lines[number].take() {
            let _gone = line.stream.shutdown(Shutdown::Both);
        }
    }

    /// The connection of this name, if it still has it.
    fn number(&self, name: u32) -> Option<usize> {
        let number = name as usize & (MOST - 1);
        let line = self.lines.get(number)?.as_ref()?;
        (line.name == name).then_some(number)
    }

    fn hear(&mut self, crew: &mut Crew<'_>, event: Event) -> io::Result<()> {
        match event {
            Event::Received {
                number: name,
                piece,
                is_more,
            } => {
                let number = self.number(name);
                let mut is_over = false;
                match (piece, number) {
                    (Ok(Some(piece)), number) => {
                        if let Some(number) = number {
                            let bytes = self.ring.bytes(&piece);
                            crew.received(number, bytes, self.control.now());
                        }
                        self.ring.give_back(piece);
                    }
                    (Ok(None), Some(number)) => {
                        is_over = true;
                        crew.closed(number, self.control.now());
                    }
                    (Err(error), Some(number)) if error.raw_os_error() != Some(libc::ENOBUFS) => {
                        is_over = true;
                        crew.lost(number, lost_error(&error));
                    }
                    _ => {}
                }
                match number {
                    Some(number) if !is_more && !is_over => self.listen(number),
                    _ => Ok(()),
                }
            }
            Event::Sent {
                number: name, sent, ..
            } => {
                let Some(number) = self.number(name) else {
                    return Ok(());
                };
                match sent {
                    Err(error) => crew.lost(number, lost_error(&error)),
                    // Nothing is sent in part but by a connection that fails then.
                    Ok(_) if !self.is_told => crew.lost(number, LoadError::Closed),
                    Ok(_) => {
                        if let Some(line) = &mut self.lines[number] {
                            line.is_sending = false;
                        }
                        self.send(number)?;
                    }
                }
                Ok(())
            }
            Event::Ready { number: name } => {
                let Some(number) = self.number(name) else {
                    return Ok(());
                };
                let error = match &self.lines[number] {
                    Some(line) => line.stream.take_error()?,
                    None => return Ok(()),
                };
                match error {
                    Some(error) => crew.not_opened(number, connection_error(&error)),
                    None => {
                        self.listen(number)?;
                        crew.opened(number, self.control.now());
                    }
                }
                Ok(())
            }
            Event::Accepted { .. } => Ok(()),
        }
    }
}
