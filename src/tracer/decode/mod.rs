//! From registers to arguments: what a system call was asked, in strace's notation.
//!
//! A table (the rows in `calls`) says of each call what its arguments are; [`enter`] and [`exit`]
//! read what they point to. Nothing here stops, changes or opens anything of the traced program:
//! memory is read by process_vm_readv(2), descriptors by readlink(2) and stat(2) below /proc.
//! What cannot be read is [`Arg::Unknown`]. Where the notation differs from strace's:
//!
//! - an I/O vector is one string, its parts joined, and a message header says `msg_iov="..."`;
//! - what poll(2) and select(2) found stands with their arguments (`revents=`, `[3 4] => [3]`);
//! - descriptors inside structures carry their object as [`Fd`] does, if [`Depth::objects`];
//! - bytes outside printable ASCII are `\n`, `\t`, `\r` or `\x1b`, never octal.

mod block;
mod calls;
mod flags;
mod moment;
pub mod objects;
pub mod sets;
mod signals;
mod structs;
pub(in crate::tracer) mod table;
mod word;

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;

use crate::model::{Arg, Call, Object, Returned};
use moment::Moment;

/// A system call as it was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Its number on this architecture.
    pub nr: u64,
    /// Its arguments, as the registers had them.
    pub args: [u64; 6],
}

/// How much of a call is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// Bytes that are kept of each buffer, and of each string inside a structure.
    ///
    /// Paths are kept whole. Of arrays, as many elements are shown, at most 1024.
    pub bytes: usize,
    /// Whether the kernel is asked what descriptors refer to, and where data went in a file.
    pub objects: bool,
}

/// The kernel's name of system call `nr`, as in syscalls(2); `None` if it has none that we know.
pub fn name(nr: u64) -> Option<&'static str> {
    table::name(nr)
}

/// Decodes what can be read at the entry of a call of the stopped task `pid`.
///
/// Arguments that the call will fill in are their addresses. A call without a name is
/// `syscall_0x1b7`, its six registers in hexadecimal.
pub fn enter(pid: i32, entered: &Entered, depth: &Depth) -> Call {
    let moment = Moment {
        pid,
        args: entered.args,
        depth,
        raw: None,
        before: &[],
        was: None,
    };
    let Some(row) = table::row(entered.nr) else {
        return Call {
            name: match table::name(entered.nr) {
                Some(name) => name.to_owned(),
                None => format!("syscall_{:#x}", entered.nr),
            },
            args: entered.args.map(table::hex).to_vec(),
        };
    };
    let kinds = row.shape(&entered.args).args;
    Call {
        name: row.name.to_owned(),
        args: kinds
            .iter()
            .zip(entered.args)
            .filter_map(|(kind, value)| kind.at_entry(&moment, value))
            .collect(),
    }
}

/// Fills in what the call has written, and says what it returned.
///
/// `call` is what [`enter`] made of it; `raw` is the answer as the register has it, an errno being
/// negative. With [`Depth::objects`], the answer tells what a returned descriptor refers to, and
/// at which offset data moved through a regular file began: of the file that was written, or
/// else of the file that was read. The offset is derived from the position after the call, so it
/// is wrong if another task moved the same description in between.
pub fn exit(pid: i32, entered: &Entered, call: &mut Call, raw: i64, depth: &Depth) -> Returned {
    let mut returned = Returned::from_raw(raw);
    let Some(row) = table::row(entered.nr) else {
        return returned;
    };
    let shape = row.shape(&entered.args);
    let mut changes = Vec::new();
    let mut shown = 0;
    for (kind, value) in shape.args.iter().zip(entered.args) {
        let Some(kind) = kind.shown(&entered.args) else {
            continue;
        };
        if kind.changes() {
            let moment = Moment {
                pid,
                args: entered.args,
                depth,
                raw: Some(raw),
                before: &call.args,
                was: call.args.get(shown),
            };
            if let Some(arg) = kind.at_exit(&moment, value, raw) {
                changes.push((shown, arg));
            }
        }
        shown += 1;
    }
    for (nth, arg) in changes {
        if let Some(slot) = call.args.get_mut(nth) {
            *slot = arg;
        }
    }
    if depth.objects && returned.errno.is_none() {
        if shape.opens {
            returned.object = i32::try_from(raw).ok().and_then(|fd| objects::of(pid, fd));
        }
        if raw > 0 {
            returned.offset = shape.ends.iter().find_map(|end| {
                let object = call
                    .args
                    .iter()
                    .find_map(|arg| described(arg, end.fd(entered)));
                end.offset(pid, entered, object?, raw as u64)
            });
        }
    }
    returned
}

/// The object of descriptor `number`, if this argument is that descriptor.
fn described(arg: &Arg, number: i32) -> Option<&Object> {
    match arg {
        Arg::Fd(fd) if fd.number == number => fd.object.as_ref(),
        _ => None,
    }
}
