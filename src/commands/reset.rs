//! `syslab reset`: begins a lab again, and keeps the old work.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::{self, Outcome, Trouble};
use crate::ui::{Screen, Tone, visible};

use super::start::quoted;
use super::starter::{self, LANGUAGES};
use super::which::{self, Meant};
use super::workspace::{LabState, Workspace};

/// Begin a lab again, and keep the old work
///
/// Moves the lab's directory aside, to a name with a number, says where, and writes the starter in
/// its place. Nothing is deleted, and what you have reached stays reached.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lab
    #[arg(index = 1)]
    lab: String,

    /// The language to begin in [default: the one that the old work was begun in]
    #[arg(long, value_name = "LANGUAGE", value_parser = LANGUAGES)]
    lang: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab reset LAB
  $ syslab reset LAB --lang rust";

/// A lab that was begun again.
pub(super) struct Reset {
    /// Where the old work is now.
    pub(super) aside: PathBuf,
    /// Where the starter is.
    pub(super) directory: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// If the lab has not been begun, or its directory cannot be moved.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let meant = which::named(&args.lab)?;
    let here = env::current_dir()?;
    let workspace = Workspace::required(&here)?;
    let reset = reset(&workspace, meant, args.lang.as_deref())?;
    let is_inside = here.starts_with(&reset.directory);
    let shown = |path: &Path| visible(&path.display().to_string());
    let mut out = format!(
        "Your work is in {} now.\nWrote the starter to {}.\n",
        shown(&reset.aside),
        shown(&reset.directory)
    );
    if is_inside {
        let command = format!("cd {}", quoted(&reset.directory));
        let command = screen.out.paint(Tone::Code, &command);
        out.push_str(&format!("Your shell went with the old work: {command}\n"));
    }
    screen.print(&out)?;
    Ok(exit::DONE)
}

/// Moves the work on a lab aside and writes the starter in its place.
///
/// # Errors
/// As [`run`].
pub(super) fn reset(
    workspace: &Workspace,
    meant: Meant,
    language: Option<&str>,
) -> Result<Reset, Trouble> {
    let name = meant.to_string();
    let Some(directory) = workspace.directory(&name) else {
        return Err(Trouble::usage(format!("{name} has not been begun here"))
            .hint(format!("begin it: syslab start {}", meant.lab.slug)));
    };
    if directory == workspace.root {
        return Err(Trouble::usage(format!(
            "the work on {name} is the workspace itself, {}",
            directory.display()
        ))
        .hint("move your files aside yourself, then `syslab start` it here"));
    }
    let remembered = workspace.lab(&name).and_then(|lab| lab.language.clone());
    let language = language
        .map(str::to_owned)
        .or(remembered)
        .or_else(|| starter::language_of(&name, &directory).map(str::to_owned))
        .ok_or_else(|| {
            Trouble::usage(format!("cannot tell which language {name} was begun in"))
                .hint("say which: --lang")
        })?;
    // Before anything is moved: it may not be there.
    let starter = starter::starter(&name, &language)?;
    let aside = free(&directory);
    fs::rename(&directory, &aside)
        .with_context(|| format!("cannot move {}", directory.display()))?;
    // What cannot be begun again stays as it was.
    starter
        .make(&directory)
        .inspect_err(|_| drop(fs::rename(&aside, &directory)))?;
    LabState::forget(&workspace.root, &name);
    Workspace::change(&workspace.root, |workspace| {
        workspace.started(&name, &directory, &starter.language);
    })?;
    Ok(Reset { aside, directory })
}

/// The first name beside the directory that nothing has: `reaper.1`, `reaper.2`.
fn free(directory: &Path) -> PathBuf {
    let name = directory.file_name().unwrap_or_default();
    (1_u32..)
        .map(|number| {
            let mut numbered = name.to_owned();
            numbered.push(format!(".{number}"));
            directory.with_file_name(numbered)
        })
        .find(|place| place.symlink_metadata().is_err())
        .unwrap_or_else(|| directory.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_work_is_moved_to_the_next_number() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let meant = which::named("reaper").unwrap();
        let place = root.join("my.reaper");
        fs::create_dir(&place).unwrap();
        let mut workspace = Workspace::new(root.clone());
        workspace.started("process/reaper", &place, "c");
        workspace.save().unwrap();
        for number in 1..=2 {
            let mine = format!("mine {number}");
            fs::write(place.join("main.c"), &mine).unwrap();
            let reset = reset(&workspace, meant, None).unwrap();
            assert_eq!(reset.aside, root.join(format!("my.reaper.{number}")));
            let kept = fs::read_to_string(reset.aside.join("main.c")).unwrap();
            assert_eq!(kept, mine);
            let begun = fs::read_to_string(place.join("main.c")).unwrap();
            assert!(begun.contains("TODO"));
        }
        let other = reset(&workspace, meant, Some("python")).unwrap();
        assert!(other.directory.join("main.py").is_file());
        let workspace = Workspace::find(&root).unwrap().unwrap();
        let language = &workspace.lab("process/reaper").unwrap().language;
        assert_eq!(language.as_deref(), Some("python"));
    }

    #[test]
    fn a_workspace_is_not_moved() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut workspace = Workspace::new(root.clone());
        workspace.started("process/reaper", &root, "c");
        let meant = which::named("reaper").unwrap();
        assert!(reset(&workspace, meant, None).is_err());
        assert!(reset(&workspace, which::named("shell").unwrap(), None).is_err());
    }
}
