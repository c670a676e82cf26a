//! The programs that the pages of the lesson `shm` include: each compiles without a warning, runs,
//! and does what the text says of it, as far as that does not depend on the machine.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Programs that are run by a test here.
const RUN: &[&str] = &[
    "attach.py",
    "both.c",
    "capacity.py",
    "count.c",
    "dies.py",
    "fifo.py",
    "halves.c",
    "hold.py",
    "keep.py",
    "merge.py",
    "orders.py",
    "owner.c",
    "pieces.py",
    "publish.c",
    "ring.c",
    "room.py",
    "serve.py",
    "share.c",
    "sleep.c",
    "spin.py",
    "sums.c",
    "tree.py",
];

/// What only needs to compile.
const COMPILED: &[&str] = &["flag.c"];

fn code() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/shm/code")
}

/// What a command says on standard output, and how it ended; "skipped" if it is not installed.
fn run(command: &mut Command) -> Option<(String, Output)> {
    match command.output() {
        Ok(output) => Some((String::from_utf8_lossy(&output.stdout).into_owned(), output)),
        Err(error) => {
            println!(
                "skipped: {} is not installed; see scripts/setup ({error})",
                command.get_program().display()
            );
            None
        }
    }
}

fn python(name: &str, args: &[&str]) -> Option<(String, Output)> {
    run(Command::new("python3").arg(code().join(name)).args(args))
}

/// A compiled program, which goes with its directory.
struct Program(TempDir);

impl Program {
    fn of(name: &str) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new("gcc");
        command.args(["-Wall", "-Wextra", "-Werror", "-O2", "-pthread"]);
        if COMPILED.contains(&name) {
            command.arg("-c");
        }
        command
            .arg("-o")
            .arg(directory.path().join("program"))
            .arg(code().join(name));
        let (_, output) = run(&mut command)?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {said}");
        Some(Self(directory))
    }

    fn run(&self, args: &[&str]) -> String {
        let (said, output) = run(Command::new(self.0.path().join("program")).args(args)).unwrap();
        assert!(output.status.success(), "{args:?}: {said}");
        said
    }
}

#[test]
fn no_program_of_the_pages_is_forgotten() {
    let there: BTreeSet<String> = fs::read_dir(code())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("__"))
        .collect();
    let known: BTreeSet<String> = RUN
        .iter()
        .chain(COMPILED)
        .map(|name| (*name).to_owned())
        .collect();
    assert_eq!(there, known);
}

#[test]
fn what_only_compiles_compiles() {
    for name in COMPILED {
        Program::of(name);
    }
}

#[test]
fn every_way_of_the_service_answers_right() {
    for way in ["load", "pass", "fork", "share"] {
        let Some((said, output)) = python("serve.py", &[way, "2", "5000"]) else {
            return;
        };
        assert!(output.status.success(), "{way}: {said} {output:?}");
        assert_eq!(said.lines().count(), 2, "{said}");
    }
}

#[test]
fn pipes_and_fifos_do_what_the_page_says() {
    let Some((said, _)) = python("capacity.py", &["4096", "3000", "2000", "1"]) else {
        return;
    };
    let holds: Vec<&str> = said
        .lines()
        .filter_map(|line| line.rsplit(' ').nth(1))
        .collect();
    // Other pages, or the small pipes of a user who has very many.
    match holds[0] {
        "65536" => assert_eq!(holds, ["65536", "48000", "64000", "65536"]),
        other => println!("skipped: a pipe holds {other} bytes here"),
    }
    let (said, _) = python("pieces.py", &["4096"]).unwrap();
    assert_eq!(said, "0 of 4000 lines are torn\n");
    let (said, output) = python("fifo.py", &[]).unwrap();
    assert!(output.status.success());
    let page = fs::read_to_string(code().with_file_name("pipes.md")).unwrap();
    for line in said.lines() {
        assert!(page.contains(line), "the page does not say {line:?}");
    }
}

#[test]
fn a_fifo_is_read_in_whole_lines_and_then_hangs_up() {
    let here = tempfile::tempdir().unwrap();
    let fifo = here.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let Some((said, output)) = run(Command::new("python3")
        .arg(code().join("spin.py"))
        .arg(&fifo)
        .arg("100"))
    else {
        return;
    };
    assert_eq!(said, "0 bytes in 100 rounds\n", "{output:?}");
    let child = Command::new("python3")
        .arg(code().join("merge.py"))
        .arg(&fifo)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Opening it waits for the reader.
    fs::write(&fifo, "a\nbc\nrest").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "a\nbc\nand a rest of 4 bytes\n"
    );
    let file = here.path().join("file");
    fs::write(&file, "x").unwrap();
    let (_, output) = python("merge.py", &[file.to_str().unwrap()]).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not a FIFO"));
}

#[test]
fn children_sum_their_stripes() {
    let Some(program) = Program::of("share.c") else {
        return;
    };
    let total = |count: &str, children: &str| -> u64 {
        let said = program.run(&[count, children]);
        let sums = said.lines().filter_map(|line| line.rsplit(' ').next());
        sums.map(|sum| sum.parse::<u64>().unwrap()).sum()
    };
    let expected: u64 = (0..2500).map(|i| i % 1000).sum();
    for children in ["1", "3", "32"] {
        assert_eq!(total("2500", children), expected);
    }
    assert_eq!(total("2", "3"), 1);
}

