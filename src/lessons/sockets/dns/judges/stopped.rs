//! It ends when it is told to.

use crate::lessons::sight;
use crate::lessons::sockets::dns::experiments::LATE;
use crate::lessons::sockets::served;
use crate::model::recording::{FIRST, STRIKE};
use crate::model::{
    ExitStatus, Failure, Judgement, Objection, Pass, Recording, Trial, What, World,
};

/// Fails if the program is still there a second and a half after SIGTERM, if the signal itself
/// ended it, if it exited with another status than 0, or if somebody answers after that.
///
/// Blind spots: the gap between looking at a flag and waiting is tried at calls that would wait, and
/// not before the first answer; a process that is left behind and answers nobody.
pub(in crate::lessons::sockets::dns) fn stops_on_sigterm(trial: &Trial<'_>) -> Judgement {
    if sight::is_unstruck(trial) {
        return Ok(Pass::default());
    }
    if trial.experiment.sweep.is_some() {
        let recording = sight::recording(trial, 0)?;
        if !has_answered_before_the_strike(recording) {
            return Ok(Pass::default());
        }
    }
    let hint = match trial.experiment.sweep {
        Some(_) => {
            "The signal came, and the handler ran. What could it leave behind that the next call \
             cannot overlook?"
        }
        None => "Which call is it in when the signal comes, and what does that call do then?",
    };
    let recording = served::listening(trial).map_err(|objection| match objection {
        Objection::Fail(failure) => failure.hint(hint).into(),
        other @ (Objection::Blind(_) | Objection::Skipped(_)) => other,
    })?;
    match recording.outcome() {
        Some((_, ExitStatus::Code(0))) => match served::sightings(recording, LATE).first() {
            Some((at, seen)) if seen.received > 0 => {
                let failure = Failure::new("a query is still answered when it has exited");
                Err(failure
                    .showing(*at)
                    .hint("Whom does the signal reach, and who is there when that one is gone?")
                    .into())
            }
            _ => Ok(Pass::default()),
        },
        Some((at, status)) => {
            let signal = recording.events[..at]
                .iter()
                .rposition(|event| matches!(event.what, What::Signal(FIRST, libc::SIGTERM)));
            let why = match status {
                ExitStatus::Signal(libc::SIGTERM) => {
                    "SIGTERM ended it: it makes no arrangement for that".to_owned()
                }
                status => format!("it ended with {status}, and not with exit status 0"),
            };
            let failure = signal
                .into_iter()
                .fold(Failure::new(why), Failure::showing)
                .showing(at);
            Err(failure.hint(hint).into())
        }
        None => Err(Objection::Blind("its end was not seen".to_owned())),
    }
}

/// Whether a client had got something before the strike: until then the program may still begin.
fn has_answered_before_the_strike(recording: &Recording) -> bool {
    let struck = recording.struck().find(|(_, _, fault)| *fault == STRIKE);
    let end = struck.map_or(recording.events.len(), |(at, ..)| at);
    recording
        .world()
        .take_while(|(at, _)| *at < end)
        .any(|(_, world)| matches!(world, World::Saw(seen) if seen.received > 0))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asking, judged};
    use super::*;
    use insta::assert_snapshot;

    fn said(trace: &str) -> String {
        judged(stops_on_sigterm, &asking(&[]), trace)
    }

    #[test]
    fn an_exit_with_status_0_passes() {
        assert_eq!(
            said("* signal SIGTERM\n2 --- SIGTERM\n2 +++ exit 0"),
            "pass"
        );
    }

    #[test]
    fn another_end_fails() {
        assert_snapshot!(said("* signal SIGTERM\n2 --- SIGTERM\n2 +++ signal SIGTERM"), @"
        fail: SIGTERM ended it: it makes no arrangement for that
          0.2 2 --- SIGTERM
          0.3 2 +++ signal SIGTERM
        hint: Which call is it in when the signal comes, and what does that call do then?
        ");
        assert_snapshot!(said("* signal SIGTERM\n2 --- SIGTERM\n2 +++ exit 143"), @"
        fail: it ended with exit 143, and not with exit status 0
          0.2 2 --- SIGTERM
          0.3 2 +++ exit 143
        hint: Which call is it in when the signal comes, and what does that call do then?
        ");
    }

    #[test]
    fn staying_fails() {
        let trace = r#"
            2 recvfrom(3<socket:[7]>, "", 512, 0, NULL, NULL) ...
            * signal SIGTERM
            2 --- SIGTERM
            * limit exit 1500
        "#;
        assert_snapshot!(said(trace), @r#"
        fail: it had not ended 1.5 s after SIGTERM: it was blocked in recvfrom(3<socket:[7]>)
          0.3 2 --- SIGTERM
          0.1 2 recvfrom(3<socket:[7]>, "", 512, 0, NULL, NULL) = ?
          0.4 * limit exit 1500
        hint: Which call is it in when the signal comes, and what does that call do then?
        "#);
    }

    #[test]
    fn an_answer_after_the_end_fails() {
        let left = |received: u32| {
            said(&format!(
                "* signal SIGTERM\n2 --- SIGTERM\n2 +++ exit 0\n\
                 * saw \"late\" 0 sent=25 received={received} open"
            ))
        };
        assert_eq!(left(0), "pass");
        assert_snapshot!(left(41), @r#"
        fail: a query is still answered when it has exited
          0.4 * saw "late" 0 sent=25 received=41 open
        hint: Whom does the signal reach, and who is there when that one is gone?
        "#);
    }

    #[test]
    fn a_strike_counts_from_the_first_answer_on() {
        let experiment = asking(&[]).in_sweep();
        let struck = "2 !!! strike\n2 --- SIGTERM\n2 +++ exit 1";
        assert_eq!(judged(stops_on_sigterm, &experiment, struck), "pass");
        let answer = "* saw \"first\" 0 sent=25 received=41 open";
        let trace = format!("{answer}\n{struck}");
        assert_snapshot!(judged(stops_on_sigterm, &experiment, &trace), @"
        fail: it ended with exit 1, and not with exit status 0
          0.3 2 --- SIGTERM
          0.4 2 +++ exit 1
        hint: The signal came, and the handler ran. What could it leave behind that the next call cannot overlook?
        ");
    }

    #[test]
    fn the_reference_run_of_a_sweep_shows_nothing() {
        let experiment = asking(&[]).in_sweep();
        assert_eq!(
            judged(stops_on_sigterm, &experiment, "* limit stuck 9"),
            "pass"
        );
    }
}
