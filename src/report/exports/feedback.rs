//! What one learner is told of one submission: its grade, and what was seen of each check that may be
//! seen at this stage.
//!
//! A check that is hidden stays so: neither how it ended nor anything that follows from that is
//! told, and so no sum that counts it, until grades are published. That it exists, and what it is
//! worth, is told.

use std::fmt::Write as _;

use super::github::{fence, markdown};
use super::rows::{Row, rows, status, sum};
use crate::model::fraction::Fraction;
use crate::model::gradebook::{Audience, CheckGrade, Entry, Graded, Lateness, Outcome, Stage};
use crate::ui::{plural, shortened, visible};

/// What a learner is told; all text is made visible, and is still only text.
pub(in crate::report) struct Told {
    /// The lab, or what else the submission is known by.
    pub(in crate::report) title: String,
    /// Score, steps, lateness, what is hidden: a line each.
    pub(in crate::report) lines: Vec<String>,
    /// The checks that may be seen.
    pub(in crate::report) checks: Vec<Seen>,
    /// What became of the submission on its way: files that were refused, what the compiler said.
    pub(in crate::report) notes: Vec<String>,
}

/// A check that may be seen.
pub(in crate::report) struct Seen {
    /// `pass`, `fail`, `skipped` or `unknown`.
    pub(in crate::report) status: &'static str,
    /// The claim.
    pub(in crate::report) claim: String,
    /// `0 of 10`; empty while points may not be told.
    pub(in crate::report) points: String,
    /// What was seen, and what helps; empty for a pass.
    pub(in crate::report) text: String,
}

/// What the learner is told at this stage.
pub(in crate::report) fn told(entry: &Entry, stage: Stage) -> Told {
    let notes = |more: &[String]| -> Vec<String> {
        let all = entry.notes.iter().chain(more);
        all.map(|note| shortened(&visible(note))).collect()
    };
    match &entry.outcome {
        Outcome::NotGraded { because } => Told {
            title: visible(&entry.key),
            lines: vec![
                format!("Not graded, because {}.", shortened(&visible(because))),
                "This is no score of zero: an instructor looks at it.".to_owned(),
            ],
            checks: Vec::new(),
            notes: notes(&[]),
        },
        Outcome::Graded(graded) => Told {
            title: visible(&format!("{}: {}", graded.card.lab, graded.card.title)),
            lines: lines(graded, entry.late, stage),
            checks: (rows(graded, Audience::Learner(stage)).iter())
                .filter(|row| row.verdict.is_some())
                .map(|row| seen(row, graded.grade.withheld.is_some()))
                .collect(),
            notes: notes(&graded.card.notes),
        },
    }
}

fn seen(row: &Row, is_withheld: bool) -> Seen {
    Seen {
        status: status(row),
        claim: row.title.clone(),
        points: match is_withheld {
            true => String::new(),
            false => format!("{} of {}", row.points, row.out_of),
        },
        text: row.text.clone(),
    }
}

fn lines(graded: &Graded, late: Lateness, stage: Stage) -> Vec<String> {
    let grade = &graded.grade;
    let audience = Audience::Learner(stage);
    let mut lines = sum(graded, audience).lines;
    let is_hidden = |check: &&CheckGrade| !check.visibility.is_shown(audience);
    let hidden: Vec<_> = grade.checks.iter().filter(is_hidden).collect();
    if !hidden.is_empty() {
        let worth: Fraction = hidden.iter().map(|check| check.out_of).sum();
        let checks = plural(hidden.len(), "hidden check", "hidden checks");
        lines.push(format!(
            "{checks} of {worth} points: what is claimed is in the handout; how it ended is not \
             shown here"
        ));
    }
    lines.push(format!("At most {} points can be reached", grade.out_of));
    match late {
        Lateness::Unknown | Lateness::InTime => {}
        Lateness::Late => lines.push("Handed in late".to_owned()),
        Lateness::LateBy(minutes) => lines.push(format!("Handed in {minutes} min late")),
    }
    lines
}

/// A submission's feedback as Markdown, for the learner, at this stage.
pub fn feedback_markdown(entry: &Entry, stage: Stage) -> String {
    let told = told(entry, stage);
    let mut text = format!("# {}\n\n", markdown(&told.title));
    for line in &told.lines {
        let _ = writeln!(text, "- {}", markdown(line));
    }
    for note in &told.notes {
        let _ = writeln!(text, "- note: {}", markdown(note));
    }
    if !told.checks.is_empty() {
        text.push_str("\n| | check | points |\n|---|---|---:|\n");
    }
    for check in &told.checks {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            check.status,
            markdown(&check.claim),
            check.points
        );
    }
    for check in told.checks.iter().filter(|check| !check.text.is_empty()) {
        let fence = fence(&check.text);
        let claim = markdown(&check.claim);
        let _ = write!(
            text,
            "\n## {}: {claim}\n\n{fence}text\n{}\n{fence}\n",
            check.status, check.text
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Parser, Tag};

    use super::super::hostile;
    use super::*;

    const STAGES: [Stage; 3] = [Stage::Open, Stage::Due, Stage::Published];

    #[test]
    fn feedback_has_no_markup_but_ours() {
        for entry in &hostile::book().entries {
            for stage in STAGES {
                let text = feedback_markdown(entry, stage);
                hostile::assert_harmless(&text);
                for event in Parser::new(&text) {
                    let is_foreign = match &event {
                        Event::Html(_) | Event::InlineHtml(_) => true,
                        Event::Start(tag) => {
                            matches!(tag, Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock)
                        }
                        _ => false,
                    };
                    assert!(!is_foreign, "{event:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_hidden_is_counted_and_not_told() {
        let text = |stage| feedback_markdown(&hostile::book().entries[0], stage);
        assert!(text(Stage::Open).contains("1 hidden check of 10/3 points"));
        assert!(!text(Stage::Open).contains("secret"));
        assert!(text(Stage::Published).contains("Score&#58; 20/3/10"));
        assert!(!text(Stage::Published).contains("secret holds"));
    }

    #[test]
    fn what_was_not_graded_has_no_number() {
        let book = hostile::book();
        let text = feedback_markdown(&book.entries[1], Stage::Published);
        assert!(text.contains("Not graded, because its archive is broken"));
        let withheld = feedback_markdown(&book.entries[2], Stage::Open);
        assert!(withheld.contains("No grade yet"), "{withheld}");
        assert!(
            !withheld.contains("could not be decided&#58; rings"),
            "the reason may be a hidden check"
        );
        assert!(!withheld.contains("0 of 10/3"), "{withheld}");
    }
}
