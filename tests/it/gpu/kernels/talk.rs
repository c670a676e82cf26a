//! What a kernel says, and what it reads of clocks.

use super::Kernel;
use crate::gpu::crowd::Tried;
use crate::gpu::device::{Device, line};
use crate::gpu::numbers::all_same;
use syslab::gpu::launch::Arg::{I32, Ptr};

pub(super) const KERNELS: &[Kernel] = &[Kernel {
    file: "talk",
    sizes: &[1, 5],
    try_it: talk,
}];

fn talk(device: &mut Device, count: usize) -> Tried {
    let a = device.random.floats(count, -10.0, 10.0);
    let args = [Ptr(device.input("in", &a)), I32(count as i32)];
    let launched = device.run("talk", line(40, 40), 0, &args)?;
    let mut got: Vec<&str> = launched.printed.lines().collect();
    got.sort_unstable();
    let mut want = vec!["done".to_owned()];
    want.extend(a.iter().enumerate().map(|(i, x)| {
        format!(
            "thread {i} of 40: {x:.3}   abc|z   |{:x} 1099511627776 100%",
            255 * i
        )
    }));
    want.sort_unstable();
    if got != want {
        return Err(format!(
            "it printed\n{}\nnot\n{}",
            got.join("\n"),
            want.join("\n")
        ));
    }
    let out = device.output::<i64>("out", 32);
    device.run("clocks", line(32, 32), 0, &[Ptr(out)])?;
    all_same("clocks", &device.read(out, 32)?, &[1i64; 32])
}
