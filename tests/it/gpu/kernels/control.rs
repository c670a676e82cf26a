//! Control flow: divergence, switches, calls, grids.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::all_same;
use syslab::gpu::launch::Arg::{F32, I32, Ptr};
use syslab::gpu::launch::Dim3;

pub(super) const KERNELS: &[Kernel] = &[
    Kernel {
        file: "divergence",
        sizes: &[1, 80],
        try_it: divergence,
    },
    Kernel {
        file: "switches",
        sizes: &[1, 100],
        try_it: switches,
    },
    Kernel {
        file: "calls",
        sizes: &[1, 64],
        try_it: calls,
    },
    Kernel {
        file: "function_pointers",
        sizes: &[1, 70],
        try_it: function_pointers,
    },
    Kernel {
        file: "grids",
        sizes: &[1, 2],
        try_it: grids,
    },
];

fn collatz(mut x: u32) -> i32 {
    let mut steps = 0;
    while x != 1 {
        if x & 1 == 1 {
            if x > 1_000_000_000 {
                return -1;
            }
            x = 3 * x + 1;
        } else {
            x >>= 1;
        }
        steps += 1;
    }
    steps
}

fn nested(x: i32) -> i32 {
    if x == 13 {
        return -13;
    }
    let mut sum = 0;
    for k in 0..12 {
        if k % 5 == x % 5 {
            continue;
        }
        if k > x {
            break;
        }
        if x & 1 == 1 {
            sum += k;
            if x & 2 != 0 {
                sum *= 2;
                if x & 4 != 0 {
                    sum ^= 0x55;
                }
            } else {
                sum -= 3;
            }
        } else {
            for j in 0..x & 3 {
                sum += j * k;
                if sum > 50 {
                    return sum;
                }
            }
        }
    }
    sum
}

fn divergence(device: &mut Device, count: usize) -> Tried {
    let shape = line(count, 64);
    let a = device
        .random
        .mixed(count, &[1u32, 27, 999_999_999, 3_000_000_001], |random| {
            random.between(1, 300) as u32
        });
    let out = device.output::<i32>("out", count);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(count as i32)];
    device.run("collatz", shape, 0, &args)?;
    let want: Vec<i32> = a.iter().map(|x| collatz(*x)).collect();
    all_same("collatz", &device.read(out, count)?, &want)?;
    let a = device
        .random
        .mixed(count, &[13], |random| random.between(0, 30) as i32);
    let out = device.output::<i32>("out", count);
    let args = [Ptr(device.input("in", &a)), Ptr(out), I32(count as i32)];
    device.run("nested", shape, 0, &args)?;
    let want: Vec<i32> = a.iter().map(|x| nested(*x)).collect();
    all_same("nested", &device.read(out, count)?, &want)?;
    let out = device.output::<i32>("out", count);
    device.run("primes", shape, 0, &[Ptr(out), I32(count as i32)])?;
    let is_prime = |n: usize| n > 1 && (2..n).all(|d| !n.is_multiple_of(d));
    let want: Vec<i32> = (0..count).map(|n| is_prime(n).into()).collect();
    all_same("primes", &device.read(out, count)?, &want)?;
    let mut sorted = device.random.ints(count, 0, 200);
    sorted.sort_unstable();
    let wanted = device.random.ints(count, -5, 205);
    let out = device.output::<i32>("out", count);
    let args = [
        Ptr(device.input("sorted", &sorted)),
        I32(count as i32),
        Ptr(device.input("wanted", &wanted)),
        Ptr(out),
        I32(count as i32),
    ];
    device.run("search", shape, 0, &args)?;
    let want: Vec<i32> = wanted
        .iter()
        .map(|x| sorted.binary_search(x).is_ok().into())
        .collect();
    all_same("search", &device.read(out, count)?, &want)
}

fn switches(device: &mut Device, count: usize) -> Tried {
    let op = device
        .random
        .mixed(count, &[-5, 1000, 100_000, 8, -1], |random| {
            random.between(0, 7) as i32
        });
    let x = device.random.ints(count, -300, 300);
    let out = device.output::<i32>("out", 3 * count);
    let args = [
        Ptr(device.input("op", &op)),
        Ptr(device.input("x", &x)),
        Ptr(out),
        I32(count as i32),
    ];
    device.run("switches", line(count, 64), 0, &args)?;
    let dense = |op: i32, x: i32| match op {
        0 => x + 17,
        1 => x * x,
        2 => x ^ 0x3c,
        3 => x / 3,
        4 => -x,
        5 => x << 3,
        6 => x % 11,
        7 => x - 1000,
        _ => 99,
    };
    let sparse = |op: i32, x: i32| match op {
        -5 => 1,
        7 => x,
        1000 => x + 2,
        100_000 => x * 5,
        _ => 0,
    };
    let falling = |op: i32, x: i32| match op & 3 {
        3 => (x + 10) * 2 + 1,
        2 => 21,
        _ => 1,
    };
    let both = || op.iter().copied().zip(x.iter().copied());
    let want: Vec<i32> = both()
        .map(|(op, x)| dense(op, x))
        .chain(both().map(|(op, x)| sparse(op, x)))
        .chain(both().map(|(op, x)| falling(op, x)))
        .collect();
    all_same("switches", &device.read(out, 3 * count)?, &want)?;
    let op = device.random.ints(count, 0, 2);
    let out = device.output::<i32>("out", count);
    let args = [Ptr(device.input("op", &op)), Ptr(out), I32(count as i32)];
    device.run("jump_table", line(count, 64), 0, &args)?;
    let want: Vec<i32> = op.iter().map(|op| 100 + op * 111).collect();
    all_same("jump_table", &device.read(out, count)?, &want)
}

