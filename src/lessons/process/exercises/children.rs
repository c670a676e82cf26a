//! Exercises about children: whose they are, what wait says of them, and which a signal reaches.

use std::collections::HashMap;

use libc::{SIGSTOP, SIGTERM};

use super::calls::{number, own, plural};
use super::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, ExitStatus, FIRST, Made, Task, What};
use crate::model::text::signal_number;

pub(super) const RAW_STATUS: Exercise = Exercise {
    slug: "raw-status",
    question: "Which number is `status` after the first os.waitpid?",
    program: "raw_status.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "raw-status");
        let signals = ["1", "2", "9", "10", "14", "15"];
        match dice.between(0, 3) {
            0 => vec!["signal".to_owned(), dice.pick(&signals).to_string()],
            // SIGSTOP: the others stop nothing in an orphaned process group, as ours may be.
            1 => vec!["stop".to_owned(), SIGSTOP.to_string()],
            _ => vec!["exit".to_owned(), dice.between(1, 255).to_string()],
        }
    },
    input: "",
    needs_device: false,
    watch: &["kill", "wait4", "exit_group"],
    answer: raw_status,
};

/// The status that the first wait returned, put together again from its parts.
fn raw_status(recording: &Recording) -> Result<Answer, String> {
    let made = own(recording)
        .find(|made| made.call.name == "wait4" && made.value().is_some_and(|pid| pid > 0))
        .ok_or("no wait returned a child")?;
    let Some(Arg::Word(words)) = made.call.args.get(1) else {
        return Err("the status could not be read".to_owned());
    };
    let (status, because) =
        raw(words).ok_or_else(|| format!("no status that this exercise knows: {words}"))?;
    let mut evidence = vec![made.enter];
    evidence.extend(made.exit);
    Ok(Answer {
        accepted: vec![status.to_string(), format!("{status:#x}")],
        evidence,
        because: format!("{because}: {status} is {status:#06x}."),
    })
}

/// A wait status in strace's words, as a number, and how it is made up; see wait(2).
fn raw(words: &str) -> Option<(i32, &'static str)> {
    /// What stands in the low byte for a child that is only stopped.
    const STOPPED: i32 = 0x7f;
    /// The bit of the low byte which says that the signal left a core dump.
    const DUMPED: i32 = 0x80;
    let words = words.strip_prefix("[{")?.strip_suffix("}]")?;
    let value = |name: &str| {
        let (_, value) = words.split_once(&format!("{name}(s) == "))?;
        value.split(' ').next()
    };
    if let Some(code) = value("WEXITSTATUS") {
        let code: i32 = code.parse().ok()?;
        return Some((
            code << 8,
            "An exit status lies in the second byte, and the first is 0",
        ));
    }
    if let Some(signal) = value("WSTOPSIG") {
        let signo = signal_number(signal)?;
        return Some((
            signo << 8 | STOPPED,
            "Of a child that was stopped, the signal lies in the second byte, and the first is \
             0x7f; it is not dead, and will be waited for again",
        ));
    }
    let signo = signal_number(value("WTERMSIG")?)?;
    let dumped = if words.ends_with("WCOREDUMP(s)") {
        DUMPED
    } else {
        0
    };
    Some((
        signo | dumped,
        "Of a child that a signal ended, the signal lies in the first byte, with 0x80 for a core \
         dump, and the second is 0",
    ))
}

pub(super) const ORPHAN: Exercise = Exercise {
    slug: "orphan",
    question: "Which process of the chain, counted from 1, reaps the last one? (0: none of them.)",
    program: "orphan.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "orphan");
        let mut parts: Vec<&str> = vec![*dice.pick(&["waits", "adopts"])];
        for _ in 0..dice.between(1, 3) {
            parts.push(*dice.pick(&["waits", "adopts", "leaves"]));
        }
        // The last one loses its parent.
        parts.push("leaves");
        parts.into_iter().map(str::to_owned).collect()
    },
    input: "",
    needs_device: false,
    watch: &["prctl", "clone", "?fork", "wait4", "exit_group"],
    answer: orphan,
};

