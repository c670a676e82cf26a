//! A branch that not all lanes of a warp take the same way.
//!
//! See "SIMT Architecture" in the CUDA C++ Programming Guide.

use std::io::Write;

use super::stage::{Stage, listing};
use crate::gpu::launch::{Arg, Dim3};
use crate::lessons::columns::{Align, head, narrow, prose, two_digits};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "divergence",
    title: "one branch, decided lane by lane and warp by warp",
    run,
};

const SOURCE: (&str, &str) = ("divergence.cu", include_str!("kernels/divergence.cu"));

const BLOCK: u32 = 128;

/// Rounds of either loop.
const TURNS: i32 = 16;

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "The lanes of a warp share one instruction at a time. Where a branch sends some here and \
                 some there, the warp goes both ways, one after the other, and those who are not meant \
                 wait.";
    opening(out, "Both ways", story, options)?;
    let Some(mut stage) = Stage::open(out, SOURCE, options)? else {
        return Ok(());
    };
    let meaning =
        "The same work for each thread; in by_lane neighbours differ, in by_warp whole warps.";
    section(out, "The kernels", &listing(SOURCE.1), meaning, options)?;
    let mut rows = vec![head([
        "kernel",
        "warp instructions",
        "lanes in each, of 32",
        "branches that split",
    ])];
    for kernel in ["by_lane", "by_warp"] {
        options.go_on()?;
        let output = stage.room("out", BLOCK as usize)?;
        let launched = stage.launch(
            kernel,
            (Dim3::line(1), Dim3::line(BLOCK)),
            &[Arg::Ptr(output), Arg::I32(TURNS)],
        )?;
        let total = &launched.counters.total;
        rows.push(vec![
            kernel.to_owned(),
            total.warp_instructions.to_string(),
            match total.warp_instructions {
                0 => "?".to_owned(),
                all => two_digits(total.thread_instructions as f64 / all as f64),
            },
            format!("{} of {}", total.divergent_branches, total.branches),
        ]);
    }
    let align = [Align::Left, Align::Right, Align::Right, Align::Right];
    let meaning = "Counted by the simulator. What a branch costs is not the branch, but that lanes idle \
                   while others work. A short one the compiler turns into a selection, where nobody \
                   waits: look before you optimise, with `syslab gpu run FILE.cu --profile`.";
    section(
        out,
        "What it takes",
        &narrow(&align, &rows),
        meaning,
        options,
    )?;
    out.write_all(prose("Try it: the lab `gpu/reduce`.").as_bytes())?;
    Ok(())
}
