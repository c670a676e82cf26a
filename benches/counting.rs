//! The solutions of `fds/mmap-count` beside wc(1), side by side in one run: `scripts/bench`.
//!
//! Minima over interleaved rounds, of a file that is in the page cache. Nothing here passes or
//! fails; tests never look at a clock.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;

/// Bytes of each file: enough that starting a program does not matter.
const LEN: usize = 256 << 20;

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    let place = std::env::temp_dir().join(format!("syslab-counting-{}", std::process::id()));
    fs::create_dir_all(&place).expect("the temporary directory is writable");
    println!("minima of {ROUNDS} interleaved rounds, files of 256 MiB in the page cache\n");
    let c = build("gcc", &["-O2"], "c/main.c", &place.join("c"));
    let rust = build(
        "rustc",
        &["--edition", "2024", "-O"],
        "rust/main.rs",
        &place.join("rust"),
    );
    for (name, line) in [("long lines", 160), ("short lines", 7)] {
        let file = lines(&place, line);
        let counters = [("mmap-count, C", &c), ("mmap-count, Rust", &rust)];
        let mut best = [Duration::MAX; 3];
        for _ in 0..ROUNDS {
            for ((_, program), best) in counters.iter().zip(&mut best) {
                *best = (*best).min(time(Command::new(program).arg(&file)));
            }
            best[2] = best[2].min(time(Command::new("wc").arg("-l").arg(&file)));
        }
        println!("{name}, of {line} bytes, wall clock");
        for ((counter, _), time) in counters.iter().zip(best) {
            println!(
                "  {counter:<18} {:8.2} ms   {:5.2} times as fast as wc -l",
                time.as_secs_f64() * 1e3,
                best[2].as_secs_f64() / time.as_secs_f64()
            );
        }
        println!("  {:<18} {:8.2} ms\n", "wc -l", best[2].as_secs_f64() * 1e3);
    }
    let _left = fs::remove_dir_all(&place);
}

/// Compiles a solution as the checker does.
fn build(compiler: &str, flags: &[&str], source: &str, program: &Path) -> PathBuf {
    let source = format!(
        "{}/labs/fds/mmap-count/solution/{source}",
        env!("CARGO_MANIFEST_DIR")
    );
    let status = Command::new(compiler)
        .args(flags)
        .arg(source)
        .arg("-o")
        .arg(program)
        .status()
        .expect("the compiler is there; see scripts/setup");
    assert!(status.success(), "{compiler} failed");
    program.to_owned()
}

/// A file of lines of so many bytes, the newline among them.
fn lines(place: &Path, len: usize) -> PathBuf {
    let path = place.join("lines");
    let mut file = BufWriter::new(File::create(&path).expect("the directory is writable"));
    let line = [vec![b'x'; len - 1], b"\n".to_vec()].concat();
    for _ in 0..LEN / len {
        file.write_all(&line).expect("there is room");
    }
    file.flush().expect("there is room");
    path
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "it counts");
    start.elapsed()
}
