//! `syslab list`: everything there is.

use std::env;

use crate::cli::LessonTool;
use crate::exit::{self, Outcome};
use crate::lessons::LESSONS;
use crate::model::{Lab, Lesson};
use crate::report::{
    self, LISTING_SCHEMA_VERSION, ListedDemo, ListedExercise, ListedLab, ListedLesson, ListedTool,
    Listing, State,
};
use crate::ui::Screen;

use super::workspace::Workspace;

/// List lessons, demos, exercises and labs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// As JSON, schema 1
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  $ syslab list
  $ syslab list --json";

/// Runs the command.
///
/// # Errors
/// If stdout or the progress file fail.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let workspace = Workspace::find(&env::current_dir()?)?;
    let listing = listing(workspace.as_ref());
    screen.print(&match args.json {
        true => report::listing_json(&listing),
        false => report::listing(&listing, screen.out),
    })?;
    Ok(exit::DONE)
}

/// All there is, with what is known of it in the workspace.
pub(super) fn listing(workspace: Option<&Workspace>) -> Listing {
    Listing {
        schema: LISTING_SCHEMA_VERSION,
        workspace: workspace.map(|workspace| workspace.root.display().to_string()),
        lessons: LESSONS
            .iter()
            .map(|lesson| listed(lesson, workspace))
            .collect(),
    }
}

fn listed(lesson: &'static Lesson, workspace: Option<&Workspace>) -> ListedLesson {
    let demo = |demo: &'static crate::model::Demo| ListedDemo {
        slug: demo.slug,
        title: demo.title,
    };
    let exercise = |exercise: &'static crate::model::Exercise| ListedExercise {
        slug: exercise.slug,
        question: exercise.question.lines().next().unwrap_or_default(),
        needs_device: exercise.needs_device,
        is_solved: workspace
            .is_some_and(|workspace| workspace.has_solved(lesson.slug, exercise.slug)),
    };
    let tool = |tool: &'static LessonTool| ListedTool {
        name: tool.name,
        about: tool
            .command()
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default(),
    };
    let labs = lesson.labs.iter();
    ListedLesson {
        slug: lesson.slug,
        title: lesson.title,
        demos: lesson.demos.iter().map(demo).collect(),
        exercises: lesson.exercises.iter().map(exercise).collect(),
        labs: labs.map(|one| lab(lesson, one, workspace)).collect(),
        tools: LessonTool::of(lesson).map(tool).collect(),
    }
}

fn lab(lesson: &Lesson, lab: &'static Lab, workspace: Option<&Workspace>) -> ListedLab {
    let points = lab.checks.iter().map(|check| check.points).sum();
    let new = ListedLab {
        slug: lab.slug,
        title: lab.title,
        state: State::New,
        score: 0,
        max_score: points,
        day: None,
        seed: None,
        hash: None,
        directory: None,
    };
    let name = format!("{}/{}", lesson.slug, lab.slug);
    let Some(known) = workspace.and_then(|workspace| workspace.lab(&name)) else {
        return new;
    };
    let is_checked = known.is_checked();
    ListedLab {
        state: match known.is_done() {
            true => State::Done,
            false => State::Begun,
        },
        score: known.score,
        max_score: if is_checked { known.max_score } else { points },
        day: is_checked.then(|| known.day.clone()),
        seed: known.seed,
        hash: known.hash.clone(),
        directory: (!known.directory.is_empty()).then(|| known.directory.clone()),
        ..new
    }
}
