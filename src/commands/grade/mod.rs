//! `syslab grade`: a whole class, from what a platform gives to what it takes back.
//!
//! One file a verb. Grading goes on in a run's directory (`grade::run`), which everything else
//! here reads.

mod alike;
mod autograder;
mod begin;
mod canaries;
mod collect;
mod decide;
mod diff;
mod drive;
mod dry_run;
mod engines;
mod explain;
mod formats;
mod opened;
mod replay;
mod status;
mod tree;

use std::path::PathBuf;

use crate::exit::Outcome;
use crate::ui::Screen;

/// Grade a whole class
///
/// Takes in what a learning platform gives, examines every submission as `check` does, and keeps
/// what was found out in a directory. Nothing is lost when it is interrupted or killed: the same
/// command again does only what is missing. What could not be graded is named and never zero.
///
/// Two programs whose verdicts are known are graded with the class: the lab's solution and its
/// starter. If they do not get what they must get, nothing can be collected.
///
/// SUBMISSIONS is a directory or archive of submissions: directories, archives or clones, or what
/// Canvas, Moodle and Gradescope let one download. One that is called like a command is written
/// `./status`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(disable_help_subcommand = true, subcommand_value_name = "COMMAND")]
#[command(after_help = begin::EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,

    #[command(flatten)]
    begin: begin::BeginArgs,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Status(status::Args),
    Resume(begin::ResumeArgs),
    Collect(Box<collect::Args>),
    Cancel(status::CancelArgs),
    Explain(explain::Args),
    Replay(replay::Args),
    Override(decide::Args),
    Diff(diff::Args),
    Autograder(autograder::Args),
}

/// A run's directory, as every verb names it.
#[derive(Debug, clap::Args)]
struct RunArg {
    /// The run's directory
    #[arg(value_name = "RUN", value_hint = clap::ValueHint::DirPath)]
    run: PathBuf,
}

/// A submission of a run, as every verb about one names it.
#[derive(Debug, clap::Args)]
struct SubmissionArg {
    #[command(flatten)]
    run: RunArg,

    /// The submission, or one of its students
    #[arg(value_name = "STUDENT")]
    student: String,
}

/// Runs `syslab grade ...`.
///
/// # Errors
/// Whatever keeps the verb from doing what it should.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    match &args.verb {
        None => begin::run(&args.begin, screen),
        Some(Verb::Status(args)) => status::run(args, screen),
        Some(Verb::Resume(args)) => begin::resume(args, screen),
        Some(Verb::Collect(args)) => collect::run(args, screen),
        Some(Verb::Cancel(args)) => status::cancel(args, screen),
        Some(Verb::Explain(args)) => explain::run(args, screen),
        Some(Verb::Replay(args)) => replay::run(args, screen),
        Some(Verb::Override(args)) => decide::run(args, screen),
        Some(Verb::Diff(args)) => diff::run(args, screen),
        Some(Verb::Autograder(args)) => autograder::run(args, screen),
    }
}
