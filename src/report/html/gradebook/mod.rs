//! What an instructor wants to know of a class: who needs somebody first, who got what, which check
//! tells something, who did what with which proof, and whose work is alike; one page.
//!
//! What is needed at once ([`overview`]) is a table of columns; what is needed when one asks for it,
//! a student's page ([`students`]) or the sources of a pair ([`pairs`]), is packed in blocks that the
//! script opens then ([`packed`]). So a page of 20,000 submissions is there at once.
//! Everything is text of unknown origin, and is shown as text only.
//!
//! Deliberately absent: numbers for what was not graded or is withheld.

mod measures;
mod overview;
mod packed;
mod pairs;
mod students;
#[cfg(test)]
mod tests;
mod told;

use crate::model::Gradebook;
use crate::model::items::{Bin, Items};
use crate::model::similarity::{Compared, Sources};

use super::data::shown;
use super::embed;
use super::page::{filled, script};
use super::policy::policy;

/// What a report is made of. All but the gradebook may be empty.
#[derive(Clone, Copy, Debug)]
pub struct ClassReport<'a> {
    /// The class.
    pub book: &'a Gradebook,
    /// What it says about the checks.
    pub items: &'a Items,
    /// How the points are distributed.
    pub bins: &'a [Bin],
    /// What submissions have in common; `None` if they were not compared.
    pub compared: Option<&'a Compared>,
    /// The sources of those that have something in common; those of others are not used.
    pub sources: &'a [Sources],
}

/// The page's skeleton; `{{NAME}}` is filled in.
const PAGE: &str = include_str!("page.html");

const STYLE: &str = concat!(include_str!("../base.css"), include_str!("page.css"));

/// The script, in the order in which it is put together; all of it is one function's body.
const SCRIPT: &[&str] = &[
    include_str!("../script/elements.js"),
    include_str!("script/data.js"),
    include_str!("script/sorted.js"),
    include_str!("script/class.js"),
    include_str!("script/attention.js"),
    include_str!("script/points.js"),
    include_str!("script/map.js"),
    include_str!("script/checks.js"),
    include_str!("script/student.js"),
    include_str!("script/pairs.js"),
    include_str!("script/start.js"),
];

/// The instructor's report as one HTML page: a file that needs nothing else.
///
/// It has names and everything that was found out, hidden checks too: it is not for learners. The
/// same class gives the same bytes.
pub fn class_report(report: &ClassReport<'_>) -> String {
    let book = report.book;
    let likeness = pairs::likeness(report);
    let overview = overview::overview(report, likeness.table);
    let mut blocks = students::blocks(book);
    blocks.push_str(&likeness.blocks);
    let script = script(SCRIPT);
    let title = match (book.assignment.as_str(), book.course.as_str()) {
        ("", _) => shown(&book.lab),
        (assignment, "") => shown(assignment),
        (assignment, course) => shown(&format!("{course}: {assignment}")),
    };
    let fields = [
        ("POLICY", policy(&script, STYLE)),
        ("TITLE", embed::text(&title)),
        ("SUMMARY", embed::text(&overview.summary.sentence())),
        ("STYLE", STYLE.to_owned()),
        ("DATA", embed::json(&overview)),
        ("BLOCKS", blocks),
        ("SCRIPT", script),
    ];
    filled(PAGE, &fields)
}
