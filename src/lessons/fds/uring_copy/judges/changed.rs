//! Short results, and a source that changes while it is copied.

use super::refused::refused;
use crate::lessons::fds::uring_copy::experiments::{COPY, SOURCE};
use crate::lessons::fds::uring_copy::observed::Observed;
use crate::model::{Failure, InputKind, Judgement, Objection, Pass, Trial};

/// The status of a copy that cannot be made.
const FAILED: i32 = 1;

/// Fails unless DST is a beginning of the source, no shorter than the source was at any time and
/// no longer; or the program says that it cannot be copied, and leaves nothing. Where the file
/// system has no room for the last page, it must say so.
///
/// Blind spot: in which order completions came is the kernel's affair, and not to be chosen.
pub(in crate::lessons::fds::uring_copy) fn reaps_every_completion(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    if observed.to() != COPY {
        // What is left of it then is asked elsewhere.
        let says_so = observed
            .exited_with(FAILED)
            .and_then(|()| observed.said_why());
        says_so.map_err(|failure| {
            failure.hint("What does a write answer that finds room for a part of its bytes?")
        })?;
        return Ok(Pass::default());
    }
    let mut files = trial.experiment.files.iter();
    let before = files.find_map(|file| match &file.kind {
        InputKind::Made(content) if file.path == SOURCE => Some(content.len()),
        _ => None,
    });
    let before = before.ok_or_else(|| Objection::Blind("there was no source".to_owned()))?;
    let after = observed.resized().map_or(before, |(_, len)| len);
    if before == after || observed.status() != Some(FAILED) {
        is_beginning(&observed, before.min(after), before.max(after))?;
    } else {
        refused(
            &observed,
            FAILED,
            "What is left of a copy that was given up?",
        )?;
    }
    Ok(Pass::default())
}

/// Fails unless the program exited with 0 and DST is a beginning of the source with a length
/// between these two.
fn is_beginning(observed: &Observed<'_>, least: u64, most: u64) -> Result<(), Objection> {
    observed.exited_with(0).map_err(|failure| {
        failure.hint("What does a read answer at the end of a file, wherever that was before?")
    })?;
    let (at, found) = observed.likeness(COPY)?;
    let why = match found {
        None => "it exited with status 0, and DST does not exist".to_owned(),
        Some(found) if found.same < found.len => format!(
            "SRC had {least} to {most} bytes; DST has {}, and from byte {} on others than SRC \
             ever had there",
            found.len, found.same
        ),
        Some(found) if found.len < least => {
            format!(
                "DST ends after {} bytes; SRC never had less than {least}",
                found.len
            )
        }
        Some(found) if found.len > most => {
            format!(
                "DST has {} bytes; SRC never had more than {most}",
                found.len
            )
        }
        Some(_) => return Ok(()),
    };
    let failure = Failure::new(why)
        .hint("How many bytes did each read bring, and how many of them were written, and where?");
    let failure = observed.with_last_words(failure);
    Err(observed.in_order(observed.showing(failure, at)).into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{copying, judged};
    use super::*;
    use crate::lessons::fds::uring_copy::experiments;
    use insta::assert_snapshot;

    const CHANGED: &str = r#"
        2 exec "/submission/prog" fds= blocked=[] ignored=[]
        2 !!! 0
        * resized "/lab/source" 4096
        2 io_uring_enter(3, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1
        2 +++ exit 0
        * compared "/lab/copy" len=4096 same=4096
    "#;

    fn said(trace: &str) -> String {
        judged(reaps_every_completion, &copying(5000), &[trace.to_owned()])
    }

    #[test]
    fn all_that_was_there_at_some_time_passes() {
        for len in [4096, 4500, 5000] {
            let found = format!("len={len} same={len}");
            assert_eq!(said(&CHANGED.replace("len=4096 same=4096", &found)), "pass");
        }
    }

    #[test]
    fn giving_up_and_leaving_nothing_passes() {
        let given_up = CHANGED
            .replace("2 +++ exit 0", "* stderr \"it changes\\n\"\n2 +++ exit 1")
            .replace("len=4096 same=4096", "absent");
        assert_eq!(said(&given_up), "pass");
        let left = given_up.replace("absent", "len=9 same=9");
        assert!(said(&left).contains("left 9 bytes as DST behind"));
        let unchanged = given_up.replace("* resized", "# resized");
        assert!(said(&unchanged).contains("it exited with status 1 and not 0"));
    }

    #[test]
    fn bytes_that_never_were_there_fail() {
        let zeros = CHANGED.replace("len=4096", "len=5000");
        assert_snapshot!(said(&zeros), @r#"
        fail: SRC had 4096 to 5000 bytes; DST has 5000, and from byte 4096 on others than SRC ever had there
          0.1 2 !!! 0
          0.2 * resized "/lab/source" 4096
          0.3 2 io_uring_enter(3, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1
          0.5 2 +++ exit 0
          0.6 * compared "/lab/copy" len=5000 same=4096
        hint: How many bytes did each read bring, and how many of them were written, and where?
        "#);
        let short = CHANGED.replace("len=4096 same=4096", "len=4095 same=4095");
        assert!(said(&short).contains("SRC never had less than 4096"));
        let long = CHANGED.replace("len=4096 same=4096", "len=5001 same=5001");
        assert!(said(&long).contains("SRC never had more than 5000"));
    }

    #[test]
    fn a_disk_without_the_last_page_is_full() {
        let full = experiments::changing(7).remove(0);
        let trace = r#"
            2 exec "/submission/prog" fds= blocked=[] ignored=[]
            * stderr "full\n"
            2 +++ exit 1
            * compared "/lab/disk/copy" absent
        "#;
        let said = |trace: &str| judged(reaps_every_completion, &full, &[trace.to_owned()]);
        assert_eq!(said(trace), "pass");
        let ignored = trace
            .replace("exit 1", "exit 0")
            .replace("absent", "len=9 same=9");
        assert!(said(&ignored).contains("it exited with status 0 and not 1"));
    }
}
