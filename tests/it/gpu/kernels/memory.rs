//! Memory: structures, variables of a module, shared and local arrays, addresses, orders.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::{all_same, bytes_of};
use syslab::gpu::launch::Arg::{Bytes, I32, I64, Ptr};
use syslab::gpu::launch::Dim3;
use syslab::gpu::memory::DevicePtr;

pub(super) const KERNELS: &[Kernel] = &[
    Kernel {
        file: "structs",
        sizes: &[1, 40],
        try_it: structs,
    },
    Kernel {
        file: "constants",
        sizes: &[1, 100],
        try_it: constants,
    },
    Kernel {
        file: "shared_memory",
        sizes: &[1, 3],
        try_it: shared_memory,
    },
    Kernel {
        file: "local_arrays",
        sizes: &[1, 40],
        try_it: local_arrays,
    },
    Kernel {
        file: "addressing",
        sizes: &[2, 32],
        try_it: addressing,
    },
    Kernel {
        file: "memory_orders",
        sizes: &[32],
        try_it: memory_orders,
    },
];

/// A `Particle` as it lies in memory, with zeros as padding.
fn particle(x: f32, y: f32, kind: i8, mass: f64) -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[0..4].copy_from_slice(&x.to_le_bytes());
    bytes[4..8].copy_from_slice(&y.to_le_bytes());
    bytes[8] = kind.cast_unsigned();
    bytes[16..24].copy_from_slice(&mass.to_le_bytes());
    bytes
}

fn structs(device: &mut Device, count: usize) -> Tried {
    const TABLE: [i16; 3] = [100, -200, 300];
    let (scale, offset) = (1.5f32, 0.25f64);
    let mut settings = vec![0u8; 32];
    settings[0..4].copy_from_slice(&(count as i32).to_le_bytes());
    settings[4..8].copy_from_slice(&scale.to_le_bytes());
    settings[8..16].copy_from_slice(&offset.to_le_bytes());
    settings[16] = b'-';
    settings[18..24].copy_from_slice(&bytes_of(&TABLE));
    settings.truncate(24);
    let given: Vec<(f32, f32, i8, f64)> = (0..count)
        .map(|i| {
            let x = device.random.real(-8.0, 8.0) as f32;
            (x, 2.0 * x, (i % 100) as i8, f64::from(x) * 3.0)
        })
        .collect();
    let inputs: Vec<[u8; 24]> = given
        .iter()
        .map(|(x, y, k, m)| particle(*x, *y, *k, *m))
        .collect();
    // The kernel writes members only: what lies between them is the host's.
    let out = device.input("out", &vec![[0u8; 24]; count]);
    let args = [Bytes(settings), Ptr(device.input("in", &inputs)), Ptr(out)];
    device.run("structs", line(count, 32), 0, &args)?;
    let want: Vec<[u8; 24]> = given
        .iter()
        .enumerate()
        .map(|(i, (x, y, kind, mass))| {
            let shifted = x + scale + f32::from(TABLE[i % 3]);
            particle(shifted, y - scale, -kind, mass + offset)
        })
        .collect();
    all_same("structs", &device.read(out, count)?, &want)
}

