//! What `watch` does: it takes in saves, wishes and findings, has checks made, and keeps what is found.

mod wishes;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::thread;

use crate::bench::Request;
use crate::exit::Trouble;
use crate::model::{Finding, Verdict};
use crate::sandbox::{Fingerprint, fingerprint};

use super::super::which::Meant;
use super::super::workspace::{Key, LabState, Reached, Workspace};
use super::super::{check, examination};
use super::Heard;
use super::examiner::{Examiner, Said, What};
use super::files::Files;
use super::model::Model;
use super::source::excerpts;

pub(super) use self::wishes::Errand;

/// A lab that is watched.
pub(super) struct Session {
    pub(super) model: Model,
    /// The workspace's directory.
    root: PathBuf,
    /// The work's directory.
    pub(super) directory: PathBuf,
    state: LabState,
    /// What the examination that goes on, or the last one, is about.
    key: Option<Key>,
    /// Whether that is what was really copied.
    is_sure: bool,
    examiner: Option<Examiner>,
    files: Option<Files>,
    options: Options,
    heard: Sender<Heard>,
}

/// What the user said at the start.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// The seed of all checks, if it is to be the same.
    pub(super) seed: Option<u32>,
    /// Experiments at the same time.
    pub(super) jobs: Option<NonZero<usize>>,
    /// Whether files are looked at again and again.
    pub(super) polls: bool,
}

impl Session {
    /// Watches a lab of a workspace, and has checked what is not known of it.
    ///
    /// # Errors
    /// If it has not been begun, or cannot be watched.
    pub(super) fn begin(
        workspace: &Workspace,
        meant: Meant,
        options: Options,
        heard: Sender<Heard>,
    ) -> Result<Self, Trouble> {
        let name = meant.to_string();
        let directory = directory(workspace, meant)?;
        let state = LabState::load(&workspace.root, &name);
        let seed = seed(&options, &state, workspace, &name);
        let place = directory
            .strip_prefix(&workspace.root)
            .unwrap_or(&directory);
        let place = match place.as_os_str().is_empty() {
            true => ".".to_owned(),
            false => place.display().to_string(),
        };
        let mut session = Self {
            model: Model::new(meant, place, seed),
            root: workspace.root.clone(),
            directory,
            state,
            key: None,
            is_sure: false,
            examiner: None,
            files: None,
            options,
            heard,
        };
        let heard = session.heard.clone();
        let saved = move || {
            let _ended = heard.send(Heard::Saved);
        };
        // First of all: what is saved from now on is noticed.
        let files = Files::watch(&session.directory, session.options.polls, saved)?;
        session.model.remember(&session.state.findings);
        session.examine(false);
        if let Some(why) = &files.polls_because {
            let text = format!("looking twice a second for changes: {why}");
            session.model.say(text);
        }
        session.files = Some(files);
        Ok(session)
    }

    fn name(&self) -> String {
        self.model.meant.to_string()
    }

    /// Has made what is not known of the files as they are; all, if by force.
    fn examine(&mut self, is_forced: bool) {
        let files = match fingerprint(&self.directory) {
            Ok(files) => files,
            Err(error) => return self.model.say(error.to_string()),
        };
        let key = Key::new(&files, self.model.seed);
        let is_as_before = self.key.as_ref() == Some(&key);
        if is_as_before && !is_forced {
            // Saved, and the same: what goes on, or is known, is about just that.
            return;
        }
        self.examiner = None;
        let is_known = self.state.key == key && !is_forced;
        if is_known {
            self.model.remember(&self.state.findings);
        }
        let is_settled = |id: &str| {
            let finding = self.state.finding(id).filter(|_| is_known);
            finding.is_some_and(|finding| finding.verdict != Verdict::Unknown)
        };
        let ids: Vec<String> = self
            .model
            .rows
            .iter()
            .map(|row| row.check.id.to_owned())
            .collect();
        let open: Vec<String> = ids.iter().filter(|id| !is_settled(id)).cloned().collect();
        self.key = Some(key);
        if open.is_empty() {
            self.model.end();
            self.show_failure();
            return self
                .model
                .say("known from before: nothing has changed; r makes the checks again");
        }
        let failed = self.failed();
        self.model.begin(&open);
        self.show_failure();
        self.is_sure = false;
        let is_all = open.len() == ids.len();
        let request = self.request(if is_all { Vec::new() } else { open }, failed);
        let heard = self.heard.clone();
        self.examiner = Some(Examiner::begin(request, move |said| {
            let _ended = heard.send(Heard::Said(said));
        }));
    }

    /// The checks that failed last: they are made first.
    fn failed(&self) -> Vec<String> {
        self.model
            .rows
            .iter()
            .filter_map(|row| row.finding.as_ref())
            .filter(|finding| finding.verdict == Verdict::Fail)
            .map(|finding| finding.id.clone())
            .collect()
    }

