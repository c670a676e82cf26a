//! What the program prints.

use super::super::runs::{self, how, said};
use crate::gpu::host::Fact;
use crate::gpu::host::facts::End;
use crate::model::{Failure, Judgement, Pass, Trial};

/// The sum that `prog N` prints: a[i] is i mod 1000, and b[i] is i mod 7.
pub(super) fn sum_of(n: u64) -> f64 {
    (0..n).map(|i| (i % 1000 + i % 7) as f64).sum()
}

/// What a run's program was asked for.
fn asked(trial: &Trial<'_>, run: usize) -> u64 {
    let run = trial.experiment.runs.get(run);
    run.and_then(|run| run.args.first()?.parse().ok())
        .unwrap_or(0)
}

/// Whether the program printed the sum, and nothing else.
pub(super) fn is_right(end: &End, n: u64) -> bool {
    end.stdout.trim().parse::<f64>().ok() == Some(sum_of(n))
}

/// Why a run's end is not as it should be, if it is not.
fn wrong(end: &End, n: u64) -> Option<String> {
    if end.status != Some(0) {
        return Some(format!("`prog {n}` {}{}", how(end), said(end)));
    }
    (!is_right(end, n)).then(|| {
        let printed = end.stdout.trim();
        let printed: String = printed.chars().take(200).collect();
        match printed.is_empty() {
            true => format!("`prog {n}` prints nothing instead of {}", sum_of(n)),
            false => format!("`prog {n}` prints {printed} instead of {}", sum_of(n)),
        }
    })
}

/// Fails on the first number for which the sum is wrong, or whose kernel does something wrong, where work is
/// done as soon as it is issued.
///
/// Blind spot: a program that adds on the host; [`overlaps`](super::overlaps) sees what it issues.
pub(in crate::lessons::gpu::host) fn computes(trial: &Trial<'_>) -> Judgement {
    for run in 0..trial.experiment.runs.len() {
        let n = asked(trial, run);
        let (start, end) = runs::only(trial, run)?;
        if let Some(mistake) = start.kernel_fault() {
            let why = format!("in `prog {n}`, {mistake}");
            return Err(Failure::new(why)
                .hint("How many elements has each vector, and which one does the last thread take?")
                .into());
        }
        if let Some(why) = wrong(&end, n) {
            return Err(Failure::new(why)
                .hint("Which elements does each half have, and what becomes of the last one?")
                .into());
        }
    }
    Ok(Pass::of("sums", trial.experiment.runs.len()))
}

/// Fails on the first number for which the sum is wrong when all work is done as late as CUDA allows, and where
/// no order is asked for, in the less fortunate one.
///
/// Blind spot: orders in which the streams take turns within their work.
pub(in crate::lessons::gpu::host) fn waits_before_reading(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "What does it wait for before it reads, and what says that all it needs has been done by then?";
    for run in 0..trial.experiment.runs.len() {
        let n = asked(trial, run);
        let (start, end) = runs::only(trial, run)?;
        let unwritten = start.facts.iter().find_map(|fact| match fact {
            Fact::ReadUnwritten { bytes, .. } => Some(*bytes),
            _ => None,
        });
        let why = match (wrong(&end, n), unwritten, start.kernel_fault()) {
            (None, None, None) => continue,
            (Some(why), _, None) => why,
            (_, _, Some(mistake)) => format!("in `prog {n}`, {mistake}"),
            (None, Some(bytes), None) => format!(
                "`prog {n}` copies {bytes} bytes out of the device that nothing has written by then"
            ),
        };
        let why = format!("where work is done as late as CUDA allows, {why}");
        return Err(Failure::new(why).hint(HINT).into());
    }
    Ok(Pass::of("sums", trial.experiment.runs.len()))
}
