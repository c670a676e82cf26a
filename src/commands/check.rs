//! `syslab LESSON check LAB`: examines a submission and says what costs points.

use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::{env, thread};

use crate::bench::{self, BenchError, Progress, Request};
use crate::exit::{self, Outcome, Trouble};
use crate::model::score::SCHEMA;
use crate::model::{Finding, Lab, Lesson, Machine, Scorecard, Verdict, curriculum};
use crate::report::Detail;
use crate::ui::{ProgressLine, Screen, visible};

use super::interrupt::Interrupt;
use super::outputs::Outputs;
use super::workspace::Workspace;

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

const EXAMPLES: &str = "\
Examples:
  Examine the work in the current directory:
  $ syslab LESSON check LAB

  Make one check again, as it was made before:
  $ syslab LESSON check LAB --only CHECK --seed 7

  Report on the screen and, whole, in a file:
  $ syslab LESSON check LAB --format text --format json --output report.json";

/// A factor for time that is neither absurd nor no number.
fn scale(text: &str) -> Result<f64, String> {
    const RANGE: std::ops::RangeInclusive<f64> = 0.1..=1000.0;
    text.parse()
        .ok()
        .filter(|factor| RANGE.contains(factor))
        .ok_or_else(|| format!("not a number from {} to {}", RANGE.start(), RANGE.end()))
}

/// How a submission is examined: [`bench::examine`], or in tests something quicker.
type Examine<'a> =
    dyn Fn(&Request, &AtomicBool, &mut dyn FnMut(Progress)) -> Result<Scorecard, BenchError> + 'a;

/// Runs the command.
///
/// # Errors
/// If there is nothing to examine, or nothing to write the report to.
pub fn run(args: &Args, lesson: &'static Lesson, screen: &Screen) -> Outcome {
    let lab = super::lab(lesson, &args.lab)?;
    perform(args, lesson, lab, screen, &bench::examine)
}

fn perform(
    args: &Args,
    lesson: &Lesson,
    lab: &'static Lab,
    screen: &Screen,
    examine: &Examine<'_>,
) -> Outcome {
    let here = env::current_dir()?;
    let workspace = Workspace::find(&here)?;
    let name = format!("{}/{}", lesson.slug, lab.slug);
    let submission = submission(args, &name, &here, workspace.as_ref())?;
    let request = request(args, lesson, lab, submission)?;
    let opened = args.outputs.open()?;
    let interrupt = Interrupt::install()?;

    let (card, is_whole) = match watch(&request, lab, screen, &interrupt, examine) {
        Watched::Done(card) => (*card, true),
        Watched::Interrupted(findings) => (partial(&request, lesson, lab, findings), false),
        Watched::Failed(error) => return Err(trouble(error)),
    };
    let detail = match args.verbose {
        true => Detail::All,
        false => Detail::Usual,
    };
    opened.write(&card, screen, detail)?;
    if !is_whole {
        return Ok(exit::INTERRUPTED);
    }
    if args.only.is_empty() {
        remember(&name, &request.submission, &card, screen);
    }
    match args.exit_zero {
        true => Ok(exit::DONE),
        false => Ok(code(&card)),
    }
}

