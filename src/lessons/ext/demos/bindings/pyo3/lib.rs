//! Two functions, with PyO3.

use pyo3::prelude::*;

#[pymodule]
mod bound {
    use pyo3::buffer::PyBuffer;
    use pyo3::exceptions::{PyBufferError, PyOverflowError};
    use pyo3::prelude::*;

    #[pyfunction]
    fn successor(number: i64) -> PyResult<i64> {
        number
            .checked_add(1)
            .ok_or_else(|| PyOverflowError::new_err("it has none in 64 bits"))
    }

    #[pyfunction]
    fn byte_sum(data: PyBuffer<u8>) -> PyResult<u64> {
        let bytes = data
            .as_slice_ptr()
            .ok_or_else(|| PyBufferError::new_err("bytes in one piece are needed"))?;
        // SAFETY: the buffer is ours until `data` is dropped, and no Python runs meanwhile.
        let bytes = unsafe { bytes.as_ref() };
        Ok(bytes.iter().copied().map(u64::from).sum())
    }
}
