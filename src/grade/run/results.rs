//! Results: published once, whole or not at all, and kept even when another came first.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use super::seal::{is_key, sealed, unsealed};
use super::{Mark, RunDir, RunError, files};
use crate::model::Scorecard;

/// Most bytes of a result: what a hostile submission could make us keep.
const MAX_RESULT_BYTES: u64 = 64 << 20;

/// What an examination found out, and how it came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// What was found out.
    pub card: Scorecard,
    /// The attempt: key, chunk, machine and worker.
    pub attempt: String,
    /// How long it took.
    pub wall_ms: u64,
    /// Checks that could not be decided at first, and were made again.
    pub reruns: Vec<Rerun>,
}

/// A check that could not be decided and was made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rerun {
    /// The check's id.
    pub check: String,
    /// Why it could not be decided.
    pub because: String,
    /// Whether it could be decided then.
    pub is_decided: bool,
}

/// A result that was published.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Whether it is the one that counts.
    pub counts: bool,
    /// What was found out.
    pub examined: Examined,
}

impl RunDir {
    /// Publishes what an examination found out. Whether it is what counts: another may have come
    /// first.
    ///
    /// # Errors
    /// If it is too large, or cannot be written.
    pub fn publish(&self, mark: &Mark, examined: &Examined) -> Result<bool, RunError> {
        let attempt = self.path(&format!("attempts/{}.json", mark.attempt()));
        let result = self.result(&mark.key);
        let text = sealed(&mark.key, examined)
            .map_err(|error| RunError::Io(attempt.clone(), error.into()))?;
        if text.len() as u64 > MAX_RESULT_BYTES {
            let why = format!(
                "what was found out is {} bytes, more than {MAX_RESULT_BYTES}",
                text.len()
            );
            return Err(RunError::Io(attempt, io::Error::other(why)));
        }
        let beside = self.path(&format!("attempts/.{}.tmp", mark.attempt()));
        files::write_new(&beside, text.as_bytes()).map_err(RunError::io(&beside))?;
        fs::rename(&beside, &attempt).map_err(RunError::io(&attempt))?;
        files::sync_directory_of(&attempt).map_err(RunError::io(&attempt))?;
        files::link_first(&attempt, &result).map_err(RunError::io(&result))
    }

    fn result(&self, key: &str) -> std::path::PathBuf {
        self.path(&format!("results/{key}.json"))
    }

    /// Whether something lies where the result of a key should; it may be torn.
    pub fn has_result(&self, key: &str) -> bool {
        self.result(key).exists()
    }

    /// The result of a key, if it is there.
    ///
    /// # Errors
    /// [`RunError::Broken`] if it is not whole.
    pub fn examined(&self, key: &str) -> Result<Option<Examined>, RunError> {
        self.read_sealed(&self.result(key), key)
    }

