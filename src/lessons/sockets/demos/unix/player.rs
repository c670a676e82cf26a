//! The two processes of the demo: one that opens a file and passes it on, and one that gets it.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::{UnixListener, UnixStream};

use anyhow::{Context, bail};
use nix::sys::socket::{getsockopt, sockopt};

use crate::lessons::player::{answer, order};
use crate::sys::packet;

/// Bytes that are read at once.
const ROOM: usize = 64;

/// Listens at the address that is its argument; opens, passes and closes a file, and answers with
/// its number.
pub(in super::super) fn give(args: &[String]) -> anyhow::Result<()> {
    let [address] = args else {
        bail!("the giver has an address");
    };
    let listener = UnixListener::bind(address).context("cannot bind the socket")?;
    answer("ready")?;
    let (mut peer, mut file): (Option<UnixStream>, Option<File>) = (None, None);
    while let Some(order) = order()? {
        let words: Vec<&str> = order.split(' ').collect();
        match words[..] {
            ["accept"] => {
                let (stream, _) = listener.accept()?;
                let who = getsockopt(&stream, sockopt::PeerCredentials)?;
                peer = Some(stream);
                let (pid, uid, gid) = (who.pid(), who.uid(), who.gid());
                answer(&format!("pid {pid}, uid {uid}, gid {gid}"))?;
            }
            ["open", path, count] => {
                let mut opened = File::open(path).context("cannot open the file")?;
                opened.read_exact(&mut vec![0; count.parse()?])?;
                answer(&opened.as_raw_fd().to_string())?;
                file = Some(opened);
            }
            ["pass"] => {
                let peer = peer.as_ref().context("nobody is connected")?;
                let passed = file.as_ref().context("nothing is open")?;
                packet::send(peer.as_fd(), b"ok\n", &[passed.as_fd()])?;
                answer(&passed.as_raw_fd().to_string())?;
            }
            ["close"] => {
                file = None;
                answer("closed")?;
            }
            _ => bail!("no order: {order}"),
        }
    }
    Ok(())
}

/// Connects to the address that is its argument; receives a file, answers with its number, and reads
/// from it.
pub(in super::super) fn take(args: &[String]) -> anyhow::Result<()> {
    let [address] = args else {
        bail!("the taker has an address");
    };
    let server = UnixStream::connect(address).context("cannot connect")?;
    answer(&server.as_raw_fd().to_string())?;
    let mut file = None;
    while let Some(order) = order()? {
        match order.as_str() {
            "take" => {
                let packet = packet::receive(server.as_fd())?.context("the giver is gone")?;
                let taken = packet.descriptors.into_iter().next();
                let taken = File::from(taken.context("no descriptor came")?);
                answer(&taken.as_raw_fd().to_string())?;
                file = Some(taken);
            }
            "read" => {
                let file = file.as_mut().context("nothing was received")?;
                let mut bytes = [0; ROOM];
                let count = file.read(&mut bytes)?;
                let text = String::from_utf8_lossy(&bytes[..count]);
                answer(text.trim_end())?;
            }
            other => bail!("no order: {other}"),
        }
    }
    Ok(())
}
