//! The incident, live: five services that record payments, struck at every call they make.
//!
//! See signal(7), write(2) and fdatasync(2).

mod tally;

use std::io::Write;

use anyhow::Context;

use super::columns::{Align, bold, head, narrow, prose};
use super::stage::{self, Program};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::recording::STRIKE;
use crate::model::text::signal_name;
use crate::model::{
    Arg, Arming, ExitStatus, Experiment, InputFile, Recording, Role, Run, Step, Strike, Sweep,
    Trigger, What,
};
use tally::{Tally, tally};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "shutdown",
    title: "five services, struck at every call: how many acknowledged records each loses",
    run,
};

/// The log, as the services get it on their command line.
const LOG: &str = "/lab/log";

/// Bytes of a record: some fill the buffer of a file, so that what is in it is not all that is
/// lost or kept.
const RECORD: usize = 700;

/// Groups of records, and records in each; a group is sent when the one before has been taken.
const GROUPS: (usize, usize) = (4, 3);

/// The same for the quick version.
const QUICK_GROUPS: (usize, usize) = (2, 1);

/// How long a service may take to end after its input did.
const WITHIN_MS: u64 = 5000;

/// One of the services.
struct Service {
    program: Program,
    /// What it does with a record, in few words.
    way: &'static str,
}

/// From the incident to the answer.
const SERVICES: &[Service] = &[
    Service {
        program: Program {
            file: "naive.py",
            source: include_str!("../../../../lessons/process/code/naive.py"),
        },
        way: "says ok, then writes",
    },
    Service {
        program: Program {
            file: "polite.py",
            source: include_str!("../../../../lessons/process/code/polite.py"),
        },
        way: "handler: sys.exit",
    },
    Service {
        program: Program {
            file: "naive.c",
            source: include_str!("../../../../lessons/process/code/naive.c"),
        },
        way: "handler: _exit",
    },
    Service {
        program: Program {
            file: "naive.rs",
            source: include_str!("../../../../lessons/process/code/naive.rs"),
        },
        way: "says ok, then writes",
    },
    Service {
        program: Program {
            file: "sound.c",
            source: include_str!("../../../../lessons/process/code/sound.c"),
        },
        way: "syncs, then says ok",
    },
];

/// What became of one service.
struct Row {
    file: &'static str,
    way: &'static str,
    /// The trials in which SIGTERM came, and those in which SIGKILL did; or why there are none.
    trials: Result<(Vec<Recording>, Vec<Recording>), String>,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let groups = if options.quick { QUICK_GROUPS } else { GROUPS };
    writeln!(out, "{}\n", bold("What a shutdown costs", options.color))?;
    let story = format!(
        "Each service gets {} payments, again and again: each time a signal, or a power failure, \
         comes at another one of its calls. All but the last say ok before they write. Shown is \
         the worst time: how many of the payments that it had acknowledged it lost.",
        groups.0 * groups.1
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let mut rows = Vec::new();
    for service in SERVICES {
        let performed = stage::perform(service.program, experiment(groups), options)
            .with_context(|| format!("cannot try {}", service.program.file))?;
        rows.push(Row {
            file: service.program.file,
            way: service.way,
            trials: performed.map(|trials| {
                let of = |wanted: Strike| {
                    trials
                        .iter()
                        .filter(|trial| trial.point.is_some_and(|(strike, _)| strike == wanted))
                        .filter_map(|trial| trial.runs.first().cloned())
                        .collect()
                };
                (
                    of(Strike::SignalBefore(libc::SIGTERM)),
                    of(Strike::KillTree),
                )
            }),
        });
    }
    out.write_all(table(&rows).as_bytes())?;
    writeln!(out)?;
    out.write_all(worst_moment(&rows).as_bytes())?;
    Ok(())
}

/// Records come in groups; then the input ends. The strikes come from the first record on.
fn experiment((groups, each): (usize, usize)) -> Experiment {
    let mut steps = Vec::new();
    for group in 0..groups {
        let records = (0..each).map(|nth| record(group * each + nth + 1));
        steps.push(Step::Send(records.collect::<String>().into_bytes()));
        steps.push(Step::AwaitRest);
    }
    steps.push(Step::CloseInput);
    steps.push(Step::AwaitExit {
        within_ms: WITHIN_MS,
    });
    let calls = ["%desc", "%file", "%process", "%signal"];
    Experiment {
        story: "payments are sent, and a signal comes".to_owned(),
        // The log is there before: its directory entry is not what this is about.
        files: vec![InputFile {
            path: LOG.to_owned(),
            ..InputFile::default()
        }],
        runs: vec![Run {
            args: vec![LOG.to_owned()],
            steps,
            collect: vec![LOG.to_owned()],
            ..Run::default()
        }],
        sweep: Some(Sweep {
            strikes: vec![Strike::SignalBefore(libc::SIGTERM), Strike::KillTree],
            points: Trigger {
                calls: calls.map(str::to_owned).to_vec(),
                on: Role::Any,
                armed: Arming::FirstInput,
                first: 0,
                every: 0,
            },
        }),
        oracle: None,
    }
}

/// A payment, padded to its length.
fn record(number: usize) -> String {
    let payment = format!("payment {number} captured ");
    format!("{payment:.<width$}\n", width = RECORD - 1)
}

/// The trial that loses most, and what it loses.
fn worst(trials: &[Recording]) -> Option<(&Recording, Tally)> {
    trials
        .iter()
        .map(|trial| (trial, tally(trial, LOG)))
        // Of several the first, in which least else has happened.
        .rev()
        .max_by_key(|(_, tally)| tally.lost)
}

/// A service a line: what it loses where that is most.
fn table(rows: &[Row]) -> String {
    let mut cells = vec![head([
        "service",
        "what it does",
        "calls",
        "SIGTERM",
        "SIGKILL",
        "power loss",
        "ends by",
    ])];
    let mut reasons = String::new();
    for row in rows {
        let mut line = vec![row.file.to_owned(), row.way.to_owned()];
        match &row.trials {
            Ok((term, kill)) => {
                line.push(term.len().to_string());
                let loss = |trials: &[Recording]| match worst(trials) {
                    Some((_, tally)) => tally.to_string(),
                    None => "-".to_owned(),
                };
                line.push(loss(term));
                line.push(loss(kill));
                line.push(power_loss(term.iter().chain(kill)));
                line.push(endings(term));
            }
            Err(why) => {
                line.extend(vec!["-".to_owned(); 5]);
                reasons.push_str(&prose(&format!("Not tried here: {} ({why}).", row.file)));
            }
        }
        cells.push(line);
    }
    let right = Align::Right;
    narrow(
        &[Align::Left, Align::Left, right, right, right, right],
        &cells,
    ) + &reasons
}

/// What power loss takes in the worst case, whenever it comes.
fn power_loss<'a>(trials: impl Iterator<Item = &'a Recording>) -> String {
    let worst = trials
        .filter_map(|trial| tally(trial, LOG).unsynced)
        .max_by_key(|(lost, _)| *lost);
    match worst {
        Some((lost, of)) => tally::share(lost, of),
        None => "-".to_owned(),
    }
}

