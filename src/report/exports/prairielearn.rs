//! PrairieLearn: `/grade/results/results.json` of an external grader.
//!
//! From PrairieLearn, docs/externalGrading.md: `score` in [0, 1] is needed, or `gradable: false`
//! with `format_errors`; `message`, `output`, and `tests` of `{name, description, points,
//! max_points, message, output}`. If one test lacks points, those of all are hidden; a test with
//! `max_points: 0` counts nothing. The file may have 1 MB at most.

use serde_json::{Value, json};

use super::rows::{Row, Sum, rows, status, sum};
use crate::model::fraction::Fraction;
use crate::model::gradebook::{Audience, Entry, Graded, Outcome};
use crate::ui::visible;

/// Most bytes of the file: some less than PrairieLearn's 1 MB.
const MAX_BYTES: usize = 900_000;

/// The whole file. Too much text is left out, tests with the most first: a file that is too large
/// is never looked at.
///
/// What was not graded, or is withheld, is `gradable: false`: PrairieLearn then takes no points and
/// gives the attempt back.
pub fn prairielearn(entry: &Entry, audience: Audience) -> String {
    let value = match &entry.outcome {
        Outcome::NotGraded { because } => ungraded(&format!("not graded, because {because}")),
        Outcome::Graded(graded) => {
            let sum = sum(graded, audience);
            match sum.points {
                None => ungraded(&sum.lines.join("; ")),
                Some(points) => whole(graded, audience, &sum, points),
            }
        }
    };
    format!("{value}\n")
}

fn ungraded(why: &str) -> Value {
    json!({ "gradable": false, "format_errors": [visible(why)] })
}

fn whole(graded: &Graded, audience: Audience, sum: &Sum, points: Fraction) -> Value {
    let mut rows = rows(graded, audience);
    loop {
        let value = filled(graded, &rows, sum, points);
        if value.to_string().len() <= MAX_BYTES {
            return value;
        }
        let Some(longest) = rows.iter_mut().max_by_key(|row| row.text.len()) else {
            return value;
        };
        "too long to be shown here".clone_into(&mut longest.text);
    }
}

fn filled(graded: &Graded, rows: &[Row], sum: &Sum, points: Fraction) -> Value {
    let part = points.over(sum.out_of);
    let tests: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "name": row.title,
                "description": format!("{}: {}", row.id, status(row)),
                "points": row.points.to_f64(),
                // A test of which nothing may be told counts nothing.
                "max_points": row.verdict.map_or(0.0, |_| row.out_of.to_f64()),
                "output": row.text,
            })
        })
        .collect();
    json!({
        "gradable": true,
        "score": part.map_or(0.0, |part| part.to_f64().clamp(0.0, 1.0)),
        "message": visible(&graded.card.title),
        "output": sum.lines.join("\n"),
        "tests": tests,
    })
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;
    use crate::model::gradebook::Stage;

    /// Written down from the documentation; PrairieLearn publishes no schema.
    fn schema() -> Value {
        json!({
            "type": "object",
            "anyOf": [
                { "required": ["score"] },
                { "required": ["gradable", "format_errors"], "properties": { "gradable": { "const": false } } }
            ],
            "properties": {
                "gradable": { "type": "boolean" },
                "score": { "type": "number", "minimum": 0, "maximum": 1 },
                "message": { "type": "string" },
                "output": { "type": "string" },
                "format_errors": { "type": "array", "items": { "type": "string" } },
                "tests": { "type": "array", "items": {
                    "type": "object",
                    "required": ["name", "points", "max_points"],
                    "properties": {
                        "points": { "type": "number", "minimum": 0 },
                        "max_points": { "type": "number", "minimum": 0 },
                        "output": { "type": "string" }
                    }
                } }
            }
        })
    }

    #[test]
    fn the_file_is_what_prairielearn_documents() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let book = hostile::book();
        for entry in &book.entries {
            let text = prairielearn(entry, Audience::Learner(Stage::Open));
            hostile::assert_harmless(&text);
            assert!(!text.contains("secret"));
            let value: Value = serde_json::from_str(&text).unwrap();
            validator.validate(&value).unwrap();
            assert_eq!(value["gradable"], json!(entry.releasable().is_ok()));
        }
        let text = prairielearn(&book.entries[0], Audience::Instructor);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!((value["score"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(value["tests"].as_array().unwrap().len(), 4);
    }

    #[test]
    fn the_file_never_gets_too_large() {
        let mut book = hostile::book();
        let Outcome::Graded(graded) = &mut book.entries[0].outcome else {
            panic!("graded")
        };
        let event = graded.card.checks[1].evidence[0].clone();
        graded.card.checks[1].evidence = vec![event; 20_000];
        let text = prairielearn(&book.entries[0], Audience::Instructor);
        assert!(text.len() <= MAX_BYTES + 1);
        assert!(text.contains("too long to be shown here"));
    }
}
