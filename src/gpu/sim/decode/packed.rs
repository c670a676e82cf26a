//! Instructions on the halfwords and bytes that share a register (PTX ISA, "SIMD Video Instructions" and "dp2a").

use crate::gpu::ptx::{Kind, Type};
use crate::gpu::sim::lanes::each;
use crate::gpu::sim::program::Ternary;

/// So many bits of a register, from `at` on, as a number.
fn part(word: u32, at: u32, bits: u32, is_signed: bool) -> i32 {
    let high = word << (32 - bits - at);
    match is_signed {
        true => high.cast_signed() >> (32 - bits),
        false => (high >> (32 - bits)).cast_signed(),
    }
}

/// The distances of the parts; `adds` adds all of them to `c`.
fn distances(a: u32, b: u32, c: u32, (bits, is_signed, adds): (u32, bool, bool)) -> u32 {
    let mut all = 0;
    let mut sum = c;
    for at in (0..32).step_by(bits as usize) {
        let of = |word| part(word, at, bits, is_signed);
        let distance = of(a).abs_diff(of(b));
        all |= distance << at;
        sum = sum.wrapping_add(distance);
    }
    if adds { sum } else { all }
}

/// `vabsdiff2` and `vabsdiff4` without a mask: `c` is there for the sum alone.
pub(super) fn absolute_differences(name: &str, types: &[Type], adds: bool) -> Option<Ternary> {
    let [ty, a, b] = types else {
        return None;
    };
    if ty.bits != 32 || a != ty || b != ty {
        return None;
    }
    macro_rules! of {
        ($bits:literal, $is_signed:literal, $adds:literal) => {
            each!(|a: u32, b: u32, c: u32| distances(a, b, c, ($bits, $is_signed, $adds)))
        };
    }
    Some(match (name, ty.kind, adds) {
        ("vabsdiff2", Kind::Signed, false) => of!(16, true, false),
        ("vabsdiff2", Kind::Signed, true) => of!(16, true, true),
        ("vabsdiff2", Kind::Unsigned, false) => of!(16, false, false),
        ("vabsdiff2", Kind::Unsigned, true) => of!(16, false, true),
        ("vabsdiff4", Kind::Signed, false) => of!(8, true, false),
        ("vabsdiff4", Kind::Signed, true) => of!(8, true, true),
        ("vabsdiff4", Kind::Unsigned, false) => of!(8, false, false),
        ("vabsdiff4", Kind::Unsigned, true) => of!(8, false, true),
        _ => return None,
    })
}

/// The halfwords of `a` with two bytes of `b`, from the bit `at` on.
fn dot(a: u32, b: u32, c: u32, (at, signs): (u32, (bool, bool))) -> u32 {
    (0..2).fold(c, |sum, k| {
        let half = part(a, 16 * k, 16, signs.0);
        let byte = part(b, at + 8 * k, 8, signs.1);
        sum.wrapping_add((half * byte).cast_unsigned())
    })
}

/// `dp2a`: with the lower bytes or the upper ones.
pub(super) fn dot_product(half: &str, a: Type, b: Type) -> Option<Ternary> {
    macro_rules! of {
        ($at:literal, $a:literal, $b:literal) => {
            each!(|a: u32, b: u32, c: u32| dot(a, b, c, ($at, ($a, $b))))
        };
    }
    if a.bits != 32 || b.bits != 32 {
        return None;
    }
    Some(match (half, a.kind, b.kind) {
        ("lo", Kind::Signed, Kind::Signed) => of!(0, true, true),
        ("lo", Kind::Signed, Kind::Unsigned) => of!(0, true, false),
        ("lo", Kind::Unsigned, Kind::Signed) => of!(0, false, true),
        ("lo", Kind::Unsigned, Kind::Unsigned) => of!(0, false, false),
        ("hi", Kind::Signed, Kind::Signed) => of!(16, true, true),
        ("hi", Kind::Signed, Kind::Unsigned) => of!(16, true, false),
        ("hi", Kind::Unsigned, Kind::Signed) => of!(16, false, true),
        ("hi", Kind::Unsigned, Kind::Unsigned) => of!(16, false, false),
        _ => return None,
    })
}
