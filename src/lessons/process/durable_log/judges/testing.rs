//! Judging traces of a few lines.

use crate::lessons::process::durable_log::LOGFILE;
pub(super) use crate::lessons::testing::judged;
use crate::model::{Experiment, Run, Step};

/// How most traces begin: the log is opened as descriptor 3.
pub(super) const OPENED: &str = r#"
    2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>
    2 begin
    2 openat(AT_FDCWD, "/lab/records.log", O_RDWR|O_CREAT|O_APPEND, 0644) = 3</lab/records.log [9]>
"#;

/// An experiment whose runs are given these inputs.
pub(super) fn story(inputs: &[&str]) -> Experiment {
    let run = |input: &&str| Run {
        steps: vec![Step::Send(input.as_bytes().to_vec()), Step::CloseInput],
        ..Run::default()
    };
    Experiment {
        runs: inputs.iter().map(run).collect(),
        ..Experiment::default()
    }
}

impl Experiment {
    /// The log exists before the first run.
    pub(super) fn on_log(self, content: &str) -> Self {
        self.with_file(LOGFILE, content.as_bytes().to_vec())
    }
}

/// A trace that begins as most do.
pub(super) fn opened(rest: &str) -> Vec<String> {
    vec![format!("{OPENED}{rest}")]
}

mod hostile {
    use proptest::prelude::*;

    use super::{OPENED, story};
    use crate::lessons::process::durable_log::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"2 write(3</lab/records.log [9]>, "a\n", 2) = 2 @0"#,
        r#"2 write(3</lab/records.log [9]>, "bcd\n", 4) = 2 @18446744073709551615"#,
        r#"2 write(3</lab/records.log [9]>, "bcd\n", 4) = 9223372036854775807"#,
        r#"2 write(3</lab/records.log [9]>, "bcd\n"...100, 104) = -5"#,
        "2 write(3</lab/records.log [9]>) = 2",
        "2 fsync(3</lab/records.log [9]>) = 0",
        "2 fsync(3</lab/records.log [9]>) = -1 EIO (injected)",
        "2 fsync(4</lab [1]>) = -1 EIO (injected)",
        r#"2 write(1<pipe:[2]>, "ok 1\n", 5) = 5"#,
        r#"2 write(1<pipe:[2]>, "ok 2\nok 3\nok 4\n", 15) = 15"#,
        "2 ... write = 3",
        r#"2 write(1<pipe:[2]>, "ok 1\n", 5) ..."#,
        "2 !!! strike",
        "2 !!! 0",
        "2 --- SIGTERM",
        "2 +++ exit 0",
        "2 +++ exit 1",
        "2 +++ signal SIGTERM",
        r#"* stdout "ok 1\n""#,
        r#"* stdout "ok 1\nok 2\nok 3""#,
        r#"* stderr "x""#,
        r#"* file "/lab/records.log" "a\nbcd\n""#,
        r#"* file "/lab/records.log" "a\nb""#,
        r#"* file "/lab/records.log" """#,
        r#"* file "/lab/records.log" "a"...5"#,
        r#"* file "/lab/records.log" absent"#,
        "* limit exit 1500",
        r#"2 unlink("/lab/records.log") = 0"#,
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &["", OPENED],
            ("[ab\n]{0,4}", "[ab\n]{0,6}")
                .prop_map(|(log, input)| story(&[&input, "x\n"]).on_log(&log)),
        );
    }
}
