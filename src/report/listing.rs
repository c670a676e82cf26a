//! What there is to learn, and what of it is done.

use std::fmt::Write as _;

use serde::Serialize;

use crate::ui::{Look, Tone, padded};

/// Version of the JSON form of [`Listing`].
pub const LISTING_SCHEMA_VERSION: u32 = 1;

/// Everything there is, in teaching order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// [`LISTING_SCHEMA_VERSION`].
    pub schema: u32,
    /// The workspace's directory, if one is in one.
    pub workspace: Option<String>,
    /// The lessons.
    pub lessons: Vec<ListedLesson>,
}

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedLesson {
    /// Its name on the command line.
    pub slug: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// Its demos.
    pub demos: Vec<ListedDemo>,
    /// Its exercises.
    pub exercises: Vec<ListedExercise>,
    /// Its labs.
    pub labs: Vec<ListedLab>,
    /// Tools that only it has.
    pub tools: Vec<ListedTool>,
}

/// A demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedDemo {
    /// Its name on the command line.
    pub slug: &'static str,
    /// What it shows.
    pub title: &'static str,
}

/// A trace exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedExercise {
    /// Its name on the command line.
    pub slug: &'static str,
    /// The question's first line.
    pub question: &'static str,
    /// Whether it can be run only where there is a CUDA device.
    pub needs_device: bool,
    /// Whether it has been solved.
    pub is_solved: bool,
}

/// A lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedLab {
    /// Its name on the command line.
    pub slug: &'static str,
    /// What it is.
    pub title: &'static str,
    /// How far one is.
    pub state: State,
    /// The best score so far.
    pub score: u32,
    /// Points possible.
    pub max_score: u32,
    /// The day of the best score.
    pub day: Option<String>,
    /// The seed with which it comes again.
    pub seed: Option<u64>,
    /// The fingerprint of the submission that reached it.
    pub hash: Option<String>,
    /// Where the work is, relative to the workspace.
    pub directory: Option<String>,
}

/// How far one is with a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not begun.
    New,
    /// Begun, or checked and not whole.
    Begun,
    /// All points reached.
    Done,
}

/// A tool of a lesson's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedTool {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it does.
    pub about: String,
}

impl State {
    /// A mark that says it, and how that looks.
    pub fn mark(self) -> (&'static str, Tone) {
        match self {
            Self::New => ("-", Tone::Faint),
            Self::Begun => ("…", Tone::Odd),
            Self::Done => ("✓", Tone::Good),
        }
    }
}

/// The listing as JSON, schema 1.
pub fn listing_json(listing: &Listing) -> String {
    let text = serde_json::to_string_pretty(listing);
    text.expect("a listing is made of strings, numbers and lists") + "\n"
}

/// The listing for people: a line for each thing, as the command that does it.
pub fn listing(listing: &Listing, look: Look) -> String {
    let lessons = listing.lessons.iter().map(|lesson| listed(lesson, look));
    lessons.collect::<Vec<_>>().join("\n")
}

fn listed(lesson: &ListedLesson, look: Look) -> String {
    let mut rows: Vec<(&str, &str, &str, String)> = Vec::new();
    rows.push(("read", "", "the text", String::new()));
    for demo in &lesson.demos {
        rows.push(("demo", demo.slug, demo.title, String::new()));
    }
    for exercise in &lesson.exercises {
        let mark = match (exercise.is_solved, exercise.needs_device) {
            (true, _) => "done",
            (false, true) => "needs a GPU",
            (false, false) => "",
        };
        rows.push(("trace", exercise.slug, exercise.question, mark.to_owned()));
    }
    for lab in &lesson.labs {
        let mark = match lab.day {
            Some(_) => format!("{}/{}", lab.score, lab.max_score),
            None => String::new(),
        };
        rows.push(("check", lab.slug, lab.title, mark));
    }
    for tool in &lesson.tools {
        rows.push((tool.name, "", &tool.about, String::new()));
    }
    let widest = rows.iter().map(|row| row.1.len()).max().unwrap_or(0);
    let mut out = format!(
        "{}: {}\n",
        look.paint(Tone::Strong, lesson.slug),
        lesson.title
    );
    for (verb, slug, title, mark) in rows {
        let command = padded(
            &format!("syslab {} {} {slug}", lesson.slug, padded(verb, 5)),
            lesson.slug.len() + widest + 14,
        );
        let mark = match mark.is_empty() {
            true => mark,
            false => format!("  {}", look.paint(Tone::Good, &format!("({mark})"))),
        };
        let command = look.paint(Tone::Code, &command);
        writeln!(out, "  {command}  {title}{mark}").expect("writing to a string does not fail");
    }
    out
}
