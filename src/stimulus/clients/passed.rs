//! What a descriptor is that another process has passed to us.

use std::fs::{self, File};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::stat::{SFlag, fstat};
use nix::unistd::{Whence, lseek};

use crate::model::Bytes;
use crate::model::clients::Passed;
use crate::model::recording::Object;

/// What the kernel says of it, and up to `keeps` bytes of what it reads at its offset, which is at
/// the file's end from then on. Only a regular file is read: anything else could make us wait.
pub(super) fn look(descriptor: &OwnedFd, keeps: usize) -> Passed {
    let path = fs::read_link(format!("/proc/self/fd/{}", descriptor.as_raw_fd()));
    let stat = fstat(descriptor.as_fd()).ok();
    let kind = stat.map_or(0, |stat| stat.st_mode & SFlag::S_IFMT.bits());
    let access = fcntl(descriptor, FcntlArg::F_GETFL).unwrap_or(0) & OFlag::O_ACCMODE.bits();
    let offset = lseek(descriptor, 0, Whence::SeekCur).unwrap_or(-1);
    let passed = Passed {
        at: 0,
        object: Object {
            name: path.map_or(String::new(), |path| path.to_string_lossy().into_owned()),
            inode: stat.map_or(0, |stat| stat.st_ino),
        },
        kind,
        access,
        offset,
        content: match kind == SFlag::S_IFREG.bits() {
            true => content(descriptor, offset.max(0) as u64, keeps),
            false => Bytes::default(),
        },
    };
    // As if it had read it all: whoever has the same open file description is where it is now.
    if kind == SFlag::S_IFREG.bits() {
        let _ = lseek(descriptor, 0, Whence::SeekEnd);
    }
    passed
}

fn content(descriptor: &OwnedFd, offset: u64, keeps: usize) -> Bytes {
    let Ok(file) = descriptor.try_clone().map(File::from) else {
        return Bytes::default();
    };
    let mut data = vec![0; keeps];
    let len = file.read_at(&mut data, offset).unwrap_or(0);
    data.truncate(len);
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    Bytes {
        cut: size.saturating_sub(offset).saturating_sub(len as u64),
        data,
    }
}
