//! A lesson's pages, their order and their headings.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{below, include};
use crate::model::curriculum::heading_slug;

/// One page of a lesson.
#[derive(Clone, Debug)]
pub struct Page {
    /// The name that `syslab LESSON read` takes: the file's name without `.md`.
    pub slug: &'static str,
    /// Markdown: front matter taken off, includes resolved.
    pub text: String,
    /// The headings, in order.
    pub headings: Vec<Heading>,
}

/// A heading of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 for `#`.
    pub level: u8,
    /// Its text, without markup.
    pub title: String,
    /// Its name in links, unique within the page.
    pub slug: String,
    /// Where it begins, as a byte offset into the page's text.
    pub start: usize,
}

/// The name of the page that a lesson begins with.
pub const FIRST_PAGE: &str = "README";

/// A lesson's pages: README first, then as `lessons/SUMMARY.md` has them, then the others.
pub fn of(lesson: &str) -> Vec<Page> {
    let directory = format!("lessons/{lesson}");
    let summary = super::file("lessons/SUMMARY.md").map(super::File::text);
    let place = |name: &str| {
        let link = format!("({lesson}/{name})");
        summary
            .as_deref()
            .and_then(|summary| summary.replace("(./", "(").find(&link))
            .unwrap_or(usize::MAX)
    };
    let mut files: Vec<_> = below(&directory)
        .filter_map(|(name, file)| Some((name, name.strip_suffix(".md")?, file)))
        .filter(|(name, ..)| !name.contains('/'))
        .collect();
    files.sort_by_key(|(name, slug, _)| (*slug != FIRST_PAGE, place(name), *slug));
    files
        .into_iter()
        .map(|(_, slug, file)| {
            Page::new(
                slug,
                include::resolve(without_front_matter(&file.text()), file.path),
            )
        })
        .collect()
}

/// The text after a leading block between two lines `---`.
pub fn without_front_matter(text: &str) -> &str {
    text.strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .map_or(text, |(_, body)| body)
}

impl Page {
    /// A page made of this text.
    pub fn new(slug: &'static str, text: String) -> Self {
        let headings = headings(&text);
        Self {
            slug,
            text,
            headings,
        }
    }

    /// The page's title: its first heading.
    pub fn title(&self) -> &str {
        self.headings
            .first()
            .map_or(self.slug, |first| &first.title)
    }

    /// The text from the heading with this slug to the next one of its level or above.
    pub fn section(&self, slug: &str) -> Option<&str> {
        let at = self.headings.iter().position(|one| one.slug == slug)?;
        let here = &self.headings[at];
        let end = self.headings[at + 1..]
            .iter()
            .find(|next| next.level <= here.level)
            .map_or(self.text.len(), |next| next.start);
        Some(&self.text[here.start..end])
    }
}

/// The headings of a Markdown text.
fn headings(text: &str) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let mut open: Option<Heading> = None;
    for (event, range) in Parser::new_ext(text, Options::all()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                open = Some(Heading {
                    level: level as u8,
                    title: String::new(),
                    slug: String::new(),
                    start: range.start,
                });
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut open {
                    heading.title.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some(mut heading) = open.take() {
                    heading.slug = unique(heading_slug(&heading.title), &found);
                    found.push(heading);
                }
            }
            _ => {}
        }
    }
    found
}

/// The slug, or with the first free number after it, as mdBook does.
fn unique(slug: String, taken: &[Heading]) -> String {
    let is_free = |slug: &String| taken.iter().all(|heading| heading.slug != *slug);
    if is_free(&slug) {
        return slug;
    }
    (1..)
        .map(|n| format!("{slug}-{n}"))
        .find(is_free)
        .expect("numbers do not run out")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Signals\n\nIntro.\n\n## What `SIGTERM` asks\n\nA.\n\n### More\n\nB.\n\n\
        ```sh\n# no heading\n```\n\n## More\n\nC.\n";

    #[test]
    fn headings_have_unique_slugs() {
        let page = Page::new("README", TEXT.into());
        let slugs: Vec<_> = page.headings.iter().map(|one| one.slug.as_str()).collect();
        assert_eq!(slugs, ["signals", "what-sigterm-asks", "more", "more-1"]);
        assert_eq!(page.title(), "Signals");
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        let page = Page::new("README", TEXT.into());
        let section = page.section("what-sigterm-asks").unwrap();
        assert!(section.starts_with("## What"));
        assert!(section.trim_end().ends_with("```"), "{section}");
        assert_eq!(page.section("more-1"), Some("## More\n\nC.\n"));
        assert_eq!(page.section("signals"), Some(TEXT));
        assert_eq!(page.section("gone"), None);
    }

    #[test]
    fn front_matter_is_taken_off() {
        assert_eq!(without_front_matter("---\nminutes: 5\n---\n# A\n"), "# A\n");
        assert_eq!(without_front_matter("# A\n---\nb\n"), "# A\n---\nb\n");
    }
}
