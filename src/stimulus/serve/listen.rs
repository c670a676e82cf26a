//! The listening socket; see listen(2) and socket(7).

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// How many may wait to be accepted. The kernel takes less if /proc/sys/net/core/somaxconn says
/// so.
const BACKLOG: i32 = 4096;

/// Listens; several sockets may listen at the same address, and share those who come, if each
/// says `is_shared`.
///
/// # Errors
/// Those of bind(2) and listen(2).
pub fn listen(address: SocketAddr, is_shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A server that was killed can be started again while its connections linger in TIME_WAIT.
    socket.set_reuse_address(true)?;
    if is_shared {
        socket.set_reuse_port(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
