//! The sum of products of two strided vectors, as a C library.

/// # Safety
/// Both vectors have `n` elements, that many bytes apart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dot(a: *const u8, a_stride: isize, b: *const u8, b_stride: isize, n: usize) -> f64 {
    let at = |start: *const u8, stride: isize, i: usize| {
        // SAFETY: as above.
        unsafe { start.wrapping_offset(i as isize * stride).cast::<f64>().read_unaligned() }
    };
    (0..n).map(|i| at(a, a_stride, i) * at(b, b_stride, i)).sum()
}
