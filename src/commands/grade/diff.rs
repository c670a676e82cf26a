//! `grade diff RUN RUN`: who goes up and who goes down, before anybody is told a grade.

use std::path::PathBuf;

use crate::exit::{self, Outcome};
use crate::grade::fair::{self, Change, Diff, Standing};
use crate::ui::{Look, Screen, Tone, visible};

use super::opened::Opened;

/// Compare the grades of two runs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The run before
    #[arg(value_name = "BEFORE", value_hint = clap::ValueHint::DirPath)]
    before: PathBuf,

    /// The run after
    #[arg(value_name = "AFTER", value_hint = clap::ValueHint::DirPath)]
    after: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab grade diff run run

Exit status: 4 if somebody loses something.";

/// Compares two runs.
///
/// # Errors
/// If one of them cannot be read.
pub(super) fn run(args: &Args, screen: &Screen) -> Outcome {
    let (before, after) = (Opened::read(&args.before)?, Opened::read(&args.after)?);
    let diff = fair::diff(&before.book(), &after.book());
    screen.print(&text(&diff, screen.out))?;
    Ok(match diff.losses().next() {
        Some(_) => exit::INSTRUCTOR,
        None => exit::DONE,
    })
}

/// The changes, losses first.
pub(super) fn text(diff: &Diff, look: Look) -> String {
    let mut out = String::new();
    let mut changes: Vec<&Change> = diff.changes.iter().collect();
    changes.sort_by_key(|change| !change.is_loss());
    for change in changes {
        let tone = match change.is_loss() {
            true => Tone::Bad,
            false => Tone::Good,
        };
        out.push_str(&format!(
            "{}: {} -> {}\n",
            look.paint(tone, &visible(&change.key)),
            standing(&change.before),
            standing(&change.after)
        ));
        for why in &change.why {
            out.push_str(&look.wrap(4, 2, &visible(why)));
        }
    }
    let losses = diff.losses().count();
    out.push_str(&format!(
        "{} changed, {losses} of them for the worse; {} unchanged\n",
        diff.changes.len(),
        diff.unchanged
    ));
    out
}

fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Missing => "not there".to_owned(),
        Standing::Open(why) => visible(why),
        Standing::Points { points, out_of } => format!("{points} of {out_of}"),
    }
}
