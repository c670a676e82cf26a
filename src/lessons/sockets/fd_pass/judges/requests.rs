//! Judges of what single clients get.

use super::exchange::all_of;
use crate::lessons::sockets::served;
use crate::model::{Judgement, Pass, Trial};

/// Fails unless every request for a file is answered with a descriptor of it.
///
/// Blind spot: a file with the same content is taken for the same file.
pub(in crate::lessons::sockets::fd_pass) fn passes_the_descriptor(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_of(
        trial,
        recording,
        "what belongs to a number in a table of descriptors, and what to the open file that several \
         numbers may share?",
        |_| true,
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless requests are answered however they arrive, and no line is held for ever.
///
/// Blind spot: pieces that reach the program joined, since it was slower than they were.
pub(in crate::lessons::sockets::fd_pass) fn frames_messages(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_of(
        trial,
        recording,
        "what is in the buffer after one read(2): a line, a part of one, or more than one, and how \
         much may there be?",
        |_| true,
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails if anything but a regular file beneath ROOT is handed out, or if it waits for one.
///
/// Blind spot: names of other kinds.
pub(in crate::lessons::sockets::fd_pass) fn stays_inside_root(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_of(
        trial,
        recording,
        "when the name is tested, is it what the kernel will follow, with every link in it, and \
         what kind of thing is at its end?",
        |_| true,
    )?;
    Ok(Pass::of("clients", clients))
}
