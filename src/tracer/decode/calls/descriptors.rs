//! Making, copying, setting and closing descriptors.

use crate::tracer::decode::flags::{files as flags, ioctls, memory, signals};
use crate::tracer::decode::sets::{DESC, MEMORY, SIGNAL};
use crate::tracer::decode::structs::{files, signals as sets, time, waiting};
use crate::tracer::decode::table::{Kind::*, Row, Shape, call, chosen, shape};

pub(crate) const ROWS: &[Row] = &[
    call("close", DESC, &[Fd]),
    call(
        "close_range",
        0,
        &[Unsigned, Unsigned, Bits(&flags::CLOSE_RANGE)],
    ),
    call("dup", DESC, &[Fd]).opens(),
    call("dup2", DESC, &[Fd, Fd]).opens(),
    call("dup3", DESC, &[Fd, Fd, Bits(&flags::OPEN)]).opens(),
    chosen("fcntl", DESC, fcntl),
    chosen("ioctl", DESC, ioctl),
    call("flock", DESC, &[Fd, Bits(&flags::FLOCK)]),
    call("pipe", DESC, &[Out(files::fd_pair)]),
    call("pipe2", DESC, &[Out(files::fd_pair), Bits(&flags::OPEN)]),
    call("eventfd", DESC, &[Unsigned]).opens(),
    call("eventfd2", DESC, &[Unsigned, Bits(&flags::EVENTFD)]).opens(),
    call("signalfd", DESC | SIGNAL, &[Fd, In(sets::set), Size]).opens(),
    call(
        "signalfd4",
        DESC | SIGNAL,
        &[Fd, In(sets::set), Size, Bits(&flags::SIGNALFD)],
    )
    .opens(),
    call(
        "timerfd_create",
        DESC,
        &[One(&signals::CLOCK), Bits(&flags::TIMERFD)],
    )
    .opens(),
    call(
        "timerfd_settime",
        DESC,
        &[
            Fd,
            Bits(&flags::TIMERFD),
            In(time::itimerspec),
            Out(time::itimerspec),
        ],
    ),
    call("timerfd_gettime", DESC, &[Fd, Out(time::itimerspec)]),
    call("inotify_init", DESC, &[]).opens(),
    call("inotify_init1", DESC, &[Bits(&flags::INOTIFY_INIT)]).opens(),
    call("memfd_create", DESC, &[Path, Bits(&memory::MEMFD)]).opens(),
    call("memfd_secret", DESC, &[Bits(&flags::OPEN)]).opens(),
    call("epoll_create", DESC, &[Int]).opens(),
    call("epoll_create1", DESC, &[Bits(&flags::EPOLL_CREATE)]).opens(),
    call(
        "epoll_ctl",
        DESC,
        &[Fd, One(&flags::EPOLL_CTL), Fd, In(waiting::epoll_event)],
    ),
    call("io_setup", MEMORY, &[Unsigned, Out(files::handle)]),
    call("io_destroy", MEMORY, &[Address]),
    call("io_submit", 0, &[Address, Long, Address]),
    call("io_cancel", 0, &[Address, Address, Address]),
    call(
        "io_getevents",
        0,
        &[Address, Long, Long, Address, In(time::timespec)],
    ),
    call(
        "io_pgetevents",
        0,
        &[Address, Long, Long, Address, In(time::timespec), Address],
    ),
];

fn fcntl(args: &[u64; 6]) -> Shape {
    const NONE: Shape = shape(&[Fd, One(&flags::FCNTL)]);
    match args[1] as i32 {
        libc::F_DUPFD | libc::F_DUPFD_CLOEXEC => shape(&[Fd, One(&flags::FCNTL), Int]).opens(),
        libc::F_GETFD
        | libc::F_GETFL
        | libc::F_GETOWN
        | libc::F_GETPIPE_SZ
        | libc::F_GET_SEALS
        | libc::F_GETLEASE => NONE,
        libc::F_SETFD => shape(&[Fd, One(&flags::FCNTL), Bits(&flags::FD)]),
        libc::F_SETFL => shape(&[Fd, One(&flags::FCNTL), Value(|_, value| flags::open(value))]),
        libc::F_GETLK | libc::F_OFD_GETLK => shape(&[Fd, One(&flags::FCNTL), Both(files::flock)]),
        libc::F_SETLK | libc::F_SETLKW | libc::F_OFD_SETLK | libc::F_OFD_SETLKW => {
            shape(&[Fd, One(&flags::FCNTL), In(files::flock)])
        }
        libc::F_SETOWN | libc::F_SETPIPE_SZ => shape(&[Fd, One(&flags::FCNTL), Int]),
        libc::F_ADD_SEALS => shape(&[Fd, One(&flags::FCNTL), Bits(&flags::SEAL)]),
        libc::F_SETLEASE => shape(&[Fd, One(&flags::FCNTL), One(&flags::LOCK_TYPE)]),
        F_SETSIG => shape(&[Fd, One(&flags::FCNTL), Signal]),
        F_GETSIG => NONE,
        _ => shape(&[Fd, One(&flags::FCNTL), Hex]),
    }
}

/// Sends another signal than SIGIO; see fcntl(2).
const F_SETSIG: i32 = 10;
const F_GETSIG: i32 = 11;

fn ioctl(args: &[u64; 6]) -> Shape {
    const REQUEST: super::super::table::Kind =
        Value(|_, value| ioctls::request(u64::from(value as u32)));
    // An unsigned int to the kernel; an unsigned long to glibc, an int to musl.
    match args[1] as u32 as libc::Ioctl {
        libc::FIOCLEX | libc::FIONCLEX | libc::TIOCNOTTY => shape(&[Fd, REQUEST]),
        libc::FIONREAD | libc::TIOCOUTQ | libc::TIOCGPGRP | libc::TIOCGSID | libc::TIOCGPTN => {
            shape(&[Fd, REQUEST, Out(files::int)])
        }
        libc::FIONBIO | libc::FIOASYNC | libc::TIOCSPGRP | libc::TIOCSPTLCK => {
            shape(&[Fd, REQUEST, In(files::int)])
        }
        libc::TIOCGWINSZ => shape(&[Fd, REQUEST, Out(files::winsize)]),
        libc::TIOCSWINSZ => shape(&[Fd, REQUEST, In(files::winsize)]),
        libc::TCGETS | libc::TCSETS | libc::TCSETSW | libc::TCSETSF => {
            shape(&[Fd, REQUEST, Address])
        }
        _ => shape(&[Fd, REQUEST, Hex]),
    }
}
