//! Order on the time line: nothing is acknowledged before it is durable.

use crate::lessons::process::durable_log::LOGFILE;
use crate::lessons::process::durable_log::observed::Observed;
use crate::lessons::process::durable_log::records::{Work, whole};
use crate::model::disk::{Crashed, Disk};
use crate::model::recording::Made;
use crate::model::{Arg, Failure, Judgement, Objection, Pass, Trial};

/// How a disk is looked at.
type View = fn(&Disk) -> Crashed<'_>;

/// Fails on the first acknowledgement whose record no sync had covered when the write of the
/// acknowledgement began.
///
/// The log's directory entry does not count here. Blind spot: between tasks the order is that of
/// their stops, so an acknowledgement that another thread gives in the microseconds before a sync
/// returns may be taken for one given after it.
pub(in crate::lessons::process::durable_log) fn syncs_before_ack(trial: &Trial<'_>) -> Judgement {
    acknowledged_after(trial, |disk| disk.synced(LOGFILE))
}

/// Fails on the first acknowledgement at which a power failure would have lost the record: its
/// bytes, or the name of the log; and on the first moment at which it would have lost one of an
/// earlier run.
///
/// Blind spot: the replayed disk loses exactly what was not synced. A real one may keep some of
/// it, and may tear what it keeps.
pub(in crate::lessons::process::durable_log) fn loses_nothing_on_power_loss(
    trial: &Trial<'_>,
) -> Judgement {
    let done = acknowledged_after(trial, |disk| disk.durable(LOGFILE))?;
    earlier_are_kept(trial)?;
    Ok(done)
}

fn earlier_are_kept(trial: &Trial<'_>) -> Result<(), Objection> {
    let before = Work::initial(trial.experiment);
    let records = &before[..whole(before)];
    if records.is_empty() {
        return Ok(());
    }
    let observed = Observed::new(trial, 0)?;
    let mut replay = Replay::new(&observed);
    let mut is_there = false;
    for event in 0..observed.recording.events.len() {
        replay.up_to(event + 1);
        match replay.disk.durable(LOGFILE) {
            // That a log cannot be followed, its acknowledgements have said.
            Crashed::Blind(_) => break,
            Crashed::Content(log) if log.starts_with(records) => is_there = true,
            Crashed::Content(_) | Crashed::Absent if is_there => {
                let failure = Failure::new(format!(
                    "from event {event} on a power failure would have lost records of an earlier \
                     run, which were acknowledged long ago"
                ))
                .hint("Which file has that name now, and which of its bytes has a sync covered?");
                return Err(observed.showing(failure, event).into());
            }
            Crashed::Content(_) | Crashed::Absent => {}
        }
    }
    Ok(())
}

fn acknowledged_after(trial: &Trial<'_>, view: View) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    let work = Work::new(Work::initial(trial.experiment), &trial.experiment.runs[0]);
    if observed.acks.is_empty() && work.count() > 0 {
        return Err(
            Failure::new(format!("it acknowledged none of {} records", work.count()))
                .hint("What does the one who sent a record wait for?")
                .into(),
        );
    }
    none_too_early(trial, &observed, &work, view)?;
    Ok(Pass::of("acknowledgements", observed.acks.len()))
}

/// Fails as [`syncs_before_ack`] does, while calls are cut short or fail, or a signal comes; but
/// that the log cannot be followed, that check says.
pub(super) fn synced_in_time(
    trial: &Trial<'_>,
    observed: &Observed<'_>,
    work: &Work,
) -> Result<(), Failure> {
    match none_too_early(trial, observed, work, |disk| disk.synced(LOGFILE)) {
        Err(Objection::Fail(failure)) => Err(observed.with_strikes(failure)),
        Err(Objection::Blind(_) | Objection::Skipped(_)) | Ok(()) => Ok(()),
    }
}

fn none_too_early(
    trial: &Trial<'_>,
    observed: &Observed<'_>,
    work: &Work,
    view: View,
) -> Result<(), Objection> {
    let mut replay = Replay::new(observed);
    for (number, ack) in (1..=work.count()).zip(observed.acks.iter().copied()) {
        replay.up_to(ack);
        match view(&replay.disk) {
            Crashed::Blind(reason) => return Err(blind(reason)),
            Crashed::Content(log) if log.starts_with(work.log(number)) => {}
            found => {
                let is_gone = found == Crashed::Absent;
                return Err(too_early(trial, observed, work, number, view, is_gone).into());
            }
        }
    }
    Ok(())
}

