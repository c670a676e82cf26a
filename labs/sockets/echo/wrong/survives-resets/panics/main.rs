//! echo. The mistake: unwrap.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, RawFd};
use std::process::ExitCode;

const CHUNK: usize = 32 * 1024;

mod sys {
    //! What the standard library has no name for, with Linux' numbers.

    use std::io;
    use std::os::fd::RawFd;

    pub const IN: u32 = 1;
    pub const OUT: u32 = 4;
    pub const ADD: i32 = 1;
    pub const DEL: i32 = 2;
    pub const MOD: i32 = 3;
    const RLIMIT_NOFILE: i32 = 7;
    const SIGTERM: i32 = 15;

    #[repr(C)]
    #[cfg_attr(target_arch = "x86_64", repr(packed))]
    #[derive(Clone, Copy)]
    pub struct Event {
        pub events: u32,
        pub data: u64,
    }

    unsafe extern "C" {
        fn epoll_create1(flags: i32) -> i32;
        fn epoll_ctl(epoll: i32, operation: i32, fd: i32, event: *mut Event) -> i32;
        fn epoll_wait(epoll: i32, events: *mut Event, size: i32, timeout: i32) -> i32;
        fn getrlimit(resource: i32, limit: *mut [u64; 2]) -> i32;
        fn setrlimit(resource: i32, limit: *const [u64; 2]) -> i32;
        fn listen(fd: i32, backlog: i32) -> i32;
        fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
        fn _exit(status: i32) -> !;
    }

    extern "C" fn leave(_: i32) {
        // SAFETY: _exit is async-signal-safe.
        unsafe { _exit(0) }
    }

    /// Makes SIGTERM an exit, lets us have as many descriptors as possible, and makes an epoll.
    pub fn start() -> io::Result<RawFd> {
        // SAFETY: the handler is async-signal-safe; `limit` is as large as struct rlimit.
        unsafe {
            signal(SIGTERM, leave);
            let mut limit = [0, 0];
            if getrlimit(RLIMIT_NOFILE, &mut limit) == 0 {
                setrlimit(RLIMIT_NOFILE, &[limit[1], limit[1]]);
            }
            check(epoll_create1(0))
        }
    }

    /// A longer queue than the standard library's 128 (4,096 on newer versions).
    pub fn listen_longer(fd: RawFd) -> io::Result<()> {
        // SAFETY: no memory is involved.
        check(unsafe { listen(fd, 4096) }).map(drop)
    }

    pub fn watch(epoll: RawFd, operation: i32, fd: RawFd, events: u32) -> io::Result<()> {
        let data = fd as u64;
        // SAFETY: the event lives until the call returns.
        check(unsafe { epoll_ctl(epoll, operation, fd, &mut Event { events, data }) }).map(drop)
    }

    /// Waits; returns how many of `events` have been filled.
    pub fn wait(epoll: RawFd, events: &mut [Event], timeout_ms: i32) -> io::Result<usize> {
        let size = events.len() as i32;
        // SAFETY: `events` has room for `size`.
        check(unsafe { epoll_wait(epoll, events.as_mut_ptr(), size, timeout_ms) })
            .map(|count| count as usize)
    }

    fn check(result: i32) -> io::Result<i32> {
        match result {
            -1 => Err(io::Error::last_os_error()),
            other => Ok(other),
        }
    }
}

struct Connection {
    stream: TcpStream,
    held: Vec<u8>,
}

struct Server {
    epoll: RawFd,
    listener: TcpListener,
    connections: HashMap<RawFd, Connection>,
    is_resting: bool,
}

impl Server {
    fn accept_all(&mut self) -> io::Result<()> {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(true)?;
                    stream.set_nodelay(true)?;
                    let fd = stream.as_raw_fd();
                    sys::watch(self.epoll, sys::ADD, fd, sys::IN)?;
                    let held = Vec::new();
                    self.connections.insert(fd, Connection { stream, held });
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                // No descriptor, no memory: until somebody leaves, or for a second.
                Err(_) => {
                    self.is_resting = true;
                    return sys::watch(self.epoll, sys::DEL, self.listener.as_raw_fd(), 0);
                }
            }
        }
    }

    fn wake(&mut self) -> io::Result<()> {
        if self.is_resting {
            self.is_resting = false;
            sys::watch(self.epoll, sys::ADD, self.listener.as_raw_fd(), sys::IN)?;
        }
        Ok(())
    }

    fn serve(&mut self, fd: RawFd) -> io::Result<()> {
        let Some(connection) = self.connections.get_mut(&fd) else {
            return Ok(());
        };
        let was_full = !connection.held.is_empty();
        match connection.step() {
            Ok(true) => {
                let is_full = !connection.held.is_empty();
                if is_full != was_full {
                    let events = if is_full { sys::OUT } else { sys::IN };
                    sys::watch(self.epoll, sys::MOD, fd, events)?;
                }
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            _ => {
                self.connections.remove(&fd);
                self.wake()
            }
        }
    }

    fn run(&mut self) -> io::Result<()> {
        let mut events = [sys::Event { events: 0, data: 0 }; 128];
        loop {
            let timeout_ms = if self.is_resting { 1000 } else { -1 };
            let count = match sys::wait(self.epoll, &mut events, timeout_ms) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                count => count?,
            };
            if count == 0 {
                self.wake()?;
            }
            for event in &events[..count] {
                match event.data as RawFd {
                    fd if fd == self.listener.as_raw_fd() => self.accept_all()?,
                    fd => self.serve(fd)?,
                }
            }
        }
    }
}

impl Connection {
    /// Reads or writes once; false at the end of input.
    fn step(&mut self) -> io::Result<bool> {
        if self.held.is_empty() {
            let mut chunk = [0; CHUNK];
            let got = match self.stream.read(&mut chunk) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(error),
                got => got.unwrap(),
            };
            self.held.extend_from_slice(&chunk[..got]);
            if got == 0 {
                return Ok(false);
            }
        }
        let sent = match self.stream.write(&self.held) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            sent => sent.unwrap(),
        };
        self.held.drain(..sent);
        if self.held.is_empty() {
            self.held = Vec::new();
        }
        Ok(true)
    }
}

fn serve(port: u16) -> io::Result<()> {
    let epoll = sys::start()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    sys::listen_longer(listener.as_raw_fd())?;
    sys::watch(epoll, sys::ADD, listener.as_raw_fd(), sys::IN)?;
    Server {
        epoll,
        listener,
        connections: HashMap::new(),
        is_resting: false,
    }
    .run()
}

fn main() -> ExitCode {
    let Some(port) = std::env::args().nth(1).and_then(|port| port.parse().ok()) else {
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
