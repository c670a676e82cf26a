//! `syslab hint`: one more step towards the first failed check.

use std::env;

use crate::exit::{self, Outcome, Trouble};
use crate::model::Finding;
use crate::report::{self, HintStep};
use crate::sandbox::fingerprint;
use crate::ui::{Look, Screen, Tone, padded, visible};

use super::which::{self, Meant};
use super::workspace::{LabState, Workspace};

/// Show one more hint about the first check that failed
///
/// Hints come in steps: a question, the heading to read, and what to look for in the trace. None of
/// them is the answer. They are about what the last check found; which steps were shown is
/// remembered until the check passes.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The lab [default: the one of this directory, else the next]
    #[arg(index = 1)]
    lab: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab hint LAB";

/// Runs the command.
///
/// # Errors
/// If the lab has not been checked, or the workspace fails.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let here = env::current_dir()?;
    let workspace = Workspace::required(&here)?;
    let meant = which::meant(args.lab.as_deref(), &workspace, &here)?;
    let name = meant.to_string();
    let mut state = LabState::load(&workspace.root, &name);
    if state.findings.is_empty() {
        return Err(unchecked(meant));
    }
    if is_outdated(&state, &workspace, &name) {
        screen.remark("note: your files have changed since this check");
    }
    let Some(finding) = state.first_failure(meant.lab).cloned() else {
        screen.print(&format!("{name}: nothing that was checked fails.\n"))?;
        return Ok(exit::DONE);
    };
    let shown = next_step(&mut state, &finding, &name);
    state.save(&workspace.root, &name)?;
    screen.print(&told(meant, &finding, shown, screen.out))?;
    Ok(exit::DONE)
}

fn unchecked(meant: Meant) -> Trouble {
    Trouble::usage(format!("{meant} has not been checked")).hint(format!(
        "hints are about what a check finds: syslab {} check {}",
        meant.lesson.slug, meant.lab.slug
    ))
}

fn is_outdated(state: &LabState, workspace: &Workspace, lab: &str) -> bool {
    workspace
        .directory(lab)
        .and_then(|directory| fingerprint(&directory).ok())
        .is_some_and(|files| files.to_string() != state.key.files)
}

/// Notes that one more step of a finding's hints is shown; how many are, then.
pub(super) fn next_step(state: &mut LabState, finding: &Finding, lab: &str) -> usize {
    let steps = report::hints(finding, lab).len();
    let shown = state.hints.entry(finding.id.clone()).or_default();
    *shown = (*shown + 1).min(steps);
    *shown
}

/// The steps that are shown, and how to see the next.
fn told(meant: Meant, finding: &Finding, shown: usize, look: Look) -> String {
    let name = meant.to_string();
    let steps = report::hints(finding, &name);
    let mut out = format!(
        "{}: {}\n",
        look.paint(Tone::Strong, &name),
        visible(&finding.claim)
    );
    for step in steps.iter().take(shown) {
        out.push_str(&lines(step, look));
    }
    let more = match steps.len() - shown.min(steps.len()) {
        0 => "That is all; the rest is yours.".to_owned(),
        more => format!("{more} more: syslab hint {}", meant.lab.slug),
    };
    out.push_str(&look.paint(Tone::Faint, &more));
    out.push('\n');
    out
}

/// A step's lines; commands are not wrapped, they are to be copied.
fn lines(step: &HintStep, look: Look) -> String {
    const INDENT: usize = 2;
    const LABEL: usize = 7;
    let mut out = String::new();
    for (nth, line) in step.lines.iter().enumerate() {
        let label = match nth {
            0 => format!("{}:", step.label),
            _ => String::new(),
        };
        let look = Look {
            width: look.width.filter(|_| !line.starts_with("$ ")),
            ..look
        };
        let wrapped = look.wrap(INDENT, LABEL, &format!("{}{line}", padded(&label, LABEL)));
        out.push_str(&wrapped.replacen(&label, &look.paint(Tone::Good, &label), 1));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::verdict;
    use crate::model::Verdict;

    #[test]
    fn each_time_one_more_step_is_shown() {
        let meant = which::named("durable-log").unwrap();
        let finding = Finding {
            hint: "What did the handler leave?".to_owned(),
            see: "strace ./main".to_owned(),
            ..verdict::blank("process", &meant.lab.checks[0], Verdict::Fail, "")
        };
        let mut state = LabState::default();
        let mut next = || {
            let shown = next_step(&mut state, &finding, "process/durable-log");
            told(meant, &finding, shown, Look::PLAIN)
        };
        let first = next();
        assert!(
            first.contains("\n  think: What did the handler leave?\n2 more:"),
            "{first}"
        );
        assert!(next().contains("\n  read:  $ syslab process read "));
        let third = next();
        assert!(
            third.contains("\n  look:  $ strace ./main\n         Read the trace"),
            "{third}"
        );
        assert!(third.ends_with("That is all; the rest is yours.\n"));
        assert_eq!(next(), third);
    }
}
