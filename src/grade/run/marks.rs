//! Marks: which examinations began, and how those ended that left no result.
//!
//! A worker marks that it begins with a submission. Whoever is killed cannot unmark: what is left of
//! a worker that is gone names the submission that it was busy with, and no other. That submission,
//! and only that, is charged with a try.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use super::seal::is_key;
use super::{MAX_SMALL_BYTES, RunDir, RunError, files};

/// How an examination stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It began, and nobody has said how it ended.
    Begun,
    /// It has left a result.
    Done,
    /// Its worker was lost with it: this is charged.
    Lost,
    /// Its worker lived on and could not examine it: this is charged, too.
    Failed,
    /// It was given up for reasons that are not its own.
    Spared,
}

impl State {
    const ALL: [Self; 5] = [
        Self::Begun,
        Self::Done,
        Self::Lost,
        Self::Failed,
        Self::Spared,
    ];

    /// The last part of the mark's name.
    fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Lost => "lost",
            Self::Failed => "failed",
            Self::Spared => "spared",
        }
    }

    /// Whether it counts against the submission.
    pub fn is_charged(self) -> bool {
        matches!(self, Self::Lost | Self::Failed)
    }
}

/// One examination that began: `KEY.CHUNK.NODE.PID.STATE`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Of the result that was to be made.
    pub key: String,
    /// Of which it was part.
    pub chunk: String,
    /// The machine.
    pub node: String,
    /// The worker.
    pub pid: u32,
    /// How it stands.
    pub state: State,
}

impl Mark {
    fn parse(name: &str) -> Option<Self> {
        let parts: Vec<&str> = name.split('.').collect();
        let [key, chunk, node, pid, state] = parts[..] else {
            return None;
        };
        let state = State::ALL.into_iter().find(|known| known.name() == state)?;
        is_key(key).then_some(Self {
            key: key.to_owned(),
            chunk: chunk.to_owned(),
            node: node.to_owned(),
            pid: pid.parse().ok()?,
            state,
        })
    }

    /// What tells this attempt from all others: `KEY.CHUNK.NODE.PID`.
    pub fn attempt(&self) -> String {
        let Self {
            key,
            chunk,
            node,
            pid,
            ..
        } = self;
        format!("{key}.{chunk}.{node}.{pid}")
    }

    fn file(&self, state: State) -> String {
        format!("marks/{}.{}", self.attempt(), state.name())
    }
}

/// All marks of a run, by key.
#[derive(Clone, Debug, Default)]
pub struct Marks(BTreeMap<String, Vec<Mark>>);

impl Marks {
    /// Those of one key.
    pub fn of(&self, key: &str) -> &[Mark] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }

    /// How many tries a key was charged with: one for each chunk, however many workers were at that
    /// chunk when it was lost. Engines do start a job twice.
    pub fn charges(&self, key: &str) -> usize {
        let of = self.of(key).iter();
        let charged = of.filter(|mark| mark.state.is_charged());
        let chunks: BTreeSet<&str> = charged.map(|mark| mark.chunk.as_str()).collect();
        chunks.len()
    }

    /// How many of its tries were given up for reasons that are not its own.
    pub fn spared(&self, key: &str) -> usize {
        let of = self.of(key).iter();
        of.filter(|mark| mark.state == State::Spared).count()
    }

    /// Those that began and have not ended.
    pub fn begun(&self) -> impl Iterator<Item = &Mark> {
        let all = self.0.values().flatten();
        all.filter(|mark| mark.state == State::Begun)
    }

    /// Whether the worker of a chunk came to anything: it began, and did not find itself unfit.
    pub fn came_to_something(&self, chunk: &str) -> bool {
        let mut all = self.0.values().flatten();
        all.any(|mark| mark.chunk == chunk && mark.state != State::Spared)
    }
}

impl RunDir {
    /// Marks that an examination begins.
    ///
    /// # Errors
    /// Those of open(2); there must be no such mark.
    pub fn begin(&self, key: &str, chunk: &str, node: &str) -> Result<Mark, RunError> {
        let mark = Mark {
            key: key.to_owned(),
            chunk: chunk.to_owned(),
            node: node.to_owned(),
            pid: std::process::id(),
            state: State::Begun,
        };
        let path = self.path(&mark.file(State::Begun));
        files::write_new(&path, b"")
            .and_then(|()| files::sync_directory_of(&path))
            .map_err(RunError::io(&path))?;
        Ok(mark)
    }

    /// Marks how an examination ended, if nobody else has: a worker that was thought to be lost may
    /// come back.
    ///
    /// # Errors
    /// Those of write(2) and rename(2).
    pub fn end(&self, mark: &Mark, state: State, why: &str) -> Result<(), RunError> {
        let (from, to) = (
            self.path(&mark.file(mark.state)),
            self.path(&mark.file(state)),
        );
        let ended = || -> io::Result<()> {
            if !why.is_empty() && from.exists() {
                fs::write(&from, why)?;
            }
            fs::rename(&from, &to)
        };
        match ended() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            ended => ended.map_err(RunError::io(&to)),
        }
    }

    /// Why an examination ended as it did; may be empty.
    ///
    /// # Errors
    /// Those of open(2) and read(2).
    pub fn why(&self, mark: &Mark) -> Result<String, RunError> {
        let path = self.path(&mark.file(mark.state));
        files::read_text(&path, MAX_SMALL_BYTES).map_err(RunError::io(&path))
    }

    /// All marks.
    ///
    /// # Errors
    /// Those of readdir(3).
    pub fn marks(&self) -> Result<Marks, RunError> {
        let mut marks = Marks::default();
        for mark in self
            .names("marks")?
            .iter()
            .filter_map(|name| Mark::parse(name))
        {
            marks.0.entry(mark.key.clone()).or_default().push(mark);
        }
        for of in marks.0.values_mut() {
            of.sort();
        }
        Ok(marks)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use super::*;

    #[test]
    fn who_began_is_known_until_it_ended() {
        let (_dir, run, _) = run(&[]);
        let mark = run.begin("ab", "r1-1", "n1").unwrap();
        let marks = run.marks().unwrap();
        assert_eq!(marks.begun().collect::<Vec<_>>(), [&mark]);
        assert!(marks.came_to_something("r1-1") && !marks.came_to_something("r1-2"));
        assert_eq!(marks.charges("ab"), 0);
        run.end(&mark, State::Lost, "no word for 15 s").unwrap();
        // It comes back, too late.
        run.end(&mark, State::Done, "").unwrap();
        let marks = run.marks().unwrap();
        assert_eq!((marks.begun().count(), marks.charges("ab")), (0, 1));
        assert_eq!(run.why(&marks.of("ab")[0]).unwrap(), "no word for 15 s");
        // The same job, started twice, is lost once; another one is another try.
        for (chunk, charges) in [("r1-1", 1), ("r2-1", 2)] {
            let again = run.begin("ab", chunk, "n2").unwrap();
            run.end(&again, State::Lost, "").unwrap();
            assert_eq!(run.marks().unwrap().charges("ab"), charges);
        }
    }

    #[test]
    fn what_is_no_mark_is_passed_over() {
        for name in [
            "",
            ".x",
            "zz.r1-1.n.1.begun",
            "ab.r1-1.n.1.odd",
            "ab.r.n.x.begun",
        ] {
            assert_eq!(Mark::parse(name), None, "{name}");
        }
        let mark = Mark::parse("ab.r1-1.n.12.spared").unwrap();
        assert_eq!((mark.pid, mark.state), (12, State::Spared));
    }
}
