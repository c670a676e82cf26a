//! Conversions, and the rounding modes of conversions and arithmetic.

use std::cmp::Ordering;

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, pairs, singles};
use crate::gpu::numbers::Number;

pub(super) const KERNELS: &[Kernel] = &[
    Kernel {
        file: "convert",
        sizes: &[120],
        try_it: convert,
    },
    Kernel {
        file: "clamp_conversions",
        sizes: &[120],
        try_it: clamp_conversions,
    },
    Kernel {
        file: "round_modes",
        sizes: &[120],
        try_it: round_modes,
    },
];

fn convert(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0,
        1,
        -1,
        127,
        128,
        255,
        256,
        -128,
        32768,
        65535,
        i64::MAX,
        i64::MIN,
        16_777_217,
    ];
    let whole = device.random.mixed(count, &edges, |random| {
        random.bits().cast_signed() >> random.between(0, 60)
    });
    singles(device, "from_int", &whole, f64::is_same, |x| {
        [
            f64::from(x as i8),
            f64::from(x as u8),
            f64::from(x as i16),
            f64::from(x as u16),
            f64::from(x as i32 as f32),
            f64::from(x as u32 as f32),
            f64::from(x as f32),
            f64::from(x.cast_unsigned() as f32),
            f64::from(x as i8),
            f64::from(x as u8),
            f64::from(x as i16),
            f64::from(x as u16),
            f64::from(x as i32),
            f64::from(x as u32),
            x as f64,
            x.cast_unsigned() as f64,
            (x & 1) as f64,
        ]
    })?;
    singles(device, "from_integer", &whole, i64::is_same, |x| {
        [
            i64::from(x as i8),
            i64::from(x as u8),
            i64::from(x as i16),
            i64::from(x as u16),
            i64::from(x as i32),
            i64::from(x as u32),
            i64::from(x as i8),
            i64::from(i16::from(x as i8).cast_unsigned()),
            i64::from(i32::from(x as i16).cast_unsigned()),
            i64::from(i32::from(x as i8).cast_unsigned()),
            i64::from(x != 0),
        ]
    })?;
    let real = device
        .random
        .mixed(count, &[0.0, 0.5, -0.5, 1.0, 99.999], |random| {
            random.real(-100.0, 100.0)
        });
    singles(device, "from_float", &real, i64::is_same, |x: f64| {
        let f = x as f32;
        [
            i64::from(f as i8),
            i64::from(f.abs() as u8),
            i64::from((f * 300.0) as i16),
            i64::from((f * 600.0).abs() as u16),
            i64::from((f * 1e7) as i32),
            i64::from((f * 4e7).abs() as u32),
            (f * 9e16) as i64,
            ((f * 1.8e17).abs() as u64).cast_signed(),
            i64::from(x as i8),
            i64::from(x.abs() as u8),
            i64::from((x * 300.0) as i16),
            i64::from((x * 600.0).abs() as u16),
            i64::from((x * 1e7) as i32),
            i64::from((x * 4e7).abs() as u32),
            (x * 9e16) as i64,
            ((x * 1.8e17).abs() as u64).cast_signed(),
            i64::from(f != 0.0),
            i64::from(f.to_bits().cast_signed()),
            x.to_bits().cast_signed(),
            i64::from(f.abs().to_bits().cast_signed()),
            i64::from(x.to_bits() as i32),
            i64::from((x.to_bits() >> 32) as i32),
        ]
    })
}

fn clamp_conversions(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0.5,
        1.5,
        2.5,
        -0.5,
        -1.5,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e30,
        -1e30,
        2147483647.0,
        4294967296.0,
        -2147483649.0,
        9.3e18,
        65535.5,
    ];
    let a = device.random.mixed(count, &edges, |random| {
        let scale = random.between(0, 60) as i32;
        random.real(-4.0, 4.0) * 2f64.powi(scale)
    });
    // Rust's `as` clamps, as cvt does. Of NaN the PTX ISA (9.0, "cvt") makes 0, but where the source
    // is a double or the result has 64 bits: there it makes the sign bit alone.
    singles(device, "clamp_conversions", &a, i64::is_same, |x: f64| {
        let f = x as f32;
        if x.is_nan() {
            let mut want = [0; 20];
            [want[6], want[7], want[10], want[11]] = [i64::MIN; 4];
            [want[8], want[9], want[19]] = [i32::MIN.into(); 3];
            want[13] = i16::MIN.into();
            return want;
        }
        let (nearest, wide) = (f.round_ties_even(), x.round_ties_even());
        [
            i64::from(nearest as i32),
            i64::from(f as i32),
            i64::from(f.floor() as i32),
            i64::from(f.ceil() as i32),
            // The results come back through an int.
            i64::from((nearest as u32).cast_signed()),
            i64::from((f as u32).cast_signed()),
            nearest as i64,
            (f as u64).cast_signed(),
            i64::from(wide as i32),
            i64::from((x as u32).cast_signed()),
            x.floor() as i64,
            (x.ceil() as u64).cast_signed(),
            i64::from(f as i16),
            i64::from((wide as u16).cast_signed()),
            i64::from(nearest as i32),
            i64::from(f as i32),
            i64::from(f.ceil() as i32),
            i64::from(f.floor() as i32),
            i64::from(nearest as u32),
            i64::from(wide as i32),
        ]
    })?;
    let edges = [
        0,
        -1,
        127,
        128,
        -128,
        -129,
        255,
        256,
        32768,
        -32769,
        65536,
        i32::MAX,
        i32::MIN,
    ];
    let a = device.random.mixed(count, &edges, |random| {
        random.bits() as i32 >> random.between(0, 30)
    });
    singles(device, "saturate", &a, i32::is_same, |x: i32| {
        [
            x.clamp(-32768, 32767),
            x.clamp(0, 65535),
            x.clamp(-128, 127),
            x.clamp(0, 255),
            x.max(0),
            // As an unsigned number it is too great for an int from 2^31 on.
            if x < 0 { i32::MAX } else { x },
            x.saturating_add(x),
            i32::MAX.saturating_sub(x),
        ]
    })
}

