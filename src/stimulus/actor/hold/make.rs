//! Makes what is to be held, and says what it is.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::Path;

use nix::sys::epoll::{Epoll, EpollCreateFlags};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::inotify::{InitFlags, Inotify};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::SignalFd;
use nix::sys::stat::Mode;
use nix::sys::timerfd::{ClockId, TimerFd, TimerFlags};
use nix::unistd::{mkfifo, pipe};
use socket2::{Domain, SockAddr, Socket, Type};

use super::held::{ANYTHING, Held, NOT_HERE, by_inode, escaped, print};
use super::item::{Item, When};
use super::{many, spelling};
use crate::sys::{pidfd, process};

/// What was made: a descriptor, its kind, what may be said of what it leads to.
type Made = (OwnedFd, &'static str, Vec<Vec<u8>>);

/// Makes an item and keeps it open; gives the lines of the report that are about it.
pub(super) fn make(item: &Item) -> io::Result<Vec<u8>> {
    match item.what.as_str() {
        "many" => return many::make(item),
        "zombie" => {
            zombie()?;
            return Ok(Vec::new());
        }
        "guarded" => {
            guarded()?;
            return Ok(Vec::new());
        }
        _ => {}
    }
    let made = match made(item) {
        Err(error) if item.what.contains('6') && is_no_ipv6(&error) => {
            return Ok(format!("{NOT_HERE}\t{}\n", item.what).into_bytes());
        }
        made => made?,
    };
    if made.len() != item.numbers.len() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut report = Vec::new();
    let mut waiting = Vec::new();
    for (descriptor, kind, targets) in made {
        waiting.push((aside(descriptor)?, kind, targets));
    }
    for ((descriptor, kind, targets), number) in waiting.into_iter().zip(&item.numbers) {
        let mut held = Held::of(*number, &descriptor, kind)?.leading_to(targets);
        held.is_closed = item.when == When::UntilMove;
        keep(descriptor, *number)?;
        report.push(held);
    }
    Ok(print(&report))
}

/// The line about an item that is not made yet.
pub(super) fn announced(item: &Item) -> Vec<u8> {
    let held = item.numbers.iter().map(|number| Held {
        number: *number,
        is_opened: true,
        kind: kind_of(&item.what).to_owned(),
        mode: item.mode.clone(),
        targets: vec![escaped(&item.argument)],
        ..Held::default()
    });
    print(&held.collect::<Vec<_>>())
}

/// What may be opened later.
fn kind_of(what: &str) -> &str {
    match what {
        "dir" => "dir",
        _ => "file",
    }
}

/// Where descriptors are until they get their numbers: above all of those.
const ASIDE: i32 = 2000;

/// Puts a descriptor where it is in nobody's way.
fn aside(descriptor: OwnedFd) -> io::Result<OwnedFd> {
    let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let lowest = ASIDE.min((limit / 2) as i32);
    process::duplicate(&descriptor, lowest)
}

/// Keeps a descriptor open, under this number, which must be free.
pub(super) fn keep(descriptor: OwnedFd, number: i32) -> io::Result<()> {
    let kept = match descriptor.as_raw_fd() == number {
        true => descriptor,
        false => process::duplicate(&descriptor, number)?,
    };
    match kept.into_raw_fd() == number {
        true => Ok(()),
        false => Err(io::Error::other(format!("descriptor {number} is taken"))),
    }
}

fn is_no_ipv6(error: &io::Error) -> bool {
    let without = [libc::EAFNOSUPPORT, libc::EADDRNOTAVAIL, libc::ENETUNREACH];
    error
        .raw_os_error()
        .is_some_and(|errno| without.contains(&errno))
}

fn made(item: &Item) -> io::Result<Vec<Made>> {
    let path = Path::new(std::ffi::OsStr::from_bytes(&item.argument));
    let one =
        |descriptor: OwnedFd, kind, targets: Vec<Vec<u8>>| Ok(vec![(descriptor, kind, targets)]);
    let named = || vec![escaped(&item.argument)];
    let gone = || vec![escaped(&[&item.argument, &b" (deleted)"[..]].concat())];
    let anything = || vec![ANYTHING.to_vec()];
    if matches!(
        item.what.as_str(),
        "file" | "gone" | "replaced" | "dir" | "gone-dir" | "fifo" | "link"
    ) && let Some(parent) = path.parent()
    {
        fs::create_dir_all(parent)?;
    }
    match item.what.as_str() {
        "file" => {
            File::options().create(true).append(true).open(path)?;
            one(opened(path, &item.mode)?, "file", named())
        }
        "gone" => {
            File::create_new(path)?;
            let file = opened(path, &item.mode)?;
            fs::remove_file(path)?;
            one(file, "file", gone())
        }
        "replaced" => {
            File::create_new(path)?;
            let file = opened(path, &item.mode)?;
            let fresh = path.with_extension("new");
            File::create_new(&fresh)?;
            fs::rename(fresh, path)?;
            one(file, "file", gone())
        }
        "dir" => {
            fs::create_dir_all(path)?;
            one(opened(path, &item.mode)?, "dir", named())
        }
        "gone-dir" => {
            fs::create_dir(path)?;
            let directory = opened(path, &item.mode)?;
            fs::remove_dir(path)?;
            one(directory, "dir", gone())
        }
        "link" => {
            symlink("/dev/null", path)?;
            let mut options = File::options();
            options
                .read(true)
                .custom_flags(libc::O_PATH | libc::O_NOFOLLOW);
            one(options.open(path)?.into(), "other", named())
        }
        "fifo" => {
            mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
            let fifo = opened(path, &item.mode)?;
            let mut targets = named();
            targets.extend(by_inode(&fifo, "pipe")?);
            one(fifo, "pipe", targets)
        }
        "device" => one(opened(path, &item.mode)?, "device", named()),
        "pipe" => {
            let (read, write) = pipe()?;
            let names = by_inode(&read, "pipe")?.to_vec();
            Ok(vec![(read, "pipe", names.clone()), (write, "pipe", names)])
        }
        "epoll" => one(
            Epoll::new(EpollCreateFlags::empty())?.0,
            "epoll",
            anything(),
        ),
        "eventfd" => {
            let made = EventFd::from_flags(EfdFlags::empty())?;
            one(made.into(), "eventfd", anything())
        }
        "timerfd" => {
            let made = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::empty())?;
            one(made.into(), "timerfd", anything())
        }
        "signalfd" => {
            let made = SignalFd::new(&SigSet::from(Signal::SIGUSR1))?;
            one(made.into(), "signalfd", anything())
        }
        "inotify" => one(
            Inotify::init(InitFlags::empty())?.into(),
            "inotify",
            anything(),
        ),
        "pidfd" => one(pidfd::open(std::process::id() as i32)?, "pidfd", anything()),
        "memfd" => {
            let made = memfd_create(item.argument.as_slice(), MFdFlags::empty())?;
            let name = escaped(&item.argument);
            let mut targets = by_inode(&made, "memfd")?.to_vec();
            for (before, after) in [
                ("", ""),
                ("memfd:", ""),
                ("/memfd:", ""),
                ("/memfd:", " (deleted)"),
            ] {
                targets.push([before.as_bytes(), &name, after.as_bytes()].concat());
            }
            one(made, "memfd", targets)
        }
        "netlink" => {
            let made = Socket::new(Domain::from(libc::AF_NETLINK), Type::RAW, None)?;
            one(made.into(), "other", anything())
        }
        _ => sockets(item),
    }
}

