//! Notices that files of a submission were saved: as the kernel tells it, or by looking again and
//! again where it does not know, as on network drives.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::sandbox::is_looked_into;
use crate::sys::file_system;

/// An editor saves in several steps: it is over when nothing happens for so long.
const QUIET: Duration = Duration::from_millis(15);

/// Something that writes all the time is not waited for any longer.
const PATIENCE: Duration = Duration::from_millis(200);

/// How often is looked where nobody tells.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// More directories than this are not watched: a submission has a handful.
const MOST: usize = 1000;

/// Watches a directory until it is dropped.
pub(super) struct Files {
    signals: Sender<Sign>,
    /// Why it is looked again and again, if it is.
    pub(super) polls_because: Option<String>,
}

/// What the watching thread is told.
enum Sign {
    Changed,
    Stop,
}

type AnyWatcher = Box<dyn Watcher + Send>;

impl Files {
    /// Watches a submission; `saved` is called, from another thread, after files have changed.
    ///
    /// # Errors
    /// If the directory cannot be watched, either way.
    pub(super) fn watch(
        directory: &Path,
        is_polling_wanted: bool,
        saved: impl Fn() + Send + 'static,
    ) -> notify::Result<Self> {
        let (signals, heard) = mpsc::channel();
        let (watcher, polls_because) = watcher(directory, is_polling_wanted, &signals)?;
        let directory = directory.to_owned();
        thread::spawn(move || listen(watcher, &directory, &heard, &saved));
        Ok(Self {
            signals,
            polls_because,
        })
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // If nobody hears it, the thread has ended already.
        let _heard = self.signals.send(Sign::Stop);
    }
}

/// A watcher of the directories that are there, and why it polls if it does.
fn watcher(
    directory: &Path,
    is_polling_wanted: bool,
    signals: &Sender<Sign>,
) -> notify::Result<(AnyWatcher, Option<String>)> {
    let is_told = file_system::tells_of_changes(directory).unwrap_or(true);
    let mut why = match (is_polling_wanted, is_told) {
        (true, _) => Some("as you wished".to_owned()),
        (_, false) => Some("others can change this drive unseen".to_owned()),
        _ => None,
    };
    if why.is_none() {
        let signals = signals.clone();
        let told = RecommendedWatcher::new(hearing(signals), Config::default()).and_then(
            |watcher| -> notify::Result<AnyWatcher> {
                let mut watcher: AnyWatcher = Box::new(watcher);
                watch_all(&mut watcher, directory)?;
                Ok(watcher)
            },
        );
        match told {
            Ok(watcher) => return Ok((watcher, None)),
            // The user's instances or watches are used up; see inotify(7).
            Err(error) => why = Some(error.to_string()),
        }
    }
    let config = Config::default()
        .with_poll_interval(LOOK_EVERY)
        // Clocks of other machines say little.
        .with_compare_contents(true);
    let mut watcher: AnyWatcher = Box::new(PollWatcher::new(hearing(signals.clone()), config)?);
    watch_all(&mut watcher, directory)?;
    Ok((watcher, why))
}

fn hearing(signals: Sender<Sign>) -> impl Fn(notify::Result<Event>) + Send + 'static {
    move |event| {
        // Trouble may be a change that got lost.
        if event.map_or(true, |event| is_change(event.kind)) {
            let _heard = signals.send(Sign::Changed);
        }
    }
}

/// Whether something is different afterwards. Reading, which we do ourselves, changes nothing.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

/// Watches every directory of the submission that is there now.
fn watch_all(watcher: &mut AnyWatcher, directory: &Path) -> notify::Result<()> {
    watcher.watch(directory, RecursiveMode::NonRecursive)?;
    for inner in directories(directory) {
        // It may be gone again; then that is told as a change.
        let _watched = watcher.watch(&inner, RecursiveMode::NonRecursive);
    }
    Ok(())
}

/// The directories below one that belong to the submission.
fn directories(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        let has_manifest = directory.join("Cargo.toml").is_file();
        let inner = entries
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.file_name())
            .filter(|name: &OsString| is_looked_into(name, has_manifest))
            .map(|name| directory.join(name));
        for inner in inner {
            if found.len() >= MOST {
                return found;
            }
            found.push(inner.clone());
            open.push(inner);
        }
    }
    found
}

