//! `syslab author`: for those who write labs.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::bench::matrix::{self, Row};
use crate::bench::{self, Request};
use crate::exit::{self, Outcome, Trouble};
use crate::lessons::LESSONS;
use crate::model::{Lab, Scorecard};
use crate::ui::{Screen, Tone, padded, visible};

use super::examination;
use super::interrupt::Interrupt;

/// For authors of labs
#[derive(Debug, clap::Subcommand)]
pub enum Author {
    /// Hold labs against their own starters, solutions and known mistakes
    Verify(Args),
}

/// Hold labs against their own starters, solutions and known mistakes
///
/// In a checkout: every starter must lose points, every solution and every other accepted program
/// must lose none, and every program in `wrong/CHECK` must lose CHECK before any other.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lab, as LAB or LESSON/LAB [default: all]
    #[arg(value_name = "LAB")]
    lab: Option<String>,

    /// Only programs whose directory contains this: `solution/`, `wrong/syncs-before-ack`
    #[arg(long, value_name = "TEXT")]
    row: Option<String>,

    /// The checkout
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = clap::ValueHint::DirPath)]
    repo: PathBuf,

    /// What the experiments are made from
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u32,

    /// Examine each program N times: every time must give the same
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: u32,

    /// Programs that are examined at the same time; most of the time each of them waits
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
        Author::Verify(args) => verify(args, screen),
    }
}

fn verify(args: &Args, screen: &Screen) -> Outcome {
    let interrupt = Interrupt::install()?;
    let wanted = |name: &str| match &args.lab {
        None => true,
        Some(lab) => lab == name || name.split('/').next_back() == Some(lab),
    };
    let labs: Vec<(&str, String, &Lab)> = LESSONS
        .iter()
        .flat_map(|lesson| lesson.labs.iter().map(move |lab| (lesson.slug, lab)))
        .map(|(lesson, lab)| (lesson, format!("{lesson}/{}", lab.slug), lab))
        .filter(|(_, name, _)| wanted(name))
        .collect();
    if let (Some(lab), true) = (&args.lab, labs.is_empty()) {
        return Err(Trouble::usage(format!("there is no lab {lab:?}"))
            .hint("`syslab list` says which there are"));
    }
    let mut is_all_right = true;
    for (lesson, name, lab) in labs {
        screen.print(&format!("{}\n", screen.out.paint(Tone::Strong, &name)))?;
        let directory = args.repo.join("labs").join(&name);
        let rows: Vec<(String, Row)> = matrix::rows(&directory, lab)?
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
        let widest = rows.iter().map(|(short, _)| short.len()).max().unwrap_or(0);
        let examine = |row: &Row| examined(args, lesson, lab, row, interrupt.flag());
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
    lesson: &str,
    lab: &Lab,
    row: &Row,
    interrupted: &AtomicBool,
) -> Result<Scorecard, Trouble> {
    let request = Request {
        lesson: lesson.to_owned(),
        lab: lab.slug.to_owned(),
        submission: row.program.clone(),
        seed: u64::from(args.seed),
        only: row.expectation.checks(lab),
        first: Vec::new(),
        jobs: 1,
        timeout_scale: 1.0,
        // Which check fails is all that is asked.
        shrinks: false,
        exhibits: false,
        repeat: args.repeat,
        audit: None,
    };
    bench::examine(&request, interrupted, &mut |_| {}).map_err(examination::trouble)
}
