//! service DIR: reads commands, a line each, and answers each with a line.
//!
//! This starter works, and each of its commands leaves descriptors open: follow the TODOs.
//! They mark the functions, not the lines.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

const LOG_MAX: u64 = 1024;
const LOGS: u32 = 3;

/// What the standard library has no name for.
mod sys {
    pub const F_SETFD: i32 = 2;

    unsafe extern "C" {
        /// fcntl(2).
        pub fn fcntl(fd: i32, command: i32, ...) -> i32;
    }
}

struct Service {
    log: File,
    /// Logs that somebody may still be reading.
    old: Vec<File>,
    jobs: Vec<Child>,
}

fn open_log() -> File {
    let log = OpenOptions::new().append(true).create(true).open("app.log");
    let log = log.expect("app.log can be opened");
    // Hooks that are run may log as well.
    // SAFETY: it is open.
    unsafe { sys::fcntl(log.as_raw_fd(), sys::F_SETFD, 0) };
    log
}

fn log_name(number: u32) -> String {
    match number {
        0 => "app.log".to_owned(),
        number => format!("app.log.{number}"),
    }
}

/// Makes app.log app.log.1 and so on, the oldest first.
fn rename_logs() -> io::Result<()> {
    for number in (1..=LOGS).rev() {
        match fs::rename(log_name(number - 1), log_name(number)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

impl Service {
    // TODO: which descriptor has the log before a rotation, which one has it after, and who speaks
    // of the first one then?
    fn log(&mut self, text: &str) -> io::Result<String> {
        if self.log.metadata()?.len() > LOG_MAX && rename_logs().is_ok() {
            let old = std::mem::replace(&mut self.log, open_log());
            self.old.push(old);
        }
        self.log.write_all(format!("{text}\n").as_bytes())?;
        Ok("ok".to_owned())
    }

    // TODO: how many ways lead out of this function?
    fn size(&self, name: &str) -> io::Result<String> {
        let fd = File::open(name)?.into_raw_fd();
        // SAFETY: it is open; whoever drops it closes it.
        let file = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
        let status = file.metadata()?;
        if !status.is_file() {
            return Err(ErrorKind::InvalidInput.into());
        }
        drop(ManuallyDrop::into_inner(file));
        Ok(format!("ok {}", status.len()))
    }

    // TODO: how many descriptors does one call give, and how many are given back?
    fn ping(&self) -> io::Result<String> {
        let (mut left, right) = UnixStream::pair().expect("there is a pair");
        // The other side lives longer than the one that sends.
        let mut right = ManuallyDrop::new(right);
        left.write_all(b"!")?;
        right.read_exact(&mut [0])?;
        Ok("ok".to_owned())
    }

    // TODO: which end of this pipe is open when it returns? And what else of this program does the
    // command hold?
    fn run(&mut self, command: &str) -> io::Result<String> {
        let mut child = Command::new("/bin/sh")
            .args(["-c", command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut count = 0;
        if let Some(output) = &mut child.stdout {
            count = io::copy(output, &mut io::sink())?;
        }
        let status = child.wait()?;
        self.jobs.push(child);
        let code = status.code().or(status.signal().map(|signal| 128 + signal));
        Ok(format!("ok {} {count}", code.unwrap_or(1)))
    }

    // TODO: what is open when the second open fails? And when a read does?
    fn copy(&self, from: &str, to: &str) -> io::Result<String> {
        let mut reading = ManuallyDrop::new(File::open(from)?);
        let mut writing = ManuallyDrop::new(File::create(to)?);
        io::copy(&mut *reading, &mut *writing)?;
        drop(ManuallyDrop::into_inner(reading));
        drop(ManuallyDrop::into_inner(writing));
        Ok("ok".to_owned())
    }

    fn answer(&mut self, line: &str) -> io::Result<String> {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let names = rest.split_once(' ');
        match (command, names) {
            ("ping", _) => self.ping(),
            (_, _) if rest.is_empty() => Err(ErrorKind::InvalidInput.into()),
            ("log", _) => self.log(rest),
            ("size", _) => self.size(rest),
            ("run", _) => self.run(rest),
            ("copy", Some((from, to))) => self.copy(from, to),
            _ => Err(ErrorKind::InvalidInput.into()),
        }
    }
}

fn main() {
    let directory = std::env::args_os().nth(1).expect("usage: service DIR");
    std::env::set_current_dir(directory).expect("DIR is a directory");
    let mut service = Service {
        log: open_log(),
        old: Vec::new(),
        jobs: Vec::new(),
    };
    for line in io::stdin().lock().lines() {
        let answer = service.answer(&line.expect("a line"));
        println!("{}", answer.as_deref().unwrap_or("error"));
    }
}
