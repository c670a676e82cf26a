//! Instructions on integers which compilers seldom make: what the PTX ISA says of each.

use std::cmp::Ordering;

use super::Kernel;
use super::bits::permuted;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, pairs};
use crate::gpu::numbers::Number;

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "ptx_integers",
    sizes: &[150],
    try_it: integers,
}];

/// `bfe`, as the PTX ISA writes it down.
fn extracted(a: u64, at: u32, length: u32, bits: u32, is_signed: bool) -> u64 {
    let bit = |k: u32| a >> k & 1;
    let sign = match (is_signed, length) {
        (true, 1..) => bit((at + length - 1).min(bits - 1)),
        _ => 0,
    };
    (0..bits).fold(0, |field, k| {
        let is_inside = k < length && at + k < bits;
        field | (if is_inside { bit(at + k) } else { sign }) << k
    })
}

/// `bfi`: the low bits of `a` at a place within `b`.
fn inserted(a: u64, b: u64, at: u32, length: u32, bits: u32) -> u64 {
    (0..length.min(bits))
        .take_while(|k| at + k < bits)
        .fold(b, |word, k| {
            let place = at + k;
            word & !(1 << place) | (a >> k & 1) << place
        })
}

/// `fns`: the n-th set bit from a place on, upwards or downwards.
fn nth_set(mask: u32, base: u32, offset: i32) -> u32 {
    let is_set = |at: &u32| mask >> at & 1 == 1;
    let nth = (offset.unsigned_abs() as usize).saturating_sub(1);
    match offset.cmp(&0) {
        Ordering::Equal => Some(base).filter(is_set),
        Ordering::Greater => (base..32).filter(is_set).nth(nth),
        Ordering::Less => (0..=base).rev().filter(is_set).nth(nth),
    }
    .unwrap_or(u32::MAX)
}

/// `bmsk`: ones from one place to another.
fn ones(at: u32, length: u32) -> u32 {
    (0..32)
        .filter(|k| *k >= at && *k - at < length)
        .fold(0, |mask, k| mask | 1 << k)
}

/// `bfind`: the highest bit that is set.
fn highest(x: u64) -> u32 {
    63u32.wrapping_sub(x.leading_zeros())
}

fn integers(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0,
        1,
        0x8000_0000,
        u32::MAX,
        0x7fff_ffff,
        32,
        0xff_ffff,
        0x80_0000,
    ];
    let mut numbers = || {
        device
            .random
            .mixed(count, &edges, |random| random.bits() as u32)
    };
    let (a, b) = (numbers(), numbers());
    pairs(device, "ptx_integers", (&a, &b), u32::is_same, |x, y| {
        let mut want = [0; 46];
        want[..22].copy_from_slice(&arithmetic(x, y));
        want[22..].copy_from_slice(&logic(x, y));
        want
    })?;
    let edges = [0, 1, u64::MAX, 1 << 63, (1 << 63) - 1];
    let mut numbers = || {
        device.random.mixed(count, &edges, |random| {
            random.bits() >> random.between(0, 60)
        })
    };
    let (a, b) = (numbers(), numbers());
    pairs(device, "ptx_wide_integers", (&a, &b), u64::is_same, wide)
}

/// The third operand of `ptx_integers`.
fn third(x: u32) -> u32 {
    x.wrapping_mul(2_654_435_761).wrapping_add(12345)
}

fn arithmetic(x: u32, y: u32) -> [u32; 22] {
    let z = third(x);
    let (s, t) = (x.cast_signed(), y.cast_signed());
    let high = |product: i128| (product >> 32) as u32;
    let low_24 = |n: u32| i128::from(n & 0xff_ffff);
    let signed_24 = |n: u32| i128::from((n << 8).cast_signed() >> 8);
    [
        z.wrapping_add(x.abs_diff(y)),
        z.wrapping_add(s.abs_diff(t)),
        x.wrapping_mul(y).wrapping_add(z),
        high(i128::from(x) * i128::from(y)).wrapping_add(z),
        high(i128::from(s) * i128::from(t)).wrapping_add(z),
        ((low_24(x) * low_24(y)) >> 16) as u32,
        ((signed_24(x) * signed_24(y)) >> 16) as u32,
        ((low_24(x) * low_24(y)) as u32).wrapping_add(z),
        ((signed_24(x) * signed_24(y)) as u32).wrapping_add(z),
        highest(x.into()),
        highest(if s < 0 { !x } else { x }.into()),
        if x == 0 { u32::MAX } else { x.leading_zeros() },
        u32::from(x == 0),
        // 0x6a: a and b choose whether c is turned round.
        (x & y) ^ x,
        (x & y) | (y & z) | (x & z),
        permuted(x, y, 0x4321),
        permuted(x, y, 0x7012),
        permuted(x, y, 0x3333),
        permuted(x, y, 0x3211),
        permuted(x, y, 0x2210),
        permuted(x, y, 0x3232),
        permuted(x, y, 0xba98),
    ]
}

