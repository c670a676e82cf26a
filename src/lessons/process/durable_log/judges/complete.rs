//! All the work is done: every record in the log and acknowledged, exit status 0.

use super::order::synced_in_time;
use crate::lessons::process::durable_log::observed::{Observed, is_unstruck};
use crate::lessons::process::durable_log::records::{Work, whole};
pub(super) use crate::lessons::sight::hinted;
use crate::model::{Failure, Judgement, Objection, Pass, Stream, Trial};

/// Fails unless log and standard output are what the input makes of them.
///
/// Blind spot: what the log held in between is not looked at; a program that scrambles it and
/// puts it right before it exits passes here.
pub(in crate::lessons::process::durable_log) fn acknowledges_every_record(
    trial: &Trial<'_>,
) -> Judgement {
    all_work_done(
        trial,
        "What tells one record from the next, and which records are whole?",
    )
}

/// The same, while writes take less than they were given; and fails if a record is acknowledged
/// before a sync has covered all of it.
///
/// Blind spot: a program that writes through a shared mapping makes no write that could be cut
/// short; then the faults never strike.
pub(in crate::lessons::process::durable_log) fn finishes_short_writes(
    trial: &Trial<'_>,
) -> Judgement {
    all_work_done_in_order(
        trial,
        "What does the value that write returns say about the bytes?",
    )
}

/// The same, while a call is interrupted; and fails if a record is acknowledged before a sync has
/// covered it.
///
/// Blind spot: calls that neither read, wait for input, write, sync, open the log nor cut it off
/// are not interrupted, and those before the program's own code runs only where they are about the
/// log. What reads the log itself is not, either: it waits for nobody but a disk.
pub(in crate::lessons::process::durable_log) fn retries_interrupted_calls(
    trial: &Trial<'_>,
) -> Judgement {
    if is_unstruck(trial) {
        return Ok(Pass::of("acknowledgements", 0));
    }
    all_work_done_in_order(
        trial,
        "What has happened when a call says EINTR, and what has not?",
    )
}

fn all_work_done(trial: &Trial<'_>, hint: &str) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    let before = Work::initial(trial.experiment);
    let work = Work::new(before, &trial.experiment.runs[0]);
    complete(&observed, &work, before).map_err(|objection| hinted(objection, hint))?;
    Ok(Pass::of("acknowledgements", observed.acks.len()))
}

/// Fails unless all the work was done, each record's sync before its acknowledgement.
fn all_work_done_in_order(trial: &Trial<'_>, hint: &str) -> Judgement {
    let done = all_work_done(trial, hint)?;
    let observed = Observed::new(trial, 0)?;
    let work = Work::new(Work::initial(trial.experiment), &trial.experiment.runs[0]);
    synced_in_time(trial, &observed, &work)?;
    Ok(done)
}

/// Fails unless one run did all its work on a log that held `before`.
pub(super) fn complete(
    observed: &Observed<'_>,
    work: &Work,
    before: &[u8],
) -> Result<(), Objection> {
    observed
        .exited_with(0)
        .and_then(|()| acknowledged_all(observed, work))
        .map_err(|failure| observed.with_strikes(failure))?;
    let (at, log) = observed.log()?;
    holds_all(work, before, log)
        .map_err(|failure| observed.with_strikes(observed.showing(failure, at)))?;
    Ok(())
}

