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

/// Connects so many clients to a port.
pub(super) fn connect(port: u16, clients: usize) -> io::Result<Vec<TcpStream>> {
    let client = |_| {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    };
    (0..clients).map(client).collect()
}

/// Exchanges so many messages with each client, and leaves.
pub(super) fn talk(
    mut streams: Vec<TcpStream>,
    messages: usize,
    options: &DemoOptions,
) -> anyhow::Result<()> {
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
