//! The progress file's text: a line for each lab and each exercise, and back.
//!
//! ```text
//! # What you have reached; `syslab check` keeps it. Commit it with your work.
//! process/durable-log 70/100 2026-03-01 seed=7 hash=3f2a9c01d4e5aabb lang=c dir=durable-log
//! process/trace/first-write done 2026-03-02
//! ```
//!
//! A lab's line holds its best score, the day of it, the seed and the submission's hash with which it
//! comes again, and the language and the directory that `start` made. Lines are sorted, and of two
//! about one lab the better counts: so files can be merged by keeping the lines of both. A line that
//! is neither this nor a remark is damage, and nothing is written over it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::{self, Write as _};

use super::day::{NEVER, is_day};

/// The first line.
pub(super) const HEAD: &str =
    "# What you have reached; `syslab check` keeps it. Commit it with your work.\n";

/// What a progress file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// By `LESSON/LAB`.
    pub(super) labs: BTreeMap<String, LabProgress>,
    /// Solved exercises, by `LESSON/trace/EXERCISE`, with the day.
    pub(super) exercises: BTreeMap<String, String>,
    /// Remarks that are not ours.
    remarks: Vec<String>,
}

/// What has been reached in a lab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::commands) struct LabProgress {
    /// The best score so far.
    pub(in crate::commands) score: u32,
    /// Points possible; 0 before the first check.
    pub(in crate::commands) max_score: u32,
    /// When the best score was reached: `2026-03-01`, UTC; `-` before the first check.
    pub(in crate::commands) day: String,
    /// The seed of the best score's experiments.
    pub(in crate::commands) seed: Option<u64>,
    /// The fingerprint of the submission that reached it.
    pub(in crate::commands) hash: Option<String>,
    /// The starter's language, if one was started.
    pub(in crate::commands) language: Option<String>,
    /// Where the work is, relative to the workspace; empty if not known.
    pub(in crate::commands) directory: String,
    /// `KEY=VALUE` of versions to come.
    more: Vec<String>,
}

/// Why a line is none of a progress file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}: {text:?}")]
pub(super) struct Damage {
    /// From 1.
    pub(super) line: usize,
    /// What is wrong with it.
    pub(super) why: &'static str,
    /// The line.
    pub(super) text: String,
}

impl Damage {
    /// What can be done about it.
    pub(super) fn hint(&self) -> &'static str {
        match self.why {
            MERGE => {
                "delete the marks that the merge has left and keep the lines of both: of two about one lab the better counts"
            }
            _ => {
                "nothing has been changed; mend the line, delete it, or take the file back from git"
            }
        }
    }
}

const MERGE: &str = "a merge was not finished";

/// How git marks what it could not merge.
const MERGE_MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

impl LabProgress {
    /// Whether nothing is left to gain.
    pub(in crate::commands) fn is_done(&self) -> bool {
        self.max_score > 0 && self.score >= self.max_score
    }

    /// Whether it has been checked.
    pub(in crate::commands) fn is_checked(&self) -> bool {
        self.max_score > 0
    }

    /// The better of two; what only one of them knows of places is kept.
    fn merged(self, other: Self) -> Self {
        let rank = |lab: &Self| (lab.is_done(), lab.is_checked(), lab.score);
        let (mut better, worse) = match rank(&self) >= rank(&other) {
            true => (self, other),
            false => (other, self),
        };
        if better.directory.is_empty() {
            better.directory = worse.directory;
        }
        better.language = better.language.or(worse.language);
        better
    }
}

impl Progress {
    /// What a file says.
    ///
    /// # Errors
    /// The first line that says nothing that can be understood.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Damage> {
        let mut progress = Self::default();
        for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let damage = |why| Damage {
                line: at + 1,
                why,
                text: String::from_utf8_lossy(line).into_owned(),
            };
            let line = str::from_utf8(line).map_err(|_| damage("it is no UTF-8"))?;
            progress
                .take(line.trim_end_matches(['\r', ' ']))
                .map_err(damage)?;
        }
        Ok(progress)
    }

    /// Takes a line in.
    fn take(&mut self, line: &str) -> Result<(), &'static str> {
        if line.is_empty() || line == HEAD.trim_end() {
            return Ok(());
        }
        if line.starts_with('#') {
            self.remarks.push(line.to_owned());
            return Ok(());
        }
        if MERGE_MARKS.iter().any(|mark| line.starts_with(mark)) {
            return Err(MERGE);
        }
        let mut words = line.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (name, reached, day, rest) = (word(), word(), word(), word());
        if !is_name(name) {
            return Err("it names no lab and no exercise");
        }
        if !is_day(day) {
            return Err("it has no day");
        }
        if reached == "done" {
            self.exercises.insert(name.to_owned(), day.to_owned());
            return Ok(());
        }
        let (score, max_score) = reached
            .split_once('/')
            .and_then(|(score, max)| Some((score.parse().ok()?, max.parse().ok()?)))
            .filter(|(score, max): &(u32, u32)| score <= max)
            .ok_or("it has no score")?;
        let mut lab = LabProgress {
            score,
            max_score,
            day: day.to_owned(),
            ..LabProgress::default()
        };
        lab.take(rest)?;
        match self.labs.entry(name.to_owned()) {
            Entry::Vacant(vacant) => {
                vacant.insert(lab);
            }
            Entry::Occupied(mut occupied) => {
                let other = std::mem::take(occupied.get_mut());
                *occupied.get_mut() = other.merged(lab);
            }
        }
        Ok(())
    }
}

