//! The command: exit codes, JSON, watching, terminals, what may not be read.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use syslab::exit;
use syslab::model::snapshot::Snapshot;

use super::{Animal, root, wait_in};
use crate::programs::copy_program;

fn syslab(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syslab"));
    command
        .args(["process", "inspect"])
        .args(args)
        .env_remove("NO_COLOR")
        .env("PAGER", "cat")
        .stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    syslab(args).output().unwrap()
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_cannot_be_found_is_said() {
    let gone = run(&["2147483647"]);
    assert_eq!(code(&gone), Some(i32::from(exit::USAGE)));
    assert!(text(&gone.stderr).starts_with("error: there is no process 2147483647\nhint: "));
    let nameless = run(&["no-such-process\x1b[31m"]);
    assert_eq!(code(&nameless), Some(i32::from(exit::USAGE)));
    let said = text(&nameless.stderr);
    assert!(said.contains("no process is called"), "{said}");
    assert!(!said.contains('\x1b'), "{said}");

    let name = format!("twin-{}", std::process::id());
    let twins = [(); 2].map(|()| {
        let script = "echo; read line";
        Animal::start(Command::new("sh").arg0(&name).args(["-c", script])).has_begun()
    });
    let ambiguous = run(&[&name]);
    assert_eq!(code(&ambiguous), Some(i32::from(exit::USAGE)));
    let said = text(&ambiguous.stderr);
    assert!(said.contains("2 processes are called"), "{said}");
    for twin in &twins {
        assert!(
            said.contains(&format!("hint: {} is {name}", twin.pid())),
            "{said}"
        );
    }
    for output in [gone, nameless, ambiguous] {
        assert_eq!(text(&output.stdout), "", "stdout is for data");
    }
}

#[test]
fn a_hostile_command_line_is_shown_harmlessly() {
    let animal = Animal::start(Command::new("sh").arg0("sh\x1b]0;owned\x07").args([
        "-c",
        "echo; read line",
        "\u{202e}\n\x1b[2J",
    ]))
    .has_begun();
    for options in [&[][..], &["-v"], &["--json"]] {
        let pid = animal.pid().to_string();
        let output = run(&[&[pid.as_str()], options].concat());
        assert_eq!(code(&output), Some(i32::from(exit::DONE)));
        let shown = text(&output.stdout);
        let harm = shown
            .chars()
            .find(|c| !syslab::ui::is_safe(*c) && *c != '\n');
        assert_eq!(harm, None, "{shown}");
        assert!(shown.contains("owned"), "{shown}");
    }
}

#[test]
fn json_of_real_processes_is_as_the_schema_says() {
    let schema = serde_json::from_str(syslab::report::PROCESSES_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let animal = Animal::shell("true & (cat <&0); cat");
    let output = run(&[&animal.pid().to_string(), "--json"]);
    assert_eq!(code(&output), Some(i32::from(exit::DONE)));
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let complaints: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(complaints, [] as [String; 0]);
    let snapshot: Snapshot = serde_json::from_value(value).unwrap();
    assert_eq!(snapshot.root, animal.pid());
}

/// What happens to a process is told line by line, until it is gone.
#[test]
fn changes_are_written_into_a_pipe() {
    let mut animal = Animal::start(&mut Command::new("cat"));
    let pid = animal.pid().to_string();
    let mut watch = syslab(&[&pid, "--watch=0.1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.starts_with(&pid), "{first}");
    kill(Pid::from_raw(animal.pid()), Signal::SIGSTOP).unwrap();
    let mut until = |part: &str| loop {
        let line = lines.next().expect("it goes on").unwrap();
        assert!(!line.contains('\x1b'), "{line}");
        if line.contains(part) {
            return;
        }
    };
    until(": stopped");
    animal.0.kill().unwrap();
    until("ended by SIGKILL, and is a zombie of");
    animal.0.wait().unwrap();
    until("has ended");
    assert_eq!(lines.count(), 0);
    assert_eq!(watch.wait().unwrap().code(), Some(i32::from(exit::DONE)));
}

/// Ctrl-C gives back the terminal as it was.
#[test]
fn a_terminal_is_given_back() {
    const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";
    let animal = Animal::start(&mut Command::new("cat"));
    let size = nix::pty::Winsize {
        ws_row: 5,
        ws_col: 60,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let terminal = nix::pty::openpty(&size, None).unwrap();
    let mut command = syslab(&[&animal.pid().to_string(), "--watch"]);
    let mut watch = command.stdout(terminal.slave).spawn().unwrap();
    drop(command);
    let mut screen = File::from(terminal.master);
    let mut seen = String::new();
    let mut read = |seen: &mut String| {
        let mut some = [0; 4096];
        // EIO when the program is gone.
        let taken = screen.read(&mut some).unwrap_or(0);
        seen.push_str(&String::from_utf8_lossy(&some[..taken]));
        taken > 0
    };
    while !seen.contains("more lines") {
        assert!(read(&mut seen), "{seen}");
    }
    assert!(seen.starts_with("\x1b[?1049h\x1b[?25l\x1b[?7l"));
    kill(Pid::from_raw(watch.id() as i32), Signal::SIGINT).unwrap();
    while read(&mut seen) {}
    assert!(seen.ends_with(LEAVE), "{seen:?}");
    assert_eq!(
        watch.wait().unwrap().code(),
        Some(i32::from(exit::INTERRUPTED))
    );
}

/// Somebody else's process: what is hidden is said, field by field.
#[test]
fn what_may_not_be_read_is_said() {
    const NOBODY: u32 = 65_534;
    if !nix::unistd::geteuid().is_root() {
        println!("skipped: needs root");
        return;
    }
    // Where nobody may execute it.
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = place.path().join("syslab");
    copy_program(env!("CARGO_BIN_EXE_syslab"), &program);
    let animal = Animal::start(&mut Command::new("cat"));
    // What it is blocked in cannot be hidden before it is.
    animal.until(|snapshot| wait_in(root(snapshot), "read").is_some());
    let mut ask = Command::new(&program);
    ask.args(["process", "inspect", &animal.pid().to_string()])
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY);
    let shown = ask.output().unwrap();
    assert_eq!(
        code(&shown),
        Some(i32::from(exit::DONE)),
        "{}",
        text(&shown.stderr)
    );
    let shown = text(&shown.stdout);
    for hidden in [
        "the call that it is in",
        "descriptors",
        "its directory",
        "its program",
        "its share of memory",
        "not for us to read (EACCES",
    ] {
        assert!(shown.contains(hidden), "{hidden}: {shown}");
    }
    let json = ask.arg("--json").output().unwrap();
    let snapshot: Snapshot = serde_json::from_slice(&json.stdout).unwrap();
    let process = snapshot.process(animal.pid()).unwrap();
    let refused: Vec<&str> = process.refused.keys().map(String::as_str).collect();
    assert_eq!(
        refused,
        [
            "call",
            "descriptors",
            "directory",
            "program",
            "proportional_kib"
        ]
    );
    assert_eq!((&process.program, &process.descriptors), (&None, &None));
    assert_eq!(process.command, ["cat"]);
}
