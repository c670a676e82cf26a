//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
pub(super) use crate::lessons::testing::judged;
use crate::model::{Experiment, Run, Step};

/// An experiment in which this is written to these FIFOs.
pub(super) fn story(written: &[(&str, &str)]) -> Experiment {
    let steps = written
        .iter()
        .map(|(path, bytes)| Step::Write((*path).to_owned(), bytes.as_bytes().to_vec()));
    let run = Run {
        args: written.iter().map(|(path, _)| (*path).to_owned()).collect(),
        steps: steps.collect(),
        ..Run::default()
    };
    experiment("", run)
}

mod hostile {
    use proptest::strategy::Just;

    use super::story;
    use crate::lessons::shm::fan_in::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"* stdout "a one\n""#,
        r#"* stdout "\n\n""#,
        r#"* stdout "b on""#,
        r#"* stdout "\xff\x00\n""#,
        r#"* stderr "no""#,
        "* stdout closed",
        r#"* left "/lab" [ ]"#,
        "* passed 200",
        "* passed 2000",
        r#"* wrote "/lab/a" "a one\n""#,
        r#"* hung up "/lab/a""#,
        r#"2 exec "/submission/main" fds=0<pipe:[1]>,1<pipe:[2]> blocked=[] ignored=[]"#,
        r#"2 write(1<pipe:[2]>, "a one\n"...9, 15) = 9223372036854775807"#,
        r#"2 write(1<pipe:[2]>, "a one\n"...9, 15) = 9223372036854775807"#,
        r#"2 write(1<pipe:[2]>, "a", 1) ..."#,
        "2 ... write = -1 EPIPE",
        r#"3 read(3</lab/a [7]>, "a one\n", 9) = 9223372036854775807"#,
        "2 !!! 0",
        "2 fork 3",
        "3 +++ signal SIGKILL",
        "3 +++ exit 0",
        "2 +++ exit 0",
        "2 +++ exit 1",
        "2 +++ signal SIGPIPE",
        "* limit stuck 100",
        "* limit exit 2000",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &[""],
            Just(story(&[("/lab/a", "a one\n"), ("/lab/b", "\n\nb one")])),
        );
    }
}
