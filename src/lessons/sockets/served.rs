//! What clients saw, and what a server was doing meanwhile: what every judge of a server asks.

use crate::lessons::sight;
use crate::model::recording::FIRST;
use crate::model::{
    Ending, Endpoint, ExitStatus, Failure, Objection, Recording, Sighting, Trial, What, World,
};

/// Calls that are shown of those in which a server waits.
const SHOWN: usize = 3;

/// The recording of a run of a server, which did listen and did not end by itself while clients
/// were there.
///
/// # Errors
/// If it did not, and what the sight of any run says.
pub(in crate::lessons) fn recording<'a>(trial: &Trial<'a>) -> Result<&'a Recording, Objection> {
    let recording = listening(trial)?;
    match ended(recording) {
        Some(failure) => Err(failure.into()),
        None => Ok(recording),
    }
}

/// The same where the server is to end.
///
/// # Errors
/// As [`recording`].
pub(in crate::lessons) fn listening<'a>(trial: &Trial<'a>) -> Result<&'a Recording, Objection> {
    let recording = sight::recording(trial, 0)?;
    let listens = recording
        .world()
        .any(|(_, world)| matches!(world, World::Listening(_)));
    if !listens {
        return Err(never_listened(recording, trial));
    }
    if let Some(failure) = sight::limited(recording, 0) {
        return Err(sight::hinted(
            failure.into(),
            "what does the program wait for at that line, and who could give it?",
        ));
    }
    Ok(recording)
}

fn never_listened(recording: &Recording, trial: &Trial<'_>) -> Objection {
    let runs = trial.experiment.runs.iter();
    let at = runs.flat_map(|run| &run.steps).find_map(|step| match step {
        crate::model::Step::AwaitListening(endpoint) => Some(name(endpoint)),
        _ => None,
    });
    let at = at.unwrap_or_default();
    let mut failure = Failure::new(format!("it never listens on {at}"));
    let calls = ["socket", "bind", "listen"];
    for made in recording
        .calls()
        .filter(|made| calls.contains(&&*made.call.name))
    {
        failure = failure.showing(made.enter);
    }
    if let Some((event, status)) = end(recording) {
        failure.why = format!("it {} before it listens on {at}", how(status));
        failure = failure.showing(event);
    }
    failure
        .hint("which calls make a socket one that clients can connect to, and at which address?")
        .into()
}

/// An address, as people write it.
pub(in crate::lessons) fn name(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Tcp(port) => format!("127.0.0.1:{port} (TCP)"),
        Endpoint::Udp(port) => format!("127.0.0.1:{port} (UDP)"),
        Endpoint::Unix(path) => path.clone(),
    }
}

/// How the first process ended, and where that is recorded.
pub(in crate::lessons) fn end(recording: &Recording) -> Option<(usize, ExitStatus)> {
    recording
        .events
        .iter()
        .enumerate()
        .find_map(|(at, event)| match event.what {
            What::End {
                task: FIRST,
                status,
                ..
            } => Some((at, status)),
            _ => None,
        })
}

/// How a process ended, in words that follow a subject.
pub(in crate::lessons) fn how(status: ExitStatus) -> String {
    match status {
        ExitStatus::Code(code) => format!("exits with status {code}"),
        ExitStatus::Signal(signo) => {
            format!("is ended by {}", crate::model::text::signal_name(signo))
        }
    }
}

/// The failure of a server that ended before the experiment did.
fn ended(recording: &Recording) -> Option<Failure> {
    let (event, status) = end(recording)?;
    // The experiment itself kills it at last.
    let is_ours = recording.events[event..].iter().all(|event| {
        matches!(
            event.what,
            What::End { .. } | What::Usage(..) | What::World(World::File(..) | World::Mode(..))
        )
    });
    if status == ExitStatus::Signal(libc::SIGKILL) && is_ours {
        return None;
    }
    let mut failure = Failure::new(format!("it {} while clients are connected", how(status)));
    let before = recording.events[..event].iter().enumerate().rev();
    for (at, _) in before
        .filter(|(_, event)| matches!(event.what, What::Enter(FIRST, _) | What::Signal(FIRST, _)))
        .take(SHOWN)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        failure = failure.showing(at);
    }
    Some(
        failure.showing(event).hint(
            "which call or which signal ended it, and must one client's trouble be everybody's?",
        ),
    )
}

/// What clients of the crowd saw when they were asked for the last time, and where it is recorded.
pub(in crate::lessons) fn sightings<'a>(
    recording: &'a Recording,
    crowd: &'a str,
) -> Vec<(usize, &'a Sighting)> {
    sightings_before(recording, crowd, recording.events.len())
}

/// The same, before event number `end`.
pub(in crate::lessons) fn sightings_before<'a>(
    recording: &'a Recording,
    crowd: &'a str,
    end: usize,
) -> Vec<(usize, &'a Sighting)> {
    let mut last: Vec<(usize, &Sighting)> = Vec::new();
    for (at, world) in recording.world().take_while(|(at, _)| *at < end) {
        if let World::Saw(seen) = world
            && seen.crowd == crowd
        {
            // The sightings of one look follow each other; the next look begins with another event.
            let is_next =
                last.last().is_some_and(|(before, _)| before + 1 == at) && !repeats(&last, seen);
            if !is_next {
                last.clear();
            }
            last.push((at, seen));
        }
    }
    last
}

