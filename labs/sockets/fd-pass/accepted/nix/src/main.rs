//! nix for what the standard library lacks; threads; a line is what `split` gives.

use std::fs::File;
use std::io::{BufRead, BufReader, IoSlice, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::{env, fs, process, thread};

use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use nix::sys::stat::{Mode, umask};

const LINE_MAX: u64 = 65_536;

fn open(root: &OwnedFd, name: &[u8]) -> Option<File> {
    let name = str::from_utf8(name).ok()?;
    let how = OpenHow::new()
        .flags(OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_BENEATH);
    let file = File::from(openat2(root, Path::new(name), how).ok()?);
    file.metadata().ok()?.is_file().then_some(file)
}

fn serve(root: &OwnedFd, mut stream: &UnixStream) -> Option<()> {
    let mut lines = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        (&mut lines).take(LINE_MAX).read_until(b'\n', &mut line).ok()?;
        let request = line.strip_suffix(b"\n")?;
        let Some(file) = request.strip_prefix(b"open ").and_then(|name| open(root, name)) else {
            stream.write_all(b"error not to be had\n").ok()?;
            continue;
        };
        // The descriptor goes with the first byte, the rest of the line comes on its own.
        let descriptors = [file.as_raw_fd()];
        let rights = [ControlMessage::ScmRights(&descriptors)];
        let first = [IoSlice::new(b"o")];
        sendmsg::<()>(stream.as_raw_fd(), &first, &rights, MsgFlags::MSG_NOSIGNAL, None).ok()?;
        stream.write_all(b"k\n").ok()?;
    }
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let (path, root) = (&arguments[1], OwnedFd::from(File::open(&arguments[2]).unwrap()));
    let mut told = SigSet::empty();
    told.add(Signal::SIGTERM);
    told.thread_block().unwrap();
    if let Ok(about) = fs::symlink_metadata(path) {
        if !about.file_type().is_socket() || UnixStream::connect(path).is_ok() {
            eprintln!("{path} is taken");
            process::exit(1);
        }
        fs::remove_file(path).unwrap();
    }
    umask(Mode::from_bits_truncate(0o177));
    let listener = UnixListener::bind(path).unwrap();
    thread::spawn(move || {
        thread::scope(|scope| {
            for stream in listener.incoming().flatten() {
                scope.spawn(|| {
                    let stream = stream;
                    serve(&root, &stream)
                });
            }
        });
    });
    told.wait().unwrap();
}