/// Who waited for the end of the chain, by its place in it.
fn orphan(recording: &Recording) -> Result<Answer, String> {
    let chain = chain(recording);
    let [.., parent, last] = chain[..] else {
        return Err("no chain of processes was started".to_owned());
    };
    let ended = |task: Task| {
        recording
            .events
            .iter()
            .position(|event| matches!(event.what, What::End { task: it, .. } if it == task))
    };
    let mut evidence: Vec<usize> = recording
        .calls()
        .filter(|made| is_adoption(made) && chain.contains(&made.task))
        .map(|made| made.enter)
        .collect();
    evidence.push(ended(last).ok_or("the last process did not end")?);
    evidence.extend(ended(parent));
    let reaper = recording
        .calls()
        .find(|made| made.call.name == "wait4" && made.value() == Some(i64::from(last)));
    let (place, because) = match reaper {
        Some(made) => {
            evidence.push(made.enter);
            let place = chain
                .iter()
                .position(|task| *task == made.task)
                .ok_or("it was reaped by a process that is not of the chain")?;
            (
                place as u64 + 1,
                "its nearest ancestor that is alive and a subreaper".to_owned(),
            )
        }
        None => (
            0,
            "process 1 of its pid namespace, as no ancestor that is alive is a subreaper"
                .to_owned(),
        ),
    };
    Ok(number(
        place,
        evidence,
        format!(
            "The parent of process {} of the chain left without waiting for it; so it got a new \
             parent, {because}.",
            chain.len()
        ),
    ))
}

/// The first process, its first child, that one's first child, and so on.
fn chain(recording: &Recording) -> Vec<Task> {
    let mut first_child = HashMap::new();
    for event in &recording.events {
        if let What::Fork {
            task,
            child,
            thread: false,
        } = event.what
        {
            first_child.entry(task).or_insert(child);
        }
    }
    let mut chain = vec![FIRST];
    while let Some(child) = chain.last().and_then(|task| first_child.remove(task)) {
        chain.push(child);
    }
    chain
}

fn is_adoption(made: &Made<'_>) -> bool {
    made.call.name == "prctl"
        && matches!(made.call.args.first(), Some(Arg::Word(option)) if option == "PR_SET_CHILD_SUBREAPER")
}

pub(super) const SIGNALLED: Exercise = Exercise {
    slug: "signalled",
    question: "How many children does SIGTERM end?",
    program: "signalled.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "signalled");
        let mut kinds: Vec<&str> = vec![*dice.pick(&["own", "stay"])];
        for _ in 0..dice.between(3, 5) {
            // A group of another session cannot be joined: EPERM.
            kinds.push(match kinds.last() {
                Some(&"session") => *dice.pick(&["stay", "own"]),
                _ => *dice.pick(&["stay", "own", "join", "join", "session"]),
            });
        }
        let target = dice.between(1, kinds.len() as u64);
        let mut args = vec![target.to_string()];
        args.extend(kinds.into_iter().map(str::to_owned));
        args
    },
    input: "",
    needs_device: false,
    watch: &["clone", "?fork", "setpgid", "setsid", "getpgid", "kill"],
    answer: signalled,
};

