//! How many connections, descriptors, tasks and calls.

use std::ops::Range;

use super::{crowds, measured};
use crate::lessons::sight;
use crate::lessons::sockets::echo::experiments::EXHAUSTED;
use crate::lessons::sockets::served::{self, all_echoed, sightings_before};
use crate::model::text::call_head;
use crate::model::{
    Ending, Failure, Judgement, LimitKind, Objection, Pass, Recording, Trial, World,
};

/// Calls of all tasks in two seconds in which nothing happens.
const IDLE_CALLS: usize = 20;

/// Calls in two seconds of a server that is out of descriptors: an error that is logged a few times
/// a second is no spin.
const EXHAUSTED_CALLS: usize = 5000;

/// Tasks for a thousand connections.
const TASKS: u64 = 100;

/// Descriptors that a runtime may have opened meanwhile.
const MORE_DESCRIPTORS: u64 = 16;

/// Connections that have to be held, and descriptors that this takes.
const TEN_THOUSAND: u64 = 10_000;
const NEEDED_DESCRIPTORS: u64 = 10_200;

/// Calls that are shown of too many.
const SHOWN: usize = 4;

/// Fails if more descriptors are open after all connections have ended than before.
///
/// Blind spot: a leak on an ending that no client has, or of one connection in a hundred.
pub(in crate::lessons::sockets::echo) fn leaks_no_descriptor(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "which ends of a connection are there, and on which of them is close(2) \
                        called?";
    let recording = served::recording(trial)?;
    let [(first, before), (last, after), ..] = measured(recording)[..] else {
        return Err(Objection::Blind("descriptors were not counted".to_owned()));
    };
    if after.descriptors.saturating_sub(before.descriptors) > MORE_DESCRIPTORS {
        let why = format!(
            "after 2,000 connections it has {} descriptors, and had {} before",
            after.descriptors, before.descriptors
        );
        return Err(Failure::new(why)
            .figure("descriptors", after.descriptors as f64)
            .showing(first)
            .showing(last)
            .hint(HINT)
            .into());
    }
    all_echoed(recording, &["last"], HINT)?;
    Ok(Pass::of("descriptors", after.descriptors as usize))
}

/// Fails if all tasks together make more than 20 calls in two quiet seconds.
///
/// Blind spot: a loop that makes no calls; the limit on time finds it.
pub(in crate::lessons::sockets::echo) fn sleeps_when_idle(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "which of these calls would return if nobody sent anything, and what has \
                        the program asked for?";
    let quiet = sight::recording(trial, 0)?;
    if let Some(span) = counted(quiet) {
        let calls = calls(quiet, span);
        if calls.len() > IDLE_CALLS {
            let nobody = "nobody of 100 clients says anything";
            return Err(too_many(quiet, &calls, nobody).hint(HINT).into());
        }
    }
    let recording = served::recording(trial)?;
    all_echoed(recording, &["idle"], HINT)?;
    match counted(recording) {
        Some(span) => Ok(Pass::of("calls", calls(recording, span).len())),
        None => Err(Objection::Blind("calls were not counted".to_owned())),
    }
}

/// The span in which calls are counted: between the two times that passed. If so much happened that
/// a limit ended the run, until then, and from the last clients on.
fn counted(recording: &Recording) -> Option<Range<usize>> {
    let mut passed = Vec::new();
    let mut started = None;
    let mut is_limited = false;
    for (at, world) in recording.world() {
        match world {
            World::Passed(_) => passed.push(at),
            World::Started(..) if passed.is_empty() => started = Some(at),
            World::Limit(LimitKind::Events, _) => is_limited = true,
            _ => {}
        }
    }
    let settled = passed.first().copied();
    let from = settled.or(started.filter(|_| is_limited))?;
    Some(from..passed.get(1).copied().unwrap_or(recording.events.len()))
}

/// Calls that begin in a span of events.
fn calls(recording: &Recording, span: Range<usize>) -> Vec<usize> {
    recording
        .calls()
        .filter(|made| span.contains(&made.enter))
        .map(|made| made.enter)
        .collect()
}

