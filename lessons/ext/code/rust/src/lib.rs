//! The sum of bytes, with PyO3.

use pyo3::prelude::*;

// ANCHOR: byte_sum
/// The sum of the bytes.
#[pyfunction]
fn byte_sum(py: Python<'_>, data: &[u8]) -> u64 {
    py.detach(|| data.iter().map(|byte| u64::from(*byte)).sum())
}

#[pymodule]
mod with_pyo3 {
    #[pymodule_export]
    use super::byte_sum;
}
// ANCHOR_END: byte_sum
