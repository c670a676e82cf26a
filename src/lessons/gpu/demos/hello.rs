//! A grid: its blocks, their warps, their threads, as they cover a picture.
//!
//! See "Thread Hierarchy" in the CUDA C++ Programming Guide.

use std::io::Write;

use super::stage::{Stage, listing};
use crate::gpu::launch::{Arg, Dim3};
use crate::lessons::columns::prose;
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "hello",
    title: "a grid's blocks, warps and threads, drawn",
    run,
};

const SOURCE: (&str, &str) = ("hello.cu", include_str!("kernels/hello.cu"));

/// Blocks, and threads of each: a block is two warps.
const GRID: Dim3 = Dim3::new(3, 2, 1);
const BLOCK: Dim3 = Dim3::new(16, 4, 1);

/// How the warps of a block are drawn.
const WARPS: [char; 2] = ['·', '#'];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "A launch starts a grid of blocks, each of them so many threads, and all run the same \
                 function. A thread finds out who it is from blockIdx and threadIdx, and makes of that \
                 which piece of the work is its own.";
    opening(out, "Who am I?", story, options)?;
    let Some(ptx) = Stage::ptx(out, SOURCE, options)? else {
        return Ok(());
    };
    let meaning = format!(
        "Launched as hello<<<dim3{GRID}, dim3{BLOCK}>>>: {} threads.",
        GRID.count() * BLOCK.count()
    );
    section(out, "The kernel", &listing(SOURCE.1), &meaning, options)?;
    let (picture, first) = drawn(&ptx, 1)?;
    let meaning = "Each cell is a thread, where its x and y put it; a frame is a block; the two signs \
                   are its two warps. A warp is 32 threads that follow each other in x, then in y, and \
                   they run together: with blocks 16 wide, a warp is two rows.";
    section(
        out,
        "What each thread made of it",
        &picture,
        meaning,
        options,
    )?;
    let (_, second) = drawn(&ptx, 2)?;
    let table = format!("  one launch:      {first}\n  another:         {second}\n");
    let meaning = "The first thread of each block said its name. In which order blocks run is \
                   nobody's promise: a GPU runs as many at once as have room, and the simulator here \
                   picks an order by its seed. A kernel that needs one is wrong.";
    section(out, "The order of blocks", &table, meaning, options)?;
    let read_on = "Read on: `syslab gpu read`. Try it: `syslab gpu start vector-add`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// The picture that threads have made, and what blocks have said.
fn drawn(ptx: &str, seed: u64) -> anyhow::Result<(String, String)> {
    let mut stage = Stage::with(ptx, seed)?;
    let (width, height) = ((GRID.x * BLOCK.x) as usize, (GRID.y * BLOCK.y) as usize);
    let block = stage.room("block", width * height)?;
    let warp = stage.room("warp", width * height)?;
    let args = [Arg::Ptr(block), Arg::Ptr(warp), Arg::U32(width as u32)];
    let launched = stage.launch("hello", (GRID, BLOCK), &args)?;
    let (blocks, warps) = (
        stage.words(block, width * height)?,
        stage.words(warp, width * height)?,
    );
    let said: Vec<&str> = launched
        .printed
        .lines()
        .map(|line| line.trim_start_matches("block "))
        .collect();
    Ok((framed(&blocks, &warps, width), said.join(" ")))
}

/// Cells with a line where the block changes.
fn framed(blocks: &[u32], warps: &[u32], width: usize) -> String {
    let mut picture = String::new();
    let mut above: Option<&[u32]> = None;
    for (blocks, warps) in blocks.chunks(width).zip(warps.chunks(width)) {
        if above.is_some_and(|above| above != blocks) {
            picture.push('\n');
        }
        above = Some(blocks);
        picture.push_str("  ");
        for (x, (block, warp)) in blocks.iter().zip(warps).enumerate() {
            if x > 0 && blocks[x - 1] != *block {
                picture.push_str("  ");
            }
            picture.push(WARPS.get(*warp as usize).copied().unwrap_or('?'));
        }
        picture.push('\n');
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_stand_apart() {
        let picture = framed(&[0, 0, 1, 1, 2, 2, 3, 3], &[0, 1, 0, 1, 0, 1, 0, 1], 4);
        assert_eq!(picture, "  ·#  ·#\n\n  ·#  ·#\n");
    }
}
