//! A run on disk: a directory in which a class is graded, and out of which nothing gets lost.
//!
//! ```text
//! manifest.json        what it is about; written once
//! intake/ canaries/    the files that are examined
//! chunks/              what workers were told to do
//! marks/               which examinations began, and how those ended that left no result
//! beats/               when each worker was last alive
//! refusals/            workers that found their machine unfit, and why
//! attempts/ results/   what was found out: results/KEY.json is a second name of one attempt
//! policy.toml overrides.toml   what people decided; never written by a worker
//! ```
//!
//! The results are the only truth about what is done: whatever a scheduler believes of its jobs, a
//! result that is there and whole is a result, and one that is not there is to be made.

mod files;
mod manifest;
mod marks;
mod results;
mod seal;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};

pub use files::replace;
pub use manifest::{Canary, Expected, Files, Handed, Manifest, Role, SCHEMA, Task, Terms, Unfit};
pub use marks::{Mark, Marks, State};
pub use results::{Attempt, Examined, Rerun};
pub use seal::SealError;

/// Most bytes of a manifest: a large university's.
const MAX_MANIFEST_BYTES: u64 = 1 << 30;

/// Most bytes of a chunk, a mark or a refusal.
const MAX_SMALL_BYTES: u64 = 1 << 20;

/// Directories that workers write to.
const DIRECTORIES: [&str; 6] = [
    "chunks", "marks", "beats", "refusals", "attempts", "results",
];

/// What is wrong with a run's directory.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no run.
    #[error("{0:?} holds no run: there is no manifest.json in it")]
    NoRun(PathBuf),
    /// A file of it is not what it should be.
    #[error("{0:?} {1}")]
    Broken(PathBuf, #[source] SealError),
    /// A file of it cannot be read or written.
    #[error("cannot use {0:?}")]
    Io(PathBuf, #[source] io::Error),
    /// It is about something else.
    #[error("{0:?} holds a run about something else: {1}")]
    Other(PathBuf, String),
    /// Somebody grades in it.
    #[error("another syslab is grading in {0:?}")]
    Busy(PathBuf),
    /// It was made by another version.
    #[error("{0:?} is of another version of syslab")]
    Version(PathBuf),
}

impl RunError {
    /// Adds the path to an error of the system.
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io(path, error)
    }
}

/// Some examinations that one worker makes, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// `r3-12`: the round, and its number in it.
    pub name: String,
    /// Of results that are to be made.
    pub keys: Vec<String>,
}

/// A run's directory.
#[derive(Clone, Debug)]
pub struct RunDir {
    root: PathBuf,
}

/// Grading in a run's directory, which one process does at a time.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "unlocks when it is dropped")] Flock<File>);

