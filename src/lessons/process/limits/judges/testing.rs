//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
pub(super) use crate::lessons::testing::judged;
use crate::model::{Experiment, Run};

/// How every trace begins.
pub(super) const START: &str = r#"
    2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[] limits=CPU:unlimited:unlimited,NOFILE:1024:1024
    2 begin
"#;

/// An experiment with these arguments.
pub(super) fn asking(args: &str) -> Experiment {
    let run = Run {
        args: args.split(' ').map(str::to_owned).collect(),
        ..Run::default()
    };
    experiment("", run)
}

mod hostile {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::{START, asking};
    use crate::lessons::process::limits::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        "2 fork 3",
        r#"3 exec "/actor" fds=0<pipe:[1]> blocked=[XCPU] ignored=[] limits=NOFILE:99:99"#,
        r#"3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[] limits=CPU:unlimited:unlimited,NOFILE:9:18446744073709551615"#,
        r#"2 exec "/actor" fds= blocked=[] ignored=[]"#,
        "2 state \"/submission/prog\" fds= blocked=[] ignored=[] limits=NOFILE:1:2,CPU:1:1",
        "2 state \"\" fds= blocked=[] ignored=[]",
        "3 usage cpu=18446744073709551615 maxrss=18446744073709551615",
        "3 usage cpu=1100000 maxrss=104000",
        "3 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=9, rlim_max=9}, NULL) = 0",
        "3 prlimit64() = 0",
        "3 setrlimit(RLIMIT_CPU) = -1 EPERM (injected)",
        "3 !!! strike",
        "2 !!! 0",
        "3 --- SIGXFSZ",
        "3 +++ exit 0",
        "3 +++ signal SIGXFSZ",
        "2 +++ exit 125",
        "2 +++ exit 2",
        "2 +++ signal SIGKILL",
        r#"2 write(2<pipe:[3]>, "exit 0 ", 7) = 7"#,
        "2 ... write = 3",
        r#"2 write(2<pipe:[3]>, "signal SIGXFSZ", 14) ..."#,
        r#"* stderr "exit 0 cpu=1.100 maxrss=104000\n""#,
        r#"* stderr "exit 18446744073709551616 cpu=18446744073709551615.999 maxrss=1\n""#,
        r#"* stderr "signal SIGXFSZ cpu=1.1""#,
        r#"* stderr "signal ""#,
        "* limit exit 1500",
    ];

    const ARGS: &[&str] = &[
        "--files 99 -- /actor drain",
        "--fsize 8 -- /actor grow /lab/grown 9",
        "-- /actor burn 1100 100",
        "-- /lab/missing",
        "-- sh",
        "--cpu",
        "--memory 17592186044416 -- /actor",
        "",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &["", START],
            select(ARGS).prop_map(asking),
        );
    }
}
