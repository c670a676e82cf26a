//! Judging traces of a few lines.

use insta::assert_snapshot;

use super::*;
use crate::lessons::sockets::http::site::ROOT;
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

/// A crowd that sends these requests, one answer after the other, and waits for the end.
fn asking(name: &str, requests: &[&str]) -> Crowd {
    let mut moves = Vec::new();
    for request in requests {
        moves.push(Move::Send(Payload::Bytes(request.as_bytes().to_vec())));
        moves.push(Move::AwaitResponse {
            to_head: request.starts_with("HEAD"),
        });
    }
    moves.push(Move::AwaitEnd);
    Crowd::new(name, Endpoint::Tcp(20_001), moves).keeping(1000)
}

/// A site with `a.txt`, and a secret beside it.
fn story(crowds: Vec<Crowd>) -> Experiment {
    let file = |path: String, content: &str| InputFile {
        path,
        content: content.into(),
        ..InputFile::default()
    };
    let mut steps = vec![Step::AwaitListening(Endpoint::Tcp(20_001))];
    steps.extend(crowds.into_iter().map(Step::Start));
    Experiment {
        files: vec![
            file(format!("{ROOT}/a.txt"), "hello"),
            file("/lab/secret".to_owned(), "nobody is to see this"),
        ],
        runs: vec![Run {
            steps,
            ..Run::default()
        }],
        ..Experiment::default()
    }
}

fn judged(judge: Judge, crowds: &[Crowd], lines: &str) -> String {
    let experiment = story(crowds.to_vec());
    testing::judged(judge, &experiment, &[format!("{START}{lines}")])
}

/// What a client is said to have seen.
fn saw(name: &str, end: &str, kept: &str) -> String {
    let received = kept.len();
    let kept = kept.replace('\r', "\\r").replace('\n', "\\n");
    format!(
        "* clients \"{name}\" 1\n* saw \"{name}\" 0 sent=9 received={received} {end} kept=\"{kept}\"\n"
    )
}

