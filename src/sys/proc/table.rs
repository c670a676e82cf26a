//! A process' descriptor table, read as a whole: `/proc/PID/fd` and `/proc/PID/fdinfo`, opened
//! once; see proc_pid_fd(5) and proc_pid_fdinfo(5).
//!
//! As in [`descriptors`](super::descriptors), nothing is opened but files of /proc itself.
#![expect(
    unsafe_code,
    reason = "statx(2), readlinkat(2) and getxattr(2) are raw system calls"
)]

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, OwnedFd};

use nix::fcntl::{AtFlags, OFlag, openat};
use nix::sys::stat::{Mode, fstat, fstatat};

use super::{malformed, numbers_in, status};

/// The descriptor table of a process.
#[derive(Debug)]
pub struct Table {
    pid: i32,
    links: OwnedFd,
    infos: OwnedFd,
}

/// What stat(2) says of what a descriptor refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Referent {
    /// Type and permissions.
    pub mode: u32,
    /// The file system's device: major and minor number.
    pub device: (u32, u32),
    /// Inode.
    pub inode: u64,
    /// Names that it has: none for a file that was deleted.
    pub links: u32,
    /// Bytes.
    pub size: u64,
    /// Bytes on the disk.
    pub allocated: u64,
}

/// What a descriptor's `fdinfo` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// Offset of the next byte.
    pub position: u64,
    /// O_APPEND and the like, and the access mode; O_CLOEXEC if the descriptor has it.
    pub flags: i32,
    /// The mount, and (Linux 5.14) the inode.
    pub mount: Option<u64>,
    /// See above.
    pub inode: Option<u64>,
    /// The lines of an epoll instance.
    pub watches: Vec<Watched>,
    /// All other lines: their names and what they say.
    pub others: Vec<(String, String)>,
}

/// What an epoll instance watches: a line `tfd:` of its `fdinfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The number under which it was added; that may be closed, or something else, by now.
    pub number: i32,
    /// EPOLLIN and the like.
    pub events: u32,
    /// The caller's own word, which comes with each event.
    pub data: u64,
    /// The inode that it was added for (Linux 4.13).
    pub inode: Option<u64>,
}

impl Table {
    /// The table of a process.
    ///
    /// # Errors
    /// ENOENT or ESRCH if it is gone, EACCES if it may not be traced by us.
    pub fn of(pid: i32) -> io::Result<Self> {
        let directory = |name: &str| -> io::Result<OwnedFd> {
            let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
            let path = format!("/proc/{pid}/{name}");
            Ok(nix::fcntl::open(path.as_str(), flags, Mode::empty())?)
        };
        Ok(Self {
            pid,
            links: directory("fd")?,
            infos: directory("fdinfo")?,
        })
    }

    /// How many are open (Linux 6.2; before that 0).
    ///
    /// # Errors
    /// As [`Table::of`].
    pub fn count(&self) -> io::Result<usize> {
        Ok(usize::try_from(fstat(&self.links)?.st_size).unwrap_or(0))
    }

    /// The numbers that may be open, in ascending order: no other is.
    ///
    /// Of a large table of which most is open, all that there is room for: to look at each is
    /// cheaper than to have them listed first.
    ///
    /// # Errors
    /// As [`Table::of`].
    pub fn numbers(&self) -> io::Result<Vec<i32>> {
        /// Fewer are listed at once.
        const LARGE: usize = 1024;
        let count = self.count()?;
        let slots = match count >= LARGE {
            true => status(self.pid)?.descriptor_slots,
            false => 0,
        };
        match i32::try_from(slots) {
            Ok(slots @ 1..) if count >= slots as usize / 2 => Ok((0..slots).collect()),
            _ => numbers_in(&format!("/proc/{}/fd", self.pid)),
        }
    }

    /// What a descriptor refers to: a path, or `pipe:[123]`, `socket:[123]`.
    ///
    /// # Errors
    /// ENOENT if it is not open.
    pub fn target(&self, number: i32) -> io::Result<Vec<u8>> {
        let name = Name::of(number);
        let mut target = MaybeUninit::<[u8; libc::PATH_MAX as usize]>::uninit();
        // SAFETY: the name ends with a NUL and outlives the call; `target` is a live local of the
        // length that is given.
        let length = unsafe {
            libc::readlinkat(
                self.links.as_raw_fd(),
                name.as_c_str().as_ptr(),
                target.as_mut_ptr().cast(),
                size_of_val(&target),
            )
        };
        let length = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
        // SAFETY: the kernel has written so many bytes, which are not more than there is room for.
        Ok(unsafe { std::slice::from_raw_parts(target.as_ptr().cast(), length) }.to_vec())
    }

