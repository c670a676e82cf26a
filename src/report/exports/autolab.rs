//! Autolab: the last line of an autograder's output.
//!
//! From autolab/Autolab, docs/lab.md: the last line of standard output is
//! `{"scores": {"Problem": 10}, "scoreboard": [..]}`; names must be those of the assessment's
//! problems, else the score is dropped without a word. Before it may stand a line
//! `{"_presentation": "semantic", "stages": [..], "STAGE": {"TEST": {"passed": .., "hint": ".."}}}`.

use serde_json::{Map, Value, json};

use super::rows::{rows, status, sum};
use crate::model::fraction::Fraction;
use crate::model::gradebook::{Audience, Graded};
use crate::model::score::Verdict;

/// The name of the only stage.
const STAGE: &str = "Checks";

/// The two lines that Autolab reads, without control characters in them; `problem` is the problem's
/// name in the assessment, which gets the score: while checks are hidden, that of the others.
///
/// Nothing may be printed after them. For a grade that is withheld there is no score, and Autolab
/// shows none.
pub fn autolab(graded: &Graded, problem: &str, audience: Audience) -> String {
    let mut tests = Map::new();
    for row in rows(graded, audience) {
        let mut test = Map::new();
        match row.verdict {
            Some(_) if row.is_open => test.insert("hint".to_owned(), json!(row.text)),
            None => test.insert("hint".to_owned(), json!(row.text)),
            Some(verdict) => {
                test.insert("passed".to_owned(), json!(verdict == Verdict::Pass));
                match row.text.is_empty() {
                    true => None,
                    false => test.insert("hint".to_owned(), json!(row.text)),
                }
            }
        };
        let name = format!("{} ({})", row.title, status(&row));
        tests.insert(name, Value::Object(test));
    }
    let mut semantic = Map::new();
    semantic.insert("_presentation".to_owned(), json!("semantic"));
    semantic.insert("stages".to_owned(), json!([STAGE]));
    semantic.insert(STAGE.to_owned(), Value::Object(tests));
    let mut scores = Map::new();
    if let Some(points) = sum(graded, audience).points {
        scores.insert(problem.to_owned(), number(points));
    }
    let last = json!({ "scores": scores });
    format!("{}\n{last}\n", Value::Object(semantic))
}

/// A number that JSON writes without a fraction where it has none.
fn number(points: Fraction) -> Value {
    let decimal = points.decimal(2);
    decimal.parse::<i64>().map_or_else(
        |_| json!(decimal.parse::<f64>().unwrap_or(0.0)),
        Value::from,
    )
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;
    use crate::model::gradebook::Stage;

    #[test]
    fn the_last_line_is_the_score_whatever_was_printed() {
        let mut graded = hostile::graded();
        let text = autolab(&graded, "Prob \"1\"", Audience::Learner(Stage::Open));
        hostile::assert_harmless(&text);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], r#"{"scores":{"Prob \"1\"":3.33}}"#);
        let semantic: Value = serde_json::from_str(lines[0]).unwrap();
        assert_eq!(semantic["stages"], json!(["Checks"]));
        let tests = semantic["Checks"].as_object().unwrap();
        assert_eq!(tests.len(), 4);
        assert_eq!(tests["runs holds (pass)"]["passed"], json!(true));
        assert_eq!(tests["reaps holds (fail)"]["passed"], json!(false));
        assert_eq!(tests["rings holds (unknown)"].get("passed"), None);
        assert!(tests.contains_key("1 hidden check (hidden)"));
        assert!(!text.contains("secret"));

        graded.grade.withheld = Some("w".to_owned());
        let text = autolab(&graded, "p", Audience::Instructor);
        assert_eq!(text.lines().last(), Some(r#"{"scores":{}}"#));
    }
}
