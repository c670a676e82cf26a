//! fd-pass SOCKET ROOT: hand out descriptors of the files under ROOT, over a Unix socket.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Of a request; PATH_MAX is half of it.
const LINE_MAX: u64 = 8 * 1024;
const CLIENTS_MAX: usize = 500;

/// The few calls that the standard library has no name for, with Linux' numbers.
mod sys {
    use std::ffi::{CString, c_void};
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsRawFd, FromRawFd};
    use std::os::unix::net::UnixStream;
    use std::ptr;

    #[repr(C)]
    struct OpenHow {
        flags: u64,
        mode: u64,
        resolve: u64,
    }

    #[repr(C)]
    struct IoVec {
        base: *const u8,
        len: usize,
    }

    #[repr(C)]
    struct MsgHdr {
        name: *const c_void,
        name_len: u32,
        parts: *const IoVec,
        part_count: usize,
        control: *const Rights,
        control_len: usize,
        flags: i32,
    }

    /// A cmsghdr with one descriptor behind it, as CMSG_DATA and CMSG_SPACE have it.
    #[repr(C)]
    struct Rights {
        len: usize,
        level: i32,
        kind: i32,
        fd: i32,
        padding: i32,
    }

    #[repr(C)]
    pub struct SigSet([u64; 16]);

    const OPENAT2: i64 = 437; // on every architecture
    const O_NOCTTY: u64 = 0o400;
    const O_NONBLOCK: u64 = 0o4000;
    const O_CLOEXEC: u64 = 0o2000000;
    const RESOLVE_NO_MAGICLINKS: u64 = 2;
    const RESOLVE_BENEATH: u64 = 8;
    const SOL_SOCKET: i32 = 1;
    const SCM_RIGHTS: i32 = 1;
    const MSG_NOSIGNAL: i32 = 0x4000;
    const SIG_BLOCK: i32 = 0;
    const SIGTERM: i32 = 15;

    unsafe extern "C" {
        fn syscall(number: i64, ...) -> i64;
        fn sendmsg(fd: i32, message: *const MsgHdr, flags: i32) -> isize;
        fn umask(mask: u32) -> u32;
        fn sigemptyset(set: *mut SigSet) -> i32;
        fn sigaddset(set: *mut SigSet, signal: i32) -> i32;
        fn pthread_sigmask(how: i32, set: *const SigSet, old: *mut SigSet) -> i32;
        fn sigwait(set: *const SigSet, signal: *mut i32) -> i32;
    }

    /// Opens something by a name that may not lead out of `root`.
    pub fn open_beneath(root: &File, name: &[u8]) -> io::Result<File> {
        let name = CString::new(name).map_err(|_| io::ErrorKind::InvalidInput)?;
        let how = OpenHow {
            flags: O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
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

    /// Sends some of these bytes, and a descriptor with the first of them.
    pub fn send_with(stream: &UnixStream, bytes: &[u8], file: Option<&File>) -> io::Result<usize> {
        let parts = IoVec {
            base: bytes.as_ptr(),
            len: bytes.len(),
        };
        let rights = file.map(|file| Rights {
            len: size_of::<usize>() + 3 * size_of::<i32>(),
            level: SOL_SOCKET,
            kind: SCM_RIGHTS,
            fd: file.as_raw_fd(),
            padding: 0,
        });
        let message = MsgHdr {
            name: ptr::null(),
            name_len: 0,
            parts: &parts,
            part_count: 1,
            control: rights.as_ref().map_or(ptr::null(), ptr::from_ref),
            control_len: rights.as_ref().map_or(0, size_of_val),
            flags: 0,
        };
        // SAFETY: all that `message` points at lives, and is as large as it says.
        match unsafe { sendmsg(stream.as_raw_fd(), &message, MSG_NOSIGNAL) } {
            -1 => Err(io::Error::last_os_error()),
            sent => Ok(sent as usize),
        }
    }

    /// Blocks SIGTERM in this thread and in those that it starts from now on.
    pub fn block_sigterm() -> SigSet {
        let mut set = SigSet([0; 16]);
        // SAFETY: `set` is as large as sigset_t; nothing keeps a pointer to it.
        unsafe {
            sigemptyset(&mut set);
            sigaddset(&mut set, SIGTERM);
            pthread_sigmask(SIG_BLOCK, &set, ptr::null_mut());
        }
        set
    }

    pub fn await_signal(set: &SigSet) {
        let mut signal = 0;
        // SAFETY: `set` is as large as sigset_t.
        while unsafe { sigwait(set, &mut signal) } != 0 {}
    }

    /// Does something that makes files, with this mask. Only for a process of one thread.
    pub fn with_umask<T>(mask: u32, make: impl FnOnce() -> T) -> T {
        // SAFETY: no memory is touched.
        let before = unsafe { umask(mask) };
        let made = make();
        // SAFETY: as above.
        unsafe { umask(before) };
        made
    }
}

/// Opens a regular file under `root`.
fn open_file(root: &File, name: &[u8]) -> io::Result<File> {
    let mut file = sys::open_beneath(root, name)?;
    // What cannot be read is of no use to a client.
    let is_readable = file.read(&mut [0]).is_ok();
    match is_readable && file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("not a file")),
    }
}

