//! What the table says of a call, and how one argument is decoded by it.

use std::collections::HashMap;
use std::sync::LazyLock;

use syscalls::Sysno;

use super::moment::Moment;
use super::objects::{self, Position};
use super::{Entered, calls, flags::Flags, sets::Membership, signals, word};
use crate::model::{Arg, Bytes, Object};
use crate::sys::{kernel, memory};

/// Turns what an argument points to (or says) into a word; `None` if it cannot be read.
pub(crate) type Show = fn(&Moment<'_>, u64) -> Option<String>;

/// What one argument is. Numbers in it are the indices of other arguments.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A signed 32-bit number.
    Int,
    /// An unsigned 32-bit number.
    Unsigned,
    /// A signed 64-bit number.
    Long,
    /// An unsigned 64-bit number.
    Size,
    /// A user or group id.
    Id,
    /// An address that is not followed.
    Address,
    /// A number that reads best in hexadecimal.
    Hex,
    /// Permission bits.
    Octal,
    /// A descriptor.
    Fd,
    /// A descriptor of a directory, or `AT_FDCWD`.
    DirFd,
    /// A path, or another string that the kernel reads whole.
    Path,
    /// A signal.
    Signal,
    /// Flags, or'ed.
    Bits(&'static Flags),
    /// One of several names.
    One(&'static Flags),
    /// A buffer that the call reads; its length is in that argument.
    Given(usize),
    /// A buffer that the call fills with as many bytes as it returns; its length is in that one.
    Taken(usize),
    /// A buffer that the call fills with a NUL-terminated string.
    TakenText,
    /// An I/O vector that the call reads; the number of its parts is in that argument.
    Gathered(usize),
    /// An I/O vector that the call fills.
    Scattered(usize),
    /// Something said by the register itself.
    Value(fn(&Moment<'_>, u64) -> String),
    /// A structure that the call reads.
    In(Show),
    /// A structure that the call fills if it succeeds.
    Out(Show),
    /// A structure that the call fills if it answers so.
    OutIf(fn(i64) -> bool, Show),
    /// A structure that is shown as it is after the call, and until then as it was before.
    Both(Show),
    /// A structure that is shown as `before => after`, if the call succeeded and it differs.
    Changed(Show),
    /// An argument that is there only if the others say so.
    If(fn(&[u64; 6]) -> bool, &'static Kind),
    /// A register that holds nothing.
    Skip,
}

/// What the arguments of a call are, and what its answer is.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// One for each register, from the first.
    pub(crate) args: &'static [Kind],
    /// Whether the answer is a descriptor.
    pub(crate) opens: bool,
    /// Descriptors through which the answer's number of bytes moved; what was written is first.
    pub(crate) ends: &'static [End],
}

/// A descriptor through which a call moves data.
#[derive(Clone, Copy)]
pub(crate) struct End {
    /// The argument that is the descriptor.
    pub(crate) fd: usize,
    /// Where the data is in the file.
    pub(crate) at: At,
}

/// Where in a file data moved. Numbers are the indices of arguments.
#[derive(Clone, Copy)]
pub(crate) enum At {
    /// At the file's position.
    Position,
    /// At the offset in that argument.
    Argument(usize),
    /// At the offset in that argument; at the end, if the description appends; see pwrite(2).
    Written(usize),
    /// As `Argument`, or at the file's position if it is -1; see preadv2(2).
    ArgumentOrPosition(usize),
    /// As `Written`, or at the file's position if it is -1; the flags are in the other argument.
    WrittenOrPosition(usize, usize),
    /// At the offset to which that argument points, which the call moves on; if it is null, at
    /// the file's position.
    Pointed(usize),
}

/// One call.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// The kernel's name.
    pub(crate) name: &'static str,
    /// strace's sets that it is in.
    pub(crate) sets: Membership,
    /// Its shape, unless `choose` says otherwise.
    shape: Shape,
    /// Gives the shape of a call whose arguments depend on each other.
    choose: Option<fn(&[u64; 6]) -> Shape>,
}

/// A call that returns no descriptor and moves no data.
pub(crate) const fn call(name: &'static str, sets: Membership, args: &'static [Kind]) -> Row {
    Row {
        name,
        sets,
        shape: shape(args),
        choose: None,
    }
}

/// A call whose later arguments depend on what the earlier ones say.
pub(crate) const fn chosen(
    name: &'static str,
    sets: Membership,
    choose: fn(&[u64; 6]) -> Shape,
) -> Row {
    Row {
        name,
        sets,
        shape: shape(&[]),
        choose: Some(choose),
    }
}

/// A shape that returns no descriptor and moves no data.
pub(crate) const fn shape(args: &'static [Kind]) -> Shape {
    Shape {
        args,
        opens: false,
        ends: &[],
    }
}

impl Shape {
    /// The same; the answer is a descriptor.
    pub(crate) const fn opens(mut self) -> Self {
        self.opens = true;
        self
    }
}

impl Row {
    /// The same; the answer is a descriptor.
    pub(crate) const fn opens(mut self) -> Self {
        self.shape.opens = true;
        self
    }

    /// The same; the answer is a number of bytes that moved here.
    pub(crate) const fn moves(mut self, ends: &'static [End]) -> Self {
        self.shape.ends = ends;
        self
    }

    /// What the arguments are in a call with these registers.
    pub(crate) fn shape(&self, args: &[u64; 6]) -> Shape {
        self.choose.map_or(self.shape, |choose| choose(args))
    }
}

/// Rows by number on this architecture.
static BY_NUMBER: LazyLock<Vec<Option<Row>>> = LazyLock::new(|| {
    let by_name: HashMap<&str, &Row> = all().map(|row| (row.name, row)).collect();
    let mut rows = vec![None; Sysno::table_size()];
    for number in Sysno::iter() {
        if let Some(slot) = rows.get_mut(number as usize) {
            *slot = by_name.get(kernel::name_of(number)).map(|row| **row);
        }
    }
    rows
});

/// All rows, those of calls that this architecture lacks among them.
pub(crate) fn all() -> impl Iterator<Item = &'static Row> {
    calls::GROUPS.iter().copied().flatten()
}

/// The row of call `nr`.
pub(crate) fn row(nr: u64) -> Option<&'static Row> {
    BY_NUMBER.get(usize::try_from(nr).ok()?)?.as_ref()
}

/// The name of call `nr`.
pub(crate) fn name(nr: u64) -> Option<&'static str> {
    kernel::call_name(nr)
}