fn constants(device: &mut Device, count: usize) -> Tried {
    let a = device.random.floats(count, -2.0, 2.0);
    let out = device.output::<f32>("out", count);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(count as i32)];
    device.run("polynomial", line(count, 64), 0, &args)?;
    let want: Vec<f32> = a
        .iter()
        .map(|x| {
            [-0.25, 4.0, 0.5, -2.0, 1.0f32]
                .iter()
                .fold(0.0f32, |sum, c| sum.mul_add(*x, *c))
        })
        .collect();
    all_same("polynomial", &device.read(out, count)?, &want)?;
    let table = [10, 20, 30, -40];
    device.set("from_host", &table)?;
    let which = device.random.ints(count, 0, 1000);
    let out = device.output::<i32>("out", count);
    let args = [Ptr(device.input("in", &which)), Ptr(out), I32(count as i32)];
    device.run("chosen", line(count, 64), 0, &args)?;
    let want: Vec<i32> = which
        .iter()
        .map(|x| table[(x & 3) as usize] + i32::from(b"simulator"[(x % 9) as usize]))
        .collect();
    all_same("chosen", &device.read(out, count)?, &want)?;
    // What a launch leaves in a variable the next one finds.
    for _ in 0..2 {
        device.run("count", line(count, 64), 0, &[I32(count as i32)])?;
    }
    let (at, bytes) = device.global("counter")?;
    if bytes != 4 {
        return Err(format!("counter has {bytes} bytes"));
    }
    all_same("counter", &device.read(at, 1)?, &[7 + 2 * count as u32])?;
    device.run("fill_table", line(64, 64), 0, &[])?;
    let out = device.output::<f32>("out", 64);
    device.run("read_table", line(64, 64), 0, &[Ptr(out)])?;
    let want: Vec<f32> = (0..64u8).map(|t| f32::from(63 - t) * 0.5).collect();
    all_same("read_table", &device.read(out, 64)?, &want)
}

fn shared_memory(device: &mut Device, blocks: usize) -> Tried {
    let (block, count) = (48, 48 * blocks);
    let shape = (Dim3::line(blocks as u32), Dim3::line(block as u32));
    let a = device.random.ints(count, -1000, 1000);
    let input = Ptr(device.input("in", &a));
    let out = device.output::<i32>("out", count);
    device.run(
        "reversed",
        shape,
        4 * block as u32,
        &[input.clone(), Ptr(out)],
    )?;
    let want: Vec<i32> = a
        .chunks(block)
        .flat_map(|part| part.iter().rev().copied())
        .collect();
    all_same("reversed", &device.read(out, count)?, &want)?;
    let out = device.output::<f64>("out", count);
    device.run(
        "two_arrays",
        shape,
        9 * block as u32,
        &[input.clone(), Ptr(out)],
    )?;
    let want: Vec<f64> = a
        .chunks(block)
        .flat_map(|part| (0..block).map(|t| part[(t + 1) % block]))
        .map(|x| f64::from(x) * 0.5 + f64::from(x as u8))
        .collect();
    all_same("two_arrays", &device.read(out, count)?, &want)?;
    let out = device.output::<i32>("out", block);
    device.run("any_space", line(block, block), 0, &[input, Ptr(out)])?;
    let first: i32 = a[..8].iter().sum();
    let want: Vec<i32> = (0..block as i32)
        .map(|t| match t % 3 {
            0 => first * 3,
            1 => first,
            _ => 28 * t,
        })
        .collect();
    all_same("any_space", &device.read(out, block)?, &want)?;
    let (rows, cols) = (5 * blocks, 11 + blocks);
    let a = device.random.floats(rows * cols, -1.0, 1.0);
    let out = device.output::<f32>("out", rows * cols);
    let args = [
        Ptr(device.input("in", &a)),
        Ptr(out),
        I32(rows as i32),
        I32(cols as i32),
    ];
    let grid = Dim3::new(cols.div_ceil(8) as u32, rows.div_ceil(8) as u32, 1);
    device.run("transpose", (grid, Dim3::new(8, 8, 1)), 0, &args)?;
    let want: Vec<f32> = (0..rows * cols)
        .map(|i| a[i % rows * cols + i / rows])
        .collect();
    all_same("transpose", &device.read(out, rows * cols)?, &want)
}

fn local_arrays(device: &mut Device, count: usize) -> Tried {
    let a = device.random.ints(count * 9, -50, 50);
    let out = device.output::<i32>("out", count * 9);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(count as i32)];
    device.run("sorted", line(count, 32), 0, &args)?;
    let mut want = a;
    want.chunks_mut(9).for_each(<[i32]>::sort_unstable);
    all_same("sorted", &device.read(out, count * 9)?, &want)?;
    let a: Vec<u32> = (0..count).map(|_| device.random.bits() as u32).collect();
    let out = device.output::<u32>("out", count);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(count as i32)];
    device.run("digits", line(count, 32), 0, &args)?;
    let want: Vec<u32> = a
        .iter()
        .map(|x| {
            let text = x.to_string();
            (0..10u8).fold(0u32, |packed, digit| {
                let times = text.bytes().filter(|byte| *byte == b'0' + digit).count();
                packed.wrapping_mul(7).wrapping_add(times as u32)
            })
        })
        .collect();
    all_same("digits", &device.read(out, count)?, &want)?;
    let out = device.output::<i32>("out", 6);
    device.run("queens", line(8, 8), 0, &[Ptr(out), I32(6)])?;
    // The four solutions on a board of six, by the place of the first queen.
    all_same("queens", &device.read(out, 6)?, &[0, 1, 1, 1, 1, 0])
}

