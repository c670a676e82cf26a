//! http PORT ROOT: serve the files under ROOT by HTTP/1.1, to many clients at once.
//!
//! For the instructor. Five decisions carry this program:
//!
//! 1. A thread for each connection, up to a bound, with a small stack: blocking code is the
//!    shortest there is, and who is slow keeps nobody but their own thread waiting.
//! 2. A connection is a stream. Requests are cut out of what has come so far, at the empty line;
//!    what is behind it is the next request, and stays.
//! 3. The kernel keeps names inside ROOT: openat2 with RESOLVE_BENEATH refuses "..", absolute names
//!    and links that lead out, and nothing can change between the test and the open.
//! 4. io::copy moves a file through a small buffer, or by sendfile where the library can: a file of any
//!    size costs no memory.
//! 5. SIGTERM is blocked in all threads and taken by sigwait in the first one. It waits until no
//!    answer is under way, for a while, and leaves; the others end with it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const HEADER_MAX: usize = 16 * 1024;
const CONNECTIONS_MAX: usize = 2000;
/// For a request to come, and for a client to take something of an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// For what is still coming after a refusal.
const LINGER: Duration = Duration::from_secs(2);
/// For answers under way when SIGTERM comes.
const LEAVING: Duration = Duration::from_millis(900);

/// The few calls that the standard library has no name for, with Linux' numbers.
mod sys {
    use std::ffi::CString;
    use std::fs::File;
    use std::io;
    use std::net::TcpListener;
    use std::os::fd::{AsRawFd, FromRawFd};

    #[repr(C)]
    struct OpenHow {
        flags: u64,
        mode: u64,
        resolve: u64,
    }

    #[repr(C)]
    pub struct SigSet([u64; 16]);

    const OPENAT2: i64 = 437; // on every architecture
    const O_NONBLOCK: u64 = 0o4000; // a FIFO would make us wait
    const O_CLOEXEC: u64 = 0o2000000;
    const RESOLVE_NO_MAGICLINKS: u64 = 2;
    const RESOLVE_BENEATH: u64 = 8;
    const SIG_BLOCK: i32 = 0;
    const SIGTERM: i32 = 15;
    const SHUT_RD: i32 = 0;

    unsafe extern "C" {
        fn syscall(number: i64, ...) -> i64;
        fn sigemptyset(set: *mut SigSet) -> i32;
        fn sigaddset(set: *mut SigSet, signal: i32) -> i32;
        fn pthread_sigmask(how: i32, set: *const SigSet, old: *mut SigSet) -> i32;
        fn sigwait(set: *const SigSet, signal: *mut i32) -> i32;
        fn shutdown(fd: i32, how: i32) -> i32;
    }

    /// Opens a file or directory by a name that may not lead out of `root`.
    pub fn open_beneath(root: &File, name: &[u8]) -> io::Result<File> {
        let name = if name.is_empty() { b"." } else { name };
        let name = CString::new(name).map_err(|_| io::ErrorKind::InvalidInput)?;
        let how = OpenHow {
            flags: O_NONBLOCK | O_CLOEXEC,
            mode: 0,
            resolve: RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
        };
        // SAFETY: `name` ends in NUL, `how` is as large as we say; the new descriptor is nobody
        // else's.
        unsafe {
            match syscall(OPENAT2, root.as_raw_fd(), name.as_ptr(), &how, size_of::<OpenHow>()) {
                -1 => Err(io::Error::last_os_error()),
                fd => Ok(File::from_raw_fd(fd as i32)),
            }
        }
    }

    /// Blocks SIGTERM in this thread and in those that it starts from now on.
    pub fn block_sigterm() -> SigSet {
        let mut set = SigSet([0; 16]);
        // SAFETY: `set` is as large as sigset_t; nothing keeps a pointer to it.
        unsafe {
            sigemptyset(&mut set);
            sigaddset(&mut set, SIGTERM);
            pthread_sigmask(SIG_BLOCK, &set, std::ptr::null_mut());
        }
        set
    }

    pub fn await_signal(set: &SigSet) {
        let mut signal = 0;
        // SAFETY: `set` is as large as sigset_t.
        while unsafe { sigwait(set, &mut signal) } != 0 {}
    }

    /// Nobody is accepted any more, also not by an accept that waits already.
    pub fn stop_listening(listener: &TcpListener) {
        // SAFETY: no memory is touched.
        unsafe { shutdown(listener.as_raw_fd(), SHUT_RD) };
    }
}

