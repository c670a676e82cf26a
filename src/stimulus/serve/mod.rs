//! A server of files and of echo, whose connections can be served in four ways.
//!
//! It is something to play with, something to compare with, and what demos show: so its engines
//! do the same work for the same conversation (`talk`), and differ only in how they wait. Each
//! counts the system calls that it makes.

mod connection;
mod counts;
mod event_loop;
mod http;
mod listen;
mod pollers;
mod site;
pub(in crate::stimulus) mod slots;
mod talk;
mod threads;
mod tls;
mod uring;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::sys::eventfd::{EfdFlags, EventFd};

pub use counts::Counts;
pub use listen::listen;
pub use site::{PAGE_SIZE, Site};
pub use talk::Service;
pub use tls::Identity;

use counts::Tally;
use event_loop::EventLoop;
use pollers::{Mio, RawEpoll};
use uring::UringLoop;

/// For how long answers that are under way are finished once the server is to stop.
const GRACE: Duration = Duration::from_millis(800);

/// How connections are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// An event loop over mio: edge-triggered epoll, read until less comes than was asked for.
    Mio,
    /// An event loop over epoll(7): level-triggered, or edge-triggered and read until EAGAIN.
    Epoll {
        /// Whether it is edge-triggered.
        is_edge: bool,
    },
    /// io_uring(7).
    Uring,
    /// A thread for each connection.
    Threads,
}

/// What is to be served, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How connections are served.
    pub engine: Engine,
    /// What clients get.
    pub service: Service,
    /// The certificate, if clients are to speak TLS; for [`Engine::Mio`] only.
    pub identity: Option<Identity>,
    /// Where it listens; port 0 is any that is free.
    pub address: SocketAddr,
    /// How many event loops share the work. [`Engine::Threads`] has threads enough.
    pub loops: NonZero<usize>,
}

/// What all threads of a server share.
#[derive(Debug)]
struct Shared {
    service: Service,
    tally: Tally,
    /// Readable once the server is to stop.
    stop: EventFd,
}

/// A server at work.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

impl Server {
    /// Listens and begins to serve.
    ///
    /// # Errors
    /// Those of bind(2) and listen(2); whatever the engine needs and this machine does not give.
    pub fn start(settings: &Settings) -> io::Result<Self> {
        let is_alone = settings.engine == Engine::Threads || settings.loops.get() == 1;
        let first = listen(settings.address, !is_alone)?;
        let address = first.local_addr()?;
        let mut listeners = vec![first];
        if !is_alone {
            for _ in 1..settings.loops.get() {
                listeners.push(listen(address, true)?);
            }
        }
        let shared = Arc::new(Shared {
            service: settings.service.clone(),
            tally: Tally::default(),
            stop: EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?,
        });
        let mut server = Self {
            address,
            shared,
            threads: Vec::new(),
        };
        // All before the first serves: it may take every descriptor that there is.
        let mut prepared = Vec::new();
        for listener in listeners {
            prepared.push((Prepared::new(settings.engine)?, listener));
        }
        for (engine, listener) in prepared {
            let identity = settings.identity.clone();
            let shared = Arc::clone(&server.shared);
            let name = "serve".to_owned();
            let thread = thread::Builder::new().name(name).spawn(move || {
                serve(engine, listener, identity, &shared).inspect_err(|_| {
                    // One loop of several is no server: the others end, too.
                    let _others = shared.stop.write(1);
                })
            })?;
            server.threads.push(thread);
        }
        Ok(server)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has done so far.
    pub fn counts(&self) -> Counts {
        self.shared.tally.counts()
    }

    /// Whether it serves no more, for a reason that [`stop`](Self::stop) tells.
    pub fn has_ended(&self) -> bool {
        self.threads.iter().any(JoinHandle::is_finished)
    }

    /// Accepts nobody any more, finishes the answers that are under way, within a second, and
    /// says what was done.
    ///
    /// # Errors
    /// Why it has ended before, if it had.
    pub fn stop(mut self) -> io::Result<Counts> {
        self.end()?;
        Ok(self.counts())
    }

    fn end(&mut self) -> io::Result<()> {
        self.shared.stop.write(1)?;
        let mut ended = Ok(());
        for thread in self.threads.drain(..) {
            let result = thread
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("a thread of the server panicked")));
            ended = ended.and(result);
        }
        ended
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whoever wants to know how it went has called `stop`.
        let _result = self.end();
    }
}

/// An engine with the descriptors that it needs. A ring is made by the thread that uses it.
enum Prepared {
    Mio(Mio),
    Epoll(RawEpoll),
    Uring,
    Threads,
}

impl Prepared {
    fn new(engine: Engine) -> io::Result<Self> {
        Ok(match engine {
            Engine::Mio => Self::Mio(Mio::new()?),
            Engine::Epoll { is_edge } => Self::Epoll(RawEpoll::new(is_edge)?),
            Engine::Uring => Self::Uring,
            Engine::Threads => Self::Threads,
        })
    }
}

fn serve(
    engine: Prepared,
    listener: TcpListener,
    identity: Option<Identity>,
    shared: &Arc<Shared>,
) -> io::Result<()> {
    match engine {
        Prepared::Mio(mio) => EventLoop::new(mio, listener, identity, shared)?.run(),
        Prepared::Epoll(epoll) => EventLoop::new(epoll, listener, identity, shared)?.run(),
        Prepared::Uring => UringLoop::new(listener, shared)?.run(),
        Prepared::Threads => threads::run(listener, shared),
    }
}

/// Whether a connection could not be accepted for want of something that others may give back.
fn is_exhaustion(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
    )
}
