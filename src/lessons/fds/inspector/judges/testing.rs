//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
pub(super) use crate::lessons::testing::judged;
use crate::model::{Experiment, Run};

/// How every trace begins.
pub(super) const START: &str = r#"
    2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
"#;

/// An experiment about process 3.
pub(super) fn story() -> Experiment {
    let run = Run {
        args: vec!["3".to_owned()],
        ..Run::default()
    };
    experiment("", run)
}

mod hostile {
    use proptest::strategy::Just;

    use super::{START, story};
    use crate::lessons::fds::inspector::LAB;
    use crate::lessons::testing;

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

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(&LAB, LINES, &["", START], Just(story()));
    }
}