    fn request(&self, only: Vec<String>, first: Vec<String>) -> Request {
        let processors = || thread::available_parallelism().map_or(1, NonZero::get);
        let (lesson, lab) = (self.model.meant.lesson.slug, self.model.meant.lab.slug);
        Request {
            seed: self.model.seed,
            only,
            first,
            jobs: self.options.jobs.map_or_else(processors, NonZero::get),
            shrinks: true,
            ..Request::of(lesson, lab, &self.directory)
        }
    }

    /// Files were saved.
    pub(super) fn saved(&mut self) {
        self.examine(false);
    }

    /// An examination says something. One that was overtaken says nothing any more.
    pub(super) fn hear(&mut self, said: Said) {
        if self.examiner.as_ref().map(|examiner| examiner.round) != Some(said.round) {
            return;
        }
        match said.what {
            What::Copied(files) => self.copied(files.as_ref()),
            What::Progress(progress) => {
                let found = match &progress {
                    crate::bench::Progress::Finished(finding) => Some((**finding).clone()),
                    _ => None,
                };
                if self.model.hear(progress) {
                    self.show_failure();
                }
                if let Some(finding) = found {
                    let is_failure = finding.verdict == Verdict::Fail;
                    self.learn([finding]);
                    if is_failure {
                        self.keep();
                    }
                }
            }
            What::Ended(result) => {
                self.examiner = None;
                match *result {
                    Ok(card) => {
                        for finding in &card.checks {
                            self.model.found(finding.clone());
                        }
                        self.learn(card.checks);
                        self.model.end();
                        self.show_failure();
                        self.keep();
                        self.score();
                    }
                    Err(error) => {
                        self.model.end();
                        // Whatever it was, a save tries again.
                        self.key = None;
                        let trouble = examination::trouble(error);
                        let hints = trouble.hints.join("; ");
                        let text = format!("{:#} {hints}", trouble.error);
                        self.model.say(text.trim_end());
                    }
                }
            }
        }
    }

    /// Takes in which files are examined, if that is known.
    fn copied(&mut self, files: Option<&Fingerprint>) {
        self.is_sure = files.is_some();
        if let Some(files) = files {
            // They may have changed since they were looked at, and this is what is examined.
            self.key = Some(Key::new(files, self.model.seed));
        }
    }

    fn learn(&mut self, found: impl IntoIterator<Item = Finding>) {
        if let Some(key) = self.key.as_ref().filter(|_| self.is_sure) {
            self.state.learn(key, found);
        }
    }

    /// Writes what is known where `hint` and the next `watch` find it.
    fn keep(&mut self) {
        let name = self.name();
        if let Err(error) = self.state.save(&self.root, &name) {
            self.model.say(format!("{error:#}"));
        }
    }

    /// Writes the score down, if everything was tried.
    fn score(&mut self) {
        if !self.model.is_complete() {
            return;
        }
        let (score, max_score) = self.model.score();
        let reached = Reached {
            score,
            max_score,
            seed: self.model.seed,
            hash: self
                .key
                .as_ref()
                .filter(|_| self.is_sure)
                .map(|key| key.files.clone()),
        };
        let name = self.name();
        let scored = Workspace::change(&self.root, |workspace| {
            workspace.scored(&name, &reached);
        });
        if let Err(trouble) = scored {
            self.model
                .say(format!("progress is not kept: {:#}", trouble.error));
        }
    }

    /// Reads what goes with the failure that is shown now.
    fn show_failure(&mut self) {
        let (excerpts, hints) = match self.model.failure() {
            Some(finding) => (
                excerpts(&self.directory, finding),
                self.state.hints.get(&finding.id).copied().unwrap_or(0),
            ),
            None => (Vec::new(), 0),
        };
        self.model.excerpts = excerpts;
        self.model.hints = hints;
    }
}

/// Where the work on a lab is.
fn directory(workspace: &Workspace, meant: Meant) -> Result<PathBuf, Trouble> {
    workspace.directory(&meant.to_string()).ok_or_else(|| {
        Trouble::usage(format!("{meant} has not been begun"))
            .hint(format!("begin it: syslab start {}", meant.lab.slug))
    })
}

/// The seed that was asked for, else that of what is known, so that it need not be found out again.
fn seed(options: &Options, state: &LabState, workspace: &Workspace, lab: &str) -> u64 {
    let known = || (!state.findings.is_empty()).then_some(state.key.seed);
    let reached = || workspace.lab(lab).and_then(|lab| lab.seed);
    options
        .seed
        .map(u64::from)
        .or_else(known)
        .or_else(reached)
        .unwrap_or_else(|| u64::from(check::any_seed()))
}

/// The path that leads from here to a directory; the directory itself, if it is not below.
pub(super) fn from_here(here: &Path, directory: &Path) -> PathBuf {
    directory
        .strip_prefix(here)
        .map_or_else(|_| directory.to_owned(), Path::to_owned)
}
