//! Arithmetic of whole numbers.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line, pairs, singles};
use crate::gpu::numbers::{Number, all_same};
use syslab::gpu::launch::Arg::{I32, Ptr};

pub(super) const KERNELS: &[Kernel] = &[
    Kernel {
        file: "int_arithmetic",
        sizes: &[1, 33, 150],
        try_it: int_arithmetic,
    },
    Kernel {
        file: "unsigned_arithmetic",
        sizes: &[150],
        try_it: unsigned_arithmetic,
    },
    Kernel {
        file: "long_arithmetic",
        sizes: &[150],
        try_it: long_arithmetic,
    },
    Kernel {
        file: "small_integers",
        sizes: &[200],
        try_it: small_integers,
    },
    Kernel {
        file: "constant_division",
        sizes: &[120],
        try_it: constant_division,
    },
];

fn int_arithmetic(device: &mut Device, count: usize) -> Tried {
    let edges = [0, 1, -1, 2, -2, 7, -7, 31, 32, 40_000, -40_000];
    let mut numbers = || {
        device.random.mixed(count, &edges, |random| {
            random.between(-40_000, 40_000) as i32
        })
    };
    let (a, b) = (numbers(), numbers());
    let truth = i32::from;
    pairs(device, "int_arithmetic", (&a, &b), i32::is_same, |x, y| {
        let shift = (y & 31) as u32;
        [
            x + y,
            x - y,
            x * y,
            x.checked_div(y).unwrap_or(0),
            x.checked_rem(y).unwrap_or(0),
            -x,
            x.abs(),
            x.min(y),
            x.max(y),
            x & y,
            x | y,
            x ^ y,
            !x,
            x << shift,
            x >> shift,
            truth(x < y),
            truth(x > 0 && y > 0),
            if x <= y { x } else { -y },
            ((i64::from(x) * i64::from(y)) >> 32) as i32,
            x * y,
            x * y + x,
            truth(x == y),
            truth(x == 0),
            truth((x != y) ^ (x >= 0 || y >= 0)),
        ]
    })
}

fn unsigned_arithmetic(device: &mut Device, count: usize) -> Tried {
    let edges = [0, 1, 2, 31, 0x7fff_ffff, 0x8000_0000, u32::MAX, 0xff_ffff];
    let mut numbers = || {
        device
            .random
            .mixed(count, &edges, |random| random.bits() as u32)
    };
    let (a, b) = (numbers(), numbers());
    let truth = u32::from;
    pairs(
        device,
        "unsigned_arithmetic",
        (&a, &b),
        u32::is_same,
        |x, y| {
            let wide = u64::from(x) * u64::from(y);
            let low = |n: u32| u64::from(n & 0xff_ffff);
            [
                x.wrapping_add(y),
                x.wrapping_sub(y),
                x.wrapping_mul(y),
                x.checked_div(y).unwrap_or(0),
                x.checked_rem(y).unwrap_or(0),
                x.wrapping_neg(),
                x.min(y),
                x.max(y),
                x << (y & 31),
                x >> (y & 31),
                truth(x < y),
                truth(x >= y),
                (wide >> 32) as u32,
                x.wrapping_mul(y).wrapping_add(x),
                (low(x) * low(y)) as u32,
                x.abs_diff(y),
                truth(x.checked_add(y).is_none()),
                (wide >> 17) as u32,
                (x & y) | (!x & 0x0f0f_0f0f),
                (x ^ y) & (x | 0x5a5a_5a5a) & !(y << 3),
            ]
        },
    )
}

