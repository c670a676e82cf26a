//! vec: the dot product of two vectors of doubles, by PyO3.
//! The buffers are given to the closure that runs without the GIL, and released there; PyO3 takes the GIL for it.

use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

struct Vector(PyUntypedBuffer);

impl Vector {
    fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let buffer = PyUntypedBuffer::get(object)?;
        match (buffer.dimensions(), buffer.format().to_bytes()) {
            (1, b"d") => Ok(Self(buffer)),
            _ => Err(PyTypeError::new_err("a vector of float64 is required")),
        }
    }

    fn at(&self, index: usize) -> f64 {
        // SAFETY: the callers stay below the number of elements, and the buffer is held.
        unsafe { self.0.get_ptr(&[index]).cast::<f64>().read_unaligned() }
    }
}

#[pyfunction]
fn dot(py: Python<'_>, a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<f64> {
    let (a, b) = (Vector::of(a)?, Vector::of(b)?);
    let n = a.0.item_count();
    if n != b.0.item_count() {
        return Err(PyValueError::new_err("the vectors differ in length"));
    }
    py.detach(move || {
        let mut sum = 0.0;
        for i in 0..n {
            sum += a.at(i) * b.at(i);
            if i % (1 << 24) == (1 << 24) - 1 {
                Python::attach(|py| py.check_signals())?;
            }
        }
        Ok(sum)
    })
}

#[pymodule]
fn vec(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(dot, module)?)
}