impl Kind {
    /// The kind that is shown in a call with these registers; `None` if nothing is.
    pub(crate) fn shown(&self, args: &[u64; 6]) -> Option<&Self> {
        match self {
            Self::If(is_shown, kind) => is_shown(args).then_some(kind),
            Self::Skip => None,
            kind => Some(kind),
        }
    }

    /// Whether the argument may look different after the call.
    pub(crate) fn changes(&self) -> bool {
        matches!(
            self,
            Self::Taken(_)
                | Self::TakenText
                | Self::Scattered(_)
                | Self::Out(_)
                | Self::OutIf(..)
                | Self::Both(_)
                | Self::Changed(_)
        )
    }

    /// The argument at the entry; `None` if it is not shown.
    pub(crate) fn at_entry(&self, moment: &Moment<'_>, value: u64) -> Option<Arg> {
        let null = || Arg::Word(word::address(0));
        Some(match *self {
            Self::Int => Arg::Int(i64::from(value as i32)),
            Self::Unsigned => Arg::Int(i64::from(value as u32)),
            Self::Long => Arg::Int(value as i64),
            Self::Size => match i64::try_from(value) {
                Ok(value) => Arg::Int(value),
                Err(_) => Arg::Word(value.to_string()),
            },
            Self::Id => Arg::Int(word::id(value as u32)),
            Self::Hex => hex(value),
            Self::Octal => Arg::Word(word::octal(value as u32)),
            Self::Fd => Arg::Fd(moment.fd(value as i32)),
            Self::DirFd if value as i32 == libc::AT_FDCWD => Arg::Word("AT_FDCWD".to_owned()),
            Self::DirFd => Arg::Fd(moment.fd(value as i32)),
            Self::Signal => said(signals::name(value as i32)),
            Self::Bits(flags) => said(flags.bits(u64::from(value as u32))),
            Self::One(flags) => said(flags.one(u64::from(value as u32))),
            Self::Value(show) => said(show(moment, value)),
            Self::Path | Self::Given(_) | Self::Gathered(_) if value == 0 => null(),
            Self::Path => text(moment.path(value)),
            Self::Given(len) => text(moment.bytes(value, moment.args[len])),
            Self::Gathered(count) => {
                let count = moment.args[count];
                text(moment.joined(value, count, u64::MAX))
            }
            Self::In(_) | Self::Both(_) | Self::Changed(_) if value == 0 => null(),
            Self::In(show) | Self::Both(show) | Self::Changed(show) => word_of(show(moment, value)),
            Self::Address
            | Self::Taken(_)
            | Self::TakenText
            | Self::Scattered(_)
            | Self::Out(_)
            | Self::OutIf(..) => Arg::Word(word::address(value)),
            Self::If(..) | Self::Skip => {
                return self.shown(&moment.args)?.at_entry(moment, value);
            }
        })
    }

