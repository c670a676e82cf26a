//! textkit: lines and words of a text, by PyO3.
//!
//! This starter can be imported and counts lines most of the time. Each TODO is a place where a promise is empty.

use pyo3::prelude::*;

/// Lines and words of a text.
#[pymodule]
mod textkit {
    use pyo3::exceptions::PyNotImplementedError;
    use pyo3::prelude::*;
    use pyo3::types::PyDict;

    /// The number of newlines in a text.
    #[pyfunction]
    fn count_lines(text: &str) -> usize {
        // TODO: what is the last line, if there is no newline behind it?
        text.lines().count()
    }

    /// The first of the lines with the most characters.
    #[pyfunction]
    fn longest_line(_text: &str) -> PyResult<String> {
        // TODO: in which unit is a line the longest?
        Err(PyNotImplementedError::new_err("longest_line"))
    }

    /// How often each word comes.
    #[pyfunction]
    fn tally<'py>(py: Python<'py>, words: Vec<String>) -> Bound<'py, PyDict> {
        // TODO: which arguments does a Vec<String> take, and which iterables are left out?
        let counts = PyDict::new(py);
        for _word in words {
            // TODO: count it. What can go wrong, and who learns of it?
        }
        counts
    }
}
