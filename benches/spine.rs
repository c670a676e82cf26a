//! Figures of the engine, side by side in one run: `scripts/bench`.
//!
//! Ratios and differences of minima over interleaved rounds: the machine's noise is the same for
//! both sides. Nothing here passes or fails; tests never look at a clock.

mod beside {
    pub(crate) mod processor_time;
}

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use beside::processor_time::children_cpu;
use syslab::bench::job::Job;
use syslab::bench::runners::Runners;
use syslab::model::{Experiment, Run};
use syslab::sandbox::Rung;

const SYSLAB: &str = env!("CARGO_BIN_EXE_syslab");
const ROUNDS: usize = 15;

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    let directory = Directory::make();
    let place = directory.0.as_path();
    println!("minima of {ROUNDS} interleaved rounds\n");
    start_up(place);
    confinement(place);
    observed_calls(place);
    server(place);
    stacks(place);
    inspector(place);
    lab();
}

struct Directory(PathBuf);

impl Directory {
    fn make() -> Self {
        let path = std::env::temp_dir().join(format!("syslab-bench-{}", std::process::id()));
        fs::create_dir_all(&path).expect("the temporary directory is writable");
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.0);
    }
}

fn quiet(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The smallest wall-clock time of each command, measured in turns.
fn minima<const N: usize>(mut commands: [&mut dyn FnMut(); N]) -> [Duration; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..ROUNDS {
        for (command, best) in commands.iter_mut().zip(&mut best) {
            let start = Instant::now();
            command();
            *best = (*best).min(start.elapsed());
        }
    }
    best
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Processor time of a command and what it waited for, in milliseconds.
fn cpu_ms(mut command: Command) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let before = children_cpu();
        let _status = command.status();
        best = best.min((children_cpu() - before) * 1e3);
    }
    best
}

fn start_up(place: &Path) {
    println!("start-up, processor time");
    println!(
        "  syslab --help                  {:6.2} ms",
        cpu_ms(quiet(SYSLAB, &["--help"]))
    );
    let empty = place.join("empty");
    fs::create_dir_all(&empty).expect("the temporary directory is writable");
    let empty = empty.to_string_lossy().into_owned();
    let args = ["process", "check", "durable-log", &empty];
    println!(
        "  check of an empty directory    {:6.2} ms\n",
        cpu_ms(quiet(SYSLAB, &args))
    );
}

/// A trial as a worker has it made, of a program that does nothing, with descriptor calls watched.
fn trial_of_true(place: &Path) -> Job {
    let run = Run {
        watch: vec!["desc".to_owned()],
        ..Run::default()
    };
    let directory = |name: &str| {
        let path = place.join(name);
        fs::create_dir_all(&path).expect("the temporary directory is writable");
        path
    };
    Job {
        argv: vec!["/bin/true".to_owned()],
        env: Vec::new(),
        binds: Vec::new(),
        submission: directory("submission"),
        lab: directory("lab"),
        actor: None,
        // Root of the host is nobody's id in a box.
        host_uid: match nix::unistd::geteuid().as_raw() {
            0 => 65_534,
            own => own,
        },
        experiment: Experiment {
            runs: vec![run],
            ..Experiment::default()
        },
        strike: None,
        is_reference: false,
        timeout_scale: 1.0,
    }
}

/// What the sandbox and the tracer add to a program that does nothing.
fn confinement(place: &Path) {
    let job = trial_of_true(place);
    let runners =
        Runners::start_apart(Path::new(SYSLAB), Rung::Full).expect("syslab can be started");
    let trial = || runners.make(&job).expect("a runner makes the trial");
    let seen = trial();
    assert!(
        seen.trouble.is_none() && seen.runs[0].to_string().contains("+++ exit 0"),
        "/bin/true is seen to end: {seen:?}"
    );
    let [plain, ours, traced, strace] = minima([
        &mut || drop(quiet("/bin/true", &[]).status()),
        &mut || drop(trial()),
        &mut || drop(quiet(SYSLAB, &["trace", "-e", "desc", "--", "/bin/true"]).status()),
        &mut || {
            let args = [
                "-f",
                "--seccomp-bpf",
                "-e",
                "trace=%desc",
                "-o",
                "/dev/null",
                "/bin/true",
            ];
            drop(quiet("strace", &args).status());
        },
    ]);
    println!("/bin/true, wall clock");
    println!("  plain                          {:6.2} ms", ms(plain));
    println!("  a trial: box, tracer, runner   {:6.2} ms", ms(ours));
    println!(
        "    added by box and tracer      {:6.2} ms",
        ms(ours) - ms(plain)
    );
    println!("  syslab trace -e desc           {:6.2} ms", ms(traced));
    println!("  strace --seccomp-bpf           {:6.2} ms\n", ms(strace));
}

