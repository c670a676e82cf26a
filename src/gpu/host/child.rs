//! The program under test: a child that has one end of a socket; see unix(7), environ(7).

use std::io::{self, Read, Write};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use nix::unistd::dup;

use super::HostError;
use super::device::Device;
use super::facts::{End, Fact};
use super::log::Log;
use super::options::Options;
use super::wire::{Malformed, Request};

/// The environment variable by which the library finds its socket; `library/wire.c` has the same.
const SOCKET: &str = "SYSLAB_CUDA_SOCKET";

/// Bytes that are kept of what a program writes.
const KEPT: u64 = 256 << 10;

/// Runs the program once, with the call of this number made to fail; returns how many could have been.
pub(super) fn run(
    options: &Options,
    failing: Option<u32>,
    out: &mut dyn Write,
) -> Result<u32, HostError> {
    let (ours, theirs) =
        UnixStream::pair().map_err(|error| HostError::Kernel("make a socket", error))?;
    let mut child = start(options, theirs)?;
    let outputs = [child.stdout.take().map(kept), child.stderr.take().map(kept)];
    let mut log = Log::new(out, failing);
    let mut device = Device::new(options);
    if let Err(malformed) = talk(ours, &mut device, &mut log) {
        log.say(&Fact::Broken {
            why: malformed.to_string(),
        });
    }
    let status = child
        .wait()
        .map_err(|error| HostError::Kernel("wait for the program", error))?;
    let calls = log.may_fail();
    let [stdout, stderr] = outputs.map(joined);
    log.finish(&Fact::End(end(status, stdout, stderr, calls)))?;
    Ok(calls)
}

fn start(options: &Options, theirs: UnixStream) -> Result<Child, HostError> {
    let error = |error| HostError::Kernel("start the program", error);
    // A duplicate stays open across execve(2).
    let inherited = dup(&theirs).map_err(|errno| error(errno.into()))?;
    let (program, arguments) = options
        .program
        .split_first()
        .ok_or_else(|| HostError::Usage("there is no program".to_owned()))?;
    Command::new(program)
        .args(arguments)
        .env(SOCKET, inherited.as_raw_fd().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(error)
}

/// Answers requests until the other end is closed.
fn talk(mut stream: UnixStream, device: &mut Device, log: &mut Log<'_>) -> Result<(), Malformed> {
    while let Some(request) = Request::receive(&mut stream)? {
        let answer = device.answer(request, log)?;
        stream.write_all(&answer.framed())?;
    }
    Ok(())
}

/// Reads a stream to its end, and keeps its beginning.
fn kept(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What cannot be read is not there.
        let _read = stream.by_ref().take(KEPT).read_to_end(&mut bytes);
        let _rest = io::copy(&mut stream, &mut io::sink());
        bytes
    })
}

fn joined(output: Option<JoinHandle<Vec<u8>>>) -> String {
    let bytes = output.and_then(|thread| thread.join().ok());
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}

fn end(status: ExitStatus, stdout: String, stderr: String, calls: u32) -> End {
    End {
        status: status.code(),
        signal: status.signal(),
        stdout,
        stderr,
        calls,
    }
}
