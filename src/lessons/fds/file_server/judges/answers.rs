//! Judges of what single clients get.

use super::exchange::all_answered;
use crate::lessons::fds::file_server::shelf::ROOT;
use crate::lessons::sight;
use crate::lessons::sockets::served::{self, sightings, who};
use crate::lessons::sockets::served::{crowds, kept};
use crate::model::{Failure, InputKind, Judgement, Objection, Pass, Recording, Trial};

/// Fails unless every file arrives, and what is not there is said to be so.
///
/// Blind spot: pieces of a request that reach the program joined, since it was slower than they
/// were.
pub(in crate::lessons::fds::file_server) fn serves_files(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_answered(
        trial,
        recording,
        "where does a request end in what has been read, and how does the client know where the \
         answer ends?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless 5 GiB arrive, and what was asked for behind them.
///
/// Blind spot: none that is known.
pub(in crate::lessons::fds::file_server) fn passes_two_gib(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "how wide is each number that holds a size, an offset or a count, and how \
                        much does one call move at most?";
    let limited = sight::limited(sight::recording(trial, 0)?, 0);
    if let Some(failure) = limited {
        // How much memory it may use up is what this is about, too.
        return Err(failure.hint(HINT).into());
    }
    let recording = served::recording(trial)?;
    let clients = all_answered(trial, recording, HINT)?;
    Ok(Pass::of("clients", clients))
}

/// Fails if a byte of what is outside ROOT is sent, or anything under a name that is no file's.
///
/// Blind spot: what is outside and under names that are not tried.
pub(in crate::lessons::fds::file_server) fn stays_inside_root(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "when the name is tested, is it the name that the kernel will follow, with \
                        every link in it, and is what it leads to a file?";
    let recording = served::recording(trial)?;
    let root = format!("{ROOT}/");
    let outside = trial.experiment.files.iter().filter(|file| {
        file.kind == InputKind::Content && !file.content.is_empty() && !file.path.starts_with(&root)
    });
    let outside: Vec<_> = outside.collect();
    for crowd in crowds(trial) {
        for (at, seen) in sightings(recording, &crowd.name) {
            let kept = kept(seen);
            let is_in = |content: &[u8]| {
                let mut parts = kept.data.windows(content.len().max(1));
                parts.any(|part| part == content)
            };
            if let Some(file) = outside.iter().find(|file| is_in(&file.content)) {
                let why = format!(
                    "{} got the content of {}, which is not beneath ROOT",
                    who(seen),
                    file.path
                );
                let failure = opened(recording, Failure::new(why), at);
                return Err(Objection::from(failure.hint(HINT).showing(at)));
            }
        }
    }
    let clients = all_answered(trial, recording, HINT)?;
    Ok(Pass::of("clients", clients))
}

/// Shows the last call before the event at `at` that opened something.
fn opened(recording: &Recording, failure: Failure, at: usize) -> Failure {
    let opens = ["open", "openat", "openat2"];
    let last = recording
        .calls()
        .filter(|made| made.enter < at && opens.contains(&made.call.name.as_str()))
        .filter(|made| made.value().is_some_and(|value| value >= 0))
        .last();
    match last {
        Some(made) => failure.showing(made.enter),
        None => failure,
    }
}
