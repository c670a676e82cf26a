//! Whether it ends when it is told to and not before, and can begin again.

use crate::lessons::sight::{self, how};
use crate::lessons::sockets::served::{self, all_echoed, end, sightings, who};
use crate::model::recording::STRIKE;
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, Recording, Trial, World};

/// Fails unless the first process exits with status 0 soon after SIGTERM, and nobody serves clients
/// after that.
///
/// Blind spot: a process that is left behind and serves nobody.
pub(in crate::lessons::sockets::echo) fn stops_on_sigterm(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "what does the program wait for when the signal comes, and what does the \
                        signal change about that?";
    if sight::is_unstruck(trial) {
        return Ok(Pass::default());
    }
    let recording = sight::recording(trial, 0)?;
    let Some(told) = told_to_stop(recording) else {
        served::recording(trial)?;
        return Err(Objection::Blind("SIGTERM was not sent".to_owned()));
    };
    // Before it listens, a signal may simply end it.
    if !has_listened(recording, told) {
        return Ok(Pass::default());
    }
    if let Some(failure) = sight::limited(recording, 0) {
        return Err(sight::hinted(failure.into(), HINT));
    }
    match end(recording) {
        None => return Err(Objection::Blind("its end was not seen".to_owned())),
        Some((_, ExitStatus::Code(0))) => {}
        Some((at, status)) => {
            let why = format!("it {} when it is sent SIGTERM", how(status));
            return Err(Failure::new(why)
                .showing(told)
                .showing(at)
                .hint("who decides with which status a program ends that a signal ends?")
                .into());
        }
    }
    // Each had got one byte back before.
    for (at, seen) in sightings(recording, "bystanders") {
        if seen.received > 1 {
            let why = format!("{} is still served when it has exited", who(seen));
            let failure = Failure::new(why).showing(told).showing(at);
            return Err(failure
                .hint("whom does the signal reach, and who is still there when that one is gone?")
                .into());
        }
    }
    Ok(Pass::default())
}

/// Where SIGTERM came, from the world or as a strike.
fn told_to_stop(recording: &Recording) -> Option<usize> {
    let sent = recording
        .world()
        .find(|(_, world)| matches!(world, World::Signalled(libc::SIGTERM)))
        .map(|(at, _)| at);
    let struck = recording
        .struck()
        .find(|(_, _, fault)| *fault == STRIKE)
        .map(|(at, ..)| at);
    sent.or(struck)
}

/// Whether it listened before this event, or did when that came.
fn has_listened(recording: &Recording, before: usize) -> bool {
    recording
        .calls()
        .filter(|made| made.enter < before)
        .any(|made| made.call.name == "listen" && made.value() == Some(0))
}

/// Fails unless it serves on a port on which connections of an earlier run are left.
///
/// Blind spot: an earlier run that had asked for something else than this one.
pub(in crate::lessons::sockets::echo) fn rebinds_at_once(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "what does `ss -tan` show at the port when its server is gone, and who may \
                        have the port meanwhile?";
    let recording = served::recording(trial).map_err(|objection| match objection {
        Objection::Fail(failure) => failure.hint(HINT).into(),
        blind => blind,
    })?;
    let clients = all_echoed(recording, &["clients"], HINT)?;
    Ok(Pass::of("clients", clients))
}

