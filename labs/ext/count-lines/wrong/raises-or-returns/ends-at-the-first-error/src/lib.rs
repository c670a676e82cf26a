//! textkit: lines and words of a text, by PyO3.

use pyo3::prelude::*;

/// Lines and words of a text.
#[pymodule]
mod textkit {
    use pyo3::prelude::*;
    use pyo3::types::{PyDict, PyIterator, PyString};

    /// The number of newlines in a text.
    #[pyfunction]
    #[pyo3(signature = (text, /))]
    fn count_lines(text: &str) -> usize {
        text.bytes().filter(|&byte| byte == b'\n').count()
    }

    /// The first of the lines with the most characters.
    #[pyfunction]
    #[pyo3(signature = (text, /))]
    fn longest_line(text: &str) -> &str {
        // `split` and not `lines`, which takes "\r\n" for one end and forgets an empty last line.
        let mut longest = ("", 0);
        for line in text.split('\n') {
            let length = line.chars().count();
            if length > longest.1 {
                longest = (line, length);
            }
        }
        longest.0
    }

    /// How often each word comes.
    #[pyfunction]
    #[pyo3(signature = (words, /))]
    fn tally<'py>(py: Python<'py>, words: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        // The words stay Python objects: their hashes are kept in them, and nothing is copied.
        let counts = PyDict::new(py);
        for word in PyIterator::from_object(words)?.map_while(Result::ok) {
            let word = word.cast::<PyString>()?;
            let count = match counts.get_item(word)? {
                Some(count) => count.extract::<usize>()?,
                None => 0,
            };
            counts.set_item(word, count + 1)?;
        }
        Ok(counts)
    }
}
