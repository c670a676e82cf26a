//! Exhibits of failed checks, with the lines of the submission that made the calls.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use crate::model::exhibit::Exhibit;
use crate::model::experiment::SUBMISSION_DIR;
use crate::model::{Frame, Recording};

use super::lookup;

/// Addresses that are looked up at most; calls from further ones show no line.
const ADDRESSES_MAX: usize = 4096;

/// Addresses that are looked up at once: they are arguments, and what is found is bounded.
const BATCH: usize = 256;

/// Lines by module and address.
type Lines = BTreeMap<(String, u64), Vec<Frame>>;

/// Puts lines of the submission in the place of addresses, and leaves out what is not its own.
///
/// Its DWARF is hostile: it is read in a process of its own, as for evidence.
pub fn name_lines(exhibit: &mut Exhibit, submission: &Path) {
    let lines = lines(exhibit.runs.iter().map(|run| &run.recording), submission);
    let events = (exhibit.runs.iter_mut()).flat_map(|run| run.recording.events.iter_mut());
    for event in events {
        let frames = std::mem::take(&mut event.site);
        event.site = frames
            .into_iter()
            .flat_map(|frame| named(frame, &lines))
            .collect();
    }
}

/// The lines of a frame, those of inlined functions too.
fn named(frame: Frame, lines: &Lines) -> Vec<Frame> {
    match frame {
        Frame::Source { .. } => vec![frame],
        Frame::Native { module, address } => {
            lines.get(&(module, address)).cloned().unwrap_or_default()
        }
    }
}

fn lines<'a>(runs: impl Iterator<Item = &'a Recording>, submission: &Path) -> Lines {
    let mut addresses: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    let mut count = 0;
    for frame in runs.flat_map(|run| run.events.iter().flat_map(|event| &event.site)) {
        if let Frame::Native { module, address } = frame
            && module.starts_with(SUBMISSION_DIR)
            && count < ADDRESSES_MAX
            && addresses.entry(module).or_default().insert(*address)
        {
            count += 1;
        }
    }
    let mut lines = Lines::new();
    for (module, addresses) in addresses {
        let own = module.strip_prefix(SUBMISSION_DIR).unwrap_or_default();
        let binary = submission.join(own.trim_start_matches('/'));
        let addresses: Vec<u64> = addresses.into_iter().collect();
        for batch in addresses.chunks(BATCH) {
            let Ok(file) = File::open(&binary) else {
                continue;
            };
            let found = lookup::frames(file, module, batch).unwrap_or_default();
            for (address, frames) in batch.iter().zip(found) {
                let own = frames.into_iter().filter(
                    |frame| matches!(frame, Frame::Source { file, .. } if !file.starts_with('/')),
                );
                lines.insert((module.to_owned(), *address), own.collect());
            }
        }
    }
    lines
}
