//! CUDA devices: a simulator that runs PTX, and what is said of a launch whoever ran it.
//!
//! The simulator executes kernels warp by warp, in lockstep, as the hardware does, and checks each
//! access that a kernel makes: bounds, alignment, initialisation, races, barriers.
//! It counts what a profiler would count, line by line.
//! What is not here: compilers (the bench runs them), labs and their judges, printing.
//!
//! The walk of a launch: [`ptx`] turns text into a module, [`sim`] links it, decodes it once and
//! runs it over [`memory`]; [`fault`] and [`counters`] are what it hands back.

pub mod counters;
pub mod cuda;
pub mod fault;
pub mod host;
pub mod launch;
pub mod memory;
pub mod ptx;
pub mod request;
pub mod sim;

/// A header, by its name.
macro_rules! header {
    ($name:literal) => {
        ($name, include_str!(concat!("prelude/", $name)))
    };
}

/// Clang's options that make PTX with lines of the source in it, without anything of CUDA's own; see
/// clang's "Compiling CUDA with clang".
pub const PTX_OPTIONS: &[&str] = &[
    "-x",
    "cuda",
    "--cuda-device-only",
    "--cuda-gpu-arch=sm_75",
    "--cuda-feature=+ptx75",
    "-nocudainc",
    "-nocudalib",
    "-gline-tables-only",
    "-fdeclspec",
    // A value that only one lane has is handed to the others by a shuffle: that it may be undefined in
    // those is no promise that they do not come here.
    "-Xclang",
    "-no-enable-noundef-analysis",
    "-S",
];

/// The headers that stand for CUDA's own, by name; the first comes before every kernel.
pub const PRELUDE: &[(&str, &str)] = &[
    header!("syslab_cuda.h"),
    header!("assert.h"),
    header!("builtin_types.h"),
    header!("cassert"),
    header!("cfloat"),
    header!("climits"),
    header!("cmath"),
    header!("cooperative_groups.h"),
    header!("cooperative_groups/reduce.h"),
    header!("cstddef"),
    header!("cstdint"),
    header!("cstdio"),
    header!("cstring"),
    header!("cuda.h"),
    header!("cuda_fp16.h"),
    header!("cuda_runtime.h"),
    header!("cuda_runtime_api.h"),
    header!("device_atomic_functions.h"),
    header!("device_functions.h"),
    header!("device_launch_parameters.h"),
    header!("float.h"),
    header!("host_defines.h"),
    header!("limits.h"),
    header!("math.h"),
    header!("math_constants.h"),
    header!("math_functions.h"),
    header!("sm_60_atomic_functions.h"),
    header!("stddef.h"),
    header!("stdint.h"),
    header!("stdio.h"),
    header!("string.h"),
    header!("syslab_atomics.h"),
    header!("syslab_bits.h"),
    header!("syslab_index.h"),
    header!("syslab_math.h"),
    header!("syslab_memory.h"),
    header!("syslab_output.h"),
    header!("syslab_types.h"),
    header!("syslab_warp.h"),
    header!("vector_functions.h"),
    header!("vector_types.h"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn no_header_is_forgotten() {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gpu/prelude");
        let mut there = BTreeSet::new();
        let mut open = vec![place.clone()];
        while let Some(directory) = open.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => open.push(path),
                    false => {
                        let name = path.strip_prefix(&place).unwrap();
                        there.insert(name.to_str().unwrap().to_owned());
                    }
                }
            }
        }
        let named: BTreeSet<String> = PRELUDE.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(there, named);
    }
}
