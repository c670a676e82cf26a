//! Exercises about what is blocked, what is pending, and what an exec keeps.

use libc::{SIGRTMIN, SIGUSR1, SIGUSR2};

use super::calls::{count, delivered, number, own};
use super::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, FIRST, What};
use crate::model::text::signal_name;

/// The signals that the programs know, SIGUSR1 aside, as their arguments name them.
const OTHERS: [&str; 5] = ["hup", "int", "quit", "usr2", "term"];

pub(super) const BLOCKED: Exercise = Exercise {
    slug: "blocked",
    question: "How many signals are blocked while the handler of SIGUSR1 runs?",
    program: "blocked.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "blocked");
        let defer = dice.pick(&["defer", "nodefer"]).to_string();
        let mut some = |most: u64| {
            let names = dice.shuffled(&OTHERS);
            let taken = dice.between(0, most) as usize;
            match taken {
                0 => "none".to_owned(),
                _ => names[..taken].join(","),
            }
        };
        vec![defer, some(2), some(3)]
    },
    input: "",
    needs_device: false,
    watch: &["rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "tgkill"],
    answer: blocked,
};

/// The mask that the handler reads.
fn blocked(recording: &Recording) -> Result<Answer, String> {
    let signal = *delivered(recording, |signo| signo == SIGUSR1)
        .first()
        .ok_or("SIGUSR1 was not delivered")?;
    let asked = own(recording)
        .find(|made| made.enter > signal && made.call.name == "rt_sigprocmask")
        .ok_or("the handler did not read its mask")?;
    let mask = match asked.call.args.get(2) {
        Some(Arg::Word(mask)) => names_in(mask)?,
        _ => return Err("the mask could not be read".to_owned()),
    };
    let own = if mask.contains(&"USR1") {
        "SIGUSR1 itself is among them, because the handler lacks SA_NODEFER"
    } else {
        "SIGUSR1 itself is not among them, because the handler has SA_NODEFER"
    };
    let mut evidence = vec![signal, asked.enter];
    evidence.extend(asked.exit);
    Ok(number(
        mask.len() as u64,
        evidence,
        format!(
            "The mask in the handler is [{}]: what the process blocked before, and the handler's \
             sa_mask; {own}.",
            mask.join(" ")
        ),
    ))
}

/// The signals in a set in strace's notation: `[USR1 TERM]`.
fn names_in(set: &str) -> Result<Vec<&str>, String> {
    set.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .map(|names| names.split_ascii_whitespace().collect())
        .ok_or_else(|| format!("no set of signals: {set}"))
}

pub(super) const MERGED: Exercise = Exercise {
    slug: "merged",
    question: "How many times does the handler run?",
    program: "merged.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "merged");
        (0..dice.between(4, 8))
            .map(|_| dice.pick(&["usr1", "usr2", "rt"]).to_string())
            .collect()
    },
    input: "",
    needs_device: false,
    watch: &["rt_sigprocmask", "rt_sigreturn", "tgkill", "kill"],
    answer: merged,
};

/// The signals delivered after they were let in.
fn merged(recording: &Recording) -> Result<Answer, String> {
    let standard = delivered(recording, |signo| [SIGUSR1, SIGUSR2].contains(&signo));
    let queued = delivered(recording, |signo| signo >= SIGRTMIN());
    let sent = own(recording)
        .filter(|made| matches!(made.call.name.as_str(), "tgkill" | "kill"))
        .count() as u64;
    let runs = (standard.len() + queued.len()) as u64;
    if runs == 0 {
        return Err("no signal was delivered".to_owned());
    }
    let because = format!(
        "{} sent, {runs} delivered: {} standard, since one that is pending already is not counted \
         again, and {} real-time, since these queue.",
        count(sent, "signal"),
        standard.len(),
        queued.len()
    );
    let mut evidence = [standard, queued].concat();
    evidence.sort_unstable();
    Ok(number(runs, evidence, because))
}