fn sockets(item: &Item) -> io::Result<Vec<Made>> {
    let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    let any = |address: SocketAddr| match address {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    match item.what.as_str() {
        "tcp-unbound" => Ok(vec![unbound(Domain::IPV4, Type::STREAM, "tcp")?]),
        "tcp6-unbound" => Ok(vec![unbound(Domain::IPV6, Type::STREAM, "tcp")?]),
        "udp-unbound" => Ok(vec![unbound(Domain::IPV4, Type::DGRAM, "udp")?]),
        "tcp-listen" => Ok(vec![listening(v4)?]),
        "tcp6-listen" => Ok(vec![listening(v6)?]),
        "tcp-listen-any" => Ok(vec![listening(any(v4))?]),
        "tcp6-listen-any" => Ok(vec![listening(any(v6))?]),
        "tcp" => connected(v4, v4),
        "tcp6" => connected(v6, v6),
        // A listener for both protocols, and a client that speaks the older one.
        "tcp6-mapped" => connected(any(v6), v4),
        "udp-bound" => Ok(vec![datagrams(v4, None)?]),
        "udp-any" => Ok(vec![datagrams(any(v4), None)?]),
        "udp6-bound" => Ok(vec![datagrams(v6, None)?]),
        "udp" => Ok(vec![datagrams(v4, Some(v4))?]),
        "udp6" => Ok(vec![datagrams(v6, Some(v6))?]),
        "unix" => {
            let (one, other) = Socket::pair(Domain::UNIX, Type::STREAM, None)?;
            let made = [one, other].map(|socket| {
                let names = by_inode(&socket, "socket")?.to_vec();
                Ok((OwnedFd::from(socket), "unix", names))
            });
            made.into_iter().collect()
        }
        "unix-unbound" => {
            let socket = Socket::new(Domain::UNIX, Type::DGRAM, None)?;
            let names = by_inode(&socket, "socket")?.to_vec();
            Ok(vec![(socket.into(), "unix", names)])
        }
        "unix-listen" | "unix-abstract" => {
            let is_abstract = item.what == "unix-abstract";
            let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
            let path = match is_abstract {
                true => [b"\0", item.argument.as_slice()].concat(),
                false => item.argument.clone(),
            };
            socket.bind(&SockAddr::unix(std::ffi::OsStr::from_bytes(&path))?)?;
            socket.listen(5)?;
            let mut name = escaped(&item.argument);
            if is_abstract {
                name.insert(0, b'@');
            }
            let mut names = by_inode(&socket, "socket")?.to_vec();
            names.push([name.as_slice(), b" LISTEN"].concat());
            names.push(name);
            Ok(vec![(socket.into(), "unix", names)])
        }
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn opened(path: &Path, mode: &str) -> io::Result<OwnedFd> {
    let mut options = File::options();
    // A FIFO does not wait for its other end.
    options.custom_flags(libc::O_NONBLOCK);
    match mode {
        "r" => options.read(true),
        "w" => options.write(true),
        "rw" => options.read(true).write(true),
        "path" => options.read(true).custom_flags(libc::O_PATH),
        _ => return Err(io::ErrorKind::InvalidInput.into()),
    };
    Ok(options.open(path)?.into())
}

fn unbound(domain: Domain, kind: Type, name: &'static str) -> io::Result<Made> {
    let socket = Socket::new(domain, kind, None)?;
    Ok((socket.into(), name, spelling::nowhere()))
}

fn listening(at: SocketAddr) -> io::Result<Made> {
    let socket = Socket::new(Domain::for_address(at), Type::STREAM, None)?;
    socket.bind(&at.into())?;
    socket.listen(5)?;
    let names = spelling::listening(local(&socket)?);
    Ok((socket.into(), "tcp", names))
}

/// A client, and what the listener, which is closed, has accepted.
fn connected(at: SocketAddr, from: SocketAddr) -> io::Result<Vec<Made>> {
    let listener = Socket::new(Domain::for_address(at), Type::STREAM, None)?;
    if at.is_ipv6() && from.is_ipv4() {
        listener.set_only_v6(false)?;
    }
    listener.bind(&at.into())?;
    listener.listen(5)?;
    let port = local(&listener)?.port();
    let client = Socket::new(Domain::for_address(from), Type::STREAM, None)?;
    client.connect(&SocketAddr::new(from.ip(), port).into())?;
    let (accepted, _) = listener.accept()?;
    let made = [client, accepted].map(|socket| {
        let names = spelling::connected(local(&socket)?, remote(&socket)?);
        Ok((OwnedFd::from(socket), "tcp", names))
    });
    made.into_iter().collect()
}

fn datagrams(at: SocketAddr, to: Option<SocketAddr>) -> io::Result<Made> {
    /// The discard service; RFC 863. Nothing is sent there.
    const DISCARD: u16 = 9;
    let socket = Socket::new(Domain::for_address(at), Type::DGRAM, None)?;
    socket.bind(&at.into())?;
    let names = match to {
        None => spelling::bound(local(&socket)?),
        Some(to) => {
            socket.connect(&SocketAddr::new(to.ip(), DISCARD).into())?;
            spelling::connected(local(&socket)?, remote(&socket)?)
        }
    };
    Ok((socket.into(), "udp", names))
}

fn local(socket: &Socket) -> io::Result<SocketAddr> {
    let address = socket.local_addr()?.as_socket();
    address.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn remote(socket: &Socket) -> io::Result<SocketAddr> {
    let address = socket.peer_addr()?.as_socket();
    address.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// A child that has ended and that nobody waits for.
fn zombie() -> io::Result<()> {
    let Some(child) = process::fork()? else {
        std::process::exit(0)
    };
    // Ended, and not waited for; see waitid(2).
    use nix::sys::wait::{Id, WaitPidFlag, waitid};
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    waitid(Id::Pid(child), flags)?;
    Ok(())
}

/// A child that none but root may look at, whoever its user is: it is not dumpable; see
/// PR_SET_DUMPABLE(2const) and proc_pid(5).
fn guarded() -> io::Result<()> {
    let (mut guards, guarding) = io::pipe()?;
    let parent = std::process::id() as i32;
    let Some(_child) = process::fork()? else {
        let guarded = process::die_with_parent(parent)
            .and_then(|()| process::discard_standard_input())
            .and_then(|()| process::close_others(vec![guarding.as_raw_fd()]))
            .and_then(|()| Ok(nix::sys::prctl::set_dumpable(false)?))
            .and_then(|()| (&guarding).write_all(b"."));
        while guarded.is_ok() {
            nix::unistd::pause();
        }
        std::process::exit(1)
    };
    drop(guarding);
    guards.read_exact(&mut [0])
}