/// Of a log that cannot be followed.
pub(super) fn blind(reason: &str) -> Objection {
    Objection::Blind(format!("the log cannot be followed: {reason}"))
}

/// A disk that is fed the events of a run, as far as wanted.
pub(super) struct Replay<'a> {
    /// The disk, just before event `next`.
    pub(super) disk: Disk,
    observed: &'a Observed<'a>,
    next: usize,
}

impl<'a> Replay<'a> {
    /// Before the first event.
    pub(super) fn new(observed: &'a Observed<'a>) -> Self {
        Self {
            disk: Disk::new(),
            observed,
            next: 0,
        }
    }

    /// Feeds all events before `event`.
    pub(super) fn up_to(&mut self, event: usize) {
        while self.next < event {
            self.disk.feed(self.observed.recording, self.next);
            self.next += 1;
        }
    }

    /// Feeds events until `is_so`; the event after which it was so.
    fn until(mut self, is_so: impl Fn(&Disk) -> bool) -> Option<usize> {
        while self.next < self.observed.recording.events.len() {
            self.up_to(self.next + 1);
            if is_so(&self.disk) {
                return Some(self.next - 1);
            }
        }
        None
    }
}

/// Record `number` was acknowledged before the disk had it: says when it was written and when it
/// became durable.
fn too_early(
    trial: &Trial<'_>,
    observed: &Observed<'_>,
    work: &Work,
    number: usize,
    view: View,
    is_gone: bool,
) -> Failure {
    let ack = observed.acks[number - 1];
    let before = Work::initial(trial.experiment);
    let is_behind_torn = whole(before) < before.len() && {
        let mut replay = Replay::new(observed);
        replay.up_to(ack);
        matches!(replay.disk.volatile(LOGFILE), Crashed::Content(log) if log.starts_with(before))
    };
    let holds = |found: Crashed<'_>| matches!(found, Crashed::Content(log) if log.starts_with(work.log(number)));
    let written = Replay::new(observed).until(|disk| holds(disk.volatile(LOGFILE)));
    let durable = Replay::new(observed).until(|disk| holds(view(disk)));
    let late = match durable {
        Some(event) => format!("first made durable at event {event}"),
        None => "never made durable".to_owned(),
    };
    let (why, hint) = if is_gone && written.is_some_and(|event| event < ack) {
        (
            format!(
                "record {number} was acknowledged at event {ack}, when a power failure would \
                 have left no log at all; its name was {late}"
            ),
            "A name is data too. In which file is the name of a file kept?",
        )
    } else if is_behind_torn {
        (
            format!(
                "record {number} was acknowledged at event {ack}, and the torn record that the \
                 log ended in had not been cut off"
            ),
            "Where does a record end that has no newline, once more is appended?",
        )
    } else if written.is_none_or(|event| event > ack) {
        let when = match written {
            Some(event) => format!("first written to the log at event {event}"),
            None => "never written to the log".to_owned(),
        };
        (
            format!("record {number} was acknowledged at event {ack} and {when}"),
            "Where are the bytes of a record before the first write that holds them?",
        )
    } else {
        (
            format!("record {number} was acknowledged at event {ack} and {late}"),
            "When write has returned, where are the bytes, and what does it take to lose them?",
        )
    };
    let mut failure = Failure::new(why).hint(hint);
    let created = is_gone.then(|| creation(observed)).flatten();
    let mut events: Vec<usize> = [created, written, Some(ack), durable]
        .into_iter()
        .flatten()
        .collect();
    events.sort_unstable();
    for event in events {
        failure = observed.showing(failure, event);
    }
    failure
}

