//! A sum of squares, for whoever can call C.

/// # Safety
/// There are so many elements at `row`, and nobody writes to them meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn squares(row: *const i64, length: usize) -> i64 {
    // SAFETY: as the caller has promised.
    let row = unsafe { std::slice::from_raw_parts(row, length) };
    row.iter().map(|element| element * element).sum()
}