const GET: &str = "GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n";
const GOOD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn the_file_passes_and_nothing_else() {
    let crowds = [asking("one", &[GET])];
    let judged = |kept: &str| judged(serves_files, &crowds, &saw("one", "fin", kept));
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
    assert_eq!(judged(GOOD), "pass");
    assert_eq!(judged(&format!("{head}hello")), "pass");
    let why = |kept: &str| judged(kept).lines().next().unwrap().to_owned();
    assert_snapshot!(why(&format!("{head}hel")), @r#"fail: client 0 of "one" got 3 of the 5 bytes of /a.txt; the server closed the connection"#);
    assert_snapshot!(why(&format!("{head}help!")), @r#"fail: client 0 of "one" got another byte of /a.txt than the file has, at offset 3"#);
    assert_snapshot!(why(&format!("{GOOD}!!")), @r#"fail: client 0 of "one" got more than the answer that it asked for: 2 bytes too many"#);
    assert_snapshot!(why("HTTP/1.1 200 OK\r\n\r\nhello"), @r#"fail: client 0 of "one" got no Content-Length with /a.txt"#);
    assert_snapshot!(why("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), @r#"fail: client 0 of "one" got status 404 for GET /a.txt, and the file is there"#);
    assert_snapshot!(why("hello"), @r#"fail: client 0 of "one" got no HTTP response (5 bytes of something else) to GET /a.txt; the server closed the connection"#);
}

#[test]
fn a_head_has_no_body() {
    let crowds = [asking("one", &["HEAD /a.txt HTTP/1.1\r\n\r\n"])];
    let judged = |kept: &str| judged(answers_head, &crowds, &saw("one", "open", kept));
    assert_eq!(
        judged("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        "pass"
    );
    assert_snapshot!(judged(GOOD), @r#"
    fail: client 0 of "one" got more than the answer that it asked for: 5 bytes too many
      0.2 2 listen(3<socket:[5]>, 128) = 0
      0.6 * saw "one" 0 sent=9 received=43 open kept="HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    hint: which part of the answer to a GET does a client want that sends HEAD?
    "#);
}

#[test]
fn a_body_is_no_request_and_nonsense_is_refused() {
    let post = format!(
        "POST /a.txt HTTP/1.1\r\nContent-Length: {}\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
        19
    );
    let crowds = [asking("body", &[&post, GET])];
    let no = "HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n";
    let missing = "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n";
    let lines = |kept: &str| judged(says_not_found, &crowds, &saw("body", "fin", kept));
    assert_eq!(lines(no), "pass");
    assert_eq!(lines(&format!("{no}{GOOD}")), "pass");
    assert!(lines(&format!("{no}{missing}{GOOD}")).starts_with("fail"));

    let crowds = [asking("nonsense", &["hello\r\n\r\n"])];
    let lines =
        |end: &str, kept: &str| judged(says_not_found, &crowds, &saw("nonsense", end, kept));
    assert_eq!(
        lines("open", "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n"),
        "pass"
    );
    assert_eq!(lines("fin", "<p>Sorry"), "pass");
    assert_eq!(lines("ECONNRESET", ""), "pass");
    assert!(lines("open", "").contains("neither refused nor closed"));
    assert!(lines("fin", GOOD).contains("got status 200"));
}

#[test]
fn who_says_close_gets_an_end() {
    let crowds = [asking("last", &["GET /a.txt HTTP/1.0\r\n\r\n"])];
    let judged = |end: &str| judged(keeps_alive, &crowds, &saw("last", end, GOOD));
    assert_eq!(judged("fin"), "pass");
    assert!(judged("open").contains("the connection is still open"));
    let crowds = [asking("two", &[GET, GET])];
    let twice = format!("{GOOD}{GOOD}");
    assert_eq!(
        super::testing::judged(keeps_alive, &crowds, &saw("two", "open", &twice)),
        "pass"
    );
    let once = super::testing::judged(keeps_alive, &crowds, &saw("two", "fin", GOOD));
    assert!(once.contains("got no answer"), "{once}");
}

#[test]
fn not_a_byte_leaves_root() {
    let crowds = [
        asking("out", &["GET /../secret HTTP/1.1\r\n\r\n"]),
        asking("nul", &["GET /a.txt%00 HTTP/1.1\r\n\r\n"]),
        asking("after", &[GET]),
    ];
    let judged = |out: &str, nul: &str| {
        let lines = [
            saw("out", "fin", out),
            saw("nul", "fin", nul),
            saw("after", "open", GOOD),
        ];
        judged(stays_inside_root, &crowds, &lines.concat())
    };
    let secret = "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\nnobody is to see this";
    let no = "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(judged(no, no), "pass");
    assert_eq!(judged(GOOD, ""), "pass");
    assert!(judged(secret, no).contains("which is not beneath ROOT"));
    assert!(judged(no, GOOD).contains("for a name that is none"));
}

#[test]
fn descriptors_and_calls_are_counted() {
    let crowds = [asking("after", &[GET])];
    let lines = |counts: [u32; 3]| {
        let measured =
            counts.map(|count| format!("* measured memory=1 tasks=1 descriptors={count}\n"));
        measured.concat() + &saw("after", "open", GOOD)
    };
    assert_eq!(
        judged(leaks_no_descriptor, &crowds, &lines([5, 7, 5])),
        "pass"
    );
    assert!(judged(leaks_no_descriptor, &crowds, &lines([5, 7, 6])).starts_with("fail"));

    let calls = |count: usize| {
        let calls = "2 epoll_wait(4, [], 64, 10) = 0\n".repeat(count);
        format!(
            "{}* passed 500\n{calls}* passed 2000\n",
            saw("after", "open", GOOD)
        )
    };
    assert_eq!(judged(sleeps_when_idle, &crowds, &calls(20)), "pass");
    assert!(judged(sleeps_when_idle, &crowds, &calls(21)).contains("21 calls in two seconds"));
    // It was tired of its clients before the two seconds began.
    let calls = |count: usize| {
        let calls = "2 epoll_wait(4, [], 64, 10) = 1\n".repeat(count);
        format!(
            "{}2 sendto(5, \"x\", 1) = 1\n{calls}* passed 500\n* passed 2000\n",
            saw("after", "open", GOOD)
        )
    };
    assert_eq!(judged(sleeps_when_idle, &crowds, &calls(1020)), "pass");
    let too_many = judged(sleeps_when_idle, &crowds, &calls(1021));
    assert!(
        too_many.contains("1021 calls before two seconds"),
        "{too_many}"
    );
}

#[test]
fn memory_is_bounded() {
    let crowds = [asking("after", &[GET])];
    let lines = |memory: u32| {
        format!(
            "* measured memory=1000 tasks=1 descriptors=5\n\
             * measured memory={memory} tasks=1 descriptors=5\n{}",
            saw("after", "open", GOOD)
        )
    };
    assert_eq!(judged(serves_big_files, &crowds, &lines(66_000)), "pass");
    assert!(judged(serves_big_files, &crowds, &lines(67_000)).starts_with("fail"));
    assert_eq!(judged(bounds_headers, &crowds, &lines(33_000)), "pass");
    assert!(judged(bounds_headers, &crowds, &lines(34_000)).starts_with("fail"));
}

#[test]
fn an_answer_has_an_end() {
    let crowds = [asking(
        "missing",
        &["GET /none HTTP/1.1\r\nHost: x\r\n\r\n"],
    )];
    let judged =
        |end: &str, kept: &str| judged(says_not_found, &crowds, &saw("missing", end, kept));
    let endless = "HTTP/1.1 404 No\r\n\r\nno";
    assert_eq!(judged("fin", endless), "pass");
    assert!(judged("open", endless).contains("it has neither a Content-Length nor chunks"));
    let short = "HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nno";
    assert!(judged("open", short).contains("2 bytes of its body came"));
    assert_eq!(judged("open", &format!("{short}!")), "pass");
}

#[test]
fn sigterm_ends_it_with_status_0_and_finishes_answers() {
    let crowds = [asking("half served", &[GET])];
    let judged = |end: &str, kept: &str| {
        let lines = format!(
            "* signal SIGTERM\n2 +++ {end}\n{}",
            saw("half served", "fin", kept)
        );
        judged(stops_on_sigterm, &crowds, &lines)
    };
    assert_eq!(judged("exit 0", GOOD), "pass");
    assert!(judged("exit 1", GOOD).starts_with("fail: SIGTERM comes, and it exits with status 1"));
    assert!(
        judged("signal SIGTERM", GOOD)
            .starts_with("fail: SIGTERM comes, and it is ended by SIGTERM")
    );
    assert!(
        judged("exit 0", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe").contains("2 of the 5")
    );
}

#[test]
fn who_ends_while_clients_are_there_is_found() {
    let crowds = [asking("after five", &[GET])];
    let lines = format!(
        "{}2 sendfile(5, 6, NULL, 9) = -1 EPIPE\n2 --- SIGPIPE\n2 +++ signal SIGPIPE\n",
        saw("after five", "open", GOOD)
    );
    assert!(judged(survives_resets, &crowds, &lines).contains("is ended by SIGPIPE"));
    let lines = saw("after five", "open", GOOD);
    assert_eq!(judged(survives_resets, &crowds, &lines), "pass");
}

mod hostile {
    use proptest::strategy::Just;

    use super::{GET, START, asking, story};
    use crate::lessons::sockets::http::LAB;
    use crate::lessons::testing;

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        "* clients \"last others\" 4294967295",
        "* saw \"last others\" 0 sent=0 received=0 connecting",
        "* saw \"last others\" 0-4294967294 sent=9 received=18446744073709551615 open kept=\"HTTP/1.1 200 OK\\r\\n\\r\\n\"...18446744073709551615",
        "* saw \"last others\" 7 sent=1 received=9 fin kept=\"HTTP/1.1 200 OK\\r\\nContent-Length: 18446744073709551615\\r\\n\\r\\nx\"",
        "* saw \"last others\" 7 sent=1 received=9 open doing=7 differs=3 kept=\"HTTP/1.1 404 \\xff\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nffffffffffffffff\\r\\n\"",
        "* saw \"last others\" 1 sent=1 received=9 ECONNRESET kept=\"HTTP/1.1 301 x\\r\\nlocation: \\r\\n\\r\\n\"",
        "* saw \"other\" 1 sent=1 received=9 tls \"?\"",
        "* measured memory=18446744073709551615 tasks=0 descriptors=18446744073709551615",
        "* measured memory=0 tasks=0 descriptors=0",
        "* passed 500",
        "* passed 2000",
        "* signal SIGTERM",
        "2 openat(-1, \"/\", 0) = 9223372036854775807",
        "2 openat() = -1 ENOENT",
        "2 epoll_wait(4, [], 64, 10) ...",
        "2 fork 3",
        "3 +++ exit 1",
        "2 +++ exit 0",
        "2 +++ signal SIGKILL",
        "* limit memory 524288",
        "* limit stuck 10",
        "* listening tcp:1",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        testing::no_recording_makes_a_judge_panic(
            &LAB,
            LINES,
            &["", START],
            Just(story(vec![asking("last others", &[GET])])),
        );
    }
}
