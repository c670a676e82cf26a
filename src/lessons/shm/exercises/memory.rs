//! Exercises about shared memory: who may write to it, and what is left of it.

use std::collections::BTreeMap;

use crate::lessons::answers::{both_ends, count, number, own};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, ExitStatus, Made};
use crate::model::text::{errno_name, signal_name};

/// Where POSIX shared memory has its names.
const NAMES: &[u8] = b"/dev/shm/";

pub(super) const RIGHTS: Exercise = Exercise {
    slug: "rights",
    question: "What does the program print, 1 or 2? Or what keeps it from that: the errno of a \
               call, or a signal.",
    program: "rights.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "rights");
        let mut args = vec![
            (*dice.pick(&["ro", "rw"])).to_owned(),
            (*dice.pick(&["shared", "shared", "private"])).to_owned(),
            (*dice.pick(&["r", "rw"])).to_owned(),
        ];
        if dice.between(0, 2) > 0 {
            args.push((*dice.pick(&["r", "rw"])).to_owned());
        }
        args
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "mmap", "mprotect", "write"],
    answer: rights,
};

/// What was printed, or what prevented it.
fn rights(recording: &Recording) -> Result<Answer, String> {
    let is_of_memory = |made: &Made<'_>| {
        matches!(made.call.name.as_str(), "mmap" | "mprotect") || opens_a_name(made)
    };
    let opened = own(recording)
        .filter(opens_a_name)
        .last()
        .ok_or("no shared memory was opened")?;
    let after: Vec<Made<'_>> = own(recording)
        .filter(|made| made.enter >= opened.enter && is_of_memory(made))
        .collect();
    let mut evidence = both_ends(&after);
    if let Some(failed) = after.iter().find(|made| made.errno().is_some()) {
        let errno = failed.errno().unwrap_or_default();
        return Ok(Answer {
            accepted: vec![errno_name(errno).into_owned(), errno.to_string()],
            evidence,
            because: "A shared mapping that may be written needs a descriptor that may be \
                      written, and mprotect gives no more than mmap would have given."
                .to_owned(),
        });
    }
    let (end, status) = recording.outcome().ok_or("the program did not end")?;
    if let ExitStatus::Signal(signo) = status {
        evidence.push(end);
        let name = signal_name(signo);
        let short = name.trim_start_matches("SIG").to_owned();
        return Ok(Answer {
            accepted: vec![name, short, signo.to_string()],
            evidence,
            because: "The page may only be read, and there is no errno for a store.".to_owned(),
        });
    }
    let (said, text) = printed(recording)?;
    evidence.extend(both_ends(&[said]));
    let because = match text.as_str() {
        "1" => "The store went to a copy of the page that is the process' own.",
        _ => "The mapping is the object, and the store has changed it.",
    };
    Ok(Answer {
        accepted: vec![text],
        evidence,
        because: because.to_owned(),
    })
}

/// The last line that was written to standard output.
fn printed(recording: &Recording) -> Result<(Made<'_>, String), String> {
    let said = own(recording)
        .filter(|made| {
            made.call.name == "write"
                && matches!(made.call.args.first(), Some(Arg::Fd(fd)) if fd.number == 1)
        })
        .last()
        .ok_or("the program printed nothing")?;
    match said.call.args.get(1) {
        Some(Arg::Str(bytes)) => Ok((said, String::from_utf8_lossy(&bytes.data).trim().to_owned())),
        _ => Err("what the program printed is not known".to_owned()),
    }
}

/// The name in /dev/shm that a call is about.
fn name<'a>(made: &Made<'a>) -> Option<&'a [u8]> {
    made.call.args.iter().find_map(|arg| match arg {
        Arg::Str(path) => path.data.strip_prefix(NAMES),
        _ => None,
    })
}

fn opens_a_name(made: &Made<'_>) -> bool {
    made.call.name.starts_with("open") && name(made).is_some()
}

pub(super) const LEFT: Exercise = Exercise {
    slug: "left",
    question: "How many bytes of the shared memory that the program has asked for are still there \
               when it has ended?",
    program: "left.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "left");
        let mut steps = Vec::new();
        let mut named: Vec<&str> = Vec::new();
        let mut has_segment = false;
        for _ in 0..dice.between(5, 8) {
            let size = 100 * dice.between(1, 90);
            let rest: Vec<&str> = ["a", "b", "c"]
                .into_iter()
                .filter(|name| !named.contains(name))
                .collect();
            match dice.between(0, 6) {
                0 | 1 if !rest.is_empty() => {
                    let name = *dice.pick(&rest);
                    named.push(name);
                    steps.push(format!("+{name}={size}"));
                }
                2 if !named.is_empty() => {
                    let name = *dice.pick(&named);
                    named.retain(|one| *one != name);
                    steps.push(format!("-{name}"));
                }
                3 if has_segment => {
                    has_segment = false;
                    steps.push("remove".to_owned());
                }
                4 => steps.push(format!("memfd={size}")),
                _ => {
                    has_segment = true;
                    steps.push(format!("system-v={size}"));
                }
            }
        }
        steps
    },
    input: "",
    needs_device: false,
    watch: &[
        "open",
        "openat",
        "unlink",
        "unlinkat",
        "memfd_create",
        "ftruncate",
        "shmget",
        "shmat",
        "shmctl",
    ],
    answer: left,
};

