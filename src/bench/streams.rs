//! The standard streams of a run: pipes, or a pseudo-terminal; and the world's ends of them.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{OpenptyResult, Winsize, openpty};

use crate::model::{Bytes, Run, Stream, World};
use crate::sys;
use crate::tracer::Tracer;

/// Room in the stdin pipe, so that most inputs go in with one write. The kernel lets everyone
/// have this much (/proc/sys/fs/pipe-max-size).
const STDIN_CAPACITY: i32 = 1 << 20;

/// What every terminal emulator begins with.
const WINDOW: Winsize = Winsize {
    ws_row: 24,
    ws_col: 80,
    ws_xpixel: 0,
    ws_ypixel: 0,
};

/// The world's ends. A stream that is `None` has ended.
pub struct Streams {
    stdin: Option<File>,
    stdout: Option<File>,
    /// A terminal's output is all one stream.
    stderr: Option<File>,
    /// What has come out of standard output and nobody has waited for yet.
    heard: Vec<u8>,
    /// The program's side of its terminal, held only to be asked.
    terminal: Option<OwnedFd>,
    /// Where one read puts what it gets.
    room: Box<[u8]>,
}

/// Bytes of one read.
const ROOM: usize = 64 * 1024;

/// Makes the streams of a run: the program's ends, and the world's.
///
/// # Errors
/// Those of pipe2(2), fcntl(2) and openpty(3).
pub fn make(run: &Run) -> io::Result<([OwnedFd; 3], Streams)> {
    if run.has_terminal {
        terminal()
    } else {
        pipes(run)
    }
}

fn pipes(run: &Run) -> io::Result<([OwnedFd; 3], Streams)> {
    let pipe = || nix::unistd::pipe2(OFlag::O_CLOEXEC);
    let ((in_read, in_write), (out_read, out_write), (err_read, err_write)) =
        (pipe()?, pipe()?, pipe()?);
    for ours in [&in_write, &out_read, &err_read] {
        sys::process::set_nonblocking(ours)?;
    }
    // Less room is no error: the input then goes in piece by piece.
    let _smaller = fcntl(&in_write, FcntlArg::F_SETPIPE_SZ(STDIN_CAPACITY));
    if run.stdout_capacity > 0 {
        fcntl(
            &out_write,
            FcntlArg::F_SETPIPE_SZ(run.stdout_capacity as i32),
        )?;
    }
    let streams = Streams {
        stdin: Some(in_write.into()),
        stdout: Some(out_read.into()),
        stderr: Some(err_read.into()),
        heard: Vec::new(),
        terminal: None,
        room: vec![0; ROOM].into(),
    };
    Ok(([in_read, out_write, err_write], streams))
}

/// A pseudo-terminal; see pty(7).
fn terminal() -> io::Result<([OwnedFd; 3], Streams)> {
    let OpenptyResult { master, slave } = openpty(&WINDOW, None)?;
    for end in [&master, &slave] {
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    }
    fcntl(
        &master,
        FcntlArg::F_SETFL(OFlag::O_RDWR | OFlag::O_NONBLOCK),
    )?;
    let for_program = [slave.try_clone()?, slave.try_clone()?, slave.try_clone()?];
    let streams = Streams {
        stdin: Some(master.try_clone()?.into()),
        stdout: Some(master.into()),
        stderr: None,
        heard: Vec::new(),
        terminal: Some(slave),
        room: vec![0; ROOM].into(),
    };
    Ok((for_program, streams))
}

impl Streams {
    /// Puts in what fits; true when all of it is in, or nobody will ever read it.
    pub fn send(&mut self, bytes: &mut Vec<u8>, tracer: &mut Tracer) -> bool {
        let is_sent = send(&mut self.stdin, bytes, tracer);
        if let Some(terminal) = &self.terminal {
            settle(terminal);
        }
        is_sent
    }

    /// Whether the program has taken everything that was sent; a terminal does not tell.
    pub fn is_taken(&self) -> bool {
        self.terminal.is_none()
            && self
                .stdin
                .as_ref()
                .is_none_or(|pipe| sys::pipe::unread(pipe).unwrap_or(0) == 0)
    }

    /// Takes these bytes out of what has been received from standard output, if they are there.
    pub fn take_output(&mut self, bytes: &[u8]) -> bool {
        let at = match bytes.len() {
            0 => return true,
            len => self.heard.windows(len).position(|window| window == bytes),
        };
        let Some(at) = at else { return false };
        self.heard.drain(at..at + bytes.len());
        true
    }

    /// Closes standard input; a terminal hangs up.
    pub fn close_input(&mut self, tracer: &mut Tracer) {
        if self.stdin.take().is_some() {
            tracer.record(World::Closed);
        }
        if self.terminal.take().is_some() {
            self.stdout = None;
        }
    }

    /// Closes our end of standard output: what is still in the pipe is lost.
    pub fn close_output(&mut self, tracer: &mut Tracer) {
        if self.stdout.take().is_some() {
            tracer.record(World::OutputClosed);
        }
    }

    /// Reads what the program has written until now, at most `limit` bytes of each stream and a
    /// little more; the number of bytes. A stalled standard output stays as it is.
    pub fn receive(&mut self, is_stalled: bool, limit: u64, tracer: &mut Tracer) -> u64 {
        let stdout = match is_stalled {
            true => 0,
            false => {
                let heard = |bytes: &[u8]| self.heard.extend_from_slice(bytes);
                let stdout = (&mut self.stdout, Stream::Stdout);
                drain(stdout, &mut self.room, limit, tracer, heard)
            }
        };
        let stderr = (&mut self.stderr, Stream::Stderr);
        stdout + drain(stderr, &mut self.room, limit, tracer, |_| {})
    }
}

fn send(stdin: &mut Option<File>, bytes: &mut Vec<u8>, tracer: &mut Tracer) -> bool {
    let Some(pipe) = stdin else { return true };
    while !bytes.is_empty() {
        match pipe.write(bytes) {
            Ok(sent) => {
                let rest = bytes.split_off(sent);
                let sent = std::mem::replace(bytes, rest);
                tracer.record(World::Sent(Bytes::whole(sent)));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
            // The program has closed its standard input.
            Err(_) => return true,
        }
    }
    true
}

/// Waits until what was typed has arrived. The kernel hands it on in a thread of its own, which a
/// poll of the program's side for input waits for (n_tty_poll calls tty_buffer_flush_work).
fn settle(terminal: &OwnedFd) {
    let mut asked = [PollFd::new(terminal.as_fd(), PollFlags::POLLIN)];
    // Whether there is something to read does not matter.
    let _asked = poll(&mut asked, PollTimeout::ZERO);
}

fn drain(
    (stream, which): (&mut Option<File>, Stream),
    room: &mut [u8],
    limit: u64,
    tracer: &mut Tracer,
    mut hear: impl FnMut(&[u8]),
) -> u64 {
    let mut total = 0;
    while let Some(pipe) = stream {
        match pipe.read(room) {
            Ok(0) => *stream = None,
            Ok(got) => {
                total += got as u64;
                hear(&room[..got]);
                tracer.record(World::Received(which, Bytes::whole(&room[..got])));
                if total > limit {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            // A terminal whose last user is gone.
            Err(_) => *stream = None,
        }
    }
    total
}
