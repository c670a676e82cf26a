//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
use crate::lessons::testing;
use crate::model::check::Judge;
use crate::model::{Experiment, Run};

/// How every trace begins.
const STARTED: &str = "
    2 exec \"/submission/prog\" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[HUP]
    2 begin
";

/// A trace that begins as all do.
pub(super) fn started(rest: &str) -> String {
    format!("{STARTED}{rest}")
}

/// A trace in which CMD has begun, as process 3.
pub(super) fn running(rest: &str) -> String {
    started(&format!("2 fork 3\n3 exec \"/actor\"\n{rest}"))
}

/// An experiment whose CMD is these words.
pub(super) fn story(command: &[&str]) -> Experiment {
    let args = std::iter::once(&"--").chain(command);
    let run = Run {
        args: args.map(|&word| word.to_owned()).collect(),
        ..Run::default()
    };
    experiment("", run)
}

/// What the judge says of a run with this trace, as text.
pub(super) fn judged(judge: Judge, experiment: &Experiment, trace: &str) -> String {
    testing::judged(judge, experiment, &[trace.to_owned()])
}

mod hostile {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::{STARTED, story};
    use crate::lessons::process::reaper::LAB;
    use crate::lessons::testing;
    use crate::model::Step;
    use crate::model::experiment::ACTOR;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        "2 fork 3",
        "3 fork 4",
        "4 fork 3",
        "3 fork 3",
        "4 thread 2",
        "4 fork 5",
        "2 exec \"/actor\" fds=0<pipe:[1]>,1<?> blocked=[TERM] ignored=[PIPE]",
        "3 exec \"/actor\" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>",
        "3 exec \"/bin/sh\"",
        "2 prctl(PR_SET_CHILD_SUBREAPER, 1) = 0",
        "2 prctl() = 0",
        "2 wait4(-1, NULL, 0, NULL) = 4",
        "2 write(1<pipe:[2]>, \"x\", 1) ...",
        "2 ... write = -1 EINTR (injected)",
        "2 kill(3, SIGTERM) = 0",
        "2 kill(-9223372036854775808, SIGUSR1) = 0",
        "2 kill() = 0",
        r#"3 write(1<pipe:[2]>, "argument \"x\"\n", 13) = 9223372036854775807"#,
        r#"3 write(1<pipe:[2]>, "input \"\"\n"...5, 13) = -9"#,
        "3 write(1) = 1",
        "2 !!! strike",
        "3 !!! strike",
        "* stdin \"now\\n\"",
        "* signal SIGTERM",
        "* signal SIGUSR1",
        "2 --- SIGTERM",
        "3 --- SIGTERM",
        "3 --- SIGUSR1",
        "3 rt_sigreturn() = 0",
        "4 +++ exit 0 zombies 5",
        "3 +++ exit 7",
        "3 +++ signal SIGTERM",
        "2 +++ exit 7",
        "2 +++ signal SIGTERM",
        ". rest zombies 4",
        ". zombies 3 4 5",
        "* passed 100",
        "* passed 2000",
        "* limit stuck 10",
        "* limit exit 1500",
        "* stderr \"x\"",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &["", STARTED],
            select(vec![&[][..], &[ACTOR, "report", "x"]]).prop_map(|command| {
                let mut experiment = story(command);
                experiment.runs[0].steps.push(Step::Send(b"x".to_vec()));
                experiment
            }),
        );
    }
}
