//! `grade replay RUN STUDENT [CHECK]`: is it found again?

use std::sync::atomic::AtomicBool;

use crate::bench;
use crate::exit::{self, Outcome, Trouble};
use crate::grade::run::Examined;
use crate::grade::worker;
use crate::model::{Finding, Scorecard, Verdict};
use crate::report::{self, Detail};
use crate::ui::{Screen, Tone, visible};

use super::super::examination;
use super::super::interrupt::Interrupt;
use super::SubmissionArg;
use super::explain::check_of;
use super::opened::Opened;

/// Examine a submission again, and say whether the same is found
///
/// With the same files and the same seed. Nothing that counts is changed.
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
  $ syslab grade replay run ada acknowledges-every-record

Exit status: 0 if the same is found, 4 if not.";

/// Examines a submission again.
///
/// # Errors
/// If there is no such submission or check, or it cannot be examined.
pub(super) fn run(args: &Args, screen: &Screen) -> Outcome {
    let opened = Opened::read(&args.whose.run.run)?;
    let (task, _) = opened.task(&args.whose.student)?;
    let mut request = worker::request(opened.run.root(), &opened.manifest, task);
    let before = opened.found.results.get(&task.key);
    if let Some(id) = &args.check {
        check_of(&opened, id)?;
        request.only = vec![id.clone()];
    }
    let interrupt = Interrupt::install()?;
    let mut line = screen.progress_line();
    line.show(&format!("examining {}", visible(&task.name)));
    let flag: &AtomicBool = interrupt.flag();
    let card = bench::examine(&request, flag, &mut |_| {}).map_err(examination::trouble);
    drop(line);
    let card = card?;
    let Some(before) = before else {
        screen.print(&report::text(&card, screen.out, Detail::Usual))?;
        return Err(Trouble::new(
            exit::INSTRUCTOR,
            anyhow::Error::msg("there is nothing to compare with: it was not graded"),
        ));
    };
    let rows = compared(before, &card);
    let mut out = String::new();
    for row in &rows {
        let (mark, tone) = match row.agrees {
            true => ("✓", Tone::Good),
            false => ("✗", Tone::Bad),
        };
        out.push_str(&format!(
            "  {} {}: {}\n",
            screen.out.paint(tone, mark),
            row.id,
            visible(&row.text)
        ));
    }
    let agrees = rows.iter().all(|row| row.agrees);
    out.push_str(match agrees {
        true => "the same is found again\n",
        false => "something else is found now\n",
    });
    if before.card.machine.kernel != card.machine.kernel {
        out.push_str(&format!(
            "note: the kernel was {}, and is {}\n",
            visible(&before.card.machine.kernel),
            visible(&card.machine.kernel)
        ));
    }
    screen.print(&out)?;
    Ok(match agrees {
        true => exit::DONE,
        false => exit::INSTRUCTOR,
    })
}

/// One check, then and now.
struct Row {
    id: String,
    agrees: bool,
    text: String,
}

/// Holds what is found now against what was found then. What counts is the verdict; that a failure
/// is seen elsewhere is said.
fn compared(before: &Examined, now: &Scorecard) -> Vec<Row> {
    let name = |verdict: Verdict| format!("{verdict:?}").to_lowercase();
    let row = |finding: &Finding| {
        let was = before.card.checks.iter().find(|was| was.id == finding.id);
        let (agrees, text) = match was {
            None => (false, format!("{}, was not made", name(finding.verdict))),
            Some(was) if (was.verdict, was.points) != (finding.verdict, finding.points) => (
                false,
                format!(
                    "{} ({}), was {} ({})",
                    name(finding.verdict),
                    finding.why,
                    name(was.verdict),
                    was.why
                ),
            ),
            Some(was) if was.why != finding.why => (
                true,
                format!("{}, seen otherwise: {}", name(finding.verdict), finding.why),
            ),
            Some(_) => (true, name(finding.verdict)),
        };
        Row {
            id: finding.id.clone(),
            agrees,
            text,
        }
    };
    now.checks.iter().map(row).collect()
}
