//! What is shown of an exercise: its question, its answer, and the lines that decide.

use std::fmt::Write as _;

use crate::embedded::File;
use crate::model::curriculum::Answer;
use crate::model::experiment::LAB_DIR;
use crate::model::shell_word;
use crate::model::text::event_line;
use crate::model::{Exercise, Lesson, Recording, What};
use crate::ui::{Look, Tone, padded, shortened, visible};

use super::super::workspace::Workspace;
use super::performed::{Saved, lab_name, uses_lab};

/// The exercises, with a mark for each that is done.
pub(super) fn list(lesson: &Lesson, workspace: Option<&Workspace>, look: Look) -> String {
    let widest = lesson
        .exercises
        .iter()
        .map(|exercise| exercise.slug.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for exercise in lesson.exercises {
        let is_done =
            workspace.is_some_and(|workspace| workspace.has_solved(lesson.slug, exercise.slug));
        let mark = match is_done {
            true => look.paint(Tone::Good, "✓"),
            false => "-".to_owned(),
        };
        let slug = look.paint(Tone::Code, &padded(exercise.slug, widest));
        let question = exercise.question.lines().next().unwrap_or_default();
        let needs = match exercise.needs_device {
            true => look.paint(Tone::Faint, "  (needs a GPU)"),
            false => String::new(),
        };
        writeln!(out, "{mark} {slug}  {question}{needs}")
            .expect("writing to a string does not fail");
    }
    out
}

/// What is shown before the answer: program, how it is run, question.
pub(super) fn asked(program: &File, exercise: &Exercise, seed: u32, look: Look) -> String {
    let mut out = format!("{}\n\n", look.paint(Tone::Strong, program.name()));
    for line in program.text().lines() {
        writeln!(out, "  {line}").expect("writing to a string does not fail");
    }
    let place = match uses_lab(program, exercise, seed) {
        true => format!("where {LAB_DIR} is an empty directory, "),
        false => String::new(),
    };
    write!(
        out,
        "\nIt is run {place}as\n\n  {}\n\n{}\n",
        look.paint(Tone::Code, &strace(exercise, seed, LAB_DIR)),
        exercise.question
    )
    .expect("writing to a string does not fail");
    out
}

/// What is said of a program that was written: how it is built and traced.
pub(super) fn saved(
    saved: &Saved,
    program: &File,
    exercise: &Exercise,
    seed: u32,
    look: Look,
) -> String {
    let mut out = format!("\nWrote {}.\n", visible(&saved.path.to_string_lossy()));
    let mut say = |what: &str, command: &str| {
        writeln!(out, "{what}: {}", look.paint(Tone::Code, command))
            .expect("writing to a string does not fail");
    };
    if let Some(build) = build_command(exercise) {
        say("Build it there", &build);
    }
    say("Trace it there", &strace(exercise, seed, &saved.lab));
    if uses_lab(program, exercise, seed) {
        let lab = lab_name(exercise);
        say(
            &format!("It has {lab} for {LAB_DIR}; before it is run again"),
            &format!("rm -r {lab} && mkdir {lab}"),
        );
    }
    out
}

/// How a program is built by hand; `None` if it need not be.
fn build_command(exercise: &Exercise) -> Option<String> {
    let (stem, extension) = exercise.program.rsplit_once('.')?;
    match extension {
        "c" => Some(format!("cc -O1 -g -pthread -o {stem} {}", exercise.program)),
        "rs" => Some(format!("rustc -g -o {stem} {}", exercise.program)),
        _ => None,
    }
}

/// How the learner launches the same kernel.
fn launched(exercise: &Exercise, seed: u32) -> String {
    let words = (exercise.args)(u64::from(seed));
    let options = ["--kernel", "--grid", "--block", "--args"]
        .iter()
        .zip(&words);
    let options: String = options
        .map(|(option, word)| format!(" {option} {}", shell_word(word)))
        .collect();
    format!("syslab gpu run {}{options} --profile", exercise.program)
}

/// How the learner sees the same with the standard tool.
fn strace(exercise: &Exercise, seed: u32, lab: &str) -> String {
    if exercise.program.ends_with(".cu") {
        return launched(exercise, seed);
    }
    let stem = exercise.program.split('.').next().unwrap_or_default();
    let program = match exercise.program.rsplit_once('.') {
        Some((_, "py")) => format!("python3 {}", exercise.program),
        _ => format!("./{stem}"),
    };
    let args: String = (exercise.args)(u64::from(seed))
        .iter()
        .map(|arg| format!(" {}", shell_word(&arg.replace(LAB_DIR, lab))))
        .collect();
    let watch = match exercise.watch.is_empty() {
        true => String::new(),
        false => format!("-e trace={} ", exercise.watch.join(",")),
    };
    let input = match exercise.input.is_empty() {
        true => String::new(),
        false => format!(
            "printf {} | ",
            shell_word(&exercise.input.replace('\n', "\\n"))
        ),
    };
    format!("{input}strace -f {watch}{program}{args}")
}

/// The events, of which the entry of a call and its return are one line and so one event.
fn calls_once(recording: &Recording, events: &[usize]) -> Vec<usize> {
    let mut lines = Vec::new();
    for event in events {
        let line = match recording.events.get(*event).map(|event| &event.what) {
            Some(What::Exit { enter, .. }) => *enter,
            _ => *event,
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// What is said of an answer; of a wrong one also which lines decide.
pub(super) fn told(
    exercise: &Exercise,
    given: &str,
    right: &Answer,
    is_right: bool,
    recording: &Recording,
    look: Look,
) -> String {
    let (mark, tone) = match is_right {
        true => ("✓", Tone::Good),
        false => ("✗", Tone::Bad),
    };
    let mut out = format!(
        "{} {}: {}\n",
        look.paint(tone, mark),
        exercise.slug,
        visible(given)
    );
    let shown = right.accepted.first().map_or("", String::as_str);
    if !is_right {
        writeln!(out, "  it is {}", visible(shown)).expect("writing to a string does not fail");
    }
    for event in calls_once(recording, &right.evidence) {
        let line = shortened(&visible(&event_line(recording, event)));
        writeln!(out, "    {line}").expect("writing to a string does not fail");
    }
    out.push_str(&look.wrap(2, 0, &visible(&right.because)));
    out
}
