//! What a learner is told, as one HTML page on which no script runs.

use std::fmt::Write as _;

use super::super::exports::feedback::told;
use super::embed;
use super::page::filled;
use super::policy::still;
use crate::model::gradebook::{Entry, Stage};

/// The page's skeleton; `{{NAME}}` is filled in.
const PAGE: &str = include_str!("feedback.html");

const STYLE: &str = concat!(include_str!("base.css"), include_str!("feedback.css"));

/// A submission's feedback as one HTML page, for the learner, at this stage; see
/// [`feedback_markdown`](crate::report::exports::feedback_markdown) for what it tells.
pub fn feedback_html(entry: &Entry, stage: Stage) -> String {
    let told = told(entry, stage);
    let mut body = String::from("<ul>\n");
    for line in &told.lines {
        let _ = writeln!(body, "<li>{}</li>", embed::text(line));
    }
    for note in &told.notes {
        let _ = writeln!(body, "<li>note: {}</li>", embed::text(note));
    }
    body.push_str("</ul>\n");
    for check in &told.checks {
        let (sign, word) = ended(check.status);
        let _ = write!(
            body,
            "<section class=\"{}\">\n<h2><span aria-hidden=\"true\">{sign}</span> {word}: {}</h2>\n",
            check.status,
            embed::text(&check.claim)
        );
        if !check.points.is_empty() {
            let _ = writeln!(body, "<p>{} points</p>", check.points);
        }
        if !check.text.is_empty() {
            let _ = writeln!(body, "<pre>{}</pre>", embed::text(&check.text));
        }
        body.push_str("</section>\n");
    }
    let fields = [
        ("POLICY", still(STYLE)),
        ("TITLE", embed::text(&told.title)),
        ("STYLE", STYLE.to_owned()),
        ("BODY", body),
    ];
    filled(PAGE, &fields)
}

/// A sign, and a word that says the same.
fn ended(status: &str) -> (&'static str, &'static str) {
    match status {
        "pass" => ("✓", "passed"),
        "fail" => ("✗", "failed"),
        "skipped" => ("–", "skipped"),
        _ => ("?", "undecided"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::exports::hostile;

    #[test]
    fn what_a_submission_says_is_text_and_what_is_hidden_stays_so() {
        for entry in &hostile::book().entries {
            let page = feedback_html(entry, Stage::Open);
            let (_, body) = page.split_once("<body>").unwrap();
            hostile::assert_harmless(body);
            assert!(
                !body.contains("<script") && !body.contains("<img"),
                "{body}"
            );
            assert!(!body.contains("secret"));
            assert!(page.contains("default-src 'none'") && !page.contains("script-src"));
        }
    }

    #[test]
    fn each_check_that_can_be_seen_has_its_part() {
        let page = feedback_html(&hostile::book().entries[0], Stage::Open);
        assert_eq!(page.matches("<section").count(), 3);
        assert!(page.contains(
            "✗</span> failed: reaps holds</h2>\n<p>0 of 10/3 points</p>\n<pre>done: 500"
        ));
        assert!(page.contains("1 hidden check of 10/3 points"));
    }
}