/// How the trials in which SIGTERM came ended, each way once.
fn endings(trials: &[Recording]) -> String {
    let mut endings: Vec<String> = Vec::new();
    for trial in trials {
        let ending = match trial.outcome() {
            Some((_, ExitStatus::Signal(signo))) => signal_name(signo),
            Some((_, status)) => status.to_string(),
            None => "does not end".to_owned(),
        };
        if !endings.contains(&ending) {
            endings.push(ending);
        }
    }
    endings.join(", ")
}

/// The last calls before the worst SIGTERM of all, as the kernel saw them.
fn worst_moment(rows: &[Row]) -> String {
    /// Lines that lead up to the strike.
    const BEFORE: usize = 6;
    let worst = rows
        .iter()
        .filter_map(|row| {
            let (term, _) = row.trials.as_ref().ok()?;
            let (trial, tally) = worst(term)?;
            (tally.lost > 0).then_some((row, trial, tally))
        })
        .rev()
        .max_by_key(|(_, _, tally)| tally.lost);
    if rows.iter().all(|row| row.trials.is_err()) {
        return prose(
            "Not tried here, any of them: `syslab doctor` says how to install what they need.",
        );
    }
    let Some((row, trial, tally)) = worst else {
        return prose("No service lost an acknowledged record to SIGTERM.");
    };
    let struck = trial
        .struck()
        .find(|(_, _, fault)| *fault == STRIKE)
        .map_or(trial.events.len(), |(at, _, _)| at);
    let enters: Vec<usize> = (0..struck)
        .filter(|at| matches!(trial.events[*at].what, What::Enter(..)))
        .filter(|at| is_telling(trial, *at))
        .collect();
    let from = enters
        .len()
        .checked_sub(BEFORE)
        .map_or(0, |skipped| enters[skipped]);
    let shown = enters.into_iter().filter(|at| *at >= from);
    let text = prose(&format!(
        "The worst moment for {}: {} records acknowledged, {} of them lost.",
        row.file, tally.acknowledged, tally.lost
    ));
    let rest = (struck..trial.events.len())
        .filter(|at| !matches!(trial.events[*at].what, What::Struck(..)) && is_telling(trial, *at));
    text + &stage::lines(trial, shown, 2) + &stage::lines(trial, rest, 2)
}

