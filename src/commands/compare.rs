//! `syslab compare`: one's own program beside the reference solution.

use std::env;
use std::fs::File;
use std::path::Path;

use crate::embedded;
use crate::exit::{self, Outcome, Trouble};
use crate::report;
use crate::sys::beneath;
use crate::ui::{Look, Screen, Tone, render_markdown, visible};

use super::starter;
use super::which::{self, Meant};
use super::workspace::Workspace;

/// Compare your program with the reference solution
///
/// For labs that you have passed: shows what to look at, what the lesson's demo does differently and
/// why, then your files and those of the reference, side by side where the terminal has 120 columns.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lab
    #[arg(index = 1)]
    lab: String,

    /// The language of the reference [default: yours, where there is one]
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<String>,

    /// Also if you have not passed the lab
    #[arg(long)]
    anyway: bool,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab compare LAB --anyway
  $ syslab compare LAB --anyway --lang python";

/// The largest file of one's own that is shown.
const LARGEST: u64 = 1 << 20;

/// What is to be said about a lab's solutions.
const NOTES: &str = "README.md";

/// Runs the command.
///
/// # Errors
/// If the lab has not been passed, or has no reference in this language.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let meant = which::named(&args.lab)?;
    let here = env::current_dir()?;
    let workspace = Workspace::find(&here)?;
    if !args.anyway {
        refuse_early(meant, workspace.as_ref())?;
    }
    let name = meant.to_string();
    let directory = workspace.and_then(|workspace| workspace.directory(&name));
    let language = language(args, &name, directory.as_deref())?;
    screen.page(&compared(&name, language, directory.as_deref(), screen.out))?;
    Ok(exit::DONE)
}

/// The answer is no use to somebody who still looks for it.
fn refuse_early(meant: Meant, workspace: Option<&Workspace>) -> Result<(), Trouble> {
    let name = meant.to_string();
    let lab = workspace.and_then(|workspace| workspace.lab(&name));
    let state = match lab {
        Some(lab) if lab.is_done() => return Ok(()),
        Some(lab) if lab.is_checked() => {
            format!("{name} stands at {} of {}", lab.score, lab.max_score)
        }
        _ => format!("{name} has not been passed here yet"),
    };
    let error = anyhow::Error::msg(format!("{state}; the reference is for afterwards"));
    Err(Trouble::new(exit::FAILED, error).hint(format!(
        "`syslab hint {}` shows the next step; `--anyway` shows the reference",
        meant.lab.slug
    )))
}

fn language(args: &Args, lab: &str, directory: Option<&Path>) -> Result<&'static str, Trouble> {
    let known = embedded::solution_languages(lab);
    let find = |wanted: &str| known.iter().find(|language| **language == wanted).copied();
    if let Some(wanted) = &args.lang {
        return find(wanted).ok_or_else(|| {
            super::unknown(
                &format!("{lab} has no reference in"),
                wanted,
                known.iter().copied(),
            )
        });
    }
    directory
        .and_then(|directory| starter::language_of(lab, directory))
        .and_then(find)
        .or_else(|| known.first().copied())
        .ok_or_else(|| Trouble::usage(format!("{lab} has no reference")))
}

fn compared(lab: &str, language: &str, directory: Option<&Path>, look: Look) -> String {
    let title = format!("{lab}: the reference in {language}");
    let mut out = format!("{}\n\n", look.paint(Tone::Strong, &title));
    if let Some((_, notes)) = embedded::solutions(lab).find(|(path, _)| *path == NOTES) {
        out.push_str(&render_markdown(&notes.text(), look));
        out.push('\n');
    }
    for (path, file) in embedded::solution(lab, language) {
        let own = directory.and_then(|directory| own(directory, Path::new(path)));
        out.push_str(&report::compared(path, own.as_deref(), &file.text(), look));
        out.push('\n');
    }
    if let Some(directory) = directory {
        let place = visible(&directory.display().to_string());
        out.push_str(&look.paint(Tone::Faint, &format!("yours is in {place}")));
        out.push('\n');
    }
    out
}

/// One's own file of this name, if there is one that is text.
fn own(directory: &Path, path: &Path) -> Option<String> {
    let directory = File::open(directory).ok()?;
    let bytes = beneath::read(&directory, path, LARGEST).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::workspace::Reached;

    #[test]
    fn the_reference_is_for_those_who_have_passed() {
        let meant = which::named("reaper").unwrap();
        let mut workspace = Workspace::new("/w".into());
        assert!(refuse_early(meant, None).is_err());
        let mut scored = |score| {
            let reached = Reached {
                score,
                max_score: 100,
                ..Reached::default()
            };
            workspace.scored("process/reaper", &reached);
            refuse_early(meant, Some(&workspace))
        };
        let trouble = scored(70).unwrap_err();
        assert!(trouble.error.to_string().contains("stands at 70 of 100"));
        assert_eq!(trouble.code, exit::FAILED);
        assert!(scored(100).is_ok());
    }

    #[test]
    fn ones_own_file_is_beside_that_of_the_reference() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("main.c"), "int mine;\n").unwrap();
        let shown = compared("process/reaper", "c", Some(dir.path()), Look::PLAIN);
        assert!(shown.contains("main.c: yours\n1  int mine;\n"), "{shown}");
        assert!(shown.contains("main.c: the reference\n"), "{shown}");
    }

    #[test]
    fn every_lab_has_references_and_is_compared_with_a_demo() {
        for meant in which::all() {
            let name = meant.to_string();
            assert!(!embedded::solution_languages(&name).is_empty(), "{name}");
            let (_, notes) = embedded::solutions(&name)
                .find(|(path, _)| *path == NOTES)
                .unwrap_or_else(|| panic!("labs/{name}/solution/{NOTES} is missing"));
            let text = notes.text();
            let command = format!("`syslab {} demo ", meant.lesson.slug);
            let named: Vec<&str> = text
                .split(&command)
                .skip(1)
                .filter_map(|rest| rest.split('`').next())
                .collect();
            assert!(!named.is_empty(), "{name}: no demo is named");
            for demo in named {
                let is_known = meant.lesson.demos.iter().any(|known| known.slug == demo);
                assert!(is_known, "{name}: there is no demo {demo}");
            }
        }
    }
}
