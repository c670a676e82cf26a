//! mio (edge-triggered) and httparse; files are read in pieces; links are not followed.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::unix::pipe;
use mio::{Events, Interest, Poll, Token};

const HEADER_MAX: usize = 8 * 1024;
const HEADERS_MAX: usize = 64;
const O_NONBLOCK_AND_NOFOLLOW: i32 = 0o4000 | 0o400000;
const LISTENER: Token = Token(0);
const SIGNAL: Token = Token(1);

struct Connection {
    stream: TcpStream,
    held: Vec<u8>,
    out: Vec<u8>,
    sent: usize,
    file: Option<io::Take<File>>,
    closes: bool,
    lingers: bool,
}

impl Connection {
    fn is_busy(&self) -> bool {
        self.sent < self.out.len() || self.file.is_some() || self.lingers
    }

    /// Does all that can be done without waiting; false if it is over.
    fn turn(&mut self, root: &Path, is_leaving: bool) -> io::Result<bool> {
        let mut piece = [0; 16 * 1024];
        loop {
            while self.sent < self.out.len() {
                match self.stream.write(&self.out[self.sent..]) {
                    Ok(sent) => self.sent += sent,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                    Err(error) => return Err(error),
                }
            }
            if let Some(file) = &mut self.file {
                let mut next = vec![0; 64 * 1024];
                let got = file.read(&mut next)?;
                if got > 0 {
                    next.truncate(got);
                    (self.out, self.sent) = (next, 0);
                    continue;
                }
                if file.limit() > 0 {
                    return Ok(false);
                }
                self.file = None;
            }
            if self.closes && !self.lingers {
                self.stream.shutdown(Shutdown::Write)?;
                self.lingers = true;
            }
            if is_leaving && !self.lingers {
                return Ok(false);
            }
            if !self.lingers && self.take_request(root) {
                continue;
            }
            match self.stream.read(&mut piece) {
                Ok(0) => return Ok(false),
                Ok(_) if self.lingers => {}
                Ok(got) => self.held.extend_from_slice(&piece[..got]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) => return Err(error),
            }
        }
    }

    /// Answers the next request if it is there.
    fn take_request(&mut self, root: &Path) -> bool {
        let held = std::mem::take(&mut self.held);
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&held) {
            Ok(httparse::Status::Complete(size)) => {
                self.respond(&request, root);
                self.held = held[size..].to_vec();
                true
            }
            Ok(httparse::Status::Partial) if held.len() < HEADER_MAX => {
                self.held = held;
                false
            }
            Ok(httparse::Status::Partial) => self.answer("431 Too Large", 0, true),
            Err(httparse::Error::TooManyHeaders) => self.answer("431 Too Many", 0, true),
            Err(_) => self.answer("400 Bad Request", 0, true),
        }
    }

    fn answer(&mut self, status: &str, size: u64, closes: bool) -> bool {
        let close = if closes { "Connection: close\r\n" } else { "" };
        self.out = format!("HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{close}\r\n").into();
        self.sent = 0;
        self.closes = closes;
        true
    }

    fn respond(&mut self, request: &httparse::Request<'_, '_>, root: &Path) -> bool {
        let (method, target) = (request.method.unwrap_or(""), request.path.unwrap_or(""));
        if method != "GET" && method != "HEAD" {
            return self.answer("501 Not Implemented", 0, true);
        }
        let wants_close = request.version == Some(0)
            || request.headers.iter().any(|header| {
                header.name.eq_ignore_ascii_case("connection")
                    && header.value.eq_ignore_ascii_case(b"close")
            });
        let Some(file) = open(root, target) else {
            return self.answer("404 Not Found", 0, wants_close);
        };
        let size = file.metadata().map_or(0, |about| about.len());
        if method == "GET" {
            self.file = Some(file.take(size));
        }
        self.answer("200 OK", size, wants_close)
    }
}

/// Opens a file inside ROOT; a directory is its index.html.
fn open(root: &Path, target: &str) -> Option<File> {
    let mut bytes = Vec::new();
    let mut rest = target.split('?').next()?.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    let name = String::from_utf8(bytes).ok()?;
    let mut path = PathBuf::from(root);
    for component in Path::new(name.strip_prefix('/')?).components() {
        let Component::Normal(part) = component else {
            return None;
        };
        path.push(part);
        if fs::symlink_metadata(&path).ok()?.is_symlink() {
            return None;
        }
    }
    if path.is_dir() {
        path.push("index.html");
    }
    let mut options = fs::OpenOptions::new();
    let file = options.read(true).custom_flags(O_NONBLOCK_AND_NOFOLLOW).open(path).ok()?;
    file.metadata().ok()?.is_file().then_some(file)
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let address = format!("127.0.0.1:{}", arguments[1]).parse().map_err(io::Error::other)?;
    let root = fs::canonicalize(&arguments[2])?;
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(256);
    let told = Arc::new(AtomicBool::new(false));
    let (wakeup, mut woken) = pipe::new()?;
    signal_hook::flag::register(15, Arc::clone(&told))?;
    signal_hook::low_level::pipe::register(15, wakeup)?;
    poll.registry().register(&mut woken, SIGNAL, Interest::READABLE)?;
    let mut listener = Some(TcpListener::bind(address)?);
    poll.registry().register(listener.as_mut().expect("new"), LISTENER, Interest::READABLE)?;
    let mut connections: HashMap<Token, Connection> = HashMap::new();
    let mut next = 2;
    let mut deadline = None;
    loop {
        let left = deadline.map(|end: Instant| end.saturating_duration_since(Instant::now()));
        match poll.poll(&mut events, left) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            polled => polled?,
        }
        for event in &events {
            if event.token() == LISTENER {
                while let Some(Ok((mut stream, _))) = listener.as_ref().map(TcpListener::accept) {
                    let both = Interest::READABLE | Interest::WRITABLE;
                    poll.registry().register(&mut stream, Token(next), both)?;
                    let connection = Connection {
                        stream,
                        held: Vec::new(),
                        out: Vec::new(),
                        sent: 0,
                        file: None,
                        closes: false,
                        lingers: false,
                    };
                    connections.insert(Token(next), connection);
                    next += 1;
                }
            } else if let Some(connection) = connections.get_mut(&event.token())
                && !connection.turn(&root, deadline.is_some()).unwrap_or(false)
            {
                connections.remove(&event.token());
            }
        }
        if told.load(Ordering::Relaxed) && deadline.is_none() {
            listener = None;
            connections.retain(|_, connection| connection.is_busy());
            deadline = Some(Instant::now() + Duration::from_millis(800));
        }
        if deadline.is_some_and(|end| connections.is_empty() || end <= Instant::now()) {
            return Ok(());
        }
    }
}
