//! One descriptor: what its link, its `fdinfo` and stat(2) say together.

use std::collections::HashMap;
use std::io;
use std::os::linux::fs::MetadataExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::super::process::{is_terminal, signals, text};
use crate::model::table::{Descriptor, Kind, Mode, Socket, Watch};
use crate::sys::proc::{Details, Referent, Table};

/// What the kernel puts behind the path of a file that has lost this name; see proc_pid_fd(5).
const DELETED: &[u8] = b" (deleted)";

/// How the name of every socket begins.
const SOCKET: &[u8] = b"socket:[";

/// A descriptor as it was seen.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Its number.
    pub(super) number: i32,
    /// What its link says.
    pub(super) target: Vec<u8>,
    /// Whether it may be read, and written; `None` where its `fdinfo` is to say it.
    access: Option<(bool, bool)>,
    /// Its `fdinfo`, where that was wanted.
    details: Option<Box<Details>>,
    /// The file, where that was wanted.
    referent: Option<Referent>,
}

impl Seen {
    /// A first look; `has_details` if its `fdinfo` will be read, too.
    ///
    /// # Errors
    /// ENOENT if it has been closed.
    pub(super) fn of(table: &Table, number: i32, has_details: bool) -> io::Result<Self> {
        let target = table.target(number)?;
        let access = if target.starts_with(SOCKET) {
            // All of them; see sock_alloc_file() of net/socket.c.
            Some((true, true))
        } else if has_details {
            None
        } else {
            Some(table.access(number)?)
        };
        Ok(Self {
            number,
            target,
            access,
            details: None,
            referent: None,
        })
    }

    /// Whether it may be read, and written.
    fn access(&self) -> (bool, bool) {
        let told = || self.details.as_deref().map(Details::access);
        self.access.or_else(told).unwrap_or_default()
    }

    /// Its `fdinfo`; `None` if it has been closed.
    pub(super) fn details(&self, table: &Table) -> Option<Details> {
        table.details(self.number).ok()
    }

    /// The file that it refers to, if it has a path.
    pub(super) fn referent(&self, table: &Table) -> Option<Referent> {
        let has_path = self.target.starts_with(b"/");
        has_path.then(|| table.referent(self.number).ok()).flatten()
    }

    /// Keeps what a closer look has found.
    pub(super) fn know(&mut self, details: Option<Details>, referent: Option<Referent>) {
        self.details = details.map(Box::new);
        self.referent = referent;
    }

    /// Whether a look that was left out has been made up for.
    pub(super) fn is_known(&self) -> bool {
        self.access.is_some() || self.details.is_some()
    }

    /// What is the same of those that are alike: the path, or the kind of what has none.
    pub(super) fn class(&self) -> &[u8] {
        match self.target.iter().position(|byte| *byte == b'[') {
            Some(at) if !self.target.starts_with(b"/") && !self.target.starts_with(b"anon") => {
                &self.target[..at]
            }
            _ => &self.target,
        }
    }

    pub(super) fn is_socket(&self) -> bool {
        self.target.starts_with(SOCKET)
    }

    /// Whether it is a pipe; a named one only if it was looked at.
    pub(super) fn is_pipe(&self) -> bool {
        self.target.starts_with(b"pipe:[")
            || (self.referent).is_some_and(|file| file.mode & libc::S_IFMT == libc::S_IFIFO)
    }

    /// Whether the kernel says that its name is gone, or its name only looks like that.
    pub(super) fn may_be_deleted(&self) -> bool {
        self.target.ends_with(DELETED)
    }

    /// The protocol of a socket that is in no list.
    pub(super) fn protocol(&self, pid: i32) -> String {
        let name = Table::of(pid).and_then(|table| table.protocol(self.number));
        let name = name.unwrap_or_default().to_lowercase();
        match name.as_str() {
            "tcpv6" => "tcp6".to_owned(),
            "udpv6" => "udp6".to_owned(),
            name if name.starts_with("unix") => "unix".to_owned(),
            _ => name,
        }
    }

