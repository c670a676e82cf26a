//! `syslab` alone: where you are, what is next, what you have done. In ten lines.

use std::env;
use std::path::Path;

use crate::exit::{self, Outcome};
use crate::lessons::LESSONS;
use crate::report::{ListedLab, ListedLesson, Listing, State};
use crate::ui::{Look, Screen, Tone, columns, cut, padded, visible};

use super::list;
use super::which::{self, Meant};
use super::workspace::{LabState, Workspace};

/// Columns that a line may take.
const WIDTH: usize = 79;

/// Runs the command.
///
/// # Errors
/// If stdout or the progress file fail.
pub fn run(screen: &Screen) -> Outcome {
    let here = env::current_dir()?;
    let text = match Workspace::find(&here)? {
        Some(workspace) => progress(&workspace, &here, screen.out),
        None => welcome(screen.out),
    };
    screen.print(&text)?;
    Ok(exit::DONE)
}

/// What a newcomer is told.
fn welcome(look: Look) -> String {
    let command = |text: &str| look.paint(Tone::Code, text);
    let Some(lesson) = LESSONS.first() else {
        return format!("See {}.\n", command("syslab --help"));
    };
    let mut out = String::from(
        "Learn systems programming on your own kernel.\nThis directory is not a workspace yet.\n\nNext:\n",
    );
    let read = format!("syslab {} read", lesson.slug);
    out.push_str(&format!("  {}\n", command(&read)));
    let init = "syslab init --lang c";
    out.push_str(&format!("  {}   (or python, or rust)\n", command(init)));
    out.push_str(&format!(
        "\nAll there is: {}. What this machine can do: {}.\n",
        command("syslab list"),
        command("syslab doctor")
    ));
    out
}

/// What somebody is told who has begun.
fn progress(workspace: &Workspace, here: &Path, look: Look) -> String {
    let listing = list::listing(Some(workspace));
    let mut out = format!("{}\n", head(&listing, look));
    let widest = listing.lessons.iter().map(|lesson| lesson.slug.len()).max();
    for lesson in &listing.lessons {
        out.push_str(&lesson_line(lesson, widest.unwrap_or(0), look));
    }
    out.push_str(&next_steps(workspace, here, look));
    out
}

/// Where one is, and how much is done.
fn head(listing: &Listing, look: Look) -> String {
    let labs = || listing.lessons.iter().flat_map(|lesson| &lesson.labs);
    let exercises = || listing.lessons.iter().flat_map(|lesson| &lesson.exercises);
    let done = labs().filter(|lab| lab.state == State::Done).count();
    let solved = exercises().filter(|exercise| exercise.is_solved).count();
    format!(
        "{}: {done} of {} labs, {solved} of {} exercises",
        look.paint(
            Tone::Strong,
            &visible(listing.workspace.as_deref().unwrap_or_default())
        ),
        labs().count(),
        exercises().count()
    )
}

/// `  process  ✓ durable-log … reaper - shell - limits      170/400`
fn lesson_line(lesson: &ListedLesson, widest: usize, look: Look) -> String {
    let score: u32 = lesson.labs.iter().map(|lab| lab.score).sum();
    let max_score: u32 = lesson.labs.iter().map(|lab| lab.max_score).sum();
    let points = format!("{score}/{max_score}");
    let begin = format!("  {} ", padded(lesson.slug, widest));
    let room = WIDTH.saturating_sub(columns(&begin) + points.len() + 1);
    let (plain, painted) = labs_within(lesson, room, look);
    let (plain, line) = (format!("{begin}{plain}"), format!("{begin}{painted}"));
    let gap = WIDTH.saturating_sub(columns(&plain) + points.len()).max(1);
    format!("{line}{}{points}\n", " ".repeat(gap))
}

