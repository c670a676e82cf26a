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

/// A header of which the first one has what kernels need, by its name; hosts have their own.
macro_rules! stand_in {
    ($name:literal) => {
        (
            $name,
            concat!(
                "#if !defined(__CUDA_ARCH__) && __has_include_next(<",
                $name,
                ">)\n#include_next <",
                $name,
                ">\n#endif\n"
            ),
        )
    };
}

/// A header for programs all of which is in cuda_runtime.h, by its place.
macro_rules! runtime {
    ($name:literal) => {
        (concat!("include/", $name), "#include <cuda_runtime.h>\n")
    };
}

/// A header for programs, by its place.
macro_rules! host_header {
    ($name:literal) => {
        (
            concat!("include/", $name),
            include_str!(concat!("host/include/", $name)),
        )
    };
}

/// One of the headers for kernels, in the place of those for programs.
macro_rules! shared_header {
    ($name:literal) => {
        (
            concat!("include/", $name),
            include_str!(concat!("prelude/", $name)),
        )
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
    stand_in!("assert.h"),
    stand_in!("builtin_types.h"),
    stand_in!("cassert"),
    stand_in!("cfloat"),
    stand_in!("climits"),
    header!("cmath"),
    header!("cooperative_groups.h"),
    header!("cooperative_groups/reduce.h"),
    header!("cooperative_groups/scan.h"),
    stand_in!("crt/host_defines.h"),
    header!("cstddef"),
    header!("cstdint"),
    stand_in!("cstdio"),
    header!("cstring"),
    header!("cuda.h"),
    header!("cuda_fp16.h"),
    stand_in!("cuda_runtime.h"),
    stand_in!("cuda_runtime_api.h"),
    stand_in!("device_atomic_functions.h"),
    stand_in!("device_functions.h"),
    stand_in!("device_launch_parameters.h"),
    stand_in!("driver_types.h"),
    stand_in!("float.h"),
    stand_in!("host_defines.h"),
    stand_in!("limits.h"),
    stand_in!("math.h"),
    stand_in!("math_constants.h"),
    stand_in!("math_functions.h"),
    stand_in!("sm_20_atomic_functions.h"),
    stand_in!("sm_20_intrinsics.h"),
    stand_in!("sm_30_intrinsics.h"),
    stand_in!("sm_32_atomic_functions.h"),
    stand_in!("sm_32_intrinsics.h"),
    stand_in!("sm_35_atomic_functions.h"),
    stand_in!("sm_35_intrinsics.h"),
    stand_in!("sm_60_atomic_functions.h"),
    stand_in!("sm_61_intrinsics.h"),
    stand_in!("stddef.h"),
    stand_in!("stdint.h"),
    stand_in!("stdio.h"),
    stand_in!("string.h"),
    header!("syslab_atomics.h"),
    header!("syslab_bits.h"),
    header!("syslab_constants.h"),
    header!("syslab_index.h"),
    header!("syslab_math.h"),
    header!("syslab_memory.h"),
    header!("syslab_output.h"),
    header!("syslab_simd.h"),
    header!("syslab_types.h"),
    header!("syslab_warp.h"),
    stand_in!("vector_functions.h"),
    stand_in!("vector_functions.hpp"),
    stand_in!("vector_types.h"),
];

/// The headers for files that have code for the processor, too: in a directory `include`, beside those of the
/// C and C++ libraries.
pub const HOST_HEADERS: &[(&str, &str)] = &[
    runtime!("builtin_types.h"),
    runtime!("crt/host_defines.h"),
    host_header!("cuda.h"),
    host_header!("cuda_runtime.h"),
    host_header!("cuda_runtime_api.h"),
    runtime!("device_atomic_functions.h"),
    runtime!("device_functions.h"),
    runtime!("device_launch_parameters.h"),
    host_header!("driver_types.h"),
    runtime!("host_defines.h"),
    runtime!("math_constants.h"),
    runtime!("math_functions.h"),
    runtime!("sm_20_atomic_functions.h"),
    runtime!("sm_20_intrinsics.h"),
    runtime!("sm_30_intrinsics.h"),
    runtime!("sm_32_atomic_functions.h"),
    runtime!("sm_32_intrinsics.h"),
    runtime!("sm_35_atomic_functions.h"),
    runtime!("sm_35_intrinsics.h"),
    runtime!("sm_60_atomic_functions.h"),
    runtime!("sm_61_intrinsics.h"),
    runtime!("syslab_cuda.h"),
    runtime!("vector_functions.h"),
    runtime!("vector_functions.hpp"),
    host_header!("vector_types.h"),
    shared_header!("cooperative_groups.h"),
    shared_header!("cooperative_groups/reduce.h"),
    shared_header!("cooperative_groups/scan.h"),
    shared_header!("cuda_fp16.h"),
    shared_header!("syslab_atomics.h"),
    shared_header!("syslab_bits.h"),
    shared_header!("syslab_constants.h"),
    shared_header!("syslab_math.h"),
    shared_header!("syslab_memory.h"),
    shared_header!("syslab_output.h"),
    shared_header!("syslab_simd.h"),
    shared_header!("syslab_warp.h"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The files beneath a directory of the sources.
    fn there(directory: &str) -> BTreeSet<String> {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
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
        there
    }

    #[test]
    fn no_header_is_forgotten() {
        let named: BTreeSet<&str> = PRELUDE.iter().map(|(name, _)| *name).collect();
        for name in there("src/gpu/prelude") {
            assert!(named.contains(&*name), "{name}");
        }
        let named: BTreeSet<&str> = HOST_HEADERS
            .iter()
            .filter_map(|(name, _)| name.strip_prefix("include/"))
            .collect();
        for name in there("src/gpu/host/include") {
            assert!(named.contains(&*name), "{name}");
        }
    }
}