    /// The descriptor; who else holds it is said later.
    pub(super) fn told(&self, socket: Option<Socket>, open: &HashMap<i32, &Self>) -> Descriptor {
        let kind = self.kind(socket.as_ref());
        let is_file = matches!(kind, Kind::File | Kind::Memfd);
        let has_position = is_file || matches!(kind, Kind::Dir | Kind::Device);
        let is_deleted = kind != Kind::Memfd && self.is_deleted();
        let details = self.details.as_deref();
        let target = match is_deleted || kind == Kind::Memfd {
            true => self.target.strip_suffix(DELETED).unwrap_or(&self.target),
            false => &self.target,
        };
        Descriptor {
            number: self.number,
            kind,
            mode: match self.access() {
                (true, true) => Mode::Both,
                (true, false) => Mode::Read,
                (false, true) => Mode::Write,
                (false, false) => Mode::Neither,
            },
            target: text(target),
            is_deleted,
            size: self.referent.filter(|_| is_file).map(|file| file.size),
            allocated: (self.referent.filter(|_| is_file)).map(|file| file.allocated),
            file: self.referent.map(|file| {
                let (major, minor) = file.device;
                format!("{major}:{minor} {}", file.inode)
            }),
            position: details
                .filter(|_| has_position)
                .map(|details| details.position),
            flags: details.map(|details| flags(details.flags)),
            closes_on_exec: details.map(|details| details.flags & libc::O_CLOEXEC != 0),
            socket,
            watches: details.map_or_else(Vec::new, |details| watches(details, open)),
            detail: details.and_then(|details| detail(kind, details)),
            description: None,
            sharers: 0,
            shared_with: Vec::new(),
            other_end: Vec::new(),
            seen_ms: 0,
        }
    }

    fn kind(&self, socket: Option<&Socket>) -> Kind {
        if let Some(socket) = socket {
            return match socket.protocol.as_str() {
                "tcp" | "tcp6" => Kind::Tcp,
                "udp" | "udp6" => Kind::Udp,
                "unix" => Kind::Unix,
                _ => Kind::Socket,
            };
        }
        if self.target.starts_with(b"/") {
            return self.kind_of_file();
        }
        let name = text(&self.target);
        let name = name.strip_prefix("anon_inode:").unwrap_or(&name);
        let word = name.trim_start_matches('[').split([':', ']']).next();
        match word.unwrap_or_default() {
            "pipe" => Kind::Pipe,
            "eventpoll" => Kind::Epoll,
            "eventfd" => Kind::Eventfd,
            "timerfd" => Kind::Timerfd,
            "signalfd" => Kind::Signalfd,
            "inotify" => Kind::Inotify,
            "pidfd" => Kind::Pidfd,
            "io_uring" => Kind::IoUring,
            "cgroup" | "ipc" | "mnt" | "net" | "pid" | "time" | "user" | "uts" => Kind::Namespace,
            _ => Kind::Other,
        }
    }

    fn kind_of_file(&self) -> Kind {
        let Some(file) = self.referent else {
            // stat(2) was refused: the name is all that there is.
            return match self.target.starts_with(b"/dev/") && !self.target.starts_with(b"/dev/shm/")
            {
                true if self.is_terminal() => Kind::Terminal,
                true => Kind::Device,
                false => Kind::File,
            };
        };
        match file.mode & libc::S_IFMT {
            libc::S_IFDIR => Kind::Dir,
            libc::S_IFLNK => Kind::Symlink,
            libc::S_IFIFO => Kind::Pipe,
            libc::S_IFBLK => Kind::Device,
            libc::S_IFCHR if self.is_terminal() => Kind::Terminal,
            libc::S_IFCHR => Kind::Device,
            libc::S_IFREG if file.links == 0 && self.target.starts_with(b"/memfd:") => Kind::Memfd,
            libc::S_IFREG => Kind::File,
            _ => Kind::Other,
        }
    }

    /// A terminal; not the device that makes them, ptmx(4).
    fn is_terminal(&self) -> bool {
        is_terminal(&self.target) && !self.target.ends_with(b"/ptmx")
    }

    /// Whether the name is gone. A file may be called `x (deleted)`, too.
    fn is_deleted(&self) -> bool {
        if !self.may_be_deleted() {
            return false;
        }
        match self.referent {
            Some(file) if file.links > 0 => !self.has_name(file),
            _ => true,
        }
    }

