//! What it costs to grade a class, beside check50 and beside a bare shell loop: `scripts/bench`.
//!
//! The submission is trivial on purpose: what is measured is all that is around it. Nothing here
//! passes or fails; tests never look at a clock.

mod beside {
    pub(crate) mod processor_time;
}

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use beside::processor_time::children_cpu;

/// Submissions of the small class and of the large one.
const CLASSES: [usize; 2] = [100, 1000];

/// Submissions that check50 grades: it takes its time.
const CHECK50: usize = 20;

/// Processors that are kept busy.
const JOBS: &str = "2";

/// Processor time for a submission, as a multiple of what compiling and running it takes bare.
const WANTED: f64 = 1.3;

const LAB: &str = r#"name = "hello"
title = "a greeting"

[[check]]
id = "greets"
claim = "it greets whom it is told to greet"
points = 100

[[check.experiment]]
story = "the world"
args = ["world"]
claims = [
    { claim = "exits", status = 0 },
    { claim = "stdout", is = "hello, world\n" },
]
"#;

/// Compiles and runs a submission as syslab does, and keeps a result that survives.
const BARE: &str = r#"cd "$1" &&
cc -O2 -g -Wall -pthread -o main main.c 2>/dev/null &&
if [ "$(./main world)" = "hello, world" ]; then echo pass; else echo fail; fi >result.tmp &&
sync result.tmp && mv result.tmp result"#;

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    let directory = tempfile::tempdir().expect("the temporary directory is writable");
    let lab = lab(directory.path());
    println!("a class of trivial C programs, {JOBS} at a time");
    println!(
        "{:<30} {:>6} {:>13} {:>13} {:>14}",
        "", "class", "CPU each", "wall each", "its own memory"
    );
    for size in CLASSES {
        let class = class(&directory.path().join(format!("class{size}")), size);
        let bare = measured("compiled and run by a shell", size, bare(&class));
        let run = directory.path().join(format!("run{size}"));
        let graded = measured("syslab grade", size, grade(&class, &lab, &run));
        said_to_be_right(&run, size);
        if let (Some(bare), Some(graded)) = (bare, graded) {
            let ratio = graded / bare;
            println!("  processor time beside bare: {ratio:.2}   wanted: {WANTED}");
        }
    }
    let class = class(&directory.path().join("class"), CHECK50);
    let once = grade(&class, &lab, &directory.path().join("run"));
    measured("syslab grade", CHECK50, once);
    match check50(&class) {
        Some(command) => {
            measured("check50", CHECK50, command);
        }
        None => println!("skipped: check50 is not installed; name it in CHECK50"),
    }
}

/// A lab with one check, and the programs by which `grade` tries itself.
fn lab(place: &Path) -> PathBuf {
    let lab = place.join("lab");
    write(&lab.join("lab.toml"), LAB);
    write(
        &lab.join("solution/c/main.c"),
        &program("hello", "of the lab"),
    );
    write(
        &lab.join("wrong/greets/goodbye/main.c"),
        &program("goodbye", "of the lab"),
    );
    lab
}

/// So many submissions, all right and no two alike.
fn class(place: &Path, size: usize) -> PathBuf {
    for nth in 0..size {
        let whose = format!("of student {nth}");
        write(
            &place.join(format!("s{nth}/main.c")),
            &program("hello", &whose),
        );
    }
    place.to_owned()
}

fn program(word: &str, whose: &str) -> String {
    format!(
        "// {whose}\n#include <stdio.h>\n\nint main(int argc, char **argv)\n{{\n    \
         printf(\"{word}, %s\\n\", argc > 1 ? argv[1] : \"?\");\n    return 0;\n}}\n"
    )
}

fn write(path: &Path, text: &str) {
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text));
    written.expect("the temporary directory is writable");
}

fn bare(class: &Path) -> Command {
    let mut command = Command::new("sh");
    // xargs(1) keeps as many at work as `grade` does.
    command.args([
        "-c",
        r#"printf '%s\0' "$1"/* | xargs -0 -n 1 -P "$2" sh -c "$3" sh"#,
        "sh",
    ]);
    command.arg(class).args([JOBS, BARE]);
    command
}

fn grade(class: &Path, lab: &Path, run: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syslab"));
    command
        .args(["grade", "--jobs", JOBS, "--lab"])
        .arg(lab.join("lab.toml"));
    command.arg("-o").args([run, class]);
    command
}

/// check50 with the same check, one submission after another in the directory of each.
fn check50(class: &Path) -> Option<Command> {
    let program = std::env::var_os("CHECK50").unwrap_or_else(|| "check50".into());
    let is_there = Command::new(&program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let checks = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/programs/check50");
    let mut command = Command::new("sh");
    command.args([
        "-c",
        r#"printf '%s\0' "$1"/* | xargs -0 -n 1 -P "$2" sh -c '
            cd "$3" && "$1" --dev -o json --output-file result.json "$2"' sh "$3" "$4""#,
        "sh",
    ]);
    command.arg(class).arg(JOBS).arg(program).arg(checks);
    is_there.then_some(command)
}

/// Runs a command for a class of this size, says what that took, and returns the processor time in
/// seconds.
fn measured(what: &str, size: usize, mut command: Command) -> Option<f64> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let before = children_cpu();
    let began = Instant::now();
    let ended = command.spawn().ok().and_then(watched);
    let wall = began.elapsed().as_secs_f64();
    let cpu = children_cpu() - before;
    let Some((_, largest)) = ended.filter(|(status, _)| status.success()) else {
        println!("  {what}: failed: {command:?}");
        return None;
    };
    let each = |seconds: f64| seconds * 1e3 / size as f64;
    println!(
        "  {what:<28} {size:>6} {:>10.1} ms {:>10.1} ms {:>10} MiB",
        each(cpu),
        each(wall),
        largest / 1024
    );
    Some(cpu)
}

/// Waits for a process: how it ended, and most memory in KiB that it had, without its children.
fn watched(mut child: Child) -> Option<(ExitStatus, u64)> {
    let status_file = format!("/proc/{}/status", child.id());
    let mut largest = 0;
    loop {
        let status = fs::read_to_string(&status_file).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.trim().parse().ok());
        largest = largest.max(kib.unwrap_or(0));
        if let Some(ended) = child.try_wait().ok()? {
            return Some((ended, largest));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What was measured must have been the grading of programs that are right.
fn said_to_be_right(run: &Path, size: usize) {
    let collected = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["grade", "collect", "--format", "csv"])
        .arg(run)
        .output();
    let table = fs::read_to_string(run.join("exports/grades.csv")).unwrap_or_default();
    let right = table
        .lines()
        .skip(1)
        .filter(|line| line.contains(",100,"))
        .count();
    if right != size {
        println!(
            "  {right} of {size} are right: these figures are of something else; {collected:?}"
        );
    }
}
