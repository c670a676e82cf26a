//! Floating-point arithmetic (PTX ISA, 9.7.3).
//!
//! Approximate instructions are computed better than the hardware does; results differ from it
//! within the bounds that the ISA gives.

use super::each;
use super::rounding::{self, Mode};
use crate::gpu::sim::program::{Binary, Ternary, Unary};

/// How an instruction treats its operands and result.
#[derive(Clone, Copy, Debug)]
pub(in crate::gpu::sim) struct Shape {
    pub(in crate::gpu::sim) mode: Mode,
    /// Subnormal numbers count as zero.
    pub(in crate::gpu::sim) flushes: bool,
    /// The result is clamped to 0 to 1, and NaN to 0.
    pub(in crate::gpu::sim) saturates: bool,
    /// `.NaN` of `min` and `max`.
    pub(in crate::gpu::sim) keeps_nan: bool,
}

/// A single's sign and zero in place of a subnormal.
pub(in crate::gpu::sim) fn flush(a: f32) -> f32 {
    if a.is_subnormal() {
        0.0_f32.copysign(a)
    } else {
        a
    }
}

/// A NaN as the hardware makes it.
fn canonical(a: f32) -> f32 {
    if a.is_nan() {
        f32::from_bits(0x7fff_ffff)
    } else {
        a
    }
}

fn saturated(a: f32) -> f32 {
    if a > 0.0 { a.min(1.0) } else { 0.0 }
}

/// Expands an operation on singles for each combination of flushing and saturation.
macro_rules! shaped {
    ($shape:expr, |$($a:ident),+| $e:expr) => {
        match ($shape.flushes, $shape.saturates) {
            (false, false) => each!(|$($a: f32),+| canonical($e)),
            (false, true) => each!(|$($a: f32),+| saturated($e)),
            (true, false) => each!(|$($a: f32),+| {
                $(let $a = flush($a);)+
                flush(canonical($e))
            }),
            (true, true) => each!(|$($a: f32),+| {
                $(let $a = flush($a);)+
                saturated(flush($e))
            }),
        }
    };
}

/// Expands for each rounding mode, the nearest by an expression of its own.
macro_rules! rounded {
    ($shape:expr, |$($a:ident),+| $near:expr, $f:path) => {
        match $shape.mode {
            Mode::Nearest => shaped!($shape, |$($a),+| $near),
            Mode::Zero => shaped!($shape, |$($a),+| $f($($a),+, Mode::Zero)),
            Mode::Down => shaped!($shape, |$($a),+| $f($($a),+, Mode::Down)),
            Mode::Up => shaped!($shape, |$($a),+| $f($($a),+, Mode::Up)),
        }
    };
}

macro_rules! rounded_double {
    ($mode:expr, |$($a:ident),+| $near:expr, $f:path) => {
        match $mode {
            Mode::Nearest => each!(|$($a: f64),+| $near),
            Mode::Zero => each!(|$($a: f64),+| $f($($a),+, Mode::Zero)),
            Mode::Down => each!(|$($a: f64),+| $f($($a),+, Mode::Down)),
            Mode::Up => each!(|$($a: f64),+| $f($($a),+, Mode::Up)),
        }
    };
}

/// The smaller number; a NaN only if both are, or if either is and that is asked for.
pub(in crate::gpu::sim) fn min(a: f64, b: f64) -> f64 {
    if a == b {
        return if a.is_sign_negative() { a } else { b };
    }
    a.min(b)
}

/// The larger number, likewise.
pub(in crate::gpu::sim) fn max(a: f64, b: f64) -> f64 {
    if a == b {
        return if a.is_sign_negative() { b } else { a };
    }
    a.max(b)
}

fn min_single(a: f32, b: f32) -> f32 {
    min(f64::from(a), f64::from(b)) as f32
}

fn max_single(a: f32, b: f32) -> f32 {
    max(f64::from(a), f64::from(b)) as f32
}

fn either_nan(a: f32, b: f32, or: f32) -> f32 {
    if a.is_nan() || b.is_nan() {
        f32::NAN
    } else {
        or
    }
}

/// Two operands in single precision.
pub(in crate::gpu::sim) fn binary(name: &str, shape: Shape) -> Option<Binary> {
    Some(match name {
        "add" => rounded!(shape, |a, b| a + b, rounding::add_single),
        "sub" => rounded!(shape, |a, b| a - b, sub_single),
        "mul" => rounded!(shape, |a, b| a * b, rounding::mul_single),
        "div" => rounded!(shape, |a, b| a / b, rounding::div_single),
        "min" if shape.keeps_nan => shaped!(shape, |a, b| either_nan(a, b, min_single(a, b))),
        "max" if shape.keeps_nan => shaped!(shape, |a, b| either_nan(a, b, max_single(a, b))),
        "min" => shaped!(shape, |a, b| min_single(a, b)),
        "max" => shaped!(shape, |a, b| max_single(a, b)),
        _ => return None,
    })
}