    /// Whether the file has this very name.
    fn has_name(&self, file: Referent) -> bool {
        let path = Path::new(std::ffi::OsStr::from_bytes(&self.target));
        path.symlink_metadata().is_ok_and(|found| {
            let device = (
                libc::major(found.st_dev()) as u32,
                libc::minor(found.st_dev()) as u32,
            );
            (found.st_ino(), device) == (file.inode, file.device)
        })
    }

    /// The kernel's inode. What stat(2) says may be another one: file systems lie above others.
    fn inode(&self) -> Option<u64> {
        let told = self.details.as_ref().and_then(|details| details.inode);
        told.or_else(|| {
            let (_, number) = str::from_utf8(&self.target).ok()?.split_once(":[")?;
            number.strip_suffix(']')?.parse().ok()
        })
    }
}

/// Tells those that were not asked what the first of the same path was found to be.
pub(super) fn pass_on(seen: &mut [Seen]) {
    let mut known: HashMap<&[u8], Referent> = HashMap::new();
    for one in seen.iter().filter(|one| !one.may_be_deleted()) {
        if let Some(referent) = one.referent {
            known.entry(&one.target).or_insert(referent);
        }
    }
    let told: Vec<Option<Referent>> = seen
        .iter()
        .map(|one| {
            let found = || known.get(one.target.as_slice()).copied();
            one.referent.or_else(found)
        })
        .collect();
    for (one, referent) in seen.iter_mut().zip(told) {
        one.referent = referent;
    }
}

/// Whether a socket is bound to no address and no port.
pub(super) fn is_anywhere(local: &str) -> bool {
    matches!(local, "0.0.0.0:0" | "[::]:0")
}

/// Status flags in the words of open(2).
fn flags(bits: i32) -> Vec<String> {
    const SYNC_ALONE: i32 = libc::O_SYNC & !libc::O_DSYNC;
    const NAMES: &[(i32, &str)] = &[
        (libc::O_APPEND, "O_APPEND"),
        (libc::O_NONBLOCK, "O_NONBLOCK"),
        (libc::O_DIRECT, "O_DIRECT"),
        (libc::O_ASYNC, "O_ASYNC"),
        (libc::O_NOATIME, "O_NOATIME"),
        (libc::O_PATH, "O_PATH"),
        (libc::O_DIRECTORY, "O_DIRECTORY"),
        (libc::O_NOFOLLOW, "O_NOFOLLOW"),
    ];
    let sync = match (bits & SYNC_ALONE != 0, bits & libc::O_DSYNC != 0) {
        (true, _) => Some("O_SYNC"),
        (false, true) => Some("O_DSYNC"),
        (false, false) => None,
    };
    NAMES
        .iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, name)| *name)
        .chain(sync)
        .map(str::to_owned)
        .collect()
}

fn watches(details: &Details, open: &HashMap<i32, &Seen>) -> Vec<Watch> {
    let mut watches: Vec<Watch> = details
        .watches
        .iter()
        .map(|watched| Watch {
            number: watched.number,
            events: events(watched.events),
            data: format!("{:#x}", watched.data),
            is_stale: match open.get(&watched.number) {
                None => true,
                Some(now) => {
                    matches!((now.inode(), watched.inode), (Some(now), Some(then)) if now != then)
                }
            },
        })
        .collect();
    watches.sort_by_key(|watch| watch.number);
    watches
}

/// Events in the words of epoll_ctl(2). EPOLLERR and EPOLLHUP are always watched for.
fn events(bits: u32) -> Vec<String> {
    const ALWAYS: u32 = (libc::EPOLLERR | libc::EPOLLHUP) as u32;
    const NAMES: &[(i32, &str)] = &[
        (libc::EPOLLIN, "EPOLLIN"),
        (libc::EPOLLPRI, "EPOLLPRI"),
        (libc::EPOLLOUT, "EPOLLOUT"),
        (libc::EPOLLRDHUP, "EPOLLRDHUP"),
        (libc::EPOLLEXCLUSIVE, "EPOLLEXCLUSIVE"),
        (libc::EPOLLWAKEUP, "EPOLLWAKEUP"),
        (libc::EPOLLONESHOT, "EPOLLONESHOT"),
        (libc::EPOLLET, "EPOLLET"),
    ];
    let mut rest = bits & !ALWAYS;
    let mut names = Vec::new();
    for (bit, name) in NAMES {
        let bit = bit.cast_unsigned();
        if rest & bit != 0 {
            rest &= !bit;
            names.push((*name).to_owned());
        }
    }
    if rest != 0 {
        names.push(format!("{rest:#x}"));
    }
    names
}

