//! Lessons and labs: what belongs together is there, and what is named exists.

use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag};
use syslab::embedded::pages::{self, Page};
use syslab::lessons::LESSONS;
use syslab::model::curriculum::heading_slug;

use super::{assert_none, files, read, root};

#[test]
fn a_lesson_has_its_three_rooms() {
    for lesson in LESSONS {
        for room in ["lessons", "labs", "src/lessons"] {
            let directory = root().join(room).join(lesson.slug);
            assert!(directory.is_dir(), "{} is missing", directory.display());
        }
        let page = root().join("lessons").join(lesson.slug).join("README.md");
        assert!(page.is_file(), "{} is missing", page.display());
    }
    for room in ["lessons", "labs", "src/lessons"] {
        for entry in fs::read_dir(root().join(room)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !name.starts_with('.') && name != "book" {
                assert!(
                    LESSONS.iter().any(|lesson| lesson.slug == name),
                    "{room}/{name} belongs to no lesson"
                );
            }
        }
    }
}

#[test]
fn a_lab_has_its_directory() {
    for lesson in LESSONS {
        for lab in lesson.labs {
            let directory = root().join("labs").join(lesson.slug).join(lab.slug);
            for part in ["README.md", "starter", "solution", "wrong"] {
                assert!(
                    directory.join(part).exists(),
                    "{} is missing",
                    directory.join(part).display()
                );
            }
        }
    }
}

#[test]
fn a_handout_lists_the_checks_in_their_order() {
    for lesson in LESSONS {
        for lab in lesson.labs {
            let handout = read(&format!("labs/{}/{}/README.md", lesson.slug, lab.slug));
            let rows = handout
                .split("\n| check")
                .nth(1)
                .unwrap_or_default()
                .lines();
            let listed: Vec<&str> = rows
                .skip(2)
                .map_while(|row| Some(row.strip_prefix('|')?.split('|').next()?.trim()))
                .collect();
            let ids: Vec<&str> = lab.checks.iter().map(|check| check.id).collect();
            assert_eq!(listed, ids, "{}/{}", lesson.slug, lab.slug);
        }
    }
}

#[test]
fn what_checks_teach_is_taught() {
    for lesson in LESSONS {
        let pages = pages::of(lesson.slug);
        for check in lesson.labs.iter().flat_map(|lab| lab.checks) {
            let slug = heading_slug(check.teaches);
            assert!(
                pages.iter().any(|page| page.section(&slug).is_some()),
                "{}: no page of {} has the heading {:?}",
                check.id,
                lesson.slug,
                check.teaches
            );
        }
    }
}

#[test]
fn pages_name_commands_that_exist() {
    for lesson in LESSONS {
        for page in pages::of(lesson.slug) {
            for (kind, known) in [
                (
                    "demo",
                    lesson.demos.iter().map(|one| one.slug).collect::<Vec<_>>(),
                ),
                (
                    "trace",
                    lesson.exercises.iter().map(|one| one.slug).collect(),
                ),
                ("check", lesson.labs.iter().map(|one| one.slug).collect()),
                ("start", lesson.labs.iter().map(|one| one.slug).collect()),
            ] {
                let command = format!("syslab {} {kind} ", lesson.slug);
                for (at, _) in page.text.match_indices(&command) {
                    let rest = &page.text[at + command.len()..];
                    let end = rest
                        .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                        .unwrap_or(rest.len());
                    let name = &rest[..end];
                    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase());
                    assert!(
                        !is_name || known.contains(&name),
                        "{}: `{command}{name}` names nothing",
                        page.slug
                    );
                }
            }
        }
    }
}

#[test]
fn includes_find_what_they_name() {
    for page in LESSONS.iter().flat_map(|lesson| pages::of(lesson.slug)) {
        for directive in ["{{#include", "{{#rustdoc_include", "{{#playground"] {
            assert!(
                !page.text.contains(directive),
                "{}: an include finds nothing",
                page.slug
            );
        }
    }
}

#[test]
fn the_summary_has_every_page_in_teaching_order() {
    let summary = read("lessons/SUMMARY.md").replace("(./", "(");
    let links: Vec<&str> = summary
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    for link in &links {
        let file = root().join("lessons").join(link.split('#').next().unwrap());
        assert!(
            file.is_file(),
            "SUMMARY.md links to {link}, which does not exist"
        );
    }
    for page in files("lessons", "md") {
        let page = page.strip_prefix("lessons/").unwrap();
        let is_page = page != "SUMMARY.md" && !page.starts_with("book/");
        assert!(
            !is_page || links.contains(&page),
            "SUMMARY.md does not list {page}"
        );
    }
    let order: Vec<&str> = links
        .iter()
        .filter_map(|link| link.strip_suffix("/README.md"))
        .filter(|slug| LESSONS.iter().any(|lesson| lesson.slug == *slug))
        .collect();
    let taught: Vec<&str> = LESSONS.iter().map(|lesson| lesson.slug).collect();
    assert_eq!(order, taught, "SUMMARY.md and LESSONS differ in order");
}

#[test]
fn one_sentence_is_one_line() {
    // Sampled where it shows: a full stop and a capital in the middle of a line of prose.
    let mut complaints = Vec::new();
    let pages: Vec<String> = files("lessons", "md");
    for path in pages {
        let mut is_code = false;
        for (at, line) in read(&path).lines().enumerate() {
            is_code ^= line.trim_start().starts_with("```");
            let is_prose = !is_code && line.starts_with(|c: char| c.is_ascii_uppercase());
            let breaks = line.match_indices(". ").any(|(dot, _)| {
                let before = line[..dot].split_whitespace().last().unwrap_or_default();
                let after = line[dot + 2..].chars().next().unwrap_or(' ');
                before.len() > 3 && after.is_ascii_uppercase()
            });
            if is_prose && breaks {
                complaints.push(format!("{path}:{}: two sentences on a line", at + 1));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn links_lead_somewhere() {
    let mut complaints = Vec::new();
    for lesson in LESSONS {
        let pages = pages::of(lesson.slug);
        for page in &pages {
            for link in links(&page.text) {
                if !leads_somewhere(&link, page, &pages, lesson.slug) {
                    complaints.push(format!("{}/{}.md: {link}", lesson.slug, page.slug));
                }
            }
        }
    }
    assert_none(&complaints);
}

/// Where the links of a page lead, those to other sites aside.
fn links(text: &str) -> Vec<String> {
    Parser::new_ext(text, Options::all())
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.into_string()),
            _ => None,
        })
        .filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
        .collect()
}

fn leads_somewhere(link: &str, from: &Page, pages: &[Page], lesson: &str) -> bool {
    let (file, heading) = match link.split_once('#') {
        Some((file, heading)) => (file, Some(heading)),
        None => (link, None),
    };
    if !root().join("lessons").join(lesson).join(file).exists() {
        return false;
    }
    let slug = match file {
        "" => from.slug,
        file => Path::new(file).file_stem().unwrap().to_str().unwrap(),
    };
    // A page of another lesson may have the name of one of ours.
    let elsewhere = file
        .strip_prefix("../")
        .and_then(|rest| rest.split_once('/'))
        .map(|(lesson, _)| pages::of(lesson));
    let target = elsewhere
        .as_deref()
        .unwrap_or(pages)
        .iter()
        .find(|page| page.slug == slug);
    match (heading, target) {
        (None, _) => true,
        (Some(heading), Some(page)) => page.section(heading).is_some(),
        (Some(_), None) => false,
    }
}
