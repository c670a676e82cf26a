//! How long a check of `cpython/pvm` takes, with some two hundred generated programs: `scripts/bench`.
//!
//! Nothing here passes or fails; tests never look at a clock.

use std::process::Command;
use std::time::{Duration, Instant};

const ROUNDS: usize = 3;

/// What a check of the Python solution should not take longer than, on a quiet machine.
const WANTED: Duration = Duration::from_secs(20);

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    println!("a whole check of cpython/pvm, minima of {ROUNDS} rounds, wall clock");
    for language in ["python", "rust"] {
        let solution = format!(
            "{}/labs/cpython/pvm/solution/{language}",
            env!("CARGO_MANIFEST_DIR")
        );
        let mut best: Option<Duration> = None;
        for _ in 0..ROUNDS {
            let began = Instant::now();
            let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
                .args(["cpython", "check", "pvm", &solution])
                .output();
            let took = began.elapsed();
            match output {
                Ok(output) if output.status.success() => {
                    best = Some(best.map_or(took, |best| best.min(took)));
                }
                Ok(output) => println!("{}", String::from_utf8_lossy(&output.stdout)),
                Err(error) => println!("{error}"),
            }
        }
        let Some(best) = best else {
            println!("  {language:<8} skipped: it was not checked, or does not pass");
            continue;
        };
        let figure = best.as_secs_f64();
        println!(
            "  {language:<8} {figure:6.1} s   wanted: {} s",
            WANTED.as_secs()
        );
    }
}
