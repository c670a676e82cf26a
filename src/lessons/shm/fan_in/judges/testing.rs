//! Judging traces of a few lines.

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
    Experiment {
        runs: vec![run],
        ..Experiment::default()
    }
}

mod hostile {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::{judged, story};
    use crate::lessons::shm::fan_in::LAB;
    use crate::lessons::testing::hostile_trace;

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

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_recording_makes_a_judge_panic(picks in prop::collection::vec(any::<Index>(), 0..16)) {
            let experiment = story(&[("/lab/a", "a one\n"), ("/lab/b", "\n\nb one")]);
            let trace = hostile_trace("", LINES, &picks);
            for check in LAB.checks {
                let verdict = judged(check.judge, &experiment, std::slice::from_ref(&trace));
                prop_assert!(!verdict.ends_with("hint: "), "{}: {verdict}", check.id);
            }
        }
    }
}
