//! Which lab is meant: by its name, by where one is, or because it is next.

use std::fmt;
use std::path::Path;

use crate::exit::Trouble;
use crate::lessons::LESSONS;
use crate::model::{Lab, Lesson};

use super::workspace::Workspace;

/// A lab and its lesson.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meant {
    pub(super) lesson: &'static Lesson,
    pub(super) lab: &'static Lab,
}

impl PartialEq for Meant {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl fmt::Display for Meant {
    /// `LESSON/LAB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.lesson.slug, self.lab.slug)
    }
}

/// Every lab, in teaching order.
pub(super) fn all() -> impl Iterator<Item = Meant> {
    LESSONS
        .iter()
        .flat_map(|lesson| lesson.labs.iter().map(move |lab| Meant { lesson, lab }))
}

/// The names that [`named`] takes: the short ones, where no two labs share them, and the long ones.
pub fn names() -> (Vec<&'static str>, Vec<String>) {
    let short = all()
        .map(|meant| meant.lab.slug)
        .filter(|slug| all().filter(|other| other.lab.slug == *slug).count() == 1)
        .collect();
    (short, all().map(|meant| meant.to_string()).collect())
}

/// The lab of this name: `LAB`, or `LESSON/LAB`.
///
/// # Errors
/// Usage, if there is none, or several.
pub(super) fn named(name: &str) -> Result<Meant, Trouble> {
    let is_it = |meant: &Meant| match name.split_once('/') {
        Some((lesson, lab)) => {
            let is_lesson = meant.lesson.slug == lesson || meant.lesson.alias == Some(lesson);
            is_lesson && meant.lab.slug == lab
        }
        None => meant.lab.slug == name,
    };
    let found: Vec<Meant> = all().filter(is_it).collect();
    match found[..] {
        [meant] => Ok(meant),
        [] => {
            let slugs: Vec<&str> = all().map(|meant| meant.lab.slug).collect();
            Err(super::unknown("there is no lab", name, slugs))
        }
        _ => {
            let found: Vec<String> = found.iter().map(Meant::to_string).collect();
            Err(Trouble::usage(format!("several labs are called {name:?}"))
                .hint(format!("say which: {}", found.join(", "))))
        }
    }
}

/// The lab that is meant: the one that is named, else the one in whose directory one is, else the
/// next one.
///
/// # Errors
/// Usage, if there is none of this name, or nothing is left to do.
pub(super) fn meant(
    given: Option<&str>,
    workspace: &Workspace,
    here: &Path,
) -> Result<Meant, Trouble> {
    if let Some(name) = given {
        return named(name);
    }
    at(workspace, here)
        .or_else(|| next(workspace))
        .ok_or_else(|| {
            Trouble::usage("every lab is done")
                .hint("name one to look at it again; `syslab list` has all")
        })
}

/// The lab in whose directory one is. At the top of a workspace that holds several, that is none.
pub(super) fn at(workspace: &Workspace, here: &Path) -> Option<Meant> {
    let here = here.canonicalize().ok()?;
    all()
        .filter_map(|meant| {
            let directory = workspace.directory(&meant.to_string())?;
            let directory = directory.canonicalize().ok()?;
            here.starts_with(&directory)
                .then(|| (directory.components().count(), meant))
        })
        .max_by_key(|(depth, _)| *depth)
        .map(|(_, meant)| meant)
}

/// The first lab, in teaching order, that is not done.
pub(super) fn next(workspace: &Workspace) -> Option<Meant> {
    all().find(|meant| !is_done(workspace, *meant))
}

/// Whether nothing is left to gain in a lab.
pub(super) fn is_done(workspace: &Workspace, meant: Meant) -> bool {
    workspace
        .lab(&meant.to_string())
        .is_some_and(|lab| lab.is_done())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_is_known_by_both_its_names() {
        let (short, long) = names();
        for name in short.into_iter().map(str::to_owned).chain(long) {
            let meant = named(&name).unwrap();
            assert!(name == meant.lab.slug || name == meant.to_string());
        }
        let alias = named("signals/durable-log").unwrap();
        assert_eq!(alias.to_string(), "process/durable-log");
        for wrong in ["durable", "process/", "sockets/durable-log", ""] {
            assert_eq!(named(wrong).unwrap_err().code, crate::exit::USAGE);
        }
    }

    #[test]
    fn the_lab_of_the_directory_is_meant_else_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut workspace = Workspace::new(root.clone());
        let [first, second] = [0, 1].map(|nth| all().nth(nth).unwrap());
        for meant in [first, second] {
            let name = meant.to_string();
            std::fs::create_dir_all(root.join(&name).join("src")).unwrap();
            workspace.started(&name, &root.join(&name), "c");
        }
        let meant = |here: &Path| meant(None, &workspace, here).unwrap();
        assert_eq!(meant(&root), first);
        assert_eq!(meant(&root.join(second.to_string()).join("src")), second);
    }
}
