//! Gradescope: `/autograder/results/results.json`, and the files of an autograder.
//!
//! From <https://gradescope-autograders.readthedocs.io/en/latest/specs/>: top level `score` (needed
//! if tests have none), `output`, `output_format`, `visibility`, `stdout_visibility`, `extra_data`,
//! `tests`; a test has `name`, `number`, `score`, `max_score`, `status`, `output`, `output_format`,
//! `visibility`. `visibility` is one of `hidden`, `after_due_date`, `after_published`, `visible`.
//! An autograder is a zip with `setup.sh` and `run_autograder` at its root.

use serde_json::{Map, Value, json};

use super::rows::{rows, score_line, steps};
use crate::model::gradebook::{Audience, Entry, Graded, Outcome};
use crate::model::score::Verdict;
use crate::ui::visible;

/// One file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFile {
    /// Where it goes, relative, with `/`.
    pub path: String,
    /// What is in it.
    pub content: Vec<u8>,
    /// Whether it is a program.
    pub is_executable: bool,
}

/// `results.json`. All text is plain text (`output_format: text`), so that no markup counts.
///
/// Each check has the policy's own visibility: who sees it is Gradescope's to decide. What was not
/// graded, or is withheld, is a result without a number (Gradescope shows the autograder as
/// failed), and says why.
pub fn gradescope(entry: &Entry) -> String {
    let mut value = match &entry.outcome {
        Outcome::NotGraded { because } => {
            json!({ "output": visible(&format!("not graded, because {because}")) })
        }
        Outcome::Graded(graded) => whole(graded),
    };
    if let Some(fields) = value.as_object_mut() {
        fields.insert("output_format".to_owned(), json!("text"));
        // What the program printed is for the instructor: it may hold anything.
        fields.insert("stdout_visibility".to_owned(), json!("hidden"));
    }
    format!("{value:#}\n")
}

fn whole(graded: &Graded) -> Value {
    let is_withheld = graded.grade.withheld.is_some();
    let mut value = Map::new();
    let tests: Vec<Value> = rows(graded, Audience::Instructor)
        .iter()
        .zip(1..)
        .map(|(row, number)| {
            let mut test = json!({
                "name": row.title,
                "number": number.to_string(),
                "output": row.text,
                "output_format": "text",
                "tags": [row.id],
                "visibility": row.visibility.name(),
            });
            if let (Some(fields), false) = (test.as_object_mut(), is_withheld) {
                fields.insert("score".to_owned(), json!(row.points.to_f64()));
                fields.insert("max_score".to_owned(), json!(row.out_of.to_f64()));
                if !row.is_open {
                    let is_pass = row.verdict == Some(Verdict::Pass);
                    let status = if is_pass { "passed" } else { "failed" };
                    fields.insert("status".to_owned(), json!(status));
                }
            }
            test
        })
        .collect();
    value.insert("tests".to_owned(), json!(tests));
    let mut output = steps(graded);
    let hidden = graded
        .grade
        .checks
        .iter()
        .filter(|check| check.visibility != crate::model::Visibility::Visible);
    match hidden.count() {
        0 => {}
        1 => output.push("1 check is not shown now".to_owned()),
        count => output.push(format!("{count} checks are not shown now")),
    }
    output.push(format!(
        "at most {} points can be reached",
        graded.grade.out_of
    ));
    if !is_withheld {
        // Scale and lateness make it another number than the sum of the tests.
        value.insert("score".to_owned(), json!(graded.grade.points.to_f64()));
    } else {
        output.push(score_line(graded));
    }
    value.insert("output".to_owned(), json!(output.join("\n")));
    value.insert(
        "extra_data".to_owned(),
        json!({ "lab": graded.card.lab, "seed": graded.card.seed, "exact": graded.grade.points.to_string() }),
    );
    Value::Object(value)
}

