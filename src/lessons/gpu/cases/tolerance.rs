//! How far from the exact result one may be: as far as rounding leads, and no further.

use super::parameter::Expected;

/// Half the distance from 1 to the next float: what one rounding may change, relatively.
const UNIT: f64 = 1.0 / 16_777_216.0;

/// The smallest float above 0: what one rounding may change next to it.
const SMALLEST: f64 = 1.401_298_464_324_817e-45;

/// A sum of these terms, in whatever order it was made.
///
/// Each of n - 1 additions, and the multiplications before them, may round; then the result differs from
/// the exact one by no more than about n units of the sum of the absolute values (Higham, "Accuracy and
/// Stability of Numerical Algorithms", 4.2). Not a number is right where IEEE 754 has none.
pub(super) fn sum(terms: impl Iterator<Item = f64>) -> Expected {
    let (mut value, mut size, mut count) = (0.0, 0.0, 0.0);
    for term in terms {
        value += term;
        size += term.abs();
        count += 1.0;
    }
    Expected {
        value,
        within: (count + 1.0) * (UNIT * size + SMALLEST),
    }
}

/// A sum of whole numbers whose partial sums are all floats: any order gives the same, exactly.
pub(super) fn whole_sum(terms: impl Iterator<Item = f64>) -> Expected {
    Expected {
        value: terms.fold(0.0, |sum, term| sum + term),
        within: 0.0,
    }
}

/// A product and a sum, rounded once or twice.
pub(super) fn multiply_add(a: f32, x: f32, y: f32) -> Expected {
    let (a, x, y) = (f64::from(a), f64::from(x), f64::from(y));
    // In doubles the product is exact. What does not fit into a float has come to infinity.
    let exact = a * x + y;
    let rounded = exact as f32;
    let value = match rounded.is_finite() {
        true => exact,
        false => rounded.into(),
    };
    Expected {
        value,
        within: 2.0 * (UNIT * ((a * x).abs() + y.abs()) + SMALLEST),
    }
}
