//! Level- and edge-triggered epoll on the same burst, the stall that a missed drain causes, and
//! what each way costs in calls.
//!
//! See epoll(7), "Level-triggered and edge-triggered", and epoll_ctl(2).

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::socket::{MsgFlags, recv};

use crate::lessons::columns::{Align, bold, head, narrow, prose};
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "triggers",
    title: "level and edge: what stays behind when a burst is not read to its end",
    run,
};

/// Bytes that the client sends at once.
const BURST: usize = 10_000;

/// Bytes for which a read has room.
const ROOM: usize = 4096;

/// Bytes that the client sends later.
const MORE: usize = 100;

/// How long no event must come for a stall, milliseconds: what is there is reported at once.
const SILENCE_MS: u16 = 300;

/// Messages in the count of calls, and in its quick version.
const MESSAGES: (u32, u32) = (1000, 100);

/// One way to wait and read.
#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    flags: EpollFlags,
    reads: Reads,
}

/// How much is read for an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// Once, whatever is left.
    Once,
    /// Until a read fails with EAGAIN.
    ToAgain,
    /// Until a read returns less than it has room for.
    ToShort,
}

/// In teaching order.
fn ways() -> [Way; 4] {
    let edge = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
    let way = |name, flags, reads| Way { name, flags, reads };
    [
        way("level, one read", EpollFlags::EPOLLIN, Reads::Once),
        way("edge, one read", edge, Reads::Once),
        way("edge, to EAGAIN", edge, Reads::ToAgain),
        way("edge, to a short read", edge, Reads::ToShort),
    ]
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("Level and edge", options.color))?;
    let story = format!(
        "A client sends {BURST} bytes at once, and no more. The server waits with epoll_wait, and \
         reads at most {ROOM} bytes a call."
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let [level, careless, drained, short] = ways();
    for way in [level, careless, drained] {
        options.go_on()?;
        writeln!(out, "{}\n", bold(way.name, options.color))?;
        let (rows, behind) = burst(way)?;
        let right = Align::Right;
        writeln!(out, "{}", narrow(&[right, Align::Left, right], &rows))?;
        let meaning = match behind {
            0 => "Nothing stays behind.".to_owned(),
            behind => format!(
                "{behind} bytes are in the socket's buffer, and nothing says so: the next event \
                 comes when more arrives. If the client waits for its answer first, both wait for \
                 ever."
            ),
        };
        writeln!(out, "{}", prose(&meaning))?;
        out.flush()?;
    }
    options.go_on()?;
    writeln!(out, "{}\n", bold("And if more arrives", options.color))?;
    writeln!(out, "{}", prose(&late(careless)?))?;
    out.flush()?;
    let count = if options.quick {
        MESSAGES.1
    } else {
        MESSAGES.0
    };
    writeln!(out, "{}\n", bold("What it costs", options.color))?;
    let mut rows = vec![head([
        "way",
        "epoll_wait",
        "recv",
        "send",
        "calls a message",
    ])];
    for way in [level, drained, short] {
        options.go_on()?;
        rows.push(cost(way, count)?);
    }
    let right = Align::Right;
    writeln!(
        out,
        "{}",
        narrow(&[Align::Left, right, right, right, right], &rows)
    )?;
    let meaning = format!(
        "{count} small messages, each answered, one connection. A read that returned less than it \
         had room for has emptied the buffer; asking for EAGAIN costs a call more. Read on: \
         `syslab sockets read level-and-edge`."
    );
    out.write_all(prose(&meaning).as_bytes())?;
    Ok(())
}

/// A connection whose server end is watched, and does not wait.
struct Watched {
    client: TcpStream,
    server: TcpStream,
    epoll: Epoll,
}

