//! Blocks that depend on each other.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::all_same;
use syslab::gpu::launch::Arg::{I32, Ptr};
use syslab::gpu::launch::Dim3;

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "blocks_together",
    sizes: &[1, 4],
    try_it: blocks_together,
}];

fn blocks_together(device: &mut Device, blocks: usize) -> Tried {
    let shape = |threads| (Dim3::line(blocks as u32), Dim3::line(threads));
    let rounds = 3;
    let (count, log) = (
        device.input("count", &[0i32]),
        device.output::<i32>("log", rounds * blocks),
    );
    let args = [Ptr(count), Ptr(log), I32(rounds as i32)];
    device.run("with_lock", shape(32), 0, &args)?;
    all_same(
        "count",
        &device.read(count, 1)?,
        &[(rounds * blocks) as i32],
    )?;
    let mut log = device.read::<i32>(log, rounds * blocks)?;
    log.sort_unstable();
    let want: Vec<i32> = (0..rounds * blocks).map(|i| (i / rounds) as i32).collect();
    all_same("log, sorted", &log, &want)?;
    let (count, lock) = (
        device.input("count", &[0i32]),
        device.input("lock", &[0i32]),
    );
    // Few: while one is let on, all the others of its warp spin.
    device.run("lock_in_warp", shape(6), 0, &[Ptr(count), Ptr(lock)])?;
    all_same(
        "lock_in_warp",
        &device.read(count, 1)?,
        &[6 * blocks as i32],
    )?;
    let size = 64 * blocks + 11;
    let a = device.random.ints(size, -99, 99);
    let input = Ptr(device.input("in", &a));
    for _ in 0..2 {
        // The counter of the first launch is at its start again for the second.
        let (partial, out) = (
            device.output::<i32>("partial", blocks),
            device.output::<i32>("out", 1),
        );
        let args = [input.clone(), I32(size as i32), Ptr(partial), Ptr(out)];
        device.run("last_block", shape(64), 0, &args)?;
        all_same(
            "last_block",
            &device.read(out, 1)?,
            &[a.iter().sum::<i32>()],
        )?;
    }
    let tiles = size.div_ceil(64);
    let out = device.output::<i32>("out", size);
    let args = [
        input,
        Ptr(out),
        I32(size as i32),
        Ptr(device.output::<i32>("sums", tiles)),
        Ptr(device.output::<i32>("prefixes", tiles)),
        Ptr(device.input("state", &vec![0i32; tiles])),
    ];
    device.run("look_back", line(size, 64), 0, &args)?;
    let want: Vec<i32> = a
        .iter()
        .scan(0, |sum, x| {
            *sum += x;
            Some(*sum)
        })
        .collect();
    all_same("look_back", &device.read(out, size)?, &want)?;
    let count = 32 * blocks;
    let (cells, out) = (
        device.output::<i32>("cells", count),
        device.output::<i32>("out", count),
    );
    device.run("over_the_grid", shape(32), 0, &[Ptr(cells), Ptr(out)])?;
    let want: Vec<i32> = (0..count)
        .map(|i| ((i / 32 + 1) % blocks * 100 + i % 32) as i32)
        .collect();
    all_same("over_the_grid", &device.read(out, count)?, &want)
}
