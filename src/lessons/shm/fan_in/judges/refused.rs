//! What is no FIFO is said, and nothing is read.

use crate::lessons::shm::fan_in::observed::Observed;
use crate::lessons::sight;
use crate::model::{ExitStatus, Failure, Judgement, Pass, Stream, Trial};

/// What is asked where something was not refused.
const REFUSING: &str = "What do your names stand for, when do you know it of all of them, and what \
                        has been read by then?";

/// The calls that take bytes out of a file or a FIFO, which is their first argument.
const READS: &[&str] = &[
    "read",
    "readv",
    "pread64",
    "preadv",
    "preadv2",
    "splice",
    "tee",
    "copy_file_range",
];

/// Fails unless it exits with status 1 and a message, and has read nothing of what it was given.
///
/// Blind spot: a file that is read through a mapping.
pub(in crate::lessons::shm::fan_in) fn says_not_a_fifo(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let recording = observed.recording;
    let args = trial
        .experiment
        .runs
        .first()
        .map_or(&[][..], |run| &run.args);
    let has_read = recording.calls().find(|made| {
        let name = made.call.name.as_str();
        let is_given = |path: &String| made.object(0).is_some_and(|object| object.name == *path);
        READS.contains(&name) && made.value().is_some_and(|n| n > 0) && args.iter().any(is_given)
    });
    if let Some(made) = has_read {
        let path = made.object(0).map_or("", |object| object.name.as_str());
        let failure = Failure::new(format!("it has read from {path}")).showing(made.enter);
        return Err(failure.hint(REFUSING).into());
    }
    observed.limited(REFUSING)?;
    let failure = match recording.outcome() {
        Some((_, ExitStatus::Code(1))) if recording.received(Stream::Stderr).is_empty() => {
            Failure::new("it exits with status 1, and says nothing on standard error")
        }
        Some((_, ExitStatus::Code(1))) if observed.count() > 0 => {
            Failure::new("it has written lines, and then exits with status 1")
        }
        Some((_, ExitStatus::Code(1))) => return Ok(Pass::default()),
        Some((_, status)) => {
            Failure::new(format!("it {}, and not with status 1", sight::how(status)))
        }
        None => Failure::new("its first process was not seen to end"),
    };
    Err(observed.with_end(failure).hint(REFUSING).into())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, story};
    use super::*;

    const RIGHT: &str = r#"
        2 openat(AT_FDCWD, "/lab/a", O_RDONLY|O_NONBLOCK) = 3</lab/a [7]>
        2 openat(AT_FDCWD, "/lab/b", O_RDONLY|O_NONBLOCK) = -1 ENOENT
        * wrote "/lab/a" "a one\n"
        * stderr "/lab/b: not there\n"
        2 +++ exit 1
    "#;

    fn refuses(trace: &str) -> String {
        let mut story = story(&[("/lab/a", "a one\n")]);
        story.runs[0].args = vec!["/lab/a".to_owned(), "/lab/b".to_owned()];
        judged(says_not_a_fifo, &story, &[trace.to_owned()])
    }

    #[test]
    fn a_message_and_status_1_pass() {
        assert_eq!(refuses(RIGHT), "pass");
    }

    #[test]
    fn reading_first_fails() {
        let reads = RIGHT.replace(
            "* stderr",
            "3 read(3</lab/a [7]>, \"a one\\n\", 9) = 6\n* stderr",
        );
        assert_snapshot!(refuses(&reads), @r#"
        fail: it has read from /lab/a
          0.5 3 read(3</lab/a [7]>, "a one\n", 9) = 6
        hint: What do your names stand for, when do you know it of all of them, and what has been read by then?
        "#);
        let waits = reads.replace("= 6", "= -1 EAGAIN");
        assert_eq!(refuses(&waits), "pass");
    }

    #[test]
    fn another_status_and_silence_fail() {
        assert!(refuses(&RIGHT.replace("exit 1", "exit 0")).contains("status 0, and not with"));
        assert!(refuses(&RIGHT.replace("exit 1", "signal SIGABRT")).contains("SIGABRT"));
        let silent = RIGHT.replace("* stderr \"/lab/b: not there\\n\"", "");
        assert!(refuses(&silent).contains("says nothing on standard error"));
        let stuck = RIGHT.replace("2 +++ exit 1", "2 poll([], 2, -1) ...\n* limit exit 2000");
        assert!(refuses(&stuck).contains("blocked in poll"));
    }
}
