//! Which Unix sockets are connected to each other; see sock_diag(7) and unix(7).
//!
//! /proc/net/unix lists the sockets and does not say this.

use std::collections::HashMap;
use std::io;
use std::os::fd::AsRawFd as _;

use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket,
};

/// Message types and flags of netlink(7) and sock_diag(7).
const BY_FAMILY: u16 = 20;
const DONE: u16 = 3;
const REQUEST_DUMP: u16 = 0x301;
/// UNIX_DIAG_PEER and what asks for it, UDIAG_SHOW_PEER.
const PEER: u16 = 2;
const SHOW_PEER: u32 = 4;

/// Sizes of `struct nlmsghdr`, `struct unix_diag_msg` and `struct rtattr`.
const HEADER: usize = 16;
const SOCKET: usize = 16;
const ATTRIBUTE: usize = 4;

/// The peer of each connected Unix socket of our own network namespace, by inode.
///
/// # Errors
/// If the kernel does not answer: it was built without CONFIG_UNIX_DIAG, or a filter refuses.
pub fn peers() -> io::Result<HashMap<u64, u64>> {
    // Larger than any answer: the kernel fills 32 KiB at most.
    const ANSWER: usize = 64 * 1024;
    let netlink = socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkSockDiag,
    )?;
    send(netlink.as_raw_fd(), &request(), MsgFlags::empty())?;
    let mut peers = HashMap::new();
    let mut answer = vec![0; ANSWER];
    loop {
        let len = recv(netlink.as_raw_fd(), &mut answer, MsgFlags::empty())?;
        if len == 0 || !note(&answer[..len], &mut peers)? {
            return Ok(peers);
        }
    }
}

/// `struct nlmsghdr`, then `struct unix_diag_req`: all states, with their peers.
fn request() -> Vec<u8> {
    const LENGTH: u32 = 40;
    let mut bytes = Vec::with_capacity(LENGTH as usize);
    bytes.extend(LENGTH.to_ne_bytes());
    bytes.extend(BY_FAMILY.to_ne_bytes());
    bytes.extend(REQUEST_DUMP.to_ne_bytes());
    // Sequence and port: there is one request, and the kernel knows who asks.
    bytes.extend([0; 8]);
    // Family, protocol, padding; states; inode; what to show; cookie.
    bytes.extend([libc::AF_UNIX as u8, 0, 0, 0]);
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend(SHOW_PEER.to_ne_bytes());
    bytes.extend([0xff; 8]);
    bytes
}

/// Notes the peers of one answer; whether more is to come.
fn note(mut answer: &[u8], peers: &mut HashMap<u64, u64>) -> io::Result<bool> {
    while let (Some(length), Some(kind)) = (u32_at(answer, 0), u16_at(answer, 4)) {
        let length = length as usize;
        if length < HEADER || length > answer.len() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let body = &answer[HEADER..length];
        match kind {
            BY_FAMILY => {
                let inode = u32_at(body, 4).map(u64::from);
                let peer = body.get(SOCKET..).and_then(peer).map(u64::from);
                if let (Some(inode), Some(peer)) = (inode, peer) {
                    peers.insert(inode, peer);
                }
            }
            DONE => return Ok(false),
            // NLMSG_ERROR, with a negative errno.
            _ => {
                let errno = u32_at(body, 0).unwrap_or(0).cast_signed();
                return Err(io::Error::from_raw_os_error(errno.wrapping_neg()));
            }
        }
        answer = answer.get(aligned(length)..).unwrap_or_default();
    }
    Ok(true)
}

/// The peer among the attributes of a socket.
fn peer(mut attributes: &[u8]) -> Option<u32> {
    while let (Some(length), Some(kind)) = (u16_at(attributes, 0), u16_at(attributes, 2)) {
        if kind == PEER {
            return u32_at(attributes, ATTRIBUTE);
        }
        let length = usize::from(length).max(ATTRIBUTE);
        attributes = attributes.get(aligned(length)..).unwrap_or_default();
    }
    None
}

/// Messages and attributes begin at multiples of four bytes.
fn aligned(length: usize) -> usize {
    length.next_multiple_of(4)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::os::linux::fs::MetadataExt as _;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_pair_is_connected_both_ways() {
        let (one, other) = UnixStream::pair().unwrap();
        let inode = |socket: &UnixStream| {
            let path = format!("/proc/self/fd/{}", socket.as_raw_fd());
            std::fs::metadata(path).unwrap().st_ino()
        };
        let (one, other) = (inode(&one), inode(&other));
        match peers() {
            Ok(peers) => {
                assert_eq!(peers.get(&one), Some(&other));
                assert_eq!(peers.get(&other), Some(&one));
            }
            Err(error) => eprintln!("skipped: the kernel does not tell of sockets: {error}"),
        }
    }

    #[test]
    fn a_malformed_answer_is_an_error_or_nothing() {
        let mut peers = HashMap::new();
        assert!(note(&[], &mut peers).unwrap());
        assert!(note(&[5, 0, 0, 0, 20, 0], &mut peers).is_err());
        assert!(note(&[0xff; 64], &mut peers).is_err());
        assert_eq!(peer(&[0; 3]), None);
        assert_eq!(peer(&[8, 0, 2, 0, 1]), None);
        assert!(peers.is_empty());
    }
}
