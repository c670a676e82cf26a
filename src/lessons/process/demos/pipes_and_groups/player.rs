//! The shell of the demo: it leads a session on a terminal, and starts pipelines as shells do.

use std::ffi::CStr;
use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;

use anyhow::{Context, bail};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, execvp, getpgrp, setpgid, tcsetpgrp};

use super::super::player::{answer, order};
use super::{PROMPT, STAGES, Stage};
use crate::model::ExitStatus;
use crate::sys::{process, terminal};

/// Exit status of a process that could not become the command.
pub(super) const NOT_STARTED: i32 = 127;

/// Leads a session on the terminal of this name.
///
/// Orders: `pipeline` and `pipeline N`, where stage N, from 0, gets a group of its own, are answered
/// with the stages' pids; `wait` with how each ended.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let name = args.first().context("which terminal?")?;
    // Players lead a session of their own already.
    let terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NOCTTY)
        .open(name)
        .with_context(|| format!("cannot open {name}"))?;
    terminal::take_control(terminal.as_fd()).context("cannot control the terminal")?;
    answer("ready")?;
    let mut stages = Vec::new();
    while let Some(order) = order()? {
        match order.split_once(' ') {
            None if order == "pipeline" => stages = pipeline(&terminal, None)?,
            Some(("pipeline", apart)) => stages = pipeline(&terminal, Some(apart.parse()?))?,
            None if order == "wait" => {
                let mut endings = Vec::new();
                for pid in stages.drain(..) {
                    endings.push(ending(waitpid(pid, None)?));
                }
                foreground(&terminal, getpgrp())?;
                (&terminal).write_all(PROMPT)?;
                answer(&endings.join(","))?;
                continue;
            }
            _ => bail!("{order:?} is no order"),
        }
        let pids: Vec<String> = stages.iter().map(Pid::to_string).collect();
        answer(&pids.join(" "))?;
    }
    Ok(())
}

/// Starts all stages; they have become their commands when this returns.
fn pipeline(terminal: &File, apart: Option<usize>) -> anyhow::Result<Vec<Pid>> {
    let (mut begun, held) = io::pipe()?;
    let mut input: Option<PipeReader> = None;
    let mut group = None;
    let mut pids = Vec::new();
    for (nth, stage) in STAGES.iter().enumerate() {
        let is_last = nth + 1 == STAGES.len();
        let (next, output) = match is_last {
            true => (None, None),
            false => io::pipe().map(|(reader, writer)| (Some(reader), Some(writer)))?,
        };
        let place = Place {
            terminal,
            group: group.filter(|_| apart != Some(nth)),
            is_foreground: apart != Some(nth),
        };
        let pid = start(stage, &place, input.as_ref(), output.as_ref())?;
        if apart != Some(nth) {
            group.get_or_insert(pid);
        }
        pids.push(pid);
        // Of each pipe only the stages keep an end: else no reader would ever see its end.
        input = next;
    }
    drop(held);
    // Comes to its end when each stage has closed it, on exec.
    begun.read_to_end(&mut Vec::new())?;
    Ok(pids)
}

/// Where a stage stands.
struct Place<'a> {
    terminal: &'a File,
    /// The group that it joins; `None`: one of its own.
    group: Option<Pid>,
    /// Whether that is the one to which the terminal's signals go.
    is_foreground: bool,
}

fn start(
    stage: &Stage,
    place: &Place<'_>,
    input: Option<&PipeReader>,
    output: Option<&PipeWriter>,
) -> anyhow::Result<Pid> {
    match process::fork()? {
        Some(pid) => {
            // Both do it: whoever comes first, it has been done when either goes on. Once the
            // child has become another program this is refused, and needless.
            let _done = setpgid(pid, place.group.unwrap_or(pid));
            Ok(pid)
        }
        None => {
            let _failed = enter(stage, place, input, output);
            std::process::exit(NOT_STARTED);
        }
    }
}

/// The child's way to its command.
fn enter(
    stage: &Stage,
    place: &Place<'_>,
    input: Option<&PipeReader>,
    output: Option<&PipeWriter>,
) -> io::Result<()> {
    setpgid(Pid::from_raw(0), place.group.unwrap_or(Pid::from_raw(0)))?;
    if place.is_foreground {
        // Before it can read from the terminal: others are stopped when they try.
        foreground(place.terminal, getpgrp())?;
    }
    let terminal = place.terminal.as_fd();
    let input: BorrowedFd<'_> = input.map_or(terminal, AsFd::as_fd);
    let output: BorrowedFd<'_> = output.map_or(terminal, AsFd::as_fd);
    process::become_standard_streams([input, output, terminal])?;
    let argv: Vec<&CStr> = stage.argv.to_vec();
    let Some(program) = argv.first() else {
        return Ok(());
    };
    match execvp(program, &argv) {
        Ok(never) => match never {},
        Err(error) => Err(error.into()),
    }
}

/// Gives the terminal's signals to a group.
fn foreground(terminal: &File, group: Pid) -> io::Result<()> {
    // A process in the background is stopped for that, unless it blocks the signal.
    let mut stop = SigSet::empty();
    stop.add(Signal::SIGTTOU);
    stop.thread_block()?;
    let given = tcsetpgrp(terminal, group);
    stop.thread_unblock()?;
    Ok(given?)
}

/// How a stage ended, as recordings have it.
fn ending(status: WaitStatus) -> String {
    match status {
        WaitStatus::Exited(_, code) => ExitStatus::Code(code).to_string(),
        WaitStatus::Signaled(_, signal, _) => ExitStatus::Signal(signal as i32).to_string(),
        other => format!("{other:?}"),
    }
}
