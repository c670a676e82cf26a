//! What descriptors refer to, as the kernel tells it below /proc; see proc(5).
//!
//! Nothing is opened but files of /proc itself: opening what a descriptor refers to could block,
//! or take part in what the program does.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;

use crate::model::Object;
use crate::sys::proc;

/// What descriptor `number` of task `pid` refers to; `None` if it is not open, or hidden from us.
///
/// The inode is known of what has a path. That of a pipe or socket is in its name, and nowhere
/// else: the numbers of pipes and those of files may coincide.
pub fn of(pid: i32, number: i32) -> Option<Object> {
    if number < 0 {
        return None;
    }
    let target = proc::descriptor_target(pid, number).ok()?;
    let name = match String::from_utf8(target) {
        Ok(name) => name,
        Err(odd) => String::from_utf8_lossy(odd.as_bytes()).into_owned(),
    };
    let inode = if name.starts_with('/') {
        fs::metadata(format!("/proc/{pid}/fd/{number}")).map_or(0, |file| file.ino())
    } else {
        0
    };
    Some(Object { name, inode })
}

/// Where a descriptor of a regular file stands.
pub(crate) struct Position {
    /// Offset of the next byte.
    pub(crate) at: u64,
    /// Whether writes go to the end (`O_APPEND`).
    pub(crate) appends: bool,
    /// Size of the file.
    pub(crate) size: u64,
}

/// The position of descriptor `number`, if it is that of a regular file.
pub(crate) fn position(pid: i32, number: i32) -> Option<Position> {
    let file = fs::metadata(format!("/proc/{pid}/fd/{number}"))
        .ok()
        .filter(Metadata::is_file)?;
    let info = proc::descriptor_info(pid, number).ok()?;
    Some(Position {
        at: info.position,
        appends: info.flags & libc::O_APPEND != 0,
        size: file.len(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Seek, SeekFrom, Write};
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn a_pipe_has_its_number_in_its_name() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let object = of(std::process::id() as i32, reader.as_raw_fd()).unwrap();
        assert!(object.name.starts_with("pipe:["), "{}", object.name);
        assert_eq!(object.inode, 0);
    }

    #[test]
    fn a_file_has_its_path_its_inode_and_a_position() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"0123456789").unwrap();
        file.seek(SeekFrom::Start(4)).unwrap();
        let pid = std::process::id() as i32;
        let object = of(pid, file.as_raw_fd()).unwrap();
        assert_eq!(object.name, path.to_string_lossy());
        assert_eq!(object.inode, file.metadata().unwrap().ino());
        let position = position(pid, file.as_raw_fd()).unwrap();
        assert_eq!(
            (position.at, position.size, position.appends),
            (4, 10, false)
        );
        assert_eq!(of(pid, -1), None);
        assert_eq!(of(pid, 1 << 20), None);
    }
}