/// A C program that makes one call very often.
fn compile(place: &Path, name: &str, source: &str) -> String {
    let (file, binary) = (place.join(format!("{name}.c")), place.join(name));
    fs::write(&file, source).expect("the temporary directory is writable");
    let status = Command::new("cc")
        .args(["-O2", "-g", "-o"])
        .arg(&binary)
        .arg(&file)
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "cc compiles {name}"
    );
    binary.to_string_lossy().into_owned()
}

const CALLS: u32 = 20_000;

fn observed_calls(place: &Path) {
    let source = format!(
        "#include <fcntl.h>\n#include <unistd.h>\nint main(void) {{ int fd = open(\"/dev/null\", O_WRONLY); \
         for (int i = 0; i < {CALLS}; i++) write(fd, \"x\", 1); return 0; }}\n"
    );
    let program = compile(place, "writes", &source);
    let [plain, ours, strace] = minima([
        &mut || drop(quiet(&program, &[]).status()),
        &mut || {
            let args = ["trace", "-e", "write", "-o", "/dev/null", "--", &program];
            drop(quiet(SYSLAB, &args).status());
        },
        &mut || {
            let args = [
                "-f",
                "--seccomp-bpf",
                "-e",
                "trace=write",
                "-o",
                "/dev/null",
                &program,
            ];
            drop(quiet("strace", &args).status());
        },
    ]);
    let each = |time: Duration| (time.saturating_sub(plain)).as_secs_f64() * 1e6 / f64::from(CALLS);
    println!("one observed write (entry and return)");
    println!("  syslab trace                   {:6.2} us", each(ours));
    println!("  strace --seccomp-bpf           {:6.2} us", each(strace));
    println!(
        "  ratio                          {:6.2}\n",
        each(ours) / each(strace)
    );
}

/// Calls by which descriptors come, go and are renamed: what a leak is made of.
const DESCRIPTOR_LIFE: &str = "open,openat,creat,close,close_range,dup,dup2,dup3,pipe,pipe2,socket,\
     socketpair,accept,accept4,epoll_create,epoll_create1,eventfd,eventfd2,fcntl";

/// An epoll server under load, alone and with its descriptors' lives watched.
fn server(place: &Path) {
    const ROUNDS: usize = 9;
    let source = include_str!("programs/echo.c");
    let program = compile(place, "echo", source);
    let mut best = [0.0_f64; 2];
    for round in 0..ROUNDS {
        for (which, best) in best.iter_mut().enumerate() {
            let port =
                (20_000 + std::process::id() % 20_000 + (2 * round + which) as u32).to_string();
            let mut server = match which {
                0 => Command::new(&program),
                _ => {
                    let mut traced = Command::new(SYSLAB);
                    traced.args(["trace", "-e", DESCRIPTOR_LIFE, "-o", "/dev/null", "--"]);
                    traced.arg(&program);
                    traced
                }
            };
            let mut server = server
                .args(["serve", &port])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("the server can be started");
            let mut ready = [0; 6];
            let out = server.stdout.as_mut().expect("its output is a pipe");
            out.read_exact(&mut ready).expect("the server listens");
            let load = Command::new(&program)
                .args(["load", &port, "32", "60000"])
                .output()
                .expect("the load can be made");
            let rate = String::from_utf8_lossy(&load.stdout);
            *best = best.max(rate.trim().parse().unwrap_or(0.0));
            drop(server.stdin.take());
            let _ended = server.wait();
        }
    }
    let [alone, watched] = best;
    println!("epoll echo server, 32 connections, best of {ROUNDS}");
    println!("  alone                          {alone:8.0} exchanges/s");
    println!("  descriptor calls watched       {watched:8.0} exchanges/s");
    println!(
        "  lost                           {:6.1} %\n",
        (1.0 - watched / alone) * 100.0
    );
}

