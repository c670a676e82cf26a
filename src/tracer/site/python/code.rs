//! Code objects: which file and function a frame runs, and its line table.
//!
//! They are remembered by address, and compared with what is there now each time: a code object
//! that was freed (`exec`, a reloaded module) leaves its address to another one.

use std::collections::HashMap;

use super::super::interest::Interest;
use super::super::memory::{half_at, word_at};
use super::layout::Layout;
use super::lines::{Span, decode, find};
use super::reads::Reads;

/// Characters of a path or a qualified name that are kept. Longer ones are unknown.
const LONGEST_TEXT: usize = 4096;

/// Bytes of a line table. A module of 10,000 lines has some 100 KiB.
const LONGEST_TABLE: usize = 1 << 20;

/// Code objects that are remembered, and the bytes of their tables and names in all.
const REMEMBERED: usize = 4096;
const REMEMBERED_BYTES: usize = 32 << 20;

/// What was read of one code object.
struct Code {
    /// Addresses of its members, and its first line: a cheap first comparison.
    members: Members,
    /// Every place that was read, with what was there.
    seen: Vec<(u64, Vec<u8>)>,
    /// `None` if it is in a file of no interest.
    source: Option<Source>,
}

/// Members of a code object.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Members {
    file: u64,
    name: u64,
    table: u64,
    first_line: i32,
}

/// A function of interest.
struct Source {
    file: String,
    function: String,
    lines: Vec<Span>,
}

/// A place in a function of interest.
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) function: &'a str,
    pub(super) line: u32,
}

/// The code objects of one process.
#[derive(Default)]
pub(super) struct Codes {
    known: HashMap<u64, Code>,
    bytes: usize,
}

impl Codes {
    /// The place in the code object at `address` that is `offset` bytes into its bytecode.
    ///
    /// `None` if it is in a file of no interest, or is no code object.
    pub(super) fn place(
        &mut self,
        reads: &mut Reads,
        layout: &Layout,
        interest: &Interest,
        base: &str,
        address: u64,
        offset: Option<u32>,
    ) -> Option<Place<'_>> {
        let members = Members::read(reads, layout, address)?;
        if !self
            .known
            .get(&address)
            .is_some_and(|code| code.members == members && code.is_same(reads))
        {
            let code = Code::read(reads, layout, interest, base, members)?;
            self.remember(address, code);
        }
        let source = self.known.get(&address)?.source.as_ref()?;
        Some(Place {
            file: &source.file,
            function: &source.function,
            line: offset.map_or(0, |offset| find(&source.lines, offset)),
        })
    }

    fn remember(&mut self, address: u64, code: Code) {
        let bytes = code.size();
        if self.known.len() >= REMEMBERED || self.bytes + bytes > REMEMBERED_BYTES {
            self.known.clear();
            self.bytes = 0;
        }
        self.bytes += bytes;
        if let Some(before) = self.known.insert(address, code) {
            self.bytes -= before.size();
        }
    }
}

impl Members {
    fn read(reads: &mut Reads, layout: &Layout, address: u64) -> Option<Self> {
        let last = layout
            .file
            .max(layout.name)
            .max(layout.table)
            .max(layout.first_line);
        let code = reads.structure(address, last)?;
        Some(Self {
            file: code.word(layout.file)?,
            name: code.word(layout.name)?,
            table: code.word(layout.table)?,
            first_line: code.half(layout.first_line)?.cast_signed(),
        })
    }
}

impl Code {
    fn read(
        reads: &mut Reads,
        layout: &Layout,
        interest: &Interest,
        base: &str,
        members: Members,
    ) -> Option<Self> {
        let mut seen = Vec::new();
        let file = text(reads, layout, members.file, &mut seen)?;
        let source = interest.name(&file, base).map(|file| Source {
            file,
            function: text(reads, layout, members.name, &mut seen).unwrap_or_default(),
            lines: table(reads, layout, members.table, &mut seen)
                .map(|table| decode(layout.lines, table, members.first_line))
                .unwrap_or_default(),
        });
        Some(Self {
            members,
            seen,
            source,
        })
    }

    /// Whether all that was read is still there.
    fn is_same(&self, reads: &mut Reads) -> bool {
        self.seen
            .iter()
            .all(|(address, bytes)| reads.holds(*address, bytes))
    }

    fn size(&self) -> usize {
        // A span takes as much as the bytes that it was decoded from, or a few times that.
        let seen: usize = self.seen.iter().map(|(_, bytes)| bytes.len()).sum();
        let spans = self.source.as_ref().map_or(0, |source| source.lines.len());
        seen + spans * size_of::<Span>()
    }
}

/// A string object's text; see PEP 393. Lone surrogates become U+FFFD.
fn text(
    reads: &mut Reads,
    layout: &Layout,
    address: u64,
    seen: &mut Vec<(u64, Vec<u8>)>,
) -> Option<String> {
    const COMPACT: u32 = 1 << 3;
    const ASCII: u32 = 1 << 4;
    let header = reads.bytes(address, layout.ascii)?;
    let len = usize::try_from(word_at(&header, layout.object)?).ok()?;
    let state = half_at(&header, layout.object + 16)? >> layout.kind_shift;
    if len > LONGEST_TEXT || state & COMPACT == 0 {
        return None;
    }
    let is_ascii = state & ASCII != 0;
    let offset = if is_ascii { layout.ascii } else { layout.wide };
    let unit = match state & 7 {
        unit @ (1 | 2 | 4) => unit as usize,
        _ => return None,
    };
    // The terminating zero is compared as well: a longer string at this address is another one.
    let at = address.wrapping_add(offset as u64);
    let bytes = reads.bytes(at, (len + 1) * unit)?;
    let text = bytes[..len * unit]
        .chunks_exact(unit)
        .map(|code| {
            let code = code
                .iter()
                .rev()
                .fold(0, |value, byte| value << 8 | u32::from(*byte));
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        })
        .collect();
    seen.push((at, bytes));
    Some(text)
}

/// A bytes object's content.
fn table<'a>(
    reads: &mut Reads,
    layout: &Layout,
    address: u64,
    seen: &'a mut Vec<(u64, Vec<u8>)>,
) -> Option<&'a [u8]> {
    let at = address.wrapping_add(layout.object as u64);
    let len = usize::try_from(reads.word(at)?).ok()?;
    if len > LONGEST_TABLE {
        return None;
    }
    // Size and hash precede the bytes: both are compared, and tell almost any two tables apart.
    let bytes = reads.bytes(at, 16 + len)?;
    seen.push((at, bytes));
    seen.last().and_then(|(_, bytes)| bytes.get(16..))
}
