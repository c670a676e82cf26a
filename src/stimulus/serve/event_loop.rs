//! One thread that serves all its connections, whichever of them something happens to.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use super::connection::{After, Connection, Ready, Scratch};
use super::pollers::{Poller, Wanted};
use super::slots::Slots;
use super::talk::Desk;
use super::tls::Identity;
use super::{GRACE, Shared, is_exhaustion};

/// What the listening socket is reported under.
const LISTENER: usize = usize::MAX - 1;
/// What the wish to stop is reported under.
const STOP: usize = usize::MAX - 2;

/// How many connections are accepted before it is the others' turn.
const ACCEPTS: u32 = 64;

/// When accepting is tried again after descriptors have run out, if no connection of ours ended
/// before: others in this process or machine may have let go of some.
const RETRY: Duration = Duration::from_millis(100);

/// The loop and all that it owns.
pub(super) struct EventLoop<'a, P> {
    poller: P,
    listener: Option<TcpListener>,
    identity: Option<Identity>,
    shared: &'a Shared,
    desk: Desk,
    scratch: Scratch,
    connections: Slots<Served>,
    /// Those that have not done all that they can.
    again: VecDeque<usize>,
    /// Whether there may be somebody to be accepted.
    is_called: bool,
    /// Since when nobody can be accepted.
    exhausted: Option<Instant>,
}

struct Served {
    connection: Connection,
    wanted: Wanted,
}

impl<'a, P: Poller> EventLoop<'a, P> {
    pub(super) fn new(
        mut poller: P,
        listener: TcpListener,
        identity: Option<Identity>,
        shared: &'a Shared,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        poller.add(listener.as_fd(), LISTENER)?;
        poller.add(shared.stop.as_fd(), STOP)?;
        Ok(Self {
            poller,
            listener: Some(listener),
            identity,
            shared,
            desk: Desk::new(shared.service.clone()),
            scratch: Scratch::new(),
            connections: Slots::default(),
            again: VecDeque::new(),
            is_called: false,
            exhausted: None,
        })
    }

    /// Serves until it is to stop, and then until all answers under way are finished or their
    /// time is over.
    pub(super) fn run(mut self) -> io::Result<()> {
        let mut ready = Vec::new();
        let mut deadline: Option<Instant> = None;
        loop {
            let patience = match (&deadline, self.has_work(), self.exhausted) {
                (_, true, _) => Some(Duration::ZERO),
                (Some(end), ..) => Some(end.saturating_duration_since(Instant::now())),
                (None, false, Some(_)) => Some(RETRY),
                (None, false, None) => None,
            };
            self.desk.counts.calls += 1;
            ready.clear();
            self.poller.wait(patience, &mut ready)?;
            self.desk.now = Instant::now();
            if self.exhausted.is_some_and(|since| since.elapsed() >= RETRY) {
                self.listen_again()?;
            }
            let before = self.again.len();
            for (number, news) in ready.drain(..) {
                match number {
                    LISTENER => self.is_called = true,
                    // It can always be written.
                    STOP if !news.is_readable => {}
                    STOP => {
                        deadline.get_or_insert(self.desk.now + GRACE);
                    }
                    number => self.turn(number, news)?,
                }
            }
            for _ in 0..before {
                if let Some(number) = self.again.pop_front() {
                    self.turn(number, Ready::default())?;
                }
            }
            if let Some(end) = deadline {
                self.wind_up()?;
                if self.connections.len() == 0 || self.desk.now >= end {
                    self.shared.tally.take(&mut self.desk.counts);
                    return Ok(());
                }
            } else if self.is_called {
                self.accept()?;
            }
            self.shared.tally.take(&mut self.desk.counts);
        }
    }

    fn has_work(&self) -> bool {
        self.is_called && self.listener.is_some() || !self.again.is_empty()
    }

    /// Accepts those who wait.
    fn accept(&mut self) -> io::Result<()> {
        for _ in 0..ACCEPTS {
            let Some(listener) = &self.listener else {
                return Ok(());
            };
            self.desk.counts.calls += 1;
            match listener.accept() {
                Ok((stream, _)) => {
                    // Answers are sent whole: there is nothing to wait for (tcp(7)).
                    let prepared = stream
                        .set_nonblocking(true)
                        .and_then(|()| stream.set_nodelay(true));
                    if prepared.is_err() {
                        continue;
                    }
                    let identity = self.identity.as_ref();
                    let tls = identity.map(Identity::accept).transpose()?;
                    self.desk.counts.accepted += 1;
                    let connection = Connection::new(stream, tls);
                    let number = self.connections.insert(Served {
                        connection,
                        wanted: Wanted::Input,
                    });
                    let Some(served) = self.connections.get(number) else {
                        continue;
                    };
                    self.desk.counts.calls += 3;
                    if self.poller.add(served.connection.fd(), number).is_err() {
                        // ENOSPC: more than /proc/sys/fs/epoll/max_user_watches.
                        self.close(number)?;
                        return self.pause();
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.is_called = false;
                    return Ok(());
                }
                Err(error) if is_exhaustion(&error) => return self.pause(),
                // Whoever called has gone, or the network says something of it (accept(2)).
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Leaves those who call in the kernel's queue, which must not wake us for them meanwhile.
    fn pause(&mut self) -> io::Result<()> {
        self.desk.counts.exhausted += 1;
        self.is_called = false;
        if let Some(listener) = &self.listener
            && self.exhausted.is_none()
        {
            self.poller.remove(listener.as_fd())?;
        }
        self.exhausted = Some(self.desk.now);
        Ok(())
    }

    fn listen_again(&mut self) -> io::Result<()> {
        if let Some(listener) = &self.listener
            && self.exhausted.take().is_some()
        {
            self.poller.add(listener.as_fd(), LISTENER)?;
        }
        Ok(())
    }

    /// Lets a connection do what it can.
    fn turn(&mut self, number: usize, news: Ready) -> io::Result<()> {
        let reading = self.poller.reading();
        let Some(served) = self.connections.get(number) else {
            return Ok(());
        };
        let connection = &mut served.connection;
        match connection.turn(&mut self.desk, &mut self.scratch, news, reading) {
            Ok(After::Wait) => {
                let wanted = match connection.is_blocked() {
                    true => Wanted::Room,
                    false => Wanted::Input,
                };
                if wanted != served.wanted {
                    served.wanted = wanted;
                    let fd = served.connection.fd();
                    self.desk.counts.calls += self.poller.want(fd, number, wanted)?;
                }
                Ok(())
            }
            Ok(After::Again) => {
                self.again.push_back(number);
                Ok(())
            }
            Ok(After::Close) => self.close(number),
            Err(_) => {
                self.desk.counts.failed += 1;
                self.close(number)
            }
        }
    }

    fn close(&mut self, number: usize) -> io::Result<()> {
        self.connections.remove(number);
        self.desk.counts.calls += 1;
        self.desk.counts.closed += 1;
        self.listen_again()
    }

    /// Accepts nobody any more and closes what has nothing under way.
    fn wind_up(&mut self) -> io::Result<()> {
        if self.listener.take().is_none() {
            return Ok(());
        }
        self.poller.remove(self.shared.stop.as_fd())?;
        for number in self.connections.numbers() {
            let connection = self.connections.get(number);
            match connection.map(|served| &mut served.connection) {
                Some(connection) if connection.is_busy() => connection.wind_up(),
                _ => self.close(number)?,
            }
        }
        Ok(())
    }
}
