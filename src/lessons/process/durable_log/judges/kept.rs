//! Nothing that was acknowledged is lost, and nothing torn is left.

use super::complete::{complete, hinted};
use super::order::synced_in_time;
use super::stops::stopped_by_itself;
use crate::lessons::process::durable_log::observed::{Observed, is_unstruck};
use crate::lessons::process::durable_log::records::{Work, whole};
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// Fails if an acknowledged record is not in the log after SIGTERM, if the log ends in a torn
/// record, if the program does not exit with status 0, or if it acknowledged a record that no sync
/// had covered.
///
/// Further whole records, written and not acknowledged, may follow. Blind spot: one signal per
/// run; a second one that strikes while the first is handled is not tried.
pub(in crate::lessons::process::durable_log) fn loses_nothing_on_sigterm(
    trial: &Trial<'_>,
) -> Judgement {
    if is_unstruck(trial) {
        return Ok(Pass::of("acknowledgements", 0));
    }
    let observed = Observed::new(trial, 0)?;
    let work = Work::new(Work::initial(trial.experiment), &trial.experiment.runs[0]);
    let (at, log) = observed.log()?;
    acknowledged_are_kept(&observed, &work, (at, log))
        .and_then(|()| stopped_by_itself(&observed))
        .and_then(|()| nothing_torn(&observed, &work, (at, log)))
        .and_then(|()| synced_in_time(trial, &observed, &work))
        .map_err(|failure| {
            let hint = "The signal can come between any two calls. What is unfinished there, and \
                        who finishes it?";
            hinted(observed.with_strikes(failure).into(), hint)
        })?;
    Ok(Pass::of("acknowledgements", observed.acks.len()))
}

/// Fails if an acknowledged record is not in the log after SIGKILL, or if the next start does not
/// cut off a torn end, loses a record, or does not do its own work.
///
/// Blind spot: the kernel outlives the program, so what was written and not synced is there.
pub(in crate::lessons::process::durable_log) fn loses_nothing_on_sigkill(
    trial: &Trial<'_>,
) -> Judgement {
    if is_unstruck(trial) {
        return Ok(Pass::of("acknowledgements", 0));
    }
    let experiment = trial.experiment;
    let observed = Observed::new(trial, 0)?;
    let before = Work::initial(experiment);
    let work = Work::new(before, &experiment.runs[0]);
    let hint = "After SIGKILL, how can the next start tell which of the log's last bytes are a \
                record?";
    let Some(next) = experiment.runs.get(1) else {
        complete(&observed, &work, before).map_err(|objection| hinted(objection, hint))?;
        return Ok(Pass::of("acknowledgements", observed.acks.len()));
    };
    let (at, log) = observed.log()?;
    acknowledged_are_kept(&observed, &work, (at, log))
        .and_then(|()| nothing_foreign(&observed, &work, (at, &log[..whole(log)])))
        .map_err(|failure| {
            hinted(
                observed.with_strikes(failure).into(),
                "Where is a record between two system calls, and who forgets it with the program?",
            )
        })?;
    let restarted = Observed::new(trial, 1)?;
    let work = Work::new(log, next);
    complete(&restarted, &work, log).map_err(|objection| match hinted(objection, hint) {
        Objection::Fail(failure) => {
            let why = format!("after SIGKILL and a second start: {}", failure.why);
            let failure = observed.showing(Failure { why, ..failure }, at);
            observed.with_strikes(failure).into()
        }
        other @ (Objection::Blind(_) | Objection::Skipped(_)) => other,
    })?;
    Ok(Pass::of(
        "acknowledgements",
        observed.acks.len() + restarted.acks.len(),
    ))
}

/// A log, and the event that shows it.
pub(super) type Log<'a> = (usize, &'a [u8]);

/// Fails if the log does not begin with every record that was acknowledged.
pub(super) fn acknowledged_are_kept(
    observed: &Observed<'_>,
    work: &Work,
    (at, log): Log<'_>,
) -> Result<(), Failure> {
    let acked = observed.acks.len();
    if acked > work.count() {
        let why = format!(
            "it acknowledged {acked} records and was given only {}",
            work.count()
        );
        return Err(observed.showing(Failure::new(why), observed.acks[work.count()]));
    }
    match work.held_by(log) {
        Some(held) if held >= acked => Ok(()),
        Some(held) => {
            let number = held + 1;
            let ack = observed.acks[held];
            let found = work.found_instead(log, number);
            let why = format!(
                "record {number} was acknowledged at event {ack} and is not in the log: {found}"
            );
            let failure = observed.showing(Failure::new(why), ack);
            Err(observed.showing(failure, at))
        }
        None => Err(observed.showing(
            Failure::new("what the log held before is not there any more"),
            at,
        )),
    }
}

