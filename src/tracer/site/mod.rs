//! Call sites: which line of the learner's program made a system call.
//!
//! [`Sites`] answers the tracer at a stop: it unwinds the thread's native stack by the call frame
//! information in its memory, or reads the Python interpreter's frames, and returns the frames
//! that are in the learner's own files. Native frames are addresses; [`symbolise`] looks up the
//! few that are shown, from the DWARF of the file, in a process that may fail.
//!
//! Nothing here writes to a program or fails it: what cannot be known is left out. Everything
//! that is read, memory, mappings and files, is hostile; all loops and sizes are bounded.

mod image;
mod interest;
mod maps;
mod memory;
mod native;
mod program;
mod python;
mod registers;
mod symbolise;
mod unwind;

use std::collections::HashMap;

use self::interest::Interest;
use self::memory::Memory;
use self::native::{Code, Place, Walker};
use self::python::{Python, Thread};
pub use self::registers::Registers;
pub use self::symbolise::{open_module, symbolise};
use crate::model::Frame;

/// Frames of one call site, at most.
const FRAMES: usize = 64;

/// Answers where system calls come from; keeps what it learnt of each process.
pub struct Sites {
    interest: Interest,
    walker: Walker,
    processes: HashMap<i32, Process>,
}

/// What is known of one process.
struct Process {
    code: Code,
    python: Option<Python>,
}

impl Default for Sites {
    fn default() -> Self {
        Self::new()
    }
}

impl Sites {
    /// Frames in all files are of interest.
    pub fn new() -> Self {
        Self::of_interest(None)
    }

    /// Only frames in files below this directory, as the program sees it, are of interest.
    ///
    /// Source files (Python's) are then named relative to it.
    pub fn of_interest(directory: Option<&str>) -> Self {
        Self {
            interest: Interest::new(directory),
            walker: Walker::new(),
            processes: HashMap::new(),
        }
    }

    /// Forgets a process: it has ended, or begun another program by execve(2).
    pub fn forget(&mut self, tgid: i32) {
        self.processes.remove(&tgid);
    }

    /// Says that a process has mapped executable memory, or unmapped it.
    ///
    /// Not needed where libraries are only ever added: addresses that are not known make us look
    /// at the mappings again.
    pub fn mapped(&mut self, tgid: i32) {
        if let Some(process) = self.processes.get_mut(&tgid) {
            process.code.mapped();
        }
    }

    /// Whether a Python interpreter was seen in the process: at its last capture, or before.
    pub fn is_python(&self, tgid: i32) -> bool {
        self.processes
            .get(&tgid)
            .is_some_and(|process| process.python.is_some())
    }

    /// The call site of thread `tid` of process `tgid`, which must be stopped in a system call.
    ///
    /// Innermost frame first; empty if it is not known or in no file of interest. A native frame's
    /// address is that of the call, not of what it returns to. In a process with a Python
    /// interpreter, Python's frames follow those of native code that they called: a
    /// [`Frame::Source`] among the frames says that Python code of interest is running, and no
    /// frame at all says that the interpreter, or the loader, is still at its own business.
    ///
    /// `tgid` and `tid` are as the caller sees them, `ns_tid` as the thread itself does
    /// (gettid(2)).
    pub fn capture(
        &mut self,
        tgid: i32,
        tid: i32,
        ns_tid: u32,
        registers: Registers,
    ) -> Vec<Frame> {
        let memory = Memory { tid };
        let process = self.processes.entry(tgid).or_insert_with(|| Process {
            code: Code::new(),
            python: None,
        });
        if process.code.refresh(memory) {
            process.look_for_python(memory, &mut self.walker);
        }
        let (mut frames, is_lost) =
            process.native(memory, registers, &self.interest, &mut self.walker);
        if is_lost && process.code.look_again(memory) {
            process.look_for_python(memory, &mut self.walker);
            (frames, _) = process.native(memory, registers, &self.interest, &mut self.walker);
        }
        if let Some(python) = &mut process.python {
            let thread = Thread::new(memory, ns_tid, registers);
            frames.extend(python.frames(thread, &self.interest, FRAMES - frames.len()));
        }
        frames
    }
}

impl Process {
    /// Looks for a Python interpreter, if none was found: the program, or a library of that name.
    fn look_for_python(&mut self, memory: Memory, walker: &mut Walker) {
        for index in 0..self.code.mappings().len() {
            if self.python.is_some() {
                return;
            }
            let name = self.code.mappings()[index].path.rsplit('/').next();
            // Programs lie below their libraries.
            if (index == 0 || name.is_some_and(|name| name.contains("python")))
                && let Some((image, bias)) = self.code.image(index, memory, &mut walker.images)
            {
                self.python = Python::find(memory, walker.images.get(image), bias);
            }
        }
    }

    /// Native frames of interest, up to the innermost function of Python; and whether the stack
    /// led to code that we know nothing of.
    fn native(
        &mut self,
        memory: Memory,
        registers: Registers,
        interest: &Interest,
        walker: &mut Walker,
    ) -> (Vec<Frame>, bool) {
        let evaluator = self.python.as_ref().map(|python| python.evaluator.clone());
        let mut frames = Vec::new();
        let visit = |code: &Code, place: Place| {
            if evaluator
                .as_ref()
                .is_some_and(|range| range.contains(&place.pc))
            {
                return false;
            }
            let path = &code.mappings()[place.mapping].path;
            if let Some(address) = place.address
                && interest.covers(path)
            {
                frames.push(Frame::Native {
                    module: path.clone(),
                    address,
                });
            }
            frames.len() < FRAMES
        };
        let is_lost = self.code.walk(memory, registers, walker, visit);
        (frames, is_lost)
    }
}
