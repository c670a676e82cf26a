//! Labs that are written as data: from `author new` to a verdict.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, Output};

use syslab::custom;
use syslab::lessons;

fn syslab(here: &Path, args: &[&OsStr]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(args)
        .current_dir(here)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

/// A path that is no text.
fn odd_name() -> &'static OsStr {
    OsStr::from_bytes(b"my\xfflab")
}

fn words<'a>(words: &[&'a str]) -> Vec<&'a OsStr> {
    words.iter().map(|&word| OsStr::new(word)).collect()
}

#[test]
fn a_new_lab_holds_what_it_promises_wherever_it_lies() {
    let here = tempfile::tempdir().unwrap();
    let mut new = words(&["author", "new"]);
    new.push(odd_name());
    let made = syslab(here.path(), &new);
    assert!(made.status.success(), "{}", told(&made));
    assert!(
        told(&made).contains("$ syslab author verify "),
        "{}",
        told(&made)
    );
    let again = syslab(here.path(), &new);
    assert_eq!(again.status.code(), Some(2));
    assert!(
        told(&again).contains("is no empty directory"),
        "{}",
        told(&again)
    );

    let mut verify = words(&["author", "verify"]);
    verify.push(odd_name());
    let verified = syslab(here.path(), &verify);
    let said = told(&verified);
    assert!(verified.status.success(), "{said}");
    assert_eq!(said.matches('✓').count(), 5, "{said}");
}

#[test]
fn a_submission_is_examined_for_a_lab_in_a_file() {
    let here = tempfile::tempdir().unwrap();
    for file in custom::template::FILES {
        let path = here.path().join(file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text).unwrap();
    }
    let check = |dir: &str, rest: &[&str]| {
        let mut args = words(&["check", "lab.toml", dir]);
        args.extend(words(rest));
        syslab(here.path(), &args)
    };
    let right = check("solution/python", &[]);
    assert!(right.status.success(), "{}", told(&right));
    assert!(told(&right).contains("Score: 100/100"), "{}", told(&right));
    let wrong = check("wrong/durable-first/says-so-too-early", &[]);
    let said = told(&wrong);
    assert_eq!(wrong.status.code(), Some(1), "{said}");
    assert!(
        said.contains("is not durable when it writes to standard output"),
        "{said}"
    );
    assert!(
        said.contains("hint: Where are the bytes when write has returned?"),
        "{said}"
    );
    assert!(
        said.contains("syslab process read acknowledge-after-the-sync"),
        "{said}"
    );
    assert!(said.contains("Score: 70/100"), "{said}");
    let unknown = check("solution/python", &["--only", "no-such-check"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", told(&unknown));

    fs::write(
        here.path().join("bad.toml"),
        "name = \"a\"\ntitel = \"b\"\n",
    )
    .unwrap();
    let bad = syslab(here.path(), &words(&["check", "bad.toml"]));
    let said = told(&bad);
    assert_eq!(bad.status.code(), Some(2), "{said}");
    assert!(said.contains("error: bad.toml is no lab\n"), "{said}");
    assert!(
        said.contains(": bad.toml:2: titel is not a key that is known here\n"),
        "{said}"
    );

    fs::remove_dir_all(here.path().join("wrong/says-full-disk")).unwrap();
    let verified = syslab(
        here.path(),
        &words(&["author", "verify", "lab.toml", "--row", "none"]),
    );
    let said = told(&verified);
    assert!(
        !verified.status.success() && said.contains("fails the check \"says-full-disk\""),
        "{said}"
    );
}

/// What can be claimed of processes and descriptors, against programs that do it right and wrong.
#[test]
fn claims_about_processes_hold_and_find_mistakes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let verified = syslab(root, &words(&["author", "verify", "tests/custom/launcher"]));
    assert!(verified.status.success(), "{}", told(&verified));
}

/// One of our own labs, as data: it has the same checks, which come to the same over its programs.
///
/// All of these take minutes (`syslab author verify tests/custom/heap --programs labs/cpython/heap`):
/// here, what must never fail.
#[test]
fn heap_as_data_is_the_same_lab() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ours = lessons::lab("cpython", "heap").unwrap();
    let data = custom::load(&root.join("tests/custom/heap/lab.toml")).unwrap();
    let names = |lab: &syslab::model::Lab| -> Vec<(&str, u32)> {
        let checks = lab.checks.iter();
        checks.map(|check| (check.id, check.points)).collect()
    };
    assert_eq!(names(ours), names(data));
    for row in ["solution/c/", "accepted/in-perl/", "wrong/frees-each-once/"] {
        let mut args = words(&["author", "verify", "tests/custom/heap"]);
        args.extend(words(&["--programs", "labs/cpython/heap", "--row", row]));
        let verified = syslab(root, &args);
        assert!(verified.status.success(), "{}", told(&verified));
    }
}
