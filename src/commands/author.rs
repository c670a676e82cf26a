//! `syslab author`: for those who write labs.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::bench::matrix::{self, Row};
use crate::bench::{self, Request};
use crate::custom::template;
use crate::embedded;
use crate::exit::{self, Outcome, Trouble};
use crate::lessons::LESSONS;
use crate::model::{Scorecard, shell_word};
use crate::ui::{Screen, Tone, padded, render_markdown, visible};

use super::examination;
use super::interrupt::Interrupt;
use super::which::{self, AskedLab};

/// For authors of labs
#[derive(Debug, clap::Subcommand)]
pub enum Author {
    /// Write a small lab that works, to begin one of your own with
    New(NewArgs),
    /// Hold labs against their own starters, solutions and known mistakes
    Verify(Args),
    /// Show all that can be in a lab.toml
    Reference(ReferenceArgs),
}

/// Write a small lab that works, to begin one of your own with
///
/// A lab is a file, `lab.toml`, with what belongs to it beside it: the handout (README.md),
/// `starter/LANGUAGE`, `solution/LANGUAGE`, `accepted/NAME` (other right programs) and
/// `wrong/CHECK/NAME`, a known mistake for each check at least. No Rust is needed. `syslab author
/// reference` shows all that can be in the file.
#[derive(Debug, clap::Args)]
#[command(after_help = NEW_EXAMPLES)]
pub struct NewArgs {
    /// The lab's directory, which is made, or is empty
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: PathBuf,
}

/// Show all that can be in a lab.toml
#[derive(Debug, clap::Args)]
#[command(after_help = REFERENCE_EXAMPLES)]
pub struct ReferenceArgs {}

const REFERENCE_EXAMPLES: &str = "\
Examples:
  Read it, and keep it:
  $ syslab author reference
  $ syslab author reference > reference.txt";

/// The reference for authors.
const REFERENCE: &str = "labs/CUSTOM.md";

const NEW_EXAMPLES: &str = "\
Examples:
  Begin a lab, see that it holds what it promises, and examine somebody's work:
  $ syslab author new mylab
  $ syslab author verify mylab/lab.toml
  $ syslab check mylab/lab.toml mylab/solution/python";

/// Hold labs against their own starters, solutions and known mistakes
///
/// Every starter must lose points, every solution and every other accepted program must lose none,
/// and every program in `wrong/CHECK` must lose CHECK before any other. Our own labs are looked for
/// in a checkout.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lab, as LAB or LESSON/LAB, or the path of a lab.toml [default: all of ours]
    #[arg(value_name = "LAB", value_hint = clap::ValueHint::FilePath)]
    lab: Option<OsString>,

    /// The directory with the lab's programs [default: the lab's own]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, requires = "lab")]
    programs: Option<PathBuf>,

    /// Only programs whose directory contains this: `solution/`, `wrong/syncs-before-ack`
    #[arg(long, value_name = "TEXT")]
    row: Option<String>,

    /// Only the first solution, and the first known mistake of each check, in that check alone
    #[arg(long)]
    brief: bool,

    /// The checkout
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = clap::ValueHint::DirPath)]
    repo: PathBuf,

    /// What the experiments are made from
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u32,

    /// Examine each program N times: every time must give the same
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: u32,

    /// Programs, or else trials, that are made at the same time; most of the time each of them waits
    #[arg(short, long, value_name = "N", default_value = "3")]
    jobs: usize,
}

const EXAMPLES: &str = "\
Examples:
  The solutions of one lab:
  $ syslab author verify LESSON/LAB --row solution/

  Whether a check finds its mistakes every time:
  $ syslab author verify LESSON/LAB --row wrong/CHECK --repeat 50";

/// Runs `syslab author ...`.
///
/// # Errors
/// If there is no such lab, or one cannot be examined.
pub fn run(author: &Author, screen: &Screen) -> Outcome {
    match author {
        Author::New(args) => begin(args, screen),
        Author::Verify(args) => verify(args, screen),
        Author::Reference(_) => {
            let page = embedded::file(REFERENCE).map_or_else(String::new, embedded::File::text);
            screen.page(&render_markdown(&page, screen.out))?;
            Ok(exit::DONE)
        }
    }
}

fn begin(args: &NewArgs, screen: &Screen) -> Outcome {
    let dir = &args.dir;
    let is_free = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if !is_free {
        let message = format!("{} is no empty directory", dir.display());
        return Err(Trouble::usage(message).hint("name one that is not there yet"));
    }
    for file in template::FILES {
        let path = dir.join(file.path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, file.text))
            .map_err(|error| {
                anyhow::Error::new(error).context(format!("cannot write {}", path.display()))
            })?;
        screen.print(&format!("  {}\n", visible(&path.display().to_string())))?;
    }
    let file = shell_word(&dir.join(crate::custom::FILE).to_string_lossy());
    let solution = shell_word(&dir.join("solution/python").to_string_lossy());
    screen.print(&format!(
        "\n{file} says what is checked, README.md says it to the learner.\n\
         Change both together, and see whether they hold:\n\
         $ syslab author verify {file}\n\
         $ syslab check {file} {solution}\n"
    ))?;
    Ok(exit::DONE)
}

