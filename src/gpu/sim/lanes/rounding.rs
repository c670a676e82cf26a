//! Rounding to a type in a given direction, through the error of the nearest result.
//!
//! The error of a sum, a product and so on is itself a floating-point number (T. J. Dekker, "A
//! floating-point technique for extending the available precision", 1971), so the directed result
//! is the nearest one or its neighbour.

/// Where to round to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gpu::sim) enum Mode {
    /// `.rn`
    Nearest,
    /// `.rz`
    Zero,
    /// `.rm`
    Down,
    /// `.rp`
    Up,
}

/// What must be added to `s` to have the exact sum, where nothing overflows.
fn sum_error(a: f64, b: f64, s: f64) -> f64 {
    let from_b = s - a;
    (a - (s - from_b)) + (b - from_b)
}

/// Moves a nearest result towards the mode's side, given the sign of the exact result less it.
fn directed(nearest: f64, error: f64, mode: Mode) -> f64 {
    if nearest.is_infinite() {
        // Overflow: the directions that do not lead there stop at the largest number.
        let stops = match mode {
            Mode::Nearest => false,
            Mode::Zero => true,
            Mode::Down => nearest > 0.0,
            Mode::Up => nearest < 0.0,
        };
        return if stops {
            f64::MAX.copysign(nearest)
        } else {
            nearest
        };
    }
    let toward_zero_is_down = nearest > 0.0 || nearest == 0.0 && error > 0.0;
    match mode {
        Mode::Down if error < 0.0 => nearest.next_down(),
        Mode::Up if error > 0.0 => nearest.next_up(),
        Mode::Zero if toward_zero_is_down && error < 0.0 => nearest.next_down(),
        Mode::Zero if !toward_zero_is_down && error > 0.0 => nearest.next_up(),
        _ => nearest,
    }
}

fn is_plain(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite())
}

/// `a + b`.
pub(in crate::gpu::sim) fn add(a: f64, b: f64, mode: Mode) -> f64 {
    let s = a + b;
    if mode == Mode::Nearest || !is_plain(&[a, b]) {
        return s;
    }
    if s == 0.0 && mode == Mode::Down && (a != 0.0 || a.is_sign_negative() != b.is_sign_negative())
    {
        return -0.0;
    }
    directed(s, sum_error(a, b, s), mode)
}

/// `a * b`.
pub(in crate::gpu::sim) fn mul(a: f64, b: f64, mode: Mode) -> f64 {
    let p = a * b;
    if mode == Mode::Nearest || !is_plain(&[a, b]) {
        return p;
    }
    directed(p, a.mul_add(b, -p), mode)
}

/// `a * b + c`.
pub(in crate::gpu::sim) fn fma(a: f64, b: f64, c: f64, mode: Mode) -> f64 {
    let r = a.mul_add(b, c);
    if mode == Mode::Nearest || !is_plain(&[a, b, c]) {
        return r;
    }
    // S. Boldo and J.-M. Muller, "Exact and approximated error of the FMA", 2011.
    let u1 = a * b;
    let u2 = a.mul_add(b, -u1);
    let alpha1 = c + u2;
    let alpha2 = sum_error(c, u2, alpha1);
    let beta1 = u1 + alpha1;
    let beta2 = sum_error(u1, alpha1, beta1);
    let gamma = (beta1 - r) + beta2;
    directed(r, gamma + alpha2, mode)
}

/// `a / b`.
pub(in crate::gpu::sim) fn div(a: f64, b: f64, mode: Mode) -> f64 {
    let q = a / b;
    if mode == Mode::Nearest || !is_plain(&[a, b]) || b == 0.0 {
        return q;
    }
    let remainder = (-q).mul_add(b, a);
    directed(q, remainder * b.signum(), mode)
}

/// The square root.
pub(in crate::gpu::sim) fn sqrt(a: f64, mode: Mode) -> f64 {
    let r = a.sqrt();
    if mode == Mode::Nearest || !is_plain(&[a, r]) {
        return r;
    }
    directed(r, (-r).mul_add(r, a), mode)
}

