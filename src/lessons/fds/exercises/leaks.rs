//! Exercises about descriptors that stay: by a wrong door, at the limit, and in Python.

use std::collections::BTreeMap;

use libc::EMFILE;

use crate::lessons::answers::{both_ends, count, number, own};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, Made};

pub(super) const LEAKED: Exercise = Exercise {
    slug: "leaked",
    question: "How many descriptors has the program opened and not closed when it ends?",
    program: "leaked.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "leaked");
        let requests = [
            "size=file",
            "size=directory",
            "size=missing",
            "copy=file",
            "copy=nowhere",
            "copy=missing",
            "copy=directory",
        ];
        (0..dice.between(5, 9))
            .map(|_| (*dice.pick(&requests)).to_owned())
            .collect()
    },
    input: "",
    needs_device: false,
    watch: &["open", "openat", "close", "read", "write"],
    answer: leaked,
};

/// The number that a call closes.
fn closes(made: &Made<'_>) -> Option<i64> {
    match (made.call.name.as_str(), made.call.args.first()) {
        ("close", Some(Arg::Fd(fd))) if made.value().is_some() => Some(i64::from(fd.number)),
        _ => None,
    }
}

/// What the calls of `recording` before event `end` have opened and not closed: the number, and
/// the call.
fn held<'a>(recording: &'a Recording, end: usize) -> BTreeMap<i64, Made<'a>> {
    let mut open = BTreeMap::new();
    for made in own(recording).take_while(|made| made.enter < end) {
        if let Some(number) = closes(&made) {
            open.remove(&number);
        } else if made.call.name.starts_with("open")
            && let Some(number) = made.value()
        {
            open.insert(number, made);
        }
    }
    open
}

/// What was opened and not closed in the whole run.
fn leaked(recording: &Recording) -> Result<Answer, String> {
    if own(recording).next().is_none() {
        return Err("nothing was done".to_owned());
    }
    let open = held(recording, usize::MAX);
    let evidence: Vec<Made<'_>> = open.values().copied().collect();
    let because = match open.len() {
        0 => "Each open that succeeded was followed by its close.".to_owned(),
        _ => "These opens have no close: the function was left by a return before it. Where an \
              open fails there is nothing to close."
            .to_owned(),
    };
    let evidence = match evidence.is_empty() {
        // Nothing to show for a nothing but the last that was closed.
        true => own(recording)
            .filter(|made| closes(made).is_some())
            .last()
            .map_or_else(Vec::new, |made| both_ends(&[made])),
        false => both_ends(&evidence),
    };
    Ok(number(open.len() as u64, evidence, because))
}

pub(super) const EXHAUSTED: Exercise = Exercise {
    slug: "exhausted",
    question: "How many calls that make descriptors succeed before the first one fails?",
    program: "exhausted.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "exhausted");
        let mut args = vec![dice.between(12, 40).to_string()];
        for _ in 0..dice.between(2, 4) {
            args.push((*dice.pick(&["open", "pipe", "pipe", "socketpair", "dup"])).to_owned());
        }
        args
    },
    input: "",
    needs_device: false,
    watch: &[
        "?setrlimit",
        "prlimit64",
        "open",
        "openat",
        "pipe",
        "pipe2",
        "socketpair",
        "dup",
    ],
    answer: exhausted,
};

/// The calls between the limit and the first EMFILE.
fn exhausted(recording: &Recording) -> Result<Answer, String> {
    let is_limit = |made: &Made<'_>| matches!(made.call.name.as_str(), "setrlimit" | "prlimit64");
    let limit = own(recording)
        .filter(is_limit)
        .last()
        .ok_or("no limit was set")?;
    let after = || own(recording).filter(|made| made.enter > limit.enter);
    let failed = after()
        .find(|made| made.errno() == Some(EMFILE))
        .ok_or("no call failed with EMFILE")?;
    let made: Vec<Made<'_>> = after()
        .take_while(|made| made.enter < failed.enter)
        .filter(|made| made.value().is_some())
        .collect();
    let evidence: Vec<Made<'_>> = made.last().copied().into_iter().chain([failed]).collect();
    Ok(number(
        made.len() as u64,
        both_ends(&evidence),
        format!(
            "After {} there was room for fewer than {} needs. A pipe and a socket pair take two, \
             or fail and take none.",
            count(made.len() as u64, "call"),
            failed.call.name
        ),
    ))
}

