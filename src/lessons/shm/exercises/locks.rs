//! Exercises about locks between processes: which of their operations are calls, and what becomes
//! of a lock whose holder dies.

use crate::lessons::answers::{both_ends, count, number, own};
use crate::lessons::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{Arg, FIRST, Made, What};

pub(super) const FUTEXES: Exercise = Exercise {
    slug: "futexes",
    question: "How many times is futex called?",
    program: "futexes.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "futexes");
        let mut is_locked = true;
        let mut steps = vec!["lock".to_owned()];
        for _ in 0..dice.between(5, 10) {
            let step = *dice.pick(&["lock", "lock", "unlock", "post", "wait"]);
            match step {
                "unlock" if !is_locked => continue,
                "unlock" => is_locked = false,
                "lock" => is_locked = true,
                _ => {}
            }
            steps.push(step.to_owned());
        }
        steps.push("wait".to_owned());
        steps
    },
    input: "",
    needs_device: false,
    watch: &["futex"],
    answer: futexes,
};

/// The calls of futex(2).
fn futexes(recording: &Recording) -> Result<Answer, String> {
    let (end, _) = recording.outcome().ok_or("the program did not end")?;
    let calls: Vec<Made<'_>> = own(recording)
        .filter(|made| made.call.name.starts_with("futex"))
        .collect();
    let (waits, wakes): (Vec<&Made<'_>>, Vec<&Made<'_>>) = calls
        .iter()
        .partition(|made| made.errno() == Some(libc::ETIMEDOUT));
    let mut evidence = both_ends(&calls);
    if evidence.is_empty() {
        evidence.push(end);
    }
    Ok(number(
        calls.len() as u64,
        evidence,
        format!(
            "{} slept, and {} woke whoever might sleep. What can be done at once is done in \
             memory, without a call; an unlock wakes if anybody has ever gone to sleep since the \
             lock.",
            count(waits.len() as u64, "call"),
            count(wakes.len() as u64, "call")
        ),
    ))
}

pub(super) const ROBUST: Exercise = Exercise {
    slug: "robust",
    question: "What does the parent's lock return? 0, EOWNERDEAD or ENOTRECOVERABLE.",
    program: "robust.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "robust");
        let mut steps: Vec<String> = (0..dice.between(2, 5))
            .map(|_| (*dice.pick(&["dies", "dies", "repairs", "repairs", "ignores"])).to_owned())
            .collect();
        // Else nothing happens to the lock in half of all runs.
        let at = dice.between(0, 1) as usize;
        steps.insert(at, "dies".to_owned());
        steps
    },
    input: "",
    needs_device: false,
    watch: &["clone", "?fork", "futex", "write", "exit_group"],
    answer: robust,
};

/// What the parent said of its lock.
fn robust(recording: &Recording) -> Result<Answer, String> {
    let said = own(recording)
        .filter(|made| made.call.name == "write")
        .last()
        .ok_or("the parent said nothing")?;
    let text = match said.call.args.get(1) {
        Some(Arg::Str(bytes)) => String::from_utf8_lossy(&bytes.data).trim().to_owned(),
        _ => return Err("what the parent said is not known".to_owned()),
    };
    let mut evidence: Vec<usize> = recording
        .events
        .iter()
        .enumerate()
        .filter(|(_, event)| matches!(event.what, What::End { task, .. } if task != FIRST))
        .map(|(at, _)| at)
        .collect();
    evidence.extend(both_ends(&[said]));
    let (because, other) = match text.as_str() {
        "0" => (
            "Whoever held it last has unlocked it, and what a dead one had left was repaired.",
            None,
        ),
        "EOWNERDEAD" => (
            "Whoever held it last has died, and the kernel went through its list of robust \
             mutexes; to get the lock like this does not yet repair anything.",
            Some(libc::EOWNERDEAD),
        ),
        _ => (
            "Somebody got it from a dead one and unlocked it without pthread_mutex_consistent: \
             from then on it is of no use to anybody.",
            Some(libc::ENOTRECOVERABLE),
        ),
    };
    let mut accepted = vec![text];
    accepted.extend(other.map(|errno| errno.to_string()));
    Ok(Answer {
        accepted,
        evidence,
        because: because.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(answer: fn(&Recording) -> Result<Answer, String>, trace: &str) -> String {
        answer(&trace.parse().unwrap()).unwrap().accepted.remove(0)
    }

    #[test]
    fn only_calls_are_counted() {
        let trace = "
            2 futex(4096, FUTEX_WAIT, 2, NULL) = -1 ETIMEDOUT
            2 futex(4096, FUTEX_WAKE, 1) = 0
            2 +++ exit 0
        ";
        assert_eq!(first(futexes, trace), "2");
        assert_eq!(first(futexes, "2 +++ exit 0"), "0");
    }

    #[test]
    fn the_parent_says_how_it_got_the_lock() {
        let trace = "
            2 fork 3
            3 +++ exit 0
            2 write(1<?>, \"EOWNERDEAD\\n\", 11) = 11
        ";
        assert_eq!(first(robust, trace), "EOWNERDEAD");
    }
}
