//! Message headers of sendmsg(2) and recvmsg(2): addresses, joined data, control messages.

use super::addresses;
use crate::tracer::decode::block::Block;
use crate::tracer::decode::flags::sockets as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::word;

/// Size of a message header.
const HEADER: usize = 56;

/// Size of an element of what sendmmsg(2) and recvmmsg(2) take: a header and a length.
const ELEMENT: usize = 64;

/// Control data that is looked at; the kernel takes no more by default.
const CONTROL_MAX: u64 = 1 << 16;

/// A message that is sent.
pub(crate) fn given(moment: &Moment<'_>, at: u64) -> Option<String> {
    header(moment, &moment.block(at, HEADER)?, 0, u64::MAX)
}

/// A message that was received; its length is the answer.
pub(crate) fn taken(moment: &Moment<'_>, at: u64) -> Option<String> {
    let len = u64::try_from(moment.raw?).ok()?;
    header(moment, &moment.block(at, HEADER)?, 0, len)
}

/// Messages that are sent, and after the call how much of each was; their number is in argument
/// `COUNT`.
pub(crate) fn given_many<const COUNT: usize>(moment: &Moment<'_>, at: u64) -> Option<String> {
    many(moment, at, u64::from(moment.args[COUNT] as u32), false)
}

/// Messages that were received; their number is the answer.
pub(crate) fn taken_many(moment: &Moment<'_>, at: u64) -> Option<String> {
    many(moment, at, u64::try_from(moment.raw?).ok()?, true)
}

fn many(moment: &Moment<'_>, at: u64, count: u64, is_receiving: bool) -> Option<String> {
    let shown = moment.elements(count);
    let block = moment.block(at, shown * ELEMENT)?;
    let mut messages = Vec::with_capacity(shown);
    for nth in 0..shown {
        let start = nth * ELEMENT;
        let len = block.u32(start + HEADER);
        let limit = if is_receiving {
            u64::from(len)
        } else {
            u64::MAX
        };
        let mut text = format!("{{msg_hdr={}", header(moment, &block, start, limit)?);
        let is_done = moment.raw.is_some_and(|raw| raw > nth as i64);
        if is_done {
            text.push_str(&format!(", msg_len={len}"));
        }
        text.push('}');
        messages.push(text);
    }
    Some(word::array(&messages, count > shown as u64))
}

/// The header at offset `at`; of its data, at most `limit` bytes are there.
fn header(moment: &Moment<'_>, block: &Block, at: usize, limit: u64) -> Option<String> {
    let (name, name_len) = (block.u64(at), block.u32(at + 8));
    let (control, control_len) = (block.u64(at + 32), block.u64(at + 40));
    let name = match name {
        0 => word::address(0),
        name => addresses::address(moment, name, u64::from(name_len))?,
    };
    let data = match moment.joined(block.u64(at + 16), block.u64(at + 24), limit) {
        Some(bytes) => word::quoted(&bytes.data, bytes.cut > 0),
        None => word::address(block.u64(at + 16)),
    };
    let mut text = format!(
        "{{msg_name={name}, msg_namelen={name_len}, msg_iov={data}, msg_iovlen={}",
        block.u64(at + 24),
    );
    if control != 0 && control_len != 0 {
        let messages = match moment.block(control, control_len.min(CONTROL_MAX) as usize) {
            Some(block) => control_messages(moment, &block),
            None => word::address(control),
        };
        text.push_str(&format!(", msg_control={messages}"));
    }
    text.push_str(&format!(
        ", msg_controllen={control_len}, msg_flags={}}}",
        flags::MSG.bits(u64::from(block.u32(at + 48))),
    ));
    Some(text)
}

/// Control messages; see cmsg(3). One that does not fit ends the list.
fn control_messages(moment: &Moment<'_>, block: &Block) -> String {
    const HEADER: usize = 16;
    let mut messages = Vec::new();
    let mut at = 0;
    let mut is_cut = false;
    while at + HEADER <= block.0.len() {
        let (len, level, kind) = (block.u64(at), block.i32(at + 8), block.i32(at + 12));
        let end = usize::try_from(len)
            .ok()
            .and_then(|len| at.checked_add(len));
        let Some(end) = end.filter(|end| *end >= at + HEADER && *end <= block.0.len()) else {
            is_cut = true;
            break;
        };
        let data = Block(block.0[at + HEADER..end].to_vec());
        messages.push(format!(
            "{{cmsg_len={len}, cmsg_level={}, cmsg_type={}, cmsg_data={}}}",
            flags::SOL.one(u64::from(level as u32)),
            kind_name(level, kind),
            control_data(moment, level, kind, &data),
        ));
        at = end.next_multiple_of(8);
    }
    word::array(&messages, is_cut)
}

fn kind_name(level: i32, kind: i32) -> String {
    if level == libc::SOL_SOCKET {
        flags::SCM.one(u64::from(kind as u32))
    } else {
        flags::option(u64::from(level as u32), u64::from(kind as u32))
    }
}

fn control_data(moment: &Moment<'_>, level: i32, kind: i32, data: &Block) -> String {
    match (level, kind) {
        (libc::SOL_SOCKET, libc::SCM_RIGHTS) => {
            let fds: Vec<String> = (0..data.0.len() / 4)
                .map(|nth| moment.fd_word(data.i32(nth * 4)))
                .collect();
            word::array(&fds, false)
        }
        (libc::SOL_SOCKET, libc::SCM_CREDENTIALS) if data.0.len() >= 12 => {
            addresses::credentials(data, 0)
        }
        _ => word::quoted(&data.0, false),
    }
}
