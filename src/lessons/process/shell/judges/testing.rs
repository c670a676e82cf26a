//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
use crate::lessons::testing;
use crate::model::check::Judge;
use crate::model::{Experiment, Run};

/// An experiment with this run.
pub(super) fn story(run: Run) -> Experiment {
    experiment("", run)
}

/// What the judge says of the run with this trace, as text.
pub(super) fn judged(judge: Judge, experiment: &Experiment, trace: &str) -> String {
    testing::judged(judge, experiment, &[trace.to_owned()])
}

mod hostile {
    use proptest::sample::select;

    use crate::lessons::process::shell::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        "2 fork 3",
        "3 fork 2",
        "2 thread 4",
        r#"3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>"#,
        r#"3 exec "/actor" fds=0<pipe:[1]>,7<?>,1<pipe:[2]> ignored=[PIPE]"#,
        r#"4 exec "/actor" blocked=[CHLD RT_0]"#,
        r#"2 exec "/actor""#,
        r#"2 state "" fds=0<pipe:[1]>"#,
        r#"2 state "" fds=0<pipe:[1]>,5</x [3]>"#,
        "2 pipe2([3<pipe:[1]>, 7<pipe:[1]>], 0) = 0",
        "2 pipe2() = 0",
        "2 rt_sigaction(SIGPIPE, {sa_handler=SIG_IGN}, NULL, 8) = 0",
        "2 rt_sigprocmask() = 0",
        r#"2 write(1<pipe:[9]>, "y", 1) ..."#,
        "2 !!! strike",
        "7 !!! strike",
        "2 ... write = -1 EAGAIN (injected)",
        "3 --- SIGINT",
        "3 +++ signal SIGINT",
        "3 +++ exit 0",
        "2 +++ exit 0",
        "2 +++ exit 1 zombies 3",
        "2 +++ signal SIGSEGV",
        ". rest",
        ". rest zombies 3 4 9",
        r#"* stdin "\x03""#,
        r#"* stdin "/actor x\n""#,
        r#"* stdin "/actor exit $?\n""#,
        "* stdin closed",
        r#"* stdout "<a>\n""#,
        r#"* stdout "<status><3>\n""#,
        r#"* stdout "\xff\xfe"...7"#,
        r#"* stderr "x""#,
        r#"* file "/lab/out" "x"...5"#,
        r#"* file "/lab/out" absent"#,
        "* limit stuck 10",
        "* limit stopped 10",
        "* limit time 10000",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &[""],
            select(
                LAB.checks
                    .iter()
                    .flat_map(|check| (check.experiments)(7))
                    .collect::<Vec<_>>(),
            ),
        );
    }
}
