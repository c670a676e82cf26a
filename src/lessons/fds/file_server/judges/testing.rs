//! Judging traces of a few lines.

use insta::assert_snapshot;

use super::*;
use crate::lessons::fds::file_server::shelf::{Item, ROOT};
use crate::lessons::testing;
use crate::model::check::Judge;
use crate::model::{Crowd, Endpoint, Experiment, InputFile, Move, Payload, Run, Step};

/// How every trace begins.
const START: &str = r#"
    2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
    2 begin
    2 listen(3<socket:[5]>, 128) = 0
    * listening tcp:20001
"#;

/// Bytes of the large file.
const LEN: u64 = 20_000_000;

fn large() -> Item {
    Item {
        name: "big.bin".to_owned(),
        parts: vec![Payload::Noise { len: LEN, seed: 1 }],
    }
}

fn small() -> Item {
    Item::bytes("a.txt", b"hello\n".to_vec())
}

fn at() -> Endpoint {
    Endpoint::Tcp(20_001)
}

/// A crowd that asks for these names.
fn asking(name: &str, names: &[&str]) -> Crowd {
    let mut moves: Vec<Move> = names
        .iter()
        .map(|name| Move::Send(Payload::Bytes(format!("GET {name}\n").into_bytes())))
        .collect();
    moves.push(Move::Close);
    Crowd::new(name, at(), moves).keeping(1000)
}

/// A crowd that expects this file.
fn wanting(name: &str, item: &Item) -> Crowd {
    asking(name, &[&item.name]).receiving(item.answer())
}

/// A file of one line, a large one, a link, and a secret beside them.
fn story(crowds: Vec<Crowd>) -> Experiment {
    let mut steps = vec![Step::AwaitListening(at())];
    steps.extend(crowds.into_iter().map(Step::Start));
    let experiment = Experiment {
        files: vec![InputFile {
            path: "/lab/secret".to_owned(),
            content: b"nobody is to see this".to_vec(),
            ..InputFile::default()
        }],
        runs: vec![Run {
            steps,
            ..Run::default()
        }],
        ..Experiment::default()
    };
    let link = crate::model::InputKind::Link("a.txt".to_owned());
    let experiment = experiment.with(&format!("{ROOT}/link"), link);
    [small(), large()]
        .iter()
        .fold(experiment, |experiment, item| item.put(experiment))
}

fn judged(judge: Judge, crowds: &[Crowd], lines: &str) -> String {
    testing::judged(judge, &story(crowds.to_vec()), &[format!("{START}{lines}")])
}

/// What a client is said to have seen.
fn saw(name: &str, received: u64, end: &str, kept: &str) -> String {
    let kept = kept.replace('\n', "\\n");
    format!(
        "* clients \"{name}\" 1\n* saw \"{name}\" 0 sent=9 received={received} {end} kept=\"{kept}\"\n"
    )
}

/// The same, where all that came was kept.
fn got(name: &str, end: &str, kept: &str) -> String {
    saw(name, kept.len() as u64, end, kept)
}

/// The large file, wholly received.
fn all(name: &str) -> String {
    saw(name, LEN + 12, "closed", "OK 20000000\n")
}

fn why(verdict: &str) -> String {
    verdict.lines().next().unwrap().to_owned()
}

