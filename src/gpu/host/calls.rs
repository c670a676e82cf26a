//! What calls are for: which of them fail in turn, and with what.

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Looks at something that cannot fail in practice, or whose failure is no news: never made to fail.
    Look,
    /// Finds the device and begins to use it.
    Setup,
    /// Makes something or puts work into a stream.
    Work,
    /// Starts a kernel.
    Launch,
    /// Waits, or asks whether there is still something to wait for.
    Wait,
    /// Gives something back.
    Release,
}

/// The role of a call by its name, with or without a version.
pub fn role(name: &str) -> Role {
    match unversioned(name) {
        "cuCtxGetCurrent"
        | "cuCtxSetCurrent"
        | "cuCtxPushCurrent"
        | "cuCtxPopCurrent"
        | "cuCtxGetDevice"
        | "cuStreamIsCapturing" => Role::Look,
        "cudaGetDeviceCount"
        | "cudaGetDevice"
        | "cudaSetDevice"
        | "cudaInitDevice"
        | "cudaSetDeviceFlags"
        | "cudaGetDeviceProperties"
        | "cudaDeviceGetAttribute"
        | "cudaDeviceGetStreamPriorityRange"
        | "cuInit"
        | "cuDeviceGetCount"
        | "cuDeviceGet"
        | "cuDeviceGetName"
        | "cuDeviceGetAttribute"
        | "cuDeviceTotalMem"
        | "cuDevicePrimaryCtxRetain"
        | "cuCtxCreate"
        | "cuCtxGetStreamPriorityRange" => Role::Setup,
        "cudaLaunchKernel" | "cuLaunchKernel" => Role::Launch,
        "cudaDeviceSynchronize"
        | "cudaStreamSynchronize"
        | "cudaEventSynchronize"
        | "cudaStreamQuery"
        | "cudaEventQuery"
        | "cuCtxSynchronize"
        | "cuStreamSynchronize"
        | "cuEventSynchronize"
        | "cuStreamQuery"
        | "cuEventQuery" => Role::Wait,
        "cudaFree"
        | "cudaFreeAsync"
        | "cudaFreeHost"
        | "cudaHostUnregister"
        | "cudaStreamDestroy"
        | "cudaEventDestroy"
        | "cudaDeviceReset"
        | "cuMemFree"
        | "cuMemFreeAsync"
        | "cuMemFreeHost"
        | "cuMemHostUnregister"
        | "cuStreamDestroy"
        | "cuEventDestroy"
        | "cuModuleUnload"
        | "cuDevicePrimaryCtxRelease"
        | "cuCtxDestroy" => Role::Release,
        _ => Role::Work,
    }
}

/// The name as documentation has it: the driver API's symbols carry a version.
pub fn unversioned(name: &str) -> &str {
    name.strip_suffix("_v2").unwrap_or(name)
}

/// The error with which a call is made to fail: one that its documentation names, and that leaves the
/// device usable.
pub(super) fn failure(name: &str) -> i32 {
    const OUT_OF_MEMORY: i32 = 2;
    const OUT_OF_RESOURCES: i32 = 701;
    const UNKNOWN: i32 = 999;
    match unversioned(name) {
        name if name.contains("lloc") => OUT_OF_MEMORY,
        name if name.contains("StreamCreate") || name.contains("EventCreate") => OUT_OF_MEMORY,
        "cudaLaunchKernel" | "cuLaunchKernel" => OUT_OF_RESOURCES,
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_changes_no_role() {
        assert_eq!(role("cuMemFree_v2"), Role::Release);
        assert_eq!(role("cuMemFree"), Role::Release);
        assert_eq!(role("cudaMemcpyAsync"), Role::Work);
        assert_eq!(failure("cuMemAlloc_v2"), 2);
        assert_eq!(failure("cudaMallocHost"), 2);
    }
}
