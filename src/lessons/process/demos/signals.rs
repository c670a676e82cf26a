//! One signal, six ways to meet it: what the kernel does in each.
//!
//! See signal(7), sigaction(2), ppoll(2) and signalfd(2).

use std::io::Write;

use anyhow::Context;

use super::columns::{bold, wrapped};
use super::stage::{self, Program};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::experiment::ACTOR;
use crate::model::recording::{FIRST, World};
use crate::model::text::{call_head, signal_name};
use crate::model::{Arg, ExitStatus, Experiment, Recording, Run, Step, What};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "signals",
    title: "SIGTERM by default, handler, self-pipe, mask, signalfd and signal-hook, as the kernel sees it",
    run,
};

const PROGRAM: Program = Program {
    file: "ways.c",
    source: include_str!("../../../../lessons/process/code/ways.c"),
};

/// How long a program may take to end after SIGTERM.
const WITHIN_MS: u64 = 1000;

/// What becomes another program: the actor, with its verb.
const RUN: Program = Program {
    file: "run",
    source: "#!/bin/sh\nexec \"$@\"\n",
};

/// One way to meet the signal.
struct Way {
    name: &'static str,
    what: &'static str,
    program: Program,
    args: &'static [&'static str],
}

/// A way of the C program, told what to do by the way's name.
const fn in_c(name: &'static str, args: &'static [&'static str; 1], what: &'static str) -> Way {
    Way {
        name,
        what,
        program: PROGRAM,
        args,
    }
}

/// From what happens by itself to what a library does.
const WAYS: &[Way] = &[
    in_c(
        "default",
        &["default"],
        "nothing is said about SIGTERM; read waits for input",
    ),
    in_c(
        "flag",
        &["flag"],
        "a handler sets a flag; it has SA_RESTART, as signal(2) in glibc arranges it",
    ),
    in_c(
        "pipe",
        &["pipe"],
        "the handler writes a byte to a pipe; poll waits for input and for the pipe",
    ),
    in_c(
        "mask",
        &["mask"],
        "SIGTERM is blocked, and ppoll lets it in while it waits",
    ),
    in_c(
        "signalfd",
        &["signalfd"],
        "SIGTERM is blocked, and poll waits for input and for a signalfd",
    ),
    Way {
        name: "signal-hook",
        what: "Rust, with the crate signal-hook: its handler sends a byte to a socket; poll waits \
               for input and for the socket",
        program: RUN,
        args: &[ACTOR, "await-term"],
    },
];

/// Calls that tell the kernel what to do with signals, before the wait.
const PREPARATIONS: &[&str] = &[
    "rt_sigaction",
    "rt_sigprocmask",
    "pipe2",
    "signalfd4",
    "socketpair",
];

/// Calls that wait.
const WAITS: &[&str] = &["read", "poll", "ppoll"];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let title = "Six ways to meet SIGTERM";
    writeln!(out, "{}\n", bold(title, options.color))?;
    let story = "Each program waits, gets a line of input, waits again, and gets SIGTERM.";
    writeln!(out, "{}", wrapped(story, 0))?;
    for way in WAYS {
        writeln!(out, "{}", bold(way.name, options.color))?;
        out.write_all(wrapped(&format!("  {}", way.what), 2).as_bytes())?;
        let performed = stage::perform(way.program, experiment(way), options)
            .with_context(|| format!("cannot try {}", way.name))?;
        match performed {
            Ok(trials) => {
                let recording = trials.first().and_then(|trial| trial.runs.first());
                let recording = recording.context("nothing was recorded")?;
                out.write_all(shown(recording).as_bytes())?;
            }
            Err(why) => {
                out.write_all(wrapped(&format!("  not tried here: {why}"), 4).as_bytes())?
            }
        }
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

/// A line of input, then SIGTERM, both while the program waits.
fn experiment(way: &Way) -> Experiment {
    let watch = [
        PREPARATIONS,
        WAITS,
        &["write", "sendto", "rt_sigreturn", "exit_group"],
    ]
    .concat();
    Experiment {
        story: format!("SIGTERM comes while the program waits ({})", way.name),
        runs: vec![Run {
            args: way.args.iter().map(|arg| (*arg).to_owned()).collect(),
            has_actor: way.args.first() == Some(&ACTOR),
            steps: vec![
                Step::Send(b"hello\n".to_vec()),
                Step::AwaitRest,
                Step::Signal(libc::SIGTERM),
                Step::AwaitExit {
                    within_ms: WITHIN_MS,
                },
            ],
            watch: watch.into_iter().map(str::to_owned).collect(),
            ..Run::default()
        }],
        ..Experiment::default()
    }
}

/// What the program arranged, what happened from the last wait on, and what became of it.
fn shown(recording: &Recording) -> String {
    let sent = recording
        .world()
        .find(|(_, world)| matches!(world, World::Signalled(_)))
        .map_or(recording.events.len(), |(at, _)| at);
    // A shell may have come first, and become the program.
    let began = (0..sent)
        .rev()
        .find(|at| matches!(recording.events[*at].what, What::Exec(FIRST, _)))
        .unwrap_or(0);
    let arranged = (began..sent).filter(|at| {
        matches!(&recording.events[*at].what,
        What::Enter(FIRST, call) if arranges(&call.name, &call.args))
    });
    // The wait in which the signal met the program.
    let wait = (0..sent)
        .rev()
        .find(|at| {
            matches!(&recording.events[*at].what,
            What::Enter(FIRST, call) if WAITS.contains(&call.name.as_str()))
        })
        .unwrap_or(sent);
    let until = recording
        .limit()
        .map_or(recording.events.len(), |(at, ..)| at);
    stage::lines(recording, arranged, 4)
        + &stage::lines(recording, wait..until, 4)
        + &wrapped(&format!("  {}", ending(recording)), 2)
}

/// Whether a call tells the kernel what to do with SIGTERM.
fn arranges(name: &str, args: &[Arg]) -> bool {
    if !PREPARATIONS.contains(&name) {
        return false;
    }
    // The C library asks for other signals too; a pipe has no signal to name.
    let names_another = args.iter().any(|arg| match arg {
        Arg::Word(word) => word.starts_with("SIG") && name == "rt_sigaction" && word != "SIGTERM",
        _ => false,
    });
    !names_another
}

/// One sentence.
fn ending(recording: &Recording) -> String {
    let handled = recording.events.iter().any(
        |event| matches!(&event.what, What::Enter(FIRST, call) if call.name == "rt_sigreturn"),
    );
    let how = match handled {
        true => "A handler ran.",
        false => "No handler ran.",
    };
    let end = match recording.outcome() {
        Some((_, ExitStatus::Signal(signo))) if recording.limit().is_none() => {
            format!("{} ended the process.", signal_name(signo))
        }
        Some((_, status)) if recording.limit().is_none() => {
            format!("The process ended itself ({status}).")
        }
        _ => {
            let waits = recording
                .in_flight()
                .iter()
                .find(|made| made.task == FIRST)
                .map_or("a call".to_owned(), |made| call_head(made.call));
            format!("The process did not end: it still waited in {waits} when it was killed.")
        }
    };
    format!("{how} {end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_arranged_comes_first_and_then_the_signal() {
        let recording: Recording = "
            2 exec \"/submission/main\" fds=0<pipe:[1]>,1<pipe:[2]>
            2 rt_sigaction(SIGPIPE, {sa_handler=SIG_DFL}, NULL, 8) = 0
            2 rt_sigprocmask(SIG_BLOCK, [TERM], [], 8) = 0
            2 signalfd4(-1, [TERM], 8, SFD_CLOEXEC) = 3<anon_inode:[signalfd]>
            2 poll([{fd=0, revents=POLLIN}], 2, -1) = 1
            2 read(0<pipe:[1]>, \"hello\\n\", 64) = 6
            2 poll([{fd=3, revents=POLLIN}], 2, -1) ...
            . rest
            * signal SIGTERM
            2 ... poll = 1
            2 write(1<pipe:[2]>, \"stopping\\n\", 9) = 9
            2 +++ exit 0
        "
        .parse()
        .unwrap();
        assert_eq!(
            shown(&recording),
            "    rt_sigprocmask(SIG_BLOCK, [TERM], [], 8) = 0
    signalfd4(-1, [TERM], 8, SFD_CLOEXEC) = 3<anon_inode:[signalfd]>
    poll([{fd=3, revents=POLLIN}], 2, -1) = 1
    write(1<pipe:[2]>, \"stopping\\n\", 9) = 9
    +++ exit 0
  No handler ran. The process ended itself (exit 0).
"
        );
    }

    #[test]
    fn what_a_shell_arranged_before_is_left_out() {
        let recording: Recording = "
            2 exec \"/bin/dash\"
            2 rt_sigprocmask(SIG_BLOCK, [CHLD], [], 8) = 0
            2 exec \"/actor\"
            2 socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0
            2 poll([{fd=3, revents=POLLIN}], 2, -1) ...
            * signal SIGTERM
            2 +++ exit 0
        "
        .parse()
        .unwrap();
        let text = shown(&recording);
        assert!(text.starts_with("    socketpair("), "{text}");
    }

    #[test]
    fn a_program_that_waits_on_is_told_so() {
        let recording: Recording = "
            2 read(0<pipe:[1]>, ?, 64) ...
            * signal SIGTERM
            2 ... read = -1 ERESTARTSYS
            2 --- SIGTERM
            2 rt_sigreturn() = 0
            2 read(0<pipe:[1]>, ?, 64) ...
            * limit exit 1000
            2 +++ signal SIGKILL
        "
        .parse()
        .unwrap();
        let text = shown(&recording);
        assert!(
            text.contains("A handler ran. The process did not end: it still waited"),
            "{text}"
        );
        assert!(!text.contains("SIGKILL"), "{text}");
    }

    #[test]
    fn a_signal_that_ends_the_process_is_named() {
        let recording: Recording = "
            2 read(0<pipe:[1]>, ?, 64) ...
            * signal SIGTERM
            2 ... read = -1 ERESTARTSYS
            2 --- SIGTERM
            2 +++ signal SIGTERM
        "
        .parse()
        .unwrap();
        assert!(shown(&recording).ends_with("No handler ran. SIGTERM ended the process.\n"));
    }
}
