//! A workspace: the directory whose `syslab.progress` says what has been reached.
//!
//! That file is plain text, meant to be read, committed and merged ([`progress`]). Beside it is
//! `.syslab`, which git ignores and which can be deleted at any time: what the last checks found
//! ([`state`]). Nothing else is written.

mod day;
mod progress;
mod state;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use nix::fcntl::{Flock, FlockArg};

use crate::exit::{self, Trouble};

use self::day::NEVER;
pub(super) use self::day::today;
pub(super) use self::progress::LabProgress;
use self::progress::Progress;
pub(super) use self::state::{Key, LabState};

/// The progress file's name.
pub(super) const FILE: &str = "syslab.progress";

/// A directory with a progress file, and what that says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Workspace {
    /// The directory.
    pub(super) root: PathBuf,
    progress: Progress,
}

/// A score, with what it takes to reach it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reached {
    /// Points earned.
    pub(super) score: u32,
    /// Points possible.
    pub(super) max_score: u32,
    /// What the experiments were made from.
    pub(super) seed: u64,
    /// The submission's fingerprint, if it is known.
    pub(super) hash: Option<String>,
}

impl Workspace {
    /// The workspace that `directory` is in: the nearest one with a progress file.
    ///
    /// # Errors
    /// If that file cannot be read, or holds what is not understood.
    pub(super) fn find(directory: &Path) -> Result<Option<Self>, Trouble> {
        let directory = directory
            .canonicalize()
            .with_context(|| format!("cannot enter {}", directory.display()))?;
        for root in directory.ancestors() {
            let file = root.join(FILE);
            match fs::read(&file) {
                Ok(text) => return Self::parse(root.to_owned(), &text).map(Some),
                Err(error) if is_absent(&error) && state::is_in(root) => {
                    let lost = format!("{} is gone", file.display());
                    return Err(Trouble::usage(lost).hint(
                        "take it back from git, or begin a new one with `syslab init`; your work is untouched",
                    ));
                }
                Err(error) if is_absent(&error) => {}
                Err(error) => {
                    let error =
                        Err(error).with_context(|| format!("cannot read {}", file.display()));
                    return Ok(error?);
                }
            }
        }
        Ok(None)
    }

    /// As [`find`](Self::find), for commands that need one.
    ///
    /// # Errors
    /// As [`find`](Self::find); usage, if there is none.
    pub(super) fn required(directory: &Path) -> Result<Self, Trouble> {
        Self::find(directory)?.ok_or_else(|| {
            Trouble::usage("this directory is in no workspace")
                .hint("`syslab init --lang c` makes one here; or go to one that you have")
        })
    }

    /// A new one, not yet written.
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            root,
            ..Self::default()
        }
    }

    fn parse(root: PathBuf, text: &[u8]) -> Result<Self, Trouble> {
        match Progress::parse(text) {
            Ok(progress) => Ok(Self { root, progress }),
            Err(damage) => {
                let file = root.join(FILE);
                let hint = damage.hint();
                let line = damage.line;
                let error = anyhow::Error::new(damage)
                    .context(format!("{}:{line} is damaged", file.display()));
                Err(Trouble::new(exit::USAGE, error).hint(hint))
            }
        }
    }

    /// Changes the workspace that `directory` is in, if it is in one: reads it again, so that what
    /// another syslab has written meanwhile is kept, and writes it. The workspace as it is then.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub(super) fn change(
        directory: &Path,
        change: impl FnOnce(&mut Self),
    ) -> Result<Option<Self>, Trouble> {
        let Some(found) = Self::find(directory)? else {
            return Ok(None);
        };
        // Where there are no locks, as on some network drives, nobody waits.
        let _lock = File::open(&found.root)
            .ok()
            .and_then(|root| Flock::lock(root, FlockArg::LockExclusive).ok());
        let Some(mut workspace) = Self::find(directory)? else {
            return Ok(None);
        };
        let before = workspace.clone();
        change(&mut workspace);
        if workspace != before {
            workspace.save()?;
        }
        Ok(Some(workspace))
    }

    /// What has been reached in a lab, `LESSON/LAB`; `None` if it has not been begun.
    pub(super) fn lab(&self, lab: &str) -> Option<&LabProgress> {
        self.progress.labs.get(lab)
    }

    /// Remembers where the work on a lab is, and in which language it was begun.
    pub(super) fn started(&mut self, lab: &str, directory: &Path, language: &str) {
        let relative = match directory.strip_prefix(&self.root) {
            Ok(inside) if inside.as_os_str().is_empty() => Path::new("."),
            Ok(inside) => inside,
            Err(_) => directory,
        };
        let progress = self.progress.labs.entry(lab.to_owned()).or_default();
        if progress.day.is_empty() {
            NEVER.clone_into(&mut progress.day);
        }
        progress.language = Some(language.to_owned());
        // A name that a line cannot hold is not remembered.
        progress.directory = match relative.to_str() {
            Some(name) if !name.contains(['\n', '\r']) && name.trim_end() == name => {
                name.to_owned()
            }
            _ => String::new(),
        };
    }

    /// Remembers a score if it is the best so far; whether it is.
    pub(super) fn scored(&mut self, lab: &str, reached: &Reached) -> bool {
        let progress = self.progress.labs.entry(lab.to_owned()).or_default();
        let is_better = !progress.is_checked()
            || progress.max_score != reached.max_score
            || reached.score > progress.score;
        if is_better {
            progress.score = reached.score;
            progress.max_score = reached.max_score;
            progress.day = today();
            progress.seed = Some(reached.seed);
            progress.hash.clone_from(&reached.hash);
        }
        is_better
    }

    /// Remembers that an exercise has been solved.
    pub(super) fn solved(&mut self, lesson: &str, exercise: &str) {
        self.progress
            .exercises
            .entry(exercise_name(lesson, exercise))
            .or_insert_with(today);
    }

    /// Whether an exercise has been solved.
    pub(super) fn has_solved(&self, lesson: &str, exercise: &str) -> bool {
        self.progress
            .exercises
            .contains_key(&exercise_name(lesson, exercise))
    }

    /// Where the work on a lab is, if it is still there.
    pub(super) fn directory(&self, lab: &str) -> Option<PathBuf> {
        let progress = self.lab(lab)?;
        let directory = match progress.directory.as_str() {
            "." => self.root.clone(),
            directory => self.root.join(directory),
        };
        (!progress.directory.is_empty() && directory.is_dir()).then_some(directory)
    }

    /// Writes the progress file, in one step: it is never seen half-written.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn save(&self) -> anyhow::Result<()> {
        replace(&self.root.join(FILE), self.progress.to_string().as_bytes())
    }
}

