//! Which calls of a recording made the descriptors that are still open.

use std::collections::HashMap;

use crate::lessons::sight;
use crate::model::recording::Made;
use crate::model::{Arg, Recording, Task, What};

/// Calls that return a descriptor.
const RETURNING: &[&str] = &[
    "open",
    "openat",
    "openat2",
    "creat",
    "socket",
    "accept",
    "accept4",
    "dup",
    "dup2",
    "dup3",
    "epoll_create1",
    "eventfd2",
    "memfd_create",
    "pidfd_open",
    "signalfd4",
    "timerfd_create",
];

/// What was opened and not closed, as far as the calls were watched.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Openings {
    /// The entry of the call that opened it, and what it is of, in the order of the calls.
    pub(super) open: Vec<(usize, String)>,
    numbers: Vec<i32>,
}

impl Openings {
    /// Follows every descriptor up to an event of a recording.
    ///
    /// A descriptor belongs to the process that opened it; what a child inherits does not count.
    /// Blind spots: descriptors that are received, or made by io_uring or clone3.
    pub(super) fn at(recording: &Recording, end: usize) -> Self {
        let processes = sight::processes(recording);
        let mut open: HashMap<(Task, i64), (usize, String)> = HashMap::new();
        for made in recording
            .calls()
            .filter(|made| made.exit.is_some_and(|exit| exit < end))
        {
            let Some(value) = made.value() else { continue };
            let process = processes.get(&made.task).copied().unwrap_or(made.task);
            match made.call.name.as_str() {
                "close" => {
                    if let Some(number) = number(&made, 0) {
                        open.remove(&(process, number));
                    }
                }
                "close_range" => {
                    let first = number(&made, 0).unwrap_or(0);
                    let last = number(&made, 1).unwrap_or(i64::MAX);
                    open.retain(|(by, number), _| {
                        *by != process || !(first..=last).contains(number)
                    });
                }
                "pipe" | "pipe2" | "socketpair" => {
                    for number in pair(&made) {
                        open.insert((process, number), (made.enter, made.call.name.clone()));
                    }
                }
                "fcntl" if is_dup(&made) => {
                    open.insert((process, value), (made.enter, target(&made)));
                }
                name if RETURNING.contains(&name) => {
                    open.insert((process, value), (made.enter, target(&made)));
                }
                _ => {}
            }
        }
        for event in recording.events.iter().take(end) {
            if let What::End { task, .. } = event.what {
                let is_process = processes.get(&task).is_none_or(|process| *process == task);
                if is_process {
                    open.retain(|(by, _), _| *by != task);
                }
            }
        }
        let mut all: Vec<_> = open.into_iter().collect();
        all.sort_by_key(|((_, number), (enter, _))| (*enter, *number));
        Self {
            numbers: all.iter().map(|((_, number), _)| *number as i32).collect(),
            open: all.into_iter().map(|(_, opened)| opened).collect(),
        }
    }

    /// Leaves out those whose calls do not satisfy `is_kept`.
    pub(super) fn retain(&mut self, is_kept: impl Fn(usize) -> bool) {
        let all = std::mem::take(&mut self.open).into_iter();
        let numbers = std::mem::take(&mut self.numbers);
        for ((enter, object), number) in all.zip(numbers) {
            if is_kept(enter) {
                self.open.push((enter, object));
                self.numbers.push(number);
            }
        }
    }

    /// Leaves out what is no file below a directory.
    pub(super) fn retain_files(&mut self, directory: &str) {
        let is_below = |name: &str| {
            let rest = name.strip_prefix(directory);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let all = std::mem::take(&mut self.open).into_iter();
        let numbers = std::mem::take(&mut self.numbers);
        for ((enter, object), number) in all.zip(numbers) {
            if is_below(&object) {
                self.open.push((enter, object));
                self.numbers.push(number);
            }
        }
    }

    /// The call that opened the one with this number.
    pub(super) fn last_with_number(&self, number: i32) -> Option<usize> {
        let at = self.numbers.iter().rposition(|one| *one == number)?;
        self.open.get(at).map(|(enter, _)| *enter)
    }
}

fn number(made: &Made<'_>, nth: usize) -> Option<i64> {
    match made.call.args.get(nth) {
        Some(Arg::Fd(fd)) => Some(i64::from(fd.number)),
        Some(Arg::Int(number)) => Some(*number),
        _ => None,
    }
}

/// The two descriptors of a pair: `[3<pipe:[7]>, 4<pipe:[7]>]`.
fn pair(made: &Made<'_>) -> Vec<i64> {
    let words = made.call.args.iter().filter_map(|arg| match arg {
        Arg::Word(word) => word.strip_prefix('['),
        _ => None,
    });
    words
        .flat_map(|word| word.split(", "))
        .filter_map(|one| {
            let digits = one.find(|c: char| !c.is_ascii_digit()).unwrap_or(one.len());
            one[..digits].parse().ok()
        })
        .collect()
}

fn is_dup(made: &Made<'_>) -> bool {
    matches!(made.call.args.get(1), Some(Arg::Word(word)) if word.starts_with("F_DUPFD"))
}

fn target(made: &Made<'_>) -> String {
    let object = made.returned.and_then(|returned| returned.object.as_ref());
    object.map_or_else(|| made.call.name.clone(), |object| object.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_is_open_no_more_and_numbers_are_used_again() {
        let trace = r#"
            2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 3</lab/a [8]>
            2 close(3</lab/a [8]>) = 0
            2 openat(AT_FDCWD, "/lab/b", O_RDONLY) = 3</lab/b [9]>
            2 openat(AT_FDCWD, "/lab/c", O_RDONLY) = -1 ENOENT
            2 pipe2([4<pipe:[7]>, 5<pipe:[7]>], O_CLOEXEC) = 0
            2 close(5<pipe:[7]>) = 0
            2 fork 3
            3 close(4<pipe:[7]>) = 0
            3 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 9</lab/a [8]>
            3 +++ exit 0
        "#;
        let recording: Recording = trace.parse().unwrap();
        let openings = Openings::at(&recording, usize::MAX);
        let names: Vec<&str> = openings.open.iter().map(|(_, name)| &**name).collect();
        assert_eq!(names, ["/lab/b", "pipe2"]);
        assert_eq!(openings.last_with_number(3), Some(4));
        assert_eq!(openings.last_with_number(4), Some(8));
        assert_eq!(openings.last_with_number(5), None);
    }

    #[test]
    fn threads_share_a_table() {
        let trace = r#"
            2 thread 3
            3 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 3</lab/a [8]>
            2 close_range(3, 4294967295, 0) = 0
        "#;
        let recording: Recording = trace.parse().unwrap();
        assert_eq!(Openings::at(&recording, usize::MAX).open, []);
    }
}
