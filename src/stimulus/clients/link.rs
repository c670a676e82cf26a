//! A client's end of its connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

use mio::event::Source;
use mio::net::{TcpStream, UdpSocket, UnixStream};
use mio::{Interest, Registry, Token};
use socket2::{Domain, SockRef, Socket, Type};

use super::tls::Secured;
use crate::model::clients::{Crowd, Endpoint};
use crate::model::experiment::LAB_DIR;
use crate::sys::packet;

/// Clients from one source address; there are 28,000 ephemeral ports.
const PER_ADDRESS: u32 = 1000;

/// A client's end of its connection.
pub(super) enum Link {
    Tcp(TcpStream),
    Tls(Box<Secured>),
    Unix(UnixStream),
    Udp(UdpSocket),
}

/// What a read brought.
pub(super) enum Came {
    /// So many bytes (one datagram), and descriptors.
    Data(usize, Vec<OwnedFd>),
    /// An orderly end of file.
    Fin,
    /// TLS: an end of file without close_notify.
    Cut,
}

impl Link {
    /// Begins to connect client `index` of the crowd, registered for everything.
    pub(super) fn connect(
        crowd: &Crowd,
        index: u32,
        registry: &Registry,
        token: Token,
    ) -> io::Result<Self> {
        let mut link = match &crowd.to {
            Endpoint::Tcp(port) => {
                let stream = tcp(crowd, index, *port)?;
                match crowd.tls {
                    None => Self::Tcp(stream),
                    Some(version) => Self::Tls(Box::new(Secured::new(stream, version)?)),
                }
            }
            Endpoint::Udp(port) => {
                let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0).into())?;
                socket.connect((Ipv4Addr::LOCALHOST, *port).into())?;
                Self::Udp(socket)
            }
            // A path of any length, and as it is called outside: we work in the lab directory.
            Endpoint::Unix(path) => {
                let path = path.strip_prefix(LAB_DIR).unwrap_or(path);
                Self::Unix(UnixStream::connect(Path::new(
                    path.trim_start_matches('/'),
                ))?)
            }
        };
        let interest = Interest::READABLE | Interest::WRITABLE;
        link.source().register(registry, token, interest)?;
        Ok(link)
    }

    fn source(&mut self) -> &mut dyn Source {
        match self {
            Self::Tcp(stream) => stream,
            Self::Tls(secured) => secured.stream(),
            Self::Unix(stream) => stream,
            Self::Udp(socket) => socket,
        }
    }

    /// Whether it is connected by now.
    ///
    /// # Errors
    /// Why it never will be.
    pub(super) fn is_connected(&mut self) -> io::Result<bool> {
        let peer = match self {
            Self::Unix(_) | Self::Udp(_) => return Ok(true),
            Self::Tcp(stream) => stream,
            Self::Tls(secured) => secured.stream(),
        };
        if let Some(error) = peer.take_error()? {
            return Err(error);
        }
        match peer.peer_addr() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The error that the socket has met, if any.
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        match self {
            Self::Tcp(stream) => stream.take_error(),
            Self::Tls(secured) => secured.stream().take_error(),
            Self::Unix(stream) => stream.take_error(),
            Self::Udp(socket) => socket.take_error(),
        }
        .ok()
        .flatten()
    }

    /// Reads what there is, as far as the buffer goes.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Came> {
        let read = match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Tls(secured) => return secured.read(buffer),
            Self::Udp(socket) => return Ok(Came::Data(socket.recv(buffer)?, Vec::new())),
            Self::Unix(stream) => {
                let Some(packet) = packet::try_receive(stream.as_fd())? else {
                    return Ok(Came::Fin);
                };
                let len = packet.bytes.len().min(buffer.len());
                buffer[..len].copy_from_slice(&packet.bytes[..len]);
                return Ok(Came::Data(len, packet.descriptors));
            }
        };
        Ok(match read? {
            0 => Came::Fin,
            len => Came::Data(len, Vec::new()),
        })
    }

    /// Sends as much as is taken.
    pub(super) fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(data),
            Self::Tls(secured) => secured.write(data),
            Self::Unix(stream) => stream.write(data),
            Self::Udp(socket) => socket.send(data),
        }
    }

    /// Sends what is ready to be sent and was not taken yet; only TLS has such a thing. Whether
    /// nothing is left.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        match self {
            Self::Tls(secured) => secured.flush(),
            _ => Ok(true),
        }
    }

    /// Ends what it sends.
    pub(super) fn shut_down(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.shutdown(std::net::Shutdown::Write),
            Self::Unix(stream) => stream.shutdown(std::net::Shutdown::Write),
            Self::Tls(secured) => secured.say_goodbye(),
            Self::Udp(_) => Ok(()),
        }
    }

    /// Makes the end a reset; see SO_LINGER of socket(7).
    pub(super) fn reset_when_closed(&mut self) -> io::Result<()> {
        let now = Some(Duration::ZERO);
        match self {
            Self::Tcp(stream) => SockRef::from(&*stream).set_linger(now),
            Self::Tls(secured) => SockRef::from(&*secured.stream()).set_linger(now),
            Self::Unix(_) | Self::Udp(_) => Ok(()),
        }
    }

    /// The certificate that the server has shown, DER; empty if none.
    pub(super) fn certificate(&self) -> Vec<u8> {
        match self {
            Self::Tls(secured) => secured.certificate(),
            _ => Vec::new(),
        }
    }
}

fn tcp(crowd: &Crowd, index: u32, port: u16) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    if crowd.receive_buffer > 0 {
        socket.set_recv_buffer_size(crowd.receive_buffer as usize)?;
    }
    if crowd.count > PER_ADDRESS {
        let [_, _, _, last] = Ipv4Addr::LOCALHOST.octets();
        let host = last + (index / PER_ADDRESS % 200) as u8;
        socket.bind(&SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0)).into())?;
    }
    match socket.connect(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into()) {
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => {}
        connected => connected?,
    }
    let stream = TcpStream::from_std(socket.into());
    stream.set_nodelay(true)?;
    Ok(stream)
}