fn addressing(device: &mut Device, count: usize) -> Tried {
    let a = device.random.ints(count, -99, 99);
    let rows: Vec<Vec<i32>> = (0..2).map(|_| device.random.ints(count, 0, 9)).collect();
    let rows_at: Vec<DevicePtr> = rows.iter().map(|row| device.input("row", row)).collect();
    let out = device.output::<i32>("out", 4 * count);
    let args = [
        Ptr(device.input("in", &a)),
        Ptr(device.pointers("rows", &rows_at)),
        I64(4),
        Ptr(out),
        I32(count as i32),
    ];
    device.run("addressing", line(count, 32), 0, &args)?;
    let want: Vec<i32> = a
        .iter()
        .rev()
        .chain(&a)
        .copied()
        .chain((0..count).map(|i| rows[i & 1][i / 2]))
        .chain((0..count).map(|i| (i + count) as i32))
        .collect();
    all_same("addressing", &device.read(out, 4 * count)?, &want)?;
    // A list through all nodes, in the order of multiples of an odd number.
    let order: Vec<i32> = (0..count).map(|i| (i * 7 % count) as i32).collect();
    let order = if count.is_multiple_of(7) {
        (0..count as i32).collect()
    } else {
        order
    };
    let nodes = device.output::<[u64; 2]>("nodes", count);
    let args = [
        Ptr(nodes),
        Ptr(device.input("order", &order)),
        I32(count as i32),
    ];
    device.run("link", line(32, 32), 0, &args)?;
    let out = device.output::<i32>("out", 2);
    let first = nodes.offset(16 * order[0] as u64);
    device.run("follow", line(1, 1), 0, &[Ptr(first), Ptr(out)])?;
    let sum = (0..count as i32).fold(0, |sum, value| (sum * 3 + value) & 0xffff);
    all_same("follow", &device.read(out, 2)?, &[sum, count as i32])?;
    let out = device.output::<i32>("out", 1);
    let global = Ptr(device.input("global", &[0i32]));
    device.run("spaces", line(1, 1), 0, &[Ptr(out), global])?;
    all_same("spaces", &device.read(out, 1)?, &[123])
}

fn memory_orders(device: &mut Device, count: usize) -> Tried {
    let a = device.random.ints(count, -99, 99);
    let out = device.output::<i32>("out", 3 * count);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(count as i32)];
    device.run("hints", line(count, 32), 0, &args)?;
    let want: Vec<i32> = (0..3)
        .flat_map(|k| a.iter().map(move |x| 5 * x + k))
        .collect();
    all_same("hints", &device.read(out, 3 * count)?, &want)?;
    let (data, out) = (
        device.output::<i32>("data", 32),
        device.output::<i32>("out", 32),
    );
    let flag = device.input("flag", &[0i32]);
    let shape = (Dim3::line(2), Dim3::line(32));
    device.run("released", shape, 0, &[Ptr(data), Ptr(flag), Ptr(out)])?;
    let want: Vec<i32> = (0..32).map(|t| t * 5).collect();
    all_same("released", &device.read(out, 32)?, &want)?;
    let a = device.random.ints(128, -99, 99);
    let out = device.output::<i32>("out", 128);
    let args = [Ptr(device.input("in", &a)), Ptr(out)];
    device.run("copied", line(32, 32), 0, &args)?;
    let want: Vec<i32> = a.iter().rev().copied().collect();
    all_same("copied", &device.read(out, 128)?, &want)
}