fn acknowledged_all(observed: &Observed<'_>, work: &Work) -> Result<(), Failure> {
    let given = work.count();
    let acked = observed.acks.len();
    if acked > given {
        let what = if work.torn().is_empty() {
            format!("it acknowledged {acked} records and was given only {given}")
        } else {
            "it acknowledged the last line of the input, which has no newline".to_owned()
        };
        return Err(observed.showing(Failure::new(what), observed.acks[given]));
    }
    if acked < given {
        let failure = Failure::new(format!("it acknowledged {acked} of {given} records"));
        return Err(match observed.acks.last() {
            Some(last) => observed.showing(failure, *last),
            None => failure,
        });
    }
    let due: String = (1..=given).map(|number| format!("ok {number}\n")).collect();
    let received = observed.recording.received(Stream::Stdout);
    if received == due.as_bytes() {
        return Ok(());
    }
    let same = received
        .iter()
        .zip(due.as_bytes())
        .take_while(|(one, other)| one == other)
        .count();
    let number = due.as_bytes()[..same.min(due.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1;
    let failure = Failure::new(if number > given {
        format!("standard output goes on after \"ok {given}\"")
    } else {
        format!("standard output holds something else where \"ok {number}\" was due")
    });
    Err(match observed.recording.received_at(Stream::Stdout, same) {
        Some(at) => observed.showing(failure, at),
        None => failure,
    })
}

fn holds_all(work: &Work, before: &[u8], log: &[u8]) -> Result<(), Failure> {
    let due = work.log(work.count());
    // A line of the input without its end is no record: what becomes of it is not promised.
    let is_done = log
        .strip_prefix(due)
        .is_some_and(|rest| rest.is_empty() || is_torn_line(rest, work.torn()));
    if is_done {
        return Ok(());
    }
    if whole(before) < before.len() && log.starts_with(before) {
        return Err(Failure::new(format!(
            "the log ended in a torn record of {} bytes, which was not cut off",
            before.len() - whole(before)
        ))
        .hint("Where does a record end that has no newline, once more is appended?"));
    }
    let why = match work.held_by(log) {
        None => "what the log held before is not there any more".to_owned(),
        Some(held) if held == work.count() => match log.len() - due.len() {
            1 => "the log goes on after the last record, with 1 byte more".to_owned(),
            more => format!("the log goes on after the last record, with {more} bytes more"),
        },
        Some(held) => format!(
            "record {} is not in its place in the log: {}",
            held + 1,
            work.found_instead(log, held + 1)
        ),
    };
    Err(Failure::new(why))
}

/// Whether this is the torn last line of the input, or a part of it, perhaps with a newline.
fn is_torn_line(rest: &[u8], torn: &[u8]) -> bool {
    !torn.is_empty() && (torn.starts_with(rest) || rest.strip_suffix(b"\n") == Some(torn))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, opened, story};
    use super::*;
    use insta::assert_snapshot;

    const DONE: &str = r#"
        2 read(0<pipe:[1]>, "a\nb\n", 65536) = 4
        2 write(3</lab/records.log [9]>, "a\nb\n", 4) = 4 @0
        2 fsync(3</lab/records.log [9]>) = 0
        2 write(1<pipe:[2]>, "ok 1\nok 2\n", 10) = 10
        * stdout "ok 1\nok 2\n"
        2 +++ exit 0
        * file "/lab/records.log" "a\nb\n"
    "#;

    fn judge(trace: &str) -> String {
        judged(
            acknowledges_every_record,
            &story(&["a\nb\n"]),
            &opened(trace),
        )
    }

    #[test]
    fn a_log_with_every_record_passes() {
        assert_eq!(judge(DONE), "pass");
    }

    #[test]
    fn no_input_needs_no_log() {
        let verdict = |end: &str| {
            let trace = format!("2 exec \"/x\"\n2 +++ exit 0\n{end}");
            judged(acknowledges_every_record, &story(&[""]), &[trace])
        };
        assert_eq!(verdict("* file \"/lab/records.log\" absent"), "pass");
        assert_eq!(verdict("* file \"/lab/records.log\" \"\""), "pass");
        assert_snapshot!(verdict("* file \"/lab/records.log\" \"\\n\""), @r#"
        fail: the log goes on after the last record, with 1 byte more
          0.2 * file "/lab/records.log" "\n"
        hint: What tells one record from the next, and which records are whole?
        "#);
    }

    #[test]
    fn a_missing_record_fails() {
        assert_snapshot!(judge(&DONE.replace(r#""/lab/records.log" "a\nb\n""#, r#""/lab/records.log" "a\n""#)), @r#"
        fail: record 2 is not in its place in the log: the log ends before it
          0.14 * file "/lab/records.log" "a\n"
        hint: What tells one record from the next, and which records are whole?
        "#);
    }

    #[test]
    fn a_record_that_is_there_twice_fails() {
        assert_snapshot!(judge(&DONE.replace(r#""/lab/records.log" "a\nb\n""#, r#""/lab/records.log" "a\na\nb\n""#)), @r#"
        fail: record 2 is not in its place in the log: record 1 is there twice
          0.14 * file "/lab/records.log" "a\na\nb\n"
        hint: What tells one record from the next, and which records are whole?
        "#);
    }

    #[test]
    fn a_missing_acknowledgement_fails() {
        let trace = DONE
            .replace(r#""ok 1\nok 2\n", 10) = 10"#, r#""ok 1\n", 5) = 5"#)
            .replace(r#"stdout "ok 1\nok 2\n""#, r#"stdout "ok 1\n""#);
        assert_snapshot!(judge(&trace), @r#"
        fail: it acknowledged 1 of 2 records
          0.10 2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
        hint: What tells one record from the next, and which records are whole?
        "#);
    }

    #[test]
    fn other_output_fails() {
        let trace = DONE.replace("ok 1", "Ok 1");
        assert!(judge(&trace).starts_with("fail: it acknowledged 0 of 2"));
        let chatty = DONE.replace(r#"stdout "ok 1\n"#, r#"stdout "hello\nok 1\n"#);
        assert_snapshot!(judge(&chatty), @r#"
        fail: standard output holds something else where "ok 1" was due
          0.12 * stdout "hello\nok 1\nok 2\n"
        hint: What tells one record from the next, and which records are whole?
        "#);
    }

    #[test]
    fn a_line_without_a_newline_is_not_acknowledged() {
        let input = story(&["a\nb"]);
        assert_snapshot!(judged(acknowledges_every_record, &input, &opened(DONE)), @r#"
        fail: it acknowledged the last line of the input, which has no newline
          0.10 2 write(1<pipe:[2]>, "ok 1\nok 2\n", 10) = 10
        hint: What tells one record from the next, and which records are whole?
        "#);
        let trace = DONE.replace(r#""ok 1\nok 2\n", 10) = 10"#, r#""ok 1\n", 5) = 5"#);
        let trace = trace.replace(r#"stdout "ok 1\nok 2\n""#, r#"stdout "ok 1\n""#);
        for end in [r#""a\n""#, r#""a\nb""#, r#""a\nb\n""#] {
            let trace = trace.replace(r#"log" "a\nb\n""#, &format!("log\" {end}"));
            assert_eq!(
                judged(acknowledges_every_record, &input, &opened(&trace)),
                "pass"
            );
        }
    }

    #[test]
    fn a_crash_is_shown_with_its_message() {
        let trace = r#"
            2 read(0<pipe:[1]>, "a\nb\n", 65536) = 4
            2 write(2<pipe:[3]>, "Traceback", 9) = 9
            * stderr "Traceback"
            2 +++ exit 1
        "#;
        assert_snapshot!(judge(trace), @r#"
        fail: it exited with status 1 and not 0
          0.8 * stderr "Traceback"
          0.9 2 +++ exit 1
        hint: What tells one record from the next, and which records are whole?
        "#);
    }

    #[test]
    fn a_limit_is_explained_whatever_the_check() {
        let trace = r#"
            2 read(0<pipe:[1]>, "", 65536) ...
            * limit time 10000
        "#;
        assert_snapshot!(judge(trace), @r#"
        fail: it had not ended after 10 s: it was blocked in read(0<pipe:[1]>)
          0.4 2 read(0<pipe:[1]>, "", 65536) = ?
          0.5 * limit time 10000
        hint: What is it waiting for, and who was to bring that about?
        "#);
        assert_eq!(
            judge("* limit interrupted 0"),
            "blind: the run was interrupted"
        );
        assert_eq!(
            judge("* blind \"io_uring_setup\""),
            "blind: it used io_uring_setup, which cannot be followed"
        );
    }

    #[test]
    fn a_short_write_that_is_not_continued_fails() {
        let experiment = story(&["abcdef\n"]);
        let trace = r#"
            2 read(0<pipe:[1]>, "abcdef\n", 65536) = 7
            2 write(3</lab/records.log [9]>, "abcdef\n", 7) ...
            2 !!! 0
            2 ... write = 3 @0 (injected)
            2 fsync(3</lab/records.log [9]>) = 0
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            * stdout "ok 1\n"
            2 +++ exit 0
            * file "/lab/records.log" "abc"
        "#;
        assert_snapshot!(judged(finishes_short_writes, &experiment, &opened(trace)), @r#"
        fail: record 1 is not in its place in the log: the log ends in its first 3 of 7 bytes
          0.6 2 write(3</lab/records.log [9]>, "abcdef\n", 7) = 3 @0 (injected)
          0.7 2 !!! 0
          0.15 * file "/lab/records.log" "abc"
        hint: What does the value that write returns say about the bytes?
        "#);
        let continued = trace
            .replace(
                "2 fsync",
                "2 write(3</lab/records.log [9]>, \"def\\n\", 4) = 4 @3\n2 fsync",
            )
            .replace("\"abc\"\n", "\"abcdef\\n\"\n");
        assert_eq!(
            judged(finishes_short_writes, &experiment, &opened(&continued)),
            "pass"
        );
    }

    #[test]
    fn a_rest_that_is_written_after_the_sync_fails() {
        let trace = r#"
            2 write(3</lab/records.log [9]>, "abcdef\n", 7) ...
            2 !!! 0
            2 ... write = 3 @0 (injected)
            2 fsync(3</lab/records.log [9]>) = 0
            2 write(3</lab/records.log [9]>, "def\n", 4) = 4 @3
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            * stdout "ok 1\n"
            2 +++ exit 0
            * file "/lab/records.log" "abcdef\n"
        "#;
        assert_snapshot!(judged(finishes_short_writes, &story(&["abcdef\n"]), &opened(trace)), @r#"
        fail: record 1 was acknowledged at event 11 and never made durable
          0.4 2 write(3</lab/records.log [9]>, "abcdef\n", 7) = 3 @0 (injected)
          0.5 2 !!! 0
          0.10 2 write(3</lab/records.log [9]>, "def\n", 4) = 4 @3
          0.11 2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
        hint: When write has returned, where are the bytes, and what does it take to lose them?
        "#);
    }

    #[test]
    fn an_interrupted_call_that_ends_the_program_fails() {
        let experiment = story(&["a\nb\n"]).in_sweep();
        let trace = r#"
            2 read(0<pipe:[1]>, "a\nb\n", 65536) = 4
            2 write(3</lab/records.log [9]>, "a\nb\n", 4) = 4 @0
            2 !!! strike
            2 fsync(3</lab/records.log [9]>) = -1 EINTR (injected)
            * stderr "fsync: Interrupted system call\n"
            2 +++ exit 1
        "#;
        assert_snapshot!(judged(retries_interrupted_calls, &experiment, &opened(trace)), @r#"
        fail: it exited with status 1 and not 0
          0.8 2 !!! strike
          0.9 2 fsync(3</lab/records.log [9]>) = -1 EINTR (injected)
          0.11 * stderr "fsync: Interrupted system call\n"
          0.12 2 +++ exit 1
        hint: What has happened when a call says EINTR, and what has not?
        "#);
        let retried = DONE.replace(
            "2 fsync",
            "2 !!! strike\n2 fsync(3</lab/records.log [9]>) = -1 EINTR (injected)\n2 fsync",
        );
        assert_eq!(
            judged(retries_interrupted_calls, &experiment, &opened(&retried)),
            "pass"
        );
        let taken_for_done = DONE.replace(
            "= 0\n        2 write",
            "= -1 EINTR (injected)\n        2 write",
        );
        let taken_for_done = taken_for_done.replace("2 fsync", "2 !!! strike\n2 fsync");
        assert!(
            judged(
                retries_interrupted_calls,
                &experiment,
                &opened(&taken_for_done)
            )
            .starts_with("fail: record 1 was acknowledged at event 11 and never made durable")
        );
    }
}
