//! GitHub Actions: annotations at the lines of the program, and the job's summary.
//!
//! See "Workflow commands for GitHub Actions". The runner obeys every line of a step's output that
//! begins with `::` or holds `##[`: what a program printed must never be such a line. So it is shown
//! between `::stop-commands::TOKEN` and `::TOKEN::`, with a token that nobody can guess. In a
//! command `%`, CR and LF of the message are written `%25`, `%0D`, `%0A`, and in a property also `:`
//! and `,` as `%3A` and `%2C`.

use std::fmt::Write as _;

use super::rows::{Row, rows, status, sum};
use crate::model::gradebook::{Audience, Graded};
use crate::model::score::Verdict;
use crate::ui::visible;

/// Most annotations that GitHub shows of one kind and step.
const MAX_ANNOTATIONS: usize = 10;

/// Most bytes of a summary: some less than GitHub's 1 MiB.
const MAX_SUMMARY: usize = 900_000;

/// One command for every check that failed (`::error`) or could not be decided (`::warning`).
pub fn annotations(graded: &Graded, audience: Audience) -> String {
    let mut commands = String::new();
    let rows = rows(graded, audience);
    let kind = |row: &Row| match row.verdict? {
        _ if row.is_open => Some("warning"),
        Verdict::Pass | Verdict::Skipped => None,
        Verdict::Fail => Some("error"),
        Verdict::Unknown => Some("warning"),
    };
    for wanted in ["error", "warning"] {
        let of_kind = rows.iter().filter(|row| kind(row) == Some(wanted));
        for row in of_kind.take(MAX_ANNOTATIONS) {
            let mut properties = vec![format!("title={}", property(&row.title))];
            if let Some((file, line)) = &row.site {
                properties.insert(0, format!("file={},line={line}", property(file)));
            }
            let _ = writeln!(
                commands,
                "::{wanted} {}::{}",
                properties.join(","),
                message(&row.text)
            );
        }
    }
    commands
}

/// The summary, Markdown: a table of checks, and what was seen in fences that cannot be closed from
/// inside.
pub fn job_summary(graded: &Graded, audience: Audience) -> String {
    let rows = rows(graded, audience);
    let mut summary = format!(
        "### {}: {}\n\n| | check | points | of |\n|---|---|---:|---:|\n",
        markdown(&graded.card.lab),
        markdown(&graded.card.title)
    );
    for row in &rows {
        let points = match row.verdict {
            // It would say how they ended.
            None => "?".to_owned(),
            Some(_) => row.points.to_string(),
        };
        let _ = writeln!(
            summary,
            "| {} | {} | {points} | {} |",
            status(row),
            markdown(&row.title),
            row.out_of
        );
    }
    for line in sum(graded, audience).lines {
        let _ = write!(summary, "\n{}\n", markdown(&line));
    }
    for row in rows
        .iter()
        .filter(|row| !row.text.is_empty() && row.verdict.is_some())
    {
        let fence = fence(&row.text);
        let part = format!(
            "\n#### {}\n\n{fence}text\n{}\n{fence}\n",
            markdown(&row.title),
            row.text
        );
        if summary.len() + part.len() > MAX_SUMMARY {
            summary.push_str("\nMore is too long to be shown here.\n");
            break;
        }
        summary.push_str(&part);
    }
    summary
}

/// Text of unknown origin for a step's output: the runner obeys nothing of it.
///
/// `None` if the text holds the token: then somebody knows it, and another must be taken. A token
/// has letters, digits and `-`, at least sixteen.
pub fn fenced(text: &str, token: &str) -> Option<String> {
    const LEAST: usize = 16;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if token.len() < LEAST || !token.bytes().all(is_plain) || text.contains(token) {
        return None;
    }
    let lines: Vec<String> = text
        .lines()
        .map(|line| visible(line).replace("##[", "## ["))
        .collect();
    // A line that looks like a command is no command between the two, and does not look like one.
    let lines: Vec<String> = lines
        .into_iter()
        .map(|line| {
            if line.trim_start().starts_with("::") {
                format!("| {line}")
            } else {
                line
            }
        })
        .collect();
    Some(format!(
        "::stop-commands::{token}\n{}\n::{token}::\n",
        lines.join("\n")
    ))
}

fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text in Markdown that is only text.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            ':' => escaped.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '!' | '|' | '~' | '$' => {
                escaped.extend(['\\', c]);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// More backticks than stand in a row in the text, and at least three.
pub(super) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Parser, Tag};

    use super::super::hostile;
    use super::*;
    use crate::model::gradebook::Stage;

    #[test]
    fn annotations_are_one_line_each_and_ours() {
        let text = annotations(&hostile::graded(), Audience::Learner(Stage::Open));
        hostile::assert_harmless(&text);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("::error file=src/"));
        assert!(lines[1].starts_with("::warning title=rings holds::"));
        let properties = lines[0]
            .strip_prefix("::error ")
            .unwrap()
            .split_once("::")
            .unwrap()
            .0;
        let keys: Vec<&str> = properties
            .split(',')
            .map(|p| p.split_once('=').unwrap().0)
            .collect();
        assert_eq!(keys, ["file", "line", "title"]);
        assert!(properties.contains(",line=41,"));
    }

    #[test]
    fn a_summary_has_no_markup_but_ours() {
        let text = job_summary(&hostile::graded(), Audience::Learner(Stage::Open));
        hostile::assert_harmless(&text);
        assert!(!text.contains("secret"));
        // No sum from which follows how what is hidden ended.
        assert!(text.contains("| ? |") && text.contains("Checks that can be seen now"));
        let mut headings = 0;
        for event in Parser::new(&text) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => panic!("{html}"),
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link"),
                Event::Start(Tag::Heading { .. }) => headings += 1,
                _ => {}
            }
        }
        assert_eq!(headings, 3);
    }

    #[test]
    fn output_is_fenced_by_what_nobody_can_guess() {
        let token = "0123456789abcdef";
        let text = fenced(hostile::TEXT, token).unwrap();
        hostile::assert_harmless(&text);
        assert!(text.starts_with("::stop-commands::0123456789abcdef\n"));
        assert!(text.ends_with("\n::0123456789abcdef::\n"));
        assert_eq!(
            text.lines().filter(|line| line.starts_with("::")).count(),
            2
        );
        assert_eq!(fenced("x 0123456789abcdef y", token), None);
        assert_eq!(fenced("x", "short"), None);
        assert_eq!(fenced("x", "0123456789abcde\n"), None);
    }

    proptest! {
        #[test]
        fn no_text_becomes_a_command(text in any::<String>(), sly in "[:\r\n #\\[a%`|<]{0,30}") {
            for text in [text, sly] {
                let shown = fenced(&text, "0123456789abcdef").unwrap();
                prop_assert_eq!(shown.lines().filter(|line| line.trim_start().starts_with("::")).count(), 2);
                prop_assert!(!shown.contains("##["));
                prop_assert!(!property(&text).contains([':', ',', '\n', '\r']));
                let fence = fence(&text);
                prop_assert!(!text.contains(&fence));
            }
        }
    }
}
