//! It ends when CMD has, as CMD did.

use crate::lessons::process::reaper::experiments::expected_status;
use crate::lessons::process::reaper::observed::{Observed, SUPERVISOR, ended, passed_on};
use crate::model::text::signal_name;
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, Stream, Trial, What};

/// Fails unless the first process exits when CMD has ended: with its status, or with 128 and the
/// number of the signal that ended it.
pub(in crate::lessons::process::reaper) fn passes_the_status_on(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let command = observed.command()?;
    if let Some((at, _)) = observed.end_of(command.task) {
        let hint = "CMD has ended. Which call would have said so, and had it been made yet?";
        observed
            .limited(hint)
            .map_err(|failure| in_order(failure.showing(at)))?;
    }
    exited_as_command_did(&observed).map_err(|failure| observed.with_strikes(failure))?;
    Ok(Pass::of("commands", 1))
}

/// Shows what a failure shows in the order in which it happened.
fn in_order(mut failure: Failure) -> Failure {
    failure.evidence.sort_by_key(|shown| shown.event);
    failure
}

/// How a process ended that should have exited with a status, in words that follow a subject.
fn ended_instead(status: ExitStatus, expected: i32) -> String {
    let ended = ended(status);
    match status {
        ExitStatus::Code(_) => format!("{ended} instead of {expected}"),
        ExitStatus::Signal(_) => format!("{ended} instead of exiting with status {expected}"),
    }
}

/// Fails unless the run came to its end, and that was CMD's.
fn exited_as_command_did(observed: &Observed<'_>) -> Result<(), Failure> {
    let command = observed.command()?;
    observed
        .limited("What would have to happen for it to go on, and who would bring that about?")?;
    let Some((exit, status)) = observed.recording.outcome() else {
        return Err(Failure::new("it had not ended when the run was over")
            .hint("Which process did you expect to end, and which one did?"));
    };
    let Some((end, its)) = observed
        .end_of(command.task)
        .filter(|(end, _)| *end <= exit)
    else {
        let failure = Failure::new(format!("it {} before CMD had ended", ended(status)))
            .showing(command.began);
        let events = observed.recording.events[..exit].iter();
        let stop = events.enumerate().rev().find_map(|(at, event)| {
            matches!(event.what, What::Stop(task, _) if task == command.task).then_some(at)
        });
        let (failure, hint) = match stop {
            Some(stop) => (
                failure.showing(stop),
                "Which of the things that wait(2) can report of a child are its end?",
            ),
            None => (
                failure,
                "Who tells it that CMD has ended, and does it wait for that?",
            ),
        };
        return Err(failure.showing(exit).hint(hint));
    };
    let expected = passed_on(its);
    if status == ExitStatus::Code(expected) {
        return Ok(());
    }
    let mut ends = observed.recording.events[..exit].iter();
    let is_of_another = status != ExitStatus::Code(0)
        && ends.any(|event| {
            matches!(event.what, What::End { task, status: its, .. }
                if task != command.task && ExitStatus::Code(passed_on(its)) == status)
        });
    let hint = match (its, status) {
        _ if is_of_another => "Which of those that ended is CMD, and whose status is that?",
        (_, ExitStatus::Signal(_)) if command.task == SUPERVISOR => {
            "Who is left to report a status when the process that runs CMD has become CMD?"
        }
        (ExitStatus::Signal(_), _) => {
            "A wait status holds one of two stories. Which macros of wait(2) tell which one it is?"
        }
        (ExitStatus::Code(_), _) => {
            "Which bits of a wait status are the exit status, and how does wait(2) say to get them?"
        }
    };
    let why = format!(
        "CMD {}, and it {}",
        ended(its),
        ended_instead(status, expected)
    );
    Err(Failure::new(why).showing(end).showing(exit).hint(hint))
}

