//! The labs matrix: the test that matters most; see `syslab author verify`.
//!
//! The whole of it takes hours. Here is, of most labs, what is quickly examined (`--brief`): a solution, and
//! for each check a mistake that it has to find. `syslab author verify LAB` is for whoever changes a lab, its
//! judges or what they stand on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use crate::grade::copy;
use crate::sandbox::{Place, User};

/// Fails unless `syslab author verify` finds everything as it should be.
fn verified(args: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["author", "verify"])
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{stdout}\n{stderr}");
}

/// Of labs in which it matters who may look at, signal or limit whom.
#[test]
fn solutions_pass_for_an_ordinary_user_too() {
    for (lesson, lab) in [
        ("process", "limits"),
        ("process", "reaper"),
        ("sockets", "fd-pass"),
        ("fds", "inspector"),
    ] {
        let place = Place::new(User::Ordinary);
        let solution = format!("labs/{lesson}/{lab}/solution/c");
        let solution = Path::new(env!("CARGO_MANIFEST_DIR")).join(solution);
        copy(&solution, &place.submission());
        place.give();
        let output = place
            .syslab()
            .args([lesson, "check", lab])
            .arg(place.submission())
            .env("HOME", place.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{output:?}");
    }
}

/// Both trials of this check last for seconds.
#[test]
fn trials_at_the_same_time_do_not_share_a_lock() {
    let submission = "labs/shm/fan-in/accepted/one-instance";
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["shm", "check", "fan-in", submission, "-j", "2"])
        .args(["--only", "waits-for-late-writers"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{output:?}");
}

#[test]
fn labs_of_process_hold_what_they_promise() {
    for lab in ["durable-log", "limits", "reaper", "shell"] {
        verified(&[&format!("process/{lab}"), "--brief"]);
    }
}

#[test]
fn labs_of_sockets_hold_what_they_promise() {
    for lab in ["echo", "http", "dns", "fd-pass", "tls"] {
        verified(&[&format!("sockets/{lab}"), "--brief"]);
    }
}

#[test]
fn labs_of_fds_hold_what_they_promise() {
    for lab in ["leak-clinic", "inspector", "file-server", "mmap-count"] {
        verified(&[&format!("fds/{lab}"), "--brief"]);
    }
}

#[test]
fn uring_copy_holds_what_it_promises() {
    if let Some(why) = syslab::sys::uring::setup_refusal() {
        println!("skipped: {why}");
        return;
    }
    verified(&["fds/uring-copy", "--brief"]);
}

#[test]
fn labs_of_shm_hold_what_they_promise() {
    for lab in ["weights", "ring", "robust-lock", "fan-in"] {
        verified(&[&format!("shm/{lab}"), "--brief"]);
    }
}

#[test]
fn labs_of_cpython_hold_what_they_promise() {
    for lab in ["pvm", "heap", "tokenizer"] {
        verified(&[&format!("cpython/{lab}"), "--brief"]);
    }
}

/// One technology of each lab: all of them, and the mistakes, take half an hour.
#[test]
fn solutions_of_ext_pass() {
    for lab in ["fast-sum", "count-lines", "dot", "refcount-clinic"] {
        verified(&[&format!("ext/{lab}"), "--row", "solution/c-api/"]);
    }
    verified(&["ext/bind", "--row", "solution/ctypes"]);
}

/// What is not written yet raises an exception where a call is prepared: that is the module's.
#[test]
fn a_starter_of_ext_is_judged() {
    verified(&["ext/bind", "--row", "starter/ctypes"]);
}

#[test]
fn kernels_of_gpu_hold_what_they_promise() {
    for lab in [
        "vector-add",
        "saxpy",
        "transpose",
        "reduce",
        "histogram",
        "scan",
        "matmul",
        "softmax",
    ] {
        verified(&[&format!("gpu/{lab}"), "--brief"]);
    }
}

/// The reference of each host program in CUDA C++; what they do wrong is injected call by call, which takes
/// long.
#[test]
fn host_programs_of_gpu_pass() {
    for lab in ["raii", "bridge"] {
        verified(&[&format!("gpu/{lab}"), "--row", "solution/cuda"]);
    }
}
