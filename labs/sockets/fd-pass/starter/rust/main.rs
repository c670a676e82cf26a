//! fd-pass SOCKET ROOT: hand out descriptors of the files under ROOT, over a Unix socket.
//!
//! This starter hands out descriptors, to one client at a time, of whatever a client names: follow
//! the TODOs.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::ExitCode;

/// What the standard library has no name for. One compiler call builds this file, without crates:
/// declare here what else you need of the C library, as its man page has it.
mod sys {
    use std::ffi::c_void;
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::ptr;

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

    const SOL_SOCKET: i32 = 1;
    const SCM_RIGHTS: i32 = 1;
    const MSG_NOSIGNAL: i32 = 0x4000;

    unsafe extern "C" {
        fn sendmsg(fd: i32, message: *const MsgHdr, flags: i32) -> isize;
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
}

/// Answers a request, which has no newline any more.
fn answer(stream: &UnixStream, root: &str, request: &str) -> io::Result<()> {
    // TODO: requests that are none; names that lead out of ROOT; what is no regular file
    let name = request.strip_prefix("open ").unwrap_or_default();
    // TODO: how long is this file open, and in how many processes?
    match File::open(format!("{root}/{name}")) {
        Ok(file) => sys::send_with(stream, b"ok\n", Some(&file))?,
        Err(error) => sys::send_with(stream, format!("error {error}\n").as_bytes(), None)?,
    };
    Ok(())
}

fn serve(path: &str, root: &str) -> io::Result<()> {
    // TODO: the file of an earlier server may be there, or that of one that is alive
    // TODO: who may connect?
    let listener = UnixListener::bind(path)?;
    // TODO: SIGTERM: exit with status 0 within a second
    loop {
        let (mut stream, _) = listener.accept()?;
        // TODO: who waits while this client is silent?
        // TODO: is this one request? Half of one, or three?
        let mut request = [0; 65536];
        loop {
            let got = stream.read(&mut request)?;
            if got == 0 {
                break;
            }
            // TODO: should one client's trouble be the end of the server?
            answer(&stream, root, String::from_utf8_lossy(&request[..got]).trim_end_matches('\n'))?;
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, root] = &arguments[..] else {
        eprintln!("usage: fd-pass SOCKET ROOT");
        return ExitCode::from(2);
    };
    match serve(path, root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fd-pass: {error}");
            ExitCode::FAILURE
        }
    }
}
