//! Arithmetic and functions of real numbers: half, single and double precision.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line, pairs, singles};
use crate::gpu::numbers::{Number, all_same, as_half, half_bits, half_value};
use syslab::gpu::launch::Arg::{I32, Ptr};

pub(super) const KERNELS: &[Kernel] = &[
    Kernel {
        file: "float_arithmetic",
        sizes: &[1, 150],
        try_it: float_arithmetic,
    },
    Kernel {
        file: "double_arithmetic",
        sizes: &[150],
        try_it: double_arithmetic,
    },
    Kernel {
        file: "rounding",
        sizes: &[100],
        try_it: rounding,
    },
    Kernel {
        file: "transcendental",
        sizes: &[100],
        try_it: transcendental,
    },
    Kernel {
        file: "fast_math",
        sizes: &[100],
        try_it: fast_math,
    },
    Kernel {
        file: "half_precision",
        sizes: &[1, 100],
        try_it: half_precision,
    },
    Kernel {
        file: "norms",
        sizes: &[1, 100],
        try_it: norms,
    },
];

/// What a float must survive.
const EDGES: &[f32] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    f32::MAX,
    f32::MIN_POSITIVE,
    1e-40,
    -1e-44,
    3.0,
];

/// PTX's `min`: of NaN and a number the number; -0 is below +0.
fn least(x: f64, y: f64) -> f64 {
    if x == 0.0 && y == 0.0 {
        return if x.is_sign_negative() { x } else { y };
    }
    x.min(y)
}

/// PTX's `max`.
fn greatest(x: f64, y: f64) -> f64 {
    -least(-x, -y)
}

fn float_arithmetic(device: &mut Device, count: usize) -> Tried {
    let mut numbers = || {
        device.random.mixed(count, EDGES, |random| {
            let scale = random.between(-20, 20) as i32;
            random.real(-2.0, 2.0) as f32 * 2f32.powi(scale)
        })
    };
    let (a, b) = (numbers(), numbers());
    let truth = |is: bool| f32::from(u8::from(is));
    pairs(
        device,
        "float_arithmetic",
        (&a, &b),
        f32::is_same,
        |x, y| {
            [
                x + y,
                x - y,
                x * y,
                x / y,
                x.mul_add(y, x),
                x.sqrt(),
                least(x.into(), y.into()) as f32,
                greatest(x.into(), y.into()) as f32,
                x.abs(),
                -x,
                x.copysign(y),
                truth(x < y),
                truth(x <= y),
                truth(x != y),
                truth(x == y),
                truth(!matches!(x.partial_cmp(&y), Some(order) if order.is_ge())),
                if x > y { 1.0 } else { 2.0 },
                truth(x.is_nan()),
                truth(x.is_infinite()),
                1.0 / y,
                x - 0.1,
                x * y + y,
                truth(x.is_finite() && y.is_finite()),
                // The sign of a NaN is anybody's guess.
                if x.is_nan() {
                    2.0
                } else {
                    truth(x.is_sign_negative())
                },
            ]
        },
    )
}

fn double_arithmetic(device: &mut Device, count: usize) -> Tried {
    let edges: Vec<f64> = EDGES
        .iter()
        .map(|edge| f64::from(*edge))
        .chain([f64::MAX, f64::MIN_POSITIVE, 5e-324])
        .collect();
    let mut numbers = || {
        device.random.mixed(count, &edges, |random| {
            let scale = random.between(-60, 60) as i32;
            random.real(-2.0, 2.0) * 2f64.powi(scale)
        })
    };
    let (a, b) = (numbers(), numbers());
    let truth = |is: bool| f64::from(u8::from(is));
    pairs(
        device,
        "double_arithmetic",
        (&a, &b),
        f64::is_same,
        |x, y| {
            [
                x + y,
                x - y,
                x * y,
                x / y,
                x.mul_add(y, x),
                x.sqrt(),
                least(x, y),
                greatest(x, y),
                x.abs(),
                -x,
                x.copysign(y),
                truth(x < y),
                truth(x <= y),
                truth(x != y),
                truth(!matches!(x.partial_cmp(&y), Some(order) if order.is_gt())),
                if x == y { 1.0 } else { -1.0 },
                1.0 / y,
                x + 0.1,
            ]
        },
    )
}

