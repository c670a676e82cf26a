//! The formats that a gradebook leaves in, as files.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;

use crate::exit::Trouble;
use crate::grade::fair::{histogram, items};
use crate::grade::similarity::{dolos, jplag};
use crate::model::gradebook::{Audience, Entry, Gradebook, Graded, Stage};
use crate::report::exports::{
    Edited, MoodleHeaders, annotations, autolab, canvas, classroom50, feedback_markdown,
    gradebook_csv, gradescope, job_summary, junit_class, moodle, prairielearn,
};
use crate::report::html::{ClassReport, class_report, feedback_html};

use super::alike::Works;
use super::opened::Opened;

/// Bars of the report's histogram.
const BINS: usize = 20;

/// A format of a gradebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A table for people and spreadsheets: grades.csv
    Csv,
    /// Everything, for programs: gradebook.json
    Json,
    /// The instructor's report, for a browser: report.html
    Html,
    /// What each learner is told at this stage (--stage), as Markdown and for a browser: feedback/
    Feedback,
    /// For CI systems: junit.xml
    Junit,
    /// The gradebook that Canvas exported (--gradebook), with a column (--column) filled in
    Canvas,
    /// The worksheet that Moodle exported (--worksheet), filled in
    Moodle,
    /// results.json for each submission: gradescope/
    Gradescope,
    /// Job summary and annotations for each submission: github/
    Github,
    /// The last line of an autograder for each submission: autolab/
    Autolab,
    /// results.json for each submission: prairielearn/
    Prairielearn,
    /// result.json for each submission that Classroom 50 has released: classroom50/
    Classroom50,
    /// Sources, laid out for JPlag: jplag/
    Jplag,
    /// Sources with info.csv, to be zipped for Dolos: dolos/
    Dolos,
}

/// How far the assignment is: what learners may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum StageArg {
    /// One can still submit
    Open,
    /// The due date has passed
    Due,
    /// Grades are published
    Published,
}

impl StageArg {
    pub(super) fn stage(self) -> Stage {
        match self {
            Self::Open => Stage::Open,
            Self::Due => Stage::Due,
            Self::Published => Stage::Published,
        }
    }
}

/// What platforms gave that their formats are filled into.
pub(super) struct Given<'a> {
    pub(super) gradebook: Option<&'a Path>,
    pub(super) column: Option<&'a str>,
    pub(super) worksheet: Option<&'a Path>,
    pub(super) stage: Stage,
    pub(super) opened: &'a Opened,
    /// What everybody has written, read when a format first asks for it.
    pub(super) works: OnceCell<Works>,
}

impl Given<'_> {
    fn works(&self) -> anyhow::Result<&Works> {
        if let Some(works) = self.works.get() {
            return Ok(works);
        }
        let read = Works::of(self.opened)?;
        Ok(self.works.get_or_init(|| read))
    }
}

/// Files of one format, and what people should know about them.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Relative path and content.
    pub(super) files: Vec<(PathBuf, Vec<u8>)>,
    pub(super) notes: Vec<String>,
}