/// The files of an autograder for one lab, `LESSON/LAB`: zip them without a directory around them.
///
/// `binary` is this program, linked statically; `policy` is the text of `course.toml`, if there is
/// one. `None` if the lab's name is none.
pub fn gradescope_autograder(
    lab: &str,
    binary: Vec<u8>,
    policy: Option<&str>,
) -> Option<Vec<ExportFile>> {
    let is_word = |word: &str| {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !word.is_empty() && !word.starts_with('-') && word.bytes().all(is_plain)
    };
    let (lesson, lab) = lab
        .split_once('/')
        .filter(|(a, b)| is_word(a) && is_word(b))?;
    let setup = "#!/bin/sh\n\
        # Runs once, when Gradescope builds the image: the compilers that submissions need.\n\
        set -eu\n\
        apt-get update\n\
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\\n\
        \x20   gcc libc6-dev make python3 rustc cargo\n\
        chmod 755 /autograder/source/syslab\n";
    let run = format!(
        "#!/bin/sh\n\
         # Runs once for every submission.\n\
         set -u\n\
         cd /autograder/submission || exit 1\n\
         exec /autograder/source/syslab {lesson} check {lab} . \\\n\
         \x20   --format gradescope --output /autograder/results/results.json --exit-zero\n"
    );
    let file = |path: &str, content: Vec<u8>, is_executable| ExportFile {
        path: path.to_owned(),
        content,
        is_executable,
    };
    let mut files = vec![
        file("setup.sh", setup.as_bytes().to_vec(), true),
        file("run_autograder", run.into_bytes(), true),
        file("syslab", binary, true),
    ];
    files.extend(policy.map(|text| file("course.toml", text.as_bytes().to_vec(), false)));
    Some(files)
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;

    /// Written down from the specification; Gradescope publishes no schema.
    fn schema() -> Value {
        let visibility =
            json!({ "enum": ["hidden", "after_due_date", "after_published", "visible"] });
        let format = json!({ "enum": ["text", "html", "simple_format", "md", "ansi"] });
        json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "score": { "type": "number" },
                "execution_time": { "type": "number" },
                "output": { "type": "string" },
                "output_format": format,
                "visibility": visibility,
                "stdout_visibility": visibility,
                "extra_data": { "type": "object" },
                "tests": { "type": "array", "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "score": { "type": "number" },
                        "max_score": { "type": "number" },
                        "status": { "enum": ["passed", "failed"] },
                        "name": { "type": "string" },
                        "number": { "type": "string" },
                        "output": { "type": "string" },
                        "output_format": format,
                        "tags": { "type": "array", "items": { "type": "string" } },
                        "visibility": visibility,
                        "extra_data": { "type": "object" }
                    }
                } },
                "leaderboard": { "type": "array" }
            }
        })
    }

    #[test]
    fn the_file_is_what_gradescope_documents() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let book = hostile::book();
        let values: Vec<Value> = book
            .entries
            .iter()
            .map(|entry| {
                let text = gradescope(entry);
                hostile::assert_harmless(&text);
                let value: Value = serde_json::from_str(&text).unwrap();
                validator.validate(&value).unwrap();
                value
            })
            .collect();
        assert!((values[0]["score"].as_f64().unwrap() - 20.0 / 3.0).abs() < 1e-12);
        assert_eq!(values[0]["tests"][2]["visibility"], json!("hidden"));
        assert_eq!(values[0]["tests"][0]["status"], json!("passed"));
        assert_eq!(values[0]["tests"][3].get("status"), None);
        assert!(
            values[0]["output"]
                .as_str()
                .unwrap()
                .contains("1 check is not shown now")
        );
        for value in &values[1..] {
            assert!(value.get("score").is_none(), "{value}");
            assert!(value["tests"][0].get("score").is_none());
        }
    }

    #[test]
    fn an_autograder_names_the_lab_and_nothing_else() {
        let files = gradescope_autograder("process/reaper", vec![1], Some("x = 1")).unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            names,
            ["setup.sh", "run_autograder", "syslab", "course.toml"]
        );
        let run = String::from_utf8(files[1].content.clone()).unwrap();
        assert!(
            run.starts_with("#!/bin/sh\n") && run.contains("syslab process check reaper . \\\n")
        );
        for lab in [
            "reaper",
            "a/b;rm -rf /",
            "a/--b",
            "/b",
            "a/",
            "a/b/c",
            "a/$(x)",
        ] {
            assert_eq!(gradescope_autograder(lab, vec![], None), None, "{lab}");
        }
    }
}
