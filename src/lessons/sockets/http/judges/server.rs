//! Judges of what the server is for all its clients together.

use super::answers::within_memory;
use super::exchange::{all_answered, all_of, complaint};
use super::{IDLE_MS, SETTLE_MS};
use crate::lessons::sight;
use crate::lessons::sockets::http::experiments::IDLE;
use crate::lessons::sockets::served::{self, crowds};
use crate::model::{Failure, Judgement, Objection, Pass, Recording, Trial, What, World};

/// Calls in the two seconds; the handout promises it.
const CALLS: usize = 20;

/// Calls that a server may make for each connection that it begins to wait for, or gives up.
const CALLS_OF_A_TURN: usize = 10;

/// How much more memory than before a server may hold while it sends a file, KiB; the handout
/// promises it. Where memory is cleared up now and then, the pieces that were sent wait for that.
const MEMORY_KIB: u64 = 64 * 1024;

/// What sends to a client.
const SENDING: &[&str] = &[
    "write", "writev", "sendto", "sendmsg", "sendmmsg", "sendfile", "splice",
];

/// Calls that are shown of too many.
const SHOWN: usize = 5;

/// Fails unless clients that come while others are in the middle of their requests are served.
///
/// Blind spot: delays that are shorter than seconds.
pub(in crate::lessons::sockets::http) fn survives_slow_clients(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_of(
        trial,
        recording,
        "in which call is the server while a request has begun and not ended, and who else waits \
         for that?",
        |crowd| crowd.name.ends_with("others"),
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless 3 GiB arrive, and cost no memory.
///
/// Blind spot: what is held between two moments of measuring.
pub(in crate::lessons::sockets::http) fn serves_big_files(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "where are the bytes of the file between the disk and the socket, and how \
                        wide are the numbers that count them?";
    let recording = sight::recording(trial, 0)?;
    if let Some(failure) = sight::limited(recording, 0) {
        // How much memory it may use up is what this is about.
        let failure = Failure {
            hint: HINT.to_owned(),
            ..failure
        };
        return Err(failure.into());
    }
    let recording = served::recording(trial)?;
    within_memory(recording, MEMORY_KIB, HINT)?;
    let clients = all_answered(trial, recording, HINT)?;
    Ok(Pass::of("clients", clients))
}

/// Fails unless clients are served after others have vanished.
///
/// Blind spot: moments at which no client vanishes.
pub(in crate::lessons::sockets::http) fn survives_resets(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_of(
        trial,
        recording,
        "what happens to a process that writes to a connection that is no more, and to its other \
         clients?",
        |crowd| crowd.name.starts_with("after"),
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails if more descriptors are open after 2,000 connections than before.
///
/// Blind spot: a descriptor that is closed when two more seconds have passed.
pub(in crate::lessons::sockets::http) fn leaks_no_descriptor(trial: &Trial<'_>) -> Judgement {
    served::leaks_no_descriptor(trial, complaint)
}

/// Fails if the server makes more than a few calls while nobody wants anything.
///
/// Blind spot: calls at the end of a connection that the server gives up meanwhile.
pub(in crate::lessons::sockets::http) fn sleeps_when_idle(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let hint = "what wakes the program up while no client says anything?";
    let passed = |ms: u64| {
        let mut passed = recording.world();
        passed.find_map(|(at, world)| (*world == World::Passed(ms)).then_some(at))
    };
    let (Some(from), Some(to)) = (passed(SETTLE_MS), passed(IDLE_MS)) else {
        // Calls without end reach a limit before the time has passed.
        if let Some(failure) = sight::limited(recording, 0) {
            return Err(sight::hinted(failure.into(), hint));
        }
        return Err(Objection::Blind("it was not watched at rest".to_owned()));
    };
    all_answered(trial, recording, hint)?;
    // On a busy machine two seconds of its own can be half a minute by the clock on the wall, after
    // which it may be tired of a client, and nothing is left to wake it up: so what it did before
    // counts, too, since its last answer.
    let answered = last_sent(recording, from);
    let before = calls_between(recording, answered, from);
    let calls = calls_between(recording, from, to);
    let ends = |calls: &[usize]| calls.iter().filter(|at| is_close(recording, **at)).count();
    let windows = [
        (
            &before,
            IDLE as usize + ends(&before),
            "before two seconds in which nobody wanted anything",
        ),
        (&calls, ends(&calls), "in two seconds"),
    ];
    for (calls, turns, when) in windows {
        if calls.len() > CALLS + turns * CALLS_OF_A_TURN {
            let why = format!(
                "with {IDLE} idle connections it made {} calls {when}",
                calls.len()
            );
            let mut failure = Failure::new(why).hint(hint);
            for at in calls.iter().take(SHOWN) {
                failure = failure.showing(*at);
            }
            return Err(failure.figure("calls", calls.len() as f64).into());
        }
    }
    Ok(Pass::of("calls", calls.len()))
}

/// Where the last call is, before this event, that may have sent an answer; this event, if there is none.
fn last_sent(recording: &Recording, until: usize) -> usize {
    let sends =
        |what: &What| matches!(what, What::Enter(_, call) if SENDING.contains(&&*call.name));
    let mut events = recording.events[..until].iter();
    events
        .rposition(|event| sends(&event.what))
        .map_or(until, |at| at + 1)
}

fn is_close(recording: &Recording, at: usize) -> bool {
    matches!(&recording.events[at].what, What::Enter(_, call) if call.name == "close")
}

/// Entries of calls between two events.
fn calls_between(recording: &Recording, from: usize, to: usize) -> Vec<usize> {
    let events = recording.events.iter().enumerate();
    events
        .filter(|(at, event)| (from..to).contains(at) && matches!(event.what, What::Enter(..)))
        .map(|(at, _)| at)
        .collect()
}

/// Fails unless SIGTERM ends all of the server with status 0, and finishes what was under way.
///
/// The second that the server has for that is one of the clock on the wall, and on a busy machine
/// its client may not get a processor in time: so an answer has to be cut off in every run.
///
/// Blind spot: answers that fit into the buffers of a connection.
pub(in crate::lessons::sockets::http) fn stops_on_sigterm(trial: &Trial<'_>) -> Judgement {
    for run in 0..trial.runs.len().max(1) {
        served::stops_on_sigterm(&alone(trial, run)).map_err(|objection| of_run(objection, run))?;
    }
    let mut cut_off = None;
    for run in 0..trial.runs.len() {
        match finishes(&alone(trial, run)) {
            Ok(()) => return Ok(Pass::default()),
            Err(objection) => drop(cut_off.get_or_insert(of_run(objection, run))),
        }
    }
    Err(cut_off.unwrap_or_else(|| Objection::Blind("it was not run".to_owned())))
}

/// One run of a trial, as a trial of its own.
fn alone<'a>(trial: &Trial<'a>, run: usize) -> Trial<'a> {
    Trial {
        experiment: trial.experiment,
        runs: trial.runs.get(run..=run).unwrap_or_default(),
    }
}

/// What was found in one run, for the trial that it belongs to.
fn of_run(objection: Objection, run: usize) -> Objection {
    match objection {
        Objection::Fail(mut failure) => {
            for shown in &mut failure.evidence {
                shown.run = run;
            }
            failure.into()
        }
        blind => blind,
    }
}

/// Fails unless the client whose answer was under way has got all of it.
fn finishes(trial: &Trial<'_>) -> Result<(), Objection> {
    let half_served = |crowd: &str| crowd == "half served";
    if crowds(trial).any(|crowd| half_served(&crowd.name)) {
        all_of(
            trial,
            served::listening(trial)?,
            "what becomes of an answer that was half sent when SIGTERM came?",
            |crowd| half_served(&crowd.name),
        )?;
    }
    Ok(())
}