/// Where a result that does not fit goes.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    Nearest,
    Zero,
    Down,
    Up,
}

/// The float that `mode` makes of an exact result, given the nearest float and on which side of that
/// the exact result lies.
pub(super) fn rounded(nearest: f32, exact: Ordering, mode: Mode) -> f32 {
    let is_negative = nearest < 0.0;
    match (mode, exact) {
        (Mode::Down, Ordering::Less) => nearest.next_down(),
        (Mode::Up, Ordering::Greater) => nearest.next_up(),
        (Mode::Zero, Ordering::Less) if !is_negative => nearest.next_down(),
        (Mode::Zero, Ordering::Greater) if is_negative => nearest.next_up(),
        _ => nearest,
    }
}

const MODES: [Mode; 4] = [Mode::Nearest, Mode::Zero, Mode::Down, Mode::Up];

/// The roundings of a result that a double holds exactly.
fn of_exact(exact: f64) -> [f32; 4] {
    let nearest = exact as f32;
    let side = exact.partial_cmp(&f64::from(nearest)).unwrap();
    MODES.map(|mode| rounded(nearest, side, mode))
}

/// The roundings of `x / y`: the quotient is too small where quotient times `y` is nearer to 0.
fn of_quotient(x: f32, y: f32) -> [f32; 4] {
    let nearest = x / y;
    let back = f64::from(nearest) * f64::from(y);
    let side = f64::from(x).partial_cmp(&back).unwrap();
    let side = if y < 0.0 { side.reverse() } else { side };
    MODES.map(|mode| rounded(nearest, side, mode))
}

fn of_root(x: f32) -> [f32; 4] {
    let nearest = x.sqrt();
    let side = f64::from(x)
        .partial_cmp(&f64::from(nearest).powi(2))
        .unwrap();
    MODES.map(|mode| rounded(nearest, side, mode))
}

fn round_modes(device: &mut Device, count: usize) -> Tried {
    // Near enough to each other that a double holds sums and products exactly.
    let mut numbers = |low: f64| -> Vec<f32> {
        (0..count)
            .map(|_| (device.random.real(low, 16.0) as f32, device.random.bits()))
            .map(|(x, bits)| {
                if low < 0.0 || bits & 1 == 0 {
                    x
                } else {
                    x * 256.0
                }
            })
            .map(|x| if x.abs() < 0.25 { 0.75 } else { x })
            .collect()
    };
    let (a, b) = (numbers(0.5), numbers(-16.0));
    let unit = |x: f32| x.clamp(0.0, 1.0);
    pairs(
        device,
        "round_modes",
        (&a, &b),
        f32::is_same,
        |x: f32, y: f32| {
            let (p, q) = (f64::from(x), f64::from(y));
            let (sum, product) = (of_exact(p + q), of_exact(p * q));
            let (quotient, root, inverse) = (of_quotient(x, y), of_root(x), of_quotient(1.0, x));
            let mut want = [0.0; 21];
            want[0..4].copy_from_slice(&sum);
            want[4..8].copy_from_slice(&product);
            want[8..12].copy_from_slice(&quotient);
            want[12..16].copy_from_slice(&root);
            want[16] = unit(sum[0]);
            want[17] = unit(product[0]);
            want[18] = of_exact(p - q)[1];
            want[19..21].copy_from_slice(&inverse[2..4]);
            want
        },
    )?;
    flushes(device, count)?;
    let wide: Vec<f64> = (0..count).map(|_| device.random.real(-2.0, 2.0)).collect();
    singles(device, "narrow", &wide, f32::is_same, |x: f64| {
        let [nearest, zero, down, up] = of_exact(x);
        [nearest, zero, down, up, unit(nearest)]
    })
}

/// `.ftz`: what is too small to be normal is 0 with its sign, as input and as result.
fn flushes(device: &mut Device, count: usize) -> Tried {
    let edges = [
        1e-40,
        -1e-40,
        f32::MIN_POSITIVE,
        0.0,
        -0.0,
        1.0,
        f32::NAN,
        1e-20,
    ];
    let mut numbers = || {
        device
            .random
            .mixed(count, &edges, |random| random.real(-1e-37, 1e-37) as f32)
    };
    let (a, b) = (numbers(), numbers());
    let flushed = |x: f32| {
        if x.is_subnormal() {
            0f32.copysign(x)
        } else {
            x
        }
    };
    pairs(
        device,
        "flushes",
        (&a, &b),
        f32::is_same,
        |x: f32, y: f32| {
            let (p, q) = (flushed(x), flushed(y));
            let greatest = if p == 0.0 && q == 0.0 && p.is_sign_negative() {
                q
            } else {
                p.max(q)
            };
            let greatest = if p == 0.0 && q == 0.0 && p.is_sign_positive() {
                p
            } else {
                greatest
            };
            let square = flushed(p * p);
            [
                flushed(p + q),
                flushed(p * q),
                x + y,
                x * y,
                greatest,
                p.abs(),
                -p,
                // Saturated NaN is +0.
                if square.is_nan() {
                    0.0
                } else {
                    square.min(1.0)
                },
            ]
        },
    )
}
