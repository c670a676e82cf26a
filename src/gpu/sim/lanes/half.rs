//! Half precision: conversion and arithmetic (PTX ISA, 9.7.4).

use super::rounding::{Mode, odd};
use super::{Value, each};
use crate::gpu::ptx::{Kind, Type};
use crate::gpu::sim::program::{Binary, Ternary, Unary};

/// The value of half-precision bits.
pub(in crate::gpu::sim) fn from_half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2.0_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2.0_f64.powi(exponent - 25),
    }
}

/// Rounds to a format of `digits` binary digits whose smallest normal exponent is `least`.
fn to_narrow(value: f64, digits: i32, least: i32, most: f64, mode: Mode) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let exponent = (((value.to_bits() >> 52) & 0x7ff) as i32 - 1023).max(least);
    let unit = 2.0_f64.powi(exponent - digits + 1);
    let scaled = value / unit;
    let whole = match mode {
        Mode::Nearest => scaled.round_ties_even(),
        Mode::Zero => scaled.trunc(),
        Mode::Down => scaled.floor(),
        Mode::Up => scaled.ceil(),
    };
    let rounded = (whole * unit).copysign(value);
    if rounded.abs() <= most {
        return rounded;
    }
    let stops = match mode {
        Mode::Nearest => false,
        Mode::Zero => true,
        Mode::Down => value > 0.0,
        Mode::Up => value < 0.0,
    };
    if stops {
        most.copysign(value)
    } else {
        f64::INFINITY.copysign(value)
    }
}

/// Half-precision bits of a value.
pub(in crate::gpu::sim) fn to_half(value: f64, mode: Mode) -> u16 {
    if value.is_nan() {
        return 0x7fff;
    }
    let rounded = to_narrow(value, 11, -14, 65504.0, mode);
    let sign = u16::from(rounded.is_sign_negative()) << 15;
    let magnitude = rounded.abs();
    let bits = if magnitude.is_infinite() {
        0x7c00
    } else if magnitude < 2.0_f64.powi(-14) {
        (magnitude * 2.0_f64.powi(24)) as u16
    } else {
        let exponent = (magnitude.to_bits() >> 52) as i32 - 1023;
        let fraction = (magnitude.to_bits() >> 42 & 0x3ff) as u16;
        ((exponent + 15) as u16) << 10 | fraction
    };
    sign | bits
}

