//! `syslab list`: everything there is.

use std::env;
use std::fmt::Write as _;

use crate::cli::LessonTool;
use crate::exit::{self, Outcome};
use crate::lessons::LESSONS;
use crate::model::Lesson;
use crate::ui::{Screen, Tone, padded};

use super::workspace::Workspace;

/// List lessons, demos, exercises and labs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

const EXAMPLES: &str = "\
Examples:
  $ syslab list";

/// Runs the command.
///
/// # Errors
/// If stdout or the progress file fail.
pub fn run(_args: &Args, screen: &Screen) -> Outcome {
    let workspace = Workspace::find(&env::current_dir()?)?;
    let mut out = String::new();
    for lesson in LESSONS {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&listed(lesson, workspace.as_ref(), screen));
    }
    screen.print(&out)?;
    Ok(exit::DONE)
}

fn listed(lesson: &Lesson, workspace: Option<&Workspace>, screen: &Screen) -> String {
    let solved = |exercise: &str| {
        workspace.is_some_and(|workspace| workspace.has_solved(lesson.slug, exercise))
    };
    let score = |lab: &str| {
        let progress = workspace?.labs.get(&format!("{}/{lab}", lesson.slug))?;
        (progress.max_score > 0).then(|| format!("{}/{}", progress.score, progress.max_score))
    };
    let mut tools = Vec::new();
    let mut rows: Vec<(&str, &str, &str, String)> = Vec::new();
    rows.push(("read", "", "the text", String::new()));
    for demo in lesson.demos {
        rows.push(("demo", demo.slug, demo.title, String::new()));
    }
    for exercise in lesson.exercises {
        let question = exercise.question.lines().next().unwrap_or_default();
        let mark = if solved(exercise.slug) { "done" } else { "" };
        rows.push(("trace", exercise.slug, question, mark.to_owned()));
    }
    for lab in lesson.labs {
        let mark = score(lab.slug).unwrap_or_default();
        rows.push(("check", lab.slug, lab.title, mark));
    }
    for tool in LessonTool::of(lesson) {
        let about = tool.command().get_about().map(ToString::to_string);
        tools.push((tool.name, about.unwrap_or_default()));
    }
    for (name, about) in &tools {
        rows.push((name, "", about, String::new()));
    }
    let widest = rows.iter().map(|row| row.1.len()).max().unwrap_or(0);
    let mut out = format!(
        "{}: {}\n",
        screen.out.paint(Tone::Strong, lesson.slug),
        lesson.title
    );
    for (verb, slug, title, mark) in rows {
        let command = padded(
            &format!("syslab {} {} {slug}", lesson.slug, padded(verb, 5)),
            lesson.slug.len() + widest + 14,
        );
        let mark = match mark.is_empty() {
            true => mark,
            false => format!("  {}", screen.out.paint(Tone::Good, &format!("({mark})"))),
        };
        let command = screen.out.paint(Tone::Code, &command);
        writeln!(out, "  {command}  {title}{mark}").expect("writing to a string does not fail");
    }
    out
}
