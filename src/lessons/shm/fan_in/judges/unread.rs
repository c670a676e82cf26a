//! When nobody reads what it writes, it ends.

use crate::lessons::shm::fan_in::observed::Observed;
use crate::lessons::sight;
use crate::model::{ExitStatus, Failure, Judgement, Pass, Stream, Trial, What, World};

/// What is asked where it does not end as it should.
const UNREAD: &str = "What does a write say if nobody will ever read it, and who in your program \
                      hears of that?";

/// Fails unless it is ended by SIGPIPE or exits with status 1 once its output is closed, with all
/// its processes, and says nothing on standard error.
pub(in crate::lessons::shm::fan_in) fn stops_when_nobody_reads(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let recording = observed.recording;
    let closed = recording
        .world()
        .find(|(_, world)| **world == World::OutputClosed);
    observed.limited(UNREAD)?;
    let Some((closed, _)) = closed else {
        let failure = Failure::new("it ended before its output was closed");
        return Err(observed.with_end(failure).hint(UNREAD).into());
    };
    let failure = match recording.outcome() {
        Some((_, ExitStatus::Code(1) | ExitStatus::Signal(libc::SIGPIPE))) => None,
        Some((_, status)) => Some(Failure::new(format!(
            "it {} when nobody reads its output",
            sight::how(status)
        ))),
        None => Some(Failure::new("its first process was not seen to end")),
    };
    if let Some(failure) = failure {
        return Err(observed
            .with_end(failure.showing(closed))
            .hint(UNREAD)
            .into());
    }
    // What it said before has another reason.
    let mut world = recording.world();
    let says = |(at, world): (usize, &World)| {
        at > closed && matches!(world, World::Received(Stream::Stderr, _))
    };
    if world.any(says) {
        let failure =
            Failure::new("it says something on standard error when nobody reads its output");
        let hint = "Who is to read this message, and what is to be done about it?";
        return Err(observed.with_end(failure).hint(hint).into());
    }
    // What is left in a directory is looked at only where nobody is left who had to be killed.
    let mut world = recording.world();
    if !world.any(|(_, world)| matches!(world, World::Left(..))) {
        let why = "its first process has ended, and another one of it lives on";
        let hint = "Who has the FIFOs open still, and who would tell it to end?";
        let failure = observed.with_end(Failure::new(why));
        let killed = recording.events.iter().position(|event| {
            matches!(
                event.what,
                What::End {
                    status: ExitStatus::Signal(libc::SIGKILL),
                    ..
                }
            )
        });
        let failure = killed.into_iter().fold(failure, Failure::showing);
        return Err(failure.hint(hint).into());
    }
    Ok(Pass::default())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, story};
    use super::*;

    const RIGHT: &str = r#"
        * stdout "a one\n"
        * stdout closed
        * wrote "/lab/a" "a two\n"
        2 write(1<pipe:[2]>, "a two\n", 6) = -1 EPIPE
        2 --- SIGPIPE
        2 +++ signal SIGPIPE
        * left "/lab" [ ]
    "#;

    fn stops(trace: &str) -> String {
        let story = story(&[("/lab/a", "a one\na two\n")]);
        judged(stops_when_nobody_reads, &story, &[trace.to_owned()])
    }

    #[test]
    fn an_end_by_sigpipe_or_with_status_1_passes() {
        assert_eq!(stops(RIGHT), "pass");
        assert_eq!(stops(&RIGHT.replace("signal SIGPIPE", "exit 1")), "pass");
    }

    #[test]
    fn a_message_at_the_start_passes() {
        let says = RIGHT.replacen(
            "* stdout \"a one\\n\"",
            "* stderr \"ready\\n\"\n* stdout \"a one\\n\"",
            1,
        );
        assert_eq!(stops(&says), "pass");
    }

    #[test]
    fn a_message_fails() {
        let says = RIGHT.replace("2 --- SIGPIPE", "* stderr \"Broken pipe\\n\"");
        assert_snapshot!(stops(&says.replace("signal SIGPIPE", "exit 1")), @r#"
        fail: it says something on standard error when nobody reads its output
          0.5 * stderr "Broken pipe\n"
          0.6 2 +++ exit 1
        hint: Who is to read this message, and what is to be done about it?
        "#);
    }

    #[test]
    fn going_on_another_status_and_a_child_left_behind_fail() {
        let goes_on = RIGHT.replace(
            "2 +++ signal SIGPIPE",
            "2 poll([], 2, -1) ...\n* limit exit 2000",
        );
        assert!(stops(&goes_on).contains("blocked in poll"));
        assert!(
            stops(&RIGHT.replace("signal SIGPIPE", "exit 101")).contains("exits with status 101")
        );
        assert!(stops(&RIGHT.replace("signal SIGPIPE", "exit 0")).contains("exits with status 0"));
        let leaves = RIGHT.replace("* left \"/lab\" [ ]", "3 +++ signal SIGKILL");
        assert!(stops(&leaves).contains("another one of it lives on"));
        let early = RIGHT.replace("* stdout closed\n", "");
        assert!(stops(&early).contains("ended before its output was closed"));
    }
}
