//! file-server PORT ROOT. Each call begins at the beginning.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const REQUEST_MAX: u64 = 8 * 1024;
const CONNECTIONS_MAX: usize = 300;

/// The few calls that the standard library has no name for, with Linux' numbers.
mod sys {
    use std::ffi::CString;
    use std::fs::File;
    use std::io;
    use std::net::TcpStream;
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

    unsafe extern "C" {
        fn syscall(number: i64, ...) -> i64;
        fn sigemptyset(set: *mut SigSet) -> i32;
        fn sigaddset(set: *mut SigSet, signal: i32) -> i32;
        fn pthread_sigmask(how: i32, set: *const SigSet, old: *mut SigSet) -> i32;
        fn sigwait(set: *const SigSet, signal: *mut i32) -> i32;
        fn sendfile(to: i32, from: i32, offset: *mut i64, count: usize) -> isize;
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

    /// Sends what is behind `offset`, at most `count` bytes, and moves it; how many it were.
    pub fn send_file(to: &TcpStream, from: &File, offset: &mut u64, count: u64) -> io::Result<u64> {
        // One call moves no more than 2 GiB, however many we ask for.
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut at = *offset as i64;
        // SAFETY: `at` outlives the call.
        let sent = unsafe { sendfile(to.as_raw_fd(), from.as_raw_fd(), &mut at, count) };
        *offset = at as u64;
        match sent {
            -1 => Err(io::Error::last_os_error()),
            sent => Ok(sent as u64),
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
}

/// The file that a request asks for, and its size.
fn find(root: &File, request: &[u8]) -> io::Result<(File, u64)> {
    let name = request.strip_prefix(b"GET ");
    let name = name.ok_or_else(|| io::Error::other("what is that?"))?;
    let file = sys::open_beneath(root, name)?;
    let about = file.metadata()?;
    match about.is_file() {
        true => Ok((file, about.len())),
        false => Err(io::Error::other("not a file")),
    }
}

/// Sends so many bytes of a file; returns whether there were so many.
fn send(stream: &TcpStream, file: &File, size: u64) -> io::Result<bool> {
    let mut sent = 0;
    while sent < size {
        match sys::send_file(stream, file, &mut 0, size - sent) {
            Ok(0) => return Ok(false),
            Ok(more) => sent += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Serves one connection until one of the two has had enough.
fn serve(root: &File, stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut request = Vec::new();
    loop {
        request.clear();
        (&mut reader).take(REQUEST_MAX).read_until(b'\n', &mut request)?;
        if request.pop() != Some(b'\n') {
            return Ok(()); // the end, or too long
        }
        match find(root, &request) {
            Ok((file, size)) => {
                (&*stream).write_all(format!("OK {size}\n").as_bytes())?;
                if !send(stream, &file, size)? {
                    return Ok(()); // it has become shorter than we said
                }
            }
            Err(error) => (&*stream).write_all(format!("ERR {error}\n").as_bytes())?,
        }
    }
}

fn accept(root: File, listener: &TcpListener) {
    let root = Arc::new(root);
    let connections = Arc::new(AtomicUsize::new(0));
    loop {
        let Ok((stream, _)) = listener.accept() else {
            // Out of descriptors, most likely: those who are served will leave some.
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        if connections.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS_MAX {
            connections.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let (its_root, count) = (Arc::clone(&root), Arc::clone(&connections));
        let started = thread::Builder::new().stack_size(128 * 1024).spawn(move || {
            // Whatever went wrong: the client has gone.
            let _ = serve(&its_root, &stream);
            drop(stream);
            count.fetch_sub(1, Ordering::Relaxed);
        });
        if started.is_err() {
            connections.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn run(port: &str, root: &str) -> io::Result<()> {
    let signals = sys::block_sigterm();
    let root = File::open(root)?;
    let port: u16 = port.parse().map_err(|_| io::Error::other("no port"))?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    thread::spawn(move || accept(root, &listener));
    sys::await_signal(&signals);
    process::exit(0); // whoever gets less than was promised sees it
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, port, root] = &arguments[..] else {
        eprintln!("usage: file-server PORT ROOT");
        return ExitCode::from(2);
    };
    match run(port, root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("file-server: {error}");
            ExitCode::FAILURE
        }
    }
}