/// Fails unless it exits with 127 for a CMD that is not there and with 126 for one that cannot be
/// executed, and says something on standard error.
pub(in crate::lessons::process::reaper) fn says_not_found(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    observed.limited("Who ends the process in which exec has failed, and who waits for it?")?;
    let Some(run) = trial.experiment.runs.first() else {
        return Err(Objection::Blind("nothing was to be run".to_owned()));
    };
    let expected = expected_status(trial.experiment, run);
    // The answers of the C library's search along PATH are its own; the last one counts.
    let tried = observed.calls_named(&["execve", "execveat"]).last();
    let showing = |failure: Failure| {
        let failure = tried.iter().fold(failure, |f, made| f.showing(made.enter));
        observed.with_end(failure)
    };
    let name = run.args.get(1).map_or("", String::as_str);
    match observed.recording.outcome() {
        Some((_, ExitStatus::Code(code))) if code == expected => {}
        Some((_, status)) => {
            let what = match expected {
                126 => "cannot be executed",
                _ => "does not exist",
            };
            let why = format!("{name} {what}, and it {}", ended_instead(status, expected));
            return Err(showing(Failure::new(why))
                .hint("When exec returns, what does errno say, and who gets to hear of it?")
                .into());
        }
        None => {
            return Err(
                showing(Failure::new("it had not ended when the run was over"))
                    .hint("What does the process do in which exec has failed?")
                    .into(),
            );
        }
    }
    if observed.recording.received(Stream::Stderr).is_empty() {
        let why = format!("it says nothing on standard error about {name}");
        return Err(showing(Failure::new(why))
            .hint("How would somebody who reads the log tell a missing CMD from one that failed?")
            .into());
    }
    Ok(Pass::of("commands", 1))
}

