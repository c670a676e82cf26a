//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
pub(super) use crate::lessons::testing::judged;
use crate::model::{Expected, Experiment, Run};

/// An experiment in which these lines are to be answered like this.
pub(super) fn story(lines: &[(&str, &str)]) -> Experiment {
    let expects = lines.iter().map(|(line, answer)| Expected::Output {
        line: (*line).to_owned(),
        any_of: vec![answer.as_bytes().to_vec()],
    });
    let run = Run {
        expects: expects.collect(),
        ..Run::default()
    };
    experiment("", run)
}

impl Experiment {
    /// This is in a file at the end.
    pub(super) fn leaves(mut self, path: &str, content: &str) -> Self {
        for run in &mut self.runs {
            run.expects.push(Expected::File {
                line: String::new(),
                path: path.to_owned(),
                content: content.as_bytes().to_vec(),
            });
        }
        self
    }
}

mod hostile {
    use proptest::strategy::Just;

    use super::story;
    use crate::lessons::fds::leak_clinic::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"* stdin "ping\n""#,
        r#"* stdin "log x\n""#,
        r#"* stdout "ok\n""#,
        r#"* stdout "error\nok 0 0\n""#,
        r#"* stderr "x""#,
        "* measured memory=1 tasks=1 descriptors=4",
        "* measured memory=1 tasks=1 descriptors=400",
        r#"2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 4</lab/a [8]>"#,
        r#"2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = -1 EMFILE (injected)"#,
        "2 openat(AT_FDCWD) = 2147483647",
        "2 close(4</lab/a [8]>) = 0",
        "2 dup2(4, -1) = 9223372036854775807",
        "2 close_range(3, 4294967295, 0) = 0",
        "2 pipe2([5, 6], O_CLOEXEC) = 0",
        "2 socketpair(AF_UNIX, SOCK_STREAM, 0, ?) = 0",
        "2 fork 3",
        r#"3 exec "/actor" fds=0</dev/null>,5<pipe:[1]>"#,
        r#"3 exec "/actor" fds="#,
        "2 !!! strike",
        "3 !!! strike",
        "2 +++ exit 0",
        "2 +++ signal SIGSEGV",
        "* limit stuck 100",
        "* stdin closed",
        r#"* file "/lab/app.log" "x\n""#,
        r#"* file "/lab/b" absent"#,
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        let lines = [
            ("ping", "ok"),
            ("log x", "ok"),
            ("run exec /actor", "ok 0 0"),
            ("copy a b", "ok"),
        ];
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &[""],
            Just(story(&lines).leaves("/lab/b", "y")),
        );
    }
}
