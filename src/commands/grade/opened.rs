//! A run as the verbs see it: what it is about, what was found out, what people decided.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;

use crate::exit::{self, Trouble};
use crate::grade::book::{self, Alarm, Found};
use crate::grade::fair::{Policy, parse_overrides};
use crate::grade::run::{Handed, Manifest, RunDir, RunError, Task};
use crate::model::Lab;
use crate::model::gradebook::{Gradebook, Override, Release};
use crate::ui::visible;

use super::super::which;

/// The policy's name in a run.
pub(super) const POLICY: &str = "policy.toml";

/// The name of people's decisions in a run.
pub(super) const OVERRIDES: &str = "overrides.toml";

/// A run that was read.
pub(super) struct Opened {
    pub(super) run: RunDir,
    pub(super) manifest: Manifest,
    pub(super) lab: &'static Lab,
    pub(super) policy: Policy,
    pub(super) overrides: Vec<Override>,
    pub(super) found: Found,
}

impl Opened {
    /// Reads a run.
    ///
    /// # Errors
    /// If there is none, or something in it is broken.
    pub(super) fn read(root: &Path) -> Result<Self, Trouble> {
        let run = RunDir::at(root);
        let manifest = run.manifest().map_err(told)?;
        let lab = match &manifest.terms.written {
            Some(files) => run.path(&files.path).into_os_string(),
            None => manifest.terms.lab.clone().into(),
        };
        let lab = which::asked(&lab)?.lab;
        let policy = policy(&run.path(POLICY))?.unwrap_or_default();
        let overrides = match text(&run.path(OVERRIDES))? {
            Some(text) => parse_overrides(&text)
                .map_err(|problems| problem(&run.path(OVERRIDES), &problems.to_string()))?,
            None => Vec::new(),
        };
        let found = found(&run, &manifest)?;
        Ok(Self {
            run,
            manifest,
            lab,
            policy,
            overrides,
            found,
        })
    }

    /// Its gradebook, by the policy and the decisions of today.
    pub(super) fn book(&self) -> Gradebook {
        book::gradebook(
            &self.manifest,
            &self.found,
            self.lab,
            &self.policy,
            &self.overrides,
        )
    }

    /// How Classroom 50 has released each submission, by its key in the gradebook.
    pub(super) fn releases(&self) -> BTreeMap<&str, &Release> {
        let submissions = self.manifest.submissions();
        submissions
            .filter_map(|(task, handed)| Some((task.name.as_str(), handed.release.as_ref()?)))
            .collect()
    }

    /// What is wrong with its canaries.
    pub(super) fn alarms(&self) -> Vec<Alarm> {
        book::alarms(&self.manifest, &self.found)
    }

    /// The submission that is called so: by its key, by what the source calls it, or by a student.
    ///
    /// # Errors
    /// Usage, if there is none, or several.
    pub(super) fn task(&self, name: &str) -> Result<(&Task, &Handed), Trouble> {
        let exact = self
            .manifest
            .submissions()
            .find(|(task, _)| task.name == name);
        if let Some(found) = exact {
            return Ok(found);
        }
        let is_it = |handed: &Handed| {
            handed.label == name
                || handed.students.iter().any(|student| {
                    [
                        &student.id,
                        &student.login,
                        &student.email,
                        &student.github,
                        &student.canvas,
                        &student.moodle,
                        &student.name,
                    ]
                    .contains(&&name.to_owned())
                })
        };
        let all: Vec<(&Task, &Handed)> = self
            .manifest
            .submissions()
            .filter(|(_, handed)| is_it(handed))
            .collect();
        match all[..] {
            [one] => Ok(one),
            [] => {
                if let Some(unfit) = self
                    .manifest
                    .unfit
                    .iter()
                    .find(|unfit| unfit.name == name || is_it(&unfit.handed))
                {
                    return Err(Trouble::new(
                        exit::INSTRUCTOR,
                        anyhow::Error::msg(format!(
                            "{} was not graded, because {}",
                            visible(&unfit.name),
                            unfit.because
                        )),
                    ));
                }
                let names: Vec<&str> = self
                    .manifest
                    .submissions()
                    .map(|(task, _)| task.name.as_str())
                    .collect();
                Err(super::super::unknown(
                    "the run has no submission",
                    name,
                    names,
                ))
            }
            _ => {
                let keys: Vec<&str> = all.iter().map(|(task, _)| task.name.as_str()).collect();
                Err(
                    Trouble::usage(format!("several submissions are {}'s", visible(name)))
                        .hint(format!("say which: {}", keys.join(", "))),
                )
            }
        }
    }
}

/// What was found out in a run.
pub(super) fn found(run: &RunDir, manifest: &Manifest) -> Result<Found, Trouble> {
    let given_up = run.given_up(manifest).map_err(told)?;
    Ok(Found {
        results: run.results(manifest.keys()).map_err(told)?,
        given_up: given_up
            .into_iter()
            .map(|one| (one.key, one.because))
            .collect(),
    })
}

/// A policy, if the file is there.
pub(super) fn policy(path: &Path) -> Result<Option<Policy>, Trouble> {
    let Some(text) = text(path)? else {
        return Ok(None);
    };
    let policy = Policy::parse(&text);
    policy
        .map(Some)
        .map_err(|problems| problem(path, &problems.to_string()))
}

fn problem(path: &Path, problems: &str) -> Trouble {
    Trouble::usage(format!("{}: {}", path.display(), problems.trim_end()))
}

/// The text of a file, if it is there.
fn text(path: &Path) -> Result<Option<String>, Trouble> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error)
            .with_context(|| format!("cannot read {}", path.display()))
            .map_err(Into::into),
    }
}

/// Trouble with a run, as people are told.
pub(super) fn told(error: RunError) -> Trouble {
    let (code, hint) = match &error {
        RunError::NoRun(_) => (
            exit::USAGE,
            "a run is what `syslab grade SUBMISSIONS --lab LAB -o RUN` makes",
        ),
        RunError::Other(..) => (
            exit::USAGE,
            "give another directory with -o; what is there stays as it is",
        ),
        RunError::Busy(_) => (
            exit::USAGE,
            "`syslab grade status RUN` says how far it is; `syslab grade cancel RUN` ends it",
        ),
        RunError::Version(_) => (exit::USAGE, "use the syslab that made it"),
        RunError::Broken(..) | RunError::Io(..) => (exit::MACHINE, ""),
    };
    Trouble::new(code, error).hint_if((!hint.is_empty()).then_some(hint))
}