fn ackermann(m: i32, n: i32) -> i32 {
    match (m, n) {
        (0, _) => n + 1,
        (_, 0) => ackermann(m - 1, 1),
        _ => ackermann(m - 1, ackermann(m, n - 1)),
    }
}

fn fibonacci(n: i32) -> i32 {
    if n < 2 {
        n
    } else {
        fibonacci(n - 1) + fibonacci(n - 2)
    }
}

fn calls(device: &mut Device, count: usize) -> Tried {
    let out = device.output::<i32>("out", 32);
    device.run("recursion", line(32, 32), 0, &[Ptr(out)])?;
    let want: Vec<i32> = (0..32)
        .map(|t| {
            if t % 2 == 1 {
                ackermann(2, t / 8)
            } else {
                fibonacci(t / 4)
            }
        })
        .collect();
    all_same("recursion", &device.read(out, 32)?, &want)?;
    let a = device.random.ints(count, -3000, 3000);
    let b = device.random.ints(count, 1, 3000);
    let out = device.output::<i64>("out", 6 * count);
    let args = [
        Ptr(device.input("a", &a)),
        Ptr(device.input("b", &b)),
        Ptr(out),
        I32(count as i32),
    ];
    device.run("calls", line(count, 32), 0, &args)?;
    type Call = fn(i32, i32) -> i32;
    let results: [Call; 6] = [
        |a, b| a / b,
        |a, b| a % b,
        |a, b| 3 * a + 5 * b,
        |a, b| a + b,
        |a, b| a * b,
        |a, b| i32::from(if a < b { b'-' } else { b'+' }),
    ];
    let want: Vec<i64> = results
        .iter()
        .flat_map(|result| a.iter().zip(&b).map(|(a, b)| i64::from(result(*a, *b))))
        .collect();
    all_same("calls", &device.read(out, 6 * count)?, &want)
}

fn function_pointers(device: &mut Device, count: usize) -> Tried {
    let which = device.random.ints(count, 0, 5);
    let x = device.random.ints(count, -99, 99);
    let out = device.output::<i32>("out", 3 * count);
    let args = [
        Ptr(device.input("which", &which)),
        Ptr(device.input("x", &x)),
        Ptr(out),
        I32(count as i32),
    ];
    device.run("function_pointers", line(count, 64), 0, &args)?;
    let step = |which: i32, x: i32, y: i32| match which {
        0 => x + y,
        1 => x - y,
        _ => x * y,
    };
    let both = || which.iter().copied().zip(x.iter().copied());
    let want: Vec<i32> = both()
        .map(|(which, x)| if which % 2 == 1 { x + 7 } else { x * 7 })
        .chain(
            (0..)
                .zip(both())
                .map(|(i, (which, x))| step(which % 3, x, i)),
        )
        .chain(both().map(|(which, x)| (0..3).fold(x, |x, _| step(which % 2, x, 3))))
        .collect();
    all_same("function_pointers", &device.read(out, 3 * count)?, &want)
}

fn grids(device: &mut Device, size: usize) -> Tried {
    let size = size as u32;
    let (grid, block) = (Dim3::new(3, size, 2), Dim3::new(5, 3, size));
    let count = (grid.count() * block.count()) as usize;
    let out = device.output::<u32>("out", count);
    device.run("everyone", (grid, block), 0, &[Ptr(out)])?;
    let places = |extents: Dim3| {
        (0..extents.z).flat_map(move |z| {
            (0..extents.y).flat_map(move |y| (0..extents.x).map(move |x| (x, y, z)))
        })
    };
    let want: Vec<u32> = places(grid)
        .flat_map(|(bx, by, bz)| {
            places(block).map(move |(x, y, z)| bx << 20 | by << 16 | bz << 12 | x << 8 | y << 4 | z)
        })
        .collect();
    all_same("everyone", &device.read(out, count)?, &want)?;
    let (width, height) = (13 * size as usize, 9 * size as usize);
    let a: Vec<f32> = device
        .random
        .ints(width * height, 0, 100)
        .iter()
        .map(|x| *x as f32)
        .collect();
    let out = device.output::<f32>("out", width * height);
    let args = [
        Ptr(device.input("in", &a)),
        Ptr(out),
        I32(width as i32),
        I32(height as i32),
    ];
    let grid = Dim3::new(width.div_ceil(8) as u32, height.div_ceil(4) as u32, 1);
    device.run("stencil", (grid, Dim3::new(8, 4, 1)), 0, &args)?;
    let want: Vec<f32> = (0..width * height)
        .map(|i| {
            let (x, y) = ((i % width) as i64, (i / width) as i64);
            let near = |at: i64, end: usize| at.clamp(0, end as i64 - 1) as usize;
            (0..9)
                .map(|k| a[near(y + k / 3 - 1, height) * width + near(x + k % 3 - 1, width)])
                .sum()
        })
        .collect();
    all_same("stencil", &device.read(out, width * height)?, &want)?;
    let count = 100 * size as usize;
    let (x, y) = (
        device.random.floats(count, -1.0, 1.0),
        device.random.floats(count, -1.0, 1.0),
    );
    let out = device.input("y", &y);
    let args = [
        F32(2.5),
        Ptr(device.input("x", &x)),
        Ptr(out),
        I32(count as i32),
    ];
    device.run("saxpy", (Dim3::line(2), Dim3::line(32)), 0, &args)?;
    let want: Vec<f32> = x
        .iter()
        .zip(&y)
        .map(|(x, y)| 2.5f32.mul_add(*x, *y))
        .collect();
    all_same("saxpy", &device.read(out, count)?, &want)
}
