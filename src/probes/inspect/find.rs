//! Which process is meant by a number or a name.

use std::io;

use crate::sys::proc;

/// A process that a name fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub pid: i32,
    /// Its arguments, with blanks between them; its name if it has none.
    pub command: String,
}

/// What a number or a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// This process.
    Process(i32),
    /// A thread: its id, and its process.
    Thread(i32, i32),
    /// No process has this number.
    Gone(i32),
    /// The processes that have this name; there may be none, or several.
    Named(Vec<Named>),
}

/// Finds the process with this number, or those with this name: what the process calls itself
/// (its first 15 bytes), or the last part of the path that it was started by.
///
/// This process itself is not among those with a name.
///
/// # Errors
/// If there is no /proc.
pub fn find(target: &str) -> io::Result<Resolved> {
    if let Ok(number) = target.parse::<i32>() {
        return Ok(numbered(number));
    }
    let own = std::process::id() as i32;
    let named = proc::processes()?
        .into_iter()
        .filter(|pid| *pid != own)
        .filter_map(|pid| named(pid, target));
    Ok(Resolved::Named(named.collect()))
}

fn numbered(number: i32) -> Resolved {
    match proc::status(number) {
        Ok(status) if status.process == number => Resolved::Process(number),
        Ok(status) => Resolved::Thread(number, status.process),
        Err(_) => Resolved::Gone(number),
    }
}

fn named(pid: i32, target: &str) -> Option<Named> {
    let name = proc::stat(pid).ok()?.name;
    let command = proc::command_line(pid).unwrap_or_default();
    let first = command.split(|byte| *byte == 0).next().unwrap_or_default();
    let last = first.rsplit(|byte| *byte == b'/').next();
    let is_meant = name == target.as_bytes() || last == Some(target.as_bytes());
    is_meant.then(|| Named {
        pid,
        command: match command.is_empty() {
            true => super::process::text(&name),
            false => super::process::words(&command).join(" "),
        },
    })
}
