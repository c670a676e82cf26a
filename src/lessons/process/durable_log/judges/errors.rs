//! An error that the disk reports is final: nothing more is promised.

use super::complete::hinted;
use super::kept::{acknowledged_are_kept, nothing_torn};
use super::order::{Replay, blind};
use crate::lessons::process::durable_log::LOGFILE;
use crate::lessons::process::durable_log::observed::{Observed, Struck, is_unstruck, strikes};
use crate::lessons::process::durable_log::records::Work;
use crate::model::disk::Crashed;
use crate::model::experiment::LAB_DIR;
use crate::model::recording::Made;
use crate::model::text::{call_head, errno_name};
use crate::model::{Failure, Judgement, Objection, Pass, Stream, Trial};

/// Fails if, once a write to the log has failed, an acknowledged record is missing, a torn
/// one is left, the status is not 1, or nothing was said on standard error.
///
/// Blind spot: a program that asks for space before it writes (fallocate) meets the full disk
/// there, where it is not struck.
pub(in crate::lessons::process::durable_log) fn refuses_on_full_disk(
    trial: &Trial<'_>,
) -> Judgement {
    if is_unstruck(trial) {
        return Ok(Pass::of("acknowledgements", 0));
    }
    let observed = Observed::new(trial, 0)?;
    let work = Work::new(Work::initial(trial.experiment), &trial.experiment.runs[0]);
    refused(&observed, &work)?;
    Ok(Pass::of("acknowledgements", observed.acks.len()))
}

/// Fails if a record is acknowledged although a sync that covered it failed, also if a later one
/// succeeded; and as [`refuses_on_full_disk`]. A program that acknowledges what no sync ever
/// covers fails as well: it has none that could tell it anything.
///
/// A write on a descriptor with O_DSYNC is a sync. A failed sync of the log's directory counts as
/// well: it covers the name. Strikes at other files, and at standard output and error, say
/// nothing about syncs and are passed over. Blind spot: sync(2) cannot fail.
pub(in crate::lessons::process::durable_log) fn never_trusts_a_failed_sync(
    trial: &Trial<'_>,
) -> Judgement {
    if is_unstruck(trial) {
        return Ok(Pass::of("acknowledgements", 0));
    }
    // Before anything else: what a program does whose standard output fails is not our question.
    let strike = trial.runs.first().and_then(|recording| {
        strikes(recording)
            .into_iter()
            .find(|strike| strike.is_sweep && is_about_the_log(strike))
    });
    let Some(strike) = strike else {
        return Ok(Pass::of("acknowledgements", 0));
    };
    let observed = Observed::new(trial, 0)?;
    let work = Work::new(Work::initial(trial.experiment), &trial.experiment.runs[0]);
    distrusted(&observed, &work, &strike)?;
    refused(&observed, &work)?;
    synced_at_last(&observed, &work)?;
    Ok(Pass::of("acknowledgements", observed.acks.len()))
}

/// Whether the call that was struck writes or syncs something in the lab directory.
fn is_about_the_log(strike: &Struck<'_>) -> bool {
    let Some(made) = &strike.made else {
        return false;
    };
    match made.object(0) {
        Some(object) => object
            .name
            .strip_prefix(LAB_DIR)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        None => false,
    }
}

/// Fails on the first acknowledgement after the strike of a record that the disk does not have.
fn distrusted(observed: &Observed<'_>, work: &Work, strike: &Struck<'_>) -> Result<(), Objection> {
    let Some(made) = strike.made else {
        return Ok(());
    };
    if made.errno().is_none() || made.call.name.contains("write") {
        // Whether a write that failed left its record in the log, the log itself tells.
        return Ok(());
    }
    let failed = made.exit.unwrap_or(made.enter);
    let is_directory = made.object(0).is_some_and(|object| object.name == LAB_DIR);
    let mut replay = Replay::new(observed);
    for (number, ack) in (1..=work.count()).zip(observed.acks.iter().copied()) {
        if ack < failed {
            continue;
        }
        replay.up_to(ack);
        let found = if is_directory {
            replay.disk.durable(LOGFILE)
        } else {
            replay.disk.synced(LOGFILE)
        };
        match found {
            Crashed::Blind(reason) => return Err(blind(reason)),
            Crashed::Content(log) if log.starts_with(work.log(number)) => {}
            Crashed::Content(_) | Crashed::Absent => {
                let covered = if is_directory { "its name" } else { "it" };
                let failure = Failure::new(format!(
                    "record {number} was acknowledged at event {ack}, although the sync that \
                     covered {covered} had failed at event {}",
                    made.enter
                ))
                .hint(
                    "After a sync has failed, does the next one try to write the same pages \
                     again?",
                );
                let failure = observed.showing(failure, made.enter);
                return Err(observed.showing(failure, ack).into());
            }
        }
    }
    Ok(())
}

