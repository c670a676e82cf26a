//! What a warp's load asks of memory: sectors, by the stride between its lanes.
//!
//! See "Coalesced Access to Global Memory" in the CUDA C++ Best Practices Guide.

use std::io::Write;

use super::stage::{Stage, bytes, listing};
use crate::gpu::launch::{Arg, Dim3};
use crate::lessons::columns::{Align, head, narrow, prose};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "coalescing",
    title: "how far apart a warp's lanes load, and how many sectors that takes",
    run,
};

const SOURCE: (&str, &str) = ("coalescing.cu", include_str!("kernels/coalescing.cu"));

/// The line that loads.
const LOAD: u32 = 4;

/// Numbers between those of two neighbouring lanes.
const STRIDES: [u32; 6] = [1, 2, 3, 4, 8, 32];

/// Lanes of a warp, and bytes of a sector.
const LANES: usize = 32;
const SECTOR: u32 = 32;

/// How full a sector is that so many of its eight numbers are loaded from.
const SHADES: [char; 9] = [' ', '░', '░', '▒', '▒', '▓', '▓', '█', '█'];

/// Sectors that are drawn at most.
const DRAWN: usize = 40;

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "Memory is moved in sectors of 32 bytes. The 32 lanes of a warp load together: the \
                 hardware gathers their addresses and asks for each sector once, whatever is used of it.";
    opening(out, "One load, many sectors", story, options)?;
    let Some(mut stage) = Stage::open(out, SOURCE, options)? else {
        return Ok(());
    };
    let meaning = "One warp, 32 lanes; lane i loads number i times stride.";
    section(out, "The kernel", &listing(SOURCE.1), meaning, options)?;
    let mut rows = vec![head([
        "stride",
        "sectors",
        "moved",
        "used",
        "the sectors, by how much of each is used",
    ])];
    for stride in STRIDES {
        options.go_on()?;
        rows.push(row(&mut stage, stride)?);
    }
    let align = [
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
    ];
    let meaning = "Counted by the simulator at the line of the load. With stride 1 the warp's 128 bytes \
                   are 4 sectors, all used. From stride 8 on every lane has a sector of its own: eight \
                   times the traffic for the same 32 numbers, and a kernel that waits for memory runs \
                   eight times as long.";
    section(
        out,
        "By the stride",
        &narrow(&align, &rows),
        meaning,
        options,
    )?;
    let read_on = "Try it: the lab `gpu/transpose`, where one of two accesses has a stride whatever you \
                   do. Look at a kernel of your own: `syslab gpu run FILE.cu --profile`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// What one stride costs.
fn row(stage: &mut Stage, stride: u32) -> anyhow::Result<Vec<String>> {
    let len = LANES as u32 * stride;
    let input = stage.given("in", &bytes((0..len).map(|n| (n as f32).to_bits())))?;
    let output = stage.room("out", LANES)?;
    let place = stage.room("place", LANES)?;
    let args = [
        Arg::Ptr(input),
        Arg::Ptr(output),
        Arg::Ptr(place),
        Arg::U32(stride),
    ];
    let launched = stage.launch("strided", (Dim3::line(1), Dim3::line(LANES as u32)), &args)?;
    let load = launched
        .counters
        .line(SOURCE.0, LOAD)
        .cloned()
        .unwrap_or_default();
    let moved = load.global_load_sectors * u64::from(SECTOR);
    let used = match moved {
        0 => "?".to_owned(),
        moved => format!("{} %", 100 * load.global_load_bytes / moved),
    };
    Ok(vec![
        stride.to_string(),
        load.global_load_sectors.to_string(),
        format!("{moved} B"),
        used,
        heat(&stage.words(place, LANES)?),
    ])
}

/// The sectors along memory, each as full as lanes have loaded of it.
fn heat(places: &[u32]) -> String {
    let mut loaded = Vec::new();
    for place in places {
        let sector = (place / SECTOR) as usize;
        if loaded.len() <= sector {
            loaded.resize(sector + 1, 0);
        }
        loaded[sector] += 1;
    }
    let drawn = loaded.iter().map(|lanes| SHADES[(*lanes).min(8)]);
    let mut picture: String = drawn.take(DRAWN).collect();
    if loaded.len() > DRAWN {
        picture.push('…');
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sectors_are_drawn_as_full_as_they_are() {
        let at = |stride: u32| (0..32).map(|lane| lane * stride * 4).collect::<Vec<_>>();
        assert_eq!(heat(&at(1)), "████");
        assert_eq!(heat(&at(2)), "▒▒▒▒▒▒▒▒");
        assert_eq!(heat(&at(8)).chars().filter(|c| *c == '░').count(), 32);
        assert!(heat(&at(32)).ends_with('…'));
    }
}