    /// The argument after the call answered `raw`; `None` if it has not changed.
    pub(crate) fn at_exit(&self, moment: &Moment<'_>, value: u64, raw: i64) -> Option<Arg> {
        if value == 0 {
            return None;
        }
        let answer = u64::try_from(raw).ok();
        match *self {
            Self::Taken(len) => {
                let len = answer?.min(moment.args[len]);
                Some(text(moment.bytes(value, len)))
            }
            Self::TakenText => {
                answer?;
                Some(text(moment.path(value)))
            }
            Self::Scattered(count) => {
                let count = moment.args[count];
                Some(text(moment.joined(value, count, answer?)))
            }
            Self::Out(show) => {
                answer?;
                Some(word_of(show(moment, value)))
            }
            Self::OutIf(is_filled, show) => is_filled(raw).then(|| word_of(show(moment, value))),
            Self::Both(show) => show(moment, value).map(Arg::Word),
            Self::Changed(show) => {
                answer?;
                let after = show(moment, value)?;
                match moment.was {
                    Some(Arg::Word(before)) if *before != after => {
                        Some(Arg::Word(format!("{before} => {after}")))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// A number that reads best in hexadecimal.
pub(crate) fn hex(value: u64) -> Arg {
    said(word::hex(value))
}

/// What a register says: a word, or a number if that is all that could be said.
fn said(text: String) -> Arg {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => Arg::Int(number),
        _ => Arg::Word(text),
    }
}

fn text(read: Option<Bytes>) -> Arg {
    read.map_or(Arg::Unknown, Arg::Str)
}

fn word_of(read: Option<String>) -> Arg {
    read.map_or(Arg::Unknown, Arg::Word)
}

impl End {
    /// The descriptor.
    pub(crate) fn fd(&self, entered: &Entered) -> i32 {
        entered.args[self.fd] as i32
    }

    /// Where `moved` bytes that have just moved began, if this is the end of a regular file.
    pub(crate) fn offset(
        &self,
        pid: i32,
        entered: &Entered,
        object: &Object,
        moved: u64,
    ) -> Option<u64> {
        if !object.name.starts_with('/') {
            return None;
        }
        let position = objects::position(pid, self.fd(entered))?;
        let before = |end: u64| end.checked_sub(moved);
        let written = |offset: u64, appends: bool| {
            if appends || position.appends {
                before(position.size)
            } else {
                Some(offset)
            }
        };
        let Position { at, .. } = position;
        let arg = |nth: usize| entered.args[nth];
        match self.at {
            At::Position => before(at),
            At::Argument(nth) => Some(arg(nth)),
            At::Written(nth) => written(arg(nth), false),
            At::ArgumentOrPosition(nth) | At::WrittenOrPosition(nth, _) if arg(nth) == u64::MAX => {
                before(at)
            }
            At::ArgumentOrPosition(nth) => Some(arg(nth)),
            At::WrittenOrPosition(nth, flags) => {
                written(arg(nth), arg(flags) & libc::RWF_APPEND as u64 != 0)
            }
            At::Pointed(nth) if arg(nth) == 0 => before(at),
            At::Pointed(nth) => before(memory::read_u64(pid, arg(nth)).ok()?),
        }
    }
}
