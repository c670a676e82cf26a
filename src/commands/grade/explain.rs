//! `grade explain RUN STUDENT [CHECK]`: why somebody has the points that they have.

use crate::exit::{self, Outcome, Trouble};
use crate::grade::run::{Attempt, Handed, Task};
use crate::model::gradebook::{Entry, Graded, Outcome as Became};
use crate::model::shell_word;
use crate::model::{Scorecard, Verdict};
use crate::report::{self, Detail};
use crate::ui::{Screen, visible};

use super::SubmissionArg;
use super::opened::{Opened, told};

/// Say why a student has these points
///
/// The findings with their evidence, and every step from them to the grade.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    whose: SubmissionArg,

    /// Only this check
    #[arg(value_name = "ID")]
    check: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab grade explain run ada
  $ syslab grade explain run ada acknowledges-every-record";

/// Explains a grade.
///
/// # Errors
/// If there is no such run, submission or check, or it was not graded.
pub(super) fn run(args: &Args, screen: &Screen) -> Outcome {
    let opened = Opened::read(&args.whose.run.run)?;
    let (task, handed) = opened.task(&args.whose.student)?;
    if let Some(id) = &args.check {
        check_of(&opened, id)?;
    }
    let book = opened.book();
    let entry = book
        .entries
        .iter()
        .find(|entry| entry.key == task.name)
        .ok_or_else(|| Trouble::usage("the gradebook has no such entry"))?;
    let graded = match &entry.outcome {
        Became::Graded(graded) => graded,
        Became::NotGraded { because } => {
            return Err(Trouble::new(
                exit::INSTRUCTOR,
                anyhow::Error::msg(format!(
                    "{} was not graded, because {}",
                    visible(&task.name),
                    visible(because)
                )),
            ));
        }
    };
    let mut out = heading(task, handed, entry);
    let card = narrowed(&graded.card, args.check.as_deref());
    out.push_str(&report::text(&card, screen.out, Detail::Usual));
    out.push_str(&grade(graded, args.check.as_deref()));
    let attempts = opened.run.attempts(&task.key).map_err(told)?;
    out.push_str(&history(&attempts, args.check.as_deref()));
    let again = format!(
        "again: syslab grade replay {} {}",
        shell_word(&args.whose.run.run.to_string_lossy()),
        shell_word(&task.name)
    );
    screen.page(&format!("{out}{again}\n"))?;
    Ok(exit::DONE)
}

/// Whether the lab has this check.
///
/// # Errors
/// Usage, if it does not.
pub(super) fn check_of(opened: &Opened, id: &str) -> Result<(), Trouble> {
    let known: Vec<&str> = opened.lab.checks.iter().map(|check| check.id).collect();
    match known.contains(&id) {
        true => Ok(()),
        false => Err(super::super::unknown(
            &format!("{} has no check", opened.manifest.terms.lab),
            id,
            known,
        )),
    }
}

/// Whose it is, and how it came here.
fn heading(task: &Task, handed: &Handed, entry: &Entry) -> String {
    let who: Vec<String> = handed
        .students
        .iter()
        .map(|student| visible(student.handle()))
        .collect();
    let mut out = format!(
        "{} ({}), handed in as {:?}\n",
        visible(&task.name),
        who.join(", "),
        visible(&handed.label)
    );
    for note in &entry.notes {
        out.push_str(&format!("note: {}\n", visible(note)));
    }
    out
}

/// The scorecard, of one check only if one is asked for.
fn narrowed(card: &Scorecard, check: Option<&str>) -> Scorecard {
    let mut card = card.clone();
    if let Some(id) = check {
        card.checks.retain(|finding| finding.id == id);
        card.score = card.checks.iter().map(|finding| finding.points).sum();
        card.max_score = card.checks.iter().map(|finding| finding.max_points).sum();
    }
    card
}

/// How the findings become the grade.
fn grade(graded: &Graded, check: Option<&str>) -> String {
    let mut out = String::new();
    let grade = &graded.grade;
    let pairs = grade.checks.iter().zip(&graded.card.checks);
    for (check_grade, finding) in pairs {
        if check.is_some_and(|id| id != check_grade.id) {
            continue;
        }
        let is_plain = check_grade.points == finding.points.into()
            && check_grade.out_of == finding.max_points.into();
        if !is_plain || check_grade.overridden.is_some() {
            out.push_str(&format!(
                "{}: counts {} of {}",
                check_grade.id, check_grade.points, check_grade.out_of
            ));
            if let Some(by) = &check_grade.overridden {
                out.push_str(&format!(
                    ", decided by {} on {}: {}",
                    visible(&by.by),
                    visible(&by.on),
                    visible(&by.why)
                ));
            }
            out.push('\n');
        }
    }
    for step in &grade.steps {
        out.push_str(&format!(
            "{}: {} to {}\n",
            visible(&step.why),
            step.from,
            step.to
        ));
    }
    out.push_str(&match &grade.withheld {
        Some(why) => format!("Grade: withheld: {}\n", visible(why)),
        None => format!("Grade: {} of {}\n", grade.points, grade.out_of),
    });
    out
}

/// Other attempts and reruns, where they found something else: what one must know before one
/// trusts a verdict.
fn history(attempts: &[Attempt], check: Option<&str>) -> String {
    let mut out = String::new();
    let Some((counts, others)) = attempts.split_first() else {
        return out;
    };
    for rerun in &counts.examined.reruns {
        if check.is_none_or(|id| id == rerun.check) {
            out.push_str(&format!(
                "made again: {}, because {}\n",
                rerun.check,
                visible(&rerun.because)
            ));
        }
    }
    let name = |verdict: Verdict| format!("{verdict:?}").to_lowercase();
    for other in others {
        for finding in &other.examined.card.checks {
            let counting = counts
                .examined
                .card
                .checks
                .iter()
                .find(|counting| counting.id == finding.id);
            let differs = counting.filter(|counting| counting.verdict != finding.verdict);
            if let (Some(counting), true) = (differs, check.is_none_or(|id| id == finding.id)) {
                out.push_str(&format!(
                    "another attempt ({}) found {}: {}, not {}\n",
                    visible(&other.examined.attempt),
                    finding.id,
                    name(finding.verdict),
                    name(counting.verdict)
                ));
            }
        }
    }
    out
}
