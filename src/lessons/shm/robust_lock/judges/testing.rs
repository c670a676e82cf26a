//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
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
    let experiment = experiment("", run);
    experiment.with_file("/lab/n", value.to_le_bytes().to_vec())
}

mod hostile {
    use proptest::prelude::*;

    use super::story;
    use crate::lessons::shm::robust_lock::LAB;
    use crate::lessons::testing;

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

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &[""],
            (any::<u64>(), any::<u64>()).prop_map(|(value, times)| story(value, 3, times)),
        );
    }
}
