//! The experiments: each is one probe, made by a process of ours in the box of a trial.

use crate::lessons::stories::experiment;
use crate::model::{Experiment, Limits, Run, Step};

/// Where the build puts the compiled kernel.
const BUILT: &str = "/submission/.built/kernel.ptx";

/// What a probe may use up: the simulator has limits of its own, which it reaches long before, and of which
/// it can say more.
const LIMITS: Limits = Limits {
    time_ms: 120_000,
    cpu_ms: 120_000,
    memory_kib: 1024 * 1024,
    tasks: 16,
    output: 4 << 20,
    events: 200_000,
    file_size: 1 << 20,
    shm_kib: 0,
    files: (64, 64),
};

/// What a probe may use up that uses a device: the driver has threads of its own, maps much, and compiles.
const DEVICE_LIMITS: Limits = Limits {
    memory_kib: 8 * 1024 * 1024,
    tasks: 256,
    file_size: 64 << 20,
    files: (1024, 1024),
    ..LIMITS
};

/// A probe of a lab's kernel, on the simulator.
pub(super) fn probe(lab: &str, check: &str, story: &str, seed: u64) -> Experiment {
    experiment(story, run(lab, check, seed, LIMITS))
}

/// A probe of a lab's kernel, on a device.
pub(super) fn timed(lab: &str, check: &str, story: &str, seed: u64) -> Experiment {
    let run = Run {
        has_device: true,
        ..run(lab, check, seed, DEVICE_LIMITS)
    };
    experiment(story, run)
}

fn run(lab: &str, check: &str, seed: u64, limits: Limits) -> Run {
    let seed = seed.to_string();
    let args = [
        "--lab", lab, "--probe", check, "--seed", &seed, "--ptx", BUILT,
    ];
    Run {
        args: args.map(str::to_owned).to_vec(),
        steps: vec![Step::Pass { ms: limits.time_ms }],
        limits,
        // What a kernel does is seen by the simulator; of calls, only what starts and ends the probe.
        watch: vec!["execve".to_owned(), "exit_group".to_owned()],
        ..Run::default()
    }
}
