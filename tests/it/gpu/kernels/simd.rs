//! Numbers that share a word.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, pairs};
use crate::gpu::numbers::Number;

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "simd",
    sizes: &[200],
    try_it: simd,
}];

/// A word's halfwords or bytes, with their sign or without.
#[derive(Clone, Copy)]
struct Parts {
    bits: u32,
    is_signed: bool,
}

impl Parts {
    fn split(self, word: u32) -> Vec<i64> {
        (0..32 / self.bits)
            .map(|at| {
                let high = word << (32 - self.bits * (at + 1));
                match self.is_signed {
                    true => i64::from(high.cast_signed() >> (32 - self.bits)),
                    false => i64::from(high >> (32 - self.bits)),
                }
            })
            .collect()
    }

    fn join(self, parts: impl Iterator<Item = i64>) -> u32 {
        let mask = (1i64 << self.bits) - 1;
        let placed = parts
            .zip(0..)
            .map(|(part, at)| (part & mask) << (at * self.bits));
        placed.fold(0, |word, part| word | part) as u32
    }

    /// The nearest number that there is a part for.
    fn clamp(self, x: i64) -> i64 {
        match self.is_signed {
            true => x.clamp(-(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1),
            false => x.clamp(0, (1 << self.bits) - 1),
        }
    }

    /// Of each part of one word and that of the other.
    fn each(self, (x, y): (u32, u32), f: impl Fn(i64, i64) -> i64) -> u32 {
        let (x, y) = (self.split(x), self.split(y));
        self.join(x.iter().zip(&y).map(|(x, y)| f(*x, *y)))
    }

    fn sum(self, (x, y): (u32, u32), f: impl Fn(i64, i64) -> i64) -> u32 {
        let (x, y) = (self.split(x), self.split(y));
        x.iter().zip(&y).map(|(x, y)| f(*x, *y)).sum::<i64>() as u32
    }
}

const SIGNED: [Parts; 2] = of_both_sizes(true);
const UNSIGNED: [Parts; 2] = of_both_sizes(false);

const fn of_both_sizes(is_signed: bool) -> [Parts; 2] {
    [
        Parts {
            bits: 16,
            is_signed,
        },
        Parts { bits: 8, is_signed },
    ]
}

/// The average, the middle going away from zero.
fn average(x: i64, y: i64) -> i64 {
    let sum = x + y;
    sum / 2 + (sum % 2)
}

fn simd(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0,
        u32::MAX,
        0x8000_8000,
        0x7fff_7fff,
        0x8080_8080,
        0x7f7f_7f7f,
        0x0001_ff80,
        0x80ff_7f00,
        0x0000_ffff,
    ];
    let mut words = || {
        device
            .random
            .mixed(count, &edges, |random| random.bits() as u32)
    };
    let a = words();
    // Some parts are the same in both.
    let b: Vec<u32> = words()
        .iter()
        .zip(&a)
        .map(|(y, x)| {
            if x & 3 == 0 {
                x & 0xffff | y & 0xffff_0000
            } else {
                *y
            }
        })
        .collect();
    pairs(device, "simd", (&a, &b), u32::is_same, |x, y| {
        let mut want = [0; 42];
        for size in 0..2 {
            let (s, u) = (SIGNED[size], UNSIGNED[size]);
            let (xy, of_x) = ((x, y), (x, x));
            let results = [
                u.each(xy, |x, y| x + y),
                s.each(xy, |x, y| s.clamp(x + y)),
                u.each(xy, |x, y| u.clamp(x + y)),
                u.each(xy, |x, y| x - y),
                s.each(xy, |x, y| s.clamp(x - y)),
                u.each(xy, |x, y| u.clamp(x - y)),
                s.each(xy, |x, y| (x - y).abs()),
                u.each(xy, |x, y| (x - y).abs()),
                s.each(xy, average),
                u.each(xy, average),
                u.each(xy, i64::midpoint),
                s.each(xy, i64::max),
                u.each(xy, i64::max),
                s.each(xy, i64::min),
                u.each(xy, i64::min),
                s.sum(xy, |x, y| (x - y).abs()),
                u.sum(xy, |x, y| (x - y).abs()),
                s.each(of_x, |x, _| -x),
                s.each(of_x, |x, _| s.clamp(-x)),
                s.each(of_x, |x, _| x.abs()),
                s.each(of_x, |x, _| s.clamp(x.abs())),
            ];
            for (k, result) in results.into_iter().enumerate() {
                want[2 * k + size] = result;
            }
        }
        want
    })?;
    compared(device, (&a, &b))?;
    dots(device, (&a, &b))?;
    choices(device, (&a, &b))?;
    ptx(device, (&a, &b))
}

