//! `grade collect RUN`: hands the grades on, if they can be trusted.

use std::cell::OnceCell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::{self, Outcome, Trouble};
use crate::grade::fair;
use crate::grade::run::{self, RunDir};
use crate::model::gradebook::Gradebook;
use crate::ui::{Screen, visible};

use super::RunArg;
use super::diff;
use super::formats::{self, Format, Given, StageArg};
use super::opened::Opened;

/// What was collected last, in a run.
const COLLECTED: &str = "collected.json";

/// Write the grades in the formats of platforms
///
/// Nothing is written while submissions are still to be examined, or if a program whose verdicts are
/// known did not get them. What could not be graded, or not be decided, is never written as a number.
/// If somebody would lose points compared with what was collected before, that is shown first.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    run: RunArg,

    /// A format; may be given several times
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: Vec<Format>,

    /// Where the files go [default: RUN/exports]
    #[arg(short, long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    output: Option<PathBuf>,

    /// For canvas: the gradebook that Canvas exported
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    gradebook: Option<PathBuf>,

    /// For canvas: the assignment's column, by title or number; for autolab: the problem's name
    #[arg(long, value_name = "NAME")]
    column: Option<String>,

    /// For moodle: the grading worksheet that Moodle exported
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    worksheet: Option<PathBuf>,

    /// How far the assignment is: which checks learners may see
    #[arg(long, value_name = "STAGE", default_value = "open")]
    stage: StageArg,

    /// Write also if somebody loses points compared with what was collected before
    #[arg(long)]
    allow_lower: bool,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab grade collect run --format csv --format gradescope

Exit status: 4 if nothing is written because somebody must look, or if a submission has no
grade.";

/// Writes the grades.
///
/// # Errors
/// If they cannot be trusted, a format lacks what it needs, or a file cannot be written.
pub(super) fn run(args: &Args, screen: &Screen) -> Outcome {
    let opened = Opened::read(&args.run.run)?;
    trusted(&opened)?;
    let book = opened.book();
    if let Some(before) = collected(&opened.run)? {
        let diff = fair::diff(&before, &book);
        if diff.losses().next().is_some() && !args.allow_lower {
            screen.print(&diff::text(&diff, screen.out))?;
            return Err(Trouble::new(
                exit::INSTRUCTOR,
                anyhow::Error::msg("somebody would lose what was collected before"),
            )
            .hint("if that is right: --allow-lower"));
        }
    }
    let given = Given {
        gradebook: args.gradebook.as_deref(),
        column: args.column.as_deref(),
        worksheet: args.worksheet.as_deref(),
        stage: args.stage.stage(),
        opened: &opened,
        works: OnceCell::new(),
    };
    let default = opened.run.path("exports");
    let directory = args.output.as_deref().unwrap_or(&default);
    let mut made = Vec::new();
    for format in &args.format {
        made.push(formats::files(*format, &book, &given)?);
    }
    for files in &made {
        for (name, content) in &files.files {
            let path = directory.join(name);
            write(&path, content)?;
            screen.print(&format!("{}\n", visible(&path.to_string_lossy())))?;
        }
        for note in &files.notes {
            screen.remark(&visible(note));
        }
    }
    let text = serde_json::to_vec(&book)?;
    run::replace(&opened.run.path(COLLECTED), &text)?;
    for note in &book.notes {
        screen.remark(&format!("note: {}", visible(note)));
    }
    let mut all_released = true;
    for entry in &book.entries {
        if let Err(why) = entry.releasable() {
            all_released = false;
            screen.remark(&format!("no grade: {}: {}", entry.key, visible(&why)));
        }
    }
    Ok(match all_released {
        true => exit::DONE,
        false => exit::INSTRUCTOR,
    })
}

/// Whether the run is complete, and its canaries are as they must be.
fn trusted(opened: &Opened) -> Result<(), Trouble> {
    let is_known = |key: &str| {
        opened.found.results.contains_key(key) || opened.found.given_up.contains_key(key)
    };
    let keys = opened.manifest.keys();
    let missing = keys.iter().filter(|key| !is_known(key)).count();
    if missing > 0 {
        return Err(Trouble::new(
            exit::INSTRUCTOR,
            anyhow::Error::msg(format!("{missing} examinations are still to be made")),
        )
        .hint("`syslab grade resume RUN` makes them"));
    }
    let alarms = opened.alarms();
    match alarms.first() {
        None => Ok(()),
        Some(first) => Err(Trouble::new(
            exit::INSTRUCTOR,
            anyhow::Error::msg(format!("{} {}", first.canary, first.why)).context(
                "a program whose verdicts are known did not get them: no verdict of this run can be trusted",
            ),
        )
        .hint("`syslab doctor` says what this machine lacks; `syslab author verify` tries the lab")),
    }
}

fn collected(run: &RunDir) -> Result<Option<Gradebook>, Trouble> {
    let path = run.path(COLLECTED);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let book = serde_json::from_str(&text)
        .with_context(|| format!("{} is no gradebook", path.display()))?;
    Ok(Some(book))
}

fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(failed)?;
    }
    run::replace(path, content).with_context(failed)
}
