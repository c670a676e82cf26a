//! The two ends of a connection inside this process, as the kernel lists them; see
//! proc_pid_net(5).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nix::poll::poll;

use crate::model::curriculum::DemoOptions;
use crate::sys::proc::{self, Address, Socket};

/// How long a demo waits for the kernel to get to where it is going, at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long it waits between two looks, milliseconds.
const GLANCE_MS: u16 = 5;

/// A TCP state, by its number in the kernel (include/net/tcp_states.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State(pub(super) u8);

impl State {
    pub(super) const ESTABLISHED: Self = Self(1);
    pub(super) const SYN_SENT: Self = Self(2);
    pub(super) const SYN_RECV: Self = Self(3);
    pub(super) const FIN_WAIT_2: Self = Self(5);
    pub(super) const TIME_WAIT: Self = Self(6);
    pub(super) const CLOSE_WAIT: Self = Self(8);
    pub(super) const LISTEN: Self = Self(10);

    /// As tcp(7) and ss(8) call it.
    pub(super) fn name(self) -> &'static str {
        const NAMES: [&str; 12] = [
            "?",
            "ESTABLISHED",
            "SYN-SENT",
            "SYN-RECV",
            "FIN-WAIT-1",
            "FIN-WAIT-2",
            "TIME-WAIT",
            "CLOSE",
            "CLOSE-WAIT",
            "LAST-ACK",
            "LISTEN",
            "CLOSING",
        ];
        NAMES.get(usize::from(self.0)).copied().unwrap_or("?")
    }
}

/// The TCP socket with this local address, and this remote one if it is given.
pub(super) fn socket_at(local: SocketAddr, remote: Option<SocketAddr>) -> Option<Socket> {
    own_sockets()
        .into_iter()
        .find(|socket| match socket.address {
            Address::Internet(here, there) => {
                here == local && remote.is_none_or(|remote| there == remote)
            }
            Address::Unix { .. } => false,
        })
}

/// The TCP sockets of our network namespace.
pub(super) fn own_sockets() -> Vec<Socket> {
    proc::tcp_sockets(std::process::id().cast_signed())
}

/// Looks until `seen` gives what is awaited, and then or when patience is at its end gives what was
/// seen last.
///
/// # Errors
/// If the user has interrupted the demo.
pub(super) fn look_until<T>(
    options: &DemoOptions,
    mut seen: impl FnMut() -> T,
    is_awaited: impl Fn(&T) -> bool,
) -> anyhow::Result<T> {
    let start = Instant::now();
    loop {
        let now = seen();
        if is_awaited(&now) || start.elapsed() > PATIENCE {
            return Ok(now);
        }
        options.go_on()?;
        // Of nothing: a pause in which the kernel delivers what is under way.
        poll(&mut [], GLANCE_MS)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_the_names_of_the_manual() {
        assert_eq!(State::TIME_WAIT.name(), "TIME-WAIT");
        assert_eq!(State::LISTEN.name(), "LISTEN");
        assert_eq!(State(200).name(), "?");
    }

    #[test]
    fn a_listener_is_found_by_its_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let socket = socket_at(address, None).unwrap();
        assert_eq!(State(socket.state), State::LISTEN);
        drop(listener);
        let gone = look_until(
            &DemoOptions::default(),
            || socket_at(address, None),
            Option::is_none,
        );
        assert!(gone.unwrap().is_none());
    }
}