/// The submission's directory.
fn submission(
    args: &Args,
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

fn request(
    args: &Args,
    lesson: &Lesson,
    lab: &Lab,
    submission: PathBuf,
) -> Result<Request, Trouble> {
    let ids = || lab.checks.iter().map(|check| check.id);
    for id in &args.only {
        if !ids().any(|known| known == id) {
            let known: Vec<&str> = ids().collect();
            return Err(super::unknown(
                &format!("{}/{} has no check", lesson.slug, lab.slug),
                id,
                known,
            ));
        }
    }
    let processors = || thread::available_parallelism().map_or(1, NonZero::get);
    Ok(Request {
        lesson: lesson.slug.to_owned(),
        lab: lab.slug.to_owned(),
        submission,
        seed: u64::from(args.seed.unwrap_or_else(any_seed)),
        only: args.only.clone(),
        jobs: args.jobs.map_or_else(processors, NonZero::get),
        timeout_scale: args.timeout_scale,
        repeat: args.repeat,
    })
}

/// A seed that nobody can foresee, and short enough to be typed.
fn any_seed() -> u32 {
    // The standard library keys its hash maps from the kernel's random numbers.
    RandomState::new().hash_one(0) as u32
}

/// What came of an examination.
enum Watched {
    Done(Box<Scorecard>),
    Interrupted(Vec<Finding>),
    Failed(BenchError),
}

/// Examines, with a progress line, and keeps what is found in case the user interrupts.
fn watch(
    request: &Request,
    lab: &Lab,
    screen: &Screen,
    interrupt: &Interrupt,
    examine: &Examine<'_>,
) -> Watched {
    let mut line = ProgressLine::new(screen.err);
    let mut found = Vec::new();
    let result = examine(request, interrupt.flag(), &mut |progress| match progress {
        Progress::Building => line.show("building"),
        Progress::Check { id, done, of } => {
            let claim = lab
                .checks
                .iter()
                .find(|check| check.id == id)
                .map_or_else(|| visible(&id), |check| check.claim.to_owned());
            line.show(&format!("{done}/{of} {claim}"));
        }
        Progress::Finished(finding) => found.push(*finding),
    });
    drop(line);
    match result {
        _ if interrupt.is_asked() => Watched::Interrupted(found),
        Ok(card) => Watched::Done(Box::new(card)),
        Err(error) => Watched::Failed(error),
    }
}

/// A scorecard of what was found before the user interrupted.
fn partial(request: &Request, lesson: &Lesson, lab: &Lab, found: Vec<Finding>) -> Scorecard {
    let wanted = |id: &str| request.only.is_empty() || request.only.iter().any(|one| one == id);
    let mut checks = Vec::new();
    for check in lab.checks.iter().filter(|check| wanted(check.id)) {
        let finding = found.iter().find(|finding| finding.id == check.id);
        checks.push(finding.cloned().unwrap_or_else(|| Finding {
            id: check.id.to_owned(),
            claim: check.claim.to_owned(),
            verdict: Verdict::Skipped,
            points: 0,
            max_points: check.points,
            story: String::new(),
            why: "not tried: interrupted".to_owned(),
            hint: String::new(),
            teaches: format!(
                "{}/{}",
                lesson.slug,
                curriculum::heading_slug(check.teaches)
            ),
            see: String::new(),
            figures: Vec::new(),
            evidence: Vec::new(),
            repeats: None,
        }));
    }
    Scorecard {
        schema: SCHEMA,
        lab: format!("{}/{}", lesson.slug, lab.slug),
        title: lab.title.to_owned(),
        submission: request.submission.display().to_string(),
        seed: request.seed,
        score: checks.iter().map(|check| check.points).sum(),
        max_score: checks.iter().map(|check| check.max_points).sum(),
        machine: Machine {
            syslab: env!("CARGO_PKG_VERSION").to_owned(),
            ..Machine::default()
        },
        checks,
    }
}

/// Why the engine has no result, as the user is told.
pub(super) fn trouble(error: BenchError) -> Trouble {
    match error {
        BenchError::Refused { causes, hint } => {
            // anyhow tells causes one by one, from the innermost out.
            let mut causes = causes.into_iter().rev();
            let innermost = anyhow::Error::msg(causes.next().unwrap_or_default());
            let error = causes.fold(innermost, anyhow::Error::context);
            Trouble::new(exit::MACHINE, error).hint_if((!hint.is_empty()).then_some(hint))
        }
        lost @ BenchError::Lost(_) => Trouble::new(exit::BUG, lost),
        BenchError::Interrupted => Trouble::new(exit::INTERRUPTED, error),
        BenchError::Worker(_) => Trouble::new(exit::MACHINE, error),
    }
}

/// The exit code that says what the checks came to.
fn code(card: &Scorecard) -> u8 {
    let any = |verdict| card.checks.iter().any(|finding| finding.verdict == verdict);
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

/// Writes the score down if the submission is in a workspace; trouble with that is only told.
fn remember(lab: &str, submission: &Path, card: &Scorecard, screen: &Screen) {
    let saved = Workspace::find(submission).and_then(|workspace| match workspace {
        Some(mut workspace) => match workspace.scored(lab, card.score, card.max_score) {
            true => workspace.save(),
            false => Ok(()),
        },
        None => Ok(()),
    });
    if let Err(error) = saved {
        screen.say(&format!(
            "progress is not kept: {}",
            visible(&format!("{error:#}"))
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Check, Pass};

    const fn check(id: &'static str) -> Check {
        Check {
            id,
            claim: "it holds",
            points: 50,
            teaches: "What it means",
            experiments: |_| Vec::new(),
            judge: |_| Ok(Pass::default()),
        }
    }

    static LAB: Lab = Lab {
        slug: "lab",
        title: "a lab",
        checks: &[check("first"), check("second")],
    };

    static LESSON: Lesson = Lesson {
        slug: "lesson",
        alias: None,
        title: "a lesson",
        demos: &[],
        exercises: &[],
        labs: &[],
    };

    fn asked() -> Request {
        Request {
            lesson: "lesson".into(),
            lab: "lab".into(),
            submission: ".".into(),
            seed: 1,
            only: Vec::new(),
            jobs: 1,
            timeout_scale: 1.0,
            repeat: 1,
        }
    }

    fn with(verdicts: &[Verdict]) -> Scorecard {
        let mut card = partial(&asked(), &LESSON, &LAB, Vec::new());
        for (finding, verdict) in card.checks.iter_mut().zip(verdicts) {
            finding.verdict = *verdict;
        }
        card
    }

    #[test]
    fn the_worst_verdict_chooses_the_exit_code() {
        use Verdict::{Fail, Pass, Skipped, Unknown};
        assert_eq!(code(&with(&[Pass, Pass])), exit::DONE);
        assert_eq!(code(&with(&[Pass, Skipped])), exit::MACHINE);
        assert_eq!(code(&with(&[Skipped, Unknown])), exit::INSTRUCTOR);
        assert_eq!(code(&with(&[Unknown, Fail])), exit::FAILED);
    }

    #[test]
    fn an_interrupt_keeps_what_was_found() {
        let mut found = with(&[Verdict::Pass]).checks.remove(0);
        found.points = 50;
        let screen = Screen::new(crate::ui::ColorChoice::Never);
        let interrupt = Interrupt::install().unwrap();
        let watched = watch(
            &asked(),
            &LAB,
            &screen,
            &interrupt,
            &|_, asked, progress| {
                progress(Progress::Building);
                progress(Progress::Finished(Box::new(found.clone())));
                // As the signal's handler does.
                asked.store(true, std::sync::atomic::Ordering::SeqCst);
                Err(BenchError::Interrupted)
            },
        );
        let Watched::Interrupted(findings) = watched else {
            panic!("it was interrupted");
        };
        let card = partial(&asked(), &LESSON, &LAB, findings);
        assert_eq!((card.score, card.max_score), (50, 100));
        assert_eq!(card.checks[0], found);
        assert_eq!(card.checks[1].verdict, Verdict::Skipped);
        assert_eq!(card.checks[1].teaches, "lesson/what-it-means");
    }

    #[test]
    fn causes_are_told_one_by_one() {
        let told = trouble(BenchError::Refused {
            causes: vec!["cannot build".into(), "no compiler".into()],
            hint: "install one".into(),
        });
        let causes: Vec<String> = told.error.chain().map(ToString::to_string).collect();
        assert_eq!(causes, ["cannot build", "no compiler"]);
        assert_eq!((told.code, told.hints.len()), (exit::MACHINE, 1));
    }
}