/// Fails if a record was acknowledged that no sync covered until the end of the run.
fn synced_at_last(observed: &Observed<'_>, work: &Work) -> Result<(), Objection> {
    let mut replay = Replay::new(observed);
    replay.up_to(observed.recording.events.len());
    let durable = match replay.disk.synced(LOGFILE) {
        Crashed::Blind(reason) => return Err(blind(reason)),
        Crashed::Content(log) => work.held_by(log).unwrap_or(0),
        Crashed::Absent => 0,
    };
    match observed.acks.get(durable) {
        None => Ok(()),
        Some(ack) => {
            let failure = Failure::new(format!(
                "record {} was acknowledged at event {ack} and no sync ever covered it: there is \
                 none that could fail",
                durable + 1
            ))
            .hint("Which call would tell this program that the disk has failed?");
            Err(observed.showing(failure, *ack).into())
        }
    }
}

/// Fails unless the program gave up as it should: nothing lost, nothing torn, status 1, a message.
fn refused(observed: &Observed<'_>, work: &Work) -> Result<(), Objection> {
    let error = strikes(observed.recording)
        .into_iter()
        .filter_map(|strike| strike.made)
        .find_map(|made| made.errno().map(|errno| (made, errno)))
        .or_else(|| too_large(observed));
    let (at, log) = observed.log()?;
    let nothing_lost = acknowledged_are_kept(observed, work, (at, log))
        .and_then(|()| nothing_torn(observed, work, (at, log)));
    let hint = "What has become of the record in hand, and who would tell the one who sent it?";
    let Some((made, errno)) = error else {
        // The error never came, perhaps because a short write went unnoticed before it.
        return nothing_lost.map_err(|failure| hinted(observed.with_strikes(failure).into(), hint));
    };
    nothing_lost
        .and_then(|()| observed.exited_with(1))
        .and_then(|()| said_so(observed))
        .map_err(|failure| {
            let call = call_head(made.call);
            let why = format!("after {call} said {}: {}", errno_name(errno), failure.why);
            let failure = observed.showing(Failure { why, ..failure }, made.enter);
            hinted(observed.with_strikes(failure).into(), hint)
        })
}

/// The first call that met the limit on the size of files, which no fault has to tell of.
fn too_large<'a>(observed: &Observed<'a>) -> Option<(Made<'a>, i32)> {
    let mut calls = observed.recording.calls();
    calls
        .find(|made| made.errno() == Some(libc::EFBIG))
        .map(|made| (made, libc::EFBIG))
}

