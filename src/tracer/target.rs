//! A process that the program looks at: it is not traced, and does what it is told.
//!
//! It is told while the program is held at a call, and has answered before that call is made: what
//! it did lies between two calls of the program's, at the same place in every repetition.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::observe::Tracer;
use crate::model::{Bytes, World};
use crate::sys::packet;

/// How long it may take to answer. It takes milliseconds; this only ends a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the target can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Do what you have been started to do.
    Move,
    /// End.
    End,
}

impl Order {
    /// The message.
    pub fn word(self) -> &'static [u8] {
        match self {
            Self::Move => b"move",
            Self::End => b"end",
        }
    }
}

/// A process with which we talk over a socket. Its end is closed when it is no more: not before it
/// has been waited for.
pub(super) struct Target {
    socket: OwnedFd,
}

impl Tracer {
    /// The program looks at the process at the other end of this socket. Returns when it has said
    /// what it is.
    ///
    /// # Errors
    /// If it has ended.
    pub fn confront(&mut self, socket: OwnedFd) -> io::Result<()> {
        let said = answer(socket.as_fd())?.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.record(World::Target(Bytes::whole(said.bytes)));
        self.target = Some(Target { socket });
        Ok(())
    }

    /// Has the target do something, and records what it says of it.
    pub(super) fn order_target(&mut self, order: Order) {
        let Some(target) = &self.target else { return };
        let socket = target.socket.as_fd();
        // A target that has ended already has nothing to say.
        let said = packet::send(socket, order.word(), &[])
            .and_then(|()| answer(socket))
            .ok()
            .flatten();
        let said = said.map(|packet| packet.bytes).unwrap_or_default();
        self.record(World::Target(Bytes::whole(said)));
    }
}

/// What it says next; `None` when it has ended.
fn answer(socket: BorrowedFd) -> io::Result<Option<packet::Packet>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match packet::try_receive(socket) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            said => return said,
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(socket, PollFlags::POLLIN)], left) {
            Err(nix::Error::EINTR) => {}
            polled => drop(polled?),
        }
    }
}
