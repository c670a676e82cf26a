//! durable-log LOGFILE: append records to a file, and acknowledge each one that would survive.
//!
//! This starter copies records and counts them. It promises what it cannot keep: follow the TODOs.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;

/// What the standard library has no name for. One compiler call builds this file, without crates:
/// declare here what you need of the C library, as its man page has it.
#[allow(dead_code, reason = "yours to use and to extend")]
mod sys {
    pub const SIGINT: i32 = 2;
    pub const SIGTERM: i32 = 15;
    pub const SIGXFSZ: i32 = 25;

    unsafe extern "C" {
        /// signal(2): what happens when signal `number` comes; 1 as `handler` ignores it.
        pub fn signal(number: i32, handler: usize) -> usize;
    }
}

/// Opens the log for appending.
fn open_log(path: &Path) -> io::Result<File> {
    // TODO: an earlier run may have died in the middle of a record. Cut that off first.
    // TODO: the file may be new. Is its name on the disk already?
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
}

/// Appends one record, with its newline.
fn commit(mut log: &File, record: &[u8]) -> io::Result<()> {
    // TODO: how many bytes did write take? Is every error an error? What is in the log after one?
    log.write(record)?;
    // TODO: where are these bytes now, and who has to die for them to be lost?
    Ok(())
}

/// Promises that the record will survive.
fn acknowledge(mut output: &File, number: u64) -> io::Result<()> {
    // TODO: nobody may be reading. How does SIGTERM get us out of here?
    output.write(format!("ok {number}\n").as_bytes())?;
    Ok(())
}

fn serve(path: &Path) -> io::Result<()> {
    // TODO: SIGTERM and SIGINT end this program in the middle of anything.
    // They should end it between two records, with status 0, within a second.
    let log = open_log(path)?;

    // `Stdin` and `Stdout` have buffers of their own; these have none.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);

    let mut count = 0;
    let mut held = Vec::new();
    let mut chunk = [0; 65536];
    loop {
        // TODO: a signal may arrive just before this read. What wakes the program up then?
        let got = input.read(&mut chunk)?;
        if got == 0 {
            return Ok(());
        }
        held.extend_from_slice(&chunk[..got]);
        let whole = held
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |last| last + 1);
        for record in held[..whole].split_inclusive(|&byte| byte == b'\n') {
            commit(&log, record)?;
            count += 1;
            acknowledge(&output, count)?;
        }
        held.drain(..whole);
    }
}

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: durable-log LOGFILE");
        return ExitCode::from(2);
    };
    match serve(Path::new(&path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("durable-log: {error}");
            ExitCode::FAILURE
        }
    }
}
