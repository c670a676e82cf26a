//! What the tracer knows of each task that it holds.

use std::collections::HashMap;

use super::decode::Entered;
use crate::model::Task;

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
    /// The next entry repeats one that was skipped for a strike: it is not counted again.
    pub is_repeating: bool,
    /// The breakpoint at the program's first own instruction: address and the word beneath.
    pub breakpoint: Option<(u64, u64)>,
    /// It is held back by a delay: how it goes on, and when.
    pub held: Option<Held>,
    /// It is in a group stop.
    pub is_stopped: bool,
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
    /// Cut the file of the call's descriptor to so many bytes.
    CutFile(u64),
    /// Give the process so many bytes of address space more, and no further.
    Confine(u64),
}

/// A signal to send, and a call to make again, when a skipped call returns.
#[derive(Clone, Copy, Debug)]
pub struct Owed {
    /// The signal; `None`: only what others do meanwhile.
    pub signo: Option<i32>,
    /// The call's number.
    pub nr: u64,
    /// Its first argument, where the result's register is the argument's.
    pub first_arg: u64,
}

/// A task that is held back.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// When it goes on.
    pub until: std::time::Instant,
    /// It goes on before that when all others rest.
    pub lets_others_go: bool,
}

impl TaskState {
    /// A task that was just seen.
    pub fn new(ns: Task, tgid: i32) -> Self {
        Self {
            ns,
            tgid,
            in_call: None,
            owed: None,
            is_repeating: false,
            breakpoint: None,
            held: None,
            is_stopped: false,
            is_actor: false,
        }
    }
}

impl TaskState {
    /// Whether it is held back until all others rest.
    pub fn lets_others_go(&self) -> bool {
        self.held.is_some_and(|held| held.lets_others_go)
    }
}

/// All traced tasks, by their id in the tracer's pid namespace.
pub type Tasks = HashMap<i32, TaskState>;
