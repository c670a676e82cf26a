//! `syslab LESSON start LAB`, `syslab start LAB`: puts a lab's starter and handout where the learner
//! works.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::{self, Outcome, Trouble};
use crate::model::Lesson;
use crate::model::shell_word;
use crate::ui::{Screen, Tone};

use super::starter::{self, LANGUAGES, NewFile};
use super::which::{self, Meant};
use super::workspace::Workspace;

/// Begin a lab
///
/// Copies the lab's starter program and its handout (README.md) to DIR. Files that exist are not
/// overwritten. The first `start` makes the current directory a workspace: its file
/// `syslab.progress` remembers what you have reached. `syslab init` begins all labs at once.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lab
    #[arg(index = 1)]
    lab: String,

    /// Where to [default: where `init` would put it in a workspace, else ./LAB]
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

/// Runs the command for a lab of any lesson.
///
/// # Errors
/// As [`run`]; if there is no such lab.
pub fn run_any(args: &Args, screen: &Screen) -> Outcome {
    begin(args, which::named(&args.lab)?, screen)
}

/// Runs the command.
///
/// # Errors
/// If a file exists or cannot be written.
pub fn run(args: &Args, lesson: &'static Lesson, screen: &Screen) -> Outcome {
    let lab = super::lab(lesson, &args.lab)?;
    begin(args, Meant { lesson, lab }, screen)
}

fn begin(args: &Args, meant: Meant, screen: &Screen) -> Outcome {
    let name = meant.to_string();
    let starter = starter::starter(&name, &args.lang)?;
    let dir = match &args.dir {
        Some(dir) => dir.clone(),
        None => usual(meant)?,
    };
    if !args.force {
        refuse_existing(&dir, &starter.files)?;
    }
    for (path, file) in &starter.files {
        file.write(&dir.join(path), args.force)?;
    }
    remember(&name, &dir, &starter.language)?;
    screen.print(&next_steps(&dir, &starter.files, meant, screen))?;
    Ok(exit::DONE)
}

/// Where a lab goes if nobody says: beside the others of its lesson in a workspace that `init` has
/// made, else here.
fn usual(meant: Meant) -> Result<PathBuf, Trouble> {
    let here = env::current_dir()?;
    let lessons = Workspace::find(&here)?
        .map(|workspace| workspace.root.join(meant.lesson.slug))
        .filter(|lessons| lessons.is_dir());
    Ok(match lessons {
        Some(lessons) => {
            let place = lessons.join(meant.lab.slug);
            let here = here.canonicalize().unwrap_or(here);
            place
                .strip_prefix(&here)
                .map_or(place.clone(), Path::to_owned)
        }
        None => meant.lab.slug.into(),
    })
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
        Trouble::usage(format!("would overwrite {}", existing.join(", "))).hint(
            "name another directory, or overwrite with --force; `syslab reset` keeps the old work",
        ),
    )
}

/// Notes in the workspace that the lab has been begun, and where.
fn remember(lab: &str, dir: &Path, language: &str) -> Result<(), Trouble> {
    let dir = dir
        .canonicalize()
        .with_context(|| format!("cannot enter {}", dir.display()))?;
    let start = |workspace: &mut Workspace| workspace.started(lab, &dir, language);
    if Workspace::change(&dir, start)?.is_none() {
        let here = env::current_dir()?.canonicalize()?;
        // Someone else's directory is not made a workspace in passing.
        let root = match dir.starts_with(&here) {
            true => here,
            false => dir.clone(),
        };
        let mut workspace = Workspace::new(root);
        start(&mut workspace);
        workspace.save()?;
    }
    Ok(())
}

fn next_steps(
    dir: &Path,
    files: &BTreeMap<String, NewFile>,
    meant: Meant,
    screen: &Screen,
) -> String {
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let command = |text: String| screen.out.paint(Tone::Code, &text);
    let (lesson, lab) = (meant.lesson.slug, meant.lab.slug);
    format!(
        "Wrote {} to {}.\n\nNext:\n  {}\n  {}\n  {}\n",
        names.join(", "),
        dir.display(),
        command(format!("cd {}", quoted(dir))),
        command(format!("syslab {lesson} read {lab}")),
        command(format!("syslab {lesson} check {lab}")),
    )
}

/// The path as `cd` in a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    // A leading dash would be an option.
    match text.starts_with('-') {
        true => shell_word(&format!("./{text}")),
        false => shell_word(&text),
    }
}