    /// Whether it may be read and written: the kernel says it in the permissions of the link.
    ///
    /// # Errors
    /// As [`Table::target`].
    pub fn access(&self, number: i32) -> io::Result<(bool, bool)> {
        const READ: u32 = 0o400;
        const WRITE: u32 = 0o200;
        let name = Name::of(number);
        let link = fstatat(&self.links, name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW)?;
        Ok((link.st_mode & READ != 0, link.st_mode & WRITE != 0))
    }

    /// What stat(2) says of the file itself. No server is asked (AT_STATX_DONT_SYNC): one that
    /// does not answer would block us.
    ///
    /// # Errors
    /// As [`Table::target`].
    pub fn referent(&self, number: i32) -> io::Result<Referent> {
        /// Unit of `stx_blocks`.
        const BLOCK: u64 = 512;
        let name = Name::of(number);
        let mut found = MaybeUninit::<libc::statx>::zeroed();
        // SAFETY: the name ends with a NUL and outlives the call; `found` is a live local.
        let answer = unsafe {
            libc::statx(
                self.links.as_raw_fd(),
                name.as_c_str().as_ptr(),
                libc::AT_STATX_DONT_SYNC | libc::AT_NO_AUTOMOUNT,
                libc::STATX_BASIC_STATS,
                found.as_mut_ptr(),
            )
        };
        if answer == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: plain integers; zeroed before, filled by the kernel.
        let found = unsafe { found.assume_init() };
        Ok(Referent {
            mode: u32::from(found.stx_mode),
            device: (found.stx_dev_major, found.stx_dev_minor),
            inode: found.stx_ino,
            links: found.stx_nlink,
            size: found.stx_size,
            allocated: found.stx_blocks * BLOCK,
        })
    }

    /// The protocol of a socket, `TCP`, `UDPv6`, `UNIX-STREAM`, `NETLINK`: also of one that is bound
    /// nowhere, and so in no list. See `sockfs_xattr_handlers` of net/socket.c.
    ///
    /// # Errors
    /// ENODATA or EOPNOTSUPP if it is no socket.
    pub fn protocol(&self, number: i32) -> io::Result<String> {
        const LONGEST: usize = 64;
        let path = CString::new(format!("/proc/{}/fd/{number}", self.pid))?;
        let mut name = [0_u8; LONGEST];
        // SAFETY: both strings end with a NUL; `name` is a live local of this length.
        let len = unsafe {
            libc::getxattr(
                path.as_ptr(),
                c"system.sockprotoname".as_ptr(),
                name.as_mut_ptr().cast(),
                name.len(),
            )
        };
        let len = usize::try_from(len).map_err(|_| io::Error::last_os_error())?;
        let name = name.get(..len).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        Ok(String::from_utf8_lossy(name).into_owned())
    }

    /// Offset, flags and what else the kernel tells of its kind.
    ///
    /// # Errors
    /// As [`Table::target`].
    pub fn details(&self, number: i32) -> io::Result<Details> {
        /// Most are shorter: one call reads them, a second one says that it was all.
        const USUAL: usize = 1024;
        let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        let file = openat(
            &self.infos,
            Name::of(number).as_c_str(),
            flags,
            Mode::empty(),
        )?;
        let mut text = Vec::with_capacity(USUAL);
        File::from(file).take(u64::MAX).read_to_end(&mut text)?;
        Details::parse(&text).ok_or_else(malformed)
    }
}

