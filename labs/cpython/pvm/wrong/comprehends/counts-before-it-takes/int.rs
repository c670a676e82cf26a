//! Integers of any size: sign and magnitude, in digits of 32 bits, the lowest first.
//!
//! Short rather than fast; the programs that run here have a few hundred digits.

use std::cmp::Ordering;
use std::fmt;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Int {
    /// Never set for zero.
    is_negative: bool,
    /// Without zeros at the end: zero has none.
    digits: Vec<u32>,
}

impl From<i64> for Int {
    fn from(value: i64) -> Self {
        let size = value.unsigned_abs();
        Self::new(value < 0, vec![size as u32, (size >> 32) as u32])
    }
}

impl Int {
    fn new(is_negative: bool, mut digits: Vec<u32>) -> Self {
        while digits.last() == Some(&0) {
            digits.pop();
        }
        Self {
            is_negative: is_negative && !digits.is_empty(),
            digits,
        }
    }

    /// Reads decimal digits, perhaps behind a minus.
    pub fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut digits = Vec::new();
        for byte in text.bytes() {
            let mut carry = u64::from(byte - b'0');
            for digit in &mut digits {
                carry += u64::from(*digit) * 10;
                *digit = carry as u32;
                carry >>= 32;
            }
            if carry > 0 {
                digits.push(carry as u32);
            }
        }
        Some(Self::new(is_negative, digits))
    }

    pub fn to_i64(&self) -> Option<i64> {
        if self.digits.len() > 2 {
            return None;
        }
        let size = self
            .digits
            .iter()
            .rev()
            .fold(0u64, |size, digit| size << 32 | u64::from(*digit));
        match self.is_negative {
            false => i64::try_from(size).ok(),
            true => 0i64.checked_sub_unsigned(size),
        }
    }

    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    pub fn is_negative(&self) -> bool {
        self.is_negative
    }

    pub fn neg(&self) -> Self {
        Self::new(!self.is_negative, self.digits.clone())
    }

    pub fn abs(&self) -> Self {
        Self::new(false, self.digits.clone())
    }

    pub fn add(&self, other: &Self) -> Self {
        if self.is_negative == other.is_negative {
            return Self::new(self.is_negative, sum(&self.digits, &other.digits));
        }
        match compare(&self.digits, &other.digits) {
            Ordering::Less => Self::new(other.is_negative, difference(&other.digits, &self.digits)),
            _ => Self::new(self.is_negative, difference(&self.digits, &other.digits)),
        }
    }

    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.neg())
    }

    pub fn mul(&self, other: &Self) -> Self {
        let mut digits = vec![0; self.digits.len() + other.digits.len()];
        for (low, left) in self.digits.iter().enumerate() {
            let mut carry = 0;
            for (high, right) in other.digits.iter().enumerate() {
                carry += u64::from(*left) * u64::from(*right) + u64::from(digits[low + high]);
                digits[low + high] = carry as u32;
                carry >>= 32;
            }
            digits[low + other.digits.len()] = carry as u32;
        }
        Self::new(self.is_negative != other.is_negative, digits)
    }

    /// Quotient and remainder as Python has them: rounded down, the remainder with the divisor's
    /// sign. None if the divisor is zero.
    pub fn div_mod(&self, by: &Self) -> Option<(Self, Self)> {
        if by.is_zero() {
            return None;
        }
        let mut quotient = vec![0u32; self.digits.len()];
        let mut rest = Self::default();
        let divisor = by.abs();
        for bit in (0..self.digits.len() * 32).rev() {
            rest = rest.shl(1);
            if self.digits[bit / 32] >> (bit % 32) & 1 == 1 {
                rest = rest.add(&Self::from(1));
            }
            if compare(&rest.digits, &divisor.digits) != Ordering::Less {
                rest = rest.sub(&divisor);
                quotient[bit / 32] |= 1 << (bit % 32);
            }
        }
        let mut quotient = Self::new(self.is_negative != by.is_negative, quotient);
        rest = Self::new(self.is_negative, rest.digits);
        if !rest.is_zero() && self.is_negative != by.is_negative {
            quotient = quotient.sub(&Self::from(1));
            rest = rest.add(by);
        }
        Some((quotient, rest))
    }

    pub fn pow(&self, exponent: u32) -> Self {
        let mut result = Self::from(1);
        for bit in (0..32 - exponent.leading_zeros()).rev() {
            result = result.mul(&result);
            if exponent >> bit & 1 == 1 {
                result = result.mul(self);
            }
        }
        result
    }

    pub fn shl(&self, bits: u32) -> Self {
        let mut digits = vec![0; bits as usize / 32];
        let mut carry = 0;
        for digit in &self.digits {
            carry |= u64::from(*digit) << (bits % 32);
            digits.push(carry as u32);
            carry >>= 32;
        }
        digits.push(carry as u32);
        Self::new(self.is_negative, digits)
    }

    /// Rounds down, as Python does.
    pub fn shr(&self, bits: u32) -> Self {
        self.div_mod(&Self::from(1).shl(bits))
            .map_or_else(Self::default, |(quotient, _)| quotient)
    }

    /// A bitwise operation, as if both had endless digits of two's complement.
    pub fn bitwise(&self, other: &Self, how: fn(u32, u32) -> u32) -> Self {
        let len = self.digits.len().max(other.digits.len()) + 1;
        let (left, right) = (self.complement(len), other.complement(len));
        let digits: Vec<u32> = left.iter().zip(&right).map(|(a, b)| how(*a, *b)).collect();
        match digits[len - 1] >> 31 {
            0 => Self::new(false, digits),
            _ => Self::new(true, negated(digits)),
        }
    }

    fn complement(&self, len: usize) -> Vec<u32> {
        let mut digits = self.digits.clone();
        digits.resize(len, 0);
        match self.is_negative {
            true => negated(digits),
            false => digits,
        }
    }
}

