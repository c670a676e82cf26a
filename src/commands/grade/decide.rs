//! `grade override RUN STUDENT CHECK --points P --reason R`: a person's decision.

use std::env;
use std::fs;
use std::io;

use crate::exit::{self, Outcome, Trouble};
use crate::grade::fair::{parse_overrides, written_override};
use crate::grade::run;
use crate::model::Fraction;
use crate::model::gradebook::Override;
use crate::ui::{Screen, visible};

use super::super::workspace::today;
use super::SubmissionArg;
use super::explain::check_of;
use super::opened::{OVERRIDES, Opened};

/// Decide what a check, or the whole, is worth for a student
///
/// The decision is appended to RUN/overrides.toml, which no regrade touches and which may be edited.
/// Of two decisions about the same the later counts.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    whose: SubmissionArg,

    /// The check, or '*' for the whole
    #[arg(value_name = "ID")]
    check: String,

    /// What it is worth
    #[arg(long, value_name = "P", value_parser = points)]
    points: Fraction,

    /// Reason, for the student and for yourself in a year
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Who decides [default: $USER]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab grade override run ada acknowledges-every-record --points 5 --reason late-but-right";

fn points(text: &str) -> Result<Fraction, String> {
    text.parse()
        .ok()
        .filter(|points: &Fraction| !points.is_negative())
        .ok_or_else(|| "not a number that is not negative".to_owned())
}

/// Writes a decision down.
///
/// # Errors
/// If there is no such submission or check, or it cannot be written.
pub(super) fn run(args: &Args, screen: &Screen) -> Outcome {
    let opened = Opened::read(&args.whose.run.run)?;
    if args.reason.trim().is_empty() {
        return Err(Trouble::usage("a decision needs a reason"));
    }
    if args.check != "*" {
        check_of(&opened, &args.check)?;
    }
    let (task, _) = opened.task(&args.whose.student)?;
    let by = args.by.clone().or_else(|| env::var("USER").ok());
    let decision = Override {
        // The submission's key means all its students, and nobody else.
        student: task.name.clone(),
        check: args.check.clone(),
        points: args.points,
        why: args.reason.clone(),
        by: by
            .filter(|by| !by.is_empty())
            .unwrap_or_else(|| "an instructor".to_owned()),
        on: today(),
    };
    let path = opened.run.path(OVERRIDES);
    let mut text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read?,
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&written_override(&decision));
    let overrides = parse_overrides(&text)
        .map_err(|problems| Trouble::usage(format!("{}: {problems}", path.display())))?;
    run::replace(&path, text.as_bytes())?;
    let opened = Opened {
        overrides,
        ..opened
    };
    let book = opened.book();
    let (task, _) = opened.task(&args.whose.student)?;
    let entry = book.entries.iter().find(|entry| entry.key == task.name);
    let graded = entry.and_then(|entry| entry.graded());
    let now = match graded.map(|graded| &graded.grade) {
        Some(grade) => match &grade.withheld {
            Some(why) => format!("withheld: {}", visible(why)),
            None => format!("{} of {}", grade.points, grade.out_of),
        },
        None => "not graded: a decision counts once it is".to_owned(),
    };
    screen.print(&format!("{}: {now}\n", visible(&task.name)))?;
    Ok(exit::DONE)
}
