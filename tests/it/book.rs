//! The lessons' text in a browser: every file is well-formed, and every link leads somewhere.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Output;

use roxmltree::{Document, ParsingOptions};
use syslab::exit;
use syslab::lessons::LESSONS;

use crate::workspace::syslab;

fn run(directory: &Path, browser: &str, args: &[&str]) -> Output {
    syslab(directory)
        .env("BROWSER", browser)
        .env("XDG_CACHE_HOME", directory.join("cache"))
        .args(args)
        .output()
        .unwrap()
}

/// The book's pages by their paths, each with the names that links to it can have.
fn pages(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                let text = fs::read_to_string(&path).unwrap();
                found.insert(path.strip_prefix(root).unwrap().to_owned(), text);
            }
        }
    }
    found
}

fn parsed<'a>(path: &Path, text: &'a str) -> Document<'a> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The path with `..` worked out.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[test]
fn every_link_of_the_book_leads_somewhere() {
    let here = tempfile::tempdir().unwrap();
    let output = run(here.path(), "false", &["read", "--web", "--output", "book"]);
    assert_eq!(
        output.status.code(),
        Some(i32::from(exit::DONE)),
        "{output:?}"
    );
    let root = here.path().join("book");
    let pages = pages(&root);
    let names: BTreeMap<&Path, BTreeSet<String>> = pages
        .iter()
        .map(|(path, text)| {
            let document = parsed(path, text);
            let ids = document
                .descendants()
                .filter_map(|node| node.attribute("id"));
            (path.as_path(), ids.map(str::to_owned).collect())
        })
        .collect();
    let mut complaints = Vec::new();
    for (path, text) in &pages {
        assert!(
            !text.contains("{{#"),
            "{}: an include is left",
            path.display()
        );
        for node in parsed(path, text).descendants() {
            let link = ["href", "src"]
                .iter()
                .find_map(|name| node.attribute(*name));
            let Some(link) = link.filter(|link| !link.contains("://")) else {
                continue;
            };
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => path.clone(),
                file => normal(&path.parent().unwrap().join(file)),
            };
            let has_heading = heading.is_empty()
                || names
                    .get(target.as_path())
                    .is_some_and(|ids| ids.contains(heading));
            if !root.join(&target).is_file() || !has_heading {
                complaints.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert_eq!(complaints, [] as [&str; 0]);
    for lesson in LESSONS {
        assert!(pages.contains_key(&Path::new(lesson.slug).join("index.html")));
        for lab in lesson.labs {
            let handout = format!("lab-{}.html", lab.slug);
            assert!(
                pages.contains_key(&Path::new(lesson.slug).join(handout)),
                "{}",
                lab.slug
            );
        }
    }
}

#[test]
fn the_browser_is_given_the_page_that_was_asked_for() {
    let here = tempfile::tempdir().unwrap();
    let cache = here
        .path()
        .canonicalize()
        .unwrap()
        .join("cache/syslab/book");
    for (args, place) in [
        (&["read", "--web"][..], "index.html"),
        (&["process", "read", "--web"], "process/index.html"),
        (
            &["process", "read", "signals", "--web"],
            "process/signals.html",
        ),
        (
            &["read", "process/reaper", "--web"],
            "process/lab-reaper.html",
        ),
    ] {
        let output = run(&here.path().canonicalize().unwrap(), "echo got", args);
        let said = String::from_utf8(output.stdout).unwrap();
        let file = cache.join(place);
        assert_eq!(
            said.trim_end(),
            format!("got {}", file.display()),
            "{args:?}"
        );
        assert!(file.is_file());
    }
    let heading = &["process", "read", "orphans-and-zombies", "--web"];
    let output = run(here.path(), "echo", heading);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.starts_with("file:///") && said.ends_with(".html#orphans-and-zombies\n"),
        "{said}"
    );
}

#[test]
fn what_opens_nothing_says_where_the_page_is() {
    let here = tempfile::tempdir().unwrap();
    let output = run(here.path(), "false", &["read", "--web"]);
    assert_eq!(output.status.code(), Some(i32::from(exit::MACHINE)));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("error: false failed"), "{said}");
    assert!(said.contains("hint: open "), "{said}");
    fs::write(here.path().join("thesis"), "").unwrap();
    let output = run(here.path(), "false", &["read", "--web", "--output", "."]);
    assert_eq!(
        output.status.code(),
        Some(i32::from(exit::USAGE)),
        "{output:?}"
    );
}

/// A demo's picture is an SVG with the demo's words, and the page that names the demo shows it.
#[test]
fn a_demo_can_be_drawn() {
    let here = tempfile::tempdir().unwrap();
    let write = ["read", "--web", "--output", "book"];
    run(here.path(), "false", &write);
    fs::create_dir(here.path().join("book/demos")).unwrap();
    let demo = &LESSONS[0].demos[0];
    let file = format!("book/demos/{}-{}.svg", LESSONS[0].slug, demo.slug);
    let draw = [
        LESSONS[0].slug,
        "demo",
        demo.slug,
        "--quick",
        "--svg",
        &file,
    ];
    let output = run(here.path(), "false", &draw);
    assert_eq!(
        output.status.code(),
        Some(i32::from(exit::DONE)),
        "{output:?}"
    );
    assert_eq!(output.stdout, b"");
    let svg = fs::read_to_string(here.path().join(&file)).unwrap();
    let document = parsed(Path::new(&file), &svg);
    let words: String = document
        .descendants()
        .filter_map(|node| node.is_text().then(|| node.text()).flatten())
        .collect();
    let command = format!("syslab {} demo {} --quick", LESSONS[0].slug, demo.slug);
    assert!(words.contains(&command), "{words}");
    assert!(words.lines().count() > 5, "{words}");
    run(here.path(), "false", &write);
    let pages = pages(&here.path().join("book"));
    let source = format!("src=\"../demos/{}-{}.svg\"", LESSONS[0].slug, demo.slug);
    assert!(pages.values().any(|text| text.contains(&source)));
}

#[test]
fn a_picture_that_cannot_be_written_is_told_of_before_the_demo() {
    let here = tempfile::tempdir().unwrap();
    let demo = LESSONS[0].demos[0].slug;
    let args = [LESSONS[0].slug, "demo", demo, "--svg", "no/such/place.svg"];
    let output = run(here.path(), "false", &args);
    assert_eq!(output.status.code(), Some(i32::from(exit::MACHINE)));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("error: cannot write to no/such/place.svg\n"),
        "{said}"
    );
}
