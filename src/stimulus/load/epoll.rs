//! The connections of one thread by epoll, where io_uring is refused; see epoll(7) and
//! timerfd_create(2).

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::AsFd as _;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use super::crew::{Crew, Next};
use super::{Control, GLANCE, Lines, Shift, connection_error, lost_error};

/// What is reported by one call at most.
const EVENTS: usize = 512;

/// What is received by one call at most, bytes.
const SCRATCH: usize = 64 * 1024;

/// What the timer is reported under.
const TIMER: u64 = u64::MAX;

/// A connection's socket, and how much of the requests has been sent on it.
struct Line {
    stream: TcpStream,
    is_made: bool,
    is_writable: bool,
    /// Bytes that are to be sent.
    owed: usize,
    /// How much of a request has been sent.
    at: usize,
}

/// Plays a crew's part until it is over.
pub(super) fn play(crew: &mut Crew<'_>, from: Lines, shift: &mut Shift<'_>) -> io::Result<()> {
    let control = shift.control;
    let (repeated, length) = (from.repeated.as_slice(), from.length);
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    // epoll_wait(2) counts in milliseconds, which is too coarse for a pace.
    let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_CLOEXEC)?;
    let edge = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
    epoll.add(&timer, EpollEvent::new(edge, TIMER))?;
    let mut lines: Vec<Option<Line>> = Vec::new();
    for (number, stream) in from.made.into_iter().enumerate() {
        lines.push(stream.map(|stream| Line::new(stream, true)));
        if let Some(Some(line)) = lines.last() {
            watch(&epoll, &line.stream, number)?;
            crew.opened(number, control.now());
        }
    }
    let mut events = vec![EpollEvent::empty(); EVENTS];
    let mut scratch = vec![0; SCRATCH];
    loop {
        let now = control.now();
        crew.tick(now);
        // Whoever cannot send is lost, which may leave more to be done.
        while let Some(next) = crew.next.pop() {
            match next {
                Next::Send(number, count) => {
                    if let Some(Some(line)) = lines.get_mut(number) {
                        line.owed += count * length;
                        if let Err(error) = line.send(repeated, length) {
                            crew.lost(number, lost_error(&error));
                        }
                    }
                }
                Next::Reconnect(number) => {
                    lines[number] = None;
                    match from.route.begin(from.first + number) {
                        Ok(stream) => {
                            watch(&epoll, &stream, number)?;
                            lines[number] = Some(Line::new(stream, false));
                        }
                        Err(error) => crew.not_opened(number, connection_error(&error)),
                    }
                }
                Next::Close(number) => lines[number] = None,
            }
        }
        if shift.is_over(crew, now) {
            return Ok(());
        }
        if let Some(due) = crew.due() {
            let left = Duration::from_nanos(due.saturating_sub(now).max(1));
            let expiration = Expiration::OneShot(TimeSpec::from(left));
            timer.set(expiration, TimerSetTimeFlags::empty())?;
        }
        let timeout = EpollTimeout::try_from(GLANCE).unwrap_or(EpollTimeout::ZERO);
        let count = match epoll.wait(&mut events, timeout) {
            Err(Errno::EINTR) => 0,
            count => count?,
        };
        for event in &events[..count] {
            let number = usize::try_from(event.data()).unwrap_or(usize::MAX);
            if let Some(Some(line)) = lines.get_mut(number) {
                hear(crew, line, number, event.events(), &mut scratch, control);
                if let Err(error) = line.send(repeated, length) {
                    crew.lost(number, lost_error(&error));
                }
            }
        }
    }
}

fn watch(epoll: &Epoll, stream: &TcpStream, number: usize) -> io::Result<()> {
    let flags =
        EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT | EpollFlags::EPOLLRDHUP | EpollFlags::EPOLLET;
    Ok(epoll.add(stream.as_fd(), EpollEvent::new(flags, number as u64))?)
}

/// Takes what came on a connection.
fn hear(
    crew: &mut Crew<'_>,
    line: &mut Line,
    number: usize,
    flags: EpollFlags,
    scratch: &mut [u8],
    control: &Control<'_>,
) {
    line.is_writable |= flags.contains(EpollFlags::EPOLLOUT);
    if !line.is_made {
        match line.stream.take_error() {
            Ok(None) if line.is_writable => {
                line.is_made = true;
                crew.opened(number, control.now());
            }
            Ok(None) => return,
            Ok(Some(error)) | Err(error) => {
                return crew.not_opened(number, connection_error(&error));
            }
        }
    }
    let is_ended =
        flags.intersects(EpollFlags::EPOLLRDHUP | EpollFlags::EPOLLHUP | EpollFlags::EPOLLERR);
    if !is_ended && !flags.contains(EpollFlags::EPOLLIN) {
        return;
    }
    loop {
        match line.stream.read(scratch) {
            Ok(0) => return crew.closed(number, control.now()),
            Ok(came) => {
                crew.received(number, &scratch[..came], control.now());
                // Less than was asked for: nothing is left, but perhaps the end.
                if came < scratch.len() && !is_ended {
                    return;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(error) => return crew.lost(number, lost_error(&error)),
        }
    }
}

impl Line {
    fn new(stream: TcpStream, is_made: bool) -> Self {
        Self {
            stream,
            is_made,
            is_writable: is_made,
            owed: 0,
            at: 0,
        }
    }

    /// Sends what the socket takes of what is owed.
    fn send(&mut self, repeated: &[u8], length: usize) -> io::Result<()> {
        while self.owed > 0 && self.is_writable {
            let end = repeated.len().min(self.at + self.owed);
            match self.stream.write(&repeated[self.at..end]) {
                Ok(sent) => {
                    self.is_writable = sent == end - self.at;
                    self.owed -= sent;
                    self.at = (self.at + sent) % length;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.is_writable = false,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
