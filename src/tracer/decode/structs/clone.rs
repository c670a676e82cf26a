//! Arguments of clone(2) and clone3(2).

use super::processes::clone_flags;
use crate::tracer::decode::flags::processes as known;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::{signals, word};

/// The register of the thread-local storage; the last two are swapped on some architectures.
pub(crate) const TLS: usize = if cfg!(target_arch = "x86_64") { 4 } else { 3 };

/// The register of the address at which the child's id is stored or cleared.
pub(crate) const CHILD_TID: usize = if cfg!(target_arch = "x86_64") { 3 } else { 4 };

/// The low bits of the flags are the signal that the parent gets when the child ends.
const EXIT_SIGNAL: u64 = 0xff;

/// Whether any of these flags is set in the first register.
pub(crate) fn has(args: &[u64; 6], flags: i32) -> bool {
    args[0] & u64::from(flags as u32) != 0
}

/// An address with its name: `tls=0x7f12`.
pub(crate) fn named(name: &str, address: u64) -> String {
    format!("{name}={}", word::address(address))
}

/// The flags of clone(2), the exit signal last.
pub(crate) fn flags(bits: u64) -> String {
    let mut text = String::new();
    let bits = u64::from(bits as u32);
    let rest = known::CLONE.append_bits(&mut text, bits & !EXIT_SIGNAL);
    let mut more = Vec::new();
    if rest != 0 {
        more.push(word::hex(rest));
    }
    if bits & EXIT_SIGNAL != 0 {
        more.push(signals::name((bits & EXIT_SIGNAL) as i32));
    }
    for part in more {
        if !text.is_empty() {
            text.push('|');
        }
        text.push_str(&part);
    }
    if text.is_empty() {
        text.push('0');
    }
    text
}

/// Where the parent gets the child's id, or its pidfd: the address, then what is there.
pub(crate) fn parent_tid(moment: &Moment<'_>, at: u64) -> Option<String> {
    let value = match moment.raw {
        Some(1..) => format!("[{}]", moment.u32(at)? as i32),
        _ => word::address(at),
    };
    Some(format!("parent_tid={value}"))
}

/// The structure of clone3(2), and what the parent got: `{...} => {parent_tid=[7]}`.
pub(crate) fn clone3(moment: &Moment<'_>, at: u64) -> Option<String> {
    const SIZE_MAX: u64 = 88;
    let size = moment.args[1].min(SIZE_MAX) as usize;
    let block = moment.block(at, size)?;
    let bits = block.u64(0);
    let is_set = |flag: i32| bits & u64::from(flag as u32) != 0;
    let mut text = format!("{{flags={}", clone_flags(bits));
    let mut field = |name: &str, value: String| text.push_str(&format!(", {name}={value}"));
    if is_set(libc::CLONE_PIDFD) {
        field("pidfd", word::address(block.u64(8)));
    }
    if is_set(libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID) {
        field("child_tid", word::address(block.u64(16)));
    }
    if is_set(libc::CLONE_PARENT_SETTID) {
        field("parent_tid", word::address(block.u64(24)));
    }
    field("exit_signal", signals::name(block.u64(32) as i32));
    field("stack", word::address(block.u64(40)));
    field("stack_size", word::hex(block.u64(48)));
    if is_set(libc::CLONE_SETTLS) {
        field("tls", word::address(block.u64(56)));
    }
    if block.u64(72) != 0 {
        field("set_tid_size", block.u64(72).to_string());
    }
    if bits & 0x2_0000_0000 != 0 {
        field("cgroup", block.u64(80).to_string());
    }
    text.push('}');
    if matches!(moment.raw, Some(1..)) {
        let mut got = Vec::new();
        if is_set(libc::CLONE_PIDFD)
            && let Some(fd) = moment.u32(block.u64(8))
        {
            got.push(format!("pidfd=[{}]", moment.fd_word(fd as i32)));
        }
        if is_set(libc::CLONE_PARENT_SETTID)
            && let Some(tid) = moment.u32(block.u64(24))
        {
            got.push(format!("parent_tid=[{}]", tid as i32));
        }
        if !got.is_empty() {
            text.push_str(&format!(" => {{{}}}", got.join(", ")));
        }
    }
    Some(text)
}
