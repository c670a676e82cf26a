//! What poll(2), select(2) and epoll(7) wait for, and what they found.

use std::mem::offset_of;

use crate::tracer::decode::block::Block;
use crate::tracer::decode::flags::files as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::word;

/// The descriptors of poll(2), with `revents` after the call; their number is in argument `COUNT`.
pub(crate) fn poll<const COUNT: usize>(moment: &Moment<'_>, at: u64) -> Option<String> {
    const SIZE: usize = 8;
    let count = u64::from(moment.args[COUNT] as u32);
    let shown = moment.elements(count);
    let block = moment.block(at, shown * SIZE)?;
    let polled: Vec<String> = (0..shown)
        .map(|nth| {
            let at = nth * SIZE;
            let fd = block.i32(at);
            if fd < 0 {
                return format!("{{fd={fd}}}");
            }
            let events = |at| flags::POLL_EVENTS.bits(u64::from(block.u16(at)));
            let found = match (moment.raw, block.u16(at + 6)) {
                (None | Some(..=0), _) | (_, 0) => String::new(),
                _ => format!(", revents={}", events(at + 6)),
            };
            format!(
                "{{fd={}, events={}{found}}}",
                moment.fd_word(fd),
                events(at + 4)
            )
        })
        .collect();
    Some(word::array(&polled, count > shown as u64))
}

/// A set of descriptors: `[3 4]`; one more than the highest is in argument `COUNT`.
pub(crate) fn fd_set<const COUNT: usize>(moment: &Moment<'_>, at: u64) -> Option<String> {
    /// The kernel reads whole words.
    const WORD_BITS: usize = 64;
    /// Far more than a process can have open.
    const MOST: usize = 1 << 20;
    let count = usize::try_from(moment.args[COUNT] as i32).ok()?.min(MOST);
    let block = moment.block(at, count.div_ceil(WORD_BITS) * (WORD_BITS / 8))?;
    let fds: Vec<String> = (0..count)
        .filter(|fd| block.0[fd / 8] >> (fd % 8) & 1 == 1)
        .map(|fd| moment.fd_word(fd as i32))
        .collect();
    Some(format!("[{}]", fds.join(" ")))
}

/// The last argument of pselect6(2): a set of signals and its size.
pub(crate) fn mask_and_size(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, 16)?;
    let mask = match block.u64(0) {
        0 => word::address(0),
        set => super::signals::set(moment, set)?,
    };
    Some(format!("{{sigmask={mask}, sigsetsize={}}}", block.u64(8)))
}

/// What epoll_ctl(2) asks to be told.
pub(crate) fn epoll_event(moment: &Moment<'_>, at: u64) -> Option<String> {
    // Removing a descriptor, the call does not look at it.
    if moment.args[1] as i32 == libc::EPOLL_CTL_DEL {
        return Some(word::address(at));
    }
    let block = moment.block(at, size_of::<libc::epoll_event>())?;
    Some(event(&block, 0))
}

/// What epoll_wait(2) tells; how many there are is the answer.
pub(crate) fn epoll_events(moment: &Moment<'_>, at: u64) -> Option<String> {
    const SIZE: usize = size_of::<libc::epoll_event>();
    let count = u64::try_from(moment.raw?).ok()?;
    let shown = moment.elements(count);
    let block = moment.block(at, shown * SIZE)?;
    let events: Vec<String> = (0..shown).map(|nth| event(&block, nth * SIZE)).collect();
    Some(word::array(&events, count > shown as u64))
}

fn event(block: &Block, at: usize) -> String {
    let data = at + offset_of!(libc::epoll_event, u64);
    format!(
        "{{events={}, data={{u32={}, u64={}}}}}",
        flags::EPOLL_EVENTS.bits(u64::from(block.u32(at))),
        block.u32(data),
        block.u64(data),
    )
}
