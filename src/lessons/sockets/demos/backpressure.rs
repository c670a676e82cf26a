//! A reader that stops: the buffers fill, EAGAIN comes; and what a server that goes on reading pays
//! for it.
//!
//! See send(2), tcp(7) (tcp_wmem, tcp_rmem) and RFC 9293, section 3.8.6.

pub(super) mod player;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;

use anyhow::Context;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::ends::{look_until, socket_at};
use crate::lessons::columns::{Align, bold, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::proc;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "backpressure",
    title: "a reader that stops: full buffers, EAGAIN, and memory with and without a bound",
    run,
};

/// Bytes that are offered to one send.
const CHUNK: usize = 64 * 1024;

/// Bytes that the reader takes when it wakes up, each time.
const SIP: usize = 256 * 1024;

/// What the client sends to each server at most, and in the quick version.
const FLOOD: (usize, usize) = (64 << 20, 16 << 20);

/// What the server with a bound keeps for a client at most.
const BOUND: usize = 64 * 1024;

/// After so many turns in which nothing moved, nothing will.
const QUIET_TURNS: u32 = 5;

/// How long is waited for movement in each, milliseconds.
const GLANCE_MS: u16 = 20;

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("A reader that stops", options.color))?;
    let story = format!(
        "A connection on the loopback interface. One side offers {} a send and does not wait; the \
         other reads nothing.",
        kib(CHUNK)
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let (rows, meaning) = fill(options)?;
    let right = Align::Right;
    let align = [right, Align::Left, right, right, right];
    writeln!(out, "{}", narrow(&align, &rows))?;
    writeln!(out, "{}", prose(&meaning))?;
    out.flush()?;
    options.go_on()?;
    let flood = if options.quick { FLOOD.1 } else { FLOOD.0 };
    writeln!(out, "{}\n", bold("With and without a bound", options.color))?;
    let story = format!(
        "Two echo servers, each a process of its own. A client sends up to {} and never reads. One \
         server reads only while it owes less than {}; the other always.",
        kib(flood),
        kib(BOUND)
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let mut rows = vec![head(["", "bounded", "unbounded"])];
    let outcomes = [Some(BOUND), None]
        .into_iter()
        .map(|bound| deafened(bound, flood, options))
        .collect::<anyhow::Result<Vec<Outcome>>>()?;
    for (nth, what) in Outcome::FACTS.iter().enumerate() {
        let mut row = vec![(*what).to_owned()];
        row.extend(outcomes.iter().map(|outcome| outcome.cells()[nth].clone()));
        rows.push(row);
    }
    writeln!(out, "{}", narrow(&[Align::Left, right, right], &rows))?;
    let meaning = "Who stops reading pushes back: the client's send gives EAGAIN, and what it has \
                   not sent stays with it. Who reads on keeps everything himself, for every client \
                   that does this. Read on: `syslab sockets read backpressure`.";
    out.write_all(prose(meaning).as_bytes())?;
    Ok(())
}

/// A size in KiB.
fn kib(bytes: usize) -> String {
    format!("{} KiB", bytes / 1024)
}

/// A connection, neither end of which waits.
fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let writer = TcpStream::connect(listener.local_addr()?)?;
    let (reader, _) = listener.accept()?;
    writer.set_nonblocking(true)?;
    reader.set_nonblocking(true)?;
    Ok((writer, reader))
}

