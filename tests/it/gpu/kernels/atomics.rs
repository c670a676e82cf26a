//! Atomic operations, and what is built of them within a warp.

use std::collections::BTreeMap;

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::all_same;
use syslab::gpu::launch::Arg::{I32, Ptr, U32};

pub(super) const KERNELS: &[Kernel] = &[
    Kernel {
        file: "atomics",
        sizes: &[1, 100],
        try_it: atomics,
    },
    Kernel {
        file: "cas_loops",
        sizes: &[1, 90],
        try_it: cas_loops,
    },
    Kernel {
        file: "compaction",
        sizes: &[1, 100],
        try_it: compaction,
    },
];

/// What `atomicInc` with this limit leaves after `times`, from 0.
fn counted_up(times: usize, limit: usize) -> u32 {
    (times % (limit + 1)) as u32
}

/// What `atomicDec` with this limit leaves after `times`, from 0.
fn counted_down(times: usize, limit: usize) -> u32 {
    ((limit + 1 - times % (limit + 1)) % (limit + 1)) as u32
}

fn atomics(device: &mut Device, count: usize) -> Tried {
    let a = device.random.ints(count, -70_000, 70_000);
    global(device, &a)?;
    let out = device.output::<i32>("out", 15);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(count as i32)];
    device.run("atomics_shared", line(64, 64), 0, &args)?;
    let wide: u64 = a.iter().map(|x| u64::from(x.cast_unsigned())).sum();
    let greatest = a.iter().map(|x| x.cast_unsigned()).max().unwrap();
    let least = a.iter().map(|x| x.cast_unsigned()).min().unwrap();
    let mut want = signed(&a).to_vec();
    want.extend(
        [
            least,
            greatest,
            counted_up(count, 6),
            counted_down(count, 9),
        ]
        .map(u32::cast_signed),
    );
    want.extend([wide as i32, (wide >> 32) as i32, greatest.cast_signed(), 0]);
    all_same("atomics_shared", &device.read(out, 15)?, &want)?;
    tickets(device, count)?;
    float_sums(device, count)?;
    let counters = device.input("counters", &vec![0i32; 1 + count.div_ceil(32)]);
    device.run(
        "scopes",
        line(count, 32),
        0,
        &[Ptr(counters), I32(count as i32)],
    )?;
    let mut want = vec![count as i32];
    want.extend(
        (0..count)
            .step_by(32)
            .map(|from| 2 * (count - from).min(32) as i32),
    );
    all_same("scopes", &device.read(counters, want.len())?, &want)
}

/// What the operations on int leave: sums, extremes from 0, and bits.
fn signed(a: &[i32]) -> [i32; 7] {
    let sum = a.iter().fold(0i32, |sum, x| sum.wrapping_add(*x));
    [
        sum,
        sum.wrapping_neg(),
        a.iter().fold(0, |least, x| least.min(*x)),
        a.iter().fold(0, |greatest, x| greatest.max(*x)),
        a.iter().fold(-1, |bits, x| bits & (x | 0xff)),
        a.iter().fold(0, |bits, x| bits | x & 0xff00),
        a.iter().fold(0, |bits, x| bits ^ x),
    ]
}

fn global(device: &mut Device, a: &[i32]) -> Tried {
    let count = a.len();
    let s = device.input("s", &[0, 0, 0, 0, -1, 0, 0i32]);
    let u = device.input("u", &[u32::MAX, 0, 0, 0, 0]);
    let w = device.input("w", &[0, 0, u64::MAX, u64::MAX, 0, 0]);
    let args = [
        Ptr(device.input("in", a)),
        Ptr(s),
        Ptr(u),
        Ptr(w),
        I32(count as i32),
    ];
    device.run("atomics_global", line(count, 64), 0, &args)?;
    all_same("s", &device.read(s, 7)?, &signed(a))?;
    let numbers = || a.iter().map(|x| x.cast_unsigned());
    let want = [
        numbers().min().unwrap(),
        numbers().max().unwrap(),
        counted_up(count, 6),
        counted_down(count, 9),
        3 * count as u32,
    ];
    all_same("u", &device.read(u, 5)?, &want)?;
    let wide = || numbers().map(|x| u64::from(x) << 20);
    let bit = |x: u32| 1u64 << (x & 63);
    let want = [
        numbers().fold(0u64, |sum, x| sum.wrapping_add(u64::from(x) * 65537)),
        wide().max().unwrap(),
        wide().min().unwrap(),
        numbers().fold(u64::MAX, |bits, x| bits & !bit(x)),
        numbers().fold(0, |bits, x| bits | bit(x)),
        numbers().fold(0, |bits, x| bits ^ bit(x)),
    ];
    all_same("w", &device.read(w, 6)?, &want)
}

