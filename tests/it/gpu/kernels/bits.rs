//! Bits: counting, finding, permuting, shifting.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, pairs};
use crate::gpu::numbers::Number;

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "bits",
    sizes: &[150],
    try_it: bits,
}];

/// `__ffs`: the place of the lowest bit from 1, or 0.
fn first_set(x: u64) -> u32 {
    match x {
        0 => 0,
        _ => x.trailing_zeros() + 1,
    }
}

/// `prmt`: each nibble of the selector picks one of the eight bytes of `x` and `y`.
pub(super) fn permuted(x: u32, y: u32, selector: u32) -> u32 {
    let bytes = (u64::from(y) << 32 | u64::from(x)).to_le_bytes();
    let picked = |k: u32| {
        let nibble = selector >> (4 * k) & 15;
        let byte = bytes[(nibble & 7) as usize];
        match nibble & 8 {
            0 => byte,
            // The sign of the byte, eight times.
            _ => (byte.cast_signed() >> 7).cast_unsigned(),
        }
    };
    u32::from_le_bytes([picked(0), picked(1), picked(2), picked(3)])
}

/// `__rhadd`: the mean, half a unit rounded up.
fn rounded_up_mean(x: i32, y: i32) -> i32 {
    ((i64::from(x) + i64::from(y) + 1) >> 1) as i32
}

fn bits(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0,
        1,
        0x8000_0000,
        u32::MAX,
        0x7fff_ffff,
        32,
        31,
        0xff00_ff00,
    ];
    let mut numbers = || {
        device
            .random
            .mixed(count, &edges, |random| random.bits() as u32)
    };
    let (a, b) = (numbers(), numbers());
    pairs(device, "bits", (&a, &b), u32::is_same, |x, y| {
        let wide = u64::from(x) << 32 | u64::from(y);
        // The funnel: y above x.
        let funnel = u64::from(y) << 32 | u64::from(x);
        let mirrored = wide.reverse_bits();
        [
            x.count_ones(),
            x.leading_zeros(),
            first_set(x.into()),
            x.reverse_bits(),
            permuted(x, y, 0x5140),
            permuted(x, y, y & 0x7777),
            (funnel << 9 >> 32) as u32,
            (funnel >> (y & 31)) as u32,
            x >> 5 & 0x1f,
            x & !0xff0 | (y & 0xff) << 4,
            x.rotate_left(y & 31),
            wide.count_ones(),
            wide.leading_zeros(),
            first_set(wide),
            (mirrored >> 32) as u32,
            mirrored as u32,
            ((x << 20).cast_signed() >> 27).cast_unsigned(),
            x & x.wrapping_neg(),
            (x & x.wrapping_sub(1)).count_ones(),
            31 - (x | 1).leading_zeros(),
            ((u64::from(x) + u64::from(y)) / 2) as u32,
            (u64::from(x) + u64::from(y)).div_ceil(2) as u32,
            rounded_up_mean(x.cast_signed(), y.cast_signed()).cast_unsigned(),
            x.abs_diff(y).wrapping_add(7),
            x.min(y),
            (wide.cast_signed().max(x.into()) >> 32) as u32,
            (wide as f32).to_bits(),
            (wide >> 12) as u32,
        ]
    })
}
