//! Judging traces of a few lines.

use insta::assert_snapshot;

use super::*;
use crate::lessons::sockets::fd_pass::store::{ROOT, SOCKET};
use crate::lessons::stories::experiment;
use crate::lessons::testing;
use crate::model::check::Judge;
use crate::model::{Crowd, Endpoint, Experiment, InputFile, InputKind, Move, Payload, Run, Step};

/// How every trace begins.
const START: &str = r#"
    2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
    2 begin
"#;

const LISTENING: &str = "2 listen(3<socket:[5]>, 128) = 0\n* listening unix:\"/lab/socket\"\n";

/// A crowd that sends this.
fn asking(name: &str, lines: &str) -> Crowd {
    let moves = vec![Move::Send(Payload::Bytes(lines.into())), Move::AwaitEnd];
    Crowd::new(name, Endpoint::Unix(SOCKET.to_owned()), moves).keeping(1000)
}

/// A store with `a`, and a link to it.
fn story(crowds: Vec<Crowd>) -> Experiment {
    let mut steps = vec![Step::AwaitListening(Endpoint::Unix(SOCKET.to_owned()))];
    steps.extend(crowds.into_iter().map(Step::Start));
    let run = Run {
        steps,
        ..Run::default()
    };
    let experiment = experiment("", run);
    experiment
        .with_file(&format!("{ROOT}/a"), b"alpha".to_vec())
        .with(&format!("{ROOT}/link"), InputKind::Link("a".to_owned()))
}

fn judged(judge: Judge, crowds: &[Crowd], lines: &str) -> String {
    let trace = format!("{START}{LISTENING}{lines}");
    testing::judged(judge, &story(crowds.to_vec()), &[trace])
}

/// What a client is said to have seen.
fn saw(name: &str, end: &str, kept: &str, passed: &str) -> String {
    let received = kept.len();
    let kept = kept.replace('\n', "\\n").replace('\0', "\\x00");
    format!(
        "* clients \"{name}\" 1\n\
         * saw \"{name}\" 0 sent=9 received={received} {end} kept=\"{kept}\"{passed}\n"
    )
}

const ALPHA: &str = " passed=0</lab0/files/a [7]> 0100000 0 0 \"alpha\"";

