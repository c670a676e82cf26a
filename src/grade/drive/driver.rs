//! The driver: from what is missing to nothing missing.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{self, Missing};
use super::{DriveError, Engine, EngineError, Hint, Trust};
use crate::grade::run::{Chunk, Manifest, Marks, RunDir, RunError, State};

/// A submission that was charged with so many tries is not tried again.
pub const MOST_TRIES: usize = 3;

/// How often in a row an engine may fail to take work before it is given up.
const MOST_REFUSALS: u32 = 100;

/// Of whom the engine says that he is gone need be silent only for this part of the lease.
const GONE: u32 = 4;

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something is still to be done; nothing more can be done about it at the moment.
    Working,
    /// As before, and the engine did not take work: why.
    Refused(String),
    /// Nothing is missing.
    Done,
}

/// A submission that is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotGraded {
    /// Of the result that there is not.
    pub key: String,
    /// Completes "not graded, because".
    pub because: String,
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Results that there should be.
    pub of: usize,
    /// Results that there are.
    pub graded: usize,
    /// Who is given up.
    pub given_up: usize,
    /// Names of those that are being examined.
    pub running: Vec<String>,
}

/// Gets the examinations of a run made.
#[derive(Debug)]
pub struct Driver<'a> {
    run: &'a RunDir,
    manifest: &'a Manifest,
    trust: Trust,
    /// Keys in the order of the tasks, each once.
    keys: Vec<String>,
    graded: BTreeSet<String>,
    /// Chunks that an engine has, as far as we know.
    active: BTreeMap<String, Chunk>,
    round: u32,
    /// Chunks in a row that came to nothing at all.
    fruitless: u32,
    /// Whether any chunk came to something since work was last given out.
    bore_fruit: bool,
    refusals: u32,
    last_trouble: String,
}

impl<'a> Driver<'a> {
    /// Begins, or goes on where another driver was.
    ///
    /// Workers that still give signs of life are left to work. What the others were busy with is
    /// charged to nobody: it is not known who killed them.
    ///
    /// # Errors
    /// If the run's directory cannot be read.
    pub fn begin(
        run: &'a RunDir,
        manifest: &'a Manifest,
        trust: Trust,
    ) -> Result<Self, DriveError> {
        let mut seen = BTreeSet::new();
        let keys = manifest.tasks.iter().map(|task| &task.key);
        let mut driver = Self {
            run,
            manifest,
            trust,
            keys: keys
                .filter(|key| seen.insert(key.as_str()))
                .cloned()
                .collect(),
            graded: BTreeSet::new(),
            active: BTreeMap::new(),
            round: 0,
            fruitless: 0,
            bore_fruit: false,
            refusals: 0,
            last_trouble: String::new(),
        };
        for name in run.chunks()? {
            driver.round = driver.round.max(round_of(&name));
            if driver.is_alive(&name, 1)? {
                // A chunk that cannot be read is one that nobody can work on.
                if let Ok(chunk) = run.chunk(&name) {
                    driver.active.insert(name, chunk);
                }
            }
        }
        driver.look()?;
        for mark in run.marks()?.begun() {
            if !driver.active.contains_key(&mark.chunk) {
                let state = match driver.graded.contains(&mark.key) {
                    true => State::Done,
                    false => State::Spared,
                };
                run.end(mark, state, "")?;
            }
        }
        Ok(driver)
    }

    /// Looks at what has come, gives up what is lost, and has made what is missing.
    ///
    /// # Errors
    /// If it cannot go on. All that was found out is kept.
    pub fn step(&mut self, engine: &mut dyn Engine) -> Result<Step, DriveError> {
        self.look()?;
        self.settle(engine)?;
        let marks = self.run.marks()?;
        let missing = self.missing(&marks);
        if missing.is_empty() {
            if self.active.is_empty() {
                self.account(&marks)?;
                return Ok(Step::Done);
            }
            return Ok(Step::Working);
        }
        if self.fruitless >= self.trust.fruitless {
            if !self.active.is_empty() {
                // A machine that is broken takes chunk after chunk, faster than those that work: what
                // the others come to is seen first.
                return Ok(Step::Working);
            }
            if !self.bore_fruit {
                return Err(self.come_to_nothing()?);
            }
        }
        self.submit(&missing, engine)
    }

