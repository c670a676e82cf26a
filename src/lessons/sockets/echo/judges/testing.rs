//! Judging traces of a few lines.

use super::*;
use crate::lessons::testing::judged;
use crate::model::{Endpoint, Experiment, Run, Step};

/// How every trace begins.
const START: &str = r#"
    2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[] limits=NOFILE:1024:1024
    2 begin
    2 bind(3<socket:[5]>, {sa_family=AF_INET}, 16) = 0
"#;

fn judge(judge: crate::model::check::Judge, lines: &str) -> String {
    let run = Run {
        steps: vec![Step::AwaitListening(Endpoint::Tcp(20_001))],
        ..Run::default()
    };
    let experiment = Experiment {
        runs: vec![run],
        ..Experiment::default()
    };
    judged(judge, &experiment, &[format!("{START}{lines}")])
}

#[test]
fn bytes_that_come_back_pass() {
    let lines = r#"
        * listening tcp:20001
        * clients "first" 2
        * saw "first" 0-1 sent=10 received=10 open
    "#;
    assert_eq!(judge(echoes, lines), "pass");
}

#[test]
fn bytes_that_do_not_are_shown_with_the_call_that_waits() {
    let lines = r#"
        * listening tcp:20001
        * clients "first" 2
        2 accept4(3<socket:[5]>, NULL, NULL, 0) ...
        * saw "first" 0 sent=10 received=10 open
        * saw "first" 1 sent=10 received=0 open doing=1
    "#;
    assert_eq!(
        judge(echoes, lines),
        [
            "fail: client 1 of \"first\" sent 10 bytes and got nothing back; the connection is still open",
            "  0.6 2 accept4(3<socket:[5]>, NULL, NULL, 0) = ?",
            "  0.8 * saw \"first\" 1 sent=10 received=0 open doing=1",
            "hint: may one read(2) return less than the client sent, or more than one of its messages?",
        ]
        .join("\n")
    );
}
