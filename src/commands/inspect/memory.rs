//! `syslab shm inspect`: what shared memory there is, and who has it.

use crate::exit::{self, Outcome};
use crate::probes::inspect;
use crate::report::{self, Detail};
use crate::sys::proc;
use crate::ui::Screen;

use super::target::resolve;

/// Show what shared memory there is, who has it, and what nobody has any more
///
/// Names in /dev/shm, System V segments, objects whose name was removed, and memfds. For each: its
/// size and how much of it is in memory, its owner, and the processes that have it open or mapped,
/// with their share (Pss). What nobody has is a leftover, or kept for somebody. Nothing is stopped
/// or traced.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only what this process or one of its descendants has: its id, or its name if only one has it
    #[arg(value_name = "PID|NAME")]
    target: Option<String>,

    /// Show every process that has an object
    #[arg(short, long)]
    verbose: bool,

    /// Everything, as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  Everything that there is:
  $ syslab shm inspect

  What a server and its workers share:
  $ syslab shm inspect my-server -v

  Names and ids that nobody has:
  $ syslab shm inspect --json | jq -r '.objects[] | select(.is_used == false) | .name'";

/// Runs the command.
///
/// # Errors
/// If there is no such process, or stdout fails.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let tree = match &args.target {
        Some(target) => Some(proc::tree(resolve(target, screen)?)),
        None => None,
    };
    let all = inspect::memory()?;
    let shown = match &tree {
        Some(pids) => all.of(pids),
        None => all,
    };
    let detail = match args.verbose {
        true => Detail::All,
        false => Detail::Usual,
    };
    match args.json {
        true => screen.print(&report::memory_json(&shown))?,
        false => screen.page(&report::memory(&shown, screen.out, detail))?,
    }
    Ok(exit::DONE)
}
