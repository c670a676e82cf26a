//! The kernels of the labs.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::{all_near, all_same};
use syslab::gpu::launch::Arg::{I32, Ptr};
use syslab::gpu::launch::Dim3;

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "curriculum",
    sizes: &[1, 20, 75],
    try_it: curriculum,
}];

fn curriculum(device: &mut Device, count: usize) -> Tried {
    let size = I32(count as i32);
    let (a, b) = (
        device.random.floats(count, -1.0, 1.0),
        device.random.floats(count, -1.0, 1.0),
    );
    let out = device.output::<f32>("c", count);
    let args = [
        Ptr(device.input("a", &a)),
        Ptr(device.input("b", &b)),
        Ptr(out),
        size.clone(),
    ];
    device.run("vector_add", line(count, 64), 0, &args)?;
    let want: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
    all_same("vector_add", &device.read(out, count)?, &want)?;
    let bytes = device
        .random
        .mixed(count, &[0u8, 255, 17], |random| random.bits() as u8);
    let bins = device.input("bins", &[0u32; 256]);
    let args = [Ptr(device.input("in", &bytes)), Ptr(bins), size.clone()];
    device.run("histogram", (Dim3::line(2), Dim3::line(64)), 0, &args)?;
    let mut want = [0u32; 256];
    bytes.iter().for_each(|byte| want[usize::from(*byte)] += 1);
    all_same("histogram", &device.read(bins, 256)?, &want)?;
    let sum = device.input("out", &[0f32]);
    let args = [Ptr(device.input("in", &a)), Ptr(sum), size.clone()];
    device.run("reduce", (Dim3::line(2), Dim3::line(64)), 0, &args)?;
    all_near(
        "reduce",
        &device.read(sum, 1)?,
        &[a.iter().sum::<f32>()],
        (1e-5, 1e-5),
    )?;
    let ints = device.random.ints(count, -99, 99);
    let out = device.output::<i32>("out", count);
    let args = [Ptr(device.input("in", &ints)), Ptr(out), size.clone()];
    device.run("blelloch", line(64, 64), 4 * 128, &args)?;
    let want: Vec<i32> = ints
        .iter()
        .scan(0, |sum, x| {
            let before = *sum;
            *sum += x;
            Some(before)
        })
        .collect();
    all_same("blelloch", &device.read(out, count)?, &want)?;
    let values = device.input("values", &ints);
    device.run("bitonic", line(128, 128), 4 * 128, &[Ptr(values), size])?;
    let mut want = ints;
    want.sort_unstable();
    all_same("bitonic", &device.read(values, count)?, &want)?;
    let (m, n, k) = (count / 5 + 1, 9, count / 3 + 2);
    matmul(device, m, n, k)?;
    softmax(device, 3, count)
}

fn matmul(device: &mut Device, m: usize, n: usize, k: usize) -> Tried {
    let (a, b) = (
        device.random.floats(m * k, -1.0, 1.0),
        device.random.floats(k * n, -1.0, 1.0),
    );
    let out = device.output::<f32>("c", m * n);
    let args = [
        Ptr(device.input("a", &a)),
        Ptr(device.input("b", &b)),
        Ptr(out),
        I32(m as i32),
        I32(n as i32),
        I32(k as i32),
    ];
    let grid = Dim3::new(n.div_ceil(8) as u32, m.div_ceil(8) as u32, 1);
    device.run("matmul", (grid, Dim3::new(8, 8, 1)), 0, &args)?;
    let want: Vec<f32> = (0..m * n)
        .map(|i| (0..k).map(|j| a[i / n * k + j] * b[j * n + i % n]).sum())
        .collect();
    all_near("matmul", &device.read(out, m * n)?, &want, (1e-5, 1e-5))
}

fn softmax(device: &mut Device, rows: usize, cols: usize) -> Tried {
    // The first row has infinities, the second numbers of which no exponential is finite.
    let mut a = device.random.floats(rows * cols, -5.0, 5.0);
    a[..cols]
        .iter_mut()
        .step_by(2)
        .for_each(|x| *x = f32::NEG_INFINITY);
    a[cols..2 * cols].iter_mut().for_each(|x| *x += 1e4);
    let out = device.output::<f32>("out", rows * cols);
    let args = [
        Ptr(device.input("in", &a)),
        Ptr(out),
        I32(rows as i32),
        I32(cols as i32),
    ];
    device.run(
        "softmax",
        (Dim3::line(rows as u32), Dim3::line(64)),
        0,
        &args,
    )?;
    let want: Vec<f32> = a
        .chunks(cols)
        .flat_map(|row| {
            let greatest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = row.iter().map(|x| (x - greatest).exp()).sum();
            row.iter().map(move |x| (x - greatest).exp() / sum)
        })
        .collect();
    all_near(
        "softmax",
        &device.read(out, rows * cols)?,
        &want,
        (1e-5, 1e-6),
    )
}
