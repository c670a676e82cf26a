//! What clients saw, and what a server was doing meanwhile: what every judge of a server asks.

use crate::lessons::sight::{self, how};
use crate::model::recording::FIRST;
use crate::model::{
    Bytes, Crowd, Ending, Endpoint, ExitStatus, Experiment, Failure, Judgement, LimitKind,
    Objection, Pass, Recording, Sighting, Step, Stream, Trial, What, World,
};

/// Calls that are shown of those in which a server waits.
const SHOWN: usize = 3;

/// Pieces that are shown of what a server says before it ends: a shell writes a message in three.
const PIECES: usize = 4;

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
        Step::AwaitListening(endpoint) => Some(name(endpoint)),
        _ => None,
    });
    let at = at.unwrap_or_default();
    let mut failure = Failure::new(format!("it never listens on {at}"));
    let names = ["socket", "bind", "listen"];
    let calls = recording.calls();
    let mut shown: Vec<usize> = calls
        .filter(|made| names.contains(&&*made.call.name))
        .map(|made| made.enter)
        .collect();
    let said = recording
        .world()
        .filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)));
    let said: Vec<usize> = said.map(|(event, _)| event).collect();
    shown.extend(said.iter().rev().take(PIECES));
    if let Some((event, status)) = end(recording) {
        failure.why = format!("it {} before it listens on {at}", how(status));
        shown.push(event);
    }
    shown.sort_unstable();
    let failure = shown.into_iter().fold(failure, Failure::showing);
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
    let named = crowds.iter().map(|name| (*name, ()));
    every_client(recording, named, hint, |(), seen| unserved(seen))
}

/// Fails unless every client of these crowds, each with what is known of it, has seen what it
/// should: `complaint` says what is wrong, as a sentence. How many clients there were.
///
/// # Errors
/// The first that has not; blind if nobody was asked.
pub(in crate::lessons) fn every_client<'a, C>(
    recording: &Recording,
    crowds: impl Iterator<Item = (&'a str, C)>,
    hint: &str,
    complaint: impl Fn(&C, &Sighting) -> Option<String>,
) -> Result<usize, Objection> {
    let mut clients = 0;
    for (name, crowd) in crowds {
        for (at, seen) in sightings(recording, name) {
            clients += seen.count() as usize;
            if let Some(why) = complaint(&crowd, seen) {
                let failure = Failure::new(why).hint(hint).showing(at);
                return Err(while_it_waits(recording, failure, at).into());
            }
        }
    }
    match clients {
        0 => Err(nobody()),
        clients => Ok(clients),
    }
}

/// The same of those crowds of a trial that are meant, given what each was to do.
///
/// # Errors
/// As [`every_client`].
pub(in crate::lessons) fn every_client_of(
    trial: &Trial<'_>,
    recording: &Recording,
    hint: &str,
    is_meant: impl Fn(&Crowd) -> bool,
    complaint: impl Fn(&Experiment, &Crowd, &Sighting) -> Option<String>,
) -> Result<usize, Objection> {
    let meant = crowds(trial).filter(|crowd| is_meant(crowd));
    let named = meant.map(|crowd| (crowd.name.as_str(), crowd));
    every_client(recording, named, hint, |crowd, seen| {
        complaint(trial.experiment, crowd, seen)
    })
}

/// Nothing was recorded that could be judged.
pub(in crate::lessons) fn nobody() -> Objection {
    Objection::Blind("no client was asked what it saw".to_owned())
}

/// The crowds of a trial, in the order in which they start.
pub(in crate::lessons) fn crowds<'a>(trial: &Trial<'a>) -> impl Iterator<Item = &'a Crowd> {
    let runs = trial.experiment.runs.iter();
    runs.flat_map(|run| &run.steps)
        .filter_map(|step| match step {
            Step::Start(crowd) => Some(crowd),
            _ => None,
        })
}

/// What a client kept of what it got.
pub(in crate::lessons) fn kept(seen: &Sighting) -> Bytes {
    seen.kept.first().cloned().unwrap_or_default()
}

