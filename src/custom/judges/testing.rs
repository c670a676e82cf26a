//! Judging traces of a few lines.

use crate::lessons::testing::judged;
use crate::model::{Claim, Experiment, Run, Stated};

/// What is said of a run with this claim and this trace.
pub(super) fn said(claim: Claim, trace: &str) -> String {
    said_of(claim, &[trace.to_owned()])
}

/// The same of the last of several runs.
pub(super) fn said_of(claim: Claim, traces: &[String]) -> String {
    let mut runs = vec![Run::default(); traces.len()];
    let hint = String::new();
    runs[traces.len() - 1].claims = vec![Stated { claim, hint }];
    let experiment = Experiment {
        runs,
        ..Experiment::default()
    };
    judged(super::judge, &experiment, traces)
}

mod hostile {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::said_of;
    use crate::lessons::testing::hostile_trace;
    use crate::model::{Claim, Ended, Idle, On, Select, Stream, Wanted};

    const LINES: &[&str] = &[
        "2 begin",
        "2 openat(AT_FDCWD, \"/lab/a\", O_WRONLY|O_CREAT, 0644) = 3</lab/a [9]>",
        "2 openat(AT_FDCWD, ?, O_RDONLY) = 2147483647",
        "2 write(3</lab/a [9]>, \"a\\n\", 2) = 2 @0",
        "2 write(3</lab/a [9]>, ?, 9223372036854775807) = 9223372036854775807",
        "2 write(1<pipe:[2]>, \"ok\", 2) ...",
        "2 ... write = 2",
        "2 close(3</lab/a [9]>) = 0",
        "2 close_range(3, 4294967295, 0) = 0",
        "2 close(?) = 0",
        "2 fsync(3</lab/a [9]>) = -1 EIO",
        "2 rename(\"/lab/a\", \"/lab/b\") = 0",
        "2 fork 3",
        "3 thread 4",
        "3 exec \"/bin/true\" fds=0</dev/null>,7</lab/a [9]>",
        "3 +++ exit 0",
        "4 +++ signal SIGKILL",
        "2 +++ exit 0 zombies 3",
        "2 usage cpu=18446744073709551615 maxrss=1",
        "2 state \"/submission/prog\" fds=0</dev/null>,1</dev/null>",
        "2 state \"/submission/prog\" fds=",
        "2 !!! 0",
        "2 !!! strike",
        ". rest",
        ". zombies",
        ". zombies 3",
        "* passed 18446744073709551615",
        "* stdout \"ok\"",
        "* stderr \"\\xff\\n\"",
        "* file \"/lab/a\" absent",
        "* file \"/lab/a\" \"b\\n\"",
        "* left \"/lab\" [ \"a\" ]",
        "* limit stuck 0",
    ];

    fn claims() -> Vec<Claim> {
        let select = |name: &str, on| Select {
            words: name.to_owned(),
            names: vec![name.to_owned()],
            on,
        };
        let bytes = || b"a\nb\n".to_vec();
        let mut claims: Vec<Claim> = [
            Wanted::OneOf(vec![bytes(), Vec::new()]),
            Wanted::Has(bytes()),
            Wanted::Begins(bytes()),
            Wanted::Lines(bytes()),
            Wanted::LastLine(bytes()),
            Wanted::Something,
        ]
        .into_iter()
        .flat_map(|wanted| {
            let file = Claim::File {
                path: "/lab/a".to_owned(),
                wanted: Some(wanted.clone()),
                once_printed: b"ok".to_vec(),
            };
            let stream = Stream::Stdout;
            [Claim::Prints { stream, wanted }, file]
        })
        .collect();
        let path = || "/lab/a".to_owned();
        let durable = |before_output| Claim::Durable {
            path: path(),
            before_output,
        };
        let order = |each| Claim::Order {
            first: select("fsync", On::Path(path())),
            then: select("write", On::Stdout),
            each,
        };
        let calls = |during| Claim::Calls {
            of: select("write", On::Anything),
            at_least: 1,
            at_most: 1,
            during,
        };
        claims.extend([
            Claim::Ends(Ended::Failure),
            Claim::Holds {
                directory: "/lab".to_owned(),
                names: vec!["b".to_owned()],
            },
            Claim::Closes {
                below: "/lab".to_owned(),
            },
            Claim::KeepsNone { more: usize::MAX },
            Claim::KeepsNone { more: 0 },
            Claim::StartsClean,
            Claim::LeavesNoProcess,
            Claim::Reaps,
            durable(true),
            durable(false),
            order(true),
            order(false),
            calls(Idle::Always),
            calls(Idle::Passing),
            Claim::Cost {
                times: u64::MAX,
                of_run: 0,
                free_ms: u64::MAX,
            },
        ]);
        claims
    }

    proptest! {
        #[test]
        fn no_recording_breaks_a_judge(picks in proptest::collection::vec(any::<Index>(), 0..24)) {
            let start = "2 exec \"/submission/prog\" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>\n";
            let trace = hostile_trace(start, LINES, &picks);
            for claim in claims() {
                let said = said_of(claim, &[trace.clone(), trace.clone()]);
                prop_assert!(!said.is_empty());
            }
        }
    }
}