/// What all threads know.
struct Server {
    root: File,
    connections: AtomicUsize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    answers: usize,
    is_leaving: bool,
}

/// An answer under way; without one, nobody waits for us when SIGTERM comes.
struct UnderWay<'a>(&'a Server);

impl<'a> UnderWay<'a> {
    /// Fails if we are leaving.
    fn new(server: &'a Server) -> io::Result<Self> {
        let mut state = server.state.lock().expect("nobody panics with it");
        if state.is_leaving {
            return Err(io::ErrorKind::Interrupted.into());
        }
        state.answers += 1;
        Ok(Self(server))
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().expect("nobody panics with it");
        state.answers -= 1;
        self.0.changed.notify_all();
    }
}

struct Answer {
    status: &'static str,
    more: String,
    file: Option<(File, u64)>,
}

impl Answer {
    fn plain(status: &'static str) -> Self {
        Self {
            status,
            more: String::new(),
            file: None,
        }
    }
}

/// What we need to know of a request.
struct Request {
    method: String,
    path: String,
    stays: bool,
}

/// Reads a head; None if it is no request.
fn parse(head: &[u8]) -> Option<Request> {
    // Bytes that are no text stay what they are: each is one char, as in ISO 8859-1.
    let head: String = head.iter().copied().map(char::from).collect();
    if head.contains('\0') {
        return None;
    }
    let mut lines = head.split("\r\n");
    let words: Vec<&str> = lines.next()?.split(' ').collect();
    let [method, target, version] = words[..] else {
        return None;
    };
    let minor = version.strip_prefix("HTTP/1.")?;
    if method.is_empty() || minor.len() != 1 || !minor.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    // The absolute form, as proxies get it.
    let is_absolute = target.len() > 7 && target[..7].eq_ignore_ascii_case("http://");
    let path = match is_absolute {
        true => target[7..].find('/').map_or("/", |slash| &target[7 + slash..]),
        false => target,
    };
    let mut stays = minor != "0";
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_ascii_lowercase());
        match name.as_str() {
            "connection" if value.contains("close") => stays = false,
            // A body is not for us; its bytes must not be taken for the next request.
            "content-length" if value != "0" => stays = false,
            "transfer-encoding" => stays = false,
            _ => {}
        }
    }
    path.starts_with('/').then(|| Request {
        method: method.to_owned(),
        path: path.to_owned(),
        stays,
    })
}

/// Turns %41 into A; None if that gives no name.
fn decode(path: &str) -> Option<Vec<u8>> {
    let mut name = Vec::with_capacity(path.len());
    let mut chars = path.chars();
    while let Some(char) = chars.next() {
        name.push(match char {
            '%' => {
                let (high, low) = (chars.next()?.to_digit(16)?, chars.next()?.to_digit(16)?);
                (high * 16 + low) as u8
            }
            other => other as u8,
        });
    }
    (!name.contains(&0)).then_some(name)
}

/// Answers a GET or HEAD of a path as it stands in the request.
fn find(root: &File, path: &str) -> Answer {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.trim_start_matches('/');
    let Some(mut name) = decode(path) else {
        return Answer::plain("400 Bad Request");
    };
    let mut found = sys::open_beneath(root, &name);
    if found.as_ref().is_ok_and(|file| file.metadata().is_ok_and(|about| about.is_dir())) {
        if !name.is_empty() && !name.ends_with(b"/") {
            return Answer {
                more: format!("Location: /{path}/\r\n"),
                ..Answer::plain("301 Moved Permanently")
            };
        }
        name.extend_from_slice(b"index.html");
        found = sys::open_beneath(root, &name);
    }
    match found.and_then(|file| file.metadata().map(|about| (file, about))) {
        Ok((file, about)) if about.is_file() => Answer {
            file: Some((file, about.len())),
            ..Answer::plain("200 OK")
        },
        // EMFILE, ENFILE, ENOMEM
        Err(error) if matches!(error.raw_os_error(), Some(24 | 23 | 12)) => {
            Answer::plain("503 Service Unavailable")
        }
        _ => Answer::plain("404 Not Found"),
    }
}

/// A connection, and what has come of requests that are not answered yet.
struct Connection<'a> {
    stream: &'a TcpStream,
    held: Vec<u8>,
}

