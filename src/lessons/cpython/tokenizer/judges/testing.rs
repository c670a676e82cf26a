//! Judging traces of a few lines.

use insta::assert_snapshot;
use proptest::sample::select;

use crate::lessons::cpython::tokenizer::LAB;
use crate::lessons::stories::experiment;
use crate::lessons::testing::{self, judged};
use crate::model::{Experiment, Foretold, LastWords, Run};

/// A right source, as the oracle describes it.
fn right() -> Experiment {
    let output = |text: &str| ("line 1, x".to_owned(), text.to_owned());
    let run = Foretold {
        args: vec!["/lab/source.py".to_owned()],
        files: vec![("/lab/source.py".to_owned(), "x\n".to_owned())],
        outputs: vec![
            output("NAME 1,0-1,1 'x'\n"),
            output("NEWLINE 1,1-1,2 '\\n'\n"),
        ],
        status: Some(0),
        ..Foretold::default()
    };
    run.applied(&experiment("a source", Run::default()))
}

/// A wrong one.
fn wrong() -> Experiment {
    let run = Foretold {
        last_words: Some(LastWords {
            line: "unterminated string: line 1, x = 'a".to_owned(),
            text: "1:4:".to_owned(),
            is_whole: false,
        }),
        status: Some(1),
        ..Foretold::default()
    };
    run.applied(&experiment("a wrong source", Run::default()))
}

#[test]
fn the_first_token_that_is_another_is_shown() {
    let said = |trace: &str| judged(super::strings, &right(), &[trace.to_owned()]);
    let trace = r#"* stdout "NAME 1,0-1,1 'x'\nNEWLINE 1,1-1,2 '\\n'\n"
2 +++ exit 0"#;
    assert_eq!(said(trace), "pass");
    assert_snapshot!(said(&trace.replace("1,2", "2,0")), @r#"
    fail: it printed "NEWLINE 1,1-2,0 '\\n'\n" where "NEWLINE 1,1-1,2 '\\n'\n" is due: line 1, x
      0.0 * stdout "NAME 1,0-1,1 'x'\nNEWLINE 1,1-2,0 '\\n'\n"
    hint: What can stand behind a backslash, and which quotation marks end this string?
    "#);
}

#[test]
fn where_the_mistake_begins_is_looked_at_and_not_how_it_is_called() {
    let said = |trace: &str| judged(super::reports_errors, &wrong(), &[trace.to_owned()]);
    let trace = "* stderr \"1:4: where is its end?\\n\"\n2 +++ exit 1";
    assert_eq!(said(trace), "pass");
    assert_snapshot!(said(&trace.replace("1:4", "1:6")), @r#"
    fail: its last line on standard error is "1:6: where is its end?" where "1:4:" is due: unterminated string: line 1, x = 'a
      0.0 * stderr "1:6: where is its end?\n"
      0.1 2 +++ exit 1
    hint: Where did what is not closed begin, and who still knows it when that is noticed?
    "#);
    assert_snapshot!(said(&format!("* stdout \"NAME\"\n{trace}")), @r#"
    fail: it printed "NAME" where nothing more is due
      0.0 * stdout "NAME"
    hint: Where did what is not closed begin, and who still knows it when that is noticed?
    "#);
    assert_snapshot!(said(&trace.replace("exit 1", "exit 0")), @r#"
    fail: it exits with status 0 where status 1 is due
      0.0 * stderr "1:4: where is its end?\n"
      0.1 2 +++ exit 0
    hint: Where did what is not closed begin, and who still knows it when that is noticed?
    "#);
}

/// Lines that mean something to a judge, in an order that no program can produce.
const LINES: &[&str] = &[
    r#"* stdout "NAME 1,0-1,1 'x'\n""#,
    r#"* stdout "NEWLINE 1,1-1,2 '\\n'\n""#,
    r#"* stdout "\xff\xfe"...7"#,
    r#"* stderr "1:4: x\n""#,
    r#"* stderr "\xff\n\n""#,
    "2 fork 3",
    "3 +++ exit 0",
    "2 +++ exit 0",
    "2 +++ exit 1",
    "2 +++ signal SIGSEGV",
    "* limit cpu 10000",
    "* limit stuck 10",
    ". rest",
];

#[test]
fn no_recording_makes_a_judge_panic() {
    let experiments = select(vec![right(), wrong()]);
    testing::no_recording_makes_a_judge_panic(&LAB, LINES, &[""], experiments);
}