#[test]
fn the_descriptor_passes_and_nothing_else() {
    let crowds = [asking("one", "open a\n")];
    let judged = |kept: &str, passed: &str| {
        let lines = saw("one", "open", kept, passed);
        let verdict = judged(passes_the_descriptor, &crowds, &lines);
        verdict.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(judged("ok\n", ALPHA), "pass");
    assert_snapshot!(judged("ok\n", ""), @r#"fail: client 0 of "one" got "ok" for "open a", and no descriptor with it"#);
    assert_snapshot!(judged("", ""), @r#"fail: client 0 of "one" got no answer to "open a"; the connection is still open"#);
    assert_snapshot!(judged("ok\n", &format!("{ALPHA}{ALPHA}")), @r#"fail: client 0 of "one" got a descriptor of /lab0/files/a that belongs to no answer"#);
    assert_snapshot!(judged("ok\n\0", ALPHA), @r#"fail: client 0 of "one" got 1 byte too much: "\0""#);
    assert_snapshot!(judged("error gone\n", ""), @r#"fail: client 0 of "one" got "error gone\n" for "open a", and the file is there"#);
    for (bad, why) in [
        ("0100000 2 0 \"alpha\"", "that can be written to"),
        ("0100000 0 5 \"\"", "at offset 5"),
        ("0100000 0 0 \"beta\"", "of another file"),
        ("040000 0 0 \"\"", "no regular file"),
    ] {
        let judged = judged("ok\n", &format!(" passed=0</x [1]> {bad}"));
        assert!(judged.contains(why), "{judged}");
    }
    // It came after its line.
    assert!(
        judged("ok\n", &ALPHA.replace("passed=0", "passed=3")).contains("no descriptor with it")
    );
}

#[test]
fn lines_are_answered_in_order_and_torn_ones_not_at_all() {
    let crowds = [asking("many", "open a\nopen b\nopen link\nopen a")];
    let judged = |kept: &str, passed: &str| {
        judged(frames_messages, &crowds, &saw("many", "fin", kept, passed))
    };
    let two = format!("{ALPHA}{}", ALPHA.replace("passed=0", "passed=12"));
    assert_eq!(judged("ok\nerror no b\nok\n", &two), "pass");
    assert_eq!(judged("ok\nerror no b\nerror a link\n", ALPHA), "pass");
    assert_eq!(
        judged("ok\nerror no b\nerror a link\nerror torn\n", ALPHA),
        "pass"
    );
    let three = format!("{two}{}", ALPHA.replace("passed=0", "passed=18"));
    assert!(judged("ok\nerror no b\nok\nok\n", &three).starts_with("fail"));
    assert!(judged("error no b\nok\nok\n", &two).starts_with("fail"));
}

#[test]
fn a_long_line_is_refused() {
    let long = Crowd {
        moves: vec![Move::Send(Payload::Repeated {
            bytes: b"a".to_vec(),
            times: 1 << 20,
        })],
        ..asking("long", "")
    };
    let judged = |end: &str, kept: &str| {
        judged(
            frames_messages,
            std::slice::from_ref(&long),
            &saw("long", end, kept, ""),
        )
    };
    assert_eq!(judged("open", "error too long\n"), "pass");
    assert_eq!(judged("ECONNRESET", ""), "pass");
    assert!(judged("open", "").contains("neither refused nor closed"));
}

#[test]
fn what_is_outside_is_refused() {
    let crowds = [
        asking("out", "open ../secret\n"),
        asking("word", "hello\nopen a\n"),
    ];
    let judged = |out: &str, passed: &str, word: &str| {
        let lines = saw("out", "open", out, passed) + &saw("word", "fin", word, "");
        judged(stays_inside_root, &crowds, &lines)
    };
    assert_eq!(judged("error no\n", "", "error what?\n"), "pass");
    let secret = " passed=0</lab0/secret [9]> 0100000 0 0 \"x\"";
    assert!(judged("ok\n", secret, "error what?\n").contains("with a descriptor of /lab0/secret"));
    assert!(judged("error no\n", "", "").contains("got no answer to \"hello\""));
}

#[test]
fn a_name_that_is_taken_is_left_alone() {
    let judged = |kind: InputKind, lines: &str| {
        let experiment = story(Vec::new()).with(SOCKET, kind);
        testing::judged(
            replaces_stale_sockets,
            &experiment,
            &[format!("{START}{lines}")],
        )
    };
    let mode = "* mode \"/lab/socket\" 0140755 7\n";
    let lines = |after: &str, says: &str, end: &str| format!("{mode}{says}2 +++ {end}\n{after}");
    let said = "* stderr \"somebody is there\\n\"\n";
    let alive = |lines: String| judged(InputKind::Alive, &lines);
    assert_eq!(alive(lines(mode, said, "exit 1")), "pass");
    assert!(alive(lines(mode, "", "exit 1")).contains("says nothing on standard error"));
    assert!(alive(lines(mode, said, "exit 0")).contains("exits with status 0"));
    let other = "* mode \"/lab/socket\" 0140755 8\n";
    assert!(alive(lines(other, said, "exit 1")).contains("replaced the socket of a server"));
    let gone = "* mode \"/lab/socket\" absent\n";
    assert!(alive(lines(gone, said, "exit 1")).contains("removed the socket of a server"));
    let file = InputFile {
        path: SOCKET.to_owned(),
        ..InputFile::default()
    };
    let file = judged(file.kind, &lines(gone, said, "exit 1"));
    assert!(file.contains("removed a file that is no socket"), "{file}");
}

#[test]
fn nobody_else_gets_in_at_any_moment() {
    let judged = |mode: &str, is_killed: bool| {
        let mut experiment = story(Vec::new());
        if is_killed {
            experiment = experiment.in_sweep();
        }
        let lines = format!(
            "{LISTENING}2 !!! strike\n2 +++ signal SIGKILL\n* mode \"/lab/socket\" {mode}\n"
        );
        testing::judged(
            protects_the_socket,
            &experiment,
            &[format!("{START}{lines}")],
        )
    };
    for is_killed in [false, true] {
        assert_eq!(judged("0140600 7", is_killed), "pass");
        assert_eq!(judged("0140700 7", is_killed), "pass");
        assert!(judged("0140755 7", is_killed).contains("the mode of its socket is 0755"));
        assert!(judged("0140400 7", is_killed).contains("0400"));
    }
    assert_eq!(judged("absent", true), "pass");
    assert!(judged("absent", false).starts_with("fail"));
}

#[test]
fn descriptors_are_counted_and_ends_are_looked_at() {
    let crowds = [asking("after", "open a\n")];
    let lines = |counts: [u32; 3]| {
        let measured =
            counts.map(|count| format!("* measured memory=1 tasks=1 descriptors={count}\n"));
        measured.concat() + &saw("after", "open", "ok\n", ALPHA)
    };
    assert_eq!(judged(keeps_none, &crowds, &lines([5, 7, 5])), "pass");
    assert!(judged(keeps_none, &crowds, &lines([5, 7, 6])).starts_with("fail"));
    let ended = |end: &str| {
        judged(
            stops_on_sigterm,
            &crowds,
            &format!("* signal SIGTERM\n2 +++ {end}\n"),
        )
    };
    assert_eq!(ended("exit 0"), "pass");
    assert!(ended("signal SIGTERM").starts_with("fail: SIGTERM comes, and it is ended by SIGTERM"));
    assert!(ended("exit 1").starts_with("fail"));
    let left = ended("exit 0\n* limit exit 1500\n3 +++ signal SIGKILL");
    assert!(left.starts_with("fail: its first process exits with status 0, and others"));
}

mod hostile {
    use proptest::prelude::*;

    use super::{START, asking, story};
    use crate::lessons::sockets::fd_pass::LAB;
    use crate::lessons::sockets::fd_pass::store::SOCKET;
    use crate::lessons::testing;
    use crate::model::InputKind;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        "* listening unix:\"/lab/socket\"",
        "* clients \"others\" 4294967295",
        "* saw \"others\" 0 sent=0 received=0 connecting",
        "* saw \"others\" 0-4294967294 sent=9 received=18446744073709551615 open kept=\"ok\\nok\\n\"...18446744073709551615",
        "* saw \"others\" 7 sent=1 received=9 fin kept=\"ok\\n\" passed=18446744073709551615</x [1]> 0100000 0 0 \"alpha\"...9",
        "* saw \"others\" 7 sent=1 received=9 open doing=7 kept=\"error\" kept=\"\\xff\"",
        "* saw \"others\" 1 sent=1 received=9 ECONNRESET passed=0<? [0]> 00 0 -1 \"\"",
        "* measured memory=0 tasks=0 descriptors=18446744073709551615",
        "* measured memory=0 tasks=0 descriptors=0",
        "* mode \"/lab/socket\" absent",
        "* mode \"/lab/socket\" 037777777777 0",
        "* file \"/lab/socket\" \"x\"",
        "* file \"/lab/socket\" absent",
        "* stderr \"x\"",
        "* signal SIGTERM",
        "2 bind() = 0",
        "2 !!! strike",
        "2 poll([], 2, -1) ...",
        "2 fork 3",
        "2 +++ exit 1",
        "2 +++ exit 0",
        "2 +++ signal SIGKILL",
        "* limit exit 1500",
        "* limit stuck 10",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &["", START],
            any::<bool>().prop_map(|is_alive| {
                let experiment = story(vec![asking("others", "open a\nopen ../b\nhello\nopen")]);
                match is_alive {
                    true => experiment.with(SOCKET, InputKind::Alive),
                    false => experiment,
                }
            }),
        );
    }
}