fn long_arithmetic(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0,
        1,
        -1,
        i64::MAX,
        i64::MIN,
        0xffff_ffff,
        0x1_0000_0000,
        -0x8000_0000,
        63,
    ];
    let mut numbers = || {
        device.random.mixed(count, &edges, |random| {
            // Of every length.
            let bits = random.bits().cast_signed();
            bits >> random.between(0, 60)
        })
    };
    let (a, b) = (numbers(), numbers());
    pairs(device, "long_arithmetic", (&a, &b), i64::is_same, |x, y| {
        let (u, v) = (x.cast_unsigned(), y.cast_unsigned());
        let is_divisor = y != 0 && y != -1;
        let product = i64::from(x as i32) * i64::from(y as i32);
        [
            x.wrapping_add(y),
            x.wrapping_sub(y),
            x.wrapping_mul(y),
            if is_divisor { x / y } else { 0 },
            if is_divisor { x % y } else { 0 },
            u.checked_div(v).unwrap_or(0).cast_signed(),
            u.checked_rem(v).unwrap_or(0).cast_signed(),
            x.min(y),
            u.max(v).cast_signed(),
            x << (v & 63),
            x >> (v & 63),
            (u >> (v & 63)).cast_signed(),
            ((i128::from(x) * i128::from(y)) >> 64) as i64,
            ((u128::from(u) * u128::from(v)) >> 64) as i64,
            product,
            (u64::from(u as u32) * u64::from(v as u32)).cast_signed(),
            product.wrapping_add(i64::from((x >> 40) as i32)),
            i64::from(i32::from(x as i16) * i32::from(y as i16)),
            i64::from(u32::from(u as u16) * u32::from(v as u16)),
            i64::from(x < y),
            i64::from(u < v),
            x.wrapping_neg(),
            x.wrapping_abs(),
            (x & y) ^ (x | !y),
            x.wrapping_mul(y).wrapping_add(x),
            i64::from(x == y),
        ]
    })
}

fn small_integers(device: &mut Device, count: usize) -> Tried {
    let a = device
        .random
        .mixed(count, &[0, 1, -1, 127, -128], |random| random.bits() as i8);
    let b = device
        .random
        .mixed(count, &[0u8, 1, 127, 128, 255], |random| {
            random.bits() as u8
        });
    pairs(device, "small_integers", (&a, &b), i16::is_same, |c, d| {
        // The usual arithmetic conversions: all operators work on int.
        let (x, y) = (i32::from(c), i32::from(d));
        let product = u32::from((x * 257) as u16).wrapping_mul(u32::from((y * 255) as u16));
        [
            (x + y) as i16,
            i16::from((x + y) as i8),
            i16::from((x - y) as u8),
            (x * y) as i16,
            i16::from((x * y) as u8),
            x.checked_div(y).unwrap_or(0) as i16,
            x.checked_rem(y).unwrap_or(0) as i16,
            (x >> 2) as i16,
            (y >> 3) as i16,
            i16::from((y << 1) as i8),
            i16::from(c < d.cast_signed()),
            i16::from(c.cast_unsigned() < d),
            product as i16,
            (i32::from((x * 300) as u16) / i32::from((y + 1) as u16)) as i16,
            (i32::from((x * 250) as i16) / i32::from((y + 1) as i16)) as i16,
            (i32::from((x * 250) as i16) % i32::from((y + 1) as i16)) as i16,
            -x as i16,
            (i32::from(!(y as u16)) >> 4) as i16,
            (i32::from((x << 8) as i16) >> (y & 7)) as i16,
            x.min(y) as i16,
        ]
    })?;
    let out = device.output::<u8>("out", count);
    let args = [Ptr(device.input("a", &b)), Ptr(out), I32(count as i32)];
    device.run("bytes_back", line(count, 64), 0, &args)?;
    let want: Vec<u8> = b.iter().map(|x| x.wrapping_add(200)).collect();
    all_same("bytes_back", &device.read(out, count)?, &want)
}

fn constant_division(device: &mut Device, count: usize) -> Tried {
    let edges = [
        0,
        1,
        -1,
        6,
        7,
        -7,
        i64::MAX,
        i64::MIN,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
    ];
    let a = device.random.mixed(count, &edges, |random| {
        random.bits().cast_signed() >> random.between(0, 40)
    });
    singles(device, "constant_division", &a, i64::is_same, |x| {
        let (u, s, v) = (x.cast_unsigned(), i64::from(x as i32), i64::from(x as u32));
        [
            s / 3,
            s % 3,
            s / 7,
            s % 10,
            s / -5,
            s / 16,
            s % 16,
            s / 1_000_003,
            v / 3,
            v / 7,
            v % 10,
            v / 641,
            v % 1000,
            v / 32,
            x / 3,
            x % 7,
            x / -1000,
            x / 1024,
            (u / 10).cast_signed(),
            (u % 97).cast_signed(),
            i64::from(s as i16) / 11,
            i64::from(v as u8) / 5,
            s % 2,
        ]
    })
}
