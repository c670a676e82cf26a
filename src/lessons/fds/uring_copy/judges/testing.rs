//! Judging traces of a few lines.

use crate::lessons::fds::uring_copy::experiments::{COPY, SOURCE};
use crate::lessons::stories::experiment;
pub(super) use crate::lessons::testing::judged;
use crate::model::{Experiment, InputKind, Payload, Run};

/// An experiment in which a file of so many bytes is to be copied.
pub(super) fn copying(len: u64) -> Experiment {
    let content = Payload::Noise { len, seed: 1 };
    let run = Run {
        args: vec![SOURCE.to_owned(), COPY.to_owned()],
        compare: vec![(COPY.to_owned(), content.clone())],
        ..Run::default()
    };
    experiment("a copy", run).with(SOURCE, InputKind::Made(content))
}

mod hostile {
    use proptest::sample::select;

    use super::copying;
    use crate::lessons::fds::uring_copy::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        "2 io_uring_setup(8, {flags=0}) = 3<anon_inode:[io_uring]>",
        "2 io_uring_setup() = 3<?>",
        "2 io_uring_setup(8, ?) = -1 ENOSYS (injected)",
        "2 io_uring_enter(3, 18446744073709551615, 18446744073709551615, IORING_ENTER_GETEVENTS) = 9223372036854775807",
        "2 io_uring_enter(3, 1, 1, IORING_ENTER_GETEVENTS) = -9223372036854775808",
        "2 io_uring_enter(3, -1, -1, IORING_ENTER_GETEVENTS) = 1",
        "2 io_uring_enter() = 1",
        "3 io_uring_enter(3, 1, 1, IORING_ENTER_GETEVENTS, NULL, 8) = 1",
        "2 read(5</lab/source>, ?, 10) = 10",
        "2 mmap() = 0",
        "2 io_submit(?, ?, ?) = 1",
        "2 write(5</lab/copy>, \"a\", 1) ...",
        "2 ... write = 1",
        "2 !!! 0",
        "2 !!! strike",
        "2 +++ exit 0",
        "2 +++ exit 1",
        "2 +++ exit 3",
        "2 +++ signal SIGBUS",
        "* stderr \"no\\n\"",
        "* resized \"/lab/source\" 18446744073709551615",
        "* resized \"/lab/source\" 0",
        "* compared \"/lab/copy\" len=5000 same=5000",
        "* compared \"/lab/copy\" len=0 same=18446744073709551615",
        "* compared \"/lab/copy\" len=18446744073709551615 same=0",
        "* compared \"/lab/copy\" absent",
        "* compared \"/lab/source\" absent",
        "* mode \"/lab/source\" 0100644 5",
        "* mode \"/lab/copy\" 0100644 5",
        "* mode \"/lab/copy\" absent",
        "* limit time 5000",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        let mut experiments = vec![copying(5000)];
        for check in LAB.checks {
            let mut made = (check.experiments)(7);
            made.truncate(2);
            experiments.append(&mut made);
        }
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &[
                "",
                "2 exec \"/submission/prog\" fds= blocked=[] ignored=[]\n",
            ],
            select(experiments),
        );
    }
}