fn logic(x: u32, y: u32) -> [u32; 24] {
    let z = third(x);
    let (s, t) = (x.cast_signed(), y.cast_signed());
    let (count, at, length) = (y & 63, y & 63, y >> 8 & 63);
    // The funnel: z above x.
    let funnel = u128::from(z) << 32 | u128::from(x);
    let bytes = |n: u32| n.to_le_bytes();
    let dot: u32 = bytes(x)
        .iter()
        .zip(bytes(y))
        .map(|(p, q)| u32::from(*p) * u32::from(q))
        .sum();
    let signed_dot: i32 = bytes(x)
        .iter()
        .zip(bytes(y))
        .map(|(p, q)| i32::from(p.cast_signed()) * i32::from(q.cast_signed()))
        .sum();
    let (sum, carry) = x.overflowing_add(y);
    let (difference, borrow) = x.overflowing_sub(y);
    let with_carry = x.wrapping_add(carry.into());
    let with_borrow = y.wrapping_sub(7).wrapping_sub(borrow.into());
    let (low, upper) = (x & 0xffff, x >> 16);
    let grown = u64::from(x) * u64::from(y) + u64::from(z);
    [
        (funnel << count.min(32) >> 32) as u32,
        (funnel >> count.min(32)) as u32,
        x.checked_shl(count).unwrap_or(0),
        x.checked_shr(count).unwrap_or(0),
        (s >> count.min(31)).cast_unsigned(),
        extracted(x.into(), at, length, 32, false) as u32,
        extracted(x.into(), at, length, 32, true) as u32,
        inserted(z.into(), x.into(), at, length, 32) as u32,
        z.wrapping_add(dot),
        z.wrapping_add_signed(signed_dot),
        ones(at, length),
        ones(at & 31, length & 31),
        nth_set(x, y & 31, (y >> 8 & 7).cast_signed() - 3),
        if z.cast_signed() >= 0 { x } else { y },
        if s < t { u32::MAX } else { 0 },
        u32::from(s >= t && x < y),
        if x < y { 9 } else { 5 },
        sum ^ with_carry.wrapping_mul(3),
        difference ^ with_borrow.wrapping_mul(3),
        x.rotate_left(16),
        (low * upper) >> 16,
        low * upper,
        i32::from((low as i16).min(upper as i16)).cast_unsigned(),
        grown as u32 ^ ((grown >> 32) as u32).wrapping_add(5).wrapping_mul(3),
    ]
}

fn wide(x: u64, y: u64) -> [u64; 20] {
    let (s, t) = (x.cast_signed(), y.cast_signed());
    let (at, length) = (y as u32 & 127, (y >> 8) as u32 & 127);
    let product = u128::from(x) * u128::from(y);
    let (sum, carry) = x.overflowing_add(y);
    let parts = x.to_le_bytes();
    let turned = [6, 7, 4, 5, 2, 3, 0, 1].map(|k| parts[k]);
    [
        s.min(t).cast_unsigned(),
        x.max(y),
        s.wrapping_abs().cast_unsigned(),
        ((product >> 64) as u64).wrapping_add(x),
        highest(x).into(),
        highest(if s < 0 { !x } else { x }).into(),
        x.count_ones().into(),
        x.leading_zeros().into(),
        x.reverse_bits(),
        u64::from(x == 0),
        extracted(x, at, length, 64, false),
        extracted(x, at, length, 64, true),
        inserted(y, x, at, length, 64),
        x.checked_shl(at).unwrap_or(0),
        (s >> at.min(63)).cast_unsigned(),
        x.rotate_left(32),
        u64::from_le_bytes(turned),
        x.max(y),
        sum.wrapping_add(carry.into()),
        x % 1_000_003,
    ]
}