fn said_so(observed: &Observed<'_>) -> Result<(), Failure> {
    if observed.recording.received(Stream::Stderr).is_empty() {
        Err(Failure::new("it said nothing on standard error"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, opened, story};
    use super::*;
    use insta::assert_snapshot;

    const FULL: &str = r#"
        2 read(0<pipe:[1]>, "a\nbcd\n", 65536) = 6
        2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
        2 fsync(3</lab/records.log [9]>) = 0
        2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
        2 write(3</lab/records.log [9]>, "bcd\n", 4) = 2 @2 (injected)
        2 !!! strike
        2 write(3</lab/records.log [9]>, "d\n", 2) = -1 ENOSPC (injected)
        2 ftruncate(3</lab/records.log [9]>, 2) = 0
        2 write(2<pipe:[3]>, "full\n", 5) = 5
        * stdout "ok 1\n"
        * stderr "full\n"
        2 +++ exit 1
        * file "/lab/records.log" "a\n"
    "#;

    fn full(trace: &str) -> String {
        let experiment = story(&["a\nbcd\n"]).in_sweep();
        judged(refuses_on_full_disk, &experiment, &opened(trace))
    }

    #[test]
    fn a_death_by_sigxfsz_fails() {
        let trace = r#"
            2 read(0<pipe:[1]>, "a\nbcd\n", 65536) = 6
            2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
            2 fsync(3</lab/records.log [9]>) = 0
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            2 write(3</lab/records.log [9]>, "bcd\n", 4) = -1 EFBIG
            2 --- SIGXFSZ
            * stdout "ok 1\n"
            2 +++ signal SIGXFSZ
            * file "/lab/records.log" "a\n"
        "#;
        let said = judged(refuses_on_full_disk, &story(&["a\nbcd\n"]), &opened(trace));
        assert!(said.contains("said EFBIG: SIGXFSZ"), "{said}");
    }

    #[test]
    fn a_program_that_refuses_passes() {
        assert_eq!(full(FULL), "pass");
    }

    #[test]
    fn a_torn_record_fails() {
        let trace = FULL
            .replace("2 ftruncate(3</lab/records.log [9]>, 2) = 0", "")
            .replace(r#"log" "a\n""#, r#"log" "a\nbc""#);
        assert_snapshot!(full(&trace), @r#"
        fail: after write(3</lab/records.log [9]>) said ENOSPC: the log ends in a torn record of 2 bytes
          0.14 2 !!! strike
          0.15 2 write(3</lab/records.log [9]>, "d\n", 2) = -1 ENOSPC (injected)
          0.22 * file "/lab/records.log" "a\nbc"
        hint: What has become of the record in hand, and who would tell the one who sent it?
        "#);
    }

    #[test]
    fn going_on_fails() {
        assert!(
            full(&FULL.replace("exit 1", "exit 0")).contains("it exited with status 0 and not 1")
        );
    }

    #[test]
    fn silence_fails() {
        assert!(
            full(&FULL.replace("* stderr \"full\\n\"", ""))
                .contains("it said nothing on standard error")
        );
    }

    #[test]
    fn an_acknowledgement_of_what_found_no_room_fails() {
        let trace = FULL
            .replace(
                "2 ftruncate(3</lab/records.log [9]>, 2) = 0",
                "2 write(1<pipe:[2]>, \"ok 2\\n\", 5) = 5",
            )
            .replace(r#"stdout "ok 1\n""#, r#"stdout "ok 1\nok 2\n""#);
        assert!(
            full(&trace).contains("record 2 was acknowledged at event 17 and is not in the log")
        );
    }

    const FAILED: &str = r#"
        2 read(0<pipe:[1]>, "a\n", 65536) = 2
        2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
        2 !!! strike
        2 fsync(3</lab/records.log [9]>) = -1 EIO (injected)
        2 +++ exit 1
        * stderr "fsync: Input/output error\n"
        * file "/lab/records.log" "a\n"
    "#;

    fn distrust(trace: &str) -> String {
        let experiment = story(&["a\nbcd\n"]).in_sweep();
        judged(never_trusts_a_failed_sync, &experiment, &opened(trace))
    }

    #[test]
    fn giving_up_after_a_failed_sync_passes() {
        assert_eq!(distrust(FAILED), "pass");
    }

    #[test]
    fn a_second_sync_that_succeeds_proves_nothing() {
        let trace = FAILED.replace(
            "2 +++ exit 1",
            r#"2 fsync(3</lab/records.log [9]>) = 0
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            * stdout "ok 1\n"
            2 +++ exit 0"#,
        );
        assert_snapshot!(distrust(&trace), @r#"
        fail: record 1 was acknowledged at event 13, although the sync that covered it had failed at event 9
          0.9 2 fsync(3</lab/records.log [9]>) = -1 EIO (injected)
          0.13 2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
        hint: After a sync has failed, does the next one try to write the same pages again?
        "#);
    }

    #[test]
    fn a_program_without_any_sync_fails() {
        let trace = r#"
            2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            2 !!! strike
            2 write(3</lab/records.log [9]>, "bcd\n", 4) = -1 EIO (injected)
            * stdout "ok 1\n"
            * stderr "write: Input/output error\n"
            2 +++ exit 1
            * file "/lab/records.log" "a\n"
        "#;
        assert_snapshot!(distrust(trace), @r#"
        fail: record 1 was acknowledged at event 6 and no sync ever covered it: there is none that could fail
          0.6 2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
        hint: Which call would tell this program that the disk has failed?
        "#);
        let synced = trace.replace(
            "2 write(1",
            "2 fsync(3</lab/records.log [9]>) = 0\n2 write(1",
        );
        assert_eq!(distrust(&synced), "pass");
    }

    #[test]
    fn a_failed_sync_that_goes_unnoticed_fails() {
        let trace = FAILED.replace("2 +++ exit 1", "2 +++ exit 0");
        assert_snapshot!(distrust(&trace), @r#"
        fail: after fsync(3</lab/records.log [9]>) said EIO: it exited with status 0 and not 1
          0.8 2 !!! strike
          0.9 2 fsync(3</lab/records.log [9]>) = -1 EIO (injected)
          0.11 2 +++ exit 0
          0.12 * stderr "fsync: Input/output error\n"
        hint: What has become of the record in hand, and who would tell the one who sent it?
        "#);
    }

    #[test]
    fn a_failed_sync_of_the_directory_covers_the_name() {
        let trace = r#"
            2 openat(AT_FDCWD, "/lab", O_RDONLY|O_DIRECTORY) = 4</lab [1]>
            2 !!! strike
            2 fsync(4</lab [1]>) = -1 EIO (injected)
            2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
            2 fsync(3</lab/records.log [9]>) = 0
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            * stdout "ok 1\n"
            * file "/lab/records.log" "a\n"
        "#;
        assert!(distrust(trace).starts_with(
            "fail: record 1 was acknowledged at event 13, although the sync that covered its name"
        ));
    }

    #[test]
    fn strikes_at_other_files_are_passed_over() {
        let trace = r#"
            2 !!! strike
            2 write(1<pipe:[2]>, "ok 1\n", 5) = -1 EIO (injected)
            2 +++ signal SIGABRT
        "#;
        assert_eq!(distrust(trace), "pass");
    }

    #[test]
    fn a_synchronous_write_that_fails_must_not_be_acknowledged() {
        let trace = r#"
            2 !!! strike
            2 write(3</lab/records.log [9]>, "a\n", 2) = -1 EIO (injected)
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            * stdout "ok 1\n"
            2 +++ exit 0
            * file "/lab/records.log" ""
        "#;
        assert!(
            distrust(trace).contains("record 1 was acknowledged at event 7 and is not in the log")
        );
    }
}
