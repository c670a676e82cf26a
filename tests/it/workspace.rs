//! A learner's workspace as the command line keeps it: init, start, reset, hint, compare, list,
//! progress.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use syslab::exit;
use syslab::lessons::LESSONS;

/// The program, in an environment that says nothing about languages and colours.
pub(crate) fn syslab(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syslab"));
    command
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .env_remove("SYSLAB_LANG")
        .env("PAGER", "cat")
        .stdin(Stdio::null());
    command
}

fn run(directory: &Path, args: &[&str]) -> Output {
    syslab(directory).args(args).output().unwrap()
}

/// What it says on stdout; it ends with this code.
fn said(directory: &Path, args: &[&str], code: u8) -> String {
    let output = run(directory, args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(i32::from(code)),
        "{args:?}: {errors}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What it says on stderr; it ends with this code and says nothing else.
fn refused(directory: &Path, args: &[&str], code: u8) -> String {
    let output = run(directory, args);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        output.status.code(),
        Some(i32::from(code)),
        "{args:?}: {errors}"
    );
    assert_eq!(output.stdout, b"", "{args:?}");
    errors
}

/// Every file below a directory with its content, by name.
fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => found.push((path.clone(), fs::read(path).unwrap())),
            }
        }
    }
    found.sort();
    found
}

/// A workspace in C.
pub(crate) fn workspace() -> tempfile::TempDir {
    let here = tempfile::tempdir().unwrap();
    said(here.path(), &["init", "--lang", "c"], exit::DONE);
    here
}

#[test]
fn init_begins_every_lab_and_overwrites_nothing() {
    for language in ["python", "c", "rust"] {
        let here = tempfile::tempdir().unwrap();
        let root = here.path().join("systems");
        said(
            here.path(),
            &["init", "systems", "--lang", language],
            exit::DONE,
        );
        for lesson in LESSONS {
            for lab in lesson.labs {
                let work = root.join(lesson.slug).join(lab.slug);
                assert!(work.join("README.md").is_file(), "{}", work.display());
                assert!(fs::read_dir(&work).unwrap().count() > 1);
            }
        }
        for beside in [".gitignore", ".gitattributes", ".vscode/tasks.json"] {
            assert!(root.join(beside).is_file(), "{beside}");
        }
        let labs: usize = LESSONS.iter().map(|lesson| lesson.labs.len()).sum();
        let progress = fs::read_to_string(root.join("syslab.progress")).unwrap();
        assert_eq!(progress.lines().count(), labs + 1, "{progress}");

        let mine = root.join("process/durable-log/main.c");
        fs::write(&mine, "mine").unwrap();
        fs::write(root.join(".gitignore"), "mine").unwrap();
        fs::remove_dir_all(root.join("process/reaper")).unwrap();
        let before = files(&root);
        let told = said(&root, &["init", "--lang", "python"], exit::DONE);
        assert!(told.starts_with("Wrote 1 labs to ."), "{told}");
        let after = files(&root);
        let changed = before.iter().filter(|file| !after.contains(file));
        let names: Vec<_> = changed.map(|(path, _)| path.file_name().unwrap()).collect();
        assert!(
            names.is_empty() || names == ["syslab.progress"],
            "{names:?} were changed"
        );
        assert!(root.join("process/reaper/main.py").is_file());
    }
}

#[test]
fn a_workspace_in_a_workspace_is_refused() {
    let here = workspace();
    let said = refused(here.path(), &["init", "process/reaper/inner"], exit::USAGE);
    assert!(said.contains("is in a workspace"), "{said}");
}

#[test]
fn nothing_is_written_outside_of_the_workspace() {
    let home = tempfile::tempdir().unwrap();
    let here = workspace();
    for args in [
        &["list"][..],
        &[],
        &["process", "check", "durable-log", "--only", CHECK],
        &["hint", "durable-log"],
        &["reset", "durable-log"],
    ] {
        syslab(here.path())
            .args(args)
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path())
            .output()
            .unwrap();
    }
    assert_eq!(files(home.path()), []);
}

/// A check that the starter fails, and that is quickly made.
const CHECK: &str = "syncs-before-ack";