/// Puts a file in the place of the one that is there, in one step.
fn replace(file: &Path, content: &[u8]) -> anyhow::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}", std::process::id()));
    fs::write(&beside, content)
        .and_then(|()| fs::rename(&beside, file))
        .inspect_err(|_| drop(fs::remove_file(&beside)))
        .with_context(|| format!("cannot write {}", file.display()))
}

fn exercise_name(lesson: &str, exercise: &str) -> String {
    format!("{lesson}/trace/{exercise}")
}

/// Whether the file, or a directory on the way to it, is not there or not ours to read.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied
    )
}

/// Writes a file where nothing is; whether nothing was.
pub(super) fn write_new(path: &Path, content: &[u8]) -> anyhow::Result<bool> {
    let failed = || format!("cannot write {}", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(failed)?;
    }
    match File::options().write(true).create_new(true).open(path) {
        Ok(mut new) => {
            new.write_all(content).with_context(failed)?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).with_context(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exists_is_not_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        assert!(write_new(&path, b"one").unwrap());
        assert!(!write_new(&path, b"two").unwrap());
        assert_eq!(fs::read_to_string(path).unwrap(), "one");
    }

    fn reached(score: u32) -> Reached {
        Reached {
            score,
            max_score: 100,
            seed: 7,
            hash: Some("3f2a".to_owned()),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut workspace = Workspace::parse(root.clone(), b"# mine\n").unwrap();
        workspace.started("process/durable-log", &root.join("my log"), "c");
        assert!(workspace.scored("process/durable-log", &reached(70)));
        assert!(!workspace.scored("process/durable-log", &reached(60)));
        workspace.solved("process", "first-write");
        workspace.save().unwrap();
        fs::create_dir_all(root.join("my log/src")).unwrap();
        let found = Workspace::find(&root.join("my log/src")).unwrap().unwrap();
        assert_eq!(found, workspace);
        assert_eq!(
            found.directory("process/durable-log"),
            Some(root.join("my log"))
        );
        assert!(found.has_solved("process", "first-write"));
        assert_eq!(
            fs::read_dir(&root).unwrap().count(),
            2,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_lab_that_was_only_started_has_no_day() {
        let mut workspace = Workspace::new("/w".into());
        workspace.started("process/durable-log", Path::new("/w"), "c");
        let text = workspace.progress.to_string();
        assert!(text.ends_with("process/durable-log 0/0 - lang=c dir=.\n"));
        assert!(
            workspace.scored("process/durable-log", &reached(0)),
            "the first counts"
        );
    }

    #[test]
    fn damage_is_told_with_file_and_line_and_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE);
        let text = "# mine\nprocess/reaper 70/100 yesterday\n";
        fs::write(&file, text).unwrap();
        let solved = |workspace: &mut Workspace| workspace.solved("process", "first-write");
        let trouble = Workspace::change(dir.path(), solved).unwrap_err();
        let said = trouble.error.to_string();
        assert!(said.ends_with("syslab.progress:2 is damaged"), "{said}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }

    #[test]
    fn two_that_write_at_once_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        Workspace::new(dir.path().to_owned()).save().unwrap();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let dir = dir.path();
                scope.spawn(move || {
                    for nth in 0..10 {
                        let name = format!("{writer}-{nth}");
                        Workspace::change(dir, |workspace| workspace.solved("process", &name))
                            .unwrap();
                    }
                });
            }
        });
        let workspace = Workspace::find(dir.path()).unwrap().unwrap();
        assert_eq!(workspace.progress.exercises.len(), 40);
    }

    #[test]
    fn a_progress_file_that_is_gone_is_missed() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Workspace::find(dir.path()).unwrap().is_none());
        LabState::default()
            .save(dir.path(), "process/reaper")
            .unwrap();
        let trouble = Workspace::find(dir.path()).unwrap_err();
        assert!(trouble.error.to_string().ends_with("is gone"));
    }
}