/// Whether one of these clients has been seen already: then a new look has begun.
fn repeats(seen: &[(usize, &Sighting)], next: &Sighting) -> bool {
    next.clients.iter().any(|(from, to)| {
        seen.iter()
            .flat_map(|(_, sighting)| &sighting.clients)
            .any(|(first, last)| from <= last && first <= to)
    })
}

/// Fails unless every client of these crowds has made all its moves and has got what it sent.
///
/// # Errors
/// The first that has not.
pub(in crate::lessons) fn all_echoed(
    recording: &Recording,
    crowds: &[&str],
    hint: &str,
) -> Result<usize, Objection> {
    let mut clients = 0;
    for crowd in crowds {
        for (at, seen) in sightings(recording, crowd) {
            clients += seen.count() as usize;
            if let Some(why) = unserved(seen) {
                let failure = Failure::new(why).hint(hint).showing(at);
                return Err(while_it_waits(recording, failure, at).into());
            }
        }
    }
    match clients {
        0 => Err(Objection::Blind(
            "no client was asked what it saw".to_owned(),
        )),
        clients => Ok(clients),
    }
}

/// What is wrong with what clients of an echo saw, as a sentence.
pub(in crate::lessons) fn unserved(seen: &Sighting) -> Option<String> {
    let who = who(seen);
    if let Some(at) = seen.differs_at {
        return Some(match at >= seen.sent {
            true => format!(
                "{who} sent {} and got more back: {}",
                bytes(seen.sent),
                seen.received
            ),
            false => format!("{who} got back another byte than was sent, at offset {at}"),
        });
    }
    let got = match seen.received {
        0 => "nothing".to_owned(),
        received => format!("{received} of them"),
    };
    match (&seen.end, seen.doing) {
        (Ending::Connecting, _) => Some(format!("{who} did not get connected")),
        (Ending::Failed(errno), _) => Some(format!(
            "{who} sent {}, got {got} back, and met {}",
            bytes(seen.sent),
            crate::model::text::errno_name(*errno)
        )),
        (Ending::Tls(why), _) => Some(format!("{who} met an error of TLS: {why}")),
        _ if seen.received < seen.sent => Some(format!(
            "{who} sent {} and got {got} back; {}",
            bytes(seen.sent),
            standing(&seen.end)
        )),
        (_, Some(_)) => Some(format!(
            "{who} could not go on: {} sent, {} back; {}",
            bytes(seen.sent),
            bytes(seen.received),
            standing(&seen.end)
        )),
        _ => None,
    }
}

/// So many bytes, in words.
pub(in crate::lessons) fn bytes(count: u64) -> String {
    match count {
        1 => "1 byte".to_owned(),
        count => format!("{count} bytes"),
    }
}

/// The clients of a sighting, as a subject.
pub(in crate::lessons) fn who(seen: &Sighting) -> String {
    let first = seen.clients.first().map_or(0, |(first, _)| *first);
    match seen.count() {
        1 => format!("client {first} of \"{}\"", seen.crowd),
        count => format!("each of {count} clients of \"{}\"", seen.crowd),
    }
}

/// How a connection stands, as a clause.
pub(in crate::lessons) fn standing(end: &Ending) -> String {
    match end {
        Ending::Connecting => "it was never accepted".to_owned(),
        Ending::Open => "the connection is still open".to_owned(),
        Ending::Fin => "the server closed the connection".to_owned(),
        Ending::Cut => "the server cut the connection without close_notify".to_owned(),
        Ending::Closed => "the client closed the connection".to_owned(),
        Ending::Failed(errno) => format!("it met {}", crate::model::text::errno_name(*errno)),
        Ending::Tls(why) => format!("TLS failed: {why}"),
    }
}

/// Shows, before the event at `at`, the calls in which the server was, as far as they were watched.
pub(in crate::lessons) fn while_it_waits(
    recording: &Recording,
    failure: Failure,
    at: usize,
) -> Failure {
    let mut waiting: Vec<usize> = recording
        .calls()
        .filter(|made| made.enter < at && made.exit.is_none_or(|exit| exit > at))
        .map(|made| made.enter)
        .collect();
    if waiting.is_empty() {
        // It computes: the last that it did.
        let calls = recording.calls().filter(|made| made.enter < at);
        waiting.extend(calls.last().map(|made| made.enter));
    }
    let mut shown = failure;
    let evidence = std::mem::take(&mut shown.evidence);
    let skipped = waiting.len().saturating_sub(SHOWN);
    for enter in waiting.into_iter().skip(skipped) {
        shown = shown.showing(enter);
    }
    for event in evidence {
        shown = shown.showing_in(event.run, event.event);
    }
    shown
}
