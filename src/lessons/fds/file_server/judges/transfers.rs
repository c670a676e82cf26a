//! Judges of how large files are moved.

use super::exchange::{all_answered, all_of};
use crate::lessons::fds::file_server::shelf::ROOT;
use crate::lessons::sight;
use crate::lessons::sockets::served::{self, bytes, sightings, standing, who};
use crate::model::recording::Made;
use crate::model::{
    Ending, Failure, InputKind, Judgement, Objection, Pass, Recording, Trial, World,
};

/// Calls that give bytes of a file to the program, with the argument that is the file.
const READS: &[&str] = &["read", "readv", "pread64", "preadv", "preadv2"];

/// Calls by which the program gives bytes away.
const WRITES: &[&str] = &[
    "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "vmsplice",
];

/// Calls that move bytes past the program, with the argument that they come from.
const MOVES: &[(&str, usize)] = &[("sendfile", 1), ("splice", 0), ("copy_file_range", 0)];

/// A hundredth of a file may pass through the program; the handout promises it.
const PART: u64 = 100;

/// How often it may be told that there is nothing more; the handout promises it.
const TOLD: usize = 100;

/// Who has asked for a file that changes.
pub(in crate::lessons::fds::file_server) const LATE: &str = "late";

/// Calls that are shown of too many.
const SHOWN: usize = 3;

/// Fails unless a large file gets to its client past the program.
///
/// Blind spot: calls that move bytes and are not known here; the client gets what it should, and
/// so the bytes would be missed.
pub(in crate::lessons::fds::file_server) fn copies_nothing(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "which bytes does the program itself need to see, and which call moves the \
                        others without it?";
    let recording = served::recording(trial)?;
    let file = trial.experiment.files.iter().find_map(|file| {
        let is_served = file.path.starts_with(ROOT);
        match &file.kind {
            InputKind::Made(payload) if is_served && payload.len() >= BIG => {
                Some((file.path.as_str(), payload.len()))
            }
            _ => None,
        }
    });
    let Some((path, len)) = file else {
        return Err(Objection::Blind("there was no large file".to_owned()));
    };
    let is_it =
        |made: &Made<'_>, nth: usize| made.object(nth).is_some_and(|object| object.name == path);
    let mapped = recording.calls().find(|made| {
        made.call.name == "mmap" && made.value().is_some() && (0..6).any(|nth| is_it(made, nth))
    });
    if let Some(made) = mapped {
        let failure = Failure::new(format!("it maps {path}")).hint(HINT);
        return Err(failure.showing(made.enter).into());
    }
    let most = len / PART;
    let read = Moved::by(recording, |made| {
        READS.contains(&made.call.name.as_str()) && is_it(made, 0)
    });
    read.at_most(
        most,
        &format!(
            "it reads {} of the {len} bytes of {path} itself",
            read.bytes
        ),
        HINT,
    )?;
    let written = Moved::by(recording, |made| WRITES.contains(&made.call.name.as_str()));
    let why = format!(
        "it writes or sends {} itself, to serve a file of {len}",
        bytes(written.bytes)
    );
    written.at_most(most, &why, HINT)?;
    all_answered(trial, recording, HINT)?;
    let moved = Moved::by(recording, |made| {
        let mut moves = MOVES.iter();
        moves.any(|(name, from)| made.call.name == *name && is_it(made, *from))
    });
    if moved.bytes < len - most {
        let why = format!(
            "sendfile, splice and their like move {} of the {len} bytes of {path}",
            moved.bytes
        );
        return Err(moved.shown(Failure::new(why).hint(HINT)).into());
    }
    Ok(Pass::of("calls", moved.calls.len()))
}

/// A file that is at least so long is large.
const BIG: u64 = 16 << 20;

/// Calls that moved something.
struct Moved {
    bytes: u64,
    /// Their entries.
    calls: Vec<usize>,
}

