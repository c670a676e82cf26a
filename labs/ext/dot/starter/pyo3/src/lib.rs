//! vec: the dot product of two vectors of doubles, by PyO3.
//!
//! This starter can be imported, and is right for lists and arrays of numbers.
//! Each TODO is a place where a promise is empty.

use pyo3::prelude::*;

/// Products of vectors.
#[pymodule]
mod vec {
    use pyo3::prelude::*;

    /// The dot product of two vectors of float64.
    #[pyfunction]
    fn dot(a: Vec<f64>, b: Vec<f64>) -> f64 {
        // TODO: a Vec<f64> is a copy, made number by number, of anything that has numbers in it.
        //       Which type of PyO3 is the memory itself, and what does it know of elements and strides?
        // TODO: what if one is shorter?
        // TODO: who else could run meanwhile? And if somebody presses Ctrl-C?
        a.iter().zip(&b).map(|(x, y)| x * y).sum()
    }
}
