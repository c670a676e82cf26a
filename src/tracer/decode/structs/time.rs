//! Times, timers and what they set off.

use crate::tracer::decode::block::Block;
use crate::tracer::decode::flags::signals as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::{signals, word};

/// Values of a timestamp's nanoseconds with a meaning of their own; see utimensat(2).
const UTIME_NOW: i64 = (1 << 30) - 1;
const UTIME_OMIT: i64 = (1 << 30) - 2;

/// The kernel's "interrupted, to be continued by restart_syscall(2)".
const ERESTART_RESTARTBLOCK: i64 = 516;

/// Whether a sleep with this answer was cut short, so that the rest of the time was written.
pub(crate) fn is_interrupted(raw: i64) -> bool {
    raw == -i64::from(libc::EINTR) || raw == -ERESTART_RESTARTBLOCK
}

fn spec(block: &Block, at: usize) -> String {
    format!(
        "{{tv_sec={}, tv_nsec={}}}",
        block.i64(at),
        block.i64(at + 8)
    )
}

fn val(block: &Block, at: usize) -> String {
    format!(
        "{{tv_sec={}, tv_usec={}}}",
        block.i64(at),
        block.i64(at + 8)
    )
}

/// Seconds and nanoseconds.
pub(crate) fn timespec(moment: &Moment<'_>, at: u64) -> Option<String> {
    Some(spec(&moment.block(at, 16)?, 0))
}

/// Seconds and microseconds.
pub(crate) fn timeval(moment: &Moment<'_>, at: u64) -> Option<String> {
    Some(val(&moment.block(at, 16)?, 0))
}

/// Access and modification time, in nanoseconds.
pub(crate) fn timespecs(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, 32)?;
    let time = |at| match block.i64(at + 8) {
        UTIME_NOW => "UTIME_NOW".to_owned(),
        UTIME_OMIT => "UTIME_OMIT".to_owned(),
        _ => spec(&block, at),
    };
    Some(format!("[{}, {}]", time(0), time(16)))
}

/// Access and modification time, in microseconds.
pub(crate) fn timevals(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, 32)?;
    Some(format!("[{}, {}]", val(&block, 0), val(&block, 16)))
}

/// Access and modification time, in seconds.
pub(crate) fn utimbuf(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, 16)?;
    Some(format!(
        "{{actime={}, modtime={}}}",
        block.i64(0),
        block.i64(8)
    ))
}

/// A timer's interval and next expiry, in nanoseconds.
pub(crate) fn itimerspec(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, 32)?;
    Some(format!(
        "{{it_interval={}, it_value={}}}",
        spec(&block, 0),
        spec(&block, 16)
    ))
}

/// A timer's interval and next expiry, in microseconds.
pub(crate) fn itimerval(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, 32)?;
    Some(format!(
        "{{it_interval={}, it_value={}}}",
        val(&block, 0),
        val(&block, 16)
    ))
}

/// Processor times in clock ticks.
pub(crate) fn tms(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, 32)?;
    Some(format!(
        "{{tms_utime={}, tms_stime={}, tms_cutime={}, tms_cstime={}}}",
        block.i64(0),
        block.i64(8),
        block.i64(16),
        block.i64(24),
    ))
}

/// How a timer or a queue notifies; see sigevent(7).
pub(crate) fn sigevent(moment: &Moment<'_>, at: u64) -> Option<String> {
    const SIZE: usize = 64;
    let block = moment.block(at, SIZE)?;
    let mut text = "{".to_owned();
    if block.u64(0) != 0 {
        let (int, ptr) = (block.i32(0), word::address(block.u64(0)));
        text.push_str(&format!(
            "sigev_value={{sival_int={int}, sival_ptr={ptr}}}, "
        ));
    }
    text.push_str(&format!(
        "sigev_signo={}, sigev_notify={}",
        signals::name(block.i32(8)),
        flags::SIGEV.one(u64::from(block.u32(12))),
    ));
    if block.i32(12) == libc::SIGEV_THREAD_ID {
        text.push_str(&format!(", sigev_notify_thread_id={}", block.i32(16)));
    }
    text.push('}');
    Some(text)
}
