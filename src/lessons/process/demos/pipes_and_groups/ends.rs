//! Which process holds which end of a pipe, from /proc/PID/fd and /proc/PID/fdinfo.

use std::io;

use crate::sys::proc;

/// The ends of one pipe, with who holds them: the process' name and its descriptor.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// `pipe:[INODE]`.
    pub(super) name: String,
    pub(super) writers: Vec<String>,
    pub(super) readers: Vec<String>,
}

/// How a pipe is called in /proc/PID/fd; see proc_pid_fd(5).
const PIPE: &str = "pipe:";

/// One descriptor of a process: its name, the number, what it refers to, and open(2)'s flags.
type Held<'a> = (&'a str, i32, String, i32);

/// The pipes on which the processes after the first write to each other, and their holders among
/// all, the first included.
pub(super) fn ends(members: &[(&str, i32)]) -> io::Result<Vec<Ends>> {
    let mut held = Vec::new();
    for (name, pid) in members {
        for descriptor in proc::descriptors(*pid)? {
            let target = String::from_utf8_lossy(&descriptor.target).into_owned();
            // A program that has only just begun opens and closes its libraries meanwhile.
            if !target.starts_with(PIPE) {
                continue;
            }
            let flags = proc::descriptor_info(*pid, descriptor.number)?.flags;
            held.push((*name, descriptor.number, target, flags));
        }
    }
    let first = members.first().map_or("", |(name, _)| name);
    Ok(sorted(first, &held))
}

/// In the order of their writers.
fn sorted(first: &str, held: &[Held<'_>]) -> Vec<Ends> {
    let mut pipes: Vec<Ends> = Vec::new();
    let by_others = |held: &&Held<'_>| held.0 != first && held.1 == libc::STDOUT_FILENO;
    for (_, _, target, _) in held.iter().filter(by_others) {
        let mut ends = Ends {
            name: target.clone(),
            ..Ends::default()
        };
        for (name, number, _, flags) in held.iter().filter(|held| held.2 == *target) {
            let holder = format!("{name} {number}");
            match flags & libc::O_ACCMODE {
                libc::O_RDONLY => ends.readers.push(holder),
                _ => ends.writers.push(holder),
            }
        }
        pipes.push(ends);
    }
    pipes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_by_their_flags() {
        let (read, write) = (libc::O_RDONLY, libc::O_WRONLY | libc::O_CLOEXEC);
        let held = [
            ("shell", 0, "pipe:[1]".to_owned(), read),
            ("shell", 1, "pipe:[2]".to_owned(), write),
            ("shell", 5, "pipe:[3]".to_owned(), write),
            ("cat", 1, "pipe:[3]".to_owned(), write),
            ("tr", 0, "pipe:[3]".to_owned(), read),
        ];
        let expected = Ends {
            name: "pipe:[3]".to_owned(),
            writers: vec!["shell 5".to_owned(), "cat 1".to_owned()],
            readers: vec!["tr 0".to_owned()],
        };
        assert_eq!(sorted("shell", &held), [expected]);
    }
}
