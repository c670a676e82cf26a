//! Whose work is alike: the sources of a run, beside each other and beside the lab's references.

use crate::embedded;
use crate::grade::run::Role;
use crate::grade::similarity::{Compared, Language, Sources, compare};

use super::super::starter;
use super::opened::Opened;
use super::tree::Tree;

/// Files that are longer than so many bytes are nobody's own writing.
const LONGEST: usize = 1 << 20;

/// What a reference solution is called among submissions: none of theirs has a colon.
const REFERENCE: &str = "reference:";

/// The sources of a run.
#[derive(Debug, Default)]
pub(super) struct Works {
    /// Of submissions, by key, and of reference solutions.
    pub(super) works: Vec<Sources>,
    /// What was handed out.
    pub(super) starters: Vec<Sources>,
}

impl Works {
    /// Reads them.
    ///
    /// # Errors
    /// If the run lacks one of its files.
    pub(super) fn of(opened: &Opened) -> anyhow::Result<Self> {
        let mut found = Self::default();
        for task in &opened.manifest.tasks {
            let tree = || Tree::read(&opened.run.path(&task.files), &[]);
            let programs = task.name.strip_prefix("canary:");
            let programs = programs.and_then(|path| path.split_once('/'));
            match (&task.role, programs) {
                (Role::Submission(_), _) => found.works.push(sources(&task.name, tree()?.0)),
                (Role::Canary(_), Some(("solution", name))) => {
                    let key = format!("{REFERENCE}{name}");
                    found.works.push(sources(&key, tree()?.0));
                }
                (Role::Canary(_), Some(("starter", name))) => {
                    found.starters.push(sources(name, tree()?.0));
                }
                (Role::Canary(_), _) => {}
            }
        }
        if opened.manifest.terms.written.is_none() {
            found.add_own(&opened.manifest.terms.lab);
        }
        Ok(found)
    }

    /// Adds those of a lab of ours that are no canaries.
    fn add_own(&mut self, lab: &str) {
        for language in starter::languages(lab) {
            let directory = format!("labs/{lab}/starter/{language}");
            let files = Tree::embedded(embedded::below(&directory));
            self.starters.push(sources(language, files.0));
        }
        for language in embedded::solution_languages(lab) {
            let key = format!("{REFERENCE}{language}");
            if self.works.iter().all(|work| work.key != key) {
                let files = Tree::embedded(embedded::solution(lab, language));
                self.works.push(sources(&key, files.0));
            }
        }
    }

    /// What they have in common; of the references, only what submissions have too.
    pub(super) fn compared(&self) -> Compared {
        let mut compared = compare(&self.works, &self.starters);
        let is_handed_in = |key: &String| !key.starts_with(REFERENCE);
        compared
            .pairs
            .retain(|pair| is_handed_in(&pair.left) || is_handed_in(&pair.right));
        compared
            .identical
            .retain(|group| group.iter().any(is_handed_in));
        compared.too_short.retain(is_handed_in);
        compared
    }

    /// Those of submissions alone.
    pub(super) fn handed_in(&self) -> Vec<Sources> {
        let works = self.works.iter();
        works
            .filter(|work| !work.key.starts_with(REFERENCE))
            .cloned()
            .collect()
    }
}

/// What of these files is source text of a language that can be compared.
fn sources(key: &str, files: Vec<(String, Vec<u8>, bool)>) -> Sources {
    let files = files
        .into_iter()
        .filter(|(path, content, _)| Language::of(path).is_some() && content.len() <= LONGEST)
        .map(|(path, content, _)| (path, String::from_utf8_lossy(&content).into_owned()));
    Sources {
        key: key.to_owned(),
        files: files.collect(),
    }
}
