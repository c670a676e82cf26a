//! What a process has open: `/proc/PID/fd` and `/proc/PID/fdinfo`; see proc_pid_fd(5) and
//! proc_pid_fdinfo(5).
//!
//! Nothing is opened but files of /proc itself: opening what a descriptor refers to could block,
//! or take part in what the process does.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;

use super::{contents, malformed, numbers_in};

/// What a process has open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Its number.
    pub number: i32,
    /// What it is: a path, or `pipe:[123]`, `socket:[123]`, `anon_inode:[eventfd]`.
    pub target: Vec<u8>,
}

/// The first lines of a descriptor's `fdinfo`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// Offset of the next byte.
    pub position: u64,
    /// O_NONBLOCK, O_APPEND and the like, and the access mode; see open(2).
    pub flags: i32,
}

impl Info {
    /// Parses the first lines; `None` if they are not all there.
    pub fn parse(start: &[u8]) -> Option<Self> {
        let field = |name: &str| {
            start
                .split(|byte| *byte == b'\n')
                .find_map(|line| line.strip_prefix(name.as_bytes()))
                .and_then(|value| str::from_utf8(value).ok())
                .map(str::trim_ascii)
        };
        Some(Self {
            position: field("pos:")?.parse().ok()?,
            flags: i32::from_str_radix(field("flags:")?, 8).ok()?,
        })
    }
}

