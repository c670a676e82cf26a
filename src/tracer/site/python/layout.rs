//! Where CPython keeps what we need, version by version.
//!
//! Up to 3.12 the offsets are those of the structures in `Include/internal` of each version,
//! which keep their layout within a minor version. From 3.13 on the interpreter describes itself:
//! `_PyRuntime` begins with a `_Py_DebugOffsets`, made for debuggers that look from outside.

use super::super::memory::{Memory, word_at};
use super::reads::STRUCTURE;

/// Begins the self-description.
const COOKIE: &[u8] = b"xdebugpy";

/// Words of the self-description that we look at.
const WORDS: usize = 56;

/// Offsets within the interpreter's state may be larger.
const FARTHEST: u64 = 1 << 20;

/// How line numbers are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// `co_lnotab` (3.8, 3.9): bytecode and line increments.
    Increments,
    /// `co_linetable` (3.10): ranges with a line increment.
    Ranges,
    /// `co_linetable` (3.11 on): location entries.
    Locations,
}

/// How the instruction of a frame is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instruction {
    /// A 32-bit index, in units of this many bytes.
    Index { at: usize, unit: u32 },
    /// A pointer into the code object, whose bytecode begins at `code`.
    Pointer { at: usize, code: u64 },
}

/// Offsets in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// In `_PyRuntime`: the first interpreter.
    pub(super) interpreters: u64,
    /// In an interpreter: the next one, and its first thread.
    pub(super) next_interpreter: u64,
    pub(super) threads: u64,
    /// In a thread's state: the next one, pthread_self(3), gettid(2) where it is kept.
    pub(super) next_thread: usize,
    pub(super) thread_id: usize,
    pub(super) native_thread_id: Option<usize>,
    /// In a thread's state: its frame, or a pointer to a structure that has it at `via`.
    pub(super) frame: usize,
    pub(super) via: Option<u64>,
    /// In a frame.
    pub(super) previous: usize,
    pub(super) code: usize,
    pub(super) instruction: Instruction,
    /// Who owns the frame: [`FOREIGN`] and above are not functions of Python.
    pub(super) owner: Option<usize>,
    /// In a code object.
    pub(super) file: usize,
    pub(super) name: usize,
    pub(super) first_line: usize,
    pub(super) table: usize,
    pub(super) lines: Lines,
    /// Size of the header of every object.
    pub(super) object: usize,
    /// In a string: where its data begin if it is ASCII, if it is not, and the shift of `kind`.
    pub(super) ascii: usize,
    pub(super) wide: usize,
    pub(super) kind_shift: u32,
}

/// Frames with this owner (FRAME_OWNED_BY_CSTACK, FRAME_OWNED_BY_INTERPRETER) mark entries from C.
pub(super) const FOREIGN: u8 = 3;

/// 3.8 and 3.9.
const V3_9: Layout = Layout {
    interpreters: 32,
    next_interpreter: 0,
    threads: 8,
    next_thread: 8,
    thread_id: 176,
    native_thread_id: None,
    frame: 24,
    via: None,
    previous: 24,
    code: 32,
    instruction: Instruction::Index { at: 104, unit: 1 },
    owner: None,
    file: 104,
    name: 112,
    first_line: 40,
    table: 120,
    lines: Lines::Increments,
    object: 16,
    ascii: 48,
    wide: 72,
    kind_shift: 2,
};

const V3_10: Layout = Layout {
    instruction: Instruction::Index { at: 96, unit: 2 },
    lines: Lines::Ranges,
    ..V3_9
};

const V3_11: Layout = Layout {
    interpreters: 40,
    threads: 16,
    thread_id: 152,
    native_thread_id: Some(160),
    frame: 56,
    via: Some(8),
    previous: 48,
    code: 32,
    instruction: Instruction::Pointer { at: 56, code: 184 },
    owner: Some(69),
    file: 112,
    name: 128,
    first_line: 72,
    table: 136,
    lines: Lines::Locations,
    ..V3_10
};

const V3_12: Layout = Layout {
    threads: 72,
    thread_id: 136,
    native_thread_id: Some(144),
    via: Some(0),
    previous: 8,
    code: 0,
    instruction: Instruction::Pointer { at: 56, code: 192 },
    owner: Some(70),
    first_line: 68,
    ascii: 40,
    wide: 56,
    ..V3_11
};

