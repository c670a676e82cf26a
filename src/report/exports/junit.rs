//! JUnit XML, as Jenkins' xUnit plugin reads it: `junit-10.xsd`.
//!
//! Of the schemas in use (windyroad's of Apache Ant, Surefire's, Jenkins' `junit-10.xsd`) this is
//! the one that pytest's `xunit2` follows, and that Jenkins, GitLab and GitHub actions accept:
//! <https://github.com/jenkinsci/xunit-plugin>,
//! `src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd`. `testsuite` needs
//! name, tests, failures and errors, `testcase` needs a name. A check that failed is a `failure`, one
//! that could not be decided an `error`, one that was not tried `skipped`.

use std::fmt::Write as _;

use super::rows::{Row, rows, sum};
use crate::model::gradebook::{Audience, Entry, Gradebook, Graded, Outcome};
use crate::model::score::Verdict;
use crate::ui::visible;

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// One submission: one suite.
pub fn junit(graded: &Graded, audience: Audience) -> String {
    let mut xml = String::from(PROLOGUE);
    xml.push_str("<testsuites>\n");
    suite(&mut xml, &graded.card.lab, graded, audience);
    xml + "</testsuites>\n"
}

/// A class: a suite for every submission. What was not graded is a suite with one error.
pub fn junit_class(book: &Gradebook) -> String {
    let mut xml = format!(
        "{PROLOGUE}<testsuites name=\"{}\">\n",
        escaped(&book.assignment)
    );
    for entry in &book.entries {
        match &entry.outcome {
            Outcome::Graded(graded) => suite(&mut xml, &entry.key, graded, Audience::Instructor),
            Outcome::NotGraded { because } => not_graded(&mut xml, entry, because),
        }
    }
    xml + "</testsuites>\n"
}

fn not_graded(xml: &mut String, entry: &Entry, because: &str) {
    let (key, because) = (escaped(&entry.key), escaped(because));
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{key}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    \
         <testcase name=\"the submission is graded\" classname=\"{key}\">\n      \
         <error message=\"not graded, because {because}\"/>\n    </testcase>\n  </testsuite>"
    );
}

/// What kind of element says how a check ended; `None` for a pass and for hidden ones.
fn element(row: &Row) -> Option<&'static str> {
    match row.verdict? {
        _ if row.is_open => Some("error"),
        Verdict::Pass => None,
        Verdict::Fail => Some("failure"),
        Verdict::Unknown => Some("error"),
        Verdict::Skipped => Some("skipped"),
    }
}

fn suite(xml: &mut String, name: &str, graded: &Graded, audience: Audience) {
    let (rows, sum) = (rows(graded, audience), sum(graded, audience));
    let count = |kind: &str| rows.iter().filter(|row| element(row) == Some(kind)).count();
    let name = escaped(name);
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        rows.len(),
        count("failure"),
        count("error"),
        count("skipped"),
    );
    let _ = writeln!(xml, "    <properties>");
    for (key, value) in [
        ("points", sum.points.map(|points| points.to_string())),
        ("out_of", Some(sum.out_of.to_string())),
        ("seed", Some(graded.card.seed.to_string())),
    ] {
        if let Some(value) = value {
            let _ = writeln!(
                xml,
                "      <property name=\"{key}\" value=\"{}\"/>",
                escaped(&value)
            );
        }
    }
    let _ = writeln!(xml, "    </properties>");
    for row in &rows {
        let title = escaped(&row.title);
        let points = format!("{} of {} points", row.points, row.out_of);
        let _ = write!(
            xml,
            "    <testcase name=\"{title}\" classname=\"{name}.{}\"",
            escaped(&row.id)
        );
        match element(row) {
            None => {
                let _ = writeln!(xml, "/>");
            }
            Some(kind) => {
                let message = escaped(row.text.lines().nth(1).unwrap_or(&row.text));
                let text = escaped_lines(&row.text);
                let _ = writeln!(
                    xml,
                    ">\n      <{kind} type=\"{}\" message=\"{message}\">{text}\n{points}</{kind}>\n    </testcase>",
                    escaped(&row.id)
                );
            }
        }
    }
    let output: Vec<String> = sum.lines.iter().map(|line| escaped(line)).collect();
    let _ = writeln!(
        xml,
        "    <system-out>{}</system-out>\n  </testsuite>",
        output.join("\n")
    );
}