fn negated(digits: Vec<u32>) -> Vec<u32> {
    let mut carry = 1;
    let flip = |digit: u32| {
        carry += u64::from(!digit);
        let low = carry as u32;
        carry >>= 32;
        low
    };
    digits.into_iter().map(flip).collect()
}

fn compare(left: &[u32], right: &[u32]) -> Ordering {
    let len = left.len().cmp(&right.len());
    len.then_with(|| left.iter().rev().cmp(right.iter().rev()))
}

fn sum(left: &[u32], right: &[u32]) -> Vec<u32> {
    let mut carry = 0;
    let mut digits: Vec<u32> = (0..left.len().max(right.len()))
        .map(|at| {
            let digit = |of: &[u32]| u64::from(of.get(at).copied().unwrap_or(0));
            carry += digit(left) + digit(right);
            let low = carry as u32;
            carry >>= 32;
            low
        })
        .collect();
    digits.push(carry as u32);
    digits
}

/// The first is not less than the second.
fn difference(left: &[u32], right: &[u32]) -> Vec<u32> {
    let mut borrow = 0;
    left.iter()
        .enumerate()
        .map(|(at, digit)| {
            let value = i64::from(*digit) - i64::from(right.get(at).copied().unwrap_or(0)) - borrow;
            borrow = i64::from(value < 0);
            value as u32
        })
        .collect()
}

impl Ord for Int {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => compare(&self.digits, &other.digits),
            (true, true) => compare(&other.digits, &self.digits),
        }
    }
}

impl PartialOrd for Int {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut digits = self.digits.clone();
        while digits.iter().any(|digit| *digit > 0) {
            let mut rest = 0u64;
            for digit in digits.iter_mut().rev() {
                rest = rest << 32 | u64::from(*digit);
                *digit = (rest / 1_000_000_000) as u32;
                rest %= 1_000_000_000;
            }
            parts.push(rest);
        }
        if self.is_negative {
            f.write_str("-")?;
        }
        write!(f, "{}", parts.pop().unwrap_or(0))?;
        parts
            .iter()
            .rev()
            .try_for_each(|part| write!(f, "{part:09}"))
    }
}