impl LabProgress {
    /// Takes in what comes behind the day.
    fn take(&mut self, mut rest: &str) -> Result<(), &'static str> {
        while !rest.is_empty() {
            // The last of all: a directory's name may have blanks in it.
            if let Some(directory) = rest.strip_prefix("dir=") {
                directory.clone_into(&mut self.directory);
                break;
            }
            let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
            let Some((key, value)) = word.split_once('=') else {
                // As it was written before there were keys.
                rest.clone_into(&mut self.directory);
                break;
            };
            match key {
                "seed" => self.seed = Some(value.parse().map_err(|_| "its seed is no number")?),
                "hash" if is_hash(value) => self.hash = Some(value.to_owned()),
                "hash" => return Err("its hash is none"),
                "lang" => self.language = Some(value.to_owned()),
                _ => self.more.push(word.to_owned()),
            }
            rest = behind;
        }
        Ok(())
    }
}

/// Whether it has the form of a lab's or an exercise's name; which there are is the curriculum's
/// business, and another version's may have more.
fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let parts: Vec<&str> = name.split('/').collect();
    matches!(parts.len(), 2 | 3)
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.chars().all(is_plain))
}

fn is_hash(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit())
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        for line in &self.remarks {
            writeln!(f, "{line}")?;
        }
        for (name, lab) in &self.labs {
            writeln!(f, "{name} {lab}")?;
        }
        for (name, day) in &self.exercises {
            writeln!(f, "{name} done {day}")?;
        }
        Ok(())
    }
}

impl fmt::Display for LabProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = match self.day.as_str() {
            "" => NEVER,
            day => day,
        };
        write!(f, "{}/{} {day}", self.score, self.max_score)?;
        let mut key = |key: &str, value: &dyn fmt::Display| write!(f, " {key}={value}");
        if let Some(seed) = &self.seed {
            key("seed", seed)?;
        }
        if let Some(hash) = &self.hash {
            key("hash", hash)?;
        }
        if let Some(language) = &self.language {
            key("lang", language)?;
        }
        for more in &self.more {
            f.write_char(' ')?;
            f.write_str(more)?;
        }
        match self.directory.as_str() {
            "" => Ok(()),
            directory => write!(f, " dir={directory}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "\
# mine
process/durable-log 70/100 2026-03-01 seed=7 hash=3f2a9c01d4e5aabb lang=c later=1 dir=my log
process/reaper 0/0 - dir=.
process/trace/first-write done 2026-03-02
";

    fn damage(text: &[u8]) -> String {
        Progress::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let progress = Progress::parse(LINES.as_bytes()).unwrap();
        assert_eq!(progress.to_string(), format!("{HEAD}{LINES}"));
        let again = Progress::parse(progress.to_string().as_bytes()).unwrap();
        assert_eq!(again, progress);
        let lab = &progress.labs["process/durable-log"];
        assert_eq!((lab.score, lab.max_score, lab.seed), (70, 100, Some(7)));
        assert_eq!(lab.directory, "my log");
        let crlf = LINES.replace('\n', "\r\n");
        assert_eq!(Progress::parse(crlf.as_bytes()).unwrap(), progress);
    }

    #[test]
    fn lines_without_keys_are_those_of_an_earlier_version() {
        let text = "process/durable-log 70/100 2026-03-01 my log\nprocess/reaper 0/0 -\n";
        let progress = Progress::parse(text.as_bytes()).unwrap();
        assert_eq!(progress.labs["process/durable-log"].directory, "my log");
        assert_eq!(progress.labs["process/reaper"].directory, "");
    }

    #[test]
    fn of_two_lines_about_a_lab_the_better_counts() {
        let text = "\
process/reaper 70/100 2026-03-01 seed=1
process/reaper 100/100 2026-03-04 seed=2
process/reaper 0/0 - lang=c dir=reaper
";
        let progress = Progress::parse(text.as_bytes()).unwrap();
        assert_eq!(
            progress.to_string(),
            format!("{HEAD}process/reaper 100/100 2026-03-04 seed=2 lang=c dir=reaper\n")
        );
    }

    #[test]
    fn damage_is_named_with_its_line() {
        for (line, said) in [
            ("process/reaper 70/100", "line 2: it has no day"),
            ("process/reaper", "it has no day"),
            ("nonsense 1/2 -", "it names no lab and no exercise"),
            ("process/reaper 7O/100 2026-03-01", "it has no score"),
            ("process/reaper 120/100 2026-03-01", "it has no score"),
            (
                "process/reaper 1/100 2026-03-01 seed=x",
                "its seed is no number",
            ),
            (
                "process/reaper 1/100 2026-03-01 hash=../..",
                "its hash is none",
            ),
            ("<<<<<<< HEAD", "a merge was not finished"),
            ("=======", "a merge was not finished"),
        ] {
            let said_of_it = damage(format!("# x\n{line}\n").as_bytes());
            assert!(said_of_it.contains(said), "{line}: {said_of_it}");
        }
        assert!(damage(b"# x\n\n\xff\n").starts_with("line 3: it is no UTF-8"));
    }
}
