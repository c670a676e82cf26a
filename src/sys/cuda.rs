//! The CUDA driver, if this machine has one: found and looked into with dlopen(3) and dlsym(3), and what of
//! the CUDA Driver API takes raw pointers.
//!
//! cudarc panics where the library or one of its functions is missing. So nothing of cudarc's is called
//! before [`open`] has found the library and all functions that we need.

use std::ffi::c_void;
use std::path::Path;
use std::sync::Arc;

use cudarc::driver::{CudaContext, CudaFunction, CudaSlice, CudaStream, DriverError, result};
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

/// What the driver's library is called.
const NAME: &str = "libcuda.so.1";

/// The functions of the driver that cudarc calls for us, or that we call by it.
const NEEDED: &[&str] = &[
    "cuCtxGetCurrent",
    "cuCtxSetCurrent",
    "cuCtxSynchronize",
    "cuDeviceGet",
    "cuDeviceGetAttribute",
    "cuDeviceGetCount",
    "cuDeviceGetName",
    "cuDevicePrimaryCtxRelease_v2",
    "cuDevicePrimaryCtxRetain",
    "cuDeviceTotalMem_v2",
    "cuDriverGetVersion",
    "cuEventCreate",
    "cuEventDestroy_v2",
    "cuEventElapsedTime",
    "cuEventRecord",
    "cuEventSynchronize",
    "cuGetErrorName",
    "cuGetErrorString",
    "cuInit",
    "cuLaunchKernel",
    "cuMemAllocAsync",
    "cuMemAlloc_v2",
    "cuMemFreeAsync",
    "cuMemFree_v2",
    "cuMemcpyDtoDAsync_v2",
    "cuMemcpyDtoHAsync_v2",
    "cuMemcpyHtoDAsync_v2",
    "cuMemsetD8Async",
    "cuModuleGetFunction",
    "cuModuleGetGlobal_v2",
    "cuModuleLoadData",
    "cuModuleUnload",
    "cuStreamCreate",
    "cuStreamDestroy_v2",
    "cuStreamSynchronize",
    "cuStreamWaitEvent",
];

/// Why there is no driver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Absent {
    /// The library cannot be loaded.
    #[error("no CUDA driver: {0}")]
    Library(String),
    /// It is another one than we need, or too old.
    #[error("the CUDA driver has no {0}")]
    Function(&'static str),
}

/// Makes sure that the driver's library is there and has what we need; it stays loaded.
///
/// With a path, it is the library there, whatever else this machine has: whoever asks by name later gets that
/// one, for its own name (DT_SONAME) is the same.
///
/// # Errors
/// If it is not there, or lacks a function.
#[expect(unsafe_code, reason = "loads a library, whose initialisers run")]
pub fn open(path: Option<&Path>) -> Result<(), Absent> {
    let name = path.unwrap_or(Path::new(NAME));
    // SAFETY: the driver's initialisers, or those of the library that the caller named; they may be run at
    // any time, and the library is never unloaded.
    let library = unsafe { Library::open(Some(name), RTLD_NOW | RTLD_GLOBAL) }
        .map_err(|error| Absent::Library(refusal(&error.to_string())))?;
    for function in NEEDED {
        // SAFETY: only looked for, and never called through this.
        let found = unsafe { library.get::<*const c_void>(function.as_bytes()) };
        if found.is_err() {
            return Err(Absent::Function(function));
        }
    }
    std::mem::forget(library);
    Ok(())
}

/// Whether this program can load libraries: one that is linked statically has no dynamic loader, see
/// dlopen(3).
pub const CAN_LOAD: bool = !cfg!(target_feature = "crt-static");

/// What is said where it cannot.
pub const CANNOT_LOAD: &str = "this build is static: it cannot load libraries";

/// Which program could.
pub const TAKE_ANOTHER: &str = "take the Debian package, or what `cargo install` builds";

/// Why the dynamic loader refuses, in its words; that there is none, where there is none.
pub(super) fn refusal(said: &str) -> String {
    match CAN_LOAD {
        true => said.to_owned(),
        false => format!("{CANNOT_LOAD}; {TAKE_ANOTHER}"),
    }
}

/// Starts a kernel; `arguments` are its parameters, as their bytes.
///
/// Returns when it is under way; errors of the kernel itself come out of a later call.
///
/// # Errors
/// What cuLaunchKernel says.
#[expect(unsafe_code, reason = "passes parameters as raw pointers")]
pub fn launch(
    stream: &CudaStream,
    function: &CudaFunction,
    (grid, block): ([u32; 3], [u32; 3]),
    shared_bytes: u32,
    arguments: &mut [Vec<u8>],
) -> Result<(), DriverError> {
    stream.context().bind_to_thread()?;
    let mut pointers: Vec<*mut c_void> = arguments
        .iter_mut()
        .map(|argument| argument.as_mut_ptr().cast())
        .collect();
    let [grid, block] = [grid, block].map(|[x, y, z]| (x, y, z));
    // SAFETY: the driver copies each parameter before it returns, with the size that the kernel declares:
    // the caller has compared these with the arguments' sizes. What the kernel does happens in memory of the
    // device, none of which the host has mapped.
    unsafe {
        result::launch_kernel(
            function.cu_function(),
            grid,
            block,
            shared_bytes,
            stream.cu_stream(),
            &mut pointers,
        )
    }
}

/// Device memory with nothing in it yet.
///
/// # Errors
/// CUDA_ERROR_OUT_OF_MEMORY.
#[expect(unsafe_code, reason = "memory of the device that nobody has written")]
pub fn alloc(stream: &Arc<CudaStream>, bytes: usize) -> Result<CudaSlice<u8>, DriverError> {
    // SAFETY: any byte is a u8.
    unsafe { stream.alloc::<u8>(bytes) }
}

/// The version that the driver says it is: 12040 for 12.4.
///
/// # Errors
/// What cuDriverGetVersion says.
#[expect(
    unsafe_code,
    reason = "a call of the driver's that cudarc does not wrap"
)]
pub fn version() -> Result<i32, DriverError> {
    let mut version = 0;
    // SAFETY: the number outlives the call.
    unsafe { cudarc::driver::sys::cuDriverGetVersion(&raw mut version) }.result()?;
    Ok(version)
}

/// The context of the first device.
///
/// # Errors
/// CUDA_ERROR_NO_DEVICE, for one.
pub fn context() -> Result<Arc<CudaContext>, DriverError> {
    CudaContext::new(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_not_there_is_an_ordinary_error() {
        let absent = open(Some(Path::new("/nowhere/libcuda.so.1"))).unwrap_err();
        assert!(matches!(absent, Absent::Library(_)), "{absent}");
    }

    #[test]
    fn another_library_is_an_ordinary_error() {
        let absent = open(Some(Path::new("libc.so.6"))).unwrap_err();
        match CAN_LOAD {
            // It exists wherever a program is linked with glibc.
            true => assert_eq!(absent, Absent::Function("cuCtxGetCurrent")),
            false => assert!(absent.to_string().contains(CANNOT_LOAD), "{absent}"),
        }
    }
}
