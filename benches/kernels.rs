//! How fast the simulator runs kernels with every check on, and how long a check of each lab of `gpu`
//! takes; and how fast their references are on this machine's GPU: `scripts/bench`.
//!
//! Nothing here passes or fails; tests never look at a clock.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use syslab::bench::build::{Optimisation, compile};
use syslab::gpu::launch::{Checks, Dim3, SimOptions};
use syslab::gpu::request::{Request, arguments, perform};
use syslab::model::Lab;

const ROUNDS: usize = 3;

/// Thread-instructions a second that the simulator should do on one core, all checks on, in millions.
const WANTED_M: f64 = 10.0;

/// What a check of a lab should not take longer than.
const WANTED: Duration = Duration::from_secs(2);

/// A lab's reference, how it is launched, and with what.
const LAUNCHES: [(&str, &str, Dim3, Dim3, &str); 4] = [
    (
        "vector-add",
        "vector_add",
        Dim3::line(4096),
        Dim3::line(256),
        "f32[1048576]=random, f32[1048576]=random, f32[1048576], 1048576",
    ),
    (
        "reduce",
        "reduce",
        Dim3::line(256),
        Dim3::line(256),
        "f32[1048576]=random, f32[1]=0, 1048576",
    ),
    (
        "matmul",
        "matmul",
        Dim3::new(16, 16, 1),
        Dim3::new(16, 16, 1),
        "f32[65536]=random, f32[65536]=random, f32[65536], 256, 256, 256",
    ),
    (
        "transpose",
        "transpose",
        Dim3::new(32, 32, 1),
        Dim3::new(32, 8, 1),
        "f32[1048576]=random, f32[1048576], 1024, 1024",
    ),
];

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    println!(
        "the simulator on one core, best of {ROUNDS} rounds; millions of thread-instructions a second"
    );
    println!(
        "  {:<12} {:>10} {:>10} {:>8}",
        "kernel", "unchecked", "checked", "ratio"
    );
    for (lab, kernel, grid, block, args) in LAUNCHES {
        match speeds(lab, kernel, grid, block, args) {
            Ok([unchecked, checked]) => println!(
                "  {kernel:<12} {unchecked:>10.1} {checked:>10.1} {:>8.1}   wanted: {WANTED_M} checked",
                unchecked / checked
            ),
            Err(why) => println!("  {kernel:<12} skipped: {why}"),
        }
    }
    println!("a whole check of each lab of gpu, best of {ROUNDS} rounds, wall clock");
    let Some(gpu) = syslab::lessons::LESSONS
        .iter()
        .find(|lesson| lesson.slug == "gpu")
    else {
        return;
    };
    for lab in gpu.labs {
        let solution = root().join("labs/gpu").join(lab.slug).join("solution/cuda");
        let took = (0..ROUNDS)
            .filter_map(|_| checked(lab.slug, &solution))
            .min();
        match took {
            Some(took) => println!(
                "  {:<12} {:6.2} s   wanted: {} s",
                lab.slug,
                took.as_secs_f64(),
                WANTED.as_secs()
            ),
            None => println!(
                "  {:<12} skipped: it was not checked, or does not pass",
                lab.slug
            ),
        }
    }
    on_a_gpu(gpu.labs);
}

/// Each reference on this machine's GPU: what it moves, of what a copy of as many bytes moves in that time.
fn on_a_gpu(labs: &[Lab]) {
    if !syslab::gpu::cuda::is_there() {
        println!("on a GPU: skipped, there is none");
        return;
    }
    println!("the references on this machine's GPU, the shortest of fifteen launches");
    for lab in labs {
        let solution = root().join("labs/gpu").join(lab.slug).join("solution/cuda");
        let Some(figures) = timed(lab.slug, &solution) else {
            continue;
        };
        let figure = |name: &str| {
            let figures = figures.as_array().into_iter().flatten();
            let found = figures.filter(|one| one["name"] == name);
            found.filter_map(|one| one["value"].as_f64()).next()
        };
        println!(
            "  {:<12} {:8.1} us, {:3.0} % of a copy   wanted: 85 % where memory is the limit",
            lab.slug,
            figure("microseconds").unwrap_or(f64::NAN),
            100.0 * figure("of_copy").unwrap_or(f64::NAN),
        );
    }
}

/// The figures of the check that times a kernel; none, if the lab has no such check.
fn timed(lab: &str, solution: &Path) -> Option<serde_json::Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["gpu", "check", lab, "--only", "is-fast", "--format", "json"])
        .arg(solution)
        .output()
        .ok()?;
    let card: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    Some(card["checks"][0]["figures"].clone())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Without checks and with all of them.
fn speeds(
    lab: &str,
    kernel: &str,
    grid: Dim3,
    block: Dim3,
    args: &str,
) -> Result<[f64; 2], String> {
    let file = root()
        .join("labs/gpu")
        .join(lab)
        .join("solution/cuda/kernel.cu");
    let ptx = compile(&file, Optimisation::Full).map_err(|error| error.to_string())?;
    let mut speeds = [0.0; 2];
    for (speed, checks) in speeds.iter_mut().zip([Checks::NONE, Checks::ALL]) {
        let request = Request {
            kernel: Some(kernel.to_owned()),
            grid,
            block,
            shared: 0,
            args: arguments::parse(args)?,
            show: 0,
            options: SimOptions {
                checks,
                ..SimOptions::default()
            },
        };
        for _ in 0..ROUNDS {
            let began = Instant::now();
            let run = perform(&ptx, &request).map_err(|error| error.to_string())?;
            let took = began.elapsed().as_secs_f64();
            if !run.launched.faults.is_empty() {
                return Err(format!("it is accused: {}", run.launched.faults[0].text));
            }
            let instructions = run.launched.counters.total.thread_instructions as f64;
            *speed = f64::max(*speed, instructions / took / 1e6);
        }
    }
    Ok(speeds)
}

/// How long a check takes; `None` if it was not passed.
fn checked(lab: &str, solution: &Path) -> Option<Duration> {
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["gpu", "check", lab])
        .arg(solution)
        .output()
        .ok()?;
    output.status.success().then(|| began.elapsed())
}
