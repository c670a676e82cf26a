//! The clients of a server: all send, then all wait for their answers, again and again.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::fd::AsFd;

use anyhow::ensure;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};

use crate::model::curriculum::DemoOptions;

/// Bytes of a message.
const MESSAGE: usize = 64;

/// How often a client that waits for an answer looks whether it is still wanted, milliseconds.
const GLANCE_MS: u16 = 50;

/// Connects so many clients to a port, exchanges so many messages with each, and leaves.
pub(super) fn visit(
    port: u16,
    clients: usize,
    messages: usize,
    options: &DemoOptions,
) -> anyhow::Result<()> {
    let mut streams = Vec::new();
    for _ in 0..clients {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    for nth in 0..messages {
        let message = [nth as u8; MESSAGE];
        for stream in &mut streams {
            stream.write_all(&message)?;
        }
        for stream in &mut streams {
            let answer = answer(stream, options)?;
            ensure!(answer == message, "the echo is another message");
        }
    }
    Ok(())
}

/// A whole message.
fn answer(stream: &mut TcpStream, options: &DemoOptions) -> anyhow::Result<[u8; MESSAGE]> {
    let mut message = [0; MESSAGE];
    let mut got = 0;
    while got < MESSAGE {
        options.go_on()?;
        let mut ready = [PollFd::new(stream.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ready, GLANCE_MS) {
            Ok(0) | Err(Errno::EINTR) => continue,
            polled => polled?,
        };
        match stream.read(&mut message[got..])? {
            0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            taken => got += taken,
        }
    }
    Ok(message)
}
