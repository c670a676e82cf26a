//! Which calls have not returned yet, while a time line is walked.

use std::collections::{HashMap, HashSet};

use crate::model::recording::Task;

/// The calls in flight, by task.
#[derive(Debug, Default)]
pub(super) struct OpenCalls {
    by_task: HashMap<Task, Vec<usize>>,
    /// Returned out of turn, and still somewhere in a stack of `by_task`.
    returned: HashSet<usize>,
}

impl OpenCalls {
    /// Task `task` entered a call at event `at`.
    pub(super) fn enter(&mut self, task: Task, at: usize) {
        self.by_task.entry(task).or_default().push(at);
    }

    /// The task's latest call that has not returned.
    pub(super) fn latest(&mut self, task: Task) -> Option<usize> {
        let stack = self.by_task.get_mut(&task)?;
        while let Some(at) = stack.pop_if(|at| self.returned.contains(at)) {
            self.returned.remove(&at);
        }
        stack.last().copied()
    }

    /// The call entered at event `enter` returned.
    pub(super) fn leave(&mut self, task: Task, enter: usize) {
        if self.latest(task) == Some(enter) {
            if let Some(stack) = self.by_task.get_mut(&task) {
                stack.pop();
            }
        } else {
            self.returned.insert(enter);
        }
    }
}
