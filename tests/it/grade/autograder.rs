//! The autograder for Gradescope, run in a place laid out as Gradescope lays it out.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use syslab::exit;

use super::{CHECK, LAB, complained, copy, lab, said};

/// Has a submission graded by the autograder in `autograder/source`; what it writes.
fn graded(here: &Path, submission: &Path) -> Value {
    let root = here.join("autograder");
    for name in ["submission", "results"] {
        let _not_there = fs::remove_dir_all(root.join(name));
        fs::create_dir_all(root.join(name)).unwrap();
    }
    copy(submission, &root.join("submission"));
    // Gradescope puts a copy beside the source.
    let script = root.join("run_autograder");
    fs::copy(root.join("source/run_autograder"), &script).unwrap();
    let output = Command::new("sh")
        .arg(&script)
        .current_dir(&root)
        .env("AUTOGRADER_ROOT", &root)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let text = fs::read_to_string(root.join("results/results.json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let schema =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/exports/gradescope.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.validate(&value).is_ok(), "{value}{said}");
    value
}

#[test]
fn an_autograder_grades_a_submission_and_makes_up_no_number() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    fs::write(
        here.join("course.toml"),
        format!("[checks.{CHECK}]\nweight = 7\n"),
    )
    .unwrap();
    let pack = [
        "grade",
        "autograder",
        "--lab",
        LAB,
        "-o",
        "autograder.zip",
        "--policy",
        "course.toml",
        "--only",
        CHECK,
        "--allow-weak-confinement",
    ];
    assert_eq!(said(here, &pack, exit::DONE), "autograder.zip\n");
    // What unzip takes apart, and with its modes.
    let unpacked = Command::new("python3")
        .args(["-c", UNPACK, "autograder.zip", "autograder/source"])
        .current_dir(here)
        .status()
        .unwrap();
    assert!(unpacked.success());
    let good = graded(here, &lab("solution/python"));
    assert_eq!(good["score"], 7.0, "{good}");
    assert_eq!(good["tests"][0]["status"], "passed", "{good}");
    let bad = graded(here, &lab(&format!("wrong/{CHECK}/skips-empty-records")));
    assert_eq!(bad["score"], 0.0, "{bad}");
    // Nothing that could be graded.
    fs::create_dir(here.join("nothing")).unwrap();
    let none = graded(here, &here.join("nothing"));
    assert!(none.get("score").is_none(), "{none}");
    // A program that does not start there.
    fs::write(here.join("autograder/source/syslab"), "#!/bin/false\n").unwrap();
    let none = graded(here, &lab("solution/python"));
    assert!(none.get("score").is_none(), "{none}");
    let output = none["output"].as_str().unwrap();
    assert!(output.starts_with("not graded: "), "{none}");
    let odd = [&pack[..], &["--binary", "course.toml"]].concat();
    let errors = complained(here, &odd, exit::USAGE);
    assert!(errors.contains("course.toml is no program"), "{errors}");
}

/// Unpacks a zip, and keeps the modes.
const UNPACK: &str = "
import os, sys, zipfile
packed, target = sys.argv[1:]
with zipfile.ZipFile(packed) as archive:
    assert archive.testzip() is None
    for entry in archive.infolist():
        path = archive.extract(entry, target)
        os.chmod(path, entry.external_attr >> 16 & 0o777)
names = sorted(os.listdir(target))
assert names == ['course.toml', 'run_autograder', 'setup.sh', 'syslab'], names
assert os.access(os.path.join(target, 'syslab'), os.X_OK)
";