impl Watched {
    fn new(flags: EpollFlags) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let client = TcpStream::connect(listener.local_addr()?)?;
        let (server, _) = listener.accept()?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        server.set_nonblocking(true)?;
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        epoll.add(&server, EpollEvent::new(flags, 0))?;
        Ok(Self {
            client,
            server,
            epoll,
        })
    }

    /// Waits for an event; whether there was one.
    fn wait(&self) -> io::Result<bool> {
        let mut events = [EpollEvent::empty()];
        loop {
            match self.epoll.wait(&mut events, EpollTimeout::from(SILENCE_MS)) {
                Err(nix::Error::EINTR) => {}
                waited => return Ok(waited? == 1),
            }
        }
    }

    /// Reads once; `None` is EAGAIN.
    fn read(&mut self) -> io::Result<Option<usize>> {
        match self.server.read(&mut [0; ROOM]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            read => read.map(Some),
        }
    }

    /// How many bytes are in the receive buffer: they are looked at, not taken.
    fn left(&self) -> io::Result<usize> {
        let mut bytes = vec![0; 2 * BURST];
        match recv(self.server.as_raw_fd(), &mut bytes, MsgFlags::MSG_PEEK) {
            Err(nix::Error::EAGAIN) => Ok(0),
            looked => Ok(looked?),
        }
    }

    /// Waits until that many bytes have arrived, as the client has sent them.
    fn arrived(&self, count: usize) -> io::Result<()> {
        while self.left()? < count {
            // Loopback: they are on their way at this moment.
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Reads as an event asks for; what each call returned.
    fn serve(&mut self, reads: Reads) -> io::Result<Vec<Option<usize>>> {
        let mut returned = Vec::new();
        loop {
            let read = self.read()?;
            returned.push(read);
            let is_done = match (reads, read) {
                (Reads::Once, _) | (_, None) => true,
                (Reads::ToAgain, Some(_)) => false,
                (Reads::ToShort, Some(count)) => count < ROOM,
            };
            if is_done {
                return Ok(returned);
            }
        }
    }
}

/// Rows of what happens to a burst, and how many bytes stay behind.
fn burst(way: Way) -> io::Result<(Vec<Vec<String>>, usize)> {
    let mut watched = Watched::new(way.flags)?;
    watched.client.write_all(&[b'x'; BURST])?;
    watched.arrived(BURST)?;
    let mut rows = vec![head([
        "turn",
        "epoll_wait, then recv",
        "left in the buffer",
    ])];
    for turn in 1.. {
        if !watched.wait()? {
            let what = format!("no event within {SILENCE_MS} ms");
            rows.push(vec![turn.to_string(), what, watched.left()?.to_string()]);
            break;
        }
        let returned: Vec<String> = watched
            .serve(way.reads)?
            .iter()
            .map(|read| read.map_or("EAGAIN".to_owned(), |count| count.to_string()))
            .collect();
        let what = format!("EPOLLIN; recv = {}", returned.join(", "));
        rows.push(vec![turn.to_string(), what, watched.left()?.to_string()]);
    }
    Ok((rows, watched.left()?))
}

/// What an event for later bytes brings, if earlier ones have stayed behind.
fn late(way: Way) -> io::Result<String> {
    let mut watched = Watched::new(way.flags)?;
    watched.client.write_all(&[b'x'; BURST])?;
    watched.arrived(BURST)?;
    watched.wait()?;
    watched.serve(way.reads)?;
    let behind = watched.left()?;
    watched.client.write_all(&[b'y'; MORE])?;
    watched.arrived(behind + MORE)?;
    let has_event = watched.wait()?;
    let read = watched.serve(way.reads)?.first().copied().flatten();
    Ok(format!(
        "{}: {behind} bytes have stayed behind, and the client sends {MORE} more. {} The read \
         takes {} bytes, all of them old; {} are left, the new ones among them. From now on the \
         server is behind.",
        way.name,
        match has_event {
            true => "There is an event.",
            false => "There is no event.",
        },
        read.unwrap_or(0),
        watched.left()?,
    ))
}

/// A row of how many calls of each kind the server makes for messages that are answered.
fn cost(way: Way, count: u32) -> io::Result<Vec<String>> {
    let mut watched = Watched::new(way.flags)?;
    let (mut waits, mut reads, mut sends) = (0_u32, 0_u32, 0_u32);
    for _ in 0..count {
        watched.client.write_all(b"ping")?;
        watched.arrived(4)?;
        watched.wait()?;
        waits += 1;
        reads += watched.serve(way.reads)?.len() as u32;
        watched.server.write_all(b"pong")?;
        sends += 1;
        watched.client.read_exact(&mut [0; 4])?;
    }
    let each = f64::from(waits + reads + sends) / f64::from(count);
    Ok(vec![
        way.name.to_owned(),
        waits.to_string(),
        reads.to_string(),
        sends.to_string(),
        format!("{each:.1}"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_edge_that_is_not_drained_leaves_something_behind() {
        let left = ways().map(|way| burst(way).unwrap().1);
        assert_eq!(left, [0, BURST - ROOM, 0, 0]);
    }

    #[test]
    fn eagain_costs_a_call() {
        let [level, _, drained, short] = ways();
        let each = |way| cost(way, 10).unwrap().pop().unwrap();
        assert_eq!([level, drained, short].map(each), ["3.0", "4.0", "3.0"]);
    }

    #[test]
    fn later_bytes_wait_behind_earlier_ones() {
        let text = late(ways()[1]).unwrap();
        assert!(
            text.contains("There is an event. The read takes 4096"),
            "{text}"
        );
        assert!(text.contains("1908 are left"), "{text}");
    }
}
