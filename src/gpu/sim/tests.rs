//! Kernels in PTX, run.