    fn read_sealed(&self, path: &std::path::Path, key: &str) -> Result<Option<Examined>, RunError> {
        match files::read_text(path, MAX_RESULT_BYTES) {
            Ok(text) => unsealed(key, &text)
                .map(Some)
                .map_err(|error| RunError::Broken(path.to_owned(), error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // Not UTF-8, or larger than anything that was published here.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidData | io::ErrorKind::FileTooLarge
                ) =>
            {
                Err(RunError::Broken(path.to_owned(), super::SealError::Form))
            }
            Err(error) => Err(RunError::Io(path.to_owned(), error)),
        }
    }

    /// Finds new results: the keys among the wanted that have a whole one. What is not whole is
    /// set aside, so that the place is free again.
    ///
    /// # Errors
    /// Those of readdir(3), read(2) and rename(2).
    pub fn new_results(&self, wanted: impl Fn(&str) -> bool) -> Result<BTreeSet<String>, RunError> {
        let mut found = BTreeSet::new();
        for name in self.names("results")? {
            let Some(key) = name.strip_suffix(".json").filter(|key| is_key(key)) else {
                continue;
            };
            if !wanted(key) {
                continue;
            }
            match self.examined(key) {
                Ok(Some(_)) => {
                    found.insert(key.to_owned());
                }
                Ok(None) => {}
                Err(RunError::Broken(..)) => self.set_aside(key)?,
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Takes a result that is not whole out of the way, and keeps it.
    fn set_aside(&self, key: &str) -> Result<(), RunError> {
        let path = self.result(key);
        let aside = (0..u32::MAX)
            .map(|nth| self.path(&format!("attempts/{key}.torn.{nth}")))
            .find(|aside| !aside.exists())
            .unwrap_or_else(|| self.path(&format!("attempts/{key}.torn")));
        match fs::rename(&path, &aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(RunError::Io(aside, error))
            }
            _ => Ok(()),
        }
    }

    /// All results of these keys.
    ///
    /// # Errors
    /// If one is there and not whole, or cannot be read.
    pub fn results<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, Examined>, RunError> {
        let mut found = BTreeMap::new();
        for key in keys {
            if let Some(examined) = self.examined(key)? {
                found.insert(key.to_owned(), examined);
            }
        }
        Ok(found)
    }

    /// Takes over the result of a key from another run: what the verdict depends on is in the key, so
    /// that a result is one wherever it lies. Whether there was one that this run lacked.
    ///
    /// # Errors
    /// If it cannot be written here, or there not be read. What is not whole is none.
    pub fn take_over(&self, from: &Self, key: &str) -> Result<bool, RunError> {
        if self.has_result(key) {
            return Ok(false);
        }
        match from.examined(key) {
            Ok(Some(_)) => {}
            Ok(None) | Err(RunError::Broken(..)) => return Ok(false),
            Err(error) => return Err(error),
        }
        let there = from.result(key);
        let text = files::read_text(&there, MAX_RESULT_BYTES).map_err(RunError::io(&there))?;
        let process = std::process::id();
        let attempt = self.path(&format!("attempts/{key}.taken-over.{process}.json"));
        let result = self.result(key);
        // What an earlier try left that did not get as far as a result.
        let _left = fs::remove_file(&attempt);
        files::write_new(&attempt, text.as_bytes()).map_err(RunError::io(&attempt))?;
        files::link_first(&attempt, &result).map_err(RunError::io(&result))
    }

    /// Everything that was ever found out for a key; the one that counts first.
    ///
    /// # Errors
    /// Those of readdir(3) and read(2).
    pub fn attempts(&self, key: &str) -> Result<Vec<Attempt>, RunError> {
        let Some(counts) = self.examined(key)? else {
            return Ok(Vec::new());
        };
        let mut attempts = vec![Attempt {
            counts: true,
            examined: counts,
        }];
        let mut names = self.names("attempts")?;
        names.sort();
        for name in names {
            let is_of_key = name
                .strip_prefix(key)
                .is_some_and(|rest| rest.starts_with('.') && rest.ends_with(".json"));
            let path = self.path(&format!("attempts/{name}"));
            // What is not whole tells nothing.
            if let (true, Ok(Some(examined))) = (is_of_key, self.read_sealed(&path, key))
                && examined.attempt != attempts[0].examined.attempt
            {
                attempts.push(Attempt {
                    counts: false,
                    examined,
                });
            }
        }
        Ok(attempts)
    }
}

#[cfg(test)]
pub(in crate::grade) mod tests {
    use super::super::tests::run;
    use super::*;
    use crate::model::Machine;

    /// A scorecard without checks, found out by this attempt.
    pub(in crate::grade) fn examined(mark: &Mark) -> Examined {
        Examined {
            card: Scorecard {
                schema: crate::model::score::SCHEMA,
                lab: "process/durable-log".to_owned(),
                title: String::new(),
                submission: mark.key.clone(),
                seed: 1,
                score: 0,
                max_score: 0,
                machine: Machine::default(),
                notes: Vec::new(),
                checks: Vec::new(),
            },
            attempt: mark.attempt(),
            wall_ms: 1,
            reruns: Vec::new(),
        }
    }

    #[test]
    fn the_first_counts_and_the_others_are_kept() {
        let (_dir, run, _) = run(&[]);
        let first = run.begin("ab", "r1-1", "n1").unwrap();
        let second = run.begin("ab", "r2-1", "n2").unwrap();
        assert!(run.publish(&second, &examined(&second)).unwrap());
        assert!(!run.publish(&first, &examined(&first)).unwrap());
        let attempts = run.attempts("ab").unwrap();
        let names: Vec<(bool, &str)> = attempts
            .iter()
            .map(|attempt| (attempt.counts, attempt.examined.attempt.as_str()))
            .collect();
        let pid = std::process::id();
        let (winner, loser) = (format!("ab.r2-1.n2.{pid}"), format!("ab.r1-1.n1.{pid}"));
        assert_eq!(names, [(true, winner.as_str()), (false, loser.as_str())]);
        assert!(run.attempts("cd").unwrap().is_empty());
    }

    #[test]
    fn a_result_is_one_wherever_it_lies() {
        let (_old_dir, old, _) = run(&[]);
        let (_dir, run, _) = run(&[]);
        let mark = old.begin("ab", "r1-1", "n1").unwrap();
        let found = examined(&mark);
        old.publish(&mark, &found).unwrap();
        fs::write(old.path("results/cd.json"), "{\"key\":\"cd\",\"sha").unwrap();
        let taken = |key| run.take_over(&old, key).unwrap();
        assert_eq!(
            [taken("ab"), taken("cd"), taken("ef")],
            [true, false, false]
        );
        assert!(!taken("ab"), "once is enough");
        assert_eq!(run.examined("ab").unwrap(), Some(found));
        assert_eq!(run.attempts("ab").unwrap().len(), 1);
        assert!(!run.has_result("cd"));
    }

    #[test]
    fn what_is_torn_is_no_result_and_frees_its_place() {
        let (_dir, run, _) = run(&[]);
        for torn in [&b"{\"key\":\"ab\",\"sha"[..], b"", b"\xff"] {
            fs::write(run.path("results/ab.json"), torn).unwrap();
            assert!(run.new_results(|_| true).unwrap().is_empty());
            assert!(!run.has_result("ab"));
        }
        let mark = run.begin("ab", "r1-1", "n1").unwrap();
        assert!(run.publish(&mark, &examined(&mark)).unwrap());
        assert!(run.new_results(|_| true).unwrap().contains("ab"));
        // Of another key, under this name.
        fs::copy(run.path("results/ab.json"), run.path("results/cd.json")).unwrap();
        assert_eq!(run.new_results(|_| true).unwrap().len(), 1);
    }
}
