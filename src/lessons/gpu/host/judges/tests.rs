//! What judges say of facts.

use insta::assert_snapshot;

use super::super::checks;
use super::*;
use crate::lessons::testing;
use crate::model::Experiment;
use crate::model::check::{Check, Judge};

const START: &str = r#"{"fact": "program", "failing": null}"#;
const DONE: &str = r#"{"fact": "done"}"#;

/// What a judge says of runs, each of which wrote these facts.
fn judged(judge: Judge, experiment: &Experiment, runs: &[String]) -> String {
    let traces: Vec<String> = runs
        .iter()
        .map(|facts| format!("* stdout {facts:?}\n2 +++ exit 0"))
        .collect();
    testing::judged(judge, experiment, &traces)
}

/// The only run of a check's first experiment, less its runs after the first.
fn first(check: &Check) -> Experiment {
    let mut experiment = (check.experiments)(1).remove(0);
    experiment.runs.truncate(1);
    experiment
}

fn lines(lines: &[&str]) -> String {
    let all = [&[START], lines, &[DONE]].concat();
    all.iter().map(|line| format!("{line}\n")).collect()
}

fn end(status: i32, stdout: &str, stderr: &str) -> String {
    format!(
        r#"{{"fact": "end", "status": {status}, "signal": null, "stdout": {stdout:?}, "stderr": {stderr:?}, "calls": 3}}"#
    )
}

fn call(number: u32, name: &str, stream: u64, work: &str) -> String {
    format!(
        r#"{{"fact": "call", "number": {number}, "name": "{name}", "stream": {stream}, "work": "{work}", "is_asynchronous": true}}"#
    )
}