/// Rounds `value + error` to single precision, `error` being less than half a unit of `value`.
pub(in crate::gpu::sim) fn to_single(value: f64, error: f64, mode: Mode) -> f32 {
    let near = value as f32;
    if !value.is_finite() {
        return near;
    }
    if near.is_infinite() {
        let stops = match mode {
            Mode::Nearest => false,
            Mode::Zero => true,
            Mode::Down => near > 0.0,
            Mode::Up => near < 0.0,
        };
        return if stops { f32::MAX.copysign(near) } else { near };
    }
    if mode == Mode::Nearest {
        return to_single_nearest(value, error);
    }
    // The sign of the exact number less the nearest single.
    let beyond = (value - f64::from(near)) + error;
    let is_positive = value > 0.0 || value == 0.0 && error > 0.0;
    match mode {
        Mode::Down if beyond < 0.0 => near.next_down(),
        Mode::Up if beyond > 0.0 => near.next_up(),
        Mode::Zero if is_positive && beyond < 0.0 => near.next_down(),
        Mode::Zero if !is_positive && beyond > 0.0 => near.next_up(),
        _ => near,
    }
}

/// Nearest, where `value` may lie halfway between two singles and `error` decides.
fn to_single_nearest(value: f64, error: f64) -> f32 {
    (odd(value, error)) as f32
}

/// Rounds `value + error` to odd, so that a further rounding to half the digits is the right one.
pub(in crate::gpu::sim) fn odd(value: f64, error: f64) -> f64 {
    if error == 0.0 || error.is_nan() || value.to_bits() & 1 == 1 {
        return value;
    }
    match (error > 0.0) == (value > 0.0) {
        true => f64::from_bits(value.to_bits() | 1),
        false if value == 0.0 => error,
        false => f64::from_bits(value.to_bits() - 1),
    }
}

/// `a + b` in single precision.
pub(in crate::gpu::sim) fn add_single(a: f32, b: f32, mode: Mode) -> f32 {
    let (a, b) = (f64::from(a), f64::from(b));
    let s = a + b;
    if s == 0.0 {
        return add(a, b, mode) as f32;
    }
    to_single(s, sum_error(a, b, s), mode)
}

/// `a * b` in single precision.
pub(in crate::gpu::sim) fn mul_single(a: f32, b: f32, mode: Mode) -> f32 {
    // Twice 24 digits fit into 53.
    to_single(f64::from(a) * f64::from(b), 0.0, mode)
}

/// `a * b + c` in single precision.
pub(in crate::gpu::sim) fn fma_single(a: f32, b: f32, c: f32, mode: Mode) -> f32 {
    let (product, c) = (f64::from(a) * f64::from(b), f64::from(c));
    let s = product + c;
    if s == 0.0 {
        return add(product, c, mode) as f32;
    }
    to_single(s, sum_error(product, c, s), mode)
}

/// `a / b` in single precision.
pub(in crate::gpu::sim) fn div_single(a: f32, b: f32, mode: Mode) -> f32 {
    let (wide_a, wide_b) = (f64::from(a), f64::from(b));
    let q = wide_a / wide_b;
    if !q.is_finite() || wide_b.is_infinite() {
        return q as f32;
    }
    to_single(q, (-q).mul_add(wide_b, wide_a) * wide_b.signum(), mode)
}

/// The square root in single precision.
pub(in crate::gpu::sim) fn sqrt_single(a: f32, mode: Mode) -> f32 {
    let wide = f64::from(a);
    let r = wide.sqrt();
    if !r.is_finite() {
        return r as f32;
    }
    to_single(r, (-r).mul_add(r, wide), mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_bracket_the_nearest() {
        let third = |mode| div_single(1.0, 3.0, mode);
        assert!(third(Mode::Down) < third(Mode::Up));
        assert_eq!(third(Mode::Zero), third(Mode::Down));
        assert_eq!(third(Mode::Nearest), 1.0 / 3.0);
        assert_eq!(third(Mode::Down).next_up(), third(Mode::Up));
        assert_eq!(add(1.0, 1e-30, Mode::Up), 1.0_f64.next_up());
        assert_eq!(add(1.0, 1e-30, Mode::Down), 1.0);
        assert_eq!(add(-1.0, 1e-30, Mode::Zero), (-1.0_f64).next_up());
        assert_eq!(fma(3.0, 1.0, 1e-30, Mode::Up), 3.0_f64.next_up());
        assert_eq!(mul_single(f32::MAX, 2.0, Mode::Zero), f32::MAX);
        assert_eq!(
            sqrt_single(2.0, Mode::Up),
            2.0_f32.sqrt().max(sqrt_single(2.0, Mode::Down).next_up())
        );
        assert_eq!(add(1.0, -1.0, Mode::Down).to_bits(), (-0.0_f64).to_bits());
    }

    #[test]
    fn fused_is_rounded_once() {
        for (a, b, c) in [
            (1.000_000_1_f32, 1.000_000_1, 1e-20),
            (3.3, 7.7, -25.41),
            (1e20, 1e20, -1.0),
        ] {
            assert_eq!(fma_single(a, b, c, Mode::Nearest), a.mul_add(b, c));
        }
    }
}
