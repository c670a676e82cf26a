//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
use crate::lessons::testing::judged;
use crate::model::check::Judge;
use crate::model::{Expected, Experiment, Run};

/// What is due of three workers and four values.
pub(super) const DUE: &str = "worker 0 0\nworker 1 1\nworker 2 5\ntotal 6\n";

/// What a right program makes of it.
#[derive(Clone, Copy)]
pub(super) enum Due {
    /// The sums.
    Sums,
    /// Its end.
    Failure,
    /// A message, and status 1.
    Error,
}

/// An experiment with so many workers and values, of which this is to come.
fn story((workers, count): (u64, u64), output: &str, due: Due) -> Experiment {
    let message = Expected::Message {
        line: "why".to_owned(),
    };
    let mut expects = vec![Expected::Output {
        line: "sums".to_owned(),
        any_of: vec![output.as_bytes().to_vec()],
    }];
    match due {
        Due::Sums => expects.push(Expected::Status(0)),
        Due::Failure => expects.push(Expected::Failure),
        Due::Error => expects.extend([message, Expected::Status(1)]),
    }
    let run = Run {
        args: vec![workers.to_string(), count.to_string()],
        expects,
        ..Run::default()
    };
    experiment("", run)
}

/// What a judge says of three workers and four values.
pub(super) fn said(judge: Judge, due: Due, trace: &str) -> String {
    judged(judge, &story((3, 4), DUE, due), &[trace.to_owned()])
}

/// What a judge says of so many workers and values; where it is one worker, it has a million.
pub(super) fn said_of(numbers: (u64, u64), judge: Judge, due: Due, trace: &str) -> String {
    let output = "worker 0 499500000\ntotal 499500000\n";
    judged(judge, &story(numbers, output, due), &[trace.to_owned()])
}

mod hostile {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::{DUE, Due, story};
    use crate::lessons::shm::weights::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"* stdout "worker 0 0\n""#,
        r#"* stdout "total 99999999999999999999\n""#,
        r#"* stdout "worker 0 0\nworker 1 1\nworker 2 5\ntotal 6\n""#,
        r#"* stderr "weights: no\n""#,
        r#"* left "/dev/shm" [ ]"#,
        r#"* left "/dev/shm" [ "weights" ]"#,
        r#"2 memfd_create("x", 0) = 3</memfd:x (deleted) [8]>"#,
        "2 mmap(NULL, 18446744073709551615, PROT_READ|PROT_WRITE, MAP_SHARED, 3</memfd:x [8]>, 0) = 0x1000",
        "3 mmap(NULL, 5, PROT_WRITE, MAP_SHARED, 3</dev/shm/a [8]>, 0xffffffffffffffff) = -4096",
        "2 mmap() = 9223372036854775807",
        "2 munmap(0xffffffffffffffff, 18446744073709551615) = 0",
        "3 mprotect(0x1000, 18446744073709551615, PROT_WRITE) = 0",
        "3 mprotect(0xffffffffffffffff, 1, PROT_WRITE) = 0",
        "2 mremap(0x1000, 5, 18446744073709551615, MREMAP_MAYMOVE) = 0",
        "2 madvise(0x2000, 1, MADV_DONTFORK) = 0",
        r#"2 write(3<pipe:[8]>, "x"...9, 10) = 9223372036854775807"#,
        r#"2 read(3</memfd:x [8]>, "x"...9, 10) = 9223372036854775807"#,
        "3 process_vm_readv() = -1 EPERM",
        "3 usage cpu=18446744073709551615 maxrss=1 private=18446744073709551615",
        "4 usage cpu=1 maxrss=1 private=18446744073709551615",
        "2 usage cpu=1 maxrss=1",
        "2 !!! 0",
        "2 !!! strike",
        "2 fork 3",
        "3 fork 3",
        "2 thread 3",
        "3 --- SIGBUS",
        "3 +++ exit 0",
        "2 +++ exit 0",
        "2 +++ exit 1 zombies 3",
        "2 +++ signal SIGBUS",
        "* limit stuck 100",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &[""],
            (any::<u64>(), any::<Index>()).prop_map(|(count, due)| {
                let dues = [Due::Sums, Due::Failure, Due::Error];
                story((3, count >> 8), DUE, *due.get(&dues))
            }),
        );
    }
}