/// The failure of making so many calls meanwhile.
fn too_many(recording: &Recording, calls: &[usize], meanwhile: &str) -> Failure {
    let first = recording
        .calls()
        .find(|made| Some(&made.enter) == calls.first())
        .map_or_else(String::new, |made| call_head(made.call));
    let why = format!(
        "it makes {} calls in two seconds in which {meanwhile}, {first} the first of them",
        calls.len()
    );
    calls
        .iter()
        .take(SHOWN)
        .fold(Failure::new(why), |failure, at| failure.showing(*at))
        .figure("calls", calls.len() as f64)
}

/// Fails if there are more than 100 tasks with a thousand clients.
///
/// Blind spot: none that is known.
pub(in crate::lessons::sockets::echo) fn multiplexes(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "how many connections can one thread wait for at once?";
    let limit = sight::recording(trial, 0)?
        .world()
        .find_map(|(at, world)| match world {
            World::Limit(LimitKind::Tasks, tasks) => Some((at, *tasks)),
            _ => None,
        });
    if let Some((at, tasks)) = limit {
        let why = format!("with not yet 1,000 clients it has over {tasks} threads and processes");
        return Err(Failure::new(why).showing(at).hint(HINT).into());
    }
    let recording = served::recording(trial)?;
    let Some((at, with)) = measured(recording).first().copied() else {
        return Err(Objection::Blind("tasks were not counted".to_owned()));
    };
    if with.tasks > TASKS {
        let why = format!(
            "with 1,000 clients it has {} threads and processes",
            with.tasks
        );
        return Err(Failure::new(why)
            .figure("tasks", with.tasks as f64)
            .showing(at)
            .hint(HINT)
            .into());
    }
    all_echoed(recording, &crowds(recording, "clients"), HINT)?;
    Ok(Pass::of("tasks", with.tasks as usize))
}

/// Fails unless 10,000 clients are served at once. Cannot tell where the machine permits fewer
/// descriptors.
///
/// Blind spot: none that is known.
pub(in crate::lessons::sockets::echo) fn holds_ten_thousand(trial: &Trial<'_>) -> Judgement {
    let permitted = sight::recording(trial, 0)?
        .start()
        .and_then(|state| state.limits.iter().find(|(name, ..)| name == "NOFILE"))
        .map(|(_, _, hard)| *hard);
    if let Some(hard) = permitted.filter(|hard| *hard < NEEDED_DESCRIPTORS) {
        let why = format!("this machine permits {hard} descriptors (the hard limit; ulimit -Hn)");
        return Err(Objection::Blind(why));
    }
    let recording = served::recording(trial)?;
    all_echoed(
        recording,
        &crowds(recording, "clients"),
        "how many descriptors may this process have, and who may change that?",
    )?;
    let mut pass = Pass::of("clients", TEN_THOUSAND as usize);
    if let [(_, before), (_, after), ..] = measured(recording)[..] {
        let grown = after.memory_kib.saturating_sub(before.memory_kib);
        let each = grown as f64 / TEN_THOUSAND as f64;
        pass.figures.push(("KiB for each".to_owned(), each));
    }
    Ok(pass)
}