/// The labs with their marks, without colour and with it. Where there is no room for all names, those
/// that are done become a number, and then those that come last.
fn labs_within(lesson: &ListedLesson, room: usize, look: Look) -> (String, String) {
    let named = |lab: &ListedLab| {
        let (mark, tone) = lab.state.mark();
        let painted = format!(" {} {}", look.paint(tone, mark), lab.slug);
        (format!(" {mark} {}", lab.slug), painted)
    };
    let joined =
        |pieces: &[(String, String)]| -> (String, String) { pieces.iter().cloned().unzip() };
    let fits = |pieces: &[(String, String)]| columns(&joined(pieces).0) <= room;
    let all: Vec<_> = lesson.labs.iter().map(named).collect();
    if fits(&all) {
        return joined(&all);
    }
    let (done, open): (Vec<_>, Vec<_>) =
        lesson.labs.iter().partition(|lab| lab.state == State::Done);
    let mut pieces = Vec::new();
    if !done.is_empty() {
        let (mark, tone) = State::Done.mark();
        let painted = format!(" {} {}", look.paint(tone, mark), done.len());
        pieces.push((format!(" {mark} {}", done.len()), painted));
    }
    pieces.extend(open.iter().copied().map(named));
    for left_out in 1..=open.len() {
        if fits(&pieces) {
            break;
        }
        if left_out > 1 {
            pieces.pop();
        }
        pieces.pop();
        let more = format!(" +{left_out}");
        pieces.push((more.clone(), more));
    }
    joined(&pieces)
}

/// What comes next: the lab that one is at, or the first that is not done.
fn next_steps(workspace: &Workspace, here: &Path, look: Look) -> String {
    let at = which::at(workspace, here).filter(|meant| !which::is_done(workspace, *meant));
    let Some(meant) = at.or_else(|| which::next(workspace)) else {
        return "All done.\n".to_owned();
    };
    let name = meant.to_string();
    let lost = LabState::load(&workspace.root, &name)
        .first_failure(meant.lab)
        .map(|finding| finding.claim.clone());
    let state = match (workspace.lab(&name), lost) {
        (Some(lab), Some(claim)) if lab.is_checked() => {
            format!(
                "{} of {}; not yet: {}",
                lab.score,
                lab.max_score,
                visible(&claim)
            )
        }
        (Some(lab), _) if lab.is_checked() => format!("{} of {}", lab.score, lab.max_score),
        _ => meant.lab.title.to_owned(),
    };
    let verb = if at.is_some() { "Here" } else { "Next" };
    let line = cut(&format!("{verb}: {name}: {state}"), WIDTH);
    format!("{line}\n      {}\n", commands(workspace, meant, look))
}

fn commands(workspace: &Workspace, meant: Meant, look: Look) -> String {
    let (lesson, lab) = (meant.lesson.slug, meant.lab.slug);
    let words = match workspace.directory(&meant.to_string()) {
        Some(_) => [
            format!("syslab {lesson} read {lab}"),
            format!("syslab watch {lab}"),
        ],
        None => [
            format!("syslab {lesson} read {lab}"),
            format!("syslab start {lab}"),
        ],
    };
    words
        .map(|command| look.paint(Tone::Code, &command))
        .join("   ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::workspace::Reached;

    #[test]
    fn ten_lines_of_eighty_columns_say_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut workspace = Workspace::new(root.clone());
        for (nth, meant) in which::all().enumerate() {
            let name = meant.to_string();
            std::fs::create_dir_all(root.join(&name)).unwrap();
            workspace.started(&name, &root.join(&name), "c");
            let reached = Reached {
                score: if nth % 2 == 0 { 100 } else { 70 },
                max_score: 100,
                ..Reached::default()
            };
            workspace.scored(&name, &reached);
        }
        let shown = progress(&workspace, &root, Look::PLAIN);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.len() <= 10, "{shown}");
        for line in &lines[1..] {
            assert!(columns(line) <= 80, "{line}");
        }
        let second = which::all().nth(1).unwrap();
        assert!(
            shown.contains(&format!("Next: {second}: 70 of 100\n")),
            "{shown}"
        );
        let inside = root.join(which::all().nth(3).unwrap().to_string());
        assert!(progress(&workspace, &inside, Look::PLAIN).contains("Here: "));
    }

    #[test]
    fn a_newcomer_is_told_where_to_begin() {
        let shown = welcome(Look::PLAIN);
        assert!(shown.lines().count() <= 10, "{shown}");
        assert!(shown.contains("syslab init"));
    }
}
