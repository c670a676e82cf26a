//! The labs matrix: what every program that ships with a lab must get.
//!
//! A lab's directory holds `starter/LANGUAGE`, `solution/LANGUAGE`, `accepted/NAME` (other right
//! programs) and `wrong/CHECK-ID/NAME`. A starter fails something; solutions and accepted
//! programs pass everything; a wrong one fails the check that it is named after before any other.
//! Every check has a wrong program: a check that no mistake can fail is none.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::{Finding, Lab, Scorecard, Verdict};

/// One program and what it must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its directory.
    pub program: PathBuf,
    /// What it must get.
    pub expectation: Expectation,
}

/// What a program of the matrix must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Some check fails.
    FailsSomething,
    /// Every check passes.
    PassesAll,
    /// This check is the first that does not pass, and it fails.
    FailsFirst(String),
}

/// What is wrong with a lab's directory.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// It cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A directory below `wrong/` is named after no check.
    #[error("{path} is named after no check of the lab", path = .0.display())]
    NoSuchCheck(PathBuf),
    /// A check that no wrong program is for.
    #[error("no program in {path} fails the check {id:?}", path = path.display())]
    NoWrong {
        /// The directory that should hold one.
        path: PathBuf,
        /// The check.
        id: String,
    },
}

/// All programs of a lab.
///
/// # Errors
/// If a directory cannot be read, is named after no check, or is missing for one.
pub fn rows(directory: &Path, lab: &Lab) -> Result<Vec<Row>, MatrixError> {
    let mut rows = Vec::new();
    for (kind, expectation) in [
        ("starter", Expectation::FailsSomething),
        ("solution", Expectation::PassesAll),
        ("accepted", Expectation::PassesAll),
    ] {
        for program in directories(&directory.join(kind))? {
            rows.push(Row {
                program,
                expectation: expectation.clone(),
            });
        }
    }
    let wrong = directory.join("wrong");
    for named in directories(&wrong)? {
        let id = named
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        if !lab
            .checks
            .iter()
            .any(|check| Some(check.id) == id.as_deref())
        {
            return Err(MatrixError::NoSuchCheck(named));
        }
    }
    for check in lab.checks {
        let path = wrong.join(check.id);
        let programs = directories(&path)?;
        // How fast a program is, another machine's GPU says otherwise.
        if programs.is_empty() && !check.needs_device() {
            return Err(MatrixError::NoWrong {
                path,
                id: check.id.to_owned(),
            });
        }
        rows.extend(programs.into_iter().map(|program| Row {
            program,
            expectation: Expectation::FailsFirst(check.id.to_owned()),
        }));
    }
    Ok(rows)
}

