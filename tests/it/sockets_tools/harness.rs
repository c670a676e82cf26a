//! A server at work, and clients that do as they are told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The program.
pub(super) const SYSLAB: &str = env!("CARGO_BIN_EXE_syslab");

/// Every engine, as options.
pub(super) const ENGINES: &[&[&str]] = &[
    &["--engine", "mio"],
    &["--engine", "mio", "--threads", "2"],
    &["--engine", "epoll"],
    &["--engine", "epoll", "--edge"],
    &["--engine", "uring"],
    &["--engine", "threads"],
];

/// `syslab sockets serve`, which is killed when this is dropped.
pub(crate) struct Served {
    child: Child,
    said: BufReader<ChildStderr>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Served {
    /// Starts it with these options, at a port that is free; `None` where io_uring is refused.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        Self::start_under(&[], options)
    }

    /// Starts it by another command.
    pub(super) fn start_under(command: &[&str], options: &[&str]) -> Option<Self> {
        let mut words = command.to_vec();
        words.extend([SYSLAB, "sockets", "serve"]);
        words.extend(options);
        words.push("0");
        let mut child = Command::new(words[0])
            .args(&words[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        if line.contains("no io_uring") {
            eprintln!("skipped: {}", line.trim());
            child.wait().unwrap();
            return None;
        }
        let address = line
            .trim_start_matches("listening on ")
            .trim_start_matches("http://")
            .trim_start_matches("https://");
        let end = address.find(['/', ' ']).unwrap();
        let address = address[..end].trim_end_matches(':').parse();
        Some(Self {
            child,
            said,
            address: address.unwrap_or_else(|_| panic!("{line}")),
        })
    }

    pub(super) fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid()), signal).unwrap();
    }

    /// The next line that it says.
    pub(super) fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line
    }

    /// Ends it, in order: what it says then.
    pub(super) fn end(mut self, signal: Signal) -> String {
        self.signal(signal);
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{said}");
        said
    }

    pub(super) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Sends all, says that this is the end, and reads to the end, all at once.
pub(super) fn exchange(mut stream: TcpStream, bytes: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    thread::scope(|scope| {
        let mut writer = stream.try_clone().unwrap();
        scope.spawn(move || {
            writer.write_all(bytes).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        stream.read_to_end(&mut answer).unwrap();
    });
    answer
}

/// Bytes in which a piece that is lost, doubled or moved shows.
pub(super) fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at * 7 + at / 253) as u8).collect()
}
