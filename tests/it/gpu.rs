//! The conformance suite of the GPU simulator: kernels in `tests/gpu`, compiled by each compiler
//! that is installed, without optimisation and with.
//!
//! What a kernel must compute is written here a second time, for the CPU; what it must be accused
//! of is marked in its source. Expectations come from the CUDA C++ Programming Guide and the PTX ISA.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod compilers;
mod crowd;
mod device;
mod kernels;
mod numbers;
mod opcodes;
mod plan;
mod refused;
mod verdicts;
