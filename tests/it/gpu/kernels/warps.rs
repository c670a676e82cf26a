//! Warps and blocks at work together: shuffles, votes, barriers, cooperative groups.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::all_same;
use syslab::gpu::launch::Arg::{I32, Ptr};
use syslab::gpu::launch::Dim3;

pub(super) const KERNELS: &[Kernel] = &[
    Kernel {
        file: "shuffles",
        sizes: &[1, 3],
        try_it: shuffles,
    },
    Kernel {
        file: "votes",
        sizes: &[1],
        try_it: votes,
    },
    Kernel {
        file: "barriers",
        sizes: &[1, 3],
        try_it: barriers,
    },
    Kernel {
        file: "groups",
        sizes: &[1, 2],
        try_it: groups,
    },
];

/// The lane that each kind of shuffle reads, within segments of `width` lanes: CUDA C++ Programming
/// Guide, "Warp Shuffle Functions". A lane without a source reads itself.
fn from_lane(lane: usize, source: usize, width: usize) -> usize {
    lane / width * width + source % width
}

fn from_below(lane: usize, by: usize, width: usize) -> usize {
    if lane % width >= by { lane - by } else { lane }
}

fn from_above(lane: usize, by: usize, width: usize) -> usize {
    if lane % width + by < width {
        lane + by
    } else {
        lane
    }
}

fn shuffles(device: &mut Device, blocks: usize) -> Tried {
    let count = 64 * blocks;
    let shape = line(count, 64);
    let a = device.random.ints(count, -1000, 1000);
    let input = device.input("in", &a);
    let out = device.output::<i32>("out", 11 * count);
    device.run("shuffles", shape, 0, &[Ptr(input), Ptr(out)])?;
    let want: Vec<i32> = (0..11)
        .flat_map(|k| (0..count).map(move |i| (k, i / 32 * 32, i % 32)))
        .map(|(k, warp, lane)| {
            let source = match k {
                0 => 5,
                1 => lane * 7 % 32,
                2 => from_below(lane, 1, 32),
                3 => from_above(lane, 3, 32),
                4 => lane ^ 16,
                5 => from_lane(lane, lane + 1, 8),
                6 => from_below(lane, 2, 16),
                7 => from_above(lane, 1, 4),
                8 => lane ^ 3,
                9 if lane < 16 => lane ^ 1,
                10 if lane % 2 == 1 => 31,
                _ => return 0,
            };
            a[warp + source]
        })
        .collect();
    all_same("shuffles", &device.read(out, 11 * count)?, &want)?;
    scan_warp(device, &a)?;
    let out = device.output::<i32>("out", 32);
    device.run("inside", line(32, 32), 0, &[Ptr(out)])?;
    let want: Vec<i32> = (0..32)
        .map(|t| if t < 29 { 2 * (t + 3) } else { -1 })
        .collect();
    all_same("inside", &device.read(out, 32)?, &want)?;
    wide_shuffles(device)
}

fn scan_warp(device: &mut Device, a: &[i32]) -> Tried {
    let (count, blocks) = (a.len(), a.len() / 64);
    let (out, sums) = (
        device.output::<i32>("out", count),
        device.output::<i32>("sums", blocks),
    );
    let args = [Ptr(device.input("in", a)), Ptr(out), Ptr(sums)];
    device.run("scan_warp", line(count, 64), 0, &args)?;
    let want: Vec<i32> = a
        .chunks(64)
        .flat_map(|block| {
            block.iter().scan(0, |sum, x| {
                *sum += x;
                Some(*sum)
            })
        })
        .collect();
    all_same("scan_warp", &device.read(out, count)?, &want)?;
    let want: Vec<i32> = a.chunks(64).map(|block| block.iter().sum()).collect();
    all_same("sums of scan_warp", &device.read(sums, blocks)?, &want)
}

fn wide_shuffles(device: &mut Device) -> Tried {
    // Eighths: their sums are exact.
    let a: Vec<f64> = device
        .random
        .ints(32, -800, 800)
        .iter()
        .map(|x| f64::from(*x) / 8.0)
        .collect();
    let b: Vec<i64> = (0..32)
        .map(|_| device.random.bits().cast_signed())
        .collect();
    let (out, turned) = (
        device.output::<f64>("out", 32),
        device.output::<i64>("turned", 32),
    );
    let last = device.output::<f32>("last", 32);
    let args = [
        Ptr(device.input("in", &a)),
        Ptr(device.input("numbers", &b)),
        Ptr(out),
        Ptr(turned),
        Ptr(last),
    ];
    device.run("wide_shuffles", line(32, 32), 0, &args)?;
    let sum: f64 = a.iter().sum();
    all_same("wide_shuffles", &device.read(out, 32)?, &[sum; 32])?;
    let want: Vec<i64> = b.iter().rev().copied().collect();
    all_same("turned", &device.read(turned, 32)?, &want)?;
    let want: Vec<f32> = (0..32)
        .map(|lane| a[from_below(lane, 4, 32)] as f32)
        .collect();
    all_same("last", &device.read(last, 32)?, &want)
}

/// The lanes of a warp of which something holds.
fn mask(lanes: impl Iterator<Item = bool>) -> u32 {
    lanes
        .enumerate()
        .fold(0, |mask, (lane, holds)| mask | u32::from(holds) << lane)
}