fn sub_single(a: f32, b: f32, mode: Mode) -> f32 {
    rounding::add_single(a, -b, mode)
}

fn sub_double(a: f64, b: f64, mode: Mode) -> f64 {
    rounding::add(a, -b, mode)
}

/// Two operands in double precision.
pub(in crate::gpu::sim) fn binary_double(name: &str, shape: Shape) -> Option<Binary> {
    Some(match name {
        "add" => rounded_double!(shape.mode, |a, b| a + b, rounding::add),
        "sub" => rounded_double!(shape.mode, |a, b| a - b, sub_double),
        "mul" => rounded_double!(shape.mode, |a, b| a * b, rounding::mul),
        "div" => rounded_double!(shape.mode, |a, b| a / b, rounding::div),
        "min" => each!(|a: f64, b: f64| min(a, b)),
        "max" => each!(|a: f64, b: f64| max(a, b)),
        _ => return None,
    })
}

/// `copysign`: the first operand's sign with the second's magnitude.
pub(in crate::gpu::sim) fn copysign(bits: u32) -> Option<Binary> {
    Some(match bits {
        32 => each!(|a: u32, b: u32| a & (1 << 31) | b & !(1 << 31)),
        64 => each!(|a: u64, b: u64| a & (1 << 63) | b & !(1 << 63)),
        _ => return None,
    })
}

/// `fma` and `mad` in single precision.
pub(in crate::gpu::sim) fn fma(shape: Shape) -> Ternary {
    rounded!(shape, |a, b, c| fused(a, b, c), rounding::fma_single)
}

/// A fused multiply-add without calling the C library, which is slow without hardware support.
fn fused(a: f32, b: f32, c: f32) -> f32 {
    let product = f64::from(a) * f64::from(b);
    let wide = product + f64::from(c);
    // Only where the sum lies just halfway between two singles does its own error matter.
    if wide.to_bits() & 0x1fff_ffff == 0x1000_0000 || wide.abs() < 1e-37 || !wide.is_finite() {
        return a.mul_add(b, c);
    }
    wide as f32
}

/// `fma` and `mad` in double precision.
pub(in crate::gpu::sim) fn fma_double(shape: Shape) -> Ternary {
    rounded_double!(shape.mode, |a, b, c| a.mul_add(b, c), rounding::fma)
}

fn rcp_single(a: f32, mode: Mode) -> f32 {
    rounding::div_single(1.0, a, mode)
}

fn rcp(a: f64, mode: Mode) -> f64 {
    rounding::div(1.0, a, mode)
}

/// One operand in single precision.
pub(in crate::gpu::sim) fn unary(name: &str, shape: Shape) -> Option<Unary> {
    Some(match name {
        "abs" if shape.flushes => each!(|a: f32| flush(a).abs()),
        "abs" => each!(|a: f32| a.abs()),
        "neg" if shape.flushes => each!(|a: f32| -flush(a)),
        "neg" => each!(|a: f32| -a),
        "rcp" => rounded!(shape, |a| 1.0 / a, rcp_single),
        "sqrt" => rounded!(shape, |a| a.sqrt(), rounding::sqrt_single),
        "rsqrt" => shaped!(shape, |a| (1.0 / f64::from(a).sqrt()) as f32),
        "sin" => shaped!(shape, |a| f64::from(a).sin() as f32),
        "cos" => shaped!(shape, |a| f64::from(a).cos() as f32),
        "lg2" => shaped!(shape, |a| f64::from(a).log2() as f32),
        "ex2" => shaped!(shape, |a| f64::from(a).exp2() as f32),
        "tanh" => shaped!(shape, |a| f64::from(a).tanh() as f32),
        _ => return None,
    })
}

/// One operand in double precision.
pub(in crate::gpu::sim) fn unary_double(name: &str, shape: Shape) -> Option<Unary> {
    Some(match name {
        "abs" => each!(|a: f64| a.abs()),
        "neg" => each!(|a: f64| -a),
        "rcp" => rounded_double!(shape.mode, |a| 1.0 / a, rcp),
        "sqrt" => rounded_double!(shape.mode, |a| a.sqrt(), rounding::sqrt),
        "rsqrt" => each!(|a: f64| 1.0 / a.sqrt()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_fused_multiply_add_is_exact() {
        let mut state = 1_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            f32::from_bits((state >> 32) as u32)
        };
        for _ in 0..200_000 {
            let (a, b, c) = (next(), next(), next());
            let (quick, exact) = (fused(a, b, c), a.mul_add(b, c));
            assert!(
                quick == exact || quick.is_nan() && exact.is_nan(),
                "{a} {b} {c}"
            );
        }
    }

    #[test]
    fn zeros_have_signs() {
        assert!(min(0.0, -0.0).is_sign_negative());
        assert!(max(-0.0, 0.0).is_sign_positive());
        assert_eq!(min(f64::NAN, 1.0), 1.0);
    }
}