/// The files of a format.
///
/// # Errors
/// Usage, if the format needs something that is not given or not what it should be.
pub(super) fn files(format: Format, book: &Gradebook, given: &Given<'_>) -> Result<Files, Trouble> {
    let one = |name: &str, text: String| Files {
        files: vec![(PathBuf::from(name), text.into_bytes())],
        notes: Vec::new(),
    };
    let audience = Audience::Learner(given.stage);
    Ok(match format {
        Format::Csv => one("grades.csv", gradebook_csv(book)),
        Format::Json => one("gradebook.json", serde_json::to_string_pretty(book)? + "\n"),
        Format::Html => one("report.html", report(book, given.works()?)),
        Format::Feedback => {
            let stage = given.stage;
            let mut files = each(book, "feedback", "md", |entry| {
                Some(feedback_markdown(entry, stage))
            });
            let pages = each(book, "feedback", "html", |entry| {
                Some(feedback_html(entry, stage))
            });
            files.files.extend(pages.files);
            files
        }
        Format::Jplag => {
            let works = given.works()?;
            laid_out("jplag", jplag(&works.handed_in(), &works.starters))
        }
        Format::Dolos => laid_out("dolos", dolos(&given.works()?.handed_in())),
        Format::Junit => one("junit.xml", junit_class(book)),
        Format::Canvas => {
            let path = needed(given.gradebook, "canvas", "--gradebook FILE")?;
            let column = needed(given.column, "canvas", "--column NAME")?;
            let edited =
                canvas(&read(path)?, column, book).map_err(|error| in_file(path, &error))?;
            filled("canvas.csv", edited)
        }
        Format::Moodle => {
            let path = needed(given.worksheet, "moodle", "--worksheet FILE")?;
            let edited = moodle(&read(path)?, &MoodleHeaders::default(), book)
                .map_err(|error| in_file(path, &error))?;
            filled("moodle.csv", edited)
        }
        Format::Gradescope => each(book, "gradescope", "json", |entry| Some(gradescope(entry))),
        Format::Classroom50 => released(book, given.opened, audience),
        Format::Prairielearn => each(book, "prairielearn", "json", |entry| {
            Some(prairielearn(entry, audience))
        }),
        Format::Autolab => {
            let problem = given.column.unwrap_or(given.opened.lab.slug);
            each(book, "autolab", "txt", |entry| {
                entry.releasable().ok()?;
                Some(autolab(entry.graded()?, problem, audience))
            })
        }
        Format::Github => {
            let of = |entry: &Entry, text: &dyn Fn(&Graded) -> String| entry.graded().map(text);
            let mut files = each(book, "github", "md", |entry| {
                of(entry, &|graded| job_summary(graded, audience))
            });
            let more = each(book, "github", "annotations", |entry| {
                of(entry, &|graded| annotations(graded, audience))
            });
            files.files.extend(more.files);
            files
        }
    })
}

/// For Classroom 50: a file for every release, else why there is none.
fn released(book: &Gradebook, opened: &Opened, audience: Audience) -> Files {
    let mut files = Files::default();
    let releases = opened.releases();
    for entry in &book.entries {
        let release = releases.get(entry.key.as_str());
        let release = release.ok_or_else(|| "it has no release".to_owned());
        match release.and_then(|release| classroom50(entry, release, audience)) {
            Ok(text) => {
                let path = PathBuf::from("classroom50").join(format!("{}.json", entry.key));
                files.files.push((path, text.into_bytes()));
            }
            Err(why) => {
                let key = &entry.key;
                files
                    .notes
                    .push(format!("classroom50: nothing for {key}: {why}"));
            }
        }
    }
    files
}

/// The whole class on one page, for the instructor.
fn report(book: &Gradebook, works: &Works) -> String {
    let items = items(book);
    let bins = histogram(book, BINS);
    class_report(&ClassReport {
        book,
        items: &items,
        bins: &bins,
        compared: Some(&works.compared()),
        sources: &works.works,
    })
}

fn laid_out(directory: &str, files: Vec<(String, String)>) -> Files {
    let files = files.into_iter();
    let files = files.map(|(path, text)| (Path::new(directory).join(path), text.into_bytes()));
    Files {
        files: files.collect(),
        notes: Vec::new(),
    }
}

fn needed<T>(given: Option<T>, format: &str, option: &str) -> Result<T, Trouble> {
    given.ok_or_else(|| Trouble::usage(format!("the format {format} needs {option}")))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn in_file(path: &Path, error: &dyn std::error::Error) -> Trouble {
    Trouble::usage(format!("{} {error}", path.display()))
}

fn filled(name: &str, edited: Edited) -> Files {
    let mut notes = vec![format!("{name}: {} grades filled in", edited.changed)];
    notes.extend(edited.left.into_iter().map(|left| {
        let line = left
            .line
            .map_or_else(String::new, |line| format!(" line {line}"));
        format!("{name}{line}: {}: {}", left.who, left.why)
    }));
    Files {
        files: vec![(PathBuf::from(name), edited.bytes)],
        notes,
    }
}

/// A file for every submission about which the format can say something. Keys are fit to be names.
fn each(
    book: &Gradebook,
    directory: &str,
    ending: &str,
    text: impl Fn(&Entry) -> Option<String>,
) -> Files {
    let mut files = Files::default();
    for entry in &book.entries {
        match text(entry) {
            Some(text) => {
                let path = PathBuf::from(directory).join(format!("{}.{ending}", entry.key));
                files.files.push((path, text.into_bytes()));
            }
            None => files
                .notes
                .push(format!("{directory}: nothing for {}: no grade", entry.key)),
        }
    }
    files
}