impl RunDir {
    /// The run in this directory, made or not.
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Its path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Makes the directory and those in it, where they are not there; nobody else may look at it.
    ///
    /// # Errors
    /// Those of mkdir(2).
    pub fn make(&self) -> Result<(), RunError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        for name in DIRECTORIES {
            let path = self.path(name);
            builder.create(&path).map_err(RunError::io(&path))?;
        }
        Ok(())
    }

    /// Whether there is a run.
    pub fn has_manifest(&self) -> bool {
        self.path("manifest.json").exists()
    }

    /// What the run is about.
    ///
    /// # Errors
    /// If there is none, or it is not whole.
    pub fn manifest(&self) -> Result<Manifest, RunError> {
        let path = self.path("manifest.json");
        let text = match files::read_text(&path, MAX_MANIFEST_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(RunError::NoRun(self.root.clone()));
            }
            read => read.map_err(RunError::io(&path))?,
        };
        let broken = |error| RunError::Broken(path.clone(), error);
        let id = text
            .strip_prefix("{\"key\":\"")
            .and_then(|rest| rest.split_once('"'))
            .map(|(id, _)| id)
            .ok_or_else(|| broken(SealError::Form))?;
        let manifest: Manifest = seal::unsealed(id, &text).map_err(broken)?;
        match manifest.schema {
            SCHEMA => Ok(manifest),
            _ => Err(RunError::Version(self.root.clone())),
        }
    }

    /// Writes the manifest, if none is there.
    ///
    /// # Errors
    /// [`RunError::Other`] if another one is there.
    pub fn set_manifest(&self, manifest: &Manifest) -> Result<(), RunError> {
        let path = self.path("manifest.json");
        let json = |error: serde_json::Error| RunError::Io(path.clone(), error.into());
        let id = manifest.id().map_err(json)?;
        let text = seal::sealed(&id, manifest).map_err(json)?;
        let beside = self.path(&format!("manifest.{}.tmp", std::process::id()));
        let written = files::write_new(&beside, text.as_bytes())
            .and_then(|()| files::link_first(&beside, &path));
        let _gone = fs::remove_file(&beside);
        match written.map_err(RunError::io(&path))? {
            true => Ok(()),
            false => {
                let there = self.manifest()?;
                match there == *manifest {
                    true => Ok(()),
                    false => Err(RunError::Other(
                        self.root.clone(),
                        difference(&there, manifest),
                    )),
                }
            }
        }
    }

    /// Takes the run for this process until the lock is dropped: flock(2).
    ///
    /// # Errors
    /// [`RunError::Busy`] if another process has it.
    pub fn lock(&self) -> Result<Lock, RunError> {
        let path = self.path("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(RunError::io(&path))?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => Ok(Lock(lock)),
            Err((_, nix::Error::EWOULDBLOCK)) => Err(RunError::Busy(self.root.clone())),
            Err((_, error)) => Err(RunError::Io(path, error.into())),
        }
    }

    /// Writes down what a worker is to do.
    ///
    /// # Errors
    /// Those of open(2), write(2) and rename(2).
    pub fn set_chunk(&self, chunk: &Chunk) -> Result<(), RunError> {
        let path = self.path(&format!("chunks/{}.json", chunk.name));
        let text =
            serde_json::to_vec(chunk).map_err(|error| RunError::Io(path.clone(), error.into()))?;
        replace(&path, &text).map_err(RunError::io(&path))
    }

    /// What a worker is to do.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn chunk(&self, name: &str) -> Result<Chunk, RunError> {
        let path = self.path(&format!("chunks/{name}.json"));
        let text = files::read_text(&path, MAX_SMALL_BYTES).map_err(RunError::io(&path))?;
        serde_json::from_str(&text).map_err(|error| RunError::Io(path, error.into()))
    }

    /// The names of all chunks that there ever were.
    ///
    /// # Errors
    /// Those of readdir(3).
    pub fn chunks(&self) -> Result<Vec<String>, RunError> {
        let names = self.names("chunks")?;
        let mut chunks: Vec<String> = names
            .iter()
            .filter_map(|name| name.strip_suffix(".json"))
            .filter(|name| !name.starts_with('.'))
            .map(str::to_owned)
            .collect();
        chunks.sort();
        Ok(chunks)
    }

    /// Says that the worker of a chunk is alive.
    ///
    /// # Errors
    /// Those of open(2) and utimensat(2).
    pub fn beat(&self, chunk: &str) -> Result<(), RunError> {
        self.touch(&format!("beats/{chunk}")).map(|_| ())
    }

    /// How long the worker of a chunk has been silent; `None` if it never said anything.
    ///
    /// By the file system's own clock: those of other machines may be wrong.
    ///
    /// # Errors
    /// Those of stat(2).
    pub fn silence(&self, chunk: &str) -> Result<Option<Duration>, RunError> {
        let path = self.path(&format!("beats/{chunk}"));
        let last = match fs::metadata(&path).and_then(|found| found.modified()) {
            Ok(last) => last,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RunError::Io(path, error)),
        };
        let now = self.touch("beats/now")?;
        Ok(Some(now.duration_since(last).unwrap_or_default()))
    }

    /// Writes a byte, so that the file system sets the time; which it set.
    fn touch(&self, name: &str) -> Result<SystemTime, RunError> {
        use std::io::Write as _;
        let path = self.path(name);
        let touched = || -> io::Result<SystemTime> {
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(true)
                .write(true)
                .mode(0o600)
                .open(&path)?;
            file.write_all(b".")?;
            file.metadata()?.modified()
        };
        touched().map_err(RunError::io(&path))
    }

    /// Says why the worker of a chunk does not work on its machine.
    ///
    /// # Errors
    /// Those of open(2) and write(2).
    pub fn refuse(&self, chunk: &str, node: &str, why: &str) -> Result<(), RunError> {
        let path = self.path(&format!("refusals/{chunk}.{node}"));
        replace(&path, why.as_bytes()).map_err(RunError::io(&path))
    }

    /// The machines that were refused and why, each once.
    ///
    /// # Errors
    /// Those of readdir(3) and read(2).
    pub fn refusals(&self) -> Result<Vec<(String, String)>, RunError> {
        let mut found: Vec<(String, String)> = Vec::new();
        for name in self.names("refusals")? {
            let parts = name.split_once('.');
            // What is being written begins with a dot.
            let Some((_, node)) = parts.filter(|(chunk, _)| !chunk.is_empty()) else {
                continue;
            };
            if !found.iter().any(|(known, _)| known == node) {
                let path = self.path(&format!("refusals/{name}"));
                let why = files::read_text(&path, MAX_SMALL_BYTES).map_err(RunError::io(&path))?;
                found.push((node.to_owned(), why));
            }
        }
        Ok(found)
    }

    /// Forgets that machines were refused: somebody says that they are fit now.
    ///
    /// # Errors
    /// Those of readdir(3) and unlink(2).
    pub fn forget_refusals(&self) -> Result<(), RunError> {
        for name in self.names("refusals")? {
            let path = self.path(&format!("refusals/{name}"));
            fs::remove_file(&path).map_err(RunError::io(&path))?;
        }
        Ok(())
    }

    /// Looks whether a result can be published from here: a probe is, and is removed again.
    ///
    /// # Errors
    /// What would go wrong: another file system, no permission, no space.
    pub fn probe(&self, by: &str) -> Result<(), RunError> {
        let from = self.path(&format!("attempts/.probe.{by}"));
        let to = self.path(&format!("results/.probe.{by}"));
        for path in [&from, &to] {
            let _not_there = fs::remove_file(path);
        }
        let probed = files::write_new(&from, b"probe")
            .and_then(|()| files::link_first(&from, &to))
            .and_then(|is_ours| match is_ours {
                true => files::read_text(&to, 5),
                false => Err(io::ErrorKind::AlreadyExists.into()),
            });
        for path in [&from, &to] {
            let _gone = fs::remove_file(path);
        }
        probed.map(|_| ()).map_err(RunError::io(&to))
    }

    /// The names in one of its directories, in no order.
    fn names(&self, directory: &str) -> Result<Vec<String>, RunError> {
        let path = self.path(directory);
        let read = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&path)? {
                // What is not UTF-8 is none of ours.
                names.extend(entry?.file_name().into_string().ok());
            }
            Ok(names)
        };
        read().map_err(RunError::io(&path))
    }
}

