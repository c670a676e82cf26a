//! `--web`: the lessons' text in the browser, made by this program and from what it carries.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::Context as _;

use crate::embedded::pages::{self, Page};
use crate::exit::{self, Outcome, Trouble};
use crate::lessons::LESSONS;
use crate::model::{Lesson, shell_word};
use crate::report::book::{self, Book, Chapter, Leaf};
use crate::ui::{BrowserError, Screen, open_in_browser};

use super::read;

/// Whether, and where, pages for a browser are wanted.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Choice {
    /// Show it in the browser, with all other pages beside it
    #[arg(long)]
    web: bool,

    /// Write the pages for the browser into DIR, and open nothing
    #[arg(long, value_name = "DIR", requires = "web", value_hint = clap::ValueHint::DirPath)]
    output: Option<PathBuf>,
}

/// A place in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// The file, in the book's directory.
    pub(super) file: String,
    /// A heading in it.
    pub(super) heading: Option<String>,
}

impl Choice {
    /// Whether a browser is wanted.
    pub(super) fn is_wanted(&self) -> bool {
        self.web
    }
}

/// Writes the book, and opens it unless only the files are wanted.
///
/// # Errors
/// If it cannot be written, or nothing opens it.
pub(super) fn run(choice: &Choice, address: &Address, screen: &Screen) -> Outcome {
    let directory = match &choice.output {
        Some(directory) => {
            refuse_another(directory)?;
            directory.clone()
        }
        None => cache()?,
    };
    let count = write(&directory)?;
    let file = directory.join(&address.file);
    let shown = file.display().to_string();
    if choice.output.is_some() {
        screen.print(&format!(
            "Wrote {count} files; begin with {}\n",
            shell_word(&shown)
        ))?;
        return Ok(exit::DONE);
    }
    let place = match &address.heading {
        Some(heading) => format!("file://{}#{heading}", in_url(&shown)),
        None => shown.clone(),
    };
    screen.remark(&format!("opening {place}"));
    if Path::new("/snap").is_dir() {
        screen.remark(
            "a browser from a snap cannot see that: syslab read --web --output syslab-book writes it \
             where it can",
        );
    }
    open_in_browser(&place).map_err(|error| {
        let hint = match error {
            BrowserError::None => {
                format!("open {shown} in one, set BROWSER to yours, or install xdg-utils")
            }
            _ => format!("open {shown} yourself, or set BROWSER to another"),
        };
        Trouble::new(exit::MACHINE, error).hint(hint)
    })?;
    Ok(exit::DONE)
}

/// Refuses a directory that holds something else.
fn refuse_another(directory: &Path) -> Result<(), Trouble> {
    let is_book = directory.join(book::STYLE).is_file();
    let is_free = is_book
        || match fs::read_dir(directory) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) => {
                let context = format!("cannot read {}", directory.display());
                return Err(anyhow::Error::new(error).context(context).into());
            }
        };
    match is_free {
        true => Ok(()),
        false => {
            let message = format!(
                "{} holds something else than this book",
                directory.display()
            );
            Err(Trouble::usage(message).hint("name a new directory"))
        }
    }
}

/// Where the book is kept; see the XDG Base Directory Specification.
fn cache() -> Result<PathBuf, Trouble> {
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".cache")))
        .map(|cache| cache.join("syslab/book"))
        .ok_or_else(|| {
            let error =
                anyhow::anyhow!("neither HOME nor XDG_CACHE_HOME says where the pages can be kept");
            Trouble::new(exit::MACHINE, error).hint("--output DIR writes them anywhere")
        })
}

/// Writes all files; how many.
fn write(directory: &Path) -> anyhow::Result<usize> {
    let files = book::pages(&book_of_all(directory));
    for (path, content) in &files {
        let file = directory.join(path);
        let context = || format!("cannot write {}", file.display());
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).with_context(context)?;
        }
        fs::write(&file, content).with_context(context)?;
    }
    Ok(files.len())
}

/// The text of all lessons, with the pictures of demos that are in the directory.
fn book_of_all(directory: &Path) -> Book {
    let demos = LESSONS.iter().flat_map(|lesson| {
        let named = move |demo: &'static crate::model::Demo| (lesson.slug, demo.slug);
        lesson.demos.iter().map(named)
    });
    Book {
        chapters: LESSONS.iter().map(chapter).collect(),
        pictures: demos
            .filter(|(lesson, demo)| directory.join(book::picture(lesson, demo)).is_file())
            .map(|(lesson, demo)| (lesson.to_owned(), demo.to_owned()))
            .collect(),
    }
}

fn chapter(lesson: &'static Lesson) -> Chapter {
    let handouts = lesson
        .labs
        .iter()
        .filter_map(|lab| read::handout(lesson, lab));
    let pages = pages::of(lesson.slug).into_iter().map(|page| (page, false));
    Chapter {
        leaves: pages
            .chain(handouts.map(|page| (page, true)))
            .map(|(page, is_handout)| leaf(page, is_handout))
            .collect(),
        ..Chapter::of(lesson)
    }
}

fn leaf(page: Page, is_handout: bool) -> Leaf {
    Leaf {
        slug: page.slug,
        title: page.title().to_owned(),
        headings: page
            .headings
            .into_iter()
            .map(|heading| heading.slug)
            .collect(),
        markdown: page.text,
        is_handout,
    }
}

/// A path as a URL has it; see RFC 3986, section 2.
fn in_url(path: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(byte);
    path.bytes()
        .map(|byte| match is_plain(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_url_means_nothing_else() {
        assert_eq!(
            in_url("/home/a b/#1/é.html"),
            "/home/a%20b/%231/%C3%A9.html"
        );
    }

    #[test]
    fn a_directory_with_something_else_is_refused() {
        let here = tempfile::tempdir().unwrap();
        assert!(refuse_another(here.path()).is_ok());
        assert!(refuse_another(&here.path().join("new")).is_ok());
        fs::write(here.path().join("thesis.tex"), "").unwrap();
        assert!(refuse_another(here.path()).is_err());
        fs::write(here.path().join(book::STYLE), "").unwrap();
        assert!(refuse_another(here.path()).is_ok());
    }
}
