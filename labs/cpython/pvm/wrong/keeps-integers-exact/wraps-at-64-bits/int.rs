//! Integers as the processor has them.

use std::fmt;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int(i64);

impl From<i64> for Int {
    fn from(value: i64) -> Self {
        Self(value)
    }
}

impl Int {
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<i128>().ok().map(|value| Self(value as i64))
    }

    pub fn to_i64(&self) -> Option<i64> {
        Some(self.0)
    }

    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }

    pub fn is_negative(&self) -> bool {
        self.0 < 0
    }

    pub fn neg(&self) -> Self {
        Self(self.0.wrapping_neg())
    }

    pub fn abs(&self) -> Self {
        Self(self.0.wrapping_abs())
    }

    pub fn add(&self, other: &Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    pub fn sub(&self, other: &Self) -> Self {
        Self(self.0.wrapping_sub(other.0))
    }

    pub fn mul(&self, other: &Self) -> Self {
        Self(self.0.wrapping_mul(other.0))
    }

    /// Rounded down; None if the divisor is zero.
    pub fn div_mod(&self, by: &Self) -> Option<(Self, Self)> {
        let rest = self.0.checked_rem(by.0)?;
        let rest = if rest != 0 && (rest < 0) != (by.0 < 0) {
            rest + by.0
        } else {
            rest
        };
        Some((
            Self(self.0.wrapping_sub(rest).wrapping_div(by.0)),
            Self(rest),
        ))
    }

    pub fn pow(&self, exponent: u32) -> Self {
        Self(self.0.wrapping_pow(exponent))
    }

    pub fn shl(&self, bits: u32) -> Self {
        Self(self.0.checked_shl(bits).unwrap_or(0))
    }

    pub fn shr(&self, bits: u32) -> Self {
        Self(self.0 >> bits.min(63))
    }

    pub fn bitwise(&self, other: &Self, how: fn(u32, u32) -> u32) -> Self {
        let high = how((self.0 >> 32) as u32, (other.0 >> 32) as u32);
        let low = how(self.0 as u32, other.0 as u32);
        Self((u64::from(high) << 32 | u64::from(low)) as i64)
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
