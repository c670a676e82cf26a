//! One page: Markdown to HTML, with the names, links and pictures that the book gives it.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::{Leaf, picture};

/// What is between `<main>` and the links to other pages.
pub(super) fn body(leaf: &Leaf, lesson: &str, pictures: &[(String, String)]) -> String {
    let options = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
    let mut headings = leaf.headings.iter();
    let mut demos = Demos::of(lesson, pictures);
    let mut is_code = false;
    let mut events = Vec::new();
    for event in Parser::new_ext(&leaf.markdown, options) {
        let event = match event {
            // As on a terminal: the text has no HTML of its own.
            Event::Html(_) | Event::InlineHtml(_) => continue,
            Event::Start(Tag::Heading {
                level,
                classes,
                attrs,
                ..
            }) => Event::Start(Tag::Heading {
                level,
                id: headings.next().map(|name| CowStr::from(name.clone())),
                classes,
                attrs,
            }),
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => Event::Start(Tag::Link {
                link_type,
                dest_url: target(&dest_url).into(),
                title,
                id,
            }),
            Event::Start(Tag::CodeBlock(kind)) => {
                is_code = true;
                Event::Start(Tag::CodeBlock(plain(kind)))
            }
            other => other,
        };
        match &event {
            Event::Text(text) if is_code => demos.hear(text),
            Event::Code(text) => demos.hear(text),
            _ => {}
        }
        let ends = match &event {
            Event::End(TagEnd::CodeBlock) => {
                is_code = false;
                true
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item) => true,
            _ => false,
        };
        events.push(event);
        if ends {
            events.extend(demos.take().map(|html| Event::Html(html.into())));
        }
    }
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    body
}

/// The language's name only: `c,ignore` says more to mdBook.
fn plain(kind: CodeBlockKind<'_>) -> CodeBlockKind<'_> {
    match kind {
        CodeBlockKind::Fenced(info) => {
            let language = info.split([',', ' ']).next().unwrap_or_default();
            CodeBlockKind::Fenced(language.to_owned().into())
        }
        CodeBlockKind::Indented => CodeBlockKind::Indented,
    }
}

/// Where a link of the source leads in the book.
fn target(url: &str) -> String {
    if url.contains("://") || url.starts_with("mailto:") {
        return url.to_owned();
    }
    let (file, heading) = match url.split_once('#') {
        Some((file, heading)) => (file, Some(heading)),
        None => (url, None),
    };
    let (directory, name) = match file.rsplit_once('/') {
        Some((directory, name)) => (format!("{directory}/"), name),
        None => (String::new(), file),
    };
    let name = match name.strip_suffix(".md") {
        Some("README") => "index.html".to_owned(),
        Some(stem) => format!("{stem}.html"),
        None => name.to_owned(),
    };
    match heading {
        Some(heading) => format!("{directory}{name}#{heading}"),
        None => format!("{directory}{name}"),
    }
}

/// The demos that a page tells to run, as far as there are pictures of them.
struct Demos<'a> {
    lesson: &'a str,
    /// Those that have not been shown on this page.
    left: Vec<&'a str>,
    /// Those that the block which is open names.
    named: Vec<&'a str>,
}

impl<'a> Demos<'a> {
    fn of(lesson: &'a str, pictures: &'a [(String, String)]) -> Self {
        let own = pictures.iter().filter(|(owner, _)| owner == lesson);
        Self {
            lesson,
            left: own.map(|(_, demo)| demo.as_str()).collect(),
            named: Vec::new(),
        }
    }

    /// Takes in code, which may be a command.
    fn hear(&mut self, code: &str) {
        for line in code.lines() {
            let mut words = line
                .trim_start()
                .trim_start_matches("$ ")
                .split_whitespace();
            let is_demo = words.next() == Some("syslab")
                && words.next() == Some(self.lesson)
                && words.next() == Some("demo");
            let name = words.next().filter(|_| is_demo);
            let at = name.and_then(|name| self.left.iter().position(|demo| *demo == name));
            self.named.extend(at.map(|at| self.left.remove(at)));
        }
    }

    /// The pictures of those that were named since the last time.
    fn take(&mut self) -> impl Iterator<Item = String> {
        let lesson = self.lesson;
        self.named.drain(..).map(move |demo| {
            let file = picture(lesson, demo);
            format!(
                "<details>\n<summary>What it showed when this book was made</summary>\n\
                 <img src=\"../{file}\" alt=\"The output of syslab {lesson} demo {demo}\" />\n</details>\n"
            )
        })
    }
}
