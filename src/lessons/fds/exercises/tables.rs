//! Exercises about the three tables: a number that is used again, an offset that is shared, a file
//! without a name.

use libc::STDERR_FILENO;

use crate::lessons::answers::{both_ends, count, number, own};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, FIRST, Made, Object};
use crate::model::text::errno_name;

pub(super) const STALE: Exercise = Exercise {
    slug: "stale",
    question: "Into which file does the late line go? Its name, a letter; or EBADF.",
    program: "stale.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "stale");
        let names = dice.shuffled(&["a", "b", "c", "d", "e", "f"]);
        let first = dice.between(2, 3) as usize;
        let mut steps: Vec<String> = names[..first]
            .iter()
            .map(|name| format!("+{name}"))
            .collect();
        let mut open: Vec<&str> = names[..first].to_vec();
        let mut closed = Vec::new();
        for name in &names[first..] {
            if dice.between(0, 3) > 0 && !open.is_empty() {
                let at = dice.between(0, open.len() as u64 - 1) as usize;
                let gone = open.remove(at);
                steps.push(format!("-{gone}"));
                closed.push(gone);
            }
            if dice.between(0, 3) > 0 {
                steps.push(format!("+{name}"));
                open.push(name);
            }
        }
        let late = match closed.is_empty() {
            true => open[0],
            false => *dice.pick(&closed),
        };
        steps.push(format!("={late}"));
        steps
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "close", "write"],
    answer: stale,
};

/// What the number of the last write led to.
fn stale(recording: &Recording) -> Result<Answer, String> {
    let is_late = |made: &Made<'_>| {
        made.call.name == "write"
            && matches!(made.call.args.first(), Some(Arg::Fd(fd)) if fd.number > STDERR_FILENO)
    };
    let late = own(recording)
        .filter(is_late)
        .last()
        .ok_or("the late line was not written")?;
    let fd = match late.call.args.first() {
        Some(Arg::Fd(fd)) => fd.number,
        _ => return Err("where it was written is not known".to_owned()),
    };
    // The open that gave this number last.
    let opened = own(recording)
        .take_while(|made| made.enter < late.enter)
        .filter(|made| made.call.name.starts_with("open") && made.value() == Some(i64::from(fd)))
        .last();
    let evidence: Vec<Made<'_>> = opened.into_iter().chain([late]).collect();
    let evidence = both_ends(&evidence);
    if let Some(errno) = late.errno() {
        return Ok(Answer {
            accepted: vec![errno_name(errno).into_owned(), errno.to_string()],
            evidence,
            because: format!("Descriptor {fd} had been closed, and nobody had got it since."),
        });
    }
    let object = late.object(0).ok_or("which file it is is not known")?;
    let name = object.name.rsplit('/').next().unwrap_or_default();
    Ok(Answer {
        accepted: vec![name.to_owned(), object.name.clone()],
        evidence,
        because: format!(
            "A write goes to whatever its number leads to at that moment, and {fd} had last been \
             given to {name}: open gives the lowest number that is free."
        ),
    })
}

pub(super) const OFFSET: Exercise = Exercise {
    slug: "offset",
    question: "At which offset does the program's last read begin?",
    program: "offset.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "offset");
        let mut steps = Vec::new();
        for _ in 0..dice.between(4, 7) {
            let who = *dice.pick(&["first", "duplicate", "second", "child", "child", "at"]);
            steps.push(format!("{who}={}", dice.between(2, 20)));
        }
        // The last one is the parent's own, and begins where others have left off.
        let who = *dice.pick(&["first", "duplicate", "second"]);
        steps.push(format!("{who}={}", dice.between(2, 20)));
        steps
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "dup", "read", "pread64", "clone", "?fork"],
    answer: offset,
};

/// Where the last read of the first process began, and the reads by the same description before it.
fn offset(recording: &Recording) -> Result<Answer, String> {
    let reads: Vec<Made<'_>> = recording
        .calls()
        .filter(|made| {
            made.call.name == "read"
                && made
                    .object(0)
                    .is_some_and(|object| object.name.ends_with("/file"))
        })
        .collect();
    let last = reads
        .iter()
        .rfind(|made| made.task == FIRST)
        .ok_or("the file was not read")?;
    let offset = last
        .returned
        .and_then(|returned| returned.offset)
        .ok_or("where it began is not known")?;
    let evidence = both_ends(&reads[..]);
    Ok(number(
        offset,
        evidence,
        "The offset belongs to the open file description: first, its duplicate and the child's \
         copy have one and move it together, the second open has its own, and pread moves none."
            .to_owned(),
    ))
}