#[test]
fn what_is_known_to_the_byte_must_come_to_the_byte() {
    let crowds = [wanting("one", &small())];
    let judged = |lines: &str| why(&judged(serves_files, &crowds, lines));
    assert_eq!(judged(&got("one", "closed", "OK 6\nhello\n")), "pass");
    assert_snapshot!(judged(&saw("one", 8, "fin", "OK 6\nhel")), @r#"fail: client 0 of "one" got 8 of the 11 bytes of its answers; the server closed the connection"#);
    assert_snapshot!(judged(&saw("one", 11, "closed differs=3", "OK 7\nhello\n")), @r#"fail: client 0 of "one" got "OK 7\n" where "OK 6\n" should begin"#);
    assert_snapshot!(judged(&saw("one", 11, "closed differs=6", "OK 6\nhullo\n")), @r#"fail: client 0 of "one" got another byte than the file has at offset 1, in the answer that begins with "OK 6\n""#);
    assert_snapshot!(judged(&saw("one", 12, "closed differs=11", "OK 6\nhello\n!")), @r#"fail: client 0 of "one" got more than the 11 bytes of its answers"#);
}

#[test]
fn what_is_not_there_is_an_error_and_a_link_may_be_followed() {
    let crowds = [asking("two", &["nothing", "a.txt"])];
    let judged = |lines: &str| why(&judged(serves_files, &crowds, lines));
    assert_eq!(
        judged(&got("two", "closed", "ERR no\nOK 6\nhello\n")),
        "pass"
    );
    assert_snapshot!(judged(&got("two", "closed", "OK 0\nOK 6\nhello\n")), @r#"fail: client 0 of "two" got "OK 0\n" as the answer to "GET nothing", and there is no such file"#);
    assert_snapshot!(judged(&got("two", "fin", "ERR no\n")), @r#"fail: client 0 of "two" got no answer to "GET a.txt"; the server closed the connection"#);
    assert_snapshot!(judged(&got("two", "closed", "ERR no\nOK 6\nhello\nOK")), @r#"fail: client 0 of "two" got more than it asked for: "OK""#);

    let crowds = [asking("link", &["link", "a.txt"])];
    let judged =
        |kept: &str| super::testing::judged(serves_files, &crowds, &got("link", "closed", kept));
    assert_eq!(judged("ERR a link\nOK 6\nhello\n"), "pass");
    assert_eq!(judged("OK 6\nhello\nOK 6\nhello\n"), "pass");
    // It had as many lines as it waited for.
    assert_eq!(judged("OK 6\nhello\nOK 6\n"), "pass");
    assert!(judged("OK 6\nhullo\nOK 6\nhello\n").starts_with("fail"));
}

#[test]
fn not_a_byte_leaves_root() {
    let crowds = [
        asking("out", &["../secret"]),
        asking("nul", &["a.txt\0.png"]),
    ];
    let judged = |out: &str, nul: &str| {
        let lines = got("out", "closed", out) + &got("nul", "fin", nul);
        judged(stays_inside_root, &crowds, &lines)
    };
    assert_eq!(judged("ERR no\n", "ERR no\n"), "pass");
    assert_eq!(judged("ERR no\n", ""), "pass");
    assert!(judged("OK 21\nnobody is to see this", "").contains("which is not beneath ROOT"));
    assert!(judged("ERR no\n", "OK 6\nhello\n").contains("there is no such file"));
}

#[test]
fn what_moves_past_the_program_is_counted() {
    let crowds = [wanting("reader", &large())];
    let judged = |calls: &str| {
        judged(
            copies_nothing,
            &crowds,
            &format!("{calls}{}", all("reader")),
        )
    };
    let sent = "2 sendfile(4<socket:[6]>, 5</lab/www/big.bin [9]>, NULL, 20000000) = 20000000\n";
    assert_eq!(judged(sent), "pass");
    let spliced = "2 splice(5</lab/www/big.bin [9]>, NULL, 7<pipe:[8]>, NULL, 20000000, 0) = 20000000\n\
                   2 splice(6<pipe:[8]>, NULL, 4<socket:[6]>, NULL, 20000000, 0) = 20000000\n";
    assert_eq!(judged(spliced), "pass");
    let head = format!("2 read(5</lab/www/big.bin [9]>, \"\", 200000) = 200000\n{sent}");
    assert_eq!(judged(&head), "pass");
    assert_snapshot!(judged("2 read(5</lab/www/big.bin [9]>, \"\", 200001) = 200001\n"), @r#"
    fail: it reads 200001 of the 20000000 bytes of /lab/www/big.bin itself
      0.5 2 read(5</lab/www/big.bin [9]>, "", 200001) = 200001
    hint: which bytes does the program itself need to see, and which call moves the others without it?
    "#);
    let mapped = "2 mmap(NULL, 20000000, PROT_READ, MAP_PRIVATE, 5</lab/www/big.bin [9]>, 0) = 140737488281600\n";
    assert!(judged(mapped).contains("it maps /lab/www/big.bin"));
    let written = "2 sendto(4<socket:[6]>, \"\", 20000000, 0, NULL, 0) = 20000000\n";
    assert!(judged(written).contains("it writes or sends 20000000 bytes itself"));
    assert!(judged("").contains("move 0 of the 20000000 bytes"));
}

#[test]
fn who_was_promised_too_much_is_left() {
    let crowds = [wanting("late", &large()), wanting("after", &small())];
    let after = got("after", "closed", "OK 6\nhello\n");
    let judged = |late: &str, calls: &str| {
        let lines = format!("* resized \"/lab/www/big.bin\" 8192\n{calls}{late}{after}");
        judged(survives_truncation, &crowds, &lines)
    };
    let late = |received: u64, end: &str| saw("late", received, end, "OK 20000000\n");
    assert_eq!(judged(&late(9000, "fin"), ""), "pass");
    assert_eq!(judged(&late(9000, "ECONNRESET"), ""), "pass");
    // It was all in memory.
    assert_eq!(judged(&late(LEN + 12, "open"), ""), "pass");
    assert_snapshot!(why(&judged(&late(9000, "open"), "")), @r#"fail: client 0 of "late" got 9000 bytes of a file that had 20000000 and has 8192 now; the connection is still open"#);
    assert_snapshot!(why(&judged(&late(LEN + 12, "open differs=9000"), "")), @r#"fail: client 0 of "late" got 20000012 bytes, and not those of the file, which had 20000000 and has 8192 now"#);
    let told = |times: usize| {
        "2 sendfile(4<socket:[6]>, 5</lab/www/big.bin [9]>, NULL, 5) = 0\n".repeat(times)
    };
    assert_eq!(judged(&late(9000, "fin"), &told(100)), "pass");
    assert!(judged(&late(9000, "fin"), &told(101)).contains("it was told 101 times"));
}

#[test]
fn a_file_that_grows_is_sent_as_it_was_promised() {
    let crowds = [wanting("late", &large())];
    let judged = |late: &str| {
        let lines = format!("* resized \"/lab/www/big.bin\" 30000000\n{late}");
        judged(survives_truncation, &crowds, &lines)
    };
    assert_eq!(judged(&all("late")), "pass");
    let more = saw(
        "late",
        LEN + 900,
        "closed differs=20000012",
        "OK 20000000\n",
    );
    assert!(judged(&more).contains("got more than"));
}

#[test]
fn descriptors_are_counted() {
    let crowds = [wanting("after", &small())];
    let judged = |counts: [u32; 3]| {
        let measured =
            counts.map(|count| format!("* measured memory=1 tasks=1 descriptors={count}\n"));
        let lines = measured.concat() + &got("after", "closed", "OK 6\nhello\n");
        judged(leaks_no_descriptor, &crowds, &lines)
    };
    assert_eq!(judged([5, 7, 5]), "pass");
    assert!(judged([5, 7, 6]).starts_with("fail"));
}

#[test]
fn who_ends_while_clients_are_there_is_found_and_others_must_be_served() {
    let crowds = [wanting("after five", &small())];
    let served = got("after five", "closed", "OK 6\nhello\n");
    assert_eq!(judged(survives_resets, &crowds, &served), "pass");
    let ended = format!("{served}2 --- SIGPIPE\n2 +++ signal SIGPIPE\n");
    assert!(judged(survives_resets, &crowds, &ended).contains("is ended by SIGPIPE"));
    let crowds = [wanting("first others", &small())];
    let unserved = saw("first others", 0, "open doing=1", "");
    assert!(judged(serves_others, &crowds, &unserved).contains("got 0 of the 11 bytes"));
}

#[test]
fn sigterm_ends_it_with_status_0() {
    let judged = |end: &str| {
        judged(
            stops_on_sigterm,
            &[],
            &format!("* signal SIGTERM\n2 +++ {end}\n"),
        )
    };
    assert_eq!(judged("exit 0"), "pass");
    assert!(judged("exit 1").starts_with("fail: SIGTERM comes, and it exits with status 1"));
    assert!(judged("signal SIGTERM").contains("it is ended by SIGTERM"));
}

mod hostile {
    use proptest::strategy::Just;

    use super::{START, asking, large, small, story, wanting};
    use crate::lessons::fds::file_server::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        "* clients \"late\" 4294967295",
        "* saw \"late\" 0 sent=0 received=0 connecting",
        "* saw \"late\" 0-4294967294 sent=9 received=18446744073709551615 open kept=\"OK 18446744073709551615\\n\"...18446744073709551615",
        "* saw \"late\" 7 sent=1 received=9 fin kept=\"ERR \\xff\\n\"",
        "* saw \"late\" 7 sent=1 received=9 open doing=7 differs=18446744073709551615 kept=\"OK 6\\n\"",
        "* saw \"after\" 1 sent=1 received=9 ECONNRESET differs=3 kept=\"\"",
        "* saw \"after\" 1 sent=1 received=9 closed kept=\"OK 6\\nhello\\nERR\"",
        "* resized \"/lab/www/big.bin\" 18446744073709551615",
        "* resized \"/lab/www/big.bin\" 0",
        "* resized \"/lab/nowhere\" 3",
        "* measured memory=18446744073709551615 tasks=0 descriptors=18446744073709551615",
        "* measured memory=0 tasks=0 descriptors=0",
        "* signal SIGTERM",
        "2 sendfile(4<socket:[6]>, 5</lab/www/big.bin [9]>, NULL, 5) = 9223372036854775807",
        "2 sendfile(4<socket:[6]>, 5</lab/www/big.bin [9]>, NULL, 5) = 0",
        "2 sendfile() = -1 EAGAIN",
        "2 splice(5</lab/www/big.bin [9]>, NULL) = 9223372036854775807",
        "2 read(5</lab/www/big.bin [9]>, \"\", 3) = 9223372036854775807",
        "2 mmap() = 3",
        "2 epoll_wait(4, [], 64, 10) ...",
        "3 +++ exit 1",
        "2 +++ exit 0",
        "2 +++ signal SIGKILL",
        "* limit events 20000",
        "* limit stuck 10",
        "* listening tcp:1",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &["", START],
            Just(story(vec![
                wanting("late", &large()),
                asking("after", &["nothing", "a.txt", "link"]),
                wanting("last others", &small()),
            ])),
        );
    }
}