#[test]
fn a_float_cannot_hold_the_sum() {
    let Some(program) = Program::of("sums.c") else {
        return;
    };
    assert!(program.run(&["1000000"]).ends_with("double 499500000\n"));
}

#[test]
fn a_tree_has_its_shared_memory_once() {
    let Ok(mut child) = Command::new("python3")
        .arg(code().join("hold.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    else {
        println!("skipped: python3 is not installed; see scripts/setup");
        return;
    };
    let mut pid = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut pid)
        .unwrap();
    let (said, output) = python("tree.py", &[pid.trim()]).unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert!(output.status.success(), "{output:?}");
    let last = said.lines().last().unwrap();
    let figures: Vec<u64> = last
        .split_whitespace()
        .skip(1)
        .map(|figure| figure.parse().unwrap())
        .collect();
    let array = 64 << 10;
    assert!(figures[0] > 3 * array, "{said}");
    assert!(figures[1] > array && figures[1] < 2 * array, "{said}");
}

#[test]
fn what_is_left_behind_is_what_the_page_says() {
    for (signal, way, status, is_left) in [
        ("SIGINT", "default", None, false),
        ("SIGTERM", "exit", Some(143), false),
        ("SIGTERM", "default", None, true),
        ("SIGKILL", "default", None, true),
    ] {
        let Ok(child) = Command::new("python3")
            .arg(code().join("keep.py"))
            .args([signal, way])
            .stderr(Stdio::null())
            .spawn()
        else {
            println!("skipped: python3 is not installed; see scripts/setup");
            return;
        };
        let path = PathBuf::from(format!("/dev/shm/keep-{}", child.id()));
        let output = child.wait_with_output().unwrap();
        let was_left = path.exists();
        let _absent = fs::remove_file(&path);
        assert_eq!(was_left, is_left, "{signal} {way}");
        assert_eq!(output.status.code(), status, "{signal} {way}");
    }
}

#[test]
fn room_is_asked_for_in_three_ways() {
    for way in ["store", "write", "allocate"] {
        let Some((said, output)) = python("room.py", &[way, "1"]) else {
            return;
        };
        assert_eq!(said, "filled\n", "{way} {output:?}");
    }
}

#[test]
fn a_tracker_takes_one_end_for_the_other() {
    let Some((said, output)) = python("attach.py", &[]) else {
        return;
    };
    // What is said depends on the version.
    assert!(output.status.success(), "{output:?}");
    assert_eq!(said.lines().count(), 2, "{said}");
}

#[test]
fn a_dead_worker_is_an_end_of_file() {
    let Some((said, output)) = python("dies.py", &[]) else {
        return;
    };
    assert_eq!(
        said,
        "worker 0: 0\nworker 1: no result, exit code -9\nworker 2: 4\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn nothing_is_lost_with_atomics_and_with_a_lock() {
    let Some(program) = Program::of("count.c") else {
        return;
    };
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("counter");
    let file = file.to_str().unwrap();
    for (way, total) in [("atomic", "20000"), ("lock", "40000")] {
        assert_eq!(program.run(&[way, file, "4", "5000"]).trim(), total);
    }
    for way in ["plain", "careless"] {
        let counted: u64 = program
            .run(&[way, file, "2", "5000"])
            .trim()
            .parse()
            .unwrap();
        assert!(counted <= 60_000, "{way}: {counted}");
    }
    let Some((said, _)) = python("orders.py", &[]) else {
        return;
    };
    assert_eq!(said.lines().filter(|line| line.ends_with(" 2")).count(), 2);
    assert_eq!(said.lines().count(), 6);
}

#[test]
fn what_is_aligned_is_never_seen_in_halves() {
    let Some(program) = Program::of("halves.c") else {
        return;
    };
    assert_eq!(program.run(&["0", "1000000"]), "0\n");
    program.run(&["60", "1000"]);
}

#[test]
fn who_waits_sleeps_or_spins_and_goes_on() {
    let Some(program) = Program::of("sleep.c") else {
        return;
    };
    for way in ["spin", "futex"] {
        assert!(program.run(&[way, "10"]).starts_with(way));
    }
}

#[test]
fn a_robust_mutex_outlives_its_holder() {
    let Some(program) = Program::of("owner.c") else {
        return;
    };
    assert_eq!(
        program.run(&["robust"]),
        "the one who held it is dead\nlocked, halves 1 and 1\n"
    );
    let (said, output) = run(Command::new(program.0.path().join("program")).arg("plain")).unwrap();
    assert_eq!(said, "ETIMEDOUT, halves 1 and 0\n");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn published_messages_are_whole() {
    let Some(program) = Program::of("publish.c") else {
        return;
    };
    assert_eq!(program.run(&["500"]), "0 of 4000 words were wrong\n");
}

#[test]
fn who_looks_in_order_sees_a_flag() {
    let Some(program) = Program::of("both.c") else {
        return;
    };
    assert_eq!(
        program.run(&["ordered", "5"]),
        "0 of 20480 times both saw no flag\n"
    );
    assert!(program.run(&["relaxed", "5"]).contains(" of 20480 times"));
}

#[test]
fn a_ring_passes_lines_of_every_length_across_its_end() {
    let Some(program) = Program::of("ring.c") else {
        return;
    };
    for capacity in ["1", "16", "4096"] {
        assert_eq!(program.run(&[capacity, "300"]), "300 lines\n");
    }
}