impl Connection<'_> {
    /// The next request's head without the empty line; None if it is too long.
    fn read_head(&mut self) -> io::Result<Option<Vec<u8>>> {
        let deadline = Instant::now() + PATIENCE;
        let mut piece = [0; 4096];
        loop {
            while self.held.starts_with(b"\r\n") {
                self.held.drain(..2); // empty lines before a request are to be passed over
            }
            if let Some(end) = self.held.windows(4).position(|four| four == b"\r\n\r\n") {
                let mut head: Vec<u8> = self.held.drain(..end + 4).collect();
                head.truncate(end);
                return Ok(Some(head));
            }
            if self.held.len() > HEADER_MAX {
                return Ok(None);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            // Zero would mean for ever.
            self.stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(got) => self.held.extend_from_slice(&piece[..got]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Serves one request; returns whether another one may follow.
    fn serve_request(&mut self, server: &Server) -> io::Result<bool> {
        let head = self.read_head()?;
        let _under_way = UnderWay::new(server)?;
        let request = head.as_deref().and_then(parse);
        let answer = match (&head, &request) {
            (None, _) => Answer::plain("431 Request Header Fields Too Large"),
            (_, None) => Answer::plain("400 Bad Request"),
            (_, Some(request)) => match request.method.as_str() {
                "GET" | "HEAD" => find(&server.root, &request.path),
                _ => Answer {
                    more: "Allow: GET, HEAD\r\n".to_owned(),
                    ..Answer::plain("405 Method Not Allowed")
                },
            },
        };
        let stays = request.as_ref().is_some_and(|request| request.stays);
        let length = answer.file.as_ref().map_or(0, |(_, length)| *length);
        let close = if stays { "" } else { "Connection: close\r\n" };
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Length: {length}\r\n{}{close}\r\n",
            answer.status, answer.more
        );
        // Back to bytes: see `parse`.
        let head: Vec<u8> = head.chars().map(|char| char as u8).collect();
        (&*self.stream).write_all(&head)?;
        if let Some((file, length)) = answer.file
            && request.is_some_and(|request| request.method == "GET")
            && io::copy(&mut file.take(length), &mut &*self.stream)? < length
        {
            return Err(io::ErrorKind::UnexpectedEof.into()); // it has become shorter than we said
        }
        if !stays {
            self.linger()?;
        }
        Ok(stays)
    }

    /// Sends FIN and reads on: to close while unread bytes have come sends a reset, which may
    /// overtake the answer.
    fn linger(&mut self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)?;
        let deadline = Instant::now() + LINGER;
        let mut waste = [0; 4096];
        while Instant::now() < deadline {
            self.stream.set_read_timeout(Some(LINGER))?;
            if self.stream.read(&mut waste)? == 0 {
                break;
            }
        }
        Ok(())
    }
}

/// Serves one connection until one of the two has had enough.
fn serve(server: &Server, stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut connection = Connection {
        stream,
        held: Vec::new(),
    };
    while connection.serve_request(server)? {}
    Ok(())
}

fn accept(server: &Arc<Server>, listener: &TcpListener) {
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(_) if server.state.lock().expect("nobody panics with it").is_leaving => return,
            Err(_) => {
                // Out of descriptors, most likely: those who are served will leave some.
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        if server.connections.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS_MAX {
            server.connections.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let its_server = Arc::clone(server);
        let started = thread::Builder::new().stack_size(128 * 1024).spawn(move || {
            // Whatever went wrong: the client has gone, or was too slow.
            let _ = serve(&its_server, &stream);
            drop(stream);
            its_server.connections.fetch_sub(1, Ordering::Relaxed);
        });
        if started.is_err() {
            server.connections.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn run(port: &str, root: &str) -> io::Result<()> {
    let signals = sys::block_sigterm();
    let server = Arc::new(Server {
        root: File::open(root)?,
        connections: AtomicUsize::new(0),
        state: Mutex::default(),
        changed: Condvar::new(),
    });
    let port: u16 = port.parse().map_err(|_| io::Error::other("no port"))?;
    let listener = Arc::new(TcpListener::bind(("127.0.0.1", port))?);
    let accepting = (Arc::clone(&server), Arc::clone(&listener));
    thread::spawn(move || accept(&accepting.0, &accepting.1));

    sys::await_signal(&signals);
    let mut state = server.state.lock().expect("nobody panics with it");
    state.is_leaving = true;
    sys::stop_listening(&listener);
    let waited = server.changed.wait_timeout_while(state, LEAVING, |state| state.answers > 0);
    drop(waited.expect("nobody panics with it"));
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, port, root] = &arguments[..] else {
        eprintln!("usage: http PORT ROOT");
        return ExitCode::from(2);
    };
    match run(port, root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("http: {error}");
            ExitCode::FAILURE
        }
    }
}
