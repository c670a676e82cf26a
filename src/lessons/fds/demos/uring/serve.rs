//! A process that is an echo server, by threads, by epoll or by a ring, for a number of clients.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::thread;

use anyhow::{Context, bail};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use super::super::effort::Effort;
use super::super::ring;
use super::REFUSED;
use crate::lessons::player::answer;
use crate::sys::clock;

/// Bytes for which a read has room.
pub(in super::super) const ROOM: usize = 4096;

/// One way to serve.
pub(super) struct Way {
    pub(super) name: &'static str,
    serve: fn(Vec<TcpStream>) -> io::Result<()>,
}

/// In teaching order.
pub(super) static WAYS: &[Way] = &[
    Way {
        name: "a thread each",
        serve: by_threads,
    },
    Way {
        name: "epoll",
        serve: by_epoll,
    },
    Way {
        name: "ring (tokio-uring)",
        serve: ring::echo,
    },
];

/// Answers with its port, serves so many clients until all have gone, and answers with what that
/// cost.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [name, clients] = args else {
        bail!("which way, how many clients?");
    };
    let way = WAYS.iter().find(|way| way.name == name);
    let way = way.context("there is no such way")?;
    if let Err(error) = (way.serve)(Vec::new()) {
        // A kernel or a container without the call.
        return Ok(answer(&format!("{REFUSED}{error:#}"))?);
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    answer(&listener.local_addr()?.port().to_string())?;
    let streams: io::Result<Vec<TcpStream>> = (0..clients.parse()?)
        .map(|_| listener.accept().map(|(stream, _)| stream))
        .collect();
    let streams = streams?;
    for stream in &streams {
        stream.set_nodelay(true)?;
    }
    match Effort::of(clock::of_process, || Ok((way.serve)(streams)?)) {
        Ok((effort, ())) => answer(&effort.said())?,
        // As where no more threads are allowed.
        Err(error) => answer(&format!("{REFUSED}{error:#}"))?,
    }
    Ok(())
}

fn by_threads(streams: Vec<TcpStream>) -> io::Result<()> {
    let serve = |mut stream: TcpStream| -> io::Result<()> {
        let mut room = [0; ROOM];
        loop {
            match stream.read(&mut room)? {
                0 => return Ok(()),
                taken => stream.write_all(&room[..taken])?,
            }
        }
    };
    let start = |stream| thread::Builder::new().spawn(move || serve(stream));
    let threads: io::Result<Vec<_>> = streams.into_iter().map(start).collect();
    let refused = |error| io::Error::other(format!("cannot start a thread: {error}"));
    for thread in threads.map_err(refused)? {
        thread
            .join()
            .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?;
    }
    Ok(())
}

/// Level-triggered, a read for each event. Messages are small, and clients wait for their echo: a
/// write that does not go through at once does not occur, and would be an error.
fn by_epoll(streams: Vec<TcpStream>) -> io::Result<()> {
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    let mut open = HashMap::new();
    for (key, stream) in (0_u64..).zip(streams) {
        stream.set_nonblocking(true)?;
        epoll.add(stream.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, key))?;
        open.insert(key, stream);
    }
    let mut events = vec![EpollEvent::empty(); open.len().max(1)];
    let mut room = [0; ROOM];
    while !open.is_empty() {
        let count = epoll.wait(&mut events, EpollTimeout::NONE)?;
        for event in &events[..count] {
            let Some(stream) = open.get_mut(&event.data()) else {
                continue;
            };
            match stream.read(&mut room)? {
                0 => drop(open.remove(&event.data())),
                taken => stream.write_all(&room[..taken])?,
            }
        }
    }
    Ok(())
}