fn send(stream: &UnixStream, answer: &str, file: Option<&File>) -> io::Result<()> {
    let mut rest = answer.as_bytes();
    let mut file = file;
    while !rest.is_empty() {
        match sys::send_with(stream, rest, file) {
            Ok(sent) => (rest, file) = (&rest[sent..], None),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Serves one client until it goes.
fn serve(root: &File, stream: &UnixStream) -> io::Result<()> {
    let mut requests = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        let got = (&mut requests).take(LINE_MAX).read_until(b'\n', &mut line)? as u64;
        if line.pop_if(|last| *last == b'\n').is_none() {
            if got == LINE_MAX {
                send(stream, "error the request is too long\n", None)?;
            }
            return Ok(());
        }
        match line.strip_prefix(b"open ").map(|name| open_file(root, name)) {
            None => send(stream, "error no such request\n", None)?,
            Some(Ok(file)) => send(stream, "ok\n", Some(&file))?,
            Some(Err(error)) => send(stream, &format!("error {error}\n"), None)?,
        }
    }
}

fn accept(root: &Arc<File>, listener: &UnixListener) {
    let clients = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming().flatten() {
        if clients.load(Ordering::Relaxed) >= CLIENTS_MAX {
            continue;
        }
        clients.fetch_add(1, Ordering::Relaxed);
        let (root, its_clients) = (Arc::clone(root), Arc::clone(&clients));
        let started = thread::Builder::new().stack_size(128 * 1024).spawn(move || {
            // Whatever went wrong: the client has gone.
            let _ = serve(&root, &stream);
            drop(stream);
            its_clients.fetch_sub(1, Ordering::Relaxed);
        });
        if started.is_err() {
            clients.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Listens on a socket with this name; whoever is alive there keeps it.
fn listen(path: &str) -> io::Result<UnixListener> {
    match fs::symlink_metadata(path) {
        Ok(about) if !about.file_type().is_socket() => {
            return Err(io::Error::other("there is something that is not a socket"));
        }
        Ok(_) => match UnixStream::connect(path) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path)?,
            _ => return Err(io::Error::other("a server is alive there")),
        },
        Err(_) => {}
    }
    sys::with_umask(0o177, || UnixListener::bind(path))
}

fn run(path: &str, root: &str) -> io::Result<()> {
    let root = Arc::new(File::open(root)?);
    let listener = listen(path)?;
    let signals = sys::block_sigterm();
    thread::spawn(move || accept(&root, &listener));
    sys::await_signal(&signals);
    fs::remove_file(path)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, root] = &arguments[..] else {
        eprintln!("usage: fd-pass SOCKET ROOT");
        return ExitCode::from(2);
    };
    match run(path, root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fd-pass: {path}: {error}");
            ExitCode::FAILURE
        }
    }
}
