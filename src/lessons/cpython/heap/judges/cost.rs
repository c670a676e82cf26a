//! A long script costs as many times more than a short one as it is longer.

use crate::lessons::agreement::agrees_in;
use crate::lessons::cpython::heap::experiments::TIMES;
use crate::lessons::sight;
use crate::model::{Failure, Judgement, Pass, Trial};

/// How many times more than its share the long script may cost. Somebody for whom each line costs
/// as much as there are lines uses [`TIMES`] times more than that; memory that does not fit into
/// caches any more, and a busy machine, have not been seen to make it twice as much.
const PATIENCE: u64 = 3;

/// What the long script may cost in any case, microseconds: below this, a start or a page fault more
/// makes a difference.
const LITTLE_US: u64 = 1_000_000;

/// Fails if the long script reached a limit of the experiment's, or used more than three times its
/// share of processor time.
///
/// Blind spot: processes that nobody waited for.
pub(in crate::lessons::cpython::heap) fn stays_linear(trial: &Trial<'_>) -> Judgement {
    let hint = "What is looked through at each line, and how long is it by then?";
    agrees_in(trial, 0, hint)?;
    agrees_in(trial, 1, hint)?;
    let (_, short_us) = sight::recording(trial, 0)?.processor_time()?;
    let (at, long_us) = sight::recording(trial, 1)?.processor_time()?;
    let due_us = short_us
        .saturating_mul(TIMES as u64)
        .saturating_mul(PATIENCE)
        .max(LITTLE_US);
    match long_us > due_us {
        false => Ok(Pass::of(
            "times the cost of the short script",
            (long_us / short_us.max(1)) as usize,
        )),
        true => Err(Failure::new(format!(
            "a script that is {TIMES} times as long cost {} times as much processor time: {} ms, and \
             the short one {} ms",
            long_us / short_us.max(1),
            long_us / 1000,
            short_us / 1000,
        ))
        .showing_in(1, at)
        .hint(hint)
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::lessons::stories::experiment;
    use crate::lessons::testing::judged;
    use crate::model::{Expected, Run};

    fn cost(short_us: u64, long_us: u64) -> String {
        let run = || Run {
            expects: vec![Expected::Status(0)],
            ..Run::default()
        };
        let trace = |us: u64| format!("2 usage cpu={us} maxrss=1\n2 +++ exit 0");
        judged(
            stays_linear,
            &experiment("two scripts", run()).then(run()),
            &[trace(short_us), trace(long_us)],
        )
    }

    #[test]
    fn what_grows_as_the_script_does_passes() {
        assert_eq!(cost(90_000, 720_000), "pass");
        assert_eq!(cost(90_000, 1_900_000), "pass");
        assert_eq!(cost(0, 900_000), "pass");
    }

    #[test]
    fn what_grows_as_its_square_fails() {
        assert_snapshot!(cost(100_000, 6_400_000), @r"
        fail: a script that is 8 times as long cost 64 times as much processor time: 6400 ms, and the short one 100 ms
          1.0 2 usage cpu=6400000 maxrss=1
        hint: What is looked through at each line, and how long is it by then?
        ");
    }

    #[test]
    fn what_was_not_measured_cannot_be_judged() {
        let runs = experiment("two scripts", Run::default()).then(Run::default());
        let trace = || "2 +++ exit 0".to_owned();
        assert_snapshot!(judged(stays_linear, &runs, &[trace(), trace()]), @"blind: what it used up was not recorded");
    }
}