impl Moved {
    fn by(recording: &Recording, is_meant: impl Fn(&Made<'_>) -> bool) -> Self {
        let mut moved = Self {
            bytes: 0,
            calls: Vec::new(),
        };
        for made in recording.calls().filter(|made| is_meant(made)) {
            let value = made.value().and_then(|value| u64::try_from(value).ok());
            if let Some(value @ 1..) = value {
                moved.bytes = moved.bytes.saturating_add(value);
                moved.calls.push(made.enter);
            }
        }
        moved
    }

    /// Fails if it is more than so many bytes.
    fn at_most(&self, most: u64, why: &str, hint: &str) -> Result<(), Objection> {
        match self.bytes > most {
            true => Err(self.shown(Failure::new(why).hint(hint)).into()),
            false => Ok(()),
        }
    }

    fn shown(&self, failure: Failure) -> Failure {
        let shown = self.calls.iter().take(SHOWN);
        shown.fold(failure, |failure, at| failure.showing(*at))
    }
}

/// Fails unless files arrive whose transfer is interrupted, and moves less than was asked for.
///
/// Blind spot: files that fit into the buffers of a connection.
pub(in crate::lessons::fds::file_server) fn continues_partial_sends(
    trial: &Trial<'_>,
) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_answered(
        trial,
        recording,
        "what does the call return when it has moved less than it was asked to, and whose offset \
         says where the next one begins?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless a connection ends whose file has become too short, and no other; and unless what
/// was promised arrives of a file that has become longer.
///
/// Blind spot: a file that shrinks between its size and its first byte.
pub(in crate::lessons::fds::file_server) fn survives_truncation(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "what does the call return when there is nothing more in the file, and can \
                        the promise to this client still be kept?";
    let limited = sight::limited(sight::recording(trial, 0)?, 0);
    if let Some(failure) = limited {
        // Whoever tries again and again reaches one.
        return Err(failure.hint(HINT).into());
    }
    let recording = served::recording(trial)?;
    let resized = recording.world().find_map(|(at, world)| match world {
        World::Resized(path, len) => Some((at, path, *len)),
        _ => None,
    });
    let Some((resized, path, now)) = resized else {
        return Err(Objection::Blind("the file did not change".to_owned()));
    };
    let file = trial
        .experiment
        .files
        .iter()
        .find(|file| file.path == *path);
    let promised = match file.map(|file| &file.kind) {
        Some(InputKind::Made(payload)) => payload.len(),
        _ => return Err(Objection::Blind("the file was not known".to_owned())),
    };
    let has_shrunk = now < promised;
    all_of(trial, recording, HINT, |crowd| {
        crowd.name != LATE || !has_shrunk
    })?;
    for (at, seen) in sightings(recording, LATE)
        .into_iter()
        .filter(|_| has_shrunk)
    {
        let has_ended = matches!(
            seen.end,
            Ending::Fin | Ending::Failed(libc::ECONNRESET | libc::EPIPE)
        );
        let why = match (seen.received >= promised, seen.differs_at) {
            // It had all of it before.
            (true, None) => continue,
            (true, Some(_)) => format!(
                "{} got {}, and not those of the file, which had {promised} and has {now} now",
                who(seen),
                bytes(seen.received),
            ),
            (false, _) if !has_ended => format!(
                "{} got {} of a file that had {promised} and has {now} now; {}",
                who(seen),
                bytes(seen.received),
                standing(&seen.end)
            ),
            (false, _) => continue,
        };
        let failure = Failure::new(why).hint(HINT).showing(resized);
        return Err(served::while_it_waits(recording, failure, at)
            .showing(at)
            .into());
    }
    let told: Vec<usize> = recording
        .calls()
        .filter(|made| made.enter > resized && made.value() == Some(0))
        .filter(|made| {
            let mut moves = MOVES.iter();
            moves.any(|(name, _)| made.call.name == *name)
        })
        .map(|made| made.enter)
        .collect();
    if told.len() > TOLD {
        let why = format!(
            "it was told {} times that there is nothing more in {path}",
            told.len()
        );
        let failure = Failure::new(why).hint(HINT).showing(resized);
        let shown = told.iter().take(SHOWN);
        let failure = shown.fold(failure, |failure, at| failure.showing(*at));
        return Err(failure.figure("calls", told.len() as f64).into());
    }
    Ok(Pass::of("calls", told.len()))
}
