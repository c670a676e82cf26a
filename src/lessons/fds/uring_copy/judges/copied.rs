//! The copy is the source: contents, permission bits, and nothing beyond.

use crate::lessons::fds::uring_copy::experiments::SOURCE;
use crate::lessons::fds::uring_copy::observed::Observed;
use crate::model::{Failure, Judgement, Mode, Objection, Pass, Trial};

/// The bits of st_mode that say what it is, and those that say who may do what; inode(7).
const KIND: u32 = libc::S_IFMT;
const PERMISSIONS: u32 = 0o777;

/// Fails unless the program exits with 0 and DST is then a file of its own with the contents and
/// the permission bits of SRC.
///
/// Blind spot: set-user-ID and other bits beyond the nine are nobody's business.
pub(in crate::lessons::fds::uring_copy) fn copies(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    is_copied(
        &observed,
        "What came of each operation, and does something account for every byte?",
    )?;
    let from = trial.experiment.runs[0].args.first();
    let from = observed.modes(from.map_or(SOURCE, String::as_str));
    let to = observed.modes(observed.to());
    let (Some((_, Some(from))), Some((at, Some(to)))) = (from.first(), to.last()) else {
        return Err(Objection::Blind("the modes were not seen".to_owned()));
    };
    is_own_file(from, to).map_err(|failure| observed.in_order(observed.showing(failure, *at)))?;
    Ok(Pass::default())
}

fn is_own_file(from: &Mode, to: &Mode) -> Result<(), Failure> {
    if to.mode & KIND != libc::S_IFREG || to.inode == from.inode {
        return Err(
            Failure::new("DST is no file of its own, but another name of SRC")
                .hint("What happens to a copy if somebody writes to the original?"),
        );
    }
    let (wanted, got) = (from.mode & PERMISSIONS, to.mode & PERMISSIONS);
    if wanted != got {
        let why = format!("DST has the permission bits {got:03o}, and SRC has {wanted:03o}");
        return Err(Failure::new(why).hint(
            "Who says which permissions a new file has, and are they bytes of the old one?",
        ));
    }
    Ok(())
}

/// Fails unless DST is then exactly what SRC is, although something longer was there before.
///
/// Blind spot: the permission bits of a DST that existed are nobody's business.
pub(in crate::lessons::fds::uring_copy) fn replaces_whole(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    is_copied(
        &observed,
        "What is in the file behind the last byte that was written?",
    )?;
    Ok(Pass::default())
}

/// Fails unless the program exited with 0 and DST has the contents of SRC.
pub(super) fn is_copied(observed: &Observed<'_>, hint: &str) -> Result<(), Objection> {
    observed.exited_with(0).map_err(|failure| {
        failure.hint("What does it say, and from which operation did that come?")
    })?;
    let path = observed.to();
    let Some(content) = observed.content(path) else {
        return Err(Objection::Blind(format!("{path} was not compared")));
    };
    let (at, found) = observed.likeness(path)?;
    let wanted = content.len();
    let why = match found {
        Some(found) if found.len == wanted && found.same == wanted => return Ok(()),
        None => "it exited with status 0, and DST does not exist".to_owned(),
        Some(found) if found.same < found.len.min(wanted) => {
            format!("DST differs from SRC at byte {} of {wanted}", found.same)
        }
        Some(found) if found.len < wanted => {
            format!("DST ends after {} of {wanted} bytes", found.len)
        }
        Some(found) => format!(
            "DST has {} bytes, and SRC only {wanted}: there is a tail",
            found.len
        ),
    };
    let failure = observed.with_last_words(Failure::new(why).hint(hint));
    Err(observed.in_order(observed.showing(failure, at)).into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{copying, judged};
    use super::*;
    use insta::assert_snapshot;

    const COPIED: &str = r#"
        * mode "/lab/source" 0100640 5
        * mode "/lab/copy" absent
        2 exec "/submission/prog" fds= blocked=[] ignored=[]
        2 +++ exit 0
        * mode "/lab/source" 0100640 5
        * mode "/lab/copy" 0100640 6
        * compared "/lab/copy" len=5000 same=5000
    "#;

    fn said(trace: &str) -> String {
        judged(copies, &copying(5000), &[trace.to_owned()])
    }

    #[test]
    fn the_same_bytes_and_bits_pass() {
        assert_eq!(said(COPIED), "pass");
        assert_eq!(
            judged(replaces_whole, &copying(5000), &[COPIED.to_owned()]),
            "pass"
        );
    }

    #[test]
    fn missing_and_wrong_bytes_fail() {
        let with = |found: &str| said(&COPIED.replace("len=5000 same=5000", found));
        assert_snapshot!(with("len=5000 same=4096"), @r#"
        fail: DST differs from SRC at byte 4096 of 5000
          0.3 2 +++ exit 0
          0.6 * compared "/lab/copy" len=5000 same=4096
        hint: What came of each operation, and does something account for every byte?
        "#);
        assert!(with("len=4096 same=4096").contains("DST ends after 4096 of 5000 bytes"));
        assert!(with("len=8192 same=5000").contains("there is a tail"));
        assert!(said(&COPIED.replace("len=5000 same=5000", "absent")).contains("does not exist"));
    }

    #[test]
    fn a_status_other_than_0_fails() {
        let trace = COPIED.replace("2 +++ exit 0", "* stderr \"no\\n\"\n2 +++ exit 1");
        assert_snapshot!(said(&trace), @r#"
        fail: it exited with status 1 and not 0
          0.3 * stderr "no\n"
          0.4 2 +++ exit 1
        hint: What does it say, and from which operation did that come?
        "#);
    }

    #[test]
    fn other_bits_and_another_name_of_the_source_fail() {
        let bits = COPIED.replace("copy\" 0100640", "copy\" 0100644");
        assert_snapshot!(said(&bits), @r#"
        fail: DST has the permission bits 644, and SRC has 640
          0.5 * mode "/lab/copy" 0100644 6
        hint: Who says which permissions a new file has, and are they bytes of the old one?
        "#);
        let linked = COPIED.replace("copy\" 0100640 6", "copy\" 0100640 5");
        assert!(said(&linked).contains("another name of SRC"));
        let symbolic = COPIED.replace("copy\" 0100640 6", "copy\" 0120777 6");
        assert!(said(&symbolic).contains("another name of SRC"));
    }

    #[test]
    fn what_was_not_seen_is_not_judged() {
        let unseen = COPIED.replace("* compared", "# compared");
        assert!(said(&unseen).starts_with("blind"));
    }
}