/// The event at which the log was created.
fn creation(observed: &Observed<'_>) -> Option<usize> {
    let creates = |made: &Made<'_>| {
        let is_log = made
            .returned
            .and_then(|answer| answer.object.as_ref())
            .is_some_and(|object| object.name == LOGFILE);
        let is_creating = made.call.name == "creat"
            || made
                .call
                .args
                .iter()
                .any(|arg| matches!(arg, Arg::Word(word) if word.contains("O_CREAT")));
        is_log && is_creating
    };
    observed
        .recording
        .calls()
        .find(creates)
        .map(|made| made.enter)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, opened, story};
    use super::*;
    use insta::assert_snapshot;

    const DIRECTORY: &str = r#"
        2 openat(AT_FDCWD, "/lab", O_RDONLY|O_DIRECTORY|O_CLOEXEC) = 4</lab [1]>
        2 fsync(4</lab [1]>) = 0
    "#;

    const RIGHT: &str = r#"
        2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
        2 fsync(3</lab/records.log [9]>) = 0
        2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
        2 write(3</lab/records.log [9]>, "b\n", 2) = 2 @2
        2 fdatasync(3</lab/records.log [9]>) = 0
        2 write(1<pipe:[2]>, "ok 2\n", 5) = 5
        * stdout "ok 1\nok 2\n"
        2 +++ exit 0
    "#;

    fn synced(trace: &str) -> String {
        judged(syncs_before_ack, &story(&["a\nb\n"]), &opened(trace))
    }

    fn power(trace: &str) -> String {
        judged(
            loses_nothing_on_power_loss,
            &story(&["a\nb\n"]),
            &opened(trace),
        )
    }

    #[test]
    fn a_sync_before_each_acknowledgement_passes() {
        assert_eq!(synced(RIGHT), "pass");
        assert_eq!(power(&format!("{DIRECTORY}{RIGHT}")), "pass");
    }

    #[test]
    fn acknowledging_before_the_sync_fails() {
        let trace = r#"
            2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
            2 fsync(3</lab/records.log [9]>) = 0
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            2 write(3</lab/records.log [9]>, "b\n", 2) = 2 @2
            2 write(1<pipe:[2]>, "ok 2\n", 5) = 5
            2 fdatasync(3</lab/records.log [9]>) = 0
            * stdout "ok 1\nok 2\n"
        "#;
        assert_snapshot!(synced(trace), @r#"
        fail: record 2 was acknowledged at event 12 and first made durable at event 15
          0.11 2 write(3</lab/records.log [9]>, "b\n", 2) = 2 @2
          0.12 2 write(1<pipe:[2]>, "ok 2\n", 5) = 5
          0.15 2 fdatasync(3</lab/records.log [9]>) = 0
        hint: When write has returned, where are the bytes, and what does it take to lose them?
        "#);
    }

    #[test]
    fn a_sync_that_has_not_returned_does_not_count() {
        let trace = r#"
            2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
            3 fsync(3</lab/records.log [9]>) ...
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            3 ... fsync = 0
            * stdout "ok 1\n"
        "#;
        assert!(synced(trace).starts_with(
            "fail: record 1 was acknowledged at event 7 and first made durable at event 9"
        ));
    }

    #[test]
    fn a_sync_that_never_comes_is_said_so() {
        let trace = RIGHT.replace("2 fdatasync(3</lab/records.log [9]>) = 0", "");
        assert!(
            synced(&trace)
                .starts_with("fail: record 2 was acknowledged at event 12 and never made durable")
        );
    }

    #[test]
    fn a_record_still_in_the_program_is_said_so() {
        let trace = r#"
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
            * stdout "ok 1\n"
        "#;
        assert_snapshot!(synced(trace), @r#"
        fail: record 1 was acknowledged at event 4 and first written to the log at event 7
          0.4 2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
          0.7 2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
        hint: Where are the bytes of a record before the first write that holds them?
        "#);
    }

    #[test]
    fn groups_processes_and_other_descriptors_pass() {
        let trace = r#"
            2 openat(AT_FDCWD, "/lab/records.log", O_WRONLY|O_APPEND) = 5</lab/records.log [9]>
            2 fork 3
            3 write(5</lab/records.log [9]>, "a\nb\n", 4) = 4 @0
            2 fdatasync(3</lab/records.log [9]>) = 0
            3 write(8<pipe:[2]>, "ok 1\nok 2\n", 10) = 10
            * stdout "ok 1\nok 2\n"
        "#;
        assert_eq!(synced(trace), "pass");
    }

    #[test]
    fn a_synchronous_descriptor_passes() {
        let trace = r#"
            2 openat(AT_FDCWD, "/lab/records.log", O_WRONLY|O_APPEND|O_DSYNC) = 5</lab/records.log [9]>
            2 write(5</lab/records.log [9]>, "a\n", 2) = 2 @0
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            2 pwritev2(3</lab/records.log [9]>, "b\n", 1, -1, RWF_DSYNC) = 2 @2
            2 write(1<pipe:[2]>, "ok 2\n", 5) = 5
            * stdout "ok 1\nok 2\n"
        "#;
        assert_eq!(synced(trace), "pass");
    }

    #[test]
    fn acknowledging_nothing_proves_nothing() {
        assert!(synced("2 +++ exit 0").starts_with("fail: it acknowledged none of 2 records"));
    }

    #[test]
    fn a_mapped_log_cannot_be_judged() {
        let trace = r#"
            2 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3</lab/records.log [9]>, 0) = 0x7f00
            2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
            * stdout "ok 1\n"
        "#;
        assert_snapshot!(synced(trace), @"blind: the log cannot be followed: it was written to by a shared writable mapping");
    }

    #[test]
    fn a_new_log_whose_name_is_not_durable_fails() {
        assert_snapshot!(power(&format!("{RIGHT}{DIRECTORY}")), @r#"
        fail: record 1 was acknowledged at event 8, when a power failure would have left no log at all; its name was first made durable at event 21
          0.2 2 openat(AT_FDCWD, "/lab/records.log", O_RDWR|O_CREAT|O_APPEND, 0644) = 3</lab/records.log [9]>
          0.5 2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0
          0.8 2 write(1<pipe:[2]>, "ok 1\n", 5) = 5
          0.21 2 fsync(4</lab [1]>) = 0
        hint: A name is data too. In which file is the name of a file kept?
        "#);
    }

    #[test]
    fn an_old_log_needs_no_sync_of_its_directory() {
        let trace = format!(
            "* file \"/lab/records.log\" \"old\\n\"\n{}",
            opened(&RIGHT.replace("@0", "@4").replace("@2", "@6"))[0]
        );
        let experiment = story(&["a\nb\n"]).on_log("old\n");
        assert_eq!(
            judged(loses_nothing_on_power_loss, &experiment, &[trace]),
            "pass"
        );
    }

    #[test]
    fn a_copy_that_takes_the_place_of_the_log_unsynced_fails() {
        let renamed = |sync: &str| {
            let trace = format!(
                "* file \"/lab/records.log\" \"old\\nto\"\n{}",
                opened(&format!(
                    r#"
                    2 openat(AT_FDCWD, "/lab/new", O_RDWR|O_CREAT|O_APPEND, 0644) = 5</lab/new [8]>
                    2 write(5</lab/new [8]>, "old\n", 4) = 4 @0
                    {sync}
                    2 rename("/lab/new", "/lab/records.log") = 0
                    {DIRECTORY}
                    {}"#,
                    RIGHT
                        .replace("3</lab/records.log [9]>", "5</lab/records.log [8]>")
                        .replace("@0", "@4")
                        .replace("@2", "@6")
                ))[0]
            );
            let experiment = story(&["a\nb\n"]).on_log("old\nto");
            judged(loses_nothing_on_power_loss, &experiment, &[trace])
        };
        assert_eq!(renamed("2 fsync(5</lab/new [8]>) = 0"), "pass");
        assert_snapshot!(renamed(""), @r"
        fail: from event 14 on a power failure would have lost records of an earlier run, which were acknowledged long ago
          0.14 2 fsync(4</lab [1]>) = 0
        hint: Which file has that name now, and which of its bytes has a sync covered?
        ");
    }

    #[test]
    fn a_torn_record_that_comes_back_fails() {
        let experiment = story(&["a\nb\n"]).on_log("old\nto");
        let start = "* file \"/lab/records.log\" \"old\\nto\"\n";
        let repaired = format!(
            "{start}{}",
            opened(&format!(
                "2 ftruncate(3</lab/records.log [9]>, 4) = 0\n{}",
                RIGHT.replace("@0", "@4").replace("@2", "@6")
            ))[0]
        );
        assert_eq!(
            judged(
                loses_nothing_on_power_loss,
                &experiment,
                std::slice::from_ref(&repaired)
            ),
            "pass"
        );
        let torn = repaired.replace("2 ftruncate(3</lab/records.log [9]>, 4) = 0", "");
        let torn = torn.replace("@4", "@6").replace("@6", "@8");
        assert!(
            judged(loses_nothing_on_power_loss, &experiment, &[torn])
                .contains("the torn record that the log ended in had not been cut off")
        );
    }
}
