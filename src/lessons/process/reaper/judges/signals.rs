//! Signals reach CMD, each one once, from the moment on at which they no longer end the program.

use crate::lessons::process::reaper::observed::{
    Command, Observed, SENDING, SUPERVISOR, passed_on, sends,
};
use crate::lessons::sight::is_unstruck;
use crate::model::recording::{STRIKE, What};
use crate::model::text::signal_name;
use crate::model::{ExitStatus, Failure, Judgement, Pass, Task, Trial, World};

const SIGTERM: i32 = libc::SIGTERM;

/// Fails if one of the signals that were sent does not reach CMD, or reaches it more than once, or if
/// another one ends it, or if one is sent to it more than once (which shows only if the kernel is in
/// the mood: a signal that is pending already is not counted twice).
pub(in crate::lessons::process::reaper) fn forwards_signals(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    if trial.experiment.sweep.is_some() {
        return struck_in_the_gap(trial, &observed);
    }
    let command = observed.command()?;
    let sent = observed.sent();
    for (at, signo) in &sent {
        let times = sent.iter().filter(|(_, its)| its == signo).count();
        reached_once(&observed, command, (*at, *signo), times)?;
    }
    ended_by_another(&observed, command, &sent)?;
    observed.limited("What is it waiting for?")?;
    if sent.is_empty() {
        return Err(observed
            .with_end(Failure::new("it ended before any signal was sent").showing(command.began))
            .hint("Who ended, and who was to wait for whom?")
            .into());
    }
    Ok(Pass::of("signals", sent.len()))
}

/// Fails if a signal ended CMD that the world did not send.
fn ended_by_another(
    observed: &Observed<'_>,
    command: Command<'_>,
    sent: &[(usize, i32)],
) -> Result<(), Failure> {
    let Some((end, ExitStatus::Signal(signo))) = observed.end_of(command.task) else {
        return Ok(());
    };
    // Whom the first process leaves behind, the checker ends.
    let exit = observed.recording.outcome();
    let is_left = exit.is_some_and(|(exit, _)| exit < end);
    if is_left || sent.iter().any(|(_, its)| *its == signo) {
        return Ok(());
    }
    let name = signal_name(signo);
    let failure = Failure::new(format!("{name} ended CMD, and nobody had sent it"));
    let sending = observed
        .calls_named(SENDING)
        .find(|made| made.enter > command.began && sends(made, command.task, signo));
    Err(sending
        .into_iter()
        .fold(failure, |f, made| f.showing(made.enter))
        .showing(end)
        .hint("CMD was told to end and does not. Whose affair is that?"))
}

/// Fails unless CMD got a signal as often as it was sent to the program.
fn reached_once(
    observed: &Observed<'_>,
    command: Command<'_>,
    (sent, signo): (usize, i32),
    times: usize,
) -> Result<(), Failure> {
    let name = signal_name(signo);
    let arrivals = observed.arrivals(signo);
    if arrivals.len() < times {
        let nth_sent = observed.sent().into_iter().filter(|(_, its)| *its == signo);
        let missed = nth_sent
            .map(|(at, _)| at)
            .nth(arrivals.len())
            .unwrap_or(sent);
        let end = observed.recording.outcome().filter(|(at, _)| *at > missed);
        let (why, hint) = match (end, arrivals.len()) {
            (Some((_, ExitStatus::Signal(its))), _) if its == signo => (
                format!("{name} ended it, and CMD never got it"),
                "What does the kernel do with a signal for which a program has made no \
                 arrangement?",
            ),
            (_, 0) => (
                format!("{name} never reached CMD"),
                "From the handler, or from the call that took the signal, on: which way does the \
                 number of the signal go to CMD, and what can get into it meanwhile?",
            ),
            (_, got) => (
                format!(
                    "{name} was sent {times} times, one after the other, and reached CMD {got}"
                ),
                "What is different when the same signal comes again?",
            ),
        };
        let failure = Failure::new(why).showing(missed);
        let got = observed.recording.events[missed..].iter().position(
            |event| matches!(event.what, What::Signal(task, its) if task == SUPERVISOR && its == signo),
        );
        let failure = got.map_or_else(
            || failure.clone(),
            |at| failure.clone().showing(missed + at),
        );
        return Err(observed.with_wait(failure).hint(hint));
    }
    let hint = "Who else sends it to CMD: a group, perhaps, that CMD belongs to?";
    if arrivals.len() > times {
        let why = format!(
            "{name} reached CMD {} times and was sent {times}",
            arrivals.len()
        );
        let failure = Failure::new(why).showing(sent);
        return Err(arrivals
            .iter()
            .take(3)
            .fold(failure, |f, at| f.showing(*at))
            .hint(hint));
    }
    let sendings: Vec<usize> = observed
        .calls_named(SENDING)
        .filter(|made| made.enter > command.began && made.value() == Some(0))
        .filter(|made| !observed.is_of_command(made.task) && sends(made, command.task, signo))
        .map(|made| made.enter)
        .collect();
    if sendings.len() > times {
        let why = format!(
            "it sends {name} to CMD {} times, and was sent it {times}",
            sendings.len()
        );
        let failure = Failure::new(why).showing(sent);
        return Err(sendings
            .iter()
            .take(3)
            .fold(failure, |f, at| f.showing(*at))
            .hint(hint));
    }
    Ok(())
}

