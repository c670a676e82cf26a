//! Source files: which room uses which, what is said of each, what stands only where it may.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{assert_none, files, read, root};

/// Each room with the rooms that it may use; ARCHITECTURE.md says why.
const ROOMS: &[(&str, &[&str])] = &[
    ("sys", &[]),
    ("model", &[]),
    ("ui", &[]),
    ("probes", &["sys", "model"]),
    ("tracer", &["sys", "model"]),
    ("sandbox", &["sys", "model"]),
    ("stimulus", &["sys", "model"]),
    ("gpu", &["sys", "model"]),
    (
        "bench",
        &[
            "sys", "model", "probes", "tracer", "sandbox", "stimulus", "gpu",
        ],
    ),
    ("custom", &["model", "embedded", "lessons", "tracer"]),
    ("lessons", &["sys", "model", "ui", "stimulus", "gpu"]),
    (
        "lessons/*/demos",
        &["sys", "model", "ui", "stimulus", "gpu", "bench", "probes"],
    ),
    ("embedded", &["model"]),
    ("grade", &["sys", "model", "ui", "bench"]),
    ("report", &["model", "ui", "gpu"]),
    ("exit", &["ui"]),
];

/// Rooms that may use everything: they hold no logic.
const DOORS: &[&str] = &["commands", "cli", "lib", "main"];

/// Where `unsafe` may stand besides `sys`: programs that a demo compiles, to show how C meets Rust.
const UNSAFE_DEMOS: &[&str] = &[
    "src/lessons/ext/demos/bindings/pyo3/lib.rs",
    "src/lessons/ext/demos/overhead/squares.rs",
];

/// Who prints: the room for it, and what must speak when nothing else can any more.
const PRINTS: &[&str] = &["src/ui/", "src/exit.rs", "src/main.rs"];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc"];

/// The code of a source file, line by line with its number, comments aside.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default()))
}

/// Whether a source file is a module that is compiled for tests only.
fn is_for_tests(path: &str) -> bool {
    let path = Path::new(path);
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let directory = path.parent().unwrap();
    let declared = format!("#[cfg(test)]\nmod {stem};");
    [directory.join("mod.rs"), directory.with_extension("rs")]
        .iter()
        .filter_map(|parent| fs::read_to_string(root().join(parent)).ok())
        .any(|parent| parent.contains(&declared))
}

/// Names `NAME` of `PREFIX::NAME` in a line.
fn paths<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(prefix).flat_map(move |(at, _)| {
        let rest = &line[at + prefix.len()..];
        let group = rest
            .strip_prefix('{')
            .and_then(|rest| rest.split('}').next());
        let names: Vec<&str> = match group {
            Some(group) => group.split(',').collect(),
            None => vec![rest],
        };
        names.into_iter().map(|name| {
            let name = name.trim_start();
            let end = name
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(name.len());
            &name[..end]
        })
    })
}