fn tickets(device: &mut Device, count: usize) -> Tried {
    let (next, last) = (
        device.input("next", &[0u32]),
        device.input("last", &[-1i32]),
    );
    let wide = device.input("wide", &[0u64]);
    let (taken, chain) = (
        device.output::<u32>("taken", count),
        device.output::<i32>("chain", count),
    );
    let far = device.output::<u64>("far", count);
    let args = [
        Ptr(next),
        Ptr(last),
        Ptr(wide),
        Ptr(taken),
        Ptr(chain),
        Ptr(far),
        I32(count as i32),
    ];
    device.run("tickets", line(count, 64), 0, &args)?;
    let mut given = device.read::<u32>(taken, count)?;
    given.sort_unstable();
    let want: Vec<u32> = (0..count as u32).collect();
    all_same("tickets, sorted", &given, &want)?;
    let mut given = device.read::<u64>(far, count)?;
    given.sort_unstable();
    let want: Vec<u64> = (0..count as u64).map(|k| k << 33).collect();
    all_same("wide tickets, sorted", &given, &want)?;
    // From the last to the first, each thread once.
    let chain = device.read::<i32>(chain, count)?;
    let mut at = device.read::<i32>(last, 1)?[0];
    let mut seen = Vec::new();
    while let Ok(index) = usize::try_from(at) {
        if seen.len() == count {
            return Err("the chain of exchanges has no end".to_owned());
        }
        seen.push(at);
        at = chain[index];
    }
    seen.sort_unstable();
    let want: Vec<i32> = (0..count as i32).collect();
    all_same("the chain of exchanges", &seen, &want)
}

fn float_sums(device: &mut Device, count: usize) -> Tried {
    // Eighths: their sums are exact, whatever the order.
    let a: Vec<f32> = device
        .random
        .ints(count, -800, 800)
        .iter()
        .map(|x| *x as f32 / 8.0)
        .collect();
    let (sums, wide) = (
        device.input("sums", &[0f32; 3]),
        device.input("wide", &[0f64]),
    );
    let args = [
        Ptr(device.input("in", &a)),
        Ptr(sums),
        Ptr(wide),
        I32(count as i32),
    ];
    device.run("float_sums", line(count, 64), 0, &args)?;
    let sum: f32 = a.iter().sum();
    all_same("float_sums", &device.read(sums, 3)?, &[sum, sum, 2.5])?;
    all_same("wide sum", &device.read(wide, 1)?, &[f64::from(sum)])
}

fn cas_loops(device: &mut Device, count: usize) -> Tried {
    let a = device.random.floats(count, -100.0, 100.0);
    let greatest = device.input("greatest", &[f32::NEG_INFINITY]);
    let product = device.input("product", &[1f64]);
    let args = [
        Ptr(device.input("in", &a)),
        Ptr(greatest),
        Ptr(product),
        I32(count as i32),
    ];
    device.run("cas_loops", line(count, 32), 0, &args)?;
    let most = a.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    all_same("greatest", &device.read(greatest, 1)?, &[most])?;
    let want = if count % 2 == 1 { 0.5 } else { 1.0 };
    all_same("product", &device.read(product, 1)?, &[want])?;
    let words: Vec<u32> = (0..count)
        .map(|_| device.random.between(1, 25) as u32)
        .collect();
    let slots = 40;
    let keys = device.input("keys", &vec![0u32; slots]);
    let counts = device.input("counts", &vec![0u32; slots]);
    let args = [
        Ptr(device.input("words", &words)),
        I32(count as i32),
        Ptr(keys),
        Ptr(counts),
        U32(slots as u32),
    ];
    device.run("count_words", line(count, 64), 0, &args)?;
    let (keys, counts) = (
        device.read::<u32>(keys, slots)?,
        device.read::<u32>(counts, slots)?,
    );
    let mut got: Vec<[u32; 2]> = keys
        .into_iter()
        .zip(counts)
        .map(|(key, count)| [key, count])
        .collect();
    got.retain(|[key, _]| *key != 0);
    got.sort_unstable();
    let mut times = BTreeMap::new();
    words
        .iter()
        .for_each(|word| *times.entry(*word).or_insert(0u32) += 1);
    let want: Vec<[u32; 2]> = times
        .into_iter()
        .map(|(word, times)| [word, times])
        .collect();
    all_same("count_words, sorted", &got, &want)?;
    let out = device.output::<i32>("out", 64);
    device.run("shared_swap", line(64, 64), 0, &[Ptr(out)])?;
    let winners: i32 = device.read::<i32>(out, 64)?.iter().sum();
    all_same("winners of shared_swap", &[winners], &[1])
}

fn compaction(device: &mut Device, count: usize) -> Tried {
    let a = device.random.ints(count, -50, 50);
    type Keeps = fn(&i32) -> bool;
    let kernels: [(&str, Keeps); 2] = [("compaction", |x| *x > 0), ("by_ballot", |x| x % 3 == 0)];
    for (function, keeps) in kernels {
        let mut want: Vec<i32> = a.iter().copied().filter(keeps).collect();
        let (out, counter) = (
            device.output::<i32>("out", want.len()),
            device.input("counter", &[0i32]),
        );
        let args = [
            Ptr(device.input("in", &a)),
            Ptr(out),
            Ptr(counter),
            I32(count as i32),
        ];
        device.run(function, line(count, 64), 0, &args)?;
        all_same(function, &device.read(counter, 1)?, &[want.len() as i32])?;
        let mut got = device.read::<i32>(out, want.len())?;
        got.sort_unstable();
        want.sort_unstable();
        all_same(function, &got, &want)?;
    }
    Ok(())
}
