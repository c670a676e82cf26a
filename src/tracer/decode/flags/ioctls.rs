//! Requests of ioctl(2) that programs of the lessons make.

use super::{Flags, flags};

const REQUEST: Flags = flags!("":
    TCGETS, TCSETS, TCSETSW, TCSETSF, TCSBRK, TCXONC, TCFLSH, TIOCSCTTY, TIOCNOTTY, TIOCGPGRP,
    TIOCSPGRP, TIOCGSID, TIOCOUTQ, TIOCSTI, TIOCGWINSZ, TIOCSWINSZ, TIOCGPTN, TIOCSPTLCK,
    TIOCGPTPEER, FIONREAD, FIONBIO, FIOASYNC, FIOCLEX, FIONCLEX, FIOQSIZE = 0x5460,
    FICLONE = 0x4004_9409, FICLONERANGE = 0x4020_940d, FS_IOC_GETFLAGS = 0x8008_6601,
    FS_IOC_SETFLAGS = 0x4008_6602, FS_IOC_FIEMAP = 0xc020_660b, BLKGETSIZE64 = 0x8008_1272,
    SIOCGIFNAME = 0x8910, SIOCGIFCONF = 0x8912, SIOCGIFFLAGS = 0x8913, SIOCSIFFLAGS = 0x8914,
    SIOCGIFADDR = 0x8915, SIOCGIFINDEX = 0x8933);

/// The request: a name, or what the number says of itself; see ioctl(2).
pub(crate) fn request(value: u64) -> String {
    const DIRECTIONS: [&str; 4] = [
        "_IOC_NONE",
        "_IOC_WRITE",
        "_IOC_READ",
        "_IOC_READ|_IOC_WRITE",
    ];
    if let Some(name) = REQUEST.name(value) {
        return name.to_owned();
    }
    let field = |shift: u32, bits: u32| super::super::word::hex(value >> shift & ((1 << bits) - 1));
    let direction = DIRECTIONS[(value >> 30 & 3) as usize];
    format!(
        "_IOC({direction}, {}, {}, {})",
        field(8, 8),
        field(0, 8),
        field(16, 14)
    )
}
