//! Python's stack, read from the interpreter's own structures.
//!
//! The interpreter is found by the symbol `_PyRuntime`, which it exports whether it is a program
//! or a library. From there: interpreters, their threads, the thread that made the call, its
//! frames. Nothing is asked of the program, and nothing in it is changed.

mod code;
mod layout;
mod lines;
mod reads;

use std::collections::HashMap;
use std::ops::Range;

use self::code::Codes;
use self::layout::{FOREIGN, Instruction, Layout};
use self::reads::{Habit, Reads};
use super::image::Image;
use super::interest::Interest;
use super::memory::Memory;
use super::registers::{MACHINE, Registers};
use crate::model::Frame;

/// Interpreters of a process that are looked at, and threads of all of them.
const INTERPRETERS: usize = 64;
const THREADS: usize = 4096;

/// Frames that are passed on the way to those of interest.
const DEEPEST: usize = 512;

/// The interpreter in one process.
pub(super) struct Python {
    /// Address of `_PyRuntime`.
    runtime: u64,
    /// Minor version, 0 where it has to describe itself.
    minor: u8,
    layout: Option<Layout>,
    /// Where the function that runs bytecode is: native frames outside of it are not innermost.
    pub(super) evaluator: Range<u64>,
    codes: Codes,
    /// What is remembered of each thread, by gettid(2) as the thread sees it.
    threads: HashMap<u32, Known>,
    /// The working directory at the first capture: scripts may be named relative to it (3.8).
    base: String,
}

/// What is remembered of a thread.
#[derive(Default)]
struct Known {
    /// Where its state was.
    state: u64,
    /// Where its last capture looked.
    habit: Habit,
}

/// Which thread to look for.
#[derive(Clone, Copy)]
pub(super) struct Thread {
    pub(super) memory: Memory,
    /// Its gettid(2) as it sees it itself.
    pub(super) ns_tid: u32,
    /// The thread pointer.
    pub(super) tls: u64,
}

impl Thread {
    pub(super) fn new(memory: Memory, ns_tid: u32, registers: Registers) -> Self {
        Self {
            memory,
            ns_tid,
            tls: registers.tls,
        }
    }
}

impl Python {
    /// Finds the interpreter in an image that is mapped with `bias`; `None` if it has none.
    pub(super) fn find(memory: Memory, image: &Image, bias: u64) -> Option<Self> {
        let symbol = |name| image.symbol(memory, bias, name);
        let runtime = symbol("_PyRuntime")?.address.wrapping_add(bias);
        // Py_Version came with 3.11, the others with 3.10 and 3.8.
        let version = symbol("Py_Version")
            .and_then(|version| memory.word(version.address.wrapping_add(bias)));
        let minor = match version {
            Some(version) if version >> 24 == 3 => (version >> 16) as u8,
            Some(_) => return None,
            None if symbol("PyModule_AddObjectRef").is_some() => 10,
            None if symbol("PyConfig_InitIsolatedConfig").is_some() => 9,
            None => return None,
        };
        let evaluator = symbol("_PyEval_EvalFrameDefault").map_or(0..0, |symbol| {
            let start = symbol.address.wrapping_add(bias);
            start..start.saturating_add(symbol.size)
        });
        Some(Self {
            runtime,
            minor,
            layout: None,
            evaluator,
            codes: Codes::default(),
            threads: HashMap::new(),
            base: std::fs::read_link(format!("/proc/{}/cwd", memory.tid))
                .map(|path| path.to_string_lossy().into_owned())
                .unwrap_or_default(),
        })
    }

    /// The thread's frames of interest, innermost first, at most `most`.
    pub(super) fn frames(
        &mut self,
        thread: Thread,
        interest: &Interest,
        most: usize,
    ) -> Vec<Frame> {
        let Some(layout) = self.layout(thread.memory) else {
            return Vec::new();
        };
        if self.threads.len() >= THREADS {
            self.threads.clear();
        }
        let known = self.threads.remove(&thread.ns_tid).unwrap_or_default();
        let mut reads = Reads::new(thread.memory, known.habit);
        let (state, frame) = self
            .innermost(thread, &layout, known.state, &mut reads)
            .unwrap_or_default();
        let frames = self.walk(frame, &layout, interest, most, &mut reads);
        let habit = reads.habit();
        self.threads.insert(thread.ns_tid, Known { state, habit });
        frames
    }

    /// The frames of interest from the one at `next` on.
    fn walk(
        &mut self,
        mut next: u64,
        layout: &Layout,
        interest: &Interest,
        most: usize,
        reads: &mut Reads,
    ) -> Vec<Frame> {
        let mut frames = Vec::new();
        for _ in 0..DEEPEST {
            if next == 0 || frames.len() == most {
                break;
            }
            let Some(frame) = RawFrame::read(reads, layout, next) else {
                break;
            };
            next = frame.previous;
            if !frame.is_python {
                continue;
            }
            let (code, offset) = (frame.code, frame.offset);
            if let Some(place) = self
                .codes
                .place(reads, layout, interest, &self.base, code, offset)
            {
                frames.push(Frame::Source {
                    file: place.file.to_owned(),
                    line: place.line,
                    function: place.function.to_owned(),
                });
            }
        }
        frames
    }

