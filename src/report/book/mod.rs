//! The lessons' text as pages for a browser: one small file each, a style, no script, and nothing that is
//! fetched.
//!
//! [`pages`] is a pure function of the text. It shows what `syslab LESSON read` shows: the same includes,
//! the same names of headings, no HTML of the source's own. `mdbook build lessons` makes another book of
//! the same files; this one needs no mdBook and no checkout.

mod page;

use pulldown_cmark_escape::escape_html;

use crate::model::curriculum::Lesson;

/// The name of the file with the contents of the book.
pub const CONTENTS: &str = "index.html";

/// The name of the file with the style.
pub const STYLE: &str = "book.css";

/// The text of all lessons.
#[derive(Clone, Debug)]
pub struct Book {
    /// In teaching order.
    pub chapters: Vec<Chapter>,
    /// Demos that there are pictures of: lesson and demo. They are expected at [`picture`].
    pub pictures: Vec<(String, String)>,
}

/// A lesson's text.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The lesson's slug, and the directory of its pages.
    pub slug: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// Its pages in order, and then its handouts.
    pub leaves: Vec<Leaf>,
}

/// A page, or a lab's handout.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Its name for `syslab LESSON read`.
    pub slug: &'static str,
    /// Its title.
    pub title: String,
    /// Markdown, includes resolved.
    pub markdown: String,
    /// The names of its headings, in order.
    pub headings: Vec<String>,
    /// Whether it is a lab's.
    pub is_handout: bool,
}

impl Chapter {
    /// One without pages yet.
    pub fn of(lesson: &'static Lesson) -> Self {
        Self {
            slug: lesson.slug,
            title: lesson.title,
            leaves: Vec::new(),
        }
    }
}

impl Leaf {
    /// The name of its file.
    fn file(&self) -> String {
        file_name(self.slug, self.is_handout)
    }
}

/// The name of a page's file, in its lesson's directory. Handouts have a prefix: a page may have the name
/// of a lab.
pub fn file_name(slug: &str, is_handout: bool) -> String {
    match (is_handout, slug) {
        (true, slug) => format!("lab-{slug}.html"),
        (false, "README") => "index.html".to_owned(),
        (false, slug) => format!("{slug}.html"),
    }
}

/// Where the picture of a demo is, in the book's directory.
pub fn picture(lesson: &str, demo: &str) -> String {
    format!("demos/{lesson}-{demo}.svg")
}

/// The book's files: path below its directory, and content.
pub fn pages(book: &Book) -> Vec<(String, String)> {
    let mut files = vec![
        (STYLE.to_owned(), include_str!("book.css").to_owned()),
        (CONTENTS.to_owned(), contents(book)),
    ];
    let all: Vec<(&Chapter, &Leaf)> = book
        .chapters
        .iter()
        .flat_map(|chapter| chapter.leaves.iter().map(move |leaf| (chapter, leaf)))
        .collect();
    for (at, &(chapter, leaf)) in all.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| all[at]);
        let after = all.get(at + 1).copied();
        let mut body = page::body(leaf, chapter.slug, &book.pictures);
        body.push_str(&turn(before, after));
        let path = format!("{}/{}", chapter.slug, leaf.file());
        files.push((
            path,
            frame(book, &leaf.title, "../", Some((chapter.slug, leaf)), &body),
        ));
    }
    files
}

/// Links to the page before and to the one after.
fn turn(before: Option<(&Chapter, &Leaf)>, after: Option<(&Chapter, &Leaf)>) -> String {
    let link = |to: Option<(&Chapter, &Leaf)>, rel: &str, arrows: (&str, &str)| match to {
        Some((chapter, leaf)) => format!(
            "<a rel=\"{rel}\" href=\"../{}/{}\">{}{}{}</a>",
            chapter.slug,
            leaf.file(),
            arrows.0,
            escaped(&leaf.title),
            arrows.1
        ),
        None => "<span></span>".to_owned(),
    };
    format!(
        "<footer>{}{}</footer>\n",
        link(before, "prev", ("← ", "")),
        link(after, "next", ("", " →"))
    )
}

fn contents(book: &Book) -> String {
    let mut body = String::from(
        "<h1>syslab</h1>\n<p>Systems programming on your own kernel. What is set in <code>code</code> \
         behind a lesson's name is its command.</p>\n",
    );
    for chapter in &book.chapters {
        body.push_str(&format!(
            "<h2>{} <code>syslab {}</code></h2>\n<ul>\n",
            escaped(chapter.title),
            chapter.slug
        ));
        for leaf in &chapter.leaves {
            let kind = if leaf.is_handout { "lab: " } else { "" };
            body.push_str(&format!(
                "<li><a href=\"{}/{}\">{kind}{}</a></li>\n",
                chapter.slug,
                leaf.file(),
                escaped(&leaf.title)
            ));
        }
        body.push_str("</ul>\n");
    }
    frame(book, "syslab", "", None, &body)
}

/// A whole file: what is in `body`, beside the names of all chapters, and of the pages of this one.
fn frame(book: &Book, title: &str, up: &str, here: Option<(&str, &Leaf)>, body: &str) -> String {
    let mut nav = format!("<a href=\"{up}{CONTENTS}\">syslab</a>\n<ul>\n");
    for chapter in &book.chapters {
        let is_open = here.is_some_and(|(slug, _)| slug == chapter.slug);
        nav.push_str(&format!(
            "<li><a href=\"{up}{}/index.html\">{}</a>",
            chapter.slug,
            escaped(chapter.title)
        ));
        if is_open {
            nav.push_str("\n<ul>\n");
            for leaf in chapter
                .leaves
                .iter()
                .filter(|leaf| leaf.file() != "index.html")
            {
                let is_here = here.is_some_and(|(_, open)| open.file() == leaf.file());
                let current = if is_here {
                    " aria-current=\"page\""
                } else {
                    ""
                };
                nav.push_str(&format!(
                    "<li><a href=\"{up}{}/{}\"{current}>{}</a></li>\n",
                    chapter.slug,
                    leaf.file(),
                    escaped(&leaf.title)
                ));
            }
            nav.push_str("</ul>\n");
        }
        nav.push_str("</li>\n");
    }
    nav.push_str("</ul>\n");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <title>{}</title>\n<link rel=\"stylesheet\" href=\"{up}{STYLE}\" />\n</head>\n<body>\n\
         <nav>\n{nav}</nav>\n<main>\n{body}</main>\n</body>\n</html>\n",
        escaped(title)
    )
}

/// Text that means nothing to HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_html(&mut out, text).expect("a string takes everything");
    out
}

#[cfg(test)]
mod tests;
