//! The mathematical functions that clang leaves to libdevice, by name.
//!
//! Results are better than the CUDA C++ Programming Guide promises of the device's (appendix on
//! mathematical functions); they are not bit for bit the same as on a GPU.

/// A function of libdevice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Math {
    /// The sizes of its arguments in bytes.
    pub(super) args: &'static [u32],
    /// The size of its result.
    pub(super) result: u32,
    /// Its bits from those of the arguments.
    pub(super) f: fn(&[u64]) -> u64,
}

fn single(a: &[u64], at: usize) -> f64 {
    f64::from(f32::from_bits(a.get(at).copied().unwrap_or_default() as u32))
}

fn double(a: &[u64], at: usize) -> f64 {
    f64::from_bits(a.get(at).copied().unwrap_or_default())
}

fn int(a: &[u64], at: usize) -> i32 {
    a.get(at).copied().unwrap_or_default() as i32
}

fn put(a: f64) -> u64 {
    u64::from((a as f32).to_bits())
}

/// Rows for one mathematical function in both precisions.
macro_rules! both {
    ($name:expr, $suffix:expr; $($f:ident($($arg:ident),+) = $e:expr;)*) => {
        match ($name, $suffix) {
            $((stringify!($f), true) => {
                fn f(a: &[u64]) -> u64 {
                    let mut at = 0;
                    $(let $arg = single(a, at); at += 1;)+
                    let _ = at;
                    put($e)
                }
                Some(Math { args: &[$({ let _ = stringify!($arg); 4 }),+], result: 4, f })
            }
            (stringify!($f), false) => {
                fn f(a: &[u64]) -> u64 {
                    let mut at = 0;
                    $(let $arg = double(a, at); at += 1;)+
                    let _ = at;
                    f64::to_bits($e)
                }
                Some(Math { args: &[$({ let _ = stringify!($arg); 8 }),+], result: 8, f })
            })*
            _ => None,
        }
    };
}

/// The function with this name, if libdevice has it and the simulator knows it.
pub(super) fn function(name: &str) -> Option<Math> {
    let name = name.strip_prefix("__nv_")?;
    let name = name.strip_prefix("fast_").unwrap_or(name);
    if let Some(math) = special(name) {
        return Some(math);
    }
    // erf ends in f itself.
    let known = numbers(name, false);
    known.or_else(|| numbers(name.strip_suffix('f')?, true))
}

fn numbers(name: &str, is_single: bool) -> Option<Math> {
    use std::f64::consts::PI;
    both!(name, is_single;
        sin(x) = x.sin();
        cos(x) = x.cos();
        tan(x) = x.tan();
        sinpi(x) = (PI * (x % 2.0)).sin();
        cospi(x) = (PI * (x % 2.0)).cos();
        asin(x) = x.asin();
        acos(x) = x.acos();
        atan(x) = x.atan();
        sinh(x) = x.sinh();
        cosh(x) = x.cosh();
        tanh(x) = x.tanh();
        asinh(x) = x.asinh();
        acosh(x) = x.acosh();
        atanh(x) = x.atanh();
        exp(x) = x.exp();
        exp2(x) = x.exp2();
        exp10(x) = 10.0_f64.powf(x);
        expm1(x) = x.exp_m1();
        log(x) = x.ln();
        log2(x) = x.log2();
        log10(x) = x.log10();
        log1p(x) = x.ln_1p();
        sqrt(x) = x.sqrt();
        rsqrt(x) = 1.0 / x.sqrt();
        cbrt(x) = x.cbrt();
        rcbrt(x) = 1.0 / x.cbrt();
        fabs(x) = x.abs();
        floor(x) = x.floor();
        ceil(x) = x.ceil();
        trunc(x) = x.trunc();
        round(x) = x.round();
        rint(x) = x.round_ties_even();
        nearbyint(x) = x.round_ties_even();
        logb(x) = exponent(x);
        erf(x) = erf(x);
        erfc(x) = erfc(x);
        normcdf(x) = 0.5 * erfc(-x / std::f64::consts::SQRT_2);
        tgamma(x) = gamma(x);
        lgamma(x) = log_gamma(x);
        saturate(x) = if x > 0.0 { x.min(1.0) } else { 0.0 };
        pow(x, y) = power(x, y);
        atan2(x, y) = x.atan2(y);
        fmod(x, y) = x % y;
        remainder(x, y) = remainder(x, y);
        hypot(x, y) = x.hypot(y);
        rhypot(x, y) = 1.0 / x.hypot(y);
        fmin(x, y) = x.min(y);
        fmax(x, y) = x.max(y);
        fdim(x, y) = if x > y { x - y } else if x.is_nan() || y.is_nan() { f64::NAN } else { 0.0 };
        copysign(x, y) = x.copysign(y);
        fdivide(x, y) = x / y;
        norm3d(x, y, z) = x.hypot(y).hypot(z);
        norm4d(x, y, z, w) = x.hypot(y).hypot(z).hypot(w);
    )
}

