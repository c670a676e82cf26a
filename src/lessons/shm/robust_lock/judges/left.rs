//! What is there when all of its processes have ended.

use crate::lessons::shm::robust_lock::observed::Observed;
use crate::model::{Judgement, Pass, Trial};

/// Fails if a shared memory object, a semaphore, a message queue or a file other than the counter's
/// is left.
pub(in crate::lessons::shm::robust_lock) fn leaves_nothing(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    observed.limited("What is it waiting for, and who was to bring that about?")?;
    observed.left_nothing()?;
    Ok(Pass::default())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, story};
    use super::*;

    const RIGHT: &str = r#"
        2 +++ exit 0
        * left "/dev/shm" [ ]
        * left "/proc/sysvipc/sem" [ ]
        * left "/tmp" [ ]
        * left "/lab" [ "n" ]
    "#;

    fn leaves(trace: &str) -> String {
        judged(leaves_nothing, &story(5, 2, 2), &[trace.to_owned()])
    }

    #[test]
    fn the_counter_alone_passes() {
        assert_eq!(leaves(RIGHT), "pass");
    }

    #[test]
    fn anything_else_fails() {
        assert_snapshot!(leaves(&RIGHT.replace("shm\" [", "shm\" [ \"sem.lock\"")), @r#"
        fail: it has left /dev/shm/sem.lock
          0.1 * left "/dev/shm" [ "sem.lock" ]
        hint: What of it lives on when a process has ended, whoever it is, and who takes it away?
        "#);
        let object = RIGHT.replace("sem\" [", "sem\" [ \"0 1 600\"");
        assert!(leaves(&object).contains("a System V object, in /proc/sysvipc/sem: 0 1 600"));
        assert!(leaves(&RIGHT.replace("\"n\"", "\"n\" \"n.lock\"")).contains("left /lab/n.lock"));
        assert!(leaves("2 +++ exit 0\n").contains("lives on"));
    }
}
