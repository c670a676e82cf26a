//! Points as exact fractions: no sum of grades depends on the order or on a binary representation.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Digits that a number in a policy or a gradebook may have on each side of the point.
const DIGITS: usize = 9;

/// What a value is rounded to when its exact form no longer fits into 128 bits.
///
/// Weights of at most [`DIGITS`] digits need some dozens of coprime denominators to get there.
const COARSE: i128 = 1_000_000_000;

/// A rational number in lowest terms; the denominator is positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: i128,
    denominator: i128,
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FractionError {
    /// Neither a whole number, nor a decimal one, nor a fraction.
    #[error("is no number: write 7, 7.5 or 15/2")]
    Form,
    /// More digits than points need.
    #[error("has more than {DIGITS} digits before or after the point")]
    Digits,
    /// A denominator of zero.
    #[error("divides by zero")]
    Zero,
}

impl Fraction {
    /// Nothing.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };

    /// The whole.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// `numerator / denominator`; `None` if the denominator is zero.
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        (denominator != 0).then(|| Self::reduced(numerator.into(), denominator.into()))
    }

    /// So many hundredths.
    pub fn percent(self) -> Self {
        self * Self::reduced(1, 100)
    }

    /// The quotient; `None` for a division by zero.
    pub fn over(self, other: Self) -> Option<Self> {
        (other.numerator != 0).then(|| self * Self::reduced(other.denominator, other.numerator))
    }

    /// Whether it is a whole number.
    pub fn is_whole(self) -> bool {
        self.denominator == 1
    }

    /// Whether it is less than nothing.
    pub fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// Rounded to the nearest whole number, halves away from zero.
    pub fn rounded(self) -> i128 {
        scaled(self.numerator, self.denominator, 1)
    }

    /// The largest whole number that is not greater.
    pub fn floor(self) -> i128 {
        self.numerator.div_euclid(self.denominator)
    }

    /// As a decimal with at most so many places (at most nine), halves away from zero, no zeros at
    /// the end.
    pub fn decimal(self, places: u32) -> String {
        let places = places.min(9);
        let unit = 10i128.pow(places);
        let value = scaled(self.numerator, self.denominator, unit);
        let sign = if value < 0 { "-" } else { "" };
        let (whole, part) = (value.abs() / unit, value.abs() % unit);
        if part == 0 {
            return format!("{sign}{whole}");
        }
        let digits = format!("{part:0width$}", width = places as usize);
        format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
    }

    /// The nearest floating-point number: for statistics and for formats that have no other.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the nearest is what is asked for"
    )]
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    fn reduced(numerator: i128, denominator: i128) -> Self {
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).unwrap_or(1).max(1) * denominator.signum();
        Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        }
    }

    /// The exact result if it fits, else the nearest billionth.
    fn fitted(exact: Option<(i128, i128)>, nearly: f64) -> Self {
        match exact {
            Some((numerator, denominator)) => Self::reduced(numerator, denominator),
            #[expect(clippy::cast_possible_truncation, reason = "the conversion saturates")]
            #[expect(clippy::cast_precision_loss, reason = "a rounded value is the aim")]
            None => Self::reduced((nearly * COARSE as f64).round() as i128, COARSE),
        }
    }
}

/// `numerator * unit / denominator`, rounded, halves away from zero.
fn scaled(numerator: i128, denominator: i128, unit: i128) -> i128 {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    // What is left is smaller than the denominator: where its product does not fit, neither would
    // a digit of it be exact.
    let part = match rest.checked_mul(unit).and_then(|part| part.checked_mul(2)) {
        Some(twice) => (twice + denominator * twice.signum()) / (denominator * 2),
        None => rest / (denominator / unit),
    };
    whole.saturating_mul(unit).saturating_add(part)
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Add for Fraction {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let exact = || {
            let left = self.numerator.checked_mul(other.denominator)?;
            let right = other.numerator.checked_mul(self.denominator)?;
            let denominator = self.denominator.checked_mul(other.denominator)?;
            Some((left.checked_add(right)?, denominator))
        };
        Self::fitted(exact(), self.to_f64() + other.to_f64())
    }
}

impl Neg for Fraction {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            numerator: self.numerator.saturating_neg(),
            denominator: self.denominator,
        }
    }
}

impl Sub for Fraction {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Fraction {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        // Crosswise first: products stay as small as they can be.
        let a = Self::reduced(self.numerator, other.denominator);
        let b = Self::reduced(other.numerator, self.denominator);
        let exact = || {
            let numerator = a.numerator.checked_mul(b.numerator)?;
            Some((numerator, a.denominator.checked_mul(b.denominator)?))
        };
        Self::fitted(exact(), self.to_f64() * other.to_f64())
    }
}

