//! What a run costs, as a multiple of what another one costs.

use super::Held;
use crate::model::{Failure, Recording};

/// Fails if this run used more than so many times the processor time of the other one, and more than
/// what is forgiven in any case.
///
/// Blind spot: processes that nobody waited for.
pub(super) fn cost(recording: &Recording, other: &Recording, times: u64, free_ms: u64) -> Held {
    let (_, other_us) = other.processor_time()?;
    let (at, own_us) = recording.processor_time()?;
    let due_us = other_us
        .saturating_mul(times)
        .max(free_ms.saturating_mul(1000));
    if own_us <= due_us {
        return Ok(());
    }
    let why = format!(
        "this run cost {} ms of processor time, and the smaller one {} ms: more than {times} times as \
         much",
        own_us / 1000,
        other_us / 1000
    );
    Err(Failure::new(why)
        .showing(at)
        .figure("times", (own_us / other_us.max(1)) as f64)
        .hint("What is looked through at each step, and how long is it by then?")
        .into())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::said_of;
    use crate::model::Claim;

    fn cost(small_us: u64, large_us: u64) -> String {
        let claim = Claim::Cost {
            times: 24,
            of_run: 0,
            free_ms: 1000,
        };
        let trace = |us: u64| format!("2 usage cpu={us} maxrss=1\n2 +++ exit 0");
        said_of(claim, &[trace(small_us), trace(large_us)])
    }

    #[test]
    fn a_run_may_cost_its_share_and_a_second_in_any_case() {
        assert_eq!(cost(90_000, 2_000_000), "pass");
        assert_eq!(cost(0, 900_000), "pass");
        assert_snapshot!(cost(100_000, 6_400_000), @r"
        fail: this run cost 6400 ms of processor time, and the smaller one 100 ms: more than 24 times as much
          1.0 2 usage cpu=6400000 maxrss=1
        hint: What is looked through at each step, and how long is it by then?
        ");
    }

    #[test]
    fn what_was_not_measured_cannot_be_judged() {
        let claim = Claim::Cost {
            times: 1,
            of_run: 0,
            free_ms: 0,
        };
        let trace = || "2 +++ exit 0".to_owned();
        assert!(said_of(claim, &[trace(), trace()]).starts_with("blind"));
    }
}
