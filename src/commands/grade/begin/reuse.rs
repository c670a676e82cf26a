//! `grade --reuse`: results of older runs.

use std::path::PathBuf;

use super::super::opened::told;
use crate::exit::Trouble;
use crate::grade::run::{Manifest, RunDir};
use crate::ui::{Screen, visible};

/// Takes over what older runs found out of submissions, and says how much that is; if nothing, why.
/// The programs whose verdicts are known are examined anew: they try this run.
///
/// # Errors
/// If one of them is no run, or cannot be read.
pub(super) fn take_over(
    run: &RunDir,
    manifest: &Manifest,
    older: &[PathBuf],
    screen: &Screen,
) -> Result<(), Trouble> {
    for path in older {
        let from = RunDir::at(path);
        let before = from.manifest().map_err(told)?;
        let mut taken = 0;
        for (task, _) in manifest.submissions() {
            taken += usize::from(run.take_over(&from, &task.key).map_err(told)?);
        }
        let why = match (taken, manifest.terms.difference(&before.terms)) {
            (0, Some(difference)) => format!(": {difference}"),
            _ => String::new(),
        };
        let shown = path.to_string_lossy();
        screen.remark(&format!(
            "taken over from {}: {taken}{}",
            visible(&shown),
            visible(&why)
        ));
    }
    Ok(())
}
