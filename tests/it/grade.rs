//! A class is graded: the commands over a small class of right, wrong and hostile submissions, with
//! workers and drivers killed on the way.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod autograder;
mod engines;
mod platforms;
mod repositories;
mod reuse;
mod slurm;
mod ssh;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use syslab::exit;

use crate::workspace::syslab;

/// The lab, and the check of it that is made here: it takes no sweep.
const LAB: &str = "process/durable-log";
const CHECK: &str = "acknowledges-every-record";

fn lab(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("labs")
        .join(LAB)
        .join(path)
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

/// A directory with a directory of a right submission for each of these names.
fn class(here: &Path, names: &[&str]) {
    for name in names {
        copy(&lab("solution/python"), &here.join("class").join(name));
    }
}

/// The arguments of `grade` over the class in `class/` into `run/`.
const GRADE: [&str; 11] = [
    "grade",
    "class",
    "--lab",
    LAB,
    "-o",
    "run",
    "--only",
    CHECK,
    "--allow-weak-confinement",
    "--seed",
    "course",
];

fn run(here: &Path, args: &[&str]) -> Output {
    syslab(here).args(args).output().unwrap()
}

/// What it says on stdout; it ends with this code.
fn said(here: &Path, args: &[&str], code: u8) -> String {
    let output = run(here, args);
    let errors = String::from_utf8_lossy(&output.stderr);
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        output.status.code(),
        Some(i32::from(code)),
        "{args:?}: {out}{errors}"
    );
    out
}

/// What it says on stderr; it ends with this code.
fn complained(here: &Path, args: &[&str], code: u8) -> String {
    let output = run(here, args);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(i32::from(code)), "{errors}");
    errors
}

/// Every result's file, by name: where it lies on the disk.
fn results(here: &Path) -> BTreeMap<String, u64> {
    fs::read_dir(here.join("run/results"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, entry.metadata().unwrap().ino())
        })
        .collect()
}

