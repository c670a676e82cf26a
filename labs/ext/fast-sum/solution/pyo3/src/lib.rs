//! `fastsum` with PyO3.

use pyo3::prelude::*;

#[pymodule]
mod fastsum {
    use pyo3::buffer::PyBuffer;
    use pyo3::exceptions::PyBufferError;
    use pyo3::prelude::*;

    /// The sum of the bytes of a C-contiguous buffer.
    ///
    /// `PyBuffer<u8>` is given back when it is dropped, on each way out.
    #[pyfunction]
    fn byte_sum(data: PyBuffer<u8>) -> PyResult<u64> {
        let bytes = data
            .as_slice_ptr()
            .ok_or_else(|| PyBufferError::new_err("byte_sum() needs a buffer in one piece"))?;
        // SAFETY: the buffer is ours until `data` is dropped, so the memory stays; no Python runs
        // before the sum is there, so that nobody writes to it who needs the GIL for that.
        let bytes = unsafe { bytes.as_ref() };
        Ok(bytes.iter().copied().map(u64::from).sum())
    }
}
