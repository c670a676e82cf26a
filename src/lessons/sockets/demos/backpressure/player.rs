//! An echo server of one client, in a process of its own so that its memory can be looked at. It
//! makes a turn of its loop when it is told to.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use anyhow::{Context, bail};

use crate::lessons::player::{answer, order};

/// Bytes that one read asks for.
const ROOM: usize = 64 * 1024;

/// A client, and what it is owed.
struct Client {
    stream: TcpStream,
    owed: Vec<u8>,
    taken: usize,
}

/// Serves one client; the argument is how much it keeps at most, in bytes.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [bound] = args else {
        bail!("the server has a bound");
    };
    let bound: usize = bound.parse()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    answer(&listener.local_addr()?.port().to_string())?;
    let mut client = None;
    while let Some(order) = order()? {
        match order.as_str() {
            "accept" => {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(true)?;
                client = Some(Client {
                    stream,
                    owed: Vec::new(),
                    taken: 0,
                });
                answer("accepted")?;
            }
            "turn" => {
                let client = client.as_mut().context("there is no client")?;
                turn(client, bound)?;
                answer(&format!("{} {}", client.taken, client.owed.len()))?;
            }
            other => bail!("no order: {other}"),
        }
    }
    Ok(())
}

/// Reads and writes as long as either goes without waiting, and the bound allows it.
fn turn(client: &mut Client, bound: usize) -> io::Result<()> {
    loop {
        let mut has_moved = false;
        let room = ROOM.min(bound.saturating_sub(client.owed.len()));
        if room > 0 {
            let start = client.owed.len();
            client.owed.resize(start + room, 0);
            let read = moved(client.stream.read(&mut client.owed[start..]));
            client.owed.truncate(start + *read.as_ref().unwrap_or(&0));
            let read = read?;
            client.taken += read;
            has_moved |= read > 0;
        }
        if !client.owed.is_empty() {
            let written = moved(client.stream.write(&client.owed))?;
            client.owed.drain(..written);
            has_moved |= written > 0;
        }
        if !has_moved {
            return Ok(());
        }
    }
}

/// What a call moved; EAGAIN is nothing.
fn moved(result: io::Result<usize>) -> io::Result<usize> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        other => other,
    }
}
