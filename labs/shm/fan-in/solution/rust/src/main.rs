//! fan-in FIFO...: passes on the lines of all FIFOs as they come, each whole.
//!
//! For the instructor. Open without waiting, look at what was opened, read only when poll says so,
//! and drop a FIFO that has ended: that closes it and takes it out of the set. The runtime ignores
//! SIGPIPE, so that a write that nobody will read fails: that is status 1, and no message.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::process::ExitCode;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

struct Fifo {
    file: File,
    /// What has come since the last newline.
    rest: Vec<u8>,
}

impl Fifo {
    fn open(name: &str) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(OFlag::O_NONBLOCK.bits())
            .open(name)?;
        if !file.metadata()?.file_type().is_fifo() {
            return Err(io::Error::other("not a FIFO"));
        }
        let rest = Vec::new();
        Ok(Self { file, rest })
    }

    /// Passes on what is complete by now; whether there may be more.
    fn take(&mut self, piece: &mut [u8], out: &mut impl Write) -> io::Result<bool> {
        let got = match self.file.read(piece) {
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                return Ok(true);
            }
            got => &piece[..got?],
        };
        let complete = got
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        if complete > 0 || got.is_empty() {
            self.rest.extend_from_slice(&got[..complete]);
            if got.is_empty() && !self.rest.is_empty() {
                self.rest.push(b'\n');
            }
            out.write_all(&self.rest)?;
            out.flush()?;
            self.rest.clear();
        }
        self.rest.extend_from_slice(&got[complete..]);
        Ok(!got.is_empty())
    }
}

/// Merges them; an error is one of the output.
fn merge(mut fifos: Vec<Fifo>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut piece = vec![0; 1 << 16];
    while !fifos.is_empty() {
        let mut fds: Vec<_> = fifos
            .iter()
            .map(|fifo| PollFd::new(fifo.file.as_fd(), PollFlags::POLLIN))
            .collect();
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<bool> = fds.iter().map(|fd| fd.any().unwrap_or(true)).collect();
        let mut open = Vec::new();
        for (mut fifo, is_ready) in fifos.into_iter().zip(ready) {
            if !is_ready || fifo.take(&mut piece, &mut out)? {
                open.push(fifo);
            }
        }
        fifos = open;
    }
    Ok(())
}

fn main() -> ExitCode {
    let mut fifos = Vec::new();
    for name in std::env::args().skip(1) {
        match Fifo::open(&name) {
            Ok(fifo) => fifos.push(fifo),
            Err(error) => {
                eprintln!("fan-in: {name}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    match merge(fifos) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if error.kind() != ErrorKind::BrokenPipe {
                eprintln!("fan-in: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
