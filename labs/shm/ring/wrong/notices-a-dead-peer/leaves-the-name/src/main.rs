//! ring produce NAME CAPACITY: sends the lines of its standard input through shared memory.
//! ring consume NAME: writes them to its standard output.
//!
//! Wrong: the consumer removes the name, unless something goes wrong.

mod shared;

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use shared::{Ring, Side};

/// How long the other side is waited for at the start. The clock runs on while we have no
/// processor: so it is a good deal more than what is promised.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes that are taken out of the standard input at once.
const CHUNK: usize = 1 << 16;

static IS_OTHER_GONE: AtomicBool = AtomicBool::new(false);

fn failed(why: impl Into<String>) -> io::Error {
    io::Error::other(why.into())
}

/// Whether the producer has ended its work, and the consumer has taken all of it.
fn is_drained(ring: &Ring) -> bool {
    ring.head().is_closed.load(SeqCst) == 1
        && ring.head().read.load(SeqCst) == ring.head().written.load(SeqCst)
}

/// Waits for the end of the other side; a producer whose work is not done then ends as well, whatever
/// it is waiting for.
fn watch(ring: &Ring, me: Side) -> io::Result<()> {
    let other = me.other();
    let pid = ring
        .await_pid(other, PATIENCE)
        .ok_or_else(|| failed("the other one has not come"))?;
    match shared::pidfd_open(pid) {
        Ok(life) => {
            // Readable when the process has ended; see pidfd_open(2).
            while poll(
                &mut [PollFd::new(life.as_fd(), PollFlags::POLLIN)],
                PollTimeout::NONE,
            )? == 0
            {}
        }
        // It has ended already.
        Err(error) if error.raw_os_error() == Some(nix::libc::ESRCH) => {}
        Err(error) => return Err(error),
    }
    if me == Side::Producer && !is_drained(ring) {
        return Err(failed("the consumer has died"));
    }
    // What the producer has published, the consumer takes out first.
    IS_OTHER_GONE.store(true, SeqCst);
    ring.ring_bell(me);
    Ok(())
}

fn start_watching(ring: &'static Ring, name: &str, me: Side) {
    let name = name.to_owned();
    ring.come(me);
    std::thread::spawn(move || {
        if let Err(error) = watch(ring, me) {
            std::process::exit(give_up(&name, &error));
        }
    });
}

/// Says what is wrong, and removes the object.
fn give_up(name: &str, error: &io::Error) -> i32 {
    eprintln!("{name}: {error}");
    1
}

fn put(ring: &Ring, mut bytes: &[u8]) -> io::Result<()> {
    let head = ring.head();
    while !bytes.is_empty() {
        let bell = ring.bell(Side::Producer);
        let written = head.written.load(Relaxed);
        let taken = written.wrapping_sub(head.read.load(Acquire));
        let room = ring
            .capacity()
            .checked_sub(taken)
            .ok_or_else(|| failed("the consumer has damaged it"))?;
        let now = bytes.len().min(room as usize);
        if now == 0 {
            ring.sleep(Side::Producer, bell);
            continue;
        }
        ring.copy_in(written, &bytes[..now]);
        // Only now are they there.
        head.written.store(written + now as u64, Release);
        ring.ring_bell(Side::Consumer);
        bytes = &bytes[now..];
    }
    Ok(())
}

fn produce(name: &str, capacity: u64) -> io::Result<()> {
    let ring = Ring::make(name, capacity)?;
    start_watching(ring, name, Side::Producer);
    ring.publish();
    let mut chunk = vec![0; CHUNK];
    let mut last = b'\n';
    loop {
        match io::stdin().lock().read(&mut chunk) {
            Ok(0) => break,
            Ok(got) => {
                put(ring, &chunk[..got])?;
                last = chunk[got - 1];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if last != b'\n' {
        put(ring, b"\n")?;
    }
    ring.head().is_closed.store(1, SeqCst);
    ring.ring_bell(Side::Consumer);
    loop {
        let bell = ring.bell(Side::Producer);
        if is_drained(ring) {
            return Ok(());
        }
        ring.sleep(Side::Producer, bell);
    }
}

/// Takes out what is there, and adds it to `to`; false if no more will come.
fn get(ring: &Ring, to: &mut Vec<u8>) -> io::Result<bool> {
    let head = ring.head();
    loop {
        let bell = ring.bell(Side::Consumer);
        // In this order: what came before the end is there when the end is seen.
        let is_over = head.is_closed.load(SeqCst) == 1 || IS_OTHER_GONE.load(SeqCst);
        let read = head.read.load(Relaxed);
        let there = head.written.load(Acquire).wrapping_sub(read);
        if there > ring.capacity() {
            return Err(failed("the producer has damaged it"));
        }
        if there > 0 {
            ring.copy_out(read, there as usize, to);
            // Only now may they be overwritten.
            head.read.store(read + there, Release);
            ring.ring_bell(Side::Producer);
            return Ok(true);
        }
        if is_over {
            return Ok(false);
        }
        ring.sleep(Side::Consumer, bell);
    }
}

fn consume(name: &str) -> io::Result<()> {
    let ring = Ring::find(name, PATIENCE)?.ok_or_else(|| failed("no producer has come"))?;
    start_watching(ring, name, Side::Consumer);
    let mut lines = Vec::new();
    let mut out = io::stdout().lock();
    while get(ring, &mut lines)? {
        if let Some(end) = lines.iter().rposition(|byte| *byte == b'\n') {
            out.write_all(&lines[..=end])?;
            out.flush()?;
            lines.drain(..=end);
        }
    }
    if ring.head().is_closed.load(SeqCst) != 1 {
        return Err(failed("the producer has died"));
    }
    shared::remove(name)
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (name, done) = match words.as_slice() {
        ["produce", name, capacity] => match capacity.parse() {
            Ok(capacity) if capacity > 0 => (*name, produce(name, capacity)),
            _ => return usage(),
        },
        ["consume", name] => (*name, consume(name)),
        _ => return usage(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(give_up(name, &error) as u8),
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: ring produce NAME CAPACITY | ring consume NAME");
    ExitCode::from(2)
}

/// A counter in a line of the cache of its own.
#[repr(align(64))]
#[derive(Default)]
struct Counter(AtomicU64);

impl std::ops::Deref for Counter {
    type Target = AtomicU64;

    fn deref(&self) -> &AtomicU64 {
        &self.0
    }
}
