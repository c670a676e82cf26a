//! `pair first|second -- PROGRAM... -- ARGUMENT... -- ARGUMENT...`: starts the program twice, with
//! the first arguments and with the second ones, as two processes that have nothing in common but
//! what they make themselves.
//!
//! The one that is named gets the standard input, the other one an empty one; both have the same
//! standard output and error. The first is started at once, and what happens then is told by
//! signals: SIGUSR1 starts the second, SIGUSR2 kills the first (SIGKILL), SIGHUP the second. It ends
//! when all that it has started have ended.

use std::process::{Child, Command, ExitCode, Stdio};

use nix::sys::signal::{SigSet, Signal};

use super::{Confusion, Verb};

pub(super) const VERB: Verb = Verb {
    name: "pair",
    usage: "pair first|second -- PROGRAM... -- ARGUMENT... -- ARGUMENT...",
    act: |args| {
        let parts: Vec<&[String]> = args.split(|word| word == BORDER).collect();
        let [[with_input], program, first, second] = parts.as_slice() else {
            return Err(Confusion::Usage(VERB.usage));
        };
        let Some((program, leading)) = program.split_first() else {
            return Err(Confusion::Usage(VERB.usage));
        };
        let start = |args: &[String], has_input| {
            Command::new(program)
                .args(leading)
                .args(args)
                .stdin(match has_input {
                    true => Stdio::inherit(),
                    false => Stdio::null(),
                })
                .spawn()
                .map_err(|error| Confusion::Kernel("start the program", error))
        };
        let failed = |error: nix::Error| Confusion::Kernel("wait", error.into());
        let orders = SigSet::from_iter([START, KILL_FIRST, KILL_SECOND, Signal::SIGCHLD]);
        orders.thread_block().map_err(failed)?;
        let is_first = with_input == "first";
        let mut first = Some(start(first, is_first)?);
        let mut other = None;
        let mut is_due = true;
        while is_due || first.is_some() || other.is_some() {
            match orders.wait().map_err(failed)? {
                START if is_due => {
                    other = Some(start(second, !is_first)?);
                    is_due = false;
                }
                KILL_FIRST => kill(&mut first),
                KILL_SECOND => kill(&mut other),
                _ => {}
            }
            for child in [&mut first, &mut other] {
                let has_ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None));
                child.take_if(has_ended);
            }
        }
        Ok(ExitCode::SUCCESS)
    },
};

/// Between the parts of the command line.
pub const BORDER: &str = "--";

const START: Signal = Signal::SIGUSR1;
const KILL_FIRST: Signal = Signal::SIGUSR2;
const KILL_SECOND: Signal = Signal::SIGHUP;

fn kill(child: &mut Option<Child>) {
    // One that has ended cannot be killed, and need not be.
    let _gone = child.as_mut().map(Child::kill);
}
