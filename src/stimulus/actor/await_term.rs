//! `await-term`: waits for input or SIGTERM with the crate signal-hook, and says so when it stops.
//!
//! The handler that the crate installs writes a byte into a socket, and poll(2) waits for that and
//! for input: the self-pipe of signal(7), without code of one's own in the handler.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use signal_hook::low_level::pipe;

use super::{Confusion, Verb};

pub(super) const VERB: Verb = Verb {
    name: "await-term",
    usage: "await-term",
    act: |args| match args {
        [] => wait()
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| Confusion::Kernel("wait", error)),
        _ => Err(Confusion::Usage(VERB.usage)),
    },
};

fn wait() -> io::Result<()> {
    let (signalled, told) = UnixStream::pair()?;
    pipe::register(libc::SIGTERM, told)?;
    let mut input = io::stdin();
    loop {
        let mut ready = [
            PollFd::new(input.as_fd(), PollFlags::POLLIN),
            PollFd::new(signalled.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut ready, PollTimeout::NONE) {
            Err(Errno::EINTR) => continue,
            polled => polled?,
        };
        let is_told = ready[1].any().unwrap_or(false);
        if is_told || input.read(&mut [0; 64])? == 0 {
            break;
        }
    }
    io::stdout().write_all(b"stopping\n")
}