/// The room that a source file is in, and what that room may use.
fn room(path: &str) -> (&'static str, &'static [&'static str]) {
    let inside = path.strip_prefix("src/").unwrap();
    let parts: Vec<&str> = inside.split('/').collect();
    let name = match parts[..] {
        ["lessons", _, demos, ..] if demos.starts_with("demos") => "lessons/*/demos",
        _ => parts[0].trim_end_matches(".rs"),
    };
    if let Some(door) = DOORS.iter().find(|door| **door == name) {
        return (door, &[]);
    }
    *ROOMS
        .iter()
        .find(|(room, _)| *room == name)
        .unwrap_or_else(|| panic!("{path} is in no room that ROOMS knows"))
}

#[test]
fn rooms_use_what_they_may() {
    let mut complaints = Vec::new();
    for path in files("src", "rs") {
        let (room, allowed) = room(&path);
        if DOORS.contains(&room) {
            continue;
        }
        let own = room.split('/').next().unwrap();
        let text = read(&path);
        for (number, line) in code(&text) {
            for used in paths(line, "crate::") {
                let is_room = ROOMS.iter().any(|(room, _)| *room == used) || DOORS.contains(&used);
                if is_room && used != own && !allowed.contains(&used) {
                    complaints.push(format!("{path}:{number}: {room} may not use {used}"));
                }
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn every_module_says_what_it_is_for() {
    let complaints: Vec<String> = ["src", "tests/it"]
        .iter()
        .flat_map(|directory| files(directory, "rs"))
        .chain(["build.rs".to_owned()])
        .filter(|path| !read(path).starts_with("//! "))
        .map(|path| format!("{path} does not begin with a //! paragraph"))
        .collect();
    assert_none(&complaints);
}

#[test]
fn unsafe_code_stays_at_home() {
    let mut complaints = Vec::new();
    for path in files("src", "rs") {
        if path.starts_with("src/sys/") || UNSAFE_DEMOS.contains(&path.as_str()) {
            continue;
        }
        let text = read(&path);
        for (number, line) in code(&text) {
            if line
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == "unsafe")
            {
                complaints.push(format!("{path}:{number}: unsafe outside of src/sys"));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn lints_are_expected_and_never_allowed() {
    // Put together, so that this line is not found.
    let allow = ["allow", "("].concat();
    let mut complaints = Vec::new();
    for path in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        for (number, line) in code(&read(&path)) {
            if line.contains("#[") && line.contains(&allow)
                || line.contains("#![") && line.contains(&allow)
            {
                complaints.push(format!("{path}:{number}: use #[expect(.., reason)]"));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn one_room_prints() {
    let mut complaints = Vec::new();
    for path in files("src", "rs") {
        if is_for_tests(&path) || PRINTS.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        let text = read(&path);
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code(product) {
            for print in ["println!", "eprintln!", " print!", "eprint!"] {
                if line.contains(print) {
                    complaints.push(format!("{path}:{number}: {print} outside of src/ui"));
                }
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn names_say_something() {
    let complaints: Vec<String> = files("src", "rs")
        .into_iter()
        .filter(|path| {
            Path::new(path).iter().any(|part| {
                let part = part.to_str().unwrap().trim_end_matches(".rs");
                EMPTY_NAMES.contains(&part)
            })
        })
        .collect();
    assert_none(&complaints);
}

#[test]
fn the_kernel_is_cited() {
    let complaints: Vec<String> = files("src/sys", "rs")
        .into_iter()
        .filter(|path| *path != "src/sys/mod.rs")
        .filter(|path| {
            let text = read(path);
            !(1..=8).any(|section| text.contains(&format!("({section})")))
        })
        .map(|path| format!("{path} cites no man page"))
        .collect();
    assert_none(&complaints);
}

#[test]
fn no_test_sleeps() {
    let sleep = ["thread::", "sleep"].concat();
    let mut complaints = Vec::new();
    for path in files("tests", "rs").into_iter().chain(files("src", "rs")) {
        let text = read(&path);
        let tests_begin = match path.starts_with("tests/") || is_for_tests(&path) {
            true => Some(0),
            false => text.find("#[cfg(test)]"),
        };
        let tests = tests_begin.map_or("", |at| &text[at..]);
        if code(tests).any(|(_, line)| line.contains(&sleep)) {
            complaints.push(format!("{path}: a test sleeps; wait for the event"));
        }
    }
    assert_none(&complaints);
}

#[test]
fn no_test_file_is_forgotten() {
    let main = read("tests/it/main.rs");
    let listed: BTreeSet<&str> = main
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    let there = fs::read_dir(root().join("tests/it")).unwrap();
    for entry in there {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_module = path.is_dir() || path.extension().is_some_and(|ending| ending == "rs");
        // Directories of snapshots are no modules.
        if is_module && name != "main" && name != "snapshots" {
            assert!(
                listed.contains(name.as_str()),
                "tests/it/main.rs does not list {name}"
            );
        }
    }
    // A program that nothing runs tests nothing.
    let sources: String = files("tests", "rs")
        .into_iter()
        .chain(files("src", "rs"))
        .map(|path| read(&path))
        .collect();
    for program in files("tests/programs", "c") {
        let name = Path::new(&program).file_name().unwrap().to_str().unwrap();
        let stem = name.trim_end_matches(".c");
        assert!(
            sources.contains(&format!("\"{stem}\"")) || sources.contains(name),
            "no test runs {program}"
        );
    }
}

/// Guards the tests above against looking at nothing.
#[test]
fn tidy_sees_the_sources() {
    let sources = files("src", "rs");
    for path in ["src/main.rs", "src/ui/mod.rs", "src/sys/memory.rs"] {
        assert!(sources.contains(&PathBuf::from(path).display().to_string()));
    }
    assert_eq!(
        paths("use crate::{model, sys::memory};", "crate::").collect::<Vec<_>>(),
        ["model", "sys"]
    );
    assert_eq!(
        paths("crate::ui::Look", "crate::").collect::<Vec<_>>(),
        ["ui"]
    );
}