fn rounding(device: &mut Device, count: usize) -> Tried {
    let halves = [
        0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.49999997, 8388609.0, 1e10, -0.2,
    ];
    let edges: Vec<f32> = EDGES.iter().copied().chain(halves).collect();
    let a = device
        .random
        .mixed(count, &edges, |random| random.real(-1000.0, 1000.0) as f32);
    singles(device, "rounding_float", &a, f32::is_same, |x: f32| {
        [
            x.floor(),
            x.ceil(),
            x.trunc(),
            x.round_ties_even(),
            x.round(),
            x.round_ties_even(),
        ]
    })?;
    let wide: Vec<f64> = a
        .iter()
        .map(|x| f64::from(*x))
        .chain([0.49999999999999994, 4503599627370497.5])
        .collect();
    singles(device, "rounding_double", &wide, f64::is_same, |x: f64| {
        [
            x.floor(),
            x.ceil(),
            x.trunc(),
            x.round_ties_even(),
            x.round(),
        ]
    })
}

/// The error function by its series: Abramowitz and Stegun, 7.1.5.
fn error_function(x: f64) -> f64 {
    if x.is_nan() || x.abs() > 5.0 {
        return if x.is_nan() { x } else { x.signum() };
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..120 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}

fn functions(x: f64, y: f64) -> [f64; 22] {
    [
        x.sin(),
        x.cos(),
        x.tan(),
        x.atan(),
        x.atan2(y),
        x.sinh(),
        x.cosh(),
        x.tanh(),
        x.exp(),
        x.exp2(),
        x.exp_m1(),
        x.ln(),
        x.log2(),
        x.log10(),
        x.ln_1p(),
        x.powf(y),
        x.cbrt(),
        x.hypot(y),
        x % y,
        1.0 / x.sqrt(),
        x.asin(),
        x.acos(),
    ]
}

fn transcendental(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0.0,
        1.0,
        -1.0,
        0.5,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        2.0,
    ];
    let mut numbers = || {
        device
            .random
            .mixed(count, &edges, |random| random.real(-4.0, 4.0) as f32)
    };
    let (a, b) = (numbers(), numbers());
    // The guide's table of errors: at most a few units in the last place.
    let near = |got: f32, want: f32| got.is_near(want, 1e-6, 1e-6);
    pairs(
        device,
        "transcendental_float",
        (&a, &b),
        near,
        |x: f32, y: f32| {
            let (wide, other) = (f64::from(x), f64::from(y));
            let of_both = functions(wide, other).map(|value| value as f32);
            std::array::from_fn::<f32, 24, _>(|k| match k {
                22 => error_function(wide) as f32,
                23 => 10f64.powf(wide) as f32,
                _ => of_both[k],
            })
        },
    )?;
    let wide =
        |numbers: &[f32]| -> Vec<f64> { numbers.iter().map(|x| f64::from(*x) * 1.1).collect() };
    let near = |got: f64, want: f64| got.is_near(want, 1e-13, 1e-14);
    pairs(
        device,
        "transcendental_double",
        (&wide(&a), &wide(&b)),
        near,
        functions,
    )
}

fn fast_math(device: &mut Device, count: usize) -> Tried {
    let a = device.random.floats(count, 0.1, 3.0);
    let b = device.random.floats(count, 0.1, 3.0);
    // The coarsest is tanh.approx, with a relative error of 2^-11.
    let near = |got: f32, want: f32| got.is_near(want, 5e-4, 1e-5);
    pairs(device, "fast_math", (&a, &b), near, |x: f32, y: f32| {
        [
            x.exp(),
            x.ln(),
            x.sin(),
            x.cos(),
            x.powf(y),
            x / y,
            1.0 / x.sqrt(),
            x.log2(),
            x.log10(),
            (x - 1.0).clamp(0.0, 1.0),
            x.exp2(),
            x.log2(),
            x.sin(),
            x.cos(),
            1.0 / x,
            x.sqrt(),
            1.0 / x.sqrt(),
            x.tanh(),
            x.exp2(),
            1.0 / x,
            1.0 / x,
            x.sqrt(),
            (x * 0.4).tan(),
            1.0 / x,
            1.0 / x.sqrt(),
            x / y,
            x / y,
        ]
    })
}