/// What is told of one kind only; see proc_pid_fdinfo(5).
fn detail(kind: Kind, details: &Details) -> Option<String> {
    match kind {
        Kind::Eventfd => {
            let count = u64::from_str_radix(details.other("eventfd-count")?, 16).ok()?;
            Some(format!("count {count}"))
        }
        Kind::Timerfd => {
            let left = seconds(details.other("it_value")?)?;
            let every = seconds(details.other("it_interval")?)?;
            Some(match (left > 0.0, every > 0.0) {
                (false, _) => "not armed".to_owned(),
                (true, false) => format!("once, in {left:.1} s"),
                (true, true) => format!("every {every} s, next in {left:.1} s"),
            })
        }
        Kind::Signalfd => {
            let mask = u64::from_str_radix(details.other("sigmask")?, 16).ok()?;
            Some(signals(mask).join(" "))
        }
        Kind::Pidfd => match details.other("Pid")?.parse::<i32>().ok()? {
            -1 => Some("of a process that has ended".to_owned()),
            0 => Some("of a process of another pid namespace".to_owned()),
            pid => Some(format!("of process {pid}")),
        },
        Kind::Inotify => {
            let watches = details.others.iter();
            let count = watches.filter(|(name, _)| name == "inotify wd").count();
            Some(format!("{count} watches"))
        }
        _ => None,
    }
}

/// `(1, 500000000)`: seconds and nanoseconds.
fn seconds(text: &str) -> Option<f64> {
    let (whole, nanos) = text.trim_matches(['(', ')']).split_once(',')?;
    let number = |text: &str| text.trim().parse::<u32>().ok().map(f64::from);
    Some(number(whole)? + number(nanos)? / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_events_have_the_names_of_their_manual_pages() {
        assert_eq!(
            flags(libc::O_WRONLY | libc::O_APPEND | libc::O_SYNC),
            ["O_APPEND", "O_SYNC"]
        );
        assert_eq!(flags(libc::O_DSYNC | libc::O_CLOEXEC), ["O_DSYNC"]);
        assert_eq!(events(0x8000_0019), ["EPOLLIN", "EPOLLET"]);
        assert_eq!(events(0x400_0001), ["EPOLLIN", "0x4000000"]);
    }

    #[test]
    fn details_are_read_as_the_kernel_writes_them() {
        let parse = |text: &str| Details::parse(format!("pos:\t0\nflags:\t02\n{text}").as_bytes());
        let told = |kind, text| detail(kind, &parse(text).unwrap());
        assert_eq!(
            told(Kind::Eventfd, "eventfd-count:               2a\n").unwrap(),
            "count 42"
        );
        assert_eq!(
            told(
                Kind::Timerfd,
                "clockid: 1\nticks: 0\nsettime flags: 01\nit_value: (2, 500000000)\n\
                 it_interval: (10, 0)\n"
            )
            .unwrap(),
            "every 10 s, next in 2.5 s"
        );
        assert_eq!(
            told(Kind::Signalfd, "sigmask:\t0000000000004002\n").unwrap(),
            "SIGINT SIGTERM"
        );
        assert_eq!(
            told(Kind::Pidfd, "Pid:\t42\nNSpid:\t42\n").unwrap(),
            "of process 42"
        );
        assert_eq!(
            told(
                Kind::Inotify,
                "inotify wd:2 ino:1 sdev:2 mask:3\ninotify wd:1 ino:1 sdev:2 mask:3\n"
            )
            .unwrap(),
            "2 watches"
        );
        assert_eq!(told(Kind::Eventfd, ""), None);
    }
}
