//! `syslab process inspect`: what running processes are, wait for and hold.

use std::time::Duration;

use crate::exit::{self, Outcome};
use crate::model::snapshot::Snapshot;
use crate::probes::inspect::{self, Depth};
use crate::report::{self, Detail};
use crate::ui::{LiveScreen, Screen, Tone};

use super::target::{ended, resolve};
use super::watch::{interval, watch};

/// Show what a running process and its descendants do, wait for and hold
///
/// For each: its state, the call that it is blocked in and what that waits for (a pipe and who
/// holds its other end, a socket, a child, a lock, a time-out), signals, limits that are near,
/// zombies and whose they are, memory, processor time, descriptors. Nothing is stopped or traced.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The process: its id, or its name if only one has it
    #[arg(value_name = "PID|NAME")]
    target: String,

    /// Show everything of every process: all limits, threads and zombies
    #[arg(short, long)]
    verbose: bool,

    /// Everything, as JSON
    #[arg(long, conflicts_with = "watch")]
    json: bool,

    /// Look again every SECONDS until the process ends: on a terminal the picture is drawn anew,
    /// into a pipe only what has changed is written [default: 1]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "1", value_parser = interval)]
    watch: Option<Duration>,
}

const EXAMPLES: &str = "\
Examples:
  A process and those below it:
  $ syslab process inspect 4711

  By name, with all limits:
  $ syslab process inspect my-server -v

  What it is blocked in, thread by thread:
  $ syslab process inspect my-server --json | jq '.processes[].threads[].wait'

  Everything that changes, twice a second, until it ends:
  $ syslab process inspect 4711 --watch=0.5 | tee changes.log";

/// Runs the command.
///
/// # Errors
/// If there is no such process, or stdout fails.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let pid = resolve(&args.target, screen)?;
    let depth = match args.json || args.verbose {
        true => Depth::All,
        false => Depth::Usual,
    };
    let first = inspect::inspect(pid, depth).map_err(|error| ended(pid, error))?;
    if let Some(every) = args.watch {
        let code = watch(
            first,
            every,
            screen,
            |last| again(last, depth),
            |now, before, live| show(args, now, before, live, screen),
        )?;
        if code == exit::DONE {
            screen.print(&format!("- {pid} has ended\n"))?;
        }
        return Ok(code);
    }
    match args.json {
        true => screen.print(&report::processes_json(&first))?,
        false => screen.page(&report::processes(&first, screen.out, args.detail()))?,
    }
    Ok(exit::DONE)
}

impl Args {
    fn detail(&self) -> Detail {
        match self.verbose {
            true => Detail::All,
            false => Detail::Usual,
        }
    }
}

/// Another look at the same process; `None` if it has ended.
fn again(last: &Snapshot, depth: Depth) -> Option<Snapshot> {
    let next = inspect::inspect(last.root, depth).ok()?;
    let (before, after) = (last.process(last.root)?, next.process(next.root)?);
    before.is_same(after).then_some(next)
}

/// The whole picture on a terminal; elsewhere once, and then what has changed.
fn show(
    args: &Args,
    now: &Snapshot,
    before: Option<&Snapshot>,
    live: Option<&LiveScreen>,
    screen: &Screen,
) -> std::io::Result<()> {
    let time = now.taken.get(11..19).unwrap_or_default();
    match (live, before) {
        (Some(live), _) => {
            let look = live.look();
            let picture = report::processes(now, look, args.detail());
            let head = format!("{time}  {} processes, Ctrl-C ends", now.processes.len());
            live.draw(&format!("{}\n{picture}", look.paint(Tone::Faint, &head)))
        }
        (None, None) => screen.print(&report::processes(now, screen.out, args.detail())),
        (None, Some(before)) => {
            let lines: String = report::changes(before, now)
                .iter()
                .map(|line| format!("{time} {line}\n"))
                .collect();
            match lines.is_empty() {
                true => Ok(()),
                false => screen.print(&lines),
            }
        }
    }
}