/// Sends until EAGAIN, or up to `most` bytes; how many sends succeeded, what they took, and whether
/// it was EAGAIN.
fn offer(writer: &mut TcpStream, most: usize) -> io::Result<(u32, usize, bool)> {
    let (mut calls, mut taken) = (0, 0);
    while taken < most {
        match writer.write(&vec![b'x'; CHUNK.min(most - taken)]) {
            Ok(count) => {
                calls += 1;
                taken += count;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok((calls, taken, true));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((calls, taken, false))
}

/// Whether there is room to send again.
fn has_room(writer: &TcpStream, wait_ms: u16) -> io::Result<bool> {
    let mut ready = [PollFd::new(writer.as_fd(), PollFlags::POLLOUT)];
    Ok(poll(&mut ready, PollTimeout::from(wait_ms))? == 1)
}

/// What is in the two buffers between the ends: sent and not acknowledged, received and not read.
fn between(writer: SocketAddr, reader: SocketAddr) -> (u64, u64) {
    let sending = socket_at(writer, Some(reader)).map_or(0, |socket| socket.queued.0);
    let received = socket_at(reader, Some(writer)).map_or(0, |socket| socket.queued.1);
    (sending, received)
}

/// Fills the buffers, then empties them bit by bit until there is room again: rows, and what they
/// mean.
fn fill(options: &DemoOptions) -> anyhow::Result<(Vec<Vec<String>>, String)> {
    let (mut writer, mut reader) = pair()?;
    let (here, there) = (writer.local_addr()?, reader.local_addr()?);
    let mut rows = vec![head([
        "turn",
        "what was done",
        "taken so far",
        "send buffer",
        "receive buffer",
    ])];
    let mut taken = 0;
    let mut note = |what: String, taken: usize, turn: usize| {
        let (sending, received) = between(here, there);
        rows.push(vec![
            turn.to_string(),
            what,
            kib(taken),
            kib(sending as usize),
            kib(received as usize),
        ]);
    };
    // The buffers grow while they are used: what gives EAGAIN now may have room in a moment.
    let mut turn = 1;
    loop {
        let (calls, count, _) = offer(&mut writer, usize::MAX)?;
        taken += count;
        if count > 0 {
            note(format!("{calls} sends, then EAGAIN"), taken, turn);
            turn += 1;
        }
        let moved = look_until(
            options,
            || has_room(&writer, GLANCE_MS).unwrap_or(true),
            |_| true,
        )?;
        if !moved {
            break;
        }
    }
    let full = taken;
    let mut drained = 0;
    let mut buffer = vec![0; SIP];
    let mut sips = 0;
    while !has_room(&writer, GLANCE_MS)? {
        options.go_on()?;
        let mut sip = 0;
        while sip < SIP {
            match reader.read(&mut buffer[..SIP - sip]) {
                Ok(0) => break,
                Ok(count) => sip += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        if sip == 0 && sips > 0 && drained >= full {
            break;
        }
        drained += sip;
        sips += 1;
    }
    note(format!("{} read", kib(drained)), taken, turn);
    let (calls, count, _) = offer(&mut writer, usize::MAX)?;
    taken += count;
    note(format!("{calls} sends, then EAGAIN"), taken, turn + 1);
    let meaning = format!(
        "send took {} although nobody read a byte: all of it is in the kernel. Then it failed with \
         EAGAIN, and poll did not call the socket writable until {} had been read: not one byte of \
         room counts, but a third of the buffer.",
        kib(full),
        kib(drained)
    );
    Ok((rows, meaning))
}

/// What a client that never reads did to a server.
struct Outcome {
    /// What the client got rid of, bytes, and whether it met EAGAIN in the end.
    sent: usize,
    was_refused: bool,
    /// What the server took, and what it keeps, bytes.
    taken: usize,
    kept: usize,
    /// Its resident memory before and after, KiB.
    memory: (u64, u64),
}

impl Outcome {
    const FACTS: [&str; 5] = [
        "the client has sent",
        "in the end, its send",
        "the server has read",
        "it keeps in its memory",
        "its resident memory has grown by",
    ];

    fn cells(&self) -> [String; 5] {
        let end = if self.was_refused {
            "fails with EAGAIN"
        } else {
            "takes all"
        };
        let grown = self.memory.1.saturating_sub(self.memory.0);
        [
            kib(self.sent),
            end.to_owned(),
            kib(self.taken),
            kib(self.kept),
            format!("{grown} KiB"),
        ]
    }
}

/// Floods an echo server that keeps at most `bound` bytes.
fn deafened(bound: Option<usize>, flood: usize, options: &DemoOptions) -> anyhow::Result<Outcome> {
    let bound = bound.unwrap_or(usize::MAX).to_string();
    let mut server = Player::start("echo", &[&bound], options)?;
    let port: u16 = server.hear()?.parse()?;
    let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    client.set_nonblocking(true)?;
    server.ask("accept")?;
    let resident =
        |server: &Player| -> io::Result<u64> { Ok(proc::status(server.pid())?.memory.resident) };
    let before = resident(&server)?;
    let (mut sent, mut taken, mut kept) = (0, 0, 0);
    let mut quiet = 0;
    let mut was_refused = false;
    while quiet < QUIET_TURNS && (sent < flood || taken < flood) {
        options.go_on()?;
        let (_, count, is_full) = offer(&mut client, flood - sent)?;
        sent += count;
        was_refused = is_full;
        let answer = server.ask("turn")?;
        let (now_taken, now_kept) = answer
            .split_once(' ')
            .and_then(|(taken, kept)| Some((taken.parse().ok()?, kept.parse().ok()?)))
            .context("the server answers in two numbers")?;
        let has_moved = count > 0 || now_taken > taken;
        (taken, kept) = (now_taken, now_kept);
        quiet = if has_moved { 0 } else { quiet + 1 };
        if !has_moved {
            has_room(&client, GLANCE_MS)?;
        }
    }
    Ok(Outcome {
        sent,
        was_refused,
        taken,
        kept,
        memory: (before, resident(&server)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_fill_and_empty() {
        let (rows, meaning) = fill(&DemoOptions::default()).unwrap();
        assert!(rows[1][1].ends_with("then EAGAIN"), "{rows:?}");
        assert!(rows.iter().any(|row| row[1].ends_with("read")), "{rows:?}");
        assert!(!meaning.contains("took 0 KiB"), "{meaning}");
    }

    #[test]
    fn what_was_taken_is_told_apart_from_what_was_sent() {
        let outcome = Outcome {
            sent: 1 << 20,
            was_refused: true,
            taken: 512 << 10,
            kept: BOUND,
            memory: (1000, 1064),
        };
        assert_eq!(
            outcome.cells(),
            [
                "1024 KiB",
                "fails with EAGAIN",
                "512 KiB",
                "64 KiB",
                "64 KiB"
            ]
        );
    }
}
