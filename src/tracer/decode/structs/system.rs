//! What the machine says of itself, and io_uring.

use crate::tracer::decode::flags::system as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::word;

/// The names of uname(2), the first two as strace abbreviates them.
pub(crate) fn uname(moment: &Moment<'_>, at: u64) -> Option<String> {
    const FIELD: usize = 65;
    let block = moment.block(at, 6 * FIELD)?;
    let field = |nth| word::quoted(block.text(nth * FIELD, FIELD), false);
    Some(format!(
        "{{sysname={}, nodename={}, ...}}",
        field(0),
        field(1)
    ))
}

/// How a ring is set up; see io_uring_setup(2).
pub(crate) fn io_uring_params(moment: &Moment<'_>, at: u64) -> Option<String> {
    const SIZE: usize = 120;
    let block = moment.block(at, SIZE)?;
    Some(format!(
        "{{flags={}, sq_thread_cpu={}, sq_thread_idle={}, ...}}",
        flags::IO_URING_SETUP.bits(u64::from(block.u32(8))),
        block.u32(12),
        block.u32(16),
    ))
}
