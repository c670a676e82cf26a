//! Loads, stores, atomics and barriers which compilers seldom make: what the PTX ISA says of each.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::{all_same, half_bits};
use syslab::gpu::launch::Arg::{I32, Ptr};

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "ptx_memory",
    sizes: &[70],
    try_it: memory,
}];

fn memory(device: &mut Device, count: usize) -> Tried {
    let wide = device.input("wide", &[i64::MAX, i64::MIN, 5, 0]);
    let narrow = device.input("narrow", &[0u32; 2]);
    let cells = device.input("cells", &[0u16; 4]);
    let sums = device.input("sums", &[0f32]);
    let args = [
        Ptr(wide),
        Ptr(narrow),
        Ptr(cells),
        Ptr(sums),
        I32(count as i32),
    ];
    device.run("ptx_atomics", line(count, 64), 0, &args)?;
    let numbers = || (0..count as i64).map(|i| i * 1_000_003 - 20_000_000);
    let want = [
        numbers().min().unwrap(),
        numbers().max().unwrap(),
        5 + numbers().sum::<i64>(),
        77,
    ];
    all_same("wide", &device.read(wide, 4)?, &want)?;
    let second = (1u32 << (count - 64)) - 1;
    all_same("narrow", &device.read(narrow, 2)?, &[u32::MAX, second])?;
    let all = count as f64;
    let want = [count as u16, 0, half_bits(all), half_bits(all / 2.0)];
    all_same("cells", &device.read(cells, 4)?, &want)?;
    all_same("sums", &device.read(sums, 1)?, &[count as f32 / 2.0])?;
    let a = device.random.ints(128, -99, 99);
    let out = device.output::<i32>("out", 160);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("ptx_loads", line(32, 32), 0, &args)?;
    let want: Vec<i32> = a
        .iter()
        .rev()
        .copied()
        .chain(a[..32].iter().map(|x| x - a[5]))
        .collect();
    all_same("ptx_loads", &device.read(out, 160)?, &want)?;
    let mut a = device.random.ints(80, -99, 99);
    let out = device.output::<i32>("out", 96);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(80)];
    device.run("ptx_copies", line(32, 32), 0, &args)?;
    a.resize(96, 0);
    let want: Vec<i32> = a.iter().rev().copied().collect();
    all_same("ptx_copies", &device.read(out, 96)?, &want)?;
    told(device)?;
    barriers(device)
}

fn barriers(device: &mut Device) -> Tried {
    let a = device.random.ints(64, 0, 99);
    let out = device.output::<i32>("out", 256);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("ptx_barriers", line(64, 64), 0, &args)?;
    let high = a.iter().filter(|x| **x > 50).count() as i32;
    let result = high * 100 + i32::from(high == 64) * 10 + i32::from(high < 64);
    let mut want = vec![result; 64];
    want.extend([1; 64]);
    want.extend([1642; 64]);
    // Thread 7 left before the last store.
    want.extend(0..7);
    all_same("ptx_barriers", &device.read(out, 199)?, &want)?;
    let want: Vec<i32> = (8..64).collect();
    all_same(
        "ptx_barriers",
        &device.read(out.offset(4 * 200), 56)?,
        &want,
    )
}

fn told(device: &mut Device) -> Tried {
    let a = device.random.ints(32, -99, 99);
    let out = device.output::<i32>("out", 200);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("told", line(32, 32), 0, &args)?;
    let want: Vec<i32> = a.iter().map(|x| 3 * x + 7).chain([1; 32]).collect();
    all_same("told", &device.read(out, 64)?, &want)?;
    let want: Vec<i32> = (0..32).map(|t| if t == 0 { 2 } else { 3 }).collect();
    all_same("told", &device.read(out.offset(4 * 64), 32)?, &want)?;
    let want: Vec<f32> = (0..32u8).map(f32::from).collect();
    all_same("told", &device.read(out.offset(4 * 96), 32)?, &want)?;
    let want: Vec<u8> = (250..=255).chain(0..26).collect();
    all_same("told", &device.read(out.offset(4 * 128), 32)?, &want)?;
    all_same(
        "told",
        &device.read(out.offset(4 * 136), 32)?,
        &[1.5f64; 32],
    )
}