fn half_precision(device: &mut Device, count: usize) -> Tried {
    let mut numbers = || {
        device.random.mixed(count, &[0.0, 1.0, -1.0], |random| {
            random.real(-30.0, 30.0) as f32
        })
    };
    let (a, b) = (numbers(), numbers());
    let truth = |is: bool| f32::from(u8::from(is));
    pairs(
        device,
        "half_precision",
        (&a, &b),
        f32::is_same,
        |x: f32, y: f32| {
            // A half's sums and products are exact as doubles.
            let (x, y) = (as_half(x.into()), as_half(y.into()));
            let (p, q) = (f64::from(x), f64::from(y));
            [
                x,
                as_half(p + q),
                as_half(p - q),
                as_half(p * q),
                as_half(p * q + p),
                truth(x < y),
                truth(x >= y),
                -x,
                as_half(p + p),
                as_half(q + q),
                as_half(p * q),
                as_half(q * q + q),
            ]
        },
    )?;
    let halves = |numbers: &[f32]| -> Vec<[u16; 2]> {
        numbers
            .iter()
            .map(|x| [half_bits(f64::from(*x)), half_bits(f64::from(-*x / 3.0))])
            .collect()
    };
    let (x, y) = (halves(&a), halves(&b));
    let out = device.input("y", &y);
    let args = [Ptr(device.input("x", &x)), Ptr(out), I32(count as i32)];
    device.run("half_pairs", line(count, 32), 0, &args)?;
    let sum = |x: u16, y: u16| half_bits(f64::from(half_value(x)) + f64::from(half_value(y)));
    let want: Vec<[u16; 2]> = x
        .iter()
        .zip(&y)
        .map(|(x, y)| [sum(x[0], y[0]), sum(x[1], y[1])])
        .collect();
    all_same("half_pairs", &device.read::<[u16; 2]>(out, count)?, &want)
}

fn norms(device: &mut Device, count: usize) -> Tried {
    let a = device.random.floats(count, -9.0, 9.0);
    let out = device.output::<f32>("out", 4 * count);
    let args = [Ptr(device.input("a", &a)), Ptr(out), I32(count as i32)];
    device.run("norms", line(count, 64), 0, &args)?;
    let got = device.read::<f32>(out, 4 * count)?;
    for i in 0..count {
        let part = &a[i..(i + 1 + i % 4).min(count)];
        let squares = part.iter().map(|x| f64::from(*x).powi(2));
        let norm = squares.fold(0.0, |sum, x| sum + x).sqrt();
        for (k, want) in [norm, 1.0 / norm].into_iter().cycle().take(4).enumerate() {
            let got = got[k * count + i];
            if !got.is_near(want as f32, 1e-6, 0.0) {
                return Err(format!(
                    "norms: result {k} of {part:?} is {got}, not {want}"
                ));
            }
        }
    }
    quotients(device, count)
}

/// The remainder of a division that is rounded to even, and the quotient's sign and last three bits.
fn quotient(x: f64, y: f64) -> (f64, f64) {
    if x.is_nan() || y.is_nan() || x.is_infinite() || y == 0.0 {
        return (f64::NAN, 0.0);
    }
    if y.is_infinite() {
        return (x, 0.0);
    }
    // The numbers have few enough bits for this to be exact.
    let whole = (x / y).round_ties_even();
    let rest = (-whole).mul_add(y, x);
    (
        if rest == 0.0 { 0f64.copysign(x) } else { rest },
        whole % 8.0 + 0.0,
    )
}

fn quotients(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0.0,
        1.0,
        -1.0,
        2.5,
        8.0,
        -20.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    // Quarters: a float holds them, and their quotients are never near a half without being one.
    let mut numbers = || {
        let random = &mut device.random;
        random.mixed(count, &edges, |random| {
            random.between(-400, 400) as f64 / 4.0
        })
    };
    let (a, b) = (numbers(), numbers());
    pairs(device, "quotients", (&a, &b), f64::is_same, |x, y| {
        let (rest, last) = quotient(x, y);
        // A conversion to a long clamps, and makes the least of NaN.
        let power = if y.is_nan() { i64::MIN } else { y as i64 };
        let power = power.clamp(-2000, 2000) as i32;
        let scaled = x * 2f64.powi(power / 2) * 2f64.powi(power - power / 2);
        let most = if x == 0.0 { x } else { x * f64::INFINITY };
        [
            rest,
            last,
            rest,
            last,
            scaled,
            f64::from(scaled as f32),
            most,
        ]
    })
}
