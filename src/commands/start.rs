//! `syslab LESSON start LAB`: puts a lab's starter and handout where the learner works.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::{env, io};

use anyhow::Context as _;

use crate::embedded::{self, include};
use crate::exit::{self, Outcome, Trouble};
use crate::model::Lesson;
use crate::ui::{Screen, Tone, shell_word};

use super::workspace::Workspace;

/// Begin a lab
///
/// Copies the lab's starter program and its handout (README.md) to DIR. Files that exist are not
/// overwritten. The first `start` makes the current directory a workspace: its file
/// `syslab.progress` remembers what you have reached.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lab
    #[arg(index = 1)]
    lab: String,

    /// Where to [default: ./LAB]
    #[arg(index = 2, value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,

    /// The language to begin in; the lab takes any. Where a lab is a native module: ctypes, c-api or
    /// pyo3, which are also what python, c and rust mean there
    #[arg(
        long,
        value_name = "LANGUAGE",
        env = "SYSLAB_LANG",
        default_value = "python"
    )]
    #[arg(value_parser = LANGUAGES)]
    lang: String,

    /// Overwrite files that exist
    #[arg(long)]
    force: bool,
}

const EXAMPLES: &str = "\
Examples:
  Begin a lab in C, in a new directory of its name:
  $ syslab LESSON start LAB --lang c

  Begin it in Python, elsewhere:
  $ syslab LESSON start LAB --lang python attempts/first";

/// The languages that starters are in.
const LANGUAGES: [&str; 6] = ["python", "c", "rust", "ctypes", "c-api", "pyo3"];

/// What a language means where a lab is a native module.
const NATIVE: [(&str, &str); 3] = [("python", "ctypes"), ("c", "c-api"), ("rust", "pyo3")];

/// The handout's name in the learner's directory.
const HANDOUT: &str = "README.md";

/// Runs the command.
///
/// # Errors
/// If a file exists or cannot be written.
pub fn run(args: &Args, lesson: &'static Lesson, screen: &Screen) -> Outcome {
    let lab = super::lab(lesson, &args.lab)?;
    let name = format!("{}/{}", lesson.slug, lab.slug);
    let files = files(&name, &args.lang)?;
    let dir = args.dir.clone().unwrap_or_else(|| lab.slug.into());
    if !args.force {
        refuse_existing(&dir, &files)?;
    }
    for (path, file) in &files {
        write(&dir.join(path), file, args.force)?;
    }
    remember(&name, &dir)?;

    screen.print(&next_steps(&dir, &files, lesson, lab.slug, screen))?;
    Ok(exit::DONE)
}

/// A file to be written.
struct NewFile {
    content: Vec<u8>,
    is_executable: bool,
}

/// The starter's files and the handout, by their paths below the learner's directory.
fn files(lab: &str, language: &str) -> Result<BTreeMap<String, NewFile>, Trouble> {
    let mut files = starter(lab, language);
    if files.is_empty()
        && let Some((_, native)) = NATIVE.iter().find(|(known, _)| *known == language)
    {
        files = starter(lab, native);
    }
    if files.is_empty() {
        let starters = format!("labs/{lab}/starter");
        let starters = embedded::below(&starters);
        let languages: BTreeSet<&str> = starters
            .filter_map(|(path, _)| path.split('/').next())
            .collect();
        let languages = Vec::from_iter(languages).join(" and ");
        return Err(
            Trouble::usage(format!("{lab} has no starter in {language}")).hint(format!(
                "it has some in {languages}: --lang; any language will do for the lab itself"
            )),
        );
    }
    let path = format!("labs/{lab}/{HANDOUT}");
    if let Some(handout) = embedded::file(&path) {
        let text = include::resolve(&handout.text(), &path);
        let new = NewFile {
            content: text.into_bytes(),
            is_executable: false,
        };
        files.insert(HANDOUT.to_owned(), new);
    }
    Ok(files)
}

/// The files of the starter in this language, none if there is none.
fn starter(lab: &str, language: &str) -> BTreeMap<String, NewFile> {
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

/// Says all that is in the way before anything is written.
fn refuse_existing(dir: &Path, files: &BTreeMap<String, NewFile>) -> Result<(), Trouble> {
    let existing: Vec<String> = files
        .keys()
        .map(|path| dir.join(path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if existing.is_empty() {
        return Ok(());
    }
    Err(
        Trouble::usage(format!("would overwrite {}", existing.join(", ")))
            .hint("name another directory, or overwrite with --force"),
    )
}

fn write(path: &Path, file: &NewFile, force: bool) -> anyhow::Result<()> {
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
        .mode(if file.is_executable { 0o777 } else { 0o666 })
        .open(path)
        .and_then(|mut new| new.write_all(&file.content))
        .with_context(failed)
}

/// Notes in the workspace that the lab has been begun, and where.
fn remember(lab: &str, dir: &Path) -> anyhow::Result<()> {
    let dir = dir
        .canonicalize()
        .with_context(|| format!("cannot enter {}", dir.display()))?;
    let mut workspace = match Workspace::find(&dir)? {
        Some(workspace) => workspace,
        None => {
            let here = env::current_dir()?.canonicalize()?;
            // Someone else's directory is not made a workspace in passing.
            let root = if dir.starts_with(&here) {
                here
            } else {
                dir.clone()
            };
            Workspace::new(root)
        }
    };
    workspace.started(lab, &dir);
    workspace.save()
}

fn next_steps(
    dir: &Path,
    files: &BTreeMap<String, NewFile>,
    lesson: &Lesson,
    lab: &str,
    screen: &Screen,
) -> String {
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let command = |text: String| screen.out.paint(Tone::Code, &text);
    format!(
        "Wrote {} to {}.\n\nNext:\n  {}\n  {}\n  {}\n",
        names.join(", "),
        dir.display(),
        command(format!("cd {}", quoted(dir))),
        command(format!("syslab {} read {lab}", lesson.slug)),
        command(format!("syslab {} check {lab}", lesson.slug)),
    )
}

/// The path as `cd` in a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    // A leading dash would be an option.
    match text.starts_with('-') {
        true => shell_word(&format!("./{text}")),
        false => shell_word(&text),
    }
}
