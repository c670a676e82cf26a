//! Whether every byte comes back, to whom, and in spite of whom.

use crate::lessons::sockets::served::{self, all_echoed, sightings, standing, who};
use crate::model::{Ending, Failure, Judgement, Pass, Trial, World};

/// Fails unless every client gets back what it sent.
///
/// Blind spot: what is wrong only with sizes or with timings that no client has.
pub(in crate::lessons::sockets::echo) fn echoes(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let crowds: Vec<&str> = recording
        .world()
        .filter_map(|(_, world)| match world {
            World::Started(crowd, _) => Some(crowd.as_str()),
            _ => None,
        })
        .collect();
    let clients = all_echoed(
        recording,
        &crowds,
        "may one read(2) return less than the client sent, or more than one of its messages?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless clients that come after those that stall get all their round trips.
///
/// Blind spot: delays that are shorter than seconds.
pub(in crate::lessons::sockets::echo) fn serves_others_while_one_stalls(
    trial: &Trial<'_>,
) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_echoed(
        recording,
        &["others"],
        "in which call is the server while one client does nothing, and who else waits for that?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless a client that reads late gets back every byte.
///
/// Blind spot: none that is known; the send buffer is full before the client reads.
pub(in crate::lessons::sockets::echo) fn finishes_partial_writes(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_echoed(
        recording,
        &["late"],
        "what does the call that sends return when the other side reads slowly, and what becomes \
         of the rest?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless clients that have closed their sending side get back all that they sent, and then
/// an end of file.
///
/// Blind spot: none that is known.
pub(in crate::lessons::sockets::echo) fn honours_half_close(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "what has a client said that closes its sending side, and what has it not \
                        said?";
    let recording = served::recording(trial)?;
    for (at, seen) in sightings(recording, "closing") {
        if seen.received == seen.sent && seen.end == Ending::Open {
            let why = format!(
                "{} closed its sending side, got everything back and no end of file: {}",
                who(seen),
                standing(&seen.end)
            );
            let failure = Failure::new(why).hint(HINT).showing(at);
            return Err(served::while_it_waits(recording, failure, at).into());
        }
    }
    let clients = all_echoed(recording, &["closing"], HINT)?;
    Ok(Pass::of("clients", clients))
}