/// What still has a name, and what is still a segment.
fn left(recording: &Recording) -> Result<Answer, String> {
    let mut named: BTreeMap<&[u8], (i64, Made<'_>)> = BTreeMap::new();
    let mut segments: BTreeMap<i64, (i64, Made<'_>)> = BTreeMap::new();
    // The name under which a number was opened.
    let mut open: BTreeMap<i64, &[u8]> = BTreeMap::new();
    let mut made_any = false;
    for made in own(recording) {
        let Some(value) = made.value() else { continue };
        let int = |at: usize| match made.call.args.get(at) {
            Some(Arg::Int(number)) => Some(*number),
            Some(Arg::Fd(fd)) => Some(i64::from(fd.number)),
            _ => None,
        };
        match made.call.name.as_str() {
            "open" | "openat" => {
                open.remove(&value);
                if let Some(name) = name(&made) {
                    open.insert(value, name);
                    named.insert(name, (0, made));
                }
            }
            "memfd_create" => {
                made_any = true;
                open.remove(&value);
            }
            "ftruncate" => {
                let name = int(0).and_then(|fd| open.get(&fd));
                if let (Some(name), Some(size)) = (name, int(1))
                    && let Some(object) = named.get_mut(name)
                {
                    object.0 = size;
                }
            }
            "unlink" | "unlinkat" => {
                if let Some(name) = name(&made) {
                    named.remove(name);
                }
            }
            "shmget" => {
                let size = int(1).ok_or("the size of a segment is not known")?;
                segments.insert(value, (size, made));
            }
            "shmctl" if removes(&made) => {
                if let Some(id) = int(0) {
                    segments.remove(&id);
                }
            }
            _ => continue,
        }
        made_any |= opens_a_name(&made) || made.call.name == "shmget";
    }
    if !made_any {
        return Err("no shared memory was made".to_owned());
    }
    let kept: Vec<(i64, Made<'_>)> = named.into_values().chain(segments.into_values()).collect();
    let bytes: i64 = kept.iter().map(|(size, _)| size).sum();
    let mut shown: Vec<Made<'_>> = kept.iter().map(|(_, made)| *made).collect();
    if shown.is_empty() {
        // Nothing to show for a nothing but the last that was removed, or had no name.
        shown.extend(own(recording).filter(|made| made.value().is_some()).last());
    }
    shown.sort_by_key(|made| made.enter);
    Ok(number(
        u64::try_from(bytes).map_err(|_| "less than nothing is left")?,
        both_ends(&shown),
        format!(
            "{} with a name or an id nobody has removed. A memfd has none, and goes with its last \
             descriptor and mapping.",
            count(kept.len() as u64, "object")
        ),
    ))
}

/// Whether a shmctl(2) marks its segment for removal.
fn removes(made: &Made<'_>) -> bool {
    matches!(made.call.args.get(1), Some(Arg::Word(word)) if word.contains("IPC_RMID"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(answer: fn(&Recording) -> Result<Answer, String>, trace: &str) -> String {
        answer(&trace.parse().unwrap()).unwrap().accepted.remove(0)
    }

    #[test]
    fn a_call_a_signal_or_a_line() {
        let open = "2 openat(-100, \"/dev/shm/rights\", O_RDONLY) = 3\n";
        let refused = format!("{open}2 mmap(NULL, 2, PROT_WRITE, MAP_SHARED, 3<?>, 0) = -1 EACCES");
        assert_eq!(first(rights, &refused), "EACCES");
        let mapped = format!("{open}2 mmap(NULL, 2, PROT_READ, MAP_SHARED, 3<?>, 0) = 4096\n");
        let signal = format!("{mapped}2 --- SIGSEGV\n2 +++ signal SIGSEGV");
        assert_eq!(first(rights, &signal), "SIGSEGV");
        let line = format!("{mapped}2 write(1<?>, \"2\\n\", 2) = 2\n2 +++ exit 0");
        assert_eq!(first(rights, &line), "2");
    }

    #[test]
    fn names_and_segments_stay() {
        let trace = "
            2 openat(-100, \"/dev/shm/a\", O_RDWR|O_CREAT) = 3
            2 ftruncate(3</dev/shm/a [5]>, 700) = 0
            2 openat(-100, \"/dev/shm/b\", O_RDWR|O_CREAT) = 4
            2 ftruncate(4</dev/shm/b [6]>, 90) = 0
            2 memfd_create(\"left\", 0) = 5
            2 ftruncate(5</memfd:left [7]>, 1000) = 0
            2 shmget(IPC_PRIVATE, 33, IPC_CREAT|0600) = 0
            2 shmget(IPC_PRIVATE, 44, IPC_CREAT|0600) = 1
            2 shmctl(1, IPC_RMID, NULL) = 0
            2 unlink(\"/dev/shm/b\") = 0
        ";
        assert_eq!(first(left, trace), "733");
        let gone = "
            2 openat(-100, \"/dev/shm/a\", O_RDWR|O_CREAT) = 3
            2 unlink(\"/dev/shm/a\") = 0
        ";
        assert_eq!(first(left, gone), "0");
    }
}
