//! Instructions on floats which compilers seldom make: what the PTX ISA says of each.

use std::cmp::Ordering;

use super::Kernel;
use super::conversions::{Mode, rounded};
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, pairs};
use crate::gpu::numbers::{Number, half_bits, half_value};

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "ptx_floats",
    sizes: &[120],
    try_it: floats,
}];

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
                truth(x.is_normal() || x == 0.0),
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