fn votes(device: &mut Device, _: usize) -> Tried {
    // Of the second warp all values are below 8, of the third all are the same.
    let mut a: Vec<u32> = (0..96)
        .map(|_| device.random.between(0, 15) as u32)
        .collect();
    a[32..64].iter_mut().for_each(|x| *x %= 8);
    a[64..].fill(3);
    let out = device.output::<u32>("out", 11 * 96);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("votes", line(96, 96), 0, &args)?;
    let truth = u32::from;
    let want: Vec<u32> = (0..11)
        .flat_map(|k| (0..96).map(move |t| (k, t)))
        .map(|(k, t)| {
            let (warp, lane, x) = (&a[t / 32 * 32..][..32], t % 32, a[t]);
            let same_half = warp.iter().all(|other| other / 8 == warp[0] / 8);
            match k {
                0 => truth(warp.contains(&3)),
                1 => truth(warp.iter().all(|x| *x < 8)),
                2 => mask(warp.iter().map(|x| x & 1 == 1)),
                3 | 10 => mask(warp.iter().map(|other| *other == x)),
                4 => truth(same_half).wrapping_neg(),
                5 | 9 => truth(same_half),
                6 if lane < 12 => mask(warp[..12].iter().map(|x| *x > 3)),
                7 => 1,
                8 if x & 1 == 1 => mask(warp.iter().map(|x| x & 1 == 1 && *x > 4)),
                _ => 0,
            }
        })
        .collect();
    all_same("votes", &device.read(out, 11 * 96)?, &want)?;
    let out = device.output::<u32>("out", 7 * 64);
    device.run("lanes", line(64, 64), 0, &[Ptr(out)])?;
    let want: Vec<u32> = (0..7)
        .flat_map(|k| (0..64).map(move |t| (k, t % 32)))
        .map(|(k, lane): (_, usize)| match k {
            0 => mask((0..32).map(|other| other < lane)),
            1 => mask((0..32).map(|other| other <= lane)),
            2 => 1 << lane,
            3 => mask((0..32).map(|other| other >= lane)),
            4 => mask((0..32).map(|other| other > lane)),
            5 => lane as u32,
            _ => 32,
        })
        .collect();
    all_same("lanes", &device.read(out, 7 * 64)?, &want)?;
    let a = device.random.ints(64, i32::MIN, i32::MAX);
    let out = device.output::<i32>("out", 6 * 64);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("reduced", line(64, 64), 0, &args)?;
    let want: Vec<i32> = (0..6)
        .flat_map(|k| (0..64).map(move |t| (k, t)))
        .map(|(k, t)| {
            let warp = a[t / 32 * 32..][..32].iter().copied();
            let reduced = match k {
                0 => warp.reduce(i32::wrapping_add),
                1 => warp.min(),
                2 => warp.map(i32::cast_unsigned).max().map(u32::cast_signed),
                3 => warp.reduce(|x, y| x & y),
                4 => warp.reduce(|x, y| x | y),
                _ => warp.reduce(|x, y| x ^ y),
            };
            reduced.unwrap()
        })
        .collect();
    all_same("reduced", &device.read(out, 6 * 64)?, &want)
}

fn barriers(device: &mut Device, size: usize) -> Tried {
    let a = device
        .random
        .mixed(96, &[42], |random| random.between(0, 105) as i32);
    let out = device.output::<i32>("out", 3 * 96);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("counted", line(96, 96), 0, &args)?;
    let of_all = [
        a.iter().filter(|x| *x & 1 == 1).count() as i32,
        a.iter().all(|x| *x < 100).into(),
        a.contains(&42).into(),
    ];
    let want: Vec<i32> = of_all.iter().flat_map(|x| [*x; 96]).collect();
    all_same("counted", &device.read(out, 3 * 96)?, &want)?;
    let out = device.output::<i32>("out", 128);
    device.run("named", line(128, 128), 0, &[Ptr(out)])?;
    let want: Vec<i32> = (0..128)
        .map(|t| 3 * if t < 64 { 63 - t } else { 191 - t })
        .collect();
    all_same("named", &device.read(out, 128)?, &want)?;
    let a = device.random.ints(32 * size, 0, 99);
    let out = device.output::<i32>("out", 32 * size);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(size as i32)];
    device.run("handed_over", line(64, 64), 0, &args)?;
    let want: Vec<i32> = a
        .chunks(32)
        .flat_map(|part| part.iter().rev().map(|x| x + 1))
        .collect();
    all_same("handed_over", &device.read(out, 32 * size)?, &want)?;
    let a = device.random.ints(128 * size, -99, 99);
    let out = device.output::<i32>("out", size);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("tree", line(128 * size, 128), 0, &args)?;
    let want: Vec<i32> = a.chunks(128).map(|part| part.iter().sum()).collect();
    all_same("tree", &device.read(out, size)?, &want)
}

fn groups(device: &mut Device, blocks: usize) -> Tried {
    let (block, count) = (64, 64 * blocks);
    let a = device
        .random
        .mixed(count, &[7], |random| random.between(0, 91) as i32);
    let out = device.output::<i32>("out", 6 * count);
    let shape = (Dim3::line(blocks as u32), Dim3::line(block as u32));
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("groups", shape, 0, &args)?;
    let others: Vec<i32> = a
        .chunks(block)
        .flat_map(|part| part.iter().rev().copied())
        .collect();
    let want: Vec<i32> = (0..6)
        .flat_map(|k| (0..count).map(move |i| (k, i)))
        .map(|(k, i)| {
            let (warp, eight) = (&others[i / 32 * 32..][..32], &others[i / 8 * 8..][..8]);
            match k {
                0 => warp.iter().sum(),
                1 => eight.iter().sum(),
                2 => (i % 8 + 10 * (i % block / 8)) as i32,
                3 => i32::from(eight.contains(&7)) + 2 * i32::from(warp.iter().all(|x| *x < 90)),
                4 => mask(eight.iter().map(|x| x & 1 == 1)).cast_signed(),
                _ => warp[(i % 32) ^ 1] + warp[from_below(i % 32, 1, 32)],
            }
        })
        .collect();
    all_same("groups", &device.read(out, 6 * count)?, &want)
}
