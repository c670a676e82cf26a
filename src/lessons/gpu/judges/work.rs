//! How launches did their work: where threads queue up, part, and wait for each other.

use super::super::facts::Seen;
use super::told;
use super::traffic::counted;
use super::values::right;
use crate::gpu::counters::LineCounters;
use crate::model::{Failure, Judgement, Pass, Trial};
use crate::ui::grouped;

/// Bins of a histogram of bytes.
const BINS: u64 = 256;

/// Branches at which a warp may part, on average.
const FEW_DIVERGENT: f64 = 2.0;

/// Barriers that a tile may take.
const FEW_BARRIERS: u64 = 25;

/// Elements of a tile: a thread has one.
const TILE: u64 = 1024;

/// Lanes of a warp.
const WARP: f64 = 32.0;

/// Lanes of a warp that have to take part, on average.
const BUSY_LANES: f64 = 8.0;

/// Where work is asked for only if its results are right.
const WRONG: &str = "Its work is counted when the results are right. Which element is wrong first?";

/// Fails if there are more atomic operations than warps, be it in global memory or in shared memory.
///
/// Blind spot: a lock that threads take in turn by plain stores.
pub(in crate::lessons::gpu) fn needs_few_atomics(trial: &Trial<'_>) -> Judgement {
    let facts = right(trial, WRONG)?;
    let mut figures = Vec::new();
    for (seen, total) in counted(&facts)? {
        let most = seen.launch.warps;
        figures.push(("atomics".to_owned(), total.global_atomics as f64));
        queues(seen, "global", most, |line| line.global_atomics)?;
        queues(seen, "shared", most, |line| line.shared_atomics)?;
    }
    Ok(Pass { figures })
}

/// Fails if there are more atomic operations in global memory than 256 for each block.
///
/// Blind spot: as of [`needs_few_atomics`].
pub(in crate::lessons::gpu) fn privatises(trial: &Trial<'_>) -> Judgement {
    let facts = right(trial, WRONG)?;
    let mut figures = Vec::new();
    for (seen, total) in counted(&facts)? {
        let most = seen.launch.blocks.saturating_mul(BINS);
        figures.push(("atomics".to_owned(), total.global_atomics as f64));
        queues(seen, "global", most, |line| line.global_atomics)?;
    }
    Ok(Pass { figures })
}

fn queues(
    seen: Seen<'_>,
    memory: &str,
    most: u64,
    atomics: impl Fn(&LineCounters) -> u64,
) -> Result<(), Failure> {
    let all = seen.total().map_or(0, &atomics);
    if all <= most {
        return Ok(());
    }
    let mut why = format!(
        "{}: {} atomic operations on {memory} memory, and {} are enough",
        told::launch(seen.launch),
        grouped(all),
        grouped(most)
    );
    if let Some((line, _)) = told::worst(seen.lines(), |line| atomics(line) as f64) {
        let site = told::site(line.site.as_ref());
        why.push_str(&format!("\n  {site}: {}", grouped(atomics(line))));
    }
    Err(Failure::new(why)
        .hint("Who could add up first, so that fewer threads have to go there?")
        .see(told::see(seen))
        .figure("atomics", all as f64))
}

/// Fails if warps part at more than two branches on average.
///
/// Blind spot: what the compiler makes a predicate or a selection of is no branch.
pub(in crate::lessons::gpu) fn diverges_little(trial: &Trial<'_>) -> Judgement {
    let facts = right(trial, WRONG)?;
    let mut figures = Vec::new();
    for (seen, total) in counted(&facts)? {
        let parted = total.divergent_branches as f64 / seen.launch.warps.max(1) as f64;
        figures.push(("divergent_branches".to_owned(), parted));
        if parted <= FEW_DIVERGENT {
            continue;
        }
        let mut why = format!(
            "{}: a warp parts at {parted:.1} branches, and {FEW_DIVERGENT} are enough",
            told::launch(seen.launch)
        );
        let worst = told::worst(seen.lines(), |line| line.divergent_branches as f64);
        if let Some((line, times)) = worst {
            let site = told::site(line.site.as_ref());
            why.push_str(&format!(
                "\n  {site}: {} times in all",
                grouped(times as u64)
            ));
        }
        return Err(Failure::new(why)
            .hint("At that line, which lanes of a warp go on, and could whole warps do so instead?")
            .see(told::see(seen))
            .figure("divergent_branches", parted)
            .into());
    }
    Ok(Pass { figures })
}

/// Fails if a tile takes more than 25 barriers, or if most lanes look on.
///
/// Blind spot: a chain from thread to thread that is kept without barriers, while all lanes are busy.
pub(in crate::lessons::gpu) fn scans_in_log_steps(trial: &Trial<'_>) -> Judgement {
    let facts = right(trial, WRONG)?;
    let mut figures = Vec::new();
    for (seen, total) in counted(&facts)? {
        let [elements, ..] = seen.launch.sizes;
        let most = FEW_BARRIERS.saturating_mul(elements.div_ceil(TILE));
        figures.push(("barriers".to_owned(), total.barriers as f64));
        if total.barriers > most {
            let why = format!(
                "{}: {} barriers, and {} are enough",
                told::launch(seen.launch),
                grouped(total.barriers),
                grouped(most)
            );
            return Err(Failure::new(why)
                .hint("How many elements can a thread know of after one step, after two, after three?")
                .see(told::see(seen))
                .into());
        }
        let lanes = total.thread_instructions as f64 / total.warp_instructions.max(1) as f64;
        figures.push(("lanes".to_owned(), lanes));
        if lanes < BUSY_LANES {
            return Err(looking_on(seen, lanes).into());
        }
    }
    Ok(Pass { figures })
}

fn looking_on(seen: Seen<'_>, lanes: f64) -> Failure {
    let mut why = format!(
        "{}: of the 32 lanes of a warp, {lanes:.1} take part in an instruction on average, and {BUSY_LANES} are to",
        told::launch(seen.launch)
    );
    let idle = |line: &LineCounters| {
        line.warp_instructions as f64 * WARP - line.thread_instructions as f64
    };
    if let Some((line, _)) = told::worst(seen.lines(), idle) {
        let of = line.thread_instructions as f64 / line.warp_instructions.max(1) as f64;
        let site = told::site(line.site.as_ref());
        why.push_str(&format!("\n  {site}: {of:.1} lanes"));
    }
    Failure::new(why)
        .hint("What do the other threads do meanwhile?")
        .see(told::see(seen))
        .figure("lanes", lanes)
}
