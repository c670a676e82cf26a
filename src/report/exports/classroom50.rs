//! Classroom 50: `result.json` of a submission.
//!
//! After `schemas/result-v1.schema.json` of foundation50/classroom50: points are whole numbers,
//! `score` is at most `max-score` in the whole and in each test, and classroom, assignment and
//! owner must be those of the repository. Tests may carry further fields, which are kept.

use serde_json::{Value, json};

use super::rows::{Row, rows, status, sum};
use crate::model::fraction::Fraction;
use crate::model::gradebook::{Audience, Entry, Outcome, Release};
use crate::model::score::Verdict;
use crate::ui::visible;

/// The whole file; else why there is none.
///
/// Points are rounded to whole ones, halves up, and the exact number is beside them. The format has
/// no word for "not graded": writing a zero would be a lie, so nothing is written.
///
/// # Errors
/// The reason: not graded, or withheld.
pub fn classroom50(entry: &Entry, release: &Release, audience: Audience) -> Result<String, String> {
    entry.releasable()?;
    let Outcome::Graded(graded) = &entry.outcome else {
        return Err("not graded".to_owned());
    };
    let sum = sum(graded, audience);
    let points = sum.points.ok_or_else(|| "withheld".to_owned())?;
    let most = whole(sum.out_of);
    let tests: Vec<Value> = rows(graded, audience).iter().map(test).collect();
    let value = json!({
        "schema": "classroom50/result/v1",
        "classroom": release.classroom,
        "assignment": release.assignment,
        "assignment_type": if release.is_group { "group" } else { "individual" },
        "owner": release.owner,
        "submission": release.submission,
        "commit": release.commit,
        "release": release.release,
        "review": release.review,
        "datetime": release.datetime,
        "score": whole(points).min(most),
        "max-score": most,
        "tests": tests,
    });
    Ok(format!("{value:#}\n"))
}

fn test(row: &Row) -> Value {
    // Of what is hidden nothing is told.
    let most = row.verdict.map_or(0, |_| whole(row.out_of));
    json!({
        "test-name": visible(&row.title),
        "passed": row.verdict == Some(Verdict::Pass),
        "score": whole(row.points).min(most),
        "max-score": most,
        "exact": row.points.to_string(),
        "status": status(row),
        "output": row.text,
    })
}

fn whole(points: Fraction) -> u64 {
    u64::try_from(points.rounded()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;

    /// The constraints of `result-v1.schema.json`, written down anew.
    fn schema() -> Value {
        let text = json!({ "type": "string", "minLength": 1 });
        let points = json!({ "type": "integer", "minimum": 0 });
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["schema", "classroom", "assignment", "assignment_type", "owner", "submission",
                "commit", "release", "review", "datetime", "score", "max-score", "tests"],
            "properties": {
                "schema": { "const": "classroom50/result/v1" },
                "classroom": text, "assignment": text, "owner": text,
                "assignment_type": { "enum": ["individual", "group"] },
                "submission": { "type": "string", "pattern": "^submit/" },
                "commit": text, "release": text, "review": text,
                "datetime": { "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ$" },
                "graded_at": { "type": "string" },
                "score": points, "max-score": points,
                "tests": { "type": "array", "items": {
                    "type": "object",
                    "required": ["test-name", "passed", "score", "max-score"],
                    "properties": {
                        "test-name": text, "passed": { "type": "boolean" },
                        "score": points, "max-score": points
                    }
                } },
                "submitted_by": { "type": "object" }
            }
        })
    }

    fn release() -> Release {
        Release {
            classroom: "os".to_owned(),
            assignment: "lab7".to_owned(),
            is_group: false,
            owner: "ada".to_owned(),
            submission: "submit/20261126T225900Z-abc1234".to_owned(),
            commit: "https://example.org/c".to_owned(),
            release: "https://example.org/r".to_owned(),
            review: "https://example.org/d".to_owned(),
            datetime: "2026-11-26T22:59:00Z".to_owned(),
        }
    }

    #[test]
    fn the_file_is_what_the_schema_asks_for() {
        let book = hostile::book();
        let text = classroom50(&book.entries[0], &release(), Audience::Instructor).unwrap();
        hostile::assert_harmless(&text);
        let value: Value = serde_json::from_str(&text).unwrap();
        jsonschema::validator_for(&schema())
            .unwrap()
            .validate(&value)
            .unwrap();
        assert_eq!(
            (&value["score"], &value["max-score"]),
            (&json!(7), &json!(10))
        );
        for test in value["tests"].as_array().unwrap() {
            assert!(test["score"].as_u64() <= test["max-score"].as_u64());
        }
        assert_eq!(value["tests"][0]["exact"], json!("10/3"));
    }

    #[test]
    fn no_zero_is_made_up() {
        let book = hostile::book();
        for entry in &book.entries[1..] {
            assert!(classroom50(entry, &release(), Audience::Instructor).is_err());
        }
    }
}
