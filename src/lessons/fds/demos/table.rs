//! Descriptors, open file descriptions and an inode, drawn from what the kernel says across open,
//! dup, a second open, fork and unlink.
//!
//! See open(2), "Open file descriptions"; kcmp(2); proc_pid_fdinfo(5).

pub(super) mod player;

use std::cmp::Ordering;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;

use anyhow::Context;

use crate::lessons::columns::{bold, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::{kcmp, proc, temporary};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "table",
    title: "three tables: descriptors, descriptions, an inode; who shares the offset",
    run,
};

/// What is in the file that the player opens.
const CONTENT: &str = "0123456789abcdef";

/// One step: what the player is told, and what it means.
struct Scene {
    orders: &'static [&'static str],
    calls: &'static str,
    meaning: &'static str,
}

/// In teaching order. `first`, `copy` and `second` are the player's names for its descriptors.
const SCENES: &[Scene] = &[
    Scene {
        orders: &["open first", "read first 4"],
        calls: "open, read 4 bytes",
        meaning: "The offset is not in the descriptor, but in what it leads to.",
    },
    Scene {
        orders: &["dup first copy", "read copy 4"],
        calls: "dup, read 4 bytes from the duplicate",
        meaning: "Two numbers, one description: the first has moved as well.",
    },
    Scene {
        orders: &["open second", "read second 1"],
        calls: "open again, read 1 byte",
        meaning: "A second open is a second description of the same file, with its own offset.",
    },
    Scene {
        orders: &["fork", "child-read first 4"],
        calls: "fork; the child reads 4 bytes from the first",
        meaning: "The child has a table of its own, whose entries lead to the same descriptions: \
                  what it has read, its parent will not read.",
    },
    Scene {
        orders: &["unlink", "close first", "close copy", "close second"],
        calls: "unlink the name; the parent closes all three",
        meaning: "No name is left and the parent has nothing. The file lives on in the child: this \
                  is how a disk gets full of files that du does not find.",
    },
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("Three tables", options.color))?;
    let story = "A process opens a file, and then does things with the descriptor. After each \
                 step /proc/PID/fdinfo is asked for offset and mode, kcmp(2) for who shares an \
                 open file description, and stat(2) for the inode.";
    writeln!(out, "{}", prose(story))?;
    out.flush()?;
    let directory = temporary::directory().context("cannot make a temporary directory")?;
    let path = directory.path().join("notes");
    fs::write(&path, CONTENT)?;
    let path = path
        .to_str()
        .context("the temporary directory has no name")?;
    let mut player = Player::start("table", &[path], options)?;
    player.hear()?;
    let inode = fs::metadata(path)?.ino();
    let mut family = vec![("parent", player.pid())];
    for scene in SCENES {
        options.go_on()?;
        for order in scene.orders {
            let answer = player.ask(order)?;
            if *order == "fork" {
                family.push(("child", answer.parse()?));
            }
        }
        let entries = match look(&family, inode) {
            Ok(entries) => entries,
            Err(error) => {
                let why = format!("Not shown here: who shares a description ({error}).");
                out.write_all(prose(&why).as_bytes())?;
                return Ok(());
            }
        };
        writeln!(out, "{}\n", bold(scene.calls, options.color))?;
        writeln!(out, "{}", drawn(&entries))?;
        writeln!(out, "{}", prose(scene.meaning))?;
        out.flush()?;
    }
    let read_on = "Try it yourself: `cat /proc/self/fdinfo/0`, and `(read a; read b) <file` \
                   against `read a <file; read b <file`. Read on: `syslab fds read tables`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// A descriptor that leads to the file, with all that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    who: &'static str,
    pid: i32,
    number: i32,
    /// Which description, in order of appearance.
    description: usize,
    offset: u64,
    mode: &'static str,
    /// The inode's number, names and size.
    inode: (u64, u64, u64),
}