/// The layout of 3.`minor`; `None` where the interpreter describes itself, or is too old.
pub(super) fn known(minor: u8) -> Option<Layout> {
    match minor {
        8 | 9 => Some(V3_9),
        10 => Some(V3_10),
        11 => Some(V3_11),
        12 => Some(V3_12),
        _ => None,
    }
}

/// The layout that a runtime at this address describes; `None` if it does not.
///
/// 3.13 is tested on a real interpreter. 3.14 is from its headers only: its self-description
/// has more members, references to code are tagged, and strings keep their kind elsewhere.
pub(super) fn described(memory: Memory, runtime: u64) -> Option<Layout> {
    let bytes = memory.bytes(runtime, WORDS * 8)?;
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Option<Layout> {
    if !bytes.starts_with(COOKIE) {
        return None;
    }
    let word = |index: usize| word_at(bytes, index * 8);
    // Indices of the first word of each group, which is its structure's size, and of the last.
    let (thread, frame, code, object, kind_shift) = match word(1)? >> 16 {
        0x030d => (19, 28, 34, 44, 2),
        0x030e => (22, 31, 39, 50, 16),
        _ => return None,
    };
    let far = |index| word(index).filter(|offset| *offset < FARTHEST);
    let near = |index| {
        let offset = usize::try_from(word(index)?).ok()?;
        (offset <= STRUCTURE - 8).then_some(offset)
    };
    let object = near(object)?;
    Some(Layout {
        interpreters: far(5)?,
        next_interpreter: far(8)?,
        threads: far(9)?,
        next_thread: near(thread + 2)?,
        thread_id: near(thread + 5)?,
        native_thread_id: Some(near(thread + 6)?),
        frame: near(thread + 4)?,
        via: None,
        previous: near(frame + 1)?,
        code: near(frame + 2)?,
        instruction: Instruction::Pointer {
            at: near(frame + 3)?,
            code: far(code + 9)?,
        },
        owner: Some(near(frame + 5)?),
        file: near(code + 1)?,
        name: near(code + 3)?,
        first_line: near(code + 5)?,
        table: near(code + 4)?,
        lines: Lines::Locations,
        object,
        // Length, hash and state follow the header; a string that is not ASCII has 16 more.
        ascii: object + 24,
        wide: object + 40,
        kind_shift,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(version: u64, fill: impl Fn(usize) -> u64) -> Vec<u8> {
        let mut bytes = COOKIE.to_vec();
        bytes.extend_from_slice(&version.to_ne_bytes());
        for index in 2..WORDS {
            bytes.extend_from_slice(&fill(index).to_ne_bytes());
        }
        bytes
    }

    #[test]
    fn a_self_description_is_bounded() {
        assert!(parse(&words(0x030d_00f0, |_| 16)).is_some());
        assert!(parse(&words(0x030e_00f0, |_| 16)).is_some());
        assert_eq!(parse(&words(0x030d_00f0, |_| 1 << 40)), None);
        assert_eq!(parse(&words(0x030d_00f0, |_| u64::MAX)), None);
        assert_eq!(parse(&words(0x030f_00f0, |_| 16)), None);
        assert_eq!(parse(&words(0x030d_00f0, |_| 16)[..100]), None);
        assert_eq!(parse(b""), None);
    }

    /// What a 3.14 would say, members in the order of its `pycore_debug_offsets.h`.
    #[test]
    fn members_of_3_14_are_where_its_header_has_them() {
        let layout = parse(&words(0x030e_00f0, |index| index as u64)).expect("a layout");
        assert_eq!((layout.interpreters, layout.threads), (5, 9));
        assert_eq!((layout.next_thread, layout.frame), (24, 26));
        assert_eq!((layout.thread_id, layout.native_thread_id), (27, Some(28)));
        assert_eq!((layout.previous, layout.code), (32, 33));
        assert_eq!(
            layout.instruction,
            Instruction::Pointer { at: 34, code: 48 }
        );
        assert_eq!(layout.owner, Some(36));
        assert_eq!((layout.file, layout.name), (40, 42));
        assert_eq!((layout.table, layout.first_line), (43, 44));
        assert_eq!((layout.object, layout.wide), (50, 90));
    }
}
