//! `syslab trace`: what a command asks of the kernel, as this tool's tracer sees it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context as _;

use crate::bench::live::{self, LiveError};
use crate::exit::{self, Outcome, Trouble};
use crate::model::shell_word;
use crate::model::text::Printer;
use crate::model::{ExitStatus, Fault, Recording};
use crate::report::html::{self, Picture, Shot};
use crate::tracer::decode::{Depth, sets};
use crate::tracer::{Options, TraceError, Traced};
use crate::ui::Screen;

use super::inject;
use super::interrupt::Interrupt;

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

    /// Show what descriptors refer to, like strace's -y
    #[arg(short = 'y', long)]
    paths: bool,

    /// Write the trace to FILE [default: stderr]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write a picture of the run to FILE, for a browser; implies -y, and the text then goes only
    /// where --output says
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    html: Option<PathBuf>,

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
  $ syslab trace -e write --inject write:error=ENOSPC -- echo hello

  What it did, how long that took, and what it had open, as a picture for a browser:
  $ syslab trace --html run.html -- ls -l";

/// Bytes that are kept of each buffer: strace's default.
const BUFFER: usize = 32;

/// Runs the command.
///
/// The exit status is the command's own; 128 + n if signal n ended it, as shells have it.
///
/// # Errors
/// If the command cannot be found or traced.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let words = match args.expr.as_slice() {
        [] => vec!["all".to_owned()],
        words => words
            .iter()
            .map(|word| word.trim_start_matches("trace=").to_owned())
            .collect(),
    };
    let usage = |error: &dyn std::fmt::Display| Trouble::usage(error.to_string());
    let options = Options {
        watch: sets::resolve(&words).map_err(|error| usage(&error))?,
        depth: Depth {
            bytes: BUFFER,
            // The picture follows what descriptors refer to.
            objects: args.paths || args.html.is_some(),
        },
        wants_sites: args.stacks,
        site_prefix: None,
        measures_usage: false,
        measures_private: false,
        has_rings: true,
        notes_times: args.html.is_some(),
        faults: args.inject.iter().cloned().enumerate().collect(),
    };
    // Opened before the work starts: a bad path costs nothing.
    let create = |path: &PathBuf| {
        File::create(path)
            .map(BufWriter::new)
            .with_context(|| format!("cannot write {}", path.display()))
    };
    let mut file = args.output.as_ref().map(create).transpose()?;
    let page = args.html.as_ref().map(create).transpose()?;
    // The command is in our process group and gets Ctrl-C itself; we see it to its end.
    let interrupt = Interrupt::install()?;
    let mut printer = Printer::default();
    let mut write = |recording: &Recording, is_complete: bool| -> io::Result<()> {
        let mut text = String::new();
        printer
            .print(recording, is_complete, &mut text)
            .map_err(io::Error::other)?;
        match &mut file {
            Some(file) => file.write_all(text.as_bytes()),
            None if args.html.is_some() => Ok(()),
            None => screen.trace(&text),
        }
    };
    let lived = live::trace(&args.command, options, &mut |recording| {
        write(recording, false)
    })
    .map_err(trouble)?;
    write(&lived.traced.recording, true)?;
    if let Some(mut file) = file {
        file.flush()?;
    }
    if let Some(mut page) = page {
        page.write_all(picture(&args.command, lived.traced).as_bytes())?;
        page.flush()?;
    }
    drop(interrupt);
    Ok(match lived.status {
        Some(ExitStatus::Code(code)) => code as u8,
        Some(ExitStatus::Signal(signo)) => 128 + signo as u8,
        None => exit::BUG,
    })
}

/// Events that a page shows at most; the first are those that are kept.
const EVENTS_MAX: usize = 500_000;

/// The page of a traced command.
fn picture(command: &[OsString], traced: Traced) -> String {
    let Traced {
        mut recording,
        mut times_ns,
        ..
    } = traced;
    let omitted = recording.events.len().saturating_sub(EVENTS_MAX) as u64;
    recording.events.truncate(EVENTS_MAX);
    times_ns.truncate(EVENTS_MAX);
    let words = command
        .iter()
        .map(|word| shell_word(&word.to_string_lossy()));
    html::html(&Picture {
        title: words.collect::<Vec<_>>().join(" "),
        card: None,
        shots: vec![Shot {
            story: String::new(),
            proves: None,
            recording: &recording,
            times_ns: &times_ns,
            omitted,
        }],
    })
}

fn trouble(error: LiveError) -> Trouble {
    let code = match &error {
        LiveError::NotFound(_)
        | LiveError::Refused(..)
        | LiveError::Trace(TraceError::Trigger(_)) => exit::USAGE,
        LiveError::Start(_) | LiveError::Trace(_) => exit::MACHINE,
    };
    Trouble::new(code, error)
}
