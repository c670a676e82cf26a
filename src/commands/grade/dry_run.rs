//! `grade --dry-run`: what would be submitted to a scheduler.

use crate::exit::{self, Outcome};
use crate::grade::drive::Driver;
use crate::grade::run::{Chunk, Manifest, RunDir};
use crate::model::shell_word;
use crate::ui::{Screen, visible};

use super::drive::trouble;
use super::engines::Workers;
use super::opened::told;

/// Shows the commands and scripts, and which examinations each job would make.
///
/// # Errors
/// If the run cannot be read, or an option makes no sense.
pub(super) fn show(
    run: &RunDir,
    manifest: &Manifest,
    workers: &Workers,
    screen: &Screen,
) -> Outcome {
    let slurm = workers.slurm(run, manifest)?;
    let driver = Driver::begin(run, manifest, slurm.trust()).map_err(trouble)?;
    let chunks = driver.next().map_err(told)?;
    for order in slurm.orders(&chunks, &[]) {
        let words: Vec<String> = order.options.iter().map(|word| shell_word(word)).collect();
        let mut text = format!("sbatch {} <<'END'\n{}END\n", words.join(" "), order.script);
        for (number, chunk) in order.chunks.iter().enumerate() {
            let names = names(manifest, chunk).join(", ");
            text.push_str(&format!("# {number}: {}: {names}\n", chunk.name));
        }
        screen.print(&text)?;
    }
    let count: usize = chunks.iter().map(|chunk| chunk.keys.len()).sum();
    screen.remark(&format!(
        "{count} examinations in {} jobs; nothing was submitted",
        chunks.len()
    ));
    Ok(exit::DONE)
}

/// What a chunk is about, for people.
fn names(manifest: &Manifest, chunk: &Chunk) -> Vec<String> {
    let tasks = chunk.keys.iter().filter_map(|key| manifest.task(key));
    tasks.map(|task| visible(&task.name)).collect()
}
