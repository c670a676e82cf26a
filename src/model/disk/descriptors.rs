//! Which descriptors write through: what each task's numbers were opened with.

use std::collections::HashMap;

use crate::model::experiment::SUBMISSION_DIR;
use crate::model::recording::{Fd, Task};

/// What a process has open, and where it is.
#[derive(Clone, Debug)]
struct Process {
    /// For each descriptor that was seen to be opened: whether with O_DSYNC or O_SYNC.
    opened: HashMap<i32, bool>,
    /// Its working directory.
    directory: String,
}

/// Descriptors and working directories of all processes.
///
/// A process that shares its descriptors with another one without being its thread (CLONE_FILES)
/// is taken to have a copy.
#[derive(Debug, Default)]
pub(super) struct Descriptors {
    /// Threads by their process.
    leader: HashMap<Task, Task>,
    processes: HashMap<Task, Process>,
}

impl Default for Process {
    fn default() -> Self {
        Self {
            opened: HashMap::new(),
            directory: SUBMISSION_DIR.to_owned(),
        }
    }
}

impl Descriptors {
    /// Task `task` started `child`; see clone(2).
    pub(super) fn fork(&mut self, task: Task, child: Task, is_thread: bool) {
        if is_thread {
            let leader = self.leader_of(task);
            self.leader.insert(child, leader);
        } else {
            self.leader.remove(&child);
            let copy = self.process(task).clone();
            self.processes.insert(child, copy);
        }
    }

    /// Task `task` began a new program; descriptors with close-on-exec are gone.
    pub(super) fn exec(&mut self, task: Task, fds: &[Fd]) {
        self.process(task)
            .opened
            .retain(|number, _| fds.iter().any(|fd| fd.number == *number));
    }

    /// A descriptor was opened.
    pub(super) fn open(&mut self, task: Task, number: i32, is_synchronous: bool) {
        self.process(task).opened.insert(number, is_synchronous);
    }

    /// A descriptor was duplicated; see dup(2).
    pub(super) fn duplicate(&mut self, task: Task, from: i32, to: i32) {
        let opened = &mut self.process(task).opened;
        match opened.get(&from).copied() {
            Some(is_synchronous) => opened.insert(to, is_synchronous),
            None => opened.remove(&to),
        };
    }

    /// A descriptor was closed.
    pub(super) fn close(&mut self, task: Task, number: i32) {
        self.process(task).opened.remove(&number);
    }

    /// Whether writes through the descriptor are synchronous; `None` if it came from where we do
    /// not look (SCM_RIGHTS).
    pub(super) fn is_synchronous(&mut self, task: Task, number: i32) -> Option<bool> {
        self.process(task).opened.get(&number).copied()
    }

    /// The task's working directory.
    pub(super) fn directory(&mut self, task: Task) -> &str {
        &self.process(task).directory
    }

    /// The task changed its working directory.
    pub(super) fn change_directory(&mut self, task: Task, to: String) {
        self.process(task).directory = to;
    }

    fn leader_of(&self, task: Task) -> Task {
        self.leader.get(&task).copied().unwrap_or(task)
    }

    fn process(&mut self, task: Task) -> &mut Process {
        let leader = self.leader_of(task);
        self.processes.entry(leader).or_default()
    }
}
