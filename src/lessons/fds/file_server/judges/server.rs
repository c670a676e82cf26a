//! Judges of what the server is for all its clients together.

use super::exchange::{all_of, complaint};
use crate::lessons::sockets::served;
use crate::model::{Judgement, Pass, Trial};

/// Fails unless clients that come while others stall are served.
///
/// Blind spot: delays that are shorter than seconds.
pub(in crate::lessons::fds::file_server) fn serves_others(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_of(
        trial,
        recording,
        "in which call is the server while a client takes nothing, or has not said all, and who \
         else waits for that?",
        |crowd| crowd.name.ends_with("others"),
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless clients are served after others have vanished.
///
/// Blind spot: moments at which no client vanishes.
pub(in crate::lessons::fds::file_server) fn survives_resets(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_of(
        trial,
        recording,
        "what happens to a process that sends to a connection that is no more, and to its other \
         clients?",
        |crowd| crowd.name.starts_with("after"),
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails if more descriptors are open after 2,000 connections than before.
///
/// Blind spot: a descriptor that is closed when two more seconds have passed.
pub(in crate::lessons::fds::file_server) fn leaks_no_descriptor(trial: &Trial<'_>) -> Judgement {
    served::leaks_no_descriptor(trial, complaint)
}

/// Fails unless SIGTERM ends the server with status 0.
///
/// Blind spot: moments at which it does not come.
pub(in crate::lessons::fds::file_server) fn stops_on_sigterm(trial: &Trial<'_>) -> Judgement {
    served::stops_on_sigterm(trial).map(|()| Pass::default())
}
