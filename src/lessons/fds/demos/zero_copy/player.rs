//! The sender: a process that sends a file over a connection to itself.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::thread;

use anyhow::{Context, bail};
use nix::fcntl::{SpliceFFlags, splice};
use nix::sys::sendfile::sendfile;

use super::super::effort::Effort;
use super::super::ring;
use crate::lessons::player::answer;
use crate::sys::clock;
use crate::sys::mapping::{How, Mapping};

/// How an answer begins that says why a way is not to be had here.
pub(super) const REFUSED: &str = "refused ";

/// One way to send a file.
pub(super) struct Way {
    pub(super) name: &'static str,
    send: fn(&File, &TcpStream, u64) -> io::Result<()>,
}

/// In teaching order.
pub(super) static WAYS: &[Way] = &[
    Way {
        name: "read+write 64 KiB",
        send: |file, to, bytes| copied(file, to, bytes, 64 << 10),
    },
    Way {
        name: "read+write 1 MiB",
        send: |file, to, bytes| copied(file, to, bytes, 1 << 20),
    },
    Way {
        name: "mmap+write 1 MiB",
        send: mapped,
    },
    Way {
        name: "splice 64 KiB",
        send: spliced,
    },
    Way {
        name: "sendfile",
        send: sent,
    },
    Way {
        name: "io_uring 256 KiB",
        send: ring::send,
    },
];

/// Sends so many bytes of a file by a way, again from its start where it ends; answers with what it
/// cost.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [name, bytes, path] = args else {
        bail!("which way, how many bytes, which file?");
    };
    let way = WAYS.iter().find(|way| way.name == name);
    let way = way.context("there is no such way")?;
    let mut bytes: u64 = bytes.parse()?;
    let file = File::options().read(true).write(true).open(path)?;
    let size = file.metadata()?.len();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let here = TcpStream::connect(listener.local_addr()?)?;
    let (there, _) = listener.accept()?;
    let receiver = thread::Builder::new()
        .spawn(move || drained(there))
        .context("cannot start a thread")?;
    let done = Effort::of(clock::of_thread, || {
        while bytes > 0 {
            let part = bytes.min(size);
            (way.send)(&file, &here, part)?;
            bytes -= part;
        }
        Ok(())
    });
    drop(here);
    let heard = receiver.join().ok().context("the receiver is gone")?;
    match done {
        Ok((effort, ())) => {
            heard?;
            answer(&effort.said())?;
        }
        // A kernel or a container without the call.
        Err(error) => answer(&format!("{REFUSED}{error:#}"))?,
    }
    Ok(())
}

/// Receives until nothing more comes.
fn drained(mut from: TcpStream) -> io::Result<u64> {
    let mut room = vec![0; 1 << 20];
    let mut all = 0;
    loop {
        match from.read(&mut room)? {
            0 => return Ok(all),
            taken => all += taken as u64,
        }
    }
}

fn too_short() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

fn copied(file: &File, mut to: &TcpStream, bytes: u64, block: usize) -> io::Result<()> {
    let mut buffer = vec![0; block];
    let mut at = 0;
    while at < bytes {
        let room = block.min((bytes - at) as usize);
        match file.read_at(&mut buffer[..room], at)? {
            0 => return Err(too_short()),
            taken => {
                to.write_all(&buffer[..taken])?;
                at += taken as u64;
            }
        }
    }
    Ok(())
}

fn mapped(file: &File, to: &TcpStream, bytes: u64) -> io::Result<()> {
    const BLOCK: usize = 1 << 20;
    let mapping = Mapping::new(file, How::default())?;
    let bytes = mapping.len().min(bytes as usize);
    let mut at = 0;
    while at < bytes {
        at += mapping.write_to(to, at, BLOCK.min(bytes - at))?;
    }
    Ok(())
}

fn spliced(file: &File, to: &TcpStream, bytes: u64) -> io::Result<()> {
    const BLOCK: usize = 64 << 10;
    let (from_pipe, into_pipe) = io::pipe()?;
    let mut at: libc::loff_t = 0;
    while (at as u64) < bytes {
        let block = BLOCK.min((bytes - at as u64) as usize);
        let flags = SpliceFFlags::SPLICE_F_MORE;
        let mut held = splice(file, Some(&mut at), &into_pipe, None, block, flags)?;
        if held == 0 {
            return Err(too_short());
        }
        while held > 0 {
            held -= splice(&from_pipe, None, to, None, held, flags)?;
        }
    }
    Ok(())
}

fn sent(file: &File, to: &TcpStream, bytes: u64) -> io::Result<()> {
    let mut at: libc::off_t = 0;
    while (at as u64) < bytes {
        let rest = (bytes - at as u64) as usize;
        // The kernel moves the offset.
        if sendfile(to, file, Some(&mut at), rest)? == 0 {
            return Err(too_short());
        }
    }
    Ok(())
}
