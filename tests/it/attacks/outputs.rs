//! What is written of hostile submissions: every format says it, and none obeys it.

use std::fs;

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use super::secrets::files;
use crate::sandbox::Place;

/// Everything that can be collected without a file of a platform.
pub(super) const FORMATS: [&str; 11] = [
    "csv",
    "json",
    "html",
    "feedback",
    "junit",
    "gradescope",
    "github",
    "autolab",
    "prairielearn",
    "jplag",
    "dolos",
];

/// Where text is as it was handed in, for programs.
const AS_HANDED_IN: [&str; 2] = ["jplag", "dolos"];

/// The gradebook as it was collected.
pub(super) fn book(place: &Place) -> Value {
    let path = place.path().join("run/exports/gradebook.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// All texts in a value, a line each.
pub(super) fn strings(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text}\n"),
        Value::Array(values) => values.iter().map(strings).collect(),
        Value::Object(values) => values.values().map(strings).collect(),
        _ => String::new(),
    }
}

/// Text for people has no character that a terminal obeys, or that hides or turns round others.
pub(super) fn expect_plain(what: &str, text: &str) {
    let is_sly = |c: char| {
        let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || c.is_control() && !matches!(c, '\n' | '\t')
    };
    let sly: Vec<char> = text.chars().filter(|c| is_sly(*c)).collect();
    assert!(sly.is_empty(), "{sly:?} in {what}: {text}");
}

/// Every file that was collected can be read by what it is for, which obeys nothing of it.
pub(super) fn expect_harmless(place: &Place) {
    let exports = place.path().join("run/exports");
    let mut count = 0;
    for file in files(&exports) {
        let name = file
            .strip_prefix(&exports)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if AS_HANDED_IN.iter().any(|format| name.starts_with(format)) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        count += 1;
        // What is for programs has text as it is, in their notation.
        if !name.ends_with(".json") {
            expect_plain(&name, &text);
        }
        match name.rsplit('.').next().unwrap() {
            "csv" => expect_table(&text),
            "xml" => expect_suites(&text),
            "html" => expect_page(&name, &text),
            "json" => drop(serde_json::from_str::<Value>(&text).unwrap()),
            "annotations" => expect_commands(&name, &text),
            "md" => expect_markdown(&name, &text),
            "txt" => expect_scores(&name, &text),
            _ => panic!("what is {name}?"),
        }
    }
    assert!(count > 200, "{count} files were looked at");
}

fn expect_table(text: &str) {
    // Every record has as many cells as the first, or this fails.
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = 0;
    for record in reader.records() {
        for cell in record.unwrap().iter() {
            let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@']);
            assert!(!is_formula, "{cell:?} is a formula");
        }
        records += 1;
    }
    assert!(records > 60, "{text}");
}

fn expect_suites(text: &str) {
    let document = roxmltree::Document::parse(text).unwrap();
    let mut cases = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"));
    let names = ["it ", "what ", "the submission is graded"];
    let is_ours = |name: &str| names.iter().any(|begin| name.starts_with(begin));
    assert!(
        cases.all(|case| is_ours(case.attribute("name").unwrap())),
        "{text}"
    );
}

fn expect_page(name: &str, text: &str) {
    let lower = text.to_lowercase();
    for raw in [
        "<script>alert",
        "<img src=x",
        "onerror=alert(1)>",
        "<b>bold",
    ] {
        assert!(!lower.contains(raw), "{raw} is in {name}");
    }
    // A learner's page has no script at all.
    assert!(
        name == "report.html" || !lower.contains("<script"),
        "{name}"
    );
}

fn expect_commands(name: &str, text: &str) {
    for line in text.lines() {
        let is_ours = line.starts_with("::error ") || line.starts_with("::warning ");
        assert!(is_ours, "{name}: {line}");
        let properties = line.split_once(' ').unwrap().1.split("::").next().unwrap();
        for property in properties.split(',') {
            let key = property.split('=').next().unwrap();
            assert!(
                ["file", "line", "title"].contains(&key),
                "{name}: {property}"
            );
        }
    }
}

fn expect_markdown(name: &str, text: &str) {
    for line in text.lines() {
        assert!(!line.trim_start().starts_with("::"), "{name}: {line}");
        assert!(!line.starts_with("##["), "{name}: {line}");
    }
    for event in Parser::new_ext(text, Options::all()) {
        let is_markup = match &event {
            Event::Html(_) | Event::InlineHtml(_) => true,
            Event::Start(tag) => {
                matches!(tag, Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock)
            }
            _ => false,
        };
        assert!(!is_markup, "{name}: {event:?}");
    }
}

/// Autolab takes the last line of all that an autograder prints.
fn expect_scores(name: &str, text: &str) {
    let last = text.lines().last().unwrap();
    let scores: Value = serde_json::from_str(last).unwrap();
    assert!(scores["scores"].is_object(), "{name}: {last}");
}
