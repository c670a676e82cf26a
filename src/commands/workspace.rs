//! A workspace: the directory whose `syslab.progress` says what has been reached.
//!
//! The file is plain text, meant to be read, committed and merged:
//!
//! ```text
//! # What you have reached; `syslab check` keeps it. Commit it with your work.
//! process/durable-log 70/100 2026-03-01 durable-log
//! process/trace/first-write done 2026-03-02
//! ```
//!
//! A lab's line holds its best score, the day of it, and the directory that `start` made. Lines
//! that are not understood are kept as they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};

use anyhow::Context as _;

/// The file's name.
pub(super) const FILE: &str = "syslab.progress";

/// Its first line.
const HEAD: &str = "# What you have reached; `syslab check` keeps it. Commit it with your work.\n";

/// A directory with a progress file, and what that says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Workspace {
    /// The directory.
    pub(super) root: PathBuf,
    /// By `LESSON/LAB`.
    pub(super) labs: BTreeMap<String, LabProgress>,
    /// Solved exercises, by `LESSON/trace/EXERCISE`, with the day.
    pub(super) exercises: BTreeMap<String, String>,
    /// Lines that are not ours.
    others: Vec<String>,
}

/// What has been reached in a lab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LabProgress {
    /// The best score so far.
    pub(super) score: u32,
    /// Points possible.
    pub(super) max_score: u32,
    /// When the best score was reached: `2026-03-01`, UTC; `-` before the first check.
    pub(super) day: String,
    /// Where the work is, relative to the workspace; empty if not known.
    pub(super) directory: String,
}

impl LabProgress {
    /// Whether nothing is left to gain.
    pub(super) fn is_done(&self) -> bool {
        self.max_score > 0 && self.score >= self.max_score
    }
}

impl Workspace {
    /// The workspace that `directory` is in: the nearest one with a progress file.
    ///
    /// # Errors
    /// If that file cannot be read.
    pub(super) fn find(directory: &Path) -> anyhow::Result<Option<Self>> {
        let directory = directory
            .canonicalize()
            .with_context(|| format!("cannot enter {}", directory.display()))?;
        for root in directory.ancestors() {
            let file = root.join(FILE);
            match fs::read(&file) {
                Ok(text) => {
                    let text = String::from_utf8_lossy(&text);
                    return Ok(Some(Self::parse(root.to_owned(), &text)));
                }
                Err(error) if is_absent(&error) => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot read {}", file.display()));
                }
            }
        }
        Ok(None)
    }

    /// A new one, not yet written.
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            root,
            ..Self::default()
        }
    }

    fn parse(root: PathBuf, text: &str) -> Self {
        let mut workspace = Self::new(root);
        for line in text.lines().filter(|line| !HEAD.starts_with(*line)) {
            if workspace.take(line).is_none() {
                workspace.others.push(line.to_owned());
            }
        }
        workspace
    }

    /// Takes a line in; `None` if it is not one of ours.
    fn take(&mut self, line: &str) -> Option<()> {
        let mut words = line.splitn(4, ' ');
        let (name, reached, day) = (words.next()?, words.next()?, words.next()?);
        if reached == "done" {
            self.exercises.insert(name.to_owned(), day.to_owned());
            return Some(());
        }
        let (score, max_score) = reached.split_once('/')?;
        let lab = LabProgress {
            score: score.parse().ok()?,
            max_score: max_score.parse().ok()?,
            day: day.to_owned(),
            directory: words.next().unwrap_or_default().to_owned(),
        };
        self.labs.insert(name.to_owned(), lab);
        Some(())
    }

    /// Remembers where the work on a lab is.
    pub(super) fn started(&mut self, lab: &str, directory: &Path) {
        let relative = match directory.strip_prefix(&self.root) {
            Ok(inside) if inside.as_os_str().is_empty() => Path::new("."),
            Ok(inside) => inside,
            Err(_) => directory,
        };
        let progress = self.labs.entry(lab.to_owned()).or_default();
        if progress.day.is_empty() {
            "-".clone_into(&mut progress.day);
        }
        // A name that a line cannot hold is not remembered.
        progress.directory = match relative.to_str() {
            Some(name) if !name.contains('\n') => name.to_owned(),
            _ => String::new(),
        };
    }

    /// Remembers a score if it is the best so far; whether it is.
    pub(super) fn scored(&mut self, lab: &str, score: u32, max_score: u32) -> bool {
        let progress = self.labs.entry(lab.to_owned()).or_default();
        let is_first = progress.day.is_empty() || progress.day == "-";
        let is_better = is_first || progress.max_score != max_score || score > progress.score;
        if is_better {
            progress.score = score;
            progress.max_score = max_score;
            progress.day = today();
        }
        is_better
    }

    /// Remembers that an exercise has been solved.
    pub(super) fn solved(&mut self, lesson: &str, exercise: &str) {
        self.exercises
            .entry(exercise_name(lesson, exercise))
            .or_insert_with(today);
    }

    /// Whether an exercise has been solved.
    pub(super) fn has_solved(&self, lesson: &str, exercise: &str) -> bool {
        self.exercises
            .contains_key(&exercise_name(lesson, exercise))
    }

    /// Where the work on a lab is, if it is still there.
    pub(super) fn directory(&self, lab: &str) -> Option<PathBuf> {
        let progress = self.labs.get(lab)?;
        let directory = self.root.join(&progress.directory);
        (!progress.directory.is_empty() && directory.is_dir()).then_some(directory)
    }

    /// Writes the progress file, in one step: it is never seen half-written.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn save(&self) -> anyhow::Result<()> {
        let file = self.root.join(FILE);
        let beside = self.root.join(format!(".{FILE}.{}", std::process::id()));
        fs::write(&beside, self.text())
            .and_then(|()| fs::rename(&beside, &file))
            .inspect_err(|_| drop(fs::remove_file(&beside)))
            .with_context(|| format!("cannot write {}", file.display()))
    }

    fn text(&self) -> String {
        let mut text = String::from(HEAD);
        for line in &self.others {
            text.push_str(line);
            text.push('\n');
        }
        for (name, lab) in &self.labs {
            let line = format!(
                "{name} {}/{} {} {}",
                lab.score, lab.max_score, lab.day, lab.directory
            );
            text.push_str(line.trim_end());
            text.push('\n');
        }
        for (name, day) in &self.exercises {
            writeln!(text, "{name} done {day}").expect("writing to a string does not fail");
        }
        text
    }
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

/// Today, in UTC: `2026-03-01`.
fn today() -> String {
    const SECONDS_A_DAY: u64 = 86_400;
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / SECONDS_A_DAY);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil(days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut left = days;
    let mut year = 1970;
    while left >= 365 + u64::from(is_leap(year)) {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_calendars_do() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(58), (1970, 2, 28));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(19_723), (2024, 1, 1));
        assert_eq!(civil(20_088), (2024, 12, 31));
        assert_eq!(civil(47_540), (2100, 2, 28));
        assert_eq!(civil(47_541), (2100, 3, 1));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut workspace = Workspace::parse(root.clone(), "# mine\nodd\n");
        workspace.started("process/durable-log", &root.join("my log"));
        assert!(workspace.scored("process/durable-log", 70, 100));
        assert!(!workspace.scored("process/durable-log", 60, 100));
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
        workspace.started("process/durable-log", Path::new("/w"));
        assert_eq!(
            workspace.text(),
            format!("{HEAD}process/durable-log 0/0 - .\n")
        );
        assert!(
            workspace.scored("process/durable-log", 0, 100),
            "the first counts"
        );
    }
}
