//! An exercise about resource limits: how a process learns that it has reached one.

use super::calls::own;
use super::dice::Dice;
use crate::model::Recording;
use crate::model::curriculum::{Answer, Exercise};
use crate::model::recording::ExitStatus;
use crate::model::text::{errno_name, signal_name};

pub(super) const REACHED: Exercise = Exercise {
    slug: "reached",
    question: "At the limit: which signal ends the program, or which errno does it get and live?",
    program: "reached.c",
    args: |seed| {
        let mut dice = Dice::new(seed, "reached");
        let (limit, amount) = *dice.pick(&[
            ("fsize", (1_000, 20_000)),
            ("as", (30_000_000, 90_000_000)),
            ("nofile", (6, 40)),
            ("stack", (150_000, 900_000)),
        ]);
        let amount = dice.between(amount.0, amount.1);
        let signals = *dice.pick(&["default", "ignored"]);
        [limit, &amount.to_string(), signals]
            .map(str::to_owned)
            .to_vec()
    },
    input: "",
    needs_device: false,
    watch: &[
        "?setrlimit",
        "prlimit64",
        "write",
        "?dup",
        "mmap",
        "exit_group",
    ],
    answer: reached,
};

/// The signal that ended the program, or the errno of its last failed call.
fn reached(recording: &Recording) -> Result<Answer, String> {
    let (end, status) = recording.outcome().ok_or("the program did not end")?;
    let failed = own(recording)
        .filter(|made| matches!(made.call.name.as_str(), "write" | "dup" | "mmap"))
        .filter_map(|made| Some((made, made.errno()?)))
        .last();
    let mut evidence = Vec::new();
    if let Some((made, _)) = failed {
        evidence.extend([Some(made.enter), made.exit].into_iter().flatten());
    }
    evidence.push(end);
    let (accepted, because) = match (status, failed) {
        (ExitStatus::Signal(signo), _) => {
            let name = signal_name(signo);
            let how = match failed {
                Some((made, errno)) => format!(
                    "{} failed with {}, and with the error came {name}, whose default is to end \
                     the process.",
                    made.call.name,
                    errno_name(errno)
                ),
                None => format!(
                    "No call failed: the process touched memory that it could not be given. \
                     {name} for a real fault ends a process even if it is ignored."
                ),
            };
            let short = name.trim_start_matches("SIG").to_owned();
            (vec![name, short, signo.to_string()], how)
        }
        (ExitStatus::Code(_), Some((made, errno))) => {
            let name = errno_name(errno).into_owned();
            let how = format!(
                "{} failed with {name}, no signal ended the program, and it could have said so.",
                made.call.name
            );
            (vec![name, errno.to_string()], how)
        }
        (ExitStatus::Code(_), None) => {
            return Err("no call failed and no signal ended the program".to_owned());
        }
    };
    Ok(Answer {
        accepted,
        evidence,
        because,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Answer {
        reached(&text.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_signal_that_ends_it_counts_more_than_the_error() {
        let answer = answer(
            "
            2 write(3</memfd:file [4]>, \"\"...512, 512) = -1 EFBIG
            2 --- SIGXFSZ
            2 +++ signal SIGXFSZ
            ",
        );
        assert_eq!(answer.accepted, ["SIGXFSZ", "XFSZ", "25"]);
        assert!(answer.because.contains("EFBIG"), "{}", answer.because);
    }

    #[test]
    fn an_ignored_signal_leaves_an_error() {
        let answer = answer(
            "
            2 write(3</memfd:file [4]>, \"\"...512, 512) = -1 EFBIG
            2 --- SIGXFSZ
            2 +++ exit 1
            ",
        );
        assert_eq!(answer.accepted, ["EFBIG", "27"]);
        assert_eq!(answer.evidence, [0, 1, 3]);
    }

    #[test]
    fn a_stack_has_no_error() {
        let answer = answer("2 --- SIGSEGV\n2 +++ signal SIGSEGV");
        assert_eq!(answer.accepted[0], "SIGSEGV");
        assert!(
            answer.because.starts_with("No call failed"),
            "{}",
            answer.because
        );
    }

    #[test]
    fn an_end_without_a_reason_is_no_answer() {
        assert!(reached(&"2 +++ exit 1".parse().unwrap()).is_err());
    }
}
