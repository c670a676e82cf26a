//! Shared memory has 32 banks: what happens if several lanes want different words of one.
//!
//! See "Shared Memory" in the CUDA C++ Programming Guide, compute capability 5 and later.

use std::io::Write;

use super::stage::{Stage, listing};
use crate::gpu::launch::{Arg, Dim3};
use crate::lessons::columns::{Align, head, narrow, prose};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "banks",
    title: "how often a warp must ask shared memory, by the stride between its lanes",
    run,
};

const SOURCE: (&str, &str) = ("banks.cu", include_str!("kernels/banks.cu"));

/// The line that loads with a stride.
const LOAD: u32 = 7;

/// Words between those of two neighbouring lanes; none, all of them, and what people pad to.
const STRIDES: [u32; 9] = [0, 1, 2, 3, 4, 8, 16, 32, 33];

const LANES: u32 = 32;
const BANKS: u32 = 32;

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "Shared memory has 32 banks; word w, of four bytes, is in bank w % 32. In one pass each \
                 bank gives one word, to however many lanes want it. Lanes that want different words of \
                 one bank are served one after the other.";
    opening(out, "Thirty-two banks", story, options)?;
    let Some(mut stage) = Stage::open(out, SOURCE, options)? else {
        return Ok(());
    };
    section(out, "The kernel", &listing(SOURCE.1), "One warp.", options)?;
    let mut rows = vec![head([
        "stride",
        "passes",
        "lanes on each bank that is asked",
    ])];
    for stride in STRIDES {
        options.go_on()?;
        let output = stage.room("out", LANES as usize)?;
        let args = [Arg::Ptr(output), Arg::U32(stride)];
        let launched = stage.launch("strided", (Dim3::line(1), Dim3::line(LANES)), &args)?;
        let load = launched
            .counters
            .line(SOURCE.0, LOAD)
            .cloned()
            .unwrap_or_default();
        let words = stage.words(output, LANES as usize)?;
        rows.push(vec![
            stride.to_string(),
            load.shared_passes.to_string(),
            asked(&words),
        ]);
    }
    let align = [Align::Right, Align::Right, Align::Left];
    let meaning = "Passes are counted by the simulator at the line of the load; the pictures are made of \
                   the words that lanes really got. One word for all is one pass. A stride that is odd \
                   meets every bank once. Stride 32 is a column of a tile 32 wide, and takes 32 passes; \
                   with rows of 33 words it takes one, which is what the word too many is for.";
    section(
        out,
        "By the stride",
        &narrow(&align, &rows),
        meaning,
        options,
    )?;
    out.write_all(prose("Try it: the lab `gpu/transpose`.").as_bytes())?;
    Ok(())
}

/// For each bank, as a digit or letter, how many lanes want something of it; a dot is none.
fn asked(words: &[u32]) -> String {
    (0..BANKS)
        .map(|bank| {
            let lanes = words.iter().filter(|word| *word % BANKS == bank).count();
            match lanes {
                0 => '·',
                1..=9 => char::from_digit(lanes as u32, 10).unwrap_or('?'),
                _ => '#',
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_counted_by_bank() {
        let words: Vec<u32> = (0..32).map(|lane| lane * 16).collect();
        assert_eq!(
            asked(&words),
            format!("#{}#{}", "·".repeat(15), "·".repeat(15))
        );
        assert_eq!(asked(&[0, 33, 65]), format!("12{}", "·".repeat(30)));
    }
}