    /// How far it is.
    ///
    /// # Errors
    /// If the marks cannot be read.
    pub fn tally(&self) -> Result<Tally, RunError> {
        let marks = self.run.marks()?;
        let mut running: Vec<String> = marks
            .begun()
            .filter(|mark| !self.graded.contains(&mark.key))
            .filter_map(|mark| self.manifest.task(&mark.key))
            .map(|task| task.name.clone())
            .collect();
        running.sort();
        running.dedup();
        Ok(Tally {
            of: self.keys.len(),
            graded: self.graded.len(),
            given_up: self.given_up(&marks).count(),
            running,
        })
    }

    /// Stops: ends all workers. What they were busy with is charged to nobody.
    ///
    /// # Errors
    /// If the marks cannot be written.
    pub fn stop(&mut self, engine: &mut dyn Engine) -> Result<(), DriveError> {
        let names: Vec<&str> = self.active.keys().map(String::as_str).collect();
        engine.cancel(&names);
        self.look()?;
        for mark in self.run.marks()?.begun() {
            if self.active.contains_key(&mark.chunk) {
                self.run.end(mark, State::Spared, "")?;
            }
        }
        self.active.clear();
        Ok(())
    }

    /// Finds results that are new.
    fn look(&mut self) -> Result<(), DriveError> {
        let wanted: BTreeSet<&str> = self
            .keys
            .iter()
            .map(String::as_str)
            .filter(|key| !self.graded.contains(*key))
            .collect();
        let new = self.run.new_results(|key| wanted.contains(key))?;
        self.graded.extend(new);
        Ok(())
    }

    /// Whether a worker of a chunk has given a sign of life within a part of the lease.
    fn is_alive(&self, chunk: &str, part: u32) -> Result<bool, RunError> {
        let Some(lease) = self.trust.lease else {
            return Ok(false);
        };
        let silence = self.run.silence(chunk)?;
        Ok(silence.is_some_and(|silence| silence < lease / part))
    }

    /// Gives up the chunks of which nothing more is to be expected.
    fn settle(&mut self, engine: &mut dyn Engine) -> Result<(), DriveError> {
        let names: Vec<&str> = self.active.keys().map(String::as_str).collect();
        let hints: BTreeMap<String, Hint> = match engine.poll(&names) {
            Ok(hints) => hints.into_iter().collect(),
            // Nobody can be asked: signs of life are still signs of life.
            Err(EngineError::Transient(_)) => BTreeMap::new(),
            Err(EngineError::Final(why)) => return Err(DriveError::Engine(why)),
        };
        let mut over = Vec::new();
        for (name, chunk) in &self.active {
            let is_complete = chunk.keys.iter().all(|key| self.graded.contains(key));
            let why = match hints.get(name) {
                _ if is_complete => Some(String::new()),
                // Whoever gives signs of life is not gone, whatever anybody believes.
                Some(Hint::Gone(why)) if !self.is_alive(name, GONE)? => Some(why.clone()),
                Some(Hint::Running) if !self.is_alive(name, 1)? => match self.trust.lease {
                    Some(lease) if self.run.silence(name)?.is_some() => {
                        Some(format!("it was silent for {} s", lease.as_secs()))
                    }
                    _ => None,
                },
                _ => None,
            };
            if let Some(why) = why {
                over.push((name.clone(), why, is_complete));
            }
        }
        // What was published before its worker was seen to be gone counts.
        self.look()?;
        for (name, why, is_complete) in over {
            if !is_complete {
                engine.cancel(&[name.as_str()]);
            }
            let Some(chunk) = self.active.remove(&name) else {
                continue;
            };
            let marks = self.run.marks()?;
            let of_chunk = marks.begun().filter(|mark| mark.chunk == name);
            for mark in of_chunk {
                let (state, why) = match self.graded.contains(&mark.key) {
                    true => (State::Done, ""),
                    false => (State::Lost, why.as_str()),
                };
                self.run.end(mark, state, why)?;
            }
            let bore_fruit = chunk.keys.iter().any(|key| self.graded.contains(key))
                || marks.came_to_something(&name);
            self.bore_fruit |= bore_fruit;
            self.fruitless = match bore_fruit {
                true => 0,
                false => self.fruitless + 1,
            };
            if !bore_fruit {
                self.last_trouble = why;
            }
        }
        Ok(())
    }