/// Waits for changes and tells of each burst of them once.
fn listen(mut watcher: AnyWatcher, directory: &Path, heard: &Receiver<Sign>, saved: &impl Fn()) {
    loop {
        match heard.recv() {
            Ok(Sign::Changed) => {}
            Ok(Sign::Stop) | Err(_) => return,
        }
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            match heard.recv_timeout(QUIET) {
                Ok(Sign::Changed) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Ok(Sign::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        // A directory that is gone tells nothing when it comes back.
        while watch_all(&mut watcher, directory).is_err() {
            saved();
            match heard.recv_timeout(LOOK_EVERY) {
                Ok(Sign::Changed) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Sign::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        saved();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory that is watched. One change may be told several times, so what counts is what
    /// was there when it was told.
    struct Watched {
        dir: tempfile::TempDir,
        files: Files,
        /// The text of `src/main.c` each time that something was told.
        told: Receiver<Option<String>>,
    }

    impl Watched {
        fn new(is_polling: bool) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let main = dir.path().join("src/main.c");
            fs::create_dir(dir.path().join("src")).unwrap();
            fs::write(&main, "").unwrap();
            let (sender, told) = mpsc::channel();
            let files = Files::watch(dir.path(), is_polling, move || {
                let _ended = sender.send(fs::read_to_string(&main).ok());
            });
            let files = files.unwrap();
            Self { dir, files, told }
        }

        fn main(&self) -> PathBuf {
            self.dir.path().join("src/main.c")
        }

        /// Waits until it is told that `src/main.c` has this text, or is not there.
        fn hears(&self, wanted: Option<&str>) {
            // Only what never comes is waited for so long.
            let patience = Duration::from_mins(10);
            while self.told.recv_timeout(patience).unwrap().as_deref() != wanted {}
        }
    }

    #[test]
    fn a_save_is_told_however_the_editor_does_it() {
        for is_polling in [false, true] {
            let watched = Watched::new(is_polling);
            assert_eq!(watched.files.polls_because.is_some(), is_polling);
            fs::write(watched.main(), "one").unwrap();
            watched.hears(Some("one"));
            let new = watched.dir.path().join("src/.new");
            fs::write(&new, "two").unwrap();
            fs::rename(&new, watched.main()).unwrap();
            watched.hears(Some("two"));
        }
    }

    #[test]
    fn a_new_directory_is_watched_too() {
        let watched = Watched::new(false);
        let source = watched.dir.path().join("src");
        fs::remove_dir_all(&source).unwrap();
        watched.hears(None);
        fs::create_dir(&source).unwrap();
        for text in ["one", "two", "three"] {
            fs::write(watched.main(), text).unwrap();
            watched.hears(Some(text));
        }
    }

    #[test]
    fn a_directory_that_comes_back_is_watched_again() {
        let watched = Watched::new(false);
        let work = watched.dir.path();
        let aside = work.with_extension("aside");
        fs::rename(work, &aside).unwrap();
        watched.hears(None);
        fs::create_dir_all(work.join("src")).unwrap();
        fs::remove_dir_all(&aside).unwrap();
        for text in ["one", "two", "three"] {
            fs::write(watched.main(), text).unwrap();
            watched.hears(Some(text));
        }
    }

    #[test]
    fn reading_is_no_change() {
        assert!(!is_change(EventKind::Access(AccessKind::Open(
            AccessMode::Any
        ))));
        assert!(!is_change(EventKind::Access(AccessKind::Close(
            AccessMode::Read
        ))));
        assert!(is_change(EventKind::Access(AccessKind::Close(
            AccessMode::Write
        ))));
    }

    #[test]
    fn what_a_build_leaves_is_not_watched() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["src/deep", "target/debug", ".git/objects", "__pycache__"] {
            fs::create_dir_all(dir.path().join(name)).unwrap();
        }
        fs::write(dir.path().join("Cargo.toml"), "").unwrap();
        let mut found = directories(dir.path());
        found.sort();
        assert_eq!(found, ["src", "src/deep"].map(|name| dir.path().join(name)));
    }
}