fn compared(device: &mut Device, words: (&[u32], &[u32])) -> Tried {
    pairs(device, "simd_compared", words, u32::is_same, |x, y| {
        let mut want = [0; 40];
        for size in 0..2 {
            let (s, u) = (SIGNED[size], UNSIGNED[size]);
            let results = |truth: i64| {
                let of = |parts: Parts, is: fn(&i64, &i64) -> bool| {
                    parts.each((x, y), |x, y| if is(&x, &y) { truth } else { 0 })
                };
                [
                    of(u, i64::eq),
                    of(u, i64::ne),
                    of(s, i64::ge),
                    of(u, i64::ge),
                    of(s, i64::gt),
                    of(u, i64::gt),
                    of(s, i64::le),
                    of(u, i64::le),
                    of(s, i64::lt),
                    of(u, i64::lt),
                ]
            };
            for (k, result) in results(-1).into_iter().chain(results(1)).enumerate() {
                want[2 * k + size] = result;
            }
        }
        want
    })
}

fn dots(device: &mut Device, words: (&[u32], &[u32])) -> Tried {
    pairs(device, "dots", words, i32::is_same, |x, y| {
        let four = |kinds: [Parts; 2], c: u32| {
            kinds[1]
                .sum((x, y), |x, y| x * y)
                .wrapping_add(c)
                .cast_signed()
        };
        let two = |kinds: [Parts; 2], at: usize, c: u32| {
            let (halves, bytes) = (kinds[0].split(x), kinds[1].split(y));
            let product = halves[0] * bytes[at] + halves[1] * bytes[at + 1];
            (product as u32).wrapping_add(c).cast_signed()
        };
        [
            four(SIGNED, 7),
            four(UNSIGNED, 7),
            two(SIGNED, 0, 7),
            two(UNSIGNED, 0, 7),
            two(SIGNED, 2, y),
            two(UNSIGNED, 2, x),
            four(SIGNED, x),
            four(UNSIGNED, y),
            two(SIGNED, 0, 1),
            two(UNSIGNED, 0, 1),
            two(SIGNED, 2, 1),
            two(UNSIGNED, 2, 1),
        ]
    })
}

fn choices(device: &mut Device, words: (&[u32], &[u32])) -> Tried {
    pairs(device, "choices", words, u32::is_same, |x, y| {
        let z = x ^ 0x00ff_8001;
        let [p, q, r] = [x, y, z].map(u32::cast_signed);
        let (sum, of_signed) = (x.wrapping_add(y), p.wrapping_add(q));
        let relu = |x: i32| x.max(0).cast_unsigned();
        let ([s, _], [u, _]) = (SIGNED, UNSIGNED);
        let halves = u.each((x, y), |x, y| x + y);
        let flags = |parts: Parts, is: fn(&i64, &i64) -> bool| {
            let (x, y) = (parts.split(x), parts.split(y));
            u32::from(is(&x[1], &y[1])) * 2 + u32::from(is(&x[0], &y[0]))
        };
        let least = s.each((s.each((x, y), i64::min), z), i64::min);
        [
            p.max(q).max(r).cast_unsigned(),
            p.min(q).min(r).cast_unsigned(),
            x.max(y).max(z),
            x.min(y).min(z),
            relu(p.max(q).max(r)),
            relu(p.min(q).min(r)),
            relu(p.max(q)),
            relu(p.min(q)),
            of_signed.max(r).cast_unsigned(),
            of_signed.min(r).cast_unsigned(),
            sum.max(z),
            sum.min(z),
            relu(of_signed.max(r)),
            relu(of_signed.min(r)),
            s.each((s.each((x, y), i64::max), z), i64::max),
            u.each((u.each((x, y), i64::min), z), i64::min),
            s.each((least, 0), i64::max),
            u.each((halves, z), i64::max),
            s.each((s.each((halves, z), i64::min), 0), i64::max),
            s.each((s.each((x, y), i64::max), 0), i64::max),
            p.max(q).cast_unsigned(),
            u32::from(p >= q),
            x.min(y),
            u32::from(x <= y),
            u.each((x, y), i64::max),
            flags(u, i64::ge),
            s.each((x, y), i64::min),
            flags(s, i64::le),
        ]
    })
}

fn ptx(device: &mut Device, words: (&[u32], &[u32])) -> Tried {
    pairs(device, "ptx_simd", words, u32::is_same, |x, y| {
        let distance = |x: i64, y: i64| (x - y).abs();
        let mut want = Vec::new();
        for parts in [SIGNED, UNSIGNED] {
            want.extend(parts.map(|parts| parts.each((x, y), distance)));
        }
        for parts in [SIGNED, UNSIGNED] {
            want.extend(parts.map(|parts| parts.sum((x, y), distance).wrapping_add(7)));
        }
        for at in [0, 2] {
            for halves in [SIGNED[0], UNSIGNED[0]] {
                for bytes in [SIGNED[1], UNSIGNED[1]] {
                    let (halves, bytes) = (halves.split(x), bytes.split(y));
                    let product = halves[0] * bytes[at] + halves[1] * bytes[at + 1];
                    want.push((product as u32).wrapping_add(7));
                }
            }
        }
        <[u32; 16]>::try_from(want).unwrap()
    })
}
