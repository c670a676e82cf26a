//! `syslab` alone: where you are, and what is next.

use std::env;

use crate::exit::{self, Outcome};
use crate::lessons::LESSONS;
use crate::model::{Lab, Lesson};
use crate::ui::{Screen, Tone, visible};

use super::workspace::Workspace;

/// Runs the command.
///
/// # Errors
/// If stdout or the progress file fail.
pub fn run(screen: &Screen) -> Outcome {
    let here = env::current_dir()?;
    let text = match Workspace::find(&here)? {
        Some(workspace) => progress(&workspace, screen),
        None => welcome(screen),
    };
    screen.print(&text)?;
    Ok(exit::DONE)
}

/// What a newcomer is told.
fn welcome(screen: &Screen) -> String {
    let command = |text: &str| screen.out.paint(Tone::Code, text);
    let Some(lesson) = LESSONS.first() else {
        return format!("See {}.\n", command("syslab --help"));
    };
    let mut out = String::from(
        "Learn systems programming on your own kernel.\nThis directory is not a workspace yet.\n\nNext:\n",
    );
    let read = format!("syslab {} read", lesson.slug);
    out.push_str(&format!("  {}\n", command(&read)));
    if let Some(lab) = lesson.labs.first() {
        let start = format!("syslab {} start {} --lang c", lesson.slug, lab.slug);
        out.push_str(&format!("  {}   (or python, or rust)\n", command(&start)));
    }
    out.push_str(&format!(
        "\nAll there is: {}. What this machine can do: {}.\n",
        command("syslab list"),
        command("syslab doctor")
    ));
    out
}

/// What somebody is told who has begun.
fn progress(workspace: &Workspace, screen: &Screen) -> String {
    let mut out = format!(
        "Workspace {}\n\n",
        visible(&workspace.root.display().to_string())
    );
    let mut next = None;
    for lesson in LESSONS {
        out.push_str(&format!(
            "{}: {}\n",
            screen.out.paint(Tone::Strong, lesson.slug),
            lesson.title
        ));
        if !lesson.exercises.is_empty() {
            let solved = lesson
                .exercises
                .iter()
                .filter(|exercise| workspace.has_solved(lesson.slug, exercise.slug))
                .count();
            out.push_str(&format!(
                "  trace exercises: {solved} of {}\n",
                lesson.exercises.len()
            ));
        }
        for lab in lesson.labs {
            let known = workspace.labs.get(&format!("{}/{}", lesson.slug, lab.slug));
            let (mark, tone, state) = match known {
                Some(lab) if lab.is_done() => ("✓", Tone::Good, "done".to_owned()),
                Some(lab) if lab.max_score > 0 => {
                    let state =
                        format!("{} of {}, {}", lab.score, lab.max_score, visible(&lab.day));
                    ("…", Tone::Odd, state)
                }
                Some(_) => ("…", Tone::Odd, "begun".to_owned()),
                None => ("-", Tone::Faint, "not begun".to_owned()),
            };
            out.push_str(&format!(
                "  {} {}: {} ({state})\n",
                screen.out.paint(tone, mark),
                lab.slug,
                lab.title
            ));
            if known.is_none_or(|known| !known.is_done()) {
                next.get_or_insert((lesson, lab));
            }
        }
    }
    match next {
        Some((lesson, lab)) => out.push_str(&next_steps(workspace, lesson, lab, screen)),
        None => out.push_str("\nAll done.\n"),
    }
    out
}

fn next_steps(workspace: &Workspace, lesson: &Lesson, lab: &Lab, screen: &Screen) -> String {
    let command = |text: String| format!("  {}\n", screen.out.paint(Tone::Code, &text));
    let name = format!("{}/{}", lesson.slug, lab.slug);
    let mut out = String::from("\nNext:\n");
    match workspace.directory(&name) {
        Some(directory) => {
            let here = env::current_dir().and_then(|here| here.canonicalize());
            let is_elsewhere = here.is_ok_and(|here| {
                here != workspace.root && directory.canonicalize().is_ok_and(|there| here != there)
            });
            let place = match is_elsewhere {
                true => format!(" {}", visible(&directory.display().to_string())),
                false => String::new(),
            };
            out.push_str(&command(format!(
                "syslab {} read {}",
                lesson.slug, lab.slug
            )));
            out.push_str(&command(format!(
                "syslab {} check {}{place}",
                lesson.slug, lab.slug
            )));
        }
        None => {
            out.push_str(&command(format!("syslab {} read", lesson.slug)));
            out.push_str(&command(format!(
                "syslab {} start {}",
                lesson.slug, lab.slug
            )));
        }
    }
    out
}
