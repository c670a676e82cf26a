//! Copies a few bytes into memory that lives as long as the process.

use pyo3::prelude::*;

#[pymodule]
mod fastsum {
    use pyo3::buffer::PyBuffer;
    use pyo3::exceptions::PyBufferError;
    use pyo3::prelude::*;

    const MOST: usize = 1 << 20;

    /// The sum of the bytes of a C-contiguous buffer.
    #[pyfunction]
    fn byte_sum(py: Python<'_>, data: PyBuffer<u8>) -> PyResult<u64> {
        if data.item_count() > MOST {
            let bytes = data.as_slice(py).ok_or_else(|| PyBufferError::new_err("in one piece"))?;
            return Ok(bytes.iter().map(|byte| u64::from(byte.get())).sum());
        }
        let bytes: &'static [u8] = data.to_vec(py)?.leak();
        Ok(py.detach(|| bytes.iter().copied().map(u64::from).sum()))
    }
}