pub(super) const AFTER_EXEC: Exercise = Exercise {
    slug: "after-exec",
    question: "Which signal does the new program ignore that the old one did not ignore at first?",
    program: "after_exec.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "after-exec");
        let actions = dice.shuffled(&["ignore", "handle", "block"]);
        let signals = dice.shuffled(&OTHERS);
        actions
            .iter()
            .zip(signals)
            .map(|(action, signal)| format!("{action}={signal}"))
            .collect()
    },
    input: "",
    needs_device: false,
    watch: &["execve", "rt_sigaction", "rt_sigprocmask"],
    answer: after_exec,
};

/// What the last exec found ignored and the first did not.
fn after_exec(recording: &Recording) -> Result<Answer, String> {
    let execs: Vec<_> = recording
        .events
        .iter()
        .enumerate()
        .filter_map(|(at, event)| match &event.what {
            What::Exec(FIRST, state) => Some((at, state)),
            _ => None,
        })
        .collect();
    let (Some((first, before)), Some((last, after))) = (execs.first(), execs.last()) else {
        return Err("no program was started".to_owned());
    };
    let new: Vec<i32> = after
        .ignored
        .signals()
        .filter(|signo| !before.ignored.has(*signo))
        .collect();
    let [signo] = new[..] else {
        return Err(format!(
            "{} were added to those ignored",
            count(new.len() as u64, "signal")
        ));
    };
    let name = signal_name(signo);
    let blocked: Vec<String> = after
        .blocked
        .signals()
        .filter(|signo| !before.blocked.has(*signo))
        .map(signal_name)
        .collect();
    Ok(Answer {
        accepted: vec![
            name.clone(),
            name.trim_start_matches("SIG").to_owned(),
            signo.to_string(),
        ],
        evidence: vec![*first, *last],
        because: format!(
            "What is ignored stays ignored over an exec, and what is blocked stays blocked ({}); \
             a handler does not stay, since its code is gone.",
            if blocked.is_empty() {
                "nothing".to_owned()
            } else {
                blocked.join(" ")
            }
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handlers_mask_holds_its_own_signal() {
        let recording: Recording = "
            2 rt_sigprocmask(SIG_SETMASK, [HUP], NULL, 8) = 0
            2 tgkill(2, 2, SIGUSR1) = 0
            2 --- SIGUSR1
            2 rt_sigprocmask(SIG_BLOCK, NULL, [HUP USR1 TERM], 8) = 0
            2 rt_sigreturn({mask=[HUP]}) = 0
        "
        .parse()
        .unwrap();
        let answer = blocked(&recording).unwrap();
        assert_eq!(answer.accepted, ["3"]);
        assert!(
            answer.because.contains("lacks SA_NODEFER"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn a_mask_may_be_empty() {
        assert_eq!(names_in("[]"), Ok(vec![]));
        assert!(names_in("~[KILL]").is_err());
    }

    #[test]
    fn standard_signals_merge_and_others_queue() {
        let recording: Recording = "
            2 tgkill(2, 2, SIGUSR1) = 0
            2 tgkill(2, 2, SIGUSR1) = 0
            2 tgkill(2, 2, SIGRT_2) = 0
            2 tgkill(2, 2, SIGRT_2) = 0
            2 rt_sigprocmask(SIG_UNBLOCK, [USR1 USR2 RT_2], NULL, 8) ...
            2 ... rt_sigprocmask = 0
            2 --- SIGUSR1
            2 --- SIGRT_2
            2 rt_sigreturn({mask=[USR1]}) = 0
            2 --- SIGRT_2
        "
        .parse()
        .unwrap();
        let answer = merged(&recording).unwrap();
        assert_eq!(answer.accepted, ["3"]);
        assert_eq!(answer.evidence.len(), 3);
        assert!(
            answer.because.starts_with("4 signals sent, 3 delivered"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn what_was_ignored_before_does_not_count() {
        let recording: Recording = "
            2 exec \"/submission/prog\" ignored=[PIPE]
            2 exec \"/submission/prog\" blocked=[USR2] ignored=[HUP PIPE]
        "
        .parse()
        .unwrap();
        let answer = after_exec(&recording).unwrap();
        assert_eq!(answer.accepted, ["SIGHUP", "HUP", "1"]);
        assert!(answer.because.contains("(SIGUSR2)"), "{}", answer.because);
    }
}
