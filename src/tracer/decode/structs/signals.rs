//! Sets of signals, handlers, and what is told of a signal.

use crate::tracer::decode::flags::signals as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::{signals, word};

/// A set of signals: `[INT TERM]`.
pub(crate) fn set(moment: &Moment<'_>, at: u64) -> Option<String> {
    Some(signals::set(moment.u64(at)?))
}

/// What happens at a signal: the kernel's sigaction structure; see rt_sigaction(2).
pub(crate) fn action(moment: &Moment<'_>, at: u64) -> Option<String> {
    const RESTORER: u64 = 0x0400_0000;
    const SIZE: usize = 32;
    let block = moment.block(at, SIZE)?;
    let handler = match block.u64(0) as usize {
        libc::SIG_DFL => "SIG_DFL".to_owned(),
        libc::SIG_IGN => "SIG_IGN".to_owned(),
        _ => word::address(block.u64(0)),
    };
    let bits = block.u64(8);
    let mut text = format!(
        "{{sa_handler={handler}, sa_mask={}, sa_flags={}",
        signals::set(block.u64(24)),
        flags::SIGACTION.bits(bits),
    );
    if bits & RESTORER != 0 {
        text.push_str(&format!(", sa_restorer={}", word::address(block.u64(16))));
    }
    text.push('}');
    Some(text)
}

/// A stack for handlers; see sigaltstack(2).
pub(crate) fn stack(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, 24)?;
    Some(format!(
        "{{ss_sp={}, ss_flags={}, ss_size={}}}",
        word::address(block.u64(0)),
        flags::SIGALTSTACK.bits(u64::from(block.u32(8))),
        block.u64(16),
    ))
}

/// A siginfo structure; what it holds depends on the signal and on its cause; see sigaction(2).
pub(crate) fn info(moment: &Moment<'_>, at: u64) -> Option<String> {
    const SIZE: usize = 48;
    let block = moment.block(at, SIZE)?;
    let (signo, code) = (block.i32(0), block.i32(8));
    if signo == 0 {
        return Some("{}".to_owned());
    }
    let errno = block.i32(4);
    let mut text = format!("{{si_signo={}", signals::name(signo));
    if errno != 0 {
        text.push_str(&format!(", si_errno={errno}"));
    }
    text.push_str(&format!(", si_code={}", cause(signo, code)));
    let (pid, uid) = (block.i32(16), word::id(block.u32(20)));
    let value = |at: usize| {
        let ptr = word::address(block.u64(at));
        format!("si_int={}, si_ptr={ptr}", block.i32(at))
    };
    match (code, signo) {
        (libc::SI_USER | libc::SI_TKILL, _) => {
            text.push_str(&format!(", si_pid={pid}, si_uid={uid}"));
        }
        (libc::SI_TIMER, _) => {
            let overrun = block.i32(20);
            text.push_str(&format!(
                ", si_timerid={pid:#x}, si_overrun={overrun}, {}",
                value(24)
            ));
        }
        (i32::MIN..0, _) => {
            text.push_str(&format!(", si_pid={pid}, si_uid={uid}, {}", value(24)));
        }
        (libc::SI_KERNEL, _) => {}
        (_, libc::SIGCHLD) => {
            let status = match code {
                libc::CLD_EXITED => block.i32(24).to_string(),
                _ => signals::name(block.i32(24)),
            };
            let (utime, stime) = (block.i64(32), block.i64(40));
            text.push_str(&format!(
                ", si_pid={pid}, si_uid={uid}, si_status={status}, si_utime={utime}, si_stime={stime}"
            ));
        }
        (_, libc::SIGSEGV | libc::SIGBUS | libc::SIGFPE | libc::SIGILL | libc::SIGTRAP) => {
            text.push_str(&format!(", si_addr={}", word::address(block.u64(16))));
        }
        _ => {}
    }
    text.push('}');
    Some(text)
}

/// The name of a signal's cause.
fn cause(signo: i32, code: i32) -> String {
    let bits = u64::from(code as u32);
    let own = match signo {
        libc::SIGCHLD => flags::CLD.name(bits),
        libc::SIGSEGV => flags::SEGV.name(bits),
        libc::SIGBUS => flags::BUS.name(bits),
        libc::SIGFPE => flags::FPE.name(bits),
        libc::SIGILL => flags::ILL.name(bits),
        _ => None,
    };
    own.map_or_else(|| flags::SI.one(bits), str::to_owned)
}