/// Fails unless a run in which a call was interrupted goes as one in which none was.
pub(in crate::lessons::process::reaper) fn retries_interrupted_calls(
    trial: &Trial<'_>,
) -> Judgement {
    let observed = Observed::new(trial)?;
    let hint = "EINTR says that nothing has been done yet. What is there to do about it?";
    let lost = observed
        .sent()
        .into_iter()
        .find(|(_, signo)| observed.command.is_some() && observed.arrivals(*signo).is_empty());
    if let Some((sent, signo)) = lost {
        let name = signal_name(signo);
        let failure = Failure::new(format!(
            "after the interrupted call {name} never reached CMD"
        ))
        .showing(sent)
        .hint(hint);
        return Err(observed.with_strikes(observed.with_wait(failure)).into());
    }
    exited_as_command_did(&observed)
        .map_err(|failure| observed.with_strikes(failure).hint(hint))?;
    Ok(Pass::of("commands", 1))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, running, started, story};
    use super::*;

    #[test]
    fn the_status_of_a_command_is_its_own() {
        let trace =
            running("3 +++ exit 42\n2 wait4(-1, [{WEXITED, 42}], 0, NULL) = 3\n2 +++ exit 42");
        assert_eq!(judged(passes_the_status_on, &story(&[]), &trace), "pass");
        let trace = running("3 +++ signal SIGTERM\n2 +++ exit 143");
        assert_eq!(judged(passes_the_status_on, &story(&[]), &trace), "pass");
    }

    #[test]
    fn a_raw_wait_status_is_not_an_exit_status() {
        let trace = running("3 +++ exit 1\n2 +++ exit 0");
        assert_snapshot!(judged(passes_the_status_on, &story(&[]), &trace), @r"
        fail: CMD exited with status 1, and it exited with status 0 instead of 1
          0.4 3 +++ exit 1
          0.5 2 +++ exit 0
        hint: Which bits of a wait status are the exit status, and how does wait(2) say to get them?
        ");
        let trace = running("3 +++ signal SIGKILL\n2 +++ exit 247");
        assert_snapshot!(judged(passes_the_status_on, &story(&[]), &trace), @r"
        fail: CMD was ended by SIGKILL, and it exited with status 247 instead of 137
          0.4 3 +++ signal SIGKILL
          0.5 2 +++ exit 247
        hint: A wait status holds one of two stories. Which macros of wait(2) tell which one it is?
        ");
    }

    #[test]
    fn the_status_of_somebody_else_is_not_that_of_the_command() {
        let trace = running("3 fork 4\n4 +++ exit 61\n3 +++ exit 50\n2 +++ exit 61");
        assert_snapshot!(judged(passes_the_status_on, &story(&[]), &trace), @r"
        fail: CMD exited with status 50, and it exited with status 61 instead of 50
          0.6 3 +++ exit 50
          0.7 2 +++ exit 61
        hint: Which of those that ended is CMD, and whose status is that?
        ");
    }

    #[test]
    fn a_stop_is_no_end() {
        let trace = running("3 stop SIGSTOP\n2 +++ exit 19");
        assert_snapshot!(judged(passes_the_status_on, &story(&[]), &trace), @r#"
        fail: it exited with status 19 before CMD had ended
          0.3 3 exec "/actor" fds= blocked=[] ignored=[]
          0.4 3 stop SIGSTOP
          0.5 2 +++ exit 19
        hint: Which of the things that wait(2) can report of a child are its end?
        "#);
        let trace = running("3 stop SIGSTOP\n3 --- SIGCONT\n3 +++ exit 5\n2 +++ exit 5");
        assert_eq!(judged(passes_the_status_on, &story(&[]), &trace), "pass");
    }

    #[test]
    fn who_becomes_the_command_has_no_status_to_pass_on() {
        let trace = started("2 exec \"/actor\"\n2 --- SIGTERM\n2 +++ signal SIGTERM");
        assert_snapshot!(judged(passes_the_status_on, &story(&[]), &trace), @r"
        fail: CMD was ended by SIGTERM, and it was ended by SIGTERM instead of exiting with status 143
          0.4 2 +++ signal SIGTERM
        hint: Who is left to report a status when the process that runs CMD has become CMD?
        ");
    }

    #[test]
    fn who_waits_for_every_child_waits_for_what_the_command_left_behind() {
        let trace = running(
            "3 fork 4\n3 +++ exit 50\n2 wait4(-1, [{WEXITED, 50}], 0, NULL) = 3\n\
             2 wait4(-1, NULL, 0, NULL) ...\n* limit stuck 0",
        );
        assert_snapshot!(judged(passes_the_status_on, &story(&[]), &trace), @r"
        fail: it waits for something that will never come: it was blocked in wait4
          0.5 3 +++ exit 50
          0.8 2 wait4(-1, NULL, 0, NULL) = ?
          0.9 * limit stuck 0
        hint: CMD has ended. Which call would have said so, and had it been made yet?
        ");
    }

    #[test]
    fn an_end_in_the_gap_before_the_wait_is_missed() {
        let trace = running(
            "2 !!! strike\n3 +++ exit 50\n2 --- SIGCHLD\n2 rt_sigreturn() = 0\n2 pause() ...\n\
             * limit stuck 0",
        );
        assert_snapshot!(judged(passes_the_status_on, &story(&[]), &trace), @r"
        fail: it waits for something that will never come: it was blocked in pause
          0.4 2 !!! strike
          0.5 3 +++ exit 50
          0.9 2 pause() = ?
          0.10 * limit stuck 0
        hint: CMD has ended. Which call would have said so, and had it been made yet?
        ");
    }

    #[test]
    fn leaving_before_the_command_has_ended_fails() {
        let trace = running("2 +++ exit 0\n3 +++ exit 1");
        assert_snapshot!(judged(passes_the_status_on, &story(&[]), &trace), @r#"
        fail: it exited with status 0 before CMD had ended
          0.3 3 exec "/actor" fds= blocked=[] ignored=[]
          0.4 2 +++ exit 0
        hint: Who tells it that CMD has ended, and does it wait for that?
        "#);
        let trace = started("2 execve(\"/actor\", [], []) = -1 ENOENT\n2 +++ exit 1");
        assert_snapshot!(judged(passes_the_status_on, &story(&[]), &trace), @r#"
        fail: CMD never began
          0.2 2 execve("/actor", [], []) = -1 ENOENT
          0.4 2 +++ exit 1
        hint: Which call turns a process into another program, and what did it answer here?
        "#);
    }

    #[test]
    fn a_name_of_nothing_is_127_and_said() {
        let missing = story(&["/lab/none"]);
        let trace = started(
            "2 fork 3\n3 execve(\"/lab/none\", [], []) = -1 ENOENT\n* stderr \"none\\n\"\n\
             3 +++ exit 127\n2 +++ exit 127",
        );
        assert_eq!(judged(says_not_found, &missing, &trace), "pass");
        let silent = started(
            "2 fork 3\n3 execve(\"/lab/none\", [], []) = -1 ENOENT\n3 +++ exit 127\n2 +++ exit 127",
        );
        assert_snapshot!(judged(says_not_found, &missing, &silent), @r#"
        fail: it says nothing on standard error about /lab/none
          0.3 3 execve("/lab/none", [], []) = -1 ENOENT
          0.6 2 +++ exit 127
        hint: How would somebody who reads the log tell a missing CMD from one that failed?
        "#);
        let other = started("2 fork 3\n3 +++ exit 1\n* stderr \"x\"\n2 +++ exit 1");
        assert_snapshot!(judged(says_not_found, &missing, &other), @r"
        fail: /lab/none does not exist, and it exited with status 1 instead of 127
          0.5 2 +++ exit 1
        hint: When exec returns, what does errno say, and who gets to hear of it?
        ");
        let unexecutable = story(&["/lab"]);
        assert_snapshot!(judged(says_not_found, &unexecutable, &trace), @r#"
        fail: /lab cannot be executed, and it exited with status 127 instead of 126
          0.3 3 execve("/lab/none", [], []) = -1 ENOENT
          0.7 2 +++ exit 127
        hint: When exec returns, what does errno say, and who gets to hear of it?
        "#);
    }

    #[test]
    fn an_interrupted_wait_is_made_again() {
        let trace = running(
            "2 wait4(-1, NULL, 0, NULL) ...\n2 !!! strike\n2 ... wait4 = -1 EINTR (injected)\n\
             3 +++ exit 0\n2 wait4(-1, [{WEXITED, 0}], 0, NULL) = 3\n2 +++ exit 0",
        );
        assert_eq!(
            judged(retries_interrupted_calls, &story(&[]), &trace),
            "pass"
        );
        let trace = running(
            "2 wait4(-1, NULL, 0, NULL) ...\n2 !!! strike\n2 ... wait4 = -1 EINTR (injected)\n\
             2 +++ exit 1",
        );
        assert_snapshot!(judged(retries_interrupted_calls, &story(&[]), &trace), @r#"
        fail: it exited with status 1 before CMD had ended
          0.5 2 !!! strike
          0.4 2 wait4(-1, NULL, 0, NULL) = -1 EINTR (injected)
          0.3 3 exec "/actor" fds= blocked=[] ignored=[]
          0.7 2 +++ exit 1
        hint: EINTR says that nothing has been done yet. What is there to do about it?
        "#);
        let trace = running(
            "2 poll([], 1, -1) ...\n2 !!! strike\n2 ... poll = -1 EINTR (injected)\n\
             * signal SIGUSR1\n2 --- SIGUSR1\n3 +++ exit 0\n2 +++ exit 0",
        );
        assert_snapshot!(judged(retries_interrupted_calls, &story(&[]), &trace), @r"
        fail: after the interrupted call SIGUSR1 never reached CMD
          0.5 2 !!! strike
          0.4 2 poll([], 1, -1) = -1 EINTR (injected)
          0.7 * signal SIGUSR1
          0.10 2 +++ exit 0
        hint: EINTR says that nothing has been done yet. What is there to do about it?
        ");
    }
}
