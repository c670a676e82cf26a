//! `syslab LESSON check LAB`, `syslab check LAB`: examines a submission and says what costs points.

use std::ffi::OsString;
use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::{env, thread};

use crate::bench::Request;
use crate::exit::{self, Outcome, Trouble};
use crate::model::{Finding, Lesson, Scorecard, Verdict};
use crate::report::Detail;
use crate::sandbox::Fingerprint;
use crate::ui::{Screen, visible};

use super::examination::{Examined, examined};
use super::interrupt::Interrupt;
use super::outputs::Outputs;
use super::which::{self, AskedLab};
use super::workspace::{Key, LabState, Reached, Workspace};

/// Examine a submission to a lab
///
/// Builds the program in DIR, runs it confined and under observation, lies to it as the lab's
/// handout says, and reports what costs points, with the system calls that prove it.
///
/// A submission is a directory: `run` (executable) is started if it is there; else `main.py`,
/// `main.c`, `main.rs`, `Cargo.toml`, `Makefile` or `go.mod` say how it is built and run.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lab
    #[arg(index = 1)]
    lab: String,

    #[command(flatten)]
    manner: Manner,
}

/// Examine a submission to a lab of any lesson, or to one that somebody else has written
///
/// LAB is the name of a lab, or the path of a `lab.toml`; see `syslab author new`.
///
/// Builds the program in DIR, runs it confined and under observation, lies to it as the lab's
/// handout says, and reports what costs points, with the system calls that prove it.
#[derive(Debug, clap::Args)]
#[command(after_help = ANY_EXAMPLES)]
pub struct AnyArgs {
    /// The lab, as LAB or LESSON/LAB, or the path of a lab.toml
    #[arg(index = 1, value_hint = clap::ValueHint::FilePath)]
    lab: OsString,

    #[command(flatten)]
    manner: Manner,
}

/// What is examined, and how.
#[derive(Debug, clap::Args)]
struct Manner {
    /// The submission [default: where `start` put it, else the current directory]
    #[arg(index = 2, value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,

    #[command(flatten)]
    outputs: Outputs,

    /// Make only this check; may be given several times
    #[arg(long, value_name = "ID")]
    only: Vec<String>,

    /// Repeat the experiments of an earlier run: they are made from this number
    #[arg(long, value_name = "N")]
    seed: Option<u32>,

    /// Make each check N times; it passes if it always does
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeat: u32,

    /// Allow the program X times the usual time
    #[arg(long, value_name = "X", default_value = "1", value_parser = scale)]
    timeout_scale: f64,

    /// Exit with status 0 whatever the checks found
    #[arg(long)]
    exit_zero: bool,

    /// Experiments that run at the same time [default: one per processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZero<usize>>,

    /// Show also what was done and measured where nothing was lost
    #[arg(short, long)]
    verbose: bool,
}

const ANY_EXAMPLES: &str = "\
Examples:
  Examine the work in a directory, for a lab that is written in a file:
  $ syslab author new mylab
  $ syslab check mylab/lab.toml mylab/solution/python";

const EXAMPLES: &str = "\
Examples:
  Examine the work in the current directory:
  $ syslab LESSON check LAB

  Make one check again, as it was made before:
  $ syslab LESSON check LAB --only CHECK --seed 7

  Report on the screen and, whole, in a file:
  $ syslab LESSON check LAB --format text --format json --output report.json

  See what happened where a check failed, as a picture for a browser:
  $ syslab LESSON check LAB --html report.html";

/// A factor for time that is neither absurd nor no number.
pub(super) fn scale(text: &str) -> Result<f64, String> {
    const RANGE: std::ops::RangeInclusive<f64> = 0.1..=1000.0;
    text.parse()
        .ok()
        .filter(|factor| RANGE.contains(factor))
        .ok_or_else(|| format!("not a number from {} to {}", RANGE.start(), RANGE.end()))
}

/// Runs the command.
///
/// # Errors
/// If there is nothing to examine, or nothing to write the report to.
pub fn run(args: &Args, lesson: &'static Lesson, screen: &Screen) -> Outcome {
    let asked = AskedLab {
        lesson: lesson.slug,
        lab: super::lab(lesson, &args.lab)?,
        file: None,
    };
    examine(&args.manner, &asked, screen)
}

/// Runs the command for a lab of any lesson, or of none.
///
/// # Errors
/// As [`run`]; if there is no such lab.
pub fn run_any(args: &AnyArgs, screen: &Screen) -> Outcome {
    examine(&args.manner, &which::asked(&args.lab)?, screen)
}

