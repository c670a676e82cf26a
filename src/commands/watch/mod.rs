//! `syslab watch`: checks a lab again whenever one of its files is saved, and shows the first failure.
//!
//! [`session`] does the work and [`model`] is what is known; [`full`] shows that on the whole terminal
//! ([`view`], [`detail`]), [`plain`] line by line. Keys, saves, findings and signals all come through
//! one channel, so that one thread decides everything in the order in which it happened.

mod detail;
mod editor;
mod examiner;
mod files;
mod full;
mod keys;
mod model;
mod plain;
#[cfg(test)]
mod scene;
mod session;
mod source;
mod view;

use std::num::NonZero;
use std::sync::mpsc::{self, Sender};
use std::{env, io, thread};

use crossterm::event::Event;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use crate::exit::{self, Outcome};
use crate::ui::{Screen, give_back_terminal};

use self::examiner::Said;
use self::session::{Options, Session, from_here};
use super::which;
use super::workspace::Workspace;

/// Check a lab again whenever you save
///
/// Shows the checks as they are decided, and the first failure with its proof and the lines of your
/// program. What failed last is checked first; what cannot have changed is not checked again. Never
/// goes on to another lab by itself.
///
/// Keys: n next lab, h one more hint, l list of labs, c check all from a new seed, r check again,
/// t the failure's trace, e edit the cited line, x begin again (asks), q quit.
///
/// With --plain, and where there is no terminal that can be drawn on, the same is told line by line,
/// and the same letters are taken as lines of stdin. Failures then begin like a compiler's,
/// `FILE:LINE: error:`, which editors understand.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lab [default: the one of this directory, else the next]
    #[arg(index = 1)]
    lab: Option<String>,

    /// Line by line, for screen readers, pipes and editors
    #[arg(long)]
    plain: bool,

    /// Look for changes twice a second instead of being told; network drives are looked at anyway
    #[arg(long)]
    poll: bool,

    /// Make the experiments from this number [default: as last time]
    #[arg(long, value_name = "N")]
    seed: Option<u32>,

    /// Experiments that run at the same time [default: one per processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
}

const EXAMPLES: &str = "\
Examples:
  Watch the lab of this directory, or the next:
  $ syslab watch

  Watch one from within an editor, or by ear:
  $ syslab watch LAB --plain";

/// What reaches the one thread that decides.
enum Heard {
    /// A key, or another size of the terminal.
    Input(Event),
    /// A line of standard input; none at its end.
    Line(Option<String>),
    /// Files were saved.
    Saved,
    /// An examination says something.
    Said(Said),
    /// A signal came.
    Signal(i32),
    /// The editor has ended.
    Edited(io::Result<std::process::ExitStatus>),
}

/// Runs the command.
///
/// # Errors
/// If this is no workspace, the lab has not been begun, or the terminal fails.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let here = env::current_dir()?;
    let workspace = Workspace::required(&here)?;
    let meant = which::meant(args.lab.as_deref(), &workspace, &here)?;
    let options = Options {
        seed: args.seed,
        jobs: args.jobs,
        polls: args.poll,
    };
    let (sender, heard) = mpsc::channel();
    listen_to_signals(sender.clone())?;
    let session = Session::begin(&workspace, meant, options, sender.clone())?;
    let is_interrupted = match args.plain || !screen.can_be_drawn_on() {
        true => {
            let here = here.canonicalize()?;
            let prefix = move |session: &Session| from_here(&here, &session.directory);
            plain::run(session, &sender, &heard, prefix, screen)?
        }
        false => full::run(session, &sender, &heard, screen)?,
    };
    Ok(match is_interrupted {
        true => exit::INTERRUPTED,
        false => exit::DONE,
    })
}

/// Whether a signal asks us to end.
fn is_end(signal: i32) -> bool {
    [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains(&signal)
}

/// Hands signals on; the second that asks for the end gets it, however busy we are.
fn listen_to_signals(sender: Sender<Heard>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT])?;
    thread::spawn(move || {
        let mut is_asked = false;
        for signal in signals.forever() {
            // SIGINT may be meant for the editor that has the terminal.
            let is_end = is_end(signal) && signal != SIGINT;
            if is_end && is_asked {
                give_back_terminal();
                std::process::exit(i32::from(exit::INTERRUPTED));
            }
            is_asked |= is_end;
            if sender.send(Heard::Signal(signal)).is_err() {
                return;
            }
        }
    });
    Ok(())
}
