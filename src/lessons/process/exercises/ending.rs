//! Exercises about the end of a process: what it still writes, and what its parent learns.

use super::calls::{LOG, count, log_writes, number};
use super::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::{ExitStatus, FIRST, What};
use crate::model::text::signal_name;

pub(super) const LEAVING: Exercise = Exercise {
    slug: "leaving",
    question: "How many bytes are in the log when the program has ended?",
    program: "leaving.py",
    args: |seed| {
        let mut dice = Dice::new(seed, "leaving");
        let way = *dice.pick(&["return", "exit", "raise", "_exit", "sigterm"]);
        let size = dice.between(100, 300);
        let count = dice.between(10, 40);
        [LOG, way, &size.to_string(), &count.to_string()]
            .map(str::to_owned)
            .to_vec()
    },
    input: "",
    needs_device: false,
    watch: &["openat", "write", "kill", "close", "exit_group"],
    answer: leaving,
};

/// What all writes to the log took together.
fn leaving(recording: &Recording) -> Result<Answer, String> {
    let (end, status) = recording.outcome().ok_or("the program did not end")?;
    let mut evidence = Vec::new();
    let (mut bytes, mut writes) = (0, 0);
    for (made, taken) in log_writes(recording) {
        evidence.extend([Some(made.enter), made.exit].into_iter().flatten());
        bytes += taken;
        writes += 1;
    }
    evidence.push(end);
    Ok(number(
        bytes,
        evidence,
        format!(
            "The program made {} on the log before it ended ({status}); what its buffer held then \
             is lost, unless the interpreter got to flush it on its way out.",
            count(writes, "write")
        ),
    ))
}

pub(super) const STATUS: Exercise = Exercise {
    slug: "status",
    question: "If a shell had started the child, what would it show for $?",
    program: "status.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "status");
        let signals = ["1", "2", "6", "9", "10", "14", "15"];
        let exits = [dice.between(1, 255), dice.between(256, 1000)];
        match dice.between(0, 2) {
            0 => vec!["signal".to_owned(), dice.pick(&signals).to_string()],
            nth => vec!["exit".to_owned(), exits[nth as usize - 1].to_string()],
        }
    },
    input: "",
    needs_device: false,
    watch: &["exit_group", "kill", "wait4", "waitid"],
    answer: status,
};

/// How the child ended, as a shell puts it.
fn status(recording: &Recording) -> Result<Answer, String> {
    let child = recording
        .events
        .iter()
        .find_map(|event| match event.what {
            What::Fork {
                task: FIRST,
                child,
                thread: false,
            } => Some(child),
            _ => None,
        })
        .ok_or("no child was started")?;
    let (at, status) = recording
        .events
        .iter()
        .enumerate()
        .find_map(|(at, event)| match event.what {
            What::End { task, status, .. } if task == child => Some((at, status)),
            _ => None,
        })
        .ok_or("the child did not end")?;
    let (shown, because) = match status {
        ExitStatus::Code(code) => (
            code,
            "Of the number given to exit, wait reports the lowest eight bits.".to_owned(),
        ),
        ExitStatus::Signal(signo) => (
            128 + signo,
            format!(
                "The child was ended by {}: wait reports a signal and no exit status, and shells \
                 write that as 128 and the signal's number.",
                signal_name(signo)
            ),
        ),
    };
    Ok(Answer {
        accepted: vec![shown.to_string()],
        evidence: vec![at],
        because,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_in_the_buffer_is_lost() {
        let recording: Recording = "
            2 write(3</lab/log [12]>, \"r\"...3899, 3900) = 3900 @0
            2 kill(2, SIGTERM) = 0
            2 --- SIGTERM
            2 +++ signal SIGTERM
        "
        .parse()
        .unwrap();
        let answer = leaving(&recording).unwrap();
        assert_eq!(answer.accepted, ["3900"]);
        assert!(
            answer.because.contains("1 write on the log"),
            "{}",
            answer.because
        );
        assert!(
            answer.because.contains("signal SIGTERM"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn an_empty_log_is_an_answer() {
        let recording: Recording = "2 +++ exit 0".parse().unwrap();
        assert_eq!(leaving(&recording).unwrap().accepted, ["0"]);
    }

    #[test]
    fn a_death_by_signal_is_128_and_its_number() {
        let of = |end: &str| {
            let text = format!("2 fork 3\n3 +++ {end}\n2 +++ exit 0");
            status(&text.parse().unwrap()).unwrap().accepted
        };
        assert_eq!(of("exit 44"), ["44"]);
        assert_eq!(of("signal SIGKILL"), ["137"]);
    }
}
