//! More of half precision: saturated and rectified, compared in pairs, from and to integers.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, pairs, singles};
use crate::gpu::numbers::{Number, as_half, half_bits, half_value};

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "half_functions",
    sizes: &[120],
    try_it: halves,
}];

const EDGES: &[f32] = &[
    0.0,
    1.0,
    -1.0,
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    65504.0,
    -65504.0,
    6e-8,
    0.5,
    -1.5,
    2.5,
    0.1,
];

/// Where a result that a half does not hold exactly goes.
#[derive(Clone, Copy)]
enum Mode {
    Down,
    Up,
    Zero,
}

fn rounded(x: f64, mode: Mode) -> f32 {
    let bits = half_bits(x);
    let nearest = f64::from(half_value(bits));
    let is_negative = bits & 0x8000 != 0;
    let is_wrong = match mode {
        Mode::Down => nearest > x,
        Mode::Up => nearest < x,
        Mode::Zero => nearest.abs() > x.abs(),
    };
    // The neighbours of a zero are the least numbers of either sign.
    let grows = matches!((mode, is_negative), (Mode::Down, true) | (Mode::Up, false));
    match (is_wrong, grows) {
        (false, _) => half_value(bits),
        (true, true) => half_value(bits + 1),
        (true, false) if bits & 0x7fff == 0 => half_value((bits ^ 0x8000) + 1),
        (true, false) => half_value(bits - 1),
    }
}

fn halves(device: &mut Device, count: usize) -> Tried {
    let mut numbers = || {
        let random = &mut device.random;
        random.mixed(count, EDGES, |random| random.real(-30.0, 30.0) as f32)
    };
    let (a, b) = (numbers(), numbers());
    let saturated = |x: f64| if x > 0.0 { as_half(x.min(1.0)) } else { 0.0 };
    let rectified = |x: f64| {
        if x <= 0.0 { 0.0 } else { as_half(x) }
    };
    pairs(
        device,
        "half_results",
        (&a, &b),
        f32::is_same,
        |x: f32, y: f32| {
            let exact = f64::from(x);
            let (x, y) = (as_half(x.into()), as_half(y.into()));
            let (p, q) = (f64::from(x), f64::from(y));
            [
                as_half(p + q),
                as_half(p - q),
                as_half(p * q),
                saturated(p + q),
                saturated(p - q),
                saturated(p * q),
                saturated(p * q + p),
                rectified(p * q + q),
                saturated(p + p),
                saturated(q * p + q),
                rectified(q * p + p),
                x,
                y,
                y,
                x,
                x,
                y,
                x,
                as_half(p + 1.0),
                as_half(q - 1.0),
                x,
                rounded(exact, Mode::Down),
                rounded(exact, Mode::Up),
                rounded(exact, Mode::Zero),
            ]
        },
    )?;
    truths(device, (&a, &b))?;
    integers(device, count)?;
    powers(device, count)
}

fn truths(device: &mut Device, numbers: (&[f32], &[f32])) -> Tried {
    pairs(
        device,
        "half_truths",
        numbers,
        u32::is_same,
        |x: f32, y: f32| {
            let (x, y) = (as_half(x.into()), as_half(y.into()));
            let is_number = !x.is_nan() && !y.is_nan();
            let results = |x: f32, y: f32| {
                let is_number = !x.is_nan() && !y.is_nan();
                let ordered = [x == y, x != y && is_number, x < y, x <= y, x > y, x >= y];
                let unordered = ordered.map(|is| is || !is_number);
                [ordered, unordered].concat()
            };
            let mut want = [0; 25];
            let lows = results(x, y);
            for (k, (low, high)) in lows.iter().zip(results(y, y)).enumerate() {
                let (low, high) = (u32::from(*low), u32::from(high));
                want[2 * k] = low | (low & high) << 1 | low << 2 | high << 3;
                want[2 * k + 1] = (low * 0xffff) | (high * 0xffff_0000);
            }
            let is_true = x != 0.0;
            let both = |first: bool, second: bool| u32::from(first && second);
            want[24] = both(x == y, !y.is_nan())
                | both(!is_number || x != y, y.is_nan()) << 1
                | both(x < y, false) << 2
                | both(x >= y, !y.is_nan()) << 3
                | if is_true { 16 } else { 32 };
            want
        },
    )
}

fn integers(device: &mut Device, count: usize) -> Tried {
    let edges = [EDGES, &[-0.5, 1.5, 40_000.0, -40_000.0]].concat();
    let a = device
        .random
        .mixed(count, &edges, |random| random.real(-3000.0, 3000.0) as f32);
    singles(device, "half_to_integers", &a, i64::is_same, |x: f32| {
        let x = f64::from(as_half(x.into()));
        let nearest = x.round_ties_even();
        // Of NaN, 64 bits are the sign bit alone: the PTX ISA, "cvt".
        let wide = |whole: i64| if x.is_nan() { i64::MIN } else { whole };
        [
            i64::from(nearest as i16),
            i64::from(x as i16),
            i64::from(x.floor() as u16),
            i64::from(x.ceil() as u16),
            i64::from(nearest as i32),
            i64::from(x.floor() as i32),
            i64::from(x.ceil() as i32),
            i64::from(x as i32),
            i64::from(nearest as u32),
            i64::from(x as u32),
            wide(nearest as i64),
            wide(x.floor() as i64),
            wide((x.ceil() as u64).cast_signed()),
        ]
    })?;
    let edges = [
        0,
        1,
        -1,
        2049,
        2051,
        32767,
        32768,
        65504,
        65519,
        65520,
        -65520,
        -2049,
        i64::MAX,
        i64::MIN,
    ];
    let a = device.random.mixed(count, &edges, |random| {
        random.bits().cast_signed() >> random.between(40, 60)
    });
    singles(device, "integers_to_half", &a, f32::is_same, |x: i64| {
        let of = as_half;
        [
            of(f64::from(x as i16)),
            of(f64::from(x as u16)),
            of(f64::from(x as i32)),
            of(f64::from(x as u32)),
            of(x as f64),
            of(x.cast_unsigned() as f64),
            of(x as f64),
            of(f64::from(x as u16)),
            rounded(f64::from(x as i32 % 65536), Mode::Zero),
            rounded((x % 65536) as f64, Mode::Down),
            rounded(f64::from(x as i16), Mode::Up),
        ]
    })
}

fn powers(device: &mut Device, count: usize) -> Tried {
    let a = device.random.floats(count, 0.1, 2.0);
    // A unit in the last place of a half.
    let near = |got: f32, want: f32| got.is_near(want, 2f64.powi(-10), 1e-4);
    singles(device, "half_powers", &a, near, |x: f32| {
        let x = f64::from(as_half(x.into()));
        let twice = x + x;
        [10f64.powf(x), x.log10(), 10f64.powf(twice), twice.log10()].map(as_half)
    })
}