/// Whether labs can be checked here; says so if not.
fn can_check(output: &Output) -> bool {
    let is_able = output.status.code() != Some(i32::from(exit::MACHINE));
    if !is_able {
        eprintln!("skipped: this machine cannot check labs");
    }
    is_able
}

#[test]
fn a_lab_that_is_missing_is_begun_where_init_would_have_put_it() {
    let here = workspace();
    let work = here.path().join("process/reaper");
    fs::remove_dir_all(&work).unwrap();
    let inside = here.path().join("process/durable-log");
    said(&inside, &["start", "reaper", "--lang", "rust"], exit::DONE);
    assert!(work.join("main.rs").is_file());
    let progress = fs::read_to_string(here.path().join("syslab.progress")).unwrap();
    assert!(progress.contains("process/reaper 0/0 - lang=rust dir=process/reaper\n"));
    let again = refused(&inside, &["start", "process/reaper"], exit::USAGE);
    assert!(again.contains("syslab reset"), "{again}");
}

#[test]
fn reset_keeps_the_old_work_and_says_where() {
    let here = workspace();
    let work = here.path().join("process/reaper");
    fs::write(work.join("main.c"), "mine").unwrap();
    for number in 1..=2 {
        let told = said(here.path(), &["reset", "reaper"], exit::DONE);
        let aside = here.path().join(format!("process/reaper.{number}"));
        assert!(told.contains(&format!("process/reaper.{number}")), "{told}");
        let kept = fs::read_to_string(aside.join("main.c")).unwrap();
        assert_eq!(kept == "mine", number == 1);
        assert!(
            fs::read_to_string(work.join("main.c"))
                .unwrap()
                .contains("TODO")
        );
    }
    let told = said(&work, &["reset", "reaper", "--lang", "python"], exit::DONE);
    assert!(told.contains("Your shell went with the old work"), "{told}");
    let said = refused(here.path(), &["reset", "raeper"], exit::USAGE);
    assert!(said.contains("reaper"), "{said}");
}

#[test]
fn a_reset_lab_is_not_begun_twice_at_the_top_of_a_workspace() {
    let here = tempfile::tempdir().unwrap();
    said(
        here.path(),
        &["start", "reaper", ".", "--lang", "c"],
        exit::DONE,
    );
    let said = refused(here.path(), &["reset", "reaper"], exit::USAGE);
    assert!(said.contains("is the workspace itself"), "{said}");
    assert!(here.path().join("main.c").is_file());
}

