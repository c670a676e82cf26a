//! Exercises about a log: its descriptor, what reaches it, and what a sync covers.

use super::calls::{
    LOG, both_ends, count, is_write, log_syncs, log_writes, number, on_log, opens_log, own,
    to_stdout,
};
use super::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, Made};
use crate::model::text::errno_name;

pub(super) const DESCRIPTOR: Exercise = Exercise {
    slug: "descriptor",
    question: "Which descriptor does the log get?",
    program: "descriptor.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "descriptor");
        let mut args = vec![LOG.to_owned()];
        // Which descriptors the program then has, so that it closes none that it has not.
        let mut open: Vec<u64> = Vec::new();
        for _ in 0..dice.between(4, 7) {
            let step = if open.len() > 2 {
                *dice.pick(&["open", "dup", "close"])
            } else {
                "pipe"
            };
            if step == "close" {
                let closed = *dice.pick(&open);
                open.retain(|fd| *fd != closed);
                args.push(format!("-{closed}"));
                continue;
            }
            for _ in 0..if step == "pipe" { 2 } else { 1 } {
                open.extend((3..).find(|fd| !open.contains(fd)));
            }
            args.push(step.to_owned());
        }
        args
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "pipe", "pipe2", "dup", "close"],
    answer: descriptor,
};

/// The result of the open that made the log.
fn descriptor(recording: &Recording) -> Result<Answer, String> {
    let (made, value) = own(recording)
        .filter(opens_log)
        .find_map(|made| Some((made, made.value()?)))
        .ok_or("the log was not opened")?;
    Ok(Answer {
        accepted: vec![value.to_string()],
        evidence: std::iter::once(made.enter).chain(made.exit).collect(),
        because: format!(
            "open gives the lowest number that is free: all below {value} were in use at that \
             moment, and {value} was not."
        ),
    })
}

pub(super) const FILE_LIMIT: Exercise = Exercise {
    slug: "file-limit",
    question: "How many bytes does the last write take that does not fail?",
    program: "file_limit.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "file-limit");
        let size = dice.between(100, 400);
        // Never a multiple of the record's size: the limit strikes within a record.
        let limit = size * dice.between(1, 4) + dice.between(1, size - 1);
        vec![LOG.to_owned(), limit.to_string(), size.to_string()]
    },
    input: "",
    needs_device: false,
    watch: &["openat", "write", "prlimit64", "setrlimit"],
    answer: file_limit,
};

/// The write before the one that failed.
fn file_limit(recording: &Recording) -> Result<Answer, String> {
    let writes: Vec<_> = log_writes(recording).collect();
    let (last, taken) = writes.last().ok_or("nothing was written to the log")?;
    let refused = own(recording)
        .find(|made| made.enter > last.enter && is_write(made) && on_log(made))
        .and_then(|made| Some((made, made.errno()?)))
        .ok_or("no write to the log failed")?;
    let all: u64 = writes.iter().map(|(_, taken)| taken).sum();
    let evidence = both_ends(&[*last, refused.0]);
    Ok(number(
        *taken,
        evidence,
        format!(
            "The file may hold {}: this write took what fitted and said so; only the next one \
             failed, with {}.",
            count(all, "byte"),
            errno_name(refused.1)
        ),
    ))
}

pub(super) const ACKNOWLEDGE: Exercise = Exercise {
    slug: "acknowledge",
    question: "How many bytes of the log has a sync covered when the program acknowledges?",
    program: "acknowledge.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "acknowledge");
        let records = dice.between(4, 6);
        let synced = dice.between(1, records - 2);
        let mut args = vec![LOG.to_owned()];
        for nth in 0..records {
            let care = match nth {
                _ if nth == synced => "synced",
                _ if nth > synced => dice.pick(&["written", "flushed"]),
                _ => dice.pick(&["written", "flushed", "synced"]),
            };
            args.push(format!("{}={care}", dice.between(10, 90)));
        }
        args
    },
    input: "",
    needs_device: false,
    watch: &["openat", "write", "fsync", "fdatasync"],
    answer: acknowledge,
};

/// What had been written when the last sync before the acknowledgement began.
fn acknowledge(recording: &Recording) -> Result<Answer, String> {
    let said = own(recording)
        .find(to_stdout)
        .ok_or("the program acknowledged nothing")?;
    let sync = log_syncs(recording)
        .filter(|sync| sync.exit.is_some_and(|exit| exit < said.enter))
        .last()
        .ok_or("nothing was synced before the acknowledgement")?;
    let before = |made: &Made<'_>, at: usize| made.exit.is_some_and(|exit| exit < at);
    let covered: Vec<_> = log_writes(recording)
        .filter(|(made, _)| before(made, sync.enter))
        .collect();
    let durable: u64 = covered.iter().map(|(_, taken)| taken).sum();
    let cached: u64 = log_writes(recording)
        .filter(|(made, _)| !before(made, sync.enter) && before(made, said.enter))
        .map(|(_, taken)| taken)
        .sum();
    let mut calls: Vec<Made<'_>> = covered.into_iter().map(|(made, _)| made).collect();
    calls.extend([sync, said]);
    Ok(number(
        durable,
        both_ends(&calls),
        format!(
            "The last sync before the acknowledgement covers the {} written before it; {} more \
             were in the kernel's cache only, and what Python still had in its buffer was nowhere.",
            count(durable, "byte"),
            cached
        ),
    ))
}

