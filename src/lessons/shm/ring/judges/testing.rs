//! Judging traces of a few lines.

use crate::lessons::stories::{experiment, words};
use crate::lessons::testing;
use crate::model::check::Judge;
use crate::model::{Experiment, Run, Step};

/// How every trace begins: the actor starts both.
pub(super) const STARTED: &str = "2 exec \"/actor\"\n2 fork 3\n2 fork 4\n";

/// A meeting that goes well.
pub(super) const DELIVERED: &str = r#"2 exec "/actor"
2 fork 3
2 fork 4
* stdin "one\n\ntwo\n"
* stdin "three"
* stdin closed
* stdout "one\n\ntwo\nthree\n"
4 +++ exit 0
3 +++ exit 0
2 +++ exit 0
* left "/dev/shm" [ ]
"#;

/// An experiment in which this is sent, and the producer comes first.
pub(super) fn story(sent: &[&[u8]]) -> Experiment {
    let run = Run {
        args: words(&["produce", "/q", "64", "--", "consume", "/q"]),
        led_by: words(&["pair", "first"]),
        steps: sent
            .iter()
            .map(|bytes| Step::Send(bytes.to_vec()))
            .collect(),
        ..Run::default()
    };
    experiment("", run)
}

/// What the judge says of a run with this trace, as text.
pub(super) fn judged(judge: Judge, experiment: &Experiment, trace: &str) -> String {
    testing::judged(judge, experiment, &[trace.to_owned()])
}

mod hostile {
    use proptest::strategy::Just;

    use super::{STARTED, story};
    use crate::lessons::shm::ring::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        "2 fork 3",
        "2 fork 4",
        "2 fork 5",
        "3 fork 4",
        "4 thread 2",
        "4 fork 3",
        "3 exec \"/submission/prog\"",
        "3 write(6<pipe:[5]>, \"!\", 1) = 1",
        "3 write(1<pipe:[2]>, \"one\\ntwo\\n\"...9, 17) = 9223372036854775807",
        "3 sendto(?, ?) = -9223372036854775808",
        "2 write(1<pipe:[2]>, \"x\", 1) ...",
        "2 ... write = -1 EINTR (injected)",
        "4 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 5</dev/shm/q [8]>, 0) = 4096",
        "4 mmap() = 0",
        "3 store(\"/dev/shm/q\", 128) = 0",
        "3 !!! strike",
        "4 !!! strike",
        "* stdin \"one\\n\"",
        "* stdin closed",
        "* stdout \"one\\n\"",
        "* stdout \"abcdefghijklmnopqrstuvwxyz\\n\"",
        "* stdout \"\\x00tw\"",
        "* stderr \"x\"",
        "* stderr \"\"",
        "* signal SIGUSR1",
        "* signal SIGUSR2",
        "* signal SIGHUP",
        "* passed 2000",
        "* measured memory=1 tasks=1 descriptors=1 cpu=18446744073709551615",
        "* measured memory=1 tasks=1 descriptors=1 cpu=0",
        "3 +++ signal SIGKILL",
        "3 +++ exit 0",
        "3 +++ exit 1",
        "4 +++ signal SIGKILL",
        "4 +++ exit 1",
        "2 +++ exit 0",
        "* left \"/dev/shm\" [ ]",
        "* left \"/dev/shm\" [ \"q\" \"sem.q\" ]",
        "* limit exit 3500",
        "* limit stuck 500",
        "* limit events 40000",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &["", STARTED],
            Just(story(&[b"one\n", b"abcdefghijklmnopqrstuvwxyz"])),
        );
    }
}