/// Check, hint three times, and what is remembered of it.
#[test]
fn hints_come_step_by_step_after_a_check() {
    let here = workspace();
    let work = here.path().join("process/durable-log");
    let early = refused(here.path(), &["hint", "durable-log"], exit::USAGE);
    assert!(
        early.contains("syslab process check durable-log"),
        "{early}"
    );
    let checked = run(
        here.path(),
        &[
            "process",
            "check",
            "durable-log",
            "--only",
            CHECK,
            "--seed",
            "7",
        ],
    );
    if !can_check(&checked) {
        return;
    }
    let hint = || said(&work, &["hint"], exit::DONE);
    let first = hint();
    assert!(
        first.contains("think:") && !first.contains("read:"),
        "{first}"
    );
    let second = hint();
    assert!(
        second.contains("read:") && !second.contains("look:"),
        "{second}"
    );
    let third = hint();
    assert!(third.contains("look:"), "{third}");
    assert!(
        third.ends_with("That is all; the rest is yours.\n"),
        "{third}"
    );
    assert_eq!(hint(), third);
    // One check alone is no score.
    let progress = fs::read_to_string(here.path().join("syslab.progress")).unwrap();
    assert!(
        progress.contains("process/durable-log 0/0 - "),
        "{progress}"
    );
    // What a check leaves is nothing that git would take.
    let ignored = fs::read_to_string(here.path().join(".syslab/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");
    fs::write(work.join("main.c"), "int main(void) { return 0; }\n").unwrap();
    let output = run(&work, &["hint"]);
    let remark = String::from_utf8(output.stderr).unwrap();
    assert!(remark.contains("have changed since"), "{remark}");
    let output = run(&work, &["hint", "--quiet"]);
    assert_eq!(output.stderr, b"");
}

#[test]
fn progress_says_how_it_was_reached() {
    let here = tempfile::tempdir().unwrap();
    said(here.path(), &["start", "reaper", "--lang", "c"], exit::DONE);
    // It does not build: every check is decided at once.
    let main = here.path().join("reaper/main.c");
    fs::write(&main, "int main(void) { return }\n").unwrap();
    let check = |seed| {
        let args = ["process", "check", "reaper", "--seed", seed];
        run(here.path(), &args)
    };
    if !can_check(&check("7")) {
        return;
    }
    let progress = || fs::read_to_string(here.path().join("syslab.progress")).unwrap();
    let first = progress();
    let line = first.lines().last().unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[..2], ["process/reaper", "0/100"]);
    assert_eq!(words[3], "seed=7");
    assert!(
        words[4].starts_with("hash=") && words[4].len() > 15,
        "{line}"
    );
    assert_eq!(words[5..], ["lang=c", "dir=reaper"]);
    check("8");
    assert_eq!(progress(), first, "no better, so nothing is written");
    let listed = said(here.path(), &["list", "--json"], exit::DONE);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let lab = listed["lessons"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|lesson| lesson["labs"].as_array().unwrap())
        .find(|lab| lab["slug"] == "reaper")
        .unwrap();
    assert_eq!((&lab["state"], &lab["seed"]), (&"begun".into(), &7.into()));
    assert_eq!(lab["hash"], words[4]["hash=".len()..]);
}

