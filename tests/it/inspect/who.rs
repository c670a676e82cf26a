//! `syslab fds inspect --who`: the lines that leak, and a process that goes on unharmed.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use syslab::model::Frame;
use syslab::model::openings::Openings;

const LEAKS: usize = 31;
const FINE: usize = 7;

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/programs/leaky")
        .join(name)
}

/// Compiles a program; `None` where there is no compiler.
fn compile(directory: &Path, name: &str, compiler: &[&str]) -> Option<PathBuf> {
    let program = directory.join("leaky");
    let status = Command::new(compiler[0])
        .args(&compiler[1..])
        .arg("-o")
        .args([&program, &source(name)])
        .status()
        .ok()?;
    assert!(status.success(), "{name} can be compiled");
    Some(program)
}

/// The line of a source that has this remark.
fn line_with(name: &str, remark: &str) -> u32 {
    let text = fs::read_to_string(source(name)).unwrap();
    let at = text.lines().position(|line| line.contains(remark));
    at.unwrap() as u32 + 1
}

/// A program that does what it is told.
struct Leaky {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Leaky {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut leaky = Self { child, answers };
        assert_eq!(leaky.answer(), "ready");
        leaky
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn tell(&mut self, what: &str) -> String {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(format!("{what}\n").as_bytes()).unwrap();
        self.answer()
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }

    fn tracer(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("TracerPid:"));
        line.unwrap().trim().to_owned()
    }
}

impl Drop for Leaky {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Begins to trace; it has begun when this returns.
fn begin(leaky: &Leaky) -> Child {
    let mut tracer = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["fds", "inspect", &leaky.pid(), "--who", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut stderr = BufReader::new(tracer.stderr.as_mut().unwrap());
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("is traced until Ctrl-C"), "{said}");
    tracer
}

/// Ends it as Ctrl-C does; what it has seen.
fn end(mut tracer: Child) -> Openings {
    kill(Pid::from_raw(tracer.id() as i32), Signal::SIGINT).unwrap();
    let mut json = String::new();
    tracer
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut json)
        .unwrap();
    assert!(tracer.wait().unwrap().success());
    let schema = serde_json::from_str(syslab::report::DESCRIPTORS_SCHEMA).unwrap();
    let value = serde_json::from_str(&json).unwrap();
    assert!(jsonschema::draft202012::is_valid(&schema, &value), "{json}");
    serde_json::from_str(&json).unwrap()
}

/// Has it leak and not leak under observation, and compares.
fn is_found(name: &str, leaky: &mut Leaky) {
    leaky.tell("leak");
    let tracer = begin(leaky);
    for _ in 0..FINE {
        leaky.tell("fine");
    }
    for _ in 0..LEAKS {
        leaky.tell("leak");
    }
    let openings = end(tracer);
    assert!(!openings.has_ended);
    assert_eq!(openings.unseen, 0, "{openings:?}");
    let [worst, other] = openings.places.as_slice() else {
        panic!("{openings:#?}");
    };
    for (place, remark, figures) in [
        (worst, "leaks here", (LEAKS as u64, 0)),
        (other, "closes here", (2 * FINE as u64, 2 * FINE as u64)),
    ] {
        assert_eq!((place.opened, place.closed), figures, "{openings:#?}");
        let Some(Frame::Source { file, line, .. }) = place.line() else {
            panic!("{place:#?}");
        };
        assert!(file.ends_with(name), "{file}");
        assert_eq!(*line, line_with(name, remark), "{place:#?}");
    }
    assert_eq!(worst.targets, ["/etc/passwd"]);
    assert_eq!(worst.open.len(), LEAKS);
    assert_eq!(leaky.tracer(), "0");
    let text = syslab::report::openings(
        &openings,
        syslab::ui::Look::PLAIN,
        syslab::report::Detail::Usual,
    );
    let said = format!("opened {LEAKS}, closed 0");
    assert!(text.contains(&said), "{text}");
}

#[test]
fn a_leak_in_c_is_found_and_the_process_goes_on_unharmed() {
    let directory = tempfile::tempdir().unwrap();
    let compiler = ["cc", "-g", "-O1", "-pthread"];
    let Some(program) = compile(directory.path(), "leaky.c", &compiler) else {
        println!("skipped: no C compiler");
        return;
    };
    let mut leaky = Leaky::start(Command::new(program));
    is_found("leaky.c", &mut leaky);
    // epoll_wait has not returned although it was stopped twice; no signal came, none is lost.
    assert_eq!(leaky.tell("state"), "returns 0 signals 0");
    let tracer = begin(&leaky);
    kill(Pid::from_raw(leaky.child.id() as i32), Signal::SIGUSR1).unwrap();
    assert_eq!(leaky.tell("state"), "returns 0 signals 1");
    end(tracer);
    assert_eq!(leaky.tell("state"), "returns 0 signals 1");
    // Even if we are killed, it goes on.
    let mut tracer = begin(&leaky);
    tracer.kill().unwrap();
    tracer.wait().unwrap();
    leaky.tell("leak");
    assert_eq!(leaky.tracer(), "0");
    // A process that ends meanwhile is no trouble.
    let tracer = begin(&leaky);
    drop(leaky.child.stdin.take());
    assert!(leaky.child.wait().unwrap().success());
    let output = tracer.wait_with_output().unwrap();
    let openings: Openings = serde_json::from_slice(&output.stdout).unwrap();
    assert!(openings.has_ended);
}

#[test]
fn a_leak_in_python_is_found() {
    let mut command = Command::new("python3");
    command.arg(source("leaky.py"));
    if Command::new("python3")
        .arg("-V")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        println!("skipped: no Python 3.9 on this machine");
        return;
    }
    is_found("leaky.py", &mut Leaky::start(command));
}

#[test]
fn a_leak_in_rust_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let compiler = ["rustc", "-g", "-Copt-level=1"];
    let program = compile(directory.path(), "leaky.rs", &compiler).unwrap();
    is_found("leaky.rs", &mut Leaky::start(Command::new(program)));
}

#[test]
fn two_tracers_are_one_too_many() {
    let directory = tempfile::tempdir().unwrap();
    let compiler = ["cc", "-g", "-pthread"];
    let program = compile(directory.path(), "leaky.c", &compiler).unwrap();
    let leaky = Leaky::start(Command::new(program));
    let first = begin(&leaky);
    let second = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["fds", "inspect", &leaky.pid(), "--who", "--for", "1"])
        .output()
        .unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(i32::from(syslab::exit::MACHINE)));
    assert!(
        said.contains(&format!("is traced by process {}", first.id())),
        "{said}"
    );
    assert!(said.contains("hint: "), "{said}");
    end(first);
}