impl Details {
    /// Parses the file; `None` if position and flags are not there.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(text);
        let mut details = Self::default();
        let (mut position, mut flags) = (None, None);
        for line in text.lines() {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            match name {
                "pos" => position = value.parse().ok(),
                "flags" => flags = i32::from_str_radix(value, 8).ok(),
                "mnt_id" => details.mount = value.parse().ok(),
                "ino" => details.inode = value.parse().ok(),
                "tfd" => details.watches.extend(Watched::parse(value)),
                name => details.others.push((name.to_owned(), value.to_owned())),
            }
        }
        details.position = position?;
        details.flags = flags?;
        Some(details)
    }

    /// Whether the descriptor may be read and written: as [`Table::access`], from its flags.
    pub fn access(&self) -> (bool, bool) {
        match self.flags & (libc::O_ACCMODE | libc::O_PATH) {
            libc::O_RDONLY => (true, false),
            libc::O_WRONLY => (false, true),
            libc::O_RDWR => (true, true),
            // O_PATH, and the fourth mode, which is for ioctl(2) only; see open(2).
            _ => (false, false),
        }
    }

    /// What the line with this name says.
    pub fn other(&self, name: &str) -> Option<&str> {
        self.others
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Watched {
    /// `5 events: 19 data: 5 pos:0 ino:61af sdev:5`: numbers are hexadecimal but for the first.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let number = words.next()?.parse().ok()?;
        let rest: Vec<&str> = words.collect();
        let after = |name: &str| {
            let at = rest.iter().position(|word| *word == name)?;
            u64::from_str_radix(rest.get(at + 1)?, 16).ok()
        };
        let inode = rest.iter().find_map(|word| word.strip_prefix("ino:"));
        Some(Self {
            number,
            events: after("events:")? as u32,
            data: after("data:")?,
            inode: inode.and_then(|inode| u64::from_str_radix(inode, 16).ok()),
        })
    }
}

/// The name of a descriptor's file: its number.
struct Name([u8; 12]);

impl Name {
    fn of(number: i32) -> Self {
        let mut name = [0; 12];
        // No number of 32 bits has more than eleven characters.
        let _fits = write!(name.as_mut_slice(), "{number}");
        Self(name)
    }

    fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn own_descriptors_are_found() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let table = Table::of(std::process::id() as i32).unwrap();
        let number = file.as_raw_fd();
        assert!(table.numbers().unwrap().contains(&number));
        assert!(table.target(number).unwrap().starts_with(b"/"));
        assert_eq!(table.access(number).unwrap(), (true, true));
        let referent = table.referent(number).unwrap();
        assert_eq!((referent.size, referent.links), (10, 0));
        let details = table.details(number).unwrap();
        assert_eq!(details.access(), (true, true));
        assert_eq!(details.position, 10);
        assert_ne!(details.flags & libc::O_CLOEXEC, 0);
        assert!(table.target(i32::MAX).is_err());
        let (one, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        assert!(table.protocol(one.as_raw_fd()).unwrap().starts_with("UNIX"));
        assert!(table.protocol(number).is_err());
    }

    #[test]
    fn flags_and_link_agree_on_the_access() {
        use std::os::unix::fs::OpenOptionsExt as _;
        let table = Table::of(std::process::id() as i32).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, b"x").unwrap();
        let open = |flags: i32| {
            let mut options = File::options();
            // The mode that is asked for here goes; see OpenOptionsExt::custom_flags.
            let options = match flags & libc::O_ACCMODE {
                libc::O_WRONLY => options.write(true),
                libc::O_RDWR => options.read(true).write(true),
                _ => options.read(true),
            };
            options.custom_flags(flags).open(&path).unwrap()
        };
        for flags in [libc::O_RDONLY, libc::O_WRONLY, libc::O_RDWR, libc::O_PATH] {
            let file = open(flags);
            let number = file.as_raw_fd();
            let said = table.details(number).unwrap().access();
            assert_eq!(said, table.access(number).unwrap(), "{flags:o}");
        }
        let (reader, writer) = io::pipe().unwrap();
        for number in [reader.as_raw_fd(), writer.as_raw_fd()] {
            let said = table.details(number).unwrap().access();
            assert_eq!(said, table.access(number).unwrap());
        }
    }

    #[test]
    fn every_line_is_kept() {
        let text = b"pos:\t0\nflags:\t02000002\nmnt_id:\t16\nino:\t1058\n\
            tfd:        5 events:       19 data:                5  pos:0 ino:61af sdev:5\n\
            tfd:        6 events: 80000001 data: ffffffff00000006\n\
            eventfd-count:               2a\n";
        let details = Details::parse(text).unwrap();
        assert_eq!((details.position, details.flags), (0, 0o2_000_002));
        assert_eq!((details.mount, details.inode), (Some(16), Some(1058)));
        let watched = |number, events, data, inode| Watched {
            number,
            events,
            data,
            inode,
        };
        assert_eq!(
            details.watches,
            [
                watched(5, 0x19, 5, Some(0x61af)),
                watched(6, 0x8000_0001, 0xffff_ffff_0000_0006, None),
            ]
        );
        assert_eq!(details.other("eventfd-count"), Some("2a"));
        assert_eq!(Details::parse(b"pos:\t42\n"), None);
    }
}
