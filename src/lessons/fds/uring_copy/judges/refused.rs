//! Copies that cannot be made: a message, a status, and nothing left behind.

use super::copied::is_copied;
use crate::lessons::fds::uring_copy::experiments::SOURCE;
use crate::lessons::fds::uring_copy::observed::Observed;
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// The status of a copy that cannot be made, and the one where there is no ring.
const FAILED: i32 = 1;
const NO_RING: i32 = 3;

/// Fails unless the program exits with 1 and a message, leaves no DST, and leaves SRC as it was;
/// or if what it left behind is in the way of the next copy.
pub(in crate::lessons::fds::uring_copy) fn says_why_not(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    is_intact(&observed)?;
    refused(
        &observed,
        FAILED,
        "Which completion tells of it, and who looks at that one?",
    )?;
    if trial.experiment.runs.len() > 1 {
        let hint = "What of the copy that failed is still there, and under which name?";
        is_copied(&Observed::new(trial, 1)?, hint).map_err(|objection| match objection {
            Objection::Fail(failure) => {
                let why = format!("after a copy that failed, one that fits: {}", failure.why);
                Failure { why, ..failure }.hint(hint).into()
            }
            other => other,
        })?;
    }
    Ok(Pass::default())
}

/// Fails unless the program exits with 3 and a message, and leaves no DST.
pub(in crate::lessons::fds::uring_copy) fn says_no_ring(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    refused(
        &observed,
        NO_RING,
        "Which call tells that there is no ring, and what comes before it?",
    )?;
    Ok(Pass::default())
}

/// Fails unless it exited like this, with a message, and without a DST that was not there before.
pub(super) fn refused(observed: &Observed<'_>, status: i32, hint: &str) -> Result<(), Objection> {
    observed
        .exited_with(status)
        .and_then(|()| observed.said_why())
        .map_err(|failure| failure.hint(hint))?;
    let path = observed.to();
    if path == SOURCE || observed.content(path).is_none() {
        return Ok(());
    }
    match observed.likeness(path)? {
        (_, None) => Ok(()),
        (at, Some(found)) => {
            let why = format!(
                "it said that it could not, and left {} bytes as DST behind",
                found.len
            );
            let failure =
                observed.with_last_words(Failure::new(why).hint(
                    "What will the next program take this file for, and who could remove it?",
                ));
            Err(observed.in_order(observed.showing(failure, at)).into())
        }
    }
}

/// Fails if the source is not what it was.
fn is_intact(observed: &Observed<'_>) -> Result<(), Objection> {
    let Some(content) = observed.content(SOURCE) else {
        return Ok(());
    };
    let (at, found) = observed.likeness(SOURCE)?;
    let why = match found {
        Some(found) if found.len == content.len() && found.same == found.len => return Ok(()),
        Some(found) => format!("SRC had {} bytes, and now has {}", content.len(), found.len),
        None => "SRC is gone".to_owned(),
    };
    let failure = observed.with_last_words(
        Failure::new(why).hint("How does one tell that two names are names of one file?"),
    );
    Err(observed.in_order(observed.showing(failure, at)).into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{copying, judged};
    use super::*;
    use crate::lessons::fds::uring_copy::experiments;
    use insta::assert_snapshot;

    const START: &str = "2 exec \"/submission/prog\" fds= blocked=[] ignored=[]\n";
    const NO_RING_SAID: &str = r#"
        2 io_uring_setup(8, {flags=0}) ...
        2 !!! 0
        2 ... io_uring_setup = -1 ENOSYS (injected)
        * stderr "no ring\n"
        2 +++ exit 3
        * compared "/lab/copy" absent
    "#;

    fn no_ring(trace: &str) -> String {
        judged(says_no_ring, &copying(5000), &[format!("{START}{trace}")])
    }

    #[test]
    fn status_3_a_message_and_no_file_pass() {
        assert_eq!(no_ring(NO_RING_SAID), "pass");
    }

    #[test]
    fn an_empty_file_left_behind_fails() {
        let left = NO_RING_SAID.replace("absent", "len=0 same=0");
        assert_snapshot!(no_ring(&left), @r#"
        fail: it said that it could not, and left 0 bytes as DST behind
          0.1 2 io_uring_setup(8, {flags=0}) = -1 ENOSYS (injected)
          0.2 2 !!! 0
          0.4 * stderr "no ring\n"
          0.5 2 +++ exit 3
          0.6 * compared "/lab/copy" len=0 same=0
        hint: What will the next program take this file for, and who could remove it?
        "#);
    }

    #[test]
    fn another_status_and_silence_fail() {
        assert_snapshot!(no_ring(&NO_RING_SAID.replace("exit 3", "exit 1")), @r#"
        fail: it exited with status 1 and not 3
          0.1 2 io_uring_setup(8, {flags=0}) = -1 ENOSYS (injected)
          0.2 2 !!! 0
          0.4 * stderr "no ring\n"
          0.5 2 +++ exit 1
        hint: Which call tells that there is no ring, and what comes before it?
        "#);
        let silent = NO_RING_SAID.replace("* stderr", "# stderr");
        assert!(no_ring(&silent).contains("it said nothing on standard error"));
    }

    #[test]
    fn a_source_that_was_cut_off_fails() {
        let mut same = copying(5000);
        same.runs[0].args[1] = SOURCE.to_owned();
        same.runs[0].compare[0].0 = SOURCE.to_owned();
        let trace =
            format!("{START}* stderr \"oops\\n\"\n2 +++ exit 1\n* compared \"/lab/source\"");
        let said = |found: &str| judged(says_why_not, &same, &[format!("{trace} {found}")]);
        assert_eq!(said("len=5000 same=5000"), "pass");
        assert_snapshot!(said("len=0 same=0"), @r#"
        fail: SRC had 5000 bytes, and now has 0
          0.1 * stderr "oops\n"
          0.2 2 +++ exit 1
          0.3 * compared "/lab/source" len=0 same=0
        hint: How does one tell that two names are names of one file?
        "#);
        assert!(said("absent").contains("SRC is gone"));
    }

    #[test]
    fn what_is_in_the_way_of_the_next_copy_fails() {
        let full = experiments::impossible(7).pop().unwrap();
        let first = format!(
            "{START}* stderr \"full\\n\"\n2 +++ exit 1\n* compared \"/lab/disk/copy\" absent\n"
        );
        let len = full.runs[1].compare[0].1.len();
        let second =
            format!("{START}2 +++ exit 0\n* compared \"/lab/disk/copy\" len={len} same={len}\n");
        let said = |second: &str| judged(says_why_not, &full, &[first.clone(), second.to_owned()]);
        assert_eq!(said(&second), "pass");
        let refused = second.replace("exit 0", "exit 1");
        assert!(said(&refused).contains("after a copy that failed, one that fits"));
    }
}
