//! Two ways to hear of many sockets: epoll as it is, and mio; see epoll(7).

use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use super::connection::{Reading, Ready};

/// What is reported by one call at most.
const EVENTS: usize = 1024;

/// What is wanted of a socket. Edge-triggered pollers always report both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// To hear when something comes.
    Input,
    /// To hear when there is room to send again.
    Room,
}

/// A way to hear of many sockets.
pub(super) trait Poller {
    /// How sockets are to be read after such reports.
    fn reading(&self) -> Reading;

    /// Begins to watch a socket; the number comes back with what is reported of it.
    fn add(&mut self, fd: BorrowedFd<'_>, number: usize) -> io::Result<()>;

    /// Says what is wanted of it from now on, where that makes a difference; the calls made.
    fn want(&mut self, fd: BorrowedFd<'_>, number: usize, wanted: Wanted) -> io::Result<u64>;

    /// Watches it no longer. A socket that is closed is forgotten by itself.
    fn remove(&mut self, fd: BorrowedFd<'_>) -> io::Result<()>;

    /// Waits, so long at most, and appends what is reported.
    fn wait(
        &mut self,
        at_most: Option<Duration>,
        ready: &mut Vec<(usize, Ready)>,
    ) -> io::Result<()>;
}

/// epoll(7), by its own three calls.
#[derive(Debug)]
pub(super) struct RawEpoll {
    epoll: Epoll,
    is_edge: bool,
    events: Vec<EpollEvent>,
}

impl RawEpoll {
    pub(super) fn new(is_edge: bool) -> io::Result<Self> {
        Ok(Self {
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
            is_edge,
            events: vec![EpollEvent::empty(); EVENTS],
        })
    }

    fn flags(&self, wanted: Wanted) -> EpollFlags {
        match (self.is_edge, wanted) {
            (true, _) => {
                EpollFlags::EPOLLIN
                    | EpollFlags::EPOLLOUT
                    | EpollFlags::EPOLLRDHUP
                    | EpollFlags::EPOLLET
            }
            // EPOLLRDHUP would be reported again and again while we wait for room.
            (false, Wanted::Input) => EpollFlags::EPOLLIN,
            (false, Wanted::Room) => EpollFlags::EPOLLOUT,
        }
    }
}

impl Poller for RawEpoll {
    fn reading(&self) -> Reading {
        match self.is_edge {
            true => Reading::Dry,
            false => Reading::Once,
        }
    }

    fn add(&mut self, fd: BorrowedFd<'_>, number: usize) -> io::Result<()> {
        let event = EpollEvent::new(self.flags(Wanted::Input), number as u64);
        Ok(self.epoll.add(fd, event)?)
    }

    fn want(&mut self, fd: BorrowedFd<'_>, number: usize, wanted: Wanted) -> io::Result<u64> {
        if self.is_edge {
            return Ok(0);
        }
        let mut event = EpollEvent::new(self.flags(wanted), number as u64);
        self.epoll.modify(fd, &mut event)?;
        Ok(1)
    }

    fn remove(&mut self, fd: BorrowedFd<'_>) -> io::Result<()> {
        Ok(self.epoll.delete(fd)?)
    }

    fn wait(
        &mut self,
        at_most: Option<Duration>,
        ready: &mut Vec<(usize, Ready)>,
    ) -> io::Result<()> {
        let timeout = at_most.map_or(EpollTimeout::NONE, |at_most| {
            EpollTimeout::try_from(at_most).unwrap_or(EpollTimeout::MAX)
        });
        let count = match self.epoll.wait(&mut self.events, timeout) {
            Err(Errno::EINTR) => 0,
            count => count?,
        };
        ready.extend(self.events[..count].iter().map(|event| {
            let flags = event.events();
            // Whatever is wrong with it, the next call will say.
            let is_broken = flags.intersects(EpollFlags::EPOLLERR | EpollFlags::EPOLLHUP);
            let news = Ready {
                is_readable: is_broken || flags.contains(EpollFlags::EPOLLIN),
                is_writable: is_broken || flags.contains(EpollFlags::EPOLLOUT),
                is_ended: is_broken || flags.contains(EpollFlags::EPOLLRDHUP),
            };
            (event.data() as usize, news)
        }));
        Ok(())
    }
}

/// mio, which always asks for edges.
#[derive(Debug)]
pub(super) struct Mio {
    poll: Poll,
    events: Events,
}

impl Mio {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS),
        })
    }
}

fn raw(fd: BorrowedFd<'_>) -> RawFd {
    use std::os::fd::AsRawFd as _;
    fd.as_raw_fd()
}

impl Poller for Mio {
    fn reading(&self) -> Reading {
        Reading::Short
    }

    fn add(&mut self, fd: BorrowedFd<'_>, number: usize) -> io::Result<()> {
        let all = Interest::READABLE | Interest::WRITABLE;
        self.poll
            .registry()
            .register(&mut SourceFd(&raw(fd)), Token(number), all)
    }

    fn want(&mut self, _: BorrowedFd<'_>, _: usize, _: Wanted) -> io::Result<u64> {
        Ok(0)
    }

    fn remove(&mut self, fd: BorrowedFd<'_>) -> io::Result<()> {
        self.poll.registry().deregister(&mut SourceFd(&raw(fd)))
    }

    fn wait(
        &mut self,
        at_most: Option<Duration>,
        ready: &mut Vec<(usize, Ready)>,
    ) -> io::Result<()> {
        match self.poll.poll(&mut self.events, at_most) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            waited => waited?,
        }
        ready.extend(self.events.iter().map(|event| {
            let news = Ready {
                is_readable: event.is_readable() || event.is_error(),
                is_writable: event.is_writable() || event.is_error(),
                is_ended: event.is_read_closed(),
            };
            (event.token().0, news)
        }));
        Ok(())
    }
}
