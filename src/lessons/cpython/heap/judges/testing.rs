//! Judging traces of a few lines.

use insta::assert_snapshot;
use proptest::sample::select;

use crate::lessons::cpython::heap::LAB;
use crate::lessons::stories::experiment;
use crate::lessons::testing::{self, judged};
use crate::model::{Expected, Experiment, Foretold, LastWords, Run};

/// A run as the oracle makes it.
fn foretold() -> Experiment {
    let output = |line: &str, text: &str| (line.to_owned(), text.to_owned());
    let run = Foretold {
        input: Some("new a\nprobe a\nnew a\nx\n".to_owned()),
        outputs: vec![
            output("line 2, probe a", "2 count 1\n"),
            output("line 3, new a", "3 freed a#1\n"),
        ],
        status: Some(2),
        last_words: Some(LastWords {
            line: "line 4 is x".to_owned(),
            text: "line 4:".to_owned(),
            is_whole: false,
        }),
        ..Foretold::default()
    };
    run.applied(&experiment("a script", Run::default()))
}

#[test]
fn the_first_line_that_prints_something_else_is_shown() {
    let said = |trace: &str| judged(super::refuses_nonsense, &foretold(), &[trace.to_owned()]);
    let end = "* stderr \"line 4: what?\\n\"\n2 +++ exit 2";
    let right = format!("* stdout \"2 count 1\\n3 freed a#1\\n\"\n{end}");
    assert_eq!(said(&right), "pass");
    assert_snapshot!(said(&right.replace("a#1", "a#2")), @r#"
    fail: it printed "3 freed a#2\n" where "3 freed a#1\n" is due: line 3, new a
      0.0 * stdout "2 count 1\n3 freed a#2\n"
    hint: What does each operation need, and what is known about each name at this line?
    "#);
    assert_snapshot!(said(&right.replace("line 4", "line 3")), @r#"
    fail: its last line on standard error is "line 3: what?" where "line 4:" is due: line 4 is x
      0.1 * stderr "line 3: what?\n"
      0.2 2 +++ exit 2
    hint: What does each operation need, and what is known about each name at this line?
    "#);
    assert_snapshot!(said(&right.replace("exit 2", "exit 1")), @r#"
    fail: it exits with status 1 where status 2 is due
      0.1 * stderr "line 4: what?\n"
      0.2 2 +++ exit 1
    hint: What does each operation need, and what is known about each name at this line?
    "#);
}

/// Lines that mean something to a judge, in an order that no program can produce.
const LINES: &[&str] = &[
    r#"* stdout "2 count 1\n""#,
    r#"* stdout "3 freed a#1\n""#,
    r#"* stdout "\xff\xfe"...7"#,
    r#"* stderr "line 4: x\n""#,
    r#"* stderr "\xff\n\n""#,
    "2 usage cpu=18446744073709551615 maxrss=1",
    "2 usage cpu=0 maxrss=1",
    "3 usage cpu=5000000 maxrss=1",
    "2 fork 3",
    "3 +++ exit 0",
    "2 +++ exit 0",
    "2 +++ exit 2",
    "2 +++ signal SIGSEGV",
    "* limit cpu 10000",
    "* limit stuck 10",
    ". rest",
];

#[test]
fn no_recording_makes_a_judge_panic() {
    let run = Run {
        expects: vec![Expected::Status(0)],
        ..Run::default()
    };
    let experiments = select(vec![foretold(), experiment("two", run.clone()).then(run)]);
    testing::no_recording_makes_a_judge_panic(&LAB, LINES, &[""], experiments);
}
