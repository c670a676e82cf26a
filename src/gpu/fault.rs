//! What a kernel did wrong, where, and who did it first.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::launch::Dim3;

/// A line of the program under test.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site {
    /// The file as the compiler names it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl Site {
    /// The file without its directories.
    pub fn name(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or(&self.file)
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name(), self.line)
    }
}

/// A thread of a launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct At {
    /// Its `blockIdx`.
    pub block: Dim3,
    /// Its `threadIdx`.
    pub thread: Dim3,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "block {}, thread {}", self.block, self.thread)
    }
}

/// A state space of the PTX ISA, as far as a fault can be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Space {
    /// Device memory.
    Global,
    /// A block's own.
    Shared,
    /// A thread's own.
    Local,
    /// Device memory that a kernel may only read.
    Const,
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Global => "global",
            Self::Shared => "shared",
            Self::Local => "local",
            Self::Const => "constant",
        })
    }
}

/// The kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// An access outside of every buffer.
    OutOfBounds,
    /// An access at an address that is no multiple of its size.
    Misaligned,
    /// An access through a null pointer, or near it.
    NullPointer,
    /// An access to a buffer that was freed.
    UseAfterFree,
    /// A read of bytes that nothing ever wrote.
    Uninitialised,
    /// Two accesses that nothing orders, one of them a write.
    Race,
    /// Threads of a block that meet at different `__syncthreads()`.
    DivergentBarrier,
    /// A barrier which threads of the block never reach because they returned before it.
    ///
    /// Undefined by the CUDA C++ Programming Guide, tolerated by the hardware.
    ExitedBarrier,
    /// Threads that wait for each other for ever.
    Deadlock,
    /// A warp primitive whose mask names a lane that does not take part, or that reads from one.
    InactiveLane,
    /// More instructions than a launch may execute.
    Endless,
    /// A failed `assert`.
    Assert,
    /// `__trap()`, or a call through a pointer that is no function's.
    Trap,
    /// Calls nested too deeply.
    StackOverflow,
    /// A write to constant memory.
    WriteToConstant,
}

impl FaultKind {
    /// Whether a GPU ends the launch for it.
    pub fn ends_a_launch(self) -> bool {
        !matches!(
            self,
            Self::Uninitialised
                | Self::Race
                | Self::DivergentBarrier
                | Self::ExitedBarrier
                | Self::InactiveLane
        )
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfBounds => "out of bounds",
            Self::Misaligned => "misaligned",
            Self::NullPointer => "null pointer",
            Self::UseAfterFree => "use after free",
            Self::Uninitialised => "uninitialised",
            Self::Race => "race",
            Self::DivergentBarrier => "divergent barrier",
            Self::ExitedBarrier => "exited before a barrier",
            Self::Deadlock => "deadlock",
            Self::InactiveLane => "inactive lane",
            Self::Endless => "endless",
            Self::Assert => "assert",
            Self::Trap => "trap",
            Self::StackOverflow => "stack overflow",
            Self::WriteToConstant => "write to constant memory",
        })
    }
}

/// One mistake at one place, however often it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What kind of mistake.
    pub kind: FaultKind,
    /// The innermost line in a file of the program's own; absent without line information.
    pub site: Option<Site>,
    /// From there outwards: where the function of `site` was inlined, and that one, and so on.
    pub inlined: Vec<Site>,
    /// The other access of a race; the barrier that others wait at.
    pub other: Option<Site>,
    /// Who did it first.
    pub at: At,
    /// Who made the other access, or waits elsewhere.
    pub other_at: Option<At>,
    /// The memory it was in.
    pub space: Option<Space>,
    /// The buffer's or variable's name; the nearest one of an access outside of all.
    pub buffer: Option<String>,
    /// One sentence without site and thread.
    pub text: String,
    /// How often in this launch.
    pub times: u64,
}
