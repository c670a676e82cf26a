//! The process that is meant.

use crate::exit::Trouble;
use crate::probes::inspect::{self, Named, Resolved};
use crate::ui::{Screen, Tone};

/// The process that is meant.
pub(super) fn resolve(target: &str, screen: &Screen) -> Result<i32, Trouble> {
    if target.is_empty() {
        // Kernel threads would be called that: they have no arguments.
        return Err(Trouble::usage(
            "a process has an id or a name, and \"\" is neither",
        ));
    }
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

/// Why a process could not be looked at that was there just now.
pub(super) fn ended(pid: i32, error: std::io::Error) -> Trouble {
    match error.raw_os_error() {
        Some(libc::ENOENT | libc::ESRCH) => {
            Trouble::usage(format!("process {pid} has ended meanwhile"))
        }
        _ => error.into(),
    }
}