#[test]
fn damaged_progress_is_named_with_its_line_and_left_alone() {
    let here = workspace();
    let file = here.path().join("syslab.progress");
    let text = fs::read_to_string(&file).unwrap();
    let damaged = text.replacen("0/0", "zero", 1);
    let line = 1 + damaged
        .lines()
        .position(|line| line.contains("zero"))
        .unwrap();
    fs::write(&file, &damaged).unwrap();
    for args in [
        &[][..],
        &["list"],
        &["hint", "reaper"],
        &["process", "check", "reaper"],
        &["reset", "reaper"],
        &["init"],
        &["watch", "--plain"],
    ] {
        let said = refused(here.path(), args, exit::USAGE);
        assert!(
            said.contains(&format!("syslab.progress:{line} is damaged")),
            "{args:?}: {said}"
        );
        assert!(said.contains("hint: "), "{said}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), damaged);
    fs::write(
        &file,
        text.replacen("process/", "<<<<<<< HEAD\nprocess/", 1),
    )
    .unwrap();
    let said = refused(here.path(), &["list"], exit::USAGE);
    assert!(said.contains("merge"), "{said}");
}

#[test]
fn a_progress_file_that_is_gone_is_missed() {
    let here = workspace();
    fs::create_dir_all(here.path().join(".syslab/state")).unwrap();
    fs::remove_file(here.path().join("syslab.progress")).unwrap();
    let missed = refused(here.path(), &["list"], exit::USAGE);
    assert!(missed.contains("syslab.progress is gone"), "{missed}");
    said(here.path(), &["init"], exit::DONE);
    said(here.path(), &["list"], exit::DONE);
}

/// Two people, or two machines, work on different labs; git merges both.
#[test]
fn git_merges_progress() {
    let here = workspace();
    let root = here.path();
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=x", "-c", "user.email=x@example.org"])
            .args(args)
            .current_dir(root)
            .env("HOME", root)
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
    };
    let file = root.join("syslab.progress");
    let reached = |lab: &str, score: &str| {
        let text = fs::read_to_string(&file).unwrap();
        let begun = format!("{lab} 0/0 -");
        assert!(text.contains(&begun), "{text}");
        let text = text.replace(&begun, &format!("{lab} {score} 2026-03-01 seed=1"));
        fs::write(&file, text).unwrap();
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=begin"]);
    git(&["checkout", "--quiet", "-b", "other"]);
    reached("process/limits", "70/100");
    reached("process/reaper", "100/100");
    git(&["commit", "--quiet", "--all", "--message=other"]);
    git(&["checkout", "--quiet", "main"]);
    reached("process/reaper", "40/100");
    reached("process/shell", "60/100");
    git(&["commit", "--quiet", "--all", "--message=one"]);
    git(&["merge", "--quiet", "--message=both", "other"]);
    let listed = said(root, &["list"], exit::DONE);
    for (lab, score) in [
        ("limits", "70/100"),
        ("reaper", "100/100"),
        ("shell", "60/100"),
    ] {
        let row = listed
            .lines()
            .find(|line| line.contains(&format!("process check {lab} ")))
            .unwrap();
        assert!(row.ends_with(&format!("({score})")), "{row}");
    }
    let lab_files = root.join("process/reaper/main.c");
    assert!(lab_files.is_file(), "work is committed, too");
}

#[test]
fn the_reference_is_shown_after_a_lab_has_passed() {
    let here = workspace();
    let refusal = refused(here.path(), &["compare", "reaper"], exit::FAILED);
    assert!(
        refusal.contains("the reference is for afterwards"),
        "{refusal}"
    );
    assert!(refusal.contains("syslab hint reaper"), "{refusal}");
    let anyway = said(here.path(), &["compare", "reaper", "--anyway"], exit::DONE);
    assert!(anyway.contains("main.c: yours\n"), "{anyway}");
    assert!(anyway.contains("main.c: the reference\n"));
    let file = here.path().join("syslab.progress");
    let text = fs::read_to_string(&file).unwrap();
    let passed = text.replace("process/reaper 0/0 -", "process/reaper 100/100 2026-03-01");
    fs::write(&file, passed).unwrap();
    let shown = said(here.path(), &["compare", "reaper"], exit::DONE);
    assert_eq!(shown, anyway);
    let other = said(
        here.path(),
        &["compare", "reaper", "--lang", "python"],
        exit::DONE,
    );
    assert!(other.contains("main.py: the reference; you have no such file"));
    let unknown = refused(
        here.path(),
        &["compare", "reaper", "--lang", "zig"],
        exit::USAGE,
    );
    assert!(unknown.contains("there are: c, python, rust"), "{unknown}");
}

#[test]
fn the_list_is_json_as_its_schema_says() {
    let schema = serde_json::from_str(syslab::report::LISTING_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let nowhere = tempfile::tempdir().unwrap();
    let here = workspace();
    for directory in [nowhere.path(), here.path()] {
        let text = said(directory, &["list", "--json"], exit::DONE);
        let value = serde_json::from_str(&text).unwrap();
        let complaints: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(complaints, [] as [String; 0]);
        let lessons = value["lessons"].as_array().unwrap();
        assert_eq!(lessons.len(), LESSONS.len());
    }
}

#[test]
fn where_one_is_is_said_in_ten_lines() {
    let here = workspace();
    let nowhere = tempfile::tempdir().unwrap();
    for directory in [here.path(), nowhere.path()] {
        let text = said(directory, &[], exit::DONE);
        assert!(text.lines().count() <= 10, "{text}");
        assert!(text.contains("Next:"), "{text}");
    }
    let inside = here.path().join("process/shell");
    let text = said(&inside, &[], exit::DONE);
    assert!(text.contains("Here: process/shell: "), "{text}");
}

#[test]
fn silence_has_three_sounds() {
    let here = workspace();
    for (args, variable) in [
        (&["list"][..], None),
        (&["list", "--color", "never"], None),
        (&["list"], Some("1")),
    ] {
        let mut command = syslab(here.path());
        if let Some(value) = variable {
            command.env("NO_COLOR", value);
        }
        let output = command.args(args).output().unwrap();
        assert!(!output.stdout.contains(&b'\x1b'));
    }
    let output = run(here.path(), &["reset", "reaper", "--quiet"]);
    assert_eq!(output.stderr, b"");
    assert!(!output.stdout.is_empty(), "results are told");
    let output = run(here.path(), &["hint", "reaper", "--quiet"]);
    assert!(!output.stderr.is_empty(), "errors are told");
}