/// The descriptors of these processes that lead to the file with this inode, by description.
fn look(family: &[(&'static str, i32)], inode: u64) -> io::Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut descriptions: Vec<kcmp::Of> = Vec::new();
    for (who, pid) in family {
        for number in proc::descriptor_numbers(*pid)? {
            // Its place in /proc leads to the file itself, whatever its name.
            let file = fs::metadata(format!("/proc/{pid}/fd/{number}"))?;
            if file.ino() != inode || !file.is_file() {
                continue;
            }
            let info = proc::descriptor_info(*pid, number)?;
            let description = find(&descriptions, (*pid, number))?;
            if description == descriptions.len() {
                descriptions.push((*pid, number));
            }
            entries.push(Entry {
                who,
                pid: *pid,
                number,
                description,
                offset: info.position,
                mode: mode(info.flags),
                inode: (file.ino(), file.nlink(), file.size()),
            });
        }
    }
    entries.sort_by_key(|entry| (entry.description, entry.pid, entry.number));
    Ok(entries)
}

/// Which of these descriptions a descriptor leads to; their number, if none.
fn find(descriptions: &[kcmp::Of], descriptor: kcmp::Of) -> io::Result<usize> {
    for (nth, known) in descriptions.iter().enumerate() {
        if kcmp::descriptions(*known, descriptor)? == Ordering::Equal {
            return Ok(nth);
        }
    }
    Ok(descriptions.len())
}

/// The mode that the flags of an open file description say; see open(2).
fn mode(flags: i32) -> &'static str {
    match flags & libc::O_ACCMODE {
        libc::O_RDONLY => "O_RDONLY",
        libc::O_WRONLY => "O_WRONLY",
        _ => "O_RDWR",
    }
}

/// The three tables, side by side; entries that share a description stand together.
fn drawn(entries: &[Entry]) -> String {
    let mut text = String::new();
    let last_description = entries.last().map(|entry| entry.description);
    for (nth, entry) in entries.iter().enumerate() {
        let goes_on = |other: Option<&Entry>| {
            other.is_some_and(|other| other.description == entry.description)
        };
        let next = entries.get(nth + 1);
        let is_shared = goes_on(next)
            || nth
                .checked_sub(1)
                .is_some_and(|at| goes_on(entries.get(at)));
        let holder = format!("  {} {}  {:>3} ", entry.who, entry.pid, entry.number);
        let link = if is_shared { "--+" } else { "---" };
        // What is shared is written once, beside the last who share it.
        let line = if goes_on(next) {
            let is_inner = nth > 0 && entries.iter().any(|e| e.description < entry.description);
            let margin = if is_inner { "|" } else { "" };
            format!("{holder:<24}{link}{:28}{margin}", "")
        } else {
            let description = format!("-> offset {}, {} ", entry.offset, entry.mode);
            let (inode, names, size) = entry.inode;
            let names = match names {
                1 => "1 name".to_owned(),
                count => format!("{count} names"),
            };
            let is_last = Some(entry.description) == last_description;
            let end = if is_last {
                format!("-> inode {inode}")
            } else {
                String::new()
            };
            let below = if is_last {
                format!("\n{:58}{names}\n{:58}{size} bytes", "", "")
            } else {
                String::new()
            };
            format!("{holder:<24}{link}{description:-<28}+{end}{below}")
        };
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(who: &'static str, number: i32, description: usize, offset: u64) -> Entry {
        Entry {
            who,
            pid: if who == "child" { 12 } else { 11 },
            number,
            description,
            offset,
            mode: "O_RDONLY",
            inode: (812, 1, 16),
        }
    }

    #[test]
    fn who_shares_stands_together() {
        let picture = drawn(&[
            entry("parent", 3, 0, 8),
            entry("parent", 4, 0, 8),
            entry("child", 3, 0, 8),
            entry("parent", 5, 1, 1),
        ]);
        assert_eq!(
            picture,
            "  parent 11    3        --+
  parent 11    4        --+
  child 12    3         --+-> offset 8, O_RDONLY ------+
  parent 11    5        ----> offset 1, O_RDONLY ------+-> inode 812
                                                          1 name
                                                          16 bytes
"
        );
    }

    #[test]
    fn modes_are_told_by_two_bits() {
        assert_eq!(mode(0o2_100_000), "O_RDONLY");
        assert_eq!(mode(0o102_001), "O_WRONLY");
        assert_eq!(mode(0o100_002), "O_RDWR");
    }
}
