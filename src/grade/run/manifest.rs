//! The manifest: what a run is about. Written once, before any work, and never changed.
//!
//! Everything that a verdict depends on is in a task's key, and nothing else: late policy, weights
//! and overrides are applied when grades are computed, so that they need no new run.

use std::collections::BTreeSet;

use ring::hmac;
use serde::{Deserialize, Serialize};

use super::seal::digest_of;
use crate::bench::identity::Rung;
use crate::bench::matrix::Expectation;
use crate::grade::fair::Moment;
use crate::grade::intake::Submission;
use crate::model::gradebook::{Lateness, Release, Student};

/// Version of a run's files.
pub const SCHEMA: u32 = 1;

/// Digits of a key.
const KEY_LENGTH: usize = 32;

/// What a run is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: u32,
    /// How the submissions are examined.
    pub terms: Terms,
    /// What the source was taken for.
    pub source: String,
    /// What is examined: submissions that have files, and canaries, which come first.
    pub tasks: Vec<Task>,
    /// Submissions without files.
    pub unfit: Vec<Unfit>,
    /// Who is on the roster and submitted nothing.
    pub absent: Vec<Student>,
    /// What of the source belongs to no submission.
    pub leftovers: Vec<String>,
}

/// How the submissions of a run are examined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// `lesson/lab`.
    pub lab: String,
    /// The file that the lab is written in, if it is none of ours, and what it comes to with all that
    /// lies beside it.
    #[serde(default)]
    pub written: Option<Files>,
    /// This program: its version and what its file comes to.
    pub program: String,
    /// The tools that submissions are built and run with.
    pub toolchain: Vec<String>,
    /// How strongly submissions are confined, at least.
    pub confinement: Rung,
    /// What all students' own seeds are made from.
    pub seed: String,
    /// Multiplies every time limit.
    pub timeout_scale: f64,
    /// Ids of the checks to make; empty: all.
    pub only: Vec<String>,
}

/// One examination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// What all that the verdict depends on comes to: names the result.
    pub key: String,
    /// Unique in the run: the submission's key, or `canary:` and a path.
    pub name: String,
    /// Where the files are, in the run's directory.
    pub files: String,
    /// What the experiments are made from.
    pub seed: u32,
    /// Ids of the checks to make; empty: all.
    pub only: Vec<String>,
    /// What it is for.
    pub role: Role,
}

/// What an examination is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It is somebody's submission.
    Submission(Box<Handed>),
    /// It is a program whose verdicts are known.
    Canary(Expected),
}

/// Who handed a submission in, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    /// What the source calls it.
    pub label: String,
    /// Whose it is.
    pub students: Vec<Student>,
    /// Whether all of them are on the roster.
    pub is_listed: bool,
    /// The group's name.
    pub group: Option<String>,
    /// What the source says about time.
    pub late: Lateness,
    /// When it was submitted, if the source says.
    pub submitted: Option<String>,
    /// What was refused or guessed on the way here.
    pub notes: Vec<String>,
    /// How Classroom 50 has released it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
}

/// A submission without files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unfit {
    /// The submission's key in the class.
    pub name: String,
    /// Who handed it in.
    pub handed: Handed,
    /// Completes "not graded, because".
    pub because: String,
}

/// What a canary must get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// Every check passes.
    PassesAll,
    /// Some check fails.
    FailsSomething,
    /// This check is the first that does not pass, and it fails.
    FailsFirst(String),
}

/// A program whose verdicts are known, before it is a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// Its path in the lab's directory: `solution/c`.
    pub name: String,
    /// What it must get.
    pub expected: Expected,
    /// The checks that must be made to find out; empty: all.
    pub only: Vec<String>,
}

/// Files, as a task has them: where they are, and what they come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// Relative to the run's directory.
    pub path: String,
    /// What they come to.
    pub print: String,
}