/// Fails if the log holds anything but whole records of the input, in order.
pub(super) fn nothing_torn(
    observed: &Observed<'_>,
    work: &Work,
    (at, log): Log<'_>,
) -> Result<(), Failure> {
    let records = whole(log);
    nothing_foreign(observed, work, (at, &log[..records]))?;
    match log.len() - records {
        0 => Ok(()),
        torn => {
            let failure = Failure::new(format!("the log ends in a torn record of {torn} bytes"));
            Err(observed.showing(failure, at))
        }
    }
}

/// Fails if whole records of the log are not those of the input, in order.
fn nothing_foreign(
    observed: &Observed<'_>,
    work: &Work,
    (at, records): Log<'_>,
) -> Result<(), Failure> {
    let why = match work.held_by(records) {
        Some(held) if work.log(held).len() == records.len() => return Ok(()),
        // The last line of the input has no newline; a program may give it one and not promise it.
        Some(held)
            if held == work.count()
                && !work.torn().is_empty()
                && records[work.log(held).len()..].strip_suffix(b"\n") == Some(work.torn()) =>
        {
            return Ok(());
        }
        Some(held) => format!(
            "behind record {held}, the log holds something that is not record {}",
            held + 1
        ),
        None => "what the log held before is not there any more".to_owned(),
    };
    Err(observed.showing(Failure::new(why), at))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, opened, story};
    use super::*;
    use insta::assert_snapshot;

    const HANDLED: &str = r#"
        2 read(0<pipe:[1]>, "a\nbcd\n", 65536) = 6
        2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
        2 fsync(3</lab/records.log [9]>) = 0
        2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
        2 !!! strike
        2 --- SIGTERM
        2 rt_sigreturn() = 0
        2 write(3</lab/records.log [9]>, "bcd\n", 4) = 4 @2
        2 +++ exit 0
        * stdout "ok 1\n"
        * file "/lab/records.log" "a\nbcd\n"
    "#;

    fn sigterm(trace: &str) -> String {
        let experiment = story(&["a\nbcd\n"]).in_sweep();
        judged(loses_nothing_on_sigterm, &experiment, &opened(trace))
    }

    fn log_of(trace: &str, log: &str) -> String {
        trace.replace(r#"log" "a\nbcd\n""#, &format!("log\" {log}"))
    }

    #[test]
    fn a_record_in_hand_may_be_finished_or_dropped() {
        assert_eq!(sigterm(HANDLED), "pass");
        assert_eq!(sigterm(&log_of(HANDLED, r#""a\n""#)), "pass");
    }

    #[test]
    fn a_lost_acknowledged_record_fails() {
        assert_snapshot!(sigterm(&log_of(HANDLED, r#""""#)), @r#"
        fail: record 1 was acknowledged at event 10 and is not in the log: the log ends before it
          0.10 2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
          0.12 2 !!! strike
          0.16 2 write(3</lab/records.log [9]>, "bcd\n", 4) = 4 @2
          0.20 * file "/lab/records.log" ""
        hint: The signal can come between any two calls. What is unfinished there, and who finishes it?
        "#);
    }

    #[test]
    fn an_acknowledgement_that_does_not_wait_for_a_sync_fails() {
        let trace = HANDLED.replace("2 fsync(3</lab/records.log [9]>) = 0\n", "");
        assert_snapshot!(sigterm(&trace), @r#"
        fail: record 1 was acknowledged at event 8 and never made durable
          0.7 2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
          0.8 2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
          0.10 2 !!! strike
          0.14 2 write(3</lab/records.log [9]>, "bcd\n", 4) = 4 @2
        hint: When write has returned, where are the bytes, and what does it take to lose them?
        "#);
    }

    #[test]
    fn a_torn_end_fails() {
        assert_snapshot!(sigterm(&log_of(HANDLED, r#""a\nbc""#)), @r#"
        fail: the log ends in a torn record of 2 bytes
          0.12 2 !!! strike
          0.16 2 write(3</lab/records.log [9]>, "bcd\n", 4) = 4 @2
          0.20 * file "/lab/records.log" "a\nbc"
        hint: The signal can come between any two calls. What is unfinished there, and who finishes it?
        "#);
    }

    #[test]
    fn a_record_written_twice_fails() {
        assert!(
            sigterm(&log_of(HANDLED, r#""a\na\nbcd\n""#))
                .starts_with("fail: behind record 1, the log holds something that is not record 2")
        );
    }

    #[test]
    fn a_program_that_the_signal_ends_fails() {
        let trace = HANDLED.replace("2 +++ exit 0", "2 +++ signal SIGTERM");
        assert!(sigterm(&trace).starts_with("fail: SIGTERM ended it"));
    }

    const KILLED: &str = r#"
        2 read(0<pipe:[1]>, "a\nbcd\n", 65536) = 6
        2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
        2 fsync(3</lab/records.log [9]>) = 0
        2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
        2 write(3</lab/records.log [9]>, "bc", 2) = 2 @2
        2 !!! strike
        2 +++ signal SIGKILL
        * stdout "ok 1\n"
        * file "/lab/records.log" "a\nbc"
    "#;

    const RESTARTED: &str = r#"
        2 ftruncate(3</lab/records.log [9]>, 2) = 0
        2 write(3</lab/records.log [9]>, "x\n", 2) = 2 @2
        2 fsync(3</lab/records.log [9]>) = 0
        2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
        * stdout "ok 1\n"
        2 +++ exit 0
        * file "/lab/records.log" "a\nx\n"
    "#;

    fn sigkill(first: &str, second: &str) -> String {
        let experiment = story(&["a\nbcd\n", "x\n"]).in_sweep();
        let traces = [opened(first), opened(second)].concat();
        judged(loses_nothing_on_sigkill, &experiment, &traces)
    }

    #[test]
    fn a_repaired_log_passes() {
        assert_eq!(sigkill(KILLED, RESTARTED), "pass");
    }

    #[test]
    fn an_acknowledgement_of_what_was_only_in_memory_fails() {
        let trace = KILLED.replace(r#""a\nbc""#, r#""""#);
        assert!(
            sigkill(&trace, RESTARTED)
                .starts_with("fail: record 1 was acknowledged at event 10 and is not in the log")
        );
    }

    #[test]
    fn a_torn_end_that_is_appended_to_fails() {
        let restarted = RESTARTED
            .replace("2 ftruncate(3</lab/records.log [9]>, 2) = 0", "")
            .replace(r#""a\nx\n""#, r#""a\nbcx\n""#);
        assert_snapshot!(sigkill(KILLED, &restarted), @r#"
        fail: after SIGKILL and a second start: the log ended in a torn record of 2 bytes, which was not cut off
          0.14 2 !!! strike
          0.17 * file "/lab/records.log" "a\nbc"
          1.12 * file "/lab/records.log" "a\nbcx\n"
        hint: Where does a record end that has no newline, once more is appended?
        "#);
    }

    #[test]
    fn a_restart_that_starts_over_fails() {
        let restarted = RESTARTED.replace(r#""a\nx\n""#, r#""x\n""#);
        assert!(sigkill(KILLED, &restarted).starts_with(
            "fail: after SIGKILL and a second start: what the log held before is not there"
        ));
    }

    #[test]
    fn a_torn_log_at_the_start_is_repaired() {
        let experiment = story(&["x\n"]).on_log("a\nbc");
        let trial = |log: &str| {
            let trace = RESTARTED.replace(r#""a\nx\n""#, log);
            judged(loses_nothing_on_sigkill, &experiment, &opened(&trace))
        };
        assert_eq!(trial(r#""a\nx\n""#), "pass");
        assert!(
            trial(r#""a\nbcx\n""#).starts_with(
                "fail: the log ended in a torn record of 2 bytes, which was not cut off"
            )
        );
        assert!(
            trial(r#""a\nbc\nx\n""#).starts_with("fail: the log ended in a torn record of 2 bytes")
        );
    }
}