    fn layout(&mut self, memory: Memory) -> Option<Layout> {
        if self.layout.is_none() {
            self.layout =
                layout::known(self.minor).or_else(|| layout::described(memory, self.runtime));
        }
        self.layout
    }

    /// Where a thread's state and its innermost frame are.
    fn innermost(
        &self,
        thread: Thread,
        layout: &Layout,
        known: u64,
        reads: &mut Reads,
    ) -> Option<(u64, u64)> {
        // Without the number (to 3.10), a new thread at a dead one's place looks like that one.
        if known != 0
            && layout.native_thread_id.is_some()
            && let Some(state) = RawState::read(reads, layout, known)
            && state.native_thread_id == Some(thread.ns_tid.into())
        {
            return Some((known, state.frame(reads, layout)?));
        }
        self.search(thread, layout, reads)
    }

    /// Walks all interpreters' threads for the one that has a frame and is `thread`.
    fn search(&self, thread: Thread, layout: &Layout, reads: &mut Reads) -> Option<(u64, u64)> {
        let mut threads = 0;
        let mut by_number = None;
        let mut interpreter = reads.word(self.runtime.wrapping_add(layout.interpreters))?;
        for _ in 0..INTERPRETERS {
            if interpreter == 0 {
                break;
            }
            let mut at = reads.word(interpreter.wrapping_add(layout.threads))?;
            while at != 0 && threads < THREADS {
                threads += 1;
                let state = RawState::read(reads, layout, at)?;
                let is_number = state.native_thread_id == Some(thread.ns_tid.into());
                let is_here = state.is_at(thread.tls);
                if (is_here || is_number)
                    && let Some(frame) = state.frame(reads, layout).filter(|frame| *frame != 0)
                {
                    // The number is wrong in a forked child, until that has run Python's hooks.
                    if is_here {
                        return Some((at, frame));
                    }
                    by_number.get_or_insert((at, frame));
                }
                at = state.next;
            }
            interpreter = reads.word(interpreter.wrapping_add(layout.next_interpreter))?;
        }
        by_number
    }
}

/// A PyThreadState.
#[derive(Clone, Copy)]
struct RawState {
    next: u64,
    thread_id: u64,
    native_thread_id: Option<u64>,
    frame: u64,
}

impl RawState {
    fn read(reads: &mut Reads, layout: &Layout, address: u64) -> Option<Self> {
        let last = layout
            .next_thread
            .max(layout.thread_id)
            .max(layout.native_thread_id.unwrap_or(0))
            .max(layout.frame);
        let state = reads.structure(address, last)?;
        Some(Self {
            next: state.word(layout.next_thread)?,
            thread_id: state.word(layout.thread_id)?,
            native_thread_id: layout
                .native_thread_id
                .and_then(|offset| state.word(offset)),
            frame: state.word(layout.frame)?,
        })
    }

    /// Whether this is the thread with this thread pointer.
    ///
    /// pthread_self(3) is the thread pointer on x86-64, and a little below it on aarch64.
    fn is_at(&self, tls: u64) -> bool {
        const CONTROL_BLOCK: u64 = 8192;
        let below = tls.wrapping_sub(self.thread_id);
        tls != 0 && self.thread_id != 0 && (below == 0 || MACHINE.has_link && below < CONTROL_BLOCK)
    }

    fn frame(&self, reads: &mut Reads, layout: &Layout) -> Option<u64> {
        match layout.via {
            Some(offset) if self.frame != 0 => reads.word(self.frame.wrapping_add(offset)),
            _ => Some(self.frame),
        }
    }
}

/// A PyFrameObject (to 3.10) or _PyInterpreterFrame.
struct RawFrame {
    previous: u64,
    code: u64,
    /// Of the current instruction in the bytecode, in bytes; `None` if it is not in there.
    offset: Option<u32>,
    is_python: bool,
}

impl RawFrame {
    fn read(reads: &mut Reads, layout: &Layout, address: u64) -> Option<Self> {
        let at = match layout.instruction {
            Instruction::Index { at, .. } | Instruction::Pointer { at, .. } => at,
        };
        let last = layout
            .previous
            .max(layout.code)
            .max(layout.owner.unwrap_or(0))
            .max(at);
        let frame = reads.structure(address, last)?;
        // References to objects may carry flags in their lowest bits (3.14).
        let code = frame.word(layout.code)? & !7;
        let offset = match layout.instruction {
            // -1 in a frame that has not begun.
            Instruction::Index { at, unit } => {
                let index = frame.half(at)?.cast_signed().max(0);
                index.cast_unsigned().checked_mul(unit)
            }
            Instruction::Pointer { at, code: start } => {
                let start = code.wrapping_add(start);
                // A frame that has not begun points just in front of its code (3.11, 3.12).
                let instruction = frame.word(at)?.max(start);
                u32::try_from(instruction - start).ok()
            }
        };
        let owner = layout.owner.and_then(|offset| frame.byte(offset));
        Some(Self {
            previous: frame.word(layout.previous)?,
            code,
            offset,
            is_python: owner.is_none_or(|owner| owner < FOREIGN),
        })
    }
}
