//! vec: the dot product of two vectors of doubles, by PyO3.

use pyo3::prelude::*;

/// Products of vectors.
#[pymodule]
mod vec {
    use pyo3::buffer::PyBuffer;
    use pyo3::exceptions::{PyTypeError, PyValueError};
    use pyo3::prelude::*;

    /// Elements between two looks at the signals: some milliseconds of work.
    const PIECE: usize = 1 << 22;

    /// A vector whose buffer is held: its object can be neither resized nor freed.
    struct Vector {
        buffer: PyBuffer<f64>,
        stride: isize,
    }

    impl Vector {
        fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
            let buffer = PyBuffer::get(object)?;
            if buffer.dimensions() != 1 {
                return Err(PyTypeError::new_err(
                    "a one-dimensional buffer of float64 is required",
                ));
            }
            let stride = buffer.strides()[0];
            Ok(Self { buffer, stride })
        }

        /// The element with this number.
        ///
        /// # Safety
        /// There is one.
        unsafe fn at(&self, index: usize) -> f64 {
            let start = self.buffer.buf_ptr().cast::<u8>();
            // SAFETY: as above, and the buffer is held; it may lie anywhere, so the read is unaligned.
            unsafe {
                start
                    .wrapping_offset(index as isize * self.stride)
                    .cast::<f64>()
                    .read_unaligned()
            }
        }
    }

    /// The dot product of two vectors of float64.
    #[pyfunction]
    #[pyo3(signature = (a, b, /))]
    fn dot(py: Python<'_>, a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<f64> {
        let (a, b) = (Vector::of(a)?, Vector::of(b)?);
        let (n, others) = (a.buffer.item_count(), b.buffer.item_count());
        if n != others {
            return Err(PyValueError::new_err(format!(
                "the vectors have {n} and {others} elements"
            )));
        }
        let mut sum = 0.0;
        for start in (0..n).step_by(PIECE) {
            let end = n.min(start + PIECE);
            // SAFETY: both have `n` elements.
            sum += py.detach(|| (start..end).map(|i| unsafe { a.at(i) * b.at(i) }).sum::<f64>());
            py.check_signals()?;
        }
        Ok(sum)
    }
}