/// The directories in a directory, sorted by name; none if it does not exist.
fn directories(path: &Path) -> Result<Vec<PathBuf>, MatrixError> {
    let error = |source| MatrixError::Read {
        path: path.to_owned(),
        source,
    };
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(error(source)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(error)?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

impl Expectation {
    /// The checks that have to be made to find out. What comes after the check that is to fail is not
    /// asked for, and neither is what depends on the machine: a right program may be slow on its GPU. With
    /// `is_brief`, neither is what comes before it.
    pub fn checks(&self, lab: &Lab, is_brief: bool) -> Vec<String> {
        let last = match self {
            Self::FailsFirst(id) => lab.checks.iter().position(|check| check.id == id),
            Self::FailsSomething | Self::PassesAll => None,
        };
        let asked = last.map_or(lab.checks, |last| match is_brief {
            true => &lab.checks[last..=last],
            false => &lab.checks[..=last],
        });
        asked
            .iter()
            .filter(|check| !check.needs_device())
            .map(|check| check.id.to_owned())
            .collect()
    }

    /// Whether a scorecard is as expected; if not, what is the matter.
    ///
    /// # Errors
    /// A sentence that says how the two differ.
    pub fn holds(&self, scorecard: &Scorecard) -> Result<(), String> {
        let with = |verdict| {
            scorecard
                .checks
                .iter()
                .find(move |finding| finding.verdict == verdict)
        };
        let first_lost = scorecard
            .checks
            .iter()
            .find(|finding| finding.verdict != Verdict::Pass);
        let lost = first_lost.map_or_else(
            || "nothing".to_owned(),
            |finding| {
                let repeats = finding.repeats.map_or_else(String::new, |repeats| {
                    format!(", passed {} of {}", repeats.passed, repeats.of)
                });
                let Finding {
                    id, verdict, why, ..
                } = finding;
                format!("{id} ({verdict:?}{repeats}: {why})")
            },
        );
        let is_met = match self {
            Self::FailsSomething => {
                with(Verdict::Fail).is_some() && with(Verdict::Unknown).is_none()
            }
            Self::PassesAll => first_lost.is_none(),
            // Of several repeats the worst is shown; a check that finds a mistake finds it always.
            Self::FailsFirst(id) => first_lost.is_some_and(|finding| {
                finding.id == *id
                    && finding.verdict == Verdict::Fail
                    && finding.repeats.is_none_or(|repeats| repeats.passed == 0)
            }),
        };
        if is_met {
            Ok(())
        } else {
            Err(format!("should {self}, but the first to be lost is {lost}"))
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FailsSomething => f.write_str("fail something"),
            Self::PassesAll => f.write_str("pass everything"),
            Self::FailsFirst(id) => write!(f, "fail {id} before any other"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::score::{Repeats, SCHEMA};
    use crate::model::{Check, Finding, Machine};

    static LAB: Lab = Lab {
        slug: "lab",
        title: "a lab",
        form: crate::model::Form::Program,
        checks: &[
            Check::named("first"),
            Check::named("second"),
            Check::named("third"),
        ],
    };

    fn card(verdicts: &[(&str, Verdict, Option<u32>)]) -> Scorecard {
        let finding = |(id, verdict, passed): &(&str, Verdict, Option<u32>)| Finding {
            repeats: passed.map(|passed| Repeats { passed, of: 5 }),
            ..crate::bench::verdict::blank(
                "lesson",
                LAB.checks.iter().find(|check| check.id == *id).unwrap(),
                *verdict,
                "",
            )
        };
        Scorecard {
            schema: SCHEMA,
            lab: "lesson/lab".to_owned(),
            title: String::new(),
            submission: String::new(),
            seed: 1,
            score: 0,
            max_score: 0,
            machine: Machine::default(),
            notes: Vec::new(),
            checks: verdicts.iter().map(finding).collect(),
        }
    }

    #[test]
    fn nothing_is_asked_behind_the_check_that_is_to_fail() {
        let second = Expectation::FailsFirst("second".to_owned());
        assert_eq!(second.checks(&LAB, false), ["first", "second"]);
        assert_eq!(second.checks(&LAB, true), ["second"]);
        let all = |is_brief| Expectation::PassesAll.checks(&LAB, is_brief);
        assert_eq!(all(false), ["first", "second", "third"]);
        assert_eq!(all(true), all(false));
    }

    #[test]
    fn a_mistake_is_found_first_and_every_time() {
        use Verdict::{Fail, Pass, Unknown};
        let second = Expectation::FailsFirst("second".to_owned());
        let holds = |verdicts: &[_]| second.holds(&card(verdicts)).is_ok();
        assert!(holds(&[("first", Pass, None), ("second", Fail, None)]));
        assert!(!holds(&[("first", Fail, None), ("second", Fail, None)]));
        assert!(!holds(&[("first", Pass, None), ("second", Unknown, None)]));
        assert!(!holds(&[("first", Pass, None), ("second", Pass, None)]));
        let repeated = |passed| holds(&[("first", Pass, Some(5)), ("second", Fail, Some(passed))]);
        assert!(repeated(0));
        assert!(!repeated(1));
    }
}
