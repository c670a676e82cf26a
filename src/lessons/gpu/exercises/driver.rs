//! Predict what the CUDA driver asks of the kernel for one of its calls, then see it; only where there is a
//! GPU.
//!
//! Their program says a number before each call of the driver's and a word after the last, so that what the
//! kernel was asked in between belongs to it; threads of the driver's are counted in.

use std::collections::BTreeSet;

use crate::lessons::answers::{both_ends, count, number, own, path, prints, said};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, Made};

/// A call of the driver's, how often, and with how many bytes.
fn does(thing: &str, times: u64, bytes: u64) -> Vec<String> {
    vec![thing.to_owned(), times.to_string(), bytes.to_string()]
}

/// Calls of which a process needs one: there is one device, and one context for it.
const ONCE: [&str; 3] = ["init", "hidden", "context"];

/// Calls that are shown of each answer; there may be hundreds.
const MOST_SHOWN: usize = 8;

pub(super) const DOORS: Exercise = Exercise {
    slug: "doors",
    question: "How many different files in /dev does the program open after it has said 1?",
    program: "driver.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "doors");
        let thing = *dice.pick(&["init", "init", "hidden", "context", "alloc", "launch"]);
        does(thing, 1, 1 << 20)
    },
    input: "",
    needs_device: true,
    watch: &["openat", "write"],
    answer: doors,
};

fn doors(recording: &Recording) -> Result<Answer, String> {
    let mut seen = BTreeSet::new();
    let first: Vec<Made<'_>> = within(recording)?
        .filter(|made| made.call.name.starts_with("open") && made.value().is_some())
        .filter_map(|made| Some((made, path(&made)?)))
        .filter(|(_, path)| path.starts_with("/dev/") && seen.insert(*path))
        .map(|(made, _)| made)
        .collect();
    let because =
        "A container is given a GPU by giving it such files: whoever may not open them has none.";
    Ok(counted(&first, because))
}

pub(super) const MAPPINGS: Exercise = Exercise {
    slug: "mappings",
    question: "How many mappings of files in /dev does the program make after it has said 1?",
    program: "driver.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "mappings");
        let thing = *dice.pick(&["init", "context", "context", "alloc", "pinned", "launch"]);
        let times = match ONCE.contains(&thing) {
            true => 1,
            false => dice.between(1, 5),
        };
        does(thing, times, 4 << 20)
    },
    input: "",
    needs_device: true,
    watch: &["mmap", "write"],
    answer: mappings,
};

fn mappings(recording: &Recording) -> Result<Answer, String> {
    let mapped: Vec<Made<'_>> = within(recording)?
        .filter(|made| made.call.name == "mmap" && made.value().is_some())
        .filter(|made| {
            let objects = made.call.args.iter().filter_map(|arg| match arg {
                Arg::Fd(fd) => fd.object.as_ref(),
                _ => None,
            });
            objects
                .into_iter()
                .any(|object| object.name.starts_with("/dev/"))
        })
        .collect();
    let because = "By them, queues for commands, registers, and addresses that shall belong to the GPU alone \
                   become part of the process. What it writes there, the device reads, and nobody asks the \
                   kernel again.";
    Ok(counted(&mapped, because))
}

pub(super) const ASKS: Exercise = Exercise {
    slug: "asks",
    question: "How often is ioctl(2) called after the program has said 1?",
    program: "driver.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "asks");
        let thing = *dice.pick(&["alloc", "alloc", "pinned", "copy", "launch", "wait"]);
        let bytes = *dice.pick(&[4 << 10, 1 << 20, 64 << 20]);
        does(thing, dice.between(2, 40), bytes)
    },
    input: "",
    needs_device: true,
    watch: &["ioctl", "write"],
    answer: asks,
};

fn asks(recording: &Recording) -> Result<Answer, String> {
    let asked: Vec<Made<'_>> = within(recording)?.filter(asks_device).collect();
    let because = match asked.is_empty() {
        true => {
            "What it does goes through memory that the process and the device share: the kernel is not asked."
        }
        false => {
            "The kernel's part of the driver is asked for what only it may give, memory above all. What goes \
             through queues that are mapped needs no call."
        }
    };
    Ok(counted(&asked, because))
}

pub(super) const POOL: Exercise = Exercise {
    slug: "pool",
    question: "For how many of the allocations does the driver call ioctl(2)?",
    program: "driver.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "pool");
        let bytes = *dice.pick(&[4 << 10, 64 << 10, 256 << 10, 512 << 10, 1 << 20, 3 << 20]);
        does("alloc", dice.between(4, 24), bytes)
    },
    input: "",
    needs_device: true,
    watch: &["ioctl", "write"],
    answer: pool,
};

