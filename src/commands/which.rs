//! Which lab is meant: by its name, by where one is, or because it is next.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::bench::{self, Request};
use crate::custom;
use crate::embedded;
use crate::exit::{self, Trouble};
use crate::lessons::{self, LESSONS};
use crate::model::check::{KERNEL_SOURCE, WRITTEN};
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

/// A lab that somebody asks for: one of ours, or one that is written in a file.
#[derive(Clone, Debug)]
pub struct AskedLab {
    /// The lesson's slug; that of a file's lab is [`WRITTEN`].
    pub lesson: &'static str,
    /// The lab.
    pub lab: &'static Lab,
    /// Its file, if it is none of ours.
    pub file: Option<PathBuf>,
}

impl AskedLab {
    /// The directory in which a file's lab is, with its programs.
    pub(super) fn directory(&self) -> Option<&Path> {
        let directory = self.file.as_deref()?.parent()?;
        Some(match directory.as_os_str().is_empty() {
            true => Path::new("."),
            false => directory,
        })
    }
}

impl fmt::Display for AskedLab {
    /// `LESSON/LAB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.lesson, self.lab.slug)
    }
}

/// The lab that `LAB`, `LESSON/LAB` or the path of a `lab.toml`, or of a directory with one, stands
/// for. To be asked once for each lab: what is in a file is kept for as long as the process lives.
///
/// # Errors
/// Usage, if there is none, several, or the file is no lab.
pub fn asked(name: &OsStr) -> Result<AskedLab, Trouble> {
    if let Some(file) = file(name) {
        let lab = custom::load(&file).map_err(no_lab)?;
        return Ok(AskedLab {
            lesson: WRITTEN,
            lab,
            file: Some(file),
        });
    }
    let Meant { lesson, lab } = named(&name.to_string_lossy())?;
    Ok(AskedLab {
        lesson: lesson.slug,
        lab,
        file: None,
    })
}

/// Why a file is no lab: every problem is told on a line of its own.
fn no_lab(error: custom::LoadError) -> Trouble {
    let custom::LoadError::Wrong { path, problems } = &error else {
        return Trouble::new(exit::USAGE, error);
    };
    // anyhow is given the innermost cause first.
    let mut lines = (problems.0.iter().rev()).map(|problem| custom::line(path, problem));
    let innermost = anyhow::Error::msg(lines.next().unwrap_or_default());
    let chain = lines.fold(innermost, anyhow::Error::context);
    Trouble::new(
        exit::USAGE,
        chain.context(format!("{} is no lab", path.display())),
    )
    .hint("`syslab author reference` says what can be in it")
}

/// The file that is meant, if a name is a path: it ends in `.toml`, or is a directory that has a
/// `lab.toml`.
fn file(name: &OsStr) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.extension().is_some_and(|ending| ending == "toml") {
        return Some(path.to_owned());
    }
    let inside = path.join(custom::FILE);
    inside.is_file().then_some(inside)
}

/// The labs that a worker examines submissions for.
pub const LABS: bench::worker::Labs = bench::worker::Labs {
    find: requested,
    reference: |lab| {
        embedded::solution(lab, "cuda")
            .find(|(path, _)| *path == KERNEL_SOURCE)
            .map(|(_, file)| file.content)
    },
};

/// The lab that a worker is to examine a submission for.
fn requested(request: &Request) -> Result<&'static Lab, bench::worker::AnyError> {
    match &request.file {
        Some(file) => Ok(custom::load(Path::new(file))?),
        None => lessons::lab(&request.lesson, &request.lab)
            .ok_or_else(|| format!("no lab {}/{}", request.lesson, request.lab).into()),
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
            assert_eq!(named(wrong).unwrap_err().code, exit::USAGE);
        }
    }

    #[test]
    fn a_lab_is_asked_for_by_name_or_by_file() {
        let asked_of = |name: &OsStr| asked(name).map(|asked| asked.to_string());
        assert_eq!(asked_of(OsStr::new("reaper")).unwrap(), "process/reaper");
        let dir = tempfile::tempdir().unwrap();
        for file in custom::template::FILES {
            let path = dir.path().join(file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file.text).unwrap();
        }
        let file = dir.path().join(custom::FILE);
        assert_eq!(asked_of(dir.path().as_os_str()).unwrap(), "custom/note");
        assert_eq!(asked(file.as_os_str()).unwrap().file, Some(file.clone()));
        let request = |file: Option<&Path>| Request {
            file: file.map(Into::into),
            ..Request::of("custom", "note", dir.path())
        };
        assert_eq!(requested(&request(Some(&file))).unwrap().slug, "note");
        assert!(requested(&request(None)).is_err());
        std::fs::write(&file, "name = 3").unwrap();
        for wrong in [
            file.as_os_str(),
            OsStr::new("none.toml"),
            OsStr::new("no-lab"),
        ] {
            assert_eq!(asked(wrong).unwrap_err().code, exit::USAGE);
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
