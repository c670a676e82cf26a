//! Kernels that must compute what the CPU computes, without being accused of anything.

mod atomics;
mod bits;
mod blocks;
mod control;
mod conversions;
mod curriculum;
mod halves;
mod integers;
mod memory;
mod partitions;
mod ptx_floats;
mod ptx_integers;
mod ptx_memory;
mod reals;
mod simd;
mod talk;
mod vectors;
mod warps;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use syslab::gpu::cuda::{self, Cuda};

use super::compilers::{self, producers, sources};
use super::crowd::{Tried, assert_none, complaints};
use super::device::{Device, MOST_INSTRUCTIONS};
use super::opcodes;
use super::plan::Plan;

/// A file of `tests/gpu/kernels`, and what it must compute.
pub(super) struct Kernel {
    /// Its name without the ending.
    file: &'static str,
    /// How much work it is tried with; what that means depends on the kernel.
    sizes: &'static [usize],
    /// Launches it and compares.
    try_it: fn(&mut Device, usize) -> Tried,
}

const LEVELS: &[&str] = &["-O0", "-O1", "-O2"];

/// The kernels, by subject.
const KERNELS: &[&[Kernel]] = &[
    integers::KERNELS,
    bits::KERNELS,
    simd::KERNELS,
    reals::KERNELS,
    halves::KERNELS,
    conversions::KERNELS,
    vectors::KERNELS,
    memory::KERNELS,
    control::KERNELS,
    warps::KERNELS,
    partitions::KERNELS,
    atomics::KERNELS,
    blocks::KERNELS,
    talk::KERNELS,
    ptx_integers::KERNELS,
    ptx_floats::KERNELS,
    ptx_memory::KERNELS,
    curriculum::KERNELS,
];

fn path(kernel: &Kernel) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/gpu/kernels")
        .join(kernel.file)
        .with_extension("cu")
}

/// What came of all kernels, with all producers.
struct Outcome {
    complaints: Vec<String>,
    /// Opcodes that were executed.
    executed: BTreeSet<String>,
}

/// Launches a kernel with each size; the opcodes that were executed.
fn tried(kernel: &Kernel, ptx: &str) -> Result<BTreeSet<String>, String> {
    let mut executed = BTreeSet::new();
    for (at, size) in kernel.sizes.iter().enumerate() {
        let mut device = Device::new(ptx, 1 + at as u64, MOST_INSTRUCTIONS)?;
        let tried = (kernel.try_it)(&mut device, *size);
        tried.map_err(|complaint| format!("size {size}: {complaint}"))?;
        let file = format!("{}.cu", kernel.file);
        executed.extend(opcodes::executed(ptx, &file, &device.counters));
    }
    Ok(executed)
}

/// Tries everything, once.
fn outcome() -> &'static Outcome {
    static OUTCOME: OnceLock<Outcome> = OnceLock::new();
    OUTCOME.get_or_init(|| {
        let kernels: Vec<&Kernel> = KERNELS.iter().copied().flatten().collect();
        let executed = Mutex::new(BTreeSet::new());
        let complaints = complaints(
            &kernels,
            |kernel| format!("{}.cu", kernel.file),
            |kernel| {
                for (producer, made) in compilers::all(LEVELS, &path(kernel)) {
                    let tried = made.and_then(|ptx| tried(kernel, &ptx));
                    let opcodes = tried.map_err(|complaint| format!("{producer}: {complaint}"))?;
                    executed.lock().unwrap().extend(opcodes);
                }
                Ok(())
            },
        );
        let executed = executed.into_inner().unwrap();
        Outcome {
            complaints,
            executed,
        }
    })
}

#[test]
fn kernels_compute_what_the_cpu_computes() {
    assert_none(&outcome().complaints);
}

/// This machine's GPU; none, and a word about it, if there is none.
fn gpu() -> Option<&'static Cuda> {
    static GPU: OnceLock<Option<Cuda>> = OnceLock::new();
    let found = GPU.get_or_init(|| match cuda::is_there() {
        true => Some(Cuda::find(None).unwrap()),
        false => None,
    });
    if found.is_none() {
        println!("skipped: no CUDA device; kernels run on the simulator alone");
    }
    found.as_ref()
}

#[test]
fn a_gpu_computes_what_the_simulator_computes() {
    let Some(gpu) = gpu() else {
        return;
    };
    println!("on {}", gpu.description().name);
    let (mut complaints, mut agreed, mut unlinked) = (Vec::new(), 0, 0);
    for kernel in KERNELS.iter().copied().flatten() {
        for (producer, made) in compilers::all(LEVELS, &path(kernel)) {
            let ptx = made.unwrap();
            // Of what clang leaves to libdevice, the driver has nothing.
            if ptx.contains("__nv_") {
                unlinked += 1;
                continue;
            }
            for (at, size) in kernel.sizes.iter().enumerate() {
                let tried = Device::with(gpu, &ptx, 1 + at as u64)
                    .and_then(|mut device| (kernel.try_it)(&mut device, *size));
                match tried {
                    Ok(()) => agreed += 1,
                    Err(complaint) => complaints.push(format!(
                        "{}.cu ({producer}), size {size}: {complaint}",
                        kernel.file
                    )),
                }
            }
        }
        // After a fault, the driver refuses everything.
        if gpu.wait().is_err() {
            break;
        }
    }
    println!("{agreed} launches agree; {unlinked} modules call libdevice, and were not tried");
    assert_none(&complaints);
}

#[test]
fn every_opcode_is_executed() {
    let Some(producer) = producers(&["-O0"]).into_iter().next() else {
        return;
    };
    let mut executed = outcome().executed.clone();
    // A kernel that ends by a trap is no kernel that computes.
    let plans = Plan::all("bugs");
    for name in ["trap.cu", "breakpoint.cu"] {
        let plan = plans.iter().find(|plan| plan.name() == name).unwrap();
        let ptx = producer.compile(&plan.path).unwrap();
        let launched = plan.launch(&ptx, 1, MOST_INSTRUCTIONS).unwrap().launched;
        executed.extend(opcodes::executed(&ptx, name, &launched.counters));
    }
    assert_none(&opcodes::missing(&executed));
}

#[test]
fn every_file_is_tried() {
    let mut tried: Vec<PathBuf> = KERNELS.iter().copied().flatten().map(path).collect();
    tried.sort();
    assert_eq!(sources("kernels"), tried);
}
