//! One addition, by the processor, by the simulator, and by a GPU if there is one.

use std::io::Write;
use std::time::{Duration, Instant};

use super::stage::{Stage, bytes, gpu, listing, words};
use crate::gpu::cuda::Cuda;
use crate::gpu::launch::{Arg, Dim3};
use crate::lessons::columns::{Align, brief, head, narrow, prose, two_digits};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "vector-add",
    title: "two vectors added by the processor, the simulator, and a GPU if there is one",
    run,
};

const SOURCE: (&str, &str) = ("vector_add.cu", include_str!("kernels/vector_add.cu"));

/// Numbers in a vector; and in the quick version.
const LEN: (u32, u32) = (1 << 18, 1 << 14);

const BLOCK: u32 = 256;

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let len = match options.quick {
        true => LEN.1,
        false => LEN.0,
    };
    let story = format!(
        "Two vectors of {len} numbers are added. A kernel has a thread for each number, and the threads \
         of the last block for which there is none do nothing."
    );
    opening(out, "c = a + b", &story, options)?;
    let Some(ptx) = Stage::ptx(out, SOURCE, options)? else {
        return Ok(());
    };
    let mut stage = Stage::with(&ptx, 1)?;
    section(
        out,
        "The kernel",
        &listing(SOURCE.1),
        "Blocks of 256 threads.",
        options,
    )?;
    let a: Vec<f32> = (0..len).map(|n| n as f32).collect();
    let b: Vec<f32> = (0..len).map(|n| 0.5 * n as f32).collect();
    let began = Instant::now();
    let sums: Vec<f32> = std::hint::black_box(&a)
        .iter()
        .zip(&b)
        .map(|(a, b)| a + b)
        .collect();
    let by_processor = began.elapsed();
    let inputs = [&a, &b].map(|numbers| bytes(numbers.iter().map(|number| number.to_bits())));
    let (first, second) = (stage.given("a", &inputs[0])?, stage.given("b", &inputs[1])?);
    let output = stage.room("c", len as usize)?;
    let args = [
        Arg::Ptr(first),
        Arg::Ptr(second),
        Arg::Ptr(output),
        Arg::U32(len),
    ];
    let grid = Dim3::line(len.div_ceil(BLOCK));
    let began = Instant::now();
    let launched = stage.launch("vector_add", (grid, Dim3::line(BLOCK)), &args)?;
    let by_simulator = began.elapsed();
    let result = stage.words(output, len as usize)?;
    let is_same = result
        .iter()
        .zip(&sums)
        .all(|(word, sum)| *word == sum.to_bits());
    let same = |is_same| match is_same {
        true => "the same".to_owned(),
        false => "another".to_owned(),
    };
    let mut rows = vec![
        head(["by", "time", "result"]),
        vec![
            "one core of the processor".to_owned(),
            brief(by_processor),
            String::new(),
        ],
        vec![
            "the simulator".to_owned(),
            brief(by_simulator),
            same(is_same),
        ],
    ];
    let gpu = gpu()?;
    if let Some(gpu) = &gpu {
        let by_gpu = on_gpu(gpu, &ptx, (&inputs[0], &inputs[1]), len)?;
        rows.extend(by_gpu.rows(same(by_gpu.sums == result)));
    }
    let meaning = match gpu {
        Some(_) => {
            "The simulator looks at every access of every thread, so its time says nothing about the \
             GPU's. The kernel's own time is little beside that of the copies, there and back."
        }
        None => {
            "The simulator looks at every access of every thread, so its time says nothing about a \
             GPU's, of which there is none here. What it counts does."
        }
    };
    let table = narrow(&[Align::Left, Align::Right, Align::Left], &rows);
    section(out, "Who adds", &table, meaning, options)?;
    let total = &launched.counters.total;
    let each = |count: u64| two_digits(count as f64 / f64::from(len));
    let sectors = total.global_load_sectors + total.global_store_sectors;
    let requests = total.global_load_requests + total.global_store_requests;
    let rows = vec![
        head(["for each number", "", "why"]),
        vec![
            "instructions".to_owned(),
            each(total.thread_instructions),
            "addresses and the guard; one of them adds".to_owned(),
        ],
        vec![
            "bytes moved".to_owned(),
            each(32 * sectors),
            "two numbers in, one out".to_owned(),
        ],
        vec![
            "sectors a request".to_owned(),
            two_digits(sectors as f64 / requests.max(1) as f64),
            "32 lanes, 4 bytes each, side by side".to_owned(),
        ],
    ];
    let meaning = "Twelve bytes moved for one addition: this kernel is as fast as memory is, and \
                   no better arithmetic helps it. To send the vectors to a GPU and back, over a bus that \
                   is slower than either memory, takes longer than the sum does on the processor: a \
                   kernel pays where data stay.";
    let table = narrow(&[Align::Left, Align::Right, Align::Left], &rows);
    section(out, "What the simulator counted", &table, meaning, options)?;
    out.write_all(prose("Try it: the lab `gpu/vector-add`.").as_bytes())?;
    Ok(())
}

/// What a GPU took for it.
struct ByGpu {
    name: String,
    /// To it, and back.
    copies: [Duration; 2],
    kernel_us: f64,
    sums: Vec<u32>,
}

impl ByGpu {
    fn rows(&self, same: String) -> [Vec<String>; 3] {
        let [there, back] = self.copies.map(brief);
        let kernel = brief(Duration::from_nanos((1e3 * self.kernel_us) as u64));
        [
            vec!["copies to the GPU".to_owned(), there, String::new()],
            vec![self.name.clone(), kernel, same],
            vec!["the copy back".to_owned(), back, String::new()],
        ]
    }
}

/// The same launch on a GPU, copies and kernel apart.
fn on_gpu(
    gpu: &Cuda,
    ptx: &str,
    (first, second): (&[u8], &[u8]),
    len: u32,
) -> anyhow::Result<ByGpu> {
    let kernel = gpu.load(ptx, "vector_add")?;
    let (mut a, mut b) = (gpu.alloc(first.len())?, gpu.alloc(second.len())?);
    let c = gpu.alloc(first.len())?;
    let began = Instant::now();
    gpu.write(&mut a, first)?;
    gpu.write(&mut b, second)?;
    let there = began.elapsed();
    let args = [
        Arg::Ptr(a.pointer()),
        Arg::Ptr(b.pointer()),
        Arg::Ptr(c.pointer()),
        Arg::U32(len),
    ];
    let shape = (Dim3::line(len.div_ceil(BLOCK)), Dim3::line(BLOCK));
    let timing = gpu.time(|_| Ok(()), |gpu| gpu.launch(&kernel, shape, 0, &args))?;
    let began = Instant::now();
    let sums = gpu.read(&c)?;
    let back = began.elapsed();
    Ok(ByGpu {
        name: gpu.description().name.clone(),
        copies: [there, back],
        kernel_us: timing.median_us(),
        sums: words(&sums),
    })
}