/// The gradebook as it is collected.
fn book(here: &Path) -> Value {
    let text = fs::read_to_string(here.join("run/exports/gradebook.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn entry<'a>(book: &'a Value, key: &str) -> &'a Value {
    let entries = book["entries"].as_array().unwrap();
    entries.iter().find(|entry| entry["key"] == key).unwrap()
}

#[test]
fn a_class_is_graded_and_everybody_is_accounted_for() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    class(here, &["ada", "=1+1", "-rf", "a\nb"]);
    copy(
        &lab(&format!("wrong/{CHECK}/skips-empty-records")),
        &here.join("class/bob"),
    );
    fs::create_dir(here.join("class/cyd")).unwrap();
    fs::write(here.join("class/cyd/main.c"), "int main(void) { return }").unwrap();
    fs::write(here.join("class/dan.zip"), "PK\x03\x04 and nothing more").unwrap();
    fs::write(here.join("roster.csv"), "id,name\nada,Ada\nzoe,Zoe\n").unwrap();
    let weight = format!("[checks.{CHECK}]\nweight = 7\n");
    fs::write(here.join("course.toml"), weight).unwrap();

    let mut args = GRADE.to_vec();
    args.extend(["--roster", "roster.csv", "--policy", "course.toml"]);
    let status = said(here, &args, exit::INSTRUCTOR);
    for part in [
        "6 submissions, 1 absent",
        "graded      5",
        "dan.zip: ",
        "canaries    1 as expected",
    ] {
        assert!(status.contains(part), "{part}: {status}");
    }
    // Once more: nothing is made again.
    let before = results(here);
    assert_eq!(said(here, &args, exit::INSTRUCTOR), status);
    assert_eq!(results(here), before);
    assert_eq!(
        said(here, &["grade", "status", "run"], exit::INSTRUCTOR),
        status
    );

    let collect = [
        "grade", "collect", "run", "--format", "csv", "--format", "json",
    ];
    said(here, &collect, exit::INSTRUCTOR);
    let grades = book(here);
    let points = |key: &str| entry(&grades, key)["outcome"]["graded"]["grade"]["points"].clone();
    assert_eq!(points("ada"), points("rf"));
    assert_eq!(points("bob"), points("cyd"));
    assert_ne!(points("ada"), points("bob"));
    let because = &entry(&grades, "dan.zip")["outcome"]["not-graded"]["because"];
    assert!(because.as_str().unwrap().len() > 5, "{grades}");
    assert_eq!(grades["absent"][0]["id"], "zoe");
    let table = fs::read_to_string(here.join("run/exports/grades.csv")).unwrap();
    assert!(!table.contains("\n=1"), "{table}");

    explained_and_decided(here);
}

/// What an instructor does next: look at one, try it again, decide.
fn explained_and_decided(here: &Path) {
    let text = said(here, &["grade", "explain", "run", "bob"], exit::DONE);
    for part in [
        CHECK,
        "hint: ",
        "Grade: 0 of 7",
        "again: syslab grade replay run bob",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = said(here, &["grade", "replay", "run", "bob", CHECK], exit::DONE);
    assert!(text.contains("the same is found again"), "{text}");
    // What was examined is not what was found then.
    fs::copy(
        lab("solution/python/main.py"),
        here.join("run/intake/bob/files/main.py"),
    )
    .unwrap();
    let text = said(here, &["grade", "replay", "run", "bob"], exit::INSTRUCTOR);
    assert!(text.contains("something else is found now"), "{text}");

    let decide = |student, points| {
        let reason = "because \"so\"";
        let args = [
            "grade", "override", "run", student, CHECK, "--points", points, "--reason", reason,
        ];
        said(here, &args, exit::DONE)
    };
    assert_eq!(decide("bob", "3.5"), "bob: 3.5 of 7\n");
    let text = said(here, &["grade", "explain", "run", "bob"], exit::DONE);
    assert!(text.contains("because \"so\""), "{text}");
    let collect = ["grade", "collect", "run", "--format", "json"];
    said(here, &collect, exit::INSTRUCTOR);
    // Somebody would lose points.
    decide("ada", "1");
    let errors = complained(here, &collect, exit::INSTRUCTOR);
    assert!(errors.contains("--allow-lower"), "{errors}");
    said(
        here,
        &[collect.as_slice(), &["--allow-lower"]].concat(),
        exit::INSTRUCTOR,
    );
    let grades = book(here);
    let ada = &entry(&grades, "ada")["outcome"]["graded"]["grade"];
    assert_eq!(ada["points"], "1/1");
    let text = said(here, &["grade", "diff", "run", "run"], exit::DONE);
    assert!(text.contains("0 changed"), "{text}");
    for (args, part) in [
        (vec!["grade", "explain", "run", "nobody"], "no submission"),
        (
            vec!["grade", "explain", "run", "ada", "nothing"],
            "has no check",
        ),
        (vec!["grade", "status", "class"], "holds no run"),
        (
            vec!["grade", "class", "--lab", LAB, "-o", "class"],
            "no run, and not empty",
        ),
        (vec!["grade", "class", "--lab", LAB], "--output"),
    ] {
        let errors = complained(here, &args, exit::USAGE);
        assert!(errors.contains(part), "{args:?}: {errors}");
    }
    // Another class does not go into the same run.
    class(here, &["eve"]);
    let errors = complained(here, &GRADE, exit::USAGE);
    assert!(errors.contains("something else"), "{errors}");
}

/// Says when files come.
struct Arrivals {
    inotify: Inotify,
    ending: &'static str,
}

impl Arrivals {
    /// Results, of a run that is not yet begun.
    fn watch(here: &Path) -> Self {
        Self::watch_for(here, "results", ".json")
    }

    /// Files with this ending in a directory of a run that is not yet begun.
    fn watch_for(here: &Path, directory: &str, ending: &'static str) -> Self {
        for name in ["attempts", directory] {
            fs::create_dir_all(here.join("run").join(name)).unwrap();
        }
        let inotify = Inotify::init(InitFlags::empty()).unwrap();
        let directory = here.join("run").join(directory);
        inotify
            .add_watch(&directory, AddWatchFlags::IN_CREATE)
            .unwrap();
        Self { inotify, ending }
    }

    /// Waits for one; its name.
    fn next(&self) -> String {
        loop {
            let events = self.inotify.read_events().unwrap();
            let names = events.iter().filter_map(|event| event.name.as_ref());
            let mut names = names.map(|name| name.to_string_lossy());
            if let Some(name) = names.find(|name| name.ends_with(self.ending)) {
                return name.into_owned();
            }
        }
    }
}

fn start(here: &Path) -> Child {
    syslab(here)
        .args(GRADE)
        .args(["-j", "2"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// The names of marks with this ending.
fn marks(here: &Path, ending: &str) -> usize {
    fs::read_dir(here.join("run/marks"))
        .unwrap()
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(ending)
        })
        .count()
}

const MANY: [&str; 10] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"];

#[test]
fn a_killed_driver_loses_nothing_and_blames_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    class(here, &MANY);
    let arrivals = Arrivals::watch(here);
    let mut driver = start(here);
    arrivals.next();
    kill(pid(&driver), Signal::SIGKILL).unwrap();
    driver.wait().unwrap();
    let before = results(here);
    let status = said(here, &["grade", "resume", "run", "-j", "2"], exit::DONE);
    assert!(status.contains("graded      10"), "{status}");
    let after = results(here);
    for (name, place) in &before {
        assert_eq!(after.get(name), Some(place), "{name} is as it was");
    }
    assert_eq!((marks(here, ".lost"), marks(here, ".begun")), (0, 0));
}

#[test]
fn a_killed_worker_costs_nobody_anything() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    class(here, &MANY);
    let arrivals = Arrivals::watch(here);
    let mut driver = start(here);
    arrivals.next();
    let children = format!("/proc/{0}/task/{0}/children", driver.id());
    let workers = fs::read_to_string(children).unwrap();
    for worker in workers.split_whitespace() {
        // It may have ended by itself.
        let _gone = kill(Pid::from_raw(worker.parse().unwrap()), Signal::SIGKILL);
    }
    let status = driver.wait().unwrap();
    assert_eq!(status.code(), Some(i32::from(exit::DONE)));
    let status = said(here, &["grade", "status", "run"], exit::DONE);
    assert!(status.contains("graded      10"), "{status}");
}

#[test]
fn an_interrupt_says_how_to_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    class(here, &MANY);
    let arrivals = Arrivals::watch(here);
    let driver = start(here);
    arrivals.next();
    // While it works nobody else may.
    let busy = complained(here, &["grade", "resume", "run"], exit::USAGE);
    assert!(busy.contains("another syslab"), "{busy}");
    kill(pid(&driver), Signal::SIGINT).unwrap();
    let output = driver.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        output.status.code(),
        Some(i32::from(exit::INTERRUPTED)),
        "{errors}"
    );
    assert!(errors.contains("syslab grade resume run"), "{errors}");
    assert_eq!((marks(here, ".lost"), marks(here, ".begun")), (0, 0));
    let errors = complained(here, &["grade", "collect", "run"], exit::INSTRUCTOR);
    assert!(errors.contains("still to be made"), "{errors}");
    let status = said(here, &GRADE, exit::DONE);
    assert!(status.contains("graded      10"), "{status}");
}

