//! Instructions of PTX which compilers seldom make: what the PTX ISA says of each.

use std::cmp::Ordering;

use super::Kernel;
use super::bits::permuted;
use super::conversions::{Mode, rounded};
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line, pairs};
use crate::gpu::numbers::{Number, all_same, half_bits, half_value};
use syslab::gpu::launch::Arg::{I32, Ptr};

pub(super) const KERNELS: &[Kernel] = &[
    Kernel {
        file: "ptx_integers",
        sizes: &[150],
        try_it: integers,
    },
    Kernel {
        file: "ptx_floats",
        sizes: &[120],
        try_it: floats,
    },
    Kernel {
        file: "ptx_memory",
        sizes: &[70],
        try_it: memory,
    },
];

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
        let mut want = [0; 45];
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

fn logic(x: u32, y: u32) -> [u32; 23] {
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

fn floats(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0.0,
        -0.0,
        1.0,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        1e-40,
        -1e-40,
        0.25,
    ];
    let mut numbers = || {
        device
            .random
            .mixed(count, &edges, |random| random.real(-3.0, 3.0) as f32)
    };
    let (a, b) = (numbers(), numbers());
    let truth = |is: bool| f32::from(u8::from(is));
    pairs(
        device,
        "ptx_floats",
        (&a, &b),
        f32::is_same,
        |x: f32, y: f32| {
            let is_unordered = x.is_nan() || y.is_nan();
            let of_nan = |value: f32| if is_unordered { f32::NAN } else { value };
            let is_lower = x < y || x == 0.0 && y == 0.0 && x.is_sign_negative();
            [
                truth(x.is_finite()),
                truth(x.is_infinite()),
                truth(!x.is_nan()),
                truth(x.is_nan()),
                truth(x.is_normal()),
                truth(x.is_subnormal()),
                truth(is_unordered || x == y),
                truth(is_unordered || x != y),
                truth(is_unordered || x < y),
                truth(is_unordered || x <= y),
                truth(is_unordered || x > y),
                truth(is_unordered || x >= y),
                truth(!is_unordered),
                truth(is_unordered),
                // The sign of the first, the size of the second.
                y.copysign(x),
                if x >= 0.0 { x } else { y },
                truth(x < y),
                of_nan(if is_lower { x } else { y }),
                of_nan(if is_lower { y } else { x }),
                x.mul_add(y, x),
                x.ceil(),
                if x > 0.0 { x.min(1.0) } else { 0.0 },
                y.copysign(x),
                if x < y { 2.0 } else { 1.0 },
            ]
        },
    )?;
    doubles(device, count)?;
    halves(device, count)
}

/// The double that a mode makes of an exact result, given the nearest and the side it lies on.
fn rounded_wide(nearest: f64, exact: Ordering, mode: Mode) -> f64 {
    let is_negative = nearest < 0.0;
    match (mode, exact) {
        (Mode::Down, Ordering::Less) => nearest.next_down(),
        (Mode::Up, Ordering::Greater) => nearest.next_up(),
        (Mode::Zero, Ordering::Less) if !is_negative => nearest.next_down(),
        (Mode::Zero, Ordering::Greater) if is_negative => nearest.next_up(),
        _ => nearest,
    }
}

fn doubles(device: &mut Device, count: usize) -> Tried {
    let mut numbers = |low: i64| -> Vec<f64> {
        (0..count)
            .map(|_| {
                let bits = device.random.between(1, 30) as u32;
                let whole = device.random.between(1 << 21, (1 << 53) - 1) >> bits;
                let sign = if low < 0 && whole & 1 == 1 { -1.0 } else { 1.0 };
                sign * whole as f64
            })
            .collect()
    };
    // Neither is 0: nothing is shifted out altogether.
    let (a, b) = (numbers(1), numbers(-1));
    let side = |residue: f64| residue.partial_cmp(&0.0).unwrap();
    let of_whole = |exact: i128, mode: Mode| {
        let nearest = exact as f64;
        rounded_wide(nearest, exact.cmp(&(nearest as i128)), mode)
    };
    // A product, and a little more.
    let of_more = |exact: i128, mode: Mode| {
        let nearest = exact as f64;
        let side = exact.cmp(&(nearest as i128)).then(Ordering::Greater);
        rounded_wide(nearest, side, mode)
    };
    let of_more_single = |exact: i128, mode: Mode| {
        let nearest = exact as f32;
        let side = exact.cmp(&(nearest as i128)).then(Ordering::Greater);
        f64::from(rounded(nearest, side, mode))
    };
    pairs(
        device,
        "ptx_doubles",
        (&a, &b),
        f64::is_same,
        |x: f64, y: f64| {
            let (p, q) = (x as i128, y as i128);
            let quotient = x / y;
            // The rest of a division is exact; over a negative divisor the sides are exchanged.
            let rest = side((-quotient).mul_add(y, x));
            let rest = if y < 0.0 { rest.reverse() } else { rest };
            let (root, inverse) = (x.sqrt(), 1.0 / x);
            let single = i128::from(x as f32 as i64) * i128::from(y as f32 as i64);
            [
                of_whole(p + q, Mode::Zero),
                of_whole(p + q, Mode::Down),
                of_whole(p + q, Mode::Up),
                of_whole(p * q, Mode::Zero),
                of_whole(p * q, Mode::Up),
                rounded_wide(quotient, rest, Mode::Down),
                rounded_wide(quotient, rest, Mode::Up),
                of_more(p * q, Mode::Zero),
                of_more(p * q, Mode::Down),
                of_more(p * q, Mode::Up),
                of_more_single(single, Mode::Zero),
                of_more_single(single, Mode::Down),
                of_more_single(single, Mode::Up),
                rounded_wide(root, side((-root).mul_add(root, x)), Mode::Up),
                rounded_wide(inverse, side((-inverse).mul_add(x, 1.0)), Mode::Down),
                x.next_down(),
            ]
        },
    )
}

