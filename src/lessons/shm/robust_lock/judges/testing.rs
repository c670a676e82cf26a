//! Judging traces of a few lines.

pub(super) use crate::lessons::testing::judged;
use crate::model::{Experiment, Run};

/// An experiment with a counter of this value in /lab/n, so many processes and additions of each.
pub(super) fn story(value: u64, processes: u64, times: u64) -> Experiment {
    let run = Run {
        args: vec![
            "/lab/n".to_owned(),
            processes.to_string(),
            times.to_string(),
        ],
        ..Run::default()
    };
    let experiment = Experiment {
        runs: vec![run],
        ..Experiment::default()
    };
    experiment.with_file("/lab/n", value.to_le_bytes().to_vec())
}

mod hostile {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::{judged, story};
    use crate::lessons::shm::robust_lock::LAB;
    use crate::lessons::testing::hostile_trace;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"* stdout "9\n""#,
        r#"* stdout "99999999999999999999999\n""#,
        r#"* stderr "no""#,
        r#"* left "/lab" [ "n" "n.lock" ]"#,
        r#"* left "/dev/shm" [ ]"#,
        r#"* file "/lab/n" "\t\x00\x00\x00\x00\x00\x00\x00""#,
        r#"* file "/lab/n" "\xff""#,
        r#"* file "/lab/n" absent"#,
        "* passed 200",
        "* passed 2000",
        "2 mmap(NULL, 8, PROT_READ|PROT_WRITE, MAP_SHARED, 3</lab/n [7]>, 0) = 0x1000",
        "2 mmap() = -1 ENOMEM",
        r#"3 store("/lab/n", 9223372036854775807) = 0"#,
        r#"3 store("/lab/n", 0) = 0"#,
        "3 store() = 0",
        "3 !!! 0",
        "3 !!! strike",
        "2 !!! strike",
        "2 fork 3",
        "2 thread 4",
        "4 usage cpu=18446744073709551615 maxrss=1",
        "3 +++ signal SIGKILL",
        "2 +++ exit 0",
        "2 +++ exit 1",
        "* limit stuck 100",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_recording_makes_a_judge_panic(
            picks in prop::collection::vec(any::<Index>(), 0..16),
            value in any::<u64>(),
            times in any::<u64>(),
            is_swept in any::<bool>(),
        ) {
            let mut experiment = story(value, 3, times);
            if is_swept {
                experiment = experiment.in_sweep();
            }
            let trace = hostile_trace("", LINES, &picks);
            for check in LAB.checks {
                let verdict = judged(check.judge, &experiment, std::slice::from_ref(&trace));
                prop_assert!(!verdict.ends_with("hint: "), "{}: {verdict}", check.id);
            }
        }
    }
}
