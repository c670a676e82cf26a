//! Whether every byte comes back, to whom, and in spite of whom.

use super::{crowds, measured};
use crate::lessons::sockets::served::{self, all_echoed, sightings, standing, who};
use crate::model::recording::Arg;
use crate::model::{Ending, Failure, Judgement, Objection, Pass, Recording, Trial};

/// What a client that never reads may cost, KiB.
const FLOOD_KIB: u64 = 32 * 1024;

/// Fails unless every client gets back what it sent.
///
/// Blind spot: what is wrong only with sizes or with timings that no client has.
pub(in crate::lessons::sockets::echo) fn echoes(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_echoed(
        recording,
        &crowds(recording, ""),
        "may one read(2) return less than the client sent, or more than one of its messages?",
    )?;
    Ok(Pass::of("clients", clients))
}

/// Fails if a server asks for edges, and what has come while it was stopped does not come back when
/// it goes on.
///
/// Blind spot: a server that reads once for each edge, and more than came at once here. Of several
/// processes only the first is stopped.
pub(in crate::lessons::sockets::echo) fn drains_edge_triggered(trial: &Trial<'_>) -> Judgement {
    let Some(asked) = asks_for_edges(served::listening(trial)?) else {
        return Ok(Pass::default());
    };
    let recording = served::recording(trial)?;
    let clients = all_echoed(
        recording,
        &["known", "newcomers"],
        "how often does epoll_wait(2) tell of data, or of a client, that has been there before, \
         if it was asked for EPOLLET?",
    )
    .map_err(|objection| match objection {
        Objection::Fail(failure) => {
            let mut shown = Failure {
                evidence: Vec::new(),
                ..failure
            }
            .showing(asked);
            for event in failure.evidence {
                shown = shown.showing_in(event.run, event.event);
            }
            shown.into()
        }
        blind => blind,
    })?;
    Ok(Pass::of("clients", clients))
}

