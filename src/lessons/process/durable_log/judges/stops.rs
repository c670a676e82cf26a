//! It ends when it is told to.

use super::complete::hinted;
use crate::lessons::process::durable_log::observed::{Observed, is_unstruck};
use crate::model::recording::FIRST;
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, Trial, What};

/// Fails if the program is still there a second and a half after the signal, or if the signal
/// itself ended it.
///
/// Blind spot: the gap between test and wait is tried at calls that read or poll. A program that
/// waits in another call (a futex, a message queue) for a thread that reads is tried only where
/// that thread reads.
pub(in crate::lessons::process::durable_log) fn stops_when_idle(trial: &Trial<'_>) -> Judgement {
    if is_unstruck(trial) {
        return Ok(Pass::of("acknowledgements", 0));
    }
    let hint = if trial.experiment.sweep.is_some() {
        "The signal came and its handler ran. What could the handler leave behind that the next \
         call cannot overlook?"
    } else {
        "Which call is it in when the signal comes, and what does that call do then?"
    };
    let observed = Observed::new(trial, 0).map_err(|objection| rehinted(objection, hint))?;
    stopped_by_itself(&observed).map_err(|objection| hinted(objection.into(), hint))?;
    Ok(Pass::of("acknowledgements", observed.acks.len()))
}

/// A limit's own hint is general; here it is known what matters.
fn rehinted(objection: Objection, hint: &str) -> Objection {
    match objection {
        Objection::Fail(failure) => failure.hint(hint).into(),
        other @ (Objection::Blind(_) | Objection::Skipped(_)) => other,
    }
}

/// Fails unless it exited with status 0.
pub(super) fn stopped_by_itself(observed: &Observed<'_>) -> Result<(), Failure> {
    let deadly = match observed.recording.outcome() {
        Some((at, ExitStatus::Signal(signo))) => {
            let arrival = observed.recording.events[..at]
                .iter()
                .rposition(|event| matches!(event.what, What::Signal(FIRST, its) if its == signo));
            arrival.map(|arrival| (arrival, at, signo))
        }
        _ => None,
    };
    let Some((arrival, at, signo)) = deadly else {
        return observed
            .exited_with(0)
            .map_err(|failure| observed.with_strikes(failure));
    };
    let name = crate::model::text::signal_name(signo);
    let failure = Failure::new(format!("{name} ended it: it does not handle {name} here"))
        .hint("What does the kernel do with a signal for which a program has made no arrangement?");
    let failure = observed.showing(failure, arrival);
    Err(observed.with_strikes(observed.showing(failure, at)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, opened, story};
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn a_program_that_exits_on_the_signal_passes() {
        let trace = r#"
            2 ppoll([{fd=0, events=POLLIN}], 1, NULL, [], 8) ...
            . rest
            * signal SIGTERM
            2 --- SIGTERM
            2 ... ppoll = -1 EINTR
            2 +++ exit 0
        "#;
        assert_eq!(
            judged(stops_when_idle, &story(&["a\n"]), &opened(trace)),
            "pass"
        );
    }

    #[test]
    fn a_program_without_a_handler_fails() {
        let trace = r#"
            2 read(0<pipe:[1]>, "", 65536) ...
            * signal SIGTERM
            2 --- SIGTERM
            2 +++ signal SIGTERM
        "#;
        assert_snapshot!(judged(stops_when_idle, &story(&["a\n"]), &opened(trace)), @r#"
        fail: SIGTERM ended it: it does not handle SIGTERM here
          0.6 2 --- SIGTERM
          0.7 2 +++ signal SIGTERM
        hint: What does the kernel do with a signal for which a program has made no arrangement?
        "#);
    }

    #[test]
    fn a_signal_that_falls_into_the_gap_is_lost() {
        let experiment = story(&["a\n"]).in_sweep();
        let trace = r#"
            2 !!! strike
            2 --- SIGTERM
            2 rt_sigreturn() = 0
            2 read(0<pipe:[1]>, "", 65536) ...
            * limit exit 1500
            2 +++ signal SIGKILL
        "#;
        assert_snapshot!(judged(stops_when_idle, &experiment, &opened(trace)), @r#"
        fail: it had not ended 1.5 s after SIGTERM: it was blocked in read(0<pipe:[1]>)
          0.4 2 !!! strike
          0.5 2 --- SIGTERM
          0.8 2 read(0<pipe:[1]>, "", 65536) = ?
          0.9 * limit exit 1500
        hint: The signal came and its handler ran. What could the handler leave behind that the next call cannot overlook?
        "#);
        let unstruck = "2 read(0<pipe:[1]>, \"\", 65536) ...\n* limit exit 1500";
        assert_eq!(
            judged(stops_when_idle, &experiment, &opened(unstruck)),
            "pass"
        );
    }

    #[test]
    fn a_status_other_than_0_fails() {
        let trace = r#"
            * signal SIGINT
            2 --- SIGINT
            * stderr "KeyboardInterrupt\n"
            2 +++ exit 130
        "#;
        assert_snapshot!(judged(stops_when_idle, &story(&["a\n"]), &opened(trace)), @r#"
        fail: it exited with status 130 and not 0
          0.6 * stderr "KeyboardInterrupt\n"
          0.7 2 +++ exit 130
        hint: Which call is it in when the signal comes, and what does that call do then?
        "#);
    }
}
