//! `syslab init`: makes a workspace with every lab in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::{self, Outcome, Trouble};
use crate::ui::{Screen, Tone, visible};

use super::start::quoted;
use super::starter::{self, Starter};
use super::which::{self, Meant};
use super::workspace::{FILE, Workspace, write_new};

/// Make a workspace with every lab in it
///
/// Writes each lab's handout (README.md) and starter program to DIR/LESSON/LAB, and beside them
/// `syslab.progress`, which remembers what you have reached and is meant to be committed;
/// `.gitignore` and `.gitattributes`; and `.vscode/tasks.json`, by which Visual Studio Code
/// re-checks on save (Terminal: Run Task: syslab: watch) and marks the lines that cost points. Other
/// editors understand `syslab watch --plain` as they do a compiler's output.
///
/// What exists is left alone, so that `init` in a workspace adds the labs that it lacks.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The directory; it may exist
    #[arg(default_value = ".", value_hint = clap::ValueHint::DirPath)]
    dir: PathBuf,

    /// The language to begin in; each lab takes any. Labs that have no starter in it begin in another
    #[arg(
        long,
        value_name = "LANGUAGE",
        env = "SYSLAB_LANG",
        default_value = "python"
    )]
    #[arg(value_parser = ["python", "c", "rust"])]
    lang: String,
}

const EXAMPLES: &str = "\
Examples:
  A workspace in a new directory, in C:
  $ syslab init systems --lang c

  One in this directory, in Python:
  $ syslab init";

/// Files beside the labs.
const BESIDE: &[(&str, &str)] = &[
    (".gitignore", include_str!("init/gitignore")),
    (".gitattributes", include_str!("init/gitattributes")),
    (".vscode/tasks.json", include_str!("init/tasks.json")),
];

/// What became of a lab.
enum Made {
    /// It was begun, in this language.
    Begun(String),
    /// Something was there.
    Kept,
}

/// Runs the command.
///
/// # Errors
/// If the directory is in a workspace, or cannot be written.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let mut workspace = workspace(&args.dir)?;
    let root = workspace.root.clone();
    let mut made = Vec::new();
    for meant in which::all() {
        let name = meant.to_string();
        let is_known = workspace.directory(&name).is_some();
        let place = root.join(meant.lesson.slug).join(meant.lab.slug);
        if is_known || place.symlink_metadata().is_ok() {
            if !is_known && place.is_dir() {
                let language = starter::language_of(&name, &place).unwrap_or(&args.lang);
                workspace.started(&name, &place, language);
            }
            made.push((meant, Made::Kept));
            continue;
        }
        let starter: Starter = starter::nearest(&name, &args.lang)?;
        starter.make(&place)?;
        workspace.started(&name, &place, &starter.language);
        made.push((meant, Made::Begun(starter.language)));
    }
    let mut kept = Vec::new();
    for (name, text) in BESIDE {
        if !write_new(&root.join(name), text.as_bytes())? {
            kept.push(*name);
        }
    }
    workspace.save()?;
    screen.print(&told(args, &made, &kept, screen))?;
    Ok(exit::DONE)
}

/// The workspace that is there, or a new one, not yet written.
fn workspace(dir: &Path) -> Result<Workspace, Trouble> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let root = dir
        .canonicalize()
        .with_context(|| format!("cannot enter {}", dir.display()))?;
    if root.join(FILE).symlink_metadata().is_err() {
        let around = match root.parent() {
            Some(parent) => Workspace::find(parent)?,
            None => None,
        };
        return match around {
            None => Ok(Workspace::new(root)),
            Some(around) => Err(Trouble::usage(format!(
                "{} is in a workspace, {}",
                dir.display(),
                around.root.display()
            ))
            .hint("run `syslab init` there to add what it lacks, or make one elsewhere")),
        };
    }
    Ok(Workspace::find(&root)?.unwrap_or_else(|| Workspace::new(root)))
}

fn told(args: &Args, made: &[(Meant, Made)], kept: &[&str], screen: &Screen) -> String {
    let command = |text: String| format!("  {}\n", screen.out.paint(Tone::Code, &text));
    let dir = visible(&args.dir.display().to_string());
    let begun = || {
        made.iter().filter_map(|(meant, made)| match made {
            Made::Begun(language) => Some((meant, language)),
            Made::Kept => None,
        })
    };
    let mut out = match begun().count() {
        0 => format!("{dir} has every lab already.\n"),
        count => format!("Wrote {count} labs to {dir}, in {}.\n", args.lang),
    };
    let others: Vec<String> = begun()
        .filter(|(_, language)| **language != args.lang)
        .map(|(meant, language)| format!("{meant} in {language}"))
        .collect();
    if !others.is_empty() {
        let others = format!("Begun otherwise: {}.", others.join(", "));
        out.push_str(&screen.out.wrap(0, 2, &others));
    }
    let mut left: Vec<String> = made
        .iter()
        .filter(|(_, made)| matches!(made, Made::Kept))
        .map(|(meant, _)| meant.to_string())
        .collect();
    left.extend(kept.iter().map(|name| (*name).to_owned()));
    if !left.is_empty() {
        let left = format!("Left as they were: {}.", left.join(", "));
        out.push_str(&screen.out.wrap(0, 2, &left));
    }
    out.push_str("\nNext:\n");
    if args.dir != Path::new(".") {
        out.push_str(&command(format!("cd {}", quoted(&args.dir))));
    }
    out.push_str(&command("syslab".to_owned()));
    out.push_str(&command("syslab watch".to_owned()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editors_tasks_are_json() {
        let (_, tasks) = BESIDE[2];
        let tasks: serde_json::Value = serde_json::from_str(tasks).unwrap();
        assert_eq!(tasks["version"], "2.0.0");
    }
}