/// The first call that asks for edges.
fn asks_for_edges(recording: &Recording) -> Option<usize> {
    let is_edge = |arg: &Arg| matches!(arg, Arg::Word(event) if event.contains("EPOLLET"));
    recording
        .calls()
        .find(|made| made.call.name == "epoll_ctl" && made.call.args.iter().any(is_edge))
        .map(|made| made.enter)
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

/// Fails unless a client that reads late or slowly gets back every byte.
///
/// Blind spot: none that is known; the send buffer is full before the client reads.
pub(in crate::lessons::sockets::echo) fn finishes_partial_writes(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_echoed(
        recording,
        &crowds(recording, ""),
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

/// Fails if resident memory has grown by more than 32 MiB when a client cannot get rid of more
/// bytes, or if that client's connection was closed.
///
/// Blind spot: memory that is not resident, and what the kernel keeps, which is TCP's to bound.
pub(in crate::lessons::sockets::echo) fn bounds_its_memory(trial: &Trial<'_>) -> Judgement {
    const HINT: &str =
        "what makes a program take more from a client than the client takes from it?";
    let recording = served::recording(trial)?;
    let [(_, before), (at, after), ..] = measured(recording)[..] else {
        return Err(Objection::Blind("memory was not measured".to_owned()));
    };
    let grown = after.memory_kib.saturating_sub(before.memory_kib);
    if grown > FLOOD_KIB {
        let why = format!(
            "one client that never reads costs {} MiB of memory",
            grown / 1024
        );
        let mut failure = Failure::new(why).figure("KiB", grown as f64).hint(HINT);
        for (seen, _) in sightings(recording, "flood") {
            failure = failure.showing(seen);
        }
        return Err(failure.showing(at).into());
    }
    for (at, seen) in sightings(recording, "flood") {
        if seen.end != Ending::Open {
            let why = format!("{} was not reading, and {}", who(seen), standing(&seen.end));
            return Err(Failure::new(why).hint(HINT).showing(at).into());
        }
    }
    all_echoed(recording, &["others"], HINT)?;
    Ok(Pass::of(
        "KiB for a client that never reads",
        grown as usize,
    ))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::lessons::sockets::echo::judges::testing::judge;

    #[test]
    fn bytes_that_come_back_pass() {
        let lines = r#"
            * clients "first" 2
            * saw "first" 0-1 sent=10 received=10 open
        "#;
        assert_eq!(judge(echoes, lines), "pass");
    }

    #[test]
    fn bytes_that_do_not_are_shown_with_the_call_that_waits() {
        let lines = r#"
            * clients "first" 2
            2 accept4(3<socket:[5]>, NULL, NULL, 0) ...
            * saw "first" 0 sent=10 received=10 open
            * saw "first" 1 sent=10 received=0 open doing=1
        "#;
        assert_snapshot!(judge(echoes, lines), @r#"
            fail: client 1 of "first" sent 10 bytes and got nothing back; the connection is still open
              0.6 2 accept4(3<socket:[5]>, NULL, NULL, 0) = ?
              0.8 * saw "first" 1 sent=10 received=0 open doing=1
            hint: may one read(2) return less than the client sent, or more than one of its messages?
        "#);
    }

    const STOPPED: &str = r#"
        * clients "known" 1
        * clients "newcomers" 2
        * saw "known" 0 sent=200 received=0 open doing=4
        * saw "newcomers" 0-1 sent=200 received=0 open doing=1
        * signal SIGCONT
    "#;

    #[test]
    fn who_asks_for_no_edges_need_not_drain() {
        let level = "2 epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN, data=0x5}) = 0\n";
        assert_eq!(
            judge(drains_edge_triggered, &format!("{level}{STOPPED}")),
            "pass"
        );
    }

    #[test]
    fn who_asks_for_edges_and_leaves_some_fails() {
        let edge = "2 epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN|EPOLLET, data=0x5}) = 0\n";
        let stuck = format!(
            "{edge}{STOPPED}{}",
            r#"
            * saw "newcomers" 0-1 sent=200 received=200 open
            * saw "known" 0 sent=200 received=64 open doing=4
        "#
        );
        assert_snapshot!(judge(drains_edge_triggered, &stuck), @r#"
            fail: client 0 of "known" sent 200 bytes and got 64 of them back; the connection is still open
              0.5 2 epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN|EPOLLET, data=0x5}) = 0
              0.13 * saw "known" 0 sent=200 received=64 open doing=4
            hint: how often does epoll_wait(2) tell of data, or of a client, that has been there before, if it was asked for EPOLLET?
        "#);
        let drained = stuck.replace("received=64 open doing=4", "received=200 open");
        assert_eq!(judge(drains_edge_triggered, &drained), "pass");
    }

    #[test]
    fn an_end_of_file_is_owed_an_end_of_file() {
        let seen = |end: &str, received: u64| {
            judge(
                honours_half_close,
                &format!(
                    "* clients \"closing\" 1\n2 epoll_wait(4, [], 64, -1) ...\n\
                     * saw \"closing\" 0 sent=300 received={received} {end}\n"
                ),
            )
        };
        assert_eq!(seen("fin", 300), "pass");
        assert_snapshot!(seen("open doing=3", 300), @r#"
            fail: client 0 of "closing" closed its sending side, got everything back and no end of file: the connection is still open
              0.6 2 epoll_wait(4, [], 64, -1) = ?
              0.7 * saw "closing" 0 sent=300 received=300 open doing=3
            hint: what has a client said that closes its sending side, and what has it not said?
        "#);
        assert_snapshot!(seen("fin", 200), @r#"
            fail: client 0 of "closing" sent 300 bytes and got 200 of them back; the server closed the connection
              0.6 2 epoll_wait(4, [], 64, -1) = ?
              0.7 * saw "closing" 0 sent=300 received=200 fin
            hint: what has a client said that closes its sending side, and what has it not said?
        "#);
        assert_snapshot!(seen("ECONNRESET doing=3", 200), @r#"
            fail: client 0 of "closing" sent 300 bytes, got 200 of them back, and met ECONNRESET
              0.6 2 epoll_wait(4, [], 64, -1) = ?
              0.7 * saw "closing" 0 sent=300 received=200 ECONNRESET doing=3
            hint: what has a client said that closes its sending side, and what has it not said?
        "#);
    }

    #[test]
    fn memory_is_compared_with_what_it_was() {
        let measured = |kib: u64, end: &str| {
            judge(
                bounds_its_memory,
                &format!(
                    "* measured memory=3000 tasks=1 descriptors=5\n* clients \"flood\" 1\n\
                     * saw \"flood\" 0 sent=90000 received=0 {end}\n\
                     * measured memory={kib} tasks=1 descriptors=6\n* clients \"others\" 1\n\
                     * saw \"others\" 0 sent=10 received=10 open\n"
                ),
            )
        };
        assert_eq!(measured(3000 + FLOOD_KIB, "open doing=1"), "pass");
        assert_snapshot!(measured(3001 + FLOOD_KIB, "open doing=1"), @r#"
            fail: one client that never reads costs 32 MiB of memory
              0.7 * saw "flood" 0 sent=90000 received=0 open doing=1
              0.8 * measured memory=35769 tasks=1 descriptors=6
            hint: what makes a program take more from a client than the client takes from it?
        "#);
        assert_snapshot!(measured(3000, "ECONNRESET doing=1"), @r#"
            fail: client 0 of "flood" was not reading, and it met ECONNRESET
              0.7 * saw "flood" 0 sent=90000 received=0 ECONNRESET doing=1
            hint: what makes a program take more from a client than the client takes from it?
        "#);
    }
}
