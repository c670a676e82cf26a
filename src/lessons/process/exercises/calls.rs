//! What several exercises ask of a recording: the calls on the log, and how calls were interrupted.

use libc::{EINTR, STDOUT_FILENO};

pub(super) use crate::lessons::answers::{both_ends, count, number, own, plural};
use crate::model::recording::{Arg, FIRST, Made, Recording, What};

/// Where the programs keep their log.
pub(super) const LOG: &str = "/lab/log";

/// How every path and descriptor of the log ends, wherever its directory is.
const LOG_NAME: &str = "/log";

/// The errnos with which the kernel says "interrupted" to itself: ERESTARTSYS, ERESTARTNOINTR,
/// ERESTARTNOHAND and ERESTART_RESTARTBLOCK (include/linux/errno.h). A program never sees them.
const RESTARTS: [i32; 4] = [512, 513, 514, 516];

/// Writes to the log that succeeded, with the number of bytes that each took.
pub(super) fn log_writes(recording: &Recording) -> impl Iterator<Item = (Made<'_>, u64)> {
    own(recording)
        .filter(|made| is_write(made) && on_log(made))
        .filter_map(|made| Some((made, u64::try_from(made.value()?).ok()?)))
}

/// Syncs of the log that succeeded.
pub(super) fn log_syncs(recording: &Recording) -> impl Iterator<Item = Made<'_>> {
    own(recording).filter(|made| {
        matches!(made.call.name.as_str(), "fsync" | "fdatasync")
            && on_log(made)
            && made.value().is_some()
    })
}

/// Whether the call writes.
pub(super) fn is_write(made: &Made<'_>) -> bool {
    matches!(made.call.name.as_str(), "write" | "writev" | "pwrite64")
}

/// Whether the call's first argument is a descriptor of the log.
pub(super) fn on_log(made: &Made<'_>) -> bool {
    made.object(0)
        .is_some_and(|object| object.name.ends_with(LOG_NAME))
}

/// Whether the call opens the log.
pub(super) fn opens_log(made: &Made<'_>) -> bool {
    made.call.name.starts_with("open")
        && made
            .call
            .args
            .iter()
            .any(|arg| matches!(arg, Arg::Str(path) if path.data.ends_with(LOG_NAME.as_bytes())))
}

/// Whether the call writes to standard output.
pub(super) fn to_stdout(made: &Made<'_>) -> bool {
    is_write(made)
        && matches!(made.call.args.first(), Some(Arg::Fd(fd)) if fd.number == STDOUT_FILENO)
}

/// A call that a signal cut short.
pub(super) struct Interrupted<'a> {
    /// The call.
    pub(super) made: Made<'a>,
    /// Whether the program was told (EINTR); else the kernel made the call again.
    pub(super) told: bool,
    /// The events that show it: the call, its return, and the handler's return.
    pub(super) evidence: Vec<usize>,
}

/// The calls of the first process that signals interrupted.
///
/// The kernel decides on EINTR or a restart when it starts the handler, after the tracer saw the
/// call return: what the program gets shows in the value with which rt_sigreturn(2) resumes it.
pub(super) fn interrupted(recording: &Recording) -> Vec<Interrupted<'_>> {
    let calls: Vec<Made<'_>> = own(recording).collect();
    let mut found = Vec::new();
    for made in &calls {
        let (Some(errno), Some(exit)) = (made.errno(), made.exit) else {
            continue;
        };
        // A sigreturn has no result of its own: what it shows is that of the interrupted call.
        let is_resumption = made.call.name == "rt_sigreturn";
        if is_resumption || errno != EINTR && !RESTARTS.contains(&errno) {
            continue;
        }
        let back = calls
            .iter()
            .find(|later| later.enter > exit && later.call.name == "rt_sigreturn");
        let told = errno == EINTR || back.is_some_and(|back| back.errno() == Some(EINTR));
        let mut evidence = vec![made.enter, exit];
        if let Some(back) = back {
            evidence.push(back.enter);
            evidence.extend(back.exit);
        }
        found.push(Interrupted {
            made: *made,
            told,
            evidence,
        });
    }
    found
}

/// The events at which the first process was given a signal that `which` picks.
pub(super) fn delivered(recording: &Recording, which: impl Fn(i32) -> bool) -> Vec<usize> {
    recording
        .events
        .iter()
        .enumerate()
        .filter(|(_, event)| matches!(event.what, What::Signal(FIRST, signo) if which(signo)))
        .map(|(at, _)| at)
        .collect()
}
