//! Logic, shifts and bit fields (PTX ISA, 9.7.1 and 9.7.7).

use super::each;
use crate::gpu::ptx::{Kind, Type};
use crate::gpu::sim::program::{Binary, Lanes, Ternary, Unary};

/// `not`, `cnot`, `brev`, `clz`, `popc`, `bfind`.
pub(in crate::gpu::sim) fn unary(name: &str, ty: Type) -> Option<Unary> {
    Some(match (name, ty.kind, ty.bits) {
        ("not", _, 16) => each!(|a: u16| !a),
        ("not", _, 32) => each!(|a: u32| !a),
        ("not", _, 64) => each!(|a: u64| !a),
        ("cnot", _, 16) => each!(|a: u16| u16::from(a == 0)),
        ("cnot", _, 32) => each!(|a: u32| u32::from(a == 0)),
        ("cnot", _, 64) => each!(|a: u64| u64::from(a == 0)),
        ("brev", _, 32) => each!(|a: u32| a.reverse_bits()),
        ("brev", _, 64) => each!(|a: u64| a.reverse_bits()),
        ("clz", _, 32) => each!(|a: u32| a.leading_zeros()),
        ("clz", _, 64) => each!(|a: u64| a.leading_zeros()),
        ("popc", _, 32) => each!(|a: u32| a.count_ones()),
        ("popc", _, 64) => each!(|a: u64| a.count_ones()),
        ("bfind", Kind::Unsigned, 32) => each!(|a: u32| 31_u32.wrapping_sub(a.leading_zeros())),
        ("bfind", Kind::Unsigned, 64) => each!(|a: u64| 63_u32.wrapping_sub(a.leading_zeros())),
        ("bfind", Kind::Signed, 32) => {
            each!(|a: i32| 31_u32.wrapping_sub((a ^ (a >> 31)).leading_zeros()))
        }
        ("bfind", Kind::Signed, 64) => {
            each!(|a: i64| 63_u32.wrapping_sub((a ^ (a >> 63)).leading_zeros()))
        }
        ("bfind.shiftamt", Kind::Unsigned, 32) => {
            each!(|a: u32| if a == 0 { u32::MAX } else { a.leading_zeros() })
        }
        ("bfind.shiftamt", Kind::Unsigned, 64) => {
            each!(|a: u64| if a == 0 { u32::MAX } else { a.leading_zeros() })
        }
        _ => return None,
    })
}

/// `and`, `or`, `xor`, `shl`, `shr`; shifts by more than the width are by the width.
pub(in crate::gpu::sim) fn binary(name: &str, ty: Type) -> Option<Binary> {
    Some(match (name, ty.kind, ty.bits) {
        ("and", _, 16 | 32 | 64) => each!(|a: u64, b: u64| a & b),
        ("or", _, 16) => each!(|a: u16, b: u16| a | b),
        ("or", _, 32) => each!(|a: u32, b: u32| a | b),
        ("or", _, 64) => each!(|a: u64, b: u64| a | b),
        ("xor", _, 16) => each!(|a: u16, b: u16| a ^ b),
        ("xor", _, 32) => each!(|a: u32, b: u32| a ^ b),
        ("xor", _, 64) => each!(|a: u64, b: u64| a ^ b),
        ("shl", _, 16) => each!(|a: u16, b: u32| a.checked_shl(b).unwrap_or(0)),
        ("shl", _, 32) => each!(|a: u32, b: u32| a.checked_shl(b).unwrap_or(0)),
        ("shl", _, 64) => each!(|a: u64, b: u32| a.checked_shl(b).unwrap_or(0)),
        ("shr", Kind::Signed, 16) => each!(|a: i16, b: u32| a >> b.min(15)),
        ("shr", Kind::Signed, 32) => each!(|a: i32, b: u32| a >> b.min(31)),
        ("shr", Kind::Signed, 64) => each!(|a: i64, b: u32| a >> b.min(63)),
        ("shr", _, 16) => each!(|a: u16, b: u32| a.checked_shr(b).unwrap_or(0)),
        ("shr", _, 32) => each!(|a: u32, b: u32| a.checked_shr(b).unwrap_or(0)),
        ("shr", _, 64) => each!(|a: u64, b: u32| a.checked_shr(b).unwrap_or(0)),
        _ => return None,
    })
}

