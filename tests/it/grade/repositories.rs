//! Submissions that are repositories.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use syslab::exit;

use super::{GRADE, book, copy, entry, lab, said};

/// Makes a repository of a submission, with one commit.
fn repository(directory: &Path) {
    copy(&lab("solution/python"), directory);
    let name = "user.name=ada";
    let mail = "user.email=ada@example.org";
    for args in [
        &["init", "--quiet"][..],
        &["add", "."],
        &["-c", name, "-c", mail, "commit", "--quiet", "-m", "work"],
    ] {
        let mut git = Command::new("git");
        let made = git.args(args).current_dir(directory).status().unwrap();
        assert!(made.success());
    }
}

/// The arguments of `grade`, for another source.
fn grade<'a>(submissions: &'a str, from: &'a str) -> Vec<&'a str> {
    let mut args = GRADE.to_vec();
    args[1] = submissions;
    args.extend(["--from", from, "--roster", "roster.csv"]);
    args
}

#[test]
fn listed_repositories_are_cloned_and_those_that_cannot_be_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    repository(&here.join("lab7-ada"));
    repository(&here.join("bobs/work"));
    let list = "# lab 7\nlab7-ada\nlab7-bob bobs/work\nlab7-eve nowhere/at/all\n";
    fs::write(here.join("list"), list).unwrap();
    let roster =
        "identifier,github_username,github_id,name\n1,ada,,A\n2,bob,,B\n3,eve,,E\n4,zoe,,Z\n";
    fs::write(here.join("roster.csv"), roster).unwrap();
    let args = grade("list", "git");
    let status = said(here, &args, exit::INSTRUCTOR);
    for part in [
        "3 submissions, 1 absent",
        "graded      2",
        "lab7-eve: its repository cannot be cloned: ",
        "nowhere/at/all",
    ] {
        assert!(status.contains(part), "{part}: {status}");
    }
    // The same again finds the same, and leaves nothing behind.
    assert_eq!(said(here, &args, exit::INSTRUCTOR), status);
    let collect = ["grade", "collect", "run", "--format", "json"];
    said(here, &collect, exit::INSTRUCTOR);
    let grades = book(here);
    for (key, id) in [("lab7-ada", "1"), ("lab7-bob", "2"), ("lab7-eve", "3")] {
        assert_eq!(entry(&grades, key)["students"][0]["id"], id);
    }
    assert!(entry(&grades, "lab7-eve")["outcome"]["not-graded"].is_object());
    assert!(!here.join("run/intake/lab7-ada/files/.git").exists());
    let left = fs::read_dir(here.join("run")).unwrap();
    let mut left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!left.any(|name| name.starts_with("clones")));
}

/// What `gh teacher download` puts beside a repository's files.
fn released(owner: &str) -> Value {
    json!({
        "schema": "classroom50/result/v1", "classroom": "os", "assignment": "lab7",
        "assignment_type": "individual", "owner": owner,
        "submission": "submit/20261126T225900Z-abc1234", "commit": "https://example.org/c",
        "release": "https://example.org/r", "review": "https://example.org/d",
        "datetime": "2026-11-26T22:59:00Z", "score": 3, "max-score": 3, "tests": []
    })
}

#[test]
fn classroom_50_gets_back_what_belongs_to_its_releases() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    for (repository, owner) in [("os-lab7-ada", "ada"), ("os-lab7-bob", "mallory")] {
        let directory = here.join("class").join(repository);
        copy(&lab("solution/python"), &directory);
        let result = released(owner).to_string();
        fs::write(directory.join("result.json"), &result).unwrap();
        fs::write(directory.join("results.json"), format!("[{result}]")).unwrap();
    }
    let scores = "username,first_name,last_name,email,section,score,max_score,datetime,submission_tag,submitted_by,review_url,late,override\n\
                  ada,Ada,Lovelace,,A,3,3,2026-11-26T22:59:00Z,submit/x,,,false,\nbob,Bob,B,,A,,,,,,,,\n";
    fs::write(here.join("roster.csv"), scores).unwrap();
    said(here, &grade("class", "classroom50"), exit::DONE);
    assert!(here.join("run/intake/os-lab7-ada/files/main.py").exists());
    assert!(
        !here
            .join("run/intake/os-lab7-ada/files/result.json")
            .exists()
    );
    let collect = [
        "grade",
        "collect",
        "run",
        "--format",
        "classroom50",
        "--format",
        "json",
    ];
    said(here, &collect, exit::DONE);
    let made = here.join("run/exports/classroom50");
    let text = fs::read_to_string(made.join("os-lab7-ada.json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&value["score"], &value["max-score"]),
        (&json!(10), &json!(10))
    );
    for field in [
        "classroom",
        "assignment",
        "owner",
        "submission",
        "release",
        "datetime",
    ] {
        assert_eq!(value[field], released("ada")[field], "{field}");
    }
    // What is not of this repository is not handed on.
    assert!(!made.join("os-lab7-bob.json").exists());
    let grades = book(here);
    let notes = entry(&grades, "os-lab7-bob")["notes"].to_string();
    assert!(notes.contains("result.json"), "{notes}");
    assert_eq!(
        entry(&grades, "os-lab7-ada")["students"][0]["github"],
        "ada"
    );
}