/// The first thing that two manifests differ in, for people.
fn difference(there: &Manifest, new: &Manifest) -> String {
    if let Some(difference) = new.terms.difference(&there.terms) {
        return difference;
    }
    let names = |manifest: &Manifest| -> Vec<(String, String)> {
        let tasks = manifest.tasks.iter();
        tasks
            .map(|task| (task.name.clone(), task.key.clone()))
            .collect()
    };
    let (old, new_names) = (names(there), names(new));
    match new_names.iter().find(|task| !old.contains(task)) {
        Some((name, _)) => format!("{name} is new, or has other files"),
        None if old.len() != new_names.len() => "submissions are missing".to_owned(),
        None => "what is known of the students is other than before".to_owned(),
    }
}

#[cfg(test)]
pub(in crate::grade) mod tests {
    use super::*;

    pub(in crate::grade) use super::results::tests::examined;

    /// A run in a temporary directory.
    pub(in crate::grade) fn run(names: &[&str]) -> (tempfile::TempDir, RunDir, Manifest) {
        let dir = tempfile::tempdir().unwrap();
        let run = RunDir::at(&dir.path().join("run"));
        run.make().unwrap();
        let manifest = manifest::tests::manifest(names);
        run.set_manifest(&manifest).unwrap();
        (dir, run, manifest)
    }

    #[test]
    fn a_manifest_stays_what_it_was() {
        let (_dir, run, manifest) = run(&["ada", "bob"]);
        assert_eq!(run.manifest().unwrap(), manifest);
        run.set_manifest(&manifest).unwrap();
        let other = manifest::tests::manifest(&["ada", "eve"]);
        let error = run.set_manifest(&other).unwrap_err().to_string();
        assert!(error.contains("eve is new"), "{error}");
        assert_eq!(run.manifest().unwrap(), manifest);
        let path = run.path("manifest.json");
        let text = fs::read_to_string(&path).unwrap().replace("bob", "eve");
        fs::write(&path, text).unwrap();
        let error = run.manifest().unwrap_err().to_string();
        assert!(error.contains("checksum"), "{error}");
        assert!(matches!(
            RunDir::at(Path::new("/nowhere")).manifest(),
            Err(RunError::NoRun(_))
        ));
    }

    #[test]
    fn one_process_grades_at_a_time() {
        let (_dir, run, _) = run(&[]);
        let lock = run.lock().unwrap();
        // Another open file is as good as another process: flock(2).
        assert!(matches!(run.lock(), Err(RunError::Busy(_))));
        drop(lock);
        run.lock().unwrap();
    }

    #[test]
    fn silence_is_measured_by_the_file_system() {
        let (_dir, run, _) = run(&[]);
        assert_eq!(run.silence("r1-1").unwrap(), None);
        run.beat("r1-1").unwrap();
        let file = File::options()
            .write(true)
            .open(run.path("beats/r1-1"))
            .unwrap();
        let now = run.touch("beats/now").unwrap();
        file.set_modified(now - Duration::from_secs(60)).unwrap();
        assert!(run.silence("r1-1").unwrap().unwrap() >= Duration::from_secs(60));
    }

    #[test]
    fn machines_are_refused_once() {
        let (_dir, run, _) = run(&[]);
        run.probe("me").unwrap();
        run.refuse("r1-1", "n4", "no results directory").unwrap();
        run.refuse("r1-2", "n4", "no results directory").unwrap();
        let found = run.refusals().unwrap();
        assert_eq!(found, [("n4".into(), "no results directory".into())]);
        run.forget_refusals().unwrap();
        assert!(run.refusals().unwrap().is_empty());
        fs::remove_dir_all(run.path("results")).unwrap();
        assert!(run.probe("me").is_err());
    }
}
