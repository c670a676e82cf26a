//! `syslab watch` as a user lives it: on a terminal (tmux's), and line by line.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod gone;
mod harness;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use syslab::exit;

use self::harness::Pane;
use crate::programs::put_script;
use crate::workspace::{syslab, workspace};

/// What the starter of durable-log does not do yet; the reference does.
const REFERENCE: &str = "labs/process/durable-log/solution/c/main.c";

/// A program that does not build: its verdict takes a compiler and nothing else.
const BROKEN: &str = "int main(void) { return }\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A workspace whose lab durable-log does not build.
fn broken() -> tempfile::TempDir {
    let here = workspace();
    fs::write(main(here.path()), BROKEN).unwrap();
    here
}

fn main(workspace: &Path) -> std::path::PathBuf {
    workspace.join("process/durable-log/main.c")
}

#[test]
fn the_first_failure_is_shown_and_shown_again_after_a_save() {
    let here = broken();
    let Some(pane) = Pane::start(here.path(), "watch durable-log", 100, 40) else {
        return;
    };
    let shown = pane.until(|shown| shown.contains("waiting for a save"));
    assert!(shown.contains("process/durable-log"), "{shown}");
    assert!(shown.contains("✗ 10"), "{shown}");
    assert!(shown.contains("failed (exit status 1)"), "{shown}");
    assert!(shown.contains("> 1  int main(void) { return }"), "{shown}");
    assert!(shown.contains("n next  h hint"), "{shown}");
    // A step of the hints; then its trace, and back.
    pane.press("h");
    pane.until(|shown| shown.contains("read: "));
    pane.press("t");
    pane.until(|shown| shown.contains("again: syslab process check durable-log --only"));
    pane.press("Escape");
    // Saved with another mistake: the other one is shown.
    fs::write(main(here.path()), "\nint main(void) { return x; }\n").unwrap();
    pane.until(|shown| {
        shown.contains("waiting for a save") && shown.contains("> 2  int main(void) { return x; }")
    });
    // Saved without a change: nothing is done.
    fs::write(main(here.path()), "\nint main(void) { return x; }\n").unwrap();
    pane.press("l");
    pane.until(|shown| shown.contains("type to search"));
    pane.press("fdsuring");
    pane.until(|shown| shown.contains("0 labs"));
    pane.press("Escape");
    pane.until(|shown| shown.contains("n next  h hint"));
    pane.press("q");
    pane.until_restored(exit::DONE);
}

#[test]
fn a_program_that_is_mended_passes() {
    let here = broken();
    let Some(pane) = Pane::start(here.path(), "watch durable-log --jobs 2", 100, 40) else {
        return;
    };
    pane.until(|shown| shown.contains("waiting for a save"));
    fs::copy(root().join(REFERENCE), main(here.path())).unwrap();
    // As soon as one is decided. All of them take their time.
    let shown = pane.until(|shown| shown.contains("✓ "));
    assert!(shown.contains("checking, seed"), "{shown}");
    // A save overtakes what goes on: its verdict is the one that is shown.
    fs::write(main(here.path()), BROKEN).unwrap();
    pane.until(|shown| {
        shown.contains("failed (exit status 1)") && shown.contains("waiting for a save")
    });
    pane.press("q");
    pane.until_restored(exit::DONE);
}

#[test]
fn the_terminal_is_given_back_after_every_end() {
    for signal in [
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
    ] {
        let here = broken();
        let Some(pane) = Pane::start(here.path(), "watch durable-log", 80, 24) else {
            return;
        };
        pane.until(|shown| shown.contains("waiting for a save"));
        kill(pane.program(), signal).unwrap();
        pane.until_restored(exit::INTERRUPTED);
    }
}

#[test]
fn keys_of_the_terminal_interrupt_and_suspend() {
    let here = broken();
    let Some(pane) = Pane::start(here.path(), "watch durable-log", 80, 24) else {
        return;
    };
    pane.until(|shown| shown.contains("waiting for a save"));
    pane.resize(60, 15);
    pane.until(|shown| shown.contains("? keys"));
    pane.press("?");
    pane.until(|shown| shown.contains("begin the lab again"));
    // Both at once, which a terminal cannot tell from Alt and x.
    pane.press("M-x");
    pane.until(|shown| shown.contains("moved aside, not deleted"));
    pane.press("y");
    pane.until(|shown| shown.contains("durable-log.1 now"));
    assert!(here.path().join("process/durable-log.1/main.c").is_file());
    pane.press("C-c");
    pane.until_restored(exit::INTERRUPTED);
}

/// Stopped, it leaves the terminal to the shell; continued, it takes it again.
#[test]
fn it_can_be_stopped_for_a_while() {
    let here = broken();
    let Some(pane) = Pane::start(here.path(), "watch durable-log", 80, 24) else {
        return;
    };
    pane.until(|shown| shown.contains("waiting for a save"));
    let program = pane.program();
    kill(program, Signal::SIGTSTP).unwrap();
    pane.until(|shown| !shown.contains("waiting for a save"));
    // It has given the terminal back and stops next.
    let stat = format!("/proc/{program}/stat");
    while !fs::read_to_string(&stat).unwrap().contains(") T ") {
        std::thread::yield_now();
    }
    kill(program, Signal::SIGCONT).unwrap();
    pane.until(|shown| shown.contains("waiting for a save"));
    pane.press("q");
    pane.until_restored(exit::DONE);
}