pub(super) const UNLINKED: Exercise = Exercise {
    slug: "unlinked",
    question: "How many bytes long is the first file when it is closed?",
    program: "unlinked.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "unlinked");
        let mut steps = vec![format!("+{}", dice.between(5, 40))];
        let mut has_name = true;
        for _ in 0..dice.between(4, 6) {
            match dice.between(0, 3) {
                0 if has_name => {
                    has_name = false;
                    steps.push("unlink".to_owned());
                    if dice.between(0, 1) == 0 {
                        steps.push("other".to_owned());
                    }
                }
                1 => steps.push(format!("/{}", dice.between(0, 90))),
                _ => steps.push(format!("+{}", dice.between(5, 40))),
            }
        }
        if has_name {
            steps.push("unlink".to_owned());
        }
        steps.push(format!("+{}", dice.between(5, 40)));
        steps
    },
    input: "",
    needs_device: false,
    watch: &[
        "openat",
        "write",
        "ftruncate",
        "unlink",
        "?unlinkat",
        "close",
    ],
    answer: unlinked,
};

/// How long the first file of the program is, by its writes and where it was cut off.
fn unlinked(recording: &Recording) -> Result<Answer, String> {
    let file: &Object = own(recording)
        .filter(|made| made.call.name.starts_with("open"))
        .find_map(|made| {
            let object = made.returned?.object.as_ref()?;
            object.name.ends_with("/lab/file").then_some(object)
        })
        .ok_or("the file was not opened")?;
    let mut size = 0;
    let mut evidence = Vec::new();
    for made in own(recording) {
        let is_on_file = made
            .object(0)
            .is_some_and(|object| object.inode == file.inode && object.name.contains("/lab/file"));
        if !is_on_file || made.value().is_none() {
            continue;
        }
        match (made.call.name.as_str(), made.call.args.get(1)) {
            ("write", _) => {
                let returned = made.returned.ok_or("a write has not returned")?;
                let start = returned.offset.ok_or("where a write began is not known")?;
                let taken = u64::try_from(returned.value).unwrap_or_default();
                size = size.max(start + taken);
            }
            ("ftruncate", Some(Arg::Int(length))) => {
                size = u64::try_from(*length).map_err(|_| "it was cut off nowhere")?;
            }
            _ => continue,
        }
        evidence.push(made);
    }
    if evidence.is_empty() {
        return Err("nothing was done to the file".to_owned());
    }
    let because = format!(
        "{} to the descriptor changed it, with a name or without: a name is not the file. O_APPEND \
         writes at the end, wherever that is.",
        count(evidence.len() as u64, "call")
    );
    Ok(number(size, both_ends(&evidence), because))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(answer: fn(&Recording) -> Result<Answer, String>, trace: &str) -> String {
        answer(&trace.parse().unwrap()).unwrap().accepted.remove(0)
    }

    #[test]
    fn a_number_that_was_given_away_leads_elsewhere() {
        let trace = "
            2 openat(-100, \"/lab/a\", 0) = 3</lab/a [5]>
            2 close(3</lab/a [5]>) = 0
            2 openat(-100, \"/lab/b\", 0) = 3</lab/b [6]>
            2 write(3</lab/b [6]>, \"late\\n\", 5) = 5
        ";
        assert_eq!(first(stale, trace), "b");
        let trace = "
            2 openat(-100, \"/lab/a\", 0) = 3</lab/a [5]>
            2 close(3</lab/a [5]>) = 0
            2 write(3<?>, \"late\\n\", 5) = -1 EBADF
            2 write(2</dev/null [3]>, \"stale: ...\", 10) = 10
        ";
        assert_eq!(first(stale, trace), "EBADF");
    }

    #[test]
    fn the_childs_read_is_not_the_programs() {
        let trace = "
            2 read(3</lab/file [5]>, \"a\", 1) = 1 @0
            2 fork 3
            3 read(3</lab/file [5]>, \"aa\", 2) = 2 @1
            2 read(4</lab/file [5]>, \"aa\", 2) = 2 @3
            3 read(3</lab/file [5]>, \"aa\", 2) = 2 @5
        ";
        assert_eq!(first(offset, trace), "3");
    }

    #[test]
    fn only_the_first_file_counts() {
        let trace = "
            2 openat(-100, \"/lab/file\", 0) = 3</lab/file [5]>
            2 write(3</lab/file [5]>, \"\"...100, 100) = 100 @0
            2 unlink(\"/lab/file\") = 0
            2 openat(-100, \"/lab/file\", 0) = 4</lab/file [6]>
            2 write(4</lab/file [6]>, \"\"...1000, 1000) = 1000 @0
            2 ftruncate(3</lab/file (deleted) [5]>, 40) = 0
            2 write(3</lab/file (deleted) [5]>, \"\"...2, 2) = 2 @40
        ";
        assert_eq!(first(unlinked, trace), "42");
    }
}