/// The half that is nearest, or if that is too large the one below it.
fn half_towards_zero(x: f64) -> u16 {
    let nearest = half_bits(x);
    match f64::from(half_value(nearest)).abs() > x.abs() {
        true => nearest - 1,
        false => nearest,
    }
}

fn halves(device: &mut Device, count: usize) -> Tried {
    let mut numbers = || -> Vec<u16> {
        (0..count)
            .map(|_| half_bits(device.random.real(-30.0, 30.0)))
            .collect()
    };
    let (a, b) = (numbers(), numbers());
    pairs(
        device,
        "ptx_halves",
        (&a, &b),
        u32::is_same,
        |p: u16, q: u16| {
            let (x, y) = (f64::from(half_value(p)), f64::from(half_value(q)));
            let one = |value: f64| u32::from(half_bits(value));
            let two = |low: f64, high: f64| one(low) | one(high) << 16;
            [
                one(x + y),
                one(x * y),
                one(x.min(y)),
                one(x.max(y)),
                one(x * y + y),
                one(x.abs()),
                one(-x),
                one((x + y).clamp(0.0, 1.0)),
                u32::from(x < y),
                two(x - y, y - x),
                two(x * y, x * y),
                two(x * y + x, x * y + y),
                p.into(),
                half_towards_zero((x as f32 * 1.2).into()).into(),
                one(x.round_ties_even() + 0.0),
                one(x * 1.2),
                two(-1.0, f64::from(std::f32::consts::PI)),
                0x4049,
            ]
        },
    )
}

fn memory(device: &mut Device, count: usize) -> Tried {
    let wide = device.input("wide", &[i64::MAX, i64::MIN, 5, 0]);
    let narrow = device.input("narrow", &[0u32; 2]);
    let cells = device.input("cells", &[0u16; 4]);
    let sums = device.input("sums", &[0f32]);
    let args = [
        Ptr(wide),
        Ptr(narrow),
        Ptr(cells),
        Ptr(sums),
        I32(count as i32),
    ];
    device.run("ptx_atomics", line(count, 64), 0, &args)?;
    let numbers = || (0..count as i64).map(|i| i * 1_000_003 - 20_000_000);
    let want = [
        numbers().min().unwrap(),
        numbers().max().unwrap(),
        5 + numbers().sum::<i64>(),
        77,
    ];
    all_same("wide", &device.read(wide, 4)?, &want)?;
    let second = (1u32 << (count - 64)) - 1;
    all_same("narrow", &device.read(narrow, 2)?, &[u32::MAX, second])?;
    let all = count as f64;
    let want = [count as u16, 0, half_bits(all), half_bits(all / 2.0)];
    all_same("cells", &device.read(cells, 4)?, &want)?;
    all_same("sums", &device.read(sums, 1)?, &[count as f32 / 2.0])?;
    let a = device.random.ints(128, -99, 99);
    let out = device.output::<i32>("out", 160);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("ptx_loads", line(32, 32), 0, &args)?;
    let want: Vec<i32> = a
        .iter()
        .rev()
        .copied()
        .chain(a[..32].iter().map(|x| x - a[5]))
        .collect();
    all_same("ptx_loads", &device.read(out, 160)?, &want)?;
    let mut a = device.random.ints(80, -99, 99);
    let out = device.output::<i32>("out", 96);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(80)];
    device.run("ptx_copies", line(32, 32), 0, &args)?;
    a.resize(96, 0);
    let want: Vec<i32> = a.iter().rev().copied().collect();
    all_same("ptx_copies", &device.read(out, 96)?, &want)?;
    barriers(device)
}

fn barriers(device: &mut Device) -> Tried {
    let a = device.random.ints(64, 0, 99);
    let out = device.output::<i32>("out", 256);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("ptx_barriers", line(64, 64), 0, &args)?;
    let high = a.iter().filter(|x| **x > 50).count() as i32;
    let result = high * 100 + i32::from(high == 64) * 10 + i32::from(high < 64);
    let mut want = vec![result; 64];
    want.extend([1; 64]);
    want.extend([1642; 64]);
    // Thread 7 left before the last store.
    want.extend(0..7);
    all_same("ptx_barriers", &device.read(out, 199)?, &want)?;
    let want: Vec<i32> = (8..64).collect();
    all_same(
        "ptx_barriers",
        &device.read(out.offset(4 * 200), 56)?,
        &want,
    )
}
