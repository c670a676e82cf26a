//! Whether a program listens.

use std::net::IpAddr;

use crate::model::Endpoint;
use crate::sys::proc::{self, Address};

/// TCP_LISTEN and, for a datagram socket that is bound and not connected, TCP_CLOSE; see
/// include/net/tcp_states.h.
const LISTEN: u8 = 10;
const CLOSE: u8 = 7;

/// Whether somebody in the network namespace of this process listens here (for datagrams: is bound
/// here).
pub fn is_open(pid: i32, endpoint: &Endpoint) -> bool {
    let sockets = proc::sockets(pid).unwrap_or_default();
    sockets
        .iter()
        .any(|socket| match (&socket.address, endpoint) {
            (Address::Internet(local, _), Endpoint::Tcp(port)) => {
                socket.protocol.starts_with("tcp")
                    && socket.state == LISTEN
                    && local.port() == *port
                    && takes_loopback(local.ip())
            }
            (Address::Internet(local, _), Endpoint::Udp(port)) => {
                socket.protocol.starts_with("udp")
                    && socket.state == CLOSE
                    && local.port() == *port
                    && takes_loopback(local.ip())
            }
            (
                Address::Unix {
                    is_listening, path, ..
                },
                Endpoint::Unix(wanted),
            ) => *is_listening && same_name(path, wanted.as_bytes()),
            _ => false,
        })
}

/// Whether what comes to 127.0.0.1 comes to a socket that is bound to this.
fn takes_loopback(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || address.is_unspecified()
}

/// Whether the program, which may have bound a relative path, has bound this file.
fn same_name(bound: &[u8], wanted: &[u8]) -> bool {
    let name = |path: &[u8]| path.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
    bound == wanted || (!bound.starts_with(b"/") && name(bound) == name(wanted))
}
