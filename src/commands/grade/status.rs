//! `grade status` and `grade cancel`.

use std::collections::BTreeSet;

use crate::exit::{self, Outcome, Trouble};
use crate::grade::book;
use crate::grade::run::{RunDir, RunError};
use crate::model::gradebook::{Entry, Gradebook, Outcome as Became};
use crate::ui::{Look, Screen, Tone, visible};

use super::RunArg;
use super::drive::CANCEL;
use super::opened::{Opened, told};

/// Say how far a run is, and who must be looked at
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    run: RunArg,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab grade status run

Exit status: 4 if a submission or a canary must be looked at.";

/// Stop a run that another syslab is working on
///
/// What was found out is kept; `syslab grade resume RUN` goes on.
#[derive(Debug, clap::Args)]
#[command(after_help = CANCEL_EXAMPLES)]
pub(super) struct CancelArgs {
    #[command(flatten)]
    run: RunArg,
}

const CANCEL_EXAMPLES: &str = "\
Examples:
  $ syslab grade cancel run";

/// Says how far a run is.
///
/// # Errors
/// If there is none.
pub(super) fn run(args: &Args, screen: &Screen) -> Outcome {
    tell(&RunDir::at(&args.run.run), screen)
}

/// Stops a run.
///
/// # Errors
/// If there is none.
pub(super) fn cancel(args: &CancelArgs, screen: &Screen) -> Outcome {
    let run = RunDir::at(&args.run.run);
    run.manifest().map_err(told)?;
    match run.lock() {
        Ok(_) => {
            screen.say("nobody is grading in it");
            Ok(exit::DONE)
        }
        Err(RunError::Busy(_)) => {
            std::fs::write(run.path(CANCEL), "")?;
            screen.say("whoever grades in it has been asked to stop");
            Ok(exit::DONE)
        }
        Err(error) => Err(told(error)),
    }
}

/// Says what came of a run; the exit code says whether somebody must look.
///
/// # Errors
/// If the run cannot be read.
pub(super) fn tell(run: &RunDir, screen: &Screen) -> Outcome {
    let opened = Opened::read(run.root())?;
    let book = opened.book();
    let standing = Standing::of(&opened, &book)?;
    screen.print(&standing.text(&book, screen.out))?;
    Ok(match standing.must_be_looked_at() {
        true => exit::INSTRUCTOR,
        false => exit::DONE,
    })
}

/// How a run stands, for people.
struct Standing {
    graded: usize,
    /// Submissions that nobody has examined yet.
    missing: usize,
    /// Name and reason.
    not_graded: Vec<(String, String)>,
    withheld: Vec<(String, String)>,
    canaries: usize,
    alarms: Vec<(String, String)>,
    /// Machines that were found unfit, or not found.
    not_used: Vec<(String, String)>,
    is_busy: bool,
    running: Vec<String>,
    root: String,
}

impl Standing {
    fn of(opened: &Opened, book: &Gradebook) -> Result<Self, Trouble> {
        let is_known = |key: &str| {
            opened.found.results.contains_key(key) || opened.found.given_up.contains_key(key)
        };
        let missing: BTreeSet<&str> = opened
            .manifest
            .tasks
            .iter()
            .filter(|task| !is_known(&task.key))
            .map(|task| task.name.as_str())
            .collect();
        let is_missing = |entry: &&Entry| missing.contains(entry.key.as_str());
        let concerned = |is_graded: bool| -> Vec<(String, String)> {
            book.entries
                .iter()
                .filter(|entry| !is_missing(entry) && entry.graded().is_some() == is_graded)
                .filter_map(|entry| {
                    let why = match &entry.outcome {
                        Became::NotGraded { because } => because.clone(),
                        Became::Graded(_) => book::concern(entry)?,
                    };
                    Some((entry.key.clone(), why))
                })
                .collect()
        };
        let alarms = opened.alarms().into_iter();
        let running = opened.run.marks().map_err(told)?;
        let running: BTreeSet<String> = running
            .begun()
            .filter_map(|mark| opened.manifest.task(&mark.key))
            .filter(|task| missing.contains(task.name.as_str()))
            .map(|task| task.name.clone())
            .collect();
        let is_busy = matches!(opened.run.lock(), Err(RunError::Busy(_)));
        Ok(Self {
            graded: book
                .entries
                .iter()
                .filter(|entry| entry.graded().is_some())
                .count(),
            missing: missing.len(),
            not_graded: concerned(false),
            withheld: concerned(true),
            canaries: opened.manifest.canaries().count(),
            alarms: alarms
                .filter(|alarm| !missing.contains(alarm.canary.as_str()))
                .map(|alarm| (alarm.canary, alarm.why))
                .collect(),
            not_used: opened.run.refusals().map_err(told)?,
            is_busy,
            running: match is_busy {
                true => running.into_iter().collect(),
                false => Vec::new(),
            },
            root: crate::model::shell_word(&opened.run.root().to_string_lossy()),
        })
    }

    fn must_be_looked_at(&self) -> bool {
        !(self.not_graded.is_empty() && self.withheld.is_empty() && self.alarms.is_empty())
    }

    fn text(&self, book: &Gradebook, look: Look) -> String {
        let mut out = format!(
            "{}: {} submissions, {} absent\n",
            look.paint(Tone::Strong, &visible(&book.assignment)),
            book.entries.len(),
            book.absent.len()
        );
        out.push_str(&format!("  graded      {}\n", self.graded));
        let mut section = |title: &str, tone: Tone, rows: &[(String, String)]| {
            if rows.is_empty() {
                return;
            }
            let title = look.paint(tone, title);
            out.push_str(&format!("  {title}{}\n", rows.len()));
            for (name, why) in rows {
                let text = format!("{}: {}", visible(name), visible(why));
                out.push_str(&look.wrap(4, 2, &text));
            }
        };
        section("not graded  ", Tone::Bad, &self.not_graded);
        section("withheld    ", Tone::Odd, &self.withheld);
        section("canaries    ", Tone::Bad, &self.alarms);
        section("not used    ", Tone::Odd, &self.not_used);
        if self.alarms.is_empty() && self.canaries > 0 && self.missing == 0 {
            out.push_str(&format!("  canaries    {} as expected\n", self.canaries));
        }
        for note in &book.notes {
            out.push_str(&look.wrap(2, 6, &format!("note: {}", visible(note))));
        }
        if self.missing > 0 {
            out.push_str(&format!("  to be made  {}\n", self.missing));
            let names: Vec<String> = self.running.iter().map(|name| visible(name)).collect();
            out.push_str(&match (self.is_busy, names.is_empty()) {
                (true, true) => "  somebody is grading\n".to_owned(),
                (true, false) => format!("  at          {}\n", names.join(", ")),
                (false, _) => format!("  go on       syslab grade resume {}\n", self.root),
            });
        }
        out
    }
}
