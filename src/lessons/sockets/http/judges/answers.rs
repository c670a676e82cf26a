//! Judges of what single clients get.

use super::exchange::{accepted, all_answered, all_of, complaint};
use crate::lessons::sockets::http::wire;
use crate::lessons::sockets::served::{self, sightings, standing, who};
use crate::lessons::sockets::served::{crowds, kept, nobody};
use crate::model::{
    Ending, Failure, InputKind, Judgement, Objection, Pass, Recording, Trial, World,
};

/// How much more memory than before a server may hold for headers, KiB; the handout promises it.
const MEMORY_KIB: u64 = 32 * 1024;

/// Fails unless every GET is answered with the file.
///
/// Blind spot: none that is known.
pub(in crate::lessons::sockets::http) fn serves_files(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_answered(
        trial,
        recording,
        "how does a client know how long the answer is, and does one call send all of it?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless every HEAD is answered with the header of a GET, and nothing else.
///
/// Blind spot: only status and length are compared.
pub(in crate::lessons::sockets::http) fn answers_head(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_answered(
        trial,
        recording,
        "which part of the answer to a GET does a client want that sends HEAD?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless what is not there is not found, and what cannot be done is refused.
///
/// Blind spot: nonsense of other kinds.
pub(in crate::lessons::sockets::http) fn says_not_found(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_answered(
        trial,
        recording,
        "what does the program do with a request that it cannot fulfil, or not understand, and \
         with the bytes behind it?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless connections serve many requests, and end with the last one.
///
/// Blind spot: none that is known.
pub(in crate::lessons::sockets::http) fn keeps_alive(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_answered(
        trial,
        recording,
        "who says after which request the connection ends, and in which words?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless requests are answered however they arrive.
///
/// Blind spot: pieces that reach the program joined, since it was slower than they were.
pub(in crate::lessons::sockets::http) fn reads_split_requests(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_answered(
        trial,
        recording,
        "what is in the buffer after one read(2): a request, a part of one, or more than one?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless headers without a bound are refused, and headers within it are taken.
///
/// Blind spot: what is held for a moment, before the last client was refused.
pub(in crate::lessons::sockets::http) fn bounds_headers(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "how much of a header does the program take before it knows that there is \
                        an end?";
    let recording = served::recording(trial)?;
    let mut clients = 0;
    for crowd in crowds(trial) {
        // Who sends a MiB wants to be refused.
        let is_fair = wire::sent(crowd).len() < 1 << 20;
        for (at, seen) in sightings(recording, &crowd.name) {
            clients += seen.count() as usize;
            let why = match is_fair {
                true => complaint(trial.experiment, crowd, seen),
                false => accepted(seen),
            };
            if let Some(why) = why {
                let failure = Failure::new(why).hint(HINT).showing(at);
                return Err(served::while_it_waits(recording, failure, at).into());
            }
        }
    }
    within_memory(recording, MEMORY_KIB, HINT)?;
    match clients {
        0 => Err(nobody()),
        clients => Ok(Pass::of("clients", clients)),
    }
}

/// Fails if the program holds more, by so many KiB, than it held when first measured.
pub(super) fn within_memory(
    recording: &Recording,
    may_kib: u64,
    hint: &str,
) -> Result<(), Objection> {
    let measured = recording.world().filter_map(|(at, world)| match world {
        World::Measured(held) => Some((at, held.memory_kib)),
        _ => None,
    });
    let mut first = None;
    for (at, memory) in measured {
        let (before, held) = *first.get_or_insert((at, memory));
        let more = memory.saturating_sub(held);
        if more > may_kib {
            let why = format!(
                "it held {} KiB of memory before these clients came, and {memory} KiB with them",
                held
            );
            let failure = Failure::new(why).hint(hint).showing(before).showing(at);
            return Err(failure.figure("more_kib", more as f64).into());
        }
    }
    Ok(())
}

/// Fails if a byte of what is outside ROOT is sent, or a file under a name that is none.
///
/// Blind spot: what is outside and unlike the files that lie there for this purpose.
pub(in crate::lessons::sockets::http) fn stays_inside_root(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "when the name is tested, is it the name that the kernel will follow, \
                        decoded and with every link in it?";
    let recording = served::recording(trial)?;
    let outside = trial.experiment.files.iter().filter(|file| {
        file.kind == InputKind::Content
            && !file
                .path
                .starts_with(&format!("{}/", crate::lessons::sockets::http::site::ROOT))
    });
    let outside: Vec<_> = outside.collect();
    let mut clients = 0;
    for crowd in crowds(trial) {
        let requests = wire::requests(&wire::sent(crowd));
        let target = requests.first().map_or("", |request| &request.target);
        for (at, seen) in sightings(recording, &crowd.name) {
            clients += seen.count() as usize;
            let shown = |why: String| {
                let failure = Failure::new(why).hint(HINT).showing(at);
                Objection::from(opened(recording, failure, at))
            };
            let kept = kept(seen);
            let is_in = |content: &[u8]| {
                kept.data
                    .windows(content.len().max(1))
                    .any(|part| part == content)
            };
            if let Some(file) = outside.iter().find(|file| is_in(&file.content)) {
                return Err(shown(format!(
                    "{} got the content of {}, which is not beneath ROOT",
                    who(seen),
                    file.path
                )));
            }
            let is_no_name = target.contains("%00") || target.len() > LONG;
            let methods = ["GET"];
            let (responses, _) = wire::responses(&kept, &methods, seen.end != Ending::Open);
            match responses.first() {
                Some(response) if is_no_name && response.status < 400 => {
                    return Err(shown(format!(
                        "{} got status {} for a name that is none",
                        who(seen),
                        response.status
                    )));
                }
                None if seen.end == Ending::Open || seen.end == Ending::Connecting => {
                    return Err(shown(format!(
                        "{} got no answer; {}",
                        who(seen),
                        standing(&seen.end)
                    )));
                }
                _ => {}
            }
        }
    }
    // Whoever refuses everything is no server.
    let last = crowds(trial).last().map(|crowd| crowd.name.clone());
    all_of(trial, recording, HINT, |crowd| {
        Some(&crowd.name) == last.as_ref()
    })?;
    match clients {
        0 => Err(nobody()),
        clients => Ok(Pass::of("clients", clients)),
    }
}

/// Longer targets name nothing: a part of 300 bytes, a path of 5,000.
const LONG: usize = 290;

/// Shows the last call before the event at `at` that opened something.
fn opened(recording: &Recording, failure: Failure, at: usize) -> Failure {
    let opens = ["open", "openat", "openat2"];
    let last = recording
        .calls()
        .filter(|made| made.enter < at && opens.contains(&made.call.name.as_str()))
        .filter(|made| made.value().is_some_and(|value| value >= 0))
        .last();
    let mut shown = Failure {
        evidence: Vec::new(),
        ..failure.clone()
    };
    if let Some(made) = last {
        shown = shown.showing(made.enter);
    }
    for event in failure.evidence {
        shown = shown.showing_in(event.run, event.event);
    }
    shown
}