/// Fails if a server with 64 descriptors ends, spins, does not serve those that it has accepted, or
/// accepts nobody when some have left.
///
/// Blind spot: which of the clients that are not served it has accepted; only of the first few is
/// that sure.
pub(in crate::lessons::sockets::echo) fn survives_descriptor_exhaustion(
    trial: &Trial<'_>,
) -> Judgement {
    const HINT: &str = "when accept(2) fails, is the listener any less ready, and what would tell \
                        the program that there is a descriptor again?";
    let full = sight::recording(trial, 0)?;
    if let Some(span) = counted(full) {
        let calls = calls(full, span);
        if calls.len() > EXHAUSTED_CALLS {
            let meanwhile = format!("its {EXHAUSTED} descriptors are in use");
            return Err(too_many(full, &calls, &meanwhile).hint(HINT).into());
        }
    }
    let recording = served::recording(trial).map_err(|objection| sight::hinted(objection, HINT))?;
    let few = all_echoed(recording, &["first"], HINT)?;
    let left = recording
        .world()
        .find(|(_, world)| matches!(world, World::Dismissed(crowd) if crowd == "first"))
        .map_or(0, |(at, _)| at);
    let before = sightings_before(recording, "many", left);
    let after = served::sightings(recording, "many");
    let served_of = |seen: &[(usize, &crate::model::Sighting)]| -> u32 {
        seen.iter()
            .filter(|(_, seen)| seen.sent > 0 && seen.received == seen.sent)
            .map(|(_, seen)| seen.count())
            .sum()
    };
    let waiting: u32 = before
        .iter()
        .filter(|(_, seen)| seen.received == 0)
        .filter(|(_, seen)| matches!(seen.end, Ending::Open | Ending::Connecting))
        .map(|(_, seen)| seen.count())
        .sum();
    if waiting > 0 && served_of(&after) <= served_of(&before) {
        let why = format!("{few} clients have left, {waiting} wait, and it accepts none of them");
        let failure = after
            .iter()
            .fold(Failure::new(why).showing(left), |failure, (at, _)| {
                failure.showing(*at)
            });
        return Err(failure.hint(HINT).into());
    }
    all_echoed(recording, &["late"], HINT)?;
    Ok(Pass::of(
        "clients at once",
        (few as u32 + served_of(&before)) as usize,
    ))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::lessons::sockets::echo::judges::testing::{START, judge};

    #[test]
    fn descriptors_are_compared_with_what_they_were() {
        let churned = |descriptors: u64| {
            judge(
                leaks_no_descriptor,
                &format!(
                    "* measured memory=3000 tasks=1 descriptors=6\n* clients \"last\" 1\n\
                     * saw \"last\" 0 sent=10 received=10 open\n\
                     * measured memory=3000 tasks=1 descriptors={descriptors}\n"
                ),
            )
        };
        assert_eq!(churned(6 + MORE_DESCRIPTORS), "pass");
        assert_snapshot!(churned(406), @r"
            fail: after 2,000 connections it has 406 descriptors, and had 6 before
              0.5 * measured memory=3000 tasks=1 descriptors=6
              0.8 * measured memory=3000 tasks=1 descriptors=406
            hint: which ends of a connection are there, and on which of them is close(2) called?
        ");
    }

    #[test]
    fn calls_of_an_idle_server_are_counted() {
        let idle = |calls: usize| {
            let wait = "2 epoll_wait(4<anon_inode:[eventpoll]>, [], 64, 10) = 0\n";
            judge(
                sleeps_when_idle,
                &format!(
                    "* clients \"idle\" 100\n* saw \"idle\" 0-99 sent=10 received=10 open\n\
                     {wait}* passed 200\n{}* passed 2000\n",
                    wait.repeat(calls)
                ),
            )
        };
        assert_eq!(idle(IDLE_CALLS), "pass");
        assert_snapshot!(idle(IDLE_CALLS + 1), @r"
            fail: it makes 21 calls in two seconds in which nobody of 100 clients says anything, epoll_wait(4<anon_inode:[eventpoll]>) the first of them
              0.10 2 epoll_wait(4<anon_inode:[eventpoll]>, [], 64, 10) = 0
              0.12 2 epoll_wait(4<anon_inode:[eventpoll]>, [], 64, 10) = 0
              0.14 2 epoll_wait(4<anon_inode:[eventpoll]>, [], 64, 10) = 0
              0.16 2 epoll_wait(4<anon_inode:[eventpoll]>, [], 64, 10) = 0
            hint: which of these calls would return if nobody sent anything, and what has the program asked for?
        ");
    }

    #[test]
    fn tasks_are_counted() {
        let with = |tasks: u64| {
            judge(
                multiplexes,
                &format!(
                    "* clients \"clients 1\" 100\n\
                     * saw \"clients 1\" 0-99 sent=10 received=10 open\n\
                     * measured memory=3000 tasks={tasks} descriptors=6\n"
                ),
            )
        };
        assert_eq!(with(TASKS), "pass");
        let limited = judge(multiplexes, "* limit tasks 200\n");
        assert!(
            limited.starts_with("fail: with not yet 1,000 clients"),
            "{limited}"
        );
        assert_snapshot!(with(1001), @r"
            fail: with 1,000 clients it has 1001 threads and processes
              0.7 * measured memory=3000 tasks=1001 descriptors=6
            hint: how many connections can one thread wait for at once?
        ");
    }

    #[test]
    fn a_machine_that_permits_fewer_descriptors_cannot_tell() {
        let served = "* listening tcp:20001\n* clients \"clients 1\" 100\n\
                      * saw \"clients 1\" 0-99 sent=10 received=10 open\n";
        assert_eq!(judge(holds_ten_thousand, served), "pass");
        let experiment = crate::model::Experiment::default();
        let trace = format!("{}{served}", START.replace("12000", "4096"));
        assert_snapshot!(
            crate::lessons::testing::judged(holds_ten_thousand, &experiment, &[trace]),
            @r"
            blind: this machine permits 4096 descriptors (the hard limit; ulimit -Hn)
        "
        );
    }

    /// A server with 64 descriptors: of 180 clients that are not the first, so many are served
    /// before the first leave and after.
    fn full(between: &str, before: u32, after: u32) -> String {
        let many = |served: u32| {
            format!(
                "* saw \"many\" 0-{} sent=10 received=10 open\n\
                 * saw \"many\" {served}-179 sent=10 received=0 open doing=1\n",
                served - 1
            )
        };
        let first = "* saw \"first\" 0-19 sent=10 received=10 open\n";
        let late = "* clients \"late\" 10\n* saw \"late\" 0-9 sent=10 received=10 open\n";
        judge(
            survives_descriptor_exhaustion,
            &format!(
                "* clients \"first\" 20\n{first}* clients \"many\" 180\n{}* passed 200\n{between}\
                 * passed 2000\n* tell \"first\"\n{first}* dismiss \"first\"\n{}{late}",
                many(before),
                many(after)
            ),
        )
    }

    #[test]
    fn whoever_waits_is_accepted_when_others_have_left() {
        assert_eq!(full("", 38, 58), "pass");
        assert_snapshot!(full("", 38, 38), @r#"
            fail: 20 clients have left, 142 wait, and it accepts none of them
              0.14 * dismiss "first"
              0.15 * saw "many" 0-37 sent=10 received=10 open
              0.16 * saw "many" 38-179 sent=10 received=0 open doing=1
            hint: when accept(2) fails, is the listener any less ready, and what would tell the program that there is a descriptor again?
        "#);
    }

    #[test]
    fn out_of_descriptors_it_may_not_spin() {
        let spin = "2 epoll_wait(4<anon_inode:[eventpoll]>, [], 64, -1) = 1\n\
                    2 accept(3<socket:[5]>, NULL, NULL) = -1 EMFILE\n";
        assert_eq!(full(&spin.repeat(100), 38, 58), "pass");
        let trace = format!(
            "* clients \"many\" 180\n{}* limit events 60000\n",
            spin.repeat(2501)
        );
        assert!(
            judge(survives_descriptor_exhaustion, &trace).starts_with("fail: it makes 5002 calls")
        );
        assert_snapshot!(full(&spin.repeat(2501), 38, 58), @r"
            fail: it makes 5002 calls in two seconds in which its 64 descriptors are in use, epoll_wait(4<anon_inode:[eventpoll]>) the first of them
              0.11 2 epoll_wait(4<anon_inode:[eventpoll]>, [], 64, -1) = 1
              0.13 2 accept(3<socket:[5]>, NULL, NULL) = -1 EMFILE
              0.15 2 epoll_wait(4<anon_inode:[eventpoll]>, [], 64, -1) = 1
              0.17 2 accept(3<socket:[5]>, NULL, NULL) = -1 EMFILE
            hint: when accept(2) fails, is the listener any less ready, and what would tell the program that there is a descriptor again?
        ");
    }
}