#[test]
fn the_sum_is_exact() {
    assert_eq!(results::sum_of(3), 6.0);
    assert_eq!(results::sum_of(1000), 502_497.0);
    let experiment = first(&checks::COMPUTES);
    let printing = |text: &str| judged(computes, &experiment, &[lines(&[&end(0, text, "")])]);
    assert_eq!(printing("502497\n"), "pass");
    assert_eq!(printing("502497.000\n"), "pass");
    assert_snapshot!(printing("502496\n"), @"
    fail: `prog 1000` prints 502496 instead of 502497
    hint: Which elements does each half have, and what becomes of the last one?
    ");
    assert_snapshot!(printing("NaN\n"), @"
    fail: `prog 1000` prints NaN instead of 502497
    hint: Which elements does each half have, and what becomes of the last one?
    ");
    assert_snapshot!(printing(""), @"
    fail: `prog 1000` prints nothing instead of 502497
    hint: Which elements does each half have, and what becomes of the last one?
    ");
}

#[test]
fn a_copy_of_what_nothing_wrote_is_a_read_too_early() {
    let experiment = first(&checks::WAITS_BEFORE_READING);
    let unwritten = r#"{"fact": "read-unwritten", "number": 9, "bytes": 2000}"#;
    let run = lines(&[unwritten, &end(0, "502497\n", "")]);
    assert_snapshot!(judged(waits_before_reading, &experiment, &[run]), @"
    fail: where work is done as late as CUDA allows, `prog 1000` copies 2000 bytes out of the device that nothing has written by then
    hint: What does it wait for before it reads, and what says that all it needs has been done by then?
    ");
}

#[test]
fn two_streams_need_a_copy_and_a_kernel_before_the_first_wait() {
    let experiment = first(&checks::OVERLAPS);
    let wait = r#"{"fact": "waited", "number": 5, "name": "cudaStreamSynchronize", "stream": 2, "work": 2}"#;
    let work: Vec<String> = [2, 3]
        .into_iter()
        .flat_map(|stream| {
            [
                call(1, "cudaMemcpyAsync", stream, "copy-in"),
                call(2, "cudaLaunchKernel", stream, "kernel"),
            ]
        })
        .collect();
    let [copy, kernel, copy_too, kernel_too] = work.each_ref_of_four();
    let ended = end(0, "", "");
    let both = lines(&[copy, copy_too, kernel, kernel_too, wait, &ended]);
    assert_eq!(judged(overlaps, &experiment, &[both]), "pass");
    let one = lines(&[copy, kernel, wait, copy_too, kernel_too, &ended]);
    assert_snapshot!(judged(overlaps, &experiment, &[one]), @"
    fail: when cudaStreamSynchronize (call 5) waits for the first time, only one stream has both a copy to the device and a kernel
    hint: Which calls return before their work is done, and from what memory? What is issued after the first one that does not?
    ");
}

/// Four texts, by reference.
trait EachOfFour {
    fn each_ref_of_four(&self) -> [&str; 4];
}

impl EachOfFour for Vec<String> {
    fn each_ref_of_four(&self) -> [&str; 4] {
        [&self[0], &self[1], &self[2], &self[3]]
    }
}

#[test]
fn what_is_left_is_named_with_the_call_that_made_it() {
    let experiment = first(&checks::FREES_EVERYTHING);
    let left = r#"{"fact": "left", "what": "device memory", "bytes": 4000, "name": "cudaMalloc", "number": 5}"#;
    let stream = r#"{"fact": "left", "what": "stream", "bytes": 0, "name": "cudaStreamCreate", "number": 6}"#;
    let run = lines(&[left, stream, &end(0, "502497\n", "")]);
    assert_snapshot!(judged(frees_everything, &experiment, &[run]), @"
    fail: it leaves 2 things behind
      4000 bytes of device memory: cudaMalloc (call 5)
      stream: cudaStreamCreate (call 6)
    hint: Who owns each of these, and what happens where that owner ends?
    ");
}

#[test]
fn what_a_lost_device_keeps_is_not_left() {
    let fault = |kind: &str| {
        format!(
            r#"{{"fact": "kernel-fault", "function": "add", "fault": {{"kind": "{kind}", "site": null, "inlined": [], "other": null, "at": {{"block": {{"x": 0, "y": 0, "z": 0}}, "thread": {{"x": 0, "y": 0, "z": 0}}}}, "other_at": null, "space": null, "buffer": null, "text": "writes", "times": 1}}}}"#
        )
    };
    let left = r#"{"fact": "left", "what": "stream", "bytes": 0, "name": "cudaStreamCreate", "number": 6}"#;
    let ended = end(1, "", "cudaStreamSynchronize: an illegal memory access\n");
    let everything = |kind: &str| {
        let run = lines(&[&fault(kind), left, &ended]);
        judged(frees_everything, &first(&checks::FREES_EVERYTHING), &[run])
    };
    assert_eq!(everything("out-of-bounds"), "pass");
    assert!(everything("race").starts_with("fail: it leaves one thing behind"));
    let on_error = |kind: &str| {
        let right = end(1, "", "cudaMalloc: out of memory\n");
        on_error(failing("cudaMalloc", 3, 0, &[&fault(kind), left, &right]))
    };
    assert_eq!(on_error("out-of-bounds"), "pass");
    assert!(on_error("race").starts_with("fail"));
}

/// A reference run that waits at call 10, and one in which a call fails.
fn failing(name: &str, number: u32, pending: u64, more: &[&str]) -> String {
    let wait = r#"{"fact": "waited", "number": 10, "name": "cudaStreamSynchronize", "stream": 2, "work": 2}"#;
    let reference = end(0, "2205\n", "");
    let begin = r#"{"fact": "program", "failing": 1}"#;
    let refused = format!(
        r#"{{"fact": "refused", "number": {number}, "name": "{name}", "code": 2, "pending": {pending}}}"#
    );
    let all = [&[wait, &reference, begin, &refused], more].concat();
    lines(&all)
}

fn on_error(run: String) -> String {
    judged(frees_on_error, &first(&checks::FREES_ON_ERROR), &[run])
}

#[test]
fn a_failure_is_named_and_nothing_is_left() {
    let right = end(1, "", "cudaMalloc(&p, n): out of memory\n");
    assert_eq!(on_error(failing("cudaMalloc", 3, 0, &[&right])), "pass");
    let silent = end(1, "", "out of memory\n");
    assert_snapshot!(on_error(failing("cudaMalloc", 3, 0, &[&silent])), @"
    fail: when cudaMalloc (call 3) fails, it does not name that call on standard error
      out of memory
    hint: Somebody gets this line by mail, and nothing else. Where would they look?
    ");
    let left = r#"{"fact": "left", "what": "stream", "bytes": 0, "name": "cudaStreamCreate", "number": 2}"#;
    assert_snapshot!(on_error(failing("cudaMalloc", 3, 0, &[left, &right])), @"
    fail: when cudaMalloc (call 3) fails, it leaves one thing behind
      stream: cudaStreamCreate (call 2)
    hint: On which way does it leave from there, and who is asked to clean up on that way?
    ");
    let on = end(0, "2205\n", "");
    assert_snapshot!(on_error(failing("cudaSetDevice", 1, 0, &[&on])), @r#"
    fail: when cudaSetDevice (call 1) fails, it goes on, prints "2205" and exits with status 0
    hint: Who looks at what that call returns?
    "#);
}

#[test]
fn what_no_result_depends_on_may_fail_without_a_word() {
    let on = end(0, "2205\n", "");
    let left = r#"{"fact": "left", "what": "device memory", "bytes": 8, "name": "cudaMalloc", "number": 2}"#;
    assert_eq!(on_error(failing("cudaFree", 9, 0, &[left, &on])), "pass");
    assert_eq!(
        on_error(failing("cudaStreamSynchronize", 9, 0, &[&on])),
        "pass"
    );
    assert_eq!(
        on_error(failing("cuStreamWaitEvent", 11, 1, &[&on])),
        "pass"
    );
    assert!(on_error(failing("cudaStreamSynchronize", 9, 1, &[&on])).starts_with("fail"));
    assert!(on_error(failing("cudaFree", 9, 0, &[left, left, &on])).starts_with("fail"));
    // Also a wrong sum is none.
    let wrong = end(0, "7\n", "");
    assert!(on_error(failing("cudaFree", 9, 0, &[&wrong])).starts_with("fail"));
}

#[test]
fn a_header_may_have_another_name_for_a_call() {
    let said = end(1, "", "cudaEventCreate: out of memory");
    assert_eq!(
        on_error(failing("cudaEventCreateWithFlags", 3, 0, &[&said])),
        "pass"
    );
    let said = end(1, "", "cudaMallocHost: out of memory");
    assert_eq!(on_error(failing("cudaHostAlloc", 3, 0, &[&said])), "pass");
    let said = end(1, "", "cuda: out of memory");
    assert!(on_error(failing("cudaMalloc", 3, 0, &[&said])).starts_with("fail"));
    let said = end(1, "", "add: too many resources");
    assert_eq!(
        on_error(failing("cudaLaunchKernel", 3, 0, &[&said])),
        "pass"
    );
}

#[test]
fn without_a_device_the_status_is_three() {
    let experiment = first(&checks::SAYS_NO_DEVICE);
    let ended = |status, said: &str| {
        judged(
            says_no_device,
            &experiment,
            &[lines(&[&end(status, "", said)])],
        )
    };
    assert_eq!(ended(3, "no device\n"), "pass");
    assert_snapshot!(ended(3, ""), @"
    fail: without a device, it says nothing on standard error
    hint: Who would know why there is no result?
    ");
    assert!(ended(1, "no device\n").starts_with("fail"));
}

#[test]
fn what_our_side_cannot_do_is_no_failure() {
    let experiment = first(&checks::COMPUTES);
    let unsupported = r#"{"fact": "unsupported", "what": "the simulator does not support wmma"}"#;
    let run = lines(&[unsupported, &end(1, "", "no kernel")]);
    assert_eq!(
        judged(computes, &experiment, &[run]),
        "blind: the simulator cannot run it: the simulator does not support wmma"
    );
    let cut = format!("{START}\n");
    assert_eq!(
        judged(computes, &experiment, &[cut]),
        "blind: the device process did not come to its end"
    );
}

/// The end of a probe of bridge.py that saw this.
fn probe(seen: &[&str]) -> String {
    let stdout: String = seen.iter().map(|line| format!("{line}\n")).collect();
    end(0, &stdout, "")
}

const PROBED: &str = r#"{"fact": "done"}"#;

fn outcome(more: &str) -> String {
    format!(r#"{{"fact": "outcome", "call": "add(a, b)", {more}}}"#)
}

#[test]
fn a_call_that_fails_leaves_no_more_than_one_that_does_not() {
    let right = outcome(r#""came": "returned", "agrees": true"#);
    let ended = probe(&[&right, PROBED]);
    let whole = |left: &[&str]| lines(&[left, &[ended.as_str()]].concat());
    let stream = r#"{"fact": "left", "what": "stream", "bytes": 0, "name": "cudaStreamCreate", "number": 2}"#;
    let memory = r#"{"fact": "left", "what": "device memory", "bytes": 400, "name": "cudaMalloc", "number": 3}"#;
    let failing = |name: &str, left: &[&str]| {
        let refused = format!(
            r#"{{"fact": "refused", "number": 4, "name": "{name}", "code": 2, "pending": 0}}"#
        );
        let begin = r#"{"fact": "program", "failing": 4}"#;
        let whole = [stream, ended.as_str(), begin, &refused];
        lines(&[&whole, left, &[ended.as_str()]].concat())
    };
    let experiment = (checks::FREES_WHAT_IT_GOT.experiments)(1).remove(0);
    let left = |name: &str, left: &[&str]| {
        let runs = [whole(&[stream]), whole(&[stream]), failing(name, left)];
        judged(frees_what_it_got, &experiment, &runs)
    };
    assert_eq!(left("cudaMalloc", &[stream]), "pass");
    assert_eq!(left("cudaFree", &[stream, memory]), "pass");
    assert_snapshot!(left("cudaMalloc", &[stream, memory]), @"
    fail: when cudaMalloc (call 4) fails, more is left than where nothing fails: it leaves one thing behind
      400 bytes of device memory: cudaMalloc (call 3)
    hint: On which way out of a call is that not given back?
    ");
    // Also where what is kept has gone.
    assert!(left("cudaMalloc", &[memory]).starts_with("fail"));
    assert!(left("cudaFree", &[stream, memory, memory]).starts_with("fail"));
}

#[test]
fn a_sum_that_differs_is_named() {
    let wrong = outcome(
        r#""came": "returned", "type": "ndarray", "agrees": false, "difference": "element 3 is 0.0 instead of 1.0""#,
    );
    let run = lines(&[&probe(&[&wrong, PROBED])]);
    assert_snapshot!(judged(adds, &first(&checks::ADDS), &[run]), @"
    fail: what `add(a, b)` returns is wrong: element 3 is 0.0 instead of 1.0
    hint: How many elements are there, in how many dimensions, and which of them does the kernel touch?
    ");
}

#[test]
fn a_copy_of_other_bytes_than_the_arrays_fails() {
    let right = outcome(
        r#""came": "returned", "agrees": true, "arrays": {"a": [1000, 80], "b": [2000, 80], "result": [3000, 80]}"#,
    );
    let copy = |host: u64, work: &str| {
        format!(
            r#"{{"fact": "call", "number": 4, "name": "cudaMemcpyAsync", "bytes": 80, "host": {host}, "work": "{work}"}}"#
        )
    };
    let ended = probe(&[&right, PROBED]);
    let (a, b, c) = (
        copy(1000, "copy-in"),
        copy(2000, "copy-in"),
        copy(3000, "copy-out"),
    );
    let experiment = first(&checks::COPIES_ONCE);
    let run = lines(&[&a, &b, &c, &ended]);
    assert_eq!(judged(copies_once, &experiment, &[run]), "pass");
    let run = lines(&[&a, &a, &b, &c, &ended]);
    assert!(judged(copies_once, &experiment, &[run]).starts_with("fail: 240 bytes are copied to"));
    let run = lines(&[&a, &copy(5000, "copy-in"), &c, &ended]);
    assert_snapshot!(judged(copies_once, &experiment, &[run]), @"
    fail: cudaMemcpyAsync (call 4) copies 80 bytes that are not those of an argument
    hint: Which function of NumPy's returns another array, and whose memory does the copy read or write?
    ");
}

#[test]
fn a_wait_with_the_lock_fails_and_one_without_passes() {
    let right = outcome(r#""came": "returned", "agrees": true"#);
    let ended = probe(&[&right, PROBED]);
    let held = |has: bool| format!(r#"{{"fact": "held", "number": 7, "has_python_lock": {has}}}"#);
    let experiment = first(&checks::RELEASES_THE_GIL);
    let made = call(7, "cudaStreamSynchronize", 2, "");
    let run = |has| lines(&[&made, &held(has), &ended]);
    assert_eq!(judged(releases_the_gil, &experiment, &[run(false)]), "pass");
    assert_snapshot!(judged(releases_the_gil, &experiment, &[run(true)]), @"
    fail: cudaStreamSynchronize (call 7) waits for the device while its thread has the lock: no other thread can run Python until the device is done
    hint: Which of ctypes' ways to load a library gives the lock away during a call?
    ");
}

#[test]
fn nothing_that_a_program_writes_makes_a_judge_panic() {
    let judges: [(Judge, &Check); 12] = [
        (computes, &checks::COMPUTES),
        (overlaps, &checks::OVERLAPS),
        (waits_before_reading, &checks::WAITS_BEFORE_READING),
        (frees_everything, &checks::FREES_EVERYTHING),
        (frees_on_error, &checks::FREES_ON_ERROR),
        (says_no_device, &checks::SAYS_NO_DEVICE),
        (adds, &checks::ADDS),
        (refuses_wrong_arrays, &checks::REFUSES_WRONG_ARRAYS),
        (copies_once, &checks::COPIES_ONCE),
        (raises_cuda_errors, &checks::RAISES_CUDA_ERRORS),
        (frees_what_it_got, &checks::FREES_WHAT_IT_GOT),
        (releases_the_gil, &checks::RELEASES_THE_GIL),
    ];
    let huge = u64::MAX;
    let hostile_outcome = outcome(&format!(
        r#""came": "returned", "agrees": true, "arrays": {{"a": [{huge}, {huge}], "result": [1, {huge}]}}"#
    ));
    let copy = format!(
        r#"{{"fact": "call", "number": 1, "name": "x", "bytes": {huge}, "host": {huge}, "work": "copy-in"}}"#
    );
    for hostile in [
        String::new(),
        "null".to_owned(),
        DONE.to_owned(),
        lines(&[]),
        lines(&[&copy, &copy, &probe(&[&hostile_outcome, PROBED])]),
        lines(&[&probe(&["\u{0}", PROBED])]),
        failing("\u{1F600}", u32::MAX, huge, &[&end(i32::MIN, "é", "é")]),
    ] {
        for (judge, check) in judges {
            let mut experiment = first(check);
            let _said = judged(judge, &experiment, std::slice::from_ref(&hostile));
            experiment.runs.clear();
            let _said = judged(judge, &experiment, &[]);
        }
    }
}
