//! Judging traces of a few lines.

use crate::lessons::testing::judged;
use crate::model::{Claim, Experiment, Run, Stated};

/// What is said of a run with this claim and this trace.
pub(super) fn said(claim: Claim, trace: &str) -> String {
    said_of(claim, &[trace.to_owned()])
}

/// The same of the last of several runs.
pub(super) fn said_of(claim: Claim, traces: &[String]) -> String {
    let mut runs = vec![Run::default(); traces.len()];
    let hint = String::new();
    runs[traces.len() - 1].claims = vec![Stated { claim, hint }];
    let experiment = Experiment {
        runs,
        ..Experiment::default()
    };
    judged(super::judge, &experiment, traces)
}