/// Fails if a signal that comes just before a wait, or while one is passed on, does not reach CMD
/// once it has begun.
fn struck_in_the_gap(trial: &Trial<'_>, observed: &Observed<'_>) -> Judgement {
    let strike = strike(observed);
    let (Some(strike), Some(command), false) = (strike, observed.command, is_unstruck(trial))
    else {
        return Ok(Pass::of("signals", 0));
    };
    // What comes before CMD was told to go on, or a signal was sent, is the business of another
    // check.
    let is_early = observed
        .recording
        .world()
        .find(|(_, world)| matches!(world, World::Sent(_) | World::Signalled(_)))
        .is_none_or(|(told, _)| strike < told);
    if is_early {
        return Ok(Pass::of("signals", 1));
    }
    // CMD may have ended by itself before the signal could reach it.
    if observed
        .end_of(command.task)
        .is_some_and(|(end, _)| end < strike)
    {
        return Ok(Pass::of("signals", 0));
    }
    again(observed, command, strike)?;
    if got(observed, command.task, strike) {
        return Ok(Pass::of("signals", 1));
    }
    let failure = Failure::new("SIGTERM never reached CMD").hint(
        "The signal came and its handler ran. What could the handler leave behind that the next \
         call cannot overlook?",
    );
    Err(observed.with_strikes(observed.with_wait(failure)).into())
}

/// Fails if SIGTERM came again just before it was sent to CMD, and is sent to it only once.
///
/// Whoever sends it has taken it: the kernel does not count the two as one. What CMD gets of them
/// it may.
fn again(observed: &Observed<'_>, command: Command<'_>, strike: usize) -> Result<(), Failure> {
    let sendings: Vec<usize> = observed
        .calls_named(SENDING)
        .filter(|made| made.value() == Some(0) && sends(made, command.task, SIGTERM))
        .filter(|made| !observed.is_of_command(made.task))
        .map(|made| made.enter)
        .collect();
    let struck = observed.recording.struck_call(strike);
    if struck.is_none_or(|struck| sendings != [struck]) {
        return Ok(());
    }
    let failure = Failure::new("SIGTERM came again, and is sent to CMD once").hint(
        "Between the moment at which a signal is passed on and the one at which it counts as \
         passed on: what if it comes again?",
    );
    Err(observed.with_strikes(observed.with_wait(failure)))
}

/// The event of the sweep's strike.
fn strike(observed: &Observed<'_>) -> Option<usize> {
    let strike = observed
        .recording
        .struck()
        .find(|(_, _, fault)| *fault == STRIKE);
    strike.map(|(at, ..)| at)
}

/// Whether a process got SIGTERM after event `since`, or was ended by it.
fn got(observed: &Observed<'_>, process: Task, since: usize) -> bool {
    let is_ended = observed
        .end_of(process)
        .is_some_and(|(_, status)| status == ExitStatus::Signal(SIGTERM));
    is_ended || observed.arrivals(SIGTERM).iter().any(|at| *at > since)
}

