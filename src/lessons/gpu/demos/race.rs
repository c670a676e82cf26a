//! A reduction without its barrier: often right, and always wrong.
//!
//! See "Synchronization Functions" in the CUDA C++ Programming Guide.

use std::io::Write;

use super::stage::{Stage, bytes, gpu, listing};
use crate::gpu::cuda::Cuda;
use crate::gpu::fault::{Fault, FaultKind};
use crate::gpu::launch::{Arg, Dim3};
use crate::lessons::columns::{Align, head, narrow, prose};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "race",
    title: "a sum without its barrier: how often it is right, and who races with whom",
    run,
};

const SOURCE: (&str, &str) = ("race.cu", include_str!("kernels/race.cu"));

/// Numbers that are added up.
const LEN: u32 = 256;

/// Launches on a GPU, if there is one.
const ON_GPU: u32 = 10_000;

/// Launches, each with an order of warps of its own; and in the quick version.
const LAUNCHES: (u64, u64) = (40, 10);

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "A block adds up 256 numbers in shared memory, half of the rest in each turn. Somebody \
                 left out the barrier between two turns. The result is right if the warps happen to run \
                 in a certain order; on a GPU they mostly do, and the tests pass.";
    opening(out, "Right by luck", story, options)?;
    let Some(ptx) = Stage::ptx(out, SOURCE, options)? else {
        return Ok(());
    };
    section(
        out,
        "The kernel",
        &listing(SOURCE.1),
        "One block of 256 threads. `volatile` has the compiler leave each access where it is: what goes \
         wrong is the order of the warps alone.",
        options,
    )?;
    let launches = match options.quick {
        true => LAUNCHES.1,
        false => LAUNCHES.0,
    };
    let right: u32 = (1..=LEN).sum();
    let (mut is_right, mut is_found) = (0, 0);
    let mut shown = None;
    for seed in 1..=launches {
        options.go_on()?;
        let mut stage = Stage::with(&ptx, seed)?;
        let input = stage.given("in", &bytes(1..=LEN))?;
        let output = stage.room("out", 1)?;
        let args = [Arg::Ptr(input), Arg::Ptr(output), Arg::U32(LEN)];
        let launched = stage.launch("sum", (Dim3::line(1), Dim3::line(LEN)), &args)?;
        is_right += u64::from(stage.words(output, 1)? == [right]);
        let race = launched
            .faults
            .into_iter()
            .find(|fault| fault.kind == FaultKind::Race);
        is_found += u64::from(race.is_some());
        shown = shown.or(race);
    }
    let mut rows = vec![
        head([
            "on",
            "launches",
            "right results",
            "the simulator names the race",
        ]),
        vec![
            "the simulator".to_owned(),
            launches.to_string(),
            is_right.to_string(),
            is_found.to_string(),
        ],
    ];
    let gpu = gpu()?;
    if let Some(gpu) = &gpu {
        rows.push(on_gpu(gpu, &ptx, right, options)?);
    }
    let meaning = "On the simulator each launch lets the warps run in another order. A test that compares results finds \
                   this mistake when the order is unlucky. The simulator does not compare results: it \
                   sees two threads at the same word, one of them writing, and no barrier between them, \
                   whichever of the two came first.";
    let table = narrow(
        &[Align::Left, Align::Right, Align::Right, Align::Right],
        &rows,
    );
    section(out, "By result, and by access", &table, meaning, options)?;
    if let Some(race) = shown {
        let meaning = "The barrier belongs at the end of each turn, where all threads pass: not inside \
                       of the `if`, where only some do.";
        section(out, "Who races with whom", &told(&race), meaning, options)?;
    }
    out.write_all(prose("Try it: the lab `gpu/reduce`.").as_bytes())?;
    Ok(())
}

/// How often a GPU gets it right.
fn on_gpu(gpu: &Cuda, ptx: &str, right: u32, options: &DemoOptions) -> anyhow::Result<Vec<String>> {
    let kernel = gpu.load(ptx, "sum")?;
    let mut input = gpu.alloc(4 * LEN as usize)?;
    gpu.write(&mut input, &bytes(1..=LEN))?;
    let output = gpu.alloc(4)?;
    let args = [
        Arg::Ptr(input.pointer()),
        Arg::Ptr(output.pointer()),
        Arg::U32(LEN),
    ];
    let mut is_right = 0;
    for _ in 0..ON_GPU {
        options.go_on()?;
        gpu.launch(&kernel, (Dim3::line(1), Dim3::line(LEN)), 0, &args)?;
        is_right += u32::from(gpu.read(&output)? == right.to_le_bytes());
    }
    Ok(vec![
        gpu.description().name.clone(),
        ON_GPU.to_string(),
        is_right.to_string(),
        String::new(),
    ])
}

/// The two accesses.
fn told(race: &Fault) -> String {
    let mut text = prose(&format!("it {} ({})", visible(&race.text), race.at));
    for (site, at) in [(&race.site, Some(race.at)), (&race.other, race.other_at)] {
        let (Some(site), Some(at)) = (site, at) else {
            continue;
        };
        let number = site.line as usize;
        let line = SOURCE.1.lines().nth(number.saturating_sub(1));
        text.push_str(&format!(
            "  {site}  {}   <- {at}\n",
            line.unwrap_or_default().trim()
        ));
    }
    text
}
