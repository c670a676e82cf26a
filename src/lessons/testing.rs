//! Judging traces of a few lines.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::model::check::Judge;
use crate::model::{
    Arming, Experiment, Lab, Objection, Recording, Role, Strike, Sweep, Trial, Trigger,
};

impl Experiment {
    /// As a trial of a sweep.
    pub(in crate::lessons) fn in_sweep(mut self) -> Self {
        self.sweep = Some(Sweep {
            strikes: vec![Strike::KillTree],
            points: Trigger {
                calls: Vec::new(),
                on: Role::Any,
                armed: Arming::Start,
                first: 1,
                every: 0,
            },
        });
        self
    }
}

/// What the judge says of the runs with these traces, as text.
pub(crate) fn judged(judge: Judge, experiment: &Experiment, traces: &[String]) -> String {
    let runs: Vec<Recording> = traces.iter().map(|trace| trace.parse().unwrap()).collect();
    let trial = Trial {
        experiment,
        runs: &runs,
    };
    match judge(&trial) {
        Ok(_) => "pass".to_owned(),
        Err(Objection::Blind(why)) => format!("blind: {why}"),
        Err(Objection::Skipped(why)) => format!("skipped: {why}"),
        Err(Objection::Fail(failure)) => {
            let mut lines = vec![format!("fail: {}", failure.why)];
            for shown in &failure.evidence {
                let line = crate::model::text::event_line(&runs[shown.run], shown.event);
                lines.push(format!("  {}.{} {line}", shown.run, shown.event));
            }
            lines.push(format!("hint: {}", failure.hint));
            lines.join("\n")
        }
    }
}

/// Fails if a judge of this lab panics, or says no hint, given recordings that no program can produce:
/// any of `lines`, in any order, behind one of `starts`, of any of these experiments.
pub(crate) fn no_recording_makes_a_judge_panic(
    lab: &Lab,
    lines: &[&str],
    starts: &[&str],
    experiments: impl Strategy<Value = Experiment>,
) {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let picks = prop::collection::vec(any::<Index>(), 0..20);
    proptest!(config, |(
        runs in prop::collection::vec(picks, 1..=2),
        start in any::<Index>(),
        mut experiment in experiments,
        is_swept in any::<bool>(),
    )| {
        let start = starts[start.index(starts.len())];
        let mut traces: Vec<String> =
            runs.iter().map(|picks| hostile_trace(start, lines, picks)).collect();
        traces.truncate(experiment.runs.len().max(1));
        if is_swept {
            experiment = experiment.in_sweep();
        }
        for check in lab.checks {
            let verdict = judged(check.judge, &experiment, &traces);
            prop_assert!(!verdict.ends_with("hint: "), "{}: {verdict}", check.id);
        }
    });
}

/// A trace of these of `lines`, behind `start`: one that no program can produce.
pub(crate) fn hostile_trace(start: &str, lines: &[&str], picks: &[Index]) -> String {
    let mut is_in_write = false;
    let mut trace = start.to_owned();
    for pick in picks {
        let line = lines[pick.index(lines.len())];
        // A return must belong to something.
        if line.contains("... write") && !is_in_write {
            continue;
        }
        is_in_write = match line.contains("... write") {
            true => false,
            false => is_in_write || line.ends_with("..."),
        };
        trace.push_str(line);
        trace.push('\n');
    }
    trace
}