/// The children that SIGTERM ended.
fn signalled(recording: &Recording) -> Result<Answer, String> {
    let kill = own(recording)
        .find(|made| made.call.name == "kill")
        .ok_or("no signal was sent")?;
    let Some(Arg::Int(whom)) = kill.call.args.first() else {
        return Err("whom the signal was sent to is not known".to_owned());
    };
    let ends = |wanted: fn(ExitStatus) -> bool| -> Vec<usize> {
        let events = recording.events.iter().enumerate();
        events
            .filter(|(_, event)| {
                matches!(event.what, What::End { task, status, .. } if task != FIRST && wanted(status))
            })
            .map(|(at, _)| at)
            .collect()
    };
    let ended = ends(|status| status == ExitStatus::Signal(SIGTERM));
    let spared = ends(|status| matches!(status, ExitStatus::Code(_)));
    let mut evidence = vec![kill.enter];
    evidence.extend(&ended);
    Ok(number(
        ended.len() as u64,
        evidence,
        format!(
            "The signal went to process group {}; {} in it and ended, {} elsewhere.",
            whom.unsigned_abs(),
            plural(ended.len() as u64, "child was", "children were"),
            plural(spared.len() as u64, "child was", "children were"),
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
    fn a_raw_status_is_two_bytes() {
        let of = |words| raw(words).map(|(status, _)| status);
        assert_eq!(of("[{WIFEXITED(s) && WEXITSTATUS(s) == 3}]"), Some(0x300));
        assert_eq!(of("[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]"), Some(0));
        assert_eq!(of("[{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}]"), Some(15));
        assert_eq!(
            of("[{WIFSIGNALED(s) && WTERMSIG(s) == SIGABRT && WCOREDUMP(s)}]"),
            Some(0x86)
        );
        assert_eq!(
            of("[{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}]"),
            Some(0x137f)
        );
        assert_eq!(of("NULL"), None);
        assert_eq!(of("0x7ffd1234"), None);
    }

    #[test]
    fn the_first_status_counts() {
        let recording = recording(
            "
            2 fork 3
            2 wait4(3, `[{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTSTP}]`, WSTOPPED, NULL) = 3
            2 wait4(3, `[{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}]`, 0, NULL) = 3
            ",
        );
        let answer = raw_status(&recording).unwrap();
        assert_eq!(answer.accepted, ["5247", "0x147f"]);
        assert!(
            answer.because.ends_with("5247 is 0x147f."),
            "{}",
            answer.because
        );
    }

    #[test]
    fn an_orphan_is_reaped_by_who_waits_for_it() {
        let recording = recording(
            "
            2 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0
            2 fork 3
            3 fork 4
            4 fork 5
            2 wait4(-1, NULL, 0, NULL) ...
            4 +++ exit 0
            5 +++ exit 0
            2 ... wait4 = 5
            ",
        );
        let answer = orphan(&recording).unwrap();
        assert_eq!(answer.accepted, ["1"]);
        assert!(
            answer.because.contains("process 4 of the chain"),
            "{}",
            answer.because
        );
        assert!(
            answer.because.contains("nearest ancestor"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn an_orphan_that_nobody_of_the_chain_reaps_is_inits() {
        let recording = recording(
            "
            2 fork 3
            3 fork 4
            3 +++ exit 0
            2 wait4(-1, NULL, 0, NULL) = 3
            4 +++ exit 0
            ",
        );
        let answer = orphan(&recording).unwrap();
        assert_eq!(answer.accepted, ["0"]);
        assert!(
            answer.because.contains("pid namespace"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn an_orphan_that_lives_on_is_no_answer() {
        assert!(orphan(&recording("2 fork 3\n3 fork 4\n3 +++ exit 0")).is_err());
    }

    #[test]
    fn only_deaths_by_the_signal_count() {
        let recording = recording(
            "
            2 kill(-3, SIGTERM) = 0
            3 +++ signal SIGTERM
            4 +++ signal SIGTERM
            5 +++ exit 0
            2 +++ exit 0
            ",
        );
        let answer = signalled(&recording).unwrap();
        assert_eq!(answer.accepted, ["2"]);
        assert_eq!(answer.evidence, [0, 2, 3]);
        assert_eq!(
            answer.because,
            "The signal went to process group 3; 2 children were in it and ended, 1 child was \
             elsewhere."
        );
    }

    #[test]
    fn no_group_of_another_session_is_joined() {
        for seed in 0..200 {
            let args = (SIGNALLED.args)(seed);
            let joins = args.windows(2).any(|two| two == ["session", "join"]);
            assert!(!joins, "{args:?}");
            let target: usize = args[0].parse().unwrap();
            assert!((1..args.len()).contains(&target), "{args:?}");
        }
    }
}
