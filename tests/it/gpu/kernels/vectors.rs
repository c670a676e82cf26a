//! Vectors of two and four, which are loaded and stored at once.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::{Number, all_same};
use syslab::gpu::launch::Arg::{I32, Ptr};

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "vectors",
    sizes: &[1, 33, 70],
    try_it: vectors,
}];

/// Vectors of any numbers: their bits do not matter to who copies them.
fn any<T: Number, const N: usize>(device: &mut Device, count: usize) -> Vec<[T; N]> {
    (0..count)
        .map(|_| {
            let mut bytes = Vec::new();
            (0..N).for_each(|_| bytes.extend(&device.random.bits().to_le_bytes()[..T::BYTES]));
            <[T; N]>::get(&bytes)
        })
        .collect()
}

fn vectors(device: &mut Device, count: usize) -> Tried {
    let a = any::<u32, 4>(device, count);
    let b: Vec<[i32; 2]> = (0..count)
        .map(|_| [device.random.between(-1000, 1000) as i32, 7])
        .collect();
    let c = any::<u8, 4>(device, count);
    let d: Vec<[f64; 2]> = (0..count)
        .map(|_| [device.random.real(-1.0, 1.0), 0.5])
        .collect();
    let (e, f) = (
        device.output::<[u32; 4]>("e", count),
        device.output::<[i32; 2]>("f", count),
    );
    let (g, h) = (
        device.output::<[u8; 4]>("g", count),
        device.output::<[f64; 2]>("h", count),
    );
    let args = [
        Ptr(device.input("a", &a)),
        Ptr(device.input("b", &b)),
        Ptr(device.input("c", &c)),
        Ptr(device.input("d", &d)),
        Ptr(e),
        Ptr(f),
        Ptr(g),
        Ptr(h),
        I32(count as i32),
    ];
    device.run("vectors", line(count, 32), 0, &args)?;
    let want: Vec<[u32; 4]> = a.iter().map(|[x, y, z, w]| [*w, *z, *y, *x]).collect();
    all_same("e", &device.read(e, count)?, &want)?;
    let want: Vec<[i32; 2]> = b.iter().map(|[x, y]| [y + 1, x - 1]).collect();
    all_same("f", &device.read(f, count)?, &want)?;
    let want: Vec<[u8; 4]> = c
        .iter()
        .map(|v| std::array::from_fn(|k| v[k].wrapping_add(v[(k + 1) % 4])))
        .collect();
    all_same("g", &device.read(g, count)?, &want)?;
    let want: Vec<[f64; 2]> = d.iter().map(|[x, y]| [-x, *y]).collect();
    all_same("h", &device.read(h, count)?, &want)?;
    more_vectors(device, count)?;
    reinterpreted(device, 4 * count - 1)
}

fn more_vectors(device: &mut Device, count: usize) -> Tried {
    let a = any::<i16, 2>(device, count);
    let b = any::<u32, 4>(device, count);
    let c = any::<i64, 2>(device, count);
    let d = any::<u32, 2>(device, count);
    let (e, f) = (
        device.output::<[i16; 2]>("e", count),
        device.output::<[u32; 4]>("f", count),
    );
    let (g, h) = (
        device.output::<[i64; 2]>("g", count),
        device.output::<[u32; 2]>("h", count),
    );
    let args = [
        Ptr(device.input("a", &a)),
        Ptr(device.input("b", &b)),
        Ptr(device.input("c", &c)),
        Ptr(device.input("d", &d)),
        Ptr(e),
        Ptr(f),
        Ptr(g),
        Ptr(h),
        I32(count as i32),
    ];
    device.run("more_vectors", line(count, 32), 0, &args)?;
    let want: Vec<[i16; 2]> = a.iter().map(|[x, y]| [*y, x.wrapping_neg()]).collect();
    all_same("e", &device.read(e, count)?, &want)?;
    let want: Vec<[u32; 4]> = b
        .iter()
        .map(|[x, y, z, w]| [x ^ y, y ^ z, z ^ w, *w])
        .collect();
    all_same("f", &device.read(f, count)?, &want)?;
    let want: Vec<[i64; 2]> = c.iter().map(|[x, y]| [*y, x.wrapping_add(*y)]).collect();
    all_same("g", &device.read(g, count)?, &want)?;
    let want: Vec<[u32; 2]> = d.iter().map(|[x, y]| [*y, *x]).collect();
    all_same("h", &device.read(h, count)?, &want)
}

fn reinterpreted(device: &mut Device, count: usize) -> Tried {
    let a = device.random.floats(count, -10.0, 10.0);
    let out = device.output::<f32>("out", count);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(count as i32)];
    device.run("reinterpreted", line(count, 64), 0, &args)?;
    let whole = count / 4 * 4;
    let want: Vec<f32> = a
        .iter()
        .enumerate()
        .map(|(i, x)| {
            if i < whole {
                x + (i % 4 + 1) as f32
            } else {
                *x
            }
        })
        .collect();
    all_same("reinterpreted", &device.read(out, count)?, &want)
}
