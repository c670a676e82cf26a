//! Connections, made without waiting for each; see connect(2), "EINPROGRESS", and ip(7).

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::AsFd as _;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, Socket, Type};

use super::Control;

/// Connections from one address to one other: there are 28,000 ports for them
/// (/proc/sys/net/ipv4/ip_local_port_range), some of which may linger in TIME_WAIT.
const EACH: usize = 10_000;

/// Connections that are being made at a time: fewer than a usual server lets wait.
const WINDOW: usize = 100;

/// How often it is looked whether to go on, milliseconds.
const GLANCE_MS: u16 = 50;

/// How long it may take until any of those that are being made is there, milliseconds.
const PATIENCE_MS: u32 = 10_000;

/// Where connections come from, and go to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    to: SocketAddr,
    /// From how many addresses.
    sources: usize,
}

impl Route {
    /// For so many connections, all threads together.
    pub(super) fn new(to: SocketAddr, connections: usize) -> Self {
        let is_loopback = matches!(to.ip(), IpAddr::V4(ip) if ip.is_loopback());
        let sources = match is_loopback {
            // All of 127.0.0.0/8 is this machine.
            true => connections.div_ceil(EACH).clamp(1, 200),
            false => 1,
        };
        Self { to, sources }
    }

    /// Begins to connect. It is there, or has failed, once it can be written.
    pub(super) fn begin(&self, number: usize) -> io::Result<TcpStream> {
        let socket = Socket::new(
            Domain::for_address(self.to),
            Type::STREAM.nonblocking(),
            Some(Protocol::TCP),
        )?;
        socket.set_tcp_nodelay(true)?;
        if self.sources > 1 {
            // The port is chosen when the other end is known: it may be used with others, too.
            setsockopt(&socket, sockopt::IpBindAddressNoPort, &true)?;
            let last = u8::try_from(number % self.sources + 1).unwrap_or(u8::MAX);
            let from = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0));
            socket.bind(&from.into())?;
        }
        match socket.connect(&self.to.into()) {
            Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => Err(error),
            _ => Ok(socket.into()),
        }
    }
}

/// Makes so many connections, the first with number `first`; those that could not be made, with
/// the reason.
///
/// # Errors
/// Those of poll(2).
pub(super) fn open(
    route: Route,
    first: usize,
    count: usize,
    control: &Control<'_>,
) -> io::Result<Vec<io::Result<TcpStream>>> {
    let mut made: Vec<io::Result<TcpStream>> = Vec::with_capacity(count);
    // Positions in `made` of those that are being made.
    let mut open: Vec<usize> = Vec::new();
    let mut waited_ms = 0;
    while (made.len() < count || !open.is_empty()) && !control.is_interrupted() {
        while made.len() < count && open.len() < WINDOW {
            let begun = route.begin(first + made.len());
            if begun.is_ok() {
                open.push(made.len());
            }
            made.push(begun);
        }
        let mut waiting: Vec<PollFd<'_>> = open
            .iter()
            .filter_map(|at| made[*at].as_ref().ok())
            .map(|stream| PollFd::new(stream.as_fd(), PollFlags::POLLOUT))
            .collect();
        match poll(&mut waiting, GLANCE_MS) {
            Ok(0) => waited_ms += u32::from(GLANCE_MS),
            Ok(_) => waited_ms = 0,
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<bool> = waiting
            .iter()
            .map(|waiting| waiting.any() == Some(true))
            .collect();
        let is_late = waited_ms >= PATIENCE_MS;
        let mut still = Vec::new();
        for (at, is_ready) in open.into_iter().zip(ready) {
            if is_ready {
                if let Ok(stream) = &made[at]
                    && let Some(error) = stream.take_error()?
                {
                    made[at] = Err(error);
                }
            } else if is_late {
                made[at] = Err(io::Error::from_raw_os_error(libc::ETIMEDOUT));
            } else {
                still.push(at);
            }
        }
        open = still;
    }
    Ok(made)
}
