//! Judges of what the server is for all its clients together.

use super::exchange::{all_of, crowds};
use crate::lessons::sockets::served::{self, end, how};
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, Trial, World};

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
    let recording = served::recording(trial)?;
    let measured: Vec<(usize, u64)> = recording
        .world()
        .filter_map(|(at, world)| match world {
            World::Measured(held) => Some((at, held.descriptors)),
            _ => None,
        })
        .collect();
    let Some(((before, held), later)) = measured.split_first().filter(|(_, rest)| !rest.is_empty())
    else {
        return Err(Objection::Blind("descriptors were not counted".to_owned()));
    };
    let kept = later.iter().min_by_key(|(_, count)| *count);
    let hint = "on which way through the program does a descriptor that was opened not come to a \
                close?";
    if let Some((after, count)) = kept.filter(|(_, count)| count > held) {
        let why = format!(
            "it had {held} descriptors open before 2,000 connections, and {count} when all were \
             gone"
        );
        let failure = Failure::new(why)
            .hint(hint)
            .showing(*before)
            .showing(*after);
        return Err(failure.figure("descriptors", *count as f64).into());
    }
    let last = crowds(trial).last().map(|crowd| crowd.name.clone());
    all_of(trial, recording, hint, |crowd| {
        Some(&crowd.name) == last.as_ref()
    })?;
    Ok(Pass::of("descriptors", *held as usize))
}

/// Fails unless SIGTERM ends the server with status 0.
///
/// Blind spot: moments at which it does not come.
pub(in crate::lessons::fds::file_server) fn stops_on_sigterm(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "who learns of SIGTERM, and what is that part of the program doing when it \
                        comes?";
    let recording = served::listening(trial)?;
    let told = recording
        .world()
        .find_map(|(at, world)| matches!(world, World::Signalled(_)).then_some(at));
    let Some((ended, status)) = end(recording) else {
        return Err(Objection::Blind("it was not seen to end".to_owned()));
    };
    let Some(told) = told.filter(|told| *told < ended) else {
        let failure = Failure::new(format!("it {} before SIGTERM comes", how(status)));
        return Err(failure.hint(HINT).showing(ended).into());
    };
    if status != ExitStatus::Code(0) {
        let failure = Failure::new(format!("SIGTERM comes, and it {}", how(status)));
        return Err(failure.hint(HINT).showing(told).showing(ended).into());
    }
    Ok(Pass::default())
}