/// Functions whose types differ.
fn special(name: &str) -> Option<Math> {
    let of = |args, result, f| Some(Math { args, result, f });
    match name {
        // fma is rounded once, and min and max are not widened by a NaN.
        "fmaf" => of(&[4, 4, 4], 4, |a| {
            let [x, y, z] = [0, 1, 2].map(|at| single(a, at) as f32);
            u64::from(x.mul_add(y, z).to_bits())
        }),
        "fma" => of(&[8, 8, 8], 8, |a| {
            double(a, 0).mul_add(double(a, 1), double(a, 2)).to_bits()
        }),
        "nextafterf" => of(&[4, 4], 4, |a| {
            let (x, y) = (single(a, 0) as f32, single(a, 1) as f32);
            let next = if x.is_nan() || y.is_nan() {
                f32::NAN
            } else if x < y {
                x.next_up()
            } else if x > y {
                x.next_down()
            } else {
                y
            };
            u64::from(next.to_bits())
        }),
        "nextafter" => of(&[8, 8], 8, |a| {
            let (x, y) = (double(a, 0), double(a, 1));
            let next = if x.is_nan() || y.is_nan() {
                f64::NAN
            } else if x < y {
                x.next_up()
            } else if x > y {
                x.next_down()
            } else {
                y
            };
            next.to_bits()
        }),
        "ldexpf" | "scalbnf" => of(&[4, 4], 4, |a| put(scaled(single(a, 0), int(a, 1)))),
        "ldexp" | "scalbn" => of(&[8, 4], 8, |a| scaled(double(a, 0), int(a, 1)).to_bits()),
        "powif" => of(&[4, 4], 4, |a| put(single(a, 0).powi(int(a, 1)))),
        "powi" => of(&[8, 4], 8, |a| double(a, 0).powi(int(a, 1)).to_bits()),
        "ilogbf" => of(&[4], 4, |a| u64::from(exponent(single(a, 0)) as i32 as u32)),
        "ilogb" => of(&[8], 4, |a| u64::from(exponent(double(a, 0)) as i32 as u32)),
        "lrintf" | "llrintf" => of(&[4], 8, |a| single(a, 0).round_ties_even() as i64 as u64),
        "lrint" | "llrint" => of(&[8], 8, |a| double(a, 0).round_ties_even() as i64 as u64),
        "lroundf" | "llroundf" => of(&[4], 8, |a| single(a, 0).round() as i64 as u64),
        "lround" | "llround" => of(&[8], 8, |a| double(a, 0).round() as i64 as u64),
        _ => None,
    }
}

/// The binary exponent, as `logb` has it.
fn exponent(x: f64) -> f64 {
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if !x.is_finite() {
        return x.abs();
    }
    let biased = (x.to_bits() >> 52 & 0x7ff) as i32;
    match biased {
        // A subnormal number, made normal first.
        0 => exponent(x * 2.0_f64.powi(64)) - 64.0,
        _ => f64::from(biased - 1023),
    }
}

/// `x * 2^n` without overflow on the way.
fn scaled(x: f64, n: i32) -> f64 {
    let n = n.clamp(-3000, 3000);
    let third = n / 3;
    x * 2.0_f64.powi(third) * 2.0_f64.powi(third) * 2.0_f64.powi(n - 2 * third)
}

