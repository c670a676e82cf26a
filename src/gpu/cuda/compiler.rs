//! NVIDIA's compiler, where a package has brought it: a second opinion on a kernel, without a GPU.

use std::path::{Path, PathBuf};

use crate::gpu::PRELUDE;
use crate::sys::nvrtc::{Compiled, Nvrtc, NvrtcError};

/// Where the packages `nvidia-cuda-nvrtc` and `nvidia-cuda-nvrtc-cu12` keep it, below site-packages.
const IN_PACKAGES: [&str; 2] = [
    "nvidia/cu13/lib/libnvrtc.so.13",
    "nvidia/cuda_nvrtc/lib/libnvrtc.so.12",
];

/// What it is called where the dynamic linker finds it; see ld.so(8).
const ON_THE_PATH: [&str; 2] = ["libnvrtc.so.13", "libnvrtc.so.12"];

/// Where CUDA's toolkit keeps its headers.
const HEADERS: [&str; 2] = ["/usr/local/cuda/include", "/usr/local/cuda/include/cccl"];

/// What comes before every kernel, in place of the headers that NVRTC does not have.
const FIRST: (&str, &str) = ("syslab_nvrtc.h", include_str!("nvrtc.h"));

/// The compiler that is in one of these directories of packages, or on the library path.
///
/// # Errors
/// Why the last place that was looked at has none.
pub fn find(site_packages: &[PathBuf]) -> Result<Nvrtc, NvrtcError> {
    let in_packages = site_packages
        .iter()
        .flat_map(|place| IN_PACKAGES.map(|name| place.join(name)))
        .filter(|path| path.is_file());
    let mut why = NvrtcError::Absent("looked for nowhere".to_owned());
    for path in in_packages.chain(ON_THE_PATH.map(PathBuf::from)) {
        match Nvrtc::open(&path) {
            Ok(nvrtc) => return Ok(nvrtc),
            Err(error) => why = error,
        }
    }
    Err(why)
}

/// Compiles a learner's kernel for a device of this capability; messages have the file's own name.
///
/// # Errors
/// What the compiler says of it.
pub fn compile(
    nvrtc: &Nvrtc,
    source: &str,
    file: &Path,
    capability: (i32, i32),
) -> Result<Compiled, NvrtcError> {
    let name = file.file_name().unwrap_or(file.as_os_str());
    let architecture = format!(
        "--gpu-architecture=compute_{}{}",
        capability.0, capability.1
    );
    let there = HEADERS.iter().filter(|place| Path::new(place).is_dir());
    let places: Vec<String> = there
        .map(|place| format!("--include-path={place}"))
        .collect();
    let first = format!("--pre-include={}", FIRST.0);
    let mut options = vec![
        &*architecture,
        "--generate-line-info",
        "--std=c++17",
        &*first,
    ];
    options.extend(places.iter().map(String::as_str));
    // NVRTC has assert, printf and the mathematical functions built in: the headers that a kernel may include
    // for them have nothing more. These it has not, nor have we for it.
    let is_more = |name: &str| {
        ["syslab_", "cooperative_groups", "cuda_fp16"]
            .iter()
            .any(|more| name.starts_with(more))
    };
    let names = PRELUDE.iter().map(|(name, _)| *name);
    let empty = names.filter(|name| !is_more(name)).map(|name| (name, ""));
    let headers: Vec<(&str, &str)> = std::iter::once(FIRST).chain(empty).collect();
    nvrtc.compile(source, &name.to_string_lossy(), &headers, &options)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The compiler of whatever packages this machine has; `SYSLAB_SITE_PACKAGES` says where others are.
    fn compiler() -> Option<Nvrtc> {
        let places: Vec<PathBuf> = std::env::var_os("SYSLAB_SITE_PACKAGES")
            .map(PathBuf::from)
            .into_iter()
            .collect();
        let found = find(&places);
        if let Err(why) = &found {
            eprintln!("skipped: {why}");
        }
        found.ok()
    }

    #[test]
    fn a_kernel_becomes_ptx_and_a_mistake_a_message_with_its_line() {
        let Some(nvrtc) = compiler() else {
            return;
        };
        let right = "extern \"C\" __global__ void k(float* a) { a[threadIdx.x] = 1; }";
        let compiled = compile(&nvrtc, right, Path::new("/a/kernel.cu"), (7, 5)).unwrap();
        assert!(compiled.ptx.contains(".visible .entry k("));
        let wrong = "extern \"C\" __global__ void k(float* a)\n{\n    a[i] = 1;\n}\n";
        // Of what clang's header brings, everything is there with or without a header.
        let rich = "#include <cmath>\n#include <cstdint>\n#include <cstdio>\nextern \"C\" __global__ void k(float* a, uint32_t n)\n\
                    { assert(n < INT_MAX); printf(\"%u\", n); a[0] = expf(INFINITY) + FLT_MAX; }";
        let compiled = compile(&nvrtc, rich, Path::new("kernel.cu"), (7, 5)).unwrap();
        assert!(compiled.ptx.contains("vprintf"));
        let error = compile(&nvrtc, wrong, Path::new("/a/kernel.cu"), (7, 5)).unwrap_err();
        let NvrtcError::Rejected(log) = error else {
            panic!("{error}");
        };
        assert!(log.starts_with("kernel.cu(3): error:"), "{log}");
    }
}