/// What a process has open, by number.
///
/// # Errors
/// ENOENT or ESRCH if it is gone, EACCES if it may not be traced by us.
pub fn descriptors(pid: i32) -> io::Result<Vec<Descriptor>> {
    let mut descriptors = Vec::new();
    for number in descriptor_numbers(pid)? {
        match descriptor_target(pid, number) {
            Ok(target) => descriptors.push(Descriptor { number, target }),
            // Closed meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(descriptors)
}

/// The numbers of a process' descriptors, in ascending order.
///
/// # Errors
/// As [`descriptors`].
pub fn descriptor_numbers(pid: i32) -> io::Result<Vec<i32>> {
    numbers_in(&format!("/proc/{pid}/fd"))
}

/// What descriptor `number` of a task refers to.
///
/// # Errors
/// As [`descriptors`]; ENOENT also if it is not open.
pub fn descriptor_target(pid: i32, number: i32) -> io::Result<Vec<u8>> {
    let target = fs::read_link(format!("/proc/{pid}/fd/{number}"))?;
    Ok(target.into_os_string().into_vec())
}

/// Files without a name (memfd_create(2)) that a process has open: the inode of each, and the KiB of
/// memory that it takes, mapped or not. One that has several descriptors comes several times.
///
/// # Errors
/// As [`descriptors`].
fn memory_files(pid: i32) -> io::Result<Vec<(u64, u64)>> {
    const BEGIN: &[u8] = b"/memfd:";
    // st_blocks counts in units of 512 bytes, whatever the file system's; see inode(7).
    const BLOCKS_PER_KIB: u64 = 2;
    let mut files = Vec::new();
    for number in descriptor_numbers(pid)? {
        let is_one = |target: Vec<u8>| target.starts_with(BEGIN);
        // What cannot be looked at has been closed meanwhile.
        if descriptor_target(pid, number).is_ok_and(is_one)
            && let Ok(found) = fs::metadata(format!("/proc/{pid}/fd/{number}"))
        {
            files.push((found.ino(), found.blocks() / BLOCKS_PER_KIB));
        }
    }
    Ok(files)
}

/// KiB of memory in files without a name that these processes have open, each file once.
///
/// What is mapped of them counts as memory of the processes as well. Descriptors on their way through
/// a socket are not seen.
pub fn memory_files_kib(pids: impl IntoIterator<Item = i32>) -> u64 {
    let files = pids.into_iter().filter_map(|pid| memory_files(pid).ok());
    let each: BTreeMap<u64, u64> = files.flatten().collect();
    each.values().sum()
}

/// Where a descriptor stands, and its flags.
///
/// # Errors
/// As [`descriptor_target`].
pub fn descriptor_info(pid: i32, number: i32) -> io::Result<Info> {
    // Position and flags stand in the first two lines; a listing may follow.
    let mut start = [0; 128];
    let len = File::open(format!("/proc/{pid}/fdinfo/{number}"))?.read(&mut start)?;
    Info::parse(start.get(..len).unwrap_or_default()).ok_or_else(malformed)
}

/// Whether a descriptor is of a regular file, whatever that is called.
///
/// # Errors
/// As [`descriptor_target`].
pub fn is_of_regular_file(pid: i32, number: i32) -> io::Result<bool> {
    Ok(fs::metadata(format!("/proc/{pid}/fd/{number}"))?.is_file())
}

/// How many descriptors were sent to a Unix socket and not received yet (the line `scm_fds:` of its
/// `fdinfo`); `None` if the kernel does not say.
///
/// # Errors
/// As [`descriptor_target`].
pub fn in_flight(pid: i32, number: i32) -> io::Result<Option<u64>> {
    let text = contents(&format!("/proc/{pid}/fdinfo/{number}"))?;
    Ok(String::from_utf8_lossy(&text)
        .lines()
        .find_map(|line| line.strip_prefix("scm_fds:")?.trim().parse().ok()))
}

/// The descriptors that an epoll instance watches (the lines `tfd:` of its `fdinfo`), in ascending
/// order.
///
/// # Errors
/// As [`descriptor_target`].
pub fn watched_by_epoll(pid: i32, number: i32) -> io::Result<Vec<i32>> {
    let text = contents(&format!("/proc/{pid}/fdinfo/{number}"))?;
    Ok(parse_watched(&text))
}

fn parse_watched(text: &[u8]) -> Vec<i32> {
    let mut numbers: Vec<i32> = String::from_utf8_lossy(text)
        .lines()
        .filter_map(|line| line.strip_prefix("tfd:"))
        .filter_map(|rest| rest.split_ascii_whitespace().next()?.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_and_flags_are_read_from_the_first_lines() {
        let info = Info::parse(b"pos:\t42\nflags:\t02102001\nmnt_id:\t29\nino:\t5\n").unwrap();
        assert_eq!((info.position, info.flags), (42, 0o2_102_001));
        assert_eq!(Info::parse(b"pos:\t42\n"), None);
        assert_eq!(Info::parse(b""), None);
    }

    #[test]
    fn a_file_without_a_name_counts_once_whether_it_is_mapped_or_not() {
        use nix::fcntl::{FallocateFlags, fallocate};
        use nix::sys::memfd::{MFdFlags, memfd_create};

        const KIB: u64 = 1024;
        let file = memfd_create("counted", MFdFlags::MFD_CLOEXEC).unwrap();
        let _again = file.try_clone().unwrap();
        let me = std::process::id().cast_signed();
        let inode = fs::metadata(format!(
            "/proc/{me}/fd/{}",
            std::os::fd::AsRawFd::as_raw_fd(&file)
        ));
        let inode = inode.unwrap().ino();
        let found = || -> Vec<u64> {
            let files = memory_files(me).unwrap().into_iter();
            files.filter(|of| of.0 == inode).map(|of| of.1).collect()
        };
        assert_eq!(found(), [0, 0]);
        fallocate(&file, FallocateFlags::empty(), 0, 1 << 20).unwrap();
        assert_eq!(found(), [KIB, KIB]);
        // Other tests may have such files, too.
        assert!(memory_files_kib([me, me]) >= KIB);
    }

    #[test]
    fn an_epoll_instance_lists_what_it_watches() {
        let text = b"pos:\t0\nflags:\t02\nmnt_id:\t15\nino:\t1\n\
            tfd:       12 events:       19 data:               c  pos:0 ino:1 sdev:f\n\
            tfd:        3 events: 80000001 data:  7f00aa00000003  pos:0 ino:2 sdev:f\n";
        assert_eq!(parse_watched(text), [3, 12]);
        assert_eq!(parse_watched(b"pos:\t0\ntfd:\n"), [] as [i32; 0]);
    }
}
