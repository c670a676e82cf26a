//! Groups whose size only the run knows, and groups of those that agree.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::all_same;
use syslab::gpu::launch::Arg::Ptr;

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "partitions",
    sizes: &[1, 2],
    try_it: partitions,
}];

/// The sums of each so many.
fn sums(a: &[i32], each: usize) -> impl Iterator<Item = i32> {
    a.chunks(each).map(|part| part.iter().sum())
}

fn partitions(device: &mut Device, _: usize) -> Tried {
    let a = device.random.ints(64, 0, 99);
    let at = device.input("in", &a);
    let out = device.output::<i32>("out", 91);
    device.run("any_group", line(64, 64), 0, &[Ptr(at), Ptr(out)])?;
    let want: Vec<i32> = [64, 8, 4, 32]
        .into_iter()
        .flat_map(|each| sums(&a, each))
        .chain([841; 64])
        .collect();
    all_same("any_group", &device.read(out, 91)?, &want)?;
    let out = device.output::<i32>("out", 44);
    device.run("last_tile", line(44, 44), 0, &[Ptr(out)])?;
    let want: Vec<i32> = (0..44)
        .map(|t| if t < 40 { 80 } else { 40 } + t % 8)
        .collect();
    all_same("last_tile", &device.read(out, 44)?, &want)?;
    let out = device.output::<i32>("out", 772);
    device.run("partitions", line(64, 64), 0, &[Ptr(at), Ptr(out)])?;
    let want: Vec<i32> = (0..12)
        .flat_map(|k| (0..64).map(move |t| (k, t)))
        .map(|(k, t)| wanted(&a, k, t))
        .chain(a.chunks(16).map(|part| part[0] + 1))
        .collect();
    all_same("partitions", &device.read(out, 772)?, &want)
}

/// What the thread `t` has as its result `k`.
fn wanted(a: &[i32], k: usize, t: usize) -> i32 {
    let (x, warp) = (a[t], &a[t / 32 * 32..][..32]);
    let lane = t % 32;
    // Those of the warp that have the same remainder, and how many of them come before this one.
    let group = |by: i32| -> (Vec<i32>, usize) {
        let is_alike = |y: &i32| *y % by == x % by;
        let before = warp[..lane].iter().filter(|y| is_alike(y)).count();
        (warp.iter().copied().filter(is_alike).collect(), before)
    };
    let (odd, odd_rank) = group(2);
    let (same, same_rank) = group(5);
    let sixteen = &a[t / 16 * 16..=t];
    let size_and_rank = |size: usize, rank: usize| (size * 100 + rank) as i32;
    match k {
        0 => size_and_rank(odd.len(), odd_rank),
        1 => size_and_rank(same.len(), same_rank),
        2 => same.iter().sum(),
        3 => same[..=same_rank].iter().sum(),
        4 => odd[..odd_rank].iter().sum(),
        5 => size_and_rank((odd.len() - odd_rank / 4 * 4).min(4), odd_rank % 4),
        6 => {
            let alike = same.iter().zip(0..).filter(|(y, _)| *y % 2 == x % 2);
            let ranks: i32 = alike.map(|(_, rank)| 1 << rank).sum();
            // All are below 1000: all lanes, which as an int is -1.
            ranks - 1
        }
        7 => 1,
        8 => sixteen.iter().sum(),
        9 => sixteen.iter().sum::<i32>() - x,
        10 => *sixteen.iter().max().unwrap(),
        _ => sixteen[0],
    }
}
