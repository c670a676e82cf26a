//! Which descriptors each process has opened and not closed.

use std::collections::BTreeMap;

use crate::lessons::sight;
use crate::model::recording::Made;
use crate::model::{Arg, Recording, Task, What};

/// A descriptor: of which process, and its number.
type Key = (Task, i32);

/// A descriptor that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    /// The entry of the call that opened it.
    pub(super) enter: usize,
    /// What it is of, as the kernel names it.
    pub(super) name: String,
}

/// The descriptors that processes have opened themselves and still hold, event by event.
///
/// What a process inherits does not count, nor what it had before its program's own code ran.
/// Blind spots: descriptors that are received, and clone3(2) with CLONE_FILES and no CLONE_THREAD.
pub(super) struct Openings<'a> {
    recording: &'a Recording,
    calls: BTreeMap<usize, Made<'a>>,
    threads: std::collections::HashMap<Task, Task>,
    open: BTreeMap<Key, Opened>,
    next: usize,
}

impl<'a> Openings<'a> {
    /// Before the first event.
    pub(super) fn new(recording: &'a Recording) -> Self {
        let returned = |made: Made<'a>| made.exit.map(|exit| (exit, made));
        Self {
            recording,
            calls: recording.calls().filter_map(returned).collect(),
            threads: sight::processes(recording),
            open: BTreeMap::new(),
            next: 0,
        }
    }

    /// Takes in all events before `event`.
    pub(super) fn up_to(&mut self, event: usize) {
        let recording = self.recording;
        let events = &recording.events;
        while self.next < event.min(events.len()) {
            let at = self.next;
            self.next += 1;
            match &events[at].what {
                What::Exit { .. } => {
                    if let Some(made) = self.calls.get(&at).copied() {
                        self.returned(&made);
                    }
                }
                What::Exec(task, _) | What::Begin(task) => {
                    // What is inherited is not its own; what the loader and the interpreter hold is
                    // theirs.
                    let process = self.process(*task);
                    self.open.retain(|(by, _), _| *by != process);
                }
                What::End { task, .. } if self.process(*task) == *task => {
                    self.open.retain(|(by, _), _| by != task);
                }
                _ => {}
            }
        }
    }

    /// What a process holds now that it opened.
    pub(super) fn held_by(&self, process: Task) -> impl Iterator<Item = (i32, &Opened)> {
        let held = self.open.iter().filter(move |((by, _), _)| *by == process);
        held.map(|((_, number), opened)| (*number, opened))
    }

    /// The process that a task is of.
    pub(super) fn process(&self, task: Task) -> Task {
        self.threads.get(&task).copied().unwrap_or(task)
    }

    fn returned(&mut self, made: &Made<'_>) {
        let process = self.process(made.task);
        match made.call.name.as_str() {
            // Whatever it returns but EBADF, the number is free, or was meant to be; see close(2).
            "close" => {
                if let Some(number) = number(made, 0) {
                    self.open.remove(&(process, number));
                }
            }
            "close_range" if made.value().is_some() && !is_cloexec(made) => {
                let first = number(made, 0).unwrap_or(0);
                let last = number(made, 1)
                    .filter(|last| *last >= 0)
                    .unwrap_or(i32::MAX);
                self.open
                    .retain(|(by, number), _| *by != process || !(first..=last).contains(number));
            }
            _ => {
                let Some(returned) = made.returned.filter(|answer| answer.errno.is_none()) else {
                    return;
                };
                if let (Some(object), Ok(number)) =
                    (&returned.object, i32::try_from(returned.value))
                {
                    let opened = Opened {
                        enter: made.enter,
                        name: object.name.clone(),
                    };
                    self.open.insert((process, number), opened);
                }
            }
        }
    }
}

fn number(made: &Made<'_>, nth: usize) -> Option<i32> {
    match made.call.args.get(nth) {
        Some(Arg::Fd(fd)) => Some(fd.number),
        Some(Arg::Int(number)) => Some(i32::try_from(*number).unwrap_or(i32::MAX)),
        _ => None,
    }
}

/// Whether a close_range(2) closes only at the next exec.
fn is_cloexec(made: &Made<'_>) -> bool {
    matches!(made.call.args.get(2), Some(Arg::Word(word)) if word.contains("CLOEXEC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_used_again_and_threads_share_a_table() {
        let recording: Recording = r#"
            2 openat(AT_FDCWD, "/lab/z", O_RDONLY) = 9</lab/z [7]>
            2 begin
            2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 3</lab/a [8]>
            2 dup(3</lab/a [8]>) = 4</lab/a [8]>
            2 close(3</lab/a [8]>) = 0
            2 openat(AT_FDCWD, "/lab/b", O_RDONLY) = 3</lab/b [9]>
            2 openat(AT_FDCWD, "/lab/c", O_RDONLY) = -1 ENOENT
            2 thread 3
            3 close(4</lab/a [8]>) = -1 EINTR
            2 fork 5
            5 openat(AT_FDCWD, "/lab/d", O_RDONLY) = 4</lab/d [6]>
        "#
        .parse()
        .unwrap();
        let mut openings = Openings::new(&recording);
        openings.up_to(usize::MAX);
        let held = |process| -> Vec<(i32, String)> {
            (openings.held_by(process))
                .map(|(number, one)| (number, one.name.clone()))
                .collect()
        };
        assert_eq!(held(2), [(3, "/lab/b".to_owned())]);
        assert_eq!(held(5), [(4, "/lab/d".to_owned())]);
    }

    #[test]
    fn what_a_program_inherits_is_not_its_own() {
        let recording: Recording = r#"
            2 openat(AT_FDCWD, "/lab/b", O_RDONLY) = 4</lab/b [9]>
            2 dup2(4</lab/b [9]>, 0) = 0</lab/b [9]>
            2 exec "/bin/cat" fds=0</lab/b [9]>
            2 openat(AT_FDCWD, "/lab/c", O_RDONLY) = 3</lab/c [8]>
        "#
        .parse()
        .unwrap();
        let mut openings = Openings::new(&recording);
        openings.up_to(usize::MAX);
        let numbers: Vec<i32> = openings.held_by(2).map(|(number, _)| number).collect();
        assert_eq!(numbers, [3]);
    }
}