/// Lines of ours as XML.
fn escaped_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escaped).collect();
    lines.join("\n")
}

/// One line of text as XML: markup escaped, and what XML 1.0 forbids made visible; see its section
/// 2.2.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    // `visible` leaves no control character, nor any that is not assigned.
    for c in visible(text).chars() {
        match c {
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '&' => xml.push_str("&amp;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            c => xml.push(c),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;
    use crate::model::gradebook::Stage;

    /// Holds a document against junit-10.xsd: which elements stand where, with which attributes.
    fn assert_valid(xml: &str) {
        let document = roxmltree::Document::parse(xml).unwrap();
        assert_eq!(document.root_element().tag_name().name(), "testsuites");
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let (children, needed, known): (&[&str], &[&str], &[&str]) =
                match node.tag_name().name() {
                    "testsuites" => (
                        &["testsuite"],
                        &[],
                        &["name", "time", "tests", "failures", "errors"],
                    ),
                    "testsuite" => (
                        &[
                            "testsuite",
                            "properties",
                            "testcase",
                            "system-out",
                            "system-err",
                        ],
                        &["name", "tests", "failures", "errors"],
                        &[
                            "name",
                            "tests",
                            "failures",
                            "errors",
                            "group",
                            "time",
                            "skipped",
                            "timestamp",
                            "hostname",
                            "id",
                            "package",
                            "file",
                            "log",
                            "url",
                        ],
                    ),
                    "properties" => (&["property"], &[], &[]),
                    "property" => (&[], &["name", "value"], &["name", "value"]),
                    "testcase" => (
                        &["skipped", "error", "failure", "system-out", "system-err"],
                        &["name"],
                        &["name", "time", "classname", "group"],
                    ),
                    "skipped" | "error" | "failure" => (&[], &[], &["type", "message"]),
                    "system-out" | "system-err" => (&[], &[], &[]),
                    other => panic!("{other} is not in the schema"),
                };
            for child in node.children().filter(roxmltree::Node::is_element) {
                assert!(
                    children.contains(&child.tag_name().name()),
                    "{child:?} in {node:?}"
                );
            }
            for attribute in needed {
                assert!(node.has_attribute(*attribute), "{node:?} lacks {attribute}");
            }
            for attribute in node.attributes() {
                assert!(
                    known.contains(&attribute.name()),
                    "{attribute:?} of {node:?}"
                );
            }
            if node.tag_name().name() == "testsuite" {
                let cases: Vec<_> = node
                    .children()
                    .filter(|c| c.has_tag_name("testcase"))
                    .collect();
                let with = |kind: &str| {
                    cases
                        .iter()
                        .filter(|c| c.children().any(|e| e.has_tag_name(kind)))
                        .count()
                };
                for (attribute, count) in [
                    ("tests", cases.len()),
                    ("failures", with("failure")),
                    ("errors", with("error")),
                    ("skipped", with("skipped")),
                ] {
                    assert_eq!(node.attribute(attribute), Some(count.to_string().as_str()));
                }
            }
        }
    }

    #[test]
    fn suites_are_valid_whatever_programs_say() {
        let graded = hostile::graded();
        for audience in [Audience::Instructor, Audience::Learner(Stage::Open)] {
            let xml = junit(&graded, audience);
            hostile::assert_harmless(&xml);
            assert_valid(&xml);
            assert_eq!(xml.contains("secret"), audience == Audience::Instructor);
        }
        let mut book = hostile::book();
        book.entries[0].key = hostile::TEXT.to_owned();
        book.assignment = hostile::TEXT.to_owned();
        let xml = junit_class(&book);
        hostile::assert_harmless(&xml);
        assert_valid(&xml);
        assert!(xml.contains("Score: withheld"));
    }

    #[test]
    fn what_was_said_can_be_read_again() {
        let xml = junit(&hostile::graded(), Audience::Instructor);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let failure = document
            .descendants()
            .find(|node| node.has_tag_name("failure"))
            .unwrap();
        assert!(
            failure
                .text()
                .unwrap()
                .contains("<script>alert(1)</script> ]]>&\"'")
        );
    }
}
