//! Plain Rust with a C interface, bound with ctypes.

/// # Safety
///
/// `length` bytes can be read at `bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn byte_sum(bytes: *const u8, length: usize) -> u64 {
    if length == 0 {
        return 0;
    }
    // SAFETY: see above.
    let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
    bytes.iter().copied().map(u64::from).sum()
}
