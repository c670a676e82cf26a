//! `syslab read`: what there is to read, of all lessons; in the browser with `--web`.

use crate::embedded::pages;
use crate::exit::{self, Outcome};
use crate::lessons::LESSONS;
use crate::model::Lesson;
use crate::report::book;
use crate::ui::{Look, Screen, Tone};

use super::{read, web};

/// Read the lessons' text, also in the browser
///
/// Without a name: all that there is to read. LESSON alone is that lesson's first page.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A lesson, or a page, a heading or a lab of it
    #[arg(value_name = "LESSON[/PAGE]")]
    name: Option<String>,

    #[command(flatten)]
    web: web::Choice,
}

const EXAMPLES: &str = "\
Examples:
  What there is to read:
  $ syslab read

  All of it, in the browser:
  $ syslab read --web

  As files, for a browser elsewhere:
  $ syslab read --web --output book";

/// Runs the command.
///
/// # Errors
/// Usage, if nothing has the name.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let Some(name) = &args.name else {
        if args.web.is_wanted() {
            let address = web::Address {
                file: book::CONTENTS.to_owned(),
                heading: None,
            };
            return web::run(&args.web, &address, screen);
        }
        screen.page(&everything(screen.out))?;
        return Ok(exit::DONE);
    };
    let (slug, page) = match name.split_once('/') {
        Some((slug, page)) => (slug, Some(page.to_owned())),
        None => (name.as_str(), None),
    };
    let is_meant = |lesson: &&Lesson| lesson.slug == slug || lesson.alias == Some(slug);
    let lesson = LESSONS.iter().find(is_meant).ok_or_else(|| {
        let slugs: Vec<&str> = LESSONS.iter().map(|lesson| lesson.slug).collect();
        super::unknown("there is no lesson", slug, slugs)
    })?;
    let page = page.filter(|page| !page.is_empty());
    let args = read::Args {
        name: page,
        web: args.web.clone(),
        code: None,
    };
    read::run(&args, lesson, screen)
}

/// The commands that show each page.
fn everything(look: Look) -> String {
    let mut out = String::new();
    for lesson in LESSONS {
        let title = look.paint(Tone::Strong, lesson.title);
        let first = look.paint(Tone::Code, &format!("syslab {} read", lesson.slug));
        let gap = if out.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}{title}\n\n  {first}\n"));
        out.push_str(&read::commands(&pages::of(lesson.slug), lesson, look));
    }
    out
}
