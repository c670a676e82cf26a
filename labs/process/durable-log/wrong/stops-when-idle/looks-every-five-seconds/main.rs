//! The mistake: five seconds are how long a signal may go unnoticed.
//!
//! A poll with a timeout is an honest way around the race between the test of a flag and the wait
//! that follows, if it is shorter than the second in which the program has promised to end.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::ExitCode;

const RECORD_MAX: usize = 64 * 1024;
const PIPE_BUF: usize = 4096;

/// The few calls that the standard library has no name for, with Linux' numbers.
mod sys {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::sync::atomic::{AtomicBool, Ordering};

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
    }

    static STOPPED: AtomicBool = AtomicBool::new(false);

    extern "C" fn stop(_signal: i32) {
        STOPPED.store(true, Ordering::Relaxed);
    }

    pub fn catch_signals() {
        let stop: extern "C" fn(i32) = stop;
        // SAFETY: the handler does nothing but store into an atomic.
        unsafe {
            signal(SIGXFSZ, SIG_IGN); // write says EFBIG instead
            signal(SIGTERM, stop as usize);
            signal(SIGINT, stop as usize);
        }
    }

    /// Waits until `file` is ready; returns false if we are told to stop.
    pub fn wait_for(file: &File, events: i16) -> io::Result<bool> {
        let mut fd = PollFd {
            fd: file.as_raw_fd(),
            events,
            revents: 0,
        };
        while !STOPPED.load(Ordering::Relaxed) {
            // SAFETY: `fd` is one PollFd.
            match unsafe { poll(&mut fd, 1, 5000) } {
                0 => {} // time to look at the flag
                -1 => {
                    let error = io::Error::last_os_error();
                    if error.kind() != io::ErrorKind::Interrupted {
                        return Err(error);
                    }
                }
                _ => return Ok(true),
            }
        }
        Ok(false)
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
        if let Err(error) = self.file.write_all(records) {
            self.file.set_len(self.end)?;
            return Err(error);
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
fn acknowledge(mut output: &File, first: u64, last: u64) -> io::Result<bool> {
    let mut number = first;
    while number <= last {
        let mut lines = Vec::with_capacity(PIPE_BUF);
        while number <= last && lines.len() + 32 < PIPE_BUF {
            writeln!(lines, "ok {number}")?;
            number += 1;
        }
        let mut rest = &lines[..];
        while !rest.is_empty() {
            if !sys::wait_for(output, sys::POLLOUT)? {
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
    sys::catch_signals();
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut log = Log::open(path)?;
    let mut count = 0;
    let mut held = Vec::new();
    let mut chunk = [0; RECORD_MAX];
    loop {
        if !sys::wait_for(&input, sys::POLLIN)? {
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
            if !acknowledge(&output, first, count)? {
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
