//! `syslab LESSON read`: a page of the lesson's text, or one heading of it.

use std::fmt::Write as _;

use crate::embedded::pages::{self, FIRST_PAGE, Page};
use crate::embedded::{self, include};
use crate::exit::{self, Outcome};
use crate::model::Lesson;
use crate::ui::{Look, Screen, Tone, render_markdown};

/// Read the lesson's text
///
/// Without a name: the first page, and the names of all. The name of a page shows that page, the
/// name of a heading (as failed checks give it) the text below that heading, and the name of a lab
/// its handout.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A page, a heading or a lab
    #[arg(value_name = "PAGE|HEADING")]
    name: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  Begin with the lesson:
  $ syslab LESSON read

  Read what a lab asks for:
  $ syslab LESSON read LAB";

/// Runs the command.
///
/// # Errors
/// Usage, if nothing has the name.
pub fn run(args: &Args, lesson: &'static Lesson, screen: &Screen) -> Outcome {
    let pages = pages::of(lesson.slug);
    let text = match &args.name {
        None => match pages.first() {
            Some(first) => {
                let mut text = render_markdown(&first.text, screen.out);
                text.push_str(&contents(&pages, lesson, screen.out));
                text
            }
            None => contents(&pages, lesson, screen.out),
        },
        Some(name) => match find(&pages, lesson, name) {
            Some(source) => render_markdown(&source, screen.out),
            None => {
                return Err(super::unknown(
                    &format!("lesson {} has no page or heading", lesson.slug),
                    name,
                    names(&pages, lesson, name),
                ));
            }
        },
    };
    screen.page(&text)?;
    Ok(exit::DONE)
}

/// The Markdown that a name stands for: a page, else a heading, else a lab's handout.
fn find(pages: &[Page], lesson: &Lesson, name: &str) -> Option<String> {
    let name = name.strip_suffix(".md").unwrap_or(name);
    // Names as findings have them, `LESSON/HEADING`, and as links have them, `#HEADING`.
    let name = name
        .strip_prefix(lesson.slug)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(name)
        .trim_start_matches('#');
    let page = pages
        .iter()
        .find(|page| page.slug.eq_ignore_ascii_case(name))
        .map(|page| page.text.clone());
    let section = || {
        pages
            .iter()
            .find_map(|page| page.section(name))
            .map(str::to_owned)
    };
    let handout = || {
        let path = format!("labs/{}/{name}/README.md", lesson.slug);
        let file = embedded::file(&path)?;
        let text = file.text();
        let resolved = include::resolve(pages::without_front_matter(&text), &path);
        Some(resolved)
    };
    page.or_else(section).or_else(handout)
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

/// The names that `read` takes.
fn contents(pages: &[Page], lesson: &Lesson, look: Look) -> String {
    let mut out = String::new();
    let rest: Vec<(&str, &str)> = pages
        .iter()
        .filter(|page| page.slug != FIRST_PAGE)
        .map(|page| (page.slug, page.title()))
        .chain(lesson.labs.iter().map(|lab| (lab.slug, lab.title)))
        .collect();
    if !rest.is_empty() {
        let heading = look.paint(Tone::Strong, "Read on");
        writeln!(out, "\n{heading}\n").expect("writing to a string does not fail");
    }
    for (slug, title) in rest {
        let command = format!("syslab {} read {slug}", lesson.slug);
        let command = look.paint(Tone::Code, &command);
        writeln!(out, "  {command}  {title}").expect("writing to a string does not fail");
    }
    out
}