fn joined(a: u32, b: u32) -> u64 {
    u64::from(b) << 32 | u64::from(a)
}

/// `shf.l` and `shf.r`: a shift of two words.
pub(in crate::gpu::sim) fn funnel(direction: &str, mode: &str) -> Option<Ternary> {
    Some(match (direction, mode) {
        ("l", "wrap") => each!(|a: u32, b: u32, c: u32| ((joined(a, b) << (c & 31)) >> 32) as u32),
        ("l", "clamp") => {
            each!(|a: u32, b: u32, c: u32| ((joined(a, b) << c.min(32)) >> 32) as u32)
        }
        ("r", "wrap") => each!(|a: u32, b: u32, c: u32| (joined(a, b) >> (c & 31)) as u32),
        ("r", "clamp") => each!(|a: u32, b: u32, c: u32| (joined(a, b) >> c.min(32)) as u32),
        _ => return None,
    })
}

fn field(a: u64, at: u32, len: u32, bits: u32, is_signed: bool) -> u64 {
    let (at, len) = (at & 0xff, len & 0xff);
    let all = u64::MAX >> (64 - bits);
    if len == 0 {
        return 0;
    }
    // Bits beyond the value are copies of its sign.
    let value = match is_signed {
        true => ((a << (64 - bits)) as i64 >> (64 - bits)) as u64,
        false => a & all,
    };
    let shifted = match is_signed {
        true => (value as i64 >> at.min(63)) as u64,
        false => value.checked_shr(at).unwrap_or(0),
    };
    if len >= 64 {
        return shifted & all;
    }
    let kept = shifted & ((1 << len) - 1);
    let sign = is_signed && kept >> (len - 1) & 1 == 1;
    (if sign { kept | u64::MAX << len } else { kept }) & all
}

/// `bfe`: takes a bit field out.
pub(in crate::gpu::sim) fn extract(ty: Type) -> Option<Ternary> {
    Some(match (ty.kind, ty.bits) {
        (Kind::Unsigned, 32) => each!(|a: u64, b: u32, c: u32| field(a, b, c, 32, false)),
        (Kind::Unsigned, 64) => each!(|a: u64, b: u32, c: u32| field(a, b, c, 64, false)),
        (Kind::Signed, 32) => each!(|a: u64, b: u32, c: u32| field(a, b, c, 32, true)),
        (Kind::Signed, 64) => each!(|a: u64, b: u32, c: u32| field(a, b, c, 64, true)),
        _ => return None,
    })
}

/// `bfi` for one lane: puts the low `len` bits of `a` into `b` at a place.
pub(in crate::gpu::sim) fn insert(a: u64, b: u64, at: u64, len: u64, bits: u32) -> u64 {
    let all = u64::MAX >> (64 - bits);
    let (at, len) = ((at & 0xff) as u32, (len & 0xff) as u32);
    let mask = match len {
        64.. => u64::MAX,
        _ => (1 << len) - 1,
    };
    let place = mask.checked_shl(at).unwrap_or(0) & all;
    (b & !place | a.checked_shl(at).unwrap_or(0) & place) & all
}

/// `prmt` without a mode: picks four of eight bytes.
pub(in crate::gpu::sim) fn permute() -> Ternary {
    each!(|a: u32, b: u32, c: u32| picked(joined(a, b), c))
}

fn picked(bytes: u64, selectors: u32) -> u32 {
    (0..4).fold(0, |word, at| {
        let selector = selectors >> (4 * at) & 0xf;
        let byte = (bytes >> (8 * (selector & 7))) as u8;
        let byte = match selector & 8 {
            0 => byte,
            _ => ((byte as i8) >> 7) as u8,
        };
        word | u32::from(byte) << (8 * at)
    })
}