/// Fails if more descriptors are open whenever they are counted after these clients than before; how many
/// there were.
///
/// # Errors
/// As said; blind if they were not counted.
pub(in crate::lessons) fn descriptors_come_back(
    recording: &Recording,
    clients: &str,
    hint: &str,
) -> Result<u64, Objection> {
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
    if let Some((after, count)) = kept.filter(|(_, count)| count > held) {
        let why = format!(
            "it had {held} descriptors open before {clients}, and {count} when all were gone"
        );
        let failure = Failure::new(why)
            .hint(hint)
            .showing(*before)
            .showing(*after);
        return Err(failure.figure("descriptors", *count as f64).into());
    }
    Ok(*held)
}

/// Fails if more descriptors are open after 2,000 connections than before, or the last crowd is not served.
///
/// # Errors
/// As said; blind if they were not counted.
pub(in crate::lessons) fn leaks_no_descriptor(
    trial: &Trial<'_>,
    complaint: impl Fn(&Experiment, &Crowd, &Sighting) -> Option<String>,
) -> Judgement {
    let recording = recording(trial)?;
    let hint = "on which way through the program does a descriptor that was opened not come to a \
                close?";
    let held = descriptors_come_back(recording, "2,000 connections", hint)?;
    let last = crowds(trial).last();
    let is_last = |crowd: &Crowd| last.is_some_and(|last| last.name == crowd.name);
    every_client_of(trial, recording, hint, is_last, complaint)?;
    Ok(Pass::of("descriptors", held as usize))
}

/// The recording of a run in which a server is told to end, and where it is told.
///
/// # Errors
/// As [`listening`], and if processes are left when the first one has ended.
pub(in crate::lessons) fn told_to_end<'a>(
    trial: &Trial<'a>,
) -> Result<(&'a Recording, Option<usize>), Objection> {
    let whole = sight::recording(trial, 0)?;
    if let Some(failure) = left_behind(whole) {
        return Err(failure.into());
    }
    let mut world = whole.world();
    let told = world.find_map(|(at, world)| matches!(world, World::Signalled(_)).then_some(at));
    Ok((listening(trial)?, told))
}

/// The failure of a server whose first process has ended, and others of it have not.
fn left_behind(recording: &Recording) -> Option<Failure> {
    let (at, kind, _) = recording.limit()?;
    let (ended, status) = end(recording).filter(|(ended, _)| *ended < at)?;
    if kind != LimitKind::Exit {
        return None;
    }
    let why = format!(
        "its first process {}, and others that it has started are still there",
        how(status)
    );
    let hint = "whom does the signal reach, and who is still there when that one is gone?";
    Some(Failure::new(why).hint(hint).showing(ended).showing(at))
}

/// Fails unless SIGTERM ends the server, with status 0, and nobody of it is left.
///
/// # Errors
/// As said; blind if its end was not seen.
pub(in crate::lessons) fn stops_on_sigterm(trial: &Trial<'_>) -> Result<(), Objection> {
    const HINT: &str = "who learns of SIGTERM, and what is that part of the program doing when it \
                        comes?";
    let (recording, told) = told_to_end(trial)?;
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
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::stories::experiment;
    use crate::lessons::testing;
    use crate::model::Run;

    fn listens(trial: &Trial<'_>) -> Judgement {
        listening(trial).map(|_| Pass::default())
    }

    #[test]
    fn who_ends_before_it_listens_is_shown_with_its_last_words() {
        let run = Run {
            steps: vec![Step::AwaitListening(Endpoint::Tcp(20_001))],
            ..Run::default()
        };
        let trace = "2 socket(AF_INET, SOCK_STREAM, 0) = 3\n* stderr \"long ago\"\n\
                     * stderr \"long ago, too\"\n* stderr \"./run: 2: \"\n* stderr \"exec: \"\n\
                     2 +++ exit 127\n* stderr \"not found\"\n* stderr \"\\n\"\n";
        let said = testing::judged(listens, &experiment("", run), &[trace.to_owned()]);
        insta::assert_snapshot!(said, @r#"
        fail: it exits with status 127 before it listens on 127.0.0.1:20001 (TCP)
          0.0 2 socket(AF_INET, SOCK_STREAM, 0) = 3
          0.4 * stderr "./run: 2: "
          0.5 * stderr "exec: "
          0.6 2 +++ exit 127
          0.7 * stderr "not found"
          0.8 * stderr "\n"
        hint: which calls make a socket one that clients can connect to, and at which address?
        "#);
    }
}
