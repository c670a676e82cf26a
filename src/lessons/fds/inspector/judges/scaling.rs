//! Very many descriptors.

use crate::lessons::fds::inspector::experiments::CALLS_EACH;
use crate::lessons::fds::inspector::observed::Observed;
use crate::model::{Failure, Judgement, LimitKind, Objection, Pass, Trial};

/// Descriptors that the process has beside the many: its standard streams.
const STREAMS: u64 = 3;

/// Calls that a program may make once, whatever it looks at: its runtime's and its own.
const ONCE: u64 = 6000;

/// Fails if a run lists fewer descriptors than there are, takes more than 16 calls for each, or if
/// one more socket costs more than that.
///
/// Blind spot: what a helper does that was running before the program is not seen.
pub(in crate::lessons::fds::inspector) fn scales(trial: &Trial<'_>) -> Judgement {
    let mut counted: Vec<(u64, u64, u64)> = Vec::new();
    let hint = "Which of these calls would be enough once, and what would have to be kept of them?";
    for run in 0..trial.experiment.runs.len() {
        let observed = Observed::unlimited(trial, run)?;
        let Some((descriptors, sockets)) = observed.many else {
            observed.needs(false)?;
            return Err(Objection::Blind(
                "there were not many descriptors".to_owned(),
            ));
        };
        let calls = observed.recording.calls().count() as u64;
        let failed = |why: String| {
            let last = observed.recording.calls().collect::<Vec<_>>();
            let skipped = last.len().saturating_sub(6);
            let failure = Failure::new(why).hint(hint).figure("calls", calls as f64);
            last[skipped..]
                .iter()
                .fold(failure, |failure, made| failure.showing_in(run, made.enter))
        };
        let all = descriptors.saturating_add(STREAMS);
        let allowed = all.saturating_mul(CALLS_EACH).saturating_add(ONCE);
        let is_endless = matches!(observed.recording.limit(), Some((_, LimitKind::Events, _)));
        if is_endless || calls > allowed {
            let or_more = if is_endless { " and more" } else { "" };
            let why = format!("it makes {calls} calls{or_more} for {descriptors} descriptors");
            return Err(failed(why).into());
        }
        let observed = Observed::new(trial, run)?;
        observed.exits_0("which limit does it meet?")?;
        let listed = observed.lines().len() as u64;
        if listed != all {
            let why = format!("it lists {listed} of {all} descriptors");
            return Err(failed(why).into());
        }
        if let Some((before, few, _)) = counted.iter().find(|(.., all)| *all == descriptors) {
            let growth = calls.saturating_sub(*before);
            let more = sockets.saturating_sub(*few);
            if growth > more.saturating_mul(CALLS_EACH) {
                let why = format!(
                    "{more} of {descriptors} descriptors are sockets instead, and that costs {growth} \
                     more calls"
                );
                return Err(failed(why).into());
            }
        }
        counted.push((calls, sockets, descriptors));
    }
    let calls = counted.iter().map(|(calls, ..)| *calls).max();
    Ok(Pass::of("calls", calls.unwrap_or(0) as usize))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, judged, story};
    use super::*;
    use insta::assert_snapshot;

    /// A run on so many descriptors, of which so many are sockets, that takes so many calls.
    fn run(descriptors: usize, sockets: usize, calls: usize) -> String {
        let mut trace =
            format!("{START}* target \"many\\t{descriptors}\\t{sockets}\\n\"\n2 begin\n");
        for _ in 0..calls {
            trace.push_str("2 readlink(\"/proc/3/fd/3\") = 9\n");
        }
        let lines = r"3\n".repeat(descriptors + 3);
        trace + &format!("* stdout \"{lines}\"\n2 +++ exit 0\n")
    }

    fn said(runs: &[String]) -> String {
        let mut experiment = story();
        experiment.runs = vec![experiment.runs[0].clone(); runs.len()];
        judged(scales, &experiment, runs)
    }

    #[test]
    fn a_few_calls_each_pass() {
        assert_eq!(said(&[run(1000, 10, 4000), run(1000, 900, 6000)]), "pass");
    }

    #[test]
    fn many_calls_each_and_more_for_sockets_fail() {
        assert_snapshot!(said(&[run(100, 10, 16 * 103 + 6001)]), @r#"
        fail: it makes 7649 calls for 100 descriptors
          0.15289 2 readlink("/proc/3/fd/3") = 9
          0.15291 2 readlink("/proc/3/fd/3") = 9
          0.15293 2 readlink("/proc/3/fd/3") = 9
          0.15295 2 readlink("/proc/3/fd/3") = 9
          0.15297 2 readlink("/proc/3/fd/3") = 9
          0.15299 2 readlink("/proc/3/fd/3") = 9
        hint: Which of these calls would be enough once, and what would have to be kept of them?
        "#);
        assert_snapshot!(said(&[run(100, 10, 400), run(100, 60, 400 + 16 * 50 + 1)]), @r#"
        fail: 50 of 100 descriptors are sockets instead, and that costs 801 more calls
          1.2393 2 readlink("/proc/3/fd/3") = 9
          1.2395 2 readlink("/proc/3/fd/3") = 9
          1.2397 2 readlink("/proc/3/fd/3") = 9
          1.2399 2 readlink("/proc/3/fd/3") = 9
          1.2401 2 readlink("/proc/3/fd/3") = 9
          1.2403 2 readlink("/proc/3/fd/3") = 9
        hint: Which of these calls would be enough once, and what would have to be kept of them?
        "#);
    }

    #[test]
    fn a_list_that_stops_fails() {
        let short = run(100, 10, 400).replacen(r"3\n", "", 1);
        let verdict = said(&[short]);
        assert!(
            verdict.starts_with("fail: it lists 102 of 103"),
            "{verdict}"
        );
    }
}