/// `pow` as C has it: 1 to any power is 1, also to NaN.
fn power(x: f64, y: f64) -> f64 {
    if x == 1.0 || y == 0.0 { 1.0 } else { x.powf(y) }
}

fn remainder(x: f64, y: f64) -> f64 {
    if y.is_infinite() && x.is_finite() {
        return x;
    }
    let part = x % y;
    let (size, half) = (part.abs(), y.abs() / 2.0);
    // A tie goes to the even quotient.
    let is_odd = ((x - part) / y) % 2.0 != 0.0;
    if size > half || size == half && is_odd {
        part - y.abs().copysign(part)
    } else {
        part
    }
}

/// The error function, by its series without alternating signs (DLMF 7.6.2).
fn erf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let size = x.abs();
    if size > 2.5 {
        return (1.0 - erfc(size)).copysign(x);
    }
    let (mut term, mut sum, mut n) = (size, size, 0.0);
    while term > sum * 1e-17 {
        n += 1.0;
        term *= 2.0 * size * size / (2.0 * n + 1.0);
        sum += term;
    }
    (std::f64::consts::FRAC_2_SQRT_PI * (-size * size).exp() * sum).copysign(x)
}

/// Its complement, by a continued fraction where that converges fast (DLMF 7.9.1).
fn erfc(x: f64) -> f64 {
    if x.is_nan() || x < 2.0 {
        return 1.0 - erf(x);
    }
    let mut fraction = 0.0;
    for k in (1..=120).rev() {
        fraction = f64::from(k) / 2.0 / (x + fraction);
    }
    (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI / 2.0 / (x + fraction)
}

/// Lanczos' approximation with nine terms.
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

fn gamma(x: f64) -> f64 {
    use std::f64::consts::PI;
    if x == x.floor() && x <= 0.0 {
        return if x == 0.0 {
            x.signum() * f64::INFINITY
        } else {
            f64::NAN
        };
    }
    if x < 0.5 {
        return PI / ((PI * x).sin() * gamma(1.0 - x));
    }
    let x = x - 1.0;
    let sum = (1..9).fold(LANCZOS[0], |sum, at| sum + LANCZOS[at] / (x + at as f64));
    let t = x + 7.5;
    // In two steps, so that the power does not overflow before the product would.
    let power = t.powf((x + 0.5) / 2.0);
    (2.0 * PI).sqrt() * power * (-t).exp() * power * sum
}

fn log_gamma(x: f64) -> f64 {
    use std::f64::consts::PI;
    if x.is_infinite() || x == x.floor() && x <= 0.0 {
        return f64::INFINITY;
    }
    if x < 0.5 {
        return (PI / (PI * x).sin().abs()).ln() - log_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let sum = (1..9).fold(LANCZOS[0], |sum, at| sum + LANCZOS[at] / (x + at as f64));
    let t = x + 7.5;
    0.5 * (2.0 * PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!(
            (a - b).abs() <= 1e-12 * b.abs().max(1e-300),
            "{a} is not {b}"
        );
    }

    #[test]
    fn functions_have_their_known_values() {
        close(erf(0.5), 0.520_499_877_813_046_5);
        close(erf(-3.0), -0.999_977_909_503_001_4);
        close(erfc(3.0), 2.209_049_699_858_544e-5);
        close(erfc(10.0), 2.088_487_583_762_545e-45);
        close(gamma(5.0), 24.0);
        close(gamma(0.5), std::f64::consts::PI.sqrt());
        close(log_gamma(100.0), 359.134_205_369_575_4);
        close(remainder(5.0, 3.0), -1.0);
        close(exponent(0.1), -4.0);
        close(scaled(1.0, -1074), f64::from_bits(1));
    }

    #[test]
    fn names_are_those_of_libdevice() {
        let expf = function("__nv_expf").unwrap();
        assert_eq!(f32::from_bits((expf.f)(&[0]) as u32), 1.0);
        assert_eq!(function("__nv_pow").unwrap().args, [8, 8]);
        assert_eq!(function("__nv_erff").unwrap().result, 4);
        assert!(function("__nv_fast_expf").is_some());
        assert!(function("__nv_nothing").is_none());
        assert!(function("expf").is_none());
    }
}
