//! mdBook's `{{#include FILE:ANCHOR}}`: pages show code that is compiled elsewhere.

/// The text with every include replaced by what it names; `path` is the page's own path.
///
/// What cannot be found stays as it is written; a test of the repository finds it.
pub fn resolve(text: &str, path: &str) -> String {
    resolve_with(text, path, &|file| super::file(file).map(super::File::text))
}

/// As [`resolve`], with files that come from `read`.
fn resolve_with(text: &str, path: &str, read: &dyn Fn(&str) -> Option<String>) -> String {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{#") {
        let Some(length) = rest[start..].find("}}") else {
            break;
        };
        let end = start + length + 2;
        resolved.push_str(&rest[..start]);
        match included(&rest[start + 3..end - 2], path, read) {
            Some(content) => resolved.push_str(content.trim_end_matches('\n')),
            None => resolved.push_str(&rest[start..end]),
        }
        rest = &rest[end..];
    }
    resolved.push_str(rest);
    resolved
}

/// What one directive (without its braces) stands for.
fn included(directive: &str, page: &str, read: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let (word, argument) = directive.trim().split_once(char::is_whitespace)?;
    if !word.ends_with("include") {
        return None;
    }
    let (file, part) = match argument.trim().split_once(':') {
        Some((file, part)) => (file, Some(part)),
        None => (argument.trim(), None),
    };
    let text = read(&beside(page, file))?;
    Some(match part {
        None => without_anchors(text.lines()),
        Some(part) => match lines(part) {
            Some((first, last)) => {
                without_anchors(text.lines().take(last).skip(first.saturating_sub(1)))
            }
            None => anchored(&text, part)?,
        },
    })
}

/// The path `file`, relative to the directory of `page`.
fn beside(page: &str, file: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A range of lines: `4`, `4:`, `4:9`, `:9`; from 1, the last included.
fn lines(part: &str) -> Option<(usize, usize)> {
    match part.split_once(':') {
        None => part.parse().ok().map(|line| (line, line)),
        Some((first, last)) => {
            let number = |text: &str, default| match text {
                "" => Some(default),
                text => text.parse().ok(),
            };
            Some((number(first, 1)?, number(last, usize::MAX)?))
        }
    }
}

/// The lines between `ANCHOR: name` and `ANCHOR_END: name`, indented as little as possible.
fn anchored(text: &str, name: &str) -> Option<String> {
    let mut inside = text
        .lines()
        .skip_while(|line| anchor(line) != Some(("ANCHOR", name)))
        .peekable();
    inside.peek()?;
    let body: Vec<&str> = inside
        .skip(1)
        .take_while(|line| anchor(line) != Some(("ANCHOR_END", name)))
        .collect();
    let indent = body
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    Some(without_anchors(
        body.into_iter()
            .map(|line| line.get(indent..).unwrap_or("")),
    ))
}

/// The anchor that a line sets: its kind and its name.
fn anchor(line: &str) -> Option<(&'static str, &str)> {
    ["ANCHOR", "ANCHOR_END"].into_iter().find_map(|kind| {
        let (_, after) = line.split_once(&format!("{kind}: "))?;
        Some((kind, after.split_whitespace().next()?))
    })
}

fn without_anchors<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for line in lines.filter(|line| anchor(line).is_none()) {
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> String {
        resolve_with(text, "lessons/process/README.md", &|path| {
            (path == "labs/process/a.c").then(|| {
                "one\n    // ANCHOR: mid\n    two\n      three\n    // ANCHOR_END: mid\nfour\n"
                    .into()
            })
        })
    }

    #[test]
    fn a_file_comes_without_its_anchors() {
        assert_eq!(
            resolved("```c\n{{#include ../../labs/process/a.c}}\n```\n"),
            "```c\none\n    two\n      three\nfour\n```\n"
        );
    }

    #[test]
    fn an_anchor_comes_alone_and_unindented() {
        assert_eq!(
            resolved("<{{#include ../../labs/process/a.c:mid}}>"),
            "<two\n  three>"
        );
    }

    #[test]
    fn lines_are_counted_from_one() {
        assert_eq!(resolved("{{#include ../../labs/process/a.c:6}}"), "four");
        assert_eq!(
            resolved("{{#rustdoc_include ../../labs/process/a.c:3:4}}"),
            "    two\n      three"
        );
    }

    #[test]
    fn what_is_not_there_stays() {
        for text in [
            "{{#include gone.c}}",
            "{{#include ../../labs/process/a.c:gone}}",
            "{{#title x}} and {{#include",
        ] {
            assert_eq!(resolved(text), text);
        }
    }
}