pub(super) const GROUP: Exercise = Exercise {
    slug: "group",
    question: "How many records does the second sync make durable?",
    program: "group.c",
    args: |seed| {
        let size = Dice::new(seed, "group").between(24, 90);
        vec![LOG.to_owned(), size.to_string()]
    },
    input: "a\nbee\nsea\ndee 4711\neff\ngee\nage\neye\njay\nkay 0815\nell\nem\nen\noh\npea\ncue\n\
            are\ness\ntea\nyou\nvee\ndouble you\nex\nwhy\nzed\nand so on\nuntil there is no more\n\
            one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve\n",
    needs_device: false,
    watch: &["openat", "read", "write", "fsync", "fdatasync"],
    answer: group,
};

/// The newlines written between the first sync and the second.
fn group(recording: &Recording) -> Result<Answer, String> {
    let syncs: Vec<Made<'_>> = log_syncs(recording).collect();
    let [first, second, ..] = syncs[..] else {
        return Err("the log was not synced twice".to_owned());
    };
    let mut records = 0;
    let mut calls = vec![first];
    for (made, taken) in log_writes(recording) {
        if made.enter < first.enter || made.exit.is_none_or(|exit| exit > second.enter) {
            continue;
        }
        let Some(Arg::Str(bytes)) = made.call.args.get(1) else {
            return Err("what was written could not be read".to_owned());
        };
        let taken = usize::try_from(taken).unwrap_or(usize::MAX);
        if bytes.cut > 0 && taken > bytes.data.len() {
            return Err("what was written was not recorded whole".to_owned());
        }
        let written = &bytes.data[..taken.min(bytes.data.len())];
        records += written.iter().filter(|byte| **byte == b'\n').count() as u64;
        calls.push(made);
    }
    calls.push(second);
    Ok(number(
        records,
        both_ends(&calls),
        format!(
            "Between the first sync and the second the program wrote {}: as many whole lines as \
             its read had brought. One sync makes them all durable.",
            count(records, "record")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(text: &str) -> Recording {
        text.parse().unwrap()
    }

    #[test]
    fn the_log_is_told_from_other_files() {
        let recording = recording(
            "
            2 openat(AT_FDCWD, \"/dev/null\", O_RDONLY) = 3</dev/null [4]>
            2 close(3</dev/null [4]>) = 0
            2 openat(AT_FDCWD, \"/lab/log\", O_WRONLY|O_CREAT|O_APPEND, 0644) = 3</lab/log [12]>
            ",
        );
        let answer = descriptor(&recording).unwrap();
        assert_eq!(answer.accepted, ["3"]);
        assert_eq!(answer.evidence, [4, 5]);
    }

    #[test]
    fn the_limit_cuts_a_write_short_first() {
        let recording = recording(
            "
            2 write(3</lab/log [12]>, \"r\"...299, 300) = 300 @0
            2 write(3</lab/log [12]>, \"r\"...299, 300) = 100 @300
            2 write(3</lab/log [12]>, \"r\"...299, 300) = -1 EFBIG
            2 --- SIGXFSZ
            2 write(2<pipe:[3]>, \"cannot\", 6) = 6
            ",
        );
        let answer = file_limit(&recording).unwrap();
        assert_eq!(answer.accepted, ["100"]);
        assert!(answer.because.contains("400 bytes"), "{}", answer.because);
        assert!(answer.because.contains("EFBIG"), "{}", answer.because);
    }

    #[test]
    fn only_what_a_sync_covers_is_durable() {
        let recording = recording(
            "
            2 write(3</lab/log [12]>, \"12345678\\n\", 9) = 9 @0
            2 fsync(3</lab/log [12]>) = 0
            2 write(3</lab/log [12]>, \"1234\\n\", 5) = 5 @9
            2 write(1<pipe:[2]>, \"ok\\n\", 3) = 3
            2 write(3</lab/log [12]>, \"late\\n\", 5) = 5 @14
            2 fsync(3</lab/log [12]>) = 0
            ",
        );
        let answer = acknowledge(&recording).unwrap();
        assert_eq!(answer.accepted, ["9"]);
        assert!(answer.because.contains("5 more"), "{}", answer.because);
    }

    #[test]
    fn a_failed_sync_covers_nothing() {
        let recording = recording(
            "
            2 write(3</lab/log [12]>, \"12345678\\n\", 9) = 9 @0
            2 fsync(3</lab/log [12]>) = -1 EIO
            2 write(1<pipe:[2]>, \"ok\\n\", 3) = 3
            ",
        );
        assert!(acknowledge(&recording).is_err());
    }

    #[test]
    fn a_group_is_what_lies_between_two_syncs() {
        let recording = recording(
            "
            2 write(3</lab/log [12]>, \"a\\n\", 2) = 2 @0
            2 fdatasync(3</lab/log [12]>) = 0
            2 write(3</lab/log [12]>, \"b\\nc\\n\", 4) = 4 @2
            2 write(3</lab/log [12]>, \"d\\ne\\n\", 4) = 2 @6
            2 fdatasync(3</lab/log [12]>) = 0
            ",
        );
        assert_eq!(group(&recording).unwrap().accepted, ["3"]);
    }

    #[test]
    fn descriptors_are_closed_only_once_open() {
        for seed in 0..200 {
            let args = (DESCRIPTOR.args)(seed);
            assert!(args.len() >= 5, "{args:?}");
            assert!(!args.contains(&"-0".to_owned()), "{args:?}");
        }
    }
}
