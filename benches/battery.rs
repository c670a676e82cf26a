//! What the battery of the lesson `ext` costs: a whole check, and one captured call: `scripts/bench`.
//!
//! Nothing here passes or fails; tests never look at a clock.

use std::process::Command;
use std::time::{Duration, Instant};

use syslab::probes::packages;

const ROUNDS: usize = 3;

/// What a whole check of the reference extension should not take longer than, on two quiet processors.
const WANTED: Duration = Duration::from_secs(8);

/// What capturing one call should not cost more than, nanoseconds.
const WANTED_NS: u32 = 200;

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    whole_check();
    one_call();
}

fn whole_check() {
    let solution = format!(
        "{}/labs/ext/fast-sum/solution/c-api",
        env!("CARGO_MANIFEST_DIR")
    );
    let checks = (0..ROUNDS).filter_map(|_| {
        let began = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
            .args(["ext", "check", "fast-sum", &solution])
            .output();
        let took = began.elapsed();
        let has_passed = output.is_ok_and(|output| output.status.success());
        has_passed.then_some(took)
    });
    match checks.min() {
        Some(best) => println!(
            "a whole check of ext/fast-sum, its builds with sanitizers too: {:.1} s, the best of {ROUNDS}; \
             wanted: {} s",
            best.as_secs_f64(),
            WANTED.as_secs()
        ),
        None => println!("ext/fast-sum: skipped: it was not checked, or does not pass"),
    }
}

fn one_call() {
    let root = env!("CARGO_MANIFEST_DIR");
    let python = packages::interpreter().unwrap_or_else(|| "python3".into());
    let output = Command::new(python)
        .arg(format!("{root}/benches/programs/captured.py"))
        .arg(format!("{root}/src/lessons/ext/battery"))
        .output();
    let said = match output {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
        Ok(output) => {
            println!(
                "captured calls: skipped: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            return;
        }
        Err(error) => {
            println!("captured calls: skipped: {error}");
            return;
        }
    };
    println!("one captured call of a function of Python's, added; wanted: {WANTED_NS} ns");
    for line in said.lines() {
        if let Some((mode, figure)) = line.split_once('\t') {
            println!("  {mode:<16} {figure:>6} ns");
        }
    }
}