fn stacks(place: &Path) {
    let c = compile(
        place,
        "deep",
        "#include <fcntl.h>\n#include <unistd.h>\nstatic int fd;\n\
         __attribute__((noinline)) void c(void) { write(fd, \"x\", 1); __asm__(\"\"); }\n\
         __attribute__((noinline)) void b(void) { c(); __asm__(\"\"); }\n\
         __attribute__((noinline)) void a(void) { b(); __asm__(\"\"); }\n\
         int main(void) { fd = open(\"/dev/null\", O_WRONLY); for (int i = 0; i < 20000; i++) a(); return 0; }\n",
    );
    let python = place.join("deep.py");
    let mut file = fs::File::create(&python).expect("the temporary directory is writable");
    write!(
        file,
        "import os\nfd = os.open('/dev/null', os.O_WRONLY)\ndef c(): os.write(fd, b'x')\n\
         def b(): c()\ndef a(): b()\nfor _ in range({CALLS}): a()\n"
    )
    .expect("the temporary directory is writable");
    drop(file);
    let python = python.to_string_lossy().into_owned();
    for (name, argv) in [
        ("C", vec![c.as_str()]),
        ("Python", vec!["python3", &python]),
    ] {
        let trace = |stacks: &[&str]| {
            let mut args = vec!["trace", "-e", "write", "-o", "/dev/null"];
            args.extend(stacks);
            args.push("--");
            args.extend(&argv);
            drop(quiet(SYSLAB, &args).status());
        };
        let [without, with] = minima([&mut || trace(&[]), &mut || trace(&["--stacks"])]);
        let each = with.saturating_sub(without).as_secs_f64() * 1e6 / f64::from(CALLS);
        println!("one {name} stack{:26}{each:6.2} us", "");
    }
    println!();
}

/// Opens as many descriptors as it is told, says so and waits for its input to end.
const MANY_OPEN: &str = "#include <fcntl.h>\n#include <stdio.h>\n#include <stdlib.h>\n\
    #include <sys/resource.h>\n#include <unistd.h>\n\
    int main(int argc, char **argv) { struct rlimit limit; getrlimit(RLIMIT_NOFILE, &limit);\n\
    limit.rlim_cur = limit.rlim_max; setrlimit(RLIMIT_NOFILE, &limit); int open_now = 0;\n\
    while (argc > 1 && open_now < atoi(argv[1]) && open(\"/etc/passwd\", O_RDONLY) >= 0) open_now++;\n\
    printf(\"%d\\n\", open_now); fflush(stdout); char c; return read(0, &c, 1) != 0; }\n";

/// What a process has open, told by the inspector and by lsof.
fn inspector(place: &Path) {
    const WANTED: &str = "20000";
    let program = compile(place, "many", MANY_OPEN);
    let mut many = Command::new(&program)
        .arg(WANTED)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut open = String::new();
    let out = many.stdout.as_mut().expect("its output is a pipe");
    // The hard limit may be lower than what is wanted: then it is as many as there can be.
    while !open.ends_with('\n') {
        let mut byte = [0];
        out.read_exact(&mut byte).expect("it says how many");
        open.push(char::from(byte[0]));
    }
    let pid = many.id().to_string();
    let [ours, whole, lsof] = minima([
        &mut || drop(quiet(SYSLAB, &["fds", "inspect", &pid]).status()),
        &mut || drop(quiet(SYSLAB, &["fds", "inspect", &pid, "--json"]).status()),
        &mut || drop(quiet("lsof", &["-nP", "-p", &pid]).status()),
    ]);
    println!("a process with {} descriptors, wall clock", open.trim());
    println!("  syslab fds inspect             {:6.2} ms", ms(ours));
    println!("  the same, --json: everything   {:6.2} ms", ms(whole));
    println!("  lsof -nP                       {:6.2} ms", ms(lsof));
    println!(
        "  ratio                          {:6.2}\n",
        ms(lsof) / ms(ours)
    );
    drop(many.stdin.take());
    let _ended = many.wait();
}

fn lab() {
    println!("durable-log, all checks, reference solution, wall clock");
    for language in ["c", "python", "rust"] {
        let solution = format!(
            "{}/labs/process/durable-log/solution/{language}",
            env!("CARGO_MANIFEST_DIR")
        );
        let start = Instant::now();
        let status = quiet(SYSLAB, &["process", "check", "durable-log", &solution]).status();
        let verdict = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        println!(
            "  {language:8} {:8.2} s   {verdict}",
            start.elapsed().as_secs_f64()
        );
    }
}
