//! echo: send back what each connection sends, ten thousand of them at once.
//!
//! For the instructor. Five decisions carry this program:
//!
//! 1. mio is edge-triggered epoll: it tells of a change once. Whoever stops reading before
//!    `WouldBlock` has to remember that there is more. `ready` is that memory: a queue of
//!    connections that can go on. Each turn serves one of them for at most `TURNS` chunks, so
//!    that a client who sends without end delays nobody.
//! 2. A connection is read from or written to, never both. What was read goes out at once; what
//!    the kernel does not take is held, and until it is gone nothing more is read. So a client that
//!    never reads costs one chunk, TCP's flow control stops it, and an idle one costs 40 bytes.
//! 3. From this follows the half-close: the end of input is only ever met with nothing held.
//! 4. Out of descriptors, clients wait in the kernel's queue. No new edge tells of them: accepting
//!    goes on when somebody leaves. The timeout is for ENFILE, when it is others who have to leave.
//! 5. SIGTERM is blocked for good and arrives through a signalfd, as one more descriptor.
//!
//! The standard library ignores SIGPIPE.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::AsRawFd;
use std::process::ExitCode;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{Backlog, listen};

const CHUNK: usize = 64 * 1024;
const BATCH: usize = 256;
const TURNS: usize = 16;
const RETRY: Duration = Duration::from_secs(1);

/// A client, and what was read from it and not yet sent back.
struct Connection {
    stream: TcpStream,
    held: Vec<u8>,
    is_queued: bool,
}

/// What a connection's turn came to.
enum Turn {
    /// Nothing more can be done before the kernel says so.
    Waits,
    /// It could go on, and others have their turn first.
    GoesOn,
    /// Its end of input was met with nothing held, or it was reset.
    Ends,
}

impl Connection {
    fn turn(&mut self, chunk: &mut [u8]) -> Turn {
        for _ in 0..TURNS {
            match self.step(chunk) {
                Ok(true) => {}
                Ok(false) => return Turn::Ends,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Turn::Waits,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Turn::Ends,
            }
        }
        Turn::GoesOn
    }

    /// Makes one system call; two when a chunk comes and goes. False at the end of input.
    fn step(&mut self, chunk: &mut [u8]) -> io::Result<bool> {
        if !self.held.is_empty() {
            let sent = self.stream.write(&self.held)?;
            self.held.drain(..sent);
            if self.held.is_empty() {
                self.held = Vec::new(); // gives the memory back
            }
            return Ok(true);
        }
        let got = self.stream.read(chunk)?;
        let sent = match self.stream.write(&chunk[..got]) {
            Ok(sent) => sent,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(error) => return Err(error),
        };
        self.held.extend_from_slice(&chunk[sent..got]);
        Ok(got > 0)
    }
}

struct Server {
    poll: Poll,
    listener: TcpListener,
    /// By descriptor, which is also the token.
    connections: Vec<Option<Connection>>,
    ready: VecDeque<usize>,
    /// Out of descriptors, most likely: there may be clients that no event tells of.
    is_full: bool,
}

impl Server {
    fn new(port: u16, signals: &SignalFd) -> io::Result<Self> {
        let poll = Poll::new()?;
        // With SO_REUSEADDR: connections of an earlier run may be in TIME_WAIT on this port.
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        // mio asks for a queue of 128, which a burst of clients overflows; asking again is allowed.
        listen(&listener, Backlog::MAXALLOWABLE)?;
        let registry = poll.registry();
        for fd in [listener.as_raw_fd(), signals.as_raw_fd()] {
            let token = Token(fd as usize);
            registry.register(&mut SourceFd(&fd), token, Interest::READABLE)?;
        }
        Ok(Self {
            poll,
            listener,
            connections: Vec::new(),
            ready: VecDeque::new(),
            is_full: false,
        })
    }

    fn run(&mut self, signals: &SignalFd) -> io::Result<()> {
        let mut events = Events::with_capacity(BATCH);
        let mut chunk = vec![0; CHUNK];
        let (listener, signals) = (
            Token(self.listener.as_raw_fd() as usize),
            Token(signals.as_raw_fd() as usize),
        );
        loop {
            let timeout = match (self.ready.is_empty(), self.is_full) {
                (false, _) => Some(Duration::ZERO),
                (true, true) => Some(RETRY),
                (true, false) => None,
            };
            match self.poll.poll(&mut events, timeout) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            if self.is_full && self.ready.is_empty() && events.is_empty() {
                self.accept();
            }
            for event in &events {
                match event.token() {
                    token if token == signals => return Ok(()), // the kernel closes what is open
                    token if token == listener => self.accept(),
                    Token(fd) => self.enqueue(fd),
                }
            }
            for _ in 0..self.ready.len() {
                if let Some(fd) = self.ready.pop_front() {
                    self.serve(fd, &mut chunk);
                }
            }
        }
    }

    fn enqueue(&mut self, fd: usize) {
        if let Some(Some(connection)) = self.connections.get_mut(fd)
            && !connection.is_queued
        {
            connection.is_queued = true;
            self.ready.push_back(fd);
        }
    }

    fn serve(&mut self, fd: usize, chunk: &mut [u8]) {
        let Some(Some(connection)) = self.connections.get_mut(fd) else {
            return;
        };
        connection.is_queued = false;
        match connection.turn(chunk) {
            Turn::Waits => {}
            Turn::GoesOn => self.enqueue(fd),
            Turn::Ends => {
                self.connections[fd] = None; // closes it, and so leaves the epoll set
                if self.is_full {
                    self.accept();
                }
            }
        }
    }

    fn accept(&mut self) {
        self.is_full = false;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => self.start(stream),
                // The client has left the queue again.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => {
                    self.is_full = true;
                    return;
                }
            }
        }
    }

    fn start(&mut self, mut stream: TcpStream) {
        // Small answers go out at once; without it they only go out later.
        let _ = stream.set_nodelay(true);
        let fd = stream.as_raw_fd() as usize;
        let interest = Interest::READABLE | Interest::WRITABLE;
        let registry = self.poll.registry();
        if registry.register(&mut stream, Token(fd), interest).is_err() {
            return; // and is closed
        }
        if fd >= self.connections.len() {
            self.connections.resize_with(fd + 1, || None);
        }
        self.connections[fd] = Some(Connection {
            stream,
            held: Vec::new(),
            is_queued: false,
        });
    }
}

fn serve(port: u16) -> io::Result<()> {
    let stop = SigSet::from_iter([Signal::SIGTERM, Signal::SIGINT]);
    stop.thread_block()?;
    let signals = SignalFd::with_flags(&stop, SfdFlags::SFD_CLOEXEC)?;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    Server::new(port, &signals)?.run(&signals)
}

fn main() -> ExitCode {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let Some(port) = port else {
        eprintln!("usage: echo PORT");
        return ExitCode::from(2);
    };
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("echo: {error}");
            ExitCode::FAILURE
        }
    }
}