/// Fails if it ends, or serves nobody any more, when clients have vanished.
///
/// Blind spot: moments that no client hits; a thousand vanish at some.
pub(in crate::lessons::sockets::echo) fn survives_resets(trial: &Trial<'_>) -> Judgement {
    let recording = served::recording(trial)?;
    let clients = all_echoed(
        recording,
        &["after"],
        "what does the program do about a connection on which a call fails, and what about the \
         others?",
    )?;
    Ok(Pass::of("clients", clients))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::lessons::sockets::echo::judges::testing::{START, judge, judge_sweep};

    const LISTENS: &str = "2 listen(3<socket:[5]>, 4096) = 0\n";

    #[test]
    fn status_0_after_sigterm_is_asked_for() {
        let ended = |end: &str| {
            judge(
                stops_on_sigterm,
                &format!("{LISTENS}* signal SIGTERM\n2 --- SIGTERM\n{end}\n"),
            )
        };
        assert_eq!(ended("2 +++ exit 0"), "pass");
        assert_snapshot!(ended("2 +++ signal SIGTERM"), @r"
            fail: it is ended by SIGTERM when it is sent SIGTERM
              0.7 * signal SIGTERM
              0.9 2 +++ signal SIGTERM
            hint: who decides with which status a program ends that a signal ends?
        ");
        assert_snapshot!(ended("2 epoll_wait(4, [], 1, -1) ...\n* limit exit 1500"), @r"
            fail: it had not ended 1.5 s after SIGTERM: it was blocked in epoll_wait
              0.8 2 --- SIGTERM
              0.9 2 epoll_wait(4, [], 1, -1) = ?
              0.10 * limit exit 1500
            hint: Which call is it in, and what would make that call return?
        ");
    }

    #[test]
    fn whoever_is_left_behind_may_not_serve() {
        let left = |received: u64| {
            judge(
                stops_on_sigterm,
                &format!(
                    "{LISTENS}* clients \"bystanders\" 8\n* signal SIGTERM\n2 +++ exit 0\n\
                     * tell \"bystanders\"\n\
                     * saw \"bystanders\" 0-7 sent=11 received={received} open\n"
                ),
            )
        };
        assert_eq!(left(1), "pass");
        assert_snapshot!(left(11), @r#"
            fail: each of 8 clients of "bystanders" is still served when it has exited
              0.8 * signal SIGTERM
              0.11 * saw "bystanders" 0-7 sent=11 received=11 open
            hint: whom does the signal reach, and who is still there when that one is gone?
        "#);
    }

    #[test]
    fn a_strike_before_it_listens_is_nobodys_fault() {
        let struck = "2 !!! strike\n2 --- SIGTERM\n2 +++ signal SIGTERM\n";
        assert_eq!(
            judge_sweep(stops_on_sigterm, &format!("{START}{struck}")),
            "pass"
        );
        assert_snapshot!(
            judge_sweep(stops_on_sigterm, &format!("{START}{LISTENS}{struck}")),
            @r"
            fail: it is ended by SIGTERM when it is sent SIGTERM
              0.6 2 !!! strike
              0.8 2 +++ signal SIGTERM
            hint: who decides with which status a program ends that a signal ends?
        "
        );
        let late = "2 listen(3<socket:[5]>, 4096) ...\n2 !!! strike\n2 ... listen = 0\n\
                    2 --- SIGTERM\n2 +++ signal SIGTERM\n";
        assert_snapshot!(judge_sweep(stops_on_sigterm, &format!("{START}{late}")), @r"
            fail: it is ended by SIGTERM when it is sent SIGTERM
              0.5 2 !!! strike
              0.8 2 +++ signal SIGTERM
            hint: who decides with which status a program ends that a signal ends?
        ");
        // The run that finds the points.
        assert_eq!(
            judge_sweep(
                stops_on_sigterm,
                &format!("{START}{LISTENS}* limit stuck 10\n")
            ),
            "pass"
        );
    }

    #[test]
    fn an_address_that_is_in_use_is_an_end() {
        let start = START.replace("= 0", "= -1 EADDRINUSE");
        let trace = format!("{start}2 +++ exit 1\n");
        assert_snapshot!(judge_sweep(rebinds_at_once, &trace), @r"
            fail: it exits with status 1 before it listens on 127.0.0.1:20001 (TCP)
              0.2 2 bind(3<socket:[5]>, {sa_family=AF_INET}, 16) = -1 EADDRINUSE
              0.4 2 +++ exit 1
            hint: what does `ss -tan` show at the port when its server is gone, and who may have the port meanwhile?
        ");
    }

    #[test]
    fn a_server_that_ends_with_its_client_fails() {
        let trace = "
            * clients \"gone\" 50
            2 sendto(7<socket:[9]>, \"abc\", 3, 0, NULL, 0) = -1 EPIPE
            2 --- SIGPIPE
            2 +++ signal SIGPIPE
            * saw \"gone\" 0-49 sent=3 received=0 closed
        ";
        assert_snapshot!(judge(survives_resets, trace), @r#"
            fail: it is ended by SIGPIPE while clients are connected
              0.2 2 bind(3<socket:[5]>, {sa_family=AF_INET}, 16) = 0
              0.6 2 sendto(7<socket:[9]>, "abc", 3, 0, NULL, 0) = -1 EPIPE
              0.8 2 --- SIGPIPE
              0.9 2 +++ signal SIGPIPE
            hint: which call or which signal ended it, and must one client's trouble be everybody's?
        "#);
    }
}
