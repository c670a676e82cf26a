//! What sockets are: looked up in their network namespace, which is read once.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::process::text;
use crate::model::snapshot::Target;
use crate::sys::proc::{self, Address, Socket};
use crate::sys::unix_sockets;

/// The sockets of the network namespaces that were asked about.
#[derive(Default)]
pub(super) struct Sockets {
    /// The namespaces of processes, and of ourselves.
    of: HashMap<i32, Vec<u8>>,
    namespaces: HashMap<Vec<u8>, Namespace>,
    /// Which Unix sockets of our own namespace are connected, once that was asked.
    connected: Option<HashMap<u64, u64>>,
}

/// The sockets of one namespace, by inode and by addresses.
#[derive(Default)]
struct Namespace {
    by_inode: HashMap<u64, Socket>,
    by_addresses: HashMap<(SocketAddr, SocketAddr), u64>,
}

impl Namespace {
    fn of(pid: i32) -> Self {
        let mut namespace = Self::default();
        for socket in proc::sockets(pid).unwrap_or_default() {
            // Those that no descriptor refers to have none.
            if socket.inode == 0 {
                continue;
            }
            if let Address::Internet(local, remote) = socket.address
                && remote.port() != 0
            {
                namespace.by_addresses.insert((local, remote), socket.inode);
            }
            namespace.by_inode.insert(socket.inode, socket);
        }
        namespace
    }
}

impl Sockets {
    /// The socket with this name, `socket:[123]`, of a process.
    pub(super) fn describe(&mut self, pid: i32, name: String) -> Target {
        let inode = inode(&name);
        let found = inode.and_then(|inode| self.namespace(pid).by_inode.get(&inode));
        let (protocol, state, local, mut remote) = match found {
            Some(socket) => told(socket),
            None => ("", "", String::new(), String::new()),
        };
        if protocol == "unix" {
            let peer = inode.and_then(|inode| self.unix_peer(pid, inode));
            let peer = peer.and_then(|peer| self.namespace(pid).by_inode.get(&peer));
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
        let own = self.key(std::process::id() as i32);
        if own.is_empty() || own != self.key(pid) {
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
        self.namespaces.values().find_map(|namespace| {
            let Address::Internet(local, remote) = namespace.by_inode.get(&inode)?.address else {
                return None;
            };
            let peer = namespace.by_addresses.get(&(remote, local))?;
            Some(format!("socket:[{peer}]"))
        })
    }

    /// The name of a process' network namespace; empty if it may not be known.
    fn key(&mut self, pid: i32) -> Vec<u8> {
        self.of
            .entry(pid)
            .or_insert_with(|| proc::network_namespace(pid).unwrap_or_default())
            .clone()
    }

    fn namespace(&mut self, pid: i32) -> &Namespace {
        let key = self.key(pid);
        self.namespaces
            .entry(key)
            .or_insert_with(|| Namespace::of(pid))
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
