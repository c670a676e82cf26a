//! What the resource tracker of Python's multiprocessing does, in two scenes; see
//! `Lib/multiprocessing/resource_tracker.py` of CPython.

/// A program, what it is about, and what its end means.
pub(super) struct Scene {
    /// What a player calls it.
    pub(super) order: &'static str,
    pub(super) source: &'static str,
    pub(super) story: &'static str,
    pub(super) meaning: &'static str,
}

/// When the tracker is right, and when it is not.
pub(super) static SCENES: &[Scene] = &[
    Scene {
        order: "python-killed",
        source: "import os, signal\n\
                 from multiprocessing.shared_memory import SharedMemory\n\
                 memory = SharedMemory(create=True, size=4096)\n\
                 os.kill(os.getpid(), signal.SIGKILL)\n",
        story: "A Python program makes a SharedMemory, and is killed by SIGKILL. What is said then:",
        meaning: "Python had started a second process, which holds the reading end of a pipe, sees \
                  that all writers have gone, and removes what they have not.",
    },
    Scene {
        order: "python-attached",
        source: include_str!("../../../../../lessons/shm/code/attach.py"),
        story: "Another one (lessons/shm/code/attach.py) makes a SharedMemory; a second process \
                attaches to it, closes it, and ends. Is it still there for the first?",
        meaning: "Up to Python 3.12, to attach is to be tracked, and a process that is not a child \
                  of the first has a tracker of its own, which takes the memory along. From 3.13 on \
                  there is track=False.",
    },
];

/// A line without the path of the module that has warned.
pub(super) fn short(line: &str) -> String {
    let warning = "UserWarning: ";
    match line.find(warning) {
        Some(at) => line[at + warning.len()..].to_owned(),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_has_no_path() {
        let line = "/usr/lib/python3.11/x.py:254: UserWarning: resource_tracker: leaked";
        assert_eq!(short(line), "resource_tracker: leaked");
        assert_eq!(short("it is still there"), "it is still there");
    }
}
