//! System V semaphores and messages.

use crate::tracer::decode::flags::memory as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::word;

/// A key: `IPC_PRIVATE` or hexadecimal.
pub(crate) fn key(key: u32) -> String {
    if key == libc::IPC_PRIVATE as u32 {
        "IPC_PRIVATE".to_owned()
    } else {
        word::hex(u64::from(key))
    }
}

/// Operations on semaphores; their number is in the third argument.
pub(crate) fn sembufs(moment: &Moment<'_>, at: u64) -> Option<String> {
    const SIZE: usize = 6;
    let count = moment.args[2];
    let shown = moment.elements(count);
    let block = moment.block(at, shown * SIZE)?;
    let operations: Vec<String> = (0..shown)
        .map(|nth| {
            format!(
                "{{sem_num={}, sem_op={}, sem_flg={}}}",
                block.u16(nth * SIZE),
                block.u16(nth * SIZE + 2) as i16,
                flags::SEMOP.bits(u64::from(block.u16(nth * SIZE + 4))),
            )
        })
        .collect();
    Some(word::array(&operations, count > shown as u64))
}

/// A message that is sent; its length is in the third argument.
pub(crate) fn letter_given(moment: &Moment<'_>, at: u64) -> Option<String> {
    letter(moment, at, moment.args[2])
}

/// A message that was received; its length is the answer.
pub(crate) fn letter_taken(moment: &Moment<'_>, at: u64) -> Option<String> {
    letter(moment, at, u64::try_from(moment.raw?).ok()?)
}

fn letter(moment: &Moment<'_>, at: u64, len: u64) -> Option<String> {
    let kind = moment.u64(at)? as i64;
    let text = moment.bytes(at.checked_add(8)?, len)?;
    Some(format!(
        "{{mtype={kind}, mtext={}}}",
        word::quoted(&text.data, text.cut > 0)
    ))
}
