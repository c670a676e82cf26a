//! What judges say of facts.

use insta::assert_snapshot;

use super::*;
use crate::lessons::ext::probes::{plain, sanitized};
use crate::lessons::testing;
use crate::model::check::Judge;

/// What a judge says of a plain probe that wrote these facts.
fn judged(judge: Judge, facts: &str) -> String {
    of_probe(judge, &plain("a-probe", "a story", 1), facts)
}

fn of_probe(judge: Judge, experiment: &crate::model::Experiment, facts: &str) -> String {
    let facts: String = facts
        .trim()
        .lines()
        .map(|line| format!("{}\n", line.trim()))
        .collect();
    let trace = format!("2 +++ exit 0\n* file \"/lab/facts\" {facts:?}");
    testing::judged(judge, experiment, &[trace])
}

const CASE: &str = r#"{"fact": "case", "case": 0, "kind": "ordinary", "call": "f(b'')"}"#;
const DONE: &str = r#"{"fact": "done"}"#;

fn outcome(more: &str) -> String {
    format!("{CASE}\n{{\"fact\": \"outcome\", \"case\": 0, \"call\": \"f(b'')\", {more}}}\n{DONE}")
}

#[test]
fn a_value_that_is_not_pythons_fails() {
    let right = outcome(r#""outcome": "returned", "type": "int", "value": "0", "agrees": true"#);
    assert_eq!(judged(computes, &right), "pass");
    let wrong = outcome(
        r#""outcome": "returned", "type": "int", "value": "1", "agrees": false,
        "want": {"outcome": "returned", "type": "int", "value": "0"}"#,
    )
    .replace("\n        ", " ");
    assert_snapshot!(judged(computes, &wrong), @"
    fail: `f(b'')` returned 1 where Python returned 0
    hint: What does the same call give with Python's own tools, and from where on do the two differ?
    ");
}

#[test]
fn what_must_be_refused_is_refused_by_one_of_four_exceptions() {
    let refused = |more: &str| outcome(more).replace("ordinary", "refused");
    let right =
        refused(r#""outcome": "raised", "type": "TypeError", "message": "no", "refuses": true"#);
    assert_eq!(judged(refuses_bad_arguments, &right), "pass");
    let wrong =
        refused(r#""outcome": "raised", "type": "KeyError", "message": "no", "refuses": false"#);
    assert_snapshot!(judged(refuses_bad_arguments, &wrong), @"
    fail: `f(b'')` raised KeyError: no instead of raising TypeError, ValueError, OverflowError or BufferError
    hint: What does it know of that argument before it uses it?
    ");
}

#[test]
fn a_process_that_dies_fails_at_its_case() {
    let facts = format!(
        "{CASE}\n{}",
        r#"{"fact": "died", "case": 0, "signal": "SIGSEGV", "said": "Fatal Python error\n\nCurrent thread 0x1 (most recent call first):\n  File \"/submission/.built/plain/f.py\", line 9 in f\n  File \"/battery/cases.py\", line 53 in make\n\nThread 0x2 (most recent call first):\n  File \"/battery/probe.py\", line 4 in watch\n\nExtension modules: f (total: 1)\n", "at": [{"file": "module.c", "line": 3, "within": "f"}]}"#
    );
    assert_snapshot!(judged(computes, &facts), @r#"
    fail: `f(b'')` ended the process by SIGSEGV
      module.c:3 (f)
      Fatal Python error
      
      Current thread 0x1 (most recent call first):
        File "/submission/.built/plain/f.py", line 9 in f
    hint: Whose memory did it touch last, and who had said that it may?
    "#);
}

#[test]
fn a_probe_that_breaks_accuses_nobody() {
    let facts = format!(
        "{CASE}\n{}\n{}",
        r#"{"fact": "broken", "why": "TypeError: no (/battery/cases.py:7)"}"#,
        r#"{"fact": "died", "case": 0, "status": 1, "said": ""}"#
    );
    assert_snapshot!(judged(computes, &facts), @"blind: its probe broke: TypeError: no (/battery/cases.py:7)");
}

#[test]
fn what_is_raised_before_a_call_is_the_modules() {
    let facts = format!(
        "{CASE}\n{}\n{}",
        r#"{"fact": "unprepared", "case": 0, "outcome": "raised", "type": "NotImplementedError", "message": "", "at": [{"file": "f.py", "line": 5, "within": "put"}]}"#,
        r#"{"fact": "done"}"#
    );
    assert_snapshot!(judged(computes, &facts), @"
    fail: `f(b'')` could not be made: before that, the module raised NotImplementedError
      f.py:5 (put)
    hint: What comes of the same lines in `python3 -i`, one by one?
    ");
}

#[test]
fn a_reference_for_each_call_is_a_leak_and_a_few_are_not() {
    let loops = |change: i64, blocks: i64| {
        format!(
            "{}\n{}\n{DONE}",
            format_args!(
                r#"{{"fact": "loop", "call": "f(x)", "setup": "x = [1]", "calls": 100, "blocks": [{blocks}, {blocks}, {blocks}, {blocks}, 0], "canaries": [{{"what": "x", "change": {change}}}]}}"#
            ),
            r#"{"fact": "left-over", "call": "f(x)", "setup": "x = [1]", "function": "PyLong_FromLong", "file": "module.c", "line": 9}"#
        )
    };
    assert_eq!(judged(keeps_no_reference, &loops(4, 1)), "pass");
    assert_snapshot!(judged(keeps_no_reference, &loops(100, 0)), @"
    fail: 100 calls of `f(x)` after `x = [1]` leave 100 references more to x
      module.c:9 PyLong_FromLong
    hint: On which way out of the function is nothing given back?
    ");
    assert_snapshot!(judged(keeps_no_reference, &loops(0, 20)), @"
    fail: 100 calls of `f(x)` after `x = [1]` leave 80 blocks of Python's memory more
      module.c:9 PyLong_FromLong
    hint: On which way out of the function is nothing given back?
    ");
    assert_eq!(judged(gives_no_reference_away, &loops(100, 0)), "pass");
    assert_snapshot!(judged(gives_no_reference_away, &loops(-100, 0)), @"
    fail: 100 calls of `f(x)` after `x = [1]` leave 100 references fewer to x
    hint: Is that reference borrowed, stolen or its own?
    ");
}

#[test]
fn a_share_is_of_processor_time_and_the_best_round_of_the_worst_call_counts() {
    let share_of = |call: &str, released: i64| {
        format!(
            r#"{{"fact": "share", "call": "{call}", "process_ns": 1000, "process_released_ns": {released}, "releases": 1, "outcome": {{"outcome": "returned"}}}}"#
        )
    };
    let share = |released| share_of("f(x)", released);
    assert_eq!(
        judged(
            releases_the_gil,
            &format!("{}\n{}\n{DONE}", share(500), share(950))
        ),
        "pass"
    );
    let another = share_of("f(y)", 990);
    assert_eq!(
        judged(
            releases_the_gil,
            &format!("{another}\n{}\n{DONE}", share(500))
        ),
        judged(releases_the_gil, &format!("{}\n{DONE}", share(500)))
    );
    assert_snapshot!(judged(releases_the_gil, &format!("{}\n{DONE}", share(500))), @"
    fail: `f(x)` spends 50 % of its processor time without the GIL; it gives it away 1 times
    hint: Which part of that loop needs an object of Python's?
    ");
}

#[test]
fn what_ends_a_call_without_end_is_what_the_handler_raised() {
    let interrupted = |more: &str| {
        format!(
            "{}\n{DONE}",
            format_args!(
                r#"{{"fact": "interrupted", "call": "f(x)", "processor_ns": 9000000, "outcome": "raised", "type": "KeyboardInterrupt", {more}}}"#
            )
        )
    };
    let right = interrupted(r#""is_the_same": true, "canaries": []"#);
    assert_eq!(judged(answers_signals, &right), "pass");
    assert_snapshot!(judged(answers_signals, &interrupted(r#""is_the_same": false"#)), @"
    fail: `f(x)`, SIGINT in its midst, raised KeyboardInterrupt instead of the exception that the signal's handler raised
    hint: Who looks whether a signal has come while the call does not return to Python, and what becomes of the exception that its handler raises?
    ");
    let leaks = r#""is_the_same": true, "canaries": [{"what": "x", "change": 1}]"#;
    assert_snapshot!(judged(answers_signals, &interrupted(leaks)), @"
    fail: `f(x)`, SIGINT in its midst, left 1 references to x
    hint: Who looks whether a signal has come while the call does not return to Python, and what becomes of the exception that its handler raises?
    ");
}

#[test]
fn two_threads_in_a_call_leave_no_buffer_exported() {
    let met = |resized: &str| {
        outcome(&format!(
            r#""outcome": "returned", "type": "int", "value": "7", "agrees": true, "met": true, "releases": 2, "resized": {{{resized}}}"#
        ))
    };
    assert_eq!(
        judged(shares_safely, &met(r#""outcome": "returned""#)),
        "pass"
    );
    let kept = met(r#""outcome": "raised", "type": "BufferError""#);
    assert_snapshot!(judged(shares_safely, &kept), @"
    fail: `f(b'')` leaves a buffer exported, with another thread in it
    hint: What of its arguments does it still use, and who may change that now?
    ");
}

#[test]
fn a_call_that_is_to_give_the_gil_away_does() {
    let released = |releases: i64, must_release: bool| {
        outcome(&format!(
            r#""outcome": "returned", "type": "int", "value": "7", "agrees": true, "met": {}, "releases": {releases}, "must_release": {must_release}"#,
            releases > 0
        ))
    };
    assert_eq!(judged(shares_safely, &released(2, true)), "pass");
    assert_eq!(judged(shares_safely, &released(0, false)), "pass");
    assert_snapshot!(judged(shares_safely, &released(0, true)), @"
    fail: `f(b'')` never gives the GIL away: no other thread can be in it
    hint: Which part of that loop needs an object of Python's?
    ");
}

#[test]
fn a_failure_that_is_not_passed_on_fails() {
    let facts = outcome(
        r#""outcome": "returned", "type": "int", "value": "7", "agrees": false, "calls": 30, "blocks": [0, 0, 0, 0, 0], "failed": {"function": "PyLong_FromLong", "file": "module.c", "line": 4}"#,
    );
    assert_snapshot!(judged(survives_failing_calls, &facts), @"
    fail: `f(b'')` returned 7 when PyLong_FromLong fails in it
      module.c:4 PyLong_FromLong
    hint: What does that function return when it fails, and what has been taken by then?
    ");
}

#[test]
fn a_call_without_the_gil_fails_with_its_line() {
    let facts = format!(
        "{CASE}\n{}\n{DONE}",
        r#"{"fact": "api", "case": 0, "function": "PyList_Append", "has_gil": false, "is_pending": false, "at": {"file": "module.c", "line": 12}}"#
    );
    assert_snapshot!(judged(needs_no_gil_it_gave_up, &facts), @"
    fail: `f(b'')` calls PyList_Append without the GIL
      module.c:12
    hint: What else may the interpreter be doing while that line runs?
    ");
    assert_eq!(judged(raises_or_returns, &facts), "pass");
}

#[test]
fn what_cannot_be_tried_is_skipped_and_what_is_not_asked_passes() {
    let cannot = format!(
        "{}\n{DONE}",
        r#"{"fact": "cannot", "why": "libtsan.so is not installed"}"#
    );
    assert_eq!(
        judged(shares_safely, &cannot),
        "skipped: libtsan.so is not installed"
    );
    let not_asked = format!(
        "{}\n{DONE}",
        r#"{"fact": "not-asked", "why": "pyo3 panics"}"#
    );
    assert_eq!(judged(survives_failing_calls, &not_asked), "pass");
}

#[test]
fn a_report_of_the_thread_sanitizer_counts_if_it_is_about_the_modules_code() {
    let later = CASE.replace("f(b'')", "later()");
    let report = |file: &str| {
        format!(
            "{}\n{CASE}\n{}\n{later}\n{DONE}",
            r#"{"fact": "start", "sources": ["module.c"]}"#,
            format_args!(
                r#"{{"fact": "sanitizer", "tool": "tsan", "kind": "data race", "frames": [{{"within": "f", "file": "{file}", "line": 5}}]}}"#
            )
        )
    };
    let experiment = sanitized("tsan", "shares-safely", "a story", 1);
    assert_eq!(
        of_probe(shares_safely, &experiment, &report("ceval.c")),
        "pass"
    );
    assert_snapshot!(of_probe(shares_safely, &experiment, &report("module.c")), @"
    fail: the thread sanitizer reports data race in `f(b'')`
      module.c:5 (f)
    hint: Which of the two threads may touch it at that moment, and what keeps the other away?
    ");
}

#[test]
fn nothing_that_a_module_writes_makes_a_judge_panic() {
    let judges: [Judge; 18] = [
        builds,
        computes,
        refuses_bad_arguments,
        stays_in_bounds,
        keeps_no_reference,
        gives_no_reference_away,
        leaks_no_memory,
        survives_failing_calls,
        raises_or_returns,
        releases_the_gil,
        needs_no_gil_it_gave_up,
        shares_safely,
        answers_signals,
        imports_anywhere,
        imports_in_phases,
        declares_prototypes,
        frees_handles,
        keeps_callbacks_alive,
    ];
    for hostile in [
        "",
        "null",
        r#"{"fact": "loop", "call": "", "calls": -9223372036854775808, "blocks": [9223372036854775807, 9223372036854775807, 9223372036854775807, 9223372036854775807]}"#,
        r#"{"fact": "memory", "call": "", "calls": 9223372036854775807, "bytes": [-9223372036854775808, 1]}"#,
        r#"{"fact": "share", "call": "", "process_ns": -1, "process_released_ns": 9223372036854775807}"#,
        r#"{"fact": "interrupted", "call": "", "processor_ns": -9223372036854775808, "outcome": "raised", "type": "KeyboardInterrupt"}"#,
        r#"{"fact": "loop", "call": "f", "calls": 1, "canaries": [{"what": "x", "change": -9223372036854775808}]}"#,
    ] {
        for judge in judges {
            let _said = judged(judge, &format!("{hostile}\n{DONE}"));
        }
    }
}
