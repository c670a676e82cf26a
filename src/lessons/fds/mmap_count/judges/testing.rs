//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
pub(super) use crate::lessons::testing::judged;
use crate::model::{Expected, Experiment, Run};

/// An experiment with these files: how many lines they have, or that they cannot be counted.
pub(super) fn story(files: &[(&str, Option<u64>)]) -> Experiment {
    let said = |lines: u64| vec![lines.to_string().into_bytes()];
    let mut expects: Vec<Expected> = files
        .iter()
        .map(|(name, lines)| match lines {
            Some(lines) => Expected::Output {
                line: (*name).to_owned(),
                any_of: said(*lines),
            },
            None => Expected::Message {
                line: (*name).to_owned(),
            },
        })
        .collect();
    if files.len() > 1 {
        expects.push(Expected::Output {
            line: "total".to_owned(),
            any_of: said(files.iter().filter_map(|(_, lines)| *lines).sum()),
        });
    }
    let has_errors = files.iter().any(|(_, lines)| lines.is_none());
    expects.push(Expected::Status(i32::from(has_errors)));
    let run = Run {
        expects,
        ..Run::default()
    };
    experiment("", run)
}

mod hostile {
    use proptest::prelude::*;

    use super::story;
    use crate::lessons::fds::mmap_count::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"* stdout "3 /lab/a\n""#,
        r#"* stdout "99999999999999999999 /lab/a\n0""#,
        r#"* stdout "3 total\n""#,
        r#"* stdout "\n""#,
        r#"* stderr "/lab/cut""#,
        r#"2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 4</lab/a [8]>"#,
        "2 mmap(NULL, 18446744073709551615, PROT_READ, MAP_SHARED, 3</lab/a [8]>, 0) = 0x1000",
        "2 mmap(NULL, 5, PROT_READ, MAP_SHARED, 3</lab/a [8]>, 0xffffffffffffffff) = -4096",
        "2 mmap() = 9223372036854775807",
        "2 munmap(0xffffffffffffffff, 18446744073709551615) = 0",
        "2 munmap(0x2000, 1) = 0",
        "2 mremap(0x1000, 5, 18446744073709551615, MREMAP_MAYMOVE) = 0",
        r#"2 read(3</lab/a [8]>, "x"...9, 10) = 9223372036854775807"#,
        r#"2 read(3</lab/a [8]>, "x"...9, 10) = 9223372036854775807"#,
        "2 !!! 0",
        "2 !!! strike",
        "2 thread 3",
        "3 +++ exit 0",
        "2 +++ exit 0",
        "2 +++ exit 1",
        "2 +++ signal SIGBUS",
        "* limit stuck 100",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &[""],
            any::<u64>().prop_map(|lines| {
                let files = [
                    ("/lab/a", Some(3)),
                    ("/lab/cut", Some(lines / 2)),
                    ("/lab/x", None),
                ];
                story(&files).with_file("/lab/a", vec![b'x'; 9000])
            }),
        );
    }
}
