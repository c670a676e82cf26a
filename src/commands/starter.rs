//! What a lab is begun with: the files of a starter, and the handout.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;

use crate::embedded::{self, include};
use crate::exit::Trouble;

/// The languages that starters are in.
pub(super) const LANGUAGES: [&str; 7] = ["python", "c", "rust", "ctypes", "c-api", "pyo3", "cuda"];

/// What a language means where a lab is a native module, or is for a GPU.
const NATIVE: [(&str, &str); 4] = [
    ("python", "ctypes"),
    ("c", "c-api"),
    ("rust", "pyo3"),
    ("c", "cuda"),
];

/// The handout's name in the learner's directory.
const HANDOUT: &str = "README.md";

/// A file to be written.
pub(super) struct NewFile {
    content: Vec<u8>,
    is_executable: bool,
}

/// What a lab is begun with.
pub(super) struct Starter {
    /// The starter's own name: `c`, `c-api`.
    pub(super) language: String,
    /// By their paths below the learner's directory.
    pub(super) files: BTreeMap<String, NewFile>,
}

/// The starter of a lab, `LESSON/LAB`, in a language or what that means there, with the handout. A lab
/// that is about one language has one starter, and that is it.
///
/// # Errors
/// Usage, if there is none.
pub(super) fn starter(lab: &str, language: &str) -> Result<Starter, Trouble> {
    let native = NATIVE
        .iter()
        .filter(|(known, _)| *known == language)
        .map(|(_, native)| *native);
    let only = match languages(lab)[..] {
        [only] => Some(only),
        _ => None,
    };
    let found = std::iter::once(language)
        .chain(native)
        .chain(only)
        .map(|language| (language, program(lab, language)))
        .find(|(_, files)| !files.is_empty());
    let Some((language, mut files)) = found else {
        let languages = languages(lab).join(" and ");
        return Err(
            Trouble::usage(format!("{lab} has no starter in {language}")).hint(format!(
                "it has some in {languages}: --lang; any language will do for the lab itself"
            )),
        );
    };
    let path = format!("labs/{lab}/{HANDOUT}");
    if let Some(handout) = embedded::file(&path) {
        let text = include::resolve(&handout.text(), &path);
        let new = NewFile {
            content: text.into_bytes(),
            is_executable: false,
        };
        files.insert(HANDOUT.to_owned(), new);
    }
    Ok(Starter {
        language: language.to_owned(),
        files,
    })
}

/// As [`starter`]; in another language, where the lab has no starter in this one.
///
/// # Errors
/// Usage, if it has none at all.
pub(super) fn nearest(lab: &str, language: &str) -> Result<Starter, Trouble> {
    starter(lab, language).or_else(|trouble| match languages(lab).first() {
        Some(other) => starter(lab, other),
        None => Err(trouble),
    })
}

/// The languages in which a lab has a starter.
pub(super) fn languages(lab: &str) -> Vec<&'static str> {
    let starters = format!("labs/{lab}/starter");
    let languages: BTreeSet<&str> = embedded::below(&starters)
        .filter_map(|(path, _)| path.split('/').next())
        .collect();
    languages.into_iter().collect()
}

/// The files of a program in a directory that have the names of a starter's, relative to it.
fn begun_with(lab: &str, language: &str, directory: &Path) -> Vec<&'static str> {
    embedded::below(&format!("labs/{lab}/starter/{language}"))
        .map(|(path, _)| path)
        .filter(|path| directory.join(path).is_file())
        .collect()
}

/// The language of what is in a directory: that of the starter which it has most files of, if that is
/// one.
pub(super) fn language_of(lab: &str, directory: &Path) -> Option<&'static str> {
    let files = |language| (begun_with(lab, language, directory).len(), language);
    let mut found: Vec<_> = languages(lab).into_iter().map(files).collect();
    found.sort_unstable();
    let (most, language) = found.pop().filter(|(files, _)| *files > 0)?;
    let is_one = found.last().is_none_or(|(files, _)| *files < most);
    is_one.then_some(language)
}