/// Fails if SIGTERM comes after the program has begun to set signals up, and CMD neither gets it
/// nor ends by it.
///
/// What counts is CMD's own life: a signal that its process gets before exec, and survives because
/// of a handler that exec then forgets, is lost. Where CMD never begins and everything has ended
/// with the status that SIGTERM gives, there is nobody left who should have got it.
///
/// Blind spot: the order in which two processes go on is the machine's where the signal comes in
/// the middle of a call; before each call it is the tracer's, and always the same.
pub(in crate::lessons::process::reaper) fn keeps_the_first_signal(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let sent = observed
        .recording
        .world()
        .find_map(|(at, world)| matches!(world, World::Signalled(SIGTERM)).then_some(at));
    let Some(strike) = strike(&observed).or(sent) else {
        return Ok(Pass::of("signals", 0));
    };
    let hint = "Between which two of your calls would the signal have to come, and who would hold \
                it until CMD can get it?";
    let fail = |why: &str| {
        let failure = observed.with_wait(Failure::new(why)).hint(hint);
        Err(observed.with_strikes(failure).into())
    };
    let is_ended_elsewhere = observed.recording.events.iter().any(|event| {
        matches!(event.what, What::End { task, status: ExitStatus::Signal(SIGTERM), .. }
            if task != SUPERVISOR)
    });
    let end = observed.recording.outcome();
    let Some(command) = observed.command else {
        let is_told = end.is_some_and(|(_, status)| passed_on(status) == 128 + SIGTERM);
        if is_ended_elsewhere || is_told {
            observed.limited("CMD ended before it began. Who hears of that?")?;
            return Ok(Pass::of("signals", 1));
        }
        observed.limited(hint)?;
        return fail("it never started CMD, and its own end does not say that SIGTERM came");
    };
    if got(&observed, command.task, command.began.max(strike)) {
        let hint = "CMD got the signal. Who waits for CMD now?";
        if end.is_none() {
            observed.limited(hint)?;
        }
        return Ok(Pass::of("signals", 1));
    }
    let early = observed.recording.events[strike..]
        .iter()
        .position(|event| {
            matches!(event.what, What::Signal(task, SIGTERM)
                if observed.process(task) == command.task)
        })
        .map(|at| strike + at)
        .filter(|_| command.task != SUPERVISOR);
    match (early, end) {
        (Some(early), _) => {
            let failure = Failure::new(
                "CMD's process got SIGTERM before its exec, in a handler that is not CMD's",
            )
            .showing(early)
            .showing(command.began)
            .hint(hint);
            Err(observed.with_strikes(failure).into())
        }
        (None, Some((_, ExitStatus::Signal(SIGTERM)))) => {
            fail("SIGTERM ended it, and CMD lives on without having got it")
        }
        (None, _) => fail("SIGTERM never reached CMD"),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, running, started, story};
    use super::*;

    #[test]
    fn a_signal_that_is_passed_on_arrives() {
        let trace = running(
            "* signal SIGHUP\n2 --- SIGHUP\n2 kill(3, SIGHUP) = 0\n3 --- SIGHUP\n3 +++ exit 0\n\
             2 +++ exit 0",
        );
        assert_eq!(judged(forwards_signals, &story(&[]), &trace), "pass");
    }

    #[test]
    fn a_signal_that_nobody_sent_ends_the_command() {
        let trace = running(
            "* signal SIGTERM\n2 --- SIGTERM\n2 kill(3, SIGTERM) = 0\n3 --- SIGTERM\n\
             2 kill(3, SIGKILL) = 0\n3 +++ signal SIGKILL\n2 +++ exit 137",
        );
        assert_snapshot!(judged(forwards_signals, &story(&[]), &trace), @r"
        fail: SIGKILL ended CMD, and nobody had sent it
          0.9 2 kill(3, SIGKILL) = 0
          0.11 3 +++ signal SIGKILL
        hint: CMD was told to end and does not. Whose affair is that?
        ");
        let left = trace.replace("2 kill(3, SIGKILL) = 0\n", "").replace(
            "3 +++ signal SIGKILL\n2 +++ exit 137",
            "2 +++ exit 1\n3 +++ signal SIGKILL",
        );
        assert_eq!(judged(forwards_signals, &story(&[]), &left), "pass");
    }

    #[test]
    fn a_signal_without_a_handler_ends_the_supervisor() {
        let trace = running("* signal SIGUSR2\n2 --- SIGUSR2\n2 +++ signal SIGUSR2");
        assert_snapshot!(judged(forwards_signals, &story(&[]), &trace), @r"
        fail: SIGUSR2 ended it, and CMD never got it
          0.4 * signal SIGUSR2
          0.5 2 --- SIGUSR2
          0.6 2 +++ signal SIGUSR2
        hint: What does the kernel do with a signal for which a program has made no arrangement?
        ");
    }

    #[test]
    fn one_of_two_signals_is_lost_in_one_variable() {
        let trace = running(
            "* signal SIGHUP\n* signal SIGUSR1\n2 --- SIGHUP\n2 --- SIGUSR1\n\
             2 rt_sigreturn() = 0\n2 rt_sigreturn() = 0\n2 kill(3, SIGHUP) = 0\n3 --- SIGHUP\n\
             2 pause() ...\n* limit stuck 0",
        );
        assert_snapshot!(judged(forwards_signals, &story(&[]), &trace), @r"
        fail: SIGUSR1 never reached CMD
          0.5 * signal SIGUSR1
          0.7 2 --- SIGUSR1
          0.15 2 pause() = ?
        hint: From the handler, or from the call that took the signal, on: which way does the number of the signal go to CMD, and what can get into it meanwhile?
        ");
    }

    #[test]
    fn a_signal_that_comes_again_is_passed_on_again() {
        let trace = running(
            "* signal SIGINT\n2 --- SIGINT\n2 kill(3, SIGINT) = 0\n3 --- SIGINT\n\
             * signal SIGINT\n2 --- SIGINT\n2 +++ signal SIGINT",
        );
        assert_snapshot!(judged(forwards_signals, &story(&[]), &trace), @r"
        fail: SIGINT ended it, and CMD never got it
          0.9 * signal SIGINT
          0.10 2 --- SIGINT
          0.11 2 +++ signal SIGINT
        hint: What does the kernel do with a signal for which a program has made no arrangement?
        ");
    }

    #[test]
    fn a_signal_to_the_process_and_to_its_group_arrives_twice() {
        let trace = running(
            "* signal SIGINT\n2 --- SIGINT\n2 kill(3, SIGINT) = 0\n3 --- SIGINT\n\
             2 kill(-3, SIGINT) = 0\n3 --- SIGINT\n3 +++ exit 0\n2 +++ exit 0",
        );
        assert_snapshot!(judged(forwards_signals, &story(&[]), &trace), @r"
        fail: SIGINT reached CMD 2 times and was sent 1
          0.4 * signal SIGINT
          0.8 3 --- SIGINT
          0.11 3 --- SIGINT
        hint: Who else sends it to CMD: a group, perhaps, that CMD belongs to?
        ");
        let merged = running(
            "* signal SIGINT\n2 --- SIGINT\n2 kill(3, SIGINT) = 0\n2 kill(-3, SIGINT) = 0\n\
             3 --- SIGINT\n3 +++ exit 0\n2 +++ exit 0",
        );
        assert_snapshot!(judged(forwards_signals, &story(&[]), &merged), @r"
        fail: it sends SIGINT to CMD 2 times, and was sent it 1
          0.4 * signal SIGINT
          0.6 2 kill(3, SIGINT) = 0
          0.8 2 kill(-3, SIGINT) = 0
        hint: Who else sends it to CMD: a group, perhaps, that CMD belongs to?
        ");
    }

    #[test]
    fn a_signal_that_comes_just_before_the_wait_is_passed_on_too() {
        let lost = running(
            "* stdin \"now\\n\"\n2 !!! strike\n2 --- SIGTERM\n2 rt_sigreturn() = 0\n2 pause() ...\n\
             * limit exit 1500",
        );
        assert_snapshot!(judged(forwards_signals, &story(&[]).in_sweep(), &lost), @r"
        fail: SIGTERM never reached CMD
          0.5 2 !!! strike
          0.9 2 pause() = ?
        hint: The signal came and its handler ran. What could the handler leave behind that the next call cannot overlook?
        ");
        let kept = running(
            "* stdin \"now\\n\"\n2 !!! strike\n2 --- SIGTERM\n2 kill(3, SIGTERM) = 0\n\
             3 --- SIGTERM\n3 +++ signal SIGTERM\n2 +++ exit 143",
        );
        assert_eq!(
            judged(forwards_signals, &story(&[]).in_sweep(), &kept),
            "pass"
        );
    }

    #[test]
    fn a_signal_that_comes_again_while_it_is_passed_on_is_another_one() {
        let lost = "* signal SIGTERM\n2 --- SIGTERM\n2 rt_sigreturn() = 0\n2 !!! strike\n\
                    2 --- SIGTERM\n2 rt_sigreturn() = 0\n2 kill(3, SIGTERM) = 0\n\
                    3 --- SIGTERM\n2 pause() ...";
        let judged =
            |trace: &str| judged(forwards_signals, &story(&[]).in_sweep(), &running(trace));
        assert_snapshot!(judged(lost), @r"
        fail: SIGTERM came again, and is sent to CMD once
          0.8 2 !!! strike
          0.12 2 kill(3, SIGTERM) = 0
          0.15 2 pause() = ?
        hint: Between the moment at which a signal is passed on and the one at which it counts as passed on: what if it comes again?
        ");
        let kept = lost.replace("2 pause", "2 kill(3, SIGTERM) = 0\n2 pause");
        assert_eq!(judged(&kept), "pass");
        let other = lost.replace("kill(3, SIGTERM)", "kill(3, SIGUSR1)");
        let both = other.replace("2 pause", "2 kill(3, SIGTERM) = 0\n3 --- SIGTERM\n2 pause");
        assert_eq!(judged(&both), "pass");
        let ended = lost
            .replace("2 !!! strike", "3 +++ exit 0\n2 !!! strike")
            .replace("3 --- SIGTERM\n", "");
        assert_eq!(judged(&ended), "pass");
        let gone = other.replace("3 --- SIGTERM", "3 --- SIGUSR1");
        assert!(judged(&gone).starts_with("fail: SIGTERM never reached CMD"));
    }

    fn first(trace: &str) -> String {
        judged(keeps_the_first_signal, &story(&[]).in_sweep(), trace)
    }

    #[test]
    fn a_signal_before_the_fork_waits_for_the_command() {
        let kept = "2 !!! strike\n2 fork 3\n3 exec \"/actor\"\n2 kill(3, SIGTERM) = 0\n\
                    3 --- SIGTERM\n3 +++ signal SIGTERM\n2 +++ exit 143";
        assert_eq!(first(&started(kept)), "pass");
        let lost = "2 !!! strike\n2 --- SIGTERM\n2 rt_sigreturn() = 0\n2 fork 3\n\
                    3 exec \"/actor\"\n2 wait4(-1, NULL, 0, NULL) ...\n* limit exit 1500";
        assert_snapshot!(first(&started(lost)), @r"
        fail: SIGTERM never reached CMD
          0.2 2 !!! strike
          0.8 2 wait4(-1, NULL, 0, NULL) = ?
        hint: Between which two of your calls would the signal have to come, and who would hold it until CMD can get it?
        ");
    }

    #[test]
    fn a_handler_that_the_child_inherits_loses_the_signal() {
        let lost = "2 fork 3\n3 !!! strike\n2 --- SIGTERM\n2 kill(3, SIGTERM) = 0\n\
                    3 --- SIGTERM\n3 rt_sigreturn() = 0\n3 exec \"/actor\"\n\
                    2 wait4(-1, NULL, 0, NULL) ...\n* limit exit 1500";
        assert_snapshot!(first(&started(lost)), @r#"
        fail: CMD's process got SIGTERM before its exec, in a handler that is not CMD's
          0.3 3 !!! strike
          0.7 3 --- SIGTERM
          0.10 3 exec "/actor" fds= blocked=[] ignored=[]
        hint: Between which two of your calls would the signal have to come, and who would hold it until CMD can get it?
        "#);
    }

    #[test]
    fn a_supervisor_that_ends_alone_has_lost_it() {
        let lost = "2 fork 3\n2 !!! strike\n2 --- SIGTERM\n2 +++ signal SIGTERM\n3 exec \"/actor\"";
        assert_snapshot!(first(&started(lost)), @r"
        fail: SIGTERM ended it, and CMD lives on without having got it
          0.3 2 !!! strike
          0.5 2 +++ signal SIGTERM
        hint: Between which two of your calls would the signal have to come, and who would hold it until CMD can get it?
        ");
    }

    #[test]
    fn an_end_before_the_command_began_is_an_end() {
        let child = "2 fork 3\n3 !!! strike\n2 kill(3, SIGTERM) = 0\n3 --- SIGTERM\n\
                     3 +++ signal SIGTERM\n2 +++ exit 143";
        assert_eq!(first(&started(child)), "pass");
        let itself = "2 !!! strike\n2 --- SIGTERM\n2 +++ signal SIGTERM";
        assert_eq!(first(&started(itself)), "pass");
        let silent = "2 !!! strike\n2 --- SIGTERM\n2 +++ exit 1";
        assert_snapshot!(first(&started(silent)), @r"
        fail: it never started CMD, and its own end does not say that SIGTERM came
          0.2 2 !!! strike
          0.4 2 +++ exit 1
        hint: Between which two of your calls would the signal have to come, and who would hold it until CMD can get it?
        ");
    }
}
