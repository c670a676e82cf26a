//! service DIR: reads commands, a line each, and answers each with a line.
//!
//! For the instructor. What was mended, and what the repair rests on:
//!
//! 1. Every descriptor has an owner that closes it when it goes out of scope, on every way out:
//!    nothing is forgotten on purpose, kept in a list, or made a number.
//! 2. The new log is open before the old one is dropped, so that there is a log whatever fails. If
//!    the new one cannot be opened, the name is given back, and the log goes on where it was.
//! 3. Nothing clears the flag with which the standard library opens.
//! 4. A failed open is the failure of one command: nothing here panics.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, Stdio};

const LOG_MAX: u64 = 1024;
const LOGS: u32 = 3;

fn open_log() -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open("app.log")
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

struct Service {
    log: File,
}

impl Service {
    fn rotate(&mut self) -> io::Result<()> {
        rename_logs()?;
        match open_log() {
            Ok(log) => self.log = log,
            Err(error) => {
                fs::rename(log_name(1), log_name(0))?;
                return Err(error);
            }
        }
        Ok(())
    }

    fn log(&mut self, text: &str) -> io::Result<String> {
        if self.log.metadata()?.len() > LOG_MAX
            && let Err(error) = self.rotate()
        {
            eprintln!("service: {error}");
        }
        self.log.write_all(format!("{text}\n").as_bytes())?;
        Ok("ok".to_owned())
    }

    /// What is not opened need not be closed.
    fn size(&self, name: &str) -> io::Result<String> {
        let status = fs::metadata(name)?;
        match status.is_file() {
            true => Ok(format!("ok {}", status.len())),
            false => Err(ErrorKind::InvalidInput.into()),
        }
    }

    fn ping(&self) -> io::Result<String> {
        let (mut left, mut right) = UnixStream::pair()?;
        left.write_all(b"!")?;
        right.read_exact(&mut [0])?;
        Ok("ok".to_owned())
    }

    fn run(&self, command: &str) -> io::Result<String> {
        let mut child = Command::new("/bin/sh")
            .args(["-c", command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let count = match child.stdout.take() {
            Some(mut output) => io::copy(&mut output, &mut io::sink())?,
            None => 0,
        };
        let status = child.wait()?;
        let code = status.code().or(status.signal().map(|signal| 128 + signal));
        Ok(format!("ok {} {count}", code.unwrap_or(1)))
    }

    fn copy(&self, from: &str, to: &str) -> io::Result<String> {
        let mut reading = File::open(from)?;
        let mut writing = File::create(to)?;
        io::copy(&mut reading, &mut writing)?;
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

fn serve() -> io::Result<()> {
    let directory = std::env::args_os().nth(1);
    let directory = directory.ok_or_else(|| io::Error::other("usage: service DIR"))?;
    std::env::set_current_dir(directory)?;
    let mut service = Service { log: open_log()? };
    for line in io::stdin().lock().lines() {
        let answer = service.answer(&line?).unwrap_or_else(|error| {
            eprintln!("service: {error}");
            "error".to_owned()
        });
        println!("{answer}");
    }
    Ok(())
}

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("service: {error}");
            ExitCode::FAILURE
        }
    }
}