impl Sum for Fraction {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (*self - *other).numerator.cmp(&0)
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<u32> for Fraction {
    fn from(whole: u32) -> Self {
        Self::from(u64::from(whole))
    }
}

impl From<u64> for Fraction {
    fn from(whole: u64) -> Self {
        Self {
            numerator: whole.into(),
            denominator: 1,
        }
    }
}

impl fmt::Display for Fraction {
    /// `7`, `7.5`; `20/3` where no decimal of at most six places is exact.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PLACES: u32 = 6;
        let decimal = self.decimal(PLACES);
        match 10i128.pow(PLACES) % self.denominator {
            0 => f.write_str(&decimal),
            _ => write!(f, "{}/{}", self.numerator, self.denominator),
        }
    }
}

impl FromStr for Fraction {
    type Err = FractionError;

    fn from_str(text: &str) -> Result<Self, FractionError> {
        let digits = |digits: &str| match digits {
            "" => Err(FractionError::Form),
            d if !d.bytes().all(|b| b.is_ascii_digit()) => Err(FractionError::Form),
            d if d.trim_start_matches('0').len() > DIGITS => Err(FractionError::Digits),
            d => d.parse::<i128>().map_err(|_| FractionError::Digits),
        };
        let (sign, text) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        if let Some((numerator, denominator)) = text.split_once('/') {
            return match digits(denominator)? {
                0 => Err(FractionError::Zero),
                denominator => Ok(Self::reduced(sign * digits(numerator)?, denominator)),
            };
        }
        let Some((whole, part)) = text.split_once('.') else {
            return Ok(Self::reduced(sign * digits(text)?, 1));
        };
        if part.len() > DIGITS {
            return Err(FractionError::Digits);
        }
        let unit = 10i128.pow(part.len() as u32);
        Ok(Self::reduced(
            sign * (digits(whole)? * unit + digits(part)?),
            unit,
        ))
    }
}

impl Serialize for Fraction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/{}", self.numerator, self.denominator))
    }
}

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (numerator, denominator) = text.split_once('/').unwrap_or((&text, "1"));
        match (numerator.parse(), denominator.parse()) {
            (Ok(numerator), Ok(denominator)) if denominator > 0 => {
                Ok(Self::reduced(numerator, denominator))
            }
            _ => Err(de::Error::custom("a fraction is written 15/2")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn f(text: &str) -> Fraction {
        text.parse().unwrap()
    }

    #[test]
    fn thirds_add_up() {
        assert_eq!(f("1/3") + f("1/3") + f("1/3"), Fraction::ONE);
        assert_eq!(f("0.1") + f("0.2"), f("0.3"));
        assert_eq!((f("20/3")).to_string(), "20/3");
        assert_eq!((f("15/2")).to_string(), "7.5");
        assert_eq!(f("-7.5").to_string(), "-7.5");
    }

    #[test]
    fn decimals_round_halves_up() {
        assert_eq!(f("20/3").decimal(2), "6.67");
        assert_eq!(f("0.125").decimal(2), "0.13");
        assert_eq!(f("-0.125").decimal(2), "-0.13");
        assert_eq!(f("7").decimal(2), "7");
        assert_eq!(f("0.005").decimal(1), "0");
        assert_eq!(f("5/2").rounded(), 3);
        assert_eq!(f("-5/2").floor(), -3);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "x", "1.", ".5", "1/", "1e9", "--1", "+1", "1/2/3", "٣", " 1",
        ] {
            assert_eq!(text.parse::<Fraction>(), Err(FractionError::Form), "{text}");
        }
        assert_eq!("1/0".parse::<Fraction>(), Err(FractionError::Zero));
        assert_eq!(
            "10000000000".parse::<Fraction>(),
            Err(FractionError::Digits)
        );
        assert_eq!(
            "0.0000000001".parse::<Fraction>(),
            Err(FractionError::Digits)
        );
        assert_eq!(Fraction::new(1, 0), None);
        assert_eq!(Fraction::ONE.over(Fraction::ZERO), None);
    }

    proptest! {
        #[test]
        fn arithmetic_is_exact_and_never_panics(
            a in -1_000_000i64..1_000_000, b in 1i64..1000,
            c in -1_000_000i64..1_000_000, d in 1i64..1000,
        ) {
            let (x, y) = (Fraction::new(a, b).unwrap(), Fraction::new(c, d).unwrap());
            prop_assert_eq!(x + y - y, x);
            prop_assert_eq!(x * y, y * x);
            if let Some(q) = x.over(y) {
                prop_assert_eq!(q * y, x);
            }
            prop_assert_eq!(x.cmp(&y), (a * d).cmp(&(c * b)));
            let json = serde_json::to_string(&x).unwrap();
            prop_assert_eq!(serde_json::from_str::<Fraction>(&json).unwrap(), x);
        }

        #[test]
        fn no_text_and_no_sum_breaks_it(text in any::<String>(), many in proptest::collection::vec(1i64..i64::MAX, 0..40)) {
            let _ = text.parse::<Fraction>();
            let sum: Fraction = many.iter().filter_map(|d| Fraction::new(*d, d - 1)).sum();
            let _ = (sum.decimal(9), sum.to_string(), sum.rounded(), (sum * sum).floor());
        }
    }
}
