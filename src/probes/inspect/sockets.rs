//! What sockets are: looked up in their network namespace, which is read once.

use std::collections::HashMap;

use super::process::text;
use crate::model::snapshot::Target;
use crate::sys::proc::{self, Address, Socket};
use crate::sys::unix_sockets;

/// The sockets of the network namespaces that were asked about.
#[derive(Default)]
pub(super) struct Sockets {
    namespaces: HashMap<Vec<u8>, Vec<Socket>>,
    /// Which Unix sockets of our own namespace are connected, once that was asked.
    connected: Option<HashMap<u64, u64>>,
}

impl Sockets {
    /// The socket with this name, `socket:[123]`, of a process.
    pub(super) fn describe(&mut self, pid: i32, name: String) -> Target {
        let inode = inode(&name);
        let found = inode.and_then(|inode| {
            self.namespace(pid)
                .iter()
                .find(|socket| socket.inode == inode)
        });
        let (protocol, state, local, mut remote) = match found {
            Some(socket) => told(socket),
            None => ("", "", String::new(), String::new()),
        };
        if protocol == "unix" {
            let peer = inode.and_then(|inode| self.unix_peer(pid, inode));
            let sockets = self.namespace(pid).iter();
            let peer = peer.and_then(|peer| sockets.clone().find(|other| other.inode == peer));
            remote = peer.map_or_else(String::new, |peer| told(peer).2);
        }
        Target::Socket {
            name,
            protocol: protocol.to_owned(),
            state: state.to_owned(),
            local,
            remote,
            other_end: Vec::new(),
        }
    }

    /// The other end of a Unix socket; known in our own namespace only.
    fn unix_peer(&mut self, pid: i32, inode: u64) -> Option<u64> {
        let own = proc::network_namespace(std::process::id() as i32).ok()?;
        if own != proc::network_namespace(pid).ok()? {
            return None;
        }
        let connected = self
            .connected
            .get_or_insert_with(|| unix_sockets::peers().unwrap_or_default());
        connected.get(&inode).copied()
    }

    /// The name of the socket at the other end of a connection that does not leave its namespace.
    pub(super) fn peer(&self, name: &str) -> Option<String> {
        let inode = inode(name)?;
        if let Some(peer) = self.connected.as_ref().and_then(|peers| peers.get(&inode)) {
            return Some(format!("socket:[{peer}]"));
        }
        self.namespaces.values().find_map(|sockets| {
            let own = sockets.iter().find(|socket| socket.inode == inode)?;
            let Address::Internet(local, remote) = own.address else {
                return None;
            };
            let peer = sockets.iter().find(|socket| {
                socket.inode != 0
                    && remote.port() != 0
                    && matches!(socket.address, Address::Internet(its_local, its_remote)
                        if its_local == remote && its_remote == local)
            })?;
            Some(format!("socket:[{}]", peer.inode))
        })
    }

    fn namespace(&mut self, pid: i32) -> &[Socket] {
        let key = proc::network_namespace(pid).unwrap_or_default();
        self.namespaces
            .entry(key)
            .or_insert_with(|| proc::sockets(pid).unwrap_or_default())
    }
}

fn inode(name: &str) -> Option<u64> {
    name.strip_prefix("socket:[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}

/// Protocol, state, local and remote address.
fn told(socket: &Socket) -> (&'static str, &'static str, String, String) {
    match &socket.address {
        Address::Internet(local, remote) => {
            let is_stream = socket.protocol.starts_with("tcp");
            let remote = match remote.port() {
                0 => String::new(),
                _ => remote.to_string(),
            };
            let state = match is_stream {
                true => tcp_state(socket.state),
                false if remote.is_empty() => "not connected",
                false => "connected",
            };
            (socket.protocol, state, local.to_string(), remote)
        }
        Address::Unix {
            is_listening, path, ..
        } => {
            let state = match (is_listening, socket.state) {
                (true, _) => "listening",
                (false, state) => unix_state(state),
            };
            (socket.protocol, state, text(path), String::new())
        }
    }
}

/// The states of include/net/tcp_states.h, as ss(8) and tcp(7) name them.
fn tcp_state(state: u8) -> &'static str {
    const STATES: &[&str] = &[
        "",
        "established",
        "syn-sent",
        "syn-received",
        "fin-wait-1",
        "fin-wait-2",
        "time-wait",
        "closed",
        "close-wait",
        "last-ack",
        "listening",
        "closing",
    ];
    STATES.get(usize::from(state)).copied().unwrap_or("")
}

/// `socket_state` of include/uapi/linux/net.h.
fn unix_state(state: u8) -> &'static str {
    match state {
        1 => "not connected",
        2 => "connecting",
        3 => "connected",
        4 => "disconnecting",
        _ => "",
    }
}