/// The file of a program in a directory that its starter began with, relative to it: where its author
/// begins to read.
pub(super) fn main_file(lab: &str, directory: &Path) -> Option<&'static str> {
    begun_with(lab, language_of(lab, directory)?, directory)
        .into_iter()
        .filter(|path| !path.starts_with("Cargo."))
        .min_by_key(|path| Path::new(path).file_stem() != Some("main".as_ref()))
}

/// The program of the starter in exactly this language; nothing if there is none.
fn program(lab: &str, language: &str) -> BTreeMap<String, NewFile> {
    embedded::below(&format!("labs/{lab}/starter/{language}"))
        .map(|(path, file)| {
            let new = NewFile {
                content: file.content.to_vec(),
                is_executable: file.is_executable,
            };
            (path.to_owned(), new)
        })
        .collect()
}

impl NewFile {
    /// Writes the file, where nothing is; or, by force, in place of what is there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(&self, path: &Path, force: bool) -> anyhow::Result<()> {
        let failed = || format!("cannot write {}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(failed)?;
        }
        if force {
            // Not written through: a link is replaced, and what it points to stays.
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(failed);
                }
                _ => {}
            }
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(if self.is_executable { 0o777 } else { 0o666 })
            .open(path)
            .and_then(|mut new| new.write_all(&self.content))
            .with_context(failed)
    }
}

impl Starter {
    /// Makes the directory with all files in it: in one step, so that half of it is never there.
    ///
    /// # Errors
    /// If something is there, or it cannot be written.
    pub(super) fn make(&self, directory: &Path) -> anyhow::Result<()> {
        let failed = || format!("cannot make {}", directory.display());
        let parent = directory.parent().unwrap_or(Path::new("."));
        let name = directory.file_name().unwrap_or_default().to_string_lossy();
        fs::create_dir_all(parent).with_context(failed)?;
        let beside = parent.join(format!(".{name}.{}", std::process::id()));
        fs::create_dir(&beside).with_context(failed)?;
        let made = self
            .files
            .iter()
            .try_for_each(|(path, file)| file.write(&beside.join(path), false))
            // An empty directory would be replaced; whatever is in one is not.
            .and_then(|()| fs::rename(&beside, directory).with_context(failed));
        if made.is_err() {
            let _gone = fs::remove_dir_all(&beside);
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::which;

    #[test]
    fn every_lab_can_be_begun_in_every_language() {
        for meant in which::all() {
            for language in ["python", "c", "rust"] {
                let starter = nearest(&meant.to_string(), language).unwrap();
                assert!(starter.files.contains_key(HANDOUT), "{meant}");
                assert!(starter.files.len() > 1, "{meant}");
            }
        }
        assert_eq!(nearest("ext/fast-sum", "c").unwrap().language, "c-api");
        assert_eq!(
            nearest("ext/refcount-clinic", "rust").unwrap().language,
            "c-api"
        );
    }

    #[test]
    fn a_program_is_known_by_the_names_of_its_files() {
        let dir = tempfile::tempdir().unwrap();
        let lab = "process/reaper";
        assert_eq!(language_of(lab, dir.path()), None);
        fs::write(dir.path().join("main.c"), "").unwrap();
        assert_eq!(language_of(lab, dir.path()), Some("c"));
        fs::write(dir.path().join("main.py"), "").unwrap();
        assert_eq!(language_of(lab, dir.path()), None);
    }

    #[test]
    fn a_program_begins_with_its_main_file() {
        for (lab, language, file) in [
            ("process/reaper", "c", "main.c"),
            ("cpython/pvm", "python", "main.py"),
            ("cpython/pvm", "rust", "main.rs"),
            ("ext/dot", "pyo3", "src/lib.rs"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let place = dir.path().join("begun");
            assert_eq!(main_file(lab, &place), None);
            starter(lab, language).unwrap().make(&place).unwrap();
            assert_eq!(language_of(lab, &place), Some(language));
            assert_eq!(main_file(lab, &place), Some(file), "{lab}");
        }
    }

    #[test]
    fn nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("reaper");
        let starter = starter("process/reaper", "c").unwrap();
        starter.make(&place).unwrap();
        fs::write(place.join("main.c"), "mine").unwrap();
        assert!(starter.make(&place).is_err());
        assert_eq!(fs::read_to_string(place.join("main.c")).unwrap(), "mine");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
