//! What a capture costs: figures for people, run by hand in a release build.
//!
//! `cargo test --release --test it site::cost -- --ignored --nocapture`

use std::fs;
use std::time::Duration;

use nix::sys::ptrace;
use nix::time::{ClockId, clock_gettime};
use syslab::tracer::site::Registers;

use super::harness::{Submission, call};
use super::python::interpreters;

/// Captures at one stop.
const ROUNDS: u32 = 20_000;

/// Processor time of this thread: others that share the machine do not count.
fn spent() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .expect("a clock")
        .into()
}

fn measure(submission: &Submission, command: &[&str]) {
    let mut is_done = false;
    submission.run_with(command, |sites, pid| {
        let registers = ptrace::getregs(pid).expect("registers");
        if is_done || call(&registers) != libc::SYS_fsync {
            return;
        }
        is_done = true;
        let registers = Registers::from(&registers);
        let tid = pid.as_raw();
        let start = spent();
        let frames = sites.capture(tid, tid, tid.unsigned_abs(), registers);
        let first = spent() - start;
        let start = spent();
        for _ in 0..ROUNDS {
            sites.capture(tid, tid, tid.unsigned_abs(), registers);
        }
        println!(
            "{command:?}: first {first:?}, then {:?}, {} frames",
            (spent() - start) / ROUNDS,
            frames.len()
        );
    });
    assert!(is_done);
}

#[test]
#[ignore = "a measurement"]
fn of_c() {
    for options in ["-g -O0", "-g -O2 -static"] {
        let submission = Submission::new();
        submission.source("deep.c");
        if submission.compile(&format!("gcc {options} -o deep deep.c")) {
            measure(&submission, &["./deep"]);
        }
    }
}

#[test]
#[ignore = "a measurement"]
fn of_rust() {
    let submission = Submission::new();
    submission.source("deep.rs");
    if submission.compile("rustc -g -O deep.rs") {
        measure(&submission, &["./deep"]);
    }
}

#[test]
#[ignore = "a measurement"]
fn of_python() {
    for minor in 8..=14 {
        for interpreter in interpreters(minor) {
            let submission = Submission::new();
            let program = "import os\n\ndef append():\n    os.fsync(1)\n\n\
                 def keep():\n    append()\n\ntry:\n    keep()\nexcept OSError:\n    pass\n";
            fs::write(submission.path().join("main.py"), program).expect("a program");
            let interpreter = interpreter.to_string_lossy();
            measure(&submission, &[&interpreter, "main.py"]);
        }
    }
}