#[test]
fn a_canary_that_sings_keeps_the_grades_in_the_house() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    class(here, &["ada"]);
    // The solution is none any more: as if the check, or the machine, were broken.
    copy(&lab("wrong"), &here.join("known/wrong"));
    copy(
        &lab(&format!("wrong/{CHECK}/skips-empty-records")),
        &here.join("known/solution/c"),
    );
    let mut args = GRADE.to_vec();
    args.extend(["--canaries", "known"]);
    let status = said(here, &args, exit::INSTRUCTOR);
    assert!(status.contains("canary:solution/c"), "{status}");
    let errors = complained(here, &["grade", "collect", "run"], exit::INSTRUCTOR);
    assert!(errors.contains("can be trusted"), "{errors}");
    assert!(!here.join("run/exports").exists());
}

/// A lab that an instructor wrote: its programs are the canaries, and it stays what it was.
#[test]
fn a_lab_of_ones_own_is_graded() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    said(here, &["author", "new", "mylab"], exit::DONE);
    copy(&here.join("mylab/solution/python"), &here.join("class/ada"));
    copy(&here.join("mylab/starter/python"), &here.join("class/bob"));
    let grade = [
        "grade",
        "class",
        "--lab",
        "mylab",
        "-o",
        "run",
        "--allow-weak-confinement",
    ];
    let status = said(here, &grade, exit::DONE);
    for part in ["custom/note", "graded      2", "canaries    5 as expected"] {
        assert!(status.contains(part), "{part}: {status}");
    }
    let text = said(here, &["grade", "explain", "run", "bob"], exit::DONE);
    assert!(text.contains("main.py:5"), "{text}");
    let text = said(here, &["grade", "replay", "run", "bob"], exit::DONE);
    assert!(text.contains("the same is found again"), "{text}");
    // The run has a lab of its own, and is about no other one.
    fs::write(here.join("mylab/README.md"), "Do something else.\n").unwrap();
    let error = complained(here, &grade, exit::USAGE);
    assert!(
        error.contains("the lab's file, or what lies beside it"),
        "{error}"
    );
    said(here, &["grade", "status", "run"], exit::DONE);
}

/// Work that is alike is shown side by side, also where it is like a reference; nobody loses by it.
#[test]
fn works_that_are_alike_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    class(here, &["ada", "bob"]);
    said(here, &GRADE, exit::DONE);
    let collect = [
        "grade", "collect", "run", "--format", "html", "--format", "jplag", "--format", "dolos",
        "--format", "feedback", "--format", "json",
    ];
    said(here, &collect, exit::DONE);
    let made = |path: &str| fs::read_to_string(here.join("run/exports").join(path)).unwrap();
    assert!(made("report.html").contains("reference:python"));
    assert!(made("dolos/info.csv").contains("ada/main.py"));
    assert_eq!(
        made("jplag/submissions/bob/main.py"),
        fs::read_to_string(lab("solution/python/main.py")).unwrap()
    );
    assert!(here.join("run/exports/jplag/base/main.py").exists());
    assert!(
        !here
            .join("run/exports/jplag/submissions/reference:python")
            .exists()
    );
    assert!(
        made("feedback/ada.md").contains("10 of 10"),
        "{}",
        made("feedback/ada.md")
    );
    let grades = book(here);
    for key in ["ada", "bob"] {
        let grade = &entry(&grades, key)["outcome"]["graded"]["grade"];
        assert_eq!(grade["points"], grade["out_of"]);
    }
}
