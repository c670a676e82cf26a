//! Whether a program listens.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use crate::model::Endpoint;
use crate::sys::proc::{self, Address};

/// TCP_LISTEN and, for a datagram socket that is bound and not connected, TCP_CLOSE; see
/// include/net/tcp_states.h.
const LISTEN: u8 = 10;
const CLOSE: u8 = 7;

/// Whether somebody in the network namespace of this process listens here (for datagrams: is bound
/// here).
pub fn is_open(pid: i32, endpoint: &Endpoint) -> bool {
    let sockets = match endpoint {
        Endpoint::Tcp(_) => proc::tcp_sockets(pid),
        Endpoint::Udp(_) => proc::udp_sockets(pid),
        Endpoint::Unix(_) => proc::unix_sockets(pid).unwrap_or_default(),
    };
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
            ) => {
                *is_listening
                    && (same_name(path, wanted.as_bytes()) || was_renamed(pid, path, wanted))
            }
            _ => false,
        })
}

/// Whether what comes to 127.0.0.1 comes to a socket that is bound to this.
fn takes_loopback(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || address.is_unspecified()
}

/// Whether the program, which has bound one name, seems to have given this one to the socket.
fn was_renamed(pid: i32, bound: &[u8], wanted: &str) -> bool {
    let inside = |path: &Path| {
        let root = Path::new("/proc").join(pid.to_string()).join("root");
        let relative = path.strip_prefix("/").unwrap_or(path);
        fs::symlink_metadata(root.join(relative))
    };
    bound.starts_with(b"/")
        && inside(Path::new(OsStr::from_bytes(bound)))
            .is_err_and(|error| error.kind() == ErrorKind::NotFound)
        && inside(Path::new(wanted)).is_ok_and(|found| found.file_type().is_socket())
}

/// Whether the program, which may have bound a relative path, has bound this file.
fn same_name(bound: &[u8], wanted: &[u8]) -> bool {
    let name = |path: &[u8]| path.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
    bound == wanted || (!bound.starts_with(b"/") && name(bound) == name(wanted))
}