impl Terms {
    /// The seed of one submission: the same for the same submission of the same course, and not to
    /// be foreseen by whoever does not know the course's.
    pub fn seed_of(&self, name: &str) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.seed.as_bytes());
        let text = format!("{}\0{name}", self.lab);
        let tag = hmac::sign(&key, text.as_bytes());
        let mut first = [0; 4];
        first.copy_from_slice(&tag.as_ref()[..4]);
        u32::from_be_bytes(first)
    }

    /// The first thing in which these terms are not those of before, for people.
    pub fn difference(&self, before: &Self) -> Option<String> {
        let (was, is) = (before, self);
        let differ =
            |what: &str, was: &str, is: &str| Some(format!("{what} was {was}, and is {is}"));
        if was.lab != is.lab {
            return differ("the lab", &was.lab, &is.lab);
        }
        if was.written != is.written {
            return Some("the lab's file, or what lies beside it, is another one".to_owned());
        }
        if was.program != is.program {
            return differ("syslab", &was.program, &is.program);
        }
        if was.toolchain != is.toolchain {
            let (was, is) = (was.toolchain.join("; "), is.toolchain.join("; "));
            return differ("the toolchain", &was, &is);
        }
        (was != is).then(|| "the seed, the checks or the limits are others".to_owned())
    }

    /// The key of an examination.
    fn key(&self, print: &str, seed: u32, only: &[String]) -> String {
        let fixed = [
            format!("{SCHEMA}"),
            self.lab.clone(),
            (self.written.as_ref()).map_or_else(String::new, |files| files.print.clone()),
            self.program.clone(),
            self.toolchain.join("\n"),
            format!("{:?}", self.confinement),
            format!("{:?}", self.timeout_scale),
            print.to_owned(),
            seed.to_string(),
            only.join("\n"),
        ];
        let mut key = digest_of(fixed.iter().map(String::as_str));
        key.truncate(KEY_LENGTH);
        key
    }

    fn task(&self, name: String, files: &Files, only: &[String], role: Role) -> Task {
        let seed = self.seed_of(&name);
        Task {
            key: self.key(&files.print, seed, only),
            name,
            files: files.path.clone(),
            seed,
            only: only.to_vec(),
            role,
        }
    }

    /// The examination of a submission that has files.
    pub fn submission(&self, submission: &Submission, files: &Files) -> Task {
        let role = Role::Submission(Box::new(Handed::of(submission)));
        self.task(submission.key.clone(), files, &self.only, role)
    }

    /// The examination of a canary.
    pub fn canary(&self, canary: &Canary, files: &Files) -> Task {
        // No submission's key has a colon.
        let name = format!("canary:{}", canary.name);
        let only: Vec<String> = match (canary.only.is_empty(), self.only.is_empty()) {
            (_, true) => canary.only.clone(),
            (true, false) => self.only.clone(),
            (false, false) => {
                let wanted = |id: &&String| self.only.contains(id);
                canary.only.iter().filter(wanted).cloned().collect()
            }
        };
        self.task(name, files, &only, Role::Canary(canary.expected.clone()))
    }
}

impl Handed {
    /// What is known about a submission besides its files.
    pub fn of(submission: &Submission) -> Self {
        Self {
            label: submission.label.clone(),
            students: submission.students.clone(),
            is_listed: submission.is_listed,
            group: submission.group.clone(),
            late: submission.late,
            submitted: submission.submitted.map(|moment| moment.to_string()),
            notes: submission.notes.clone(),
            release: submission.release.clone(),
        }
    }

    /// When it was submitted.
    pub fn moment(&self) -> Option<Moment> {
        self.submitted.as_deref().and_then(Moment::parse)
    }
}

impl Expected {
    /// As the labs matrix holds programs against it.
    pub fn expectation(&self) -> Expectation {
        match self {
            Self::PassesAll => Expectation::PassesAll,
            Self::FailsSomething => Expectation::FailsSomething,
            Self::FailsFirst(id) => Expectation::FailsFirst(id.clone()),
        }
    }

    /// The other way round.
    pub fn of(expectation: &Expectation) -> Self {
        match expectation {
            Expectation::PassesAll => Self::PassesAll,
            Expectation::FailsSomething => Self::FailsSomething,
            Expectation::FailsFirst(id) => Self::FailsFirst(id.clone()),
        }
    }
}