fn pool(recording: &Recording) -> Result<Answer, String> {
    let asked: Vec<usize> = within(recording)?
        .filter(asks_device)
        .map(|made| made.enter)
        .collect();
    let lines: Vec<Made<'_>> = own(recording).filter(prints).collect();
    let asking: Vec<Made<'_>> = lines
        .windows(2)
        .filter(|pair| {
            let place = pair[0].enter..pair[1].enter;
            asked.iter().any(|ask| place.contains(ask))
        })
        .map(|pair| pair[0])
        .collect();
    let because = format!(
        "Of {}. The driver takes memory in pieces of its own size, and gives parts of them away while there \
         are any: so does malloc(3).",
        count(lines.len().saturating_sub(1) as u64, "allocation"),
    );
    Ok(counted(&asking, &because))
}

/// All calls between the program's first line and its last one, whichever thread made them.
fn within(recording: &Recording) -> Result<impl Iterator<Item = Made<'_>>, String> {
    let begin = said(recording, b"1\n")?.enter;
    let end = said(recording, b"end\n")?.enter;
    Ok(recording
        .calls()
        .filter(move |made| (begin + 1..end).contains(&made.enter)))
}

/// Whether it is ioctl(2) of a device.
fn asks_device(made: &Made<'_>) -> bool {
    made.call.name == "ioctl"
}

/// How many there are, with the first of them as the proof.
fn counted(calls: &[Made<'_>], because: &str) -> Answer {
    let because = match calls.len() > MOST_SHOWN {
        true => format!("The first {MOST_SHOWN} are shown. {because}"),
        false => because.to_owned(),
    };
    let first = &calls[..calls.len().min(MOST_SHOWN)];
    number(calls.len() as u64, both_ends(first), because)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a driver did it, but for most of its calls.
    fn traced(between: &str) -> Recording {
        let text = format!(
            "2 execve(\"/usr/bin/python3\", [\"python3\"], []) = 0\n\
             2 openat(AT_FDCWD, \"/dev/urandom\", O_RDONLY) = 3\n\
             2 ioctl(3</dev/urandom [9]>, FIONREAD, 0x7ff0) = 0\n\
             2 write(1<pipe:[7] [7]>, \"1\\n\", 2) = 2\n\
             {between}\
             2 write(1<pipe:[7] [7]>, \"end\\n\", 4) = 4\n\
             2 ioctl(4</dev/nvidiactl [5]>, _IOC(_IOC_READ|_IOC_WRITE, 0x46, 0x29, 0x10), 0x7ff0) = 0\n"
        );
        text.parse().unwrap()
    }

    const ASK: &str = "2 ioctl(4</dev/nvidiactl [5]>, _IOC(_IOC_READ|_IOC_WRITE, 0x46, 0x2b, 0x30), 0x7ff0) = 0\n";

    fn answer(of: fn(&Recording) -> Result<Answer, String>, between: &str) -> String {
        of(&traced(between)).unwrap().accepted.concat()
    }

    #[test]
    fn a_file_that_is_opened_twice_is_one_door() {
        let opened = "2 openat(AT_FDCWD, \"/dev/nvidiactl\", O_RDWR|O_CLOEXEC) = 4\n\
                      2 openat(AT_FDCWD, \"/dev/nvidia0\", O_RDWR|O_CLOEXEC) = 5\n\
                      2 openat(AT_FDCWD, \"/proc/devices\", O_RDONLY) = 6\n\
                      2 openat(AT_FDCWD, \"/dev/nvidia1\", O_RDWR|O_CLOEXEC) = -1 EACCES\n\
                      2 openat(AT_FDCWD, \"/dev/nvidiactl\", O_RDWR|O_CLOEXEC) = 7\n";
        assert_eq!(answer(doors, opened), "2");
        assert_eq!(answer(doors, ""), "0");
    }

    #[test]
    fn mappings_of_devices_are_counted_and_no_others() {
        let mapped = "2 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 139000\n\
                      2 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 4</dev/nvidiactl [5]>, 0) = 140000\n\
                      2 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 9</usr/lib/libc.so.6 [6]>, 0) = 150000\n";
        assert_eq!(answer(mappings, mapped), "1");
    }

    #[test]
    fn what_was_asked_before_and_behind_does_not_count() {
        assert_eq!(answer(asks, ""), "0");
        assert_eq!(answer(asks, &ASK.repeat(3)), "3");
    }

    #[test]
    fn an_allocation_that_asks_twice_is_one() {
        let second = format!(
            "{ASK}{ASK}2 write(1<pipe:[7] [7]>, \"2\\n\", 2) = 2\n\
             2 write(1<pipe:[7] [7]>, \"3\\n\", 2) = 2\n{ASK}"
        );
        assert_eq!(answer(pool, &second), "2");
    }

    #[test]
    fn a_program_that_did_not_come_to_its_end_has_no_answer() {
        let recording: Recording = "\
            2 execve(\"/usr/bin/python3\", [\"python3\"], []) = 0\n\
            2 write(1<pipe:[7] [7]>, \"1\\n\", 2) = 2\n"
            .parse()
            .unwrap();
        for answer in [doors, mappings, asks, pool] {
            assert!(answer(&recording).is_err());
        }
    }
}