/// Whether an event tells of records: what moves them, and how the process ends.
fn is_telling(trial: &Recording, at: usize) -> bool {
    match &trial.events[at].what {
        What::Enter(_, call) => {
            let moves = ["read", "write", "fsync", "fdatasync"];
            let is_ours = matches!(call.args.first(), Some(Arg::Fd(fd))
                if fd.number <= libc::STDOUT_FILENO
                    || fd.object.as_ref().is_some_and(|object| object.name == LOG));
            is_ours && moves.contains(&call.name.as_str())
        }
        What::Signal(..) | What::End { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::WIDTH;
    use super::*;

    fn trial(text: &str) -> Recording {
        text.parse().unwrap()
    }

    fn naive() -> Recording {
        trial(
            "
            * file \"/lab/log\" \"\"
            2 exec \"/submission/main\" fds=0<pipe:[1]>,1<pipe:[2]>,3</lab/log [9]>
            * stdin \"one\\ntwo\\n\"
            2 read(0<pipe:[1]>, \"one\\ntwo\\n\", 4096) = 8
            2 write(1<pipe:[2]>, \"ok 1\\n\", 5) = 5
            2 write(1<pipe:[2]>, \"ok 2\\n\", 5) = 5
            * stdout \"ok 1\\nok 2\\n\"
            2 !!! strike
            2 --- SIGTERM
            2 +++ signal SIGTERM
            * file \"/lab/log\" \"\"
            ",
        )
    }

    fn sound() -> Recording {
        trial(
            "
            * file \"/lab/log\" \"\"
            2 exec \"/submission/main\" fds=0<pipe:[1]>,1<pipe:[2]>
            2 openat(AT_FDCWD, \"/lab/log\", O_WRONLY|O_APPEND, 0644) = 3</lab/log [9]>
            * stdin \"one\\ntwo\\n\"
            2 read(0<pipe:[1]>, \"one\\ntwo\\n\", 4096) = 8
            2 write(3</lab/log [9]>, \"one\\ntwo\\n\", 8) = 8 @0
            2 fdatasync(3</lab/log [9]>) = 0
            2 write(1<pipe:[2]>, \"ok 1\\nok 2\\n\", 10) = 10
            * stdout \"ok 1\\nok 2\\n\"
            2 !!! strike
            2 --- SIGTERM
            2 +++ exit 0
            * file \"/lab/log\" \"one\\ntwo\\n\"
            ",
        )
    }

    fn row(file: &'static str, trial: Recording) -> Row {
        Row {
            file,
            way: "does something",
            trials: Ok((vec![trial.clone()], vec![trial])),
        }
    }

    #[test]
    fn a_service_is_as_good_as_its_worst_trial() {
        let rows = [
            Row {
                trials: Ok((vec![sound(), naive()], vec![sound()])),
                ..row("mixed.c", naive())
            },
            row("sound.c", sound()),
            Row {
                trials: Err("no rustc".to_owned()),
                ..row("naive.rs", naive())
            },
        ];
        let text = table(&rows);
        let lines: Vec<Vec<&str>> = text
            .lines()
            .map(|line| {
                line.split("  ")
                    .map(str::trim)
                    .filter(|c| !c.is_empty())
                    .collect()
            })
            .collect();
        assert_eq!(
            lines[1],
            [
                "mixed.c",
                "does something",
                "2",
                "2 of 2",
                "none",
                "2 of 2",
                "exit 0, SIGTERM"
            ]
        );
        assert_eq!(lines[2][3..], ["none", "none", "none", "exit 0"]);
        assert_eq!(lines[3][2..], ["-"; 5]);
        assert_eq!(lines[4], ["Not tried here: naive.rs (no rustc)."]);
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
    }

    #[test]
    fn the_worst_moment_is_shown_with_what_led_to_it() {
        let text = worst_moment(&[row("sound.c", sound()), row("naive.py", naive())]);
        assert_eq!(
            text,
            "The worst moment for naive.py: 2 records acknowledged, 2 of them lost.\n  \
             read(0<pipe:[1]>, \"one\\ntwo\\n\", 4096) = 8\n  \
             write(1<pipe:[2]>, \"ok 1\\n\", 5) = 5\n  \
             write(1<pipe:[2]>, \"ok 2\\n\", 5) = 5\n  \
             --- SIGTERM\n  \
             +++ signal SIGTERM\n"
        );
        let text = worst_moment(&[row("sound.c", sound())]);
        assert!(text.starts_with("No service lost"), "{text}");
        // What was not tried has not been found sound.
        let text = worst_moment(&[]);
        assert!(text.starts_with("Not tried here"), "{text}");
    }

    #[test]
    fn records_have_their_length() {
        assert_eq!(record(7).len(), RECORD);
        assert_eq!(record(1234).len(), RECORD);
    }
}