pub(super) const COLLECTED: Exercise = Exercise {
    slug: "collected",
    question: "How many files are open when the program says \"now\"?",
    program: "collected.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "collected");
        let ways = ["local", "with", "exception", "cycle", "number"];
        let mut steps: Vec<String> = (0..dice.between(5, 8))
            .map(|_| (*dice.pick(&ways)).to_owned())
            .collect();
        let at = dice.between(2, steps.len() as u64 - 1) as usize;
        steps.insert(at, (*dice.pick(&["forget", "collect"])).to_owned());
        steps
    },
    input: "",
    needs_device: false,
    watch: &["openat", "close", "write"],
    answer: collected,
};

/// What is open of the lab's files when the line is written.
fn collected(recording: &Recording) -> Result<Answer, String> {
    let is_now = |made: &Made<'_>| {
        made.call.name == "write"
            && matches!(made.call.args.get(1), Some(Arg::Str(bytes)) if bytes.data == b"now\n")
    };
    let now = own(recording)
        .find(is_now)
        .ok_or("the program did not say \"now\"")?;
    let is_of_lab = |made: &Made<'_>| {
        let path = made.call.args.iter().find_map(|arg| match arg {
            Arg::Str(path) => Some(path.data.as_slice()),
            _ => None,
        });
        path == Some(b"/lab/file")
    };
    let open: Vec<Made<'_>> = held(recording, now.enter)
        .into_values()
        .filter(is_of_lab)
        .collect();
    let mut evidence = both_ends(&open);
    evidence.extend(both_ends(&[now]));
    Ok(number(
        open.len() as u64,
        evidence,
        "A file is closed when the last reference to it goes: a local one at once, one in an \
         exception's frames with the exception, one in a cycle when the garbage is collected. A \
         number is no reference."
            .to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(answer: fn(&Recording) -> Result<Answer, String>, trace: &str) -> String {
        answer(&trace.parse().unwrap()).unwrap().accepted.remove(0)
    }

    #[test]
    fn an_open_that_fails_leaks_nothing() {
        let trace = "
            2 openat(-100, \"/lab/file\", 0) = 3
            2 close(3<?>) = 0
            2 openat(-100, \"/lab\", 0) = 3
            2 openat(-100, \"/lab/missing\", 0) = -1 ENOENT
        ";
        assert_eq!(first(leaked, trace), "1");
        assert_eq!(first(leaked, "2 close(3<?>) = 0"), "0");
    }

    #[test]
    fn what_was_before_the_limit_does_not_count() {
        let trace = "
            2 openat(-100, \"/lib/libc.so.6\", 0) = 3
            2 prlimit64(0, 7, 0, 0) = 0
            2 dup(0<?>) = 3
            2 pipe([4, 5]) = 0
            2 pipe(0) = -1 EMFILE
            2 dup(0<?>) = 6
        ";
        assert_eq!(first(exhausted, trace), "2");
    }

    #[test]
    fn what_is_closed_later_is_open_now() {
        let trace = "
            2 openat(-100, \"/lab/file\", 0) = 3
            2 openat(-100, \"/usr/lib/x\", 0) = 4
            2 openat(-100, \"/lab/file\", 0) = 5
            2 close(5<?>) = 0
            2 write(1<?>, \"now\\n\", 4) = 4
            2 close(3<?>) = 0
        ";
        assert_eq!(first(collected, trace), "1");
    }
}
