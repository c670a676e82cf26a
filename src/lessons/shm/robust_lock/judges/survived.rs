//! One process is killed, and the others go on.

use crate::lessons::shm::robust_lock::observed::Observed;
use crate::lessons::sight;
use crate::model::recording::{FIRST, STRIKE};
use crate::model::{Failure, Judgement, Pass, Trial};

/// What is asked where they do not.
const DEAD: &str = "Who takes the lock from one who is dead, who is told of it, and what is there in \
                    the counter by then?";

/// Fails unless the others finish after one of them was killed, the counter is what they and the
/// finished additions of the dead one make, the status is 1, and nothing is left.
///
/// Blind spot: whether the dead one had finished its addition when it was killed elsewhere than at
/// the counter. Both sums are right then.
pub(in crate::lessons::shm::robust_lock) fn survives_a_dead_holder(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let kill = match trial.experiment.sweep.is_some() {
        true => STRIKE,
        false => 0,
    };
    let Some(struck) = observed.struck(kill) else {
        // Whoever waits more, stores more: there may be fewer stores than were counted.
        if sight::is_unstruck(trial) {
            observed.limited(DEAD)?;
            return Ok(Pass::default());
        }
        let failure = Failure::new("none of its processes stores to COUNTERFILE in memory");
        let hint = "Where is the counter while the processes add to it?";
        return Err(observed.with_end(failure).hint(hint).into());
    };
    if struck.task == FIRST {
        if struck.is_addition {
            let why = "its first process adds to the counter itself, and is killed at it";
            let hint = "Who is there to see how the others ended?";
            return Err(observed.with_end(Failure::new(why)).hint(hint).into());
        }
        return Ok(Pass::default());
    }
    observed.limited(DEAD)?;
    let asked = &observed.asked;
    let survivors = asked.processes.saturating_sub(1);
    let least = asked
        .value
        .wrapping_add(survivors.wrapping_mul(asked.times));
    let due: Vec<u64> = (0..=asked.times.min(64))
        .map(|done| least.wrapping_add(done))
        .collect();
    observed.counts(&due, DEAD)?;
    observed.exits_with(1, "Who learns that one of them was killed, and from whom?")?;
    observed.left_nothing()?;
    Ok(Pass::default())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, story};
    use super::*;

    const RIGHT: &str = r#"
        2 fork 3
        2 fork 4
        2 fork 5
        3 store("/lab/n", 0) ...
        3 !!! strike
        3 +++ signal SIGKILL
        4 +++ exit 0
        5 +++ exit 0
        * stderr "one is dead\n"
        * stdout "7\n"
        2 +++ exit 1
        * left "/dev/shm" [ ]
        * left "/lab" [ "n" ]
        * file "/lab/n" "\x07\x00\x00\x00\x00\x00\x00\x00"
    "#;

    fn survives(trace: &str) -> String {
        let experiment = story(5, 3, 1).in_sweep();
        judged(survives_a_dead_holder, &experiment, &[trace.to_owned()])
    }

    #[test]
    fn the_sum_of_the_survivors_passes_and_so_does_one_more() {
        assert_eq!(survives(RIGHT), "pass");
        let one_more = RIGHT.replace("\"7", "\"8").replace("\\x07", "\\x08");
        assert_eq!(survives(&one_more), "pass");
    }

    #[test]
    fn another_sum_another_status_or_something_left_fails() {
        let lost = RIGHT.replace("\"7", "\"6").replace("\\x07", "\\x06");
        assert_snapshot!(survives(&lost), @r#"
        fail: the counter was 5, and is 6 after 3 processes were to add 1 once each: 7 or 8 is right
          0.3 3 store("/lab/n", 0) = ?
          0.4 3 !!! strike
          0.5 3 +++ signal SIGKILL
          0.8 * stderr "one is dead\n"
          0.10 2 +++ exit 1
        hint: Who takes the lock from one who is dead, who is told of it, and what is there in the counter by then?
        "#);
        let twice = RIGHT.replace("\"7", "\"9").replace("\\x07", "\\t");
        assert!(survives(&twice).contains("and is 9"));
        assert!(survives(&RIGHT.replace("exit 1", "exit 0")).contains("and not with status 1"));
        assert!(
            survives(&RIGHT.replace("shm\" [", "shm\" [ \"sem.x\"")).contains("/dev/shm/sem.x")
        );
    }

    #[test]
    fn waiting_for_the_dead_fails() {
        let waits = RIGHT
            .replace("4 +++ exit 0", "4 futex(0x1000, FUTEX_WAIT, 2, NULL) ...")
            .replace("2 +++ exit 1", "* limit stuck 400");
        assert!(
            survives(&waits).contains("blocked in futex"),
            "{}",
            survives(&waits)
        );
    }

    #[test]
    fn only_additions_must_not_be_the_first_process_own() {
        let first = RIGHT
            .replace("3 store", "2 store")
            .replace("3 !!!", "2 !!!");
        assert!(survives(&first).contains("its first process adds"));
        assert_eq!(
            survives(&first.replace("/lab/n\", 0", "/dev/zero\", 0")),
            "pass"
        );
    }

    #[test]
    fn a_point_that_did_not_come_passes_and_a_counter_elsewhere_fails() {
        let unstruck = RIGHT.replace("3 !!! strike", "");
        assert_eq!(survives(&unstruck), "pass");
        let plain = judged(survives_a_dead_holder, &story(5, 3, 1), &[unstruck]);
        assert!(plain.contains("none of its processes stores"));
    }
}