/// `prmt` with a mode, as the selectors of one without: PTX ISA, 9.7.7.7.
pub(in crate::gpu::sim) fn permute_mode(mode: &str) -> Option<Unary> {
    Some(match mode {
        "f4e" => each!(|c: u32| [0x3210_u32, 0x4321, 0x5432, 0x6543][(c & 3) as usize]),
        "b4e" => each!(|c: u32| [0x5670_u32, 0x6701, 0x7012, 0x0123][(c & 3) as usize]),
        "rc8" => each!(|c: u32| [0x0000_u32, 0x1111, 0x2222, 0x3333][(c & 3) as usize]),
        "ecl" => each!(|c: u32| [0x3210_u32, 0x3211, 0x3222, 0x3333][(c & 3) as usize]),
        "ecr" => each!(|c: u32| [0x0000_u32, 0x1110, 0x2210, 0x3210][(c & 3) as usize]),
        "rc16" => each!(|c: u32| [0x1010_u32, 0x3232, 0x1010, 0x3232][(c & 3) as usize]),
        _ => return None,
    })
}

/// `lop3`: any function of three bits, by its truth table.
pub(in crate::gpu::sim) fn lookup(a: u32, b: u32, c: u32, table: u32) -> u32 {
    (0..8)
        .filter(|row| table >> row & 1 == 1)
        .fold(0, |out, row| {
            let pick = |word: u32, bit: u32| if row >> bit & 1 == 1 { word } else { !word };
            out | pick(a, 2) & pick(b, 1) & pick(c, 0)
        })
}

/// `lop3` for all lanes; the table is among the operands.
pub(in crate::gpu::sim) fn lookups(table: u32, a: &Lanes, b: &Lanes, c: &Lanes) -> Lanes {
    std::array::from_fn(|lane| {
        u64::from(lookup(
            a[lane] as u32,
            b[lane] as u32,
            c[lane] as u32,
            table,
        ))
    })
}

/// `fns`: the n-th set bit from a base on (PTX ISA, 9.7.1.17).
pub(in crate::gpu::sim) fn nth_set() -> Ternary {
    each!(|mask: u32, base: u32, offset: i32| {
        let base = base & 31;
        let bit_at = |at: u32| mask >> at & 1 == 1;
        let mut found = u32::MAX;
        if offset == 0 {
            if bit_at(base) {
                found = base;
            }
        } else if offset > 0 {
            let mut left = offset;
            for at in base..32 {
                left -= i32::from(bit_at(at));
                if left == 0 {
                    found = at;
                    break;
                }
            }
        } else {
            let mut left = offset;
            for at in (0..=base).rev() {
                left += i32::from(bit_at(at));
                if left == 0 {
                    found = at;
                    break;
                }
            }
        }
        found
    })
}

/// `bmsk`: a mask of so many bits from a place on.
pub(in crate::gpu::sim) fn mask(mode: &str) -> Option<Binary> {
    Some(match mode {
        "clamp" => each!(|a: u32, b: u32| (((1_u64 << b.min(32)) - 1) << a.min(32)) as u32),
        "wrap" => each!(|a: u32, b: u32| (((1_u64 << (b & 31)) - 1) << (a & 31)) as u32),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_go_out_and_in() {
        assert_eq!(field(0xabcd, 4, 8, 32, false), 0xbc);
        assert_eq!(field(0xabcd, 4, 8, 32, true), 0xffff_ffbc);
        assert_eq!(field(0x8000_0000, 31, 8, 32, true), 0xffff_ffff);
        assert_eq!(field(5, 200, 8, 32, false), 0);
        assert_eq!(insert(0xff, 0, 4, 4, 32), 0xf0);
        assert_eq!(insert(1, 7, 100, 5, 32), 7);
    }

    #[test]
    fn bytes_are_picked() {
        assert_eq!(picked(0x7766_5544_3322_1100, 0x7410), 0x7744_1100);
        assert_eq!(picked(0x80, 0x8888), 0xffff_ffff);
        assert_eq!(lookup(0xf0, 0xcc, 0xaa, 0x80) & 0xff, 0x80);
        assert_eq!(lookup(0xf0, 0xcc, 0xaa, 0xe8) & 0xff, 0xe8);
    }
}
