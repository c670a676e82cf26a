//! `syslab trace`: what a command asks of the kernel, as this tool's tracer sees it.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::exit::{self, Outcome, Trouble};
use crate::model::Fault;
use crate::ui::Screen;

use super::inject;

/// Trace a command's system calls
///
/// Like strace(1), with the tracer that also judges the labs, and in the text form that findings
/// cite. Children and threads are followed. The command runs as you, without confinement.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Which calls, in strace's words: names, %desc, !futex [default: all]
    #[arg(short = 'e', long, value_name = "SET", value_delimiter = ',')]
    expr: Vec<String>,

    /// Lie to the command: SET:error=ENOSPC:when=3, also retval=, signal=, short=, delay_enter=,
    /// delay_exit=; may be given several times
    #[arg(long, value_name = "SPEC", value_parser = inject::parse)]
    inject: Vec<Fault>,

    /// Show which line of the program made each call
    #[arg(long)]
    stacks: bool,

    /// Write the trace to FILE [default: stderr]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Accepted for strace's sake: children are always followed
    #[arg(short, hide = true)]
    follow: bool,

    /// The command
    #[arg(last = true, required = true, value_name = "CMD", value_hint = clap::ValueHint::CommandWithArguments)]
    command: Vec<OsString>,
}

const EXAMPLES: &str = "\
Examples:
  What echo writes:
  $ syslab trace -e write -- echo hello

  What it does when it cannot:
  $ syslab trace -e write --inject write:error=ENOSPC -- echo hello";

/// Runs the command.
///
/// # Errors
/// If the command cannot be found or traced.
pub fn run(args: &Args, _screen: &Screen) -> Outcome {
    // The tracer is joined here: args.command, args.expr, args.inject, args.stacks, args.output.
    let _ = (
        &args.command,
        &args.expr,
        &args.inject,
        args.stacks,
        &args.output,
        args.follow,
    );
    Err(Trouble::new(
        exit::MACHINE,
        anyhow::Error::msg("this build of syslab has no tracer"),
    ))
}
