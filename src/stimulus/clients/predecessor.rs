//! What a server leaves behind that is killed while clients are connected.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};

use socket2::{Domain, Socket, Type};

/// Leaves connections at this port that a server has closed first: one that its client has closed
/// as well (TIME_WAIT), and one of the client that is returned (FIN_WAIT2). Both keep the port busy
/// for those who do not ask for it with SO_REUSEADDR; socket(7), tcp(7).
///
/// The earlier server had asked for SO_REUSEADDR and SO_REUSEPORT: whoever does either now, did so
/// then.
pub(super) fn leave_behind(port: u16) -> io::Result<TcpStream> {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    listener.set_reuse_address(true)?;
    listener.set_reuse_port(true)?;
    listener.bind(&at.into())?;
    listener.listen(2)?;
    let clients = [TcpStream::connect(at)?, TcpStream::connect(at)?];
    let servers = [listener.accept()?.0, listener.accept()?.0];
    drop(servers);
    drop(listener);
    let [closes, stays] = clients;
    closes.shutdown(Shutdown::Both)?;
    Ok(stays)
}
