//! What a fault does behind the program's back: to the file, or to the process, of a call that has
//! just returned and that the program has not seen return.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;

use crate::model::{Arg, What, World};
use crate::sys::limits;

use super::observe::Tracer;

impl Tracer {
    /// Cuts the file of the first descriptor that the call at event `enter` was given.
    pub(super) fn cut_file(&mut self, pid: i32, enter: usize, len: u64) {
        let number = match self.recording.events.get(enter).map(|event| &event.what) {
            Some(What::Enter(_, call)) => call.args.iter().find_map(|arg| match arg {
                Arg::Fd(fd) => Some(fd.number),
                _ => None,
            }),
            _ => None,
        };
        let cut = number
            .ok_or_else(|| io::ErrorKind::InvalidInput.into())
            .and_then(|number| cut(pid, number, len));
        self.note("a file that could not be cut", cut);
    }

    /// Limits the address space of the process to what it has and so many bytes.
    pub(super) fn confine(&mut self, pid: i32, bytes: u64) {
        let limited = limits::confine_address_space(pid, bytes);
        self.note("an address space that could not be limited", limited);
    }

    /// Without it, what the program did says nothing.
    fn note(&mut self, what: &str, result: io::Result<()>) {
        if let Err(error) = result {
            let world = World::Blind(format!("{what} ({error})"));
            self.push(What::World(world), Vec::new());
        }
    }
}

/// Cuts the very file that a descriptor of the process is of, whatever names it has by now. What a
/// mount or the file's mode forbids us stays as it is; see proc_pid_fd(5).
fn cut(pid: i32, number: i32, len: u64) -> io::Result<()> {
    let file = File::options()
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(format!("/proc/{pid}/fd/{number}"))?;
    match file.metadata()?.is_file() {
        true => file.set_len(len),
        false => Err(io::ErrorKind::InvalidInput.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn a_file_is_cut_through_a_descriptor_that_may_only_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, [b'x'; 100]).unwrap();
        let file = File::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        cut(std::process::id() as i32, file.as_raw_fd(), 7).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 7);
    }

    #[test]
    fn what_is_no_file_is_left_alone() {
        let null = File::open("/dev/null").unwrap();
        let own = std::process::id() as i32;
        assert!(cut(own, null.as_raw_fd(), 0).is_err());
        assert!(cut(own, i32::MAX, 0).is_err());
    }
}
