//! What the tracer knows of each task that it holds.

use std::collections::HashMap;
use std::time::Instant;

use super::decode::Entered;
use crate::model::Task;

/// Why a call is entered once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Something came before it, and all that strikes it has been asked.
    Skipped,
    /// Others went first: what else strikes it has not been asked yet.
    OthersFirst,
}

/// One traced thread.
#[derive(Debug)]
pub struct TaskState {
    /// Its id as the program sees it.
    pub ns: Task,
    /// The process that it belongs to, in the tracer's pid namespace.
    pub tgid: i32,
    /// The call that it is in, if it was seen entering one.
    pub in_call: Option<InCall>,
    /// A strike that comes when the skipped call has returned.
    pub owed: Option<Owed>,
    /// The next entry repeats one that was skipped: it is not counted again.
    pub repeats: Option<Repeat>,
    /// The breakpoint at the program's first own instruction: address and the word beneath.
    pub breakpoint: Option<(u64, u64)>,
    /// It is held back by a delay: how it goes on, and when.
    pub held: Option<Held>,
    /// A call that nobody watches, whose return is waited for; see `stores`.
    pub passing: Option<Entered>,
    /// It is held back just before a store: where the recording says so.
    pub before_store: Option<usize>,
    /// It is in a group stop.
    pub is_stopped: bool,
    /// It was stopped for good, wherever it was, perhaps at its own end.
    pub is_halted: bool,
    /// It has its parent's memory until it begins another program: vfork(2).
    pub has_borrowed: bool,
    /// It has been seen to end, and its memory may be gone.
    pub is_exiting: bool,
    /// It is the experiment's own program, or of it: no fault strikes it.
    pub is_actor: bool,
}

/// A call between its entry and its return.
#[derive(Debug)]
pub struct InCall {
    /// Index of the entry in the recording.
    pub enter: usize,
    /// Registers as decoded at the entry.
    pub entered: Entered,
    /// What a fault has to do at the return.
    pub at_exit: Vec<AtExit>,
    /// Whether the answer is a lie.
    pub is_injected: bool,
}

impl InCall {
    /// Whether its return is held back until all others rest.
    pub fn lets_others_go(&self) -> bool {
        self.at_exit
            .iter()
            .any(|work| matches!(work, AtExit::OthersNext))
    }
}

/// Work for the return of a call.
#[derive(Clone, Debug)]
pub enum AtExit {
    /// Put an argument register back.
    RestoreArg(usize, u64),
    /// Put a word of memory back.
    RestoreWord(u64, u64),
    /// Signal the first process.
    Signal(i32),
    /// Hold the return back.
    Delay(std::time::Duration),
    /// Hold the return back until all others rest.
    OthersNext,
    /// Cut the file of the call's descriptor to so many bytes.
    CutFile(u64),
    /// Give the process so many bytes of address space more, and no further.
    Confine(u64),
}

/// What is to be done when a skipped call returns, before it is made again.
#[derive(Clone, Copy, Debug)]
pub struct Owed {
    /// What.
    pub debt: Debt,
    /// The call's number.
    pub nr: u64,
    /// Its first argument, where the result's register is the argument's.
    pub first_arg: u64,
}

/// What is done between a call that was skipped and its repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debt {
    /// The first process gets this signal.
    Signal(i32),
    /// Others do what they have to do.
    OthersFirst,
    /// The memory that it shares is opened; see `stores`.
    OpenMemory,
    /// Its process is killed: there is no repetition.
    Kill,
}

/// A task that is held back: until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Until this moment.
    Until(Instant),
    /// Until all others rest, and at the longest until this moment.
    UntilOthersRest {
        /// Until this moment only who sleeps for good is at rest: who sleeps for a time may wake.
        naps: Instant,
        /// At the longest.
        end: Instant,
    },
    /// Until the world says so.
    UntilTold,
}

impl TaskState {
    /// A task that was just seen.
    pub fn new(ns: Task, tgid: i32) -> Self {
        Self {
            ns,
            tgid,
            in_call: None,
            owed: None,
            repeats: None,
            breakpoint: None,
            held: None,
            passing: None,
            before_store: None,
            is_stopped: false,
            is_halted: false,
            has_borrowed: false,
            is_exiting: false,
            is_actor: false,
        }
    }
}

impl TaskState {
    /// Whether it is held back until all others rest.
    pub fn lets_others_go(&self) -> bool {
        matches!(self.held, Some(Held::UntilOthersRest { .. }))
    }
}

/// All traced tasks, by their id in the tracer's pid namespace.
pub type Tasks = HashMap<i32, TaskState>;
