//! The mistake: the flag is tested in the loop that writes, too, so as to stop as soon as possible.
//!
//! The loop ends early and the code after it cannot tell: it syncs and acknowledges a record of
//! which nothing has been written. To stop between two records, test between two records.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

const RECORD_MAX: usize = 64 * 1024;
const PIPE_BUF: usize = 4096;

/// The few calls that the standard library has no name for, with Linux' numbers.
mod sys {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsRawFd, IntoRawFd};
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

    #[repr(C)]
    pub struct PollFd {
        pub fd: i32,
        pub events: i16,
        pub revents: i16,
    }

    pub const POLLIN: i16 = 1;
    pub const POLLOUT: i16 = 4;
    const SIGINT: i32 = 2;
    const SIGTERM: i32 = 15;
    const SIGXFSZ: i32 = 25;
    const SIG_IGN: usize = 1;

    unsafe extern "C" {
        fn poll(fds: *mut PollFd, count: u64, timeout: i32) -> i32;
        fn signal(signal: i32, handler: usize) -> usize;
        fn write(fd: i32, bytes: *const u8, count: usize) -> isize;
    }

    pub static STOPPED: AtomicBool = AtomicBool::new(false);
    static WAKER: AtomicI32 = AtomicI32::new(-1);

    extern "C" fn stop(_signal: i32) {
        STOPPED.store(true, Ordering::Relaxed);
        // SAFETY: write is async-signal-safe, and the socket is non-blocking.
        unsafe { write(WAKER.load(Ordering::Relaxed), b"!".as_ptr(), 1) };
    }

    /// Returns a socket that is readable once we have been told to stop.
    pub fn catch_signals() -> io::Result<UnixStream> {
        let (wake, waker) = UnixStream::pair()?;
        waker.set_nonblocking(true)?;
        WAKER.store(waker.into_raw_fd(), Ordering::Relaxed);
        let stop: extern "C" fn(i32) = stop;
        // SAFETY: the handler does nothing but what a handler may do.
        unsafe {
            signal(SIGXFSZ, SIG_IGN); // write says EFBIG instead
            signal(SIGTERM, stop as usize);
            signal(SIGINT, stop as usize);
        }
        Ok(wake)
    }

    /// Waits until `file` is ready or we are told to stop; returns (ready, stop), perhaps both.
    pub fn wait_for(file: &File, events: i16, signals: &UnixStream) -> io::Result<(bool, bool)> {
        let waiting = |fd, events| PollFd {
            fd,
            events,
            revents: 0,
        };
        let mut fds = [
            waiting(file.as_raw_fd(), events),
            waiting(signals.as_raw_fd(), POLLIN),
        ];
        // SAFETY: `fds` is an array of two.
        while unsafe { poll(fds.as_mut_ptr(), 2, -1) } < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        Ok((fds[0].revents != 0, fds[1].revents != 0))
    }
}

/// A log that ends in a whole record whenever nobody is writing to it.
struct Log {
    file: File,
    end: u64,
}

impl Log {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let size = file.metadata()?.len();
        let end = end_of_last_whole_record(&file, size)?;
        if end < size {
            file.set_len(end)?;
            file.sync_all()?;
        }
        // A file is only as durable as the entry that leads to it. Synced at every start: an
        // earlier run may have been killed between creating the file and getting here.
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(Self { file, end })
    }

    /// Makes whole records durable, or fails.
    fn commit(&mut self, records: &[u8]) -> io::Result<()> {
        let mut done = 0;
        while done < records.len() && !sys::STOPPED.load(Ordering::Relaxed) {
            match self.file.write(&records[done..]) {
                Ok(wrote) => done += wrote,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.file.set_len(self.end)?;
                    return Err(error);
                }
            }
        }
        self.file.sync_all()?;
        self.end += records.len() as u64;
        Ok(())
    }
}

fn end_of_last_whole_record(file: &File, mut size: u64) -> io::Result<u64> {
    let mut block = [0; 4096];
    while size > 0 {
        let start = size.saturating_sub(block.len() as u64);
        let block = &mut block[..(size - start) as usize];
        file.read_exact_at(block, start)?;
        if let Some(newline) = block.iter().rposition(|&byte| byte == b'\n') {
            return Ok(start + newline as u64 + 1);
        }
        size = start;
    }
    Ok(0)
}

/// Acknowledges the records `first` to `last`; false if told to stop and nobody reads.
fn acknowledge(mut output: &File, signals: &UnixStream, first: u64, last: u64) -> io::Result<bool> {
    let mut number = first;
    while number <= last {
        let mut lines = Vec::with_capacity(PIPE_BUF);
        while number <= last && lines.len() + 32 < PIPE_BUF {
            writeln!(lines, "ok {number}")?;
            number += 1;
        }
        let mut rest = &lines[..];
        while !rest.is_empty() {
            let (ready, _) = sys::wait_for(output, sys::POLLOUT, signals)?;
            if !ready {
                return Ok(false);
            }
            match output.write(rest) {
                Ok(wrote) => rest = &rest[wrote..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(true)
}

fn serve(path: &Path) -> io::Result<()> {
    let signals = sys::catch_signals()?;
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut log = Log::open(path)?;
    let mut count = 0;
    let mut held = Vec::new();
    let mut chunk = [0; RECORD_MAX];
    loop {
        let (_, stop) = sys::wait_for(&input, sys::POLLIN, &signals)?;
        if stop {
            return Ok(());
        }
        match input.read(&mut chunk) {
            Ok(0) => return Ok(()), // what is still held was never promised: it has no end
            Ok(got) => held.extend_from_slice(&chunk[..got]),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if let Some(newline) = held.iter().rposition(|&byte| byte == b'\n') {
            let records: Vec<u8> = held.drain(..=newline).collect();
            log.commit(&records)?;
            let first = count + 1;
            count += records.iter().filter(|&&byte| byte == b'\n').count() as u64;
            if !acknowledge(&output, &signals, first, count)? {
                return Ok(());
            }
        }
        if held.len() > RECORD_MAX {
            return Err(io::Error::other(format!(
                "record {} is longer than 64 KiB",
                count + 1
            )));
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let [_, path] = &arguments[..] else {
        eprintln!("usage: durable-log LOGFILE");
        return ExitCode::from(2);
    };
    match serve(Path::new(path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("durable-log: {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
