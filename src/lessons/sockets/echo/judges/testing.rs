//! Judging traces of a few lines.

use crate::lessons::testing::judged;
use crate::model::check::Judge;
use crate::model::{Endpoint, Experiment, Run, Step};

/// How every trace begins.
pub(super) const START: &str = r#"
    2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[] limits=NOFILE:1024:12000
    2 begin
    2 bind(3<socket:[5]>, {sa_family=AF_INET}, 16) = 0
"#;

fn experiment() -> Experiment {
    let run = Run {
        steps: vec![Step::AwaitListening(Endpoint::Tcp(20_001))],
        ..Run::default()
    };
    Experiment {
        runs: vec![run],
        ..Experiment::default()
    }
}

/// What the judge says of a server that listens and lives through these lines.
pub(super) fn judge(judge: Judge, lines: &str) -> String {
    let trace = format!("{START}* listening tcp:20001\n{lines}");
    judged(judge, &experiment(), &[trace])
}

/// What the judge says of this whole trace, as a trial of a sweep.
pub(super) fn judge_sweep(judge: Judge, trace: &str) -> String {
    judged(judge, &experiment().in_sweep(), &[trace.to_owned()])
}
