//! The same signal just before a wait and in the middle of it: who notices, and who sleeps on.
//!
//! See signal(7), "Interruption of system calls and library functions by signal handlers".

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::Context;

use super::columns::{bold, head, narrow, prose};
use super::stage::{self, Program};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::recording::{FIRST, Made};
use crate::model::text::{errno_name, signal_name};
use crate::model::{
    Action, Arg, Arming, ExitStatus, Experiment, Fault, Recording, Role, Run, Step, Strike, Trigger,
};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "eintr",
    title: "SIGTERM just before a wait, and during it: EINTR, restart, and the gap",
    run,
};

const C: Program = Program {
    file: "gap.c",
    source: include_str!("../../../../lessons/process/code/gap.c"),
};

const PYTHON: Program = Program {
    file: "gap.py",
    source: include_str!("../../../../lessons/process/code/gap.py"),
};

/// How long a program may take to end after SIGTERM.
const WITHIN_MS: u64 = 1000;

/// A program with its arguments, how it waits, and the call in which it does.
struct Waiter {
    program: Program,
    args: &'static [&'static str],
    way: &'static str,
    call: &'static str,
}

const WAITERS: &[Waiter] = &[
    Waiter {
        program: C,
        args: &["flag"],
        way: "C: flag, read",
        call: "read",
    },
    Waiter {
        program: C,
        args: &["restart"],
        way: "C: flag, SA_RESTART, read",
        call: "read",
    },
    Waiter {
        program: PYTHON,
        args: &[],
        way: "Python: flag, os.read",
        call: "read",
    },
    Waiter {
        program: C,
        args: &["mask"],
        way: "C: mask, ppoll",
        call: "ppoll",
    },
];

/// When the signal comes.
const MOMENTS: &[(Strike, &str)] = &[
    (Strike::SignalDuring(libc::SIGTERM), "in the call"),
    (Strike::SignalBefore(libc::SIGTERM), "just before it"),
];

/// One trial, for the table.
struct Row {
    way: &'static str,
    moment: &'static str,
    call: &'static str,
    recording: Result<Recording, String>,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}\n",
        bold("SIGTERM and a program that waits", options.color)
    )?;
    let mut rows = Vec::new();
    for waiter in WAITERS {
        for (strike, moment) in MOMENTS {
            let performed = stage::perform(waiter.program, experiment(waiter, *strike), options)
                .with_context(|| format!("cannot try {}", waiter.way))?;
            let recording = match performed {
                Ok(trials) => Ok(trials
                    .into_iter()
                    .find_map(|trial| trial.runs.into_iter().next())
                    .context("nothing was recorded")?),
                Err(why) => Err(why),
            };
            rows.push(Row {
                way: waiter.way,
                moment,
                call: waiter.call,
                recording,
            });
        }
    }
    out.write_all(table(&rows).as_bytes())?;
    writeln!(out)?;
    out.write_all(lesson(&rows).as_bytes())?;
    Ok(())
}

/// No input ever comes; the signal strikes at the first wait for it.
fn experiment(waiter: &Waiter, strike: Strike) -> Experiment {
    let on = match waiter.call {
        "read" => Role::Stdin,
        // The descriptors of ppoll(2) are in an array: it is about none.
        _ => Role::Any,
    };
    Experiment {
        story: "SIGTERM comes at the first wait".to_owned(),
        runs: vec![Run {
            args: waiter.args.iter().map(|arg| (*arg).to_owned()).collect(),
            steps: vec![
                Step::AwaitRest,
                Step::AwaitExit {
                    within_ms: WITHIN_MS,
                },
            ],
            faults: vec![Fault {
                trigger: Trigger {
                    calls: vec![waiter.call.to_owned()],
                    on,
                    // Neither the loader nor an interpreter waits for input.
                    armed: Arming::Start,
                    first: 1,
                    every: 0,
                },
                action: Action::Strike(strike),
            }],
            watch: ["desc", "file", "process", "signal"]
                .map(str::to_owned)
                .to_vec(),
            ..Run::default()
        }],
        ..Experiment::default()
    }
}

/// What became of the wait in one trial.
#[derive(Debug, PartialEq, Eq)]
enum Wait {
    /// It failed, and the program was told so.
    Told(i32),
    /// It ended, and was made again: by the kernel or by the program's runtime.
    Again,
    /// It was not interrupted at all.
    Whole,
    /// The signal did not come: nothing was tried.
    Unstruck,
}

/// A trial a line.
fn table(rows: &[Row]) -> String {
    let mut cells = vec![head(["how it waits", "SIGTERM comes", "the call", "then"])];
    let mut reasons = BTreeSet::new();
    for row in rows {
        let mut line = vec![row.way.to_owned(), row.moment.to_owned()];
        match &row.recording {
            Ok(recording) => {
                line.push(match waited(recording, row.call) {
                    Wait::Told(errno) => format!("fails with {}", errno_name(errno)),
                    Wait::Again => "interrupted, made again".to_owned(),
                    Wait::Whole => "not interrupted".to_owned(),
                    Wait::Unstruck => "not met by the signal".to_owned(),
                });
                line.push(match ended(recording) {
                    Some(ExitStatus::Signal(signo)) => signal_name(signo),
                    Some(status) => status.to_string(),
                    None => "still waits".to_owned(),
                });
            }
            Err(why) => {
                line.extend(["not tried here", "-"].map(str::to_owned));
                reasons.insert(why);
            }
        }
        cells.push(line);
    }
    let mut text = narrow(&[], &cells);
    for why in reasons {
        text.push_str(&prose(&format!("Not tried here: {why}.")));
    }
    text
}

