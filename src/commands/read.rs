//! `syslab LESSON read`: a page of the lesson's text, or one heading of it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::embedded::pages::{self, FIRST_PAGE, Page};
use crate::embedded::{self, include};
use crate::exit::{self, Outcome};
use crate::model::{Lab, Lesson};
use crate::report::book;
use crate::ui::{Look, Screen, Tone, render_markdown, visible};

use super::web;
use super::workspace::write_new;

/// Read the lesson's text
///
/// Without a name: the first page, and the names of all. The name of a page shows that page, the
/// name of a heading (as failed checks give it) the text below that heading, and the name of a lab
/// its handout. The programs that the text shows can be had with --code.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A page, a heading or a lab
    #[arg(value_name = "PAGE|HEADING")]
    pub(super) name: Option<String>,

    #[command(flatten)]
    pub(super) web: web::Choice,

    /// Write the programs that the text shows into DIR; what is there is left alone
    #[arg(long, value_name = "DIR", conflicts_with_all = ["name", "web", "output"])]
    #[arg(value_hint = clap::ValueHint::DirPath)]
    pub(super) code: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  Begin with the lesson:
  $ syslab LESSON read

  Read what a lab asks for:
  $ syslab LESSON read LAB

  Read it in the browser:
  $ syslab LESSON read --web

  Try what it tells, with its programs:
  $ syslab LESSON read --code code
  $ cd code";

/// Runs the command.
///
/// # Errors
/// Usage, if nothing has the name.
pub fn run(args: &Args, lesson: &'static Lesson, screen: &Screen) -> Outcome {
    if let Some(directory) = &args.code {
        return write_code(lesson, directory, screen);
    }
    let pages = pages::of(lesson.slug);
    let place = match &args.name {
        None => None,
        Some(name) => Some(find(&pages, lesson, name).ok_or_else(|| {
            super::unknown(
                &format!("lesson {} has no page or heading", lesson.slug),
                name,
                names(&pages, lesson, name),
            )
        })?),
    };
    if args.web.is_wanted() {
        return web::run(&args.web, &address(lesson, place.as_ref()), screen);
    }
    let text = match &place {
        None => match pages.first() {
            Some(first) => {
                let mut text = render_markdown(&first.text, screen.out);
                text.push_str(&contents(&pages, lesson, screen.out));
                text
            }
            None => contents(&pages, lesson, screen.out),
        },
        Some(Place::Page(page)) => render_markdown(&page.text, screen.out),
        Some(Place::Section(page, heading)) => {
            render_markdown(page.section(heading).unwrap_or_default(), screen.out)
        }
        Some(Place::Handout(handout)) => render_markdown(&handout.text, screen.out),
    };
    screen.page(&text)?;
    Ok(exit::DONE)
}

/// Writes the programs that a lesson's text shows.
fn write_code(lesson: &Lesson, directory: &Path, screen: &Screen) -> Outcome {
    let (mut written, mut left) = (0, Vec::new());
    for (name, file) in embedded::below(&format!("lessons/{}/code", lesson.slug)) {
        let path = directory.join(name);
        if write_new(&path, file.content)? {
            written += 1;
        } else if fs::read(&path).is_ok_and(|content| content != file.content) {
            left.push(name);
        }
    }
    let directory = visible(&directory.display().to_string());
    let mut told = match written {
        0 => format!("{directory} has every program already.\n"),
        count => format!("Wrote {count} programs to {directory}.\n"),
    };
    if !left.is_empty() {
        let left = format!(
            "Left as they were, and not as in the text: {}.",
            left.join(", ")
        );
        told.push_str(&screen.out.wrap(0, 2, &left));
    }
    screen.print(&told)?;
    Ok(exit::DONE)
}

/// What a name stands for.
enum Place<'a> {
    Page(&'a Page),
    /// A heading of a page, by its slug.
    Section(&'a Page, &'a str),
    Handout(Page),
}

/// What a name stands for: a page, else a heading, else a lab's handout.
fn find<'a>(pages: &'a [Page], lesson: &Lesson, name: &str) -> Option<Place<'a>> {
    let name = name.strip_suffix(".md").unwrap_or(name);
    // Names as findings have them, `LESSON/HEADING`, and as links have them, `#HEADING`.
    let name = name
        .strip_prefix(lesson.slug)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(name)
        .trim_start_matches('#');
    let page = pages
        .iter()
        .find(|page| page.slug.eq_ignore_ascii_case(name));
    let section = || {
        pages.iter().find_map(|page| {
            let heading = page.headings.iter().find(|heading| heading.slug == name)?;
            Some(Place::Section(page, &heading.slug))
        })
    };
    let handout = || {
        let lab = lesson.labs.iter().find(|lab| lab.slug == name)?;
        handout(lesson, lab).map(Place::Handout)
    };
    page.map(Place::Page).or_else(section).or_else(handout)
}

/// A lab's handout.
pub(super) fn handout(lesson: &Lesson, lab: &'static Lab) -> Option<Page> {
    let path = format!("labs/{}/{}/README.md", lesson.slug, lab.slug);
    let text = embedded::file(&path)?.text();
    let resolved = include::resolve(pages::without_front_matter(&text), &path);
    Some(Page::new(lab.slug, resolved))
}

/// Where a place is in the book for browsers.
fn address(lesson: &Lesson, place: Option<&Place<'_>>) -> web::Address {
    let (slug, is_handout, heading) = match place {
        None => (FIRST_PAGE, false, None),
        Some(Place::Page(page)) => (page.slug, false, None),
        Some(Place::Section(page, heading)) => (page.slug, false, Some((*heading).to_owned())),
        Some(Place::Handout(page)) => (page.slug, true, None),
    };
    web::Address {
        file: format!("{}/{}", lesson.slug, book::file_name(slug, is_handout)),
        heading,
    }
}

/// What could have been meant: everything there is, or only pages where nothing is near.
fn names<'a>(pages: &'a [Page], lesson: &'a Lesson, given: &str) -> Vec<&'a str> {
    let page_names = || pages.iter().map(|page| page.slug);
    let labs = || lesson.labs.iter().map(|lab| lab.slug);
    let headings = pages
        .iter()
        .flat_map(|page| page.headings.iter().map(|heading| heading.slug.as_str()));
    let all: Vec<&str> = page_names().chain(labs()).chain(headings).collect();
    match crate::ui::did_you_mean(given, all.iter().copied()) {
        Some(_) => all,
        None => page_names().chain(labs()).collect(),
    }
}

/// The names that `read` takes, below a heading.
fn contents(pages: &[Page], lesson: &Lesson, look: Look) -> String {
    let commands = commands(pages, lesson, look);
    match commands.is_empty() {
        true => commands,
        false => format!("\n{}\n\n{commands}", look.paint(Tone::Strong, "Read on")),
    }
}

/// The commands that show all but the first page: the other pages and the handouts.
pub(super) fn commands(pages: &[Page], lesson: &Lesson, look: Look) -> String {
    let mut out = String::new();
    let rest = pages
        .iter()
        .filter(|page| page.slug != FIRST_PAGE)
        .map(|page| (page.slug, page.title()))
        .chain(lesson.labs.iter().map(|lab| (lab.slug, lab.title)));
    for (slug, title) in rest {
        let command = format!("syslab {} read {slug}", lesson.slug);
        let command = look.paint(Tone::Code, &command);
        writeln!(out, "  {command}  {title}").expect("writing to a string does not fail");
    }
    out
}