fn examine(args: &Manner, asked: &AskedLab, screen: &Screen) -> Outcome {
    let here = env::current_dir()?;
    let workspace = Workspace::find(&here)?;
    let name = asked.to_string();
    let submission = submission(args, &name, &here, workspace.as_ref())?;
    let request = request(args, asked, submission)?;
    let opened = args.outputs.open()?;
    let interrupt = Interrupt::install()?;

    let Examined {
        card,
        exhibits,
        is_whole,
        files,
    } = examined(&request, asked.lab, screen, &interrupt)?;
    let detail = match args.verbose {
        true => Detail::All,
        false => Detail::Usual,
    };
    opened.write(&card, &exhibits, screen, detail)?;
    if !is_whole {
        return Ok(exit::INTERRUPTED);
    }
    // Another course's lab of this name would be another one.
    if asked.file.is_none() {
        remember(&name, &request, &card, files.as_ref(), screen);
    }
    match args.exit_zero {
        true => Ok(exit::DONE),
        false => Ok(code(&card.checks)),
    }
}

/// The submission's directory.
fn submission(
    args: &Manner,
    lab: &str,
    here: &Path,
    workspace: Option<&Workspace>,
) -> Result<PathBuf, Trouble> {
    if let Some(dir) = &args.dir {
        return match dir.is_dir() {
            true => Ok(dir.clone()),
            false => Err(
                Trouble::usage(format!("{} is not a directory", dir.display()))
                    .hint("a submission is a directory with the program's source in it"),
            ),
        };
    }
    // At the top of a workspace nobody means the workspace itself.
    let known = workspace
        .filter(|workspace| here.canonicalize().is_ok_and(|here| here == workspace.root))
        .and_then(|workspace| workspace.directory(lab));
    Ok(known.unwrap_or_else(|| PathBuf::from(".")))
}

fn request(args: &Manner, asked: &AskedLab, submission: PathBuf) -> Result<Request, Trouble> {
    let ids = || asked.lab.checks.iter().map(|check| check.id);
    for id in &args.only {
        if !ids().any(|known| known == id) {
            let known: Vec<&str> = ids().collect();
            return Err(super::unknown(&format!("{asked} has no check"), id, known));
        }
    }
    let processors = || thread::available_parallelism().map_or(1, NonZero::get);
    Ok(Request {
        file: asked.file.clone().map(Into::into),
        seed: u64::from(args.seed.unwrap_or_else(any_seed)),
        only: args.only.clone(),
        jobs: args.jobs.map_or_else(processors, NonZero::get),
        timeout_scale: args.timeout_scale,
        shrinks: true,
        exhibits: args.outputs.has_html(),
        repeat: args.repeat,
        ..Request::of(asked.lesson, asked.lab.slug, &submission)
    })
}

/// A seed that nobody can foresee, and short enough to be typed.
pub(super) fn any_seed() -> u32 {
    // The standard library keys its hash maps from the kernel's random numbers.
    RandomState::new().hash_one(0) as u32
}

/// The exit code that says what the checks came to.
pub(super) fn code<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> u8 {
    let verdicts: Vec<Verdict> = findings
        .into_iter()
        .filter(|finding| !finding.is_left_out())
        .map(|finding| finding.verdict)
        .collect();
    let any = |verdict| verdicts.contains(&verdict);
    if any(Verdict::Fail) {
        exit::FAILED
    } else if any(Verdict::Unknown) {
        exit::INSTRUCTOR
    } else if any(Verdict::Skipped) {
        exit::MACHINE
    } else {
        exit::DONE
    }
}

/// Writes down what was found, and the score if all was tried, if the submission is in a workspace;
/// trouble with that is only told.
fn remember(
    lab: &str,
    request: &Request,
    card: &Scorecard,
    files: Option<&Fingerprint>,
    screen: &Screen,
) {
    let kept = || -> Result<(), Trouble> {
        let score = |workspace: &mut Workspace| {
            if request.only.is_empty() {
                workspace.scored(lab, &reached(card, files));
            }
        };
        let workspace = Workspace::change(&request.submission, score)?;
        if let (Some(workspace), Some(files)) = (workspace, files) {
            let mut state = LabState::load(&workspace.root, lab);
            state.learn(&Key::new(files, card.seed), card.checks.iter().cloned());
            state.save(&workspace.root, lab)?;
        }
        Ok(())
    };
    if let Err(trouble) = kept() {
        let why = visible(&format!("{:#}", trouble.error));
        screen.say(&format!("progress is not kept: {why}"));
    }
}

/// A scorecard as progress remembers it.
pub(super) fn reached(card: &Scorecard, files: Option<&Fingerprint>) -> Reached {
    Reached {
        score: card.score,
        max_score: card.max_score,
        seed: card.seed,
        hash: files.map(ToString::to_string),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_verdict_chooses_the_exit_code() {
        use Verdict::{Fail, Pass, Skipped, Unknown};
        let lab = crate::lessons::lab("gpu", "vector-add").unwrap();
        let finding = |verdict| crate::bench::verdict::blank("gpu", &lab.checks[0], verdict, "");
        let code = |one, other| code(&[finding(one), finding(other)]);
        assert_eq!(code(Pass, Pass), exit::DONE);
        assert_eq!(code(Pass, Skipped), exit::MACHINE);
        assert_eq!(code(Skipped, Unknown), exit::INSTRUCTOR);
        assert_eq!(code(Unknown, Fail), exit::FAILED);
    }
}
