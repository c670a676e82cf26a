//! Numbers and small structures of calls on files and descriptors.

use crate::tracer::decode::flags::files as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::word;

/// A signed 32-bit number: `[3]`.
pub(crate) fn int(moment: &Moment<'_>, at: u64) -> Option<String> {
    Some(format!("[{}]", moment.u32(at)? as i32))
}

/// A 64-bit number: `[3]`.
pub(crate) fn long(moment: &Moment<'_>, at: u64) -> Option<String> {
    Some(format!("[{}]", moment.u64(at)?))
}

/// A file offset: `[3]`.
pub(crate) fn offset(moment: &Moment<'_>, at: u64) -> Option<String> {
    Some(format!("[{}]", moment.u64(at)? as i64))
}

/// An address or another opaque value: `[0x7f12]`.
pub(crate) fn handle(moment: &Moment<'_>, at: u64) -> Option<String> {
    Some(format!("[{}]", word::address(moment.u64(at)?)))
}

/// The mount that name_to_handle_at(2) found.
pub(crate) fn mount_id(moment: &Moment<'_>, at: u64) -> Option<String> {
    int(moment, at)
}

/// The two descriptors of pipe(2) and socketpair(2): `[3, 4]`.
pub(crate) fn fd_pair(moment: &Moment<'_>, at: u64) -> Option<String> {
    let pair = moment.block(at, 8)?;
    let (first, second) = (moment.fd_word(pair.i32(0)), moment.fd_word(pair.i32(4)));
    Some(format!("[{first}, {second}]"))
}

/// How openat2(2) opens.
pub(crate) fn open_how(moment: &Moment<'_>, at: u64) -> Option<String> {
    const SIZE: usize = 24;
    let how = moment.block(at, SIZE)?;
    let mut text = format!("{{flags={}", flags::open(how.u64(0)));
    if flags::creates(how.u64(0)) || how.u64(8) != 0 {
        text.push_str(&format!(", mode={}", word::octal(how.u64(8) as u32)));
    }
    text.push_str(&format!(", resolve={}}}", flags::RESOLVE.bits(how.u64(16))));
    Some(text)
}

/// A lock of fcntl(2). What a query found holds its process.
pub(crate) fn flock(moment: &Moment<'_>, at: u64) -> Option<String> {
    use libc::flock;
    let lock = moment.block(at, size_of::<flock>())?;
    let field = |offset| u64::from(lock.u16(offset));
    let mut text = format!(
        "{{l_type={}, l_whence={}, l_start={}, l_len={}",
        flags::LOCK_TYPE.one(field(std::mem::offset_of!(flock, l_type))),
        flags::SEEK.one(field(std::mem::offset_of!(flock, l_whence))),
        lock.i64(std::mem::offset_of!(flock, l_start)),
        lock.i64(std::mem::offset_of!(flock, l_len)),
    );
    if moment.raw.is_some() {
        let pid = lock.i32(std::mem::offset_of!(flock, l_pid));
        text.push_str(&format!(", l_pid={pid}"));
    }
    text.push('}');
    Some(text)
}

/// The size of a terminal's window.
pub(crate) fn winsize(moment: &Moment<'_>, at: u64) -> Option<String> {
    let size = moment.block(at, 8)?;
    Some(format!(
        "{{ws_row={}, ws_col={}, ws_xpixel={}, ws_ypixel={}}}",
        size.u16(0),
        size.u16(2),
        size.u16(4),
        size.u16(6),
    ))
}

/// The directory entries that getdents(2) gave: how many they are.
pub(crate) fn entries(moment: &Moment<'_>, at: u64) -> Option<String> {
    /// Where in an entry its length is; the same in both forms of the call.
    const LENGTH: usize = 16;
    /// The kernel gives no more at once.
    const MOST: u64 = 1 << 20;
    let len = u64::try_from(moment.raw?).ok()?.min(MOST);
    let block = moment.block(at, len as usize)?;
    let (mut count, mut here) = (0, 0);
    while here + LENGTH + 2 <= block.0.len() {
        let length = usize::from(block.u16(here + LENGTH));
        if length == 0 {
            break;
        }
        count += 1;
        here += length;
    }
    Some(format!("{at:#x} /* {count} entries */"))
}

/// Which pages mincore(2) found in memory: `[1, 0]`.
pub(crate) fn residency(moment: &Moment<'_>, at: u64) -> Option<String> {
    let pages = moment.args[1].div_ceil(crate::sys::memory::PAGE);
    let shown = moment.elements(pages);
    let block = moment.block(at, shown)?;
    let pages_in: Vec<String> = block.0.iter().map(|page| (page & 1).to_string()).collect();
    Some(word::array(&pages_in, pages > shown as u64))
}
