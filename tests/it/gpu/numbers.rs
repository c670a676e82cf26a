//! Numbers: random ones from a seed, their bytes, and when two of them agree.

use std::fmt::Debug;

use super::crowd::Tried;

/// Random numbers that a seed decides (SplitMix64, by Sebastiano Vigna).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9)
    }

    /// Any 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.wrapping_sub(low).cast_unsigned().wrapping_add(1);
        match span {
            0 => self.bits().cast_signed(),
            _ => low.wrapping_add((self.bits() % span).cast_signed()),
        }
    }

    /// A fraction from `low` to `high`.
    pub(super) fn real(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.bits() >> 11) as f64 / (1u64 << 53) as f64;
        low + (high - low) * unit
    }

    /// `count` values, a third of them from `edges` and the others made by `other`.
    pub(super) fn mixed<T: Copy>(
        &mut self,
        count: usize,
        edges: &[T],
        mut other: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        (0..count)
            .map(|_| match self.bits() % 3 {
                0 if !edges.is_empty() => edges[(self.bits() % edges.len() as u64) as usize],
                _ => other(self),
            })
            .collect()
    }

    /// `count` ints from `low` to `high`.
    pub(super) fn ints(&mut self, count: usize, low: i32, high: i32) -> Vec<i32> {
        (0..count)
            .map(|_| self.between(low.into(), high.into()) as i32)
            .collect()
    }

    /// `count` floats from `low` to `high`.
    pub(super) fn floats(&mut self, count: usize, low: f32, high: f32) -> Vec<f32> {
        (0..count)
            .map(|_| self.real(low.into(), high.into()) as f32)
            .collect()
    }
}

/// A number as it lies in memory.
pub(super) trait Number: Copy + Debug {
    /// How many bytes it has.
    const BYTES: usize;

    fn put(self, bytes: &mut Vec<u8>);

    fn get(bytes: &[u8]) -> Self;

    /// Bit by bit the same; of NaN there is only one.
    fn is_same(self, other: Self) -> bool;

    /// The same, or as near as a tolerance allows; NaN and infinities are near only themselves.
    fn is_near(self, other: Self, relative: f64, absolute: f64) -> bool;
}

macro_rules! whole_numbers {
    ($($kind:ty)*) => {$(
        impl Number for $kind {
            const BYTES: usize = size_of::<$kind>();

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }

            fn get(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().unwrap())
            }

            fn is_same(self, other: Self) -> bool {
                self == other
            }

            fn is_near(self, other: Self, _: f64, _: f64) -> bool {
                self == other
            }
        }
    )*};
}

whole_numbers!(i8 u8 i16 u16 i32 u32 i64 u64);

macro_rules! real_numbers {
    ($($kind:ty)*) => {$(
        impl Number for $kind {
            const BYTES: usize = size_of::<$kind>();

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }

            fn get(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().unwrap())
            }

            fn is_same(self, other: Self) -> bool {
                self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
            }

            fn is_near(self, other: Self, relative: f64, absolute: f64) -> bool {
                let (a, b) = (f64::from(self), f64::from(other));
                self.is_same(other)
                    || a.is_finite()
                        && b.is_finite()
                        && (a - b).abs() <= absolute + relative * a.abs().max(b.abs())
            }
        }
    )*};
}

real_numbers!(f32 f64);

/// A vector of CUDA, or anything else of several like numbers.
impl<T: Number, const N: usize> Number for [T; N] {
    const BYTES: usize = N * T::BYTES;

    fn put(self, bytes: &mut Vec<u8>) {
        self.into_iter().for_each(|number| number.put(bytes));
    }

    fn get(bytes: &[u8]) -> Self {
        std::array::from_fn(|at| T::get(&bytes[at * T::BYTES..][..T::BYTES]))
    }

    fn is_same(self, other: Self) -> bool {
        self.into_iter().zip(other).all(|(a, b)| a.is_same(b))
    }

    fn is_near(self, other: Self, relative: f64, absolute: f64) -> bool {
        self.into_iter()
            .zip(other)
            .all(|(a, b)| a.is_near(b, relative, absolute))
    }
}

/// The numbers' bytes, one after the other.
pub(super) fn bytes_of<T: Number>(numbers: &[T]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(numbers.len() * T::BYTES);
    numbers.iter().for_each(|number| number.put(&mut bytes));
    bytes
}

/// Complains of the first number that is not what it must be.
pub(super) fn all<T: Number>(
    what: &str,
    got: &[T],
    want: &[T],
    agree: impl Fn(T, T) -> bool,
) -> Tried {
    if got.len() != want.len() {
        return Err(format!("{what}: {} values, not {}", got.len(), want.len()));
    }
    match got
        .iter()
        .zip(want)
        .position(|(got, want)| !agree(*got, *want))
    {
        None => Ok(()),
        Some(at) => Err(format!("{what}[{at}] is {:?}, not {:?}", got[at], want[at])),
    }
}

/// Complains of the first number that is not bit by bit what it must be.
pub(super) fn all_same<T: Number>(what: &str, got: &[T], want: &[T]) -> Tried {
    all(what, got, want, T::is_same)
}

/// Complains of the first number that is further off than a part of it, and an absolute distance.
pub(super) fn all_near<T: Number>(
    what: &str,
    got: &[T],
    want: &[T],
    (relative, absolute): (f64, f64),
) -> Tried {
    all(what, got, want, |got, want| {
        got.is_near(want, relative, absolute)
    })
}

/// The nearest number in half precision, ties to even: IEEE 754 binary16.
pub(super) fn half_bits(x: f64) -> u16 {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    let size = x.abs();
    if x.is_nan() {
        return 0x7fff;
    }
    if size < f64::from(2.0f32).powi(-14) {
        // Below the normal numbers all are multiples of 2^-24.
        return sign | (size * 2f64.powi(24)).round_ties_even() as u16;
    }
    let exponent = size.log2().floor() as i32;
    let exponent = if 2f64.powi(exponent) > size {
        exponent - 1
    } else {
        exponent
    };
    let mantissa = (size / 2f64.powi(exponent - 10)).round_ties_even();
    let value = mantissa * 2f64.powi(exponent - 10);
    if size.is_infinite() || value >= 65520.0 {
        return sign | 0x7c00;
    }
    // A mantissa of 2048 carries into the exponent by itself.
    sign | ((exponent + 15) as u16)
        .wrapping_shl(10)
        .wrapping_add(mantissa as u16 - 1024)
}

/// What a number in half precision is.
pub(super) fn half_value(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 0x3ff));
    match exponent {
        0 => sign * fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (fraction + 1024.0) * 2f32.powi(exponent - 25),
    }
}

/// Rounded to half precision.
pub(super) fn as_half(x: f64) -> f32 {
    half_value(half_bits(x))
}

#[test]
fn halves_are_rounded_to_even() {
    for (x, bits) in [
        (0.0, 0),
        (-0.0, 0x8000),
        (1.0, 0x3c00),
        (1.0 + 1.0 / 2048.0, 0x3c00),
        (1.0 + 3.0 / 2048.0, 0x3c02),
        (-2.0, 0xc000),
        (65504.0, 0x7bff),
        (65519.9, 0x7bff),
        (65520.0, 0x7c00),
        (6e-8, 1),
        (f64::NEG_INFINITY, 0xfc00),
        (1.0 / 3.0, 0x3555),
    ] {
        assert_eq!(half_bits(x), bits, "{x}");
    }
    for bits in (0..0x7c00).chain(0x8000..0xfc00) {
        assert_eq!(half_bits(half_value(bits).into()), bits);
    }
}