/// The value of bfloat16 bits.
pub(in crate::gpu::sim) fn from_brain(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

/// Bfloat16 bits of a value.
pub(in crate::gpu::sim) fn to_brain(value: f64, mode: Mode) -> u16 {
    if value.is_nan() {
        return 0x7fff;
    }
    let most = f64::from(f32::from_bits(0x7f7f_0000));
    ((to_narrow(value, 8, -126, most, mode) as f32).to_bits() >> 16) as u16
}

/// A half-precision number.
#[derive(Clone, Copy)]
struct Half(f64);

impl Value for Half {
    fn get(bits: u64) -> Self {
        Self(from_half(bits as u16))
    }
    fn put(self) -> u64 {
        u64::from(to_half(self.0, Mode::Nearest))
    }
}

/// A bfloat16 number.
#[derive(Clone, Copy)]
struct Brain(f64);

impl Value for Brain {
    fn get(bits: u64) -> Self {
        Self(from_brain(bits as u16))
    }
    fn put(self) -> u64 {
        u64::from(to_brain(self.0, Mode::Nearest))
    }
}

/// Two numbers in one register.
#[derive(Clone, Copy)]
struct Two<T>(T, T);

impl<T: Value> Value for Two<T> {
    fn get(bits: u64) -> Self {
        Self(T::get(bits), T::get(bits >> 16))
    }
    fn put(self) -> u64 {
        self.0.put() | self.1.put() << 16
    }
}

/// Expands an operation for each of the four types.
macro_rules! narrow {
    ($ty:expr, |$($a:ident),+| $e:expr) => {{
        fn one($($a: f64),+) -> f64 {
            $e
        }
        match ($ty.kind, $ty.bits) {
            (Kind::Float, 16) => each!(|$($a: Half),+| Half(one($($a.0),+))),
            (Kind::Brain, 16) => each!(|$($a: Brain),+| Brain(one($($a.0),+))),
            (Kind::HalfPair, _) => {
                each!(|$($a: Two<Half>),+| Two(Half(one($($a.0.0),+)), Half(one($($a.1.0),+))))
            }
            (Kind::BrainPair, _) => {
                each!(|$($a: Two<Brain>),+| Two(Brain(one($($a.0.0),+)), Brain(one($($a.1.0),+))))
            }
            _ => return None,
        }
    }};
}

fn saturated(a: f64) -> f64 {
    if a > 0.0 { a.min(1.0) } else { 0.0 }
}

/// The exact `a * b + c`, rounded to odd: right for any narrower format.
fn fused(a: f64, b: f64, c: f64) -> f64 {
    // The product of two narrow numbers is exact.
    let product = a * b;
    let sum = product + c;
    let back = sum - product;
    let error = (product - (sum - back)) + (c - back);
    if sum.is_finite() {
        odd(sum, error)
    } else {
        sum
    }
}

/// Whether this is one of the types here.
pub(in crate::gpu::sim) fn is_narrow(ty: Type) -> bool {
    matches!(
        (ty.kind, ty.bits),
        (Kind::Float | Kind::Brain, 16) | (Kind::HalfPair | Kind::BrainPair, _)
    )
}

/// Two operands.
pub(in crate::gpu::sim) fn binary(name: &str, ty: Type, saturates: bool) -> Option<Binary> {
    Some(match (name, saturates) {
        ("add", false) => narrow!(ty, |a, b| fused(a, 1.0, b)),
        ("sub", false) => narrow!(ty, |a, b| fused(a, 1.0, -b)),
        ("mul", false) => narrow!(ty, |a, b| a * b),
        ("add", true) => narrow!(ty, |a, b| saturated(a + b)),
        ("sub", true) => narrow!(ty, |a, b| saturated(a - b)),
        ("mul", true) => narrow!(ty, |a, b| saturated(a * b)),
        ("min", _) => narrow!(ty, |a, b| super::float::min(a, b)),
        ("max", _) => narrow!(ty, |a, b| super::float::max(a, b)),
        _ => return None,
    })
}

/// One operand.
pub(in crate::gpu::sim) fn unary(name: &str, ty: Type) -> Option<Unary> {
    Some(match name {
        "abs" => narrow!(ty, |a| a.abs()),
        "neg" => narrow!(ty, |a| -a),
        "ex2" => narrow!(ty, |a| a.exp2()),
        "tanh" => narrow!(ty, |a| a.tanh()),
        _ => return None,
    })
}

/// `fma`, with `.sat` or `.relu`.
pub(in crate::gpu::sim) fn fma(ty: Type, saturates: bool, rectifies: bool) -> Option<Ternary> {
    Some(match (saturates, rectifies) {
        (false, false) => narrow!(ty, |a, b, c| fused(a, b, c)),
        (true, false) => narrow!(ty, |a, b, c| saturated(fused(a, b, c))),
        (false, true) => narrow!(ty, |a, b, c| fused(a, b, c).max(0.0)),
        (true, true) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_survives_the_way_there_and_back() {
        for bits in 0..=u16::MAX {
            let value = from_half(bits);
            let back = to_half(value, Mode::Nearest);
            assert!(
                back == bits || value.is_nan() && back & 0x7fff > 0x7c00,
                "{bits:#x}"
            );
        }
    }

    #[test]
    fn halves_are_rounded_to_the_nearest() {
        assert_eq!(to_half(1.0 + 2.0_f64.powi(-11), Mode::Nearest), 0x3c00);
        assert_eq!(
            to_half(1.0 + 3.0 * 2.0_f64.powi(-11), Mode::Nearest),
            0x3c02
        );
        assert_eq!(to_half(65520.0, Mode::Nearest), 0x7c00);
        assert_eq!(to_half(65520.0, Mode::Zero), 0x7bff);
        assert_eq!(to_half(1e-8, Mode::Up), 1);
        assert_eq!(to_brain(1.0, Mode::Nearest), 0x3f80);
        assert_eq!(to_brain(-3.4e38, Mode::Nearest), 0xff80);
    }
}