impl Manifest {
    /// What the whole comes to.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub fn id(&self) -> Result<String, serde_json::Error> {
        let mut id = digest_of([serde_json::to_string(self)?.as_str()]);
        id.truncate(KEY_LENGTH);
        Ok(id)
    }

    /// The keys of all results that there should be; identical work is done once.
    pub fn keys(&self) -> BTreeSet<&str> {
        self.tasks.iter().map(|task| task.key.as_str()).collect()
    }

    /// The first task with this key.
    pub fn task(&self, key: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.key == key)
    }

    /// The submissions among the tasks.
    pub fn submissions(&self) -> impl Iterator<Item = (&Task, &Handed)> {
        self.tasks.iter().filter_map(|task| match &task.role {
            Role::Submission(handed) => Some((task, handed.as_ref())),
            Role::Canary(_) => None,
        })
    }

    /// The canaries among the tasks.
    pub fn canaries(&self) -> impl Iterator<Item = (&Task, &Expected)> {
        self.tasks.iter().filter_map(|task| match &task.role {
            Role::Canary(expected) => Some((task, expected)),
            Role::Submission(_) => None,
        })
    }
}

#[cfg(test)]
pub(in crate::grade) mod tests {
    use super::*;

    /// Terms of a lab that is really there.
    pub(in crate::grade) fn terms() -> Terms {
        Terms {
            lab: "process/durable-log".to_owned(),
            written: None,
            program: "0.1.0 0123".to_owned(),
            toolchain: vec!["cc: 1".to_owned()],
            confinement: Rung::Full,
            seed: "course".to_owned(),
            timeout_scale: 1.0,
            only: Vec::new(),
        }
    }

    /// A manifest of submissions with these names and no files.
    pub(in crate::grade) fn manifest(names: &[&str]) -> Manifest {
        let terms = terms();
        let tasks = names.iter().map(|name| {
            let files = Files {
                path: format!("intake/{name}"),
                print: (*name).to_owned(),
            };
            let handed = Handed {
                label: (*name).to_owned(),
                students: vec![Student {
                    id: (*name).to_owned(),
                    ..Student::default()
                }],
                is_listed: true,
                group: None,
                late: Lateness::Unknown,
                submitted: None,
                notes: Vec::new(),
                release: None,
            };
            let role = Role::Submission(Box::new(handed));
            terms.task((*name).to_owned(), &files, &[], role)
        });
        Manifest {
            schema: SCHEMA,
            source: String::new(),
            tasks: tasks.collect(),
            unfit: Vec::new(),
            absent: Vec::new(),
            leftovers: Vec::new(),
            terms,
        }
    }

    #[test]
    fn whatever_a_verdict_depends_on_is_in_the_key() {
        let base = terms();
        let key = |terms: &Terms| terms.key("print", 7, &[]);
        let mut keys = vec![
            key(&base),
            base.key("other", 7, &[]),
            base.key("print", 8, &[]),
            base.key("print", 7, &["starts".to_owned()]),
        ];
        let changes: [fn(&mut Terms); 6] = [
            |terms| terms.lab.push('2'),
            |terms| {
                terms.written = Some(Files {
                    path: "lab/lab.toml".to_owned(),
                    print: "x".to_owned(),
                });
            },
            |terms| terms.program.push('4'),
            |terms| terms.toolchain.push("go: 1".to_owned()),
            |terms| terms.confinement = Rung::Partial,
            |terms| terms.timeout_scale = 2.0,
        ];
        for change in changes {
            let mut terms = base.clone();
            change(&mut terms);
            keys.push(key(&terms));
        }
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all);
        assert!(keys.iter().all(|key| super::super::seal::is_key(key)));
    }

    #[test]
    fn seeds_differ_by_student_and_course_and_stay() {
        let terms = terms();
        assert_eq!(terms.seed_of("ada"), terms.seed_of("ada"));
        assert_ne!(terms.seed_of("ada"), terms.seed_of("bob"));
        let other = Terms {
            seed: "next year".to_owned(),
            ..terms.clone()
        };
        assert_ne!(terms.seed_of("ada"), other.seed_of("ada"));
    }

    #[test]
    fn a_manifest_is_named_by_its_content() {
        let one = manifest(&["ada", "bob"]);
        assert_eq!(one.id().unwrap(), manifest(&["ada", "bob"]).id().unwrap());
        assert_ne!(one.id().unwrap(), manifest(&["ada"]).id().unwrap());
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), one);
    }
}
