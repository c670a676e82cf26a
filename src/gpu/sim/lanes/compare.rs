//! Comparisons (PTX ISA, 9.7.6).

use super::Value;
use super::half::from_half;
use crate::gpu::ptx::{Kind, Type};
use crate::gpu::sim::program::{Comparison, Lanes};

macro_rules! test {
    (|$a:ident: $t:ty, $b:ident| $e:expr) => {{
        fn all(a: &Lanes, b: &Lanes) -> u32 {
            let mut found = 0;
            for lane in 0..32 {
                let $a = <$t as Value>::get(a[lane]);
                let $b = <$t as Value>::get(b[lane]);
                found |= u32::from($e) << lane;
            }
            found
        }
        all as Comparison
    }};
}

macro_rules! relation {
    ($name:expr, $t:ty, $up:ty) => {
        match $name {
            "eq" => test!(|a: $t, b| a == b),
            "ne" => test!(|a: $t, b| a != b),
            "lt" => test!(|a: $t, b| a < b),
            "le" => test!(|a: $t, b| a <= b),
            "gt" => test!(|a: $t, b| a > b),
            "ge" => test!(|a: $t, b| a >= b),
            "lo" => test!(|a: $up, b| a < b),
            "ls" => test!(|a: $up, b| a <= b),
            "hi" => test!(|a: $up, b| a > b),
            "hs" => test!(|a: $up, b| a >= b),
            _ => return None,
        }
    };
}

#[derive(Clone, Copy)]
struct Half(f64);

impl Value for Half {
    fn get(bits: u64) -> Self {
        Self(from_half(bits as u16))
    }
    fn put(self) -> u64 {
        0
    }
}

#[derive(Clone, Copy)]
struct Flushed(f64);

impl Value for Flushed {
    fn get(bits: u64) -> Self {
        Self(f64::from(super::float::flush(f32::get(bits))))
    }
    fn put(self) -> u64 {
        0
    }
}

/// Whether either is no number.
fn unordered(a: f64, b: f64) -> bool {
    a.is_nan() || b.is_nan()
}

macro_rules! float_relation {
    ($name:expr, $t:ty, |$a:ident| $wide:expr) => {{
        fn wide($a: $t) -> f64 {
            $wide
        }
        match $name {
            "eq" => test!(|a: $t, b| wide(a) == wide(b)),
            "ne" => test!(|a: $t, b| wide(a) < wide(b) || wide(a) > wide(b)),
            "lt" => test!(|a: $t, b| wide(a) < wide(b)),
            "le" => test!(|a: $t, b| wide(a) <= wide(b)),
            "gt" => test!(|a: $t, b| wide(a) > wide(b)),
            "ge" => test!(|a: $t, b| wide(a) >= wide(b)),
            "equ" => test!(|a: $t, b| !(wide(a) < wide(b) || wide(a) > wide(b))),
            "neu" => test!(|a: $t, b| wide(a) != wide(b)),
            "ltu" => test!(|a: $t, b| wide(a) < wide(b) || unordered(wide(a), wide(b))),
            "leu" => test!(|a: $t, b| wide(a) <= wide(b) || unordered(wide(a), wide(b))),
            "gtu" => test!(|a: $t, b| wide(a) > wide(b) || unordered(wide(a), wide(b))),
            "geu" => test!(|a: $t, b| wide(a) >= wide(b) || unordered(wide(a), wide(b))),
            "num" => test!(|a: $t, b| !unordered(wide(a), wide(b))),
            "nan" => test!(|a: $t, b| unordered(wide(a), wide(b))),
            _ => return None,
        }
    }};
}

/// The comparison of this name for operands of this type.
pub(in crate::gpu::sim) fn relation(name: &str, ty: Type, flushes: bool) -> Option<Comparison> {
    Some(match (ty.kind, ty.bits) {
        (Kind::Signed, 16) => relation!(name, i16, u16),
        (Kind::Signed, 32) => relation!(name, i32, u32),
        (Kind::Signed, 64) => relation!(name, i64, u64),
        (Kind::Unsigned | Kind::Bits, 16) => relation!(name, u16, u16),
        (Kind::Unsigned | Kind::Bits, 32) => relation!(name, u32, u32),
        (Kind::Unsigned | Kind::Bits, 64) => relation!(name, u64, u64),
        (Kind::Float, 16) => float_relation!(name, Half, |a| a.0),
        (Kind::Float, 32) if flushes => float_relation!(name, Flushed, |a| a.0),
        (Kind::Float, 32) => float_relation!(name, f32, |a| f64::from(a)),
        (Kind::Float, 64) => float_relation!(name, f64, |a| a),
        _ => return None,
    })
}

/// `testp`: a property of a float; the second operand is not used.
pub(in crate::gpu::sim) fn property(name: &str, ty: Type) -> Option<Comparison> {
    macro_rules! of {
        ($t:ty) => {
            match name {
                "finite" => test!(|a: $t, _b| a.is_finite()),
                "infinite" => test!(|a: $t, _b| a.is_infinite()),
                "number" => test!(|a: $t, _b| !a.is_nan()),
                "notanumber" => test!(|a: $t, _b| a.is_nan()),
                // Zeros count as normal; see testp in the PTX ISA.
                "normal" => test!(|a: $t, _b| a.is_normal() || a == 0.0),
                "subnormal" => test!(|a: $t, _b| a.is_subnormal()),
                _ => return None,
            }
        };
    }
    Some(match (ty.kind, ty.bits) {
        (Kind::Float, 32) => of!(f32),
        (Kind::Float, 64) => of!(f64),
        _ => return None,
    })
}
