//! One array for many processes: shared, pickled and copied, side by side in one run:
//! `scripts/bench`.
//!
//! Medians over interleaved rounds of the time that passes from the moment on at which one process
//! has the array until the last of the others can read it. Nothing here passes or fails; tests never
//! look at a clock.

mod beside {
    pub(crate) mod median;
}

use std::path::Path;
use std::process::Command;

use beside::median::median;
use syslab::sys::proc;

const ROUNDS: usize = 5;

/// Processes that are to read it.
const WORKERS: u64 = 32;

/// Bytes of the array, where there is memory for it, for the object, and for as much again.
const LEN: u64 = 1 << 30;

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    let place = tempfile::tempdir().expect("the temporary directory is writable");
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/programs");
    let compiled = place.path().join("sharing").display().to_string();
    let built = Command::new("cc")
        .args(["-O2", "-o", &compiled])
        .arg(programs.join("sharing.c"))
        .status();
    assert!(built.is_ok_and(|status| status.success()), "cc compiles it");
    let script = programs.join("sharing.py").display().to_string();
    let mut len = LEN;
    while proc::available_kib().expect("/proc/meminfo can be read") * 1024 < 4 * len {
        len /= 2;
    }
    println!(
        "medians of {ROUNDS} rounds; {WORKERS} processes and {} MiB, until the last can read them\n",
        len >> 20
    );
    let ways: [(&str, &[&str]); 4] = [
        ("copied once, by memcpy", &[&compiled, "copy"]),
        ("shared, C", &[&compiled, "share"]),
        (
            "multiprocessing.shared_memory",
            &["python3", &script, "share"],
        ),
        ("pickled, a part to each", &["python3", &script, "pickle"]),
    ];
    let mut times = vec![Vec::new(); ways.len()];
    for _ in 0..ROUNDS {
        for ((_, words), times) in ways.iter().zip(&mut times) {
            times.extend(seconds(words, len));
        }
    }
    let copied = median(&times[0]);
    println!("{:34} {:>10}   to memcpy's", "", "ms");
    for ((way, _), times) in ways.iter().zip(&times) {
        match (median(times), copied) {
            (Some(time), Some(copied)) => {
                println!("{way:34} {:10.1}   {:>11.2}", time * 1e3, time / copied);
            }
            _ => println!("{way:34} skipped: it cannot be done here"),
        }
    }
    println!();
}

/// The seconds that a program says it took.
fn seconds(words: &[&str], len: u64) -> Option<f64> {
    let output = Command::new(words.first()?)
        .args(words.get(1..)?)
        .args([WORKERS.to_string(), len.to_string()])
        .output()
        .ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}
