//! What the last check of a lab found: for `watch`, which makes no check again that cannot have
//! changed, and for `hint`.
//!
//! A file for each lab in `.syslab/state`. Whatever is wrong with such a file, it is as if it were not
//! there: it holds nothing that a check would not find out again.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::model::{Finding, Lab, Verdict};
use crate::sandbox::Fingerprint;

/// The directory's name.
const DIRECTORY: &str = ".syslab";

/// What is in a workspace's directory of that name.
const STATE: &str = "state";

/// What an examination depends on: with the same, it finds the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::commands) struct Key {
    /// The submission's fingerprint.
    pub(in crate::commands) files: String,
    /// What the experiments are made from.
    pub(in crate::commands) seed: u64,
    /// Which syslab.
    syslab: String,
}

/// What is known of a lab.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::commands) struct LabState {
    /// What the findings depend on.
    pub(in crate::commands) key: Key,
    /// One for each check that was made.
    pub(in crate::commands) findings: Vec<Finding>,
    /// How many steps of a check's hints have been shown, by the check's id.
    #[serde(default)]
    pub(in crate::commands) hints: BTreeMap<String, usize>,
}

impl Key {
    /// Of these files and this seed, for this very program.
    pub(in crate::commands) fn new(files: &Fingerprint, seed: u64) -> Self {
        Self {
            files: files.to_string(),
            seed,
            syslab: this_program(),
        }
    }
}

/// Which program this is: its version and, for those who build it themselves, its file.
fn this_program() -> String {
    let file = fs::metadata("/proc/self/exe").map_or_else(
        |_| String::new(),
        |file| format!(" {} {}.{}", file.len(), file.mtime(), file.mtime_nsec()),
    );
    format!("{}{file}", env!("CARGO_PKG_VERSION"))
}

impl LabState {
    /// What is known of a lab, `LESSON/LAB`; nothing, if nothing is.
    pub(in crate::commands) fn load(root: &Path, lab: &str) -> Self {
        fs::read(path(root, lab))
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// Takes in what an examination found. Findings that depended on something else are forgotten.
    pub(in crate::commands) fn learn(
        &mut self,
        key: &Key,
        found: impl IntoIterator<Item = Finding>,
    ) {
        if self.key != *key {
            self.key = key.clone();
            self.findings.clear();
        }
        for finding in found {
            self.findings.retain(|known| known.id != finding.id);
            self.findings.push(finding);
        }
        let failing = |id: &String| {
            self.findings
                .iter()
                .any(|finding| finding.id == *id && finding.verdict != Verdict::Pass)
        };
        // Of a mistake that was mended, and made again, the hints begin anew.
        let is_known = |id: &String| self.findings.iter().any(|finding| finding.id == *id);
        self.hints.retain(|id, _| !is_known(id) || failing(id));
    }

    /// What was found about a check.
    pub(in crate::commands) fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == id)
    }

    /// The first check, in the lab's order, that failed.
    pub(in crate::commands) fn first_failure(&self, lab: &Lab) -> Option<&Finding> {
        lab.checks
            .iter()
            .filter_map(|check| self.finding(check.id))
            .find(|finding| finding.verdict == Verdict::Fail)
    }

    /// Writes it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(in crate::commands) fn save(&self, root: &Path, lab: &str) -> anyhow::Result<()> {
        let path = path(root, lab);
        let directory = root.join(DIRECTORY);
        let failed = || format!("cannot write {}", directory.display());
        fs::create_dir_all(directory.join(STATE)).with_context(failed)?;
        let ignored = directory.join(".gitignore");
        if !ignored.exists() {
            fs::write(&ignored, "*\n").with_context(failed)?;
        }
        super::replace(&path, &serde_json::to_vec(self)?)
    }

    /// Forgets all about a lab.
    pub(in crate::commands) fn forget(root: &Path, lab: &str) {
        // What is not there is forgotten, too.
        let _gone = fs::remove_file(path(root, lab));
    }
}

/// Whether checks have been made in this directory as in a workspace.
pub(super) fn is_in(root: &Path) -> bool {
    root.join(DIRECTORY).join(STATE).is_dir()
}

fn path(root: &Path, lab: &str) -> PathBuf {
    let name = lab.replace('/', ".");
    root.join(DIRECTORY)
        .join(STATE)
        .join(format!("{name}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::verdict;
    use crate::lessons::LESSONS;

    fn found(nth: usize, verdict: Verdict) -> Finding {
        verdict::blank(
            LESSONS[0].slug,
            &LESSONS[0].labs[0].checks[nth],
            verdict,
            "",
        )
    }

    fn key(files: &str) -> Key {
        Key {
            files: files.to_owned(),
            ..Key::default()
        }
    }

    #[test]
    fn findings_are_kept_as_long_as_nothing_changes() {
        let lab = &LESSONS[0].labs[0];
        let mut state = LabState::default();
        state.learn(
            &key("a"),
            [found(0, Verdict::Pass), found(2, Verdict::Fail)],
        );
        state.learn(&key("a"), [found(1, Verdict::Fail)]);
        assert_eq!(state.first_failure(lab).unwrap().id, lab.checks[1].id);
        state.learn(&key("a"), [found(1, Verdict::Pass)]);
        assert_eq!(state.findings.len(), 3);
        assert_eq!(state.first_failure(lab).unwrap().id, lab.checks[2].id);
        state.learn(&key("b"), [found(2, Verdict::Pass)]);
        assert_eq!(state.findings.len(), 1);
        assert_eq!(state.first_failure(lab), None);
    }

    #[test]
    fn hints_are_forgotten_with_the_mistake() {
        let lab = &LESSONS[0].labs[0];
        let mut state = LabState::default();
        state.hints.insert(lab.checks[0].id.to_owned(), 2);
        state.hints.insert(lab.checks[1].id.to_owned(), 1);
        state.learn(&key("a"), [found(0, Verdict::Fail)]);
        assert_eq!(state.hints.len(), 2);
        state.learn(&key("b"), [found(0, Verdict::Pass)]);
        assert_eq!(state.hints.len(), 1, "the other one was not tried");
    }

    #[test]
    fn a_damaged_state_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let mut state = LabState::default();
        state.learn(&key("a"), [found(0, Verdict::Fail)]);
        state.save(dir.path(), "process/reaper").unwrap();
        assert_eq!(LabState::load(dir.path(), "process/reaper"), state);
        fs::write(path(dir.path(), "process/reaper"), "{\"key\":7}").unwrap();
        let loaded = LabState::load(dir.path(), "process/reaper");
        assert_eq!(loaded, LabState::default());
    }
}