/// How the program ended by itself, if it did.
fn ended(recording: &Recording) -> Option<ExitStatus> {
    match recording.limit() {
        Some(_) => None,
        None => recording.outcome().map(|(_, status)| status),
    }
}

/// What became of the waits from the strike on.
fn waited(recording: &Recording, call: &str) -> Wait {
    let Some((struck, ..)) = recording.struck().find(|(_, task, _)| *task == FIRST) else {
        return Wait::Unstruck;
    };
    let own: Vec<Made<'_>> = recording
        .calls()
        .filter(|made| made.task == FIRST)
        .collect();
    let is_wait = |made: &&Made<'_>| made.call.name == call && (call != "read" || is_input(made));
    let interrupted = own
        .iter()
        .filter(is_wait)
        .filter(|made| made.exit.is_none_or(|exit| exit > struck))
        .find(|made| made.errno().is_some());
    let Some(made) = interrupted else {
        return Wait::Whole;
    };
    let goes_on = own
        .iter()
        .filter(is_wait)
        .any(|later| later.enter > made.enter);
    match goes_on {
        true => Wait::Again,
        // What the kernel notes for itself (ERESTARTSYS) reaches the program as EINTR, unless
        // the call is made again.
        false => Wait::Told(libc::EINTR),
    }
}

/// Whether a call is about standard input.
fn is_input(made: &Made<'_>) -> bool {
    matches!(made.call.args.first(), Some(Arg::Fd(fd)) if fd.number == libc::STDIN_FILENO)
}

/// What the table says.
fn lesson(rows: &[Row]) -> String {
    let stuck: Vec<&Row> = rows
        .iter()
        .filter(|row| {
            row.recording.as_ref().is_ok_and(|recording| {
                ended(recording).is_none() && waited(recording, row.call) != Wait::Unstruck
            })
        })
        .collect();
    let tried = rows.iter().filter(|row| row.recording.is_ok()).count();
    prose(&format!(
        "In {} of {tried} trials the program slept on until it was killed: the handler had run \
         and set the flag, and nobody looked at it. The gap before the call is a few instructions \
         wide; the tracer held the program there until the signal had come.",
        stuck.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(text: &str) -> Recording {
        text.parse().unwrap()
    }

    fn told() -> Recording {
        trial(
            "
            2 read(0<pipe:[1]>, ?, 1) ...
            2 !!! 0
            2 ... read = -1 ERESTARTSYS
            2 --- SIGTERM
            2 rt_sigreturn() = -1 EINTR
            2 +++ exit 0
            ",
        )
    }

    fn restarted() -> Recording {
        trial(
            "
            2 read(0<pipe:[1]>, ?, 1) ...
            2 !!! 0
            2 ... read = -1 ERESTARTSYS
            2 --- SIGTERM
            2 rt_sigreturn() = 0
            2 read(0<pipe:[1]>, ?, 1) ...
            * limit exit 1000
            2 +++ signal SIGKILL
            ",
        )
    }

    fn missed() -> Recording {
        trial(
            "
            2 !!! 0
            2 --- SIGTERM
            2 rt_sigreturn() = 0
            2 read(0<pipe:[1]>, ?, 1) ...
            * limit exit 1000
            2 +++ signal SIGKILL
            ",
        )
    }

    #[test]
    fn the_fates_of_a_wait() {
        assert_eq!(waited(&told(), "read"), Wait::Told(libc::EINTR));
        assert_eq!(waited(&restarted(), "read"), Wait::Again);
        assert_eq!(waited(&missed(), "read"), Wait::Whole);
        let never = trial("2 read(0<pipe:[1]>, ?, 1) ...");
        assert_eq!(waited(&never, "read"), Wait::Unstruck);
    }

    #[test]
    fn a_trial_is_a_line() {
        let row = |moment, recording| Row {
            way: "C: flag",
            moment,
            call: "read",
            recording,
        };
        let rows = [
            row("in the call", Ok(told())),
            row("in the call", Ok(restarted())),
            row("just before it", Ok(missed())),
            row("just before it", Err("no cc".to_owned())),
        ];
        assert_eq!(
            table(&rows),
            "\
how it waits  SIGTERM comes   the call                 then
C: flag       in the call     fails with EINTR         exit 0
C: flag       in the call     interrupted, made again  still waits
C: flag       just before it  not interrupted          still waits
C: flag       just before it  not tried here           -
Not tried here: no cc.
"
        );
        assert!(
            lesson(&rows).starts_with("In 2 of 3 trials"),
            "{}",
            lesson(&rows)
        );
    }
}
