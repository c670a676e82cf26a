//! Judging traces of a few lines.

use crate::lessons::stories::experiment;
use crate::lessons::testing::judged;
use crate::model::check::Judge;
use crate::model::{Endpoint, Experiment, Run, Step};

/// How every trace begins.
pub(super) const START: &str = r#"
    2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[] limits=NOFILE:1024:12000
    2 begin
    2 bind(3<socket:[5]>, {sa_family=AF_INET}, 16) = 0
"#;

fn story() -> Experiment {
    let run = Run {
        steps: vec![Step::AwaitListening(Endpoint::Tcp(20_001))],
        ..Run::default()
    };
    experiment("", run)
}

/// What the judge says of a server that listens and lives through these lines.
pub(super) fn judge(judge: Judge, lines: &str) -> String {
    let trace = format!("{START}* listening tcp:20001\n{lines}");
    judged(judge, &story(), &[trace])
}

/// What the judge says of this whole trace, as a trial of a sweep.
pub(super) fn judge_sweep(judge: Judge, trace: &str) -> String {
    judged(judge, &story().in_sweep(), &[trace.to_owned()])
}

mod hostile {
    use proptest::strategy::Just;

    use super::{START, story};
    use crate::lessons::sockets::echo::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        "* listening tcp:20001",
        "2 listen(3<socket:[5]>, 4096) = 0",
        "2 listen() = 0",
        "2 epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN|EPOLLET, data=0x5}) = 0",
        "2 epoll_ctl(?) = 0",
        "2 write(7<socket:[9]>, \"x\", 1) ...",
        "2 ... write = -1 EINTR (injected)",
        "2 accept4(3<socket:[5]>, NULL, NULL, 0) = -1 EMFILE",
        "* clients \"first\" 2",
        "* clients \"clients 1\" 100",
        "* clients \"known\" 0",
        "* clients \"many\" 180",
        "* tell \"first\"",
        "* dismiss \"first\"",
        "* dismiss \"last\"",
        "* saw \"first\" 0-1 sent=10 received=10 open",
        "* saw \"first\" 1 sent=10 received=9 fin doing=1 differs=11",
        "* saw \"known\" 0 sent=0 received=18446744073709551615 open doing=7 differs=3",
        "* saw \"newcomers\" 0-4294967294 sent=18446744073709551615 received=0 ECONNRESET",
        "* saw \"closing\" 0 sent=10 received=10 open doing=3",
        "* saw \"many\" 3-9,12 sent=10 received=0 connecting doing=1",
        "* saw \"bystanders\" 0-7 sent=11 received=11 closed",
        "* saw \"others\" 0 sent=10 received=10 open",
        "* saw \"flood\" 0 sent=10 received=0 fin",
        "* saw \"last\" 0 sent=10 received=10 tls \"x\"",
        "* measured memory=18446744073709551615 tasks=0 descriptors=18446744073709551615",
        "* measured memory=1 tasks=1000 descriptors=1",
        "* signal SIGTERM",
        "2 --- SIGTERM",
        "2 !!! strike",
        "2 +++ exit 0",
        "2 +++ signal SIGPIPE",
        "* passed 200",
        "* passed 2000",
        "* limit exit 1500",
        "* limit stuck 10",
        "* limit events 300000",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(&LAB, LINES, &["", START], Just(story()));
    }
}