/// The labs that are to be held, each with the directory of its programs.
fn labs(args: &Args) -> Result<Vec<(AskedLab, PathBuf)>, Trouble> {
    let asked = match &args.lab {
        Some(name) => vec![which::asked(name)?],
        None => (LESSONS.iter())
            .flat_map(|lesson| lesson.labs.iter().map(move |lab| (lesson.slug, lab)))
            .map(|(lesson, lab)| AskedLab {
                lesson,
                lab,
                file: None,
            })
            .collect(),
    };
    let directory = |asked: &AskedLab| match (&args.programs, asked.directory()) {
        (Some(programs), _) => programs.clone(),
        (None, Some(directory)) => directory.to_owned(),
        (None, None) => args.repo.join("labs").join(asked.to_string()),
    };
    Ok((asked.into_iter())
        .map(|asked| {
            let directory = directory(&asked);
            (asked, directory)
        })
        .collect())
}

fn verify(args: &Args, screen: &Screen) -> Outcome {
    let interrupt = Interrupt::install()?;
    let mut is_all_right = true;
    for (asked, directory) in labs(args)? {
        let name = asked.to_string();
        screen.print(&format!("{}\n", screen.out.paint(Tone::Strong, &name)))?;
        let mut rows: Vec<(String, Row)> = matrix::rows(&directory, asked.lab)?
            .into_iter()
            .map(|row| {
                let short = row.program.strip_prefix(&directory).unwrap_or(&row.program);
                (short.display().to_string(), row)
            })
            .filter(|(short, _)| {
                // With a `/` behind it, a name is that name, and not the beginning of one.
                let whole = format!("{short}/");
                args.row.as_ref().is_none_or(|text| whole.contains(text))
            })
            .collect();
        if args.brief {
            rows.retain(|(short, _)| short.starts_with("solution/") || short.starts_with("wrong/"));
            // Those in `solution`, and in each `wrong/CHECK`, follow each other.
            rows.dedup_by_key(|(short, _)| short.rsplit_once('/').map(|(kind, _)| kind.to_owned()));
        }
        let widest = rows.iter().map(|(short, _)| short.len()).max().unwrap_or(0);
        // Where there are fewer programs than that, their trials are made side by side.
        let jobs = (args.jobs / rows.len().max(1)).max(1);
        let examine = |row: &Row| examined(args, &asked, row, jobs, interrupt.flag());
        each_in_order(&rows, args.jobs, examine, screen, |(short, row), card| {
            let held = row.expectation.holds(card);
            is_all_right &= held.is_ok();
            let (mark, tone) = match held {
                Ok(()) => ("✓", Tone::Good),
                Err(_) => ("✗", Tone::Bad),
            };
            let line = format!(
                "  {} {} {:>3}/{}  {}",
                screen.out.paint(tone, mark),
                padded(short, widest),
                card.score,
                card.max_score,
                visible(&held.err().unwrap_or_default())
            );
            Ok(screen.print(&format!("{}\n", line.trim_end()))?)
        })?;
    }
    Ok(match is_all_right {
        true => exit::DONE,
        false => exit::FAILED,
    })
}

/// Examines rows, `jobs` of them at the same time, and tells of them in their order.
fn each_in_order(
    rows: &[(String, Row)],
    jobs: usize,
    examine: impl Fn(&Row) -> Result<Scorecard, Trouble> + Sync,
    screen: &Screen,
    mut tell: impl FnMut(&(String, Row), &Scorecard) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let next = AtomicUsize::new(0);
    let (done, cards) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, rows.len().max(1)) {
            let (done, next, examine) = (done.clone(), &next, &examine);
            scope.spawn(move || {
                while let Some((_, row)) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let card = examine(row);
                    let is_last = card.is_err();
                    // Nobody listens any more after an error.
                    if done.send((row, card)).is_err() || is_last {
                        break;
                    }
                }
            });
        }
        drop(done);
        let mut line = screen.progress_line();
        let mut early: Vec<(&Row, Scorecard)> = Vec::new();
        let mut waiting = rows.iter().peekable();
        for (nth, (row, card)) in cards.iter().enumerate() {
            let stop = |error| {
                next.store(rows.len(), Ordering::Relaxed);
                error
            };
            early.push((row, card.map_err(stop)?));
            line.show(&format!("{} of {}", nth + 1, rows.len()));
            while let Some(first) = waiting.peek()
                && let Some(at) = early.iter().position(|(row, _)| **row == first.1)
            {
                line.clear();
                let (_, card) = early.swap_remove(at);
                tell(first, &card).map_err(stop)?;
                waiting.next();
            }
        }
        Ok(())
    })
}

fn examined(
    args: &Args,
    asked: &AskedLab,
    row: &Row,
    jobs: usize,
    interrupted: &AtomicBool,
) -> Result<Scorecard, Trouble> {
    let request = Request {
        file: asked.file.clone().map(Into::into),
        seed: u64::from(args.seed),
        only: row.expectation.checks(asked.lab, args.brief),
        // Which check fails is all that is asked: nothing is shrunk.
        repeat: args.repeat,
        jobs,
        ..Request::of(asked.lesson, asked.lab.slug, &row.program)
    };
    bench::examine(&request, interrupted, &mut |_| {}).map_err(examination::trouble)
}