/// The editor gets the terminal, and the line.
#[test]
fn the_cited_line_is_edited() {
    let here = broken();
    let editor = here.path().join("my-editor");
    put_script(
        "#!/bin/sh\necho \"edits $*\"\nread answer\nprintf 'int main(void) { return y; }\\n' >main.c\n",
        &editor,
    );
    let variables = format!("EDITOR={}", editor.display());
    let Some(pane) = Pane::start_with(&variables, here.path(), "watch durable-log", 100, 40) else {
        return;
    };
    pane.until(|shown| shown.contains("waiting for a save"));
    pane.press("e");
    pane.until(|shown| shown.contains("edits +1 main.c"));
    pane.press("Enter");
    pane.until(|shown| shown.contains("return y;") && shown.contains("waiting for a save"));
    pane.press("q");
    pane.until_restored(exit::DONE);
}

/// Not a test of its own: what the next one runs in a terminal.
#[test]
#[ignore = "panics on purpose, in a terminal"]
fn panics_on_the_whole_terminal() {
    exit::install_panic_hook();
    let mut screen = syslab::ui::FullScreen::enter(|_| true).unwrap();
    screen
        .draw(|frame| {
            let area = frame.area();
            frame.buffer_mut().set_string(
                area.x,
                area.y,
                "about to panic",
                ratatui::style::Style::new(),
            );
        })
        .unwrap();
    eprintln!("said meanwhile");
    panic!("on purpose");
}

#[test]
fn the_terminal_is_given_back_after_a_panic() {
    let here = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let command = format!(
        "{} --ignored --exact --nocapture watch::panics_on_the_whole_terminal",
        this.display()
    );
    let Some(pane) = Pane::start_command("", here.path(), &command, 100, 40) else {
        return;
    };
    let shown = pane.until_restored(exit::BUG);
    assert!(shown.contains("on purpose"), "{shown}");
    assert!(shown.contains("said meanwhile"), "{shown}");
    assert!(shown.contains("this is a bug in syslab"), "{shown}");
}

/// The plain view, its lines, and its commands.
#[test]
fn everything_is_told_line_by_line() {
    let here = broken();
    let mut child = syslab(here.path())
        .args(["watch", "durable-log", "--plain", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keys = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until = |wanted: &str| {
        let mut told = String::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            told.push_str(&line);
            told.push('\n');
            if line.contains(wanted) {
                return told;
            }
        }
        panic!("no {wanted:?} in {told}");
    };
    let told = until("Score: ");
    assert!(told.starts_with("checking process/durable-log ("), "{told}");
    assert!(told.contains("\nfails: "), "{told}");
    assert!(
        told.contains("process/durable-log/main.c:1: error: "),
        "{told}"
    );
    assert!(!told.contains('\x1b'), "{told}");
    for (key, answer) in [
        ("h", "read: $ syslab process read "),
        ("l", "go to one: l NAME"),
        ("l nonsense", "there is no lab"),
        ("e", "process/durable-log/main.c:1"),
        ("t", "again: syslab process check"),
        ("wat", "means nothing here"),
        ("x", "y or n:"),
    ] {
        writeln!(keys, "{key}").unwrap();
        until(answer);
    }
    writeln!(keys, "n").unwrap();
    fs::write(main(here.path()), "int main(void) { return x; }\n").unwrap();
    let told = until("Score: ");
    assert!(told.contains("checking process/durable-log ("), "{told}");
    writeln!(keys, "q").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(i32::from(exit::DONE)));
}

/// What was found is known to the next watch, and nothing is done again.
#[test]
fn what_is_known_is_not_checked_again() {
    let here = broken();
    let watch = |keys: &str| {
        let mut child = syslab(here.path())
            .args(["watch", "durable-log", "--plain"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut told = String::new();
        // It has told what it found before it is told to end.
        while !told.contains("Score: ") {
            assert!(out.read_line(&mut told).unwrap() > 0, "{told}");
        }
        stdin.write_all(keys.as_bytes()).unwrap();
        while out.read_line(&mut told).unwrap() > 0 {}
        assert!(child.wait().unwrap().success());
        told
    };
    let first = watch("q\n");
    assert!(first.contains("checking "), "{first}");
    let second = watch("q\n");
    assert!(!second.contains("checking "), "{second}");
    assert!(second.contains("error: "), "{second}");
    assert!(second.contains("nothing has changed"), "{second}");
    fs::write(main(here.path()), "int main(void) { return x; }\n").unwrap();
    let third = watch("q\n");
    assert!(third.contains("checking "), "{third}");
    let progress = fs::read_to_string(here.path().join("syslab.progress")).unwrap();
    assert!(
        progress.contains("process/durable-log 0/100 20"),
        "{progress}"
    );
}

/// Whoever reads a pipe sees lines, and no more after a signal.
#[test]
fn a_pipe_is_watched_until_a_signal() {
    let here = broken();
    let mut child = syslab(here.path())
        .args(["watch", "durable-log"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("Score: ")));
    // The end of its stdin, which was there from the beginning, ended nothing.
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(i32::from(exit::INTERRUPTED)));
}

/// The editor's task file matches what the plain view says, by the expression that is in it.
#[test]
fn the_editors_task_understands_the_plain_view() {
    const MATCH: &str = "
import json, re, sys
pattern = json.load(open('.vscode/tasks.json'))['tasks'][0]['problemMatcher']
matched = [re.match(pattern['pattern']['regexp'], line) for line in sys.stdin.read().splitlines()]
found = [match for match in matched if match]
print([(match[1], match[2], match[3]) for match in found])
";
    let here = broken();
    let mut child = syslab(here.path())
        .args(["watch", "durable-log", "--plain"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    while !told.contains("Score: ") {
        assert!(out.read_line(&mut told).unwrap() > 0, "{told}");
    }
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    child.wait().unwrap();
    let mut python = Command::new("python3")
        .args(["-c", MATCH])
        .current_dir(here.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    input.write_all(told.as_bytes()).unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    let matched = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        matched.trim(),
        "[('process/durable-log/main.c', '1', 'error')]",
        "{told}"
    );
}
