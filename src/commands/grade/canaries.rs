//! The programs that are graded with a class because their verdicts are known.

use std::path::Path;

use crate::bench::matrix;
use crate::embedded;
use crate::exit::Trouble;
use crate::grade::run::{Canary, Expected};
use crate::model::Lab;

use super::super::starter;
use super::tree::Tree;

/// In which language a lab's solution is taken, if there are several: what is quickly built first.
const PREFERRED: [&str; 7] = ["python", "c", "ctypes", "c-api", "cuda", "rust", "pyo3"];

/// A canary, and its files.
pub(super) struct Program {
    pub(super) canary: Canary,
    files: Tree,
}

/// The lab's own solution, which must pass everything, and its starter, which must fail something.
pub(super) fn own(name: &str) -> Vec<Program> {
    let solutions = embedded::solution_languages(name);
    let language = PREFERRED
        .into_iter()
        .find(|language| solutions.contains(language));
    let mut programs = Vec::new();
    if let Some(language) = language {
        programs.push(Program {
            canary: Canary {
                name: format!("solution/{language}"),
                expected: Expected::PassesAll,
                only: Vec::new(),
            },
            files: Tree::embedded(embedded::solution(name, language)),
        });
    }
    let starters = starter::languages(name);
    if let Some(language) = PREFERRED
        .into_iter()
        .find(|language| starters.contains(language))
    {
        let directory = format!("labs/{name}/starter/{language}");
        programs.push(Program {
            canary: Canary {
                name: format!("starter/{language}"),
                expected: Expected::FailsSomething,
                only: Vec::new(),
            },
            files: Tree::embedded(embedded::below(&directory)),
        });
    }
    programs
}

/// Those of a directory that is laid out as a lab's in the repository: `solution/NAME`,
/// `starter/NAME`, `accepted/NAME`, `wrong/CHECK/NAME`.
///
/// # Errors
/// If it is not, or cannot be read.
pub(super) fn of_directory(directory: &Path, lab: &Lab) -> Result<Vec<Program>, Trouble> {
    let rows = matrix::rows(directory, lab)?;
    let mut programs = Vec::new();
    for row in rows {
        let name = row.program.strip_prefix(directory).unwrap_or(&row.program);
        programs.push(Program {
            canary: Canary {
                name: name.to_string_lossy().into_owned(),
                expected: Expected::of(&row.expectation),
                only: row.expectation.checks(lab, false),
            },
            files: Tree::read(&row.program, &[])?,
        });
    }
    Ok(programs)
}

impl Program {
    /// Whether it says anything where only these checks are made.
    pub(super) fn is_telling(&self, only: &[String]) -> bool {
        match &self.canary.expected {
            _ if only.is_empty() => true,
            Expected::PassesAll => true,
            // It may well pass the few that are made.
            Expected::FailsSomething => false,
            Expected::FailsFirst(id) => only.contains(id),
        }
    }

    /// Writes its files.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(super) fn write(&self, directory: &Path) -> anyhow::Result<()> {
        self.files.write(directory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::which;

    #[test]
    fn every_lab_has_one_that_passes_and_one_that_fails() {
        for meant in which::all() {
            let programs = own(&meant.to_string());
            let expected: Vec<&Expected> = programs
                .iter()
                .map(|program| &program.canary.expected)
                .collect();
            assert_eq!(
                expected,
                [&Expected::PassesAll, &Expected::FailsSomething],
                "{meant}"
            );
            assert!(programs.iter().all(|program| !program.files.0.is_empty()));
        }
    }

    #[test]
    fn the_repository_has_one_for_every_mistake() {
        let meant = which::named("process/durable-log").unwrap();
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/process/durable-log");
        let programs = of_directory(&directory, meant.lab).unwrap();
        for check in meant.lab.checks {
            let only = [check.id.to_owned()];
            let telling = programs.iter().filter(|program| program.is_telling(&only));
            let wrong = telling.filter(|program| {
                program.canary.expected == Expected::FailsFirst(check.id.to_owned())
            });
            assert!(wrong.count() > 0, "{}", check.id);
        }
    }
}
