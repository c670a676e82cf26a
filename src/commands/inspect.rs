//! `syslab process inspect`: what running processes are, wait for and hold.

use std::time::Duration;

use nix::sys::signal::{Signal, raise};

use crate::exit::{self, Outcome, Trouble};
use crate::model::snapshot::Snapshot;
use crate::probes::inspect::{self, Depth, Named, Resolved};
use crate::report::{self, Detail};
use crate::sys::waiting::Signals;
use crate::ui::{LiveScreen, Screen, Tone};

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

/// The span between two looks.
fn interval(text: &str) -> Result<Duration, String> {
    const SHORTEST: f64 = 0.1;
    const LONGEST: f64 = 86_400.0;
    match text.parse::<f64>() {
        Ok(seconds) if (SHORTEST..=LONGEST).contains(&seconds) => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err(format!("not a number from {SHORTEST} to {LONGEST}")),
    }
}

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
        return watch(args, first, depth, every, screen);
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

/// The process that is meant.
fn resolve(target: &str, screen: &Screen) -> Result<i32, Trouble> {
    match inspect::find(target)? {
        Resolved::Process(pid) => Ok(pid),
        Resolved::Thread(tid, pid) => {
            let note = format!("{tid} is a thread of process {pid}");
            screen.say_labelled(Tone::Good, "note", &note);
            Ok(pid)
        }
        Resolved::Gone(pid) => Err(Trouble::usage(format!("there is no process {pid}"))
            .hint("it may have ended, or live in another pid namespace; `ps -e` lists processes")),
        Resolved::Named(named) => match named.as_slice() {
            [one] => Ok(one.pid),
            [] => Err(
                Trouble::usage(format!("no process is called {target:?}")).hint(
                    "a name is compared whole: with what a process calls itself, at most 15 bytes, \
                 and with the file that it was started as",
                ),
            ),
            several => Err(ambiguous(target, several)),
        },
    }
}

fn ambiguous(target: &str, named: &[Named]) -> Trouble {
    const SHOWN: usize = 10;
    const COLUMNS: usize = 60;
    let trouble = Trouble::usage(format!("{} processes are called {target:?}", named.len()));
    let trouble = named.iter().take(SHOWN).fold(trouble, |trouble, one| {
        let command: String = one.command.chars().take(COLUMNS).collect();
        trouble.hint(format!("{} is {command}", one.pid))
    });
    match named.len().saturating_sub(SHOWN) {
        0 => trouble,
        more => trouble.hint(format!("and {more} more: `pgrep -a` lists them")),
    }
}

fn ended(pid: i32, error: std::io::Error) -> Trouble {
    match error.raw_os_error() {
        Some(libc::ENOENT | libc::ESRCH) => {
            Trouble::usage(format!("process {pid} has ended meanwhile"))
        }
        _ => error.into(),
    }
}

/// Looks again and again, until the process ends or the user does not want to see more.
fn watch(args: &Args, first: Snapshot, depth: Depth, every: Duration, screen: &Screen) -> Outcome {
    let signals = Signals::take(&[
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGQUIT,
        Signal::SIGTSTP,
        Signal::SIGWINCH,
    ])?;
    let live = LiveScreen::enter(screen.out)?;
    let mut last = first;
    show(args, &last, None, live.as_ref(), screen)?;
    loop {
        match signals.wait(every)? {
            Some(Signal::SIGINT | Signal::SIGTERM | Signal::SIGQUIT) => {
                return Ok(exit::INTERRUPTED);
            }
            Some(Signal::SIGTSTP) => {
                if let Some(live) = &live {
                    live.suspend()?;
                }
                raise(Signal::SIGSTOP)?;
                if let Some(live) = &live {
                    live.resume()?;
                }
            }
            _ => {}
        }
        let next = inspect::inspect(last.root, depth).ok().filter(|next| {
            let root = |snapshot: &Snapshot| snapshot.process(snapshot.root).cloned();
            let (before, after) = (root(&last), root(next));
            matches!((before, after), (Some(before), Some(after)) if before.is_same(&after))
        });
        let Some(next) = next else {
            drop(live);
            screen.print(&format!("- {} has ended\n", last.root))?;
            return Ok(exit::DONE);
        };
        show(args, &next, Some(&last), live.as_ref(), screen)?;
        last = next;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_positive_and_finite() {
        assert_eq!(interval("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "NaN", "inf", "4711 ", "", "0.05", "1e9"] {
            assert!(interval(text).is_err(), "{text}");
        }
    }
}
