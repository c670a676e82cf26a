//! The sockets of a network namespace: `/proc/PID/net/*`; see proc_pid_net(5).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::contents;

/// What a socket is, found by its inode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// The number in `socket:[123]`.
    pub inode: u64,
    /// `tcp`, `udp6`, `unix` and the like: the file that lists it.
    pub protocol: &'static str,
    /// Where it is bound, and where it is connected to.
    pub address: Address,
    /// Its state, as a number: of the kernel's TCP states (include/net/tcp_states.h), or of
    /// `socket_state` (include/uapi/linux/net.h).
    pub state: u8,
    /// Which timer of TCP runs: 0 none, 1 something was sent and is not acknowledged, 2 keepalive
    /// or SYN_RECV, 3 TIME_WAIT, 4 the other side's window is closed.
    pub timer: u8,
    /// Bytes in its buffers: sent and not acknowledged, received and not read. For a listener the
    /// second is the number of connections in its queue.
    pub queued: (u64, u64),
}

/// Addresses of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Local and remote.
    Internet(SocketAddr, SocketAddr),
    /// See unix(7).
    Unix {
        /// SOCK_STREAM and the like.
        kind: u8,
        /// It takes connections.
        is_listening: bool,
        /// Where it is bound, if it is; an abstract address begins with `@`.
        path: Vec<u8>,
    },
}

/// Files with internet sockets.
const INTERNET: &[&str] = &[
    "tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6",
];

/// All sockets of a process' network namespace that have one of the well-known protocols.
///
/// # Errors
/// ENOENT or ESRCH if the process is gone. A protocol that the kernel lacks is no error.
pub fn sockets(pid: i32) -> io::Result<Vec<Socket>> {
    let mut sockets = internet(pid, INTERNET);
    sockets.extend(unix_sockets(pid)?);
    Ok(sockets)
}

/// The Unix sockets of a process' network namespace.
///
/// # Errors
/// As [`sockets`].
pub fn unix_sockets(pid: i32) -> io::Result<Vec<Socket>> {
    let text = contents(&format!("/proc/{pid}/net/unix"))?;
    Ok(lines(&text).filter_map(parse_unix).collect())
}

/// The UDP sockets of a process' network namespace; none if it is gone.
pub fn udp_sockets(pid: i32) -> Vec<Socket> {
    internet(pid, &["udp", "udp6"])
}

/// The TCP sockets of a process' network namespace; none if it is gone.
pub fn tcp_sockets(pid: i32) -> Vec<Socket> {
    internet(pid, &["tcp", "tcp6"])
}

fn internet(pid: i32, protocols: &'static [&'static str]) -> Vec<Socket> {
    let mut sockets = Vec::new();
    for protocol in protocols {
        if let Ok(text) = contents(&format!("/proc/{pid}/net/{protocol}")) {
            sockets.extend(lines(&text).filter_map(|line| parse_internet(protocol, line)));
        }
    }
    sockets
}

/// The lines below the titles.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').skip(1)
}

/// `0: 0100007F:1F90 00000000:0000 0A ... UID TIMEOUT INODE ...`
fn parse_internet(protocol: &'static str, line: &[u8]) -> Option<Socket> {
    let line = str::from_utf8(line).ok()?;
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    Some(Socket {
        inode: words.get(9)?.parse().ok()?,
        protocol,
        address: Address::Internet(parse_address(words.get(1)?)?, parse_address(words.get(2)?)?),
        state: u8::from_str_radix(words.get(3)?, 16).ok()?,
        timer: words
            .get(5)
            .and_then(|timer| u8::from_str_radix(timer.split(':').next()?, 16).ok())
            .unwrap_or(0),
        queued: words
            .get(4)
            .and_then(|queues| {
                let (sending, receiving) = queues.split_once(':')?;
                let number = |text| u64::from_str_radix(text, 16).ok();
                Some((number(sending)?, number(receiving)?))
            })
            .unwrap_or((0, 0)),
    })
}

/// Words of four bytes as this machine has them, in hexadecimal, then the port.
fn parse_address(text: &str) -> Option<SocketAddr> {
    const WORD: usize = 8;
    let (address, port) = text.split_once(':')?;
    let mut bytes = Vec::with_capacity(16);
    if address.len() % WORD != 0 {
        return None;
    }
    for word in address.as_bytes().chunks(WORD) {
        let word = u32::from_str_radix(str::from_utf8(word).ok()?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    let ip = match bytes.len() {
        4 => IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        16 => IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

/// `ADDRESS: REFERENCES 0 FLAGS TYPE STATE INODE [PATH]`; a path may hold any bytes.
fn parse_unix(line: &[u8]) -> Option<Socket> {
    // __SO_ACCEPTCON of include/uapi/linux/net.h.
    const LISTENING: u32 = 1 << 16;
    let line_start = line.len().min(128);
    let start = String::from_utf8_lossy(&line[..line_start]);
    let words: Vec<&str> = start.split_ascii_whitespace().take(7).collect();
    let inode = words.get(6)?;
    // The inode is filled up with blanks on its left; after it comes one blank, then the path.
    let end = start.find(&format!(" {inode}"))? + 1 + inode.len();
    Some(Socket {
        inode: inode.parse().ok()?,
        protocol: "unix",
        address: Address::Unix {
            kind: u8::from_str_radix(words.get(4)?, 16).ok()?,
            is_listening: u32::from_str_radix(words.get(3)?, 16).ok()? & LISTENING != 0,
            path: line.get(end + 1..).unwrap_or_default().to_vec(),
        },
        state: u8::from_str_radix(words.get(5)?, 16).ok()?,
        timer: 0,
        queued: (0, 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_the_machines_byte_order() {
        let line = b"   0: 0100007F:1F90 00000000:0000 0A 0000002A:00010000 00:00000000 00000000  \
            1000        0 1115 1 000000002cfbaca7 100 0 0 10 0";
        let socket = parse_internet("tcp", line);
        if cfg!(target_endian = "little") {
            let socket = socket.unwrap();
            assert_eq!((socket.inode, socket.state), (1115, 10));
            assert_eq!(socket.queued, (42, 65536));
            let Address::Internet(local, remote) = socket.address else {
                panic!("of another family");
            };
            assert_eq!(local.to_string(), "127.0.0.1:8080");
            assert_eq!(remote.to_string(), "0.0.0.0:0");
            let six = parse_address("00000000000000000000000001000000:0050").unwrap();
            assert_eq!(six.to_string(), "[::1]:80");
        }
        assert_eq!(parse_address("0100:1"), None);
        assert_eq!(parse_internet("tcp", b"  0: "), None);
    }

    #[test]
    fn a_path_is_kept_as_it_is() {
        let line = b"000000004bbdd7d0: 00000002 00000000 00010000 0001 01 20450 /run/a b\x1b\xff";
        let socket = parse_unix(line).unwrap();
        assert_eq!(socket.inode, 20450);
        assert_eq!(
            socket.address,
            Address::Unix {
                kind: 1,
                is_listening: true,
                path: b"/run/a b\x1b\xff".to_vec()
            }
        );
        let line = b"000000004bbdd7d0: 00000003 00000000 00000000 0001 03   579";
        let socket = parse_unix(line).unwrap();
        assert_eq!((socket.inode, socket.state), (579, 3));
        assert_eq!(parse_unix(b""), None);
    }
}
