//! Gradescope: `/autograder/results/results.json`, and the files of an autograder.
//!
//! From <https://gradescope-autograders.readthedocs.io/en/latest/specs/>: top level `score` (needed
//! if tests have none), `output`, `output_format`, `visibility`, `stdout_visibility`, `extra_data`,
//! `tests`; a test has `name`, `number`, `score`, `max_score`, `status`, `output`, `output_format`,
//! `visibility`. `visibility` is one of `hidden`, `after_due_date`, `after_published`, `visible`.
//! An autograder is a zip with `setup.sh` and `run_autograder` at its root.

use serde_json::{Map, Value, json};

use super::rows::{rows, steps, sum};
use crate::model::gradebook::{Audience, Entry, Graded, Outcome};
use crate::model::score::Verdict;
use crate::model::shell_word;
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
    // Everybody reads this, now: before anything that is hidden may be seen.
    let hidden = graded
        .grade
        .checks
        .iter()
        .filter(|check| check.visibility != crate::model::Visibility::Visible);
    let mut output = match (hidden.count(), is_withheld) {
        (0, false) => steps(graded),
        (0, true) => sum(graded, Audience::Instructor).lines,
        (1, _) => vec!["1 check is not shown now".to_owned()],
        (count, _) => vec![format!("{count} checks are not shown now")],
    };
    output.push(format!(
        "at most {} points can be reached",
        graded.grade.out_of
    ));
    if !is_withheld {
        // Scale and lateness make it another number than the sum of the tests. Gradescope shows it to
        // nobody from whom a test is hidden.
        value.insert("score".to_owned(), json!(graded.grade.points.to_f64()));
    }
    value.insert("output".to_owned(), json!(output.join("\n")));
    value.insert(
        "extra_data".to_owned(),
        json!({ "lab": graded.card.lab, "seed": graded.card.seed, "exact": graded.grade.points.to_string() }),
    );
    Value::Object(value)
}

/// What an autograder for Gradescope is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Autograder {
    /// The lab's name, `LESSON/LAB`; or the name of its file, which is among `beside`.
    pub lab: String,
    /// The files of a lab that is none of ours, with its programs; paths below the lab's directory.
    pub beside: Vec<ExportFile>,
    /// This program, best linked statically.
    pub binary: Vec<u8>,
    /// The text of the policy, if there is one.
    pub policy: Option<String>,
    /// What students' seeds are made from; by chance if there is none.
    pub seed: Option<String>,
    /// The checks to make; empty: all.
    pub only: Vec<String>,
    /// Whether the container's own walls are enough.
    pub allow_weak_confinement: bool,
}

/// What Gradescope does once, when it builds the image.
const SETUP: &str = "#!/bin/sh
# Runs once, when Gradescope builds the image: the compilers that submissions need.
set -eu
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\
    gcc libc6-dev make python3 rustc cargo
chmod 755 \"${AUTOGRADER_ROOT:-/autograder}/source/syslab\"
";

/// What is written where nothing could be found out: no number.
const NOT_GRADED: &str = "{ \"output\": \"not graded: the autograder does not work here, which is not the submission's fault\", \
    \"output_format\": \"text\", \"stdout_visibility\": \"hidden\" }";

/// The files of an autograder: zip them without a directory around them.
///
/// A submission is graded as a class of one, with the lab's solution and starter beside it: where
/// their verdicts are not what they must be, the result has no number.
pub fn gradescope_autograder(autograder: Autograder) -> Vec<ExportFile> {
    let file = |path: &str, content: Vec<u8>, is_executable| ExportFile {
        path: path.to_owned(),
        content,
        is_executable,
    };
    let run = run_autograder(&autograder);
    let mut files = vec![
        file("setup.sh", SETUP.as_bytes().to_vec(), true),
        file("run_autograder", run.into_bytes(), true),
        file("syslab", autograder.binary, true),
    ];
    if let Some(text) = autograder.policy {
        files.push(file("course.toml", text.into_bytes(), false));
    }
    files.extend(autograder.beside.into_iter().map(|beside| ExportFile {
        path: format!("lab/{}", beside.path),
        ..beside
    }));
    files
}

/// What Gradescope does for every submission.
fn run_autograder(autograder: &Autograder) -> String {
    let mut options = match autograder.beside.is_empty() {
        true => format!(" --lab {}", shell_word(&autograder.lab)),
        false => format!(
            " --lab \"$root/source/lab\"/{}",
            shell_word(&autograder.lab)
        ),
    };
    if autograder.policy.is_some() {
        options.push_str(" --policy \"$root/source/course.toml\"");
    }
    if let Some(seed) = &autograder.seed {
        options.push_str(&format!(" --seed {}", shell_word(seed)));
    }
    for id in &autograder.only {
        options.push_str(&format!(" --only {}", shell_word(id)));
    }
    if autograder.allow_weak_confinement {
        options.push_str(" --allow-weak-confinement");
    }
    format!(
        "#!/bin/sh
# Runs once for every submission: grades it as a class of one.
set -u
root=${{AUTOGRADER_ROOT:-/autograder}}
syslab=$root/source/syslab
work=$(mktemp -d)
trap 'rm -rf \"$work\"' EXIT
mkdir -p \"$work/class\" \"$root/results\"
cp -RP \"$root/submission\" \"$work/class/submission\"
\"$syslab\" grade \"$work/class\" --from dirs -o \"$work/run\"{options}
\"$syslab\" grade collect \"$work/run\" --format gradescope -o \"$work/out\"
found=$work/out/gradescope/submission.json
if [ -s \"$found\" ]; then
    cp \"$found\" \"$root/results/results.json\"
else
    cat >\"$root/results/results.json\" <<'END'
{NOT_GRADED}
END
fi
"
    )
}

#[cfg(test)]
mod tests {
    use super::super::hostile;
    use super::*;

    /// Written down from the specification; Gradescope publishes no schema.
    fn schema() -> Value {
        serde_json::from_str(include_str!("gradescope.schema.json")).unwrap()
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
    fn an_autograder_says_how_it_grades() {
        let autograder = Autograder {
            lab: "process/reaper".to_owned(),
            binary: vec![1],
            policy: Some("x = 1".to_owned()),
            seed: Some("it's $(secret)".to_owned()),
            ..Autograder::default()
        };
        let files = gradescope_autograder(autograder.clone());
        let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            names,
            ["setup.sh", "run_autograder", "syslab", "course.toml"]
        );
        let run = run_autograder(&autograder);
        let options = " --lab process/reaper --policy \"$root/source/course.toml\" --seed 'it'\\''s $(secret)'\n";
        assert!(run.contains(options), "{run}");
        let own = ExportFile {
            path: "my lab.toml".to_owned(),
            content: Vec::new(),
            is_executable: false,
        };
        let written = Autograder {
            lab: own.path.clone(),
            beside: vec![own],
            ..autograder
        };
        assert!(run_autograder(&written).contains(" --lab \"$root/source/lab\"/'my lab.toml' "));
        let last = gradescope_autograder(written).pop().unwrap();
        assert_eq!(last.path, "lab/my lab.toml");
    }

    #[test]
    fn what_is_written_where_nothing_was_found_out_is_no_number() {
        let value: Value = serde_json::from_str(NOT_GRADED).unwrap();
        jsonschema::validator_for(&schema())
            .unwrap()
            .validate(&value)
            .unwrap();
        assert!(value.get("score").is_none());
    }
}
