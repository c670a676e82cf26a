//! Python, version by version: the program writes down where it is, and we must have seen the
//! same.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use syslab::model::Frame;

use super::harness::{Stop, Submission, call, ids, line};

/// The most frames that a call site has.
const FRAMES: usize = 64;

/// Interpreters of one minor version on this machine: the system's and pyenv's.
pub(super) fn interpreters(minor: u32) -> Vec<PathBuf> {
    let name = format!("python3.{minor}");
    let mut found: Vec<PathBuf> = ["/usr/bin", "/usr/local/bin"]
        .iter()
        .map(|directory| PathBuf::from(directory).join(&name))
        .collect();
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    if let Some(versions) = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok()) {
        found.extend(
            versions
                .flatten()
                .map(|version| version.path().join("bin").join(&name)),
        );
    }
    found.retain(|path| path.is_file());
    found
}

fn check(minor: u32) {
    let interpreters = interpreters(minor);
    if interpreters.is_empty() {
        println!("skipped: no Python 3.{minor} on this machine");
    }
    for interpreter in interpreters {
        check_places(&interpreter.to_string_lossy());
    }
}

/// Runs `places.py`.
fn check_places(interpreter: &str) {
    let submission = Submission::new();
    let source = prepare(&submission);
    let has_plug = compile_plug(&submission, interpreter);
    let stops = submission.run(&[interpreter, "./places.py"]);
    compare(interpreter, &submission, &source, &stops, has_plug);
    report(interpreter, &stops);
}

/// Writes `places.py`, with its long gap; returns its text.
fn prepare(submission: &Submission) -> String {
    let source = submission.source("places.py");
    let source = source.replace("{blank}", &"\n".repeat(300));
    fs::write(submission.path().join("places.py"), &source).expect("a program");
    source
}

/// Compares every call's frames with what the program knew of itself.
fn compare(
    interpreter: &str,
    submission: &Submission,
    source: &str,
    stops: &[Stop],
    has_plug: bool,
) {
    let log = fs::read_to_string(submission.path().join("log")).expect("a log");
    assert_eq!(
        stops.len(),
        log.lines().count() + usize::from(has_plug),
        "{interpreter}"
    );

    let here = line(source, "# HERE");
    for (number, (stop, logged)) in stops.iter().zip(log.lines()).enumerate() {
        let logged: Vec<(String, u32, String)> = serde_json::from_str(logged).expect("frames");
        let mut expected = vec![format!("places.py:{here} mark")];
        expected.extend(
            logged
                .iter()
                .map(|(file, line, function)| format!("{file}:{line} {function}")),
        );
        expected.truncate(FRAMES);
        let found = submission.lines(&stop.frames);
        assert_eq!(found, expected, "{interpreter}: call {number}");
        assert!(stop.is_python, "{interpreter}: call {number}");
    }
    if has_plug {
        check_extension(submission, source, stops);
    }
}

/// The last call comes from an extension module: its frame, then Python's.
fn check_extension(submission: &Submission, source: &str, stops: &[Stop]) {
    let stop = stops.last().expect("a call");
    let plug = submission.source("plugmodule.c");
    assert_eq!(
        submission.lines(&stop.frames),
        [
            format!("plugmodule.c:{} sync_it", line(&plug, "EXTENSION")),
            format!("places.py:{} main", line(source, "# PLUG")),
            format!("places.py:{} <module>", 1 + source.lines().count() - 1),
        ]
    );
    assert!(matches!(stop.frames[0], Frame::Native { .. }));
}

/// Compiles the extension module, if the interpreter's headers are here.
fn compile_plug(submission: &Submission, interpreter: &str) -> bool {
    submission.source("plugmodule.c");
    let output = Command::new(interpreter)
        .args([
            "-c",
            "import sysconfig; print(sysconfig.get_path('include'))",
        ])
        .output()
        .expect("an interpreter");
    let include = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !PathBuf::from(&include).join("Python.h").is_file() {
        println!("skipped: no headers for {interpreter}");
        fs::write(submission.path().join("plug.py"), "def sync(): pass\n").expect("a module");
        return false;
    }
    submission.compile(&format!(
        "gcc -g -O1 -shared -fPIC -I{include} -o plug.so plugmodule.c"
    ))
}

/// Prints what a capture took: for people, nothing depends on it.
fn report(interpreter: &str, stops: &[Stop]) {
    let mut took: Vec<_> = stops.iter().map(|stop| stop.took).collect();
    took.sort();
    let frames: usize = stops.iter().map(|stop| stop.frames.len()).sum();
    println!(
        "{interpreter}: {} captures, median {:?}, longest {:?}, {:.1} frames each",
        took.len(),
        took[took.len() / 2],
        took[took.len() - 1],
        frames as f64 / took.len() as f64
    );
}

#[test]
fn python_3_8() {
    check(8);
}

#[test]
fn python_3_9() {
    check(9);
}

#[test]
fn python_3_10() {
    check(10);
}

#[test]
fn python_3_11() {
    check(11);
}

#[test]
fn python_3_12() {
    check(12);
}

#[test]
fn python_3_13() {
    check(13);
}

#[test]
fn python_3_14() {
    check(14);
}

/// In a sandbox the thread knows itself by another number than we do.
#[test]
fn python_in_a_namespace_of_process_ids() {
    let unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork"];
    let can = Command::new(unshare[0])
        .args(&unshare[1..])
        .arg("true")
        .status();
    if !can.is_ok_and(|status| status.success()) {
        println!("skipped: no namespaces here");
        return;
    }
    for interpreter in [10, 11, 13].into_iter().flat_map(interpreters) {
        let interpreter = interpreter.to_string_lossy();
        let submission = Submission::new();
        let source = prepare(&submission);
        fs::write(submission.path().join("plug.py"), "def sync(): pass\n").expect("a module");
        let mut command = unshare.to_vec();
        command.extend([&*interpreter, "./places.py"]);
        let stops = submission.run(&command);
        compare(&interpreter, &submission, &source, &stops, false);
    }
}

/// The child of a vfork(2) runs on its parent's stack until its exec.
#[test]
fn python_of_a_child_that_shares_its_memory() {
    for interpreter in (8..=14).flat_map(interpreters) {
        let interpreter = interpreter.to_string_lossy();
        let submission = Submission::new();
        let program =
            "import subprocess\n\n\ndef start():\n    subprocess.run(['true'])\n\n\nstart()\n";
        fs::write(submission.path().join("main.py"), program).expect("a program");
        let mut found = Vec::new();
        submission.run_with(&[&interpreter, "main.py"], |sites, pid| {
            let registers = nix::sys::ptrace::getregs(pid).expect("registers");
            if call(&registers) == libc::SYS_execve {
                let (tgid, ns_tid) = ids(pid);
                found.push(sites.capture(tgid, pid.as_raw(), ns_tid, (&registers).into()));
            }
        });
        // The shell's exec of Python, then those of the child along PATH.
        let frames = found.last().expect("an exec");
        assert_eq!(
            submission.lines(frames),
            ["main.py:5 start", "main.py:8 <module>"],
            "{interpreter}"
        );
    }
}
