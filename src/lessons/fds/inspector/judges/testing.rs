//! Judging traces of a few lines.

pub(super) use crate::lessons::testing::judged;
use crate::model::{Experiment, Run};

/// How every trace begins.
pub(super) const START: &str = r#"
    2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
"#;

/// An experiment about process 3.
pub(super) fn experiment() -> Experiment {
    let run = Run {
        args: vec!["3".to_owned()],
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

    use super::{START, experiment, judged};
    use crate::lessons::fds::inspector::LAB;
    use crate::lessons::testing::hostile_trace;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"* target "3\tfile\tr\t/a\n-4\tfile\tr\t/b\n+5\tfile\tr\t/c\n""#,
        r#"* target "many\t18446744073709551615\t1\n""#,
        r#"* target "many\t0\t0\n""#,
        r#"* target "many\tx\n\n\t\t\n3\n""#,
        r#"* target "not-here\t20000 descriptors\n""#,
        r#"* target """#,
        r#"* target "moved\n""#,
        r#"* stdout "3\tfile\tr\t/a\n""#,
        r#"* stdout "99999999999999999999\tfile\tr\t/a\n""#,
        r#"* stdout "\n\n\t\t\t\t\n""#,
        r#"* stdout "-3\t\xff\t\t""#,
        r#"* stderr "no\n""#,
        "2 !!! strike",
        "2 getdents64(3</proc/3/fd>) = 9",
        r#"2 readlink("/proc/3/fd/3") = -1 ENOENT"#,
        "2 begin",
        "2 +++ exit 0",
        "2 +++ exit 1",
        "2 +++ signal SIGSEGV",
        "* limit events 7",
        "* limit exit 1500",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_recording_makes_a_judge_panic(
            picks in prop::collection::vec(any::<Index>(), 0..14),
            is_started in any::<bool>(),
            is_swept in any::<bool>(),
        ) {
            let start = if is_started { START } else { "" };
            let mut experiment = experiment();
            if is_swept {
                experiment = experiment.in_sweep();
            }
            let traces = [hostile_trace(start, LINES, &picks)];
            for check in LAB.checks {
                let verdict = judged(check.judge, &experiment, &traces);
                prop_assert!(!verdict.ends_with("hint: "), "{}: {verdict}", check.id);
            }
        }
    }
}