    /// That workers do, and what is known of why.
    fn come_to_nothing(&self) -> Result<DriveError, RunError> {
        let refused = self.run.refusals()?.into_iter().next();
        let why = refused.map(|(node, why)| format!("{node}: {why}"));
        Ok(DriveError::Fruitless(
            why.unwrap_or_else(|| self.last_trouble.clone()),
        ))
    }

    /// What is to be made and nobody is at.
    fn missing(&self, marks: &Marks) -> Vec<Missing> {
        let busy: BTreeSet<&String> = self.active.values().flat_map(|chunk| &chunk.keys).collect();
        self.keys
            .iter()
            .filter(|key| !self.graded.contains(*key) && !busy.contains(key))
            .map(|key| Missing {
                key: key.clone(),
                charges: marks.charges(key),
                spared: marks.spared(key),
            })
            .filter(|one| one.charges < MOST_TRIES)
            .collect()
    }

    fn given_up<'b>(&'b self, marks: &'b Marks) -> impl Iterator<Item = &'b String> {
        self.keys
            .iter()
            .filter(move |key| !self.graded.contains(*key) && marks.charges(key) >= MOST_TRIES)
    }

    /// The chunks that would be submitted next.
    ///
    /// # Errors
    /// If the marks cannot be read.
    pub fn next(&self) -> Result<Vec<Chunk>, RunError> {
        let missing = self.missing(&self.run.marks()?);
        Ok(self.cut(&missing, self.round + 1))
    }

    /// What is missing, as the chunks of a round.
    fn cut(&self, missing: &[Missing], round: u32) -> Vec<Chunk> {
        let chunks = plan::chunks(missing, self.trust.slots).into_iter().zip(1..);
        let chunk = |(keys, number)| Chunk {
            name: format!("r{round}-{number}"),
            keys,
        };
        chunks.map(chunk).collect()
    }

    fn submit(&mut self, missing: &[Missing], engine: &mut dyn Engine) -> Result<Step, DriveError> {
        self.round += 1;
        let chunks = self.cut(missing, self.round);
        for chunk in &chunks {
            self.run.set_chunk(chunk)?;
        }
        let avoid: Vec<String> = self
            .run
            .refusals()?
            .into_iter()
            .map(|(node, _)| node)
            .collect();
        match engine.submit(&chunks, &avoid) {
            Ok(()) => {
                self.refusals = 0;
                self.bore_fruit = false;
                self.active
                    .extend(chunks.into_iter().map(|chunk| (chunk.name.clone(), chunk)));
                Ok(Step::Working)
            }
            Err(EngineError::Transient(why)) if self.refusals < MOST_REFUSALS => {
                self.refusals += 1;
                Ok(Step::Refused(why))
            }
            Err(EngineError::Transient(why) | EngineError::Final(why)) => {
                Err(DriveError::Engine(why))
            }
        }
    }

    /// That everybody is accounted for.
    fn account(&self, marks: &Marks) -> Result<(), DriveError> {
        let known = self.graded.len() + self.given_up(marks).count();
        match known == self.keys.len() {
            true => Ok(()),
            false => Err(DriveError::Unaccounted {
                missing: self.keys.len().saturating_sub(known),
                of: self.keys.len(),
            }),
        }
    }
}

impl RunDir {
    /// Who is given up: charged with all tries, and without a result.
    ///
    /// # Errors
    /// If the marks cannot be read.
    pub fn given_up(&self, manifest: &Manifest) -> Result<Vec<NotGraded>, RunError> {
        let marks = self.marks()?;
        let mut found = Vec::new();
        for key in manifest.keys() {
            let tries = marks.charges(key);
            if tries < MOST_TRIES || self.has_result(key) {
                continue;
            }
            let charged = || marks.of(key).iter().filter(|mark| mark.state.is_charged());
            let what = match charged().any(|mark| mark.state == State::Failed) {
                true => "it could not be examined",
                false => "it took the grader down",
            };
            let last = charged()
                .next_back()
                .map(|mark| self.why(mark))
                .transpose()?;
            let last = last.filter(|why| !why.is_empty());
            let last = last.map_or_else(String::new, |why| format!(": {why}"));
            found.push(NotGraded {
                key: key.to_owned(),
                because: format!("{what} {tries} times{last}"),
            });
        }
        Ok(found)
    }
}

/// The number of a chunk's round.
fn round_of(chunk: &str) -> u32 {
    chunk
        .strip_prefix('r')
        .and_then(|rest| rest.split_once('-'))
        .and_then(|(round, _)| round.parse().ok())
        .unwrap_or(0)
}
